"""An article as every format tells it: one id, title, date and picture, whoever reads it.

`item` is also the one place that says whether an article can be shown at all. The limits are Roku's
(Direct Publisher 2018-06-13 and later transcriptions); MRSS and Search share them.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import chain, count

from msgspec import Struct
from msgspec.structs import replace

from feeds import programme, text
from feeds.model import (
    Article,
    Caption,
    Channel,
    Credit,
    ExternalId,
    Feed,
    Image,
    Issue,
    Quality,
    Rating,
    TrickPlay,
    Video,
    Window,
)
from feeds.programme import Place, Shape, ad_breaks, credits, external_ids, place, shape

SHORT, LONG, TITLE, TAG, ROW = 200, 500, programme.TITLE, 20, 60
CODES = {
    "bad_id": "An item has no usable id.",
    "no_title": "An item has no title: the article has no headline.",
    "no_date": "An article has no date.",
    "no_video": "An item has no video to play.",
    "video_not_https": "An article's video is on plain http.",
    "no_thumbnail": "No picture could be made for an article.",
    "thumbnail_size": "A thumbnail is not 16:9 of at least 800x450.",
    "window_order": "A window ends before it starts: it never opens.",
    "rating_unknown": "An article's rating is none Roku knows; it goes on air unrated.",
    "live_left_out": "A live stream is left out of a format that has no place for it.",
    "unrated": "Items without a rating go on air as UNRATED.",
}
_ID = re.compile(r"[a-z0-9_]{1,50}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_BEST_FIRST = ("FHD", "HD", "UHD", "SD")
_FILES = 1
_KINDS_FIRST = {"HLS": 0, "DASH": 2, "SMOOTH": 3}
_FASTEST = 10_000  # kbps
_LONGEST = 24 * 3600
_UNRATED = Rating()
_MOST = 10**12
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# Direct Publisher knows 32 genres; a section or tag that names one says what the story is about.
GENRES = {
    "animals": "animals", "business": "news", "cinema": "special", "crime": "crime",
    "education": "educational", "fashion": "fashion", "film": "special",
    "entertainment": "special", "environment": "nature", "faith": "faith",
    "food": "food", "gaming": "gaming", "games": "gaming", "health": "health", "history": "history",
    "nature": "nature", "religion": "faith", "science": "science", "sport": "sports", "sports": "sports",
    "tech": "technology", "technology": "technology", "wellness": "health",
}  # fmt: skip
ROKU_GENRES = frozenset(
    {
        "action", "adventure", "animals", "animated", "anime", "children", "comedy", "crime",
        "documentary", "drama", "educational", "faith", "fantasy", "fashion", "food", "gaming", "health",
        "history", "horror", "miniseries", "mystery", "nature", "news", "reality", "romance", "science",
        "science fiction", "sitcom", "special", "sports", "technology", "thriller",
    }
)  # fmt: skip
# Roku names the ratings and their sources apart; which belongs to which is its Search specification's list.
RATINGS = {
    "BBFC": "U Uc PG 12 12A 15 18 R18", "CHVRS": "G PG 14A 18A R E", "CLASSIND": "L 10 12 14 16 18",
    "CPR": "C C8 G PG 14+ 18+ E", "FSF": "0 6 12 16 18", "FSK": "0 6 12 16 18", "MPAA": "G PG PG13 R NC17",
    "UK_CP": "U Uc PG 12 12A 15 18 R18", "USA_PR": "TVY TVY7 TVG TVPG TV14 TVMA",
}  # fmt: skip


class Item(Struct, frozen=True, gc=False):
    """What a TV is told about an article; `short` <= 200, `long` <= 500 characters and not the same.

    `duration` and `ad_breaks` are seconds; a live stream has none. An episode has a `place` in its series.
    """

    id: str
    title: str
    short: str
    long: str
    thumbnail: Image
    videos: tuple[Video, ...]
    captions: tuple[Caption, ...]
    trickplay: tuple[TrickPlay, ...]
    duration: int
    released: datetime
    added: datetime
    language: str
    genres: tuple[str, ...]
    tags: tuple[str, ...]
    rating: Rating
    window: Window
    url: str
    authors: tuple[str, ...]
    updated: datetime | None
    shape: Shape
    place: Place | None
    credits: tuple[Credit, ...]
    external_ids: tuple[ExternalId, ...]
    ad_breaks: tuple[int, ...]


def item(article: Article, channel: Channel) -> Item | Issue:
    """Return the item that tells `article`, or the one issue that keeps it off air."""
    title = text.clip(text.line(article.title), TITLE)
    released = article.published or article.first_seen
    added = article.first_seen or article.published
    videos = playable(article)
    if not _ID.fullmatch(article.id):
        return _off("bad_id", article, "The article has no usable id.", "Refresh the channel to give it one.")
    if not title:
        return _off("no_title", article, "The article has no headline.", "Give it a headline at the source.")
    if not released or not added:
        return _off(
            "no_date", article, "The article has no date.", "Give it a publication date at the source."
        )
    if not videos:
        return _why_unplayable(article)
    if not article.thumbnail or not (picture := public_url(article.thumbnail.url)):
        return _why_no_picture(article)
    if not _fills_a_tile(article.thumbnail):
        return _off("thumbnail_size", article, "Its picture is not 16:9 of 800x450.", "Give it a larger one.")
    if _never_opens(article.window):
        return _off("window_order", article, "Its window ends before it starts.", "Correct the times.")
    short, long = descriptions(article, channel, title, released)
    names = (*article.section, *article.tags)
    spoken = language(article.language, channel)
    seconds = 0 if article.kind == "live" else max(1, round(videos[0].duration or 0))
    return Item(
        id=article.id, title=title, short=short, long=long, videos=videos,
        thumbnail=Image(picture, _count(article.thumbnail.width), _count(article.thumbnail.height)),
        captions=tuple(_usable(article.captions, spoken)) if article.captions else (),
        trickplay=tuple(TrickPlay(url, t.quality) for t in article.trickplay if (url := public_url(t.url))),
        duration=seconds, released=released, added=added,
        language=spoken, genres=_genres(article.genres, names), tags=_tags(names),
        rating=_rating(article), window=article.window, url=text.web_url(article.url) or "",
        authors=tuple(filter(None, map(text.line, article.authors))), updated=article.updated,
        shape=shape(article, channel, seconds), place=place(article, channel, released),
        credits=credits(article), external_ids=external_ids(article),
        ad_breaks=ad_breaks(article, channel.ads, seconds),
    )  # fmt: skip


def _off(code: str, article: Article, message: str, fix: str) -> Issue:
    return Issue("error", code, article.id, message, fix)


def _for_that(cause: Issue, article: Article) -> Issue:
    return _off(cause.code, article, cause.message, cause.fix)


def _why_no_picture(article: Article) -> Issue:
    for cause in article.issues:
        if cause.severity == "error" and not cause.code.startswith("video_"):
            return _for_that(cause, article)
    return _off("no_thumbnail", article, "No picture could be made for it.", "Give the article a picture.")


def _why_unplayable(article: Article) -> Issue:
    """Return what went wrong with its videos, errors first, else with its story, else that it has none."""
    causes = [i for i in article.issues if i.severity == "error" or i.code.startswith(("video_", "story_"))]
    if causes:
        worst = min(causes, key=lambda i: (i.severity != "error", i.code.startswith("story_")))
        return _for_that(worst, article)
    if any(v.url.startswith("http:") and v.type and v.duration for v in article.videos):
        return _off("video_not_https", article, "Its video is on plain http.", "Serve the video over https.")
    return _off("no_video", article, "The article has no video.", "Add a video to the article.")


def playable(article: Article) -> tuple[Video, ...]:
    """Return the renditions a TV can play, the best for most of them first."""
    usable = [
        _tidy(video, url)
        for video in article.videos
        if video.type and _has_length(video, article) and (url := public_url(video.url))
    ]
    # Both readers play the first rendition only, so what fewer TVs play comes later.
    return tuple(sorted(usable, key=_for_most_tvs) if len(usable) > 1 else usable)


def _has_length(video: Video, article: Article) -> bool:
    """Tell whether a video is as long as a film can be; a stream has no length."""
    return article.kind == "live" or 0 < (video.duration or 0) <= _LONGEST


def _for_most_tvs(video: Video) -> tuple[bool, int, int, int]:
    """Return what renditions are ordered by: a bit rate TVs play, HLS, then files, the best picture first.

    Roku recommends HLS; H.264 of more than 10 Mbps is beyond what its players must decode, but of a ladder
    they take a lower rung.
    """
    rate = video.bitrate or 0
    kind = _KINDS_FIRST.get(video.type or "MP4", _FILES)
    too_fast = kind == _FILES and rate > _FASTEST
    return too_fast, kind, _BEST_FIRST.index(video.quality or "HD"), -rate


def _tidy(video: Video, url: str) -> Video:
    return replace(
        video, url=url, quality=video.quality or _quality(video.height),
        bitrate=_count(video.bitrate), width=_count(video.width), height=_count(video.height),
        size=_count(video.size), language=_language_tag(video.language),
    )  # fmt: skip


def _quality(height: int | None) -> Quality:
    """Return the name of a picture height; one nobody measured is most likely 720 lines."""
    if not height:
        return "HD"
    return "SD" if height < 720 else "HD" if height < 1080 else "FHD" if height < 2160 else "UHD"


def _never_opens(window: Window) -> bool:
    start, end = window.start, window.end
    return start is not None and end is not None and text.iso(start) >= text.iso(end)


def _count(number: int | None) -> int | None:
    return number if number and 0 < number < _MOST else None


def _fills_a_tile(picture: Image) -> bool:
    """Tell whether a picture is large and wide enough, as far as its size is known."""
    width, height = picture.width, picture.height
    if width is None or height is None:
        return True
    return width >= 800 and height >= 450 and abs(width * 9 - height * 16) * 100 <= height * 16


def public_url(url: str) -> str | None:
    """Return `url` if a TV may fetch it: https, or http on loopback where a producer previews."""
    clean = text.web_url(url)
    return clean if clean and (clean.startswith("https:") or text.on_loopback(clean)) else None


def _usable(captions: tuple[Caption, ...], spoken: str) -> Iterator[Caption]:
    """Yield the captions a TV can fetch; one that does not say its language is in the `spoken` one."""
    for caption in captions:
        if (url := public_url(caption.url)) and (tag := _language_tag(caption.language or spoken)):
            yield Caption(url, tag, caption.kind)


def descriptions(article: Article, channel: Channel, title: str, released: datetime) -> tuple[str, str]:
    """Return the short and the long description: never empty, never the same."""
    summary, body = text.line(article.summary), text.line(" ".join(article.body)[: 2 * LONG])
    short = text.clip(summary or body or title, SHORT)
    if summary and not body.startswith(summary.rstrip(".…")):
        body = f"{summary} {body}".strip()
    long = text.clip(body, LONG)
    if not _says_more(long, short):
        source = f" ({text.clip(text.line(channel.title), 60)}, {released:%Y-%m-%d})"
        long = text.clip(body or title, LONG - len(source)) + source
    return short, long


def language(code: str, channel: Channel) -> str:
    """Return the article's language tag if it is one, else the channel's, else English."""
    return _language_tag(code) or _language_tag(channel.language) or "en"


def _says_more(long: str, short: str) -> bool:
    more = long[len(short) :] if long.startswith(short.rstrip("…")) else ""
    return any(map(str.isalnum, more)) or (bool(long) and not text.same(long, short))


@lru_cache(maxsize=512)
def _language_tag(code: str) -> str:
    head, *region = code.strip().replace("_", "-").split("-")
    tag = "-".join([head.lower(), *region])
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _rating(article: Article) -> Rating:
    """Return the article's rating if Roku knows it; what carries none is UNRATED and no feed is blocked."""
    given = article.rating
    return given if given and given.value in RATINGS.get(given.source, "").split() else _UNRATED


