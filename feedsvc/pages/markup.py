"""A page's bytes parsed once: its tree, its meta elements, its JSON-LD, its addresses made absolute."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement, document_fromstring
from msgspec import Struct

from feeds import text
from feedsvc import charsets
from feedsvc.pages import jsonld
from feedsvc.pages.blocks import Block, blocks
from feedsvc.pages.inventory import MEDIA, Elements, Inventory, inventory
from feedsvc.pages.place import Place, place

_T = TypeVar("_T")
# White space to whoever does not look for it, and nothing a source file is wrapped with.
LINE_BREAK = "\u2028"
_ASIDE = ("aside", "nav", "footer")
_MEDIA = re.compile(MEDIA.pattern.encode(), re.I)
_LONGEST, _FIELD, _ADDRESS, _TELLING, _HEADINGS = 3000, 10_000, 4000, 20, 50
_LARGE, _TAGS, _CROWD, _LONG_TAG = 300_000, 400_000, 3000, 20_000
_EMPTY = b"<html><body></body></html>"


class Page(Struct, frozen=True):
    """A parsed page.

    `html` is the page in UTF-8; `has` notes what stands in its `tree`, `links` are its links by what their
    ``rel`` says they lead to, `properties` its elements by what microdata calls them; `scripts` the texts of
    its scripts; `shown` its text in blocks, `place` where the story stands in it; `window` is the title of
    its window, `heading` the headline it shows; `metas` are its meta elements in order, `meta` the same by
    name; `story` are the JSON-LD nodes that speak of the story, best first, `films` those that may be its
    videos. `names_media` tells whether the ending of a video file occurs anywhere.
    """

    url: str
    base: str
    html: bytes
    tree: HtmlElement
    has: Inventory
    links: Elements
    properties: Elements
    scripts: tuple[tuple[HtmlElement, str], ...]
    shown: tuple[Block, ...]
    place: Place
    window: str
    heading: str
    metas: tuple[tuple[str, str], ...]
    meta: Mapping[str, list[str]]
    graph: jsonld.Graph
    story: tuple[jsonld.Node, ...]
    films: tuple[jsonld.Node, ...]
    names_media: bool

    @property
    def main(self) -> HtmlElement:
        """The element that holds the story with its pictures."""
        return self.place.around

    def first(self, *names: str) -> str:
        """Return the content of the first of the named meta elements that says anything."""
        return next((c for name in names for c in self.meta.get(name, ())), "")

    def every(self, *names: str) -> list[str]:
        """Return the contents of all the named meta elements, in the order of `names`."""
        return [c for name in names for c in self.meta.get(name, ())]

    def stated(self, *keys: str) -> list[str]:
        """Return what the JSON-LD of the story says under any of `keys`, the best node's first."""
        return [t for node in self.story for key in keys for t in self.graph.texts(node, key)]

    def absolute(self, reference: str) -> str | None:
        """Return `reference` as an absolute http(s) address, None when it names anything else."""
        return absolute(self.base, reference)


def parse(html: bytes, url: str, charset: str = "") -> Page:
    """Return `html` parsed; `charset` is the HTTP header's. Any bytes make a page, maybe an empty one."""
    url = text.web_url(url) or ""
    html = charsets.utf8(html, charset)
    tree = _tree(html)
    names_media = _MEDIA.search(html) is not None
    has = inventory(tree, names_media)
    elements = has.elements
    for br in elements.get("br", ()):
        br.tail = f"{LINE_BREAK}{text.safe(br.tail or '')}"
    metas = tuple(islice(_metas(elements), _LONGEST))
    window, heading = _titles(elements)
    scripts = tuple((s, s.text or "") for s in elements.get("script", ()))
    graph = jsonld.graph(said for s, said in scripts if "ld+json" in s.get("type", "").lower())
    story = jsonld.story(graph, url, heading or window)
    shown = tuple(blocks(tree))
    return Page(
        url=url,
        base=_base(elements, url),
        html=html,
        tree=tree,
        has=has,
        links=_called(sorted(_links(has), key=lambda link: link.tag, reverse=True), "rel"),
        properties=_called(has.carrying.get("itemprop", ()), "itemprop"),
        scripts=scripts,
        shown=shown,
        place=place(tree, shown),
        window=window,
        heading=heading,
        metas=metas,
        meta=_listed(metas),
        graph=graph,
        story=story,
        films=jsonld.films(graph, story, url, heading or window),
        names_media=names_media,
    )


def _listed(pairs: Iterable[tuple[str, _T]]) -> dict[str, list[_T]]:
    listed: dict[str, list[_T]] = {}
    for name, value in pairs:
        listed.setdefault(name, []).append(value)
    return listed


