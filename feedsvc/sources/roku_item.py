"""The article that an item of a Direct Publisher feed becomes: its fields, as they were most likely meant."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import text
from feeds.item import ROKU_GENRES
from feeds.model import (
    Article,
    Caption,
    Credit,
    ExternalId,
    Image,
    Kind,
    Quality,
    Rating,
    TrickPlay,
    Video,
    Window,
)
from feedsvc import dates
from feedsvc.sources.media_rss import distinct, joined, seconds
from feedsvc.sources.roku_values import Json, Notes, objects, positive, text_of, texts, whole

_KINDS: dict[str, Kind] = {
    "movies": "movie", "shortFormVideos": "short", "tvSpecials": "special", "liveFeeds": "live",
}  # fmt: skip
_BIRTH = re.compile(r"\d{4}-\d\d-\d\d")
_QUALITIES: dict[str, Quality] = {"SD": "SD", "HD": "HD", "FHD": "FHD", "UHD": "UHD"}
_SHORT_YEAR = re.compile(r"\d\d-\d\d-\d\d(?!\d)")
_OLD = re.compile(r"(?:18[89]|19[0-8])\d-\d\d-\d\d")
_NOT_AUTHORS = frozenset({"actor", "voice"})
_AMERICAN = frozenset({"TVY", "TVY7", "TVG", "TVPG", "TV14", "TVMA"})
_CINEMA = frozenset({"G", "PG", "PG13", "R", "NC17"})


class Entry(Struct, frozen=True):
    """An item as it stands in one of the feed's lists, with what it has from its series.

    `where` is its JSON pointer.
    """

    list: str
    where: str
    item: Json
    content: Json
    id: str
    rows: tuple[str, ...] = ()
    series: str = ""
    season: int | None = None


def article(entry: Entry, url: str, language: str, notes: Notes) -> Article:
    """Return the article of an item: the one place that says what becomes of each of its fields."""
    item, content, where = entry.item, entry.content, entry.where
    short, long = (text.plain(text_of(item.get(name))) for name in ("shortDescription", "longDescription"))
    released, added = _date(item, "releaseDate", where, notes), _date(content, "dateAdded", where, notes)
    published = _old(released) or dates.best(filter(None, (released, added)))
    arrived = dates.moment(added)
    genres, others = _genres(_field(entry, "genres"), where, notes)
    spoken = text_of(content.get("language")) or language
    tags = (*entry.rows[1:], *texts(_field(entry, "tags"), where, notes), *others)
    return Article(
        guid=entry.id,
        title=text.plain(text_of(item.get("title"))),
        summary=short or text.clip(long, 200),
        body=(long,) if long and not text.same(long, short) else (),
        section=entry.rows[:1],
        tags=tuple(dict.fromkeys(filter(None, map(text.plain, tags)))),
        genres=genres,
        language=text.line(spoken),
        authors=tuple(_authors(item, notes)),
        published=published,
        updated=arrived.when if arrived and published and arrived.when > published else None,
        images=distinct(_images(entry, url, notes)),
        videos=distinct(_videos(entry, url, spoken, notes)),
        captions=distinct(_captions(content, url, where, notes)),
        trickplay=tuple(_trick_play(content, url, where, notes)),
        rating=_rating(item, where, notes),
        window=Window(
            *(_moment(content, name, where, notes) for name in ("validityPeriodStart", "validityPeriodEnd"))
        ),
        series=entry.series,
        kind=_KINDS.get(entry.list, ""),
        season=entry.season,
        credits=tuple(_credits(item)),
        external_ids=tuple(_external_ids(item)),
        ad_breaks=tuple(_ad_breaks(content, where, notes)),
        episode=whole(item.get("episodeNumber"), where, notes),
    )


def _images(entry: Entry, url: str, notes: Notes) -> Iterator[Image]:
    more = (p.get("url") for _, p in objects(_field(entry, "images"), entry.where, notes))
    for said in (entry.item.get("thumbnail"), entry.item.get("brandedThumbnail"), *more):
        if address := joined(url, text_of(said)):
            yield Image(address)


def _videos(entry: Entry, url: str, language: str, notes: Notes) -> Iterator[Video]:
    where, length = entry.where, positive(entry.content.get("duration"), entry.where, notes)
    for _, video in objects(entry.content.get("videos"), where, notes):
        if address := joined(url, text_of(video.get("url"))):
            yield Video(
                secure(address, where, notes),
                quality=_QUALITIES.get(text_of(video.get("quality")).upper()),
                bitrate=whole(video.get("bitrate"), where, notes),
                duration=length,
                language=text.line(language),
            )


def secure(address: str, where: str, notes: Notes) -> str:
    """Return the address where a TV may get what is at `address`: on https, if it is on plain http."""
    if not address.startswith("http:") or text.on_loopback(address):
        return address
    notes.add("roku_http", where)
    return f"https:{address.removeprefix('http:')}"


def _captions(content: Json, url: str, where: str, notes: Notes) -> Iterator[Caption]:
    for _, caption in objects(content.get("captions"), where, notes):
        if address := joined(url, text_of(caption.get("url"))):
            closed = text_of(caption.get("captionType")).upper() == "CLOSED_CAPTION"
            language = text.line(text_of(caption.get("language")))
            yield Caption(address, language, "CLOSED_CAPTION" if closed else "SUBTITLE")


def _trick_play(content: Json, url: str, where: str, notes: Notes) -> Iterator[TrickPlay]:
    for _, file in objects(content.get("trickPlayFiles"), where, notes):
        address = joined(url, text_of(file.get("url")))
        if address and urlsplit(address).path.lower().endswith(".bif"):
            full = text_of(file.get("quality")).upper() == "FHD"
            yield TrickPlay(secure(address, where, notes), "FHD" if full else "HD")
        elif address:
            notes.add("roku_trick_play", where)


def _authors(item: Json, notes: Notes) -> Iterator[str]:
    people = (p for _, p in objects(item.get("credits"), "", Notes()))
    names = (text.plain(text_of(p.get("name"))) for p in people if text_of(p.get("role")) not in _NOT_AUTHORS)
    yield from dict.fromkeys(filter(None, names))


def _credits(item: Json) -> Iterator[Credit]:
    for _, person in objects(item.get("credits"), "", Notes()):
        name, role = (text.plain(text_of(person.get(key))) for key in ("name", "role"))
        born = _BIRTH.match(text_of(person.get("birthDate")))
        yield Credit(name, role, _day(born[0]) if born else None)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _external_ids(item: Json) -> Iterator[ExternalId]:
    for _, known in objects(item.get("externalIds"), "", Notes()):
        id_, kind = text_of(known.get("id")).strip(), text_of(known.get("idType")).strip().upper()
        if id_ and kind:
            yield ExternalId(id_, kind)


def _ad_breaks(content: Json, where: str, notes: Notes) -> Iterator[float]:
    for said in texts(content.get("adBreaks"), where, notes):
        if (at := seconds(said)) is not None or said.strip() in ("0", "00:00:00"):
            yield at or 0.0


def _genres(said: Any, where: str, notes: Notes) -> tuple[tuple[str, ...], list[str]]:
    """Return the genres that Roku knows, and the other names that were given."""
    names = texts(said, where, notes)
    others = [name for name in names if name.casefold() not in ROKU_GENRES]
    if others:
        notes.add("roku_genre", where)
    return tuple(dict.fromkeys(n.casefold() for n in names if n.casefold() in ROKU_GENRES)), others


def _rating(item: Json, where: str, notes: Notes) -> Rating | None:
    """Return an item's rating; a text, or one that its source does not have, as it was most likely meant."""
    said = item.get("rating")
    given = said if isinstance(said, dict) else {"rating": said, "ratingSource": item.get("ratingSource")}
    value, source = (text_of(given.get(name)).strip() for name in ("rating", "ratingSource"))
    if not value:
        return None
    fit = Rating(*_meant("".join(filter(lambda c: c.isalnum() or c == "+", value)), source.upper()))
    if given is not said or (fit.value, fit.source) != (value, source):
        notes.add("roku_rating", where)
    return fit


