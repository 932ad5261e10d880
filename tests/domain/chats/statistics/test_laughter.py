import time

import pytest

from domain.chats.statistics.laughter import EVERYWHERE, languages
from domain.chats.statistics.pieces import Reader


def laughs_in(piece):
    return Reader([])[piece].laughs_in


@pytest.mark.parametrize(
    "piece",
    [
        *["haha", "HAHAHA!!", "haaahaha", "ahaha", "hehe", "hihi", "mwahaha", "bahahah", "ahah", "eheh", "ok...haha"],
        *[
            "lol",
            "LOOOL",
            "lolz",
            "lololol",
            "lmao",
            "lmfaooo",
            "ROFL",
            "xD",
            "mdr",
            "ptdrrr",
            "jajaja",
            "kkkk",
            "rsrs",
        ],
        *[
            "wkwk",
            "хаха",
            "хехехе",
            "ахах",
            "лол",
            "هههه",
            "خخخ",
            "חחח",
            "हाहा",
            "哈哈哈",
            "呵呵",
            "ㅋㅋㅋ",
            "아ㅋㅋ",
            "😂",
            "ok🤣",
        ],
    ],
)
def test_it_is_laughter_in_every_chat(piece):
    assert laughs_in(piece) == (EVERYWHERE,)


@pytest.mark.parametrize(
    ("piece", "language"), [("jaja", "es"), ("jeje", "es"), ("kkk", "pt"), ("rs", "pt"), ("まじかw", "ja")]
)
def test_it_is_laughter_where_the_language_is_spoken(piece, language):
    assert laughs_in(piece) == (language,)


@pytest.mark.parametrize(
    "piece",
    [
        "ha",
        "aha",
        "hohe",
        "Sahara",
        "lo",
        "kk",
        "ok",
        "xdr",
        "https://lol.example/haha",
        "haha@lol.example",
        "哈",
        "😅",
        "।",
    ],
)
def test_it_is_no_laughter(piece):
    assert laughs_in(piece) == ()


def test_two_languages_may_share_a_piece():
    assert languages(("kkk", "jaja"), ()) == ("es", "pt")


@pytest.mark.parametrize("text", ["ha" * 100_000 + "q", "h" * 200_000, "lo" * 100_000 + "q", "哈 " * 100_000 + "q"])
def test_time_is_linear_in_hostile_text(text):
    started = time.process_time()
    languages(text.split(), ())
    assert time.process_time() - started < 2
