from domain.chats.statistics.languages import detect, function_words, stop_words
from domain.chats.statistics.model import Parameters
from domain.chats.statistics.words import normal_form, segment

SENTENCES = {
    "en": "I will see you there when they are back",
    "es": "no sé si es lo que ella quería para nosotros",
    "pt": "não sei se ele também está com você",
    "de": "ich habe das nicht für dich gemacht",
    "fr": "je ne sais pas où elle est avec nous",
    "it": "non so perché gli altri sono anche della stessa",
    "nl": "ik heb het niet voor jou want het is van mij",
    "tr": "ben de bunu çok ama nasıl değil",
    "id": "saya tidak bisa karena dia yang sudah itu",
    "hi": "मैं नहीं जानता कि यह क्या है",
    "ar": "هذا هو الذي كان في ذلك على",
    "he": "אני לא יודע אם הוא היה עם זה",
    "fa": "این را برای شما که از من است",
    "ru": "я не знаю что это было у меня",
    "pl": "nie wiem czy to jest dla ciebie",
    "zh": "我们不是在那里的",
    "ja": "それはとてもいいです",
    "ko": "나는 그냥 그거 진짜 왜",
    "hinglish": "haan yaar mujhe bhi nahi pata kya hai",
}


def languages_of(*texts, **parameters):
    messages = [list(segment(text)[0]) for text in texts]
    return [(entry.language, entry.percent) for entry in detect(messages, Parameters(**parameters))]


def test_each_language_is_told_by_one_sentence():
    assert {code: languages_of(text) for code, text in SENTENCES.items()} == {
        code: [(code, 100.0)] for code in SENTENCES
    }


def test_languages_below_three_per_cent_are_not_listed():
    english, spanish = SENTENCES["en"], SENTENCES["es"]
    assert languages_of(*[english] * 97, *[spanish] * 3) == [("en", 97.0), ("es", 3.0)]
    assert languages_of(*[english] * 98, *[spanish] * 2) == [("en", 98.0)]


def test_messages_with_fewer_than_two_function_words_or_a_tie_tell_nothing():
    assert languages_of("haan yaar kya", "the dinner", "me no", "pizza") == [("hinglish", 100.0)]


def test_where_no_message_tells_a_language_all_are_read_as_one():
    assert languages_of("the dinner", "with pizza") == [("en", 100.0)]
    assert languages_of("the dinner", "pizza") == []
    assert languages_of() == []


def test_stop_words_are_those_of_all_languages_listed():
    english_and_hinglish = detect([["the", "and"], ["kya", "hai"]], Parameters())
    assert {"the", "kya"} <= stop_words(english_and_hinglish)
    assert "nicht" not in stop_words(english_and_hinglish)
    assert stop_words([]) == frozenset()


def test_every_listed_function_word_is_one_word_in_normal_form():
    for words in function_words().values():
        for word in words:
            assert word == normal_form(word)
            assert segment(word) == ((word,), 0)
