import pytest

from domain.chats.importing.errors import DateOrderImpossible
from support.imported_rows import rows_of


def android(*dates: str, clock: str = "10:00", body: str = "x") -> str:
    return "".join(f"{date}, {clock} - {'Ann' if place % 2 else 'Bob'}: {body}\n" for place, date in enumerate(dates))


def dates_of(transcript) -> list[str]:
    return [row["timestamp"][:10] for row in rows_of(transcript)]


@pytest.mark.parametrize(
    ("dates", "order", "confidence", "first"),
    [
        (("2019/01/02", "2019/01/03"), "ymd", "certain", "2019-01-02"),
        (("01/02/2019", "13/02/2019"), "dmy", "certain", "2019-02-01"),
        (("01/02/2019", "02/13/2019"), "mdy", "certain", "2019-01-02"),
        (("1/2/19", "13/2/19"), "dmy", "certain", "2019-02-01"),
        (("1/2/19", "2/13/19"), "mdy", "certain", "2019-01-02"),
        (("08/03/2017", "10/05/2017", "06/09/2017"), "dmy", "likely", "2017-03-08"),
        (("03/08/2017", "05/10/2017", "09/06/2017"), "mdy", "likely", "2017-03-08"),
        (("20-01-05", "20-01-09", "20-02-11"), "ymd", "likely", "2020-01-05"),
        (("05.01.20", "06.01.20"), "dmy", "hinted", "2020-01-05"),
        (("05/01/2020", "06/01/2020"), "dmy", "tied", "2020-01-05"),
    ],
)
def test_order_is_told_by_every_date(read, dates, order: str, confidence: str, first: str):
    transcript = read(android(*dates))

    assert (transcript.report.date_order.order, transcript.report.date_order.confidence) == (order, confidence)
    assert dates_of(transcript)[0] == first


def test_proof_late_in_a_long_file(read):
    transcript = read(android(*["01/02/2019"] * 5000, "31/12/2019"))

    assert transcript.report.date_order.confidence == "certain"
    assert transcript.report.date_order.proof == "a value above 12 in the first place"


@pytest.mark.parametrize(
    ("clock", "body", "order"),
    [
        ("1:00 PM", "x", "mdy"),
        ("1:00 pm", "x", "dmy"),
        ("10:00", "<Multimedia omitido>", "dmy"),
        ("10:00", "<Medien ausgeschlossen>", "dmy"),
    ],
)
def test_hints_settle_what_dates_leave_open(read, clock: str, body: str, order: str):
    decided = read(android("01/02/2019", "02/03/2019", clock=clock, body=body)).report.date_order

    assert (decided.order, decided.confidence) == (order, "hinted")


def test_order_of_the_uploader_overrides_a_tie(read):
    transcript = read(android("05/01/2020", "06/01/2020"), date_order="mdy")

    assert dates_of(transcript) == ["2020-05-01", "2020-06-01"]
    assert (transcript.report.date_order.order, transcript.report.date_order.confidence) == ("mdy", "given")


@pytest.mark.parametrize("order", ["mdy", "ymd"])
def test_order_of_the_uploader_that_contradicts_the_file_is_refused(read, order: str):
    with pytest.raises(DateOrderImpossible) as error:
        read(android("13/01/2020", "14/01/2020"), date_order=order)

    assert error.value.code == "date_order_impossible"


def test_pasted_header_with_a_date_of_the_other_order_is_text(read):
    transcript = read(android("13/01/2020", "14/01/2020", "01/25/2020", "15/01/2020"))

    assert dates_of(transcript) == ["2020-01-13", "2020-01-14", "2020-01-15"]
    assert transcript.texts[1] == "x\n01/25/2020, 10:00 - Bob: x"
    assert transcript.report.not_understood_line_numbers == [3]


def test_rows_keep_the_order_of_the_file_when_time_goes_back(read):
    transcript = read(android("14/01/2020", "13/01/2020", "15/01/2020"))

    assert dates_of(transcript) == ["2020-01-14", "2020-01-13", "2020-01-15"]
    assert transcript.report.headers_back_in_time == 1


def test_29th_of_february(read):
    assert dates_of(read(android("29/02/2020", "28/02/2020"))) == ["2020-02-29", "2020-02-28"]
