import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import Database
from domain.base import utc_now
from domain.credits.models import EntryKind, LedgerEntry, Wallet
from domain.credits.repository import Posting, WalletRepository, of_user
from domain.credits.service import (
    MAX_POSTING,
    AlreadyPosted,
    CreditService,
    InsufficientCredits,
    InvalidAmount,
    WalletNotFound,
    WalletReader,
)
from domain.errors import DomainError
from domain.users.models import User
from fakes.databases import fresh_database


@pytest.fixture(scope="module")
async def database(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("data")) as database:
        yield database


@pytest.fixture
async def user_id(database: Database) -> UUID:
    return await open_account(database)


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.engine.connect() as connection, AsyncSession(connection) as session:
        yield session
        await session.rollback()


async def add_user(database: Database) -> UUID:
    async with database.transaction() as session:
        user = User(id=uuid7(), issuer="https://issuer.example", subject=uuid4().hex)
        session.add(user)
    return user.id


async def open_account(database: Database, returning_as: str | None = None) -> UUID:
    user_id = await add_user(database)
    async with database.transaction() as session:
        await CreditService(session).open_wallet(user_id, returning_as=returning_as)
    return user_id


async def delete_account(database: Database, user_id: UUID, pseudonym: str) -> None:
    async with database.transaction() as session:
        await session.execute(
            update(User)
            .where(User.id == user_id)
            .values(issuer=None, subject=None, deleted_at=utc_now(), pseudonym=pseudonym)
        )


async def spend(database: Database, user_id: UUID, amount: int, ref_id: UUID | None = None) -> int:
    async with database.transaction() as session:
        posted = await CreditService(session).spend(
            user_id, amount, ref_type="unlock", ref_id=ref_id or uuid4(), description="Family insights"
        )
    return posted.balance_after


async def adjust(database: Database, user_id: UUID, amount: int) -> int:
    async with database.transaction() as session:
        posted = await CreditService(session).adjust(user_id, amount, reason="Goodwill")
    return posted.balance_after


async def post(database: Database, user_id: UUID, kind: EntryKind, amount: int, ref_id: UUID, *, may_owe: bool) -> None:
    posting = Posting(
        kind=kind, amount=amount, ref_type="unlock", ref_id=ref_id, description="Given back", may_owe=may_owe
    )
    async with database.transaction() as session:
        await WalletRepository(session).post(of_user(user_id), posting)


async def violations(database: Database) -> list[Any]:
    async with database.transaction() as session:
        return await CreditService(session).check()


async def outcomes(*calls: Coroutine[Any, Any, Any]) -> tuple[list[Any], list[DomainError]]:
    results = await asyncio.gather(*calls, return_exceptions=True)
    failed = [result for result in results if isinstance(result, DomainError)]
    unexpected = [result for result in results if isinstance(result, BaseException) and result not in failed]
    assert unexpected == []
    return [result for result in results if result not in failed], failed


async def test_opening_a_wallet_grants_the_bonus_as_an_entry(database, user_id):
    history = await WalletReader(database.reads).history(user_id, limit=10, offset=0)
    [bonus] = history.lines
    assert (history.balance, history.total) == (50, 1)
    assert (bonus.kind, bonus.amount, bonus.balance_after, bonus.seq) == ("signup_bonus", 50, 50, 1)
    assert (bonus.ref_type, bonus.chat_id, bonus.refunded) == ("wallet", None, False)


async def test_a_hundred_openings_at_once_grant_one_bonus(database):
    user_id = await add_user(database)

    async def open_wallet() -> None:
        async with database.transaction() as session:
            await CreditService(session).open_wallet(user_id, returning_as=None)

    _, failed = await outcomes(*(open_wallet() for _ in range(100)))
    assert failed == []
    history = await WalletReader(database.reads).history(user_id, limit=100, offset=0)
    assert (history.balance, history.total) == (50, 1)


async def test_of_200_concurrent_spends_only_what_is_covered_succeeds(database, user_id):
    done, failed = await outcomes(*(spend(database, user_id, 40) for _ in range(200)))
    assert done == [10]
    assert {(type(error), tuple(error.members.items())) for error in failed} == {
        (InsufficientCredits, (("required", 40), ("available", 10), ("deficit", 30)))
    }
    assert len(failed) == 199
    history = await WalletReader(database.reads).history(user_id, limit=10, offset=0)
    assert [(line.amount, line.balance_after) for line in history.lines] == [(-40, 10), (50, 50)]
    assert await violations(database) == []


