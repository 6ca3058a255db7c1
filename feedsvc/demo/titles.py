"""What a station lays over its pictures: the strap with a headline, and its mark in the corner."""

import importlib
from functools import cache
from html import escape
from pathlib import Path

import pyvips

from feedsvc.demo.paint import Canvas, Layer, draw, over, solid
from feedsvc.demo.shapes import line, rect

_ACCENT, _PANEL, _MARGIN = "#ff5a3c", "#0a2430", 64
_FONTS = {"ar": ("fontpkg_noto_sans_arabic", "Noto Sans Arabic"), "": ("fontpkg_noto_sans", "Noto Sans")}


@cache
def _font(language: str) -> tuple[str, str]:
    """Return the file and the family of a font that comes with the service: a fresh machine has none."""
    package, family = _FONTS.get(language, _FONTS[""])
    folder = Path(str(importlib.import_module(package).__file__)).parent / "files"
    upright = (path for path in folder.glob("*.ttf") if "Italic" not in path.name)
    return str(next(upright)), family


def lettering(
    words: str, size: float, colour: str = "#ffffff", language: str = "", weight: str = "Bold"
) -> pyvips.Image:
    """Return words in one line; `size` is that of the letters in pixels."""
    file, family = _font(language)
    mask = pyvips.Image.text(
        escape(words, quote=False), font=f"{family} {weight} {size:.2f}", fontfile=file, dpi=72
    )
    return solid(mask, colour, mask)


def strap(label: str, headline: str, width: int, language: str = "") -> Layer:
    """Return the headline of a story, as it slides into a frame `width` pixels wide."""
    unit = width / 1280
    words = lettering(headline, 36 * unit, language=language)
    section = lettering(label.upper(), 19 * unit)
    panel = max(words.width, section.width) / unit + 76
    chip = section.width / unit + 40
    canvas = Canvas(scale=unit)
    right = language == "ar"
    shapes = rect(panel - chip if right else 0, 0, chip, 38, _ACCENT) + rect(
        0, 38, panel, 78, _PANEL, opacity=0.9
    )
    shapes += rect(panel - 8 if right else 0, 38, 8, 78, _ACCENT)
    middle = 77 * unit - words.height / 2
    at, tag = (
        (panel * unit - words.width - 34 * unit, (panel - 20) * unit - section.width)
        if right
        else (34 * unit, 20 * unit)
    )
    image = over(
        draw(canvas, shapes, panel, 116), (words, at, middle), (section, tag, 19 * unit - section.height / 2)
    )
    x = width - (_MARGIN * unit + image.width) if right else _MARGIN * unit
    return Layer(image, x=x, y=538 * unit, enter=-0.6 if right else 0.6)


def mark(width: int) -> Layer:
    """Return the station's mark for the upper right corner."""
    unit = width / 1280
    canvas = Canvas(scale=unit)
    waves = "".join(
        line([(2, y), (10, y - 6), (18, y), (26, y - 6), (34, y)], "#ffffff", 3.4) for y in (14, 25, 36)
    )
    name = lettering("HARBOUR CITY", 19 * unit)
    news = lettering("NEWS", 19 * unit, "#ffc9b8", weight="Medium")
    wide = 50 + (name.width + news.width) / unit + 8
    plate = draw(
        canvas,
        rect(0, 0, wide + 24, 50, _PANEL, opacity=0.55)
        + waves.replace("<path", '<path transform="translate(12 4)"'),
        wide + 24,
        50,
    )
    top = 25 * unit - name.height / 2
    image = over(plate, (name, 58 * unit, top), (news, 66 * unit + name.width, top))
    return Layer(image, x=width - 48 * unit - image.width, y=36 * unit)
