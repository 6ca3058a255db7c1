"""A slide typeset: what stands still over a picture that moves, or on the brand's colour.

Words keep 5 % away from every edge, for old TVs cut that off, and stand on a shade that is dark enough
for any picture.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import pyvips
from msgspec import Struct

from feeds.model import Brand
from feedsvc.slides.motion import sixteens
from feedsvc.slides.script import Slide
from feedsvc.thumbnails import HEIGHT, WIDTH, cards, fonts

LEFT, TOP = cards.LEFT, 60
# White over a white picture under this much of the shade still has a contrast of 9.
_SHADE, _RISE = 0.84, 220
_HEADLINES = (84, 76, 70, 64, 58, 52, 46, 42)
_OVER_PICTURE, _ON_GROUND = (44, 40, 36, 33), (64, 60, 56, 52, 48, 44, 40)
_LOGO_WIDE, _LOGO_HIGH = 240, 64
_MARKS_ABOVE = re.compile("[\u0900-\u0eff\u1780-\u17ff]")


BEAM = 768


class Layer(Struct, frozen=True):
    """An RGBA image and its place; `words` tells letters from shades and plates.

    What is `under` the words of a slide may be the same on the next one: the shade, and the station's sign.
    """

    image: pyvips.Image
    x: int
    y: int
    words: bool = True
    under: bool = False


class _Page(Struct, frozen=True):
    brand: Brand
    language: str
    rtl: bool
    picture: bool

    def place(
        self, image: pyvips.Image, left: int, y: int, *, words: bool = True, under: bool = False
    ) -> Layer:
        """Return the image `left` pixels from the side where reading begins."""
        return Layer(image, WIDTH - left - image.width if self.rtl else left, y, words, under)


def layers(
    slide: Slide, station: str, brand: Brand, language: str, logo: pyvips.Image | None = None
) -> tuple[Layer, ...]:
    """Return what stands still on a slide, bottom first; `station` names the channel in the corner."""
    rtl = cards.right_to_left(slide.words or station, language)
    page = _Page(brand, language, rtl, slide.picture is not None)
    if slide.kind == "title":
        return _title(slide, page, logo)
    if slide.kind == "end":
        return _end(slide, page, logo)
    return _text(slide, page, station, logo)


def flat(layers: Sequence[Layer]) -> Layer:
    """Return the layers as one, no larger than what they cover."""
    left, top = min(layer.x for layer in layers), min(layer.y for layer in layers)
    right = max(layer.x + layer.image.width for layer in layers)
    bottom = max(layer.y + layer.image.height for layer in layers)
    # Chroma has half the places: an odd one would tear colour from letters.
    left, top = left - left % 2, top - top % 2
    ground = pyvips.Image.black(sixteens(right - left), bottom - top + bottom % 2, bands=4).copy(
        interpretation="srgb"
    )
    whole = ground.composite(
        [layer.image for layer in layers], "over",
        x=[layer.x - left for layer in layers], y=[layer.y - top for layer in layers],
    )  # fmt: skip
    return Layer(whole.cast("uchar").copy_memory(), left, top)


def ground(brand: Brand, rtl: bool) -> pyvips.Image:
    """Return what a slide without a picture stands on."""
    image = cards.backdrop(*cards.shades(brand.colour))
    return image.fliphor().copy_memory() if rtl else image


@lru_cache(maxsize=4)
def beam(colour: str) -> pyvips.Image:
    """Return a slanting ray of light, RGBA, that wanders over the ground."""
    width = BEAM
    place = pyvips.Image.xyz(width, HEIGHT)
    across = (place[0] + place[1] * 0.42 - 0.21 * HEIGHT - width / 2).abs() / (width / 2 - 0.21 * HEIGHT)
    # No edge is to be seen; nor is the contrast of the words to fall below 4.5.
    strength = (across > 1).ifthenelse(0, (across * 180).cos() * 0.5 + 0.5) * 24
    light = pyvips.Image.black(width, HEIGHT, bands=3) + list(cards.shades(colour)[2])
    return light.bandjoin(strength).cast("uchar").copy(interpretation="srgb").copy_memory()


def emblem(logo: bytes) -> pyvips.Image | None:
    """Return a logo at the size of a corner, None when it is no picture."""
    if not logo:
        return None
    try:
        image = pyvips.Image.thumbnail_buffer(logo, _LOGO_WIDE, height=_LOGO_HIGH).colourspace("srgb")
        image = image if image.hasalpha() else image.bandjoin(255)
        return image.cast("uchar").copy_memory()
    except pyvips.Error:
        return None


def _title(slide: Slide, page: _Page, logo: pyvips.Image | None) -> tuple[Layer, ...]:
    small = ((fonts.drawable(slide.credit), 24), (fonts.drawable(slide.line), 28))
    blocks = cards.titled(
        fonts.drawable(slide.words), fonts.drawable(slide.label), [line for line in small if line[0]],
        page.brand, page.language, page.rtl, page.picture,
    )  # fmt: skip
    top = min((block.top for block in blocks), default=HEIGHT)
    placed = (page.place(block.image, block.left, block.top, words=block.words) for block in blocks)
    return (*_shade(top, page), *placed, *_corner("", page, logo))


def _text(slide: Slide, page: _Page, station: str, logo: pyvips.Image | None) -> tuple[Layer, ...]:
    sizes, room = (_OVER_PICTURE, 250) if page.picture else (_ON_GROUND, 370)
    block = _fitted(slide.words, page, sizes, room, _apart(slide.words), "Medium")
    found, y = [], HEIGHT - cards.BOTTOM + 6
    if credit := fonts.drawable(slide.credit):
        small = _set(credit, page, 24, cards.PALE)
        found.append(page.place(small, LEFT + cards.INDENT, y - small.height))
        y -= small.height + 26
    y = y - block.height if page.picture else (HEIGHT - block.height) // 2 + 24
    bar = cards.bar(block, cards.shades(page.brand.colour)[2])
    found += [page.place(block, LEFT + cards.INDENT, y), page.place(bar, LEFT, y - 4, words=False)]
    return (*_shade(y, page), *found, *_corner(station, page, logo))


def _end(slide: Slide, page: _Page, logo: pyvips.Image | None) -> tuple[Layer, ...]:
    accent = cards.shades(page.brand.colour)[2]
    blocks = [(cards.panel(132, 6, accent), False)]
    if fonts.drawable(slide.words):
        blocks.insert(0, (_fitted(slide.words, page, _HEADLINES, 260, cards.leading(slide.words)), True))
    if line := fonts.drawable(slide.line):
        blocks.append((_set(line, page, 34, cards.PALE), True))
    if logo is not None:
        blocks.insert(0, (logo, True))
    y = (HEIGHT - sum(block.height + 34 for block, _ in blocks) + 34) // 2
    found = []
    for block, words in blocks:
        found.append(Layer(block, (WIDTH - block.width) // 2, y, words))
        y += block.height + 34
    return tuple(found)


def _apart(words: str) -> float:
    return 1.06 if _MARKS_ABOVE.search(words) else cards.leading(words) + 0.08


def _fitted(
    words: str, page: _Page, sizes: Sequence[int], room: int, apart: float, weight: str = "Bold"
) -> pyvips.Image:
    marked = cards.marked(fonts.drawable(words), page.rtl)
    return cards.fitted(marked, sizes, room, page.language, apart, weight)


def _set(words: str, page: _Page, size: int, colour: cards.Colour) -> pyvips.Image:
    marked = cards.marked(words, page.rtl)
    return cards.typeset(marked, size, cards.WIDE, page.language, 1.0, colour, weight="Medium")


def _corner(station: str, page: _Page, logo: pyvips.Image | None) -> tuple[Layer, ...]:
    """Return the station's sign where reading begins: its logo, else its name on a plate."""
    ground, _, accent = cards.shades(page.brand.colour)
    if logo is not None:
        if not (colour := _behind(logo, page, ground)):
            return (page.place(logo, LEFT, TOP, under=True),)
        plate = cards.panel(logo.width + 36, logo.height + 24, colour)
        return (
            page.place(plate, LEFT, TOP, words=False, under=True),
            page.place(logo, LEFT + 18, TOP + 12, under=True),
        )
    name = fonts.drawable(station)
    if not name:
        return ()
    words = cards.typeset(name, 25, cards.WIDE, page.language, 1.0)
    plate = cards.panel(words.width + 40, words.height + 26, ground)
    edge = cards.panel(6, plate.height, accent)
    return (
        page.place(plate, LEFT, TOP, words=False, under=True),
        page.place(edge, LEFT, TOP, words=False, under=True),
        page.place(words, LEFT + 23, TOP + 13, under=True),
    )


