from domain.insights.reader import DEFAULT_DURATION_S, InsightReader
from fakes.buyers import refused


async def test_an_estimate_is_the_median_of_what_was_measured(market):
    reader = InsightReader(market.database.reads)
    assert await reader.typical_duration_s() == DEFAULT_DURATION_S
    for seconds in (3, 5, 9):
        chat_id, user_id = await market.chat()
        unlock_id = (await market.unlock(user_id, chat_id)).id
        await market.complete(unlock_id)
        took = f"UPDATE unlock SET settled_at = created_at + interval '{seconds} s' WHERE id = :id"
        await market.execute(took, id=unlock_id)
    assert await reader.typical_duration_s() == 5


async def test_chats_count_as_unlocked_while_anything_is_delivered_or_on_its_way(market):
    reader = InsightReader(market.database.reads)
    chat_id, user_id = await market.chat()
    assert await reader.unlocked_chats(user_id) == []
    unlock_id = (await market.unlock(user_id, chat_id)).id
    assert await reader.unlocked_chats(user_id) == await reader.unlocked_chats(user_id, chat_id) == [chat_id]
    names = ("family_dynamics", "family_emotional_climate", "family_conflict_patterns")
    await market.complete(unlock_id, **dict.fromkeys(names, refused))
    assert await reader.unlocked_chats(user_id) == []
