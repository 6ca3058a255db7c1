"""Scenes in motion: the layers of a scene -> a still, an MP4, or an HLS presentation.

Everything moves in libavfilter, frame by frame, over images that were painted once: two cores make
about 300 frames of 720p a second.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from math import pi, sin
from pathlib import Path
from typing import Any

import av
import pyvips
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from msgspec import Struct
from msgspec.structs import replace

from feedsvc import filters
from feedsvc.demo.paint import Layer, over
from feedsvc.filters import chain, pulled

RATE = 25
_BASE = Fraction(1, RATE)
_SOUND, BEDS = 48_000, 4
Size = tuple[int, int]


class Rendition(Struct, frozen=True):
    """One encoding: its file or playlist, its size and x264's quality (less is better)."""

    path: Path
    size: Size
    crf: int = 26


def still(layers: Sequence[Layer], size: Size, moment: float) -> pyvips.Image:
    """Return what the scene shows at `moment` seconds, as RGB of `size` pixels."""
    first, *rest = layers
    x, y = _place(first, moment)
    ground = first.image.crop(max(0, round(-x)), max(0, round(-y)), *size)
    ground = ground if ground.hasalpha() else ground.bandjoin(255).copy(interpretation="srgb")
    return over(ground, *((layer.image, *_place(layer, moment)) for layer in rest))[:3]


def _place(layer: Layer, t: float) -> tuple[float, float]:
    swing = sin(2 * pi * t / layer.period)
    along = [
        v * t % wrap if wrap else v * t for v, wrap in zip((layer.vx, layer.vy), layer.wrap, strict=True)
    ]
    return layer.x + along[0] + layer.sway * swing, layer.y + along[1] + layer.bob * swing


def scaled(layers: Iterable[Layer], factor: float) -> list[Layer]:
    """Return the same scene for a smaller frame."""
    return [
        replace(
            layer, image=layer.image.resize(factor, kernel="cubic").copy_memory(),
            x=layer.x * factor, y=layer.y * factor, vx=layer.vx * factor, vy=layer.vy * factor,
            sway=layer.sway * factor, bob=layer.bob * factor,
            wrap=(layer.wrap[0] * factor, layer.wrap[1] * factor),
        )
        for layer in layers
    ]  # fmt: skip


def mp4(layers: Sequence[Layer], renditions: Sequence[Rendition], seconds: float, key: int) -> None:
    """Write the scene as MP4 files that start to play before they are loaded, sound included."""
    outputs = [
        av.open(str(r.path), "w", format="mp4", options={"movflags": "+faststart"}) for r in renditions
    ]
    _encode(layers, renditions, outputs, seconds, key)


def hls(
    layers: Sequence[Layer],
    master: Path,
    renditions: Sequence[Rendition],
    seconds: float,
    key: int,
    fmp4: bool = False,
) -> None:
    """Write the scene as media playlists with segments beside them, and a `master` that names them."""
    outputs = [_hls_output(r, fmp4) for r in renditions]
    _encode(layers, renditions, outputs, seconds, key)
    variants = [_variant(r, master.parent, seconds) for r in renditions]
    head = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    master.write_text(head + "".join(variants), "utf-8")


def _variant(rendition: Rendition, folder: Path, seconds: float) -> str:
    path, (width, height) = rendition.path, rendition.size
    segments = [p for p in path.parent.glob(f"{path.stem}-*") if p.suffix in (".ts", ".m4s")]
    rate = int(sum(p.stat().st_size for p in segments) * 8 / seconds)
    level = "1f" if height > 480 else "1e"
    return (
        f"#EXT-X-STREAM-INF:BANDWIDTH={rate * 3 // 2},AVERAGE-BANDWIDTH={rate},RESOLUTION={width}x{height},"
        f'FRAME-RATE={RATE}.000,CODECS="avc1.6400{level},mp4a.40.2"\n{path.relative_to(folder).as_posix()}\n'
    )


