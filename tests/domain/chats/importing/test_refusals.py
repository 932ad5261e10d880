"""A file that is no WhatsApp export is refused, never misread."""

import json
import random
import zlib

import pytest

from domain.chats.importing.errors import ExportNotRecognised

PROSE = "It was a long day.\nWe walked to the sea and back, and spoke of many things.\n" * 20
LOG_LEVELS = ("INFO", "WARNING", "ERROR", "DEBUG")
FILES = {
    "prose": PROSE,
    "prose with a few dates": PROSE
    + "12/03/2021, 10:00 - we met: Ann, Bob and I\n"
    + PROSE
    + "13/03/2021 was better.\n",
    "prose that begins with a date": "12/03/2021, 10:00 - we met at the station\n" + PROSE,
    "diary": "".join(f"{day}/03/2021, 10:00 - went for a walk again\n{PROSE}" for day in range(1, 20)),
    "dates without times": "".join(f"{day}/03/2021 - Ann: x\n" for day in range(1, 20)),
    "csv": "date,time,sender,text\n" + "".join(f"2021-03-{day:02d},10:00,Ann,hi\n" for day in range(1, 20)),
    "quoted csv": "".join(f'"12/{day}/21, 10:00 PM","Ann","hi: there"\n' for day in range(1, 20)),
    "python log": "".join(f"2021-03-01 10:00:{second:02d},123 - app - INFO - started: x\n" for second in range(60)),
    "dashed log": "".join(f"2021-03-01 10:00:{second:02d} - INFO: started\n" for second in range(60)),
    "short log": "".join(f"2021-03-01 10:{minute:02d} - {LOG_LEVELS[minute % 4]}: started\n" for minute in range(60)),
    "bracket log": "".join(f"[2021-03-01 10:00:{second:02d}] production.ERROR: failed\n" for second in range(60)),
    "process log": "".join(f"[2021-03-01 10:00:{second:02d}] sshd[123]: accepted\n" for second in range(60)),
    "go log": "".join(f"2021/03/01 10:00:{second:02d} main.go:12: started\n" for second in range(60)),
    "nginx log": "".join(f"2021/03/01 10:00:{second:02d} [error] 12#0: *1 open() failed\n" for second in range(60)),
    "access log": '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326\n' * 20,
    "syslog": "Mar  1 10:00:00 host sshd[123]: accepted\n" * 20,
    "irc": "[10:00:01] <ann> hi\n[10:00:02] <bob> hello\n" * 20,
    "subtitles": "1\n00:00:01,000 --> 00:00:02,000\nhi: there\n\n" * 20,
    "json": json.dumps({"messages": [{"date": "12/03/2021, 10:00 - Ann: hi"}] * 20}, indent=1),
    "json lines": '{"date": "12/03/2021, 10:00", "text": "Ann: hi"}\n' * 20,
    "html": "<!doctype html><html><body><p>12/03/2021, 10:00 - Ann: hi</p></body></html>\n" * 5,
    "markdown table": "| 12/03/2021, 10:00 | Ann | hi |\n" * 20,
    "e-mail": "From: Ann\nDate: Mon, 1 Mar 2021 10:00:00 +0000\nSubject: Re: hi\n\nOn 01/03/2021, 10:00 Bob wrote:\n",
    "ics": "BEGIN:VCALENDAR\nDTSTART:20210301T100000Z\nSUMMARY:hi\nEND:VCALENDAR\n",
    "numbers": "1/2/3\n4.5.6\n12-12-12\n" * 50,
    "only colons": ": : :\n" * 50,
}


@pytest.mark.parametrize("name", FILES)
def test_text_that_is_no_export(read, name: str):
    with pytest.raises(ExportNotRecognised) as error:
        read(FILES[name])

    assert error.value.code == "export_not_recognised"


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(5000),
        bytes(10_000),
        zlib.compress(PROSE.encode()),
        b"\x1f\x8b\x08\x00" + random.Random(1).randbytes(5000),
        random.Random(2).randbytes(5000),
    ],
    ids=["png", "zeros", "zlib", "gzip", "noise"],
)
def test_binary_is_refused(read, content: bytes):
    with pytest.raises(ExportNotRecognised):
        read(content)
