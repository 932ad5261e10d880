"""The routes of chats."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import ServerSentEvent, Stream
from uuid_utils.compat import uuid7

from app import blobs
from app.chats import examples
from app.chats.dto import (
    ChatEvent,
    ChatView,
    Deleted,
    DisplayName,
    MessageView,
    PublicStatistics,
    Sharing,
    VectorStatusView,
)
from app.chats.messages import message_page, message_stream
from app.chats.progress import chat_events, wait_until_settled
from app.chats.upload import ReceivedForm, receive_upload
from app.chats.views import Categories, chat_view, public_statistics
from app.documentation import BEARER, InvalidRequest, answers
from app.prefer import wait_s
from app.providers import build_chat_service
from app.resources import Resources
from app.security import CurrentUser
from app.streams import last_revision
from domain.catalogue.service import CatalogueService
from domain.chats.errors import (
    ChatImportFailed,
    ChatNotFound,
    ChatNotReady,
    UnknownParticipant,
    UploadMalformed,
    import_error,
)
from domain.chats.importing.options import ImportOptions
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader
from domain.chats.states import ChatStatus, VectorStatus
from domain.errors import DomainError, Unauthenticated
from domain.insights.reader import InsightReader
from domain.users.service import AccountDeleted

OWN_CHAT = (Unauthenticated, AccountDeleted, ChatNotFound, InvalidRequest)
IMPORTED_CHAT = (*OWN_CHAT, ChatNotReady, ChatImportFailed)
WAIT_S = 25
_LAST_POSITION = 2**31 - 1
_IMPORT_OPTIONS = frozenset({"date_order"})


class ChatController(Controller):
    path = "/api/chats"
    tags = ("chats",)

    @post(
        "/upload",
        operation_id="uploadChat",
        summary="Upload an exported chat",
        status_code=200,
        security=BEARER,
        operation_class=examples.UploadOperation,
        request_max_body_size=None,
        responses=examples.UPLOAD_ANSWERS,
    )
    async def upload(
        self,
        request: Request[Any, Any, Any],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_rows: NamedDependency[ChatRows],
        chat_reader: NamedDependency[ChatReader],
        categories: NamedDependency[Categories],
        catalogue_service: NamedDependency[CatalogueService],
        prefer: Annotated[str | None, HeaderParameter(name="Prefer", description="`wait=N`: seconds to wait")] = None,
    ) -> Response[ChatView]:
        """Import the export, and wait for it: up to 25 seconds, or as the Prefer header says (`wait=N`, 0 to 60).

        A 200 carries the imported chat. A 202 carries it as it stands; poll it, or stream its events. A file that
        cannot be read as an export is a 422, and nothing of it is kept.
        """
        chat_id = uuid7()
        name = blobs.upload_name(chat_id)
        try:
            form = await receive_upload(request, resources.blobs, name, resources.settings.max_upload_mb * 1024 * 1024)
            category_id = await _category(form, catalogue_service)
            async with resources.database.transaction() as session:
                await build_chat_service(session, resources).create(
                    chat_id, user.id, form.filename, category_id, _import_options(form)
                )
        except DomainError:  # after any other error the commit may have come through: what no chat waits for is swept
            await blobs.remove(resources.blobs, name)
            raise
        state = await wait_until_settled(chat_rows, resources.signals, user.id, chat_id, wait_s(prefer, WAIT_S))
        if state is not None and state.status == ChatStatus.FAILED:
            async with resources.database.transaction() as session:
                await build_chat_service(session, resources).delete(user.id, chat_id)
            raise import_error(state.error_code)
        chat = await chat_reader.one(user.id, chat_id)
        view = chat_view(chat, user.subject, categories)
        if chat.row.status != ChatStatus.COMPLETED:
            return Response(view, status_code=202, headers={"Location": f"/api/chats/{chat_id}", "Retry-After": "1"})
        return Response(view)

    @get(
        "/",
        operation_id="listChats",
        summary="The user's chats, newest first",
        security=BEARER,
        responses=answers(list[ChatView], [examples.CHAT], errors=(Unauthenticated, AccountDeleted)),
    )
    async def list_chats(
        self,
        user: NamedDependency[CurrentUser],
        chat_reader: NamedDependency[ChatReader],
        categories: NamedDependency[Categories],
        insight_reader: NamedDependency[InsightReader],
    ) -> list[ChatView]:
        unlocked = await insight_reader.unlocked_chats(user.id)
        return [chat_view(chat, user.subject, categories, unlocked) for chat in await chat_reader.of_user(user.id)]

    @get(
        "/{chat_id:str}",
        operation_id="getChat",
        summary="One chat with its statistics",
        security=BEARER,
        responses=answers(ChatView, examples.CHAT, errors=OWN_CHAT),
    )
    async def get_chat(
        self,
        chat_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        chat_reader: NamedDependency[ChatReader],
        categories: NamedDependency[Categories],
        insight_reader: NamedDependency[InsightReader],
    ) -> ChatView:
        chat = await chat_reader.one(user.id, chat_id)
        return chat_view(chat, user.subject, categories, await insight_reader.unlocked_chats(user.id, chat_id))

    @get(
        "/{chat_id:str}/messages",
        operation_id="listMessages",
        summary="The chat's messages, in the order of the export",
        security=BEARER,
        responses=answers(list[MessageView], [examples.MESSAGE], errors=IMPORTED_CHAT),
    )
    async def messages(
        self,
        chat_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        chat_reader: NamedDependency[ChatReader],
        chat_rows: NamedDependency[ChatRows],
        limit: Annotated[int | None, QueryParameter(ge=1, le=10_000, description="Page size; without it, all")] = None,
        after: Annotated[
            int, QueryParameter(ge=-1, le=_LAST_POSITION, description="The position behind which to begin")
        ] = -1,
    ) -> Response[list[MessageView]] | Stream:
        """All messages as one array, sent as it is read; with `limit`, a page with a Link to the next one."""
        chat = await chat_reader.imported(user.id, chat_id)
        if limit is None:
            return message_stream(chat_rows, chat, after)
        return await message_page(chat_rows, chat, f"/api/chats/{chat_id}/messages", after, limit)

    @get(
        "/{chat_id:str}/events",
        operation_id="watchChat",
        summary="The progress of a chat's import, as server-sent events",
        security=BEARER,
        responses=answers(ChatEvent, examples.EVENT, errors=OWN_CHAT, media_type="text/event-stream"),
    )
    async def events(
        self,
        chat_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_rows: NamedDependency[ChatRows],
        last_event_id: Annotated[str | None, HeaderParameter(name="Last-Event-ID")] = None,
    ) -> ServerSentEvent:
        """Events `progress` and at last `done`; an event's id is the state's revision, from which a client resumes."""
        if await chat_rows.state(user.id, chat_id) is None:
            raise ChatNotFound
        events = chat_events(chat_rows, resources.signals, user.id, chat_id, last_revision(last_event_id))
        return ServerSentEvent(events)

    @get(
        "/{chat_id:str}/vector-status",
        operation_id="getVectorStatus",
        summary="Whether the chat can be searched",
        security=BEARER,
        responses=answers(VectorStatusView, examples.VECTOR_STATUS, errors=OWN_CHAT),
    )
    async def vector_status(
        self, chat_id: FromPath[UUID], user: NamedDependency[CurrentUser], chat_reader: NamedDependency[ChatReader]
    ) -> VectorStatusView:
        row = (await chat_reader.one(user.id, chat_id)).row
        status = VectorStatus(row.vector_status)
        return VectorStatusView(
            chat_id, status.value, row.chunk_count, row.indexed_at, status is VectorStatus.COMPLETED
        )

    @put(
        "/{chat_id:str}/display-name",
        operation_id="setDisplayName",
        summary="Say which participant the user is",
        security=BEARER,
        responses=answers(ChatView, examples.CHAT, errors=(*IMPORTED_CHAT, UnknownParticipant), reads_json=True),
    )
    async def set_display_name(
        self,
        chat_id: FromPath[UUID],
        data: JSONBody[DisplayName],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_reader: NamedDependency[ChatReader],
        categories: NamedDependency[Categories],
        insight_reader: NamedDependency[InsightReader],
    ) -> ChatView:
        async with resources.database.transaction() as session:
            await build_chat_service(session, resources).set_display_name(user.id, chat_id, data.user_display_name)
        chat = await chat_reader.one(user.id, chat_id)
        return chat_view(chat, user.subject, categories, await insight_reader.unlocked_chats(user.id, chat_id))

    @put(
        "/{chat_id:str}/sharing",
        operation_id="shareChat",
        summary="Share the chat's public statistics, or stop sharing them",
        security=BEARER,
        responses=answers(ChatView, examples.CHAT, errors=OWN_CHAT, reads_json=True),
    )
    async def share(
        self,
        chat_id: FromPath[UUID],
        data: JSONBody[Sharing],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_reader: NamedDependency[ChatReader],
        categories: NamedDependency[Categories],
        insight_reader: NamedDependency[InsightReader],
    ) -> ChatView:
        async with resources.database.transaction() as session:
            service = build_chat_service(session, resources)
            await service.share(user.id, chat_id, shared=data.shared, show_names=data.show_names)
        chat = await chat_reader.one(user.id, chat_id)
        return chat_view(chat, user.subject, categories, await insight_reader.unlocked_chats(user.id, chat_id))

    @delete(
        "/{chat_id:str}",
        operation_id="deleteChat",
        summary="Delete a chat",
        status_code=200,
        security=BEARER,
        responses=answers(Deleted, examples.DELETED, errors=OWN_CHAT),
    )
    async def delete_chat(
        self, chat_id: FromPath[UUID], user: NamedDependency[CurrentUser], resources: NamedDependency[Resources]
    ) -> Deleted:
        """The chat is gone at once, and its key destroyed: what is left of it can be opened by nobody."""
        async with resources.database.transaction() as session:
            await build_chat_service(session, resources).delete(user.id, chat_id)
        return Deleted(success=True, message="The chat was deleted.", chat_id=chat_id)

    @get(
        "/public/{chat_id:str}/stats",
        operation_id="getPublicStatistics",
        summary="The statistics of a chat that its owner shares",
        responses=answers(PublicStatistics, examples.PUBLIC_STATISTICS, errors=(ChatNotFound, InvalidRequest)),
    )
    async def public_stats(self, chat_id: FromPath[UUID], chat_reader: NamedDependency[ChatReader]) -> PublicStatistics:
        return public_statistics(await chat_reader.shared(chat_id))


async def _category(form: ReceivedForm, catalogue_service: CatalogueService) -> UUID | None:
    given = form.fields.get("category_id")
    if not given:
        return None
    try:
        category_id = UUID(given)
    except ValueError:
        raise UploadMalformed("The part category_id is not a UUID.") from None
    return (await catalogue_service.category(category_id)).id


def _import_options(form: ReceivedForm) -> dict[str, str]:
    options = {name: value for name, value in form.fields.items() if name in _IMPORT_OPTIONS and value}
    try:
        msgspec.convert(options, ImportOptions)
    except msgspec.ValidationError:
        raise UploadMalformed("The part date_order is not one of dmy, mdy, ymd.") from None
    return options
