import pytest

from domain.insights.analyst import friendship
from support.small_chats import repeated, view_of

ENGLISH = "Ben +1h: it is what it is and that was all of it"
DAYS = [f"{'Ann' if day % 2 else 'Ben'} +1d: nothing new from the office today" for day in range(30)]


def outcomes(*lines):
    return [pledge.outcome for pledge in friendship.pledges(view_of(*lines))]


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("I'm so stressed about tomorrow", True),
        ("exhausted", True),
        ("you must be exhausted after that", False),
        ("she was crying all evening", False),
        ("haha I cried at that film 😂", False),
        ("thanks, I cried a bit, the good kind", False),
        ("I'm not scared of it", False),
    ],
)
def test_a_hard_time_is_the_writers_own(text, hard):
    assert bool(friendship.hard_times(view_of(f"Ann: {text}", ENGLISH))) == hard


def test_tears_beside_good_news_are_no_hard_time():
    assert friendship.hard_times(view_of("Ann: I got the job", "Ann: I'm crying in the corridor", "Ben: wow")) == []


def test_care_is_a_question_or_a_caring_word_within_four_hours():
    asked, late, plain = (
        friendship.hard_times(view_of("Ann: I'm so scared", f"Ben +{lag}: {reply}"))
        for lag, reply in (
            ("3h", "what happened?"),
            ("5h", "oh no, I'm here for you"),
            ("2m", "the train leaves at nine"),
        )
    )
    assert asked[0].reply == 1
    assert late[0].reply is None
    assert plain[0].reply is None


def test_any_answer_in_time_counts_as_answered():
    view = view_of("Ann: I'm so scared", "Ben +2m: the train leaves at nine", "Ann +1d: I'm so sad", "Ann: hello")
    answered = friendship.answered(view, friendship.hard_times(view))
    assert (answered.count, answered.of) == (1, 2)


def test_a_promise_that_is_reported_done_is_kept():
    lines = ["Ann: can you book the restaurant?", "Ben: I'll do it", "Ben +3h: restaurant is booked"]
    assert outcomes(*lines) == ["done"]


def test_a_promise_that_is_thanked_for_is_kept():
    lines = ["Ben: I'll bring you the ladder", "Ann +1d: thank you for the ladder"]
    assert outcomes(*lines) == ["thanked"]


def test_a_promise_that_is_called_off_is_not_kept():
    view = view_of("Ben: I'll bring you the ladder", "Ben +1d: sorry, can't make it with the ladder")
    found = friendship.pledges(view)
    assert [pledge.outcome for pledge in found] == ["called off"]
    assert friendship.kept(found).count == 0


@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        ("I had a bad night. I keep thinking you're going to leave", None),
        ("the fridge hums", None),
        ("the dinner is on the second shelf of the fridge", "taken up"),
    ],
)
def test_a_promise_is_taken_up_by_more_than_one_word_and_not_by_a_worry(later, outcome):
    assert outcomes("Ben: I'll leave your dinner in the fridge", "Ann: ok", f"Ben +2d: {later}") == [outcome]


def test_a_promise_without_a_sequel_stays_open():
    view = view_of("Ben: I'll bring you the ladder", "Ann +1d: the bus was late")
    found = friendship.pledges(view)
    assert [pledge.outcome for pledge in found] == [None]
    assert friendship.kept(found).of == 0


@pytest.mark.parametrize(
    "text", ["I'm going to be happy here", "haha I'll bring you a lion 😂", "a bike with a parrot on it", "he will win"]
)
def test_plans_of_ones_own_and_jokes_are_no_promise(text):
    assert outcomes(f"Ben: {text}", "Ann: ok") == []


@pytest.mark.parametrize(
    ("text", "discreet"),
    [
        ("please don't tell anyone", True),
        ("this stays between us", True),
        ("my lips are sealed", True),
        ("🤐", True),
        ("is the sauce a family secret?", False),
        ("it's a private spider", False),
    ],
)
def test_discretion_takes_more_than_one_word(text, discreet):
    assert bool(friendship.discreet(view_of(f"Ann: {text}", ENGLISH))) == discreet


def test_whole_weeks_are_shared_when_both_wrote_in_them():
    view = view_of("Ann: hello", *DAYS, "Ann +14d: back again")
    weeks = friendship.shared_weeks(view, view.people)
    assert (weeks.count, weeks.of) == (4, 5)


def test_names_of_others_that_both_use_are_shared():
    view = view_of(*repeated(["Ann: I saw Gerald at the harbour", "Ben: was gerald there with Priya"], 6))
    assert [name.word for name in friendship.shared_names(view, view.people, 5)] == ["Gerald"]


def test_a_title_goes_with_its_name():
    view = view_of(*repeated(["Ann: I met Mrs Okafor again", "Ben: how is Mrs Okafor then"], 6))
    assert [name.word for name in friendship.shared_names(view, view.people, 5)] == ["Okafor"]
