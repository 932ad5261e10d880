import pytest

from domain.chats.statistics.pieces import Reader
from domain.chats.statistics.words import segment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, hello world!", ["hello", "hello", "world"]),
        ("don't DON’T l'Été", ["don't", "don't", "l'été"]),
        ("'quoted' _italics_ *bold*", ["quoted", "italics", "bold"]),
        ("well-known ok.see you:there foo_bar", ["well", "known", "ok", "see", "you", "there", "foo", "bar"]),
        ("covid19 2nd x²", ["covid19", "2nd", "x²"]),
        ("col·lecció", ["col·lecció"]),
        ("привет, как дела?", ["привет", "как", "дела"]),
        ("नमस्ते क्षत्रिय हिन्दी", ["नमस्ते", "क्षत्रिय", "हिन्दी"]),
        ("مرحبا، كيفَ", ["مرحبا", "كيفَ"]),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ('צה"ל "שלום"', ['צה"ל', "שלום"]),
        ("你好吗", ["你", "好", "吗"]),
        ("カレーを食べる", ["カレー", "を", "食", "べ", "る"]),
        ("안녕하세요 여러분", ["안녕하세요", "여러분"]),
        ("สวัสดีครับ ขอบคุณ", ["สวัสดีครับ", "ขอบคุณ"]),
        ("cafe\u0301", ["café"]),
        ("\u200ehello\u200f", ["hello"]),
        ("... -- !? ©", []),
    ],
)
def test_words_of_any_script(text, words):
    assert segment(text)[0] == tuple(words)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("10", 1), ("3.14 and 1,000", 2), ("10:30", 2), ("+44 7700 900123", 3), ("१२ ٣", 2), ("x2", 0)],
)
def test_numbers_are_words_apart(text, numbers):
    assert segment(text)[1] == numbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("see https://example.org/some/path?and=words now", ["see", "now"]),
        ("mail ann.b+c@mail.example.co.uk today", ["mail", "today"]),
        ("look: (IMG-20240101-WA0004.jpg) nice", ["look", "nice"]),
        ("1️⃣ one❤️two 👩‍💻", ["one", "two"]),
    ],
)
def test_links_addresses_file_names_and_emoji_hold_no_words(text, words):
    assert Reader(["IMG-20240101-WA0004.jpg"]).words_of(text) == words


def test_word_count_includes_numbers_and_short_cuts_agree_with_segmentation():
    assert Reader([]).word_count("I have 2 dogs, (three) 'cats' and naïve ёж...") == 9
