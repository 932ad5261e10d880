"""Transcripts from a few words, for tests."""

from datetime import UTC, datetime

from domain.chats.transcript import SYSTEM_SENDER, ImportReport, Kind, Transcript


def seconds(stamp):
    return int(datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp())


def transcript(rows, *, participants=None, attachments=None, utc=False, resolution_seconds=60):
    """A chat of rows (time, sender, text, kind, flags), of which kind and flags may be left out.

    The time is ISO 8601 or in seconds, the sender of a system row None.
    """
    full = [(*row, *(Kind.TEXT, 0)[len(row) - 3 :]) for row in rows]
    names = list(dict.fromkeys(sender for _, sender, *_ in full if sender is not None))
    participants = names if participants is None else participants
    return Transcript(
        platform="whatsapp",
        title=None,
        participants=participants,
        times=[seconds(time) if isinstance(time, str) else time for time, *_ in full],
        senders=[SYSTEM_SENDER if sender is None else participants.index(sender) for _, sender, *_ in full],
        kinds=bytearray(kind for *_, kind, _ in full),
        flags=bytearray(flags for *_, flags in full),
        texts=[text for _, _, text, *_ in full],
        attachments=attachments or {},
        report=report(resolution_seconds),
        utc=utc,
    )


def report(resolution_seconds):
    return ImportReport(
        platform="whatsapp",
        layout="android",
        languages=[],
        date_order=None,
        resolution_seconds=resolution_seconds,
        counts={},
        lines_not_understood=0,
        not_understood_line_numbers=[],
        possible_cap=False,
        headers_back_in_time=0,
        encoding="utf-8",
    )
