"""Single pictures of a film at given moments, read by parts: no film is read whole for them."""

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import av
import pyvips
from av.container import InputContainer
from msgspec.structs import replace

from feedsvc.media import dash, hls
from feedsvc.media.footage import LARGEST, Files, decoded, moving, playlist, text

R = TypeVar("R", hls.Variant, dash.Rung)


class Film(Protocol):
    """What single pictures can be had of."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        ...

    def begins(self, second: float) -> float:
        """Return the moment near which a picture for `second` is had most cheaply."""
        ...

    def at(self, second: float, least: float) -> Iterator[pyvips.Image]:
        """Yield the picture at `second`, or the first after `least`; nothing where none can be decoded."""
        ...


@contextmanager
def film(url: str, files: Files, height: int, most: int | None = None) -> Iterator[Film]:
    """Give the film at `url`, of its rungs the smallest of at least `height`; raises what `files` does.

    `most` is how many bytes of a segment are read first: a key frame should be among them.
    """
    file = files.open(url)
    if hls.BEGINS.match(head := file.peek(4096)):
        ladder = playlist(file, url)
        rung = _rung(ladder.variants, height) or ladder.top()
        yield Segments((files.playlist(rung.url) if rung else ladder).segments, files, most)
    elif dash.BEGINS.match(head):
        manifest = dash.read(text(file), file.url)
        pictures = [rung for rung in manifest.rungs if rung.kind == "video"]
        chosen = _rung(pictures, height) or manifest.top("video")
        yield Segments(chosen.segments if chosen else (), files, most)
    else:
        with files.demux(file, "mov") as container:
            yield _File(container)


class Segments:
    """A film in segments, those of HLS or any other kind with the like: each is sampled for itself."""

    def __init__(self, segments: Sequence[hls.Segment], files: Files, most: int | None = None) -> None:
        self._segments, self._files, self._most = segments, files, most
        self._ends = list(itertools.accumulate(segment.seconds for segment in segments))

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self._ends[-1] if self._ends else 0.0

    def begins(self, second: float) -> float:
        """Return when the segment that holds `second` begins."""
        number = self._holding(second)
        return self._ends[number - 1] if number > 0 else 0.0

    def at(self, second: float, least: float) -> Iterator[pyvips.Image]:
        """Yield the first picture of the segment that holds `second`, the last one when `least` is beyond."""
        if not self._segments:
            return
        number = self._holding(second)
        for segment, whole in self._beginnings(self._segments[number]):
            with self._files.sample(segment) as container:
                shots = list(_shot(container, 3600 if least >= self._ends[number] else 0, whole))
            yield from shots
            if shots:
                return

    def _holding(self, second: float) -> int:
        return min(bisect.bisect_right(self._ends, second), len(self._ends) - 1)

    def _beginnings(self, segment: hls.Segment) -> Iterator[tuple[hls.Segment, bool]]:
        """Yield the beginning of a segment, then all of it, in case its key frame is larger than that."""
        length = segment.piece.length
        if self._most is not None and (length is None or length > self._most):
            yield replace(segment, piece=replace(segment.piece, length=self._most)), False
        yield segment, True


class _File:
    def __init__(self, container: InputContainer) -> None:
        self._container = container

    @property
    def seconds(self) -> float:
        return (self._container.duration or 0) / av.time_base

    def begins(self, second: float) -> float:
        return second

    def at(self, second: float, least: float) -> Iterator[pyvips.Image]:
        start = (self._container.start_time or 0) / av.time_base
        self._container.seek(int((start + second) * av.time_base))
        yield from _shot(self._container, start + least)


def _rung(rungs: Iterable[R], height: int) -> R | None:
    """Return the smallest rung of at least this height, None when there is none."""
    enough = [rung for rung in rungs if rung.height >= height and not rung.foreign]
    return min(enough, key=lambda rung: (rung.height, rung.bandwidth), default=None)


def _shot(container: InputContainer, least: float, whole: bool = True) -> Iterator[pyvips.Image]:
    """Yield the next picture, or the one at `least`, or the last before that would cost too much.

    The last one in what is not the `whole` of a segment may be half a picture, and then is none.
    """
    stream = moving(container)
    if stream is None or not stream.codec_context or stream.width * stream.height > LARGEST:
        return
    shot, pictures = None, (one for one in decoded(container, stream, 150) if not one.is_corrupt)
    for shot in pictures:
        if (shot.time or 0) >= least:
            break
    if shot and (whole or next(pictures, None)):
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
