import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def base() -> Iterator[Path]:
    # Short enough for sockets, and open to whomever PostgreSQL runs as.
    directory = Path(tempfile.mkdtemp(prefix="chat-insights-test-", dir="/tmp"))
    directory.chmod(0o711)
    yield directory
    _remove_outside(directory)
    shutil.rmtree(directory)


@pytest.fixture
def data_dir(base: Path) -> Path:
    directory = base / "data"
    directory.mkdir(mode=0o711)
    return directory


def _remove_outside(directory: Path) -> None:
    for link in directory.rglob("postgres"):
        if link.is_symlink():
            shutil.rmtree(link.readlink())
            with contextlib.suppress(OSError):
                link.readlink().parent.rmdir()
