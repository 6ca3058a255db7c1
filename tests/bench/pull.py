"""How fast many feeds are pulled: this service, and lemon24/reader, each into its own SQLite, in one run.

500 feeds of 20 items on as many loopback addresses, as 500 newsrooms would be, served by a process of its
own. The first pass stores every item; the second finds every feed unchanged (304). Ours is a refresh of one
channel with 500 sources, whole but for what reader does not do: reading the items' pages, making their
pictures, telling them as videos.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import click
import feedparser_sgmllib
from msgspec import Struct
from reader import make_reader
from rich.console import Console
from rich.table import Table

from feeds.model import Article, Brand
from feedsvc.app import ARTICLES_AT_ONCE
from feedsvc.blobs import LocalBlobs
from feedsvc.http import Http
from feedsvc.pages import read as read_page
from feedsvc.produce import Producer
from feedsvc.refresh import Pipeline
from feedsvc.settings import ChannelSettings, HttpSettings, SourceSettings
from feedsvc.sources import SOURCES, Source, Tools
from feedsvc.store import open_store
from tests.bench.serve import free_port

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
# The feedparser that reader 3.26 brings along wants sgmllib under its old name, which nothing installs now.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
PASSES = ("first pass", "all unchanged")


class Pass(Struct, frozen=True):
    """Seconds by the clock and of the processor, and how many items are stored after it."""

    clock: float
    processor: float
    items: int


def hosts(feeds: int) -> list[str]:
    return [f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(feeds)]


# The newsrooms.


def feed(host: str, items: int) -> bytes:
    """Return an RSS feed as content systems write it: summary, full text, a picture, categories."""
    rng = random.Random(host)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(400)]

    def text(count: int) -> str:
        return " ".join(rng.choices(words, k=count)).capitalize()

    def item(n: int) -> str:
        story = "".join(f"<p>{text(40)}.</p>" for _ in range(4))
        when = format_datetime(NOON - timedelta(minutes=rng.randrange(5000)))
        return (
            f"<item><title>{text(9)}</title><link>https://{host}.example/news/{n}-{rng.randrange(10**7)}</link>"
            f'<guid isPermaLink="false">{host}-{n}</guid><pubDate>{when}</pubDate>'
            f"<dc:creator>{text(2)}</dc:creator>"
            f"<category>{text(1)}</category><category>{text(1)}</category><description>{text(30)}</description>"
            f"<content:encoded><![CDATA[{story}]]></content:encoded>"
            f'<media:content url="https://{host}.example/{n}.jpg" medium="image" width="1280" height="720"/>'
            "</item>"
        )

    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    body = "".join(map(item, range(items)))
    head = f"<title>{host}</title><link>https://{host}.example/</link><description>{text(8)}</description>"
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{head}{body}</channel></rss>'.encode()


class Newsroom(asyncio.Protocol):
    """Answers for every host, out of memory and over kept connections."""

    answers: ClassVar[dict[bytes, tuple[bytes, bytes]]] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport, self._asked = transport, b""

    def data_received(self, data: bytes) -> None:
        self._asked += data
        while b"\r\n\r\n" in self._asked:
            request, _, self._asked = self._asked.partition(b"\r\n\r\n")
            host = request.lower().partition(b"\r\nhost: ")[2].partition(b":")[0].partition(b"\r")[0]
            whole, unchanged = self.answers[host]
            self._transport.write(unchanged if b"\r\nif-none-match:" in request.lower() else whole)


async def serve(port: int, feeds: int, items: int) -> None:
    for number, host in enumerate(hosts(feeds)):
        body, tag = feed(host, items), f'ETag: "{number}"\r\n'
        head = f"HTTP/1.1 200 OK\r\n{tag}Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        Newsroom.answers[host.encode()] = (
            head.encode() + body,
            f"HTTP/1.1 304 Not Modified\r\n{tag}\r\n".encode(),
        )
    server = await asyncio.get_running_loop().create_server(Newsroom, "0.0.0.0", port, backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()


@contextmanager
def newsrooms(feeds: int, items: int) -> Iterator[list[str]]:
    """Serve the feeds from a process of their own; yield their addresses."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.pull", str(port), str(feeds), str(items)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        yield [f"http://{host}:{port}/rss.xml" for host in hosts(feeds)]
    finally:
        process.terminate()
        process.wait(10)


