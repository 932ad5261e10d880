"""One uploaded export to a transcript: the platforms are asked in turn, by content and not by name."""

from pathlib import Path
from typing import Protocol

from domain.chats.importing.errors import ArchiveWithoutTranscript, ExportNotRecognised
from domain.chats.importing.options import ImportOptions
from domain.chats.importing.sources import Source, open_source
from domain.chats.importing.whatsapp import platform as whatsapp
from domain.chats.transcript import Transcript

__all__ = ["ImportOptions", "read_export"]


class Platform(Protocol):
    """What a module of one platform offers."""

    def read(self, source: Source, options: ImportOptions) -> Transcript | None:
        """The transcript, or None where the source is no export of this platform."""


PLATFORMS: tuple[Platform, ...] = (whatsapp,)


def read_export(path: Path, options: ImportOptions) -> Transcript:
    """The chat in a file.

    Raises:
        Invalid: one of `importing.errors`; it never holds content of the file.
    """
    with open_source(path, options.max_inflated_bytes) as source:
        for platform in PLATFORMS:
            transcript = platform.read(source, options)
            if transcript is not None:
                return transcript
        if source.archive:
            raise ArchiveWithoutTranscript
    raise ExportNotRecognised