def _hls_output(rendition: Rendition, fmp4: bool) -> Any:
    stem = rendition.path.with_suffix("")
    options = {
        "hls_time": "4", "hls_playlist_type": "vod", "hls_flags": "independent_segments",
        "hls_segment_type": "fmp4" if fmp4 else "mpegts",
        "hls_segment_filename": f"{stem}-%03d.{'m4s' if fmp4 else 'ts'}",
        "hls_fmp4_init_filename": f"{stem.name}-init.mp4",
    }  # fmt: skip
    return av.open(str(rendition.path), "w", format="hls", options=options)


def _encode(
    layers: Sequence[Layer], renditions: Sequence[Rendition], outputs: Sequence[Any], seconds: float, key: int
) -> None:
    frames = round(seconds * RATE)
    sinks, graph = _picture(layers, [r.size for r in renditions], frames)
    sounds = [av.open(BytesIO(_bed(key % BEDS, seconds))) for _ in outputs]
    videos = [_video_stream(output, r) for output, r in zip(outputs, renditions, strict=True)]
    audios = [o.add_stream_from_template(s.streams.audio[0]) for o, s in zip(outputs, sounds, strict=True)]
    beds = [_packets(sound, audio) for sound, audio in zip(sounds, audios, strict=True)]
    for number in range(frames):
        for sink, video, bed, output in zip(sinks, videos, beds, outputs, strict=True):
            frame: Any = sink.pull()
            frame.pict_type = 0
            output.mux(video.encode(frame))
            for packet in bed:
                output.mux(packet)
                if packet.pts * packet.time_base > number * _BASE:
                    break
    for output, video, sound in zip(outputs, videos, sounds, strict=True):
        output.mux(video.encode(None))
        output.close()
        sound.close()
    del graph


def _video_stream(output: Any, rendition: Rendition) -> Any:
    # "ultrafast", with what makes it High profile and keeps gradients smooth put back.
    tools = "cabac=1:8x8dct=1:deblock=1,1:aq-mode=0"
    gop = f"keyint={RATE * 2}:min-keyint={RATE * 2}:scenecut=0"
    options = {
        "preset": "ultrafast", "crf": str(rendition.crf), "threads": "1", "x264-params": f"{tools}:{gop}",
    }  # fmt: skip
    stream = output.add_stream("libx264", rate=RATE, options=options)
    stream.width, stream.height = rendition.size
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = 1
    context.color_range = 1
    return stream


def _picture(
    layers: Sequence[Layer], sizes: Sequence[Size], frames: int
) -> tuple[list[FilterContext], Graph]:
    """Return where to pull the frames of each size from."""
    graph = Graph()
    first, *rest = layers
    width, height = sizes[0]
    sources = [_source(graph, first, "yuv420p")]
    last = chain(graph, sources[0][0], ("loop", f"loop={frames - 1}:size=1"), ("setpts", "N"))
    x, y = _expressions(first)
    last = chain(graph, last, ("crop", f"w={width}:h={height}:x='-({x})':y='-({y})':exact=1"))
    for layer in rest:
        source = _source(graph, layer, "yuva420p")
        sources.append(source)
        last = _overlay(graph, last, source[0], layer)
    sinks = _sinks(graph, last, sizes)
    graph.configure(auto_buffer=False)
    for context, frame in sources:
        context.push(frame)
        context.push(None)
    return sinks, graph


def _source(graph: Graph, layer: Layer, pixels: str) -> tuple[FilterContext, VideoFrame]:
    image = layer.image if layer.image.hasalpha() else layer.image.bandjoin(255)
    plain = VideoFrame.from_bytes(bytes(image.write_to_memory()), image.width, image.height, "rgba")
    frame = plain.reformat(format=pixels, dst_colorspace=Colorspace.ITU709)
    frame.pts, frame.time_base = 0, _BASE
    return filters.source(graph, frame, RATE), frame


def _overlay(graph: Graph, last: FilterContext, source: FilterContext, layer: Layer) -> FilterContext:
    if layer.spin:
        source = _turning(graph, source, layer)
    x, y = _expressions(layer)
    laid = graph.add("overlay", f"x='{x}':y='{y}':eof_action=repeat:format=yuv420")
    last.link_to(laid, 0, 0)
    source.link_to(laid, 0, 1)
    return laid