def _meant(value: str, source: str) -> tuple[str, str]:
    bare = value.upper()
    if bare in ("UNRATED", "NR", "NOTRATED"):
        return "UNRATED", ""
    if bare in _AMERICAN:
        return bare, "USA_PR"
    if source == "USA_PR" and f"TV{bare}" in _AMERICAN:
        return f"TV{bare}", source
    if bare in _CINEMA and source in ("", "USA_PR", "MPAA"):
        return bare, "MPAA"
    return value, source


def _date(place: Json, name: str, where: str, notes: Notes) -> str:
    """Return the date under a name, "" if there is none that can be read; a year of two digits leads it."""
    said = text_of(place.get(name)).strip()
    whole_year = f"20{said}" if _SHORT_YEAR.match(said) else said
    readable = bool(dates.moment(whole_year) or _old(whole_year))
    if said and (not readable or whole_year != said):
        notes.add("roku_date", where)
    return whole_year if readable else ""


def _old(day: str) -> datetime | None:
    """Return the day a film of another age came out: news has none."""
    try:
        return datetime.fromisoformat(day).replace(tzinfo=UTC) if _OLD.fullmatch(day) else None
    except ValueError:
        return None


def _moment(place: Json, name: str, where: str, notes: Notes) -> datetime | None:
    found = dates.moment(_date(place, name, where, notes))
    return found.when if found else None


def _field(entry: Entry, name: str) -> Any:
    return entry.item.get(name) or entry.content.get(name)
