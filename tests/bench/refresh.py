"""What a refresh costs: with nothing new, and with 10 new articles over a small and a large store."""

import resource
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import median

from feeds.model import Article
from feedsvc.blobs import LocalBlobs
from feedsvc.decide import names
from feedsvc.http import Http
from feedsvc.processes import give_memory_back
from feedsvc.produce import Producer
from feedsvc.refresh import Pipeline
from feedsvc.settings import ChannelSettings, HttpSettings, SourceSettings
from feedsvc.store import Changes, Stored, open_store
from tests import made_media
from tests.articles import NOON, article
from tests.fakes import FakeSource

ROUNDS = 5
CHANNEL = ChannelSettings(id="demo", title="Bench", source=(SourceSettings(kind="rss", name="rss"),))


class Bench:
    """A store of `size` articles, and a source that has 10 new ones each round."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size = size
        self.round = 0
        self.source = FakeSource()
        self.store = open_store("sqlite:///bench.db", folder)
        self.http = Http(HttpSettings())
        self.pool = ThreadPoolExecutor(4)
        self.blobs = LocalBlobs(folder / "media")
        self.film = self.blobs.put(made_media.mp4(), ".mp4")
        producer = Producer(self.http, self.blobs, self.store.probes, 10_000_000, 30_000_000)
        self.pipeline = Pipeline(
            *(self.store, producer, self.blobs, {"demo": {"rss": self.source}}),
            public_url="https://tv.example.org",
            clock=time.monotonic,
            pmap=lambda function, values: self.pool.map(function, values),
        )
        for start in range(0, size, 1000):
            stored = [Stored(a, a) for a in (article(n + 100) for n in range(start, start + 1000))]
            called = {s.article.id: names("rss", s.article) for s in stored}
            self.store.save("demo", Changes(stored, called), NOON)
        self.refresh()

    def refresh(self) -> float:
        began = time.perf_counter()
        self.pipeline.refresh(CHANNEL, NOON + timedelta(minutes=self.round))
        return time.perf_counter() - began

    def ten_new(self) -> float:
        self.round += 1
        videos = article(1).videos[:1]
        films = tuple(type(video)(self.film) for video in videos)
        self.source.articles = tuple(
            Article(
                guid=f"new-{self.round}-{n}",
                title=f"New {self.round} {n}",
                section=("World",),
                published=NOON + timedelta(seconds=self.round * 10 + n),
                videos=films,
            )
            for n in range(10)
        )
        return self.refresh()

    def close(self) -> None:
        self.pool.shutdown()
        self.http.close()
        self.store.close()


def main(arguments: list[str]) -> None:
    give_memory_back()  # as the service does
    sizes = (1_000, int(arguments[0]) if arguments else 100_000)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        benches = [Bench(Path(folder), size) for folder, size in zip((one, two), sizes, strict=True)]
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for bench, taken in zip(benches, times, strict=True):
                taken.append(bench.ten_new())
        for bench, taken in zip(benches, times, strict=True):
            quiet = median(bench.refresh() for _ in range(ROUNDS))
            print(
                f"{bench.size:8,} stored: {median(taken):.2f} s with 10 new, {quiet:.2f} s with nothing new"
            )
            bench.close()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{median(times[1]) / median(times[0]):.2f}x the time over the large store; peak {peak:.0f} MB")
