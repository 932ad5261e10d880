import unicodedata
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.chats.errors import ChatImportFailed, ChatNotFound, ChatNotReady, UnknownParticipant
from domain.chats.imports import ImportService
from domain.chats.repository import ChatRows
from domain.chats.service import FILENAME_LENGTH, ChatReader, clean_filename
from domain.cipher import CipherError, MasterKeys
from domain.users.service import AccountDeleted
from support.transcripts import outcome, sealed_rows, transcript

ROWS = """
    SELECT (SELECT count(*) FROM chat WHERE id = :id) || ' chat, ' ||
        (SELECT count(*) FROM chat_key WHERE id = :id) || ' key, ' ||
        (SELECT coalesce(string_agg(function, ' ' ORDER BY created_at), 'no') FROM outbox_job
            WHERE arguments->>'chat_id' = CAST(:id AS text)) || ' job'
"""


@pytest.fixture
def reader(database, master_keys):
    return ChatReader(ChatRows(database.reads), master_keys)


@pytest.fixture
def act(database, service):
    """One call of the service in a transaction of its own."""

    async def act(name, *arguments, **more):
        async with database.transaction() as session:
            return await getattr(service(session), name)(*arguments, **more)

    return act


@pytest.fixture
def complete(create, database, master_keys):
    async def complete(filename="_chat.txt", title="Trip"):
        chat, chat_id = transcript(), await create(filename)
        chat.title = title
        async with database.transaction() as session:
            claim = await ImportService(session, master_keys).claim(chat_id)
        async with database.transaction() as session:
            imports = ImportService(session, master_keys)
            assert await imports.complete(claim, outcome(chat, claim), sealed_rows(chat, claim))
        return chat_id

    return complete


class TestCreate:
    async def test_chat_key_and_job_come_together(self, create, execute):
        assert await execute(ROWS, id=await create()) == "1 chat, 1 key, import_chat job"

    async def test_or_not_at_all(self, database, service, user_id, execute):
        chat_id = uuid4()
        async with database.transaction() as session:
            await service(session).create(chat_id, user_id, "_chat.txt", None, {})
            await session.rollback()

        assert await execute(ROWS, id=chat_id) == "0 chat, 0 key, no job"

    async def test_a_deleted_account_gets_no_chat(self, execute, user_id, create):
        await execute(
            "UPDATE app_user SET deleted_at = now(), pseudonym = 'x', issuer = NULL, subject = NULL WHERE id = :id",
            id=user_id,
        )
        with pytest.raises(AccountDeleted):
            await create()

    async def test_the_file_name_is_not_stored_in_the_clear(self, create, execute, reader, user_id):
        chat_id = await create("canary.txt")

        assert b"canary" not in await execute("SELECT sealed_filename FROM chat WHERE id = :id", id=chat_id)
        assert (await reader.one(user_id, chat_id)).filename == "canary.txt"


class TestRead:
    async def test_the_newest_comes_first(self, create, reader, user_id):
        ids = [await create() for _ in range(3)]

        assert [chat.row.id for chat in await reader.of_user(user_id)] == ids[::-1]

    async def test_another_users_chat_is_as_absent_as_none(self, create, reader, another_user):
        chat_id, stranger = await create(), await another_user()
        for user, chat in ((stranger, chat_id), (stranger, uuid4())):
            with pytest.raises(ChatNotFound):
                await reader.one(user, chat)
        assert await reader.of_user(stranger) == []

    async def test_messages_can_be_read_once_they_are_there(self, create, complete, reader, user_id, execute):
        waiting, failed, completed = await create(), await create(), await complete()
        await execute("UPDATE chat SET status = 'failed' WHERE id = :id", id=failed)

        assert (await reader.imported(user_id, completed)).row.message_count == 4
        with pytest.raises(ChatNotReady):
            await reader.imported(user_id, waiting)
        with pytest.raises(ChatImportFailed):
            await reader.imported(user_id, failed)

    async def test_another_master_key_opens_nothing(self, create, database, user_id):
        await create()
        with pytest.raises(CipherError):
            await ChatReader(ChatRows(database.reads), MasterKeys([bytes(32)])).of_user(user_id)

    @pytest.mark.parametrize(
        ("filename", "title", "expected"),
        [
            ("_chat.txt", "Trip", "Trip"),
            ("WhatsApp Chat with Ann.txt", None, "Ann"),
            ("WhatsApp Chat - Ann.zip", None, "Ann"),
            ("WhatsApp-Chat mit Ann B.txt", None, "Ann B"),
            ("Chat de WhatsApp con Ana.txt", "", "Ana"),
            ("holiday.2023.txt", None, "holiday.2023"),
            ("WhatsApp Chat with .txt", None, None),
        ],
    )
    async def test_the_title_is_the_exports_or_what_the_file_name_says(
        self, complete, reader, user_id, filename, title, expected
    ):
        assert (await reader.one(user_id, await complete(filename, title))).title == expected


