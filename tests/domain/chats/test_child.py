import base64
import signal
import subprocess
import sys
import tempfile
from uuid import uuid4

import msgspec
import pytest

from domain.chats.importing.protocol import ImportTask, Outcome
from domain.chats.sealing import open_bodies, open_profile, open_statistics
from domain.cipher import Opener, new_chat_key
from support.exports import NOT_AN_EXPORT, long_chat, whatsapp
from support.transcripts import copied_rows

CHILD = ("-m", "domain.chats.importing.child")
BUSY = """
import domain.chats.importing.child as child
def read_export(path, options):
    while True:
        pass
child.read_export = read_export
child.main()
"""
RAISING = """
import domain.chats.importing.child as child
def read_export(path, options):
    raise ValueError(path.read_text())
child.read_export = read_export
child.main()
"""
KEY = new_chat_key()
CANARY = "canary-4711"


class Child:
    def __init__(self, content, program=CHILD, memory_mb=4096, cpu_seconds=60, **options):
        self.chat_id = uuid4()
        self.source, self.target = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - for the test
        self.source.write(content)
        self.source.seek(0)
        descriptors = (self.source.fileno(), self.target.fileno())
        self.process = subprocess.Popen(
            [sys.executable, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=descriptors,
            env={"PYTHONUTF8": "1"},
        )
        key = base64.b64encode(KEY).decode()
        task = ImportTask(self.chat_id, key, 1, *descriptors, memory_mb << 20, cpu_seconds, options)
        self.process.stdin.write(msgspec.json.encode(task) + b"\n")
        self.process.stdin.flush()

    def run(self):
        """Wait for its end, with standard input left open: the outcomes and all that was written."""
        written = self.process.stdout.read()
        error = self.process.stderr.read()
        self.status = self.process.wait(60)
        self.target.seek(0)
        return [msgspec.json.decode(line, type=Outcome) for line in written.splitlines()], written + error


@pytest.fixture
def child():
    started = []

    def child(*arguments, **options):
        started.append(Child(*arguments, **options))
        return started[-1]

    yield child
    for one in started:
        one.process.kill()
        one.process.wait()
        for file in (one.process.stdin, one.process.stdout, one.process.stderr, one.source, one.target):
            file.close()


def test_an_export_becomes_sealed_rows_and_an_outcome(child):
    one = child(whatsapp(("Ann", "hello"), ("Bob", "hi")))
    outcomes, _ = one.run()

    assert one.status == 0
    assert [outcome.stage for outcome in outcomes] == ["parsing", "statistics", "sealing", None]
    done = outcomes[-1]
    assert (done.error_code, done.crash, done.message_count, done.platform) == (None, None, 2, "whatsapp")
    opener = Opener(KEY)
    assert open_profile(opener, one.chat_id, done.sealed_profile).participants == ["Ann", "Bob"]
    assert b'"total_messages":2' in open_statistics(opener, one.chat_id, done.sealed_statistics)
    rows = copied_rows(one.target.read())
    bodies = open_bodies(opener, one.chat_id, [(Id(row[0]), row[7]) for row in rows])
    assert [body.text for body in bodies] == ["hello", "hi"]


class Id:
    def __init__(self, bytes_):
        self.bytes = bytes_


def test_what_cannot_be_read_is_told_by_its_code(child):
    outcomes, _ = child(NOT_AN_EXPORT).run()

    assert outcomes[-1] == Outcome(error_code="export_not_recognised")


def test_more_memory_than_allowed_is_a_limit_and_no_crash(child):
    outcomes, _ = child(whatsapp(("Ann", "x" * 40_000_000)), memory_mb=150).run()

    assert outcomes[-1] == Outcome(error_code="import_limit_exceeded")


def test_more_participants_than_a_row_can_tell_apart_are_a_limit(child):
    outcomes, _ = child(whatsapp(*((f"P{number}", "x") for number in range(33_000)))).run()

    assert outcomes[-1] == Outcome(error_code="import_limit_exceeded")


def test_more_time_than_allowed_ends_it_with_the_signal_that_says_so(child):
    one = child(b"x", ("-c", BUSY), cpu_seconds=1)
    outcomes, _ = one.run()

    assert one.status == -signal.SIGXCPU
    assert [outcome.stage for outcome in outcomes] == ["parsing"]


def test_it_ends_with_its_worker(child):
    one = child(b"x", ("-c", BUSY))
    assert one.process.stdout.readline() == b'{"stage":"parsing"}\n'
    one.process.stdin.close()

    assert one.process.wait(60) == 1


def test_a_fault_is_told_without_what_its_message_quotes(child):
    one = child(CANARY.encode(), ("-c", RAISING))
    outcomes, written = one.run()

    assert outcomes[-1].crash.startswith("ValueError at read_export:")
    assert one.status == 0
    assert CANARY.encode() not in written


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (whatsapp((CANARY, CANARY)), {}),
        (CANARY.encode(), {}),
        (whatsapp((CANARY, CANARY)), {"date_order": CANARY}),
        (b"PK\x03\x04" + CANARY.encode(), {}),
    ],
    ids=["imported", "refused", "crashed", "broken archive"],
)
def test_nothing_readable_leaves_it(child, content, options):
    one = child(content, **options)
    outcomes, written = one.run()

    assert outcomes[-1].stage is None
    assert CANARY.encode() not in written
    assert base64.b64encode(CANARY.encode())[:12] not in written
    assert CANARY.encode() not in one.target.read()


def test_a_large_export_is_written_in_pieces(child):
    one = child(long_chat(20_000))
    outcomes, _ = one.run()

    assert outcomes[-1].message_count == 20_000
    assert len(copied_rows(one.target.read())) == 20_000
