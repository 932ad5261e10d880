"""Every injectable: a name and its builder.

Each builder takes what it needs from the application's state instead of from another injectable. What a route takes
side by side, Litestar resolves in a task group, which costs a tenth of a small request.
"""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncSession

from app.chats.views import Categories
from app.idempotency import provide_once
from app.resources import Resources
from app.security import CurrentUser, bearer_token
from domain.catalogue.service import CatalogueService
from domain.chats.repository import ChatKeyRepository, ChatRepository, ChatRows
from domain.chats.service import ChatReader, ChatService
from domain.credits.service import WalletReader
from domain.insights.reader import InsightReader
from domain.insights.settle import SettlementService
from domain.insights.unlock import UnlockService
from domain.outbox import Outbox
from domain.payments.reader import OrderReader
from domain.retrieval.indexing import IndexingService
from domain.users.service import UserService


def _reads(state: State) -> asyncpg.Pool:
    return state.resources.database.reads


async def provide_user(request: Request[Any, Any, Any], state: State) -> CurrentUser:
    """Whose request it is: a route that declares it answers only to a valid token."""
    user: CurrentUser = await state.authenticator.authenticate(bearer_token(request))
    return user


async def provide_resources(state: State) -> Resources:
    resources: Resources = state.resources
    return resources


async def provide_session(state: State, user: NamedDependency[CurrentUser]) -> AsyncIterator[AsyncSession]:  # noqa: ARG001 - see below
    """The request's transaction: committed when the handler has returned, before the answer is sent.

    It waits for the user: Litestar does not close a generator that has begun when another dependency then raises.
    """
    async with state.resources.database.transaction() as session:
        yield session


async def provide_users(state: State, session: NamedDependency[AsyncSession]) -> UserService:
    return UserService(session, state.resources.master_keys)


async def provide_wallets(state: State, user: NamedDependency[CurrentUser]) -> WalletReader:  # noqa: ARG001 - see below
    """It waits for the user, so that the two are not resolved in a task group of their own."""
    return WalletReader(_reads(state))


async def provide_orders(state: State) -> OrderReader:
    return OrderReader(_reads(state))


async def provide_catalogue_service(state: State) -> CatalogueService:
    return CatalogueService(_reads(state))


async def provide_categories(state: State) -> Categories:
    categories: Categories = await state.category_names.current(_reads(state))
    return categories


async def provide_insight_reader(state: State) -> InsightReader:
    return InsightReader(_reads(state))


async def provide_chat_rows(state: State) -> ChatRows:
    return ChatRows(_reads(state))


async def provide_chat_reader(state: State) -> ChatReader:
    return ChatReader(ChatRows(_reads(state)), state.resources.master_keys)


def build_chat_service(session: AsyncSession, resources: Resources) -> ChatService:
    """For the routes and jobs that go on after the commit, and so open their transaction themselves."""
    return ChatService(
        ChatRepository(session=session),
        ChatKeyRepository(session=session),
        UserService(session, resources.master_keys),
        Outbox(session),
        resources.master_keys,
    )


def build_unlock_service(session: AsyncSession, resources: Resources) -> UnlockService:
    return UnlockService(session, UserService(session, resources.master_keys), resources.settings.unlock_deadline_s)


def build_settlement_service(session: AsyncSession, resources: Resources) -> SettlementService:
    return SettlementService(session, UserService(session, resources.master_keys))


def build_indexing_service(session: AsyncSession, resources: Resources) -> IndexingService:
    return IndexingService(session, resources.master_keys, resources.collection)


DEPENDENCIES = {
    "user": Provide(provide_user),
    "resources": Provide(provide_resources),
    "session": Provide(provide_session),
    "once": Provide(provide_once),
    "users": Provide(provide_users),
    "wallets": Provide(provide_wallets),
    "orders": Provide(provide_orders),
    "catalogue_service": Provide(provide_catalogue_service),
    "categories": Provide(provide_categories),
    "chat_rows": Provide(provide_chat_rows),
    "insight_reader": Provide(provide_insight_reader),
    "chat_reader": Provide(provide_chat_reader),
}
