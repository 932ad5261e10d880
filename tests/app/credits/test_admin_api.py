import asyncio
from uuid import UUID, uuid4

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import text

from app.credits.checking import check_ledger
from app.issuer import issue_local_token
from app.main import create_app
from domain.credits.service import CreditService
from domain.users.repository import read_live
from fakes.databases import fresh_database, settings

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"
)  # SAQ's

ADJUSTMENTS = "/api/admin/credits/adjustments"
CHECK = "/api/admin/ledger/check"


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture(scope="module")
def configured(database, redis_url, tmp_path_factory):
    url = database.engine.url.render_as_string(hide_password=False)
    return settings(tmp_path_factory.mktemp("data"), url, REDIS_URL=redis_url)


@pytest.fixture(scope="module")
async def client(configured):
    async with AsyncTestClient(create_app(configured)) as client:
        yield client


@pytest.fixture
def as_admin(configured):
    return {"Authorization": f"Bearer {issue_local_token(configured, f'operator_{uuid4().hex}', admin=True)}"}


@pytest.fixture
async def subject(client, configured):
    """A user with the bonus."""
    subject = f"user_{uuid4().hex}"
    await transactions(client, configured, subject)
    return subject


async def transactions(client, configured, subject):
    token = issue_local_token(configured, subject)
    answer = await client.get("/api/credits/transactions", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture
def adjust(client, as_admin, subject):
    async def adjust(amount, key=None, **members):
        headers = as_admin if key is None else as_admin | {"Idempotency-Key": key}
        body = {"user_id": subject, "amount": amount, "reason": "Goodwill"} | members
        return await client.post(ADJUSTMENTS, json=body, headers=headers)

    return adjust


async def test_an_adjustment_is_an_entry_that_its_owner_sees(adjust, client, configured, subject):
    given = await adjust(100, reason="Sorry for the wait")
    taken = await adjust(-150)
    assert (given.status_code, taken.status_code) == (200, 200)
    seen = await transactions(client, configured, subject)
    assert (seen["current_balance"], seen["total_count"]) == (0, 3)
    taking, giving, _ = seen["transactions"]
    assert (giving["type"], giving["amount"], giving["description"]) == ("admin_adjustment", 100, "Sorry for the wait")
    for answer, entry in ((given.json(), giving), (taken.json(), taking)):
        assert answer == {
            "transaction_id": entry["id"],
            "amount": entry["amount"],
            "balance_after": entry["balance_after"],
            "seq": entry["seq"],
        }


async def test_no_more_is_taken_than_there_is(adjust):
    answer = await adjust(-51)
    assert (answer.status_code, answer.json()["error_code"]) == (402, "insufficient_credits")
    assert {name: answer.json()[name] for name in ("required", "available", "deficit")} == {
        "required": 51,
        "available": 50,
        "deficit": 1,
    }


@pytest.mark.parametrize("amount", [0, 10**9 + 1, -(10**30)])
async def test_an_amount_without_sense_is_refused(adjust, amount):
    answer = await adjust(amount)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid_amount")


@pytest.mark.parametrize(
    "members",
    [{"amount": "some"}, {"amount": 1.5}, {"user_id": "user_\0"}, {"reason": ""}, {"reason": "\0"}, {"user_id": ""}],
)
async def test_a_body_of_another_form_is_refused(adjust, members):
    answer = await adjust(**{"amount": 5} | members)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid_request")


async def test_nobody_is_given_coins_who_has_no_account(adjust):
    answer = await adjust(5, user_id="user_nobody")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "user_not_found")


@pytest.mark.parametrize(("method", "path"), [("POST", ADJUSTMENTS), ("GET", CHECK)])
async def test_only_admins_may(client, configured, subject, method, path):
    body = {"user_id": subject, "amount": 5, "reason": "Goodwill"} if method == "POST" else None
    token = issue_local_token(configured, subject)
    refused = await client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["error_code"]) == (403, "admin_required")
    assert (await client.request(method, path, json=body)).status_code == 401


async def test_the_same_key_gives_the_first_answer_again(adjust, client, configured, subject):
    first = await adjust(7, key="grant-1")
    again = await adjust(7, key="grant-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"] == "application/json"
    assert (await transactions(client, configured, subject))["current_balance"] == 57
    assert (await adjust(7, key="grant-2")).json()["balance_after"] == 64


async def test_the_same_key_with_another_body_is_refused(adjust):
    await adjust(7, key="grant-1")
    answer = await adjust(8, key="grant-1")
    assert (answer.status_code, answer.json()["error_code"]) == (422, "idempotency_key_reused")


async def test_a_key_is_free_again_after_an_error(adjust):
    assert (await adjust(-57, key="take")).status_code == 402
    assert (await adjust(7)).status_code == 200
    assert (await adjust(-57, key="take")).json()["balance_after"] == 0


async def test_a_hundred_at_once_with_one_key_are_done_once(adjust, client, configured, subject):
    answers = await asyncio.gather(*(adjust(7, key="grant-1") for _ in range(100)))
    done = {answer.content for answer in answers if answer.status_code == 200}
    refused = {answer.json()["error_code"] for answer in answers if answer.status_code != 200}
    assert len(done) == 1
    assert refused <= {"idempotency_key_in_flight"}
    assert (await transactions(client, configured, subject))["current_balance"] == 57


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\tbed", "schlüssel".encode("latin-1")])
async def test_a_key_that_is_no_key_is_refused(adjust, key):
    answer = await adjust(7, key=key)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "invalid_request")


async def test_the_check_finds_nothing_until_something_is_wrong(client, as_admin, database, subject):
    user = await read_live(database.reads, "chat-insights-local", subject)
    async with database.transaction() as session:
        await CreditService(session).spend(user.id, 5, ref_type="trial", ref_id=uuid4(), description="Family insights")
    sound = await client.get(CHECK, headers=as_admin)
    assert sound.status_code == 200
    report = sound.json()
    assert (report["ok"], report["violations"]) == (True, [])
    assert report["checked_entries"] > report["checked_wallets"] > 0

    async with database.transaction() as session:
        change = "UPDATE wallet SET balance = balance + :by WHERE user_id = :user RETURNING id"
        wallet_id: UUID = await session.scalar(text(change), {"by": 1, "user": user.id})
    report = (await client.get(CHECK, headers=as_admin)).json()
    assert not report["ok"]
    assert report["violations"] == [
        {"invariant": invariant, "ref_type": "wallet", "ref_id": str(wallet_id), "expected": 45, "found": 46}
        for invariant in ("balance_is_last_balance_after", "balance_is_sum")
    ]
    async with database.transaction() as session:
        await session.execute(text(change), {"by": -1, "user": user.id})


async def test_the_check_leaves_its_connection_as_it_was(database):
    settings_of_a_transaction = (
        "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"
    )
    await asyncio.gather(*(check_ledger(database, 60) for _ in range(20)))

    async def ways():
        async with database.transaction() as session:
            return (await session.execute(text(settings_of_a_transaction))).one()

    assert set(await asyncio.gather(*(ways() for _ in range(20)))) == {("read committed", "off")}
