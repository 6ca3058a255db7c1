"""What the bytes of one sitemap say: pages with what its extensions tell of them, or further sitemaps. Pure.

The protocol: https://www.sitemaps.org/protocol.html. The extensions for news, videos, pictures and languages:
https://developers.google.com/search/docs/crawling-indexing/sitemaps/overview
"""

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from lxml import etree
from lxml.etree import _Element as Element
from msgspec import Struct
from msgspec.structs import replace

from feeds import text, values, wording
from feeds.model import Article, Image, Issue, Video, Window
from feeds.wording import Wording
from feedsvc import dates
from feedsvc.charsets import utf8
from feedsvc.sources.addresses import dated
from feedsvc.sources.media_rss import joined

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "sitemap_none": (
        "The site has no sitemap: its robots.txt names none, and there is none at the usual addresses.",
        "Give the address of a feed, or of a page that lists articles with the kind listing.",
    ),
    "sitemap_empty": (
        "No address in the sitemap looks like an article's.",
        "Say with include.urls which addresses are articles'.",
    ),
    "sitemap_undated": (
        "The sitemap does not say when its pages are from: the first {} of more are taken, new or old.",
        "Have it say lastmod, or name the newest pages in a news sitemap.",
    ),
    "sitemap_is_feed": (
        "This is a feed, not a sitemap.",
        "Give it a source of its own, of the kind rss: a feed says more than a sitemap.",
    ),
    "sitemap_not_one": (
        "This is not a sitemap but {}.",
        "Give the address of the sitemap itself, or of the site's first page.",
    ),
    "sitemap_too_large": (
        "The sitemap has more than {} bytes.",
        "Raise max_listing under [http] in the settings, or divide the sitemap.",
    ),
    "sitemap_malformed": (
        "The sitemap is damaged ({}); what could be read of it was.",
        "Look at how it is written: well-formed XML, addresses escaped, compressed whole.",
    ),
    "sitemap_too_many": (
        "The sitemap names more than {} addresses, and the others are not read.",
        "Divide it; the standard allows 50,000.",
    ),
}
CODES = wording.meanings(_SAYS)
issue = partial(wording.issue, _SAYS)
_PAGES, _MEDIA, _ALTERNATES, _HEAD = 100_000, 10, 60, 65_536
_ROOT = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)(?=[\s>/])", re.I)
_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf)(?=[\s>/])", re.I)
_HTML = re.compile(r"<(?:!doctype html|html|head|body)(?=[\s>])", re.I)
_LINE = re.compile(r"https?://\S{1,2000}", re.I)
# A time that so many pages share, and nearly all of them, is when the sitemap was made.
_MANY, _NEARLY_ALL = 20, 0.9


class Link(Struct, frozen=True):
    """A sitemap that an index names, and when it is said to have changed."""

    url: str
    changed: datetime | None = None


class Entry(Struct, frozen=True):
    """A page a sitemap names, as far as it speaks of it.

    `when` is when it is from, roughly; `news` tells that it is called news; `others` are the addresses of
    its story by language, its own among them.
    """

    article: Article
    when: datetime | None = None
    news: bool = False
    others: Mapping[str, str] = {}


class Document(Struct, frozen=True):
    """A sitemap: `entries`, or `links` if it is an index; `page` tells that it is a web page instead."""

    entries: tuple[Entry, ...] = ()
    links: tuple[Link, ...] = ()
    page: bool = False
    issues: tuple[Issue, ...] = ()


def read(body: bytes, url: str, charset: str = "", limit: int = 20_000_000) -> Document:
    """Return what a sitemap says that is at `url`: XML or a text of addresses, compressed or not.

    Any bytes will do: what is none, or has more than `limit` bytes, is an issue.
    """
    data, fault = _inflated(body, limit)
    if len(data) > limit:
        return Document(issues=(issue("error", "sitemap_too_large", url, limit),))
    document = text.safe(utf8(data, charset).decode())
    head = document[:_HEAD]
    root = _ROOT.search(head)
    if root is None:
        found = _without_root(document, head, url)
    else:
        # The DOCTYPE is not read, so that no entity can be declared.
        found, broken = _xml(document[root.start() :].encode(), url, root[1].lower() == "sitemapindex")
        fault = fault or broken
    if fault and not found.issues:
        found = replace(found, issues=(issue("warning", "sitemap_malformed", url, fault),))
    return found


def _inflated(body: bytes, limit: int) -> tuple[bytes, str]:
    """Return the bytes, decompressed if need be, a little more than `limit` at most; and the fault."""
    pieces, left = [], limit + 1
    if not body.startswith(b"\x1f\x8b"):
        return body, ""
    while body.startswith(b"\x1f\x8b") and left > 0:
        inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            pieces.append(inflate.decompress(body, left))
        except zlib.error:
            return b"".join(pieces), "its compression is broken"
        left -= len(pieces[-1])
        if not inflate.eof:
            return b"".join(pieces), "it breaks off"
        body = inflate.unused_data
    return b"".join(pieces), ""


def _without_root(document: str, head: str, url: str) -> Document:
    if _HTML.search(head):
        return Document(page=True)
    if _FEED.search(head):
        return Document(issues=(issue("error", "sitemap_is_feed", url),))
    lines = [line.strip() for line in document.lstrip("\ufeff").splitlines()[:_PAGES] if line.strip()]
    if not lines or not all(_LINE.fullmatch(line) for line in lines[:20]):
        what = "empty" if not lines else "JSON" if head.lstrip()[:1] in ("{", "[") else "something else"
        return Document(issues=(issue("error", "sitemap_not_one", url, what),))
    found = (address for line in lines if (address := joined(url, line)))
    return Document(tuple(_plain(address) for address in found))


