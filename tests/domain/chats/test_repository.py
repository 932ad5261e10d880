import asyncio
from uuid import uuid4

import pytest

from domain.chats.imports import ImportService
from domain.chats.repository import ChatKeyRepository, ChatRepository, ChatRows, delete_messages
from support.transcripts import outcome, sealed_rows, transcript


@pytest.fixture
def rows(database):
    return ChatRows(database.reads)


@pytest.fixture
async def completed(create, database, master_keys):
    chat, chat_id = transcript(*(f"text {number}" for number in range(10))), await create()
    async with database.transaction() as session:
        claim = await ImportService(session, master_keys).claim(chat_id)
    async with database.transaction() as session:
        assert await ImportService(session, master_keys).complete(claim, outcome(chat, claim), sealed_rows(chat, claim))
    return chat_id


async def test_a_user_finds_the_own_chats_alone(create, rows, user_id, another_user):
    stranger = await another_user()
    own, other = await create(), await create(owner=stranger)

    assert [row.id for row in await rows.of_user(user_id)] == [own]
    assert (await rows.one(user_id, own)).id == own
    assert (await rows.state(user_id, own)).status == "processing"
    for user, chat_id in ((user_id, other), (stranger, own), (user_id, uuid4())):
        assert await rows.one(user, chat_id) is None
        assert await rows.state(user, chat_id) is None


async def test_messages_come_in_order_behind_a_position(completed, rows):
    found = await rows.messages(completed, 2, 4)

    assert [row[1] for row in found] == [3, 4, 5, 6]
    assert await rows.messages(completed, 9, 4) == []
    assert await rows.messages(uuid4(), -1, 4) == []


async def test_there_are_none_once_the_key_is_gone(completed, rows, execute):
    await execute("DELETE FROM chat_key WHERE id = :id", id=completed)

    assert await rows.messages(completed, -1, 100) == []


async def test_messages_are_deleted_some_at_a_time(completed, database):
    counts = []
    for _ in range(4):
        async with database.transaction() as session:
            counts.append(await delete_messages(session, completed, 4))

    assert counts == [4, 4, 2, 0]


async def test_exports_are_needed_while_their_chats_wait(create, completed, database):
    waiting = await create()
    async with database.transaction() as session:
        assert await ChatRepository(session=session).importing([waiting, completed, uuid4()]) == {waiting}
        assert await ChatRepository(session=session).importing([]) == set()


async def test_every_asker_gets_a_sealing_epoch_of_its_own(create, database):
    chat_id = await create()

    async def ask():
        async with database.transaction() as session:
            _, epoch = await ChatKeyRepository(session=session).next_epoch(chat_id)
            return epoch

    assert sorted(await asyncio.gather(*(ask() for _ in range(8)))) == list(range(1, 9))


async def test_of_a_chat_that_is_gone_there_is_no_key(database):
    async with database.transaction() as session:
        assert await ChatKeyRepository(session=session).next_epoch(uuid4()) is None


async def test_reading_connections_cannot_write(database, completed):
    with pytest.raises(Exception, match="read-only"):
        await database.reads.execute("DELETE FROM chat WHERE id = $1", completed)
