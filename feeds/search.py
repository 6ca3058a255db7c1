"""Roku Search JSON: what makes a published channel's items turn up in Roku's own search.

Roku's specification (https://github.com/rokudev/search-feed-json and the page "Roku Search feed" of its
developer site), version "1". It names no stream: a play option hands its `playId` to the channel, which
finds the item by it in another of its feeds, so that the ids are the same. Deliberate choices:

- every play option says since when, though the text calls it optional: Roku publishes no feed without;
- an item is told in its own language only, and says which when it is not the channel's;
- an episode comes with its series, as an asset of its own that nothing plays; it says its season itself;
- a live stream is left out: Roku wants its number at Gracenote, and its own checker knows no such type;
- credits and external ids are left out: Roku has no role for reporters, and news no place in its databases;
- one page: an item takes a kilobyte, and paging by `nextPageUrl` is for feeds above 20 MB.
"""

import math
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from feeds import text
from feeds.checks import search as checks
from feeds.item import Item, item, items
from feeds.item import language as language_of
from feeds.model import Article, Channel, Feed, Format, Issue, Rating, Written
from feeds.series import Show, shows

CODES, check = checks.CODES, checks.check
# Wherever Roku Search is live. A channel has no setting for it yet, and its other feeds know no borders.
COUNTRIES = (
    "ar", "au", "br", "ca", "cl", "co", "cr", "de", "gb", "gt", "hn", "ie", "mx", "ni", "pa", "pe",
    "sv", "us",
)  # fmt: skip
_TYPES = {"short": "shortForm", "special": "tvSpecial", "movie": "movie", "episode": "episode"}
_LISTED = (
    "af am ar ar-ae ar-bh ar-dz ar-eg ar-iq ar-jo ar-kw ar-lb ar-ly ar-ma ar-om ar-qa ar-sa ar-sy ar-tn "
    "ar-ye as az be bg bh bn bo bs ca cs cy da de de-at de-ch de-de de-li de-lu dv dz el en en-at en-au "
    "en-bz en-ca en-gb en-ie en-jm en-nz en-tt en-us en-za es es-ar es-bo es-cl es-co es-cr es-do es-ec "
    "es-es es-gt es-hn es-mx es-ni es-pa es-pe es-pr es-py es-sv es-us es-uy es-ve et eu fa ff fi fo fr "
    "fr-be fr-ca fr-ch fr-lu fy ga gd gl gn gu ha he hi hr ht hu hy id ig ii ik is it it-ch iu ja ka kk "
    "km kn ko kr ks ku ky la lo lt lv mg mk ml mn mr ms mt my nd ne nl nl-be no om or pa pl ps pt pt-br "
    "qu rm rn ro ro-md ru ru-md rw sa sd se si sk sl sn so sq sr st sv sv-fi sw ta te tg th ti tk tn tr "
    "ts tt ty uk ur uz ve vi xh yi yo zh zh-cn zh-hk zh-sg zh-tw zu"
)
_LANGUAGES = frozenset(_LISTED.split())
# The same languages under the names ISO 639-1 gives them elsewhere.
_OTHER_NAMES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi"}
_SOURCES = {"UK_CP": "BBFC"}
_VALUES = {"Uc": "U"}


class _Text(Struct, omit_defaults=True):
    value: str
    languages: tuple[str, ...] = ()


class _Image(Struct, omit_defaults=True):
    type: str
    url: str
    languages: tuple[str, ...] = ()


class _Rating(Struct):
    source: str
    value: str


class _PlayOption(Struct, omit_defaults=True, rename="camel"):
    license: str
    quality: str
    play_id: str
    availability_start_time_stamp: int
    availability_end_time_stamp: int | None = None


class _Content(Struct, rename="camel"):
    play_options: tuple[_PlayOption, ...]


class _EpisodeInfo(Struct, omit_defaults=True, rename="camel"):
    series_id: str
    episode_number: int
    season_number: int | None = None


class _Asset(Struct, omit_defaults=True, rename="camel", kw_only=True):
    id: str
    type: str
    titles: tuple[_Text, ...]
    short_descriptions: tuple[_Text, ...]
    long_descriptions: tuple[_Text, ...]
    release_date: str
    genres: tuple[str, ...]
    tags: tuple[str, ...]
    advisory_ratings: tuple[_Rating, ...]
    images: tuple[_Image, ...]
    duration_in_seconds: int | None = None
    content: _Content | None = None
    episode_info: _EpisodeInfo | None = None


class _Root(Struct, rename="camel"):
    version: str
    default_language: str
    default_availability_countries: tuple[str, ...]
    assets: tuple[_Asset, ...]


