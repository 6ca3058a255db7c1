"""NewsML-G2: its news items and packages. Specification: https://iptc.org/standards/newsml-g2/.

A QCode is ``alias:code``; an alias means what the item's catalogs say, but what is asked here shows in the
property and the code alone. Concepts, events and plans are not news and are passed over.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from lxml.etree import _Element as Element

from feeds import text
from feeds.model import Article, Window
from feedsvc.sources import nitf, wire
from feedsvc.sources.wire import (
    Content,
    Group,
    Item,
    Kind,
    Medium,
    MediumKind,
    Reference,
    Rendition,
    name_of,
    said,
)

NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
_NS = {None: NAMESPACE}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_KINDS: dict[str, Kind] = {
    "text": "text", "composite": "package", "picture": "picture", "graphic": "picture", "video": "video",
    "animation": "video",
}  # fmt: skip
# Subjects that are whom, what or where a story is about, not what kind of story it is.
_BEINGS = re.compile(
    r"person|organi[sz]ation|geo|place|event|poi|object|city|country|loctyp|region|area", re.I
)
_DESK = re.compile(r"categ|department|section|ressort|rubri|desk|type:cat\b", re.I)
_SUMMARY = ("summary", "teaser", "abstract", "synopsis")
_OPINION = frozenset({"opinion", "editorial", "commentary", "column"})
_DEEPEST = 20


def items(root: Element, base: str) -> Iterator[Item]:
    """Yield the items of a ``newsItem``, ``packageItem`` or ``newsMessage``; `base` is the file's address."""
    one = name_of(root) in ("newsItem", "packageItem")
    for number, element in enumerate([root] if one else root.iterfind("itemSet/*", _NS)):
        if name_of(element) == "newsItem":
            yield _news(element, base, f"{base}#{number}")
        elif name_of(element) == "packageItem":
            yield _item(element, "package", f"{base}#{number}", package=_package(element, base))


def _news(item: Element, base: str, otherwise: str) -> Item:
    told, inner = _content(item, base)
    kind = _kind(item, told)
    return _item(
        *(item, kind, otherwise),
        article=_article(item, told, inner),
        media=(*_own_media(item, kind, base), *told.media),
        refers=tuple(_reference(link, base) for link in item.iterfind("itemMeta/link", _NS)),
    )


def _item(item: Element, kind: Kind, otherwise: str, **more: Any) -> Item:
    created, embargo = _moment(item, "itemMeta/versionCreated"), _embargo(item)
    word = wire.status(_code(_find(item, "itemMeta/pubStatus")))
    # An embargo without a time holds until further notice; one with a time says when to let go.
    held = "withheld" if word != "canceled" and embargo is None and _has(item, "itemMeta/embargoed") else word
    return Item(
        guid=text.line(item.get("guid") or "") or otherwise,
        kind=kind,
        made=wire.made(item.get("version") or "", created),
        status="usable" if held == "withheld" and embargo else held,
        **more,
    )


def _find(item: Element, path: str) -> Element:
    found = item.find(path, _NS)
    return wire.NOTHING if found is None else found


def _has(item: Element, path: str) -> bool:
    return item.find(path, _NS) is not None


def _moment(item: Element, path: str) -> datetime | None:
    return wire.moment(_find(item, path).text)


def _embargo(item: Element) -> datetime | None:
    return _moment(item, "itemMeta/embargoed")


def _code(element: Element, name: str = "qcode") -> str:
    """Return the code of a QCode or a URI, without the scheme."""
    word = element.get(name) or element.get("uri" if name == "qcode" else f"{name}uri") or ""
    return re.split(r"[:/]", word.strip().rstrip("/"))[-1].casefold()


def _name(element: Element, language: str = "") -> str:
    """Return what a concept is called, in the item's language if it has a name in it."""
    names = {(e.get(_LANGUAGE) or ""): said(e) for e in reversed(element.findall("name", _NS))}
    mine = next(
        (n for tag, n in names.items() if language and tag.split("-")[0] == language.split("-")[0]), ""
    )
    literal = "" if element.get("qcode") else text.line(element.get("literal") or "")
    return mine or next(reversed(names.values()), "") or literal


