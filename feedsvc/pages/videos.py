"""The videos of a page: every address that may be a video file, best first, to be probed later.

Facts stand in JSON-LD (https://schema.org/VideoObject), Open Graph, ``<video>``, ``data-*``, embed codes and
scripts. An address is a candidate, never a promise: `type` stays empty until the bytes have been looked at
(case 37).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement
from msgspec.structs import replace

from feeds import text, values
from feeds.model import Caption, CaptionKind, Video
from feedsvc.pages import files, jsonld, markup, players, states
from feedsvc.pages.beside import beside
from feedsvc.pages.files import FEW, FILE, MEDIA_TYPE
from feedsvc.pages.images import pixels
from feedsvc.pages.inventory import MEDIA
from feedsvc.pages.jsonld import Node, same_page, types
from feedsvc.pages.markup import Page
from feedsvc.pages.players import Player, provider

_MOST, _SEEN, _CONFIGURATION, _LINKS = 12, 100, 50_000, 2000
_WRITTEN, _LONG_NAME = 500_000, 200
# An address without an ending may be a file; with another ending, or in a player's folder, it is none.
_PAGE = re.compile(r"\.\w{1,5}$|/(?:embed|player)s?(?:/|$)", re.I)
# A program may send a film; what ends in one of these is none, wherever it stands.
_NO_FILM = re.compile(
    r"\.(?:html?|jpe?g|png|gif|webp|svg|js|css|json|mp3|m4a|og[ga]|wav|vtt|srt|xml|swf)$", re.I
)
# These elements' attributes are read elsewhere, or are no player's.
_OTHERS = frozenset(("a", "link", "meta", "img", "video", "source", "track", "script"))
_LEADING = frozenset((("a", "href"), ("object", "data"), ("embed", "src")))
_RELS = ("video_src", "enclosure", "alternate")
_SHOWING = ("video", "amp-video", "amp-ima-video", "video-js")
_SOURCES = ("src", "data-src", "data-lazy-src")
_PLACES = ("embedUrl", "embedURL", "url")
_TELLING = re.compile(r"video|stream|player", re.I)
_FACTS = ("duration", "width", "height", "bitrate")
_AD = r"(?:ads?|adserver|adverts?|banners?|blank|dummy|placeholder)"
# The name of a folder or a file, not a word in a headline: a campaign's ad is news.
_ADVERT = re.compile(
    rf"/{_AD}(?:[_-]?\d{{1,4}}\w{{0,4}})?[/.]|[_-](?:ads|adverts?|banners?)/|[/_.-](?:preroll|vast)[/_.-]",
    re.I,
)
_ADVERTISER = re.compile(r"(?:^|[.-])(?:ads|adserver|doubleclick|googlesyndication|2mdn|fwmrm)\.", re.I)
_BACKDROP = re.compile(r"(?<![a-z])(?:back-?(?:ground|drop)|bg|cover|ambient|decorat[a-z]*)(?![a-z])", re.I)
_TEXTS = etree.XPath("descendant::text()[contains(., '.m') or contains(., '.M')][not(parent::style)]")
# WordPress makes the address of the same film another one, each time it shows it.
_NTH = re.compile(r"\?_=\d{1,3}$")
_TEXT_TRACK = re.compile(r"\.(?:vtt|srt|ttml|dfxp|sami)$", re.I)

Said = Literal["file", "unknown", "link"]
_PROPERTIES: tuple[tuple[str, Said], ...] = (("contenturl", "unknown"), ("embedurl", "link"))


def videos(page: Page, embedded: tuple[Player, ...] = ()) -> tuple[Video, ...]:
    """Return the candidates: the article's own first, silent loops that only decorate it last."""
    shown, decoration = _shown(page)
    asked = (Video(url=url) for url in players.streams(embedded))
    found = (*_stated(page), *_declared(page), *shown, *asked, *_set_up(page), *_linked(page), *decoration)
    ours = [video for video in found if not _is_advert(video.url)] or [*_written(page)]
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
    yield from (node for node in page.films if "videoobject" in types(node))


def _stated(page: Page) -> Iterator[Video]:
    for node in page.films:
        for file in (node, *page.graph.nodes_at(node, "encoding", "encodings")):
            sure = bool(MEDIA_TYPE.search(page.graph.text(file, "encodingFormat", "fileFormat")))
            facts = {**{k: node[k] for k in _FACTS if k in node}, **file}
            for url in page.graph.texts(file, *jsonld.CONTENT):
                yield from _video(page, url, facts, "file" if sure else "unknown")
            for key in _PLACES:
                yield from (v for url in page.graph.texts(file, key) for v in _video(page, url, facts))
    for node in page.story:
        named = (value for value in page.graph.all(node, "video") if isinstance(value, str))
        yield from (video for url in named for video in _video(page, url, {}))


