"""A check as one page to send to somebody: no other file belongs to it, and nothing is fetched by it."""

from base64 import b64encode
from pathlib import PurePath

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup, escape
from msgspec import Struct

from feeds.readers import Screen, ShownRow, Tile
from feedsvc.checker import Shown
from feedsvc.checker.examined import Examined
from feedsvc.checker.printed import extent, format_name, place, said_of, summary

_ROWS, _TILES = 30, 24


class Screenful(Struct, frozen=True):
    """A reader's screen as far as the page shows it: rows, and how many more there are."""

    shown: Shown
    rows: tuple[ShownRow, ...]
    more: int


def page(found: Examined) -> str:
    """Return the page, in HTML; whatever is in the feed is text on it."""
    environment = Environment(
        loader=PackageLoader("feedsvc.checker"), autoescape=select_autoescape(default=True), trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["said"] = _said
    screens = [_screenful(*pair) for pair in zip(found.checked.shown, found.screens, strict=True)]
    return environment.get_template("page.html").render(
        name=_name(found.checked.name),
        checked=found.checked,
        fixed=found.fixed,
        screens=screens,
        format=format_name(found.checked),
        summary=summary(found.checked),
        extent=extent(found.checked),
        place=place,
        said_of=said_of,
        picture=lambda tile: _picture(tile, found.previews),
        tiles=_TILES,
    )


def _name(asked: str) -> str:
    """Return an address whole, of a file its name: where it lies on one machine is of no use on another."""
    return asked if "://" in asked else PurePath(asked).name


def _said(sentence: str) -> Markup:
    """Return a sentence with what stands between backticks as code."""
    parts = (escape(part) for part in sentence.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))


def _screenful(shown: Shown, screen: Screen) -> Screenful:
    rows = () if shown.crash else screen.rows
    return Screenful(shown, rows[:_ROWS], max(0, len(rows) - _ROWS))


def _picture(tile: Tile, previews: dict[str, bytes]) -> str:
    """Return a picture as an address that holds it, empty if it was not fetched."""
    found = previews.get(tile.picture)
    return f"data:image/jpeg;base64,{b64encode(found).decode()}" if found else ""