async def test_the_sequence_has_no_gap_after_concurrent_successes_and_failures(database, user_id):
    await adjust(database, user_id, 50)
    done, failed = await outcomes(
        *(spend(database, user_id, 3) for _ in range(60)), *(adjust(database, user_id, 1) for _ in range(20))
    )
    history = await WalletReader(database.reads).history(user_id, limit=100, offset=0)
    assert [line.seq for line in history.lines] == list(range(len(done) + 2, 0, -1))
    assert len(done) + len(failed) == 80
    assert history.lines[0].balance_after == history.balance == sum(line.amount for line in history.lines)
    times = [line.created_at for line in history.lines]
    assert times == sorted(times, reverse=True)
    assert await violations(database) == []


async def test_a_charge_is_made_once_for_the_same_reference(database, user_id):
    unlock = uuid4()
    done, failed = await outcomes(*(spend(database, user_id, 5, unlock) for _ in range(20)))
    assert done == [45]
    assert {type(error) for error in failed} == {AlreadyPosted}
    assert await WalletReader(database.reads).balance(user_id) == 45


async def test_a_rolled_back_spend_leaves_nothing(database, session, user_id):
    await CreditService(session).spend(user_id, 5, ref_type="unlock", ref_id=uuid4(), description="Family insights")
    await session.rollback()
    assert await WalletReader(database.reads).balance(user_id) == 50
    assert await spend(database, user_id, 50) == 0


@pytest.mark.parametrize("amount", [0, 1_000_000_001, -1_000_000_001])
async def test_an_adjustment_without_sense_is_refused(database, user_id, amount):
    with pytest.raises(InvalidAmount):
        await adjust(database, user_id, amount)


@pytest.mark.parametrize("amount", [0, -5])
async def test_a_spend_that_takes_nothing_is_refused(database, user_id, amount):
    with pytest.raises(InvalidAmount):
        await spend(database, user_id, amount)


async def test_an_adjustment_takes_no_more_than_there_is(database, user_id):
    assert await adjust(database, user_id, -50) == 0
    with pytest.raises(InsufficientCredits):
        await adjust(database, user_id, -1)


async def test_a_user_without_a_wallet_cannot_spend_or_read(database):
    with pytest.raises(WalletNotFound):
        await spend(database, uuid4(), 1)
    with pytest.raises(WalletNotFound):
        await WalletReader(database.reads).balance(uuid4())
    with pytest.raises(WalletNotFound):
        await WalletReader(database.reads).history(uuid4(), limit=1, offset=0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount = amount + 1",
        "UPDATE ledger_entry SET amount = amount WHERE false",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "TRUNCATE wallet CASCADE",
        "INSERT INTO ledger_entry SELECT * FROM ledger_entry ON CONFLICT (id) DO UPDATE SET amount = 1",
    ],
)
async def test_the_database_refuses_to_change_the_ledger(session, user_id, statement):
    with pytest.raises(IntegrityError, match="append-only"):
        await session.execute(text(statement))


async def test_the_database_refuses_a_balance_below_zero_without_the_debt_flag(session, user_id):
    with pytest.raises(IntegrityError, match="ck_wallet_covered"):
        await session.execute(update(Wallet).where(Wallet.user_id == user_id).values(balance=-1))


async def test_the_database_refuses_an_unknown_kind(session, user_id):
    with pytest.raises(DBAPIError, match="ck_ledger_entry_kind"):
        await session.execute(
            text(
                "INSERT INTO ledger_entry (id, wallet_id, seq, amount, balance_after, kind, ref_type, ref_id,"
                " counter_account, description) SELECT gen_random_uuid(), id, 2, 1, 51, 'gift', 'x', id,"
                " 'promotions', '' FROM wallet LIMIT 1"
            )
        )


