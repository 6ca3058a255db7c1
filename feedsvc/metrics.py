"""What is counted, for Prometheus (https://prometheus.io/docs/practices/naming/).

The scheduler and every server process count for themselves; they meet in the files of a folder. The library
looks for its name in the environment when it is imported, so nothing may import this module before `serving`
has set it.
"""

import os
from collections.abc import Iterable, Mapping
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

# Pictures may come from anywhere; a monitor is not asked to remember every host there is.
HOSTS = 100
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

_own = CollectorRegistry()
_stages = Histogram(
    "feedsvc_refresh_stage_seconds",
    "How long the stages of a refresh take.",
    ("channel", "stage"),
    buckets=_SECONDS,
    registry=_own,
)
_refreshes = Counter("feedsvc_refreshes", "Refreshes by how they went.", ("channel", "status"), registry=_own)
_fetches = Counter("feedsvc_fetches", "What was asked of other hosts.", ("host", "status"), registry=_own)
_renders = Counter("feedsvc_renders", "Story videos and trick play made.", ("kind", "result"), registry=_own)
_requests = Counter("feedsvc_requests", "What this service was asked.", ("kind", "status"), registry=_own)

_hosts: set[str] = set()
_lock = Lock()


def refreshed(channel: str, status: str, stages: Mapping[str, float]) -> None:
    """Count a refresh and the seconds of its stages."""
    _refreshes.labels(channel, status).inc()
    for stage, seconds in stages.items():
        _stages.labels(channel, stage).observe(seconds)


def fetched(host: str, status: str) -> None:
    """Count an answer of another host, or the code of why there was none."""
    with _lock:
        known = host in _hosts or len(_hosts) < HOSTS
        _hosts.update({host} if known else ())
    _fetches.labels(host if known else "others", status).inc()


def rendered(kind: str, result: str) -> None:
    """Count something that was rendered, or could not be."""
    _renders.labels(kind, result).inc()


def answered(kind: str, status: str, count: int = 1) -> None:
    """Count requests for a feed, a file or a page."""
    _requests.labels(kind, status).inc(count)


def text(gauges: Collector) -> bytes:
    """Return what all processes counted, and `gauges`, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(gauges)
    counted = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    else:
        counted = _own
    return generate_latest(counted) + generate_latest(registry)


def gauge(name: str, about: str, labels: Iterable[str]) -> GaugeMetricFamily:
    """Return an empty gauge, to be filled with what is so now."""
    return GaugeMetricFamily(f"feedsvc_{name}", about, labels=list(labels))