class TestDisplayName:
    async def test_it_is_one_of_the_participants(self, complete, act, reader, user_id):
        chat_id = await complete()
        await act("set_display_name", user_id, chat_id, "Bob")

        assert (await reader.one(user_id, chat_id)).display_name == "Bob"
        with pytest.raises(UnknownParticipant):
            await act("set_display_name", user_id, chat_id, "Cid")
        assert (await reader.one(user_id, chat_id)).display_name == "Bob"

    async def test_nobody_sets_it_in_anothers_chat_or_before_there_are_any(
        self, create, complete, act, user_id, another_user
    ):
        with pytest.raises(ChatNotFound):
            await act("set_display_name", await another_user(), await complete(), "Bob")
        with pytest.raises(ChatNotReady):
            await act("set_display_name", user_id, await create(), "Bob")


class TestShare:
    async def test_a_shared_chat_is_everybodys_while_it_is(self, complete, act, reader, user_id, another_user):
        chat_id = await complete()
        with pytest.raises(ChatNotFound):
            await reader.shared(chat_id)
        await act("share", user_id, chat_id, shared=True, show_names=False)
        assert (await reader.shared(chat_id)).row.id == chat_id
        with pytest.raises(ChatNotFound):
            await act("share", await another_user(), chat_id, shared=False, show_names=True)
        await act("share", user_id, chat_id, shared=False, show_names=False)
        with pytest.raises(ChatNotFound):
            await reader.shared(chat_id)

    async def test_not_before_it_is_imported(self, create, act, reader, user_id):
        chat_id = await create()
        await act("share", user_id, chat_id, shared=True, show_names=False)
        with pytest.raises(ChatNotFound):
            await reader.shared(chat_id)


class TestDelete:
    async def test_chat_and_key_go_at_once_and_a_job_takes_the_rest(self, complete, act, user_id, execute):
        chat_id = await complete()
        await act("delete", user_id, chat_id)

        assert await execute(ROWS, id=chat_id) == "0 chat, 0 key, import_chat remove_chat job"
        with pytest.raises(ChatNotFound):
            await act("delete", user_id, chat_id)

    async def test_nobody_deletes_anothers(self, create, act, execute, another_user):
        chat_id = await create()
        with pytest.raises(ChatNotFound):
            await act("delete", await another_user(), chat_id)

        assert await execute(ROWS, id=chat_id) == "1 chat, 1 key, import_chat job"

    async def test_a_deletion_that_fails_keeps_the_key(self, complete, database, service, user_id, execute):
        chat_id = await complete()
        async with database.transaction() as session:
            await service(session).delete(user_id, chat_id)
            await session.rollback()

        assert await execute(ROWS, id=chat_id) == "1 chat, 1 key, import_chat job"

    async def test_all_of_a_user_go_and_nobody_elses(self, create, act, user_id, execute, another_user):
        other = await create(owner=await another_user())
        own = [await create() for _ in range(3)]
        await act("delete_all", user_id)

        for chat_id in own:
            assert await execute(ROWS, id=chat_id) == "0 chat, 0 key, import_chat remove_chat job"
        assert await execute(ROWS, id=other) == "1 chat, 1 key, import_chat job"
        await act("delete_all", user_id)


@given(st.text())
@example("a/" * 300)
@example("\u202e\u2066evil\u2069")
def test_a_file_name_becomes_a_short_visible_label(name):
    label = clean_filename(name)

    assert 0 < len(label) <= FILENAME_LENGTH
    assert not set(label) & set("/\\\n\r\x00\u2028")
    assert not {character for character in label if unicodedata.bidirectional(character) in BIDI_MARKS}


BIDI_MARKS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
