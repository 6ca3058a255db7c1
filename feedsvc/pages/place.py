"""Where on a page its story stands, and which blocks there are the story's.

In the spirit of readability: running text weighs for every element around it, the story is where most of it
is, and what is called a sidebar is none unless nearly all of the page's text stands in it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Any

from lxml.html import HtmlElement
from msgspec import Struct

from feedsvc.pages import blocks
from feedsvc.pages.blocks import Block

# Characters: a story; a caption, the name of a source and a label at most; a story that needs no more.
STORY = 250
_CAPTION, _SOURCE, _LABEL, _A_STORY = 300, 25, 25, 1500
# Shares of the running text: what a story's element has of that around it; what may stand beside a story
# in an element called after something else; what a second place may have beside the first; what may stand
# between a story and the element that shows its pictures; what the text microdata names has at least.
_MOST_OF_IT, _LEFT_OUT, _RIVAL, _ROOM, _MAIN_PART = 0.8, 0.25, 0.25, 1.2, 0.5
# How much of a sentence may link, and of an item among links; paragraphs that stand beside nothing but a
# part of their story.
_PARTLY, _SOURCED = 0.7, 0.25
_HEAVIEST, _HEADLINES, _PARAGRAPHS, _BELOW = 2000, 50, 4, 50
_LEAVES = frozenset(("p", "li", "blockquote", "h1", "h2", "h3", "h4", "dd", "pre"))

_ITEMS, _ROWS, _CELLS = frozenset(("li", "tr")), frozenset(("table", "tbody")), frozenset(("td", "th"))

Weights = dict[HtmlElement, int]


class Place(Struct, frozen=True):
    """Where the story is.

    `around` is the element that holds all of it with its pictures, `core` the one its paragraphs share,
    `holding` that and every element around it; `said` are its blocks.
    """

    around: HtmlElement
    core: HtmlElement
    holding: frozenset[HtmlElement]
    said: tuple[Block, ...]


def place(tree: HtmlElement, shown: Sequence[Block]) -> Place:
    """Return where the story of a page is, out of all the blocks it shows."""
    off = _not_the_story(shown)
    candidates = [b for b in shown if off.isdisjoint(b.hints)]
    weights = _weights(candidates)
    marked = _marked(tree, weights)
    stated = _stated(weights, weights.get(tree if marked is None else marked, 0))
    start = next((e for e in (stated, marked) if e is not None), None)
    core = _core(tree if start is None else start, candidates, weights, certain=start is not None)
    around = _with_pictures(core, weights) if marked is None else marked
    holding = frozenset((core, *core.iterancestors()))
    said = _said(candidates, weights, core, core if start is None else start)
    return Place(around, core, holding, tuple(said))


def _stated(weights: Weights, all_of_it: int) -> HtmlElement | None:
    """Return the element microdata calls the text of the article, if it has most of the running text."""
    having = (e for e in weights if "articlebody" in e.get("itemprop", "").lower())
    best = max(having, key=lambda e: weights[e], default=None)
    most = best is not None and weights[best] >= max(STORY, _MAIN_PART * all_of_it)
    return best if most else None


def _not_the_story(shown: Sequence[Block]) -> set[HtmlElement]:
    """Return the elements called after something else, but for those that hold what story there is."""
    within: dict[HtmlElement, list[int]] = {}
    for n, block in enumerate(shown):
        for hint in block.hints if block.prose else ():
            within.setdefault(hint, []).append(n)
    off = {hint for block in shown for hint in block.hints}
    barred = [len(block.hints) for block in shown]
    free = sum(block.prose for block in shown if not block.hints)
    for hint, inside in within.items():
        held = sum(shown[n].prose for n in inside)
        beside = free >= min(_LEFT_OUT * held, _A_STORY) and not blocks.goes_on(hint)
        if held < STORY or beside or blocks.is_comments(hint):
            continue
        off.discard(hint)
        for n in inside:
            barred[n] -= 1
            free += 0 if barred[n] else shown[n].prose
    return off if free >= STORY else off - _of_one_style(shown, off)


def _of_one_style(shown: Sequence[Block], off: set[HtmlElement]) -> set[HtmlElement]:
    """Return the paragraphs of the style that holds a story, for which each alone is too short."""
    styles: dict[str, list[Block]] = {}
    for block in shown:
        if block.prose and [hint for hint in block.hints if hint in off] == [block.element]:
            styles.setdefault(block.element.get("class", ""), []).append(block)
    most = max(styles.values(), key=lambda blocks: sum(b.prose for b in blocks), default=[])
    told = sum(b.prose for b in most) >= STORY and not blocks.is_comments(most[0].element)
    return {b.element for b in most} if told else set()


def _weights(candidates: list[Block]) -> Weights:
    """Return how many characters of running text stand in each element."""
    weights: Weights = {}
    own: Weights = {}
    for block in [b for b in candidates if b.prose][:_HEAVIEST]:
        own[block.element] = own.get(block.element, 0) + block.prose
    for element, prose in own.items():
        weights[element] = weights.get(element, 0) + prose
        for around in element.iterancestors():
            weights[around] = weights.get(around, 0) + prose
    return weights


def _marked(tree: HtmlElement, weights: Weights) -> HtmlElement | None:
    """Return the element the page itself marks as its article: the headline's, the wordiest, main."""
    articles = [e for e in weights if e.tag == "article"]
    enclosing = (
        [a for h1 in islice(tree.iter("h1"), _HEADLINES) for a in h1.iterancestors("article")]
        if articles
        else []
    )
    wordiest = max(articles, key=lambda a: weights[a], default=None)
    if wordiest is not None and weights[wordiest] * 2 < weights.get(tree, 0):
        wordiest = None
    mains = (e for e in weights if e.tag == "main")
    for element in (*enclosing, wordiest, *mains):
        if element is not None and weights.get(element, 0) >= STORY:
            return element
    return None


