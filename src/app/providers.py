"""Every injectable: a name and its builder."""

from collections.abc import AsyncIterator

import asyncpg
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncSession

from app.chats.views import Categories
from app.resources import Resources
from app.security import Authenticator, provide_current_user
from domain.catalogue.service import CatalogueService
from domain.chats.repository import ChatKeyRepository, ChatRepository, ChatRows
from domain.chats.service import ChatReader, ChatService
from domain.credits.service import WalletReader
from domain.outbox import Outbox
from domain.users.service import UserService


async def provide_resources(state: State) -> Resources:
    return state.resources  # type: ignore[no-any-return]


async def provide_authenticator(state: State) -> Authenticator:
    return state.authenticator  # type: ignore[no-any-return]


async def provide_session(resources: NamedDependency[Resources]) -> AsyncIterator[AsyncSession]:
    """The request's transaction: committed when the handler has returned, before the answer is sent."""
    async with resources.database.transaction() as session:
        yield session


async def provide_reads(resources: NamedDependency[Resources]) -> asyncpg.Pool:
    return resources.database.reads


async def provide_categories(state: State, reads: NamedDependency[asyncpg.Pool]) -> Categories:
    return await state.category_names.current(reads)  # type: ignore[no-any-return]


async def provide_chat_rows(reads: NamedDependency[asyncpg.Pool]) -> ChatRows:
    return ChatRows(reads)


async def provide_chat_reader(
    chat_rows: NamedDependency[ChatRows], resources: NamedDependency[Resources]
) -> ChatReader:
    return ChatReader(chat_rows, resources.master_keys)


async def provide_users(session: NamedDependency[AsyncSession], resources: NamedDependency[Resources]) -> UserService:
    return UserService(session, resources.master_keys)


def build_chat_service(session: AsyncSession, resources: Resources) -> ChatService:
    return ChatService(
        ChatRepository(session=session), ChatKeyRepository(session=session), Outbox(session), resources.master_keys
    )


async def provide_wallets(reads: NamedDependency[asyncpg.Pool]) -> WalletReader:
    return WalletReader(reads)


async def provide_catalogue_service(reads: NamedDependency[asyncpg.Pool]) -> CatalogueService:
    return CatalogueService(reads)


DEPENDENCIES = {
    "resources": Provide(provide_resources),
    "authenticator": Provide(provide_authenticator),
    "user": Provide(provide_current_user),
    "session": Provide(provide_session),
    "reads": Provide(provide_reads),
    "categories": Provide(provide_categories),
    "chat_rows": Provide(provide_chat_rows),
    "chat_reader": Provide(provide_chat_reader),
    "users": Provide(provide_users),
    "wallets": Provide(provide_wallets),
    "catalogue_service": Provide(provide_catalogue_service),
}