# The readers.


class NoPages(Producer, frozen=True):
    """What makes articles in a refresh, without what costs a fetch or a picture."""

    def understand(
        self, article: Article, now: datetime, before: Article | None = None, *, login: str = ""
    ) -> Article:
        return article

    def illustrate(
        self,
        article: Article,
        brand: Brand,
        now: datetime,
        before: Article | None = None,
        *,
        wants_story: Callable[[Article], bool] = lambda article: False,
    ) -> Article:
        return article


def timed(pull: Callable[[], object], stored: Callable[[], int]) -> Pass:
    began = time.perf_counter(), time.process_time()
    pull()
    return Pass(time.perf_counter() - began[0], time.process_time() - began[1], stored())


def by_feedsvc(urls: list[str], folder: Path) -> list[Pass]:
    settings = HttpSettings(allow_hosts=tuple(url.split("/")[2] for url in urls))
    sources = tuple(SourceSettings(kind="rss", url=url) for url in urls)
    channel = ChannelSettings(id="bench", title="Bench", story="never", source=sources)
    store = open_store("sqlite:///bench.db", folder)
    with Http(settings) as http, ThreadPoolExecutor(ARTICLES_AT_ONCE) as pool:
        blobs = LocalBlobs(folder / "media")
        tools = Tools(http, read_page, blobs.keep, folder, lambda: NOON, folder)
        producer = NoPages(http, blobs, store.probes, settings.max_page, settings.max_image)
        opened: dict[str, Source] = {s.key: SOURCES[s.kind](s, tools) for s in sources}
        pipeline = Pipeline(
            *(store, producer, blobs, {"bench": opened}),
            public_url="https://tv.example.org",
            clock=time.monotonic,
            pmap=pool.map,
        )
        try:
            return [
                timed(
                    partial(pipeline.refresh, channel, NOON + timedelta(minutes=minute)),
                    lambda: sum(len(store.guids("bench", url)) for url in urls),
                )
                for minute, _ in enumerate(PASSES)
            ]
        finally:
            store.close()


def by_reader(urls: list[str], folder: Path) -> list[Pass]:
    with make_reader(str(folder / "reader.db"), feed_root=None) as library:
        for url in urls:
            library.add_feed(url)
        # Not scheduled: it would leave feeds alone that it has just asked.
        update = partial(library.update_feeds, scheduled=False, workers=ARTICLES_AT_ONCE)
        return [timed(update, lambda: library.get_entry_counts().total or 0) for _ in PASSES]


@click.command()
@click.option("--feeds", default=500, show_default=True, help="How many feeds.")
@click.option("--items", default=20, show_default=True, help="Items of each.")
@click.option("--rounds", default=3, show_default=True, help="Runs of each; the median counts.")
def main(feeds: int, items: int, rounds: int) -> None:
    """Measure a first pass over many feeds, and one that finds all of them unchanged."""
    readers = {"this service": by_feedsvc, "reader": by_reader}
    runs: dict[str, list[list[Pass]]] = {name: [] for name in readers}
    with newsrooms(feeds, items) as urls:
        for _ in range(rounds):
            for name, pull in readers.items():
                with TemporaryDirectory() as folder:
                    runs[name].append(pull(urls, Path(folder)))
    shown = Table(f"{feeds} feeds of {items} items", "", "seconds", "of the processor", "items stored")
    ratios = []
    for number, label in enumerate(PASSES):
        by_name = {name: [passes[number] for passes in taken] for name, taken in runs.items()}
        clock = {name: median(p.clock for p in passes) for name, passes in by_name.items()}
        processor = {name: median(p.processor for p in passes) for name, passes in by_name.items()}
        for name, passes in by_name.items():
            figures = f"{clock[name]:.2f}", f"{processor[name]:.2f}", f"{passes[-1].items:,}"
            shown.add_row(name, label, *figures)
        ours, theirs = ([times[name] for times in (clock, processor)] for name in readers)
        ratios.append(f"{label}: {theirs[0] / ours[0]:.2f}x as fast as reader, by the processor"
                      f" {theirs[1] / ours[1]:.2f}x")  # fmt: skip
    out = Console(soft_wrap=True)
    out.print(shown)
    for ratio in ratios:
        out.print(ratio)


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:])))
