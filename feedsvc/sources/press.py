"""A press text as somebody pasted it from a web page: what of it is the story, and what stood around it.

News / World / Europe          -> section
Storm hits the coast           -> title
By Jane Doe, 22 November 2026  -> authors, published
Caption: Boats in the harbour. -> what is shown
A storm hit the coast ...      -> body
Sign up for our newsletter     -> nothing
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Literal

from msgspec import Struct

from feeds import text
from feedsvc import dates
from feedsvc.sources import phrases

Kind = Literal["text", "shown", "date", "by", "topics", "address", "line", "list", "end"]

_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CRUMB = re.compile(r"\s+[/|>»›→·•]\s+|\s*[>»›→]\s*|(?<=[^\W\d])/(?=[^\W\d])")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।]['\"”’»“)\]」』]*$")
_BULLET = re.compile(r"^[•·▪◦‣●■►▶–—*-]\s+")
_PARTICLE = r"(?:de|del|della|di|da|dos|du|von|van|der|den|ter|bin|al|el|la|le|y)"
_NAME = re.compile(rf"[^\W\d_][\w.'’-]*(?: (?:{_PARTICLE}\b|[^\W\d_][\w.'’-]*)){{0,5}}")
_AND = re.compile(r"\s*[,;/|&、，]\s*|\s(?:and|und|et|y|e|en|och|og|i|и|та|ve|و|ו|और|with)\s")
_PLACE = re.compile(r"\s+(?:in|from|for|at|aus|à|en)\s+\S.*$|\s*\([^)]*\)$")
_SEGMENT = re.compile(r"\s*[|•·]\s*|\s+[–—-]\s+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b")
_CLOCK = re.compile(r"(?<![\d.])(\d\d?)[h.](\d\d)(?![\d.])")
# Words that stand in dates and say nothing there.
_FILLER = frozenset({
    "de", "del", "di", "of", "le", "el", "la", "il", "um", "à", "at", "om", "kl", "the", "den", "dem", "am",
    "les", "в", "г", "року", "uhr", "est", "às", "alle", "ore", "klo", "o", "на",
})  # fmt: skip
# Bylines and dates stand above the third paragraph; longer lines are paragraphs unseen.
_TOP = 3
_CLASSED = 500
# Nobody pastes more lines above a headline, nor more of other stories after one; it keeps the time linear.
_AHEAD = 100


class Shown(Struct, frozen=True):
    """What is said of one picture."""

    caption: str = ""
    credit: str = ""


class Press(Struct, frozen=True):
    """A press text, sorted; `shown` is what is said of its pictures, in their order."""

    title: str = ""
    section: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    url: str = ""


def read(pasted: str) -> Press:
    """Return the story in a pasted text; its `title` is empty if there is none."""
    lines = _lines(pasted)
    place = _headline(lines)
    if place is None:
        return Press()
    title, above, below = lines[place], lines[:place], lines[place + 1 :]
    if len(title) > 200 and _SENTENCE_END.search(title):
        title, below = _first_sentence(title), lines[place:]
    sorted_ = [(_kind(line), line) for line in above] + list(_story(below, title))
    said: dict[Kind, list[str]] = defaultdict(list)
    for kind, line in sorted_:
        said[kind].append(line)
    published, updated = _times(said["date"])
    return Press(
        title=title,
        section=_section(above, title),
        body=tuple(_BULLET.sub("", line, count=1) for k, line in sorted_[len(above) :] if k == "text"),
        shown=tuple(_paired(said["shown"])),
        authors=tuple(dict.fromkeys(name for line in said["by"] for name in people(line))),
        tags=tuple(dict.fromkeys(tag for line in said["topics"] for tag in _topics(line))),
        published=published,
        updated=updated,
        url=next((url for line in said["address"] if (url := _address(line))), ""),
    )


def _lines(pasted: str) -> list[str]:
    """Return the lines with words in them; lines that were only wrapped at a margin are one again."""
    raw = [text.line(line.replace("\xad", "")) for line in _BREAKS.split(pasted)]
    blocks = [list(block) for filled, block in groupby(raw, bool) if filled]
    margin = max(
        (max(map(len, b)) for b in blocks if len(b) > 2 and _wrapped(b, max(map(len, b)))), default=0
    )
    return [line for b in blocks for line in ([" ".join(b)] if margin and _wrapped(b, margin) else b)]


def _wrapped(block: Sequence[str], margin: int) -> bool:
    """Tell whether no line had room for the next one's first word: somebody wrapped a paragraph."""
    if not 40 <= margin <= 100 or max(map(len, block)) > margin or any(_BULLET.match(line) for line in block):
        return False
    return all(len(line) + 1 + len(after.split(" ", 1)[0]) > margin for line, after in pairwise(block))


