from collections.abc import Callable
from pathlib import Path

import pytest

from domain.chats.importing.reader import ImportOptions, read_export
from domain.chats.transcript import Transcript

Read = Callable[..., Transcript]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_content(content: str | bytes, **options: object) -> Transcript:
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_export(path, ImportOptions(**options))

    return read_content
