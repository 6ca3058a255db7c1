"""What the bytes of a feed say: RSS 0.9 to 2.0, RDF and Atom, with their media:*, podcast and enclosures.

A feed is somebody else's bytes: nothing in it is trusted. Its DOCTYPE is never read, so no entity can be
declared; what is not well-formed is read as far as it goes, and said.
"""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import unescape
from html.entities import html5
from typing import Any

import feedparser
from lxml import etree
from lxml.etree import _Element as Element
from msgspec import Struct
from msgspec.structs import replace

from feeds import text, wording
from feeds.identity import canonical
from feeds.model import Article, Issue
from feeds.wording import Wording
from feedsvc.charsets import utf8
from feedsvc.sources import manners, media_rss, plain_rss, podcast
from feedsvc.sources.feed_item import article
from feedsvc.sources.manners import Manners
from feedsvc.sources.media_rss import Media

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "source_empty": ("There is nothing in the feed.", "Look at its address in a browser."),
    "source_not_a_feed": (
        "This is not a feed but {}.",
        "Give the address of the feed itself; a site's pages name it in a link of type application/rss+xml.",
    ),
    "source_has_entities": (
        "The feed declares XML entities, with which a few bytes can fill a machine, and is not read.",
        "Publish it without a DOCTYPE.",
    ),
    "source_too_large": ("The feed has more than {} elements.", "Publish only the newest items."),
    "source_malformed": (
        "The feed is not well-formed XML (line {}: {}); what could be read of it was.",
        "Escape every & and < in the text, declare every prefix and close every element.",
    ),
    "source_unreadable": (
        "The feed breaks the program that reads it.",
        "Look at the log of this refresh and report it; a validator of feeds may tell what is odd in it.",
    ),
    "source_shared_guid": (
        "{} of {} items share their GUID with another one; their addresses tell them apart instead.",
        "Give every item a GUID of its own that never changes.",
    ),
}
CODES = wording.meanings(_SAYS)
_issue = partial(wording.issue, _SAYS)
_TAGS = 1_000_000
_HEAD = 65_536
_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.I)
_HTML = re.compile(r"<(?:html|head|body)[\s>]", re.I)
# The namespaces that tell of stories. The others are dropped before feedparser sees them: some of its readers
# of maps, licences and chapters raise on what is missing there.
_STORY = (
    r"(?:\{(?:https?://(?:backend\.userland\.com/rss|(?:blogs|cyber)\.law\.harvard\.edu/|my\.netscape\.com/rdf/"
    r"|purl\.org/(?:rss/1\.0/|atom/|echo/|pie/|dc/)|www\.itunes\.com/|rssnamespace\.org/feedburner/"
    r"|www\.w3\.org/(?:2005/Atom|1999/xhtml|1999/02/22-rdf-syntax-ns#))[^}]*)\}|(?:dc|dcterms|content|itunes|rdf):)?"
)
_KNOWN = re.compile(rf"{_STORY}[^:}}]+", re.I)
_ITEM = re.compile(rf"{_STORY}(?:item|entry)", re.I)
# RFC 5005 and RFC 6721: nothing else is there, and what is there no more.
_COMPLETE = re.compile(r"(?:\{https?://purl\.org/syndication/history/1\.0/?\}|fh:)complete")
_TOMBSTONE = re.compile(r"(?:\{https?://purl\.org/atompub/tombstones/1\.0/?\}|at:)deleted-entry")
_NUMBER = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_AMPERSAND = re.compile(r"&(?!#[0-9]{1,7};)(?:(\w{1,31});)?")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})

log = logging.getLogger(__name__)


class Listing(Struct, frozen=True):
    """What a feed, or one page of it, says. `failed` tells that it could not be read; `issues` say why.

    `gone` are the GUIDs of what was taken back, `older` is the address of the page that goes on (RFC 5005),
    `complete` says that there is nothing else.
    """

    articles: tuple[Article, ...] = ()
    issues: tuple[Issue, ...] = ()
    failed: bool = False
    gone: frozenset[str] = frozenset()
    older: str = ""
    complete: bool = False
    manners: Manners = Manners()