def _plain(address: str) -> Entry:
    return Entry(Article(guid=address, url=address), dated(address))


def _xml(data: bytes, url: str, index: bool) -> tuple[Document, str]:
    """Return what the document says as far as it can be read, and what is wrong with its XML."""
    entries: list[Entry] = []
    links: list[Link] = []
    events = etree.iterparse(
        io.BytesIO(data),
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    fault = ""
    try:
        for _, element in events:
            parent = element.getparent()
            if parent is None or parent.getparent() is not None:
                continue
            if len(entries) + len(links) >= _PAGES:
                said = issue("warning", "sitemap_too_many", url, _PAGES)
                return Document(_timed(entries), tuple(links), issues=(said,)), ""
            _add(element, url, entries, links)
            # What has been read is let go of: a sitemap may have 50,000 pages.
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        fault = text.line(error.msg or "")
    log = events.error_log
    first = next((f"line {entry.line}: {text.line(entry.message)}" for entry in log), fault)
    return Document(_timed(entries), tuple(links) if index else ()), first


def _add(element: Element, url: str, entries: list[Entry], links: list[Link]) -> None:
    said = _texts(element)
    address = joined(url, said.get("loc", ""))
    if not address:
        return
    if _name(element) == "sitemap":
        links.append(Link(address, dates.when(said.get("lastmod", ""))))
    else:
        entries.append(_entry(element, address, said, url))


def _entry(element: Element, address: str, said: Mapping[str, str], url: str) -> Entry:
    parts = [(name, part) for part in element.iterchildren() if (name := _name(part))]
    news = next((part for name, part in parts if name == "news"), None)
    films = [_texts(part) for name, part in parts if name == "video"][:_MEDIA]
    film = films[0] if len(films) == 1 else {}
    dated_as = (_texts(news) if news is not None else film).get("publication_date", "")
    published, changed = dates.moment(dated_as), dates.when(said.get("lastmod", ""))
    when = (published.when if published else changed) or dated(address)
    article = replace(
        _news(news) if news is not None else _about_film(film),
        guid=address,
        url=address,
        # Of a date that names but the day the page knows the minute.
        published=published.when if published and published.precision != "day" else None,
        updated=changed,
        images=tuple(_images([part for name, part in parts if name == "image"], films, url)),
        videos=tuple(_videos(films, url)),
    )
    others = dict(_others([part for name, part in parts if name == "link"][:_ALTERNATES], url))
    return Entry(article, when, news is not None, others)


def _news(element: Element) -> Article:
    said = _texts(element)
    publication = next((_texts(part) for part in element.iterchildren() if _name(part) == "publication"), {})
    return Article(
        title=text.plain(said.get("title", "")),
        tags=tuple(dict.fromkeys(_words(said.get("keywords", "")))),
        language=publication.get("language", "")[:20],
    )


def _about_film(film: Mapping[str, str]) -> Article:
    """Return what is said of the only video of a page, for the page is about it."""
    category = text.plain(film.get("category", ""))
    return Article(
        title=text.plain(film.get("title", "")),
        summary=text.plain(film.get("description", "")),
        section=(category,) if category else (),
        tags=tuple(dict.fromkeys(_words(film.get("tag", "")))),
        window=Window(end=dates.when(film.get("expiration_date", ""))),
    )


def _words(said: str) -> Iterator[str]:
    return (word for part in said.split(",")[:50] if (word := text.plain(part)))


def _images(elements: list[Element], films: list[dict[str, str]], url: str) -> Iterator[Image]:
    for element in elements[:_MEDIA]:
        said = _texts(element)
        if address := joined(url, said.get("loc", "")):
            yield Image(address, caption=text.plain(said.get("caption", "")))
    for film in films:
        if address := joined(url, film.get("thumbnail_loc", "")):
            yield Image(address)


def _videos(films: list[dict[str, str]], url: str) -> Iterator[Video]:
    """Yield the films named by their files; those named by a player are found on the page itself."""
    for film in films:
        address = joined(url, film.get("content_loc", ""))
        if address and film.get("live", "").lower() != "yes":
            yield Video(address, duration=values.length(film.get("duration")))


def _others(links: list[Element], url: str) -> Iterator[tuple[str, str]]:
    for link in links:
        language, address = link.get("hreflang", "").lower(), joined(url, link.get("href", ""))
        if language and address:
            yield language, address


def _texts(element: Element) -> dict[str, str]:
    """Return the texts of the elements in one by their names; of one that comes again, all of them."""
    found: dict[str, str] = {}
    for part in element.iterchildren():
        said = text.line(part.text or "") if isinstance(part.tag, str) else ""
        if said:
            name = _name(part)
            found[name] = (
                f"{found[name]},{said}" if name == "tag" and name in found else found.get(name, said)
            )
    return found


def _name(element: Element) -> str:
    """Return an element's name without its namespace: many are declared wrong, or not at all."""
    tag = element.tag
    return re.split("[}:]", tag)[-1].lower() if isinstance(tag, str) else ""


def _timed(entries: list[Entry]) -> tuple[Entry, ...]:
    """Return the entries without the time of change that nearly all share: it is that of the sitemap."""
    times = Counter(e.article.updated for e in entries if e.article.updated)
    most, count = times.most_common(1)[0] if times else (None, 0)
    if count < max(_MANY, _NEARLY_ALL * len(entries)):
        return tuple(entries)
    return tuple(_untimed(e) if e.article.updated == most else e for e in entries)


def _untimed(entry: Entry) -> Entry:
    when = entry.when if entry.when != entry.article.updated else dated(entry.article.url)
    return replace(entry, article=replace(entry.article, updated=None), when=when)
