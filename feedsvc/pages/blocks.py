"""The text a page shows, in blocks, read in one walk.

A block is what a browser sets apart: a paragraph, an item, a heading, a row, the words between two breaks.
How much of it links, and what the elements around it are called, tells prose from what surrounds it.
"""

import re
from functools import lru_cache
from typing import Any

from lxml.html import HtmlElement
from msgspec import Struct

from feeds import text

# Characters: running text that is no caption; a heading at most; to a space; a story at least.
PROSE, _HEADING, _SPACED, _ENOUGH = 60, 110, 15, 250
_MOST, _LONGEST, _LONG_NAME, _DEEPEST, _TELLING = 6000, 20_000, 200, 200, 16
_SILENT = frozenset(
    ("script", "style", "noscript", "template", "svg", "iframe", "head", "button", "select", "canvas",
     "dialog", "object", "audio", "video", "textarea", "map", "menu", "math", "figcaption", "amp-video",
     "amp-iframe", "amp-sidebar", "amp-ad", "amp-embed")
)  # fmt: skip
_BESIDE = _SILENT | {"nav", "aside", "footer"}
_NAMES = frozenset(("class", "id", "role"))
_INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
     "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
     "time", "tt", "u", "var", "wbr", "ruby", "rb", "rt", "img", "amp-img", "picture", "source", "nobr")
)  # fmt: skip
_CELLS = frozenset(("td", "th"))
# What the whole page stands in is not called after what it is not.
_WHOLE = frozenset(("html", "body", "article", "main"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "】")
# What developers everywhere call the parts of a page that are not its story. "paywall" alone is none of them:
# it marks the story behind one, as search engines want it.
_HINT = re.compile(
    r"(?<![a-z])(?:comments?|disqus|respond|replies|share(?:d|s|r|rs|this|bar|daddy|tools?|buttons?|links?)?"
    r"|sharing|social(?:s|bar|media|links?|icons?)?(?![a-z_-]{0,20}embed)|related(?:[a-z]{0,12})?|recommend(?:ed|ations?|s)?"
    r"|recirc(?:ulation)?|newsletters?|subscri(?:be|ption|bers?)|sign-?up|promos?|promotion|promoted|teasers?"
    r"|sponsor(?:ed|s)?|advert(?:s|isements?|ising|orial)?|ads?|adsense|banners?|breadcrumbs?|crumbs?|side-?bars?"
    r"|foot(?:er)?|nav(?:igation|bar)?|menus?|bio|biography|author-?(?:s|box|bio|info|card|details?)?|byline"
    r"|tags?|tag-?(?:list|cloud|links)|[a-z]{0,12}captions?|credits?|copyright|legal|disclaimer|modal|pop-?up"
    r"|overlay|lightbox|cookies?|consent|gdpr|(?<!elementor-)widgets?|outbrain|taboola|read-?(?:more|next|also)"
    r"|paywall[-_]{0,2}(?:prompts?|messages?|notice|offers?|cta|bar|box|wall|text|container)"
    r"|more-?(?:on|from|news|stories|articles|links)|most-?(?:read|popular|viewed)|popular|trending"
    r"|also-?(?:read|like)|see-?also|toc|ratings?|pagination|pager|toolbar|utility|skip|sr-only"
    r"|visually-?hidden|screen-?reader(?:-text)?|hidden|print-?only|no-?print|timestamp|dateline"
    r"|(?:sub-?)?meta(?:data)?|syndication|topics|follow|donat(?:e|ion)|login|register|feedback|survey|poll|quiz"
    r"|next-?(?:article|post|story)|prev(?:ious)?-?(?:article|post|story)|kicker|eyebrow|slideshow"
    r"|[a-z]{0,8}gallery|carousel|player)(?![a-z])",
    re.I,
)
_COMMENTS = re.compile(r"comment|disqus|respond|replies", re.I)
_REST = re.compile(
    r"(?<![a-z])(?:read|show)-?more(?:-?(?:content|text|body|wrapper|target))?(?![a-z-])", re.I
)
_TITLED = re.compile(r"head(?:ing|line)|title(?![a-z])", re.I)
_CODE = re.compile(
    r"\bfunction ?\w{0,40} ?\([^)]{0,60}\) ?\{|\b(?:var|let|const) \w{1,40} ?= ?[{\[(]|JSON\.parse\("
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HIDING = {
    "hidden": re.compile(""),
    "aria-hidden": re.compile("^true$"),
    "style": re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I),
}


class Block(Struct, gc=False):
    """A block: its words on one line, how many characters of them link and are bold, what they stand in.

    `prose` is how much running text it has, in letters: none when it is short, or links. `hints` are the
    elements around it, outermost first, that are called after something else than a story.
    """

    text: str
    prose: int
    linked: int
    bold: int
    element: HtmlElement
    hints: tuple[HtmlElement, ...]

    @property
    def links(self) -> bool:
        """Whether the block is a link more than it is text."""
        return self.linked * 2 >= len(self.text)

    @property
    def heading(self) -> bool:
        """Whether the block is a heading, or what many editors use as one: a bold paragraph, no sentence."""
        if self.element.tag in HEADINGS or len(self.text) > _HEADING:
            return self.element.tag in HEADINGS
        if self.bold > 0.9 * len(self.text) and not (self.prose and self.text.endswith(_SENTENCE_ENDS)):
            return True
        return _says_title(self.element.get("class", ""))


def _prose(words: str, linked: int) -> int:
    # A script that puts no spaces between its words says more with each letter.
    dense = not words.isascii() and words.count(" ") * _SPACED < len(words)
    weight = len(words) * (2 if dense else 1)
    return weight if weight >= PROSE and linked * 2 < len(words) else 0


def _is_code(words: str) -> bool:
    """Tell whether words are a script that broken markup has spilled into the text."""
    return "(" in words and "{" in words and _CODE.search(words) is not None


def blocks(tree: HtmlElement) -> list[Block]:
    """Return the blocks of a page in their order, without what no browser shows and what HTML calls aside.

    Unless hardly anything is left: somebody forgot to close a ``nav``.
    """
    found = _walked(tree, _BESIDE)
    return found if sum(b.prose for b in found) >= _ENOUGH else _walked(tree, _SILENT)


def _walked(tree: HtmlElement, without: frozenset[str]) -> list[Block]:
    walk = _Walk(without)
    walk.into(tree, 0)
    walk.end(tree)
    return walk.blocks


class _Walk:
    """The walk: words are gathered until a block ends."""

    def __init__(self, without: frozenset[str]) -> None:
        self._without = without
        self.blocks: list[Block] = []
        self._hints: tuple[HtmlElement, ...] = ()
        self._words: list[str] = []
        self._linked = self._bold = 0
        self._in_link = self._in_bold = False

    def into(self, element: HtmlElement, depth: int) -> None:
        """Gather the words in an element; the caller has looked at the element itself."""
        if words := element.text:
            self._say(words)
        for child in element if depth < _DEEPEST else ():
            tag: Any = child.tag
            if tag in _INLINE:
                self._inline(child, tag, depth)
            elif tag == "br":
                self.end(element)
            elif tag in _CELLS:
                self._say(" ")
                self.into(child, depth + 1)
            elif tag not in self._without:
                self._block(element, child, tag, depth)
            if words := child.tail:
                self._say(words)

    def _inline(self, element: HtmlElement, tag: str, depth: int) -> None:
        outside = self._in_link, self._in_bold
        if tag == "a" and not (element.get("href", "").startswith("#") and _in_heading(element)):
            self._in_link = True
        elif tag == "strong" or tag == "b":
            self._in_bold = True
        self.into(element, depth + 1)
        self._in_link, self._in_bold = outside

    def _block(self, parent: HtmlElement, child: HtmlElement, tag: str, depth: int) -> None:
        called = _called(child) if tag not in _WHOLE else ""
        if called is None:
            return
        if self._words:
            self.end(parent)
        outside = self._hints
        if called and _says_aside(called) and not _names_its_heading(child):
            self._hints = (*outside, child)
        self.into(child, depth + 1)
        if self._words:
            self.end(child)
        self._hints = outside

    def _say(self, words: str) -> None:
        if self._words or not words.isspace():
            self._words.append(words)
        else:
            return
        if self._in_link:
            self._linked += len(words.strip())
        if self._in_bold:
            self._bold += len(words.strip())

    def end(self, element: HtmlElement) -> None:
        """End the block that stands in `element`."""
        if self._words:
            said = text.safe(" ".join("".join(self._words).split()))[:_LONGEST]
            if said and len(self.blocks) < _MOST and (element.tag == "pre" or not _is_code(said)):
                prose = _prose(said, self._linked)
                self.blocks.append(Block(said, prose, self._linked, self._bold, element, self._hints))
            self._words, self._linked, self._bold = [], 0, 0


def _in_heading(element: HtmlElement) -> bool:
    """Tell whether an element stands in a heading, as the link to the heading itself does."""
    parent = element.getparent()
    return parent is not None and parent.tag in HEADINGS


def _names_its_heading(element: HtmlElement) -> bool:
    """Tell whether an element is called by the words of its heading, as the parts of a page are linked."""
    name = element.get("id", "")[:_LONG_NAME]
    if not name or _says_aside(f"{element.get('class', '')[:_LONG_NAME]} {element.get('role', '')}"):
        return False
    heading = next(element.iter(*HEADINGS), None)
    told = heading is not None and _letters(str(heading.text_content())[:_LONG_NAME]).startswith(
        _letters(name)
    )
    return told and len(_letters(name)) >= _TELLING


def _letters(words: str) -> str:
    return "".join(c for c in words.casefold() if c.isalnum())


def is_comments(element: HtmlElement) -> bool:
    """Tell whether an element is called after what readers write."""
    return bool(_COMMENTS.search(_names(element)))


def goes_on(element: HtmlElement) -> bool:
    """Tell whether an element is called after the rest of a story, which a click shows."""
    return bool(_REST.search(_names(element)))


def _names(element: HtmlElement) -> str:
    return f"{element.get('class', '')[:_LONG_NAME]} {element.get('id', '')[:_LONG_NAME]}"


def _called(element: HtmlElement) -> str | None:
    """Return what an element is called, None when no browser shows it."""
    called = ""
    for name, value in element.items():
        if name in _NAMES:
            called = f"{called} {value[:_LONG_NAME]}"
        elif name in _HIDING and _HIDING[name].search(value):
            return None
    return called


@lru_cache(10_000)
def _says_title(called: str) -> bool:
    return _TITLED.search(called) is not None


@lru_cache(10_000)
def _says_aside(called: str) -> bool:
    return bool(_HINT.search(_CAMEL.sub("-", called)))