def _behind(logo: pyvips.Image, page: _Page, ground: cards.Colour) -> cards.Colour | None:
    """Return the colour of the plate a logo needs to be seen, None for one that brings its own ground."""
    alpha = logo[3]
    if alpha.min() == 255:
        return None
    ink = [(band * alpha).avg() / max(alpha.avg(), 0.01) for band in logo.extract_band(0, n=3).bandsplit()]
    if cards.contrast((ink[0], ink[1], ink[2]), ground) < 3:
        return cards.WHITE
    return ground if page.picture else None


def _shade(top: int, page: _Page) -> tuple[Layer, ...]:
    """Return the dark that rises softly behind words from `top` down, where there is a picture."""
    if not page.picture:
        return ()
    deep = cards.shades(page.brand.colour)[1]
    start = max(0, top - _RISE)
    height = HEIGHT - start
    rise = pyvips.Image.xyz(WIDTH, height)[1] / max(1, top - 24 - start)
    rise = (rise > 1).ifthenelse(1, rise)
    share = rise * rise * (3 - rise * 2) * (255 * _SHADE)
    dark = pyvips.Image.black(WIDTH, height, bands=3) + list(deep)
    return (
        Layer(
            dark.bandjoin(share).cast("uchar").copy(interpretation="srgb"), 0, start, words=False, under=True
        ),
    )
