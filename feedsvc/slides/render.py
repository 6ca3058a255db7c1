"""Slides in motion: an article -> a story video that every Roku plays.

Each slide is filtered and encoded by itself, two at a time, from what is in memory; together they make one
stream, for each begins with a key frame. The same article gives the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from typing import Any

import av
import pyvips
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from msgspec import Struct
from msgspec.structs import replace

from feeds.model import Article, Channel, Issue
from feedsvc.slides import cues
from feedsvc.slides.draw import Layer, beam, emblem, flat, ground, layers
from feedsvc.slides.script import RATE, Slide, script, words
from feedsvc.thumbnails import HEIGHT, WIDTH, cards, picture, uncovered

CODES: Mapping[str, str] = {
    "story_no_font": "the article is in a script for which there is no font, so it has no story video",
    "story_too_short": "the article says too little for a story video",
}

MINIMUM_WORDS = 20
_FADE = 12
_WORKERS = 2
# Zooming moves by whole pixels of its source: a finer source moves without judder.
_FINER = 1.25
_SOUND, _AAC_FRAME = 48_000, 1024
_GROUP = RATE
_X264 = f"keyint={_GROUP}:min-keyint={_GROUP}:scenecut=0:bframes=0:rc-lookahead=0:mbtree=0:weightp=0"


class Story(Struct, frozen=True):
    """A video as MP4, its length in seconds, and what is read in it as captions."""

    video: bytes
    duration: float
    srt: str
    vtt: str
    slides: tuple[Slide, ...]


class _Shot(Struct, frozen=True):
    """A slide as it is filmed: what moves, what stands still over it, for how many frames."""

    ground: pyvips.Image
    still: Layer
    frames: int
    number: int
    moving: bool
    light: pyvips.Image | None = None

    @property
    def moves(self) -> bool:
        """Tell whether any frame differs from the one before."""
        return self.moving or self.light is not None


class _Segment(Struct, frozen=True):
    """A slide as an MP4 without sound; it lasts for `frames`, its last group of frames repeated."""

    video: bytes
    frames: int


def render(
    article: Article,
    channel: Channel,
    pictures: Sequence[bytes] = (),
    *,
    logo: bytes = b"",
    minimum: int = MINIMUM_WORDS,
    motion: bool = True,
    seconds: Sequence[float] = (),
    voice: bytes = b"",
) -> Story | Issue:
    """Return the story of an article as a video of 1280 x 720 at 25 frames a second, or why there is none.

    `pictures` belong to the article's images in order, b"" for one that cannot be had; one that is no picture
    is passed over. `seconds` replace the slides' times, for a `voice` (a WAV file) that reads them.
    """
    usable = [number for number, data in enumerate(pictures[: len(article.images)]) if data]
    usable = [n for n in usable if not isinstance(picture(pictures[n], None, 320, 180), Issue)]
    slides = script(article, channel, pictures=usable, drawable=lambda part: bool(cards.drawable(part)))
    if issue := _unfit(article, channel, slides, minimum):
        return issue
    if seconds:
        slides = tuple(replace(slide, seconds=time) for slide, time in zip(slides, seconds, strict=True))
    language = article.language or channel.language
    said = cues.cues(slides, language)
    filmed = film(slides, article, channel, pictures, logo=logo, motion=motion, voice=voice)
    return Story(filmed, _frames(slides) / RATE, cues.srt(said), cues.vtt(said), slides)


def _unfit(article: Article, channel: Channel, slides: Sequence[Slide], minimum: int) -> Issue | None:
    """Return why an article makes no story: its headline cannot be drawn, or too little is left to read."""
    enough = words(slides) >= minimum
    everything = script(article, channel)
    missing = uncovered(article.title)
    if not missing and not enough and words(everything) >= minimum:
        missing = uncovered(" ".join(slide.words for slide in everything))
    if missing:
        message = f"The article is in {missing}, for which there is no font, so it has no story video."
        fix = "Install a font for it on the server: Debian has fonts-noto-cjk and fonts-noto-core."
        return Issue("warning", "story_no_font", article.id, message, fix)
    if enough and article.title.strip():
        return None
    message = f"The article says too little for a story video: less than {minimum} words beside its headline."
    return Issue("warning", "story_too_short", article.id, message, "Write a summary or a first paragraph.")


def film(
    slides: Sequence[Slide],
    article: Article,
    channel: Channel,
    pictures: Sequence[bytes],
    *,
    logo: bytes = b"",
    motion: bool = True,
    voice: bytes = b"",
) -> bytes:
    """Return the slides as an MP4: H.264 High, AAC stereo, its index first."""
    language = article.language or channel.language
    mark = emblem(logo)
    light = beam(channel.brand.colour) if motion else None

    # Each is seen twice: in its own time, and as it gives way to the next.
    @lru_cache(maxsize=2 * _WORKERS)
    def shot(number: int) -> _Shot:
        slide = slides[number]
        still = flat(layers(slide, channel.title, channel.brand, language, mark))
        frames = round(slide.seconds * RATE) + (_FADE if number < len(slides) - 1 else 0)
        seen = _seen(slide, article, pictures, motion)
        if seen is not None:
            return _Shot(seen, still, frames, number, motion)
        rtl = cards.right_to_left(slide.words, language)
        return _Shot(ground(channel.brand, rtl), still, frames, number, False, light)

    def filmed(number: int) -> _Segment:
        return _segment(shot(number - 1) if number else None, shot(number), number == len(slides) - 1)

    with ThreadPoolExecutor(_WORKERS) as workers:
        segments = list(workers.map(filmed, range(len(slides))))
    return _joined(segments, _frames(slides), voice)


def _frames(slides: Sequence[Slide]) -> int:
    return sum(round(slide.seconds * RATE) for slide in slides)


def _seen(slide: Slide, article: Article, pictures: Sequence[bytes], motion: bool) -> pyvips.Image | None:
    if slide.picture is None:
        return None
    finer = _FINER if motion else 1
    focus = article.images[slide.picture].focus
    found = picture(pictures[slide.picture], focus, round(WIDTH * finer), round(HEIGHT * finer))
    return None if isinstance(found, Issue) else found


def _segment(before: _Shot | None, shot: _Shot, last: bool) -> _Segment:
    """Return one slide without sound, its first frames mixed with the last ones of the slide before."""
    graph = Graph()
    graph.threads = 1
    sources: list[tuple[FilterContext, VideoFrame]] = []
    end = _pictured(graph, shot, 0, shot.frames, sources)
    if before is not None:
        tail = _pictured(graph, before, before.frames - _FADE, _FADE, sources)
        fade = graph.add("xfade", f"transition=fade:duration={_FADE / RATE}:offset=0")
        tail.link_to(fade, 0, 0)
        end.link_to(fade, 0, 1)
        end = fade
    sink = _chain(graph, end, ("format", "yuv420p"), ("buffersink", ""))
    graph.configure(auto_buffer=False)
    for context, frame in sources:
        context.push(frame)
        context.push(None)
    frames = shot.frames - (0 if last else _FADE)
    # Where nothing moves, every group of frames after the fade is the same.
    return _Segment(_encoded(sink, frames if shot.moves else min(frames, 2 * _GROUP)), frames)


def _encoded(sink: FilterContext, frames: int) -> bytes:
    file = BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = _video_stream(output)
        for number in range(frames):
            frame: Any = sink.pull()
            frame.pict_type, frame.pts, frame.time_base = 0, number, Fraction(1, RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


def _video_stream(output: Any) -> Any:
    # No B frames: packets of one slide follow those of another as they are.
    options = {"preset": "superfast", "crf": "26", "threads": "1", "profile": "high", "level": "4.0"}
    stream = output.add_stream("libx264", rate=RATE, options={**options, "x264-params": _X264})
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = 1
    context.color_range = 1
    return stream


def _pictured(
    graph: Graph, shot: _Shot, first: int, frames: int, sources: list[tuple[FilterContext, VideoFrame]]
) -> FilterContext:
    """Return where `frames` frames of a shot come from, `first` being the first of them."""
    repeated = ("loop", f"loop={frames - 1}:size=1"), ("setpts", "N"), ("fps", str(RATE))
    ground = _source(graph, shot.ground, "yuv444p" if shot.moving else "yuv420p", sources)
    if shot.moving:
        end = _chain(graph, ground, _movement(shot, first, frames), ("format", "yuv420p"))
    else:
        end = _chain(graph, ground, *repeated)
    if shot.light is not None:
        light = _source(graph, shot.light, "yuva420p", sources)
        way = 2 * ((n := shot.number) % 2) - 1
        x = f"{WIDTH // 2 - 380 + 180 * way * (1 if n % 4 < 2 else -1)}-{way}*0.7*(n+{first})"
        end = _overlaid(graph, end, light, x, "0")
    still = _source(graph, shot.still.image, "yuva420p", sources)
    return _overlaid(graph, end, still, str(shot.still.x), str(shot.still.y))


def _movement(shot: _Shot, first: int, frames: int) -> tuple[str, str]:
    """Return a slow zoom in, or out, or a pan: another one for each slide."""
    share = f"((on+{first})/{shot.frames})"
    most = min(0.11, 0.011 * shot.frames / RATE)
    zoom, x = (
        (f"1+{most}*{share}", "(iw-iw/zoom)/2"),
        (f"{1 + most}", f"(iw-iw/zoom)*{share}"),
        (f"{1 + most}-{most}*{share}", "(iw-iw/zoom)/2"),
        (f"{1 + most}", f"(iw-iw/zoom)*(1-{share})"),
    )[shot.number % 4]
    return "zoompan", f"z='{zoom}':x='{x}':y='(ih-ih/zoom)/2':d={frames}:s={WIDTH}x{HEIGHT}:fps={RATE}"


def _source(
    graph: Graph, image: pyvips.Image, pixels: str, sources: list[tuple[FilterContext, VideoFrame]]
) -> FilterContext:
    whole = image if image.hasalpha() else image.bandjoin(255)
    plain = VideoFrame.from_bytes(bytes(whole.write_to_memory()), whole.width, whole.height, "rgba")
    frame = plain.reformat(format=pixels, dst_colorspace=Colorspace.ITU709)
    frame.pts, frame.time_base = 0, Fraction(1, RATE)
    shape = f"video_size={whole.width}x{whole.height}:pix_fmt={pixels}:colorspace=bt709:range=tv"
    context = graph.add("buffer", f"{shape}:time_base=1/{RATE}:frame_rate={RATE}")
    sources.append((context, frame))
    return context


def _overlaid(graph: Graph, below: FilterContext, above: FilterContext, x: str, y: str) -> FilterContext:
    overlay = graph.add("overlay", f"x='{x}':y='{y}':eof_action=repeat:format=yuv420")
    below.link_to(overlay, 0, 0)
    above.link_to(overlay, 0, 1)
    return overlay


def _chain(graph: Graph, last: FilterContext, *filters: tuple[str, str]) -> FilterContext:
    for name, arguments in filters:
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    return last


def _joined(segments: Sequence[_Segment], frames: int, voice: bytes) -> bytes:
    """Return the segments as one MP4 with sound, its index in front: room for that is kept."""
    index = 4096 + frames * 24 + frames * _SOUND // RATE // _AAC_FRAME * 16
    file = BytesIO()
    options = {"moov_size": str(index), "fflags": "+bitexact"}
    with (
        av.open(file, "w", format="mp4", options=options) as output,
        av.open(BytesIO(segments[0].video), "r") as first,
    ):
        video = output.add_stream_from_template(first.streams.video[0])
        audio = output.add_stream("aac", rate=_SOUND, layout="stereo", bit_rate=96_000)
        sound = _sound(audio, frames / RATE, voice)
        for packet in _pictures(segments, video):
            output.mux(packet)
            now = packet.pts * packet.time_base
            for heard in sound:
                output.mux(heard)
                if heard.pts * heard.time_base > now:
                    break
        for heard in sound:
            output.mux(heard)
    return file.getvalue()


def _pictures(segments: Sequence[_Segment], stream: Any) -> Iterator[Any]:
    """Yield the packets of all segments, one after another in time."""
    done = 0
    for segment in segments:
        with av.open(BytesIO(segment.video), "r") as file:
            packets = [packet for packet in file.demux(video=0) if packet.dts is not None]
        for number in range(segment.frames):
            place = number if number < len(packets) else _GROUP + number % _GROUP
            packet = av.Packet(bytes(packets[place]))
            packet.is_keyframe = packets[place].is_keyframe
            packet.time_base = Fraction(1, RATE)
            packet.pts = packet.dts = done + number
            packet.duration, packet.stream = 1, stream
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
        source = graph.add("anullsrc", f"channel_layout=stereo:sample_rate={_SOUND}")
        sink = _chain(graph, source, shape, *ends[1:], ("abuffersink", ""))
        graph.configure(auto_buffer=False)
    else:
        with av.open(BytesIO(voice), "r", format="wav") as recording:
            source = graph.add_abuffer(template=recording.streams.audio[0])
            sink = _chain(graph, source, ("aresample", str(_SOUND)), shape, *ends, ("abuffersink", ""))
            graph.configure(auto_buffer=False)
            for frame in recording.decode(audio=0):
                source.push(frame)
            source.push(None)
    for frame in _pulled(sink):
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _pulled(sink: FilterContext) -> Iterator[Any]:
    while True:
        try:
            yield sink.pull()
        except (av.EOFError, av.BlockingIOError):
            return