def write(feed: Feed) -> Written:
    """Return the feed as compact UTF-8 JSON; the same feed gives the same bytes.

    A feed without a single item to show is written as an empty one, which `check` refuses.
    """
    by_id, _, issues = items(feed)
    default = _default(feed.channel)
    listed = {id_: i for id_, i in by_id.items() if i.shape != "live"}
    series = (_series(show, default) for show in shows(listed.values(), feed.channel))
    root = _Root("1", default, COUNTRIES, (*series, *(_asset(i, default) for i in listed.values())))
    unlisted = (_unlisted(i, default) for i in listed.values() if not _listed(i.language))
    streams = (_left_out(id_) for id_ in by_id if id_ not in listed)
    return Written(msgspec.json.encode(root), tuple(listed), (*issues, *unlisted, *streams))


def cost(article: Article, channel: Channel) -> int:
    """Return the bytes one article adds; 0 if it cannot be shown."""
    told = item(article, channel)
    if isinstance(told, Issue) or told.shape == "live":
        return 0
    return len(msgspec.json.encode(_asset(told, _default(channel)))) + 1


def opening(article: Article, channel: Channel) -> int:
    """Return the bytes that the series of an article adds when it is its first episode; 0 without one."""
    told = item(article, channel)
    if isinstance(told, Issue) or not told.place:
        return 0
    (show,) = shows((told,), channel)
    return len(msgspec.json.encode(_series(show, _default(channel)))) + 1


def _asset(told: Item, default: str) -> _Asset:
    where = told.place
    return _Asset(
        id=told.id,
        type=_TYPES[told.shape],
        **_words(told, told.language, default),
        release_date=text.iso(told.released)[:10],
        genres=told.genres,
        tags=told.tags,
        advisory_ratings=(_rating(told.rating),),
        duration_in_seconds=told.duration,
        content=_Content((_play_option(told),)),
        episode_info=_EpisodeInfo(where.series, where.episode, where.season) if where else None,
    )


def _series(show: Show, default: str) -> _Asset:
    newest = show.newest
    return _Asset(
        id=show.id,
        type="series",
        **_words(show, newest.language, default),
        release_date=text.iso(newest.released)[:10],
        genres=newest.genres,
        tags=show.tags,
        advisory_ratings=(_rating(newest.rating),),
    )


def _words(told: Item | Show, language: str, default: str) -> dict[str, Any]:
    """Return what is said in words and pictures; all of it names the language, when it is not the channel's.

    Otherwise Roku misses one of them in that language.
    """
    spoken = _listed(language) or default
    languages = (spoken,) if spoken != default else ()
    return {
        "titles": (_Text(told.title, languages),),
        "short_descriptions": (_Text(told.short, languages),),
        "long_descriptions": (_Text(told.long, languages),),
        "images": tuple(_Image(kind, told.thumbnail.url, languages) for kind in ("main", "background")),
    }


def _play_option(told: Item) -> _PlayOption:
    end = told.window.end
    return _PlayOption(
        license="free",
        # The channel plays the first rendition, whatever the others are.
        quality=(told.videos[0].quality or "HD").lower(),
        play_id=told.id,
        availability_start_time_stamp=_milliseconds(told.window.start or told.added),
        availability_end_time_stamp=_milliseconds(end) if end else None,
    )


def _milliseconds(moment: datetime) -> int:
    """Return the time since 1970, to the second like every time this service publishes."""
    return math.floor(moment.timestamp()) * 1000


def _rating(rating: Rating) -> _Rating:
    if rating == Rating():
        return _Rating("USA_PR", "NR")
    return _Rating(_SOURCES.get(rating.source, rating.source), _VALUES.get(rating.value, rating.value))


def _default(channel: Channel) -> str:
    return _listed(language_of("", channel)) or "en"


@lru_cache(maxsize=512)
def _listed(tag: str) -> str:
    """Return the nearest language Roku Search lists, empty if there is none."""
    tag = tag.lower()
    head = tag.partition("-")[0]
    return next((t for t in (tag, head, _OTHER_NAMES.get(head, "")) if t in _LANGUAGES), "")


def _unlisted(told: Item, default: str) -> Issue:
    return Issue(
        "warning",
        "language_unlisted",
        told.id,
        f"Roku Search does not list its language {told.language!r}, so it is told as {default!r}.",
        "Nothing to do, unless the language is mistaken.",
    )


def _left_out(name: str) -> Issue:
    message = "Roku Search lists a live stream only by its number at Gracenote, so it is not in search.json."
    return Issue("error", "live_left_out", name, message, "Nothing to do: the other feeds have it.")


FORMAT = Format(
    name="search",
    path="search.json",
    media_type="application/json; charset=utf-8",
    write=write,
    check=check,
    cost=cost,
    opening=opening,
)