def _video(page: Page, url: str, facts: Node, said: Said = "link") -> Iterator[Video]:
    """Yield the video an address names, if it does: for certain, perhaps, or only if it looks like a file.

    The address of a player may name it in a field.
    """
    address = page.absolute(url.replace("&amp;", "&"))
    if not address or same_page(address, page.url):
        return
    path = urlsplit(address).path
    if not FILE.search(path) and MEDIA.search(address):
        inner = (page.absolute(file.address) for file in files.in_value("", address))
        films = [one for one in inner if one and FILE.search(urlsplit(one).path)]
        if films:
            yield from (_candidate(film, facts) for film in films)
            return
    if _may_be(address, path, said):
        yield _candidate(_NTH.sub("", address), facts)


def _may_be(address: str, path: str, said: Said) -> bool:
    if FILE.search(path):
        return True
    no_film = {"file": _NO_FILM, "unknown": _PAGE}.get(said)
    return no_film is not None and not no_film.search(path) and not provider(address)


def _candidate(address: str, facts: Node) -> Video:
    return Video(
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
        yield from _video(page, url, facts, "unknown" if MEDIA_TYPE.search(kind) else "link")
    for url in page.every("twitter:player:stream"):
        yield from _video(page, url, {}, "unknown")
    # Microdata say it of films in the story, and beside it.
    for name, said in _PROPERTIES:
        for element in page.properties.get(name, ())[:_SEEN]:
            url = element.get("href") or element.get("content") or markup.shown(element)[:_LINKS]
            if not beside(page, element):
                yield from _video(page, url, {"duration": page.first("duration")}, said)
    for name, url in page.metas if page.names_media else ():
        if _TELLING.search(name) and MEDIA.search(url):
            yield from _video(page, url, {})


def _shown(page: Page) -> tuple[list[Video], list[Video]]:
    """Return the videos the page shows, and those that only decorate it."""
    shown: list[Video] = []
    decoration: list[Video] = []
    for element in page.has.all(*_SHOWING)[:_SEEN]:
        if not beside(page, element):
            loops = element.get("loop") is not None and element.get("controls") is None
            if not (loops and _is_backdrop(element)):
                (decoration if loops else shown).extend(_sources(page, element))
    return [*shown, *_in_data(page)], decoration


def _is_backdrop(element: HtmlElement) -> bool:
    """Tell whether a silent loop is called after what stands behind other things."""
    around = (element, *islice(element.iterancestors(), 2))
    return any(_BACKDROP.search(f"{e.get('class', '')} {e.get('id', '')}"[:_LONG_NAME]) for e in around)


def _set_up(page: Page) -> Iterator[Video]:
    for file in states.named(page):
        yield from _video(page, file.address, {}, "file" if file.typed else "link")


def _sources(page: Page, video: HtmlElement) -> Iterator[Video]:
    facts: Node = {
        "duration": video.get("data-duration"),
        **{name: video.get(name) for name in ("width", "height")},
    }
    for element in (video, *video.iter("source")):
        urls = [url for name in _SOURCES if page.absolute(url := element.get(name, ""))]
        if urls and not element.get("type", "").startswith("audio"):
            yield from _video(page, urls[0], facts, "file")


def _in_data(page: Page) -> Iterator[Video]:
    """Yield the videos named in attributes, where players keep their configuration."""
    set_up = ((e, "data-setup", e.get("data-setup", "")) for e in page.has.carrying.get("data-setup", ()))
    said = (
        (element, name, value)
        for element, name, value in (*page.has.files, *set_up)
        if name.startswith(("data-", "on")) or element.tag not in _OTHERS
    )
    for element, name, value in islice(said, _SEEN):
        found = files.in_value(name, value[:_CONFIGURATION]) if not beside(page, element) else []
        for file in files.film(found):
            yield from _video(page, file.address, {}, "file" if file.typed else "link")


def _linked(page: Page) -> Iterator[Video]:
    """Yield the files that links in the story lead to, or the page's only one wherever it stands."""
    for link in (link for rel in _RELS for link in page.links.get(rel, ()) if link.tag == "link"):
        yield from _video(page, link.get("href", ""), {})
    links = [
        (element, value)
        for element, name, value in page.has.files[:_LINKS]
        if (str(element.tag), name) in _LEADING and not beside(page, element)
    ]
    only = len({value for _, value in links}) == 1
    for element, value in links:
        if only or markup.within(element, page.main):
            yield from _video(page, value, {})


def _written(page: Page) -> Iterator[Video]:
    """Yield the few files that the text of the story names, as code that nobody has run does."""
    if not page.names_media:
        return
    said = (text for text in _TEXTS(page.main) if MEDIA.search(text))
    shown = [str(text) for text in islice(said, _SEEN) if not beside(page, text.getparent())]
    found = files.named("\n".join(shown)[:_WRITTEN])
    if files.films(found) <= FEW:
        yield from (v for file in found for v in _video(page, file.address, {}) if not _is_advert(v.url))


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
