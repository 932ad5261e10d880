import asyncio
from uuid import uuid4

import pytest

from domain.catalogue.service import CategoryNotFound
from domain.chats.errors import ChatNotFound
from domain.credits.service import InsufficientCredits
from domain.errors import DomainError
from domain.insights.errors import AlreadyUnlocked, CategoryNotForGroups, ChatTooSmall
from domain.insights.unlock import UnlockService
from domain.users.service import AccountDeleted, UserService
from fakes.buyers import DEADLINE_S, TEXTS, category_id, refused, type_id
from fakes.stored_chats import MEDIA

GROUP = ("Ann", "Bob", "Cem")
SHARES = {"family": [134, 133, 133], "romantic": [67, 67, 67, 67, 66, 66]}


async def test_it_charges_the_shares_of_the_types_and_queues_the_job_once(market):
    chat_id, user_id = await market.chat()
    unlocked = await market.unlock(user_id, chat_id)

    assert (unlocked.charged, unlocked.balance, unlocked.insight_count) == (400, 50, 3)
    assert await market.entries(unlocked.id) == [("insight_unlock", -400)]
    assert await market.state(unlocked.id) == ("queued", 400, 0)
    assert set((await market.statuses(unlocked.id)).values()) == {"pending"}
    shares = await market.execute("SELECT share FROM insight WHERE unlock_id = :id ORDER BY id", id=unlocked.id)
    assert [share for (share,) in shares] == SHARES["family"]
    assert await market.jobs(unlocked.id) == 1


async def test_what_a_group_cannot_carry_is_left_out_and_not_charged(market):
    chat_id, user_id = await market.chat(people=GROUP)
    unlocked = await market.unlock(user_id, chat_id, "romantic")

    carried = await market.statuses(unlocked.id)
    for_groups = await market.execute(
        "SELECT name, credit_cost FROM insight_type WHERE category_id = :id AND for_groups", id=category_id("romantic")
    )
    assert carried.keys() == {name for name, _ in for_groups}
    assert unlocked.charged == sum(cost for _, cost in for_groups) < 400


async def test_a_category_of_which_a_group_can_carry_nothing_is_refused(market):
    chat_id, user_id = await market.chat(people=GROUP)
    await market.execute("UPDATE insight_type SET for_groups = false WHERE category_id = :id", id=category_id("family"))
    try:
        with pytest.raises(CategoryNotForGroups):
            await market.unlock(user_id, chat_id)
    finally:
        await market.execute(
            "UPDATE insight_type SET for_groups = true WHERE category_id = :id", id=category_id("family")
        )
    assert await market.balance(user_id) == 450


@pytest.mark.parametrize(
    ("texts", "people"),
    [
        pytest.param(TEXTS[:19], ("Ann", "Bob"), id="too few messages"),
        pytest.param([*TEXTS[:10], *[MEDIA] * 30], ("Ann", "Bob"), id="too few that were written"),
        pytest.param(TEXTS, ("Ann",), id="nobody else"),
        pytest.param(TEXTS[:20], ("Ann",) * 4 + ("Bob",), id="too few of the other"),
    ],
)
async def test_a_chat_that_is_too_small_is_refused_before_charging(market, texts, people):
    chat_id, user_id = await market.chat(texts, people=people)
    with pytest.raises(ChatTooSmall):
        await market.unlock(user_id, chat_id)
    assert await market.balance(user_id) == 450


async def test_twenty_messages_with_five_of_the_other_are_enough(market):
    chat_id, user_id = await market.chat(TEXTS[:20])
    assert (await market.unlock(user_id, chat_id)).insight_count == 3


async def test_a_wallet_that_does_not_cover_it_is_told_what_is_missing(market):
    chat_id, user_id = await market.chat(coins=100)
    with pytest.raises(InsufficientCredits) as refusal:
        await market.unlock(user_id, chat_id)

    assert refusal.value.members == {"required": 400, "available": 150, "deficit": 250}
    assert await market.execute("SELECT FROM unlock WHERE chat_id = :id", id=chat_id) == []
    assert await market.balance(user_id) == 150


async def test_a_category_that_is_not_offered_cannot_be_unlocked(market):
    chat_id, user_id = await market.chat()
    with pytest.raises(CategoryNotFound):
        await market.unlock(user_id, chat_id, "feudal")


async def test_a_second_time_names_the_first(market):
    chat_id, user_id = await market.chat(coins=800)
    first = await market.unlock(user_id, chat_id)

    async def again():
        with pytest.raises(AlreadyUnlocked) as refusal:
            await market.unlock(user_id, chat_id)
        return refusal.value.members

    assert await again() == {"unlock_id": first.id, "job_id": first.id}
    await market.complete(first.id)
    assert await again() == {"unlock_id": first.id, "job_id": first.id}
    assert await market.balance(user_id) == 450


async def test_another_category_of_the_same_chat_is_an_unlock_of_its_own(market):
    chat_id, user_id = await market.chat(coins=800)
    first, second = [await market.unlock(user_id, chat_id, name) for name in ("family", "friendship")]

    assert first.id != second.id
    assert await market.balance(user_id) == 50


