"""The routes of unlocks and insights."""

from contextlib import suppress
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import ServerSentEvent
from sqlalchemy.ext.asyncio import AsyncSession

from app.chats.controller import IMPORTED_CHAT, OWN_CHAT
from app.chats.views import Categories
from app.documentation import BEARER, InvalidRequest, answers
from app.idempotency import KEY_ERRORS, Once
from app.insights import examples
from app.insights.dto import (
    ChatInsights,
    Evidence,
    GenerateRequest,
    InsightView,
    JobProgress,
    JobView,
    UnlockAnswer,
    UnlockRequest,
)
from app.insights.events import JobWatcher
from app.insights.views import chat_insights, evidence, insight_view, job_progress, job_view, unlock_answer
from app.providers import build_unlock_service
from app.resources import Resources
from app.security import CurrentUser
from app.signals import unlock_topic
from app.streams import last_revision
from domain.base import utc_now
from domain.catalogue.service import CategoryNotFound
from domain.chats.errors import ChatNotFound
from domain.chats.lookup import MessageLookup
from domain.chats.service import ChatReader, OpenedChat
from domain.credits.service import InsufficientCredits, WalletNotFound
from domain.errors import Unauthenticated
from domain.insights.errors import (
    AlreadyRefunded,
    AlreadyUnlocked,
    CategoryNotForGroups,
    CategoryNotUnlocked,
    ChatTooSmall,
    InsightCompleted,
    InsightNotFound,
    InsightRunning,
    InsightTypeNotFound,
    UnlockNotFound,
)
from domain.insights.reader import InsightReader, InsightRow
from domain.insights.service import InsightService
from domain.insights.states import InsightStatus
from domain.users.service import AccountDeleted

_CALLER = (Unauthenticated, AccountDeleted, InvalidRequest)
_JOB = (*_CALLER, UnlockNotFound)
_INSIGHT = (*_CALLER, InsightNotFound)
_RETRY_AFTER: Final = {"Retry-After": "1"}
_UNLOCK_ERRORS = (
    *IMPORTED_CHAT,
    *KEY_ERRORS,
    AlreadyUnlocked,
    CategoryNotFound,
    CategoryNotForGroups,
    ChatTooSmall,
    InsufficientCredits,
    WalletNotFound,
)


class InsightController(Controller):
    path = "/api/insights"
    tags = ("insights",)

    @post(
        "/unlock",
        operation_id="unlockCategory",
        summary="Unlock a category of insights for a chat",
        status_code=200,
        security=BEARER,
        responses=answers(UnlockAnswer, examples.UNLOCKED, errors=_UNLOCK_ERRORS, reads_json=True),
    )
    async def unlock(
        self,
        data: JSONBody[UnlockRequest],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        session: NamedDependency[AsyncSession],
        once: NamedDependency[Once],
        chat_reader: NamedDependency[ChatReader],
        insight_reader: NamedDependency[InsightReader],
    ) -> Response[Any]:
        """Charge the coins and have the insights made: poll the job, or stream its events.

        Types that the chat cannot carry, and those that were delivered for it before, are left out and not charged;
        what is not delivered is refunded. A category that is unlocked already answers 400 with the job's id, a wallet
        that does not cover it 402 with `required`, `available` and `deficit`.
        """

        async def work() -> Response[UnlockAnswer]:
            chat = await chat_reader.imported(user.id, data.chat_id)
            unlocked = await build_unlock_service(session, resources).unlock(user.id, chat, data.category_id)
            answer = unlock_answer(unlocked, await insight_reader.typical_duration_s())
            return Response(answer, headers={"Location": answer.poll_url} | _RETRY_AFTER)

        return await once(work)

    @get(
        "/jobs/{job_id:str}/status",
        operation_id="getGenerationJob",
        summary="How far a generation job is",
        security=BEARER,
        responses=answers(JobView, examples.JOB, errors=_JOB),
    )
    async def job_status(
        self,
        job_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        chat_reader: NamedDependency[ChatReader],
        insight_reader: NamedDependency[InsightReader],
    ) -> Response[JobView]:
        """Counts, and the insights that are done so far. Ask again after Retry-After, until the job is settled."""
        row = await insight_reader.unlock(user.id, job_id)
        progress = job_progress(row, await insight_reader.typical_duration_s(), utc_now())
        insights = await _done(chat_reader, insight_reader, user.id, row.chat_id, job_id)
        return Response(job_view(progress, insights), headers={} if row.is_settled else dict(_RETRY_AFTER))

    @get(
        "/jobs/{job_id:str}/events",
        operation_id="watchGenerationJob",
        summary="The progress of a generation job, as server-sent events",
        security=BEARER,
        responses=answers(JobProgress, examples.PROGRESS, errors=_JOB, media_type="text/event-stream"),
    )
    async def job_events(
        self,
        job_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        insight_reader: NamedDependency[InsightReader],
        last_event_id: Annotated[str | None, HeaderParameter(name="Last-Event-ID")] = None,
    ) -> ServerSentEvent:
        """Events `stage`, `progress`, `insight` (a whole one, as its own route gives it) and at last `done`.

        An event's id is the job's revision, from which a client resumes. A comment comes every 15 quiet seconds.
        """
        await insight_reader.unlock(user.id, job_id)
        return ServerSentEvent(JobWatcher(resources, user.id, job_id).events(last_revision(last_event_id)))

    @get(
        "/chats/{chat_id:str}",
        operation_id="getChatInsights",
        summary="A chat's insights",
        security=BEARER,
        responses=answers(ChatInsights, examples.CHAT_INSIGHTS, errors=OWN_CHAT),
    )
    async def of_chat(
        self,
        chat_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        chat_reader: NamedDependency[ChatReader],
        insight_reader: NamedDependency[InsightReader],
        categories: NamedDependency[Categories],
    ) -> ChatInsights:
        """The insights of all unlocked categories; the other fields are the latest unlock's."""
        chat = await chat_reader.one(user.id, chat_id)
        unlocks = await insight_reader.unlocks(user.id, chat_id)
        insights = await insight_reader.of_chat(user.id, chat_id)
        return chat_insights(chat, unlocks, insights, categories)

    @get(
        "/{insight_id:str}",
        operation_id="getInsight",
        summary="One insight",
        security=BEARER,
        responses=answers(InsightView, examples.INSIGHT, errors=_INSIGHT),
    )
    async def one(
        self,
        insight_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        chat_reader: NamedDependency[ChatReader],
        insight_reader: NamedDependency[InsightReader],
    ) -> InsightView:
        return insight_view(*await _opened(chat_reader, insight_reader, user.id, insight_id))

    @get(
        "/{insight_id:str}/evidence",
        operation_id="getInsightEvidence",
        summary="What an insight rests on",
        security=BEARER,
        responses=answers(Evidence, examples.EVIDENCE, errors=_INSIGHT),
    )
    async def evidence_of(
        self,
        insight_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_reader: NamedDependency[ChatReader],
        insight_reader: NamedDependency[InsightReader],
    ) -> Evidence:
        """Every line that the content quotes, with three messages before and behind it."""
        chat, row = await _opened(chat_reader, insight_reader, user.id, insight_id)
        return await evidence(chat, row, MessageLookup(resources.database.reads))

    @post(
        "/{insight_id:str}/retry",
        operation_id="retryInsight",
        summary="Have a failed insight made again",
        status_code=200,
        security=BEARER,
        responses=answers(
            InsightView, examples.PENDING, errors=(*_INSIGHT, InsightRunning, InsightCompleted, AlreadyRefunded)
        ),
    )
    async def retry(
        self,
        insight_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_reader: NamedDependency[ChatReader],
        insight_reader: NamedDependency[InsightReader],
    ) -> InsightView:
        """Free of charge until its job is settled; what was not delivered by then was refunded."""
        await _retry(resources, user.id, insight_id)
        return insight_view(*await _opened(chat_reader, insight_reader, user.id, insight_id))


