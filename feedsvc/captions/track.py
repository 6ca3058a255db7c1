"""What captions are once they are read: plain lines and their times, in an order that can be shown.

A track made by `repaired` is left as it is by `repaired`, so what is written of it is read back the same.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from feeds.model import Issue


class Cue(Struct, frozen=True):
    """One text on the screen, from `start` to `end` in milliseconds; lines are parted by newlines."""

    start: int
    end: int
    text: str


class Track(Struct, frozen=True):
    """Captions in the order they are shown, never two at a time; `issues` say what could not be kept."""

    cues: tuple[Cue, ...]
    language: str = ""
    issues: tuple[Issue, ...] = ()


_LATEST = 100 * 3_600_000
_LINES = 20  # no screen shows more
# Two texts that begin closer together than this are read as one.
_TOGETHER = 300
# A roll-up caption is on the screen again before anybody sees it gone.
_NEXT = 100
_READ_FIRST, _READ_LETTER, _READ_LONGEST = 1000, 60, 7000

_PASSES = 4
_BREAK = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]|<br\s*/?>|\\N", re.I)
# Marks of direction stay: they are how Arabic and Hebrew captions keep their full stops in place.
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_TAG = re.compile(r"<rt>[^<]*</rt>|</?[a-zA-Z][^<>]*>|</?[\d:.]*>|\{\\[^{}]*\}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_ARROW = re.compile(r"-{1,2}>")
_BLANKS = re.compile(r"[ \t]+")
_MARKS = re.compile(r"[<>&{}\\]")


def plain(markup: str) -> str:
    """Return the lines of a cue's text without markup, entities and empty lines.

    What still looks like markup when it is gone was no text: SRT has no way to write it.
    """
    text = markup
    for _ in range(_PASSES):
        before, text = text, _bare(text)
        if text == before:
            return text
    return _bare(_MARKS.sub(" ", text))


def _bare(text: str) -> str:
    text = _TAG.sub("", _UNFIT.sub("", _BREAK.sub("\n", text)))
    text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    # An arrow would make a line the time of another cue; this one is what its author meant.
    lines = (_BLANKS.sub(" ", line).strip() for line in _ARROW.sub("→", text).split("\n"))
    return "\n".join([line for line in lines if line][:_LINES])


def repaired(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Return cues as they can be shown: with a text, in order, one at a time, each line once."""
    said = (replace(cue, text=plain(cue.text)) for cue in cues if 0 <= cue.start < _LATEST)
    timed = sorted((_ended(cue) for cue in said if cue.text), key=lambda cue: cue.start)
    single = _merged(_cut(_grouped(timed)))
    return tuple(_unrolled(single) if _rolls(single) else single)


def _ended(cue: Cue) -> Cue:
    """Return a cue that ends after it starts; the time it takes to read decides where the file does not."""
    if cue.start < cue.end <= _LATEST + _READ_LONGEST:
        return cue
    long = min(_READ_FIRST + _READ_LETTER * len(cue.text), _READ_LONGEST)
    return replace(cue, end=cue.start + long)


def _grouped(cues: Sequence[Cue]) -> list[Cue]:
    """Return cues with those that come on together, as two speakers' do, made one."""
    groups: list[list[Cue]] = []
    end = 0
    for cue in cues:
        if groups and cue.start < min(end, groups[-1][0].start + _TOGETHER):
            groups[-1].append(cue)
            end = max(end, cue.end)
        else:
            groups.append([cue])
            end = cue.end
    return [_joined(group) if len(group) > 1 else group[0] for group in groups]


def _joined(group: Sequence[Cue]) -> Cue:
    lines = dict.fromkeys(line for cue in group for line in cue.text.split("\n"))
    return Cue(group[0].start, max(cue.end for cue in group), "\n".join(list(lines)[:_LINES]))


def _cut(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield cues that end when the next one starts, at the latest."""
    yield from (replace(cue, end=min(cue.end, after.start)) for cue, after in pairwise(cues))
    yield from cues[-1:]


def _follows(cue: Cue, before: Cue) -> bool:
    return cue.start - before.end <= _NEXT


def _merged(cues: Iterable[Cue]) -> list[Cue]:
    """Return cues with a text that is shown again at once shown on."""
    kept: list[Cue] = []
    for cue in cues:
        if kept and cue.text == kept[-1].text and _follows(cue, kept[-1]):
            kept[-1] = replace(kept[-1], end=cue.end)
        else:
            kept.append(cue)
    return kept


def _rolls(cues: Sequence[Cue]) -> bool:
    """Tell whether lines roll up, as in YouTube's automatic captions: most cues repeat the one before."""
    repeats = sum(
        _follows(cue, before) and _repeated(before.text.split("\n"), cue.text.split("\n")) > 0
        for before, cue in pairwise(cues)
    )
    return repeats >= 2 and repeats * 2 >= len(cues) - 1


def _repeated(before: list[str], lines: list[str]) -> int:
    """Return how many lines at the head of `lines` are the last ones of `before`."""
    most = min(len(before), len(lines), 4)
    return next((n for n in range(most, 0, -1) if before[-n:] == lines[:n]), 0)


def _unrolled(cues: Iterable[Cue]) -> list[Cue]:
    """Return cues with each line where it is new, and shown as long as nothing newer is."""
    kept: list[Cue] = []
    screen: list[str] = []
    for cue in cues:
        whole = cue.text.split("\n")
        lines = whole
        if kept and _follows(cue, kept[-1]):
            lines = lines[_repeated(screen, lines) :]
            while repeated := _repeated(kept[-1].text.split("\n"), lines):
                lines = lines[repeated:]
        if lines:
            kept.append(replace(cue, text="\n".join(lines)))
        else:
            kept[-1] = replace(kept[-1], end=cue.end)
        screen = whole
    return kept
