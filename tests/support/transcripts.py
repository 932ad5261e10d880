"""A transcript made by hand, and its rows as the child writes them."""

import io
import struct

from domain.chats.importing.child import COPY_HEADER, write_messages
from domain.chats.importing.protocol import Outcome
from domain.chats.sealing import Profile, seal_profile, seal_statistics
from domain.chats.transcript import SYSTEM_SENDER, Flag, ImportReport, Kind, Transcript
from domain.cipher import Sealer

REPORT = ImportReport(
    platform="whatsapp",
    layout="d/m/yyyy",
    languages=["en"],
    date_order=None,
    resolution_seconds=60,
    counts={"text": 3},
    lines_not_understood=0,
    not_understood_line_numbers=[],
    possible_cap=False,
    headers_back_in_time=0,
    encoding="utf-8",
)


def transcript(*texts):
    """Texts of every kind of writing, by turns from Ann, from nobody and from Bob."""
    given = texts or ("hello", "", "two\nlines \x00 👨‍👩‍👧 ü", "x" * 100_000)
    senders = [(0, SYSTEM_SENDER, 1)[number % 3] for number in range(len(given))]
    return Transcript(
        platform="whatsapp",
        title="Trip",
        participants=["Ann", "Bob"],
        times=[1_689_238_800 - number for number in range(len(given))],
        senders=senders,
        kinds=bytearray(Kind.SYSTEM if sender < 0 else Kind.TEXT for sender in senders),
        flags=bytearray(Flag.EDITED if sender else 0 for sender in senders),
        texts=list(given),
        attachments={0: "IMG-1.jpg"},
        report=REPORT,
    )


def sealed_rows(transcript, claim):
    """The file that the child hands over."""
    target = io.BytesIO()
    write_messages(target, transcript, Sealer(claim.key, claim.epoch), claim.chat_id)
    target.seek(0)
    return target


def outcome(transcript, claim):
    sealer = Sealer(claim.key, claim.epoch + 1000)
    profile = Profile(transcript.title, transcript.participants, transcript.utc)
    return Outcome(
        message_count=len(transcript),
        platform="whatsapp",
        sealed_profile=seal_profile(sealer, claim.chat_id, profile),
        sealed_statistics=seal_statistics(sealer, claim.chat_id, b'{"total_messages":3}'),
        report=transcript.report,
    )


def copied_rows(content):
    """The rows in a file of PostgreSQL's binary COPY format, each a list of fields as bytes."""
    assert content.startswith(COPY_HEADER)
    at, rows = len(COPY_HEADER), []
    while (fields := struct.unpack_from(">h", content, at)[0]) != -1:
        at += 2
        row = []
        for _ in range(fields):
            (length,) = struct.unpack_from(">i", content, at)
            row.append(content[at + 4 : at + 4 + length])
            at += 4 + length
        rows.append(row)
    assert at + 2 == len(content)
    return rows
