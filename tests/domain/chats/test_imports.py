import asyncio
import io
from uuid import uuid4

import pytest

from domain.chats.importing.protocol import COPY_COLUMNS
from domain.chats.imports import ATTEMPTS, Claim, ImportService
from domain.chats.repository import ChatRows
from domain.chats.sealing import open_bodies, open_profile
from domain.chats.states import ImportStage
from domain.cipher import Opener
from domain.leases import Held
from support.transcripts import copied_rows, outcome, sealed_rows, transcript


@pytest.fixture
def step(database, master_keys):
    """One call of the service in a transaction of its own."""

    async def step(name, *arguments):
        async with database.transaction() as session:
            return await getattr(ImportService(session, master_keys), name)(*arguments)

    return step


@pytest.fixture
def lose(execute):
    """The lease runs out, as when its run was lost."""

    async def lose(chat_id):
        await execute("UPDATE chat SET import_lease_until = now() - interval '1 s' WHERE id = :id", id=chat_id)

    return lose


@pytest.fixture
def state(database, user_id):
    async def state(chat_id):
        return await ChatRows(database.reads).state(user_id, chat_id)

    return state


@pytest.fixture
def stored(database):
    async def stored(chat_id):
        return await ChatRows(database.reads).messages(chat_id, -1, 1000)

    return stored


class TestClaim:
    async def test_of_two_at_once_one_wins(self, create, step):
        chat_id = await create()
        found = await asyncio.gather(*(step("claim", chat_id) for _ in range(5)), return_exceptions=True)

        assert sorted(type(one).__name__ for one in found) == ["Claim"] + ["Held"] * 4

    async def test_it_holds_until_the_lease_runs_out(self, create, step, lose):
        chat_id = await create()
        first = await step("claim", chat_id)
        with pytest.raises(Held):
            await step("claim", chat_id)
        await lose(chat_id)
        second = await step("claim", chat_id)

        assert (first.fence, second.fence) == (1, 2)
        assert first.key == second.key

    async def test_a_renewed_lease_holds_on(self, create, step, lose):
        chat_id = await create()
        claim = await step("claim", chat_id)
        for keep in (("renew", claim), ("advance", claim, ImportStage.PARSING)):
            await lose(chat_id)
            assert await step(*keep)
            with pytest.raises(Held):
                await step("claim", chat_id)

    async def test_a_released_lease_is_free_at_once(self, create, step):
        chat_id = await create()
        await step("release", await step("claim", chat_id))

        assert (await step("claim", chat_id)).fence == 2

    async def test_no_epoch_is_handed_out_twice(self, create, step, lose):
        chat_id = await create()
        epochs = []
        for _ in range(ATTEMPTS):
            epochs.append((await step("claim", chat_id)).epoch)
            await lose(chat_id)

        assert epochs == sorted(set(epochs))
        assert epochs[0] > 0  # the file name was sealed in the first

    async def test_a_chat_whose_runs_are_lost_again_and_again_fails(self, create, step, lose, state):
        chat_id = await create()
        for _ in range(ATTEMPTS):
            assert await step("claim", chat_id)
            await lose(chat_id)

        assert await step("claim", chat_id) is None
        settled = await state(chat_id)
        assert (settled.status, settled.error_code) == ("failed", "import_failed")

    async def test_there_is_nothing_to_claim_of_a_chat_that_is_gone_or_settled(
        self, create, step, database, service, user_id
    ):
        failed, deleted = await create(), await create()
        await step("fail", await step("claim", failed), "export_empty")
        async with database.transaction() as session:
            await service(session).delete(user_id, deleted)

        assert [await step("claim", chat_id) for chat_id in (failed, deleted, uuid4())] == [None] * 3


class TestSuperseded:
    @pytest.fixture
    async def superseded(self, create, step, lose):
        chat_id = await create()
        paused = await step("claim", chat_id)
        await lose(chat_id)
        await step("claim", chat_id)
        return paused

    async def test_it_changes_nothing(self, superseded, step, state):
        before = await state(superseded.chat_id)

        assert not await step("renew", superseded)
        assert not await step("advance", superseded, ImportStage.STORING)
        assert not await step("fail", superseded, "export_empty")
        assert await state(superseded.chat_id) == before

    async def test_it_stores_nothing(self, superseded, step, state, stored):
        chat = transcript()

        assert not await step("complete", superseded, outcome(chat, superseded), sealed_rows(chat, superseded))
        assert await stored(superseded.chat_id) == []
        assert (await state(superseded.chat_id)).status == "processing"

    async def test_it_cannot_release_the_lease_of_its_successor(self, superseded, step):
        await step("release", superseded)

        with pytest.raises(Held):
            await step("claim", superseded.chat_id)

    async def test_a_run_whose_chat_was_deleted_stores_nothing(self, create, step, database, service, user_id, execute):
        chat = transcript()
        claim = await step("claim", await create())
        async with database.transaction() as session:
            await service(session).delete(user_id, claim.chat_id)

        assert not await step("complete", claim, outcome(chat, claim), sealed_rows(chat, claim))
        assert await execute("SELECT count(*) FROM message WHERE chat_id = :id", id=claim.chat_id) == 0


