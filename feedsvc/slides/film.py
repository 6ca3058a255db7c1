"""Slides in motion: what is drawn and where the camera looks -> an MP4 that every Roku plays.

Each slide is filtered and encoded by itself, two at a time, and goes into the film as soon as those before it
have; together they make one stream, for each begins with a key frame. The same slides give the same bytes.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from fractions import Fraction
from io import BytesIO
from typing import Any

import av
import pyvips
from av.codec.context import Flags
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from msgspec import Struct

from feedsvc.filters import chain, pulled, source
from feedsvc.slides.draw import BEAM
from feedsvc.slides.motion import PHASES, Move, View
from feedsvc.slides.script import RATE
from feedsvc.thumbnails import HEIGHT, WIDTH

FADE = 12
_WORKERS = 2
_SOUND, _AAC_FRAME = 48_000, 1024
_GROUP = RATE
_X264 = f"keyint={_GROUP}:min-keyint={_GROUP}:scenecut=0:bframes=0:rc-lookahead=0:mbtree=0:weightp=0"


class Placed(Struct, frozen=True):
    """A picture with transparency, and where it stands on the screen."""

    frame: VideoFrame
    x: int
    y: int


class Shot(Struct, frozen=True):
    """A slide as it is filmed for so many frames: what lies at the bottom and what stands still over it.

    The `grounds` move as `move` says, None for one that stands still; `light` wanders over them. Ground,
    light and what is `under` the words melt into those of the next slide; the words go before others come.
    """

    grounds: tuple[VideoFrame, ...]
    words: Placed
    frames: int
    number: int
    move: Move | None = None
    light: VideoFrame | None = None
    under: tuple[Placed, ...] = ()
    last: bool = False

    @property
    def moves(self) -> bool:
        """Tell whether any frame differs from the one before."""
        return self.move is not None or self.light is not None


class _Segment(Struct, frozen=True):
    """The pictures of a slide, encoded; they last for `frames`, their last group repeated."""

    packets: list[Any]
    frames: int


def film(shots: Iterable[Shot], frames: int, voice: bytes = b"") -> bytes:
    """Return the shots as an MP4 of so many `frames`: H.264 High, AAC stereo, its index first.

    Each but the last is FADE frames longer than its slide. `voice` is a WAV file.
    """
    with ThreadPoolExecutor(_WORKERS) as workers:
        return _joined(_segments(workers, shots), frames, voice)


def _segments(workers: Executor, shots: Iterable[Shot]) -> Iterator[_Segment]:
    """Yield the segments in order; the next shot is drawn while those before it are encoded."""
    before: Shot | None = None
    waiting: deque[Future[_Segment]] = deque()
    for shot in shots:
        waiting.append(workers.submit(_segment, before, shot))
        before = shot
        if len(waiting) > _WORKERS:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _segment(before: Shot | None, shot: Shot) -> _Segment:
    """Return one slide, its first frames mixed with the last ones of the slide before."""
    frames = shot.frames - (0 if shot.last else FADE)
    # Where nothing moves, every group of frames after the fade is the same.
    drawn = frames if shot.moves else min(frames, 2 * _GROUP)
    encoder: Any = av.CodecContext.create("libx264", "w")
    _set_up(encoder)
    packets: list[Any] = []
    for number, picture in enumerate(pictures(before, shot, drawn)):
        picture.pict_type, picture.pts, picture.time_base = 0, number, Fraction(1, RATE)
        packets += encoder.encode(picture)
    return _Segment(packets + encoder.encode(None), frames)


def pictures(before: Shot | None, shot: Shot, count: int) -> Iterator[Any]:
    """Yield the first frames of a shot as they are seen, `before` fading away over them."""
    graph = Graph()
    graph.threads = 1
    tracks: list[_Track | _Words] = [seen := _Track(graph, shot, 0, count)]
    end = seen.end
    if before is not None:
        tracks.append(gone := _Track(graph, before, before.frames - FADE, FADE))
        fade = graph.add("xfade", f"transition=fade:duration={FADE / RATE}:offset=0")
        gone.end.link_to(fade, 0, 0)
        end.link_to(fade, 0, 1)
        tracks.append(old := _Words(graph, before.words, fade, "out:s=0", "pass"))
        end = old.end
    tracks.append(new := _Words(graph, shot.words, end, f"in:s={FADE // 2}" if before else "", "repeat"))
    sink = chain(graph, new.end, ("format", "yuv420p"), ("buffersink", ""))
    graph.configure(auto_buffer=False)
    for number in range(count):
        for track in tracks:
            track.push(number)
        yield from pulled(sink)
    for track in tracks:
        track.push(count)
    yield from pulled(sink)


class _Words:
    """Words over what is below: they come or go during a cross-fade, and stay after it or do not."""

    def __init__(self, graph: Graph, words: Placed, below: FilterContext, fade: str, at_its_end: str) -> None:
        self._frame = words.frame
        self._source = above = source(graph, words.frame, RATE)
        above = chain(graph, above, ("setpts", "N"))
        if fade:
            above = chain(graph, above, ("fade", f"{fade}:n={FADE // 2}:alpha=1"))
        self.end = _overlaid(graph, below, above, words, at_its_end)

    def push(self, number: int) -> None:
        """Let the next frame through, as long as they change."""
        if number <= FADE:
            self._source.push(self._frame)
        if number == FADE:
            self._source.push(None)


class _Track:
    """A shot without its words from its frame `first` on, within a graph of filters.

    Its frames are pushed one at a time.
    """

    def __init__(self, graph: Graph, shot: Shot, first: int, count: int) -> None:
        self._shot, self._first, self._count = shot, first, count
        self._ground = source(graph, shot.grounds[0], RATE)
        # The frames themselves are shared by two segments: neither may set their times.
        self.end = chain(graph, self._ground, ("setpts", "N"))
        self._once: list[tuple[FilterContext, VideoFrame]] = []
        if shot.move is not None:
            self._look(graph)
        if shot.light is not None:
            self._over(graph, Placed(shot.light, 0, 0), _wandering(shot.number, first))
        for placed in shot.under:
            self._over(graph, placed)

    def _look(self, graph: Graph) -> None:
        whole = self._shot.grounds[0]
        self._cut = chain(graph, self.end, ("crop", f"{whole.width}:{whole.height}:0:0"))
        self._scale = chain(graph, self._cut, ("scale", f"{WIDTH}:{HEIGHT}:flags=bicubic"))
        self._screen = chain(graph, self._scale, ("crop", f"{WIDTH}:{HEIGHT}:0:0"))
        self.end = chain(graph, self._screen, ("format", "yuv420p"))

    def _over(self, graph: Graph, above: Placed, x: str = "") -> None:
        entry = source(graph, above.frame, RATE)
        self._once.append((entry, above.frame))
        self.end = _overlaid(graph, self.end, entry, above, "repeat", x)

    def push(self, number: int) -> None:
        """Let the next frame through; the end after the last one."""
        for context, frame in self._once if number == 0 else ():
            context.push(frame)
            context.push(None)
        if number < self._count:
            move, ground = self._shot.move, 0
            if move is not None:
                view = move.view(self._first + number)
                self._turn(view)
                ground = view.source
            self._ground.push(self._shot.grounds[ground])
        elif number == self._count:
            self._ground.push(None)

    def _turn(self, view: View) -> None:
        _tell(self._cut, w=view.width, h=view.height, x=view.x, y=view.y)
        _tell(self._scale, w=view.across, h=view.down)
        _tell(self._screen, x=view.left, y=view.top)


def _overlaid(
    graph: Graph, below: FilterContext, above: FilterContext, placed: Placed, at_its_end: str, x: str = ""
) -> FilterContext:
    place = f"x='{x or placed.x}':y={placed.y}"
    overlay = graph.add("overlay", f"{place}:eof_action={at_its_end}:format=yuv420")
    below.link_to(overlay, 0, 0)
    above.link_to(overlay, 0, 1)
    return overlay


def _tell(context: FilterContext, **values: int) -> None:
    for name, value in values.items():
        context.process_command(name, str(value))


def filmed(image: pyvips.Image, move: Move | None = None) -> tuple[VideoFrame, ...]:
    """Return what a camera moves over as frames: a pan goes from one to the next, half a pixel apart."""
    if move is None:
        return (frame(image, "yuv420p"),)
    if not move.pans:
        return (frame(image, "yuv444p"),)
    width, height = 2 * move.strip, 2 * HEIGHT
    strips = (image.crop(phase, 0, width, height).shrink(2, 2) for phase in range(PHASES))
    return tuple(frame(strip, "yuv420p") for strip in strips)


def frame(image: pyvips.Image, pixels: str) -> VideoFrame:
    """Return an image as a frame; its width is a multiple of 16."""
    whole = image if image.hasalpha() else image.bandjoin(255)
    plain = VideoFrame(whole.width, whole.height, "rgba")
    plain.planes[0].update(whole.write_to_memory())
    made = plain.reformat(format=pixels, dst_colorspace=Colorspace.ITU709)
    made.pts, made.time_base = 0, Fraction(1, RATE)
    return made


def _wandering(number: int, first: int) -> str:
    """Return where the light is, as FFmpeg reckons it: back and forth, another way on each slide."""
    way = 2 * (number % 2) - 1
    begin = (WIDTH - BEAM) // 2 + 180 * way * (1 if number % 4 < 2 else -1)
    return f"{begin}-{way}*0.7*(n+{first})"


def _set_up(context: Any) -> None:
    # No B frames: packets of one slide follow those of another as they are.
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context.framerate, context.time_base = Fraction(RATE), Fraction(1, RATE)
    context.options = {
        "preset": "superfast", "crf": "26", "threads": "1", "profile": "high", "level": "4.0",
        "x264-params": _X264,
    }  # fmt: skip
    context.colorspace = context.color_primaries = context.color_trc = 1
    context.color_range = 1
    context.flags |= Flags.global_header


def _joined(segments: Iterable[_Segment], frames: int, voice: bytes) -> bytes:
    """Return the segments as one MP4 with sound, its index in front: room for that is kept."""
    index = 4096 + frames * 24 + frames * _SOUND // RATE // _AAC_FRAME * 16
    file = BytesIO()
    options = {"moov_size": str(index), "fflags": "+bitexact"}
    with av.open(file, "w", format="mp4", options=options) as output:
        video = output.add_stream("libx264", rate=RATE)
        _set_up(video.codec_context)
        audio = output.add_stream("aac", rate=_SOUND, layout="stereo", bit_rate=96_000)
        sound = _sound(audio, frames / RATE, voice)
        for packet in _in_time(segments, video):
            output.mux(packet)
            now = packet.pts * packet.time_base
            for heard in sound:
                output.mux(heard)
                if heard.pts * heard.time_base > now:
                    break
        for heard in sound:
            output.mux(heard)
    return file.getvalue()


def _in_time(segments: Iterable[_Segment], stream: Any) -> Iterator[Any]:
    """Yield the packets of all segments, one after another in time."""
    done = 0
    for segment in segments:
        packets = segment.packets
        for number in range(segment.frames):
            kept = packets[number if number < len(packets) else _GROUP + number % _GROUP]
            packet = av.Packet(bytes(kept))
            packet.is_keyframe, packet.stream = kept.is_keyframe, stream
            packet.time_base, packet.duration = Fraction(1, RATE), 1
            packet.pts = packet.dts = done + number
            yield packet
        done += segment.frames


def _sound(stream: Any, seconds: float, voice: bytes) -> Iterator[Any]:
    """Yield the voice, and silence after it, as packets of AAC."""
    graph = Graph()
    shape = ("aformat", f"sample_fmts=fltp:channel_layouts=stereo:sample_rates={_SOUND}")
    ends = (
        ("apad", f"whole_dur={seconds}"),
        ("atrim", f"duration={seconds}"),
        ("asetnsamples", f"n={_AAC_FRAME}:p=0"),
    )
    if not voice:
        silence = graph.add("anullsrc", f"channel_layout=stereo:sample_rate={_SOUND}")
        sink = chain(graph, silence, shape, *ends[1:], ("abuffersink", ""))
        graph.configure(auto_buffer=False)
    else:
        with av.open(BytesIO(voice), "r", format="wav") as recording:
            spoken = graph.add_abuffer(template=recording.streams.audio[0])
            sink = chain(graph, spoken, ("aresample", str(_SOUND)), shape, *ends, ("abuffersink", ""))
            graph.configure(auto_buffer=False)
            for frame in recording.decode(audio=0):
                spoken.push(frame)
            spoken.push(None)
    for frame in pulled(sink):
        yield from stream.encode(frame)
    yield from stream.encode(None)
