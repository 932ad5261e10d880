from domain.insights.analyst import references
from domain.insights.analyst.change import trend
from support.small_chats import repeated, view_of

DAYS = [
    "Ann: what do you want to do with the day",
    "Ben: the flamingo knows what to do",
    "Ann: haha of course the flamingo does",
    "Ben: and what about dinner with your mother",
]


def test_a_rare_word_that_both_use_near_laughter_is_a_reference():
    found = references.shared(view_of(*repeated(DAYS, 6), *repeated(["Ann: so it is what it is"], 300, gap="1m")))
    assert found[0].words == "flamingo"
    assert len(found[0].positions) == 12
    assert found[0].sessions == 6
    assert found[0].laughed == 12


def test_a_word_of_one_person_is_none():
    days = [line.replace("flamingo does", "bird does") for line in DAYS]
    found = references.shared(view_of(*repeated(days, 6), *repeated(["Ann: so it is what it is"], 300, gap="1m")))
    assert "flamingo" not in {reference.words for reference in found}


def test_emoji_are_compared_by_how_often_each_uses_them():
    same = view_of(*repeated(["Ann: 🌿🌿🍋", "Ben: 🍋🌿🌿"], 5))
    assert references.emoji_similarity(same, 0, 1) > 0.99
    other = view_of(*repeated(["Ann: 🌿🌿🌿", "Ben: 🍋🍋🍋"], 5))
    assert references.emoji_similarity(other, 0, 1) == 0
    assert references.emoji_similarity(view_of("Ann: 🌿", "Ben: 🌿"), 0, 1) is None


def test_a_trend_needs_more_than_chance():
    assert trend([1, 2, 3]) is None
    assert trend([5, 5, 5, 5, 5]) == "steady"
    assert trend([5, 3, 6, 4, 5, 4]) == "steady"
    assert trend([1, 2, 3, 5, 8, 9]) == "rising"
    assert trend([9, 8, 6, 4, 3, 1]) == "falling"
