"""Inputs made to hurt: each is read or refused in linear time."""

import time

import pytest

from domain.chats.importing.errors import ExportNotRecognised
from domain.errors import Invalid
from support.imported_rows import senders_of

HEADER = "13/07/2017, 09:12 - Ann: "
SECONDS = 20
"""Many times what any of them takes; what is quadratic takes minutes."""


@pytest.fixture(autouse=True)
def in_linear_time():
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS


def test_nul_bytes(read):
    transcript = read(f"{HEADER}a\x00b\n13/07/2017, 09:13 - B\x00ob: x\n")

    assert transcript.texts == ["a\x00b", "x"]
    assert transcript.participants == ["Ann", "B\x00ob"]


def test_line_of_25_megabytes(read):
    transcript = read(f"{HEADER}{'x' * 25_000_000}\n13/07/2017, 09:13 - Bob: y\n")

    assert [len(text) for text in transcript.texts] == [25_000_000, 1]


@pytest.mark.parametrize("character", [":", " ", "<", ">", "(", '"', "“", "\u200e", ": ", "\u200e<", "• ", " ("])
def test_long_line_of_one_character(read, character: str):
    line = character * (2_000_000 // len(character))

    for content in (
        f"{HEADER}{line}\n{HEADER}y\n",
        f"13/07/2017, 09:12 - {line}\n{HEADER}y\n",
        f"{HEADER}y\n{HEADER}{line}>",
    ):
        assert len(read(content)) == 2


def test_million_newlines(read):
    transcript = read(f"{HEADER}a{chr(10) * 1_000_000}b\n13/07/2017, 09:13 - Bob: y{chr(10) * 1_000_000}")

    assert [len(text) for text in transcript.texts] == [1_000_002, 1]


def test_million_newlines_with_carriage_returns(read):
    transcript = read(
        f"[13/07/2017, 09:12:00] Ann: a{chr(13) + chr(10)}" + "\r\n" * 1_000_000 + "[13/07/2017, 09:13:00] Bob: y\r\n"
    )

    assert senders_of(transcript) == ["Ann", "Bob"]


@pytest.mark.parametrize(
    "line",
    [
        "1/1/1, 1:1",
        "[13/07/2017, 09:12:00",
        "13/07/2017, 09:12 p m p m",
        "1." * 60,
        "\u200e" * 200,
    ],
)
def test_many_lines_that_are_almost_headers(read, line: str):
    assert len(read(f"{HEADER}a\n" + f"{line}\n" * 100_000 + f"{HEADER}b\n")) == 2


def test_many_headers_that_cannot_be(read):
    days = "".join(f"{day % 60 + 32}/{day % 90 + 10}/{2000 + day % 300}, 09:12 - Ann: x\n" for day in range(100_000))
    transcript = read(f"13/07/2017, 09:12 - Ann: a\n{days}")

    assert len(transcript) == 1
    assert transcript.report.lines_not_understood == 100_000
    assert len(transcript.report.not_understood_line_numbers) == 100


def test_every_row_from_somebody_else(read):
    transcript = read("".join(f"13/07/2017, 09:12 - Member {number}: part {number}: x\n" for number in range(100_000)))

    assert len(transcript.participants) == 100_000


def test_every_row_a_notice(read):
    notices = "".join(
        f"13/07/2017, 09:12 - Ann added Member {number}: x {'a added ' * 30}\n" for number in range(20_000)
    )

    assert len(read(f"{notices}{HEADER}x\n")) == 20_001


def test_every_row_behind_a_mark(read):
    rows = "".join(f"[13/07/2017, 09:12:00] Ann: \u200e{'a changed to ' * 50}{number}\r\n" for number in range(20_000))

    assert len(read(f"{rows}[13/07/2017, 09:12:00] Ann: x\r\n")) == 20_001


def test_layouts_that_change_on_every_line(read):
    formats = [
        "13/07/2017, 09:12 - Ann: x",
        "[13.07.17 09:12:00] Ann: x",
        "2017-07-13, 09:12 - Ann: x",
        "7/13/17, 9:12 PM - Ann: x",
    ]
    assert len(read("\n".join(formats * 25_000))) == 25_000


@pytest.mark.parametrize("content", [b"1" * 5_000_000, b"[" * 5_000_000, b"1/" * 2_500_000, b"\n" * 5_000_000 + b"x"])
def test_large_files_that_are_nothing(read, content: bytes):
    with pytest.raises(ExportNotRecognised):
        read(content)


def test_errors_hold_no_content(read):
    for content in (
        b"secret words\xff\xfe",
        b"secret words",
        b"PK\x03\x04secret words",
        b"1/1/20, 1:00 - secret words",
    ):
        with pytest.raises(Invalid) as error:
            read(content)
        assert "secret" not in f"{error.value} {error.value.message} {error.value.members}"
