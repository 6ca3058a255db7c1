"""A poster frame: the picture of a film that shows best what it is about."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pyvips

from feedsvc import pixels
from feedsvc.http import FetchError
from feedsvc.media.footage import DAMAGE, Files, Limits, OpenUrl, Unfit
from feedsvc.media.stills import film

_HEIGHT = 720
# Corners of the colour cube that test cards are made of: yellow, cyan, green, magenta, red, blue.
_BARS = ((1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1))
_BAR_LOW, _BAR_HIGH, _BAR_PART, _BARS_AT_LEAST = 70, 150, 0.01, 5
_BLACK = 24
_NARROW = 0.02


def frame(
    url: str,
    open_url: OpenUrl,
    at: tuple[float, ...] = (0.12, 0.3, 0.5, 0.7),
    limits: Limits = Limits(seconds=20.0),  # noqa: B008
    clock: Callable[[], float] = time.monotonic,
) -> bytes | None:
    """Return a JPEG of the clearest of a few pictures of a film, None when none is worth showing.

    `at` are fractions of its length. Black, blank, blurred and faded pictures lose, so do captions on a
    ground; a test card is never shown; black bars are cut off. Never raises.
    """
    shots: list[tuple[float, pyvips.Image]] = []
    # Key frames come cheap; a film with few of them may fade in from black, so then look further ahead.
    for further in (False, True):
        with Files(open_url, limits, clock) as files, suppress(*DAMAGE, pyvips.Error, Unfit, FetchError):
            for shot in _shots(url, files, at, further):
                shots.append((worth(shot), shot))
        most, best = max(shots, key=lambda shot: shot[0], default=(0, None))
        if best is not None and most > 0:
            return bytes(best.jpegsave_buffer(Q=92, keep="none"))
    return None


def _shots(url: str, files: Files, at: tuple[float, ...], further: bool) -> Iterator[pyvips.Image]:
    with film(url, files, _HEIGHT) as found:
        for second in dict.fromkeys(found.begins(fraction * found.seconds) for fraction in at):
            for shot in found.at(second, second if further else 0):
                yield unboxed(shot)


def worth(image: pyvips.Image) -> float:
    """Return how well a picture of a film serves as its poster, 0 for not at all, 1 for one without fault.

    A test card, black, white and blank are 0; what is dim, glaring, faded or blurred is less, and a graphic
    is never as good as a picture.
    """
    look = pixels.look(image)
    if look.contrast < 10 or not 16 < look.brightness < 240 or is_test_card(image):
        return 0.0
    lit = min(1.0, (look.brightness - 8) / 56, (248 - look.brightness) / 56)
    sharp = min(1.0, max(0.05, (look.sharpness - 0.15) / 0.2))
    return lit * min(1.0, look.contrast / 48) * sharp * (0.1 if look.graphic else 1.0)


def is_test_card(image: pyvips.Image) -> bool:
    """Tell whether a picture is a test card: flat, and in nearly all of the six colours of its bars."""
    small = pixels.small_of(image)
    flat = pixels.steps(small) <= 4
    return sum(_bar(small, flat, colour) >= _BAR_PART for colour in _BARS) >= _BARS_AT_LEAST


def _bar(image: pyvips.Image, flat: pyvips.Image, colour: tuple[int, int, int]) -> float:
    """Return the share of a picture that is flat and of this colour."""
    mask = flat
    for band, full in enumerate(colour):
        plane = image.extract_band(band)
        mask = mask & ((plane > _BAR_HIGH) if full else (plane < _BAR_LOW))
    return float(mask.avg()) / 255


def unboxed(image: pyvips.Image) -> pyvips.Image:
    """Return a picture without the black bars above and below or left and right of it."""
    left, top, width, height = image.find_trim(threshold=_BLACK, background=[0])
    over = left, image.width - left - width, top, image.height - top - height
    bars = [bar / of for bar, of in zip(over, (image.width,) * 2 + (image.height,) * 2, strict=True)]
    even = abs(bars[0] - bars[1]) <= _NARROW and abs(bars[2] - bars[3]) <= _NARROW
    if not even or max(bars) < _NARROW or width * height * 2 < image.width * image.height:
        return image
    # A bar ends in a row that is neither black nor picture.
    trim = [2 if bar else 0 for bar in over]
    return image.crop(left + trim[0], top + trim[2], width - sum(trim[:2]), height - sum(trim[2:]))
