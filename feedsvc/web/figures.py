"""What a monitor draws: `/metrics`, what was counted and what is so now."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from feedsvc import metrics
from feedsvc.settings import Settings
from feedsvc.standing import last_good, last_report
from feedsvc.store import Store


class Now(Collector):
    """What is so at a moment, read from the store."""

    def __init__(self, store: Store, settings: Settings, moment: datetime) -> None:
        self.store, self.settings, self.moment = store, settings, moment

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        yield from self._articles()
        yield from self._documents()
        fresh = metrics.gauge("last_good_refresh_seconds", "How long ago a refresh went well.", ("channel",))
        for channel in self.settings.channel:
            if good := last_good(self.store, channel.id):
                fresh.add_metric((channel.id,), (self.moment - good.at).total_seconds())
        yield fresh

    def _articles(self) -> Iterator[Metric]:
        known = metrics.gauge("articles", "Articles known and not withdrawn.", ("channel",))
        left_out = metrics.gauge("left_out", "Articles not on air, by reason.", ("channel", "code"))
        for channel in self.settings.channel:
            known.add_metric((channel.id,), self.store.count(channel.id))
            codes = Counter(out.code for out in last_report(self.store, channel.id).left_out)
            for code, count in codes.items():
                left_out.add_metric((channel.id, code), count)
        yield from (known, left_out)

    def _documents(self) -> Iterator[Metric]:
        labels = ("channel", "format")
        on_air = metrics.gauge("on_air", "Items in a published document.", labels)
        size = metrics.gauge("document_bytes", "Bytes of a published document.", labels)
        age = metrics.gauge("document_age_seconds", "How long ago a document was published.", labels)
        for channel in self.settings.channel:
            for name, edition in self.store.editions(channel.id).items():
                on_air.add_metric((channel.id, name), edition.items)
                size.add_metric((channel.id, name), edition.bytes)
                age.add_metric((channel.id, name), (self.moment - edition.published).total_seconds())
        yield from (on_air, size, age)


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return what Prometheus asks."""
    blueprint = Blueprint("figures", __name__)

    @blueprint.get("/metrics")
    def figures() -> Response:
        body = metrics.text(Now(store, settings, now()))
        return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    return blueprint