async def test_after_a_failure_only_what_is_missing_is_made_and_charged(market):
    chat_id, user_id = await market.chat(coins=800)
    first = await market.unlock(user_id, chat_id)
    await market.complete(first.id, family_dynamics=refused)
    assert await market.state(first.id) == ("partial_failure", 400, 134)

    second = await market.unlock(user_id, chat_id)
    assert (second.charged, second.insight_count) == (134, 1)
    await market.complete(second.id)
    assert await market.state(second.id) == ("completed", 134, 0)
    with pytest.raises(AlreadyUnlocked) as refusal:
        await market.unlock(user_id, chat_id)
    assert refusal.value.members["job_id"] == second.id
    assert await market.balance(user_id) == 850 - 400 + 134 - 134


async def test_after_nothing_was_delivered_all_of_it_is_charged_again(market):
    chat_id, user_id = await market.chat()
    names = ("family_dynamics", "family_emotional_climate", "family_conflict_patterns")
    first = await market.unlock(user_id, chat_id)
    await market.complete(first.id, **dict.fromkeys(names, refused))
    assert await market.state(first.id) == ("failed", 400, 400)

    assert (await market.unlock(user_id, chat_id)).charged == 400


async def test_nothing_is_missing_once_all_types_were_delivered_by_whatever_unlocks(market):
    chat_id, user_id = await market.chat(coins=800)
    first = await market.unlock(user_id, chat_id)
    await market.complete(first.id, family_dynamics=refused)
    await market.execute("UPDATE insight_type SET active = false WHERE id = :id", id=type_id("family_dynamics"))
    try:
        with pytest.raises(AlreadyUnlocked) as refusal:
            await market.unlock(user_id, chat_id)
        assert refusal.value.members["job_id"] == first.id
    finally:
        await market.execute("UPDATE insight_type SET active = true WHERE id = :id", id=type_id("family_dynamics"))


async def test_a_chat_or_account_that_is_deleted_meanwhile_is_not_charged(market):
    for delete, error in ((market.delete_chat, ChatNotFound), (market.delete_account, AccountDeleted)):
        chat_id, user_id = await market.chat()
        chat = await market.opened(user_id, chat_id)
        await delete(chat_id if error is ChatNotFound else user_id)
        with pytest.raises(error):
            await market.unlock_opened(user_id, chat)
        assert await market.balance(user_id) == 450


async def test_a_deletion_waits_for_an_unlock_and_finds_it(market):
    chat_id, user_id = await market.chat()
    chat = await market.opened(user_id, chat_id)
    async with market.database.transaction() as session:
        service = UnlockService(session, UserService(session, market.master_keys), DEADLINE_S)
        unlocked = await service.unlock(user_id, chat, category_id("family"))
        deleting = asyncio.create_task(market.delete_chat(chat_id))
        await asyncio.wait([deleting], timeout=0.2)
        assert not deleting.done()
    await deleting

    assert await market.settlement("unsettled", chat_id) == [unlocked.id]
    await market.settlement("cancel", unlocked.id)


async def outcomes(unlocks):
    found = await asyncio.gather(*unlocks, return_exceptions=True)
    refused = [one for one in found if isinstance(one, DomainError)]
    done = [one for one in found if not isinstance(one, BaseException)]
    assert len(refused) + len(done) == len(found), [one for one in found if one not in refused and one not in done]
    return done, refused


async def test_of_200_for_the_same_chat_and_category_one_is_charged(market):
    chat_id, user_id = await market.chat(coins=8_000)
    [done], refused = await outcomes(market.unlock(user_id, chat_id) for _ in range(200))

    assert {(type(error), error.members["job_id"]) for error in refused} == {(AlreadyUnlocked, done.id)}
    assert await market.balance(user_id) == 8_050 - 400


async def test_of_200_with_coins_for_one_one_is_charged(market):
    chat_id, user_id = await market.chat()
    chats = [chat_id, *[(await market.chat(coins=0, user_id=user_id))[0] for _ in range(3)]]
    names = ("family", "friendship", "romantic", "workplace")
    wanted = [(chat_id, name) for chat_id in chats for name in names]
    [done], refused = await outcomes(market.unlock(user_id, *wanted[number % 16]) for number in range(200))

    assert {type(error) for error in refused} <= {InsufficientCredits, AlreadyUnlocked}
    assert await market.balance(user_id) == 50
    assert await market.execute("SELECT id FROM unlock WHERE user_id = :id", id=user_id) == [(done.id,)]


async def test_another_users_chat_is_not_there(market):
    chat_id, user_id = await market.chat()
    with pytest.raises(ChatNotFound):
        await market.unlock(uuid4(), chat_id)
    _, stranger_id = await market.chat()
    with pytest.raises(ChatNotFound):
        await market.unlock_opened(stranger_id, await market.opened(user_id, chat_id))
