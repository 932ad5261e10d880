"""The process in which one export is parsed, counted and sealed: `python -m domain.chats.importing.child`.

A process of its own, so that a hostile file can take neither the worker's memory nor its time. It gets its task
on standard input, reads the export from an inherited descriptor, and writes to another one the sealed messages
in PostgreSQL's binary COPY format. Standard output carries a line of JSON for every stage, and the outcome last.
Nothing readable leaves it except what is sealed, and the report, which holds no text.
"""

import base64
import os
import struct
import sys
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import msgspec
from uuid_utils import uuid7

from domain.chats.importing.errors import ImportLimitExceeded
from domain.chats.importing.options import ImportOptions
from domain.chats.importing.protocol import ImportTask, Outcome
from domain.chats.importing.reader import read_export
from domain.chats.sealing import Profile, message_place, seal_body, seal_profile, seal_statistics
from domain.chats.states import ImportStage
from domain.chats.statistics.compute import compute
from domain.chats.transcript import Transcript
from domain.childprocess import Limits, end_with_parent, limit_resources, where_raised
from domain.cipher import Sealer
from domain.errors import DomainError

COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
COPY_TRAILER = struct.pack(">h", -1)
MAX_PARTICIPANTS = 1 << 15
"""A row's sender is a number of 16 bits with a sign."""
_ROW = struct.Struct(">hi16si16siiiqihihihi")
_FLUSH_BYTES = 1 << 20


def main() -> None:
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=ImportTask)
    end_with_parent()
    limit_resources(Limits(task.memory_bytes, task.cpu_seconds))
    try:
        _say(_run(task))
    except DomainError as error:
        _say(Outcome(error_code=error.code))
    except MemoryError:
        _say(Outcome(error_code=ImportLimitExceeded.code))
    except Exception as error:  # noqa: BLE001 - told without its message, which may quote the export
        _say(Outcome(crash=where_raised(error)))


def _run(task: ImportTask) -> Outcome:
    options = msgspec.convert(task.options, ImportOptions)
    _say(Outcome(stage=ImportStage.PARSING))
    transcript = read_export(Path(f"/dev/fd/{task.source}"), options)
    if len(transcript.participants) > MAX_PARTICIPANTS:
        raise ImportLimitExceeded
    _say(Outcome(stage=ImportStage.STATISTICS))
    statistics = msgspec.json.encode(compute(transcript))
    _say(Outcome(stage=ImportStage.SEALING))
    sealer = Sealer(base64.b64decode(task.key), task.epoch)
    with os.fdopen(task.target, "wb") as target:
        write_messages(target, transcript, sealer, task.chat_id)
    profile = Profile(transcript.title, transcript.participants, transcript.utc)
    return Outcome(
        message_count=len(transcript),
        platform=transcript.platform,
        sealed_profile=seal_profile(sealer, task.chat_id, profile),
        sealed_statistics=seal_statistics(sealer, task.chat_id, statistics),
        report=transcript.report,
    )


def write_messages(target: BinaryIO, transcript: Transcript, sealer: Sealer, chat_id: UUID) -> None:
    """Seal every message and write it as a row of COPY_COLUMNS in the binary COPY format."""
    chat = chat_id.bytes
    pack = _ROW.pack
    buffer = bytearray(COPY_HEADER)
    rows = zip(transcript.times, transcript.senders, transcript.kinds, transcript.flags, transcript.texts, strict=True)
    attachments = transcript.attachments
    for position, (sent_at, sender, kind, flags, text) in enumerate(rows):
        message_id = uuid7().bytes
        sealed = seal_body(sealer, message_place(chat_id, message_id), text, attachments.get(position))
        buffer += pack(8, 16, message_id, 16, chat, 4, position, 8, sent_at, 2, sender, 2, kind, 2, flags, len(sealed))
        buffer += sealed
        if len(buffer) > _FLUSH_BYTES:
            target.write(buffer)
            buffer.clear()
    buffer += COPY_TRAILER
    target.write(buffer)


def _say(outcome: Outcome) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
