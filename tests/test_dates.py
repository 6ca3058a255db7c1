"""Dates as pages write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc import dates

SEVEN = datetime(2026, 3, 2, 7, tzinfo=UTC)
DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-03-02T07:00:00Z", SEVEN), ("2026-03-02T08:00:00+01:00", SEVEN),
        ("2026-03-02T08:00:00+0100", SEVEN),
        ("2026-03-02 08:00 +0100", SEVEN), ("2026-03-02T07:00:00", SEVEN), ("20260302T070000Z", SEVEN),
        ("2026-03-02T08:00:00+01:00[Europe/Berlin]", SEVEN), ("2026-03-02T07:00:00GMT", SEVEN),
        ("Mon, 02 Mar 2026 07:00:00 GMT", SEVEN), ("Mon, 02 Mar 2026 02:00:00 EST", SEVEN),
        ("Mon Mar 02 2026 08:00:00 GMT+0100 (CET)", SEVEN), ("1772434800", SEVEN), ("1772434800000", SEVEN),
        ("March 2, 2026 2:00 AM EST", SEVEN), ("Published: Mar 2, 2026 7:00", SEVEN),
        ("Mar 2, 2026 2 a.m. ET", SEVEN),
        ("2. März 2026, 07:00 Uhr", SEVEN), ("lunes, 2 marzo 2026 07:00", SEVEN),
        ("2 mars 2026 à 07h00", SEVEN),
        ("2 марта 2026", DAY), ("2026年3月2日 7:00", SEVEN), ("2026년 3월 2일", DAY),
        ("02.03.2026", DAY), ("03/02/2026", DAY), ("2026/03/02", DAY), ("2026-03-02", DAY),
        ("Mar 2, 2026 2:00 AM XYZ", datetime(2026, 3, 2, 2, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_moments(text: str, when: datetime) -> None:
    found = dates.moment(text)
    assert found
    assert found.when == when


@pytest.mark.parametrize("text", ["", "today", "10:00", "March 2026", "2026", "0001-01-01",
                                  "9999-12-31T23:59-23:00",
                                  "1234567890123456", "31.02.2026", "12/2026",
                                  "x" * 5000, "99999999999"])  # fmt: skip
def test_no_moments(text: str) -> None:
    assert dates.moment(text) is None


def test_day_first_where_the_language_says_so() -> None:
    assert dates.best(["02/03/2026"], day_first=True) == DAY
    assert dates.best(["2026/03/02"], day_first=True) == DAY


def test_the_best_tells_the_first_date_most_exactly() -> None:
    assert dates.best(["2026-03-02", "2026-03-02T08:00", "2026-03-02T08:00:00+01:00"]) == SEVEN
    assert dates.best(["2026-03-02", "2026-03-09T08:00:00+01:00"]) == DAY
    assert dates.best(["", "nonsense", "2026-03-02"]) == DAY
    assert dates.best(["2026-03-02T00:00:00", "2026-03-02T07:00:00Z"]) == SEVEN
    assert dates.best([]) is None


@given(
    st.text(max_size=40) | st.text(alphabet="0123456789-:/T.+Z ,MonMarAMpEST年月日", max_size=40),
    st.booleans(),
)
def test_any_text_is_a_moment_in_utc_or_none(text: str, day_first: bool) -> None:
    found = dates.moment(text, day_first)
    assert found is None or found.when.tzinfo is UTC