async def test_taking_back_what_is_spent_makes_a_debt_that_blocks_spending_until_it_is_gone(database, user_id):
    await spend(database, user_id, 30)
    await post(database, user_id, EntryKind.CLAWBACK, -100, uuid4(), may_owe=True)
    with pytest.raises(InsufficientCredits) as caught:
        await spend(database, user_id, 10)
    assert caught.value.members == {"required": 10, "available": -80, "deficit": 90}
    assert await adjust(database, user_id, 30) == -50
    assert await violations(database) == []
    assert await adjust(database, user_id, 60) == 10
    async with database.transaction() as session:
        assert not await session.scalar(select(Wallet.debt_allowed).where(Wallet.user_id == user_id))
    assert await spend(database, user_id, 10) == 0


async def test_a_page_is_in_stable_order_and_no_entry_is_missed(database, user_id):
    for amount in range(1, 8):
        await adjust(database, user_id, amount)
    reader = WalletReader(database.reads)
    pages = [await reader.history(user_id, limit=3, offset=offset) for offset in (0, 3, 6, 9, 10**12)]
    assert [[line.seq for line in page.lines] for page in pages] == [[8, 7, 6], [5, 4, 3], [2, 1], [], []]
    assert {(page.total, page.balance) for page in pages} == {(8, 78)}


async def test_a_charge_shows_its_refund_and_other_entries_do_not(database, user_id):
    kept, refunded = uuid4(), uuid4()
    await spend(database, user_id, 10, kept)
    await spend(database, user_id, 20, refunded)
    await post(database, user_id, EntryKind.REFUND, 7, refunded, may_owe=False)
    history = await WalletReader(database.reads).history(user_id, limit=10, offset=0)
    assert [(line.kind, line.amount, line.refunded) for line in history.lines] == [
        ("refund", 7, False),
        ("insight_unlock", -20, True),
        ("insight_unlock", -10, False),
        ("signup_bonus", 50, False),
    ]


async def test_a_purchase_and_what_goes_back_of_it_name_the_order_and_their_cause(database, user_id):
    order, refund = uuid4(), uuid4()
    async with database.transaction() as session:
        service = CreditService(session)
        wallet_id = await service.wallet_of(user_id)
        await service.purchase(wallet_id, 400, order_id=order, description="400 coins: Starter")
        about = {"order_id": order, "ref_type": "refund", "ref_id": refund, "description": "Taken back"}
        await service.claw_back(wallet_id, 100, **about)
        await service.restore(wallet_id, 100, **about)
    history = await WalletReader(database.reads).history(user_id, limit=3, offset=0)
    assert [(line.kind, line.amount, line.order_id, line.ref_type, line.ref_id) for line in history.lines] == [
        ("restore", 100, order, "refund", refund),
        ("clawback", -100, order, "refund", refund),
        ("purchase", 400, order, "order", order),
    ]


async def test_a_deleted_account_loses_no_entry_and_names_nobody(database, user_id):
    await delete_account(database, user_id, uuid4().hex)
    async with database.transaction() as session:
        statement = select(LedgerEntry, User).select_from(LedgerEntry).join(Wallet).join(User).where(User.id == user_id)
        [(entry, user)] = (await session.execute(statement)).all()
    assert entry.amount == 50
    assert (user.issuer, user.subject, user.email) == (None, None, None)


async def test_a_returning_subject_gets_no_second_bonus_and_no_coins_left_over(database, user_id):
    pseudonym = uuid4().hex
    await adjust(database, user_id, 100)
    await delete_account(database, user_id, pseudonym)
    returned = await open_account(database, returning_as=pseudonym)
    history = await WalletReader(database.reads).history(returned, limit=10, offset=0)
    assert (history.lines, history.total, history.balance) == ([], 0, 0)
    assert await adjust(database, returned, 5) == 5
    assert (await WalletReader(database.reads).history(returned, limit=10, offset=0)).total == 1
    assert await violations(database) == []


async def test_a_returning_subject_may_have_had_more_than_one_posting_can_give(database, user_id):
    for _ in range(2):
        await adjust(database, user_id, MAX_POSTING)
    pseudonym = uuid4().hex
    await delete_account(database, user_id, pseudonym)
    returned = await open_account(database, returning_as=pseudonym)
    assert (await WalletReader(database.reads).history(returned, limit=10, offset=0)).balance == 0
    assert await violations(database) == []


