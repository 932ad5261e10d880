from collections import Counter

from tests.domain.chats.statistics.chats import seconds

from domain.chats.statistics import calendar


def hours(*stamps):
    return Counter(seconds(stamp) // calendar.HOUR for stamp in stamps)


def test_timestamps_are_naive_or_utc():
    time = seconds("2023-02-14T22:35:00")
    assert calendar.timestamp(time, utc=False) == "2023-02-14T22:35:00"
    assert calendar.timestamp(time, utc=True) == "2023-02-14T22:35:00Z"
    assert calendar.timestamp(-1, utc=False) == "1969-12-31T23:59:59"


def test_hours_weekdays_and_dates():
    counted = hours("2024-01-01T00:00", "2024-01-01T23:59", "2024-01-07T23:00", "1969-12-31T05:00")
    hourly = calendar.hourly(counted)
    assert (hourly[0], hourly[5], hourly[23], sum(hourly)) == (1, 1, 2, 4)
    assert calendar.daily(counted) == {
        "Monday": 2,
        "Tuesday": 0,
        "Wednesday": 1,
        "Thursday": 0,
        "Friday": 0,
        "Saturday": 0,
        "Sunday": 1,
    }
    assert list(calendar.by_date(counted).items()) == [("1969-12-31", 1), ("2024-01-01", 2), ("2024-01-07", 1)]


def test_days_include_both_ends():
    assert calendar.days_between(seconds("2024-02-28T23:59"), seconds("2024-03-01T00:00")) == 3
    assert calendar.days_between(seconds("2024-02-28T00:00"), seconds("2024-02-28T23:59")) == 1


def test_the_first_of_equals_is_busiest_and_none_without_messages():
    assert calendar.busiest("abc", [1, 3, 3]) == "b"
    assert calendar.busiest("abc", [0, 0, 0]) is None