def _kind(item: Element, told: Content) -> Kind:
    known = _code(_find(item, "itemMeta/itemClass"))
    if known:
        return _KINDS.get(known, "other")
    remote = _find(item, "contentSet/remoteContent")
    is_ = wire.kind_of(remote.get("contenttype") or "", "", remote.get("href") or "")
    return "text" if told.paragraphs or is_ is None else "picture" if is_ == "image" else "video"


# What it says.


def _content(item: Element, base: str) -> tuple[Content, Article]:
    """Return the longest of an item's texts, and what it says of itself if it is NITF."""
    found: list[tuple[Content, Article]] = []
    for element in item.iterfind("contentSet/inlineXML/*", _NS):
        told = wire.content(element, base)
        found.append((told, nitf.article(element, told) if name_of(element) == "nitf" else Article()))
    for element in item.iterfind("contentSet/inlineData", _NS):
        if not element.get("encoding") and (element.get("contenttype") or "text/plain").startswith("text/"):
            found.append((wire.plain("".join(map(str, element.itertext())), base), Article()))
    return max(found, key=lambda f: sum(map(len, f[0].paragraphs)), default=(Content(), Article()))


def _article(item: Element, told: Content, inner: Article) -> Article:
    meta = _find(item, "contentMeta")
    language = text.line(_find(meta, "language").get("tag") or item.get(_LANGUAGE) or inner.language)
    descriptions = _descriptions(meta, language)
    lead = next((descriptions[r] for r in (*_SUMMARY, "") if descriptions.get(r)), "") or inner.summary
    words = next((w for w in (lead, *told.paragraphs, *descriptions.values()) if w), "")
    title = _headline(meta, language) or inner.title or said(_find(item, "itemMeta/title"))
    story = wire.story(title or text.clip(text.line(words), 100), told.paragraphs)
    section, tags = _topics(meta, language)
    first, version = (_moment(item, f"itemMeta/{name}") for name in ("firstCreated", "versionCreated"))
    published = first or version or inner.published
    genres = meta.findall("genre", _NS)
    return Article(
        title=story.title or said(_find(meta, "slugline")),
        summary=lead or next((w for w in (*story.body, *descriptions.values()) if w), ""),
        body=story.body,
        section=section or inner.section,
        tags=tuple(dict.fromkeys((*tags, *inner.tags))),
        genres=tuple(name for e in genres if (name := _name(e, language))),
        marks=("opinion",) if _OPINION.intersection(map(_code, genres)) else (),
        language=language,
        authors=_authors(meta) or inner.authors or story.authors,
        published=published,
        updated=version if version != published else None,
        window=Window(
            _embargo(item) or inner.window.start,
            wire.after(_moment(item, "itemMeta/expires"), published) or inner.window.end,
        ),
    )


def _spoken(elements: Iterable[Element], language: str) -> list[Element]:
    """Return texts, those in the item's own language first."""
    return sorted(
        elements, key=lambda e: (e.get(_LANGUAGE) or language).split("-")[0] != language.split("-")[0]
    )


def _headline(meta: Element, language: str) -> str:
    lines = [e for e in _spoken(meta.iterfind("headline", _NS), language) if said(e)]
    mains = [e for e in lines if _code(e, "role") in ("", "main", "headline")]
    return said(next(iter(mains or lines), None))


def _descriptions(meta: Element, language: str) -> dict[str, str]:
    """Return what an item is said to show or to tell, by role."""
    lines = reversed(_spoken(meta.iterfind("description", _NS), language))
    return {_code(e, "role"): said(e) for e in lines}


def _authors(meta: Element) -> tuple[str, ...]:
    """Return the persons of the byline, or else those who are said to have made it."""
    creators = [e for e in meta.iterfind("creator", _NS) if "organi" not in (e.get("type") or "")]
    return wire.people(said(e) for e in meta.iterfind("by", _NS)) or wire.people(map(_creator, creators))


def _creator(element: Element) -> str:
    name = _name(element) or text.line(element.get("literal") or "")
    # One word is an agency, a login or a sign.
    return name if " " in name else ""


