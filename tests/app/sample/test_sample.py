import json
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from app.sample import CHAT, QUESTIONS
from app.sample.compose import compose, main

ROW = re.compile(
    r"(?P<at>\d\d/\d\d/\d{4}, \d\d:\d\d) - (?:(?P<sender>Maya|Tomás): )?"
    r"(?P<body>.*(?:\n(?!\d\d/\d\d/\d{4}, ).*)*)\n(?=\d\d/|\Z)"
)


@pytest.fixture(scope="module")
def rows() -> list[tuple[datetime, str | None, str]]:
    text = CHAT.read_text(encoding="utf-8")
    matches = list(ROW.finditer(text))
    assert "".join(match[0] for match in matches) == text
    return [(datetime.strptime(m["at"], "%d/%m/%Y, %H:%M"), m["sender"], m["body"]) for m in matches]  # noqa: DTZ007 - an export has no zone


@pytest.fixture(scope="module")
def bodies(rows) -> Counter[str]:
    return Counter(body for _, sender, body in rows if sender)


def test_the_shipped_chat_is_what_the_scenes_compose():
    assert CHAT.read_bytes() == compose().encode()


def test_the_command_writes_the_same_bytes_elsewhere(tmp_path):
    main([str(tmp_path / "chat.txt")])
    assert (tmp_path / "chat.txt").read_bytes() == CHAT.read_bytes()


def test_two_friends_write_some_fifteen_hundred_messages_over_seven_months(rows):
    senders = Counter(sender for _, sender, _ in rows)
    assert 1450 <= len(rows) <= 1600
    assert set(senders) == {"Maya", "Tomás", None}
    assert min(senders["Maya"], senders["Tomás"]) > 700
    assert timedelta(days=200) < rows[-1][0] - rows[0][0] < timedelta(days=225)


def test_it_opens_with_the_encryption_notice_and_never_runs_backwards(rows):
    assert rows[0][1] is None
    assert "end-to-end encrypted" in rows[0][2]
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(rows))


def test_the_quarrel_is_followed_by_two_days_of_silence(rows):
    last_word = next(index for index, row in enumerate(rows) if row[2] == "fine")
    silence, end = max((later[0] - earlier[0], later[2]) for earlier, later in pairwise(rows[last_word:][:5]))
    assert silence > timedelta(days=2)
    assert end.startswith("maya. I've been writing this")


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        (r"<Media omitted>", 6, 15),
        (r"\u200eIMG-\d{8}-WA\d{4}\.jpg \(file attached\)\n.+", 6, 12),
        (r"\u200ePTT-\d{8}-WA\d{4}\.opus \(file attached\)", 1, 3),
        (r"(This message was deleted|You deleted this message)", 3, 6),
        (r"[^\n]+ <This message was edited>", 3, 8),
        (r"(Voice|Video) call\. (No answer|\d+ min)", 5, 12),
        (r"Missed (voice|video) call\. Tap to call back", 2, 6),
        (r"POLL:\n.+\nOPTION: .+\nOPTION: (.|\n)+", 1, 1),
        (r"location: https://maps\.google\.com/\?q=[-\d.]+,[-\d.]+", 1, 1),
    ],
)
def test_every_kind_of_message_is_there(bodies, pattern, least, most):
    assert least <= sum(n for body, n in bodies.items() if re.fullmatch(pattern, body)) <= most


def test_hardly_a_sentence_is_written_twice(bodies):
    assert not [body for body, times in bodies.items() if times > 1 and len(body.split()) > 1 and _was_typed(body)]


def test_links_lead_nowhere_real(bodies):
    hosts = {host for body in bodies for host in re.findall(r"https?://([^/\s]+)", body)}
    assert hosts == {"example.com", "example.org", "maps.google.com"}


def test_every_question_rests_on_messages_that_occur_once(bodies):
    questions = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    assert len(questions) >= 30
    assert len({item["question"] for item in questions}) == len(questions)
    for item in questions:
        assert item["answer"]
        assert 1 <= len(item["evidence"]) <= 3
        assert [bodies[text] for text in item["evidence"]] == [1] * len(item["evidence"])


def _was_typed(body: str) -> bool:
    return not re.search(r"omitted>|deleted|call\. ", body)
