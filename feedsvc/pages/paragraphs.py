"""The running text of a page, in paragraphs: JSON-LD's where that is all of it, else what the page shows."""

import logging
import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import pairwise
from typing import Any

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Document

from feeds import text
from feedsvc import dates
from feedsvc.pages import jsonld, markup
from feedsvc.pages.markup import Page

# Characters: a text, too little of one, enough to trust, a paragraph that is no caption, one that is a wall;
# a line that says something.
_LEAST, _SHORT, _SURE, _PROSE, _WALL, _LINE = 200, 400, 600, 60, 700, 20
_MUCH_MORE, _LONGEST_PROMPT = 1.5, 300
# Paragraphs looked for in a text; elements beyond which trafilatura takes seconds.
_MOST, _HUGE = 500, 6000
_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|read more)\s*$", re.I)
_BLOCK = re.compile(
    r"</(?:p|div|li|h\d|blockquote)>|<br\s*/?>(?:\s*<br\s*/?>)*|<(?:p|h\d|li)\b[^>]{0,500}>", re.I
)
_ESCAPED = re.compile(r"&lt;/?(?:p|br|div|span|a|h\d|em|strong|b|i)\b", re.I)
_GLUED = re.compile(r"(?<=[^\W\d_][.!?])(?=[A-Z“][a-z]*\s)|(?<=[.!?][”\"])(?=[A-Z“][a-z]*\s)")
_SENTENCE = re.compile(r"(?<=[.!?][\s”\"’)])\s*(?=[“\"‘(]?[^\W\d_])|(?<=[。！？])(?![」』）])")
_NOISE = (
    "script", "style", "noscript", "template", "svg", "iframe", "head", "nav", "button", "select", "canvas",
    "dialog",
)  # fmt: skip
# Whole paragraphs that talk to the visitor of a web page; a TV's viewer can neither click nor share.
_PROMPT = re.compile(
    r"advert(?:isement)?s?|sponsored|promoted|anzeige|publicité|publicidad|print|e-?mail|comments?|loading\.*"
    r"|(?:story|article) continues\b.*|continue reading\b.*|scroll (?:down )?to continue.*"
    r"|(?:read|see) (?:more|also|next)\b.{0,120}|(?:learn|find out|discover) more|also read\b.{0,120}"
    r"|more (?:on|from) this\b.{0,60}"
    r"|related(?: (?:articles?|stories|topics|news|content|links)\b.{0,100}|:.{0,100})?"
    r"|recommended(?: for you)?:?|most (?:read|popular):?|trending:?|watch(?: (?:now|live|more|this))?:?"
    r"|share(?: (?:this|on|via)\b.{0,60})?|(?:click|tap) here\b.{0,100}|(?:follow|like) us\b.{0,120}"
    r"|(?:sign up|subscribe|register)\b.{0,140}\b(?:newsletters?|e-?mail|inbox|updates?|channel|alerts?)"
    r"\b.{0,60}|get .{0,60}\b(?:newsletters?|inbox)\b.{0,60}|(?:download|get) (?:the|our) .{0,40}\bapp\b"
    r"|(?:copyright|©|\(c\)).{0,270}|all rights reserved.{0,120}|leave a (?:comment|reply)|tags?:.{0,120}"
    r"|(?:photo|image|picture|video|source)s?(?: (?:credit|source|by))?\s*:.{0,100}"
    r"|(?:getty images|reuters|afp|(?:the )?associated press|ap)(?:/.{0,40})?"
    r"|(?:subscribe|sign up)(?: (?:to|for|now|today|here)\b.{0,120})?|explore further|more stories:?"
    r"|(?:(?:first|last|originally) )?(?:published|updated|posted|modified)(?: on| at)?:?\s"
    r"(?:\w{3,10}, )?(?:[^\W\d_]{3,9}\.? )?\d.{0,50}"
    r"|follow (?!up|suit).{2,60}\bon (?:twitter|x|facebook|instagram)\b.{0,140}"
    r"|(?:e-?mail|contact) .{2,80}\bat \S+@.{0,140}"
    # Where the same story stands, or more of it.
    r"|(?:(?:source |short )?url|permalink|short-?link|(?:printed|retrieved) from|more\b.{0,40}"
    r"|follow\b.{0,60}|(?:find|read|see|view|visit) (?:this|the|our|it)\b.{0,60}"
    r"|this (?:article|story|page)\b.{0,60})[^.!?]{0,9}\bhttps?://\S{1,200}(?: (?:and|or) https?://\S{1,200})?",
    re.I,
)
_SMALL_WORDS = ("tip", "affiliate", "may not be", "no part", "cookies", "in this")
# The same, by what stands anywhere in a short paragraph; and captions that stand between paragraphs.
_SMALL_PRINT = re.compile(
    r"\b(?:news|story) tips?\b.{0,160}\b(?:let us know|contact|e-?mail|send)\b"
    r"|\baffiliate (?:commission|links?)\b"
    r"|\b(?:may not|no part (?:of .{0,60} )?may) be (?:published, |reproduced|redistributed|rewritten)"
    r"|\b(?:site|website|page|we) uses?\b.{0,30}\bcookies\b|\bour use of cookies\b"
    r"|\b(?:verwende[nt]|nutz(?:en|t)|utilis(?:e|ons)|utiliza(?:mos)?|usa|usamos|gebruik(?:en|t)?)\b.{0,20}\bcookies\b"
    r"|^in this .{0,60}\b(?:file|handout|undated|courtroom) (?:photo|image|picture|frame)\b"
    r"|^in this (?:photo|image|picture)\w* (?:provided|released|taken|made)\b"
    r"|\((?:[^()]{0,40}\b(?:photos?|images?|pictures?|credit|getty|foto|bild)\b[^()]{0,60}"
    r"|[A-Z][\w .&-]{1,30}/[\w .&/-]{2,40})\)\W?$",
    re.I,
)


