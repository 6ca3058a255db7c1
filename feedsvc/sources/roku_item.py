"""The articles of a Direct Publisher feed: what becomes of each field of its items.

In whatever shape an item is, `feeds.direct_publisher` knows how it was meant; what was wrong with it is told
once for all items.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from feeds import direct_publisher, rules, text, values
from feeds.direct_publisher import Entry, Row
from feeds.item import ROKU_GENRES
from feeds.model import (
    Article,
    Caption,
    Credit,
    ExternalId,
    Image,
    Kind,
    Rating,
    TrickPlay,
    Video,
    Window,
)
from feeds.values import Json
from feedsvc import dates
from feedsvc.sources.media_rss import distinct
from feedsvc.sources.roku_notes import Notes

Note = Callable[[str], None]

_KINDS: dict[str, Kind] = {
    "movies": "movie", "shortFormVideos": "short", "tvSpecials": "special", "liveFeeds": "live",
}  # fmt: skip
_OLD = re.compile(r"(?:18[89]|19[0-8])\d-\d\d-\d\d")
_NOT_AUTHORS = frozenset({"actor", "voice"})
# Of how many rows is looked at which items stand in them.
_ROWS = 100
_INHERITED = ("genres", "tags", "rating", "ratingSource", "thumbnail", "credits")


class _Told(Struct, frozen=True):
    """An item, or an episode with what it has from its series, and the rows it stands in."""

    item: Json
    kind: Kind
    id: str
    rows: tuple[str, ...]
    series: str = ""
    season: int | None = None


def articles(value: object, url: str, notes: Notes) -> tuple[Article, ...]:
    """Return the articles of a feed, in its order; none if it is no feed. `url` is the feed's address."""
    feed, wrapped = direct_publisher.root(value) or ({}, False)
    if wrapped:
        notes.add("roku_wrapped", "/")
    language = values.language(feed.get("language"), "")
    found: list[Article] = []
    films: dict[str, str] = {}
    for told, where in _all_told(feed, notes):
        note = partial(notes.add, where=where)
        one = _article(told, url, language, note)
        film = one.videos[0].url if one.videos else ""
        if not one.title and not film:
            note("roku_item")
            continue
        if not one.guid:
            note("roku_no_id")
        elif one.guid in films:
            note("roku_repeated")
            if films[one.guid] == film:
                continue
            one = replace(one, guid="")
        films.setdefault(one.guid, film)
        found.append(one)
    return tuple(found)


def _all_told(feed: Json, notes: Notes) -> Iterator[tuple[_Told, str]]:
    """Yield every item with its place, each episode in the place of its series."""
    rows = tuple(_rows(feed))
    for entry in direct_publisher.entries(feed):
        if not entry.shapely:
            notes.add("roku_shape", entry.where)
        id_ = values.words(entry.item.get("id"))
        tags = frozenset(map(str.casefold, values.texts(entry.item.get("tags"))))
        within = tuple(row.name for row in rows if row.has(id_, tags))
        episodes = list(_episodes(entry, within, rows)) if direct_publisher.has_episodes(entry.item) else ()
        yield from episodes or [(_Told(entry.item, _KINDS.get(entry.list, ""), id_, within), entry.where)]


def _episodes(entry: Entry, within: tuple[str, ...], rows: tuple[Row, ...]) -> Iterator[tuple[_Told, str]]:
    series = entry.item
    title = values.words(series.get("title"))
    given = {name: series[name] for name in _INHERITED if name in series}
    seasons = [
        (f"{entry.where}/seasons/{number}", season, values.whole(season.get("seasonNumber")))
        for number, season in enumerate(values.tables(series.get("seasons")))
    ]
    for where, holder, season in ((entry.where, series, None), *seasons):
        for number, episode in enumerate(values.tables(holder.get("episodes"))):
            id_ = values.words(episode.get("id"))
            own = (row.name for row in rows if row.has(id_, frozenset()))
            names = tuple(dict.fromkeys((*within, *own))) or ((title,) if title else ())
            yield _Told({**given, **episode}, "", id_, names, title, season), f"{where}/episodes/{number}"


def _rows(feed: Json) -> Iterator[Row]:
    """Yield the channel's rows: its categories, and the playlists that none of them names."""
    categories = list(islice(direct_publisher.rows(feed), _ROWS))
    yield from categories
    named = {row.playlist.casefold() for row in categories}
    playlists = direct_publisher.playlists(feed).items()
    others = (Row(name, "", name, ids) for name, ids in playlists if name.casefold() not in named)
    yield from islice(others, _ROWS)


