"""Headers as they are seen in the wild: each file has two messages and a line that must stay text."""

import pytest

from domain.chats.importing.errors import ClockNotUnderstood
from support.imported_rows import rows_of, senders_of, texts_of

HEADERS = [
    ("1/4/23, 7:02\u202fPM - Ann: x", "2023-01-04T19:02:00"),
    ("9/18/18, 2:45 PM - Ann: x", "2018-09-18T14:45:00"),
    ("9/18/18, 2:45\u00a0PM - Ann: x", "2018-09-18T14:45:00"),
    ("9/18/18, 2:45\u2009PM - Ann: x", "2018-09-18T14:45:00"),
    ("29/07/21, 11:26 am - Ann: x", "2021-07-29T11:26:00"),
    ("13/07/2017, 09:12 - Ann: x", "2017-07-13T09:12:00"),
    ("15.04.16, 15:04 - Ann: x", "2016-04-15T15:04:00"),
    ("30/12/2020 13:00 - Ann: x", "2020-12-30T13:00:00"),
    ("[6/30/23, 9:52:58\u202fPM] Ann: x", "2023-06-30T21:52:58"),
    ("\u200e[14.01.18, 11:54:34] Ann: x", "2018-01-14T11:54:34"),
    ("[13/6/18 1:55:00 p. m.] Ann: x", "2018-06-13T13:55:00"),
    ("[13/6/18 1:55:00 p.\u00a0m.] Ann: x", "2018-06-13T13:55:00"),
    ("[01/20/19 11:23] Ann: x", "2019-01-20T11:23:00"),
    ("20/6/2017 8:28 p. m. - Ann: x", "2017-06-20T20:28:00"),
    ("23/06/2018, 01:55 p.m. - Ann: x", "2018-06-23T13:55:00"),
    ("23/06/2018, 12:55 a.m. - Ann: x", "2018-06-23T00:55:00"),
    ("2019/01/20, 11:23 - Ann: x", "2019-01-20T11:23:00"),
    ("2019-01-20 11:23 - Ann: x", "2019-01-20T11:23:00"),
    ("[2023/5/14, 16:17:13] ~ Ann: x", "2023-05-14T16:17:13"),
    ("[2023-05-14 16:17:13] Ann: x", "2023-05-14T16:17:13"),
    ("2017-7-12, 10:35:22 PM: Ann: x", "2017-07-12T22:35:22"),
    ("13.07.2017 - 22:35:22; Ann: x", "2017-07-13T22:35:22"),
    ("09/17/19, 8:30:52 AM – Ann: x", "2019-09-17T08:30:52"),
    ("[2024/1/2 下午3:04:05] Ann: x", "2024-01-02T15:04:05"),
    ("[2024/1/2 凌晨12:04:05] Ann: x", "2024-01-02T00:04:05"),
    ("[2024/1/2 中午12:04:05] Ann: x", "2024-01-02T12:04:05"),
    ("[2024/1/2 晚上11:04:05] Ann: x", "2024-01-02T23:04:05"),
    ("2024/01/02 下午3:04 - Ann: x", "2024-01-02T15:04:00"),
    ("2024. 1. 2. 오후 3:04 - Ann: x", "2024-01-02T15:04:00"),
    ("[2024. 1. 2. 오전 12:04:05] Ann: x", "2024-01-02T00:04:05"),
    ("2024. 1. 2. 15:04 - Ann: x", "2024-01-02T15:04:00"),
    ("2021/05/30 午後0:04 - Ann: x", "2021-05-30T12:04:00"),
    ("[13.3.2022 klo 14.08.18] Ann: x", "2022-03-13T14:08:18"),
    ("13.3.2022 klo 9.08 - Ann: x", "2022-03-13T09:08:00"),
    ("13/07/2017 à 09:12 - Ann: x", "2017-07-13T09:12:00"),
    ("2021-05-30 18 h 44 - Ann: x", "2021-05-30T18:44:00"),
    ("13. 6. 2018. 21:25:15 Ann: x", "2018-06-13T21:25:15"),
    ("13.6.2018. 21:25 - Ann: x", "2018-06-13T21:25:00"),
    ("30. 5. 2021. u 18:44 - Ann: x", "2021-05-30T18:44:00"),
    ("30. 05. 2021, 18:44 - Ann: x", "2021-05-30T18:44:00"),
    ("30/08/25 18.00 - Ann: x", "2025-08-30T18:00:00"),
    ("30/08/25, 18.00 - Ann: x", "2025-08-30T18:00:00"),
    ("2021. 05. 30. 18:44 - Ann: x", "2021-05-30T18:44:00"),
    ("2021. 05. 30. du. 6:44 - Ann: x", "2021-05-30T18:44:00"),
    ("[30.05.21 г., 18:44:08 ч.] Ann: x", "2021-05-30T18:44:08"),
    ("30.05.21 г., 18:44 ч. - Ann: x", "2021-05-30T18:44:00"),
    ("30.05.2021 ÖS 6:44 - Ann: x", "2021-05-30T18:44:00"),
    ("30/5/21, 6:44 CH - Ann: x", "2021-05-30T18:44:00"),
    ("30/5/21, 6:44 μ.μ. - Ann: x", "2021-05-30T18:44:00"),
    ("۲۰۲۱/۵/۳۰، ۱۸:۴۴ - Ann: x", "2021-05-30T18:44:00"),
    ("۲۰۲۱/۵/۳۰،\u200f ۱۸:۴۴ - Ann: x", "2021-05-30T18:44:00"),
    ("\u200f٣٠\u200f/٥\u200f/٢٠٢١، ٦:٤٤ م - Ann: x", "2021-05-30T18:44:00"),
    ("\u200f[٣٠\u200f/٥\u200f/٢٠٢١، ٦:٤٤:٠٨ ص] Ann: x", "2021-05-30T06:44:08"),
    ("30\u200f/5\u200f/2021، 6:44 م - Ann: x", "2021-05-30T18:44:00"),
    ("३०/५/२१, ६:४४ PM - Ann: x", "2021-05-30T18:44:00"),
    ("\ufeff[\ufeff29.01.18, 12:24:03] Ann: x", "2018-01-29T12:24:03"),
    ("29-01-2018 12:24 - Ann: x", "2018-01-29T12:24:00"),
    ("30.5.2021, 18:44 - Ann: x", "2021-05-30T18:44:00"),
    ("01/13/2021, 00:04 AM - Ann: x", "2021-01-13T00:04:00"),
    ("01/13/2021, 23:59 PM - Ann: x", "2021-01-13T23:59:00"),
    ("01/13/2021, 13:04 PM - Ann: x", "2021-01-13T13:04:00"),
]


