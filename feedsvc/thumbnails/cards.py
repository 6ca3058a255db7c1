"""Title cards: a headline typeset on the channel's colour, for a story that has no picture.

Pango sets the type, through pyvips, in what fonts there are.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from html import escape

import pyvips
from icu4py.breakers import LineBreaker
from msgspec import Struct

from feeds import text
from feeds.model import Brand
from feedsvc.thumbnails import fonts
from feedsvc.thumbnails.fonts import drawable

WIDTH, HEIGHT = 1280, 720
# Old TVs cut off up to 5 % at each edge; words stay well inside.
LEFT, BOTTOM, INDENT = 96, 62, 32
WIDE = WIDTH - 2 * LEFT - INDENT
_SIZES = (104, 92, 84, 76, 70, 64, 58, 52, 46, 42)
_SIZES_OVER = (60, 56, 52, 48, 44, 40)
_LONGEST = 170
# How far lines stand apart, as a share of what the fonts ask for: headlines are set close, but marks above
# and below the letters must not meet.
_LEADING = (
    (re.compile("[\u0590-\u05ff]"), 0.76),
    (re.compile("[\u0600-\u08ff\ufb50-\ufefc]"), 0.74),
    (re.compile("[\u0900-\u0eff\u1780-\u17ff]"), 0.98),
    # Fonts for Burmese ask for twice the room others do.
    (re.compile("[\u1000-\u109f]"), 0.8),
    (re.compile("[\u3000-\u9fff\uac00-\ud7ff]"), 1.0),
)
# Scripts of South East Asia, which put no spaces between words.
UNSPACED = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
# Beside these a line would end; Korean is read word by word, and so is Japanese that is parted into phrases.
_SIGN = "[\u3000-\u3098\u309b-\u30ff\u3400-\u9fff\uac00-\ud7af\uff01-\uff60]"
_UNCUT = re.compile(rf"(?<={_SIGN})(?=[^\s\u0300-\u036f\u3099\u309a\ufe00-\ufe0f])|(?<=\S)(?={_SIGN})")
# Lines end between phrases (https://www.unicode.org/reports/tr35/#UnicodeLineBreakWordIdentifier).
PHRASES = "ja@lw=phrase"
_LEFTWARD = frozenset({"ar", "he", "iw", "fa", "ur", "ps", "yi", "ckb", "sd", "ug", "dv"})
PALE = (214.0, 220.0, 228.0)
WHITE, _INK = (255.0, 255.0, 255.0), (13.0, 17.0, 24.0)
Colour = tuple[float, float, float]


class Block(Struct, frozen=True):
    """An RGBA image and its place: `left` counts from where reading begins; `words` are to be read."""

    image: pyvips.Image
    left: int
    top: int
    words: bool = True


def draw(title: str, section: str, brand: Brand, language: str = "") -> pyvips.Image:
    """Return a title card, 1280 x 720 sRGB: the headline on the brand's colour, the section above it.

    What is in a script no font covers is left out; `fonts.uncovered` names it. Same words, same pixels.
    """
    headline = drawable(text.clip(text.line(title), _LONGEST))
    label = drawable(text.clip(text.line(section), 40))
    rtl = right_to_left(headline or label, language)
    image = backdrop(*shades(brand.colour))
    image = image.fliphor() if rtl else image
    for block in titled(headline, label, (), brand, language, rtl):
        image = _paste(image, block, rtl)
    return image


def titled(
    headline: str,
    label: str,
    lines: Sequence[tuple[str, int]],
    brand: Brand,
    language: str,
    rtl: bool,
    over_picture: bool = False,
) -> list[Block]:
    """Return what a title is set of, on a card or a slide: a label, the headline, small lines below it.

    `lines` are words and their size, the lowest first. All stands at the foot; over a picture it is smaller.
    """
    accent, found, foot = shades(brand.colour)[2], list[Block](), HEIGHT - BOTTOM
    for words, size in lines:
        block = typeset(marked(words, rtl), size, WIDE, language, 1.0, PALE, weight="Medium")
        foot -= block.height
        found.append(Block(block, LEFT + INDENT, foot))
        foot -= 20
    foot -= 12 if lines else 0
    if headline:
        block = _headline(marked(headline, rtl), language, over_picture)
        foot -= block.height
        found += [Block(block, LEFT + INDENT, foot), Block(bar(block, accent), LEFT, foot - 4, False)]
        foot -= 30
    if label:
        plate = chip(label.upper(), accent, language)
        found.append(Block(plate, LEFT, foot - plate.height))
    return found


def marked(words: str, rtl: bool) -> str:
    """Return words with a mark that says which way a text reads that begins with a foreign name."""
    return f"\u200f{words}" if rtl else words


def _headline(words: str, language: str, over_picture: bool) -> pyvips.Image:
    if over_picture:
        return fitted(words, _SIZES_OVER, 240, language, leading(words))
    return fitted(words, _SIZES, 360, language, leading(words))


def fitted(
    words: str, sizes: Sequence[int], room: int, language: str, apart: float, weight: str = "Bold"
) -> pyvips.Image:
    """Return words in the largest type that has room, their lines equally long; nothing is ever cut.

    Very large type is for few lines.
    """
    found: dict[int, pyvips.Image] = {}

    def fits(size: int) -> bool:
        found[size] = block = typeset(words, size, WIDE, language, apart, weight=weight)
        most = room if size <= 80 else min(room, 3 * size * 1.5 * apart)
        return bool(block.width <= WIDE and block.height <= most)

    place = min(bisect_left(sizes, True, key=fits), len(sizes) - 1)
    size = sizes[place]
    if size not in found:
        fits(size)
    return balanced(words, size, found[size], language, apart, weight)


def bar(block: pyvips.Image, accent: Colour) -> pyvips.Image:
    """Return the upright bar that stands before a block of words."""
    return panel(8, block.height + 8, accent)


def shades(colour: str) -> tuple[Colour, Colour, Colour]:
    """Return the brand's ground, a deeper one and an accent: white on either ground has contrast >= 7."""
    brand = _colour(colour)
    ground = next(c for c in (mix(brand, _INK, n / 20) for n in range(21)) if contrast(c, WHITE) >= 7)
    if contrast(brand, WHITE) < 3:
        # Yellow darkened is mud: a light brand colour keeps its glow as accent on a neutral ground.
        ground = mix(brand, (27.0, 32.0, 42.0), 0.9)
    deep = mix(ground, _INK, 0.72)
    accent = next(c for c in (mix(brand, WHITE, n / 20) for n in range(21)) if contrast(c, ground) >= 4.5)
    return ground, deep, accent


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [c / 3294.6 if c <= 10.31 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _colour(code: str) -> Colour:
    digits = code if re.fullmatch(r"#[0-9a-fA-F]{6}", code) else Brand().colour
    return float(int(digits[1:3], 16)), float(int(digits[3:5], 16)), float(int(digits[5:7], 16))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` with a `share` of `other` in it."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


@lru_cache(maxsize=8)
def backdrop(ground: Colour, deep: Colour, accent: Colour) -> pyvips.Image:
    """Return the card without words: a slope from `ground` to `deep`, light from a corner, slanting bands."""
    slope, light, bands, noise = _masks()
    flat = pyvips.Image.black(WIDTH, HEIGHT, bands=3) + list(ground)
    image = _blend(_blend(_blend(flat, deep, slope), accent, light), WHITE, bands) + noise
    return image.cast("uchar").copy(interpretation="srgb").copy_memory()


def _masks() -> tuple[pyvips.Image, ...]:
    """Return how much of each layer shows where, 0 to 1, and noise: the same for every card."""
    place = pyvips.Image.xyz(WIDTH, HEIGHT)
    x, y = place[0], place[1]
    slope = _between((WIDTH - x) / WIDTH * 0.45 + y / HEIGHT * 0.75)
    light = _between(1 - (((x - WIDTH) ** 2 + (y * 1.3) ** 2) ** 0.5) / 980) ** 2 * 0.28
    slant = x + y * 0.42
    bands = sum(
        _between(slant - left) * _between(right - slant) * strength
        for left, right, strength in ((1010, 1150, 0.05), (1190, 1225, 0.10), (1330, 2000, 0.05))
    )
    # Noise of less than one step: a smooth slope of dark colours shows steps on a TV.
    noise = pyvips.Image.gaussnoise(WIDTH, HEIGHT, mean=0, sigma=0.55, seed=1)
    # Each is drawn by itself: as one long chain they would take three times the memory.
    return tuple(mask.cast("float").copy_memory() for mask in (slope, light, bands, noise))


def _between(image: pyvips.Image) -> pyvips.Image:
    """Return the values kept between 0 and 1."""
    return (image < 0).ifthenelse(0, (image > 1).ifthenelse(1, image))


def _blend(image: pyvips.Image, colour: Colour, share: pyvips.Image) -> pyvips.Image:
    return image * (1 - share) + share * list(colour)


def leading(words: str) -> float:
    """Return how far apart the lines of a headline stand, as a share of what its fonts ask for."""
    return next((share for script, share in _LEADING if script.search(words)), 0.88)


def balanced(
    words: str, size: int, block: pyvips.Image, language: str, lines: float, weight: str = "Bold"
) -> pyvips.Image:
    """Return the block as narrow as it gets with no more lines: no word is left alone on the last one."""
    best, limit = block, block.height + size // 2
    widths = range(block.width - 40, block.width // 2, -40)
    low, high = 0, len(widths)
    while low < high:
        middle = (low + high) // 2
        narrower = typeset(words, size, widths[middle], language, lines, weight=weight)
        if narrower.height > limit or narrower.width > widths[middle]:
            high = middle
        else:
            low, best = middle + 1, narrower
    return best


def chip(words: str, accent: Colour, language: str) -> pyvips.Image:
    """Return a section's name on a plate of the accent's colour."""
    ink = _INK if contrast(_INK, accent) > contrast(WHITE, accent) else WHITE
    words_only = typeset(words, 30, WIDTH - 4 * LEFT, language, 1.0, ink, spacing=1200)
    plate = panel(words_only.width + 44, max(54, words_only.height + 28), accent)
    left, top = (plate.width - words_only.width) // 2, (plate.height - words_only.height) // 2
    return plate.composite2(words_only, "over", x=left, y=top).cast("uchar")


def panel(width: int, height: int, colour: Colour) -> pyvips.Image:
    """Return a plain rectangle, opaque RGBA."""
    plate = pyvips.Image.black(width, height, bands=3) + list(colour)
    return plate.bandjoin(255).cast("uchar").copy(interpretation="srgb")


def _paste(image: pyvips.Image, block: Block, rtl: bool) -> pyvips.Image:
    """Return `image` with a block on it."""
    words = block.image
    start = WIDTH - block.left - words.width if rtl else block.left
    below = image.crop(start, block.top, words.width, words.height)
    share = words[3] / 255
    blended = below * (1 - share) + words.extract_band(0, n=3) * share
    return image.insert(blended.cast("uchar"), start, block.top)


def typeset(
    words: str,
    size: int,
    width: int,
    language: str,
    lines: float,
    colour: Colour = WHITE,
    spacing: int = 0,
    weight: str = "Bold",
) -> pyvips.Image:
    """Return `words` set in at most `width` pixels, transparent around; `lines` apart."""
    shade = "".join(f"{round(part):02x}" for part in colour)
    tongue = f' lang="{language}"' if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", language) else ""
    opened = f'<span foreground="#{shade}" line_height="{lines}" letter_spacing="{spacing}"{tongue}>'
    fonts.ready()
    return pyvips.Image.text(
        f"{opened}{escape(_breakable(words), quote=False)}</span>",
        font=f"{fonts.FAMILIES} {weight} {size}",
        width=width,
        dpi=72,
        rgba=True,
        wrap="word-char",
    ).copy(interpretation="srgb")


def _breakable(words: str) -> str:
    """Return `words` with marks of no width where a line may end, and where not, in scripts without spaces.

    Pango would need libthai for Thai, which its wheel lacks, and cuts Japanese words in two; ICU has the
    dictionaries.
    """
    if UNSPACED.search(words) or _CJK.search(words):
        parts = (words[start:end] for start, end in LineBreaker(words, PHRASES).segments())
        return "\u200b".join(_UNCUT.sub("\u2060", part) for part in parts)
    return _UNCUT.sub("\u2060", words)


def right_to_left(words: str, language: str) -> bool:
    """Tell whether `words` read to the left: by their language, else by their first letter."""
    ways = [way for way in map(unicodedata.bidirectional, words) if way in ("L", "R", "AL")]
    if re.split("[-_]", language.lower())[0] in _LEFTWARD:
        return "R" in ways or "AL" in ways
    return bool(ways) and ways[0] != "L"
