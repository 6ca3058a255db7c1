"""Captions in TTML, DFXP and their broadcast profiles, read without what XML can do to a reader.

pysubs2 reads some TTML too, with a parser that expands entities, and without frames, ticks, damaged documents
and the namespaces of drafts.
"""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

from lxml import etree
from msgspec import Struct

from feedsvc.captions.track import Cue

_ROOT = re.compile(r"\s*(?:<[?!].{0,2000}?)?<(?:[\w.-]+:)?tt[\s>]", re.S)
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9})|[:;](\d{1,4})(?:\.\d{1,4})?)?")
_OFFSET = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|f|t)")
_SECONDS = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
_HOUR = 3_600_000
_SILENT = {"metadata", "title", "desc", "set", "head"}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WHITE = re.compile(r"\s+")


class _Clock(Struct, frozen=True):
    """How a document counts: frames and ticks in a second."""

    frames: Fraction
    ticks: Fraction

    def ms(self, said: str | None) -> int | None:
        """Return milliseconds, None for what is not said or cannot be read."""
        seconds = self._seconds((said or "").strip())
        return None if seconds is None else round(seconds * 1000)

    def _seconds(self, said: str) -> Fraction | None:
        if match := _CLOCK.fullmatch(said):
            hours, minutes, seconds, fraction, frames = match.groups()
            whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
            return whole + Fraction(f"0.{fraction or 0}") + Fraction(int(frames or 0)) / self.frames
        if match := _OFFSET.fullmatch(said):
            units = _SECONDS | {"f": 1 / self.frames, "t": 1 / self.ticks}
            return Fraction(match[1]) * units[match[2]]
        return None


def is_ttml(text: str) -> bool:
    """Tell whether `text` begins as TTML does."""
    return bool(_ROOT.match(text[:8000]))


def read(text: str) -> tuple[list[Cue], str, int]:
    """Return the cues in document order, the language, and how many have no time that can be read."""
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, recover=True, huge_tree=False
    )
    # libxml2 believes the declaration before what it is told, and the text is in UTF-8 by now.
    body = re.sub(r"^\s*<\?xml[^>]*>", "", text.lstrip("\ufeff"))
    try:
        root = etree.fromstring(body.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return [], "", 0
    clock = _clock(root)
    cues: list[Cue] = []
    lost = 0
    for paragraph in _outermost(root, lambda node: _name(node) == "p"):
        found = list(_cues(paragraph, clock))
        cues += found
        lost += not found and bool("".join(_words(paragraph)).strip())
    return _from_zero(cues, root), root.get(_LANG, ""), lost


def _clock(root: etree._Element) -> _Clock:
    said = {_local(str(name)): value for name, value in root.attrib.items()}
    rate = Fraction(_whole(said.get("frameRate"), 30))
    times, _, per = said.get("frameRateMultiplier", "").replace(":", " ").partition(" ")
    frames = rate * _whole(times, 1) / _whole(per, 1)
    ticks = Fraction(_whole(said.get("tickRate"), 0)) or (frames if "frameRate" in said else Fraction(1))
    return _Clock(frames, ticks)


def _whole(said: str | None, otherwise: int) -> int:
    said = (said or "").strip()
    return (int(said) if re.fullmatch(r"\d{1,12}", said) else 0) or otherwise


def _cues(paragraph: etree._Element, clock: _Clock) -> Iterator[Cue]:
    """Yield a paragraph's cue; its spans' when they are what is timed."""
    spans = list(_outermost(paragraph, lambda node: "begin" in node.attrib))
    for node in [paragraph] if "begin" in paragraph.attrib or not spans else spans:
        starts = [clock.ms(n.get("begin")) for n in (node, *node.iterancestors()) if n.get("begin")]
        ends, lasts = clock.ms(node.get("end")), clock.ms(node.get("dur"))
        known = [start for start in starts if start is not None]
        if known and len(known) == len(starts):
            start = sum(known)
            # Times count from where what is around them begins.
            around = start - (known[0] if node.get("begin") else 0)
            end = around + ends if ends is not None else start + (lasts or 0)
            yield Cue(start, end, "".join(_words(node)))


def _outermost(node: etree._Element, wanted: Callable[[etree._Element], bool]) -> Iterator[etree._Element]:
    """Yield the wanted elements in `node`, none within another; libxml2 lets none be deeper than 256."""
    for child in node.iterchildren(etree.Element):
        if wanted(child):
            yield child
        elif _name(child) not in _SILENT:
            yield from _outermost(child, wanted)


def _words(node: etree._Element, keep: bool = False) -> Iterator[str]:
    """Yield the text of a node, ``<br/>`` as a newline; white space is one space unless it shall be kept."""
    keep = {"preserve": True, "default": False}.get(node.get(_SPACE, ""), keep)
    yield _space(node.text, keep)
    for child in node:
        if isinstance(child, etree._Entity):
            yield child.text or ""
        elif isinstance(child.tag, str) and _name(child) == "br":
            yield "\n"
        elif isinstance(child.tag, str) and _name(child) not in _SILENT:
            yield from _words(child, keep)
        yield _space(child.tail, keep)


def _space(text: str | None, keep: bool) -> str:
    return (text or "") if keep else _WHITE.sub(" ", text or "")


def _from_zero(cues: list[Cue], root: etree._Element) -> list[Cue]:
    """Return cues counted from the film's start: broadcasters' time codes start at ten o'clock, say."""
    base = next((v for name, v in root.attrib.items() if _local(str(name)) == "timeBase"), "")
    early = min((cue.start for cue in cues), default=0) // _HOUR * _HOUR if base == "smpte" else 0
    return [Cue(cue.start - early, cue.end - early, cue.text) for cue in cues] if early else cues


def _name(node: etree._Element) -> str:
    return _local(str(node.tag))


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2]
