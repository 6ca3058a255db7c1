"""Where a camera looks as it moves over a picture: slow zooms and pans that never shake.

A picture can only be cut at whole pixels, and one that is cut at another pixel than the movement asks for
jumps to and fro: FFmpeg's zoompan does. A pan here takes turns between pictures that were made half a pixel
apart; a zoom chooses, among all pairs of a size that is cut out and a size that is scaled to, the pair whose
ratio is the one wanted.
"""

from math import ceil
from typing import Literal

from msgspec import Struct

from feedsvc.thumbnails import HEIGHT, WIDTH

Way = Literal["in", "out", "left", "right"]

# Every second slide pans, and no two neighbours move alike.
_WAYS: tuple[Way, ...] = ("in", "right", "out", "left")
_MOST, _A_FRAME = 0.11, 0.011 / 25
# A finer source keeps every frame as sharp as the next: at 1:1 some would be copies and others mixtures.
# Between 4/3 and 3/2 there is a good pair for every ratio: no point strays 0.15 pixels from its way.
_FINER = 1.47
# How much larger than the screen a picture may be scaled before its middle is shown.
_STEPS = 14
_STEP = 4  # half of it must be even, for colour has half the places
PHASES = 4


class View(Struct, frozen=True):
    """What one frame shows: a part of a source, the size it is scaled to, and where in that the screen is."""

    source: int
    x: int
    y: int
    width: int
    height: int
    across: int = WIDTH
    down: int = HEIGHT
    left: int = 0
    top: int = 0


class Move(Struct, frozen=True):
    """A movement over one picture that lasts for `frames`."""

    way: Way
    frames: int

    @property
    def pans(self) -> bool:
        """Tell whether the picture goes by rather than comes nearer."""
        return self.way in ("left", "right")

    @property
    def size(self) -> tuple[int, int]:
        """Return the size of the picture it needs; for a pan, twice the size of what goes by."""
        if self.pans:
            return 2 * self.strip + 16, 2 * HEIGHT
        finer = _FINER * (1 + _STEP * _STEPS / HEIGHT)
        return sixteens(WIDTH * finer), sixteens(HEIGHT * finer)

    @property
    def strip(self) -> int:
        """Return how wide a pan's pictures are."""
        return WIDTH + sixteens(self.frames / 2 + 2)

    def view(self, number: int) -> View:
        """Return what the frame `number` shows, from 0 on."""
        if not self.pans:
            return _zoomed(*self.size, _FINER / self._zoom(number))
        place = number if self.way == "right" else self.frames - 1 - number
        return View(place % PHASES, place // PHASES * 2, 0, WIDTH, HEIGHT)

    def _zoom(self, number: int) -> float:
        share = number / self.frames
        most = min(_MOST, _A_FRAME * self.frames)
        return 1 + most * (share if self.way == "in" else 1 - share)


def move(number: int, frames: int) -> Move:
    """Return how the camera moves on the slide of this number."""
    return Move(_WAYS[number % len(_WAYS)], frames)


def sixteens(length: float) -> int:
    """Return a length, made longer until a row of pixels needs no padding in memory."""
    return ceil(length / 16) * 16


def _even(length: float) -> int:
    return round(length / 2) * 2


def _zoomed(width: int, height: int, ratio: float) -> View:
    across, w = _pair(WIDTH, width, ratio)
    down, h = _pair(HEIGHT, height, ratio)
    return View(
        0,
        (width - w) // 2,
        (height - h) // 2,
        w,
        h,
        across,
        down,
        (across - WIDTH) // 2,
        (down - HEIGHT) // 2,
    )


def _pair(screen: int, source: int, ratio: float) -> tuple[int, int]:
    """Return a length that is scaled to, and one that is cut out, as close to `ratio` as there is."""
    lengths = range(screen, screen + _STEP * _STEPS + 1, _STEP)
    pairs = [(long, cut) for long in lengths if (cut := _even(long * ratio)) <= source]
    return min(pairs, key=lambda pair: abs(pair[1] / pair[0] - ratio) * screen)
