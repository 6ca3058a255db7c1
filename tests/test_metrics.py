"""What a monitor sees: the counts of every process, and what is so now."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from feeds.model import Video
from feedsvc import metrics
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, Settings
from feedsvc.web import create_app
from feedsvc.web.published import Feeds, Published
from tests.articles import NOON
from tests.desk import Desk, story
from tests.fakes import FakeSource
from tests.loopback import Loopback


def samples(text: str) -> dict[str, float]:
    """Return every sample by its name and labels."""
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {" ".join((s.name, *(f"{k}={v}" for k, v in sorted(s.labels.items())))): s.value for s in found}


def alone(script: str, **environment: str) -> dict[str, float]:
    """Return what is counted in a process of its own that runs a script."""
    script = f"{_NOTHING}{script}\nprint(metrics.text(Nothing()).decode())"
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return samples(run.stdout)


_NOTHING = """
from feedsvc import metrics
from prometheus_client.registry import Collector
class Nothing(Collector):
    def collect(self): return []
"""


def scraped(desk: Desk, settings: Settings) -> dict[str, float]:
    app = create_app(desk.store, settings, desk.blobs, now=lambda: NOON)
    return samples(Client(app).get("/metrics").text)


def test_what_is_so_now_is_read_from_the_store(desk: Desk, film: Video) -> None:
    source = FakeSource(story(1, film), story(2, film), story(3, film, title=""))
    desk.told(source)
    settings = Settings(channel=(desk.channel(source)[0].model_dump(),))
    found = scraped(desk, settings)
    assert found["feedsvc_articles channel=demo"] == 3
    assert found["feedsvc_left_out channel=demo code=no_title"] == 1
    for name in settings.channel[0].formats:
        assert found[f"feedsvc_on_air channel=demo format={name}"] == 2
        assert found[f"feedsvc_document_bytes channel=demo format={name}"] == len(desk.body(name))
        assert found[f"feedsvc_document_age_seconds channel=demo format={name}"] == 0
    assert found["feedsvc_last_good_refresh_seconds channel=demo"] == 0


def test_fetches_are_counted_by_host_and_outcome(desk: Desk) -> None:
    settings = Settings(channel=(desk.channel(FakeSource())[0].model_dump(),))
    options = HttpSettings(allow_hosts=("127.0.0.1",), retries=0)
    with Loopback({"/a": b"x"}) as site, Http(options, observe=metrics.fetched) as http:
        http.get(site.url("/a"))
        found = scraped(desk, settings)
        assert found[f"feedsvc_fetches_total host={site.host} status=200"] == 1


def test_a_monitor_is_not_asked_to_remember_every_host() -> None:
    found = alone("for n in range(metrics.HOSTS + 5): metrics.fetched(f'cdn{n}.example.org', '200')")
    hosts = {name: count for name, count in found.items() if name.startswith("feedsvc_fetches_total")}
    assert len(hosts) == metrics.HOSTS + 1
    assert hosts["feedsvc_fetches_total host=others status=200"] == 5


def test_feeds_are_counted_beside_the_requests(desk: Desk, film: Video) -> None:
    source = FakeSource(story(1, film))
    desk.told(source)
    settings = Settings(channel=(desk.channel(source)[0].model_dump(),))
    before = scraped(desk, settings).get("feedsvc_requests_total kind=feeds status=200", 0)
    feeds = Feeds(desk.store, settings)
    feeds.reload()
    served = Client(Published(create_app(desk.store, settings, desk.blobs, now=lambda: NOON), feeds))
    for _ in range(3):
        served.get("/feeds/demo/roku.json")
    feeds.count()
    assert scraped(desk, settings)["feedsvc_requests_total kind=feeds status=200"] == before + 3


def test_processes_meet_in_a_folder(tmp_path: Path) -> None:
    for seconds in ("0.2", "3"):
        script = f"metrics.refreshed('demo', 'published', {{'pull': {seconds}}})"
        found = alone(script, PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    assert found["feedsvc_refreshes_total channel=demo status=published"] == 2
    assert found["feedsvc_refresh_stage_seconds_sum channel=demo stage=pull"] == 3.2
