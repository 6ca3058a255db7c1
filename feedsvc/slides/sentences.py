"""Texts cut where a reader breathes: sentences, clauses, lines. ICU knows where, in every script."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from icu4py.breakers import LineBreaker, SentenceBreaker

from feedsvc.thumbnails import cards

# ICU's own lists (@ss=standard) lose every second end of a German text.
# Two sentences taken for one do less harm than one cut in two.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(«“\"'])(?:[A-ZÀ-ÞА-ЯΑ-Ω]|(?:[A-Za-z]\.)+[A-Z]|Mrs?|Ms|Drs?|Prof|Rev|Hon|Pres|Sens?|Reps?|Govs?|Gen|Lt"
    r"|Col|Sgt|Capt|Cmdr|Maj|Supt|St|Ste|Mt|Ft|Jr|Sr|vs|al|approx|dept|est|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec"
    r"|Inc|Ltd|Co|Corp|Bros|Mme|Mlle|MM|Sra?|Srta|Dña|Ing|Lic|Hr|Fr|bzw|ca|Nr|Abs|Art|Str|Tel|Mio|Mrd|Vgl|dhr|mevr"
    r"|г|гг|ул|им|тыс|млн|млрд|руб|проф|д-р)\.\s*$"
)
_BEFORE_A_NUMBER = re.compile(r"(?:^|\s)(?:[Nn]o|[Nn]os|[Aa]rt|[Ff]ig|[Pp]p?|[Vv]ol|№)\.\s*$")
_ORDINAL = re.compile(r"(?:^|\s)\d{1,3}\.\s*$")
_WITH_ORDINALS = frozenset(
    {"de", "da", "nb", "nn", "no", "fi", "is", "cs", "sk", "sl", "hr", "sr", "bs", "hu", "et"}
)
_CLAUSE = re.compile(r"(?<=[,;:،؛])\s+|(?<=[，、；：])|\s+(?=[–—])")
_JOINS_WITHOUT_SPACE = re.compile("[\u3000-\u303f\uff01-\uff60\u3040-\u30ff\u3400-\u9fff]$")
_OPENED = re.compile("[「『（《〈【]+$")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}")
_OPENING, _CLOSING = re.compile("[(（「『《〈【“«\\[]"), re.compile("[)）」』》〉】”»\\]]")
# Articles and prepositions are short in most languages: they lean on what follows, and lead a phrase.
_LEANS = re.compile(r"(?:^|\s)[^\W\d]{1,3}\s+$")
_LEADS = re.compile(r"[^\W\d]{1,4}\s")
# Thai ends no sentence with a full stop: it marks what is cut short.
_THAI_CUT = re.compile("[\u0e01-\u0e4e]\\.[\\s(]*$")


def sentences(paragraph: str, language: str) -> list[str]:
    """Return the sentences of a text on one line; "Dr. Smith" and "the U.S. Senate" stay together."""
    tongue = _tongue(language)
    found: list[str] = []
    for start, end in SentenceBreaker(paragraph, tongue).segments():
        part = paragraph[start:end]
        if found and (opened := _OPENED.search(found[-1])):
            # ICU leaves a quotation mark that opens after 。 with what it closes.
            found[-1], part = found[-1][: opened.start()], opened[0] + part
        if found and _goes_on(found[-1], part, tongue):
            found[-1] += part
        else:
            found.append(part)
    return [part.strip() for part in found if re.search(r"\w", part)]


def _goes_on(before: str, after: str, tongue: str) -> bool:
    if _ABBREVIATED.search(before) or _THAI_CUT.search(before) or not re.search(r"\w", after):
        return True
    if _BEFORE_A_NUMBER.search(before):
        return after[:1].isdigit()
    return tongue in _WITH_ORDINALS and bool(_ORDINAL.search(before))


def clauses(sentence: str, language: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Yield a long sentence in parts that fit: cut between clauses, else between words.

    A part that breaks off within a clause says so with an ellipsis.
    """
    parts = [part for clause in _CLAUSE.split(sentence) for part in _pieces(clause, language, fits)]
    held: list[str] = []
    for part in parts:
        if held and not fits(joined([*held, part])):
            yield joined(held)
            held = []
        held.append(part)
    if held:
        yield joined(held)


def _pieces(clause: str, language: str, fits: Callable[[str], bool]) -> Iterator[str]:
    if fits(clause):
        yield clause
        return
    marks = [end for _, end in LineBreaker(clause, _breaks(language)).segments()][:-1]
    if not marks:
        yield clause
        return
    middle = min(marks, key=lambda mark: abs(mark / len(clause) - 0.5) + _harm(clause, mark))
    yield from _pieces(f"{clause[:middle].strip()}…", language, fits)
    yield from _pieces(clause[middle:].strip(), language, fits)


def _harm(clause: str, mark: int) -> float:
    """Return how badly a clause is cut at `mark`: within brackets, or after a word that leans on the next."""
    before, after = clause[:mark], clause[mark:]
    harm = 0.6 if len(_OPENING.findall(before)) > len(_CLOSING.findall(before)) else 0.0
    if cards.UNSPACED.search(before[-3:]):
        # In Thai and its neighbours a space parts what commas part elsewhere.
        return harm + (0.0 if before[-1:].isspace() else 0.3)
    if _LEANS.search(before):
        harm += 0.25
    return harm - (0.1 if _LEADS.match(after) else 0.0)


def lines(words: str, language: str, width: int) -> list[str]:
    """Return `words` in lines of at most `width` characters, as far as they can be broken."""
    found = [""]
    for start, end in LineBreaker(words, _breaks(language)).segments():
        part = words[start:end]
        if found[-1] and len(found[-1]) + len(part.rstrip()) > width:
            found.append("")
        found[-1] += part
    return [line.strip() for line in found if line.strip()]


def joined(parts: Iterable[str] | Sequence[str]) -> str:
    """Return the parts as one text: a space between them unless the script has none."""
    whole = ""
    for part in parts:
        space = "" if not whole or _JOINS_WITHOUT_SPACE.search(whole) else " "
        whole += space + part
    return whole


def _breaks(language: str) -> str:
    """Return how ICU is to break lines: Japanese and Chinese between phrases."""
    tongue = _tongue(language)
    return cards.PHRASES if tongue in ("ja", "zh") else tongue


def _tongue(language: str) -> str:
    found = _LANGUAGE.match(language)
    return found[0].lower() if found else "en"
