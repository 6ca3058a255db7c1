"""Roku's own conversion template: root lists are its rows (rokudev/rdp-to-scenegraph-channel-template).

What `components/content/RootHandler.brs` does to a feed, step by step, in the order in which it would crash.
"""

from msgspec.structs import replace

from feeds.readers.brightscript import (
    Crash,
    Element,
    Table,
    at,
    blame,
    count,
    dot,
    each,
    field,
    get,
    parse_json,
    parse_xml,
    units,
)
from feeds.readers.screen import Screen, ShownRow, Tile, explain, play

NAME = "template"
LIMIT = 500 * 1024
_LISTS = ("movies", "series", "shortFormVideos", "tvSpecials", "liveFeeds")
_XML = ("<?xml", "<rss")


def template(body: bytes, path: str = "") -> Screen:
    """Return what the template shows: it looks at no `path`, and at no ids of MRSS items and episodes."""
    screen = identified(body, path)
    if screen.crash:
        return screen
    in_mrss = body.startswith(tuple(start.encode() for start in _XML))
    rows = (replace(row, tiles=tuple(_unnamed(t, in_mrss) for t in row.tiles)) for row in screen.rows)
    return replace(screen, rows=tuple(rows))


def _unnamed(tile: Tile, itself: bool) -> Tile:
    episodes = tuple(_unnamed(episode, True) for episode in tile.episodes)
    return replace(tile, id="" if itself else tile.id, episodes=episodes)


def identified(body: bytes, path: str = "") -> Screen:
    """Return what `template` does, with the ids it does not look at, so that tiles can be told apart."""
    text = body.decode(errors="replace")
    size = units(text)
    if size > LIMIT:
        return _notice("Feed is too large", "reader_size")
    if size in (0, LIMIT):
        return _notice("Cannot obtain Feed", "reader_size" if size else "reader_empty")
    return play(NAME, lambda: _mrss(text) if text.startswith(_XML) else _json(text))


def _notice(text: str, code: str) -> Screen:
    return Screen(NAME, (ShownRow(text, (Tile("0", text, text, "", ""),)),), explain(NAME, code, ""))


def _json(text: str) -> tuple[ShownRow, ...]:
    root = parse_json(text)
    if root is None:
        raise Crash("reader_json")
    if not isinstance(root, Table):
        raise Crash("reader_shape")
    return tuple(_row(name, root[name]) for name in sorted(root) if name in _LISTS)


def _row(name: str, items: object) -> ShownRow:
    return ShownRow(name, tuple(_tile(name, item, n) for n, item in enumerate(each(items))))


def _tile(name: str, item: object, n: int) -> Tile:
    place = f"{name}[{n}]"
    with blame("reader_shape", place):
        tile = _described(item)
    with blame("reader_shape", tile.id or place):
        with blame("reader_genres"):
            at(at(item, "genres"), 0)
        if name == "series":
            return replace(tile, episodes=_seasons(item))
        return replace(tile, plays=_url(item))


def _described(item: object) -> Tile:
    return Tile(
        id=field(dot(item, "id")),
        title=field(dot(item, "title")),
        description=field(dot(item, "shortDescription")),
        picture=field(dot(item, "thumbnail")),
        plays="",
    )


def _url(item: object) -> str:
    with blame("reader_videos"):
        return field(get(item, "content", "videos", 0, "url"))


def _seasons(series: object) -> tuple[Tile, ...]:
    seasons = dot(series, "seasons")
    if seasons is None or not count(seasons):
        return tuple(_episode(episode) for episode in each(dot(series, "episodes")))
    return tuple(
        Tile("", f"Season {n}", "", "", "", tuple(_episode(e) for e in each(dot(season, "episodes"))))
        for n, season in enumerate(each(seasons), 1)
    )


def _episode(episode: object) -> Tile:
    return replace(_described(episode), plays=_url(episode))


def _mrss(text: str) -> tuple[ShownRow, ...]:
    root = parse_xml(text)
    if root is None:
        raise Crash("reader_xml")
    if root.name != "rss":
        raise Crash("reader_not_rss")
    # The list of tiles is never emptied, and a node has one parent: the last channel's row takes them all.
    channels = root.named("channel")
    tiles = tuple(_item(item) for channel in channels for item in channel.named("item") if item.elements)
    return tuple(ShownRow("", tiles if n == len(channels) else ()) for n in range(1, len(channels) + 1))


def _item(item: Element) -> Tile:
    guid = title = description = picture = plays = ""
    for element in item.elements:
        match element.name:
            case "guid":
                guid = element.text
            case "title":
                title = element.text
            case "description":
                description = element.text
            case "media:content":
                plays = element.attributes.get("url", plays)
                for thumbnail in element.named("media:thumbnail"):
                    picture = thumbnail.attributes.get("url", picture)
    return Tile(guid, title, description, picture, plays)
