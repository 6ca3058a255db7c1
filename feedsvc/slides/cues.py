"""What is read or heard on the slides, as captions."""

from collections.abc import Iterator, Sequence
from math import ceil

from feedsvc.captions import Cue, Track
from feedsvc.slides.script import Slide, reading, starts
from feedsvc.slides.sentences import lines

# Two lines of 42 signs are what viewers read at once; ideographs are twice as wide.
_WIDE, _LINES = 42, 2


def track(slides: Sequence[Slide], language: str) -> Track:
    """Return the slides' words in captions of two lines, each shown for its share of a slide's time.

    Where a slide is spoken they follow the voice.
    """
    cues = (
        cue
        for slide, (start, end) in zip(slides, starts(slides), strict=True)
        for cue in _shared(slide, *_spoken(slide, start, end), language)
    )
    return Track(tuple(cues), language)


def _spoken(slide: Slide, start: float, end: float) -> tuple[int, int]:
    since, until = slide.spoken or (0.0, end - start)
    return round((start + since) * 1000), round((start + until) * 1000)


def _shared(slide: Slide, start: int, end: int, language: str) -> Iterator[Cue]:
    blocks = _blocks(slide.words, language)
    weights = [reading(block) + 0.5 for block in blocks]
    for number, block in enumerate(blocks):
        since, until = (sum(weights[:n]) / sum(weights) for n in (number, number + 1))
        yield Cue(start + round((end - start) * since), start + round((end - start) * until), block)


def _blocks(words: str, language: str) -> list[str]:
    """Return the words two lines at a time, the lines no wider than they must be: none is a stray word."""
    widest = _WIDE // 2 if any(ord(sign) > 0x2E80 for sign in words) else _WIDE
    found = lines(words, language, widest)
    count = ceil(len(found) / _LINES)
    for width in range(widest - 1, widest // 2, -1):
        narrower = lines(words, language, width)
        if ceil(len(narrower) / _LINES) > count:
            break
        found = narrower
    return ["\n".join(found[place : place + _LINES]) for place in range(0, len(found), _LINES)]
