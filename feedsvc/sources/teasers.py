"""The articles a section page lists: by a selector, or the links that look like articles'. Pure.

What tells: an anchor as long as a headline, a heading in it or around it, an address like an article's, a
card or an entry of a list, and others of the same shape. What stands in the navigation, at the foot, beside
the page or under "Most read" is left alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice, takewhile
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement, document_fromstring
from msgspec import Struct

from feeds import text
from feeds.identity import page_of
from feeds.model import Article, Image
from feedsvc import dates
from feedsvc.charsets import utf8
from feedsvc.sources.addresses import article_like, folders, same_site
from feedsvc.sources.media_rss import joined

_LINKS, _ANCHORS, _TITLES, _DEEPEST, _LONGEST = 3000, 6, 20, 60, 250
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SILENT = ("script", "style", "noscript", "template", "svg", "iframe")
_WHOLE = frozenset({"html", "body", "main"})
_ASIDE = frozenset({"nav", "footer", "aside"})
_FIELDS = ("id", "class", "role", "data-component", "aria-label")
# What developers everywhere call the parts of a page that list no news, or other pages' news.
_OFF = re.compile(
    r"(?<![a-z])(?:nav(?:igation|bar)?|menus?|foot(?:er)?|masthead|top-?bar|breadcrumbs?|crumbs|side-?bars?|rail"
    r"|related(?:[a-z]{0,12})?|recommend(?:ed|ations?|s)?|most-?(?:read|popular|viewed|shared|commented)|popular"
    r"|trending|social|share(?:s|bar|tools?|buttons?|links?)?|sharing|follow|comments?|disqus|newsletters?"
    r"|cookies?|consent|advert(?:s|isements?|ising|orial)?|ads?|sponsor(?:ed|s)?|promoted|outbrain|taboola"
    r"|pagination|pager|tag-?(?:list|cloud|links)|tags|by-?lines?|authors?|skip|login|account|toolbar|modal"
    r"|pop-?up|overlay|partners?|weather|hidden|sr-only|visually-?hidden)(?![a-z])",
    re.I,
)
_OFF_TITLES = re.compile(
    r"(?:(?:the )?most (?:read|popular|viewed|shared|commented|watched)"
    r"|popular(?: (?:now|posts|stories|articles))?|trending(?: now)?|related(?: \w+)?"
    r"|you (?:may|might) (?:also )?like|recommended(?: for you)?|sponsored(?: content)?|follow us|about us"
    r"|newsletters?|from (?:our|around) .{1,30}|partner content|meistgelesen\w*|am meisten gelesen"
    r"|das könnte sie auch interessieren|les plus lus|à lire aussi|lo más (?:leído|visto)|i più letti"
    r"|le più lette|mais lidas|meest gelezen|mest läst|الأكثر قراءة|самое читаемое"
    r"|アクセスランキング|人気記事|最热|热门"
    r")\W*",
    re.I,
)
_CARD = re.compile(
    r"(?<![a-z])(?:cards?|teasers?|stor(?:y|ies)|items?|posts?|entry|article|news)(?![a-z])", re.I
)
_TITLED = re.compile(r"head(?:ing|line)|title(?![a-z])", re.I)
_TOLD = re.compile(
    r"summary|dek(?![a-z])|excerpt|descri|standfirst|abstract|teaser-?text|intro|lead(?![a-z])", re.I
)
_INLINE = frozenset({"a", "b", "strong", "em", "i", "span", "mark", "q", "wbr", "font", "sup", "sub", "bdi"})
# Words and letters of a headline, letters where nothing says that it is one, letters of one in a script
# without spaces, and words of what is nearly one.
_WORDS, _LETTERS, _LONGER, _DENSE, _SHORT_WORDS = 4, 15, 25, 8, 3
# What a link must score to be an article's; of one shape so many, and so many of these with a headline; what
# holds so many of the links is not aside, whatever it is called; and what has so many below it is a section.
_ENOUGH, _ALIKE, _MOSTLY, _HOLDS, _SECTION = 4, 4, 0.7, 0.6, 2
_PICTURE = ("data-src", "data-original", "data-lazy-src", "src")
_SUMMARY, _CARD_HEIGHT, _SMALL, _BEGUN = 40, 7, 100, 12

Select = etree.XPath


class Page(Struct, frozen=True):
    """A page's tree, and the address its links are relative to."""

    url: str
    base: str
    tree: HtmlElement


