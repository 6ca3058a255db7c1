"""What is read on the slides as captions: SubRip and WebVTT."""

from collections.abc import Iterator, Sequence
from html import escape

from msgspec import Struct

from feedsvc.slides.script import Slide, reading, starts
from feedsvc.slides.sentences import lines

# Two lines of 42 signs are what viewers read at once; ideographs are twice as wide.
_WIDE, _LINES = 42, 2


class Cue(Struct, frozen=True):
    """Lines of text from `start` to `end`, in milliseconds."""

    start: int
    end: int
    lines: tuple[str, ...]


def cues(slides: Sequence[Slide], language: str) -> tuple[Cue, ...]:
    """Return the slides' words in captions of two lines, each shown for its share of a slide's time."""
    return tuple(
        cue
        for slide, (start, end) in zip(slides, starts(slides), strict=True)
        for cue in _shared(slide, round(start * 1000), round(end * 1000), language)
    )


def _shared(slide: Slide, start: int, end: int, language: str) -> Iterator[Cue]:
    wide = any(ord(sign) > 0x2E80 for sign in slide.words)
    found = lines(slide.words, language, _WIDE // 2 if wide else _WIDE)
    blocks = [tuple(found[place : place + _LINES]) for place in range(0, len(found), _LINES)]
    weights = [reading(" ".join(block)) + 0.5 for block in blocks]
    for number, block in enumerate(blocks):
        since, until = (sum(weights[:n]) / sum(weights) for n in (number, number + 1))
        yield Cue(start + round((end - start) * since), start + round((end - start) * until), block)


def srt(cues: Sequence[Cue]) -> str:
    """Return the captions as SubRip."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_arrowless(cue)}\n"
        for number, cue in enumerate(cues, 1)
    )


def vtt(cues: Sequence[Cue]) -> str:
    """Return the captions as WebVTT."""
    return "WEBVTT\n\n" + "\n".join(
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{escape(_arrowless(cue), quote=False)}\n"
        for cue in cues
    )


def _arrowless(cue: Cue) -> str:
    # An arrow within a text would be read as the next cue's time.
    return "\n".join(cue.lines).replace("-->", "→")


def _clock(moment: int, point: str) -> str:
    minutes, rest = divmod(moment, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"
