"""DP2SceneGraphWizard: rows are categories, filled by tag or by playlist (rrirower/DP2SceneGraphWizard).

What `components/tasks/MainLoaderTask.brs` (v1.0.1.6) does to a feed, step by step, in the order in which it
would crash; with nobody having watched anything yet, so that there is no row of what to continue.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

import regex

from feeds.readers.brightscript import (
    Crash,
    Element,
    Table,
    blame,
    count,
    dot,
    each,
    equal,
    field,
    lookup,
    parse_json,
    parse_xml,
    string,
)
from feeds.readers.screen import Screen, ShownRow, play
from feeds.readers.wizard_items import Item, Row, add_episodes, by_date, from_json, from_mrss, show

NAME = "wizard"
MOST_TILES = 100_000
_LISTS = ("audioOnly", "movies", "liveFeeds", "series", "shortFormVideos", "tvSpecials")
_AND, _OR = re.compile(r"\band\b", re.ASCII), re.compile(r"\bor\b", re.ASCII)
# Characters that mean themselves in a pattern, or any one: an id of these is found without one.
_LITERAL = re.compile(r"[\w\-:/ ,@#%&=~'\"<>;!.]+", re.ASCII)
# With these a pattern never matches a line end, and all ids can be searched at once, a line each.
_EDGE = re.compile(r"\b", re.ASCII)
_ONE_LINE = re.compile(r"[\w\-:/ ,@#%&=~'\"<>;!.?+*]+", re.ASCII)
_PATTERN_SECONDS = 0.5
# Characters of ids compared with what playlists name: far beyond what a TV does before a viewer gives up.
_MOST_COMPARED = 2 * 10**9


def wizard(body: bytes, path: str = "roku.json") -> Screen:
    """Return what the wizard shows of a feed whose address ends in `path`, by which it is read (C11)."""
    text, name = body.decode(errors="replace"), path.lower()
    if ".json" in name:
        return play(NAME, lambda: _json(text))
    if ".xml" in name or ".rss" in name:
        return play(NAME, lambda: _mrss(text))
    return play(NAME, _never)


def _never() -> tuple[ShownRow, ...]:
    raise Crash("reader_address")


def _mrss(text: str) -> tuple[ShownRow, ...]:
    root = parse_xml(text.lstrip("\ufeff \t\r\n"))
    if root is None:
        raise Crash("reader_xml")
    items = [item for channel in root.named("channel")[:1] for item in channel.named("item")]
    rows = _rows_by_category(items)
    for n, item in enumerate(items):
        with blame("reader_shape", "".join(guid.text for guid in item.named("guid")[-1:]) or f"item[{n}]"):
            # Written in another case it makes no row of its own, and finds none either.
            named = [c.text for c in item.named("media:category") if c.text in rows]
            read = from_mrss(item) if named else Item()
            for name in named:
                rows[name].items.append(read)
    if not rows:
        raise Crash("reader_no_rows")
    # The program adds "all items": the row it used last, once more, and sorts that one twice.
    shown = [*rows.values(), list(rows.values())[-1]]
    for row in shown:
        row.items = by_date(row.items)
    return show(shown)


def _rows_by_category(items: Iterable[Element]) -> dict[str, Row]:
    titles: dict[str, str] = {}
    for item in items:
        for category in item.named("media:category"):
            titles.setdefault(category.text.lower(), category.text)
    return {title: Row(title) for title in titles.values()}


def _json(text: str) -> tuple[ShownRow, ...]:
    feed = parse_json(text)
    if feed is None:
        raise Crash("reader_json")
    if not isinstance(feed, Table):
        raise Crash("reader_shape")
    loader = _Loader(feed)
    for name in _LISTS:
        loader.place_tagged(name)
    loader.place_listed()
    return show(map(_in_order, loader.filled()))


class _Loader:
    """The loading of a JSON feed. `row` and `item` outlive the program's loops: what it used last goes on."""

    def __init__(self, feed: Table) -> None:
        self.feed = feed
        self.categories = dot(feed, "categories")
        with blame("reader_shape", "categories"):
            self.rows = [Row(lookup(c, "name"), lookup(c, "order")) for c in each(self.categories)]
        self.row = self.rows[-1] if self.rows else None
        self.item: Item | None = None
        self.placed = 0

    def place_tagged(self, name: str) -> None:
        """Put the items of a list into the rows that ask for their tags."""
        items, series = dot(self.feed, name), name == "series"
        with blame("reader_shape", name):
            if items is not None and name != "audioOnly":
                count(items)
        for n, item in enumerate(each(items)):
            with blame("reader_shape", _where(item, f"{name}[{n}]")):
                _index(item, series)
                tags = dot(item, "tags")
                for row in () if tags is None else self._rows_for(tags):
                    self._place(item, row, series)

    def _rows_for(self, tags: object) -> Iterator[Row]:
        for title in list(self._asking_for(tags)):
            yield from self._rows_titled(title)

    def _rows_titled(self, title: object) -> Iterable[Row]:
        if isinstance(title, str) and self._by_title is not None:
            return self._by_title.get(title, ())
        return (row for row in self.rows if equal(row.title, title))

    @cached_property
    def _by_title(self) -> dict[str, list[Row]] | None:
        """The rows by title; None when a title is no text, and comparing it may crash."""
        rows: dict[str, list[Row]] = {}
        for row in self.rows:
            if not isinstance(row.title, str):
                return None
            rows.setdefault(row.title, []).append(row)
        return rows

    def _asking_for(self, tags: object) -> Iterator[object]:
        """Yield the names of the categories whose query `tags` answer; a tag given twice answers twice."""
        plain, split = self._queries
        if plain:
            yield from (name for tag in each(tags) for name in plain.get(string(tag).lower(), ()))
        for name, every, some in split:
            if len(every) > 1:
                if all(_contains(tags, tag) for tag in every):
                    yield name
            elif any(_contains(some, string(tag).lower()) for tag in each(tags)):
                yield name

    @cached_property
    def _queries(self) -> tuple[dict[str, list[object]], list[tuple[object, list[str], list[str]]]]:
        """The names of the categories by their query; those whose query is split at "and" or "or" (C9)."""
        named = [(dot(c, "name"), dot(c, "query")) for c in each(self.categories)]
        lowered = [(name, string(query).lower()) for name, query in named if query is not None]
        plain: dict[str, list[object]] = {}
        split = []
        for name, query in lowered:
            every, some = _AND.split(query), _OR.split(query)
            if len(every) > 1 or len(some) > 1:
                split.append((name, every, some))
            else:
                plain.setdefault(query, []).append(name)
        return plain, split

    def _place(self, content: object, row: Row, series: bool) -> None:
        self.placed += 1
        if self.placed > MOST_TILES:
            raise Crash("reader_too_many")
        try:
            self.item = from_json(content, series=series)
        except Crash:
            _say_could_not_load(content)
            if not series:
                return
        # A series that could not be read goes on with the item before it.
        if self.item is None:
            raise Crash
        if series:
            add_episodes(self.item, content)
        row.items.append(self.item)

    def place_listed(self) -> None:
        """Put the items of playlists into their rows; the row used last is called a playlist after that."""
        playlists = dot(self.feed, "playlists")
        if playlists is None:
            return
        for n, playlist in enumerate(each(playlists)):
            with blame("reader_shape", f"playlists[{n}]"):
                self._place_playlist(playlist)
        if self.row is None:
            raise Crash("reader_shape" if self.rows else "reader_no_categories", "categories")
        with blame("reader_shape", "categories"):
            self.row.title = f"Playlist: {string(self.row.title)}"

    def _place_playlist(self, playlist: object) -> None:
        name = string(dot(playlist, "name"))
        category = self._fed_by(name)
        if category is None:
            return
        for wanted in each(dot(playlist, "itemIds")):
            with blame("reader_id"):
                found = self._library.find(string(wanted))
            if found:
                self.row = next(iter(self._rows_titled(string(dot(category, "name")))), None)
                self._append(*found)

    def _fed_by(self, playlist: str) -> object:
        if self._by_playlist is not None:
            return self._by_playlist.get(playlist)
        return next((c for c in each(self.categories) if equal(playlist, dot(c, "playlistName"))), None)

    @cached_property
    def _by_playlist(self) -> dict[object, object] | None:
        """The first category by the playlist it names; None when a name is one that comparing crashes on."""
        named = [(dot(c, "playlistName"), c) for c in each(self.categories)]
        plain = not any(isinstance(name, list | dict) for name, _ in named)
        return dict(reversed(named)) if plain else None

    def _append(self, content: object, series: bool) -> None:
        try:
            item = from_json(content, series=series)
            if series:
                add_episodes(item, content)
            if self.row is None:
                raise Crash
            self.row.items.append(item)
        except Crash:
            _say_could_not_load(content)

    @cached_property
    def _library(self) -> "_Library":
        playlists = (p for p in each(dot(self.feed, "playlists")) if isinstance(p, Table))
        named = (name for playlist in playlists for name in each(dot(playlist, "itemIds")))
        return _Library(self.feed, (name for name in named if isinstance(name, str)))

    def filled(self) -> list[Row]:
        """Return the rows; without any the program says that nothing could be parsed (C8)."""
        if self.row is None:
            raise Crash("reader_no_categories", "categories")
        return self.rows


def _where(item: object, place: str) -> str:
    return field(item.folded.get("id")) or place if isinstance(item, Table) else place


def _say_could_not_load(content: object) -> None:
    # The message joins the title to a text, and nothing catches what goes wrong with that.
    string(dot(content, "title"))


def _contains(tags: object, wanted: str) -> bool:
    return any(string(tag).lower().strip() == wanted.strip() for tag in each(tags))


def _index(item: object, series: bool) -> None:
    """Do what building the search index would crash on."""
    dot(item, "longDescription")
    if not series:
        return
    seasons = dot(item, "seasons")
    for group in (item,) if seasons is None else each(seasons):
        for episode in each(dot(group, "episodes")):
            dot(episode, "longDescription")


class _Library:
    """The items by id, in the order in which the wizard looks for one (C10)."""

    def __init__(self, feed: Table, wanted: Iterable[str]) -> None:
        self.ids: list[str] = []
        self.items: list[tuple[object, bool]] = []
        self.crash: Crash | None = None
        try:
            for place, item, series in _walk(feed):
                with blame("reader_id", place):
                    self.ids.append(string(dot(item, "id")).lower())
                self.items.append((item, series))
        except Crash as crash:
            # Only a search that finds nothing before it comes this far.
            self.crash = crash
        self.text = "\n".join(self.ids)
        self.starts = list(accumulate((len(name) + 1 for name in self.ids), initial=0))
        self.literals = {name.lower() for name in wanted if _LITERAL.fullmatch(name)}
        self.dots: dict[int, set[tuple[int, ...]]] = {}
        for literal in self.literals:
            places = tuple(n for n, character in enumerate(literal) if character == ".")
            self.dots.setdefault(len(literal), set()).add(places)
        self.compared = 0

    def find(self, wanted: str) -> tuple[object, bool] | None:
        r"""Return the first item whose id matches the pattern ``\bwanted\b``, and whether it is a series."""
        literal = wanted.lower()
        index = self._first.get(literal) if literal in self.literals else self._pattern(wanted)
        if index is not None:
            return self.items[index]
        if self.crash:
            raise self.crash
        return None

    @cached_property
    def _first(self) -> dict[str, int]:
        """Where each literal is found first: every id is gone through once, however many are looked for."""
        found: dict[str, int] = {}
        for number, name in enumerate(self.ids):
            for part in self._parts(name):
                if part in self.literals:
                    found.setdefault(part, number)
        return found

    def _parts(self, name: str) -> Iterator[str]:
        """Yield what stands between two boundaries of words in an id, with dots where a literal has them."""
        edges, longest = [edge.start() for edge in _EDGE.finditer(name)], max(self.dots)
        for n, start in enumerate(edges):
            for end in edges[n + 1 : bisect_right(edges, start + longest)]:
                for places in self.dots.get(end - start, ()):
                    self._compare(end - start, name)
                    yield _dotted(name[start:end], places)

    def _pattern(self, wanted: str) -> int | None:
        if wanted[:1] in ("*", "+", "?"):
            raise Crash("reader_id_pattern", field(wanted))
        try:
            pattern = regex.compile(rf"\b{wanted}\b", regex.ASCII | regex.IGNORECASE)
            if _ONE_LINE.fullmatch(wanted):
                found = pattern.search(self.text, timeout=_PATTERN_SECONDS)
                self._compare(found.start() if found else len(self.text), wanted)
                return self._at(found.start()) if found else None
            self._compare(len(self.text), wanted)
            matches = (pattern.search(name, timeout=_PATTERN_SECONDS) for name in self.ids)
            return next((n for n, match in enumerate(matches) if match), None)
        except (regex.error, TimeoutError):
            raise Crash("reader_id_pattern", field(wanted)) from None

    def _compare(self, characters: int, wanted: str) -> None:
        self.compared += characters
        if self.compared > _MOST_COMPARED:
            raise Crash("reader_id_pattern", field(wanted))

    def _at(self, start: int) -> int:
        return bisect_right(self.starts, start) - 1


