"""Direct Publisher JSON: the one document from which a Roku channel is drawn.

Roku's specification (https://github.com/rokudev/feed-specifications, 2018-06-13) with what its later
transcriptions added. Deliberate choices, each for a reader that still exists:

- rows are playlists in `manual` order, named by categories: in a query's row a day has no order (C14);
- `genres`, `tags` and `rating` are always there (C3, C21), though the specification lets some go without;
- who has no known date of birth is not credited: the specification wants everybody's;
- a playlist may not name an episode: its series stands in the row, and both readers show what is in it;
- a stream has no `duration`, and its picture is its branded thumbnail, too.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from feeds import text
from feeds.checks import roku as checks
from feeds.item import TITLE, Item, free_name, item, language, rows, told
from feeds.model import Article, Channel, Feed, Format, Issue, Rating, Written
from feeds.programme import Shape
from feeds.series import Show, shows

CODES, check = checks.CODES, checks.check
LIMIT = 450_000
PLAYLIST = 20
_FIXED = ("MP4", "MOV", "M4V")
# In the order of the document.
_LISTS: Mapping[Shape, str] = {
    "movie": "movies", "live": "liveFeeds", "episode": "series", "short": "shortFormVideos",
    "special": "tvSpecials",
}  # fmt: skip
_COMMA = b","
_encode = msgspec.json.Encoder().encode


class _Video(Struct, omit_defaults=True, rename="camel"):
    url: str
    quality: str
    video_type: str
    bitrate: int | None = None


class _Caption(Struct, rename="camel"):
    url: str
    language: str
    caption_type: str


class _TrickPlay(Struct, rename="camel"):
    url: str
    quality: str


class _Content(Struct, omit_defaults=True, rename="camel", kw_only=True):
    date_added: str
    videos: tuple[_Video, ...]
    duration: int = 0
    captions: tuple[_Caption, ...] = ()
    trick_play_files: tuple[_TrickPlay, ...] = ()
    ad_breaks: tuple[str, ...] = ()
    language: str
    validity_period_start: str | None = None
    validity_period_end: str | None = None


class _Rating(Struct, omit_defaults=True, rename="camel"):
    rating: str
    rating_source: str = ""


class _Credit(Struct, rename="camel"):
    name: str
    role: str
    birth_date: str


class _ExternalId(Struct, rename="camel"):
    id: str
    id_type: str


class _Entry(Struct, omit_defaults=True, rename="camel", kw_only=True):
    id: str
    title: str
    short_description: str
    long_description: str
    thumbnail: str
    branded_thumbnail: str = ""
    release_date: str = ""
    episode_number: int | None = None
    genres: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rating: _Rating
    credits: tuple[_Credit, ...] = ()
    external_ids: tuple[_ExternalId, ...] = ()
    content: _Content


class _Season(Struct, rename="camel"):
    season_number: int
    episodes: tuple[_Entry, ...]


class _Series(Struct, omit_defaults=True, rename="camel", kw_only=True):
    id: str
    title: str
    short_description: str
    long_description: str
    thumbnail: str
    release_date: str
    genres: tuple[str, ...]
    tags: tuple[str, ...]
    seasons: tuple[_Season, ...] = ()
    episodes: tuple[_Entry, ...] = ()


class _Category(Struct, rename="camel"):
    name: str
    playlist_name: str
    order: str = "manual"


class _Playlist(Struct, rename="camel"):
    name: str
    item_ids: tuple[str, ...]


class _Head(Struct, rename="camel"):
    provider_name: str
    last_updated: str
    language: str


class _Rows(Struct, omit_defaults=True, rename="camel"):
    categories: tuple[_Category, ...] = ()
    playlists: tuple[_Playlist, ...] = ()


def write(feed: Feed) -> Written:
    """Return the feed as compact UTF-8 JSON; the same feed gives the same bytes.

    A feed without a single item to show is written as an empty one, which `check` refuses.
    """
    lists = {name: bytearray() for name in _LISTS.values()}
    named: dict[str, str] = {}
    issues: list[Issue] = []
    episodes: list[Item] = []
    unrated = 0
    for one in told(feed):
        if isinstance(one, Issue):
            issues.append(one)
            continue
        named[one.id] = one.place.series if one.place else one.id
        unrated += one.rating == Rating()
        if one.place:
            episodes.append(one)
        else:
            lists[_LISTS[one.shape]] += _encode(_entry(one)) + _COMMA
    for show in shows(episodes, feed.channel):
        lists["series"] += _encode(_series(show)) + _COMMA
    body = _document(_head(feed), lists, _rows(feed, named))
    return Written(body, tuple(named), (*issues, *_unrated(feed.channel.id, unrated)))


def _document(head: _Head, lists: Mapping[str, bytearray], rows: _Rows) -> bytes:
    """Return the document; each of the `lists` holds its encoded members, a comma after each."""
    parts: list[bytes | memoryview] = [_encode(head)[:-1]]
    empty = not any(lists.values())
    for name, members in lists.items():
        # Readers expect a list of items, be it empty.
        if members or (empty and name == "shortFormVideos"):
            parts += [f',"{name}":['.encode(), memoryview(members)[:-1], b"]"]
    rest = _encode(rows)[1:]
    return b"".join([*parts, _COMMA if len(rest) > 1 else b"", rest])


def _head(feed: Feed) -> _Head:
    return _Head(
        provider_name=text.clip(text.line(feed.channel.title), TITLE) or "News",
        last_updated=text.iso(feed.updated),
        language=language("", feed.channel),
    )


def _rows(feed: Feed, named: Mapping[str, str]) -> _Rows:
    """Return the rows of items; `named` is what a playlist names for each: itself, or its series."""
    listed = {
        title: tuple(dict.fromkeys(named[id_] for id_ in ids if id_ in named))
        for title, ids in rows(feed).items()
    }
    shown = {title: ids for title, ids in listed.items() if ids}
    names = _playlist_names(shown)
    return _Rows(
        categories=tuple(_Category(title, names[title]) for title in shown),
        playlists=tuple(_Playlist(names[title], ids) for title, ids in shown.items()),
    )


def cost(article: Article, channel: Channel) -> int:
    """Return the bytes one article adds: its item and its place in one playlist; 0 if it cannot be shown.

    Rows, seasons and further places are small: the room between `LIMIT` and what readers take is for them.
    """
    one = item(article, channel)
    if isinstance(one, Issue):
        return 0
    return len(_encode(_entry(one))) + len(f',,"{one.id}"')


def opening(article: Article, channel: Channel) -> int:
    """Return the bytes that the series of an article adds when it is its first episode; 0 without one."""
    one = item(article, channel)
    if isinstance(one, Issue) or not one.place:
        return 0
    (show,) = shows((one,), channel)
    return len(_encode(_series(show))) - len(_encode(_entry(one)))


def _entry(told: Item) -> _Entry:
    episode, live = told.place, told.shape == "live"
    return _Entry(
        id=told.id,
        title=told.title,
        short_description=told.short,
        long_description=told.long,
        thumbnail=told.thumbnail.url,
        branded_thumbnail=told.thumbnail.url if live else "",
        release_date="" if live else text.iso(told.released)[:10],
        episode_number=episode.episode if episode else None,
        genres=() if episode else told.genres,
        tags=() if episode else told.tags,
        rating=_Rating(told.rating.value, told.rating.source),
        credits=() if live else _credits(told),
        external_ids=_external_ids(told),
        content=_content(told),
    )


def _credits(told: Item) -> tuple[_Credit, ...]:
    return tuple(_Credit(c.name, c.role, c.born.isoformat()) for c in told.credits if c.born)


def _external_ids(told: Item) -> tuple[_ExternalId, ...]:
    if told.shape in ("short", "live"):  # Roku gives them none
        return ()
    return tuple(_ExternalId(one.id, one.type) for one in told.external_ids)


def _series(show: Show) -> _Series:
    seasons = tuple(_Season(n, tuple(map(_entry, some))) for n, some in show.seasons if n is not None)
    return _Series(
        id=show.id,
        title=show.title,
        short_description=show.short,
        long_description=show.long,
        thumbnail=show.thumbnail.url,
        release_date=text.iso(show.newest.released)[:10],
        genres=show.newest.genres,
        tags=show.tags,
        seasons=seasons,
        episodes=() if seasons else tuple(_entry(i) for _, some in show.seasons for i in some),
    )


def _content(told: Item) -> _Content:
    start, end = told.window.start, told.window.end
    return _Content(
        date_added=text.iso(told.added),
        videos=tuple(
            _Video(v.url, v.quality or "HD", v.type or "", v.bitrate if v.type in _FIXED else None)
            for v in told.videos
        ),
        duration=told.duration,
        captions=tuple(_Caption(c.url, c.language, c.kind) for c in told.captions),
        trick_play_files=tuple(_TrickPlay(t.url, t.quality) for t in told.trickplay),
        ad_breaks=tuple(f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in told.ad_breaks),
        language=told.language,
        validity_period_start=text.iso(start) if start else None,
        validity_period_end=text.iso(end) if end else None,
    )


def _playlist_names(titles: Iterable[str]) -> Mapping[str, str]:
    """Return a playlist name for each row title: Roku allows it 20 characters."""
    names: dict[str, str] = {}
    for title in titles:
        names[title] = free_name(title, names.values(), PLAYLIST)
    return names


def _unrated(channel: str, count: int) -> tuple[Issue, ...]:
    if not count:
        return ()
    return (
        Issue(
            "info",
            "unrated",
            channel,
            f"{count} items carry no rating and are published as UNRATED.",
            "Nothing to do, unless the channel wants ratings.",
        ),
    )


FORMAT = Format(
    name="roku",
    path="roku.json",
    media_type="application/json; charset=utf-8",
    write=write,
    check=check,
    cost=cost,
    opening=opening,
    limit=LIMIT,
    readers=("template", "wizard"),
)
