"""What the worker and the analysing child say to each other, in frames of `domain.frames`."""

import msgspec

from domain.chats.transcript import ImportReport, Transcript
from domain.insights.drafts import Basis, Draft


class AnalysisTask(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker asks for. Lists of all messages follow, in order of position, and an empty list ends them."""

    participants: list[str]
    utc: bool
    resolution_seconds: int
    insight_types: list[str]
    """Those to make, in this order."""
    found: dict[str, list[int]]
    """By insight type: the positions that its retrieval queries found, the best first."""


class AnalysedMessage(msgspec.Struct, frozen=True, array_like=True):
    position: int
    sent_at: int
    sender: int
    kind: int
    flags: int
    text: str
    attachment: str | None


class Drafted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A Draft, its content as bytes: JSON cannot stand as it is in MessagePack."""

    insight_type: str
    content: bytes | None
    reason: str | None
    basis: Basis
    positions: list[int]


class Crashed(msgspec.Struct, frozen=True, tag=True):
    """A fault of this program, in the making of one type alone."""

    insight_type: str
    where: str
    """The error's type and where it was raised, without anything from the chat."""


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The last answer."""


Answer = Drafted | Crashed | Finished

decode_answer = msgspec.msgpack.Decoder[Answer](Answer).decode
decode_task = msgspec.msgpack.Decoder(AnalysisTask).decode
decode_messages = msgspec.msgpack.Decoder(list[AnalysedMessage]).decode


def drafted(draft: Draft) -> Drafted:
    """A draft, as it is sent."""
    content = None if draft.content is None else bytes(draft.content)
    return Drafted(
        insight_type=draft.insight_type,
        content=content,
        reason=draft.reason,
        basis=draft.basis,
        positions=draft.positions,
    )


def received(answer: Drafted) -> Draft:
    """A draft, as it was before it was sent."""
    content = None if answer.content is None else msgspec.Raw(answer.content)
    return Draft(
        insight_type=answer.insight_type,
        content=content,
        reason=answer.reason,
        basis=answer.basis,
        positions=answer.positions,
    )


def transcript_of(task: AnalysisTask, messages: list[AnalysedMessage]) -> Transcript:
    """The chat as it was imported; a position is its message's index, as all of the messages are given."""
    report = ImportReport(
        platform="",
        layout="",
        languages=[],
        date_order=None,
        resolution_seconds=task.resolution_seconds,
        counts={},
        lines_not_understood=0,
        not_understood_line_numbers=[],
        possible_cap=False,
        headers_back_in_time=0,
        encoding="",
    )
    return Transcript(
        platform="",
        title=None,
        participants=task.participants,
        times=[message.sent_at for message in messages],
        senders=[message.sender for message in messages],
        kinds=bytearray(message.kind for message in messages),
        flags=bytearray(message.flags for message in messages),
        texts=[message.text for message in messages],
        attachments={message.position: message.attachment for message in messages if message.attachment is not None},
        report=report,
        utc=task.utc,
    )