def read(body: bytes, url: str, charset: str = "") -> Listing:
    """Return what a feed's bytes say; `url` is where they are from, `charset` what the server said."""
    if not body.strip():
        return _failed("source_empty", url)
    document = _NUMBER.sub(_fit_number, text.safe(utf8(body, charset).decode()))
    root = _ROOT.search(document, 0, _HEAD)
    if root is None or _HTML.search(document, 0, root.start()):
        return _failed("source_not_a_feed", url, _looks_like(document[:_HEAD]))
    if "<!entity" in document[: root.start()].casefold():
        return _failed("source_has_entities", url)
    if _tags(document) > _TAGS:
        return _failed("source_too_large", url, _TAGS)
    return _read(document[root.start() :], document.count("\n", 0, root.start()), url)


def _tags(document: str) -> int:
    """Return how many tags there are, without those in CDATA, which are text to a parser."""
    first, *rest = document.split(_CDATA)
    return first.count("<") + sum((part.partition(_CDATA_END)[2] or part).count("<") for part in rest)


def _mended(document: str) -> str:
    """Return a document with its ampersands as they should have been written; those in CDATA are text."""
    first, *rest = document.split(_CDATA)
    parts = (part.partition(_CDATA_END) for part in rest)
    mended = (f"{_CDATA}{said}{end}{_AMPERSAND.sub(_reference, after)}" for said, end, after in parts)
    return "".join((_AMPERSAND.sub(_reference, first), *mended))


def _failed(code: str, url: str, *details: object) -> Listing:
    return Listing(issues=(_issue("error", code, url, *details),), failed=True)


def _looks_like(document: str) -> str:
    if _HTML.search(document) or "<!doctype html" in document.casefold():
        return "a web page"
    return "JSON" if document.lstrip()[:1] in ("{", "[") else "something else"


def _fit_number(match: re.Match[str]) -> str:
    """Return a character's number as it should be written, or a space if no XML can hold the character.

    As in HTML, 128 to 159 are what Windows has there. Nothing in the place of a number would let what stands
    around it make up another one.
    """
    number = match[1] or match[2]
    meant = unescape(f"&#x{number};" if match[1] else f"&#{number};") if len(number) < 9 else ""
    return f"&#{ord(meant)};" if len(meant) == 1 and meant != "\ufffd" and text.safe(meant) else " "


def _reference(match: re.Match[str]) -> str:
    """Return what a stray ampersand, or an entity that only HTML knows, should have been."""
    name = match[1]
    if name in _XML_NAMES:
        return match[0]
    known = html5.get(f"{name};") if name else None
    return "".join(f"&#{ord(c)};" for c in known) if known else f"&amp;{match[0][1:]}"


class _Marked(Struct, frozen=True):
    """What lxml sees of a feed: each item's media, what its head says, and what was taken back.

    `fault` is the line and nature of the first mistake in the XML, `tidy` the rest of it, well-formed;
    `plain` is what a feed says that needs no feedparser.
    """

    media: tuple[Media, ...] = ()
    fault: tuple[int, str] | None = None
    tidy: bytes = b""
    plain: Mapping[str, Any] | None = None
    manners: Manners = Manners()
    older: str = ""
    complete: bool = False
    gone: frozenset[str] = frozenset()


def _read(document: str, line: int, url: str) -> Listing:
    """Return what a document says from its root element on, which is on that line."""
    data = document.encode()
    first = marked = _marked(data, url)
    if first.fault:
        data = _mended(document).encode()
        marked = _marked(data, url)
    parsed = marked.plain or _parsed(data if marked.fault else marked.tidy, url) or _parsed(marked.tidy, url)
    if parsed is None:
        return _failed("source_unreadable", url)
    articles, gone, shared = _articles(parsed, marked.media, url)
    fault = first.fault
    issues = [_issue("warning", "source_malformed", url, line + fault[0], fault[1])] if fault else []
    if shared:
        issues.append(_issue("warning", "source_shared_guid", url, shared, len(articles)))
    if not articles:
        issues.append(_issue("warning", "source_empty", url))
    return Listing(
        *(articles, tuple(issues)),
        gone=(marked.gone | gone) - {a.guid for a in articles},
        older=marked.older,
        # What is missing from a feed that breaks off was not taken back.
        complete=marked.complete and not marked.fault,
        manners=marked.manners,
    )


