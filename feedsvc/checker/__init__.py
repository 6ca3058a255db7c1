"""Anybody's feed, checked: the rules, how it is served, what each reader shows, and its media."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from msgspec import Struct

from feeds import FORMATS, recognise
from feeds.model import Format, Issue
from feeds.readers import READERS, Screen, Tile
from feeds.recognition import description
from feedsvc.checker.findings import Finding, grouped
from feedsvc.checker.further import ALONE, Followed, Sheet
from feedsvc.checker.places import namer
from feedsvc.http import Response

CODES = {
    "feed_redirected": "The address redirects: the wizard wants 200 at the first address (C16).",
    "feed_cache_control": "Cache-Control is not `public, max-age=N` in that order (C15).",
    "feed_content_type": "The Content-Type does not fit the format.",
    "feed_path": "The address lacks .json, .xml or .rss (C11).",
}
_NAMES = (".json", ".xml", ".rss")


class Row(Struct, frozen=True):
    """A row as a reader would show it: its title and how many items stand in it."""

    title: str
    items: int


class Shown(Struct, frozen=True):
    """What a reader would show; `meant` is whether the format is one for it, so that a crash is a fault.

    Of its `items`, `unplayable` have no video and `bare` no picture.
    """

    reader: str
    rows: tuple[Row, ...]
    items: int
    unplayable: int
    bare: int
    meant: bool
    crash: Issue | None = None


class Checked(Struct, frozen=True):
    """What a check found: worst first, and what each reader would show.

    `pages` are those of a Search feed that were looked at, the first one first.
    """

    name: str
    format: str
    size: int
    fine: bool
    findings: tuple[Finding, ...]
    shown: tuple[Shown, ...]
    pages: tuple[Sheet, ...] = ()


class Unrecognised(ValueError):
    """The document is in no format that can be checked; the message says what it is instead."""


def format_of(body: bytes, format_name: str = "") -> Format:
    """Return the format named, or else the one that the document means to be.

    Raises:
        Unrecognised: it means to be none.
    """
    found = FORMATS[format_name] if format_name else recognise(body)
    if found is None:
        raise Unrecognised(
            f"This is {description(body)}. A feed to check is Direct Publisher JSON, Roku Search JSON or "
            f"Media RSS; with --format {', '.join(FORMATS)} it is checked as one all the same."
        )
    return found


def check(body: bytes, name: str, format_: Format, served: Response | None = None) -> list[Issue]:
    """Return what is wrong with a feed in one of the formats, in its order.

    `name` is its file name or address; `served` how it came, when it came over HTTP.
    """
    return [*format_.check(body), *(_how_served(served, name, format_) if served else ())]


def screens(body: bytes, name: str, format_: Format) -> tuple[Screen, ...]:
    """Return what each reader on a TV makes of a feed; none of them reads a Search feed."""
    path = PurePosixPath(urlsplit(name).path).name
    shown_as = path if path.lower().endswith(_NAMES) else format_.path
    readers = () if format_.name == "search" else READERS
    return tuple(READERS[reader](body, shown_as) for reader in readers)


def told(
    body: bytes,
    name: str,
    format_: Format,
    issues: Iterable[Issue],
    screens: Iterable[Screen],
    followed: Followed = ALONE,
) -> Checked:
    """Return the report of a check; `followed` is what came of a feed's further pages."""
    findings = grouped((*issues, *followed.issues), followed.naming(namer(body)))
    shown = tuple(_shown(screen, format_) for screen in screens)
    broken = any(f.severity == "error" for f in findings) or any(s.crash and s.meant for s in shown)
    return Checked(name, format_.name, len(body), not broken, findings, shown, followed.sheets)


def _shown(screen: Screen, format_: Format) -> Shown:
    rows = tuple(Row(row.title, len(row.tiles)) for row in screen.rows)
    tiles = [tile for row in screen.rows for tile in row.tiles] if not screen.crash else []
    # One reader knows no ids in Media RSS, and shows no item twice.
    once = {(tile.id or str(n), tile.title, tile.plays): tile for n, tile in enumerate(tiles)}.values()
    unplayable, bare = sum(not _plays(tile) for tile in once), sum(not tile.picture for tile in once)
    meant = screen.reader in format_.readers
    return Shown(screen.reader, rows, len(once), unplayable, bare, meant, screen.crash)


def _plays(tile: Tile) -> bool:
    return bool(tile.plays) or any(map(_plays, tile.episodes))


def _how_served(served: Response, asked: str, format_: Format) -> Iterator[Issue]:
    """Yield what the readers on a TV stumble over before they see the first byte."""
    told = served.headers
    if served.url != asked:
        yield _served("feed_redirected", asked, f"It redirects to {served.url}.", "Give out that address.")
    if not any(ending in asked.lower() for ending in _NAMES):
        yield _served(
            "feed_path", asked, "The wizard loads it for ever.", "End the address in .json or .xml."
        )
    if not told.get("cache-control", "").replace(" ", "").startswith("public,max-age="):
        fix = "Send `Cache-Control: public, max-age=60`."
        yield _served("feed_cache_control", asked, "A TV may keep it too long or not at all.", fix)
    if ("json" in told.get("content-type", "")) != format_.path.endswith(".json"):
        fix = f"Send `Content-Type: {format_.media_type}`."
        yield _served("feed_content_type", asked, f"It says {told.get('content-type', 'nothing')!r}.", fix)


def _served(code: str, where: str, message: str, fix: str) -> Issue:
    return Issue("warning", code, where, message, fix)
