import pytest

from domain.retrieval.analysis import Analyser, folded, stemmed, stop_words, words_of
from domain.retrieval.romanise import romanised, skeleton


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Flat 3, 18 Quarry Lane", ["flat", "3", "18", "quarry", "lane"]),
        ("Caroline's 10K", ["caroline", "s", "10k"]),
        ("Straße ＡＢＣ", ["strasse", "abc"]),
        ("मुझे पढ़ना है", ["मुझे", "पढ़ना", "है"]),
        ("東京駅で", ["東京", "京駅", "駅で"]),
        ("猫", ["猫"]),
        ("🎉 …", []),
    ],
)
def test_words_are_letters_marks_and_digits(text, words):
    assert list(words_of(text)) == words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "visiting", "visited"),
        ("es", "canción", "cancion"),
        ("es", "perros", "perro"),
        ("pt", "você", "voce"),
        ("de", "Häuser", "Haus"),
        ("hi", "लड़के", "लड़का"),
    ],
)
def test_forms_of_a_word_share_a_term(language, one, other):
    analyser = Analyser([language])
    [first], [second] = words_of(one), words_of(other)
    assert set(analyser.terms(first).words) & set(analyser.terms(second).words)


@pytest.mark.parametrize(
    ("devanagari", "typed"),
    [
        ("किराया", "kiraya"),
        ("गाड़ी", "gaadi"),
        ("अस्पताल", "aspatal"),
        ("बीमारी", "bimari"),
        ("पढ़ने", "padhne"),
        ("शर्मा", "sharma"),
    ],
)
def test_hindi_sounds_alike_in_both_scripts(devanagari, typed):
    assert skeleton(romanised(devanagari)) == skeleton(romanised(typed))


def test_spellings_of_a_hinglish_word_share_a_sound():
    terms = Analyser(["hinglish"]).terms
    assert terms("bimari").sounds == terms("beemaari").sounds == terms("बीमारी").sounds != ()


def test_an_english_chat_has_whole_words_alone():
    terms = Analyser(["en"]).terms("photographs")
    assert (terms.sounds, terms.grams) == ((), ())


def test_a_compound_shares_pieces_with_its_parts():
    terms = Analyser(["de"]).terms
    assert set(terms("waschmaschine").grams) & set(terms("maschinen").grams)


def test_accents_are_folded_where_people_leave_them_out_and_no_vowel_sign_is_lost():
    assert [folded("tomás"), folded("भी")] == ["tomas", "भी"]


def test_stop_words_are_those_of_all_the_languages_with_and_without_accents():
    words = stop_words(("en", "es"))
    assert {"the", "qué", "que", "también", "tambien"} <= words


@pytest.mark.parametrize(
    ("language", "form", "other"),
    [
        ("en", "bought", "buying"),
        ("en", "children", "child"),
        ("de", "fuhr", "fahren"),
        ("de", "geheissen", "heissen"),
        ("es", "tuvo", "tengo"),
    ],
)
def test_irregular_forms_meet_the_regular_ones(language, form, other):
    assert stemmed(form, language) == stemmed(other, language)
