"""What DP2SceneGraphWizard knows of an item, read from JSON or MRSS, and how it orders a row of them.

That part of `components/tasks/MainLoaderTask.brs` (v1.0.1.6) which looks at one item; see `reader_wizard`.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from feeds.readers.brightscript import Crash, Element, blame, count, dot, each, equal, field, get, to_str
from feeds.readers.screen import ShownRow, Tile

# What roDateTime.FromISO8601String takes on the engine (C7); it makes 1970 of anything else.
_DATE = re.compile(
    r"((?!00)\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:T(?!Z)(?:(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{3})?)?)?)?)?)?)?Z?",
    re.ASCII,
)
_NO_DATE = "1970-01-01"


class Item(Struct):
    """An item as it was read; one that is not `dated` has no release date at all, not even an empty one."""

    id: object = None
    title: object = None
    description: object = None
    short: object = None
    picture: object = None
    url: object = None
    released: object = None
    dated: bool = False
    captions: list[object] = []
    seasons: list["Item"] = []
    episodes: list["Item"] = []


class Row(Struct):
    """A row being filled."""

    title: object
    order: object = None
    items: list[Item] = []


def from_json(content: object, *, series: bool = False, season: bool = False) -> Item:
    """Return a JSON item as it is read; whatever has to be there and is not, crashes."""
    long, short = dot(content, "longDescription"), dot(content, "shortDescription")
    number = dot(content, "seasonNumber")
    item = Item(
        id=dot(content, "id"),
        title=dot(content, "title") if number is None else f"Season {to_str(number)}",
        description=short if long is None else long,
        short=short,
        picture=dot(content, "thumbnail"),
        url=_url(content),
        released=dot(content, "releaseDate"),
        dated=True,
    )
    to_str(dot(content, "episodeNumber"))
    _some(dot(content, "genres"))
    item.captions = _extras(content, series=series, season=season)
    return item


def _url(content: object) -> object:
    with blame("reader_videos"):
        return None if dot(content, "content") is None else get(content, "content", "videos", 0, "url")


def _extras(content: object, *, series: bool, season: bool) -> list[object]:
    """Return the captions, having done what reading ad breaks, trick play and credits would crash on."""
    media, found = dot(content, "content"), list[object]()
    if not series and media is not None:
        _some(dot(media, "adBreaks"))
    if not series and not season:
        with blame("reader_videos"):
            files, captions = dot(media, "trickPlayFiles"), dot(media, "captions")
        for file in _some(files):
            equal(dot(file, "quality"), "HD")
        found = [dot(caption, "url") for caption in _some(captions)]
    if not season:
        for credit in _some(dot(content, "credits")):
            equal(dot(credit, "role"), "actor")
    return found


def _some(values: object) -> Iterable[object]:
    """Return what ``x <> invalid and x.Count() > 0`` lets through."""
    return each(values) if values is not None and count(values) else ()


def add_episodes(item: Item, series: object) -> None:
    """Give `item` the seasons and episodes of `series`."""
    seasons, episodes = dot(series, "seasons"), dot(series, "episodes")
    if seasons is not None:
        made = list(_seasons(seasons))
        if count(seasons):
            item.seasons = made
    if episodes is not None and count(episodes):
        item.episodes = by_date(map(from_json, each(episodes)), newest_first=True)


def _seasons(seasons: object) -> Iterator[Item]:
    for season in each(seasons):
        episodes = dot(season, "episodes")
        if episodes is None:
            continue
        made = by_date(map(from_json, each(episodes)), newest_first=True)
        item = from_json(season, season=True)
        item.episodes = made
        yield item


def from_mrss(element: Element) -> Item:
    """Return an MRSS item as it is read, the last of each element; text between them crashes (C19)."""
    item = Item()
    for node in element.nodes:
        if isinstance(node, str):
            raise Crash("reader_white_space")
        match node.name:
            case "guid":
                item.id = node.text
            case "media:title":
                item.title = node.text
            case "media:description":
                item.description = item.short = node.text
            case "media:thumbnail":
                item.picture = node.attributes.get("url")
            case "media:content":
                item.url = node.attributes.get("url")
            case "media:subTitle":
                item.captions = [*item.captions, node.attributes.get("href")]
            case "pubDate":
                item.released, item.dated = _day(node.text), True
    return item


def _day(text: str) -> str:
    if not (found := _DATE.fullmatch(text)):
        return _NO_DATE
    try:
        day = date(*(int(part or 1) for part in found.groups()))
    except ValueError:
        return _NO_DATE
    return f"{day.year}-{day:%m-%d}"


def by_date(items: Iterable[Item], *, newest_first: bool = False) -> list[Item]:
    """Return what SortBy makes of `items`; those of one date are turned round, or turned back (C14)."""
    ordered = [item for _, item in sorted(enumerate(items), key=_age)]
    return ordered[::-1] if newest_first else ordered


def _age(numbered: tuple[int, Item]) -> tuple[int, float, str, int]:
    """Return the place among others: numbers, texts, tables, the rest, and at last what has no date."""
    n, item = numbered
    match item.released:
        case bool() | list() | None:
            return 3 if item.dated else 4, 0, "", n
        case int() | float() as number:
            return 0, number, "", -n
        case str() as text:
            return 1, 0, text, -n
        case _:
            return 2, 0, "", n


def show(rows: Iterable[Row]) -> tuple[ShownRow, ...]:
    """Return the rows as they stand on the TV."""
    return tuple(ShownRow(field(row.title), tuple(map(_tile, row.items))) for row in rows)


def _tile(item: Item) -> Tile:
    return Tile(
        field(item.id), field(item.title), field(item.description), field(item.picture), field(item.url),
        episodes=tuple(map(_tile, (*item.seasons, *item.episodes))),
        captions=tuple(filter(None, map(field, item.captions))),
        short=field(item.short),
    )  # fmt: skip
