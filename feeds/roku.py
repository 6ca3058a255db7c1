"""Direct Publisher JSON: the one document from which a Roku channel is drawn.

Roku's specification (https://github.com/rokudev/feed-specifications, 2018-06-13) with what its later
transcriptions added. Deliberate choices, each for a reader that still exists:

- rows are playlists in `manual` order, named by categories: in a query's row a day has no order (C14);
- `genres`, `tags` and `rating` are always there (C3, C21), though the specification lets some go without;
- credits are left out: the specification wants everybody's date of birth.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import UNSET, Struct, UnsetType

from feeds import text
from feeds.checks import roku as checks
from feeds.item import TITLE, Item, free_name, item, items, language
from feeds.model import Article, Channel, Feed, Format, Issue, Rating, Written

CODES, check = checks.CODES, checks.check
LIMIT = 450_000
PLAYLIST = 20
SHORT_FORM = 15 * 60
_FIXED = ("MP4", "MOV", "M4V")


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
    duration: int
    captions: tuple[_Caption, ...] = ()
    trick_play_files: tuple[_TrickPlay, ...] = ()
    language: str
    validity_period_start: str | None = None
    validity_period_end: str | None = None


class _Rating(Struct, omit_defaults=True, rename="camel"):
    rating: str
    rating_source: str = ""


class _Entry(Struct, rename="camel"):
    id: str
    title: str
    short_description: str
    long_description: str
    thumbnail: str
    release_date: str
    genres: tuple[str, ...]
    tags: tuple[str, ...]
    rating: _Rating
    content: _Content


class _Category(Struct, rename="camel"):
    name: str
    playlist_name: str
    order: str = "manual"


class _Playlist(Struct, rename="camel"):
    name: str
    item_ids: tuple[str, ...]


class _Root(Struct, omit_defaults=True, rename="camel"):
    provider_name: str
    last_updated: str
    language: str
    short_form_videos: tuple[_Entry, ...] | UnsetType = UNSET
    tv_specials: tuple[_Entry, ...] = ()
    categories: tuple[_Category, ...] = ()
    playlists: tuple[_Playlist, ...] = ()


def write(feed: Feed) -> Written:
    """Return the feed as compact UTF-8 JSON; the same feed gives the same bytes.

    A feed without a single item to show is written as an empty one, which `check` refuses.
    """
    by_id, rows, issues = items(feed)
    short = tuple(_entry(i) for i in by_id.values() if i.duration < SHORT_FORM)
    specials = tuple(_entry(i) for i in by_id.values() if i.duration >= SHORT_FORM)
    names = _playlist_names(rows)
    root = _Root(
        provider_name=text.clip(text.line(feed.channel.title), TITLE) or "News",
        last_updated=text.iso(feed.updated),
        language=language("", feed.channel),
        short_form_videos=short if short or not specials else UNSET,
        tv_specials=specials,
        categories=tuple(_Category(title, names[title]) for title in rows),
        playlists=tuple(_Playlist(names[title], ids) for title, ids in rows.items()),
    )
    return Written(
        msgspec.json.encode(root), tuple(by_id), (*issues, *_unrated(feed.channel.id, by_id.values()))
    )


def cost(article: Article, channel: Channel) -> int:
    """Return the bytes one article adds: its item and its place in one playlist; 0 if it cannot be shown.

    Rows and further places are small: the room between `LIMIT` and what readers take is for them.
    """
    told = item(article, channel)
    if isinstance(told, Issue):
        return 0
    return len(msgspec.json.encode(_entry(told))) + len(f',,"{told.id}"')


def _entry(told: Item) -> _Entry:
    return _Entry(
        id=told.id,
        title=told.title,
        short_description=told.short,
        long_description=told.long,
        thumbnail=told.thumbnail.url,
        release_date=text.iso(told.released)[:10],
        genres=told.genres,
        tags=told.tags,
        rating=_Rating(told.rating.value, told.rating.source),
        content=_content(told),
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


def _unrated(channel: str, shown: Iterable[Item]) -> tuple[Issue, ...]:
    unrated = [i.id for i in shown if i.rating == Rating()]
    if not unrated:
        return ()
    return (
        Issue(
            "info",
            "unrated",
            channel,
            f"{len(unrated)} items carry no rating and are published as UNRATED.",
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
    limit=LIMIT,
    readers=("template", "wizard"),
)
