"""NITF, alone in a file or inside a NewsML-G2 item. Specification: https://iptc.org/standards/nitf/."""

from collections.abc import Iterable
from datetime import datetime

from lxml.etree import _Element as Element

from feeds import text
from feeds.model import Article, Window
from feedsvc.sources import wire
from feedsvc.sources.wire import Content, Item, said

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Types that only say that it is news.
_NO_SECTION = frozenset({"news", "current", "text"})


def read(root: Element, base: str, otherwise: str) -> Item:
    """Return the item a ``nitf`` element tells; `otherwise` is its GUID when it names none itself."""
    key, number = _first(root, "du-key"), _first(root, "doc-id")
    told = wire.content(_first(root, "body.content", "body"), base)
    found = article(root, told)
    return Item(
        guid=text.line(key.get("key") or number.get("id-string") or "") or otherwise,
        kind="text",
        made=wire.made(key.get("version") or "", found.published),
        status=wire.status(_first(root, "docdata").get("management-status") or ""),
        article=found,
        media=told.media,
    )


def article(root: Element, told: Content) -> Article:
    """Return what a ``nitf`` element says of its story, whose paragraphs have been read."""
    head, abstract = _first(root, "body.head"), _first(root, "abstract")
    title = said(_first(head, "hl1", "hedline")) or said(_first(root, "title"))
    story = wire.story(title, told.paragraphs)
    section, tags = _topics(root)
    issued, released, expires = (_time(root, f"date.{name}") for name in ("issue", "release", "expire"))
    published = issued or wire.moment(_first(root, "pubdata").get("date.publication"))
    return Article(
        title=title,
        summary=said(abstract) or next(iter(story.body), ""),
        body=story.body,
        section=section,
        tags=tags,
        language=text.line(root.get(_LANGUAGE) or root.get("baselang") or ""),
        authors=wire.people(_bylines(head)) or story.authors,
        published=published,
        window=Window(wire.after(released, published), wire.after(expires, released or published)),
    )


def _first(root: Element, *names: str) -> Element:
    """Return the first element below of the first of these names that there is; an empty one if none is."""
    found = (next(root.iter(f"{{*}}{name}"), None) for name in names)
    return next((element for element in found if element is not None), wire.NOTHING)


def _time(root: Element, name: str) -> datetime | None:
    return wire.moment(_first(root, name).get("norm"))


def _bylines(head: Element) -> Iterable[str]:
    """Return whom bylines name, without what they are."""
    for line in head.iter("{*}byline"):
        people = [said(e) for e in line.iter("{*}person")]
        titles = list(line.iter("{*}byttl"))
        yield from people or [said(line).removesuffix(said(titles[-1]) if titles else "").strip()]


def _topics(root: Element) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the section and the tags."""
    subjects = list(root.iter("{*}tobject.subject"))
    named = [[text.line(e.get(f"tobject.subject.{k}") or "") for k in ("type", "matter", "detail")]
             for e in subjects]  # fmt: skip
    codes = [wire.topic(e.get("tobject.subject.refnum") or "") for e in subjects]
    types = [text.line(e.get("tobject.type") or "") for e in root.iter("{*}tobject")]
    types = [type_ for type_ in types if type_.casefold() not in _NO_SECTION]
    section = next((s for s in (*(n[0] for n in named), *codes, *types) if s), "")
    keys = [text.line(e.get("key") or "") for e in root.iter("{*}keyword")]
    tags = dict.fromkeys(tag for tag in (section, *(part for n in named for part in n), *types, *keys) if tag)
    return (section,) if section else (), tuple(tags)
