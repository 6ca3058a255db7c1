"""What can be drawn here: fonts that come as dependencies, and those the machine has.

A fresh machine may have no font at all. What the dependencies do not cover is taken from the machine's own
fonts; what no font covers is never drawn, for Pango draws boxes then.
"""

import os
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import fontpkg
import pyvips
from msgspec import Struct

from feeds import text

_FONTS: Mapping[str, str] = {
    "noto-sans": "Noto Sans",
    "noto-sans-arabic": "Noto Sans Arabic",
    "heebo": "Heebo",
    "noto-sans-devanagari": "Noto Sans Devanagari",
    "noto-sans-thai": "Noto Sans Thai",
}
FAMILIES = ", ".join(_FONTS.values())
_CORE, _CJK = "fonts-noto-core", "fonts-noto-cjk"
# Each script news is written in, some of its letters, and the Debian package that has a font for it.
_SCRIPTS: Mapping[str, tuple[str, str]] = {
    "Latin": ("aßđơễ", _CORE),
    "Greek": ("αώ", _CORE),
    "Cyrillic": ("жїқ", _CORE),
    "Arabic": ("عپڑۆ", _CORE),
    "Hebrew": ("אש", _CORE),
    "Devanagari": ("अक", _CORE),
    "Thai": ("กฮ", _CORE),
    "Chinese": ("国國", _CJK),
    "Japanese": ("あア", _CJK),
    "Korean": ("가한", _CJK),
    "Bengali": ("অক", _CORE),
    "Gurmukhi": ("ਅਕ", _CORE),
    "Gujarati": ("અક", _CORE),
    "Oriya": ("ଅକ", _CORE),
    "Tamil": ("அக", _CORE),
    "Telugu": ("అక", _CORE),
    "Kannada": ("ಅಕ", _CORE),
    "Malayalam": ("അക", _CORE),
    "Sinhala": ("අක", _CORE),
    "Lao": ("ກຮ", _CORE),
    "Tibetan": ("ཀཁ", _CORE),
    "Myanmar": ("ကအ", _CORE),
    "Khmer": ("កអ", _CORE),
    "Georgian": ("აჰ", _CORE),
    "Armenian": ("Աա", _CORE),
    "Ethiopic": ("ሀፐ", _CORE),
    "Thaana": ("ހށ", _CORE),
    "Mongolian": ("ᠠᠡ", _CORE),
}
# What Unicode calls the letters of a script that has another name in the news.
_NAMES: Mapping[str, str] = {
    "CJK": "Chinese or Japanese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
}
# Selectors and signs that turn other signs into emoji, and letters whose look only one company knows.
_NO_LETTERS = re.compile("[\u20d0-\u20ff\ufe00-\ufe0f\ue000-\uf8ff\U000e0000-\U0010ffff]")
_JOINED_TO_NOTHING = re.compile(r"(?<!\S)\u200d+|\u200d+(?!\S)")
_CONFIG = """<?xml version="1.0"?><fontconfig>
<dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir><dir prefix="xdg">fonts</dir>
<dir>/System/Library/Fonts</dir><dir>/Library/Fonts</dir>
<cachedir prefix="xdg">fontconfig</cachedir><cachedir>{}</cachedir>
<config><rescan><int>0</int></rescan></config></fontconfig>"""


class Missing(Struct, frozen=True):
    """A script no font here can draw, and the Debian package that has one."""

    script: str
    package: str


@lru_cache(maxsize=1)
def uncovered_scripts() -> tuple[Missing, ...]:
    """Return the scripts news is written in that cannot be drawn on this machine."""
    return tuple(
        Missing(script, package) for script, (letters, package) in _SCRIPTS.items() if uncovered(letters)
    )


def uncovered(words: str) -> str:
    """Return the name of the first script in `words` that no font here can draw, "" if all can be."""
    letters = (c for c in dict.fromkeys(text.line(words)) if unicodedata.category(c)[0] in "LMN")
    missing = next((c for c in letters if not _NO_LETTERS.match(c) and not _drawn_as(c)), "")
    name = unicodedata.name(missing, "unknown letters").split()[0] if missing else ""
    return _NAMES.get(name, name.capitalize())


def remedy(script: str) -> str:
    """Return what to do about a script that `uncovered` named."""
    known = (package for name, (_, package) in _SCRIPTS.items() if script.startswith(name))
    package = next(known, "")
    if package:
        return f"Install a font for it on the server: Debian has it in {package}."
    return "Install a font for it on the server: see whether Debian's fonts-noto-extra has one."


def drawable(words: str) -> str:
    """Return `words` without signs no font has, "" when that would lose letters or nothing would be seen."""
    if uncovered(words):
        return ""
    drawn = text.line(_JOINED_TO_NOTHING.sub("", "".join(map(_drawn_as, words))))
    # A soft hyphen by itself is no text to Pango, which refuses to draw it.
    return drawn if any(map(_is_seen, drawn)) else ""


@lru_cache(maxsize=1 << 16)
def _is_seen(char: str) -> bool:
    return _edge(char) is not None


@lru_cache(maxsize=1 << 16)
def _drawn_as(char: str) -> str:
    """Return `char`, or its plain form (a mathematical 𝐀 is an A), "" if no font has either."""
    if _NO_LETTERS.match(char):
        return ""
    plain = unicodedata.normalize("NFKC", char)
    return next((form for form in (char, plain) if all(map(_has_glyph, form))), "")


def _has_glyph(char: str) -> bool:
    shape = _edge(char)
    return shape is None or shape not in _boxes()


@lru_cache(maxsize=1)
def _boxes() -> frozenset[tuple[int, int, bytes] | None]:
    """Return what Pango draws for want of a glyph: a box round the four or six digits of the character."""
    return frozenset(map(_edge, ("\u0378", "\U0010fffd")))


def _edge(char: str) -> tuple[int, int, bytes] | None:
    """Return size and outermost rows of a character as drawn, None when nothing is."""
    ready()
    try:
        drawn = pyvips.Image.text(escape(char), font=f"{FAMILIES} 40", dpi=72)
    except pyvips.Error:
        return None
    rows = [drawn.crop(0, top, drawn.width, 1) for top in (0, drawn.height - 1)]
    return drawn.width, drawn.height, b"".join(bytes(row.write_to_memory()) for row in rows)


@lru_cache(maxsize=1)
def ready() -> TemporaryDirectory[str] | None:
    """Make the fonts that come as dependencies known to Pango, once in a process."""
    settings = _font_settings()
    for slug, family in _FONTS.items():
        try:
            file = fontpkg.path(slug, weight=700)
        except fontpkg.FontpkgError:
            continue
        pyvips.Image.text("x", font=family, fontfile=str(file))
    return settings


def _font_settings() -> TemporaryDirectory[str] | None:
    """Give fontconfig settings where the machine has none: it complains on stderr otherwise."""
    named = any(os.environ.get(name) for name in ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "FONTCONFIG_SYSROOT"))
    if named or Path("/etc/fonts/fonts.conf").exists():
        return None
    folder = TemporaryDirectory(prefix="fontconfig-")
    settings = Path(folder.name) / "fonts.conf"
    settings.write_text(_CONFIG.format(folder.name), "utf-8")
    os.environ["FONTCONFIG_FILE"] = str(settings)
    return folder
