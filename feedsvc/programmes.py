"""Articles grouped into the series the settings name: "Evening News 21 Nov" is an episode. Pure.

Asked whenever a channel is lined up, so that a change of settings counts at once, for what is stored too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import regex
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Selection
from feeds.selection import belongs
from feedsvc import dates
from feedsvc.programming import SeriesSettings

# A headline is matched no further, and no longer than this: nobody knows what it will be.
_READ, _SECONDS = 300, 0.05


def in_series(article: Article, series: Sequence[SeriesSettings]) -> Article:
    """Return the article as an episode of the first series that takes it, if one does.

    Season and episode are those its headline names, where the series' pattern says how; else those its
    source gives it.
    """
    if article.kind == "live":
        return article
    for one in series:
        found = _match(article, one)
        if found is not None:
            return _episode(article, one, found)
    return article


def _match(article: Article, series: SeriesSettings) -> dict[str, str] | None:
    """Return what the pattern of a series found in an article's headline; None if it is no episode of it."""
    if not belongs(article, Selection(series.sections, series.tags, sources=series.sources)):
        return None
    if not series.pattern:
        return {}
    try:
        found = _compiled(series.pattern).search(text.line(article.title)[:_READ], timeout=_SECONDS)
    except TimeoutError:
        return None
    return {name: value for name, value in found.groupdict().items() if value} if found else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> "regex.Pattern[str]":
    return regex.compile(pattern, regex.IGNORECASE)


def _episode(article: Article, series: SeriesSettings, found: dict[str, str]) -> Article:
    season, episode = _whole(found.get("season", "")), _whole(found.get("episode", ""))
    aired = _aired(found.get("date", ""), article.published or article.first_seen)
    if season is None and aired and series.seasons != "none":
        season = aired.year if series.seasons == "year" else aired.year * 100 + aired.month
    return replace(
        article,
        series=series.title,
        season=article.season if season is None else season,
        episode=article.episode if episode is None else episode,
    )


def _whole(digits: str) -> int | None:
    return int(digits) if digits.isdecimal() and len(digits) <= 6 else None


def _aired(said: str, published: datetime | None) -> datetime | None:
    """Return the day a headline names; one without a year is the last such day before publication."""
    if not said:
        return None
    if found := dates.moment(said):
        return found.when
    if published is None:
        return None
    space = "" if said[-1] in "./-" else " "
    near = (
        dates.moment(f"{said}{space}{year}")
        for year in (published.year + 1, published.year, published.year - 1)
    )
    # Where it is published, it may be tomorrow already.
    return next((m.when for m in near if m and m.when - published < timedelta(days=1)), None)