def _core(start: HtmlElement, candidates: list[Block], weights: Weights, certain: bool) -> HtmlElement:
    """Return the innermost element that still has nearly all of the running text in `start`."""
    inside: dict[HtmlElement | None, list[HtmlElement]] = {}
    for element in weights:
        inside.setdefault(element.getparent(), []).append(element)
    own: Counter[HtmlElement] = Counter()
    for block in candidates:
        own[block.element] += block.prose
    core = start
    while children := inside.get(core):
        best, *others = sorted(children, key=lambda e: -weights[e])
        paragraphs = own[core] + sum(weights[e] for e in others if e.tag in _LEAVES)
        rival = max(paragraphs, _alike(others, weights))
        alone = weights[best] >= _MOST_OF_IT * weights[core]
        # Columns of a table of old are as good as two pages.
        alone = alone or core.tag == "tr" or (not certain and rival < _RIVAL * weights[best])
        within = sum(e.tag == "p" for e in others) >= _PARAGRAPHS
        if best.tag in _LEAVES or not alone or within:
            break
        core = best
    # Around the rows of a table stands the text they belong to.
    return next((e for e in (core, *core.iterancestors()) if e.tag not in _ROWS), core)


def _alike(elements: list[HtmlElement], weights: Weights) -> int:
    """Return the most running text that elements which look the same have together: sections of a story."""
    together: Counter[tuple[Any, str]] = Counter()
    for element in elements:
        if element.tag not in _LEAVES:
            together[element.tag, element.get("class", "")] += weights[element]
    return max(together.values(), default=0)


def _with_pictures(core: HtmlElement, weights: Weights) -> HtmlElement:
    """Return the element around the story that has its pictures, but not much more text."""
    around = core
    for wider in list(core.iterancestors("div", "section"))[:2]:
        if weights.get(wider, 0) > _ROOM * weights.get(core, 0):
            break
        around = wider
    return around


def _said(
    candidates: list[Block], weights: Weights, core: HtmlElement, around: HtmlElement
) -> Iterator[Block]:
    """Yield the story's blocks: all prose in `around`, and what else of a story stands in `core`."""
    in_core, in_around = _Inside(core), _Inside(around)
    alone = Counter(b.element for b in candidates)
    together = {
        b.element.getparent() for b in candidates if b.element.tag == "p" and b.prose and in_around(b.element)
    }
    found = [
        block
        for block in candidates
        if (in_core(block.element) or (in_around(block.element) and (block.prose or _among(block, together))))
        and not (alone[block.element] == 1 and (_is_caption(block, weights) or _is_label(block)))
    ]
    kept = [b for section in _sections(found) for b in _without_links(section)]
    first = next((n for n, b in enumerate(kept) if b.prose), 0)
    last = next((n for n in range(len(kept), 0, -1) if not kept[n - 1].heading), 0)
    # Above the first paragraph stand the day, the byline, the section.
    yield from (b for b in kept[:first] if b.element.tag in ("p", "li"))
    yield from kept[first:last]