def _headline(lines: Sequence[str]) -> int | None:
    """Return which line is the headline: the first that is nothing else."""
    for place, line in enumerate(lines[:_AHEAD]):
        follow = next((after for after in lines[place + 1 : place + _AHEAD] if _kind(after) == "text"), "")
        steps = _crumbs(line) or line.casefold() in phrases.SECTIONS
        is_path = steps and follow and not _is_paragraph(follow)
        above = is_path or (_by(line) and follow and not _is_paragraph(follow))
        if _kind(line) == "text" and not above:
            return place
    return None


def _first_sentence(paragraph: str) -> str:
    match = re.match(r".{20,200}?[.!?…](?=\s)|.{10,100}?[。！？]", paragraph)
    return match[0] if match else text.clip(paragraph, 200)


def _story(lines: Sequence[str], title: str) -> Iterator[tuple[Kind, str]]:
    """Yield the lines below the headline that say something, each with what it is."""
    told, skipping, over, before = 0, False, False, ""
    for place, line in enumerate(lines):
        kind = _kind(line)
        over = (
            over
            or (kind == "end" and told > 0)
            or (kind == "list" and _only_teasers(lines[place + 1 : place + _AHEAD]))
        )
        skipping = over or kind == "list" or (skipping and not (kind == "text" and _is_paragraph(line, 20)))
        if kind == "text" and told < _TOP and place < _AHEAD:
            found = _about_the_story(line, before, lines[place + 1 : place + 4])
            yield from found
            kind = "by" if found or text.same(line, title) else kind
        if kind == "text" and not skipping:
            told += 1
            yield kind, line
        elif kind in ("topics", "address") or (kind in ("shown", "date") and not over):
            yield kind, line
        before = before if kind == "line" else kind


@lru_cache(4096)
def _kind(line: str) -> Kind:
    """Return what a line is, wherever it stands; "text" if it is nothing else."""
    if len(line) > _CLASSED:
        return "text"
    if _shown(line):
        return "shown"
    if phrases.END.fullmatch(line):
        return "end"
    if phrases.ADDRESS.fullmatch(line):
        return "address"
    if phrases.TOPICS.fullmatch(line):
        return "topics"
    if _dates(line) or phrases.AGO.fullmatch(line):
        return "date"
    if phrases.COOKIES.fullmatch(line) or phrases.LETTER.fullmatch(line):
        return "line"
    if _SENTENCE_END.search(line) and len(line) > 60:
        return "text"
    if phrases.LINE.fullmatch(line):
        return "line"
    if not phrases.LIST.fullmatch(line):
        return "text"
    # "Read more" heads a list; "Read more: Why do storms grow?" is all of it.
    if re.search(r"[:：]\s*\S", line):
        return "line"
    if _SENTENCE_END.search(line):
        return "text"
    return "line" if len(line.split()) > 6 else "list"


def _is_paragraph(line: str, least: int = 60) -> bool:
    """Tell whether a line is a sentence of that many columns rather than a headline or a menu."""
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[:200])
    return wide >= least and bool(_SENTENCE_END.search(line))


def _only_teasers(lines: Sequence[str]) -> bool:
    """Tell whether after a list's heading only other stories follow, and not the rest of this one.

    Headlines do not end in a full stop, and where each has a line under it, no two lines in a row do.
    """
    kinds = [(line, _kind(line)) for line in lines]
    end = next((n for n, (_, kind) in enumerate(kinds) if kind == "end"), len(kinds))
    told = [_is_paragraph(line, 20) for line, kind in kinds[:end] if kind == "text"]
    return not told or not (all(told) or any(one and next_ for one, next_ in pairwise(told)))


# What is said of pictures.


def _shown(line: str) -> Shown | None:
    """Return what a line says of a picture, None if it is not about one."""
    bare = line.strip("()[] ") if line[0] in "([" and line[-1] in ")]." else line
    if match := phrases.CREDIT.fullmatch(bare):
        return Shown(credit=match[1].rstrip(")] "))
    if match := phrases.CAPTION.fullmatch(bare):
        return _with_credit(match[1])
    if match := phrases.PICTURE.fullmatch(bare):
        found = _with_credit(match[1])
        return Shown(credit=match[1]) if not found.credit and _is_credit(match[1]) else found
    if phrases.ONLY_CREDIT.fullmatch(bare) and phrases.AGENCY.search(bare):
        return Shown(credit=bare.lstrip("© "))
    if len(line) <= 350 and ((found := _with_credit(line)).credit):
        return found
    return None