class Link(Struct, frozen=True):
    """What leads to one page: its address and the anchors, in the order of the page.

    `headline` is the anchor that says most, `heading` the heading in it or around it, `says` is 2 when the
    words are as long as a headline, 1 when they may be one, 0 when not.
    """

    url: str
    anchors: tuple[HtmlElement, ...]
    headline: HtmlElement
    heading: HtmlElement | None
    says: int


def parse(html: bytes, url: str, charset: str = "") -> Page:
    """Return a page parsed; any bytes make one, maybe an empty one."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    data = utf8(html, charset)
    try:
        tree = etree.fromstring(data, parser) if data.strip() else None
    except (etree.LxmlError, ValueError):
        tree = None
    if not isinstance(tree, HtmlElement):
        tree = document_fromstring("<html></html>")
    etree.strip_elements(tree, *_SILENT, with_tail=False)
    href = next((said for b in islice(tree.iter("base"), 9) if (said := b.get("href"))), "")
    return Page(url, joined(url, href) or url, tree)


def selected(page: Page, select: Select) -> tuple[Article, ...]:
    """Return the articles of the links that a selector names, or that stand in what it names."""
    try:
        chosen = select(page.tree)
    except etree.XPathError:
        return ()  # what is wrong with some selectors shows only where they find something
    anchors: list[HtmlElement] = []
    for one in islice(chosen if isinstance(chosen, list) else (), _LINKS):
        if isinstance(one, str):
            parent = one.getparent() if isinstance(one, etree._ElementUnicodeResult) else None
            anchors += [parent] if isinstance(parent, HtmlElement) else []
        elif isinstance(one, HtmlElement):
            anchors += [one] if one.get("href") else list(islice(one.iter("a"), _LINKS))
    return _articles(_links(page, anchors[:_LINKS]))


def found(page: Page) -> tuple[Article, ...]:
    """Return the articles a page lists, in its order, by what their links look like."""
    links = _links(page, islice(page.tree.iter("a"), _LINKS))
    links = [link for link in links if same_site(link.url, page.url) and article_like(link.url) >= 0]
    off = _off(page.tree, links)
    links = [here for link in _no_sections(links) if (here := _without(link, off))]
    scores = {link.url: _score(link) for link in links}
    alike = [link for shape in _of_one_shape(links) for link in shape if scores[link.url]]
    for link in alike:
        scores[link.url] += 1 if article_like(link.url) else 0
    sure = [link for link in links if scores[link.url] >= _ENOUGH]
    # Where no address tells anything, others of the same shape are all there is to go by.
    return _articles(sure or alike)


def _links(page: Page, anchors: Iterable[HtmlElement]) -> list[Link]:
    """Return what the anchors lead to, but not to the page itself, each page once."""
    leading: dict[str, tuple[str, list[HtmlElement]]] = {}
    own = page_of(page.url)
    for anchor in anchors:
        href = (anchor.get("href") or "").strip()
        address = joined(page.base, href) if href and not href.startswith("#") else None
        if address and (name := page_of(address)) != own:
            leading.setdefault(name, (address, []))[1].append(anchor)
    return [_link(address, each[:_ANCHORS]) for address, each in leading.values()]


def _link(url: str, anchors: Sequence[HtmlElement]) -> Link:
    headings = [_heading(anchor) for anchor in anchors]
    headline, heading = max(
        zip(anchors, headings, strict=True),
        key=lambda pair: (pair[1] is not None, min(len(_shown(pair[0])), _LONGEST)),
    )
    return Link(url, tuple(anchors), headline, heading, _says(headline, heading))


def _no_sections(links: Sequence[Link]) -> list[Link]:
    """Return the links but those to pages below which others of them are."""
    below = Counter(folder for link in links for folder in folders(link.url))
    return [link for link in links if below[urlsplit(link.url).path.strip("/")] < _SECTION]


def _of_one_shape(links: Sequence[Link]) -> list[list[Link]]:
    """Return the links that make up lists: many of one shape, nearly all of them with a headline."""
    shapes: dict[tuple[str, ...], list[Link]] = {}
    for link in links:
        shapes.setdefault(_shape(link.headline), []).append(link)
    lists = (alike for alike in shapes.values() if len(alike) >= _ALIKE)
    return [alike for alike in lists if sum(link.says == 2 for link in alike) >= _MOSTLY * len(alike)]


def _off(tree: HtmlElement, links: Sequence[Link]) -> set[HtmlElement]:
    """Return what stands aside: the elements called so, unless they hold most of the page's headlines."""
    telling = [link for link in links if link.says == 2]
    held = Counter(
        around for link in telling for around in {a for anchor in link.anchors for a in _around(anchor)}
    )
    called = {element for element in tree.iter(etree.Element) if _is_called_off(element)}
    called.update(islice(_under_titles(tree), _TITLES))
    return {e for e in called if held[e] <= _HOLDS * len(telling) or held[e] < 2}


