"""Pictures and films made by code for tests: small, quick, and nothing binary in the repository."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import av
import pyvips

RATE, SAMPLES = 25, 44100
Look = Callable[[int], tuple[int, int]]  # frame number -> brightness, texture


def lively(number: int) -> tuple[int, int]:
    """Return a picture anybody would call one: mid grey with strong texture that moves."""
    return 100 + number % 40, 90


def black(number: int) -> tuple[int, int]:
    return 16, 0


@cache
def mp4(
    seconds: float = 2,
    size: tuple[int, int] = (320, 180),
    *,
    look: Look = lively,
    codec: str = "libx264",
    audio: str = "aac",
    container: str = "mp4",
    pixels: str = "yuv420p",
    flags: str = "",
    language: str = "",
    interval: int = RATE,
    turn: int = 0,
    shape: tuple[int, int] = (1, 1),
) -> bytes:
    """Return a film; `audio` "" for none, `codec` "" for sound alone, `flags` are movflags.

    `interval` is how many pictures apart key frames are, `turn` how far it is to be shown turned, `shape`
    the width and height of a pixel.
    """
    film = _Film(seconds, size, look, codec, audio, pixels, language, interval, turn, shape)
    with TemporaryDirectory() as folder:
        # FFmpeg moves the index of a finished film to its start by opening it again, by name.
        film.write(f"{folder}/film", container, {"movflags": flags} if flags else {})
        return (Path(folder) / "film").read_bytes()


def hls(
    folder: Path,
    seconds: float = 5,
    size: tuple[int, int] = (320, 180),
    *,
    name: str = "index.m3u8",
    fragments: bool = False,
    look: Look = lively,
    audio: str = "aac",
    codec: str = "libx264",
) -> Path:
    """Return a VOD playlist written to `folder` with its segments of two seconds: TS, or fMP4."""
    folder.mkdir(parents=True, exist_ok=True)
    options = {"hls_time": "2", "hls_playlist_type": "vod", "hls_list_size": "0"}
    if fragments:
        options |= {"hls_segment_type": "fmp4"}
    _Film(seconds, size, look, codec, audio).write(str(folder / name), "hls", options)
    return folder / name


def master(folder: Path, *rungs: tuple[int, int]) -> Path:
    """Return a master playlist in `folder` with one variant for each size."""
    lines = ["#EXTM3U"]
    for width, height in rungs:
        hls(folder / str(height), size=(width, height))
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={height * 5000},RESOLUTION={width}x{height}",
            f"{height}/index.m3u8",
        ]
    (folder / "master.m3u8").write_text("\n".join(lines) + "\n")
    return folder / "master.m3u8"


class _Film(NamedTuple):
    seconds: float
    size: tuple[int, int] = (320, 180)
    look: Look = lively
    codec: str = "libx264"
    audio: str = "aac"
    pixels: str = "yuv420p"
    language: str = ""
    interval: int = RATE
    turn: int = 0
    shape: tuple[int, int] = (1, 1)

    def write(self, file: str, container: str, options: dict[str, str]) -> None:
        with av.open(file, "w", format=container, options=options) as out:
            video, sound = self._video(out), self._sound(out)
            for number in range(round(self.seconds * RATE)):
                if video:
                    out.mux(video.encode(_picture(number, self.size, self.pixels, self.look(number))))
                first, last = (n * SAMPLES // RATE // 1024 for n in (number, number + 1))
                for block in range(first, last) if sound else ():
                    out.mux(sound.encode(_silence(block, sound.codec_context.format.name)))
            for stream in filter(None, (video, sound)):
                out.mux(stream.encode())

    def _video(self, out: Any) -> Any:
        if not self.codec:
            return None
        options = {"preset": "ultrafast"} if self.codec in ("libx264", "libx265") else {}
        if self.codec == "libx265":
            options["x265-params"] = "log-level=none"
        width, height = self.size
        stream = out.add_stream(
            self.codec, rate=RATE, width=width, height=height, pix_fmt=self.pixels, options=options
        )
        stream.codec_context.gop_size = self.interval
        stream.codec_context.sample_aspect_ratio = Fraction(*self.shape)
        if self.turn:
            stream.set_display_rotation(self.turn)
        return stream

    def _sound(self, out: Any) -> Any:
        if not self.audio:
            return None
        stream = out.add_stream(self.audio, rate=SAMPLES, layout="mono")
        if self.language:
            stream.metadata["language"] = self.language
        return stream


def _picture(number: int, size: tuple[int, int], pixels: str, look: tuple[int, int]) -> av.VideoFrame:
    brightness, texture = look
    frame = av.VideoFrame(*size, "yuv420p")
    for index, plane in enumerate(frame.planes):
        base, depth = (brightness, texture) if index == 0 else (128, texture // 3)
        row = bytes(min(255, base + (x // 8 + number) % 5 * depth // 4) for x in range(plane.line_size))
        plane.update(row * plane.height)
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame if pixels == "yuv420p" else frame.reformat(format=pixels)


def _silence(block: int, samples: str) -> av.AudioFrame:
    frame = av.AudioFrame(samples, "mono", 1024)
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = SAMPLES, block * 1024, Fraction(1, SAMPLES)
    return frame


@cache
def picture(width: int = 1600, height: int = 900) -> pyvips.Image:
    """Return a picture with a bright disc on a coloured slope: something to crop to."""
    slope = pyvips.Image.xyz(width, height)
    red, green = slope[0] * (200 / width), slope[1] * (180 / height)
    disc = ((slope - [width * 0.7, height * 0.4]) ** 2).bandsplit()
    inside = (disc[0] + disc[1]) < (min(width, height) / 5) ** 2
    image = inside.ifthenelse([250, 220, 40], red.bandjoin([green, red * 0 + 90])).cast("uchar")
    return image.copy(interpretation="srgb").copy_memory()


@cache
def jpeg(width: int = 1600, height: int = 900) -> bytes:
    """Return a photograph's worth of JPEG."""
    return bytes(picture(width, height).jpegsave_buffer(Q=90))


@cache
def png(width: int = 1600, height: int = 900) -> bytes:
    """Return the same picture as PNG."""
    return bytes(picture(width, height).pngsave_buffer(compression=1))


@cache
def webp(width: int = 1600, height: int = 900) -> bytes:
    """Return the same picture as WebP."""
    return bytes(picture(width, height).webpsave_buffer(effort=0))
