import os
import subprocess
import sys

from domain.frames import frame, read_frame
from domain.insights.analyst import child
from domain.insights.analyst.protocol import (
    AnalysedMessage,
    AnalysisTask,
    Crashed,
    Drafted,
    Finished,
    decode_answer,
    drafted,
    received,
    transcript_of,
)
from domain.insights.analyst.run import draft, read
from domain.insights.analyst.view import View
from domain.insights.kinds import InsightKind
from domain.insights.types import KINDS
from support.drafts import sample

TYPES = list(KINDS)


def task(insight_types=TYPES):
    return AnalysisTask(
        participants=sample().transcript.participants,
        utc=False,
        resolution_seconds=60,
        insight_types=insight_types,
        found={"emotional_intimacy": [633, 119]},
    )


def messages():
    transcript = sample().transcript
    rows = zip(transcript.times, transcript.senders, transcript.kinds, transcript.flags, transcript.texts, strict=True)
    return [AnalysedMessage(at, *row, transcript.attachments.get(at)) for at, row in enumerate(rows)]


def said(seed, batch=500):
    """All that a child answers, for a seed of its hashes."""
    with subprocess.Popen(
        [sys.executable, "-m", "domain.insights.analyst.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": seed},
    ) as process:
        process.stdin.write(frame(task()))
        for start in range(0, len(messages()), batch):
            process.stdin.write(frame(messages()[start : start + batch]))
        process.stdin.write(frame([]))
        process.stdin.flush()
        answers = [read_frame(process.stdout) for _ in (*TYPES, "end")]
        process.stdin.close()
        process.wait(10)
    return answers


def test_a_child_drafts_what_this_process_drafts_whatever_its_hashes():
    first, second = said("1"), said("2", batch=2_000)
    assert first == second
    *found, end = map(decode_answer, first)
    assert end == Finished()
    for answer in found:
        kind = KINDS[answer.insight_type]
        here = draft(View(sample(), task().found.get(kind.name, ())), kind)
        assert answer == drafted(here)
        assert received(answer) == here


def test_a_child_ends_with_its_parent():
    with subprocess.Popen(
        [sys.executable, "-m", "domain.insights.analyst.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdin.write(frame(task([])) + frame([]))
        process.stdin.close()
        assert process.wait(10) is not None


def test_a_fault_in_one_type_is_told_without_the_chat_and_leaves_the_others(monkeypatch):
    def fail(view):
        raise ValueError(view.text(1))

    broken = KINDS[TYPES[0]]
    broken = InsightKind(
        row=broken.row, content=broken.content, queries=(), instruction="", analyse=fail, acts=frozenset()
    )
    monkeypatch.setitem(KINDS, TYPES[0], broken)
    answers = [child._answer(sample(), task(), name) for name in TYPES]
    assert isinstance(answers[0], Crashed)
    assert answers[0].insight_type == TYPES[0]
    assert answers[0].where.startswith("ValueError at fail:")
    assert sample().transcript.texts[1] not in answers[0].where
    assert all(isinstance(answer, Drafted) for answer in answers[1:])


def test_the_transcript_arrives_as_it_was_imported():
    transcript = transcript_of(task(), messages())
    there = sample().transcript
    for name in ("participants", "times", "senders", "kinds", "flags", "texts", "attachments", "utc"):
        assert getattr(transcript, name) == getattr(there, name)
    assert read(transcript).masks == sample().masks


def test_the_child_starts_without_the_database_and_the_web():
    loaded = "import sys, domain.insights.analyst.child; print(*{name.partition('.')[0] for name in sys.modules})"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert {"sqlalchemy", "advanced_alchemy", "asyncpg", "litestar"}.isdisjoint(said.stdout.split())