def _around(element: HtmlElement) -> Iterator[HtmlElement]:
    return islice(element.iterancestors(), _DEEPEST)


def _is_called_off(element: HtmlElement) -> bool:
    if element.tag in _WHOLE:
        return False
    if element.tag in _ASIDE:
        return True
    if element.tag == "header":
        return not any(around.tag in ("article", "main", "li") for around in _around(element))
    names = " ".join(element.get(field, "")[:200] for field in _FIELDS)
    return bool(names.strip()) and _OFF.search(names) is not None


def _under_titles(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Yield what stands under a heading such as "Most read": the element that has both."""
    for title in islice(tree.iter(*_HEADINGS, "strong", "div", "span", "p"), 5000):
        said = (title.text or "").strip()
        if 3 <= len(said) <= 60 and _OFF_TITLES.fullmatch(said):
            around = title.getparent()
            while around is not None and around.tag not in _WHOLE and next(around.iter("a"), None) is None:
                around = around.getparent()
            if around is not None and around.tag not in _WHOLE:
                yield around


def _without(link: Link, off: set[HtmlElement]) -> Link | None:
    """Return a link with only those of its anchors that do not stand aside, None if all of them do."""
    anchors = [a for a in link.anchors if off.isdisjoint((a, *_around(a)))]
    return _link(link.url, anchors) if anchors else None


def _score(link: Link) -> int:
    """Return how much speaks for a link to an article: see this module's first words."""
    if not link.says or (link.heading is None and _is_in_running_text(link.headline)):
        return 0
    around = (link.headline, *islice(link.headline.iterancestors(), _CARD_HEIGHT))
    return (
        link.says
        + (0, 2, 3)[article_like(link.url)]
        + (2 if link.heading is not None else 0)
        + (1 if any(map(_is_card, around)) else 0)
        + (1 if any(next(a.iter("img", "time"), None) is not None for a in link.anchors) else 0)
    )


def _says(headline: HtmlElement, heading: HtmlElement | None) -> int:
    said = _shown(headline if heading is None else heading)
    words, letters = len(said.split()), sum(map(str.isalnum, said))
    dense = not said.isascii() and words * _LETTERS < letters * 2
    if len(said) > (_LONGEST if heading is not None else 2 * _LONGEST):
        return 0
    # Scripts without capitals say more with a letter.
    enough = _LETTERS if heading is not None or said.upper() == said.lower() else _LONGER
    if (words >= _WORDS and letters >= enough) or (dense and letters >= _DENSE):
        return 2
    return 1 if words >= _SHORT_WORDS and letters >= _DENSE else 0


def _heading(anchor: HtmlElement) -> HtmlElement | None:
    """Return the heading in an anchor or around it, or what is called one."""
    inside = (e for e in islice(anchor.iter(etree.Element), 60) if _is_heading(e))
    around = (e for e in islice(anchor.iterancestors(), 3) if _is_heading(e) and _leads_one_way(e))
    return next((e for e in (*inside, *around) if _shown(e)), None)


def _is_heading(element: HtmlElement) -> bool:
    if element.tag in _HEADINGS or "headline" in element.get("itemprop", ""):
        return True
    called = element.get("class", "") if element.tag in ("span", "div", "p", "a", "strong") else ""
    return bool(called) and _TITLED.search(called) is not None


def _leads_one_way(element: HtmlElement) -> bool:
    return len({anchor.get("href") for anchor in islice(element.iter("a"), 9)}) == 1


def _is_card(element: HtmlElement) -> bool:
    if element.tag in ("article", "li", "tr", "dt"):
        return True
    return element.tag not in _WHOLE and _CARD.search(element.get("class", "")[:200]) is not None


def _is_in_running_text(anchor: HtmlElement) -> bool:
    """Tell whether a sentence has begun before the anchor does, on the line it stands in."""
    return sum(map(str.isalpha, "".join(_before(anchor)))) >= _BEGUN


def _before(element: HtmlElement) -> Iterator[str]:
    """Yield what stands before an element on its line, other links apart."""
    for around in islice(element.iterancestors(), 8):
        for one in islice(element.itersiblings(preceding=True), 20):
            yield one.tail or ""
            if one.tag not in _INLINE:
                return
            yield "".join(islice(one.itertext(), 20)) if one.tag != "a" else ""
        yield around.text or ""
        if around.tag not in _INLINE:
            return
        element = around


def _shape(anchor: HtmlElement) -> tuple[str, ...]:
    """Return what an anchor stands in, as far as a list of them has it in common."""
    parts = (anchor, *islice(anchor.iterancestors(), 4))
    return tuple(f"{e.tag!s}.{next(iter(e.get('class', '').split()), '')}" for e in parts)


def _shown(element: HtmlElement) -> str:
    return text.line("".join(islice(element.itertext(), 100))[: 4 * _LONGEST])


def _articles(links: Sequence[Link]) -> tuple[Article, ...]:
    """Return the articles of links, each with what its card plainly says of it."""
    pages: dict[HtmlElement, set[str]] = {}
    for link in links:
        for anchor in link.anchors:
            for element in (anchor, *_around(anchor)):
                pages.setdefault(element, set()).add(link.url)
    return tuple(_article(link, pages) for link in links)


def _article(link: Link, pages: Mapping[HtmlElement, set[str]]) -> Article:
    around = islice(link.headline.iterancestors(), _CARD_HEIGHT)
    alone = takewhile(lambda e: len(pages.get(e, ())) == 1 and e.tag not in _WHOLE, around)
    card = [link.headline, *alone][-1]
    title = _title(link)
    return Article(
        guid=link.url,
        url=link.url,
        title=title,
        summary=_summary(card, title),
        published=_time(card),
        images=tuple(_picture(card, link.url)),
    )


def _title(link: Link) -> str:
    """Return the headline where it stands alone; what is put together of several parts is none."""
    said = link.headline if link.heading is None else link.heading
    parts = (e for e in said.iter(etree.Element) if e is not said and e.tag != "a" and _shown(e))
    plain = all(e.tag in _INLINE and not e.get("class") for e in islice(parts, 20))
    return _shown(said) if plain and len(_shown(said)) <= _LONGEST else ""


def _summary(card: HtmlElement, title: str) -> str:
    called = (e for e in card.iter("div", "span", "p") if _TOLD.search(e.get("class", "")))
    for element in (*islice(called, 9), *islice(card.iter("p"), 9)):
        said = _shown(element)
        if len(said) >= _SUMMARY and not text.same(said, title) and title not in said:
            return said
    return ""


def _time(card: HtmlElement) -> datetime | None:
    said = (dates.moment(e.get("datetime", "")) for e in islice(card.iter("time"), 5))
    # Of a date that names but the day the page knows the minute.
    return next((m.when for m in said if m and m.precision != "day"), None)


def _picture(card: HtmlElement, base: str) -> Iterator[Image]:
    for image in islice(card.iter("img"), 5):
        width = image.get("width", "")
        named = (image.get(name, "") for name in ("data-src", "data-original", "data-lazy-src", "src"))
        address = next(
            (a for said in named if not said.startswith("data:") and (a := joined(base, said))), None
        )
        if address and not (width.isdecimal() and len(width) < 6 and int(width) < _SMALL):
            yield Image(address)
            return
