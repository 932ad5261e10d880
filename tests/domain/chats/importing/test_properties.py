"""Random chats, written in a layout and read back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.chats.importing.whatsapp.importer import read_transcript
from domain.chats.importing.whatsapp.phrases import phrases
from domain.errors import Invalid
from support.imported_rows import rows_of

LAYOUTS = {
    "android_us": ("{t:%m/%d/%y}, {h}:{t:%M}\u202f{half} - ", "\n", 60),
    "android_dmy": ("{t:%d/%m/%Y}, {t:%H:%M} - ", "\n", 60),
    "android_dots": ("{t:%d.%m.%y}, {t:%H:%M} - ", "\n", 60),
    "android_ymd": ("{t:%Y-%m-%d} {t:%H:%M} - ", "\n", 60),
    "ios_us": ("[{t:%m/%d/%y}, {h}:{t:%M:%S}\u202f{half}] ", "\r\n", 1),
    "ios_de": ("[{t:%d.%m.%y}, {t:%H:%M:%S}] ", "\r\n", 1),
    "ios_zh": ("[{t:%Y}/{t.month}/{t.day} {chinese}{h}:{t:%M:%S}] ", "\r\n", 1),
}
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs"), exclude_characters=':~“„«「『"')
NAMES = st.text(LETTERS, min_size=1, max_size=12).filter(lambda name: name.strip() == name)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
TEXTS = st.lists(WORDS, min_size=1, max_size=3).map("\n".join)


def is_words(text: str) -> bool:
    """Nothing in it that a reader may take for something else, or for a longer name."""
    marks = ("<", ">", "(", ")", ": ", "\u200e", "\u200f", "•")
    return text.strip("\n") == text and phrases().find(text) is None and not any(mark in text for mark in marks)


@st.composite
def chats(draw):
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    start = datetime(2020, 1, 13, draw(st.integers(0, 23)), draw(st.integers(0, 59)))  # noqa: DTZ001 - no zone
    rows = []
    for gap in draw(st.lists(st.integers(0, 3 * 86400), min_size=2, max_size=12)):
        start += timedelta(seconds=gap)
        rows.append((start, draw(st.sampled_from(names)), draw(TEXTS.filter(is_words))))
    return rows


def header(layout: str, time: datetime) -> str:
    noon = time.hour >= 12
    return LAYOUTS[layout][0].format(
        t=time, h=time.hour % 12 or 12, half="PM" if noon else "AM", chinese="下午" if noon else "上午"
    )


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chat=chats())
def test_what_was_written_is_read(layout: str, chat):
    assume(all(not line.endswith(":") for _, _, text in chat for line in text.split("\n")))
    _, end, resolution = LAYOUTS[layout]
    export = "".join(f"{header(layout, time)}{name}: {text}{end}" for time, name, text in chat)

    transcript = read_transcript(export.encode(), None)

    assert transcript is not None
    assert [(row["timestamp"], row["sender"], row["kind"], row["text"]) for row in rows_of(transcript)] == [
        ((time if resolution == 1 else time.replace(second=0)).isoformat(), name, "text", text)
        for time, name, text in chat
    ]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes):

    try:
        transcript = read_transcript(b"13/07/2017, 09:12 - Ann: " + content, None)
    except Invalid:
        return
    assert transcript is not None
    assert len(transcript) == len(transcript.texts) == len(transcript.kinds) == len(transcript.senders)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("0123456789/.:-,[] \n\r\u200e\u202fAPMan:<>()“”"), max_size=200))
def test_any_text_like_headers_is_read_or_refused(text: str):
    transcript = read_transcript(f"[13/07/2017, 09:12:00] Ann: a\r\n{text}\n13/07/2017, 09:12 - Bob: b".encode(), None)

    assert transcript is not None
    assert all(0 <= kind <= 7 for kind in transcript.kinds)
