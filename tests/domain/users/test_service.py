import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from domain.cipher import MasterKeys
from domain.outbox import OutboxJob
from domain.users.models import User
from domain.users.repository import read_live
from domain.users.service import ERASURES, AccountDeleted, Identity, UserService
from fakes.databases import fresh_database

ISSUER = "https://issuer.example.org"
KEYS = MasterKeys([b"k" * 32])
NOW = datetime(2026, 11, 23, 12, 0, 0, 500_000, UTC)
BEFORE, AFTER = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("data")) as database:
        yield database


@pytest.fixture
def subject():
    return f"user_{uuid4().hex}"


@pytest.fixture
def provision(database, subject):
    async def provision(issued_at=BEFORE, *, issuer=ISSUER, keys=KEYS):
        async with database.transaction() as session:
            return await UserService(session, keys).provision(Identity(issuer, subject, issued_at))

    return provision


@pytest.fixture
def delete(database):
    async def delete(provisioned, issued_at=BEFORE, *, now=NOW, keys=KEYS):
        async with database.transaction() as session:
            return await UserService(session, keys).delete(provisioned.user.id, issued_at=issued_at, now=now)

    return delete


@pytest.fixture
def stored(database):
    async def stored(user_id):
        async with database.transaction() as session:
            return await session.get_one(User, user_id)

    return stored


class TestProvisioning:
    async def test_the_first_time_makes_a_user_and_the_next_finds_it(self, provision, database, subject):
        first, second = await provision(), await provision()

        assert first.created
        assert first.returning_as is None
        assert not second.created
        assert second.user.id == first.user.id
        assert (await read_live(database.reads, ISSUER, subject)).id == first.user.id

    async def test_ids_rise_with_time(self, provision):
        assert (await provision()).user.id.version == 7

    async def test_the_same_subject_of_another_issuer_is_somebody_else(self, provision):
        here, elsewhere = await provision(), await provision(issuer="https://other.example.org")

        assert elsewhere.created
        assert elsewhere.user.id != here.user.id

    async def test_a_hundred_at_once_make_one_user(self, provision, database, subject):
        provisioned = await asyncio.gather(*(provision() for _ in range(100)))

        assert sum(each.created for each in provisioned) == 1
        assert len({each.user.id for each in provisioned}) == 1
        async with database.transaction() as session:
            assert await session.scalar(select(func.count()).where(User.subject == subject)) == 1

    async def test_when_the_first_one_fails_the_next_makes_the_user(self, provision, database, subject):
        async def fail():
            async with database.transaction() as session:
                await UserService(session, KEYS).provision(Identity(ISSUER, subject, BEFORE))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()

        assert (await provision()).created


class TestProfile:
    async def test_what_is_given_is_stored_and_the_rest_kept(self, provision, database, stored):
        user_id = (await provision()).user.id
        given = {"email": "ada@example.org", "first_name": "Ada", "last_name": None}
        later = {"email": None, "first_name": None, "last_name": "Lovelace"}
        for profile in (given, later):
            async with database.transaction() as session:
                await UserService(session, KEYS).store_profile(user_id, **profile)

        user = await stored(user_id)
        assert (user.email, user.first_name, user.last_name) == ("ada@example.org", "Ada", "Lovelace")

    async def test_two_users_may_have_one_address(self, provision, database):
        for user_id in ((await provision()).user.id, (await provision(issuer="https://other.example.org")).user.id):
            async with database.transaction() as session:
                profile = {"email": "shared@example.org", "first_name": None, "last_name": None}
                assert (await UserService(session, KEYS).store_profile(user_id, **profile)).email

    async def test_a_deleted_account_stores_nothing(self, provision, delete, database):
        provisioned = await provision()
        await delete(provisioned)

        profile = {"email": "late@example.org", "first_name": None, "last_name": None}
        with pytest.raises(AccountDeleted):
            async with database.transaction() as session:
                await UserService(session, KEYS).store_profile(provisioned.user.id, **profile)


