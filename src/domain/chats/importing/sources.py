"""An upload as named members: a plain file has one, an archive has those of its directory."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from domain.chats.importing.errors import (
    ArchiveEncrypted,
    ArchiveTooLarge,
    ArchiveUnreadable,
    ExportEmpty,
    ImportLimitExceeded,
)

CHUNK_BYTES = 1 << 20
MAX_DIRECTORY_BYTES = 8 << 20
"""A zip's directory: some hundred thousand members, far beyond any export."""

_END_OF_DIRECTORY = b"PK\x05\x06"
_END_OF_DIRECTORY_BYTES = 22
_MAX_COMMENT_BYTES = 0xFFFF
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800


class Source(Protocol):
    """What a platform's importer reads from."""

    archive: bool

    @property
    def names(self) -> list[str]:
        """The members' paths, with `/` between folders."""

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of a member."""

    def read(self, name: str) -> bytes:
        """A whole member; ArchiveTooLarge or ImportLimitExceeded where the limit is passed."""


class PlainFile:
    archive = False

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes

    @property
    def names(self) -> list[str]:
        return [self._path.name]

    def head(self, name: str, size: int) -> bytes:  # noqa: ARG002 - there is one member
        with self._path.open("rb") as file:
            return file.read(size)

    def read(self, name: str) -> bytes:  # noqa: ARG002 - there is one member
        if self._path.stat().st_size > self._max_bytes:
            raise ImportLimitExceeded
        return self._path.read_bytes()


class Archive:
    """A zip whose members are inflated a chunk at a time and counted, whatever its directory promises."""

    archive = True

    def __init__(self, file: zipfile.ZipFile, max_inflated_bytes: int) -> None:
        self._file = file
        self._left = max_inflated_bytes
        self._members = {_name(info): info for info in file.infolist() if not info.is_dir()}

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def head(self, name: str, size: int) -> bytes:
        return next(self._chunks(name, size), b"")

    def read(self, name: str) -> bytes:
        content = bytearray()
        for chunk in self._chunks(name, CHUNK_BYTES):
            content += chunk
        return bytes(content)

    def _chunks(self, name: str, size: int) -> Iterator[bytes]:
        info = self._members[name]
        if info.flag_bits & _ENCRYPTED:
            raise ArchiveEncrypted
        try:
            with self._file.open(info) as member:
                while chunk := member.read(size):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise ArchiveTooLarge
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError) as error:
            raise ArchiveUnreadable from error


@contextmanager
def open_source(path: Path, max_inflated_bytes: int) -> Iterator[Source]:
    """An archive by its first bytes, otherwise a plain file; ExportEmpty where there are none."""
    with path.open("rb") as file:
        magic = file.read(4)
    if not magic:
        raise ExportEmpty
    if magic not in {b"PK\x03\x04", _END_OF_DIRECTORY}:
        yield PlainFile(path, max_inflated_bytes)
        return
    _refuse_huge_directory(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise ArchiveUnreadable from error
    with archive:
        yield Archive(archive, max_inflated_bytes)


def _refuse_huge_directory(path: Path) -> None:
    """Before zipfile makes an object of every entry. A 64-bit directory has its sizes set to the maximum."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _END_OF_DIRECTORY_BYTES - _MAX_COMMENT_BYTES))
        tail = file.read()
    end = tail.rfind(_END_OF_DIRECTORY)
    if end < 0 or len(tail) - end < _END_OF_DIRECTORY_BYTES:
        raise ArchiveUnreadable
    if int.from_bytes(tail[end + 12 : end + 16], "little") > MAX_DIRECTORY_BYTES:
        raise ArchiveTooLarge


def _name(info: zipfile.ZipInfo) -> str:
    """A name without the UTF-8 flag is UTF-8 all the same more often than the code page of 1981."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename
