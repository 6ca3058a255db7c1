"""Ids that readers can look up, and rows in which every item stands."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from feeds import direct_publisher, rules, text, values
from feeds.direct_publisher import Row
from feeds.mending.mended import done
from feeds.model import Issue
from feeds.values import Json

# One that begins or ends in a hyphen, as many of YouTube's do, is never found as a word (C10).
_PLAIN = re.compile(r"(?!-)[A-Za-z0-9_-]{1,50}(?<!-)")
_SPLITS = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_ORDERS = ("manual", "most_recent", "chronological", "most_popular")
# Rows made for a feed that has none: a tag that several items share makes one.
_ROW_OF, _MOST_ROWS = 3, 20


# -- ids -------------------------------------------------------------------------------------------


def with_ids(lists: dict[str, list[Json]]) -> tuple[dict[str, str], list[Issue]]:
    """Give every item and episode its own id; return what id stands for each old one, and what was done.

    An id that works is kept, for it is what a TV knows an item by. That of an episode names its series.
    """
    entries = list(_entries(lists))
    new = _unambiguous(_unique(item for item, _ in entries))
    shown: dict[str, str] = {}
    issues = []
    for (item, _), name in zip(entries, new, strict=True):
        if item.get("id") != name:
            issues.append(done("mended_id", name, f"it was {rules.quoted(values.words(item.get('id')))}"))
    olds = [values.words(item.get("id")) for item, _ in entries]
    for (item, _), name in zip(entries, new, strict=True):
        item["id"] = name
    for (_, home), old in zip(entries, olds, strict=True):
        shown.setdefault(old, str(home["id"]))
    return shown, issues


def _entries(lists: dict[str, list[Json]]) -> Iterator[tuple[Json, Json]]:
    """Yield every item with itself, every episode with its series."""
    for item in (item for items in lists.values() for item in items):
        yield item, item
        for group in (item, *values.tables(item.get("seasons"))):
            yield from ((episode, item) for episode in values.tables(group.get("episodes")))


def _unique(items: Iterable[Json]) -> list[str]:
    taken: set[str] = set()
    names = []
    for item in items:
        old = values.words(item.get("id"))
        name = old if _PLAIN.fullmatch(old) else re.sub(r"[^A-Za-z0-9_-]+", "_", old).strip("_-")
        again = 0
        while not _PLAIN.fullmatch(name) or name.lower() in taken:
            name, again = (
                text.stable_id(old, values.words(item.get("title")), str(item), str(again)),
                again + 1,
            )
        taken.add(name.lower())
        names.append(name)
    return names


def _unambiguous(names: list[str]) -> list[str]:
    """Return the ids, none of them a whole word of another (C10)."""
    taken = {name.lower() for name in names}
    found = []
    for name in names:
        if "-" in name and not taken.isdisjoint(_words(name.lower())):
            joined = name.replace("-", "_")
            name = text.stable_id(name) if joined.lower() in taken else joined
            taken.add(name.lower())
        found.append(name)
    return found


def _words(name: str) -> set[str]:
    edges = [match.start() for match in re.finditer(r"\b", name)]
    return {name[start:end] for start in edges for end in edges if start < end} - {name}


# -- rows ------------------------------------------------------------------------------------------


class Rows(Struct):
    """Categories and the playlists they name, and what was done to them."""

    categories: list[Json]
    playlists: list[Json]
    issues: list[Issue]


def with_rows(root: Json, lists: dict[str, list[Json]], shown: dict[str, str]) -> Rows:
    """Return rows that show every item of `lists`, tags changed where a reader would split them (C8, C9)."""
    return _Rows(root, lists, shown).made()


class _Rows:
    def __init__(self, root: Json, lists: dict[str, list[Json]], shown: dict[str, str]) -> None:
        self.items = [item for items in lists.values() for item in items]
        self.shown = shown
        self.tagged: dict[str, set[str]] = {}
        for item in self.items:
            for tag in values.texts(item.get("tags")):
                self.tagged.setdefault(tag.lower(), set()).add(str(item["id"]))
        self.given = {name: values.tables(root.get(name)) for name in ("categories", "playlists")}
        self.root = root
        self.categories: list[Json] = []
        self.playlists: list[Json] = []
        self.reached: set[str] = set()

    def made(self) -> Rows:
        for row in direct_publisher.rows(self.root):
            self._keep(row)
        if not self.categories:
            for name, ids in direct_publisher.playlists(self.root).items():
                self._add(name or "Playlist", self._shown(ids), "manual")
        if not self.categories:
            self._by_tag()
        hidden = [str(item["id"]) for item in self.items if item["id"] not in self.reached]
        self._add("Latest", hidden, "most_recent")
        now = {"categories": self.categories, "playlists": self.playlists}
        issues = [done("mended_row", f"/{name}") for name, rows in now.items() if rows != self.given[name]]
        return Rows(self.categories, self.playlists, issues)

    def _shown(self, olds: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(filter(None, map(self.shown.get, olds))))

    def _keep(self, row: Row) -> None:
        """Keep a category that shows something, in a way both readers understand."""
        if ids := self._shown(row.ids):
            self._add(row.name or "More", ids, row.order, row.playlist)
        elif row.terms:
            self._ask(row.name, row.terms, row.order)

    def _ask(self, name: str, wanted: Iterable[Iterable[str]], order: str) -> None:
        terms = [[self._term(term) for term in every] for every in wanted]
        ids = set().union(
            *(set.intersection(*(self.tagged.get(t.lower(), set()) for t in every)) for every in terms)
        )
        if not ids:
            return
        if len(terms) > 1 and max(map(len, terms)) > 1:
            self._add(name, [str(item["id"]) for item in self.items if item["id"] in ids], order)
            return
        self.reached |= ids
        joined = " OR ".join(" AND ".join(every) for every in terms)
        order = order if order in _ORDERS[1:] else "most_recent"
        self.categories.append({"name": self._free_name(name), "query": joined, "order": order})

    def _term(self, term: str) -> str:
        """Return a tag as a query can name it: one with an "and" in it is spelled anew, on its items too."""
        clipped = text.clip(term, rules.TAG).strip("… ") if term.lower() not in self.tagged else term
        if not _SPLITS.search(clipped):
            return clipped
        joined = text.tag(clipped) or text.stable_id(clipped)
        joined = text.stable_id(clipped) if _SPLITS.search(joined) else joined
        for item in self.items:
            tags = values.texts(item.get("tags"))
            if clipped.lower() in map(str.lower, tags):
                item["tags"] = [joined if tag.lower() == clipped.lower() else tag for tag in tags]
        self.tagged.setdefault(joined, set()).update(self.tagged.pop(clipped.lower(), ()))
        return joined

    def _add(self, name: str, ids: list[str], order: str, playlist: str = "") -> None:
        """Add a row of a playlist."""
        if not ids:
            return
        self.reached.update(ids)
        listed = self._playlist(playlist or name, ids)
        order = order if order in _ORDERS else "manual"
        self.categories.append({"name": self._free_name(name), "playlistName": listed, "order": order})

    def _playlist(self, name: str, ids: list[str]) -> str:
        for known in self.playlists:
            if known["itemIds"] == ids:
                return str(known["name"])
        taken = {str(known["name"]) for known in self.playlists}
        free = _free(text.clip(name, 20), taken, 20)
        self.playlists.append({"name": free, "itemIds": ids})
        return free

    def _free_name(self, name: str) -> str:
        return _free(name, {str(category["name"]) for category in self.categories}, 100)

    def _by_tag(self) -> None:
        """Make a row of each tag that several items share, as far as no row has them yet."""
        counts = Counter({tag: len(ids) for tag, ids in self.tagged.items() if not _SPLITS.search(tag)})
        spelled = {tag.lower(): tag for item in self.items for tag in values.texts(item.get("tags"))}
        for tag, count in counts.most_common(_MOST_ROWS):
            if count >= _ROW_OF and not self.tagged[tag] <= self.reached:
                title = spelled[tag].replace("_", " ")
                title = title if title != title.lower() else title.capitalize()
                self._ask(title, [[spelled[tag]]], "most_recent")


def _free(name: str, taken: set[str], limit: int) -> str:
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name[: limit - len(str(number)) - 1]} {number}"
    return free