def _dotted(part: str, places: tuple[int, ...]) -> str:
    characters = list(part) if places else []
    for place in places:
        if characters[place] != "\n":
            characters[place] = "."
    return "".join(characters) or part


def _walk(feed: Table) -> Iterator[tuple[str, object, bool]]:
    yield from _listed(feed, "movies")
    yield from _listed(feed, "liveFeeds")
    yield from _listed(feed, "series")
    for place, series, _ in _listed(feed, "series"):
        with blame("reader_shape", place):
            seasons = dot(series, "seasons")
            groups = each(seasons) if seasons is not None and count(seasons) else (series,)
            episodes = [episode for group in groups for episode in each(dot(group, "episodes"))]
        yield from ((place, episode, False) for episode in episodes)
    yield from _listed(feed, "shortFormVideos")
    yield from _listed(feed, "tvSpecials")


def _listed(feed: Table, name: str) -> Iterator[tuple[str, object, bool]]:
    for n, item in enumerate(each(dot(feed, name))):
        yield f"{name}[{n}]", item, name == "series"


def _in_order(row: Row) -> Row:
    if row.items and not equal(row.order, "manual"):
        if equal(row.order, "most_recent"):
            row.items = by_date(row.items, newest_first=True)
        elif equal(row.order, "chronological"):
            row.items = by_date(row.items)
    return row