def _article(told: _Told, url: str, language: str, note: Note) -> Article:
    """Return the article of an item: the one place that says what becomes of each of its fields."""
    item = told.item
    content = next(iter(values.tables(item.get("content"))), {})
    short, long = (values.words(item.get(name)) for name in ("shortDescription", "longDescription"))
    released, added = _date(item, "releaseDate", note), _date(content, "dateAdded", note)
    published = _old(released) or dates.best(filter(None, (released, added)))
    arrived = dates.when(added)
    genres, others = _genres(item, note)
    spoken = values.language(content.get("language"), language)
    return Article(
        guid=told.id,
        title=values.words(item.get("title")),
        summary=short or text.clip(long, 200),
        body=(long,) if long and not text.same(long, short) else (),
        section=told.rows[:1],
        tags=tuple(dict.fromkeys((*told.rows[1:], *values.texts(item.get("tags")), *others))),
        genres=genres,
        language=spoken,
        authors=tuple(_authors(item)),
        published=published,
        updated=arrived if arrived and published and arrived > published else None,
        images=distinct(_images(item, url)),
        videos=distinct(_videos(content, url, spoken, note)),
        captions=distinct(_captions(content, url)),
        trickplay=tuple(_trick_play(content, url, note)),
        rating=_rating(item, note),
        window=Window(*(dates.when(_date(content, f"validityPeriod{e}", note)) for e in ("Start", "End"))),
        series=told.series,
        kind=told.kind,
        season=told.season,
        credits=tuple(_credits(item)),
        external_ids=tuple(_external_ids(item)),
        ad_breaks=tuple(_ad_breaks(content)),
        episode=values.whole(item.get("episodeNumber")),
    )


def _images(item: Json, url: str) -> Iterator[Image]:
    for name in ("thumbnail", "brandedThumbnail", "images"):
        for part in values.listed(item.get(name)):
            if address := values.address(part, url):
                yield Image(address)


def _videos(content: Json, url: str, language: str, note: Note) -> Iterator[Video]:
    length = values.length(content.get("duration"))
    for video in values.tables(content.get("videos")):
        if address := values.address(video.get("url"), url):
            yield Video(
                secure(address, note),
                # Of its address it would be a guess, and the film itself will tell.
                quality=values.quality(video.get("quality")),
                bitrate=values.whole(video.get("bitrate")) or None,
                duration=length,
                language=language,
            )


def secure(address: str, note: Note) -> str:
    """Return the address where a TV may get what is at `address`: on https, if it is on plain http."""
    if not address.startswith("http:") or text.on_loopback(address):
        return address
    note("roku_http")
    return f"https:{address.removeprefix('http:')}"


def _captions(content: Json, url: str) -> Iterator[Caption]:
    for caption in values.tables(content.get("captions")):
        if address := values.address(caption.get("url"), url):
            kind = values.caption_kind(caption.get("captionType"))
            yield Caption(address, values.language(caption.get("language"), ""), kind)


def _trick_play(content: Json, url: str, note: Note) -> Iterator[TrickPlay]:
    for file in values.tables(content.get("trickPlayFiles")):
        address = values.address(file.get("url"), url)
        if address and values.is_bif(address):
            full = values.quality(file.get("quality")) == "FHD"
            yield TrickPlay(secure(address, note), "FHD" if full else "HD")
        elif address:
            note("roku_trick_play")


def _authors(item: Json) -> Iterator[str]:
    people = values.tables(item.get("credits"))
    told = [p for p in people if values.words(p.get("role")).lower() not in _NOT_AUTHORS]
    yield from dict.fromkeys(filter(None, (values.words(person.get("name")) for person in told)))


def _credits(item: Json) -> Iterator[Credit]:
    for person in values.tables(item.get("credits")):
        name, role, birth = (values.words(person.get(key)) for key in ("name", "role", "birthDate"))
        born = rules.day(birth[:10])
        yield Credit(name, role, born.date() if born else None)


def _external_ids(item: Json) -> Iterator[ExternalId]:
    for known in values.tables(item.get("externalIds")):
        id_, kind = values.words(known.get("id")), values.words(known.get("idType")).upper()
        if id_ and kind:
            yield ExternalId(id_, kind)


def _ad_breaks(content: Json) -> Iterator[float]:
    times = map(values.seconds, values.listed(content.get("adBreaks")))
    yield from (float(at) for at in times if at is not None)


def _genres(item: Json, note: Note) -> tuple[tuple[str, ...], list[str]]:
    """Return the genres that Roku knows, and the other names that were given."""
    names = values.texts(item.get("genres"))
    others = [name for name in names if name.casefold() not in ROKU_GENRES]
    if others:
        note("roku_genre")
    return tuple(values.genres(names)), others


def _rating(item: Json, note: Note) -> Rating | None:
    """Return an item's rating as it was most likely meant."""
    given = item.get("rating")
    meant = values.rating(given, item.get("ratingSource"))
    said = (given.get("rating"), given.get("ratingSource", "")) if isinstance(given, dict) else ()
    if meant and said != (meant.value, meant.source):
        note("roku_rating")
    return meant


def _date(place: Json, name: str, note: Note) -> str:
    """Return the date under a name, "" if there is none that can be read."""
    given = place.get(name)
    said = given.strip() if isinstance(given, str) else ""
    if not said:
        return ""
    whole_year = values.whole_year(said)
    readable = bool(dates.moment(whole_year) or _old(whole_year))
    if not readable or whole_year != said:
        note("roku_date")
    return whole_year if readable else ""


def _old(day: str) -> datetime | None:
    """Return the day a film of another age came out: news has none."""
    return rules.day(day) if _OLD.fullmatch(day) else None
