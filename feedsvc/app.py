"""build(settings): the only wiring of the pipeline. Here the clock is read and everybody meets."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

from feedsvc import pages
from feedsvc.blobs import LocalBlobs
from feedsvc.http import Http
from feedsvc.jobs import Jobs
from feedsvc.produce import Producer
from feedsvc.refresh import Pipeline, Progress, Report
from feedsvc.scheduler import Scheduler
from feedsvc.settings import Settings
from feedsvc.sources import SOURCES, Source, Tools
from feedsvc.store import Store, open_store

ARTICLES_AT_ONCE = 8
A = TypeVar("A")
B = TypeVar("B")


def now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


class Service:
    """Everything, wired: what the commands and the scheduler work with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store: Store = open_store(settings.storage.database, settings.root)
        self.blobs = LocalBlobs(settings.root / settings.storage.media)
        self.http = Http(settings.http)
        self.workdir = settings.root / "var"
        self.jobs = Jobs(self.workdir / "locks")
        self._pool = ThreadPoolExecutor(ARTICLES_AT_ONCE, "article")
        producer = Producer(self.http, self.blobs, settings.http.max_page, settings.http.max_image)
        self.pipeline = Pipeline(
            self.store,
            producer,
            {channel.id: self._sources(channel.id) for channel in settings.channel},
            public_url=settings.server.public_url,
            clock=time.monotonic,
            pmap=self._pmap,
        )

    def refresh(
        self, channel: str, *, force: bool = False, progress: Progress = lambda stage, done, total: None
    ) -> Report:
        """Return what a refresh of a channel did now; status `busy` if one is already under way."""
        chosen = self.settings.named(channel)
        done = self.jobs.run(
            channel, lambda: self.pipeline.refresh(chosen, now(), force=force, progress=progress)
        )
        return done or Report(channel=channel, status="busy")

    def scheduler(self) -> Scheduler:
        """Return a scheduler for every channel, not started."""
        channels = [(channel.id, channel.refresh) for channel in self.settings.channel]
        return Scheduler(channels, self.refresh, lambda channel: self.store.next_edge(channel, now()))

    def close(self) -> None:
        """Let go of threads, connections and files."""
        self._pool.shutdown(cancel_futures=True)
        self.http.close()
        self.store.close()

    def _sources(self, channel: str) -> dict[str, Source]:
        root = self.settings.root
        tools = Tools(self.http, pages.read, self.blobs.keep, self.workdir, now, root)
        chosen = self.settings.named(channel)
        return {source.key: SOURCES[source.kind](source, tools) for source in chosen.source}

    def _pmap(self, function: Callable[[A], B], values: Iterable[A], /) -> Iterator[B]:
        return self._pool.map(function, values)


def build(settings: Settings) -> Service:
    """Return the service that these settings describe."""
    return Service(settings)
