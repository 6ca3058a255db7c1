"""Direct Publisher JSON mended: every item in its list, its parts in their shape, rows that show them all."""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from feeds import direct_publisher, rules, text, values
from feeds.direct_publisher import CONTENT_MEMBERS, LISTS, MEMBERS, Entry
from feeds.mending.document import decoded, json_value
from feeds.mending.mended import ROOM, Mended, Told, differences, done, in_parts, outcome, unreadable
from feeds.mending.roku_item import Items, changes
from feeds.mending.rows import with_ids, with_rows
from feeds.model import Issue
from feeds.programme import SHORT_FORM
from feeds.values import Json

_ROOT = ("providerName", "lastUpdated", "language")
_SPARED = ("longDescription", "credits", "externalIds", "ratingSource")


def mend(body: bytes, told: Told) -> Mended:
    """Return the mended feed, in several documents if it is too large for one."""
    value, whole = json_value(decoded(body))
    found = direct_publisher.root(value)
    return outcome(_Work(found[0], told), whole) if found else unreadable()


class _Work:
    """The mending of one feed: its items list by list, then what they are named and shown by."""

    def __init__(self, root: Json, told: Told) -> None:
        self.root = root
        self.told = told
        self.language = values.language(root.get("language"), "en")
        self.updated = told.when(root.get("lastUpdated"))
        self.of_items = Items(told, self.language, self.updated)
        self.items: dict[str, list[Json]] = {}
        self.issues: list[Issue] = []

    def mended(self) -> Iterator[Issue]:
        """Mend everything; yield what was done."""
        for entry in direct_publisher.entries(self.root):
            yield from self._item(entry)
        shown, issues = with_ids(self.items)
        yield from issues
        rows = with_rows(self.root, self.items, shown)
        yield from self._scalars()
        self.categories, self.playlists = rows.categories, rows.playlists
        yield from rows.issues

    def _item(self, entry: Entry) -> Iterator[Issue]:
        name, where = entry.list, entry.where
        item = self.of_items.mended(entry.item)
        if item is None:
            yield done("left_out_no_video", where, rules.quoted(values.words(entry.item.get("title"))))
            return
        home = _home(name, item)
        if home != name:
            yield done("mended_shape", where, f"it is now in `{home}`")
        if home == "liveFeeds" and item.get("thumbnail"):
            item = {**item, "brandedThumbnail": item.get("brandedThumbnail") or item["thumbnail"]}
            item = values.in_order(item, MEMBERS)
        yield from changes(entry.given, item, where)
        self.items.setdefault(home, []).append(item)

    def _scalars(self) -> Iterator[Issue]:
        root = self.root
        newest = (
            max(str(item["releaseDate"]) for items in self.items.values() for item in items)
            if self.items
            else ""
        )
        updated = self.updated or self.told.when(newest) or self.told.now
        given = root.get("lastUpdated")
        mended = {
            "providerName": values.words(root.get("providerName")) or "Channel",
            "lastUpdated": given if isinstance(given, str) and rules.moment(given) else text.iso(updated),
            "language": self.language,
        }
        codes = {"providerName": "mended_title", "lastUpdated": "mended_date", "language": "mended_language"}
        yield from differences(root, mended, codes, "")
        rows = ("categories", "playlists")
        rest = {n: v for n, v in root.items() if n not in (*LISTS, *rows) and not isinstance(v, list | dict)}
        self.root = {**mended, **{n: v for n, v in rest.items() if n not in mended}}

    def documents(self) -> Iterator[bytes]:
        """Yield the documents, the newest items in the first, each small enough for a TV."""
        items = [(name, item) for name in LISTS for item in self.items.get(name, ())]
        whole = self._document(items)
        if len(whole) <= ROOM:
            yield whole
            return
        newest = sorted(items, key=lambda pair: _age(pair[1]), reverse=True)
        self.root = {name: self.root[name] for name in _ROOT}
        for shorter in (_briefly, _barely):
            newest = [(name, shorter(item)) for name, item in newest]
            if len(whole := self._document(newest)) <= ROOM:
                self.issues += [done("feed_shortened", "")] if shorter is _barely else []
                yield whole
                return
        yield from self._parts(newest)

    def _parts(self, newest: Iterable[tuple[str, Json]]) -> Iterator[bytes]:
        room = ROOM - len(self._document(())) - 200 * len(self.categories)
        pieces = [(name, piece) for name, item in newest for piece in _pieces(item, room)]
        numbers = in_parts((_cost(item) for _, item in pieces), room)
        self.issues.append(done("feed_split", "", f"there are {numbers[-1] + 1} files"))
        for number in range(numbers[-1] + 1):
            yield self._document([pair for n, pair in zip(numbers, pieces, strict=True) if n == number])

    def _document(self, items: Iterable[tuple[str, Json]]) -> bytes:
        chosen = list(items)
        here = {item["id"] for _, item in chosen}
        lists: dict[str, list[Json]] = {}
        for name, item in chosen:
            lists.setdefault(name, []).append(item)
        playlists = [
            {**p, "itemIds": [i for i in values.listed(p["itemIds"]) if i in here]} for p in self.playlists
        ]
        playlists = [p for p in playlists if p["itemIds"]]
        named = {p["name"] for p in playlists}
        asked = {tag.lower() for _, item in chosen for tag in values.texts(item.get("tags"))}
        categories = [c for c in self.categories if _is_asked(c, named, asked)]
        document = {
            **self.root, **{n: lists[n] for n in LISTS if n in lists},
            "categories": categories, **({"playlists": playlists} if playlists else {}),
        }  # fmt: skip
        return msgspec.json.encode(document)


