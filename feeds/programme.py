"""What an article is as a programme: its kind, its place in a series, who is in it, its ad breaks. Pure.

Lengths and roles are Direct Publisher's (2018-06-13 and later transcriptions); Search has the same.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from feeds import text
from feeds.model import Ads, Article, Channel, Credit, ExternalId, Kind, Series
from feeds.selection import belongs, series_key

SHORT_FORM = 15 * 60
TITLE = 200
ROLES = frozenset(("actor", "anchor", "host", "narrator", "voice", "director", "producer", "screenwriter"))
ID_TYPES = frozenset(("TMS", "ROVI", "IMDB", "EIDR"))
# A break that near the end would be all there is to see of it.
_REST = 60
_CUES, _CREDITS, _IDS = 100, 30, 8
_MOST = 10**6

Shape = Literal["short", "special", "movie", "live", "episode"]


class Place(Struct, frozen=True):
    """Where an episode stands: in which series, by its id and title, in which season, as which number."""

    series: str
    title: str
    season: int | None
    episode: int


def shape(article: Article, channel: Channel, seconds: int) -> Shape:
    """Return what kind of item tells the article; up to a quarter of an hour is short, whoever says movie."""
    if article.kind == "live":
        return "live"
    if text.line(article.series):
        return "episode"
    if article.kind == "special":
        return "special"
    if seconds <= SHORT_FORM:
        return "short"
    return "movie" if _is_movie(article, channel) else "special"


def _is_movie(article: Article, channel: Channel) -> bool:
    said: Kind = article.kind
    return said == "movie" or (not said and channel.movies is not None and belongs(article, channel.movies))


def place(article: Article, channel: Channel, released: datetime) -> Place | None:
    """Return where an article stands in its series; None when it is in none.

    An episode that nobody has numbered counts the days of its year.
    """
    title = text.clip(text.line(article.series), TITLE)
    if not title or article.kind == "live":
        return None
    rule = rule_of(title, channel)
    number = usable_number(article.episode)
    return Place(
        series=text.stable_id("series", channel.id, series_key(rule.name or rule.title)),
        title=text.clip(text.line(rule.title), TITLE) or title,
        season=_season(article, rule, released),
        episode=released.timetuple().tm_yday if number is None else number,
    )


def rule_of(title: str, channel: Channel) -> Series:
    """Return what the channel says of a series; one it does not know has a season a year."""
    key = series_key(title)
    return next((rule for rule in channel.series if series_key(rule.title) == key), Series(title))


def _season(article: Article, rule: Series, released: datetime) -> int | None:
    if rule.seasons == "none":
        return None
    if (said := usable_number(article.season)) is not None:
        return said
    return released.year if rule.seasons == "year" else released.year * 100 + released.month


def usable_number(said: int | None) -> int | None:
    """Return the number of a season or an episode, if it can be one."""
    return said if said is not None and 0 <= said < _MOST else None


def ad_breaks(article: Article, ads: Ads, seconds: int) -> tuple[int, ...]:
    """Return where advertisements go, in seconds from the start, each before the end; a stream has none."""
    if article.kind == "live" or seconds < ads.shortest:
        return ()
    cues = article.ad_breaks[:_CUES] if ads.cue_points else ()
    step = max(60, int(ads.mid_roll.total_seconds())) if ads.mid_roll and not cues else seconds
    wanted = (*((0,) if ads.pre_roll else ()), *cues, *range(step, seconds - _REST + 1, step))
    return tuple(sorted({int(at) for at in wanted if 0 <= at < seconds}))


def credits(article: Article) -> tuple[Credit, ...]:
    """Return who took part, as far as they have a name and a role that Roku knows."""
    told = (Credit(text.line(c.name), c.role.strip().lower(), c.born) for c in article.credits[:_CREDITS])
    return tuple(dict.fromkeys(c for c in told if c.name and c.role in ROLES))


def external_ids(article: Article) -> tuple[ExternalId, ...]:
    """Return what the programme is called in the databases that Roku knows, once in each."""
    return tuple({e.type: e for e in reversed(tuple(_known(article)))}.values())[::-1]


def _known(article: Article) -> Iterator[ExternalId]:
    for one in article.external_ids[:_IDS]:
        name, kind = text.line(one.id), one.type.strip().upper()
        if kind in ID_TYPES and 0 < len(name) <= 100:
            yield ExternalId(name, kind)
