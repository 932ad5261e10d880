import pytest

from domain.chats.statistics.estimates import proportion
from domain.insights.analyst.measures import Measures, duration, point
from domain.insights.analyst.phrasing import article, compared, differ, graded, joined, leader, told_apart
from domain.insights.analyst.scoring import component, enough_data, evenness, score

NAMES = ["Ann", "Ben", "Cem"]


def test_a_number_is_said_in_one_way_and_published():
    say = Measures()
    told = say.share("initiations:Ann", proportion(124, 200), "statistics.x")
    assert told == "62 % (95 % interval 55 to 68)"
    assert say.rate("thanks:Ann", proportion(41, 1000), "x") == "4.1 per 100 messages (95 % interval 3 to 5.5)"
    assert say.count("sessions", 12, "x") == "12"
    assert say.seconds("lag", 240, 3, "x") == "4 minutes"
    assert say.number("similarity", 0.8412, "cosine", 50, "x") == "0.84"
    assert [measure.name for measure in say.all] == ["initiations:Ann", "thanks:Ann", "sessions", "lag", "similarity"]
    assert (say.all[0].value, say.all[0].n, say.all[0].low) == (62, 200, 55.11)


def test_a_number_said_twice_is_published_once():
    say = Measures()
    for _ in range(2):
        say.count("sessions", 12, "x")
    assert len(say.all) == 1


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "less than a minute"),
        (1, "1 second"),
        (45, "45 seconds"),
        (60, "1 minute"),
        (90, "1.5 minutes"),
        (2_700, "45 minutes"),
        (5_400, "1.5 hours"),
        (172_800, "2 days"),
        (8_640_000, "100 days"),
    ],
)
def test_durations(seconds, told):
    assert duration(seconds) == told


def test_differences_within_the_intervals_are_called_equal():
    shares = [proportion(52, 100), proportion(48, 100), proportion(90, 100)]
    assert not differ(shares[0], shares[1])
    assert leader([0, 1], lambda person: shares[person]) is None
    assert compared(NAMES, [0, 1], lambda person: shares[person], "asks|ask") == "Ann and Ben ask about equally often"
    assert compared(NAMES, [0, 2], lambda person: shares[person], "asks|ask") == "Cem asks more often than Ann"
    assert leader([0, 1, 2], lambda person: shares[person]) == 2
    assert not differ(proportion(0, 0), shares[2])


def test_people_who_differ_are_never_called_equal():
    shares = [proportion(41, 100), proportion(30, 100), proportion(8, 100), proportion(28, 100)]

    def told(*people):
        return compared([*NAMES, "Dan"], people, shares.__getitem__, "asks|ask")

    assert told(0, 1) == "Ann asks more often than Ben, which may be chance"
    assert told(0, 1, 2) == "Of Ann, Ben and Cem, Ann asks most often and Cem least often"
    assert told(0, 1, 3) == "No certain difference shows in how often Ann, Ben and Dan ask"
    assert told(1, 3) == "Ben and Dan ask about equally often"


def test_lists_grades_and_articles():
    assert joined(NAMES) == "Ann, Ben and Cem"
    assert joined(NAMES[:1]) == "Ann"
    assert joined([]) == ""
    assert graded(5, [(8, "high"), (5, "middle")], "low") == "middle"
    assert [article("apology"), article("hug")] == ["an apology", "a hug"]


def test_a_score_is_ten_times_the_mean_of_its_components():
    parts = [component("a", 0.5, 3, ""), component("b", 1.4, 3, ""), component("c", 0.15, 3, "")]
    assert [part.value for part in parts] == [0.5, 1.0, 0.15]
    assert score(parts) == 6
    assert evenness(3, 1) == 0.5
    assert evenness(0, 0) == 0
    assert 0 < enough_data(100) < enough_data(1_000) < 1


def test_a_pair_is_told_apart_with_its_numbers_and_its_doubt():
    def told(one, other):
        found = [proportion(one, 200), proportion(other, 200)]
        say = Measures()
        return told_apart(
            ["Ann", "Ben"],
            [0, 1],
            found.__getitem__,
            lambda person: say.share(f"asks:{person}", found[person], "a source"),
            "asks|ask",
        )

    assert told(20, 80) == "Ben asks more often than Ann (40 against 10 %)"
    assert told(40, 42) == "Ann and Ben ask about equally often (21 and 20 %)"
    assert told(40, 28) == "Ann asks more often than Ben (20 against 14 %), which may be chance"
    assert told(0, 0) == "Neither Ann nor Ben asks"


def test_intervals_can_be_left_out():
    told = Measures().share("asks", proportion(20, 200), "a source")
    assert point(f"Ann asks in {told} of the messages.") == "Ann asks in 10 % of the messages."