class TestDeletion:
    async def test_a_pseudonym_is_all_that_is_kept(self, provision, delete, database, subject, stored):
        provisioned = await provision()

        assert await delete(provisioned) == NOW

        user = await stored(provisioned.user.id)
        assert (user.issuer, user.subject, user.email, user.first_name, user.last_name) == (None,) * 5
        assert user.pseudonym == KEYS.pseudonyms(ISSUER, subject)[0]
        assert user.deleted_at == NOW
        assert await read_live(database.reads, ISSUER, subject) is None

    async def test_the_jobs_that_erase_the_rest_are_recorded_with_it(self, provision, delete, database):
        provisioned = await provision()
        await delete(provisioned)

        async with database.transaction() as session:
            jobs = await session.scalars(
                select(OutboxJob).where(OutboxJob.arguments["user_id"].astext == str(provisioned.user.id))
            )
            assert {job.function for job in jobs} == set(ERASURES)

    async def test_it_happens_once(self, provision, delete):
        provisioned = await provision()

        outcomes = await asyncio.gather(*(delete(provisioned) for _ in range(5)), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["AccountDeleted"] * 4, "datetime"]

    @pytest.mark.parametrize("issued_at", [None, BEFORE, NOW])
    async def test_what_was_issued_until_then_opens_nothing(self, provision, delete, database, subject, issued_at):
        await delete(await provision())

        with pytest.raises(AccountDeleted):
            await provision(issued_at)
        assert await read_live(database.reads, ISSUER, subject) is None

    async def test_a_token_from_a_clock_that_is_ahead_does_not_outlive_the_deletion_it_asked_for(
        self, provision, delete
    ):
        ahead = NOW + timedelta(seconds=20)

        assert await delete(await provision(ahead), ahead) == ahead
        with pytest.raises(AccountDeleted):
            await provision(ahead)


class TestReturn:
    async def test_what_was_issued_later_opens_the_account_anew(self, provision, delete, subject):
        first = await provision()
        await delete(first)

        again = await provision(AFTER)

        assert again.created
        assert again.user.id != first.user.id
        assert again.returning_as == KEYS.pseudonyms(ISSUER, subject)[0]

    async def test_old_tokens_stay_refused(self, provision, delete, database, subject):
        await delete(await provision())
        await provision(AFTER)

        for issued_at in (None, BEFORE, NOW):
            with pytest.raises(AccountDeleted):
                await provision(issued_at)
        assert (await read_live(database.reads, ISSUER, subject)).reopened_after == NOW

    async def test_the_last_of_several_deletions_counts(self, provision, delete):
        await delete(await provision())
        later = AFTER + timedelta(minutes=1)
        await delete(await provision(AFTER), AFTER, now=later)

        with pytest.raises(AccountDeleted):
            await provision(AFTER)
        assert (await provision(later + timedelta(seconds=1))).user.reopened_after == later

    async def test_a_hundred_at_once_return_as_one(self, provision, delete):
        await delete(await provision())

        returned = await asyncio.gather(*(provision(AFTER) for _ in range(100)))

        assert [each.returning_as is not None for each in returned if each.created] == [True]
        assert len({each.user.id for each in returned}) == 1

    async def test_the_pseudonym_is_known_after_the_master_key_was_rotated(self, provision, delete):
        await delete(await provision())
        rotated = MasterKeys([b"n" * 32, b"k" * 32])

        with pytest.raises(AccountDeleted):
            await provision(BEFORE, keys=rotated)
        assert (await provision(AFTER, keys=rotated)).returning_as is not None

    async def test_a_first_request_that_a_deletion_overtakes_is_refused(self, provision, delete, database, subject):
        provisioned = await provision()
        async with database.transaction() as session:
            await UserService(session, KEYS).delete(provisioned.user.id, issued_at=BEFORE, now=NOW)
            overtaken = asyncio.create_task(provision(BEFORE))
            await until_one_waits_for_a_lock(database)

        with pytest.raises(AccountDeleted):
            await overtaken


async def until_one_waits_for_a_lock(database):
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(10):
        while not await database.reads.fetchval(query):  # noqa: ASYNC110 - the server tells nobody of its locks
            await asyncio.sleep(0.01)
