"""Transcripts as rows that a test can compare, in the notation of the cases."""

from datetime import datetime, timedelta

from domain.chats.transcript import Flag, Kind, Transcript

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall-clock times have no zone


def rows_of(transcript: Transcript) -> list[dict[str, str | None]]:
    """A dict each; a text that was edited has the kind `edited`, and media to be seen once `view_once`."""
    return [_row(transcript, position) for position in range(len(transcript))]


def _row(transcript: Transcript, position: int) -> dict[str, str | None]:
    sender, flags = transcript.senders[position], transcript.flags[position]
    kind = Kind(transcript.kinds[position]).name.lower()
    if kind == "text" and flags & Flag.EDITED:
        kind = "edited"
    if kind == "media" and flags & Flag.VIEW_ONCE:
        kind = "view_once"
    return {
        "timestamp": (EPOCH + timedelta(seconds=transcript.times[position])).isoformat(),
        "sender": transcript.participants[sender] if sender >= 0 else None,
        "kind": kind,
        "text": transcript.texts[position],
        "attachment": transcript.attachments.get(position),
    }


def kinds_of(transcript: Transcript) -> list[str | None]:
    return [row["kind"] for row in rows_of(transcript)]


def senders_of(transcript: Transcript) -> list[str | None]:
    return [row["sender"] for row in rows_of(transcript)]


def texts_of(transcript: Transcript) -> list[str | None]:
    return [row["text"] for row in rows_of(transcript)]