def _links(has: Inventory) -> list[HtmlElement]:
    return [e for e in has.carrying.get("rel", ()) if e.tag in ("a", "link")]


def _called(elements: Iterable[HtmlElement], attribute: str) -> dict[str, list[HtmlElement]]:
    """Return elements by the words, in lower case, in one of their attributes."""
    having = ((said, e) for e in elements if (said := e.get(attribute)))
    return _listed((word, e) for said, e in islice(having, _LONGEST) for word in said.lower().split())


def _bounded(html: bytes) -> bytes:
    """Return a page to where it has more tags than any that a person reads, none of thousands of attributes.

    libxml2 compares each attribute of a tag with all the others.
    """
    if len(html) < _LARGE:
        return html
    parts = html.split(b"<", _TAGS)
    long = [n for n, part in enumerate(parts) if n and len(part) > _LONG_TAG]
    for n in long:
        parts[n] = _uncrowded(parts[n])
    return b"<".join(parts[:_TAGS]) if long or len(parts) > _TAGS else html


def _uncrowded(part: bytes) -> bytes:
    tag, closing, rest = part.partition(b">")
    crowded = len(tag) > _LONG_TAG and tag[:1].isalpha() and tag.count(b"=") >= _CROWD
    return b"b" + closing + rest if crowded else part


def _tree(html: bytes) -> HtmlElement:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    # lxml.html's own parser asks a Python function for the class of every element.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    try:
        tree = etree.fromstring(_bounded(html), parser) if html.strip() else None
    except (etree.LxmlError, ValueError):
        tree = None
    if not isinstance(tree, HtmlElement):
        tree = document_fromstring(_EMPTY)
    return tree


def _metas(elements: Elements) -> Iterator[tuple[str, str]]:
    for element in elements.get("meta", ()):
        content = text.plain(element.get("content", "")[:_FIELD])
        names = (element.get(a, "").strip().lower() for a in ("property", "name", "itemprop", "http-equiv"))
        yield from ((name, content) for name in dict.fromkeys(names) if name and content)


def _base(elements: Elements, url: str) -> str:
    href = next((h for b in elements.get("base", ()) if (h := b.get("href"))), "")
    return absolute(url, href) or url


def absolute(base: str, reference: str) -> str | None:
    """Return `reference` resolved against `base` when that makes an http(s) address, else None."""
    reference = reference.strip() if len(reference) < _ADDRESS else ""
    try:
        whole = reference.startswith(("https://", "http://"))
        return text.web_url(reference if whole else urljoin(base, reference)) if reference else None
    except ValueError:
        return None


def _titles(elements: Elements) -> tuple[str, str]:
    """Return the title of a page's window and the headline it shows."""
    # Drawings have titles, too.
    titles = (t for t in elements.get("title", ()) if next(t.iterancestors("svg"), None) is None)
    window = next((t for title in titles if (t := shown(title)[:_FIELD])), "")
    headings = (elements.get(tag, [])[:_HEADINGS] for tag in ("h1", "h2"))
    return window, _heading(window, *headings)


def _heading(window: str, firsts: list[HtmlElement], seconds: list[HtmlElement]) -> str:
    """Return the headline: of several h1 the one that has most to do with the window's title.

    Without any that has, an h2 that the window's title repeats.
    """
    title = window.casefold()

    def shared(heading: str) -> float:
        words = heading.casefold().split()
        return sum(word in title for word in words) / len(words)

    headings = [t for h1 in firsts if (t := shown(h1)[:_FIELD])]
    best = max(headings, key=lambda heading: (shared(heading), len(heading)), default="")
    if best and (not title or shared(best)):
        return best
    others = (shown(h2)[:_FIELD] for h2 in seconds if title)
    return next((t for t in others if len(t) >= _TELLING and t.casefold() in title), "")


def shown(element: HtmlElement) -> str:
    """Return the text in an element, on one line."""
    return text.line(str(element.text_content()))


def aside(element: HtmlElement) -> bool:
    """Tell whether an element is page furniture: in the navigation, a sidebar, the foot of the page."""
    return any(True for _ in element.iterancestors(*_ASIDE))


def within(element: HtmlElement, around: HtmlElement) -> bool:
    """Tell whether an element stands in another."""
    return any(ancestor is around for ancestor in element.iterancestors())


def microdata(page: Page, *names: str) -> Iterator[str]:
    """Yield what microdata says of the page, outside of meta elements."""
    for name in names:
        for element in page.properties.get(name.lower(), ()):
            if element.tag != "meta" and not aside(element):
                yield element.get("content") or element.get("datetime") or shown(element)


def path(url: str) -> str:
    """Return the path of an address, an empty string when it is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
