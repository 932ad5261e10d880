"""Which member of an upload is a WhatsApp transcript."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import PurePosixPath

from domain.chats.importing.errors import ExportEmpty, ExportEncoding
from domain.chats.importing.options import ImportOptions
from domain.chats.importing.sources import Source
from domain.chats.importing.whatsapp.evidence import first_layout
from domain.chats.importing.whatsapp.importer import read_transcript
from domain.chats.importing.whatsapp.phrases import phrases
from domain.chats.transcript import Transcript

MAX_TEXTS = 200
"""How many text members of an archive are looked into."""

_HEAD_BYTES = 4096
_IOS, _NAMED, _OTHER = range(3)
_EXPORTED_NAME = re.compile(r"(?i)whats.?app|واتس")


def read(source: Source, options: ImportOptions) -> Transcript | None:
    """The transcript of a text file, or of the one member of a zip that is it; None where there is none.

    Raises:
        Invalid: one of `importing.errors`.
    """
    if source.archive:
        return _read_archive(source, options)
    (name,) = source.names
    return _titled(read_transcript(source.read(name), options.date_order), name)


def _read_archive(source: Source, options: ImportOptions) -> Transcript | None:
    """The member with the best name whose content is a chat; exports attached to that chat do not count."""
    texts = sorted(filter(_is_text, source.names), key=lambda name: (_rank(name), name.count("/"), name))
    failure: ExportEmpty | ExportEncoding | None = None
    for rank, names in groupby(texts[:MAX_TEXTS], key=_rank):
        chats: dict[str, Transcript] = {}
        for name in names:
            if rank == _OTHER and first_layout(source.head(name, _HEAD_BYTES)) is None:
                continue
            try:
                chat = _titled(read_transcript(source.read(name), options.date_order), name)
            except (ExportEmpty, ExportEncoding) as error:
                failure = failure or error
                continue
            if chat and rank == _IOS:
                return chat
            if chat:
                chats[name] = chat
        if chats:
            return _not_attached(chats)
    if failure:
        raise failure
    return None


def _is_text(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() == ".txt" and "__MACOSX" not in path.parts and not path.name.startswith("._")


def _rank(name: str) -> int:
    base = PurePosixPath(name).name
    return _IOS if base.lower() == "_chat.txt" else _NAMED if _EXPORTED_NAME.search(base) else _OTHER


def _not_attached(chats: dict[str, Transcript]) -> Transcript:
    """The chat that no other one has as an attachment; the longest of several."""
    attached = {name for chat in chats.values() for name in chat.attachments.values()}
    own = [chat for name, chat in chats.items() if PurePosixPath(name).name not in attached]
    return max(own or chats.values(), key=len)


def _titled(chat: Transcript | None, name: str) -> Transcript | None:
    """With the title from the file's name, or its folder's, where the chat itself does not tell one."""
    if chat and chat.title is None:
        path = PurePosixPath(name)
        chat.title = next(_titles((path.stem, path.parent.name)), None)
    return chat


def _titles(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        for template in phrases().file_names:
            gaps = template.gaps(name)
            if gaps:
                yield gaps[0].strip()
