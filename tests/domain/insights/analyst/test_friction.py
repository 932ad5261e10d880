from domain.insights.analyst import friction
from support.small_chats import view_of

BEFORE = ["Ann: so what do we do on sunday", "Ben: I do not know what you want to do"]


def only(*lines):
    (episode,) = friction.episodes(view_of(*BEFORE, *lines))
    return episode


def test_two_people_negative_within_minutes_are_friction_with_its_repair():
    episode = only(
        "Ann +1h: you never listen to me",
        "Ben +2m: that's not fair",
        "Ben +10m: I'm sorry, I was wrong",
        "Ann +3m: it's ok",
    )
    assert episode.negative == (2, 3)
    assert episode.people == (0, 1)
    assert episode.starter == 0
    assert (episode.repair, episode.repairer, episode.repair_lag) == (4, 1, 600)
    assert episode.accepted


def test_one_angry_person_is_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry", "Ann: you never listen")) == []


def test_two_negative_messages_far_apart_are_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry", "Ben +16m: that's not fair")) == []


def test_two_who_are_angry_about_a_third_are_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry at my boss", "Ben: that's so unfair of him")) == []
    assert friction.episodes(view_of(*BEFORE, "Ann: I'm so angry at you", "Ben: that's so unfair")) != []


def test_banter_that_laughs_is_no_friction():
    assert friction.episodes(view_of(*BEFORE, "Ann: you idiot 😂", "Ben: shut up haha")) == []


def test_a_repair_after_a_day_is_too_late():
    episode = only("Ann: you never listen", "Ben: that's not fair", "Ben +25h: I'm sorry")
    assert episode.repair is None
    assert episode.repair_lag is None
    assert not episode.accepted


def test_an_apology_answered_with_anger_is_not_accepted():
    episode = only(
        "Ann: you never listen", "Ben: that's not fair", "Ben: I'm sorry", "Ann: shut up", "Ben: I go to bed"
    )
    assert episode.repairer == 1
    assert not episode.accepted


def test_who_demands_and_who_withdraws():
    episode = only("Ann: why didn't you answer", "Ben: that's not fair", "Ben: leave me alone")
    assert episode.demanded == (0,)
    assert episode.withdrew == (1,)


def test_who_joins_is_told_in_order():
    episode = only("Ann: I'm so angry", "Ben: shut up", "Cem: you're both so annoying, I'm annoyed")
    assert episode.people == (0, 1, 2)


def test_a_passage_shows_both_sides_and_the_repair():
    lines = ["Ann: you never listen", "Ann: I'm so angry", "Ben: that's not fair", "Ann: shut up", "Ben: I'm sorry"]
    view = view_of(*BEFORE, *lines)
    (episode,) = friction.episodes(view)
    assert friction.passage(view, episode) == [2, 4, 5, 6]


def test_the_median_lag_is_of_those_repaired():
    view = view_of(*BEFORE, "Ann: you never listen", "Ben: that's not fair", "Ben +4m: I'm sorry")
    assert friction.median_repair_lag(friction.episodes(view)) == 240
    assert friction.median_repair_lag([]) is None
