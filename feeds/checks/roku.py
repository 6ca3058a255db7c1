"""What is wrong with a Direct Publisher JSON document, whoever wrote it.

The schema says what Roku's last specification and the living readers want of every value; the functions
here say what JSON Schema cannot. No writer is imported.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from feeds import rules
from feeds.checks import roku_schema
from feeds.checks.json_document import Json, object_of, objects_in, parse, text_of, texts_in
from feeds.checks.roku_rules import LISTS, RULES
from feeds.model import Issue

CODES = rules.meanings(RULES)
_WORD = re.compile(r"[A-Za-z0-9_]+")
_METACHARACTER = re.compile(r"[][(){}*+?|^$\\]")
_FIXED = ("MP4", "MOV", "M4V")
_RATINGS = {
    "BBFC": "U Uc PG 12 12A 15 18 R18", "CHVRS": "G PG 14A 18A R E", "CLASSIND": "L 10 12 14 16 18",
    "CPR": "C C8 G PG 14+ 18+ E", "FSF": "0 6 12 16 18", "FSK": "0 6 12 16 18", "MPAA": "G PG PG13 R NC17",
    "UK_CP": "U Uc PG 12 12A 15 18 R18", "USA_PR": "TVY TVY7 TVG TVPG TV14 TVMA",
}  # fmt: skip


class _Entry(Struct, frozen=True):
    """An item, wherever it stands; `kind` is the name of its list."""

    where: str
    kind: str
    value: Json

    @property
    def id(self) -> str:
        return text_of(self.value.get("id"))

    @property
    def content(self) -> Json:
        return object_of(self.value.get("content"))


def check(body: bytes) -> list[Issue]:
    """Return what is wrong with a document, in its order; `where` is a JSON pointer. Never raises."""
    return rules.checked(body, _issues)


def _issues(text: str) -> Iterator[Issue]:
    yield from rules.size(text)
    root, found = parse(text)
    yield from found
    if not isinstance(root, dict):
        return
    entries = tuple(_entries(root))
    yield from roku_schema.issues(root)
    if not entries:
        yield _issue("no_items", "")
        return
    yield from _times_of_feed(root)
    for entry in entries:
        for rule in (_identity, _texts, _addresses, _times, _rating, _videos, _ad_breaks, _one_style):
            yield from rule(entry, root)
    yield from _ids(entries)
    yield from _rows(root, entries)


def _issue(code: str, where: str, detail: str = "") -> Issue:
    return rules.issue(RULES, code, where, detail)


def _entries(root: Json) -> Iterator[_Entry]:
    for kind in LISTS:
        for where, value in objects_in(root.get(kind), f"/{kind}"):
            yield _Entry(where, kind, value)
            if kind == "series":
                yield from _episodes(value, where)


def _episodes(series: Json, where: str) -> Iterator[_Entry]:
    holders = [(where, series), *objects_in(series.get("seasons"), f"{where}/seasons")]
    for place, holder in holders:
        for at, value in objects_in(holder.get("episodes"), f"{place}/episodes"):
            yield _Entry(at, "episodes", value)


# -- an item ---------------------------------------------------------------------------------------


def _identity(entry: _Entry, _: Json) -> Iterator[Issue]:
    where = f"{entry.where}/id"
    if len(entry.id) > 50 or _METACHARACTER.search(entry.id):
        yield _issue("bad_id", where, rules.quoted(entry.id))
    elif entry.id and not _WORD.fullmatch(entry.id):
        yield _issue("id_alphabet", where, rules.quoted(entry.id))
    if entry.kind != "episodes" and not texts_in(entry.value.get("tags")):
        yield _issue("no_tags", f"{entry.where}/tags")


def _texts(entry: _Entry, _: Json) -> Iterator[Issue]:
    title, short, long = (
        text_of(entry.value.get(n)) for n in ("title", "shortDescription", "longDescription")
    )
    for name, text in (("title", title), ("shortDescription", short), ("longDescription", long)):
        yield from rules.plain(text, f"{entry.where}/{name}")
    if title and not title.strip():
        yield _issue("no_title", f"{entry.where}/title", "it is blank")
    if short and not short.strip():
        yield _issue("no_description", f"{entry.where}/shortDescription", "it is blank")
    yield from rules.too_long(short, rules.SHORT, f"{entry.where}/shortDescription")
    yield from rules.too_long(long, rules.LONG, f"{entry.where}/longDescription")
    if short and long and rules.same(short, long):
        yield _issue("same_descriptions", f"{entry.where}/longDescription")


def _addresses(entry: _Entry, _: Json) -> Iterator[Issue]:
    for name in ("thumbnail", "brandedThumbnail"):
        if isinstance(url := entry.value.get(name), str):
            yield from rules.picture(url, f"{entry.where}/{name}")
    for where, video in objects_in(entry.content.get("videos"), f"{entry.where}/content/videos"):
        if isinstance(url := video.get("url"), str):
            yield from rules.video(url, f"{where}/url")
    for name, code in (("captions", "bad_caption"), ("trickPlayFiles", "bad_trick_play")):
        for where, part in objects_in(entry.content.get(name), f"{entry.where}/content/{name}"):
            if isinstance(url := part.get("url"), str):
                yield from rules.address(url, f"{where}/url", code, RULES)


def _times_of_feed(root: Json) -> Iterator[Issue]:
    updated = root.get("lastUpdated")
    if isinstance(updated, str) and not rules.moment(updated):
        yield _issue("bad_last_updated", "/lastUpdated", rules.quoted(updated))


def _times(entry: _Entry, root: Json) -> Iterator[Issue]:
    content, where = entry.content, f"{entry.where}/content"
    if isinstance(added := content.get("dateAdded"), str) and not rules.moment(added):
        yield _issue("bad_date_added", f"{where}/dateAdded", rules.quoted(added))
    for place, holder in ((where, content), (entry.where, entry.value)):
        edges = (holder.get("validityPeriodStart"), holder.get("validityPeriodEnd"))
        start, end = (edge if isinstance(edge, str) else None for edge in edges)
        yield from rules.window(start, end, text_of(root.get("lastUpdated")), place)


def _rating(entry: _Entry, _: Json) -> Iterator[Issue]:
    rating = object_of(entry.value.get("rating"))
    value, source = text_of(rating.get("rating")), text_of(rating.get("ratingSource"))
    if value not in ("", "UNRATED") and source in _RATINGS and value not in _RATINGS[source].split():
        yield _issue("rating_source", f"{entry.where}/rating", f"{source} has no {rules.quoted(value)}")


def _videos(entry: _Entry, _: Json) -> Iterator[Issue]:
    videos = list(objects_in(entry.content.get("videos"), f"{entry.where}/content/videos"))
    told = isinstance(entry.value.get("content"), dict)
    if told and not videos and entry.kind not in ("series", "episodes"):
        yield _issue("no_video", f"{entry.where}/content/videos")
    fixed = [(where, v) for where, v in videos if v.get("videoType") in _FIXED]
    if len(fixed) > 1:
        yield from (_issue("no_bitrate", where) for where, v in fixed if "bitrate" not in v)


def _ad_breaks(entry: _Entry, _: Json) -> Iterator[Issue]:
    breaks = texts_in(entry.content.get("adBreaks"))
    where, length = f"{entry.where}/content/adBreaks", entry.content.get("duration")
    if breaks != sorted(set(breaks)):
        yield _issue("ad_break_order", where)
    seconds = [s for s in map(_seconds, breaks) if s is not None]
    if isinstance(length, int | float) and any(s >= length for s in seconds):
        yield _issue("ad_break_order", where, "one is not before the end of the video")


def _seconds(timecode: str) -> float | None:
    if not (match := re.fullmatch(r"(\d\d):([0-5]\d):([0-5]\d(?:\.\d{1,3})?)", timecode)):
        return None
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _one_style(entry: _Entry, _: Json) -> Iterator[Issue]:
    if entry.kind == "series" and "seasons" in entry.value and "episodes" in entry.value:
        yield _issue("two_styles", entry.where)


def _ids(entries: Iterable[_Entry]) -> Iterator[Issue]:
    """Yield ids that stand twice, or that the wizard finds inside another (C10)."""
    seen: dict[str, str] = {}
    for entry in entries:
        if entry.id and (first := seen.setdefault(entry.id.lower(), entry.where)) != entry.where:
            yield _issue("duplicate_id", f"{entry.where}/id", f"{rules.quoted(entry.id)} is also {first}")
    for name, where in seen.items():
        for inner in _whole_words(name):
            if inner in seen:
                yield _issue("ambiguous_id", f"{seen[inner]}/id", f"{rules.quoted(inner)} also finds {where}")


def _whole_words(name: str) -> Iterator[str]:
    if len(name) > 50:
        return
    edges = [match.start() for match in re.finditer(r"\b", name)]
    parts = {name[start:end] for start in edges for end in edges if start < end}
    yield from sorted(parts - {name})


# -- rows ------------------------------------------------------------------------------------------


class _Shelf(Struct, frozen=True):
    """What rows are filled from: items, their ids, their numbers by tag, the first playlist of each name.

    `filled` are the names of playlists that name something; `named` is whether all of them have a name.
    """

    listed: tuple[_Entry, ...]
    ids: frozenset[str]
    tagged: Mapping[str, set[int]]
    playlists: Mapping[str, Json]
    filled: frozenset[str]
    named: bool


def _shelf(listed: tuple[_Entry, ...], playlists: list[Json]) -> _Shelf:
    tagged: dict[str, set[int]] = {}
    for number, entry in enumerate(listed):
        for tag in texts_in(entry.value.get("tags")):
            tagged.setdefault(tag.strip().lower(), set()).add(number)
    by_name = {text_of(playlist.get("name")): playlist for playlist in reversed(playlists)}
    filled = frozenset(text_of(playlist.get("name")) for playlist in playlists if playlist.get("itemIds"))
    named = all(isinstance(playlist.get("name"), str) for playlist in playlists)
    return _Shelf(listed, frozenset(e.id for e in listed), tagged, by_name, filled, named)


def _rows(root: Json, entries: tuple[_Entry, ...]) -> Iterator[Issue]:
    playlists = list(objects_in(root.get("playlists"), "/playlists"))
    categories = list(objects_in(root.get("categories"), "/categories"))
    shelf = _shelf(tuple(e for e in entries if e.kind != "episodes"), [p for _, p in playlists])
    yield from _playlists(playlists, categories, entries)
    reached: set[str] = set()
    for where, category in categories:
        shown = _shown(category, shelf)
        reached |= shown
        yield from _category(where, category, shelf, shown)
    # What hangs on a playlist that is itself at fault is told with that.
    if reached or not any(_is_dead(category, shelf) for _, category in categories):
        yield from _unreached([e for e in shelf.listed if e.id not in reached], reached, categories)


def _is_dead(category: Json, shelf: _Shelf) -> bool:
    name = text_of(category.get("playlistName"))
    return bool(name) and name not in shelf.filled


def _playlists(
    playlists: list[tuple[str, Json]], categories: list[tuple[str, Json]], entries: tuple[_Entry, ...]
) -> Iterator[Issue]:
    kinds = {e.id: e.kind for e in entries}
    named = {text_of(c.get("playlistName")) for _, c in categories}
    names = Counter(text_of(p.get("name")) for _, p in playlists)
    for where, playlist in playlists:
        name = text_of(playlist.get("name"))
        if names[name] > 1:
            yield _issue("duplicate_playlist", where, rules.quoted(name))
        if name not in named:
            yield _issue("unused_playlist", where, rules.quoted(name))
        for number, wanted in enumerate(texts_in(playlist.get("itemIds"))):
            if wanted not in kinds:
                yield _issue("unknown_item", f"{where}/itemIds/{number}", rules.quoted(wanted))
            elif kinds[wanted] == "episodes":
                yield _issue("playlist_episode", f"{where}/itemIds/{number}", rules.quoted(wanted))


def _shown(category: Json, shelf: _Shelf) -> set[str]:
    """Return the ids the wizard puts in a category's row."""
    if name := text_of(category.get("playlistName")):
        wanted = set(texts_in(shelf.playlists.get(name, {}).get("itemIds")))
        return wanted & shelf.ids
    query = text_of(category.get("query")).lower()
    word = next((w for w in ("and", "or") if re.search(rf"\b{w}\b", query)), None)
    terms = {t.strip() for t in re.split(rf"\b{word}\b", query)} if word else {query.strip()}
    asked = [shelf.tagged.get(term, set()) for term in terms]
    numbers = set.intersection(*asked) if word == "and" else set.union(*asked)
    return {shelf.listed[number].id for number in numbers}


def _category(where: str, category: Json, shelf: _Shelf, shown: set[str]) -> Iterator[Issue]:
    query, name = text_of(category.get("query")), text_of(category.get("playlistName"))
    if query and "playlistName" in category:
        yield _issue("category_mix", where)
    if any(re.search(r"\b(?:and|or)\b", term, re.IGNORECASE) for term in re.split(r"\sAND\s|\sOR\s", query)):
        yield _issue("query_splits_tag", f"{where}/query", rules.quoted(query))
    if name and name not in shelf.playlists:
        if not shelf.named:
            return
        yield _issue("unknown_playlist", f"{where}/playlistName", rules.quoted(name))
    elif not shown:
        yield _issue("empty_row", where, rules.quoted(text_of(category.get("name"))))


def _unreached(
    hidden: list[_Entry], reached: set[str], categories: list[tuple[str, Json]]
) -> Iterator[Issue]:
    if categories and not reached:
        yield _issue("nothing_reached", "/categories")
    elif categories:
        yield from (_issue("unreached_item", e.where, rules.quoted(e.id)) for e in hidden)