class GenerateController(Controller):
    path = "/api/rag"
    tags = ("insights",)

    @post(
        "/generate",
        operation_id="generateInsight",
        summary="One insight of an unlocked category",
        status_code=200,
        security=BEARER,
        deprecated=True,
        responses=answers(
            InsightView,
            examples.INSIGHT,
            errors=(*IMPORTED_CHAT, InsightTypeNotFound, CategoryNotUnlocked, InsightRunning, AlreadyRefunded),
            reads_json=True,
        ),
    )
    async def generate(
        self,
        data: JSONBody[GenerateRequest],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_reader: NamedDependency[ChatReader],
        insight_reader: NamedDependency[InsightReader],
    ) -> InsightView:
        """The insight as it was made; one that failed is made again, unless it was refunded. Unlock instead."""
        chat = await chat_reader.imported(user.id, data.chat_id)
        row = await insight_reader.of_type(user.id, data.chat_id, data.insight_type_id)
        if row is None:
            raise CategoryNotUnlocked
        if row.status == InsightStatus.COMPLETED:
            return insight_view(chat, row)
        with suppress(InsightCompleted):  # it was made this moment
            await _retry(resources, user.id, row.id)
        return insight_view(chat, await insight_reader.insight(user.id, row.id))


async def _retry(resources: Resources, user_id: UUID, insight_id: UUID) -> None:
    async with resources.database.transaction() as session:
        unlock_id = await InsightService(session).retry(user_id, insight_id)
    await resources.signals.send(unlock_topic(unlock_id))


async def _opened(
    chat_reader: ChatReader, insight_reader: InsightReader, user_id: UUID, insight_id: UUID
) -> tuple[OpenedChat, InsightRow]:
    row = await insight_reader.insight(user_id, insight_id)
    try:
        return await chat_reader.one(user_id, row.chat_id), row
    except ChatNotFound:  # it was deleted this moment, and its insights with it
        raise InsightNotFound from None


async def _done(
    chat_reader: ChatReader, insight_reader: InsightReader, user_id: UUID, chat_id: UUID, unlock_id: UUID
) -> list[InsightView]:
    """The insights of a job that are done; none once the chat is gone."""
    rows = await insight_reader.of_unlock(unlock_id)
    try:
        chat = await chat_reader.one(user_id, chat_id)
    except ChatNotFound:
        return []
    return [insight_view(chat, row) for row in rows]
