"""The items of a Direct Publisher feed: Roku's specification, and what people made of it.

Nobody has checked these feeds since January 2024. What can be understood is, whatever its form; what was
mended on the way is told once for all items.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article
from feedsvc.sources.roku_item import Entry, article
from feedsvc.sources.roku_values import Json, Notes, list_of, objects, text_of, texts, whole

LISTS = ("movies", "series", "shortFormVideos", "tvSpecials", "liveFeeds")
# Of how many rows is looked at which items stand in them.
_ROWS = 100
_INHERITED = ("genres", "tags", "rating", "ratingSource", "thumbnail", "credits")


class _Row(Struct, frozen=True):
    """A row of the channel: the ids of what stands in it, or the tags that do (all of them, or any)."""

    name: str
    ids: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    every: bool = False

    def has(self, id_: str, tags: frozenset[str]) -> bool:
        if not self.tags:
            return id_ in self.ids
        return self.tags <= tags if self.every else not self.tags.isdisjoint(tags)


def articles(value: Any, url: str, notes: Notes) -> tuple[Article, ...]:
    """Return the articles of a feed, in its order; none if it is no feed. `url` is the feed's address."""
    root = _root(value, notes)
    language = text_of(root.get("language"))
    found: list[Article] = []
    films: dict[str, str] = {}
    for entry in _entries(root, notes):
        told = article(entry, url, language, notes)
        film = told.videos[0].url if told.videos else ""
        if not told.title and not film:
            notes.add("roku_item", entry.where)
            continue
        if not told.guid:
            notes.add("roku_no_id", entry.where)
        elif told.guid in films:
            notes.add("roku_repeated", entry.where)
            if films[told.guid] == film:
                continue
            told = replace(told, guid="")
        films.setdefault(told.guid, film)
        found.append(told)
    return tuple(found)


def _root(value: Any, notes: Notes) -> Json:
    """Return the object that holds the lists of items, an empty one if there is none."""
    if isinstance(value, dict) and any(name in value for name in LISTS):
        return value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in inside:
        if isinstance(part, dict) and any(name in part for name in LISTS):
            notes.add("roku_wrapped", "/")
            return part
    return {}


def _entries(root: Json, notes: Notes) -> Iterator[Entry]:
    """Yield every item of every list, each episode in the place of its series."""
    rows = tuple(_rows(root))
    for name in LISTS:
        for where, item in objects(root.get(name), f"/{name}", notes):
            id_, tags = _id(item), frozenset(map(str.casefold, texts(item.get("tags"))))
            within = tuple(row.name for row in rows if row.has(id_, tags))
            if name == "series":
                yield from _episodes(where, item, within, rows, notes)
            else:
                yield Entry(name, where, item, _content(item, where, notes), id_, within)


def _episodes(
    where: str, series: Json, within: tuple[str, ...], rows: Sequence[_Row], notes: Notes
) -> Iterator[Entry]:
    title = text.plain(text_of(series.get("title")))
    given = {name: series[name] for name in _INHERITED if name in series}
    seasons = objects(series.get("seasons"), f"{where}/seasons", notes)
    for place, season in [(where, {**series, "seasonNumber": None}), *seasons]:
        number = whole(season.get("seasonNumber"), place, notes)
        for spot, episode in objects(season.get("episodes"), f"{place}/episodes", notes):
            id_ = _id(episode)
            own = tuple(row.name for row in rows if row.has(id_, frozenset()))
            names = tuple(dict.fromkeys((*within, *own))) or ((title,) if title else ())
            item = {**given, **episode}
            yield Entry("series", spot, item, _content(item, spot, notes), id_, names, title, number)


def _rows(root: Json) -> Iterator[_Row]:
    """Yield the channel's rows: its categories, and the playlists that none of them names."""
    quiet = Notes()
    playlists = {
        text_of(p.get("name")): frozenset(map(_plain_id, list_of(p.get("itemIds"))))
        for _, p in objects(root.get("playlists"), "", quiet)
    }
    categories = [c for _, c in objects(root.get("categories"), "", quiet)][:_ROWS]
    for category in categories:
        query = text_of(category.get("query"))
        every = " AND " in query
        parts = (part.strip().casefold() for part in query.split(" AND " if every else " OR "))
        ids = playlists.get(text_of(category.get("playlistName")), frozenset())
        yield _Row(text.plain(text_of(category.get("name"))), ids, frozenset(filter(None, parts)), every)
    named = {text_of(category.get("playlistName")) for category in categories}
    for name in [name for name in playlists if name not in named][:_ROWS]:
        yield _Row(text.plain(name), playlists[name])


def _content(item: Json, where: str, notes: Notes) -> Json:
    return next((content for _, content in objects(item.get("content"), where, notes, alone=True)), {})


def _id(item: Json) -> str:
    return _plain_id(item.get("id"))


def _plain_id(value: Any) -> str:
    return text.line(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""
