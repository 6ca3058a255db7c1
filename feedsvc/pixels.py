"""What a picture's pixels say about it: sharp or blurred, a photograph, a logo, blank. Pure and cheap."""

import array

import pyvips
from msgspec import Struct

_SMALL = 320
_TILES, _DETAIL = 22, 4
# Limits found on photographs, logos, charts and text cards: each kind is on its own side.
_BLURRED = 0.24
_FLAT, _FEW_COLOURS = 0.55, 80
_SHAPE_FLAT, _SHAPE_COLOURS, _SHAPE_COMMON = 0.85, 40, 0.85
_CUT_OUT = 0.25
_STENCIL_PART, _STENCIL = 0.25, 0.85


class Look(Struct, frozen=True):
    """How a picture looks; shares are 0 to 1, `brightness` and `contrast` of 255.

    `sharpness` is 0.6 for fine detail, 0.3 for clean edges, 0.2 and less for what is blurred or enlarged.
    `flat` is the share without any detail, `colours` how many make up all but 3 % of it, `common` the share
    of the four commonest, `clear` the share that is transparent, `dark` and `light` nearly black and white.
    """

    brightness: float
    contrast: float
    sharpness: float
    flat: float
    colours: int
    common: float
    dark: float
    light: float
    clear: float = 0.0

    @property
    def sharp(self) -> bool:
        """Tell whether its clearest parts are in focus, and it was not enlarged much."""
        return self.sharpness >= _BLURRED

    @property
    def blank(self) -> bool:
        """Tell whether there is next to nothing to see."""
        return self.contrast < 5 or self.flat > 0.995

    @property
    def graphic(self) -> bool:
        """Tell whether it was drawn or set in type rather than taken: few colours, mostly flat."""
        return self.flat >= _FLAT and self.colours <= _FEW_COLOURS

    @property
    def logo(self) -> bool:
        """Tell whether it is a logo, an icon or a code to scan, rather than a chart or a text."""
        shape = self.flat >= _SHAPE_FLAT and self.colours <= _SHAPE_COLOURS and self.common >= _SHAPE_COMMON
        stencil = min(self.dark, self.light) >= _STENCIL_PART and self.dark + self.light >= _STENCIL
        return self.graphic and (shape or stencil or self.clear >= _CUT_OUT)


def look(image: pyvips.Image, clear: float = 0.0) -> Look:
    """Return how an sRGB picture of 8 bits looks, its sharpness at the size it has; `clear` is handed on."""
    small = small_of(image)
    grey = small.colourspace("b-w")
    count = small.width * small.height
    colours = sorted(_counts(small), reverse=True)
    return Look(
        brightness=grey.avg(),
        contrast=grey.deviate(),
        sharpness=_sharpness(image.extract_band(1)),
        flat=_share(steps(small) <= 2),
        colours=_making_up(0.97 * count, colours),
        common=sum(colours[:4]) / count,
        dark=_share(grey < 80),
        light=_share(grey > 175),
        clear=clear,
    )


def small_of(image: pyvips.Image) -> pyvips.Image:
    """Return the picture at the size it is looked at: at most 320 pixels across and down."""
    return image.thumbnail_image(_SMALL, height=_SMALL, size="down").copy_memory()


def steps(image: pyvips.Image) -> pyvips.Image:
    """Return for each pixel how far it is from its neighbours, in the band that differs most."""
    deep = image.cast("short")
    across = (deep - deep.wrap(x=1, y=0)).abs()
    down = (deep - deep.wrap(x=0, y=1)).abs()
    return _greatest(across.bandjoin(down)).cast("uchar")


def _greatest(image: pyvips.Image) -> pyvips.Image:
    """Return the greatest of each pixel's bands."""
    bands = [image.extract_band(number) for number in range(image.bands)]
    return bands[0].bandrank(bands[1:], index=len(bands) - 1)


def _share(mask: pyvips.Image) -> float:
    return float(mask.avg()) / 255


def _counts(image: pyvips.Image) -> "array.array[int]":
    """Return how many pixels there are of each of 4,096 colours."""
    return array.array("I", bytes(image.hist_find_ndim(bins=16).write_to_memory()))


def _making_up(count: float, counts: list[int]) -> int:
    for number, of_colour in enumerate(counts, 1):
        count -= of_colour
        if count <= 0:
            return number
    return len(counts)


def _sharpness(plane: pyvips.Image) -> float:
    """Return the share of what a strong blur takes away that a slight one takes already.

    Fine detail goes at once; a blurred edge, or an enlarged one, loses little to either. The clearest tenth
    of the parts with any detail counts, so that a face before a blurred ground is sharp.
    """
    tile = max(1, min(plane.width, plane.height) // _TILES)
    deep = plane.cast("short")
    slight, strong = (
        (deep - plane.gaussblur(sigma)).abs().cast("float").shrink(tile, tile) for sigma in (1.0, 3.0)
    )
    share = (strong > _DETAIL).ifthenelse(slight / (strong + 0.01), 0)
    shares = array.array("f", bytes(share.cast("float").write_to_memory()))
    detailed = sorted(value for value in shares if value)
    if len(detailed) < max(1, len(shares) // 200):
        return 0.0
    return detailed[int(len(detailed) * 0.9)]
