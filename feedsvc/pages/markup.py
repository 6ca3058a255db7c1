"""A page's bytes parsed once: its tree, its meta elements, its JSON-LD, its addresses made absolute."""

from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from msgspec import Struct

from feeds import text
from feedsvc import charsets
from feedsvc.pages import jsonld

# White space to whoever does not look for it, and nothing a source file is wrapped with.
LINE_BREAK = "\u2028"
_ASIDE = ("aside", "nav", "footer")
_PARAGRAPHS = etree.XPath(f"descendant::p[not({' or '.join(f'ancestor::{name}' for name in _ASIDE)})]")
_MEDIA = (b".mp4", b".MP4", b".m3u8", b".mpd", b".m4v", b".mov", b".webm", b".ism/")
_STORY = 250
_LONGEST, _FIELD, _ADDRESS = 3000, 10_000, 4000
_EMPTY = b"<html><body></body></html>"


class Page(Struct, frozen=True):
    """A parsed page.

    `window` is the title of its window, `heading` the headline it shows; `main` is the element that
    holds the story, `story` the JSON-LD nodes that speak of it, best first; `metas` are its meta
    elements in order, `meta` the same by name. `names_media` tells whether the ending of a video
    file occurs anywhere.
    """

    url: str
    base: str
    tree: HtmlElement
    main: HtmlElement
    window: str
    heading: str
    metas: tuple[tuple[str, str], ...]
    meta: Mapping[str, list[str]]
    graph: jsonld.Graph
    story: tuple[jsonld.Node, ...]
    names_media: bool

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
    metas = tuple(islice(_metas(tree), _LONGEST))
    meta: dict[str, list[str]] = {}
    for name, content in metas:
        meta.setdefault(name, []).append(content)
    window = _window(tree)
    heading = _heading(tree, window)
    graph = jsonld.graph(
        str(s.text_content()) for s in tree.iter("script") if "ld+json" in s.get("type", "").lower()
    )
    return Page(
        url=url,
        base=_base(tree, url),
        tree=tree,
        main=_main(tree),
        window=window,
        heading=heading,
        metas=metas,
        meta=meta,
        graph=graph,
        story=jsonld.story(graph, url, heading or window),
        names_media=any(ending in html for ending in _MEDIA),
    )


def _tree(html: bytes) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(html, parser=parser)
    except (etree.LxmlError, ValueError):
        tree = document_fromstring(_EMPTY, parser=parser)
    for br in tree.iter("br"):
        br.tail = f"{LINE_BREAK}{text.safe(br.tail or '')}"
    return tree


def _metas(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    for element in tree.iter("meta"):
        content = text.plain(element.get("content", "")[:_FIELD])
        names = (element.get(a, "").strip().lower() for a in ("property", "name", "itemprop", "http-equiv"))
        yield from ((name, content) for name in dict.fromkeys(names) if name and content)


def _base(tree: HtmlElement, url: str) -> str:
    href = next((b.get("href", "") for b in tree.iter("base") if b.get("href")), "")
    return absolute(url, href) or url


def absolute(base: str, reference: str) -> str | None:
    """Return `reference` resolved against `base` when that makes an http(s) address, else None."""
    reference = reference.strip() if len(reference) < _ADDRESS else ""
    try:
        return text.web_url(urljoin(base, reference)) if reference else None
    except ValueError:
        return None


def _window(tree: HtmlElement) -> str:
    # Drawings have titles, too.
    titles = (t for t in tree.iter("title") if next(t.iterancestors("svg"), None) is None)
    return next((t for title in titles if (t := shown(title)[:_FIELD])), "")


def _heading(tree: HtmlElement, window: str) -> str:
    """Return the headline: of several h1 the one that has most to do with the window's title."""
    title = window.casefold()

    def shared(heading: str) -> float:
        words = heading.casefold().split()
        return sum(word in title for word in words) / len(words)

    headings = [t for h1 in islice(tree.iter("h1"), 50) if (t := shown(h1)[:_FIELD])]
    best = max(headings, key=lambda heading: (shared(heading), len(heading)), default="")
    return best if best and (not title or shared(best)) else ""


def _main(tree: HtmlElement) -> HtmlElement:
    """Return the element that holds the story: the headline's article, the wordiest, main, or a guess."""
    words = _words(tree)
    enclosing = [a for h1 in tree.iter("h1") for a in h1.iterancestors("article")]
    wordiest = max(tree.iter("article"), key=lambda a: words.get(a, 0), default=None)
    for element in (*enclosing, wordiest, next(tree.iter("main"), None)):
        if element is not None and words.get(element, 0) >= _STORY:
            return element
    return _guess(tree, words)


def _words(tree: HtmlElement) -> dict[HtmlElement, int]:
    """Return how many characters of running text stand in each element, as far as a story may reach."""
    lengths: dict[HtmlElement, int] = {}
    for paragraph in islice(tree.iter("p"), _LONGEST):
        length = len(str(paragraph.text_content()))
        for element in paragraph.iterancestors():
            lengths[element] = lengths.get(element, 0) + length
    return lengths


def _guess(tree: HtmlElement, words: dict[HtmlElement, int]) -> HtmlElement:
    """Return the element most paragraphs stand in side by side, with what else only surrounds it."""
    parents: dict[HtmlElement, int] = {}
    for paragraph in islice(tree.iter("p"), _LONGEST):
        if (parent := paragraph.getparent()) is not None:
            parents[parent] = parents.get(parent, 0) + len(str(paragraph.text_content()))
    best = max(parents, key=lambda element: parents[element], default=tree)
    for around in list(best.iterancestors("div", "section"))[:2]:
        if words[around] > 1.2 * words.get(best, 0):
            break
        best = around
    return best


def shown(element: HtmlElement) -> str:
    """Return the text in an element, on one line."""
    return text.line(str(element.text_content()))


def aside(element: HtmlElement) -> bool:
    """Tell whether an element is page furniture: in the navigation, a sidebar, the foot of the page."""
    return any(True for _ in element.iterancestors(*_ASIDE))


def paragraphs(element: HtmlElement) -> list[str]:
    """Return the texts of an element's paragraphs, those aside left out."""
    return [line for p in _PARAGRAPHS(element)[:_LONGEST] if (line := shown(p))]
