from domain.insights.analyst import friction
from support.small_chats import view_of

BEFORE = ["Ann: so what do we do on sunday", "Ben: I do not know what you want to do"]


def only(*lines):
    (episode,) = friction.episodes(view_of(*BEFORE, *lines))
    return episode


def test_two_people_negative_within_minutes_are_friction():
    episode = only(
        "Ann +1h: you never listen to me",
        "Ben +2m: that's not fair",
        "Ben +10m: I'm sorry, I was wrong",
        "Ann +3m: it's ok",
    )
    assert episode.negative == (2, 3)
    assert episode.people == (0, 1)


def test_one_angry_person_is_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry", "Ann: you never listen")) == []


def test_two_negative_messages_far_apart_are_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry", "Ben +16m: that's not fair")) == []


def test_two_who_are_angry_about_a_third_are_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry at my boss", "Ben: that's so unfair of him")) == []
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry at you", "Ben: that's so unfair")) != []


def test_banter_that_laughs_is_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: you idiot 😂", "Ben: shut up haha")) == []


def test_who_demands_and_who_withdraws():
    episode = only("Ann: why didn't you answer", "Ben: that's not fair", "Ben: leave me alone")
    assert episode.demanded == (0,)
    assert episode.withdrew == (1,)


def test_who_joins_is_told_in_order():
    episode = only("Ann: I'm so angry", "Ben: shut up", "Cem: you're both so annoying, I'm annoyed")
    assert episode.people == (0, 1, 2)
