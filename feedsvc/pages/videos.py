"""The videos of a page: every address that may be a video file, best first, to be probed later.

Facts stand in JSON-LD (https://schema.org/VideoObject), Open Graph, ``<video>``, ``data-*``, embed codes and
scripts. An address is a candidate, never a promise: `type` stays empty until the bytes have been looked at
(case 37).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement
from msgspec.structs import replace

from feeds import text, values
from feeds.model import Caption, CaptionKind, Video
from feedsvc.pages import markup, players, states
from feedsvc.pages.images import pixels
from feedsvc.pages.jsonld import Node, same_page, types
from feedsvc.pages.markup import Page
from feedsvc.pages.players import FILE, Player, provider

_MOST, _SEEN, _CONFIGURATION, _LINKS = 12, 100, 50_000, 2000
# An address without an ending may be a file; with another ending, or in a player's folder, it is none.
_PAGE = re.compile(r"\.\w{1,5}$|/(?:embed|player)s?(?:/|$)", re.I)
_IN_DATA = re.compile(states.IN_TEXT.pattern + r"|^[^\s\"'<>{]{1,300}\.(?:mp4|m3u8|mpd)$", re.I)
# Players keep their files in attributes of many names; these elements' are read elsewhere, or no player's.
_OTHERS = frozenset(("a", "link", "meta", "img", "video", "source", "track", "script"))
_LEADING = frozenset((("a", "href"), ("object", "data"), ("embed", "src")))
_FACTS = ("duration", "width", "height", "bitrate")
_ADVERT = re.compile(
    r"[/_.-](?:ads?|adserver|adverts?|banners?|preroll|vast|blank|dummy|placeholder)[/_.-]", re.I
)
_ADVERTISER = re.compile(r"(?:^|[.-])(?:ads|adserver|doubleclick|googlesyndication|2mdn|fwmrm)\.", re.I)
_TEXT_TRACK = re.compile(r"\.(?:vtt|srt|ttml|dfxp|sami)$", re.I)
_MEDIA_TYPE = re.compile(r"video/|mpegurl|dash\+xml|vnd\.ms-sstr", re.I)


def videos(page: Page, embedded: tuple[Player, ...] = ()) -> tuple[Video, ...]:
    """Return the candidates: the article's own first, silent loops that only decorate it last."""
    shown, decoration = _shown(page)
    asked = (Video(url=url) for url in players.streams(embedded))
    found = (*_stated(page), *_declared(page), *shown, *asked, *_set_up(page), *_linked(page), *decoration)
    ours = [video for video in found if not _is_advert(video.url)]
    # No TV plays WebM; it is told of all the same, so that a producer hears why there is no video.
    return tuple(_merged(sorted(ours, key=lambda v: urlsplit(v.url).path.endswith(".webm"))))


def _is_advert(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_ADVERT.search(parts.path) or _ADVERTISER.search(parts.hostname or ""))


def embedded(page: Page) -> tuple[Player, ...]:
    """Return the players the page embeds."""
    return players.embedded(page, _named(page))


def _named(page: Page) -> list[str]:
    """Return the addresses that structured data state for a video, players' among them."""
    keys = ("embedUrl", "embedURL", "contentUrl")
    urls = [url for node in objects(page) for key in keys for url in page.graph.texts(node, key)]
    return urls + page.every(
        "og:video:secure_url", "og:video:url", "og:video", "twitter:player", "embedurl", "contenturl"
    )


def objects(page: Page) -> Iterator[Node]:
    """Yield the page's VideoObjects, those the article names as its own first."""
    for node in page.story:
        for key in ("video", "associatedMedia", "mainEntity"):
            yield from (n for n in page.graph.nodes_at(node, key) if "videoobject" in types(n))
    yield from (n for n in page.graph.nodes if "videoobject" in types(n))


def _stated(page: Page) -> Iterator[Video]:
    for node in objects(page):
        for file in (node, *page.graph.nodes_at(node, "encoding", "encodings")):
            for url in page.graph.texts(file, "contentUrl", "contentURL"):
                sure = bool(_MEDIA_TYPE.search(page.graph.text(file, "encodingFormat", "fileFormat")))
                facts = {**{k: node[k] for k in _FACTS if k in node}, **file}
                yield from _video(page, url, facts, "file" if sure else "unknown")


def _video(
    page: Page, url: str, facts: Node, said: Literal["file", "unknown", "link"] = "link"
) -> Iterator[Video]:
    """Yield the video an address names, if it does: for certain, perhaps, or only if it looks like a file."""
    address = page.absolute(url)
    if not address or provider(address) or same_page(address, page.url):
        return
    path = urlsplit(address).path
    if not FILE.search(path) and (said == "link" or (said == "unknown" and _PAGE.search(path))):
        return
    yield Video(
        url=address, width=pixels(facts.get("width")), height=pixels(facts.get("height")),
        bitrate=_kbps(facts.get("bitrate")), duration=values.length(facts.get("duration")),
    )  # fmt: skip


