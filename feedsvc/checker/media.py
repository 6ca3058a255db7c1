"""The pictures and films a feed names, fetched and looked at: a few at a time, and not more than so many."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Protocol

import pyvips
from msgspec import Struct
from msgspec.structs import replace

from feeds.model import Brand, Issue, Severity, Video
from feeds.readers import Screen, Tile
from feeds.rules import quoted
from feedsvc import media, thumbnails
from feedsvc.http import FetchError
from feedsvc.media import signed
from feedsvc.media.footage import OpenUrl

CODES = {
    "picture_missing": "An item has no picture, or one that cannot be fetched.",
    "picture_type": "A picture is not JPEG or PNG, which Roku asks for.",
    "picture_small": "A picture is below 800x450.",
    "picture_ratio": "A picture is not 16:9.",
    "media_expires": "An address of a video is signed, and stops working within a week.",
    "media_unseen": "There are more pictures and videos than `--media` looks at.",
}
MOST, _AT_ONCE = 2_000, 8
_LEAST_WIDTH, _LEAST_HEIGHT, _TOLERANCE = 800, 450, 0.02
_FIX = "Give a JPEG or PNG of 1280x720 that anybody can fetch."
_PREVIEW_WIDTH, _PREVIEWS = 320, 60


class Fetch(Protocol):
    """What media are fetched with; may raise FetchError."""

    def __call__(self, url: str, /) -> bytes:
        """Return the bytes of a picture."""


class Means(Struct, frozen=True):
    """What looking at media takes: how to fetch, what day it is, whom to tell how far it is.

    `put` keeps the bytes of a new thumbnail and returns its address; without it none is made.
    """

    fetch: Fetch
    open_url: OpenUrl
    now: datetime
    progress: Callable[[int, int], None] = lambda done, total: None
    put: Callable[[bytes], str] | None = None


class Looked(Struct, frozen=True):
    """What came of it: what is wrong, and what a mending may be told.

    `pictures` are new addresses by the old one or, where there was none, the video's; `lengths` seconds by a
    video's address; `previews` small JPEGs by a picture's address.
    """

    issues: tuple[Issue, ...] = ()
    pictures: dict[str, str] = {}
    lengths: dict[str, int] = {}
    previews: dict[str, bytes] = {}


def look(screens: Iterable[Screen], means: Means) -> Looked:
    """Return what is wrong with the pictures and videos that readers would show."""
    tiles = list({(tile.picture, tile.plays): tile for tile in _tiles(screens)}.values())
    chosen = tiles[:MOST]
    parts = []
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        looked = workers.map(lambda numbered: _seen(numbered[1], means, numbered[0]), enumerate(chosen))
        for done, part in enumerate(looked, 1):
            parts.append(part)
            means.progress(done, len(chosen))
    unseen = _unseen(len(tiles)) if len(tiles) > MOST else ()
    return Looked(
        (*(issue for part in parts for issue in part.issues), *unseen),
        {old: new for part in parts for old, new in part.pictures.items()},
        {url: length for part in parts for url, length in part.lengths.items()},
        {url: preview for part in parts for url, preview in part.previews.items()},
    )


def _tiles(screens: Iterable[Screen]) -> Iterator[Tile]:
    for screen in screens:
        for row in screen.rows:
            yield from _playing(row.tiles)


def _playing(tiles: Sequence[Tile]) -> Iterator[Tile]:
    for tile in tiles:
        yield from _playing(tile.episodes)
        if tile.plays or tile.picture:
            yield tile


def _unseen(count: int) -> tuple[Issue, ...]:
    message = f"Only the first {MOST:,} of {count:,} pictures and videos were looked at."
    return (Issue("info", "media_unseen", "", message, "Check the rest in a feed of its own."),)


def _seen(tile: Tile, means: Means, number: int) -> Looked:
    where = tile.id or tile.plays or tile.picture
    film, lengths = _film(tile, means) if tile.plays else ((), {})
    picture, data = _picture(tile, means)
    previews = {tile.picture: _preview(data)} if data and number < _PREVIEWS else {}
    made = _made(tile, data, means) if picture else {}
    issues = (replace(issue, where=where) for issue in (*film, *picture))
    return Looked(tuple(issues), made, lengths, {url: p for url, p in previews.items() if p})


# -- films -----------------------------------------------------------------------------------------


def _film(tile: Tile, means: Means) -> tuple[tuple[Issue, ...], dict[str, int]]:
    found = media.probe(Video(tile.plays), means.open_url)
    if isinstance(found, Issue):
        # What is live has no length, and plays.
        return () if found.code == "video_live" else (found,), {}
    length = round(found.duration or 0)
    return tuple(_expiry(found, means.now)), {tile.plays: length} if length else {}


def _expiry(video: Video, now: datetime) -> Iterator[Issue]:
    if video.expires and video.expires - now <= signed.SOON:
        stops = "stopped" if video.expires <= now else "stops"
        message = (
            f"The video's address {stops} working on {video.expires.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
        )
        severity: Severity = "error" if video.expires <= now else "warning"
        yield Issue(severity, "media_expires", "", message, "Use an address that lasts.")


# -- pictures --------------------------------------------------------------------------------------


def _picture(tile: Tile, means: Means) -> tuple[tuple[Issue, ...], bytes]:
    """Return what is wrong with a picture, and its bytes, none if it is none."""
    if not tile.picture:
        return (_unfit("picture_missing", "it has none"),), b""
    try:
        data = means.fetch(tile.picture)
        return tuple(_looked_at(tile.picture, data)), data
    except FetchError as error:
        return (_unfit("picture_missing", error.message.rstrip(".")),), b""
    except pyvips.Error:
        return (_unfit("picture_type", f"{quoted(tile.picture)} is no picture"),), b""


def _looked_at(url: str, data: bytes) -> Iterator[Issue]:
    image = pyvips.Image.new_from_buffer(data, "")
    kind = str(image.get("vips-loader")).removesuffix("load_buffer")
    shape = f"{quoted(url)} is a {kind} of {image.width}x{image.height}"
    if kind not in ("jpeg", "png"):
        yield _unfit("picture_type", shape)
    if image.width < _LEAST_WIDTH or image.height < _LEAST_HEIGHT:
        yield _unfit("picture_small", shape)
    if abs(image.width / image.height - 16 / 9) >= _TOLERANCE:
        yield _unfit("picture_ratio", shape)


def _unfit(code: str, detail: str) -> Issue:
    return Issue("error", code, "", f"{CODES[code].rstrip('.')}: {detail}.", _FIX)


def _made(tile: Tile, data: bytes, means: Means) -> dict[str, str]:
    """Return the address of a new thumbnail: of the picture, else of the video, else of the title."""
    if means.put is None:
        return {}
    made = thumbnails.make(data) if data else None
    if not isinstance(made, bytes):
        still = media.frame(tile.plays, means.open_url) if tile.plays else None
        made = thumbnails.make(still) if still else None
    if not isinstance(made, bytes):
        made = thumbnails.card(tile.title, "", Brand())
    return {tile.picture or tile.plays: means.put(made)}


def _preview(data: bytes) -> bytes:
    try:
        image = pyvips.Image.thumbnail_buffer(
            data, _PREVIEW_WIDTH, height=_PREVIEW_WIDTH * 9 // 16, crop="centre"
        )
        flat = image.flatten() if image.hasalpha() else image
        return bytes(flat.jpegsave_buffer(Q=70, keep="none"))
    except pyvips.Error:
        return b""