def _with_credit(said: str) -> Shown:
    """Return a caption and the credit at its end."""
    if match := phrases.BRACKETED_CREDIT.fullmatch(said):
        return Shown(match[1], (match[2] or match[3]).strip())
    if match := phrases.SIGNED.fullmatch(said):
        return Shown(match[1], match[2])
    match = phrases.ENDS_IN_CREDIT.fullmatch(said)
    if match and (_SENTENCE_END.search(match[1]) or said.endswith((")", "]"))) and _is_credit(match[2]):
        return Shown(match[1].rstrip(" ([|–-"), match[2].strip())
    return Shown(said)


def _is_credit(said: str) -> bool:
    """Tell whether words name a photographer or an agency rather than what a picture shows."""
    words = said.split()
    named = bool(phrases.AGENCY.search(said)) or all(
        w[0].isupper() or len(w) < 4 for w in words if w[0].isalpha()
    )
    return len(words) <= 7 and not _SENTENCE_END.search(said) and named


def _paired(lines: Sequence[str]) -> Iterator[Shown]:
    """Yield one `Shown` a picture: a credit on a line of its own belongs to the caption beside it."""
    waiting: Shown | None = None
    for line in lines:
        found = _shown(line) or Shown()
        if waiting and not (waiting.caption and found.caption) and not (waiting.credit and found.credit):
            waiting = Shown(waiting.caption or found.caption, waiting.credit or found.credit)
            yield waiting
            waiting = None
            continue
        if waiting:
            yield waiting
        waiting = found if not (found.caption and found.credit) else None
        if waiting is None:
            yield found
    if waiting:
        yield waiting


# Above and around the headline.


def _crumbs(line: str) -> tuple[str, ...]:
    """Return the steps of a breadcrumb, empty if the line is none."""
    marks = {mark.strip() for mark in _CRUMB.findall(line)}
    steps = [step.strip() for step in _CRUMB.split(line.strip(" /|>»›→"))]
    steps = [step for step in steps if step]
    fits = all(len(step) <= 40 and len(step.split()) <= 4 and step[0].isalpha() for step in steps)
    ends = any(_SENTENCE_END.search(step) for step in steps)
    return tuple(steps) if len(marks) == 1 and 2 <= len(steps) <= 9 and fits and not ends else ()


def _section(above: Sequence[str], title: str) -> tuple[str, ...]:
    """Return the section path: the last breadcrumb above the headline, without steps that say nothing."""
    # Five words between bars are a menu, and a menu says nothing about the story.
    paths = [p for line in above if (p := _crumbs(line)) and not (len(p) > 4 and {*"|·•"} & {*line})]
    names = [(line,) for line in above if line.casefold() in phrases.SECTIONS]
    steps = [step for step in (paths or names or [()])[-1] if not text.same(step, title)]
    while len(steps) > 1 and _is_generic(steps[0], len(steps)):
        steps.pop(0)
    return tuple(step.title() if step.isupper() and len(step) > 3 else step for step in steps)


def _is_generic(step: str, steps: int) -> bool:
    name = step.casefold()
    branded = steps > 2 and name.split()[-1] in phrases.GENERIC and name not in phrases.SECTIONS
    return name in phrases.GENERIC or branded


def _about_the_story(line: str, before: str, after: Sequence[str]) -> list[tuple[Kind, str]]:
    """Return the byline and dates in a line near the headline; none if it is part of the story."""
    if len(line) > 160 or (_SENTENCE_END.search(line) and len(line.split()) > 7):
        return []
    for segments in _cuts(line):
        dated = [s for s in segments if _dates(s) or phrases.AGO.fullmatch(s)]
        named = [s for s in segments if s not in dated and (_by(s) or _is_name(s) or phrases.ROLE.search(s))]
        rest = [s for s in segments if s not in dated and s not in named and _kind(s) == "text"]
        if dated and not rest:
            return [*(("by", s) for s in named), *(("date", s) for s in dated)]
    beside = [before, *(_kind(other) for other in after if _kind(other) != "line")][:2]
    if _by(line) or phrases.ROLE.fullmatch(line) or (_is_role(line) and {"by", "date"} & {before}):
        return [("by", line)]
    if _is_name(_PLACE.sub("", line)) and ("date" in beside or any(_is_role(other) for other in after[:1])):
        return [("by", line)]
    return []


