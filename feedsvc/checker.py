"""Anybody's feed, checked: the rules, how it is served, what each reader shows, and its media."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pyvips
from msgspec import Struct
from msgspec.structs import replace

from feeds import FORMATS, recognise
from feeds.model import Format, Issue, Video
from feeds.readers import READERS, Screen, Tile
from feedsvc import media
from feedsvc.http import FetchError, Response
from feedsvc.media.footage import OpenUrl

CODES = {
    "feed_redirected": "The address redirects: the wizard wants 200 at the first address (C16).",
    "feed_cache_control": "Cache-Control is not `public, max-age=N` in that order (C15).",
    "feed_content_type": "The Content-Type does not fit the format.",
    "feed_path": "The address lacks .json, .xml or .rss (C11).",
    "picture_unfit": "A picture cannot be fetched, is not JPEG or PNG, below 800x450 or not 16:9.",
}
_NAMES = (".json", ".xml", ".rss")
_RATIO_TOLERANCE = 0.02


class Checked(Struct, frozen=True):
    """What a check found: issues worst first, and the screen of each reader."""

    format: str
    size: int
    issues: tuple[Issue, ...]
    screens: tuple[Screen, ...]

    @property
    def fine(self) -> bool:
        """Whether there is no error and no reader crashes."""
        return not any(i.severity == "error" for i in self.issues) and not any(s.crash for s in self.screens)


def check(body: bytes, name: str, format_name: str = "", served: Response | None = None) -> Checked:
    """Return what is wrong with a feed and what the readers make of it.

    `name` is its file name or address; `served` how it came, when it came over HTTP.
    """
    format_ = FORMATS[format_name] if format_name else recognise(body)
    path = PurePosixPath(urlsplit(name).path).name
    issues = [*format_.check(body), *(_how_served(served, name, format_) if served else ())]
    rank = ("error", "warning", "info")
    worst_first = sorted(issues, key=lambda issue: rank.index(issue.severity))
    shown_as = path if path.lower().endswith(_NAMES) else format_.path
    screens = tuple(READERS[reader](body, shown_as) for reader in format_.readers)
    return Checked(format_.name, len(body), tuple(worst_first), screens)


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


def check_media(
    screens: Sequence[Screen],
    fetch: Callable[[str], bytes],
    open_url: OpenUrl,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Issue]:
    """Return what is wrong with the pictures and videos that the readers would show."""
    tiles = {(t.picture, t.plays): t for t in _tiles(screens)}
    issues: list[Issue] = []
    for done, tile in enumerate(tiles.values(), 1):
        issues += filter(None, (_picture_issue(tile, fetch), _video_issue(tile, open_url)))
        progress(done, len(tiles))
    return issues


def _tiles(screens: Iterable[Screen]) -> Iterator[Tile]:
    for tile in (tile for screen in screens for row in screen.rows for tile in row.tiles):
        yield from tile.episodes or (tile,)


def _picture_issue(tile: Tile, fetch: Callable[[str], bytes]) -> Issue | None:
    fix = "Give a JPEG or PNG of 1280x720 that anybody can fetch."
    try:
        image = pyvips.Image.new_from_buffer(fetch(tile.picture), "")
    except FetchError as error:
        return Issue("error", "picture_unfit", tile.id or tile.plays, error.message, fix)
    except pyvips.Error:
        return Issue("error", "picture_unfit", tile.id or tile.plays, f"{tile.picture} is no picture.", fix)
    kind = str(image.get("vips-loader")).removesuffix("load_buffer")
    wide = abs(image.width / image.height - 16 / 9) < _RATIO_TOLERANCE
    if kind in ("jpeg", "png") and image.width >= 800 and image.height >= 450 and wide:
        return None
    message = f"{tile.picture} is a {kind} of {image.width}x{image.height}."
    return Issue("error", "picture_unfit", tile.id or tile.plays, message, fix)


def _video_issue(tile: Tile, open_url: OpenUrl) -> Issue | None:
    found = media.probe(Video(tile.plays), open_url)
    return replace(found, where=tile.id or tile.plays) if isinstance(found, Issue) else None
