"""What every graph of FFmpeg's filters needs: frames in, filters one after another, frames out."""

from collections.abc import Iterator
from typing import Any

import av
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame


def source(graph: Graph, frame: VideoFrame, rate: int) -> FilterContext:
    """Return where frames like this one, in the colours of HD television, are pushed into the graph."""
    shape = f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:colorspace=bt709:range=tv"
    return graph.add("buffer", f"{shape}:time_base=1/{rate}:frame_rate={rate}")


def chain(graph: Graph, last: FilterContext, *filters: tuple[str, str]) -> FilterContext:
    """Return the end of a chain that goes on from `last` with filters, each a name and its arguments."""
    for name, arguments in filters:
        following = graph.add(name, arguments)
        last.link_to(following)
        last = following
    return last


def pulled(sink: FilterContext) -> Iterator[Any]:
    """Yield the frames that have come out of the graph by now."""
    while True:
        try:
            yield sink.pull()
        except (av.EOFError, av.BlockingIOError):
            return
