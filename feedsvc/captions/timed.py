"""Captions written as lines under a time: WebVTT, SRT and SBV, as they are found rather than as specified.

All three are texts under lines such as ``00:01.000 --> 00:02.500``, so one reader that looks for those lines
takes any of them, with counters, blank lines, hours or the header missing. webvtt-py refuses a whole file
for one such slip; pysubs2 leaves notes and entities in the text and finds nothing where lines end in CR.
"""

import re
from collections.abc import Iterator

from msgspec import Struct, field

from feedsvc.captions.track import Cue

_TIME = r"(?:(\d{1,4})\s?:\s?)?(\d{1,3})\s?:\s?(\d{1,2})(?:\s?[.,:]\s?(\d{1,9}))?"
_ARROW = re.compile(rf"\s*{_TIME}\s*(?:-->|--&gt;|->)\s*{_TIME}(\s.*|)")
_COMMA = re.compile(rf"\s*{_TIME}\s*,\s*{_TIME}(\s*)")
# Lines that were meant to be a time: what comes under them belongs to no other cue.
_LIKE_ARROW = re.compile(r"\s*\d.*-->.*")
_LIKE_COMMA = re.compile(r"\s*\d{1,4}:\d\d\S{0,12}\s?,\s?\d{1,4}:\d\d\S{0,12}\s*")
_SETTINGS = re.compile(r"(?:\s+[A-Za-z][\w-]*:\S+)*\s*")
_NOT_SPOKEN = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_COUNTER = re.compile(r"\s*\d+\s*")
_LANGUAGE = re.compile(r"WEBVTT[^\n]*\n(?:[^\n]+\n){0,9}?Language:[ \t]*([\w-]{2,35})[ \t]*\n")


class Found(Struct):
    """The cues of a file as they stand in it, the language it names, and how many had no time to be read."""

    cues: list[Cue] = field(default_factory=list)
    language: str = ""
    lost: int = 0


class _Block(Struct):
    """A cue while its lines are collected; None for times that cannot be read."""

    times: tuple[int, int] | None
    lines: list[str] = field(default_factory=list)


class _Reader:
    def __init__(self, is_webvtt: bool, has_arrows: bool) -> None:
        self.is_webvtt = is_webvtt
        self.timing, self.like = (_ARROW, _LIKE_ARROW) if has_arrows else (_COMMA, _LIKE_COMMA)
        self.blocks: list[_Block] = []
        self.open = False  # whether a text without a time goes on with the last cue
        self.lost = 0

    def take(self, lines: list[str]) -> None:
        """Take the lines between two blank ones."""
        heads = [n for n, line in enumerate(lines) if self._is_head(line)]
        if not heads:
            self._go_on(lines)
            return
        # The line above a time is a counter or a name; what is above that lacks its own blank line.
        self._go_on(lines[: max(0, heads[0] - 1)])
        for head, after in zip(heads, [*heads[1:], None], strict=True):
            text = lines[head + 1 : after]
            if after is not None and text and _COUNTER.fullmatch(text[-1]):
                del text[-1]
            self._begin(lines[head], text)

    def _is_head(self, line: str) -> bool:
        return bool(self.timing.fullmatch(line) or self.like.fullmatch(line))

    def _begin(self, head: str, text: list[str]) -> None:
        match = self.timing.fullmatch(head)
        self.lost += not match
        beside = match[9] if match else ""
        spoken = [] if _SETTINGS.fullmatch(beside) else [beside]
        self.blocks.append(_Block((_ms(match, 1), _ms(match, 5)) if match else None, spoken + text))
        self.open = True

    def _go_on(self, lines: list[str]) -> None:
        """Take text that has no time: it goes on after a blank line, or has lost its time, or is no text."""
        if not lines or not self.blocks or _NOT_SPOKEN.match(lines[0]):
            return
        counted = bool(_COUNTER.fullmatch(lines[0]))
        if counted and len(lines) == 1:
            return
        # In WebVTT a blank line ends a cue, save that some editors put one under the time.
        self.open = self.open and not counted and not (self.is_webvtt and self.blocks[-1].lines)
        if self.open:
            self.blocks[-1].lines += lines
        else:
            self.lost += 1


def read(text: str) -> Found:
    """Return what `text` holds, its line ends newlines; nothing when it is none of the three."""
    is_webvtt = text.startswith("WEBVTT")
    arrows = any(_ARROW.fullmatch(line) for line in text.split("\n"))
    reader = _Reader(is_webvtt, arrows)
    for lines in _paragraphs(text, is_webvtt):
        reader.take(lines)
    cues = [Cue(*block.times, "\n".join(block.lines)) for block in reader.blocks if block.times]
    if not arrows:
        cues = [Cue(cue.start, cue.end, cue.text.replace("[br]", "\n")) for cue in cues]
    named = _LANGUAGE.match(text)
    return Found(cues, named[1] if named else "", reader.lost)


def _paragraphs(text: str, is_webvtt: bool) -> Iterator[list[str]]:
    lines: list[str] = []
    for line in text.split("\n"):
        # YouTube keeps a cue open with a line of one space.
        if line if is_webvtt else line.strip():
            lines.append(line)
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _ms(match: re.Match[str], first: int) -> int:
    hours, minutes, seconds, fraction = match.group(first, first + 1, first + 2, first + 3)
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int(f"{(fraction or '')[:3]:0<3}")