@pytest.mark.parametrize(("header", "timestamp"), HEADERS, ids=lambda value: value)
def test_header_is_read(read, header: str, timestamp: str):
    transcript = read(f"{header}\nsecond line\n{header.replace('Ann: x', 'Bob: y')}\n")

    assert [(row["timestamp"], row["sender"], row["text"]) for row in rows_of(transcript)] == [
        (timestamp, "Ann", "x\nsecond line"),
        (timestamp, "Bob", "y"),
    ]


def test_layout_is_locked_and_other_headers_are_text(read):
    transcript = read(
        "12/31/23, 10:45 PM - Ann: look\n"
        "[30/01/2020, 12:12:12] Carol: copied\n"
        "31/12/2023, 22:45 - Dan: copied too\n"
        "12/31/2023, 10:45 PM - Eve: four digits\n"
        "12/31/23, 22:45 - Fay: no meridiem\n"
        "12.31.23, 10:45 PM - Gus: dots\n"
        "12/31/23, 10:46 PM - Bob: yes\n"
    )

    assert senders_of(transcript) == ["Ann", "Bob"]
    assert texts_of(transcript)[0].count("\n") == 5


def test_first_layout_stands_against_a_long_pasted_chat(read):
    pasted = "".join(f"[30/01/2020, 12:12:{second:02d}] Carol: copied\n" for second in range(15))

    transcript = read(
        f"13/07/2017, 09:12 - Ann: look\n{pasted}13/07/2017, 09:13 - Bob: long\n13/07/2017, 09:14 - Ann: yes"
    )

    assert senders_of(transcript) == ["Ann", "Bob", "Ann"]


