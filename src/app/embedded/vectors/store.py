"""The collections of one directory: each in a folder of its own, which appears and disappears in one rename."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

import msgspec
import structlog

from app.embedded.vectors.collection import Collection
from app.embedded.vectors.requests import CreateCollection, Refused

_LOCK = ".lock"
_PASSING = ".passing-"  # being made, or being removed
_BROKEN = ".broken-"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")

log = structlog.get_logger()


class DirectoryInUse(Exception):
    """Another process serves this directory."""


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Hold the directory, which is made if there is none, for this process alone.

    Raises:
        DirectoryInUse: at once, while another process holds it.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / _LOCK).open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except OSError as error:
            raise DirectoryInUse(f"{directory} is served by another process") from error
        yield


class Store:
    """Open collections by name. One process at a time, see `exclusive`."""

    def __init__(self, directory: Path, purge_after_s: float) -> None:
        self._directory = directory
        self._purge_after_s = purge_after_s
        self._collections: dict[str, Collection] = {}

    def load(self) -> None:
        """Open every collection, and finish what a kill interrupted; what cannot be opened is set aside."""
        for path in sorted(self._directory.iterdir()):
            if path.name.startswith(_PASSING):
                shutil.rmtree(path)
            elif path.is_dir() and not path.name.startswith("."):
                self._load(path)
        self.maintain()

    def _load(self, path: Path) -> None:
        try:
            self._collections[path.name] = Collection(path.name, path)
        except (Refused, OSError, msgspec.DecodeError) as error:
            broken = self._broken(path.name)
            self._remove(broken)
            path.rename(broken)
            _log_failure("vectors_collection_set_aside", path.name, error)

    @property
    def set_aside(self) -> list[str]:
        """Names of collections that could not be opened. Their files go when the collection is deleted."""
        return sorted(path.name.removeprefix(_BROKEN) for path in self._directory.glob(f"{_BROKEN}*"))

    @property
    def names(self) -> list[str]:
        return sorted(self._collections)

    def __contains__(self, name: str) -> bool:
        return name in self._collections

    def get(self, name: str) -> Collection:
        try:
            return self._collections[name]
        except KeyError:
            raise Refused(HTTPStatus.NOT_FOUND, f"Not found: Collection `{name}` doesn't exist!") from None

    def create(self, name: str, params: CreateCollection) -> None:
        if not _NAME.fullmatch(name):
            raise Refused(HTTPStatus.BAD_REQUEST, f"A collection's name matches {_NAME.pattern}")
        if name in self:
            raise Refused(HTTPStatus.CONFLICT, f"Wrong input: Collection `{name}` already exists!")
        passing = self._passing()
        passing.mkdir(mode=0o700)
        try:
            Collection.create(passing, params)
        except Refused:
            shutil.rmtree(passing)
            raise
        path = passing.rename(self._directory / name)
        self._collections[name] = Collection(name, path)

    def delete(self, name: str) -> bool:
        """Remove a collection with its files; whether there was one."""
        if name in self.set_aside:
            self._remove(self._broken(name))
        collection = self._collections.pop(name, None)
        if collection is None:
            return False
        collection.discard()
        self._remove(self._directory / name)
        return True

    def maintain(self) -> None:
        """Flush what was written and purge what was deleted long enough ago. Called every few seconds."""
        for name, collection in self._collections.items():
            try:
                collection.flush()
                collection.purge_if_due(self._purge_after_s)
            except (Refused, OSError) as error:
                _log_failure("vectors_maintenance_failed", name, error)

    def close(self) -> None:
        for name, collection in self._collections.items():
            try:
                collection.close()
            except (Refused, OSError) as error:
                _log_failure("vectors_close_failed", name, error)
        self._collections.clear()

    def _passing(self) -> Path:
        return self._directory / f"{_PASSING}{uuid4().hex}"

    def _broken(self, name: str) -> Path:
        return self._directory / f"{_BROKEN}{name}"

    def _remove(self, path: Path) -> None:
        if path.exists():
            shutil.rmtree(path.rename(self._passing()))


def _log_failure(event: str, collection: str, error: Exception) -> None:
    # Without the message, which is the engine's and may quote a payload.
    log.error(event, collection=collection, error=type(error).__name__)
