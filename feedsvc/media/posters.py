"""A poster frame: the picture of a film that shows best what it is about."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import av
import pyvips
from av.container import InputContainer

from feedsvc.http import FetchError
from feedsvc.media import hls
from feedsvc.media.footage import DAMAGE, LARGEST, Files, Limits, OpenUrl, Unfit, decoded, moving, playlist

_PLAYLIST = re.compile(rb"(\xef\xbb\xbf)?\s*#EXTM3U")


def frame(
    url: str,
    open_url: OpenUrl,
    at: tuple[float, ...] = (0.12, 0.3, 0.5, 0.7),
    limits: Limits = Limits(seconds=20.0),  # noqa: B008
    clock: Callable[[], float] = time.monotonic,
) -> bytes | None:
    """Return a JPEG of the clearest of a few pictures of a film, None when none is worth showing.

    `at` are fractions of its length. Black, blank and blurred pictures lose. Never raises.
    """
    shots: list[pyvips.Image] = []
    # Key frames come cheap; a film with few of them may fade in from black, so then look further ahead.
    for further in (False, True):
        with Files(open_url, limits, clock) as files, suppress(*DAMAGE, pyvips.Error, Unfit, FetchError):
            for shot in _shots(url, files, at, further):
                shots.append(shot)
        best = max(shots, key=_clarity, default=None)
        if best is not None and _clarity(best) > 0:
            return bytes(best.jpegsave_buffer(Q=92, keep="none"))
    return None


def _shots(url: str, files: Files, at: tuple[float, ...], further: bool) -> Iterator[pyvips.Image]:
    file = files.open(url)
    if not _PLAYLIST.match(file.peek(64)):
        with files.demux(file, "mov") as container:
            length = (container.duration or 0) / av.time_base
            for second in (fraction * length for fraction in at):
                container.seek(int(second * av.time_base))
                yield from _shot(container, second if further else 0)
        return
    ladder = playlist(file, url)
    rung = _poster_rung(ladder)
    segments = (files.playlist(rung.url) if rung else ladder).segments
    for index in sorted({int(fraction * len(segments)) for fraction in at}):
        with files.sample(segments[index]) as container:
            yield from _shot(container, 3600 if further else 0)


def _poster_rung(ladder: hls.Playlist) -> hls.Variant | None:
    """Return the smallest rung that fills a thumbnail, else the best."""
    enough = [rung for rung in ladder.variants if rung.height >= 720 and not rung.foreign]
    return min(enough, key=lambda rung: (rung.height, rung.bandwidth), default=ladder.top())


def _shot(container: InputContainer, second: float) -> Iterator[pyvips.Image]:
    """Yield the next picture, or the one at `second`, or the last before that would cost too much."""
    stream = moving(container)
    if stream is None or not stream.codec_context or stream.width * stream.height > LARGEST:
        return
    shot = None
    for shot in decoded(container, stream, 150):
        if (shot.time or 0) >= second:
            break
    if shot:
        yield _image(shot, float(stream.sample_aspect_ratio or 1))


def _image(shot: av.VideoFrame, shape: float) -> pyvips.Image:
    """Return a picture upright and in square pixels; `shape` is width by height of one of its pixels."""
    rgb = shot.reformat(format="rgb24")
    plane = rgb.planes[0]
    padded = pyvips.Image.new_from_memory(bytes(plane), plane.line_size, rgb.height, 1, "uchar")
    rows = padded.crop(0, 0, rgb.width * 3, rgb.height).write_to_memory()
    image = pyvips.Image.new_from_memory(rows, rgb.width, rgb.height, 3, "uchar").copy(interpretation="srgb")
    if 0.25 < shape < 4 and shape != 1:
        image = image.resize(shape, vscale=1)
    turns = {90: "d270", -90: "d90", 180: "d180", -180: "d180"}
    return image.rot(turns[shot.rotation]) if shot.rotation in turns else image


def _clarity(image: pyvips.Image) -> float:
    """Return how clear a picture is, contrast and sharpness about alike; 0 for black, white or blank."""
    grey = image.thumbnail_image(320).colourspace("b-w")
    contrast = grey.deviate()
    if contrast < 10 or not 16 < grey.avg() < 240:
        return 0.0
    edges = grey.cast("float").conv(pyvips.Image.new_from_array([[0, 1, 0], [1, -4, 1], [0, 1, 0]]))
    return float(min(contrast, 64) / 64 + min(edges.deviate(), 32) / 32)