async def test_a_returning_subject_keeps_a_debt_also_one_made_after_the_deletion(database, user_id):
    pseudonym = uuid4().hex
    await post(database, user_id, EntryKind.CLAWBACK, -70, uuid4(), may_owe=True)
    await delete_account(database, user_id, pseudonym)
    await post(database, user_id, EntryKind.CLAWBACK, -30, uuid4(), may_owe=True)
    for _ in range(2):
        user_id = await open_account(database, returning_as=pseudonym)
        history = await WalletReader(database.reads).history(user_id, limit=10, offset=0)
        assert [(line.kind, line.amount, line.balance_after) for line in history.lines] == [("clawback", -50, -50)]
        assert (history.total, history.balance) == (1, -50)
        await delete_account(database, user_id, pseudonym)
    assert await violations(database) == []


async def test_refunded_coins_do_not_become_a_debt_of_a_deleted_account_that_still_held_them(database, user_id):
    pseudonym, order = uuid4().hex, uuid4()
    await post(database, user_id, EntryKind.PURCHASE, 400, order, may_owe=False)
    await delete_account(database, user_id, pseudonym)
    await post(database, user_id, EntryKind.CLAWBACK, -400, order, may_owe=True)
    returned = await open_account(database, returning_as=pseudonym)
    assert await WalletReader(database.reads).balance(returned) == 0


def entry(wallet_id: UUID, **values: Any) -> Any:
    given = {
        "seq": 2,
        "amount": 10,
        "balance_after": 60,
        "kind": EntryKind.ADMIN_ADJUSTMENT,
        "ref_type": "test",
        "ref_id": uuid4(),
        "counter_account": "adjustments",
        "description": "",
    }
    return insert(LedgerEntry).values(wallet_id=wallet_id, **given | values)


DAMAGE: dict[str, tuple[Callable[[UUID], list[Any]], set[str]]] = {
    "balance raised without an entry": (
        lambda wallet: [update(Wallet).where(Wallet.id == wallet).values(balance=51)],
        {"balance_is_sum", "balance_is_last_balance_after"},
    ),
    "entry without the wallet moving": (
        lambda wallet: [entry(wallet)],
        {"balance_is_sum", "balance_is_last_balance_after", "next_seq_follows"},
    ),
    "wrong balance_after": (
        lambda wallet: [
            entry(wallet, balance_after=61),
            update(Wallet).where(Wallet.id == wallet).values(balance=60, next_seq=3),
        ],
        {"balance_is_last_balance_after", "balance_after_is_running_sum"},
    ),
    "gap": (
        lambda wallet: [
            entry(wallet, seq=3),
            update(Wallet).where(Wallet.id == wallet).values(balance=60, next_seq=4),
        ],
        {"seq_is_gapless"},
    ),
    "sequence ahead": (
        lambda wallet: [update(Wallet).where(Wallet.id == wallet).values(next_seq=3)],
        {"next_seq_follows"},
    ),
    "refund beyond its charge": (
        lambda wallet: [
            entry(wallet, kind=EntryKind.REFUND, counter_account="insights"),
            update(Wallet).where(Wallet.id == wallet).values(balance=60, next_seq=3),
        ],
        {"refund_within_charge"},
    ),
    "debt without the flag": (
        lambda wallet: [
            text("ALTER TABLE wallet DROP CONSTRAINT ck_wallet_covered"),
            entry(wallet, amount=-60, balance_after=-10),
            update(Wallet).where(Wallet.id == wallet).values(balance=-10, next_seq=3),
        ],
        {"no_debt_without_flag"},
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_the_check_finds_planted_damage_and_names_the_wallet(session, user_id, damage):
    statements, expected = DAMAGE[damage]
    wallet_id = await session.scalar(select(Wallet.id).where(Wallet.user_id == user_id))
    for statement in statements(wallet_id):
        await session.execute(statement)
    found = await CreditService(session).check()
    assert {violation.invariant for violation in found} == expected
    assert {violation.wallet_id for violation in found} == {wallet_id}


async def test_the_check_finds_a_wallet_that_holds_coins_without_any_entry(database, session):
    user_id = await add_user(database)
    await session.execute(insert(Wallet).values(user_id=user_id, balance=5))
    assert [(found.invariant, found.expected, found.found) for found in await CreditService(session).check()] == [
        ("balance_is_sum", 0, 5)
    ]