# It warns of pages that it cannot read, and so do we, with the article.
logging.getLogger("trafilatura").setLevel(logging.ERROR)


def body(page: Page, title: str) -> tuple[str, ...]:
    """Return the paragraphs. May take the page's tree apart: read everything else from it first."""
    shown = [block.text for block in page.place.said]
    stated = _stated(page)
    return _tidy(_split(stated, shown) if _is_whole(stated, shown) else _shown(page, title), title)


def _stated(page: Page) -> str:
    """Return the article's text as JSON-LD has it; a live blog's entries, the newest first."""
    for node in page.story[:1]:
        told = page.graph.text(node, "articleBody")
        entries = _newest_first(page, page.graph.nodes_at(node, "liveBlogUpdate"))
        lines = [page.graph.text(entry, key) for entry in entries for key in ("headline", "articleBody")]
        return max("\n".join(line for line in lines if line), told, key=len)
    return ""


def _newest_first(page: Page, entries: list[jsonld.Node]) -> list[jsonld.Node]:
    """Return a live blog's entries, the newest first; as they come when some do not say when."""
    times = [dates.best(page.graph.texts(entry, "datePublished", "dateModified")) for entry in entries]
    dated = [(when, -n) for n, when in enumerate(times) if when]
    return [entries[-n] for _, n in sorted(dated, reverse=True)] if len(dated) == len(entries) else entries


def _is_whole(stated: str, shown: list[str]) -> bool:
    """Tell whether a stated text is all of it: many give the first lines only, as a second description."""
    if len(stated) < _LEAST or _CUT_OFF.search(stated[-100:]):
        return False
    return len(stated) >= 0.75 * _length(p for p in shown if len(p) > _PROSE)


def _length(paragraphs: Iterable[str]) -> int:
    return sum(map(len, paragraphs))


def _split(stated: str, shown: list[str]) -> list[str]:
    """Return a stated text as paragraphs: at its own breaks, else where the page's begin, else by length."""
    marked_up = unescape(stated) if _ESCAPED.search(stated) else stated
    lines = _BLOCK.sub("\n", marked_up).splitlines()
    parts = [part for line in lines if (part := text.plain(line))]
    if len(parts) == 1:
        parts = _cut_at(parts[0], [p for p in shown if len(p) > 30][:_MOST])
    return [short for part in parts for short in _shorter(part)]


def _cut_at(whole: str, shown: list[str]) -> list[str]:
    cuts = {0, len(whole)}
    at = 0
    for paragraph in shown:
        if (found := whole.find(paragraph[:60], at)) >= 0:
            cuts |= {found, found + len(paragraph)} if whole.startswith(paragraph, found) else {found}
            at = found + 1
    return [part for one, other in pairwise(sorted(cuts)) if (part := whole[one:other].strip())]