def _cuts(line: str) -> Iterator[list[str]]:
    """Yield the ways to cut a line into a name, a date and the like."""
    yield [part for part in _SEGMENT.split(line) if part]
    head, comma, tail = line.partition(", ")
    if comma and head and tail:
        yield [head, tail]


def _is_role(line: str) -> bool:
    return len(line) <= 60 and bool(phrases.ROLE.search(line)) and not _SENTENCE_END.search(line)


def _by(line: str) -> str:
    """Return whom a byline names, empty if the line is none."""
    match = phrases.BYLINE.fullmatch(line) if len(line) <= 120 else None
    said = (match[1] or match[2]) if match else ""
    return said if said and any(_is_name(part) for part in _AND.split(_PLACE.sub("", said))) else ""


def people(line: str) -> Iterator[str]:
    """Yield the persons a byline names; agencies, and what people are, do not count."""
    for part in _AND.split(_PLACE.sub("", _by(line) or line)):
        name = _PLACE.sub("", part)
        if _is_name(name) and not phrases.ROLE.search(name) and not phrases.AGENCY.fullmatch(name):
            yield name.title() if name.isupper() and len(name.split()) > 1 else name


def _is_name(said: str) -> bool:
    """Tell whether words could be a person's name: two to six, each with a capital where there are any."""
    if not _NAME.fullmatch(said) or len(said) > 50 or _SENTENCE_END.search(said):
        return False
    words = [w for w in said.split() if not re.fullmatch(_PARTICLE, w)]
    has_case = said.upper() != said.lower()
    return all(w[0].isupper() for w in words) and len(words) >= 2 if has_case else len(words) <= 4


def _topics(line: str) -> Iterator[str]:
    match = phrases.TOPICS.fullmatch(line)
    yield from (t for part in re.split(r"[,;|/#·•،、，]", match[1] if match else "") if (t := part.strip()))


def _address(line: str) -> str:
    """Return the story's own address, not one of its others: for phones, for print, short."""
    match = phrases.ADDRESS.fullmatch(line)
    if not match or not match[2] or (match[1] and not phrases.ADDRESS_WORD.fullmatch(match[1].strip())):
        return ""
    address = match[2] if "://" in match[2] else f"https://{match[2]}"
    return text.web_url(address) or ""


# Dates, in any language.


def _times(lines: Sequence[str]) -> tuple[datetime | None, datetime | None]:
    """Return when it was published and updated."""
    found = [pair for line in lines for pair in _dates(line)]
    published = next((moment for moment, updated in found if not updated), None)
    updated = next((moment for moment, updated in found if updated), None)
    return published or updated, updated


def _dates(line: str) -> list[tuple[datetime, bool]]:
    """Return the dates a line is made of, each with whether it is that of an update; none if it says more."""
    if len(line) > 120 or sum(c.isdigit() for c in line) < 5:
        return []
    found: list[tuple[datetime, bool]] = []
    for segment in re.split(r"\s*[|•·;]\s*|\s+[–—-]\s+|,?\s+(?=(?:last )?updated\b)", line):
        label = phrases.DATE_WORD.match(segment)
        moment = _moment(segment[label.end() :] if label else segment)
        if moment is None and not phrases.AGO.fullmatch(segment):
            return []
        if moment:
            found.append((moment, bool(label and phrases.UPDATED.search(label[0]))))
    return found


def _moment(said: str) -> datetime | None:
    """Return the moment some words name; months and weekdays in any language we know."""
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in said)
    digits = _CLOCK.sub(r"\1:\2", _ORDINAL.sub("", digits))
    words = [word for word in re.split(r"[\s,()]+", digits) if word]
    kept = [phrases.months().get(w.casefold().strip("."), w) for w in words if not _says_nothing(w)]
    day_first = not re.search(r"\d\s*[ap]\.?m\b", digits, re.I)
    return dates.when(" ".join(re.sub(r"^(\d\d?)\.$", r"\1", w) for w in kept), day_first)


def _says_nothing(word: str) -> bool:
    name = word.casefold().strip(".")
    return name in _FILLER or name in phrases.weekdays()
