"""Media RSS in two flavours: `ROKU` for the readers on the TV, `STANDARD` for everything else.

https://www.rssboard.org/rss-specification, https://www.rssboard.org/media-rss (1.5.1), for pages RFC 5005,
and for Roku https://github.com/rokudev/feed-specifications (2018-06-13). Deliberate deviations of the Roku
flavour:

- dates are ISO 8601 in UTC with a Z, where RSS 2.0 wants RFC 822: the wizard loses any other (C7);
- title, description and thumbnail are said twice, as children of `item` and again inside `media:content`:
  the template reads the one, the wizard the other (C5, C6, C18);
- one `media:content` and never a `media:group`, which no reader on the TV looks into;
- not one space between elements (C19).

Who takes the standard flavour otherwise than others is a row of `PROFILES`.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import repeat

from msgspec import Struct
from msgspec.structs import replace

from feeds import rss, text
from feeds.checks import mrss as checks
from feeds.checks import presets
from feeds.item import TITLE, Item, item, told
from feeds.model import Article, Caption, Channel, Feed, Format, Issue, Page, Video, VideoType, Written
from feeds.rss import Titles, attribute, each, escaped

LIMIT = 450_000
MEDIA_TYPE = "application/rss+xml"
CODES = {
    "only_newest": "The document of a preset holds the newest items only: its taker reads no more.",
    "video_not_taken": "An article has no video of a kind that the taker of a preset accepts.",
}
_MIME = {
    "HLS": "application/x-mpegURL", "DASH": "application/dash+xml", "SMOOTH": "application/vnd.ms-sstr+xml",
    "MP4": "video/mp4", "MOV": "video/quicktime", "M4V": "video/x-m4v",
}  # fmt: skip
_CAPTION_MIME = {"srt": "application/x-subrip", "vtt": "text/vtt", "ttml": "application/ttml+xml"}
_RATING_SCHEME = {
    "MPAA": ("urn:mpaa", {"G": "g", "PG": "pg", "PG13": "pg-13", "R": "r", "NC17": "nc-17"}),
    "USA_PR": (
        "urn:v-chip",
        {"TVY": "tv-y", "TVY7": "tv-y7", "TVG": "tv-g", "TVPG": "tv-pg", "TV14": "tv-14", "TVMA": "tv-ma"},
    ),
}
_KEYWORDS = 10


def _subtitles(captions: Iterable[Caption]) -> str:
    return "".join(map(_subtitle, captions))


def _subtitle(caption: Caption) -> str:
    suffix = caption.url.partition("?")[0].rpartition(".")[2].lower()
    mime = attribute("type", _CAPTION_MIME.get(suffix))
    return f'<media:subTitle{mime} lang="{caption.language}" href="{escaped(caption.url)[0]}"/>'


def _valid(told: Item) -> str:
    start, end = told.window.start, told.window.end
    if not start and not end:
        return ""
    period = "".join(f"{n}={text.iso_z(edge)}; " for n, edge in (("start", start), ("end", end)) if edge)
    return f"<dcterms:valid>{period}scheme=W3C-DTF</dcterms:valid>"


# -- the Roku flavour ------------------------------------------------------------------------------

_ROKU_NAMESPACES = {"media": "http://search.yahoo.com/mrss/", "dcterms": "http://purl.org/dc/terms/"}


def _roku_head(feed: Feed, newest: Item | None) -> str:
    return rss.opening(feed, newest, _ROKU_NAMESPACES, text.iso_z(feed.updated))


def _roku_item(told: Item, rows: Titles) -> str:
    video = told.videos[0]
    title, short, picture, url = escaped(told.title, told.short, told.thumbnail.url, video.url)
    endless = "nonstop" if told.shape == "live" else ""
    said = (
        f"<media:title>{title}</media:title><media:description>{short}</media:description>"
        f'<media:thumbnail url="{picture}"/>'
    )
    return (
        f"<item><title>{title}</title><description>{short}</description>"
        f'<guid isPermaLink="false">{told.id}</guid><pubDate>{text.iso_z(told.released)}</pubDate>'
        f'{said}{each("media:category", rows)}<media:content url="{url}"'
        f'{attribute("duration", told.duration)} type="{_MIME[video.type or "HLS"]}" medium="video"'
        f"{attribute('expression', endless)}"
        f"{attribute('bitrate', video.bitrate)} "
        f'lang="{video.language or told.language}">{said}</media:content>'
        f"{_subtitles(told.captions)}{_valid(told)}</item>"
    )


def _write_roku(feed: Feed) -> Written:
    return rss.write(feed, told(feed), _roku_head, _roku_item)


ROKU = Format(
    name="roku_mrss",
    path="roku.xml",
    media_type=f"{MEDIA_TYPE}; charset=utf-8",
    write=_write_roku,
    check=checks.check_roku,
    cost=partial(rss.cost, tell=_roku_item),
    limit=LIMIT,
    readers=("template", "wizard"),
)

# -- the standard flavour --------------------------------------------------------------------------

_NAMESPACES = {
    **_ROKU_NAMESPACES,
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
    "fh": "http://purl.org/syndication/history/1.0",
}


class Profile(Struct, frozen=True):
    """What somebody who takes standard Media RSS wants otherwise than the others; nothing: as it is.

    `title` is the longest one in characters, `newest` how many items a document holds at most, `kinds` and
    `largest` (bytes) which videos are taken, `several` whether renditions may stand in a `media:group`. With
    more than `page` items it is published in pages.
    """

    name: str
    path: str
    title: int = TITLE
    newest: int | None = None
    kinds: tuple[VideoType, ...] = ("HLS", "DASH", "SMOOTH", "MP4", "MOV", "M4V")
    largest: int | None = None
    several: bool = True
    page: int | None = None


_STANDARD = Profile("mrss", "mrss.xml", page=1000)
PROFILES = (
    # Partner Hub's help pages: files of these kinds up to 2 GB, titles up to 150 characters, some 30 items.
    Profile("mrss_msn", "msn.xml", title=150, newest=30, kinds=("MP4", "M4V"), largest=2_000_000_000),
    # Its help page: no more than 1,000 media in a feed.
    Profile("mrss_jwplayer", "jwplayer.xml", newest=1000),
    # Its importer fetches the file that one media:content names.
    Profile("mrss_dailymotion", "dailymotion.xml", kinds=("MP4", "MOV", "M4V"), several=False),
    # Its recipe for Media RSS looks for media:content directly in the item.
    Profile("mrss_fire", "fire.xml", several=False),
)


def _head(feed: Feed, newest: Item | None, profile: Profile) -> str:
    home = (text.web_url(feed.channel.feeds_url) or "").rstrip("/")
    page = feed.page or Page(profile.path, profile.path)
    links = "".join(_link(rel, f"{home}/{path}") for rel, path in _links(page) if home and path)
    return (
        f"{rss.opening(feed, newest, _NAMESPACES, text.rfc822(feed.updated))}{links}{_history(feed, profile)}"
    )


def _history(feed: Feed, profile: Profile) -> str:
    """Return what a document is to the whole feed (RFC 5005, 2 and 4): all of it, or an older page."""
    if feed.page is None:
        return "" if profile.newest else "<fh:complete/>"
    return "<fh:archive/>" if feed.page.path != feed.page.current else ""


def _link(rel: str, address: str) -> str:
    return f'<atom:link rel="{rel}" type="{MEDIA_TYPE}" href="{escaped(address)[0]}"/>'


def _links(page: Page) -> Iterator[tuple[str, str]]:
    """Yield how a document points to others: as a page (RFC 5005, 3) and as an archive (4); "" to none."""
    archived = page.path != page.current
    yield "self", page.path
    yield "first", page.current if archived or page.older else ""
    yield "next", page.older
    yield "prev-archive", page.older
    yield "current", page.current if archived else ""


def _item(told: Item, rows: Titles) -> str:
    videos, image = told.videos, told.thumbnail
    title, short, long, link, picture, *urls = escaped(
        told.title, told.short, told.long, told.url, image.url, *[video.url for video in videos]
    )
    contents = map(_content, videos, urls, repeat(told))
    return "".join((
        f"<item><title>{title}</title>",
        f"<link>{link}</link>" if link else "",
        f"<description>{short}</description>{each('dc:creator', told.authors)}{each('category', rows)}",
        _enclosure(videos, urls),
        f'<guid isPermaLink="false">{told.id}</guid><pubDate>{text.rfc822(told.released)}</pubDate>',
        f"<dcterms:modified>{text.iso_z(told.updated)}</dcterms:modified>" if told.updated else "",
        f"{_valid(told)}<media:title>{title}</media:title><media:description>{long}</media:description>",
        f"<media:keywords>{', '.join(told.tags[:_KEYWORDS])}</media:keywords>",
        f'<media:thumbnail url="{picture}"',
        f' width="{image.width}"' if image.width else "",
        f' height="{image.height}"/>' if image.height else "/>",
        f"{each('media:category', rows)}{_rating(told)}",
        "".join(contents) if len(videos) == 1 else f"<media:group>{''.join(contents)}</media:group>",
        _subtitles(told.captions) if told.captions else "",
        "</item>",
    ))  # fmt: skip


def _enclosure(videos: Iterable[Video], urls: Iterable[str]) -> str:
    """Return the first file whose size is known: RSS wants all three attributes or none."""
    for video, url in zip(videos, urls, strict=True):
        if video.size:
            return f'<enclosure url="{url}" length="{video.size}" type="{_MIME[video.type or "MP4"]}"/>'
    return ""


def _rating(told: Item) -> str:
    if told.rating.source not in _RATING_SCHEME:
        return ""
    scheme, names = _RATING_SCHEME[told.rating.source]
    return f'<media:rating scheme="{scheme}">{names[told.rating.value]}</media:rating>'


def _content(video: Video, url: str, told: Item) -> str:
    live = told.shape == "live"
    return "".join((
        f'<media:content url="{url}" type="{_MIME[video.type or "HLS"]}" medium="video"',
        ' expression="nonstop"' if live else f' expression="full" duration="{_seconds(video)}"',
        f' lang="{video.language or told.language}"',
        f' bitrate="{video.bitrate}"' if video.bitrate else "",
        f' width="{video.width}"' if video.width else "",
        f' height="{video.height}"' if video.height else "",
        f' fileSize="{video.size}"' if video.size else "",
        f' isDefault="{_yes(video is told.videos[0])}"' if len(told.videos) > 1 else "",
        "/>",
    ))  # fmt: skip


def _seconds(video: Video) -> int:
    return round(video.duration or 0) or 1


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _taken(items: Iterable[Item | Issue], profile: Profile) -> Iterator[Item | Issue]:
    """Yield what a profile's taker accepts of the items, and why not the others."""
    count = 0
    for one in items:
        fit = one if isinstance(one, Issue) else _fit(one, profile)
        count += isinstance(fit, Item)
        if isinstance(fit, Issue) or profile.newest is None or count <= profile.newest:
            yield fit
    if profile.newest is not None and count > profile.newest:
        yield _only_newest(count, profile)


