"""Examples for the OpenAPI document, and the upload's form, which is read as it arrives and so described here."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from app.chats.dto import ChatEvent, ChatView, Deleted, MessageView, PublicStatistics, VectorStatusView
from app.documentation import answers
from domain.catalogue.service import CategoryNotFound
from domain.chats.errors import IMPORT_ERRORS, UploadMalformed, UploadTooLarge
from domain.chats.statistics.compute import compute
from domain.chats.statistics.model import Statistics
from domain.chats.statistics.public import initials, shared_view
from domain.chats.transcript import DateOrder, ImportReport, Kind, Transcript
from domain.errors import Unauthenticated
from domain.users.service import AccountDeleted

_ID = UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0c001")
_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_REPORT = ImportReport(
    platform="whatsapp",
    layout="android",
    languages=["en"],
    date_order=DateOrder(order="dmy", confidence="certain", proof="a value above 12 in the first place"),
    resolution_seconds=60,
    counts={"text": 2},
    lines_not_understood=0,
    not_understood_line_numbers=[],
    possible_cap=False,
    headers_back_in_time=0,
    encoding="utf-8",
)
_TRANSCRIPT = Transcript(
    platform="whatsapp",
    title=None,
    participants=["Maya", "Tomás"],
    times=[1_792_238_400, 1_792_238_460],
    senders=[0, 1],
    kinds=bytearray([Kind.TEXT, Kind.TEXT]),
    flags=bytearray(2),
    texts=["Are you coming on Saturday?", "Yes, with the tent"],
    attachments={},
    report=_REPORT,
)
_STATISTICS = compute(_TRANSCRIPT)

CHAT = ChatView(
    chat_id=_ID,
    user_id="user_2abc",
    title="Tomás",
    filename="WhatsApp Chat with Tomás.txt",
    participants=_TRANSCRIPT.participants,
    user_display_name="Maya",
    chat_metadata=_STATISTICS,
    category_id=None,
    category_slug=None,
    category_name=None,
    created_at=_NOON,
    platform="whatsapp",
    status="completed",
    insights_unlocked=False,
    vector_status="pending",
    chunk_count=0,
    indexed_at=None,
    error_log=None,
    import_report=_REPORT,
    message_count=2,
    shared=False,
    show_names=False,
)
_PROCESSING = msgspec.structs.replace(
    CHAT, status="processing", participants=None, chat_metadata=None, user_display_name=None, import_report=None
)
MESSAGE = MessageView(
    _ID,
    _ID,
    "Maya",
    "Are you coming on Saturday?",
    "2026-10-17T12:00:00",
    0,
    "text",
    edited=False,
    view_once=False,
    attachment=None,
)
EVENT = ChatEvent(_ID, "processing", "parsing", 10, None)
VECTOR_STATUS = VectorStatusView(_ID, "pending", 0, None, is_searchable=False)
DELETED = Deleted(success=True, message="The chat was deleted.", chat_id=_ID)
_INITIALS = initials(_TRANSCRIPT.participants)
_SHARED = msgspec.convert(shared_view(msgspec.to_builtins(_STATISTICS), _INITIALS), Statistics)
PUBLIC_STATISTICS = PublicStatistics(_ID, None, list(_INITIALS.values()), _SHARED, _NOON)

UPLOAD_ANSWERS = answers(
    ChatView,
    CHAT,
    errors=(Unauthenticated, AccountDeleted, CategoryNotFound, UploadTooLarge, UploadMalformed, *IMPORT_ERRORS),
) | answers(ChatView, _PROCESSING, status=202)


@dataclass
class UploadOperation(Operation):
    """The upload's multipart form."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True,
            content={
                "multipart/form-data": OpenAPIMediaType(
                    schema=Schema(
                        type=OpenAPIType.OBJECT,
                        required=["file"],
                        properties={
                            "file": Schema(
                                type=OpenAPIType.STRING,
                                content_media_type="application/octet-stream",
                                description="The exported chat: .txt or .zip, judged by its content",
                            ),
                            "category_id": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID),
                            "date_order": Schema(
                                type=OpenAPIType.STRING,
                                enum=["dmy", "mdy", "ymd"],
                                description="How the export writes dates, where it does not tell",
                            ),
                        },
                    )
                )
            },
        )