def _turning(graph: Graph, source: FilterContext, layer: Layer) -> FilterContext:
    """Return a source that turns for ever: `rotate` is dear, so only until the image looks as at first."""
    step = 360 / layer.symmetry
    count = max(1, round(step * RATE / layer.spin))
    turned = f"a='n*{step / count:.4f}*PI/180':c=none:ow=iw:oh=ih"
    return chain(
        graph, source, ("loop", f"loop={count - 1}:size=1"), ("setpts", "N"), ("rotate", turned),
        ("loop", f"loop=-1:size={count}"), ("setpts", "N"),
    )  # fmt: skip


def _expressions(layer: Layer) -> tuple[str, str]:
    swing = f"sin(2*PI*t/{layer.period:.3f})"
    x = f"{layer.x:.2f}+{_travel(layer.vx, layer.wrap[0])}+{layer.sway:.2f}*{swing}"
    y = f"{layer.y:.2f}+{_travel(layer.vy, layer.wrap[1])}+{layer.bob:.2f}*{swing}"
    if layer.enter:
        # Comes in within 0.7 s and slows down as it arrives.
        way = f"-({layer.x:.0f}+w)" if layer.enter > 0 else f"+(W-{layer.x:.0f})"
        x = f"{x}{way}*pow(1-clip((t-{abs(layer.enter):.2f})/0.7,0,1),3)"
    return x, y


def _travel(speed: float, wrap: float) -> str:
    return f"mod({speed:.3f}*t,{wrap:.2f})" if wrap else f"{speed:.3f}*t"


def _sinks(graph: Graph, last: FilterContext, sizes: Sequence[Size]) -> list[FilterContext]:
    if len(sizes) == 1:
        return [chain(graph, last, ("format", "yuv420p"), ("buffersink", ""))]
    split = graph.add("split", str(len(sizes)))
    last.link_to(split)
    sinks = []
    for index, (width, height) in enumerate(sizes):
        scale = graph.add("scale", f"{width}:{height}:flags=fast_bilinear")
        split.link_to(scale, index, 0)
        sinks.append(chain(graph, scale, ("format", "yuv420p"), ("buffersink", "")))
    return sinks


@lru_cache(maxsize=16)
def _bed(key: int, seconds: float) -> bytes:
    """Return a soft chord that swells and fades, as AAC.

    Films share it: to encode it for each of them took a third as long as their pictures.
    """
    root = 110 * 2 ** (key * 2 / 12)
    notes = ((1, 0.05, 7), (1.5, 0.04, 5), (2, 0.03, 9), (2.52, 0.022, 6), (3, 0.016, 4))
    wave = "+".join(f"{a}*sin(2*PI*{root * n:.2f}*t)*(0.6+0.4*sin(2*PI*t/{p}))" for n, a, p in notes)
    graph = Graph()
    source = graph.add("aevalsrc", f"exprs='{wave}|{wave.replace('0.6+', '0.6-')}':s=12000:d={seconds}")
    fade = f"t=out:st={max(0.0, seconds - 1.5)}:d=1.5"
    sink = chain(
        graph, source, ("aresample", str(_SOUND)), ("afade", "t=in:d=1"), ("afade", fade),
        ("aformat", "sample_fmts=fltp:channel_layouts=stereo"), ("asetnsamples", "n=1024:p=0"),
        ("abuffersink", ""),
    )  # fmt: skip
    graph.configure(auto_buffer=False)
    file = BytesIO()
    with av.open(file, "w", format="mp4") as output:
        audio = output.add_stream("aac", rate=_SOUND, layout="stereo", bit_rate=96_000)
        for frame in pulled(sink):
            output.mux(audio.encode(frame))
        output.mux(audio.encode(None))
    return file.getvalue()


def _packets(sound: Any, audio: Any) -> Iterator[Any]:
    for packet in sound.demux():
        if packet.dts is not None:
            packet.stream = audio
            yield packet