def test_lines_before_the_first_header_are_reported_and_no_message(read):
    transcript = read("Exported by me\n\n13/07/2017, 09:12 - Ann: a\n13/07/2017, 09:13 - Bob: b\n")

    assert senders_of(transcript) == ["Ann", "Bob"]
    assert transcript.report.lines_not_understood == 1
    assert transcript.report.not_understood_line_numbers == [1]


def test_header_with_an_impossible_date_or_time_is_text_and_reported(read):
    transcript = read(
        "13/07/2017, 09:12 - Ann: a\n"
        "45/07/2017, 09:12 - Bob: no such day\n"
        "14/07/2017, 25:12 - Bob: no such hour\n"
        "14/07/2017, 09:75 - Bob: no such minute\n"
        "14/07/2017, 09:15 - Bob: b\n"
    )

    assert senders_of(transcript) == ["Ann", "Bob"]
    assert texts_of(transcript)[0].endswith("14/07/2017, 09:75 - Bob: no such minute")
    assert transcript.report.not_understood_line_numbers == [2, 3, 4]


def test_layout_is_described_with_its_resolution(read):
    ios = read("[13.3.2022 klo 14.08.18] Ann: x\n").report
    android = read("2024/01/02 下午3:04 - Ann: x\n").report

    assert (ios.layout, ios.resolution_seconds) == ("[d.m.yyyy klo H.mm.ss] ", 1)
    assert (android.layout, android.resolution_seconds) == ("yyyy/m/d a h:mm - ", 60)


def test_both_spaces_before_the_meridiem_in_one_file(read):
    transcript = read("9/18/18, 2:45 PM - Ann: x\n9/18/18, 2:46\u202fPM - Bob: y\n9/18/18, 2:47\u00a0pm - Bob: z\n")

    assert senders_of(transcript) == ["Ann", "Bob", "Bob"]


def test_only_crlf_ends_a_message_where_a_file_does_so_throughout(read):
    transcript = read(
        "[30/01/2020, 12:00:00] Ann: first\r\n"
        "[30/01/2020, 12:00:01] Bob: see\n[29/01/2020, 11:00:00] Carol: pasted\n[29/01/2020, 11:00:01] Dan: too\r\n"
        "[30/01/2020, 12:00:02] Ann: last\r\n"
    )

    assert senders_of(transcript) == ["Ann", "Bob", "Ann"]
    assert texts_of(transcript)[1].startswith("see\n[29/01/2020, 11:00:00] Carol")


def test_a_few_crlf_in_a_file_of_bare_line_feeds_change_nothing(read):
    transcript = read("13/07/2017, 09:12 - Ann: a\r\nb\n13/07/2017, 09:13 - Bob: c\r\n13/07/2017, 09:14 - Ann: d\n")

    assert texts_of(transcript) == ["a\nb", "c", "d"]


def test_file_saved_with_crlf_throughout_has_line_feeds_in_its_messages(read):
    transcript = read("13/07/2017, 09:12 - Ann: a\r\n\r\nb\r\n13/07/2017, 09:13 - Bob: c\r\n")

    assert texts_of(transcript) == ["a\n\nb", "c"]


UNKNOWN_WORDS = (
    "30.05.21, 6:44 xam - Ann: x\n30.05.21, 6:45 xpm - Ann: y\n",
    "[30/05/21, xam 6:44:08] Ann: x\n[30/05/21, xam 6:45:08] Ann: y\n",
)


@pytest.mark.parametrize("export", UNKNOWN_WORDS)
def test_an_unknown_word_beside_times_of_up_to_twelve_hours_is_not_guessed_at(read, export):
    with pytest.raises(ClockNotUnderstood):
        read(export)


def test_an_unknown_word_beside_a_time_that_only_24_hours_have_tells_nothing(read):
    found = read("30.05.21, 6:44 xyz - Ann: x\n30.05.21, 18:45 xyz - Ann: y\n")
    assert found.texts == ["x", "y"]
