import pytest

from domain.chats.statistics.estimates import proportion, quantile
from domain.chats.statistics.model import Proportion


def test_a_proportion_has_the_interval_of_wilson():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    assert proportion(81, 263) == Proportion(81, 263, 30.8, 25.53, 36.62)
    assert proportion(15, 148) == Proportion(15, 148, 10.14, 6.24, 16.05)
    assert proportion(0, 20) == Proportion(0, 20, 0.0, 0.0, 16.11)
    assert proportion(1, 29) == Proportion(1, 29, 3.45, 0.61, 17.18)


def test_a_proportion_stays_within_0_and_100():
    for count in range(8):
        found = proportion(count, 7)
        assert 0 <= found.percent_low <= found.percent <= found.percent_high <= 100


def test_of_nothing_nothing_is_measured():
    assert proportion(0, 0) == Proportion(0, 0, None, None, None)
    assert quantile([], 50) is None


@pytest.mark.parametrize(("percent", "value"), [(0, 10), (25, 17.5), (50, 25), (75, 32.5), (90, 37), (100, 40)])
def test_quantiles_are_interpolated(percent, value):
    assert quantile([10, 20, 30, 40], percent) == value
