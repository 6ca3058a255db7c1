"""Series as a TV shows them: episodes gathered into seasons, numbered once and for ever. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.item import TAG, Item, descriptions, public_url
from feeds.model import Article, Channel, Feed, Image, Row
from feeds.programme import place, rule_of, usable_number

Season = tuple[int | None, tuple[Item, ...]]
# A series by its id and one of its seasons, 0 when it has none: within it every number is given once.
Run = tuple[str, int]


class Show(Struct, frozen=True):
    """A series: what it says of itself, and its seasons with their episodes, newest first.

    A season without a number holds all episodes there are. `newest` is the episode that came out last.
    """

    id: str
    title: str
    short: str
    long: str
    thumbnail: Image
    tags: tuple[str, ...]
    seasons: tuple[Season, ...]
    newest: Item


def shows(items: Iterable[Item], channel: Channel) -> tuple[Show, ...]:
    """Return the series that `items`, newest first, are episodes of."""
    by_series: dict[str, list[Item]] = {}
    for one in items:
        if one.place:
            by_series.setdefault(one.place.series, []).append(one)
    return tuple(_show(episodes, channel) for episodes in by_series.values())


def _show(episodes: list[Item], channel: Channel) -> Show:
    newest = episodes[0]
    where = newest.place
    assert where  # noqa: S101 - `shows` gathers episodes only
    rule = rule_of(where.title, channel)
    # Not in the words of an episode: one that is taken off the air would go on speaking here.
    says = Article(summary=rule.description)
    short, long = descriptions(says, channel, where.title, newest.released)
    picture = public_url(rule.picture)
    return Show(
        id=where.series,
        title=where.title,
        short=short,
        long=long,
        thumbnail=Image(picture) if picture else newest.thumbnail,
        tags=(text.tag(where.title, TAG) or "news",),
        seasons=tuple(_seasons(episodes)),
        newest=newest,
    )


def _seasons(episodes: list[Item]) -> Iterator[Season]:
    by_number: dict[int | None, list[Item]] = {}
    for one in episodes:
        by_number.setdefault(one.place.season if one.place else None, []).append(one)
    for number in sorted(by_number, key=lambda n: n or 0, reverse=True):
        yield number, tuple(by_number[number])


def runs(articles: Iterable[Article], channel: Channel) -> dict[str, Run]:
    """Return by id in which series and season each of `articles` is an episode, as far as it is one."""
    placed = ((a.id, place(a, channel, _moment(a))) for a in articles)
    return {id_: (where.series, where.season or 0) for id_, where in placed if where}


def numbers(
    articles: Iterable[Article],
    channel: Channel,
    known: Mapping[tuple[Run, str], int],
    highest: Mapping[Run, int],
) -> dict[tuple[Run, str], int]:
    """Return the numbers of those of `articles` whose source does not number them, by run and id.

    A number that is `known` stays, whatever has happened to the others; new episodes follow the `highest`
    number there ever was in their run, the oldest first.
    """
    articles = sorted(articles, key=lambda a: (_moment(a), a.id))
    found = runs(articles, channel)
    episodes = [(found[a.id], a.id, usable_number(a.episode)) for a in articles if a.id in found]
    last = dict(highest)
    for run, _, said in episodes:
        last[run] = max(last.get(run, 0), said or 0)
    given: dict[tuple[Run, str], int] = {}
    for run, id_, said in episodes:
        if said is None:
            given[run, id_] = known.get((run, id_), last[run] + 1)
            last[run] = max(last[run], given[run, id_])
    return given


def numbered(feed: Feed, numbers: Mapping[str, int]) -> Feed:
    """Return the feed with the episodes numbered, by id; the others are left as they are."""
    rows = (
        Row(row.title, tuple(replace(a, episode=numbers.get(a.id, a.episode)) for a in row.articles))
        for row in feed.rows
    )
    return replace(feed, rows=tuple(rows))


def _moment(article: Article) -> datetime:
    return article.published or article.first_seen or datetime.min.replace(tzinfo=UTC)