def _topics(meta: Element, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the section and the tags: the desk an item is from, else what kind of news it is."""
    subjects = [(_concept(e), _name(e, language)) for e in meta.iterfind("subject", _NS)]
    desks = (name for concept, name in subjects if _DESK.search(concept) and not _is_sign(name))
    kinds = (wire.topic(concept) for concept, _ in subjects)
    others = (name for concept, name in subjects if not _BEINGS.search(concept) and _names_section(name))
    section = next((s for some in (desks, kinds, others) for s in some if s), "")
    words = (said(e) for e in meta.iterfind("keyword", _NS))
    tags = dict.fromkeys(tag for tag in (section, *(name for _, name in subjects), *words) if tag)
    return (section,) if section else (), tuple(tag for tag in tags if not _is_sign(tag))


def _concept(element: Element) -> str:
    """Return what kind of concept an element stands for, and which."""
    type_, concept = (
        element.get(n) or element.get(u) or "" for n, u in (("type", "typeuri"), ("qcode", "uri"))
    )
    return f"{type_} {concept}"


def _names_section(name: str) -> bool:
    return 0 < len(name.split()) < 5 and not _is_sign(name)


def _is_sign(name: str) -> bool:
    """Tell whether a name is only a desk's sign, such as ``ku`` or ``ALR``."""
    return len(name) < 4 and (name.isupper() or name.islower() or not name)


# What it shows.


def _own_media(item: Element, kind: Kind, base: str) -> Iterator[Medium]:
    meta, language = _find(item, "contentMeta"), item.get(_LANGUAGE) or ""
    told = _descriptions(meta, language)
    caption = told.get("caption") or next(iter(told.values()), "") or _headline(meta, language)
    credits_ = dict.fromkeys(said(e) for path in ("by", "creditline") for e in meta.iterfind(path, _NS))
    about = (
        caption if kind == "picture" else "",
        " / ".join(c for c in credits_ if c) if kind == "picture" else "",
    )
    files = [(_file_kind(e, kind), e) for e in item.iterfind("contentSet/remoteContent", _NS)]
    for wanted in ("video", "image"):
        mine = [e for is_, e in files if is_ == wanted]
        codes = [_code(e, "rendition") for e in mine]
        # A text may come with several pictures, and then the same rendition of each.
        apart = kind == "text" and len(set(codes)) < len(codes)
        for some in [[e] for e in mine] if apart else [mine] * bool(mine):
            yield wire.medium(wanted, [_rendition(e, base) for e in some], *about)
    for icon in meta.iterfind("icon", _NS):
        if kind == "video":
            yield wire.medium("image", [_rendition(icon, base)])


def _file_kind(element: Element, kind: str) -> MediumKind | None:
    said_kind = {"picture": "image", "video": "video"}.get(kind, "")
    return wire.kind_of(element.get("contenttype") or "", said_kind, element.get("href") or "")


def _rendition(element: Element, base: str) -> Rendition:
    # Some name the file that came with the item apart from where it is on the web.
    others = (said(e) for e in element if name_of(e) == "altId")
    return wire.rendition(
        element.get("href") or element.get("residref") or "", base, element.get("residref") or "", *others,
        width=element.get("width"), height=element.get("height"), duration=element.get("duration"),
        unit=element.get("durationunit") or "", code=_code(element, "rendition"),
    )  # fmt: skip


def _reference(element: Element, base: str) -> Reference:
    """Return what a link or a package's reference leads to; a web resource is a medium as it stands."""
    kind = _KINDS.get(_code(_find(element, "itemClass")), "other")
    href, type_ = element.get("href") or "", element.get("contenttype") or ""
    is_ = wire.kind_of(type_, {"picture": "image", "video": "video"}.get(kind, ""), href) if href else None
    caption = said(_find(element, "headline")) or said(_find(element, "title"))
    shown = wire.medium(is_, [_rendition(element, base)], caption if is_ == "image" else "") if is_ else None
    return Reference(text.line(element.get("residref") or element.get("guidref") or href), shown)


def _package(item: Element, base: str) -> Group:
    groups = {e.get("id") or "": e for e in item.iterfind("groupSet/group", _NS)}
    root = _find(item, "groupSet").get("root") or next(iter(groups), "")

    def group(id_: str, depth: int) -> Group:
        # Each group once, however the references lead back, and no deeper than anybody means.
        element = groups.pop(id_, None) if depth < _DEEPEST else None
        if element is None:
            return Group()
        refers = tuple(_reference(e, base) for e in element.iterfind("itemRef", _NS))
        inner = (group(e.get("idref") or "", depth + 1) for e in element.iterfind("groupRef", _NS))
        return Group(refers, tuple(inner))

    loose = tuple(_reference(e, base) for e in item.iterfind("itemRef", _NS))
    return Group(loose, (group(root, 0),))
