from hypothesis import given, settings
from hypothesis import strategies as st
from tests.domain.chats.statistics import chats, twin

from domain.chats.statistics.compute import compute
from domain.chats.statistics.model import Parameters
from domain.chats.transcript import SYSTEM_SENDER, Flag, Kind, Transcript

FILE_NAME = "IMG-20240101-WA0004.jpg"
FRAGMENTS = [
    *" \n\t\u00a0\u3000\u2028.,;:!?'’\"·-_*~()[]{}<>/@#%&=+…“”。，",
    *"aAzß1٣²½éİΣς;\u0301\u0651\u093e\u094d\u200c\u200d\u200e\ufe0e\ufe0f\u20e3\u00ad",
    *["the", "you and I", "don't", "DON’T", "ok", "dinner", "3.14", "10:30", "covid19", "x²", "col·lecció", "naïve"],
    *["que no de la", "haan nahi kya", "yaar", "nicht das ist", "größe", "İyi", "ΟΔΟΣ", "τι κάνεις;", "привет", "не я"],
    *[
        "नमस्ते",
        "कैसे हो",
        "مرحبا",
        "می‌خواهم",
        "שלום",
        'ד"ר',
        "สวัสดี",
        "မြန်မာ",
        "안녕 나는",
        "今天",
        "的我",
        "たべる",
        "カレー",
        "ﾗｰﾒﾝ",
        "々〇",
    ],
    *["haha", "Hahahaa!", "hohe", "mwahaha", "ahah", "ehehe", "jaja", "jajaja", "kkk", "kkkk", "rs", "rsrs", "wkwkw"],
    *["lol", "LOOLZ", "lmfao", "xD", "😹", "хахах", "лол", "ههه", "ה", "חח", "हाहा", "哈哈", "呵", "ㅋㅋ", "w", "笑"],
    *["?", "？", "؟", "՞", "¿", "⁉️", "\u037e"],
    *["😂", "❤️", "❤", "❤︎", "👍🏽", "🙏🏿", "👩‍💻", "👨‍👩‍👧‍👦", "🇮🇳", "🇮", "🤷🏻‍♀", "🏴\U000e0067\U000e0062\U000e007f"],
    *["1️⃣", "#⃣", "©", "©️", "™", "ℹ", "☝🏽", "🏽", "☎", "▶", "▶️", "🏳️‍🌈"],
    *[
        "https://a.b/c?d=e",
        "http://x.org/(y)",
        "HTTPS://Z.Y",
        "www.x.de",
        "Www.",
        "WWW.A",
        "http://",
        "https://t.co/ü吧",
    ],
    *["a.b+c@d.co.uk", "a@b", "@ann", "a@b.c@d.e", FILE_NAME, f"({FILE_NAME})"],
]

texts = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join),
    st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=12),
)
HOUR = 3_600
times = st.one_of(
    st.integers(0, 600),
    st.integers(0, 80 * HOUR),
    st.sampled_from([0, 59, 60, 600, 4 * HOUR, 4 * HOUR + 60, 6 * HOUR - 1, 6 * HOUR, 24 * HOUR, 24 * HOUR - 1]),
    st.integers(-(10**8), 2 * 10**9),
)
rows = st.tuples(
    times,
    st.integers(0, 3),
    texts,
    st.one_of(st.just(Kind.TEXT), st.sampled_from(Kind)),
    st.one_of(st.just(Flag(0)), st.sampled_from([*Flag, Flag.EDITED | Flag.PLACEHOLDER])),
)
parameters = st.one_of(
    st.just(Parameters()),
    st.builds(
        Parameters,
        session_gap_minutes=st.integers(1, 400),
        short_session_gap_minutes=st.integers(0, 400),
        response_window_minutes=st.integers(0, 400),
        overnight_window_minutes=st.integers(0, 1_000),
        answer_window_minutes=st.integers(0, 3_000),
        double_text_minutes=st.integers(0, 60),
        top_words=st.integers(0, 3),
        top_emojis=st.integers(0, 3),
        user_top_words=st.integers(0, 3),
        user_top_emojis=st.integers(0, 3),
        links=st.integers(0, 3),
        listed_word_chars=st.integers(1, 8),
        listed_link_chars=st.integers(7, 17),
        longest_message_chars=st.integers(0, 10),
        language_min_percent=st.integers(0, 60),
        language_sample_messages=st.integers(0, 5),
        timeline_years=st.integers(1, 3),
        reply_pairs=st.integers(0, 3),
        style_min_words=st.integers(0, 8),
        style_min_english_percent=st.integers(0, 60),
        style_sample_messages=st.integers(1, 8),
        style_blocks=st.integers(1, 4),
        style_resamples=st.integers(1, 4),
    ),
)


@st.composite
def transcripts(draw) -> Transcript:
    people = draw(st.integers(1, 4))
    drawn = [(time, sender % people, *rest) for time, sender, *rest in draw(st.lists(rows, max_size=30))]
    return Transcript(
        platform="whatsapp",
        title=None,
        participants=["Ann", "Боб", "❤️", "+44 7700 900123"][:people],
        times=[time for time, *_ in drawn],
        senders=[SYSTEM_SENDER if kind == Kind.SYSTEM else sender for _, sender, _, kind, _ in drawn],
        kinds=bytearray(kind for *_, kind, _ in drawn),
        flags=bytearray(flags for *_, flags in drawn),
        texts=[text for _, _, text, *_ in drawn],
        attachments=draw(st.sampled_from([{}, {0: FILE_NAME}])),
        report=chats.report(draw(st.sampled_from([1, 60]))),
        utc=draw(st.booleans()),
    )


@settings(max_examples=300, deadline=None)
@given(transcripts(), parameters)
def test_agrees_with_the_slow_and_obvious_implementation(transcript, parameters):
    assert compute(transcript, parameters) == twin.statistics(transcript, parameters)


ENGLISH = [
    *["I", "you", "it's", "the", "a", "in", "on", "don't", "never", "and", "but", "so", "very", "is", "will", "all"],
    *["dinner", "tomorrow", "coffee"],
]
conversations = st.lists(
    st.tuples(st.sampled_from(["Ann", "Bob"]), st.lists(st.sampled_from(ENGLISH), max_size=12).map(" ".join)),
    min_size=20,
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(conversations, st.integers(1, 8), st.integers(5, 40), st.integers(0, 40))
def test_agrees_on_the_style_of_two_people(conversation, blocks, sample, words):
    transcript = chats.transcript(
        [(60 * index, sender, text) for index, (sender, text) in enumerate(conversation)], participants=["Ann", "Bob"]
    )
    found = Parameters(
        style_blocks=blocks,
        style_sample_messages=sample,
        style_min_words=words,
        style_min_english_percent=50,
        style_resamples=9,
    )
    assert compute(transcript, found) == twin.statistics(transcript, found)
