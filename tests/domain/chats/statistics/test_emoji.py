import time

import pytest

from domain.chats.statistics.emoji import take


@pytest.mark.parametrize(
    ("text", "emojis"),
    [
        ("ok 😂😂", ["😂", "😂"]),
        ("👍🏽 👍🏿 👍", ["👍", "👍", "👍"]),
        ("👨‍👩‍👧‍👦 👩🏽‍💻", ["👨‍👩‍👧‍👦", "👩‍💻"]),
        ("🤷🏻‍♀ 🤷‍♀️", ["🤷‍♀️", "🤷‍♀️"]),
        ("🇮🇳🇺🇸", ["🇮🇳", "🇺🇸"]),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"],
        ),
        ("1️⃣ #⃣", ["1️⃣", "#️⃣"]),
        ("1️⃣⃣", ["1️⃣⃣"]),
        ("❤️ ❤ ☝🏽", ["❤️", "❤️", "☝️"]),
        ("©️", ["©️"]),
        ("😂\u200d", ["😂"]),
    ],
)
def test_emoji_are_counted_by_cluster_and_folded(text, emojis):
    assert take(text)[0] == tuple(emojis)


@pytest.mark.parametrize("text", ["123 # *", "© ® ™ ℹ", "❤︎ 👍\ufe0e", "🇮", "🏽", "नमस्ते", "▶ ↔", "©\u200d", "é à"])
def test_characters_shown_as_text_are_none(text):
    assert take(text) == ((), text)


def test_text_around_emoji_is_parted():
    assert take("one😂two") == (("😂",), "one two")


@pytest.mark.parametrize("text", ["🇮🇳" * 50_000, "😂\u200d" * 50_000, "1️⃣" * 50_000])
def test_time_is_linear_in_hostile_text(text):
    started = time.process_time()
    assert take(text)[0]
    assert time.process_time() - started < 2