def _is_asked(category: Json, playlists: set[object], tags: set[str]) -> bool:
    if "playlistName" in category:
        return category["playlistName"] in playlists
    terms = re.split(r"\s(?:AND|OR)\s", str(category.get("query")))
    return any(term.strip().lower() in tags for term in terms)


def _age(item: Json) -> str:
    return str(item.get("releaseDate"))


def _briefly(item: Json) -> Json:
    """Return an item without what only repeats the rest, and what no specification knows: so more fit."""
    return _with_films(item, _without_repetition)


def _without_repetition(film: Json) -> Json:
    short, long = (values.words(film.get(name)) for name in ("shortDescription", "longDescription"))
    spared = ("longDescription",) if text.same(short, long) else ()
    return {name: value for name, value in film.items() if name in MEMBERS and name not in spared}


def _barely(item: Json) -> Json:
    """Return an item with only what the readers cannot do without."""
    return _with_films(item, lambda film: {n: v for n, v in film.items() if n not in _SPARED})


def _with_films(item: Json, change: Callable[[Json], Json]) -> Json:
    """Return an item changed, and the episodes of a series likewise."""
    changed = change(item)
    for content in values.tables(item.get("content")):
        changed["content"] = {n: v for n, v in content.items() if n in CONTENT_MEMBERS}
    for name in ("seasons", "episodes"):
        if name in item:
            changed[name] = [_with_films(part, change) for part in values.tables(item[name])]
    return changed


def _cost(item: Json) -> int:
    # An item stands in its list and, by its id, in playlists.
    return len(msgspec.json.encode(item)) + 2 * len(str(item.get("id"))) + 20


def _pieces(item: Json, room: int) -> Iterator[Json]:
    """Yield an item whole, or a series that is too large by parts of its episodes."""
    if _cost(item) <= room:
        yield item
        return
    seasons = values.tables(item.get("seasons")) or [item]
    films = [(n, film) for n, season in enumerate(seasons) for film in values.tables(season.get("episodes"))]
    numbers = in_parts((_cost(film) + 200 for _, film in films), room - 2_000)
    for number in range(numbers[-1] + 1 if numbers else 0):
        here = [film for part, film in zip(numbers, films, strict=True) if part == number]
        shown = [
            {**season, "episodes": told}
            for n, season in enumerate(seasons)
            if (told := [film for of, film in here if of == n])
        ]
        yield {**item, "seasons": shown} if "seasons" in item else shown[0]


def _home(name: str, item: Json) -> str:
    """Return the list an item belongs to: where it stands, if readers look there for one like it."""
    if "content" not in item:
        return "series"
    if name in LISTS and name != "series":
        return name
    length = values.whole(values.tables(item["content"])[0].get("duration")) or 0
    return "shortFormVideos" if length <= SHORT_FORM else "tvSpecials"