def _shorter(paragraph: str) -> Iterator[str]:
    """Yield a paragraph, or where it is a wall of text, groups of its sentences."""
    for part in _GLUED.split(paragraph):
        group = ""
        for sentence in _SENTENCE.split(part) if len(part) > 2 * _WALL else [part]:
            if group and len(group) + len(sentence) > _WALL:
                yield group
                group = ""
            group = f"{group} {sentence}".strip()
        yield group


def _shown(page: Page, title: str) -> list[str]:
    """Return the story's blocks, or trafilatura's paragraphs where there is too little prose to be sure."""
    found = [block.text for block in page.place.said]
    if sum(block.prose for block in page.place.said) >= _SURE:
        return found
    least = _MUCH_MORE * _length(_tidy(found, title))
    other = _extracted(page) if _may_say_more(page, least) else []
    return other if _length(other) > least else found or _lines(page)


def _lines(page: Page) -> list[str]:
    """Return the paragraphs of a page that has hardly any: a picture or a film, and a line below it."""
    plain = (b for b in page.shown if b.element.tag == "p" and not b.linked and not b.hints)
    return [b.text for b in plain if len(b.text) >= _LINE]


def _may_say_more(page: Page, least: float) -> bool:
    """Tell whether a page shows at least so much text that links nowhere, and is no list of links."""
    linked, shown = sum(b.linked for b in page.shown), _length(b.text for b in page.shown)
    return shown - linked >= max(least, linked)


def _extracted(page: Page) -> list[str]:
    """Return trafilatura's paragraphs: its quick way, and the thorough one where that finds hardly any."""
    etree.strip_elements(page.tree, *_NOISE, with_tail=False)
    if page.tree.xpath("count(//*)") > _HUGE:
        return []
    found = _trafilatura(page.tree, fast=True)
    return found if _length(found) >= _SHORT else max(found, _trafilatura(page.tree, fast=False), key=_length)


def _trafilatura(tree: HtmlElement, fast: bool) -> list[str]:
    try:
        found = bare_extraction(tree, include_comments=False, favor_precision=True, fast=fast)
    # Whatever a page does to it, the rest of the article is still good.
    except Exception:  # noqa: BLE001
        return []
    return list(_paragraphs(found.body)) if isinstance(found, Document) else []


def _paragraphs(root: Any) -> Iterator[str]:
    """Yield the paragraphs of trafilatura's tree: list items, table rows and lines each by themselves."""
    for element in root:
        if element.tag == "table":
            yield from (" ".join(map(_said, row)) for row in element.iter("row"))
        elif element.tag == "list":
            # An item that holds a list says only what stands before it.
            items = ((i, i.find(".//item") is not None) for i in element.iter("item"))
            yield from (item.text or "" if nested else _said(item) for item, nested in items)
        elif element.tag == "head":
            yield _said(element)
        else:
            yield from _said(element).split(markup.LINE_BREAK)


def _said(element: Any) -> str:
    for lb in element.iter("lb"):
        lb.tail = f"{markup.LINE_BREAK}{text.safe(lb.tail or '')}"
    return "".join(element.itertext())


def sentences(paragraph: str) -> list[str]:
    """Return a paragraph's sentences."""
    return [s for s in _SENTENCE.split(paragraph) if s]


def _tidy(paragraphs: Iterable[str], title: str) -> tuple[str, ...]:
    kept: list[str] = []
    for paragraph in map(text.line, paragraphs):
        headline = len(paragraph) < 2 * len(title) and text.same(paragraph, title)
        said = any(c.isalpha() for c in paragraph)
        if said and not headline and paragraph not in kept[-1:] and not _is_prompt(paragraph):
            kept.append(paragraph)
    return tuple(kept)


def _is_prompt(paragraph: str) -> bool:
    if len(paragraph) > _LONGEST_PROMPT:
        return False
    if _PROMPT.fullmatch(paragraph.rstrip(" .!»>›→")):
        return True
    said = paragraph.lower()
    # Looking for words takes a tenth of looking for what is built around them.
    likely = said.endswith((")", ").")) or any(word in said for word in _SMALL_WORDS)
    return likely and _SMALL_PRINT.search(paragraph) is not None
