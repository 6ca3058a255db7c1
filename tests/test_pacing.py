"""A busy source is asked often, a quiet one seldom."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from feedsvc.pacing import interval
from tests.articles import NOON

LEAST, MOST = timedelta(minutes=5), timedelta(minutes=30)


def paced(*minutes_ago: float) -> float:
    times = [NOON - timedelta(minutes=minutes) for minutes in minutes_ago]
    return interval(times, NOON, LEAST, MOST).total_seconds() / 60


def test_as_often_as_it_publishes_within_the_limits() -> None:
    assert paced(*range(0, 100, 5)) == 5
    assert paced(*range(0, 400, 40)) == 10
    assert paced(*range(0, 40_000, 1440)) == 30


def test_one_that_has_gone_quiet_is_asked_less() -> None:
    assert paced(*range(60, 160, 5)) == 15


def test_one_that_nobody_knows_yet_is_asked_often() -> None:
    assert paced() == paced(7) == 5


@given(st.lists(st.integers(-(10**6), 10**6), max_size=30))
def test_never_beyond_the_limits(minutes_ago: list[int]) -> None:
    assert 5 <= paced(*minutes_ago) <= 30