def _among(block: Block, together: set[HtmlElement | None]) -> bool:
    """Tell whether a block stands among paragraphs: a heading, a short line, an item of a list."""
    parent = block.element.getparent()
    if parent is not None and block.element.tag == "li":
        parent = parent.getparent()
    return block.element.tag in _LEAVES and parent in together


def _lists(section: list[Block]) -> set[HtmlElement | None]:
    """Return the lists that say more than they link: what links there is an item like the others."""
    length: Counter[HtmlElement | None] = Counter()
    for block in section:
        if block.element.tag in _ITEMS:
            length[block.element.getparent()] += len(block.text) - 2 * block.linked
    return {element for element, more in length.items() if more > 0}


class _Inside:
    """Whether elements are in a given one."""

    def __init__(self, root: HtmlElement) -> None:
        self._known: dict[Any, bool] = {root: True, None: False}

    def __call__(self, element: HtmlElement) -> bool:
        if (answer := self._known.get(element)) is None:
            path: list[Any] = [element]
            while (answer := self._known.get(parent := path[-1].getparent())) is None:
                path.append(parent)
            self._known.update(dict.fromkeys(path, answer))
        return answer


def _is_caption(block: Block, weights: Weights) -> bool:
    """Tell whether a block is all there is in an element below a picture."""
    element = block.element
    whole = len(block.text) < _CAPTION and weights.get(element, 0) <= block.prose
    # What begins with the words and goes on with a picture is an item of a list, say.
    if not whole or element.tag == "p" or (element.text or "").strip():
        return False
    return next(element.iter("img", "amp-img"), None) is not None


def _is_label(block: Block) -> bool:
    """Tell whether a block is a word or two of the page's own: no sentence, set as nothing in particular."""
    short = len(block.text) < _LABEL and block.element.tag in ("div", "section", "article", "main", "body")
    if not short or next(block.element.iterancestors(), block.element).tag in _CELLS:
        return False
    return not block.heading and block.text[-1] not in '.!?…:;"”»。！？'


def _sections(found: list[Block]) -> list[list[Block]]:
    """Return the blocks between headings, each section with its own."""
    sections: list[list[Block]] = [[]]
    for n, block in enumerate(found):
        if block.heading and block.links and not _heads_a_section(block, islice(found, n + 1, n + _BELOW)):
            continue
        if block.heading:
            sections.append([])
        sections[-1].append(block)
    return sections


def _heads_a_section(heading: Block, below: Iterable[Block]) -> bool:
    """Tell whether a heading that links has so much text below it that it is no other story's headline."""
    told = sum(block.prose for block in takewhile(lambda block: not block.heading, below))
    return heading.element.tag in blocks.HEADINGS and told >= STORY


def _without_links(section: list[Block]) -> Iterator[Block]:
    """Yield a section's blocks but links to elsewhere; of one that is mostly links items of text alone."""
    rest = [b for b in section if not b.heading]
    length, linked = sum(len(b.text) for b in rest), sum(b.linked for b in rest)
    items = all(b.element.tag == "li" or b.links for b in rest) and sum(b.links for b in rest) * 2 > len(rest)
    told = _lists(rest)
    if section and section[0].heading and linked * (4 if items else 2) > length and not told:
        yield from (
            b for b in rest if b.element.tag == "li" and b.prose and b.linked < _SOURCED * len(b.text)
        )
        return
    # Above a list of links stands what it is called.
    listed = all(b.links and b.element.getparent() not in told for b in section[1:3])
    start = int(len(section) > 2 and section[0].heading and listed)
    for n, block in enumerate(section[start:], start):
        beside = section[max(0, n - 1) : n + 2]
        alone = len(beside) == 3 and sum(b.links for b in beside) == 1
        item = block.element.tag in _ITEMS and block.element.getparent() in told
        if not block.links or item or block.heading or _says_itself(block, alone):
            yield block


def _says_itself(block: Block, alone: bool) -> bool:
    """Tell whether a link is a part of the story; `alone` is one between two blocks that link nowhere.

    A short one is a source then, a whole sentence a paragraph, anything else another headline.
    """
    sentence = block.element.tag == "p" and len(block.text) >= blocks.PROSE and block.text.endswith(".")
    if sentence and block.linked < _PARTLY * len(block.text):
        return True
    return alone and (sentence or len(block.text) < _SOURCE)
