"""build(settings): the only wiring of the pipeline. Here the clock is read and everybody meets."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from feedsvc import discovery, metrics, pages, thumbnails
from feedsvc.blobs import LocalBlobs
from feedsvc.discovery import PAGES, REQUESTS, SECONDS, Discovered
from feedsvc.http import FetchError, Http
from feedsvc.jobs import Background, Jobs
from feedsvc.processes import give_memory_back
from feedsvc.produce import Producer
from feedsvc.progress import Live, Progress, untold
from feedsvc.refresh import Pipeline
from feedsvc.renderer import Renderer
from feedsvc.report import Report, whole
from feedsvc.rundown import look_of
from feedsvc.scheduler import Scheduler
from feedsvc.settings import LIVE, ChannelSettings, HttpSettings, Settings
from feedsvc.sources import SOURCES, Source, Tools
from feedsvc.sources.live import LiveSource
from feedsvc.standing import Schedule, tell_schedule
from feedsvc.store import Probed, Store, open_store
from feedsvc.stories import Job, Look
from feedsvc.studio import Studio
from feedsvc.webhooks import Webhooks
from feedsvc.websub import Subscriptions

ARTICLES_AT_ONCE = 8
# Nothing takes this long to be written, seconds: what is older was left by a process that was killed.
WRITTEN_BY = 3600.0

log = logging.getLogger(__name__)
A = TypeVar("A")
B = TypeVar("B")


def now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


class Service:
    """Everything, wired: what the commands and the scheduler work with."""

    def __init__(self, settings: Settings) -> None:
        give_memory_back()
        self.settings = settings
        self.store: Store = open_store(settings.storage.database, settings.root)
        self.blobs = LocalBlobs(settings.root / settings.storage.media)
        self.http = Http(settings.http, observe=metrics.fetched)
        self.workdir = settings.root / "var"
        self.jobs = Jobs(self.workdir / "locks")
        self._pool = ThreadPoolExecutor(ARTICLES_AT_ONCE, "article")
        self._subscriptions = Subscriptions(self.http, self.store, settings.server.public_url)
        self.webhooks = Webhooks(self.http, self.store, settings.webhook, settings.server.public_url)
        self._messenger = ThreadPoolExecutor(1, "webhook")
        producer = Producer(
            *(self.http, self.blobs, self.store.probes, settings.http.max_page, settings.http.max_image),
            policy_keys=settings.embeds.brightcove,
        )
        self.pipeline = Pipeline(
            *(self.store, producer, self.blobs),
            {channel.id: self._sources(channel.id) for channel in settings.channel},
            public_url=settings.server.public_url,
            clock=time.monotonic,
            pmap=self._pmap,
            look=self.look,
            subscribe=self._subscribe,
        )
        self.studio = Studio()
        self.renderer = Renderer(
            *(self.store, self.blobs, producer, self.studio),
            logo=self.logo,
            public_url=settings.server.public_url,
        )
        self.background: Background[Job] = Background(self._render, self._publish)
        self._published: dict[str, Report] = {}

    def refresh(
        self,
        channel: str,
        *,
        force: bool = False,
        paced: bool = False,
        progress: Progress = untold,
    ) -> Report:
        """Return what a refresh of a channel did now; status `busy` if one is already under way."""
        chosen = self.settings.named(channel)
        done = self.jobs.run(
            channel,
            lambda: self.pipeline.refresh(chosen, now(), force=force, paced=paced, progress=progress),
        )
        report = done or Report(channel=channel, status="busy")
        metrics.refreshed(channel, report.status, report.stages)
        if done:
            self._tell(chosen, done)
        return report

    def refresh_whole(self, channel: str, *, force: bool = False, progress: Progress = untold) -> Report:
        """Return what a refresh did once all that it wants rendered is on air, too."""
        began = time.monotonic()
        report = self.refresh(channel, force=force, progress=progress)
        total = len(report.rendering)
        self.background.put(channel, report.rendering)
        self.background.drain(lambda: progress("render", total - self.background.left(channel), total))
        done = whole(report, self._published.pop(channel, None))
        return replace(done, seconds=round(time.monotonic() - began, 3))

    def scheduler(self) -> Scheduler:
        """Return a scheduler for every channel, not started; what is to be rendered is, in the background."""

        def refresh(channel: str) -> None:
            since = now()
            live = Live(self.store, channel, since, time.monotonic) if channel in self.store.asked() else None
            report = self.refresh(channel, paced=live is None, progress=live or untold)
            if report.status != "busy":
                self.store.answered(channel, since)
                self.background.put(channel, report.rendering)
            if live:
                live.ended(report.status)

        def tell(channel: str, again: datetime | None) -> None:
            sources = self.pipeline.asked(channel)
            tell_schedule(self.store, channel, Schedule(now(), again, sources))

        channels = [(channel.id, channel.refresh) for channel in self.settings.channel]
        known = {channel.id for channel in self.settings.channel}
        return Scheduler(
            channels,
            refresh,
            lambda channel: self.store.next_edge(channel, now()),
            lambda: [channel for channel in self.store.asked() if channel in known],
            tell,
        )

    def start(self) -> None:
        """Render what there is to render from now on, and give what could not be another chance."""
        self.store.renders.reconsider()
        self.blobs.sweep(time.time() - WRITTEN_BY)
        self.background.start()

    def look_at_fonts(self) -> None:
        """Say which scripts this machine has no font for, here and to the health page."""
        missing = thumbnails.uncovered_scripts()
        self.store.remember("fonts", missing)
        if missing:
            log.warning(
                "There is no font here for %s: articles in these are left out. To show them, install %s.",
                ", ".join(script.script for script in missing),
                ", ".join(sorted({script.package for script in missing})),
            )

    def close(self) -> None:
        """Let go of threads, connections and files."""
        self.studio.stop()
        self.background.stop()
        self._messenger.shutdown()
        self._pool.shutdown(cancel_futures=True)
        self.http.close()
        self.store.close()

    def _render(self, channel: str, job: Job) -> bool:
        """Render a job when no other process renders for the channel; it may have done this one, then."""
        look = self.look(self.settings.named(channel))
        done = self.jobs.in_turn(
            f"{channel}.renders",
            lambda: self.renderer.render(job, look, now()),
            lambda: not self.studio.stopped,
        )
        metrics.rendered(job.kind, "made" if done else "nothing new")
        return bool(done)

    def _publish(self, channel: str) -> bool:
        chosen = self.settings.named(channel)
        report = self.jobs.run(channel, lambda: self.pipeline.publish(chosen, now()))
        if report:
            self._published[channel] = report
            self._tell(chosen, report)
        return report is not None

    def _tell(self, channel: ChannelSettings, report: Report) -> None:
        """Tell the webhooks what happened, beside the refresh."""
        if self.settings.webhook:
            self._messenger.submit(_logged, self.webhooks.tell, channel, report, now())

    def _subscribe(self, *wanted: Any) -> None:
        """Ask a hub beside the refresh: it may take its time."""
        self._pool.submit(self._subscriptions.keep, *wanted)

    def look(self, channel: ChannelSettings) -> Look:
        """Return what the stories of a channel have in common now."""
        place = channel.brand.logo
        named = place if "://" in place else blake2b(self.logo(place), digest_size=16).hexdigest()
        edits = self.store.desk.edits(channel.id)
        return look_of(channel, self.settings.server.public_url, named, edits)

    def logo(self, place: str) -> bytes:
        """Return the bytes of a logo in a file or on the web, none when it cannot be had."""
        try:
            if "://" in place:
                return self.http.get(place, max_bytes=self.settings.http.max_image).body
            return (self.settings.root / place).read_bytes() if place else b""
        except (FetchError, OSError) as error:
            log.warning("channel.brand.logo: %s cannot be read (%s); stories go without it.", place, error)
            return b""

    def _sources(self, channel: str) -> dict[str, Source]:
        root = self.settings.root
        chosen = self.settings.named(channel)
        tools = Tools(self.http, pages.read, self.blobs.keep, self.workdir, now, root, chosen.language)
        opened = {source.key: SOURCES[source.kind](source, tools) for source in chosen.source}
        return opened | ({LIVE: LiveSource(chosen.live)} if chosen.live else {})

    def _pmap(self, function: Callable[[A], B], values: Iterable[A], /) -> Iterator[B]:
        return self._pool.map(function, values)


def _logged(work: Callable[..., object], *arguments: object) -> None:
    """Do something that nobody waits for; what breaks it is not lost in a future."""
    try:
        work(*arguments)
    except Exception:
        log.exception("Telling the webhooks broke off.")


class Once(Struct):
    """Probes for one look at a site: nothing is known before, nothing is kept after."""

    def get(self, url: str) -> Probed | None:
        """Return None."""
        return None

    def keep(self, url: str, probed: Probed) -> None:
        """Keep nothing."""


def discover(url: str, options: HttpSettings, workdir: Path) -> Discovered:
    """Return what the site of a page offers, asked politely: at most 40 requests in 30 seconds.

    Raises:
        FetchError: the page cannot be had.
    """
    hasty = options.model_copy(update={"timeout": min(options.timeout, 10), "retries": 0})
    with (
        Http(hasty, most=REQUESTS - PAGES, lasts=SECONDS) as http,
        Http(hasty, most=PAGES, lasts=SECONDS) as reader,
    ):
        tools = Tools(http, pages.read, lambda path: "", workdir, now, workdir)
        producer = Producer(reader, LocalBlobs(workdir), Once(), options.max_page, options.max_image)
        return discovery.discover(
            url,
            http,
            SOURCES,
            lambda source: SOURCES[source.kind](source, tools),
            lambda article: producer.understand(article, now()) if article.url else article,
            time.monotonic,
        )


def build(settings: Settings) -> Service:
    """Return the service that these settings describe."""
    return Service(settings)
