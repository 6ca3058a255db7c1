"""RSS 2.0 as most newsrooms write it, read from its tree: what feedparser makes of it, in less time.

feedparser stands for everything else. A feed is plain when nothing in it could be read in two ways: known
elements where they belong, none twice that is said once, without markup, bases or languages of their own.
Whoever is in doubt here says that it is not.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from lxml.etree import _Element as Element

_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_AUTHOR, _CREATOR = "author", "{http://purl.org/dc/elements/1.1/}creator"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
# The prefixes that feedparser knows these by: another namespace under one of them would confuse it.
_PREFIXES = {_ATOM_LINK: "atom", _CREATOR: "dc", _CONTENT: "content"}
# The elements, and what attributes they may have.
_OF_ITEM: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("title", "link", "description", "pubDate", "comments"), frozenset()),
    **dict.fromkeys((_AUTHOR, _CREATOR, _CONTENT), frozenset()),
    "guid": frozenset({"isPermaLink"}),
    "category": frozenset({"domain"}),
    "enclosure": frozenset({"url", "length", "type"}),
    "source": frozenset({"url"}),
}
_OF_CHANNEL: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("title", "link", "description", "language", "copyright", "managingEditor"), frozenset()),
    **dict.fromkeys(("webMaster", "pubDate", "lastBuildDate", "generator", "docs", "ttl"), frozenset()),
    **dict.fromkeys(("image", "skipHours", "skipDays"), frozenset()),
    _ATOM_LINK: frozenset({"href", "rel", "type", "title"}),
}
_OF_PARTS: Mapping[str, frozenset[str]] = {
    "image": frozenset({"url", "title", "link", "width", "height", "description"}),
    "skipHours": frozenset({"hour"}),
    "skipDays": frozenset({"day"}),
}
_MANY = frozenset({"category", "enclosure", _AUTHOR, _CREATOR, _ATOM_LINK})
_LINK = re.compile(r"https?://[^/;][^;]*")
_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" (?:19|20)\d\d \d\d:\d\d:\d\d (?:GMT|[+-][01]\d[0-5]\d)",
    re.ASCII,
)


class _OddError(Exception):
    """The feed is not plain."""


def read(root: Element) -> dict[str, Any] | None:
    """Return the `feed` and the `entries` of a plain feed as feedparser names things, None if it is not."""
    try:
        return _feed(root)
    except _OddError:
        return None


def _feed(root: Element) -> dict[str, Any]:
    _sure(root.tag == "rss" and len(root) == 1 and set(root.keys()) <= {"version"})
    channel = root[0]
    _sure(channel.tag == "channel" and not channel.attrib)
    about = dict(_told((e for e in channel if e.tag != "item"), _OF_CHANNEL))
    feed = {name: _words(about[name]) for name in ("title", "language") if name in about}
    return {"feed": feed, "entries": [_entry(item) for item in channel.iterchildren("item")]}


def _sure(plain: bool) -> None:
    if not plain:
        raise _OddError


def _told(elements: Iterable[Element], known: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, Element]]:
    """Yield elements by name, once each is known to be plain."""
    seen = set()
    for element in elements:
        name = str(element.tag)
        _sure(name in known and (name not in seen or name in _MANY))
        _sure(known[name].issuperset(element.keys()) and element.prefix == _PREFIXES.get(name))
        parts = _OF_PARTS.get(name, frozenset())
        _sure(all(part.tag in parts and not part.attrib and not len(part) for part in element))
        seen.add(name)
        yield name, element


def _words(element: Element) -> str:
    said = (element.text or "").strip()
    _sure(said.isascii() or not _misread(said))
    return said


def _misread(said: str) -> bool:
    """Tell whether UTF-8 was once taken for Latin-1; feedparser undoes that."""
    try:
        return bool(said.encode("latin-1").decode())
    except UnicodeError:
        return False


def _entry(item: Element) -> dict[str, Any]:
    _sure(not item.attrib)
    told = list(_told(item, _OF_ITEM))
    once = {name: element for name, element in told if name not in _MANY}
    words = {name: _words(element) for name, element in once.items()}
    entry: dict[str, Any] = {
        "links": [*_link(words), *(_enclosure(e) for name, e in told if name == "enclosure")],
        "tags": [_tag(e) for name, e in told if name == "category"],
        "authors": [{"name": _author(e)} for name, e in told if name in (_AUTHOR, _CREATOR)],
    }
    if "title" in words:
        entry["title"] = words["title"]
    if "guid" in words:
        entry |= _guid(words, once["guid"].get("isPermaLink", "true") == "true")
    if "pubDate" in words:
        entry |= _published(words["pubDate"])
    if _CONTENT in words:
        entry["content"] = [{"type": "text/html", "value": words[_CONTENT]}]
    # Who has only a full text has that as a summary, too.
    summary = words.get("description", words.get(_CONTENT))
    return entry if summary is None else {**entry, "summary": summary}


def _link(words: Mapping[str, str]) -> Iterator[dict[str, str]]:
    if "link" in words:
        _sure(bool(_LINK.fullmatch(words["link"])))
        yield {"rel": "alternate", "type": "text/html", "href": words["link"]}


def _enclosure(element: Element) -> dict[str, str]:
    said = {"rel": "enclosure", "type": (element.get("type") or "").lower()}
    return {**said, "href": element.get("url") or ""}


def _tag(element: Element) -> dict[str, str]:
    term, scheme = _words(element), element.get("domain")
    # feedparser would give the domain of a category without a name to the next one.
    _sure(bool(term) or scheme is None)
    return {"term": term, "scheme": scheme or ""}


def _author(element: Element) -> str:
    name = _words(element)
    _sure("@" not in name)
    return name


def _guid(words: Mapping[str, str], permanent: bool) -> dict[str, str]:
    guid = words["guid"]
    _sure(not permanent or "///" not in guid)
    return {"id": guid, "link": guid} if permanent and "link" not in words else {"id": guid}


def _published(said: str) -> dict[str, Any]:
    _sure(bool(_DATE.fullmatch(said)))
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        raise _OddError from None
    # "-0000" is UTC of a writer that does not know its own zone.
    parsed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).utctimetuple()
    return {"published": said, "published_parsed": parsed}