def _articles(
    parsed: Mapping[str, Any], media: Sequence[Media], url: str
) -> tuple[tuple[Article, ...], frozenset[str], int]:
    """Return the articles, the GUIDs of those taken back, and how many share theirs."""
    entries = parsed["entries"]
    # The two readers may see different items in a broken document; no media is better than another story's.
    media = media if len(media) == len(entries) else [Media()] * len(entries)
    # feedparser's own dictionaries answer for keys they do not have: an update with the publication.
    feed = dict(parsed["feed"])
    told = [(article(dict(e), one, feed, url), one.gone) for e, one in zip(entries, media, strict=True)]
    there = [a for a, gone in told if not gone and (a.title or a.summary or a.url or a.videos)]
    taken_back, _ = named([a for a, gone in told if gone])
    articles, shared = named(there)
    return tuple(articles), frozenset(a.guid for a in taken_back), shared


def _parsed(data: bytes, url: str) -> Mapping[str, Any] | None:
    """Return what feedparser makes of a document, None if it fails on it.

    It knows better than libxml2 what the authors of broken feeds mean; but some break it.
    """
    # It is not told the feed's address: it would make that part of every GUID that looks relative.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(data), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception:
        # Its readers of single elements raise whatever comes, KeyError and TypeError among it.
        log.warning("source=%s feedparser failed", url, exc_info=True)
        return None
    return parsed


def _marked(data: bytes, url: str) -> _Marked:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return _Marked(fault=(error.lineno or 1, text.line(error.msg or "")))
    fault = next(((entry.line, text.line(entry.message)) for entry in parser.error_log), None)
    tags = {str(element.tag) for element in root.iter(etree.Element)}
    named = {tag for tag in tags if _ITEM.fullmatch(tag)}
    items = list(root.iter(*named)) if named else []
    media = tuple(podcast.read(item, media_rss.read(item, base), base) for item, base in _based(items, url))
    about = [element for element in manners.head(root) if element.tag not in named]
    marked = _Marked(
        *(media, fault),
        manners=manners.read(about, url),
        older=manners.link(about, "next", url) or manners.link(about, "prev-archive", url),
        complete=any(_COMPLETE.fullmatch(str(element.tag)) for element in about),
        gone=frozenset(text.line(e.get("ref") or "") for e in about if _TOMBSTONE.fullmatch(str(e.tag))),
    )
    foreign = {tag for tag in tags if not _KNOWN.fullmatch(tag)}
    if foreign:
        etree.strip_elements(root, *foreign, with_tail=False)
    if not fault and (plain := plain_rss.read(root)):
        return replace(marked, plain=plain)
    return replace(marked, tidy=etree.tostring(root, encoding="utf-8"))


def _based(items: Iterable[Element], url: str) -> Iterator[tuple[Element, str]]:
    """Yield each item with the address that its relative ones start from."""
    for item in items:
        yield item, media_rss.joined(url, item.base or "") or url


def named(articles: Sequence[Article]) -> tuple[list[Article], int]:
    """Return the articles, each with a GUID no other has, and how many shared theirs (cases 42, 43).

    A GUID that is missing or shared gives way to the address, that to the video's, that to what the
    article says. The same entry twice is one.
    """
    names: dict[tuple[str, ...], Article] = {}
    for article_ in articles:
        names.setdefault(_names(article_), article_)
    used = Counter(name for all_ in names for name in dict.fromkeys(all_) if name)
    shared = sum(bool(all_[0]) and used[all_[0]] > 1 for all_ in names)
    found = [
        replace(a, guid=next((n for n in all_ if n and used[n] == 1), text.stable_id(*all_)))
        for all_, a in names.items()
    ]
    return found, shared


def _names(article: Article) -> tuple[str, ...]:
    video = article.videos[0].url if article.videos else ""
    said = text.stable_id(article.title, article.summary, str(article.published))
    return (article.guid, canonical(article.url) or "", video, said)
