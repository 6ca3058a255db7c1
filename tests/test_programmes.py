"""Which articles are episodes of the series in the settings, and what their headlines say of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article
from feedsvc.programmes import in_series
from feedsvc.programming import SeriesSettings
from tests.articles import NOON, article


def episode(title: str, pattern: str, **fields: Any) -> tuple[str, int | None, int | None]:
    """Return series, season and episode of an article with this headline."""
    seasons = fields.pop("seasons", "year")
    told = SeriesSettings(title="Evening News", pattern=pattern, seasons=seasons)
    found = in_series(article(title=title, **fields), [told])
    return found.series, found.season, found.episode


def test_a_headline_that_the_pattern_is_found_in_is_an_episode() -> None:
    assert episode("EVENING NEWS 21 Nov", "^evening news") == ("Evening News", None, None)
    assert episode("The evening news was late", "^evening news") == ("", None, None)
    assert episode("Evening News", "^Evening News (?P<date>.*)$") == ("", None, None)


def test_season_and_episode_are_those_the_headline_names() -> None:
    pattern = r"Harbour walks S(?P<season>\d+)E(?P<episode>\d+)"
    assert episode("Harbour Walks S03E12: the pier", pattern) == ("Evening News", 3, 12)
    assert episode("Harbour Walks S03E99999999", pattern) == ("Evening News", 3, None)
    assert episode("Harbour Walks S03E12", pattern, season=9, episode=9) == ("Evening News", 3, 12)
    assert episode("Harbour Walks", "Harbour", season=9, episode=9) == ("Evening News", 9, 9)


@pytest.mark.parametrize(
    ("said", "published", "year"),
    [
        ("21 Nov", NOON, 2026),
        ("23 Nov", NOON, 2026),  # where it is published, it is tomorrow
        ("24 Nov", NOON, 2025),
        ("21.11.", NOON, 2026),
        ("31 December", datetime(2027, 1, 1, 1, tzinfo=UTC), 2026),
        ("1 January", datetime(2026, 12, 31, 23, tzinfo=UTC), 2027),
        ("12 Nov 2024", NOON, 2024),
        ("2023-11-12", NOON, 2023),
        ("today", NOON, None),
    ],
)
def test_the_season_is_that_of_the_date_in_the_headline(said: str, published: datetime, year: int) -> None:
    pattern = "^Evening News (?P<date>.+)$"
    assert episode(f"Evening News {said}", pattern, published=published) == ("Evening News", year, None)


def test_a_season_may_be_a_month_or_there_may_be_none() -> None:
    pattern = "^Evening News (?P<date>.+)$"
    title = "Evening News 21 Nov"
    assert episode(title, pattern, seasons="month") == ("Evening News", 202611, None)
    assert episode(title, pattern, seasons="none") == ("Evening News", None, None)


def test_the_first_series_that_takes_an_article_has_it() -> None:
    series = [
        SeriesSettings(title="Their world", sections=("World",), sources=("agency",)),
        SeriesSettings(title="Bulletins", tags=("bulletin",)),
        SeriesSettings(title="World", sections=("World",)),
    ]
    told = [
        article(1, source="agency"),
        article(2, tags=("Bulletin",)),
        article(3),
        article(4, section=("Sport",), series="Theirs"),
        article(5, kind="live"),
    ]
    assert [in_series(a, series).series for a in told] == ["Their world", "Bulletins", "World", "Theirs", ""]


def test_a_pattern_that_would_take_for_ever_finds_nothing() -> None:
    assert episode("a" * 290 + "!", "(a|a)+$") == ("", None, None)


@given(st.text(max_size=400), st.sampled_from([r"(?P<date>.+)", r"(?P<season>\w+) (?P<episode>\w+)", "."]))
def test_any_headline(title: str, pattern: str) -> None:
    told = SeriesSettings(title="Evening News", pattern=pattern)
    assert isinstance(in_series(article(title=title), [told]), Article)
