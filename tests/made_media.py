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
# Frame number -> brightness and texture, or a picture that is put to the film's size.
Look = Callable[[int], tuple[int, int] | pyvips.Image]


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
    film = Film(seconds, size, look, codec, audio, pixels, language, interval, turn, shape)
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
    Film(seconds, size, look, codec, audio).write(str(folder / name), "hls", options)
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


class Film(NamedTuple):
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
    if isinstance(look, pyvips.Image):
        return _frame(look, number, size, pixels)
    brightness, texture = look
    frame = av.VideoFrame(*size, "yuv420p")
    for index, plane in enumerate(frame.planes):
        base, depth = (brightness, texture) if index == 0 else (128, texture // 3)
        row = bytes(min(255, base + (x // 8 + number) % 5 * depth // 4) for x in range(plane.line_size))
        plane.update(row * plane.height)
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame if pixels == "yuv420p" else frame.reformat(format=pixels)


def _frame(look: pyvips.Image, number: int, size: tuple[int, int], pixels: str) -> av.VideoFrame:
    width, height = size
    image = look.thumbnail_image(width, height=height, size="force")
    frame = av.VideoFrame(width, height, "rgb24")
    rows, line = bytes(image.write_to_memory()), frame.planes[0].line_size
    frame.planes[0].update(
        b"".join(rows[y * width * 3 : (y + 1) * width * 3].ljust(line, b"\0") for y in range(height))
    )
    frame = frame.reformat(format=pixels)
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


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


@cache
def photograph(width: int = 1280, height: int = 720, seed: int = 1) -> pyvips.Image:
    """Return what looks like a photograph to anything that measures: many colours, detail at every size."""
    light, *colours = (_clouds(width, height, seed + 50 * number) for number in range(4))
    bands = [light * 110 + colour * 60 + 110 for colour in colours]
    return bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb").copy_memory()


def _clouds(width: int, height: int, seed: int) -> pyvips.Image:
    sizes = ((256, 1.0), (64, 0.6), (16, 0.4), (4, 0.3))
    first, *others = (
        pyvips.Image.perlin(width, height, cell_size=size, seed=seed + size) * part for size, part in sizes
    )
    return sum(others, first)


def plain(colour: list[int], width: int = 1280, height: int = 720) -> pyvips.Image:
    """Return a picture of one colour."""
    return pyvips.Image.black(width, height).new_from_image(colour).cast("uchar").copy(interpretation="srgb")


def written(text: str, colour: list[int], ground: list[int], size: int = 60) -> pyvips.Image:
    """Return words on a ground of one colour, in the middle."""
    words = pyvips.Image.text(text, font=f"sans bold {size}", width=1000, dpi=72)
    ink = words.new_from_image(colour).copy(interpretation="srgb").bandjoin(words)
    place = {"x": (1280 - words.width) // 2, "y": (720 - words.height) // 2}
    return plain(ground).composite2(ink, "over", **place).flatten().cast("uchar").copy_memory()


_BARS = ((191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191))


@cache
def colour_bars() -> pyvips.Image:
    """Return the seven bars of SMPTE and EBU above a strip of blue, black and white."""
    bars = pyvips.Image.arrayjoin([plain([*bar], 183, 520) for bar in _BARS])
    strip = pyvips.Image.arrayjoin([plain([0, 0, part], 427, 200) for part in (191, 0)])
    return bars.join(strip, "vertical", expand=True).crop(0, 0, 1280, 720).copy_memory()


@cache
def circle_card() -> pyvips.Image:
    """Return a card like Philips' PM5544: a grid on grey, and bars within a circle."""
    at = pyvips.Image.xyz(1280, 720)
    lines = ((at[0] % 80) < 3) | ((at[1] % 80) < 3)
    grid = lines.ifthenelse([255, 255, 255], [128, 128, 128])
    inside = ((at - [640, 360]) ** 2).bandsplit()
    bars = colour_bars().crop(0, 0, 1280, 500).resize(0.47, vscale=1.2)
    centre = plain([0, 0, 0]).insert(bars, 340, 60)
    image = ((inside[0] + inside[1]) < 300**2).ifthenelse(centre, grid)
    return image.cast("uchar").copy(interpretation="srgb").copy_memory()
