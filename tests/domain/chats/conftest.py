from uuid import uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from domain.chats.repository import ChatKeyRepository, ChatRepository
from domain.chats.service import ChatService
from domain.cipher import MasterKeys
from domain.outbox import Outbox
from domain.users.models import User
from domain.users.service import UserService
from fakes.databases import fresh_database


@pytest.fixture(scope="session")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture(scope="session")
def master_keys():
    return MasterKeys([bytes(range(32))])


@pytest.fixture
async def user_id(database):
    return await new_user(database)


async def new_user(database):
    user_id = uuid7()
    async with database.transaction() as session:
        session.add(User(id=user_id, issuer="test", subject=uuid4().hex))
    return user_id


@pytest.fixture
def another_user(database):
    return lambda: new_user(database)


@pytest.fixture
def service(master_keys):
    def service(session):
        return ChatService(
            ChatRepository(session=session),
            ChatKeyRepository(session=session),
            UserService(session, master_keys),
            Outbox(session),
            master_keys,
        )

    return service


@pytest.fixture
def create(database, service, user_id):
    """Makes a chat that waits to be imported."""

    async def create(filename="_chat.txt", owner=None):
        chat_id = uuid7()
        async with database.transaction() as session:
            await service(session).create(chat_id, owner or user_id, filename, None, {})
        return chat_id

    return create


@pytest.fixture
def execute(database):
    """A statement with parameters; the first value of its first row, if it has any."""

    async def execute(statement, **parameters):
        async with database.transaction() as session:
            found = await session.execute(text(statement), parameters)
            return found.scalar() if found.returns_rows else None

    return execute
