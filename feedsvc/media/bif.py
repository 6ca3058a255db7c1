"""Trick play files: small pictures of a film in one BIF, which a Roku shows while a viewer winds.

The format is https://developer.roku.com/docs/developer-program/media-playback/trick-mode/bif-file-creation.md
"""

import itertools
import math
import struct
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import pyvips
from msgspec import Struct

from feeds.model import Issue
from feedsvc.http import FetchError
from feedsvc.media.footage import DAMAGE, Files, Limits, OpenUrl, Unfit
from feedsvc.media.stills import Film, film

CODES: Mapping[str, str] = {
    "trick_play_too_much": "making the trick play file would take more time, bytes or files than allowed",
    "trick_play_no_picture": "no picture for a trick play file can be had out of the video",
    "trick_play_broken": "the trick play file is not a BIF, or is damaged",
}

_LONG = 15 * 60
_MAGIC = b"\x89BIF\r\n\x1a\n"
_HEADER, _ENTRY, _END = struct.Struct("<8sIII44x"), struct.Struct("<II"), 0xFFFFFFFF
_MOST_BYTES, _MOST_PICTURES, _MOST_READ = 30_000_000, 1000, 100_000
_QUALITY = 75
_OF_A_SEGMENT = 1 << 19


class Frame(Struct, frozen=True):
    """A picture of a film, and when it is shown."""

    seconds: float
    jpeg: bytes


def worth(duration: float | None) -> bool:
    """Tell whether a film is so long that viewers wind in it and Roku wants trick play: over 15 minutes."""
    return (duration or 0) > _LONG


def bif(
    url: str,
    open_url: OpenUrl,
    duration: float,
    *,
    every: float = 10.0,
    width: int = 320,
    limits: Limits = Limits(bytes=400 << 20, seconds=300.0, files=2100),  # noqa: B008
    clock: Callable[[], float] = time.monotonic,
) -> bytes | Issue:
    """Return a trick play file of the film at `url`: a picture of this width `every` so many seconds.

    The pictures come from key frames, so a moment may be off by as far as those are apart. A very long film
    has fewer pictures, so that the file stays under 30 MB. The issue is a warning with a code of `CODES`
    that names the film's address: it plays all the same. Never raises.
    """
    wanted = moments(duration, every)
    try:
        with (
            Files(open_url, limits, clock) as files,
            film(url, files, _height(width), _OF_A_SEGMENT) as found,
        ):
            frames = list(_frames(found, wanted, width))
    except Unfit as unfit:
        if unfit.code == "video_too_much":
            return _too_much(url)
        return Issue("warning", "trick_play_no_picture", url, unfit.message, unfit.fix)
    except FetchError as error:
        message = f"The video cannot be fetched for its trick play file. {error.message}"
        return Issue("warning", "trick_play_no_picture", url, message, error.fix)
    except (*DAMAGE, pyvips.Error):
        frames = []
    return write(frames) if frames else _no_picture(url)


def moments(duration: float, every: float) -> list[float]:
    """Return when a film of this length is looked at: `every` so many seconds, at most 1,000 times."""
    if not 0 < duration < math.inf:
        return []
    every = max(0.5, every, math.ceil(duration / _MOST_PICTURES))
    return [number * every for number in range(math.ceil(duration / every))]


def _height(width: int) -> int:
    """Return how high a rung must at least be; those of a portrait film are higher."""
    return width * 9 // 16


def _frames(found: Film, wanted: Sequence[float], width: int) -> Iterator[Frame]:
    """Yield a picture for each moment; where none can be had, the one before stays.

    Where key frames are further apart than the pictures wanted, films are decoded on from there.
    """
    size, jpeg, begun, before = (0, 0), b"", -1.0, -1.0
    for moment in wanted:
        begins = found.begins(moment)
        if begins != begun:
            begun = begins
            with suppress(*DAMAGE, pyvips.Error):
                for image in found.at(moment, before):
                    size = size if size[0] else _size(image, width)
                    jpeg = _small(image, size)
        before = moment
        if jpeg:
            yield Frame(moment, jpeg)