def _fit(told: Item, profile: Profile) -> Item | Issue:
    if profile is _STANDARD:
        return told
    videos = tuple(v for v in told.videos if v.type in profile.kinds and _within(v.size, profile.largest))
    if not videos:
        return _not_taken(told, profile)
    videos = videos if profile.several else videos[:1]
    if len(videos) == len(told.videos) and len(told.title) <= profile.title:
        return told
    return replace(told, title=text.clip(told.title, profile.title), videos=videos)


def _within(size: int | None, limit: int | None) -> bool:
    return limit is None or (size or 0) <= limit


def _not_taken(told: Item, profile: Profile) -> Issue:
    kinds = " or ".join(profile.kinds)
    message = f"{profile.path} takes {kinds}, and the article has no such video that is small enough."
    return Issue("error", "video_not_taken", told.id, message, "Give the article a video of such a kind.")


def _only_newest(count: int, profile: Profile) -> Issue:
    message = (
        f"{profile.path} holds the {profile.newest} newest of {count} items, which is all its taker reads."
    )
    return Issue("info", "only_newest", profile.name, message, "Nothing to do.")


def _write(feed: Feed, profile: Profile) -> Written:
    return rss.write(feed, _taken(told(feed), profile), partial(_head, profile=profile), _item)


def _cost(article: Article, channel: Channel, profile: Profile) -> int:
    one = item(article, channel)
    fit = one if isinstance(one, Issue) else _fit(one, profile)
    return 0 if isinstance(fit, Issue) else rss.cost_of(fit, article, channel, _item)


def _format(profile: Profile, check: Callable[[bytes], list[Issue]]) -> Format:
    return Format(
        name=profile.name,
        path=profile.path,
        media_type=f"{MEDIA_TYPE}; charset=utf-8",
        write=partial(_write, profile=profile),
        check=check,
        cost=partial(_cost, profile=profile),
        page=profile.page,
    )


STANDARD = _format(_STANDARD, checks.check_standard)
PRESETS = tuple(_format(p, partial(presets.check, wants=presets.WANTS[p.name])) for p in PROFILES)