class TestSettling:
    @pytest.fixture
    async def claim(self, create, step):
        return await step("claim", await create())

    async def test_what_is_stored_is_the_transcript(self, claim, step, state, stored):
        chat = transcript()
        before = (await state(claim.chat_id)).revision

        assert await step("complete", claim, outcome(chat, claim), sealed_rows(chat, claim))

        settled = await state(claim.chat_id)
        assert (settled.status, settled.stage, settled.error_code) == ("completed", "done", None)
        assert settled.revision > before
        rows = await stored(claim.chat_id)
        assert [tuple(row[1:6]) for row in rows] == list(
            zip(range(len(chat)), chat.times, chat.senders, chat.kinds, chat.flags, strict=True)
        )
        bodies = open_bodies(Opener(claim.key), claim.chat_id, [(row[0], row[6]) for row in rows])
        assert [body.text for body in bodies] == chat.texts
        assert [body.attachment for body in bodies] == ["IMG-1.jpg", None, None, None]
        assert len({row[0] for row in rows}) == len(chat)

    async def test_it_happens_once(self, claim, step, stored):
        chat = transcript()
        assert await step("complete", claim, outcome(chat, claim), sealed_rows(chat, claim))

        assert not await step("complete", claim, outcome(chat, claim), sealed_rows(chat, claim))
        assert not await step("fail", claim, "export_empty")
        assert len(await stored(claim.chat_id)) == len(chat)

    async def test_rows_that_were_cut_off_leave_the_chat_as_it_was(self, claim, step, state, stored):
        chat = transcript()
        before = await state(claim.chat_id)
        with pytest.raises(Exception, match="COPY"):
            await step("complete", claim, outcome(chat, claim), io.BytesIO(sealed_rows(chat, claim).read()[:-9]))

        assert (await state(claim.chat_id), await stored(claim.chat_id)) == (before, [])

    async def test_each_stage_is_a_revision(self, claim, step, state):
        revisions = [(await state(claim.chat_id)).revision]
        for stage in (ImportStage.PARSING, ImportStage.STATISTICS):
            assert await step("advance", claim, stage)
            assert (await state(claim.chat_id)).stage == stage
            revisions.append((await state(claim.chat_id)).revision)

        assert revisions == [1, 2, 3]


async def test_a_deletion_waits_for_a_completion_and_takes_all_of_it(
    create, step, database, service, master_keys, user_id, stored
):
    chat = transcript()
    claim = await step("claim", await create())

    async def delete():
        async with database.transaction() as session:
            await service(session).delete(user_id, claim.chat_id)

    async with database.transaction() as session:
        assert await ImportService(session, master_keys).complete(claim, outcome(chat, claim), sealed_rows(chat, claim))
        deleting = asyncio.create_task(delete())
        await asyncio.wait([deleting], timeout=0.2)
        assert not deleting.done()
    await deleting

    assert await stored(claim.chat_id) == []


def test_the_rows_are_those_of_the_transcript_in_the_order_of_the_columns():
    chat = transcript(*(f"text {number}" * 50 for number in range(5000)))
    claim = Claim(uuid4(), 1, bytes(32), 1, {})
    rows = [dict(zip(COPY_COLUMNS, row, strict=True)) for row in copied_rows(sealed_rows(chat, claim).read())]

    assert {row["chat_id"] for row in rows} == {claim.chat_id.bytes}
    for column, expected in [
        ("position", range(len(chat))),
        ("sent_at", chat.times),
        ("sender", chat.senders),
        ("kind", chat.kinds),
        ("flags", chat.flags),
    ]:
        assert [int.from_bytes(row[column], "big", signed=True) for row in rows] == list(expected)
    opener = Opener(claim.key)
    first = opener.open(rows[0]["sealed"], claim.chat_id.bytes + rows[0]["id"])
    assert chat.texts[0].encode() in first


async def test_the_profile_is_what_the_export_says(create, step, database, user_id):
    chat = transcript()
    claim = await step("claim", await create())
    await step("complete", claim, outcome(chat, claim), sealed_rows(chat, claim))

    row = await ChatRows(database.reads).one(user_id, claim.chat_id)
    profile = open_profile(Opener(claim.key), claim.chat_id, row.sealed_profile)
    assert (profile.title, profile.participants, profile.utc) == ("Trip", ["Ann", "Bob"], False)
    assert row.message_count == len(chat)
