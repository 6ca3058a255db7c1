"""How fast feeds are written, and what that takes in memory: every format beside feedgen and the floors.

The peers write the same items in the same run, round by round, and the quickest counts. feedgen says of them
what Media RSS says, as far as it has words for it, or as little as its own examples do. A floor is what it
takes a library merely to put together and print one item again and again of which all is known: lxml that of
`mrss.xml`, json and msgspec that of `roku.json`. Memory is the peak of a process of its own, above its input.
"""

import gc
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import click
import msgspec
from feedgen.feed import FeedGenerator
from lxml import etree
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from feeds import FORMATS
from feeds.model import Article, Feed, Row
from tests.articles import NOON, article, channel

FEEDGEN, LESS = "feedgen", "feedgen, saying less"
Node = tuple[str, Mapping[str, str], str | None, list["Node"]]


class Cost(Struct, frozen=True):
    """CPU seconds of the quickest round, and the size of the document in bytes."""

    seconds: float
    bytes: int


def news(count: int) -> Feed:
    """Return a feed of so many items, a minute apart."""
    stories = tuple(
        article(n, published=NOON - timedelta(minutes=n), authors=("Ada Reporter",), tags=("harbour", "city"))
        for n in range(count)
    )
    return Feed(channel(feeds_url="https://tv.example.org/feeds/demo"), (Row("World", stories),), NOON)


def by_feedgen(feed: Feed, tell: Callable[["FeedGenerator", Article], None]) -> bytes:
    """Return the same items as feedgen says them."""
    generator = FeedGenerator()
    generator.load_extension("media")
    generator.load_extension("dc")
    generator.title(feed.channel.title)
    generator.link(href=f"{feed.channel.feeds_url}/mrss.xml", rel="self")
    generator.link(href=feed.channel.site)
    generator.description(feed.channel.title)
    generator.language(feed.channel.language)
    for story in feed.rows[0].articles:
        tell(generator.add_entry(order="append"), story)
    return bytes(generator.rss_str())


def little(entry: "FeedGenerator", story: Article) -> None:
    """Say of an item what feedgen's examples say."""
    entry.id(story.id)
    entry.title(story.title)
    entry.link(href=story.url)
    entry.description(story.summary)
    entry.published(story.published)
    entry.category(term="World")
    entry.media.content({"url": story.videos[0].url, "type": "video/mp4", "duration": "63"}, group=None)
    entry.media.thumbnail({"url": story.thumbnail.url if story.thumbnail else ""}, group=None)


def much(entry: "FeedGenerator", story: Article) -> None:
    """Say of an item all of what `mrss` says that feedgen has words for; it has none for seven elements."""
    video, picture = story.videos[0], story.thumbnail
    entry.id(story.id)
    entry.title(story.title)
    entry.link(href=story.url)
    entry.description(story.summary)
    entry.published(story.published)
    entry.category(term="World")
    entry.dc.dc_creator("Ada Reporter")
    entry.media.content(
        {
            "url": video.url, "type": "video/mp4", "medium": "video", "expression": "full",
            "duration": str(round(video.duration or 0)), "lang": "en", "bitrate": str(video.bitrate),
            "width": str(video.width), "height": str(video.height),
        },
        group=None,
    )  # fmt: skip
    if picture:
        size = {"width": str(picture.width), "height": str(picture.height)}
        entry.media.thumbnail({"url": picture.url, **size}, group=None)


def lxml_floor(count: int) -> bytes:
    """Return `mrss.xml` as lxml builds it of elements whose texts are all there."""
    root = etree.fromstring(FORMATS["mrss"].write(news(1)).body)
    known = _node(root[0][-1])
    root[0].remove(root[0][-1])
    for _ in range(count):
        _element(known, root[0])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _node(element: etree._Element) -> Node:
    attributes = {str(name): str(value) for name, value in element.attrib.items()}
    return str(element.tag), attributes, element.text, [_node(child) for child in element]


def _element(node: Node, parent: etree._Element) -> None:
    tag, attributes, text, children = node
    made = etree.SubElement(parent, tag)
    made.text = text
    for name, value in attributes.items():
        made.set(name, value)
    for child in children:
        _element(child, made)


def peers(feed: Feed) -> dict[str, Callable[[], bytes]]:
    """Return everybody that writes the feed, by name: feedgen, the floors, our formats."""
    count = len(feed.rows[0].articles)
    root = json.loads(FORMATS["roku"].write(news(1)).body)
    root["shortFormVideos"] *= count
    return {
        FEEDGEN: partial(by_feedgen, feed, much),
        LESS: partial(by_feedgen, feed, little),
        "lxml floor": partial(lxml_floor, count),
        "json floor": lambda: json.dumps(root, ensure_ascii=False).encode(),
        "msgspec floor": partial(msgspec.json.encode, root),
        **{name: partial(_body, name, feed) for name in FORMATS},
    }


def _body(name: str, feed: Feed) -> bytes:
    return FORMATS[name].write(feed).body


def measured(feed: Feed, rounds: int) -> dict[str, Cost]:
    """Return what it costs each peer to write the feed: the rounds go through all of them in turn."""
    found: dict[str, Cost] = {}
    writers = peers(feed)
    # What everybody holds is nobody's work to look through for garbage.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, write in writers.items():
            began = time.process_time()
            size = len(write())
            taken = time.process_time() - began
            found[name] = Cost(min(taken, found.get(name, Cost(taken, 0)).seconds), size)
    gc.unfreeze()
    return found


def memory(name: str, count: int) -> float:
    """Return how many MB a process needs at most to write a feed, above what the input takes."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_peak, args=(name, count, there))
    process.start()
    peak: float = here.recv()
    process.join()
    return peak


def _peak(name: str, count: int, there: Connection) -> None:
    feed = news(count)
    FORMATS[name].write(news(10))  # what is loaded once is not this feed's
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: proc(5)
    before = _resident("VmRSS")
    FORMATS[name].write(feed)
    there.send((_resident("VmHWM") - before) / 1000)


def _resident(field: str) -> int:
    """Return a field of /proc/self/status in KB."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field))


@click.command()
@click.argument("counts", type=int, nargs=-1)
@click.option("--rounds", default=5, show_default=True)
def main(counts: tuple[int, ...], rounds: int) -> None:
    """Print what it costs to write feeds of so many items, 1,000, 10,000 and 100,000 when none are given."""
    for count in counts or (1_000, 10_000, 100_000):
        table = Table(f"{count:,} items by", "s", "MB", "to feedgen", "memory above the input, MB")
        for row in _rows(measured(news(count), rounds), count):
            table.add_row(*row)
        Console().print(table)


def _rows(costs: Mapping[str, Cost], count: int) -> Iterator[list[str]]:
    for name, cost in costs.items():
        ratio = f"{costs[FEEDGEN].seconds / cost.seconds:.1f}x ({costs[LESS].seconds / cost.seconds:.1f}x)"
        peak = f"{memory(name, count):.0f}" if name in FORMATS else ""
        yield [name, f"{cost.seconds:.3f}", f"{cost.bytes / 1e6:.1f}", ratio, peak]
