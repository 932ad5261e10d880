import time

import pytest

from domain.insights.analyst.acts import Act, Pronoun
from domain.insights.analyst.lexicon import Matcher, lexicons
from domain.insights.analyst.support import matrix
from domain.insights.analyst.tokens import BREAK, Tokeniser


def acts(text, *languages):
    tokens = Tokeniser(["IMG-001.jpg"]).tokens(text)
    return {act for hit in Matcher(languages or ["en"]).hits(tokens) for act in hit.acts}


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("en", "I miss you so much", Act.AFFECTION),
        ("en", "Well done!", Act.PRAISE),
        ("en", "can't sleep again", Act.DISTRESS),
        ("en", "shall we go out on friday", Act.PROPOSAL),
        ("en", "🫂", Act.TOUCH),
        ("hi", "मुझे तुम्हारी याद आती है", Act.AFFECTION),
        ("hi", "चिंता मत करो", Act.SUPPORT),
        ("hi", "मेरी गलती थी", Act.REPAIR),
        ("hinglish", "tension mat le yaar", Act.SUPPORT),
        ("hinglish", "mujhe bahut dar lag raha hai", Act.DISTRESS),
        ("hinglish", "chalte hain kal", Act.PROPOSAL),
        ("es", "Te quiero mucho", Act.AFFECTION),
        ("es", "tranquila, todo irá bien", Act.SUPPORT),
        ("es", "fue mi culpa", Act.REPAIR),
        ("pt", "tô com saudades", Act.AFFECTION),
        ("pt", "vai dar tudo certo", Act.SUPPORT),
        ("pt", "foi culpa minha, desculpa", Act.APOLOGY),
        ("de", "Ich vermisse dich", Act.AFFECTION),
        ("de", "du schaffst das!", Act.SUPPORT),
        ("de", "sollen wir morgen ins Kino?", Act.PROPOSAL),
    ],
)
def test_a_phrase_is_found_in_each_language(language, text, act):
    assert act in acts(text, language)


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("en", "I don't love you", Act.AFFECTION),
        ("en", "I am not really proud of you", Act.PRAISE),
        ("en", "not done yet", Act.COMPLETION),
        ("de", "ich liebe dich nicht", Act.AFFECTION),
        ("hinglish", "main gussa nahi hu", Act.ANGER),
        ("hi", "मैं गुस्सा नहीं हूँ", Act.ANGER),
        ("es", "no te quiero", Act.AFFECTION),
        ("pt", "não te amo", Act.AFFECTION),
    ],
)
def test_a_negation_takes_an_act_away(language, text, act):
    assert act not in acts(text, language)


@pytest.mark.parametrize(
    "text", ["no, I love you", "I did not go. I love you", "not that it matters to him, I love you"]
)
def test_a_negation_reaches_neither_over_a_clause_nor_over_four_words(text):
    assert Act.AFFECTION in acts(text)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("don't worry", Act.SUPPORT),
        ("can't wait!", Act.ENTHUSIASM),
        ("no problem", Act.FORGIVENESS),
    ],
)
def test_a_negation_inside_a_phrase_belongs_to_it(text, act):
    assert act in acts(text)


def test_the_distress_of_another_is_not_the_writers():
    assert Act.DISTRESS in acts("I am so nervous")
    assert Act.DISTRESS not in acts("are you nervous")
    assert Act.DISTRESS not in acts("you sound exhausted")


def test_the_longest_phrase_is_taken_and_its_words_mean_nothing_else():
    assert acts("so sorry to hear that") == {Act.SUPPORT}
    assert Act.DISTRESS not in acts("no worries")
    assert Act.CONTEMPT not in acts("I'm so stupid")


@pytest.mark.parametrize("text", ["soooo sorry", "SORRY!!", "sorrrry", "“sorry”"])
def test_spelling_for_effect_is_seen_through(text):
    assert Act.APOLOGY in acts(text)


def test_apostrophes_and_accents_may_be_left_out():
    assert Act.SUPPORT in acts("dont worry")
    assert Act.SUPPORT in acts("don’t worry")
    assert Act.APOLOGY in acts("perdon", "es")


def test_stems_are_found_in_longer_words():
    assert Act.LAUGHTER in acts("hahahaha")
    assert Act.TRAVEL in acts("we travelled")


def test_an_anchored_phrase_has_to_begin_its_clause_or_be_all_of_it():
    assert Act.ACCEPTANCE in acts("yes please")
    assert Act.ACCEPTANCE not in acts("he said yes please")
    assert Act.REFUSAL in acts("hm. no.")
    assert Act.REFUSAL not in acts("no cheese then")


def test_a_phrase_does_not_reach_over_the_end_of_a_clause():
    assert acts("I miss. You know me") == set()