def _kbps(value: Any) -> int | None:
    digits = re.match(r"\s*(\d{2,9})(?:\.\d*)?\s*(k|m)?", str(value), re.I)
    if not digits:
        return None
    rate = int(digits[1]) * (1000 if (digits[2] or "").lower() == "m" else 1)
    return rate // 1000 if rate > 100_000 else rate


def _declared(page: Page) -> Iterator[Video]:
    kind = page.first("og:video:type", "og:video:secure_url:type")
    facts: Node = {
        "width": page.first("og:video:width"), "height": page.first("og:video:height"),
        "duration": page.first("og:video:duration", "video:duration"),
    }  # fmt: skip
    for url in page.every("og:video:secure_url", "og:video:url", "og:video"):
        # "video/mp4" stands before player pages as often as before files, so it proves nothing.
        yield from _video(page, url, facts, "unknown" if _MEDIA_TYPE.search(kind) else "link")
    for url in page.every("twitter:player:stream"):
        yield from _video(page, url, {}, "unknown")
    # Microdata say it in elements of their own.
    links = (e.get("href", "") for e in page.properties.get("contenturl", ())[:_SEEN] if e.tag == "link")
    for url in (*page.every("contenturl"), *links):
        yield from _video(page, url, {"duration": page.first("duration")}, "unknown")


def _shown(page: Page) -> tuple[list[Video], list[Video]]:
    """Return the videos the page shows, and those that only decorate it."""
    shown: list[Video] = []
    decoration: list[Video] = []
    for element in page.has.all("video", "amp-video", "video-js")[:_SEEN]:
        if not markup.aside(element):
            loops = element.get("loop") is not None and element.get("controls") is None
            (decoration if loops else shown).extend(_sources(page, element))
    return [*shown, *(v for url in _in_data(page) for v in _video(page, url, {}))], decoration


def _set_up(page: Page) -> Iterator[Video]:
    if page.names_media:
        yield from (video for url in states.files(page) for video in _video(page, url, {}))


def _sources(page: Page, video: HtmlElement) -> Iterator[Video]:
    facts: Node = {
        "duration": video.get("data-duration"),
        **{name: video.get(name) for name in ("width", "height")},
    }
    for element in (video, *video.iter("source")):
        url = element.get("src") or element.get("data-src") or ""
        yield from _video(
            page, url, facts, "file" if _MEDIA_TYPE.search(element.get("type", "")) else "unknown"
        )


def _in_data(page: Page) -> Iterator[str]:
    """Yield the video addresses in attributes, where players keep their configuration."""
    named = (
        (element, value)
        for element, name, value in page.has.files
        if name.startswith(("data-", "on")) or element.tag not in _OTHERS
    )
    for element, value in islice(named, _SEEN):
        if not markup.aside(element):
            said = value[:_CONFIGURATION]
            yield from _IN_DATA.findall(said.replace(r"\/", "/"))
            yield from _fields(said)


def _fields(said: str) -> Iterator[str]:
    """Yield the addresses in fields: a frame's ``?file=https%3A...``, a player's ``file=...&image=...``."""
    if "=" in said and "{" not in said:
        for _, value in parse_qsl(said.partition("?")[2] or said, max_num_fields=None)[:_SEEN]:
            if "/" in value and FILE.search(value.partition("?")[0]):
                yield value


def _linked(page: Page) -> Iterator[Video]:
    """Yield the files that links in the story lead to, or the page's only one wherever it stands."""
    links = [
        (element, value)
        for element, name, value in page.has.files[:_LINKS]
        if (str(element.tag), name) in _LEADING and not markup.aside(element)
    ]
    only = len({value for _, value in links}) == 1
    for element, value in links:
        if only or markup.within(element, page.main):
            yield from _video(page, value, {})


def _merged(found: Iterable[Video]) -> list[Video]:
    best: dict[str, Video] = {}
    for video in found:
        known = best.get(video.url)
        if not known and len(best) == _MOST:
            continue
        facts = {name: getattr(known, name, None) or getattr(video, name) for name in _FACTS}
        best[video.url] = replace(known or video, **facts)
    return list(best.values())


def captions(page: Page, language: str) -> tuple[Caption, ...]:
    """Return the text tracks beside the videos; one that names no language is in the page's."""
    found: dict[str, Caption] = {}
    for track in page.has.all("track")[:_SEEN]:
        kind = track.get("kind", "subtitles").lower()
        if kind in ("captions", "subtitles") and (url := page.absolute(track.get("src", ""))):
            called: CaptionKind = "CLOSED_CAPTION" if kind == "captions" else "SUBTITLE"
            found.setdefault(url, Caption(url, text.line(track.get("srclang", "")) or language, called))
    for node in objects(page):
        for caption in page.graph.all(node, "caption"):
            told: Node = caption if isinstance(caption, dict) else {"contentUrl": caption}
            url = page.absolute(page.graph.text(told, "contentUrl", "url"))
            if url and _TEXT_TRACK.search(urlsplit(url).path):
                spoken = text.line(page.graph.text(told, "inLanguage")) or language
                found.setdefault(url, Caption(url, spoken, "CLOSED_CAPTION"))
    return tuple(found.values())
