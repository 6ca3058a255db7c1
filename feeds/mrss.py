"""Media RSS in two flavours: `ROKU` for the readers on the TV, `STANDARD` for everything else.

https://www.rssboard.org/rss-specification, https://www.rssboard.org/media-rss (1.5.1), and for Roku
https://github.com/rokudev/feed-specifications (2018-06-13). Deliberate deviations of the Roku flavour:

- dates are ISO 8601 in UTC with a Z, where RSS 2.0 wants RFC 822: the wizard loses any other (C7);
- title, description and thumbnail are said twice, as children of `item` and again inside `media:content`:
  the template reads the one, the wizard the other (C5, C6, C18);
- one `media:content` and never a `media:group`, which no reader on the TV looks into;
- not one space between elements (C19).

Elements are strings put together: no tree is built, whatever the number of items.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from html import escape
from io import BytesIO

from feeds import text
from feeds.checks import mrss as checks
from feeds.item import LONG, ROW, TITLE, Item, item, items, language
from feeds.model import Article, Caption, Channel, Feed, Format, Image, Issue, Video, Written

CODES = checks.CODES
LIMIT = 450_000
MEDIA_TYPE = "application/rss+xml"
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
_PATH = {"roku_mrss": "roku.xml", "mrss": "mrss.xml"}
_KEYWORDS = 10

Titles = tuple[str, ...]
Tell = Callable[[Item, Titles], str]


def _write(feed: Feed, head: Callable[[Feed, Mapping[str, Item]], str], tell: Tell) -> Written:
    by_id, rows, issues = items(feed)
    titles: dict[str, list[str]] = {id: [] for id in by_id}
    for title, ids in rows.items():
        for id in ids:
            titles[id].append(title)
    body = BytesIO()
    body.write(head(feed, by_id).encode())
    for id, told in by_id.items():
        body.write(tell(told, tuple(titles[id])).encode())
    body.write(b"</channel></rss>")
    return Written(body.getvalue(), tuple(by_id), issues)


def _cost(article: Article, channel: Channel, tell: Tell) -> int:
    """Return the bytes one article adds: its item in the row with the longest title it may stand in."""
    told = item(article, channel)
    if isinstance(told, Issue):
        return 0
    titles = [rule.title for rule in channel.rows] or [*article.section[:1], "Latest"]
    longest = max(
        (text.clip(text.line(title), ROW) for title in titles), key=lambda t: len(escape(t).encode())
    )
    return len(tell(told, (longest,)).encode())


# -- elements --------------------------------------------------------------------------------------


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value, quote=False)}</{name}>"


def _empty(name: str, **attributes: str | int | None) -> str:
    return f"<{name}{_attributes(attributes)}/>"


def _attributes(attributes: Mapping[str, str | int | None]) -> str:
    """Return the attributes that have a value; what could need escaping has been."""
    return "".join([f' {name}="{value}"' for name, value in attributes.items() if value])


@lru_cache(maxsize=1024)
def _each(name: str, values: tuple[str, ...]) -> str:
    return "".join([_element(name, value) for value in values])


def _guid(told: Item) -> str:
    return f'<guid isPermaLink="false">{told.id}</guid>'


def _subtitle(caption: Caption) -> str:
    suffix = caption.url.partition("?")[0].rpartition(".")[2].lower()
    mime = f' type="{_CAPTION_MIME[suffix]}"' if suffix in _CAPTION_MIME else ""
    return f'<media:subTitle{mime} lang="{caption.language}" href="{escape(caption.url)}"/>'


def _valid(told: Item) -> str:
    start, end = told.window.start, told.window.end
    if not start and not end:
        return ""
    period = "".join(f"{n}={text.iso_z(edge)}; " for n, edge in (("start", start), ("end", end)) if edge)
    return _element("dcterms:valid", f"{period}scheme=W3C-DTF")


def _head(feed: Feed, namespaces: Mapping[str, str], link: str, date: str) -> Iterator[str]:
    channel = feed.channel
    title = text.clip(text.line(channel.title), TITLE) or "News"
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    declared = _attributes({f"xmlns:{prefix}": uri for prefix, uri in namespaces.items()})
    yield f'<rss version="2.0"{declared}><channel>'
    yield _element("title", title)
    yield _element("link", link)
    yield _element("description", text.clip(text.line(channel.description), LONG) or title)
    yield _element("language", language("", channel))
    yield _element("lastBuildDate", date)


def _home(channel: Channel, shown: Mapping[str, Item]) -> str:
    """Return the address RSS wants of a channel: its site, else the nearest thing known."""
    newest = next(iter(shown.values()), None)
    nearest = (newest.url, newest.thumbnail.url) if newest else ()
    known = (channel.site, channel.feeds_url, *nearest)
    return next((clean for url in known if (clean := text.web_url(url))), "")


# -- the Roku flavour ------------------------------------------------------------------------------

_ROKU_NAMESPACES = {"media": "http://search.yahoo.com/mrss/", "dcterms": "http://purl.org/dc/terms/"}


def _roku_head(feed: Feed, shown: Mapping[str, Item]) -> str:
    return "".join(_head(feed, _ROKU_NAMESPACES, _home(feed.channel, shown), text.iso_z(feed.updated)))


def _roku_item(told: Item, rows: Titles) -> str:
    said = (
        f"{_element('media:title', told.title)}{_element('media:description', told.short)}"
        f'<media:thumbnail url="{escape(told.thumbnail.url)}"/>'
    )
    video = told.videos[0]
    content = _attributes({
        "url": escape(video.url), "duration": told.duration, "type": _MIME[video.type or "HLS"],
        "medium": "video", "expression": "nonstop" if told.shape == "live" else None,
        "bitrate": video.bitrate, "lang": video.language or told.language,
    })  # fmt: skip
    return (
        f"<item>{_element('title', told.title)}{_element('description', told.short)}"
        f"{_guid(told)}{_element('pubDate', text.iso_z(told.released))}"
        f"{said}{_each('media:category', rows)}<media:content{content}>{said}</media:content>"
        f"{''.join(map(_subtitle, told.captions))}{_valid(told)}</item>"
    )


# -- the standard flavour --------------------------------------------------------------------------

_NAMESPACES = {
    **_ROKU_NAMESPACES,
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
}


def _standard_head(feed: Feed, shown: Mapping[str, Item]) -> str:
    home = text.web_url(feed.channel.feeds_url)
    self_link = f"{(home or '').rstrip('/')}/{_PATH['mrss']}"
    link = f'<atom:link rel="self" type="{MEDIA_TYPE}" href="{escape(self_link)}"/>' if home else ""
    head = _head(feed, _NAMESPACES, _home(feed.channel, shown), text.rfc822(feed.updated))
    return "".join((*head, link))


def _standard_item(told: Item, rows: Titles) -> str:
    return "".join((
        "<item>",
        _element("title", told.title),
        _element("link", told.url) if told.url else "",
        _element("description", told.short),
        _each("dc:creator", told.authors),
        _each("category", rows),
        _enclosure(told.videos),
        _guid(told),
        _element("pubDate", text.rfc822(told.released)),
        _element("dcterms:modified", text.iso_z(told.updated)) if told.updated else "",
        _valid(told),
        _element("media:title", told.title),
        _element("media:description", told.long),
        _element("media:keywords", ", ".join(told.tags[:_KEYWORDS])),
        _thumbnail(told.thumbnail),
        _each("media:category", rows),
        _rating(told),
        _renditions(told),
        *map(_subtitle, told.captions),
        "</item>",
    ))  # fmt: skip


def _thumbnail(picture: Image) -> str:
    return _empty("media:thumbnail", url=escape(picture.url), width=picture.width, height=picture.height)


def _enclosure(videos: tuple[Video, ...]) -> str:
    """Return the first file whose size is known: RSS wants all three attributes or none."""
    for video in videos:
        if video.size:
            mime = _MIME[video.type or "MP4"]
            return _empty("enclosure", url=escape(video.url), length=video.size, type=mime)
    return ""


def _rating(told: Item) -> str:
    if told.rating.source not in _RATING_SCHEME:
        return ""
    scheme, names = _RATING_SCHEME[told.rating.source]
    return f'<media:rating scheme="{scheme}">{names[told.rating.value]}</media:rating>'


def _renditions(told: Item) -> str:
    first, *others = told.videos
    if not others:
        return _content(first, told)
    several = [_content(first, told, "true"), *(_content(video, told, "false") for video in others)]
    return f"<media:group>{''.join(several)}</media:group>"


def _content(video: Video, told: Item, default: str = "") -> str:
    live = told.shape == "live"
    seconds = "" if live else max(1, round(video.duration or 0))
    size = {"bitrate": video.bitrate, "width": video.width, "height": video.height, "fileSize": video.size}
    return (
        f'<media:content url="{escape(video.url)}" type="{_MIME[video.type or "HLS"]}" medium="video" '
        f'expression="{"nonstop" if live else "full"}"{_attributes({"duration": seconds})} '
        f'lang="{video.language or told.language}"'
        f"{_attributes({**size, 'isDefault': default})}/>"
    )


ROKU = Format(
    name="roku_mrss",
    path=_PATH["roku_mrss"],
    media_type=f"{MEDIA_TYPE}; charset=utf-8",
    write=partial(_write, head=_roku_head, tell=_roku_item),
    check=checks.check_roku,
    cost=partial(_cost, tell=_roku_item),
    limit=LIMIT,
    readers=("template", "wizard"),
)
STANDARD = Format(
    name="mrss",
    path=_PATH["mrss"],
    media_type=f"{MEDIA_TYPE}; charset=utf-8",
    write=partial(_write, head=_standard_head, tell=_standard_item),
    check=checks.check_standard,
    cost=partial(_cost, tell=_standard_item),
)