@pytest.mark.parametrize("text", ["https://love.example/thank-you", "IMG-001.jpg", "> love you", "sorry@example.org"])
def test_links_files_addresses_and_quoted_lines_say_nothing(text):
    assert acts(text) == set()


def test_the_rest_of_a_message_with_a_quoted_line_is_read():
    assert acts("> I hate you\nlove you") == {Act.AFFECTION}


def test_numbers_stand_for_a_time():
    assert Act.DATE in acts("see you at 8")
    assert Act.DATE in acts("8pm?")


def test_several_languages_are_looked_up_at_once():
    assert {Act.THANKS, Act.AFFECTION} <= acts("gracias, love you", "es", "en")


def test_an_unknown_language_has_no_acts():
    assert acts("kocham cię", "pl") == set()


def test_pronouns_are_told_in_each_language():
    assert Matcher(["en"]).pronouns["we're"] is Pronoun.WE
    assert Matcher(["de"]).pronouns["ich"] is Pronoun.I
    assert Matcher(["hi"]).pronouns["तुम"] is Pronoun.YOU


def test_every_list_knows_every_act_and_says_where_it_is_from():
    for lexicon in lexicons().values():
        assert set(lexicon.phrases) == set(Act)
        assert "this project" in lexicon.source


def test_the_support_matrix_measures_each_list_by_the_english_one():
    assert set(matrix()["en"].values()) == {1.0}
    assert all(0 < known <= 1 for acts in matrix().values() for known in acts.values())


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "!" * 60_000 + "x", "sorry " * 10_000, "you never " * 6_000, "🙏" * 20_000]
)
def test_a_message_of_any_length_is_read_in_linear_time(text):
    started = time.process_time()
    acts(text)
    assert time.process_time() - started < 2


def test_no_stem_is_longer_than_what_is_looked_up():
    phrases = [phrase for lexicon in lexicons().values() for listed in lexicon.phrases.values() for phrase in listed]
    stems = [phrase.split()[0].rstrip("*") for phrase in phrases if phrase.split()[0].endswith("*")]
    assert {stem for stem in stems if not 2 <= len(stem) <= 20} == set()


def test_tokens_are_words_numbers_emoji_and_breaks():
    assert Tokeniser().tokens("Hey Zoë, 12 o’clock? 👍🏽") == ["hey", "zoe", BREAK, "#", "o'clock", BREAK, "👍"]


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("they were good", Act.FORGIVENESS),
        ("I was ill", Act.COMMITMENT),
        ("I admit it. Three is the right number of chairs", Act.DEMAND),
        ("don't cry on the budget code", Act.SUPPORT),
        ("I take it back, stop", Act.REPAIR),
        ("I said I'm sorry. What else?", Act.APOLOGY),
        ("They were scared but we reassured them", Act.DISTRESS),
    ],
)
def test_words_that_only_look_like_a_phrase_are_left_alone(text, act):
    assert act not in acts(text)


@pytest.mark.parametrize(
    ("text", "act"),
    [("its ok", Act.FORGIVENESS), ("dont cry", Act.SUPPORT), ("admit it", Act.DEMAND)],
)
def test_an_apostrophe_may_be_left_out_where_no_other_word_results(text, act):
    assert act in acts(text)


def test_words_in_double_quotes_are_not_the_writers_own():
    assert Act.COMMITMENT not in acts('he said "I promise, I\'ll do it" and left')
    assert Act.APOLOGY not in acts("she wrote “I am so sorry” to them")
    assert Act.PROPOSAL in acts('a 5" screen, shall we go out on friday, or a 6" one')


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("not again", Act.WITHDRAWAL),
        ("don't call me", Act.WITHDRAWAL),
        ("why won't you leave me alone", Act.WITHDRAWAL),
        ("you should have told me", Act.CRITICISM),
        ("could you for once be on time", Act.DEMAND),
        ("Maybe if you read the ticket", Act.CRITICISM),
        ("you said that last week", Act.CRITICISM),
    ],
)
def test_sharp_words_are_told_from_turning_away(text, act):
    assert act in acts(text)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("not again", Act.DEMAND),
        ("don't call me that", Act.WITHDRAWAL),
        ("I can't drop it", Act.WITHDRAWAL),
        ("I won't just drop it", Act.WITHDRAWAL),
        ("please never leave me alone", Act.WITHDRAWAL),
        ("You should have it by 5", Act.CRITICISM),
        ("you could have the blue one", Act.CRITICISM),
        ("I agree with Tom for once", Act.DEMAND),
        ("It's because of you", Act.CRITICISM),
    ],
)
def test_words_that_sound_sharp_may_not_be(text, act):
    assert act not in acts(text)