@lru_cache(maxsize=4096)
def _genres(given: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the genres an article was given, as far as Roku knows them, else what its names stand for."""
    said = [genre for name in given if (genre := name.strip().lower()) in ROKU_GENRES]
    words = [w for name in names for w in text.tag(name, 100).split("_")]
    found = dict.fromkeys(said or (GENRES[w] for w in words if w in GENRES))
    return tuple(found) or ("news",)


@lru_cache(maxsize=4096)
def _tags(names: tuple[str, ...]) -> tuple[str, ...]:
    tags = (text.tag(name, TAG) for name in names)
    return tuple(dict.fromkeys(t for t in tags if t)) or ("news",)


def told(feed: Feed) -> Iterator[Item | Issue]:
    """Yield the feed's items, newest first, each when it is asked for; an issue stands after its item.

    One that is an error stands in the place of its item.
    """
    articles = {a.id: a for row in reversed(feed.rows) for a in reversed(row.articles)}
    for article in sorted(articles.values(), key=_age, reverse=True):
        one = item(article, feed.channel)
        yield one
        if isinstance(one, Item) and article.rating and article.rating.value != one.rating.value:
            yield _unknown_rating(one.id)


def _age(article: Article) -> tuple[datetime, str]:
    return article.published or article.first_seen or _EPOCH, article.id


def rows(feed: Feed) -> dict[str, tuple[str, ...]]:
    """Return the ids that stand in each row of a feed, shown or not, by a title no other row has."""
    titled: dict[str, tuple[str, ...]] = {}
    for row in feed.rows:
        if row.articles:
            titled[free_name(row.title, titled, ROW)] = tuple(dict.fromkeys(a.id for a in row.articles))
    return titled


def _unknown_rating(name: str) -> Issue:
    return Issue(
        "warning",
        "rating_unknown",
        name,
        "Its rating is not one Roku knows with its source, so it is shown as unrated.",
        "Use a rating with its source, such as TVPG of USA_PR.",
    )


def free_name(wanted: str, taken: Iterable[str], limit: int) -> str:
    """Return `wanted` in at most `limit` characters, numbered if taken whatever the case.

    Readers match the names of rows and playlists, not the rows.
    """
    wanted = text.line(wanted) or "Latest"
    names = {name.casefold() for name in taken}
    numbered = (f"{text.clip(wanted, limit - 1 - len(str(n)))} {n}" for n in count(2))
    free = chain([text.clip(wanted, limit)], numbered)
    return next(name for name in free if name.casefold() not in names)
