"""Films opened so that FFmpeg sees bytes and nothing else.

Every file is opened through the `open_url` that was handed over, counted and against the clock; its kind
is told by its first bytes and the demuxer is named. So a playlist, or a script that calls itself an MP4,
leads FFmpeg to no other file (https://ffmpeg.org/ffmpeg-protocols.html lists where it would go if asked).
"""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any, Protocol, Self

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from msgspec import Struct

from feedsvc.http import FetchError, Validator
from feedsvc.media import hls

# What PyAV and an opened file raise for bytes that are not what they should be.
DAMAGE = (av.FFmpegError, OSError, ValueError, LookupError, ArithmeticError, RuntimeError, MemoryError)
LARGEST = 4096 * 2304
_SAMPLE, _TEXT = 3 << 20, 4 << 20
_FETCHABLE = re.compile(r"https?://[^/]|/[^/]")
_SEGMENTS = (
    (re.compile(rb"(?s)G.{187}G"), "mpegts"),
    (re.compile(rb"(?s).{4}(ftyp|styp|moov|moof|sidx)"), "mov"),
    (re.compile(rb"(?s)ID3|\xff[\xf0-\xf9]"), "aac"),
)


class Readable(Protocol):
    """What `open_url` gives: a file to read and seek in."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes, none at the end."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Return the new position."""
        ...

    def tell(self) -> int:
        """Return the position."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


OpenUrl = Callable[[str], Readable]


class Opened(io.BufferedReader):
    """An opened file: `url` is where it was in the end, `validator` what its server calls this version."""

    def __init__(self, raw: io.RawIOBase, source: Readable, url: str) -> None:
        super().__init__(raw, 1 << 16)
        final, version = getattr(source, "url", url), getattr(source, "validator", None)
        self.url = final if isinstance(final, str) else url
        self.validator = version if isinstance(version, Validator) else Validator()


class Limits(Struct, frozen=True):
    """What one film may cost: bytes read, seconds, files opened."""

    bytes: int = 64 << 20
    seconds: float = 30.0
    files: int = 12


class Unfit(Exception):
    """Why a film will not do: an issue's code, message and fix."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


class Files:
    """All that is read of one film, or of a stream that goes on; closes every file when left."""

    def __init__(
        self, open_url: OpenUrl, limits: Limits, clock: Callable[[], float], *, live: bool = False
    ) -> None:
        self.live = live
        self._open_url, self._clock = open_url, clock
        self._ends = clock() + limits.seconds
        self._bytes, self._files, self._seconds = limits.bytes, limits.files, limits.seconds
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(*DAMAGE, FetchError):
            self._opened.close()

    def open(self, url: str) -> Opened:
        """Return the file at `url`, which must be on the web or published here. Raises Unfit."""
        if not _FETCHABLE.match(url):
            raise Unfit(
                "video_broken",
                f"The video leads to “{url[:80]}”, which no TV can fetch.",
                "Use web addresses.",
            )
        self._files -= 1
        self._spend(0)
        source = self._open_url(url)
        self._opened.callback(source.close)
        return Opened(_Metered(source, self._spend), source, url)

    def playlist(self, url: str) -> hls.Playlist:
        """Return the HLS playlist at `url`. Raises Unfit."""
        return playlist(self.open(url), url)

    def sample(self, segment: hls.Segment) -> InputContainer:
        """Return the beginning of a segment, open, with what a decoder must know first. Raises Unfit."""
        data = b"".join(map(self._piece, filter(None, (segment.init, segment.piece))))
        for begins, demuxer in _SEGMENTS:
            if begins.match(data):
                return self.demux(io.BytesIO(data), demuxer)
        if data.startswith(b"\x1aE\xdf\xa3"):
            message = "The segments of the stream are WebM, which a Roku feed cannot carry."
            raise Unfit(
                "video_type", message, "Publish the stream with MP4 segments (H.264 picture, AAC sound)."
            )
        raise Unfit(
            "video_broken",
            "A segment of the stream is neither MPEG-TS nor MP4.",
            "Publish the stream again.",
        )

    def demux(self, file: Readable, demuxer: str) -> InputContainer:
        """Return `file` opened by the named demuxer, which can reach no other file."""
        # The concat demuxer opens files past `io_open`; with no protocol allowed, none can.
        return av.open(
            file,
            "r",
            format=demuxer,
            options={"protocol_whitelist": "none"},
            io_open=_no_other_file,
            timeout=self._seconds,
        )

    def _piece(self, piece: hls.Piece) -> bytes:
        file = self.open(piece.url)
        if piece.start:
            file.seek(piece.start)
        return file.read(_SAMPLE if piece.length is None else min(_SAMPLE, piece.length))

    def _spend(self, count: int) -> None:
        self._bytes -= count
        if self._bytes < 0 or self._files < 0 or self._clock() > self._ends:
            raise Unfit(
                "video_too_much",
                "The video could not be examined within the time and bytes allowed for one.",
                "Serve it faster, with byte ranges, and with the index (moov) at the start of an MP4.",
            )


class _Metered(io.RawIOBase):
    """A file that says how much is read of it, and is never asked for more than there is room for."""

    def __init__(self, source: Readable, spend: Callable[[int], None]) -> None:
        self._source, self._spend = source, spend

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._spend(0)
        data = self._source.read(len(buffer)) or b""
        self._spend(len(data))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()


def _no_other_file(url: str, flags: int, options: object) -> Readable:
    raise Unfit("video_broken", "The video file leads to another file.", "Offer it as one whole file.")


def playlist(file: io.BufferedReader, url: str) -> hls.Playlist:
    """Return the HLS playlist in `file`, which came from `url`."""
    # What it names is relative to where a redirect led.
    return hls.read(text(file), file.url if isinstance(file, Opened) else url)


def text(file: io.BufferedReader) -> str:
    """Return what is written in a playlist or manifest, as much of it as anybody needs."""
    return decode(file.read(_TEXT))


def decode(data: bytes) -> str:
    """Return text in UTF-16 if it begins with that mark, as Smooth manifests do, else in UTF-8."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if marked else "utf-8", "replace")


def moving(container: InputContainer) -> VideoStream | None:
    """Return the stream of moving pictures; a cover picture in a sound file is none."""
    cover = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
    return next((s for s in container.streams.video if not s.disposition & cover), None)


def decoded(container: InputContainer, stream: VideoStream, packets: int = 60) -> Iterator[av.VideoFrame]:
    """Yield the pictures of the next `packets`; a damaged packet costs only itself."""
    for _, packet in zip(range(packets), container.demux(stream), strict=False):
        with suppress(av.InvalidDataError):
            yield from packet.decode()