def _size(image: pyvips.Image, width: int) -> tuple[int, int]:
    return width, max(2, round(width * image.height / image.width / 2) * 2)


def _small(image: pyvips.Image, size: tuple[int, int]) -> bytes:
    small = image.thumbnail_image(size[0], height=size[1], size="force")
    return bytes(small.jpegsave_buffer(Q=_QUALITY, optimize_coding=True, keep="none"))


def write(frames: Sequence[Frame]) -> bytes:
    """Return a BIF of pictures that are evenly apart; of too many for 30 MB every second one is left out."""
    while len(frames) > 1 and 64 + sum(len(frame.jpeg) + 8 for frame in frames) + 8 >= _MOST_BYTES:
        frames = frames[::2]
    start = _HEADER.size + _ENTRY.size * (len(frames) + 1)
    places = itertools.accumulate((len(frame.jpeg) for frame in frames), initial=start)
    # Seconds if they are whole, for some readers do not look at the unit; else the largest that fits all.
    times = [round(frame.seconds * 1000) for frame in frames]
    unit = math.gcd(*times, 1000)
    index = zip([*(moment // unit for moment in times), _END], places, strict=True)
    head = _HEADER.pack(_MAGIC, 0, len(frames), unit)
    return b"".join((head, *itertools.starmap(_ENTRY.pack, index), *(frame.jpeg for frame in frames)))


def read(data: bytes) -> tuple[Frame, ...] | Issue:
    """Return the pictures in a BIF, or why it is none; the issue names no place. Pure, never raises."""
    if len(data) < _HEADER.size + _ENTRY.size or not data.startswith(_MAGIC):
        return _broken("The trick play file is not a BIF: it does not begin as one.")
    _, version, count, unit = _HEADER.unpack_from(data)
    if version:
        return _broken(f"The trick play file is BIF version {version}; Roku plays version 0.")
    if not 0 < count <= _MOST_READ or _HEADER.size + _ENTRY.size * (count + 1) > len(data):
        return _broken("The trick play file has no pictures, or is cut off in its index.")
    index = list(itertools.islice(_ENTRY.iter_unpack(_index(data, count)), count + 1))
    if index[-1][0] != _END or index[-1][1] > len(data):
        return _broken("The trick play file is cut off, or its index has no end.")
    frames = [
        Frame(moment * (unit or 1000) / 1000, data[start:end])
        for (moment, start), (_, end) in itertools.pairwise(index)
    ]
    return _sound(frames, index, count) or tuple(frames)


def _index(data: bytes, count: int) -> bytes:
    return data[_HEADER.size : _HEADER.size + _ENTRY.size * (count + 1)]


def _sound(frames: Sequence[Frame], index: Sequence[tuple[int, int]], count: int) -> Issue | None:
    """Return what is wrong with the order of pictures or with what they are, None if nothing."""
    places = [place for _, place in index]
    if places[0] < _HEADER.size + _ENTRY.size * (count + 1) or places != sorted(set(places)):
        return _broken("The pictures of the trick play file overlap.")
    moments = [frame.seconds for frame in frames]
    if moments != sorted(set(moments)):
        return _broken("The pictures of the trick play file are not in the order of their times.")
    if not all(frame.jpeg.startswith(b"\xff\xd8") for frame in frames):
        return _broken("The trick play file holds something else than JPEG pictures.")
    return None


def _broken(message: str) -> Issue:
    return Issue("warning", "trick_play_broken", "", message, "Make the trick play file again.")


def _too_much(url: str) -> Issue:
    message = "The trick play file would take more time, bytes or files than allowed for one video."
    fix = "Serve the video faster and with byte ranges, or publish a trick play file (BIF) of your own."
    return Issue("warning", "trick_play_too_much", url, message, fix)


def _no_picture(url: str) -> Issue:
    message = "No picture for a trick play file can be had out of the video."
    return Issue("warning", "trick_play_no_picture", url, message, "Export and upload the video again.")
