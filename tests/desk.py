"""A pipeline over a temporary store, with everything real but the clock and, where told so, the sources."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from feeds.model import Article, Video
from feeds.readers import wizard
from feedsvc import pages
from feedsvc.blobs import LocalBlobs
from feedsvc.http import Http
from feedsvc.produce import Producer
from feedsvc.refresh import Pipeline
from feedsvc.report import Report
from feedsvc.settings import ChannelSettings, HttpSettings, SourceSettings
from feedsvc.sources import SOURCES, Source, Tools
from feedsvc.store import Store, open_store
from tests.articles import NOON
from tests.fakes import FakeSource

PUBLIC = "https://tv.example.org"


class Desk:
    """A pipeline over a temporary store, and what a test wants to ask of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store: Store = open_store("sqlite:///test.db", root)
        self.blobs = LocalBlobs(root / "media")
        options = HttpSettings(allow_hosts=("127.0.0.1",), timeout=2, retries=0, per_host=4)
        self.http = Http(options)
        self.pool = ThreadPoolExecutor(4)
        self.producer = Producer(
            self.http, self.blobs, self.store.probes, options.max_page, options.max_image
        )

    def pipeline(
        self,
        sources: Mapping[str, Source],
        channel: str = "demo",
        public_url: str = PUBLIC,
        subscribe: Callable[[str, str, str, str, datetime], None] = lambda *_: None,
    ) -> Pipeline:
        return Pipeline(
            *(self.store, self.producer, self.blobs, {channel: sources}),
            public_url=public_url,
            clock=time.monotonic,
            pmap=lambda function, values: self.pool.map(function, values),
            subscribe=subscribe,
        )

    def open(self, channel: ChannelSettings) -> dict[str, Source]:
        tools = Tools(self.http, pages.read, self.blobs.keep, self.root, lambda: NOON, self.root)
        return {s.key: SOURCES[s.kind](s, tools) for s in channel.source}

    def refresh(self, channel: ChannelSettings, now: datetime = NOON, *, force: bool = False) -> Report:
        return self.pipeline(self.open(channel)).refresh(channel, now, force=force)

    def channel(self, *sources: FakeSource, **fields: object) -> tuple[ChannelSettings, Pipeline]:
        """Return a channel of sources that are told what to say, and its pipeline."""
        named = {f"s{n}": source for n, source in enumerate(sources)}
        settings = tuple(SourceSettings(kind="rss", name=name) for name in named)
        usual = {"id": "demo", "title": "Demo", "source": settings, "story": "never"}
        return ChannelSettings(**{**usual, **fields}), self.pipeline(named)

    def told(
        self, *sources: FakeSource, now: datetime = NOON, force: bool = False, **fields: object
    ) -> Report:
        """Refresh from sources that are told what to say."""
        channel, pipeline = self.channel(*sources, **fields)
        return pipeline.refresh(channel, now, force=force)

    def body(self, name: str = "roku") -> bytes:
        document = self.store.document("demo", name)
        assert document is not None
        return document.body

    def titles(self) -> list[str]:
        return [tile.title for row in wizard(self.body(), "roku.json").rows for tile in row.tiles]


def story(number: int, film: Video, **fields: object) -> Article:
    usual = {
        "guid": f"g{number}",
        "title": f"Story {number}",
        "summary": f"What happened in story {number}.",
        "body": ("The mayor said so.", "The neighbours agreed with her at once."),
        "section": ("World",),
        "published": NOON - number * timedelta(minutes=1),
        "videos": (film,),
    }
    return Article(**{**usual, **fields})  # type: ignore[arg-type]
