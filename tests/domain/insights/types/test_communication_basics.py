import pytest

from domain.insights.analyst.run import read
from support.drafts import drafted, quoted, sample, unpublished_numbers
from support.small_chats import chat, repeated

NAME = "communication_basics"
TALK = [
    "Ann: did you see the new place on the corner?",
    "Ben: yes, it looks good to me",
    "Ben: what do you think of it?",
    "Ann: I like it as well",
]
OTHER_WAY = [line.replace("Ann", "X").replace("Ben", "Ann").replace("X", "Ben") for line in TALK]
_PAIRS = [line for _ in range(20) for line in (*repeated(TALK, 1), *repeated(OTHER_WAY, 1))]
EVEN = [line.replace("+1m", "+1d", 1) if number % 4 == 0 and number else line for number, line in enumerate(_PAIRS)]
SPANISH = ["Ana: ¿qué tal el día en la oficina?", "Beto: muy bien, gracias, ¿y tú qué tal?", "Ana: todo muy bien"]


def test_the_sample_chat_is_read_with_all_its_words():
    made, content = drafted(NAME, sample())
    assert 0 <= content.overall_health_assessment.score <= 10
    assert made.basis.confidence.language == 1


def test_every_quoted_message_was_written_by_one_of_those_described():
    _, content = drafted(NAME, sample())
    names = {person.name for person in content.initiation_balance.participants}
    for position in quoted(content):
        assert sample().transcript.participants[sample().transcript.senders[position]] in names


def test_the_numbers_are_those_of_the_statistics():
    _, content = drafted(NAME, sample())
    stats = sample().statistics.user_stats
    for person in content.initiation_balance.participants:
        assert person.initiation_count == stats[person.name].turn_taking.initiations.count
    for person in content.response_patterns.participants:
        assert person.avg_response_seconds == stats[person.name].turn_taking.response_time.mean_seconds
    for person in content.engagement_indicators.participants:
        assert person.questions_asked == stats[person.name].questions_asked
    assert sum(person.message_percentage for person in content.message_contribution.participants) == pytest.approx(100)


def test_words_per_message_are_all_words_that_a_reader_counts():
    _, content = drafted(NAME, sample())
    stats = sample().statistics.user_stats
    for person in content.message_contribution.participants:
        written = stats[person.name]
        assert person.avg_words_per_message == pytest.approx(written.word_count_all / written.message_count, abs=0.01)


def test_equal_partners_are_balanced_and_one_who_always_starts_is_not():
    _, content = drafted(NAME, read(chat(*EVEN)))
    assert content.initiation_balance.balance_assessment.rating == "balanced"
    _, content = drafted(NAME, read(chat(*repeated(TALK, 40))))
    assert content.initiation_balance.balance_assessment.rating == "highly_imbalanced"
    assert ", more often than Ben" in (content.initiation_balance.balance_assessment.interpretation)


def test_a_group_in_any_language_is_described():
    lines = [*SPANISH, "Caro: yo también estoy bien, ¿quién viene?", "Ana: voy yo"]
    made, content = drafted(NAME, read(chat(*repeated(lines, 30))))
    assert {person.name for person in content.message_contribution.participants} == {"Ana", "Beto", "Caro"}
    assert made.basis.confidence.language == 1
    assert unpublished_numbers(made, content, ["Ana", "Beto", "Caro"]) == set()


def test_recommendations_go_to_the_two_lowest_components():
    _, content = drafted(NAME, read(chat(*repeated(TALK, 40))))
    lowest = min(content.overall_health_assessment.components, key=lambda part: part.value)
    assert lowest.name == "initiations"
    assert content.balance_recommendations[0].target_participants == ["Ben"]
    assert "0 %" in content.balance_recommendations[0].suggestion


def test_what_leaves_nothing_to_advise_is_to_be_kept():
    made, content = drafted(NAME, read(chat(*EVEN)))
    values = {part.name: part.value for part in content.overall_health_assessment.components}
    assert sorted(values.values())[1] >= 0.95
    assert content.balance_recommendations[1].recommendation_title.startswith("Keep it so")
    assert unpublished_numbers(made, content, ["Ann", "Ben"]) == set()


def test_somebody_who_never_answers_leaves_too_little():
    made, content = drafted(NAME, read(chat(*(f"Ann +1d: news of day {day}" for day in range(60)), "Ben: ok")))
    assert content is None
    assert "Ann" not in made.reason


def test_that_somebody_wrote_after_a_question_is_not_called_an_answer():
    _, content = drafted(NAME, sample())
    assert "get an answer" not in content.overall_health_assessment.summary
    assert "Another writes within a day of" in content.engagement_indicators.engagement_insight
