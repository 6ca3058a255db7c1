"""Streams that never end, from the settings to every feed."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from feeds.model import Issue, Video
from feeds.readers import template, wizard
from feedsvc import media
from feedsvc.programming import LiveSettings
from feedsvc.report import Report
from feedsvc.settings import LIVE, ChannelSettings, SourceSettings
from feedsvc.sources import Seen
from feedsvc.sources.live import LiveSource
from tests import made_media
from tests.articles import NOON
from tests.desk import Desk, story
from tests.fakes import FakeSource
from tests.loopback import Loopback

HOUR = timedelta(hours=1)


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback() as site:
        yield site


@pytest.fixture
def stream(site: Loopback, tmp_path: Path) -> str:
    """The address of an HLS stream that goes on, of which the oldest segment is gone already."""
    playlist = made_media.hls(tmp_path / "stream", seconds=6, size=(1280, 720))
    text = playlist.read_text().replace("#EXT-X-ENDLIST\n", "").replace("#EXT-X-PLAYLIST-TYPE:VOD\n", "")
    site.routes["/live.m3u8"] = text.encode()
    for segment in sorted(playlist.parent.glob("*.ts"))[1:]:
        site.routes[f"/{segment.name}"] = segment.read_bytes()
    site.routes["/live.jpg"] = made_media.jpeg()
    return site.url("/live.m3u8")


def channel(*streams: LiveSettings, **fields: object) -> ChannelSettings:
    usual = {"id": "demo", "title": "Demo", "source": (SourceSettings(kind="rss", name="s0"),)}
    return ChannelSettings(**{**usual, "live": streams, **fields})


def refresh(desk: Desk, settings: ChannelSettings, source: FakeSource, now: datetime = NOON) -> Report:
    sources = {"s0": source} | ({LIVE: LiveSource(settings.live)} if settings.live else {})
    return desk.pipeline(sources).refresh(settings, now)


def test_a_stream_goes_on_air_as_a_live_feed_in_a_row_of_its_own(
    desk: Desk, film: Video, site: Loopback, stream: str
) -> None:
    told = LiveSettings(
        title="Harbour live", url=stream, description="Day and night.", picture=site.url("/live.jpg")
    )
    report = refresh(desk, channel(told), FakeSource(story(1, film)))
    assert (report.status, report.on_air, report.left_out, report.rendering) == ("published", 2, (), ())
    (live,) = json.loads(desk.body())["liveFeeds"]
    assert (live["title"], live["shortDescription"]) == ("Harbour live", "Day and night.")
    assert live["content"]["videos"][0] == {"url": stream, "quality": "HD", "videoType": "HLS"}
    assert live["thumbnail"] == live["brandedThumbnail"]
    assert live["thumbnail"].startswith("https://tv.example.org/media/")
    for screen in (template(desk.body()), wizard(desk.body(), "roku.json")):
        assert {tile.title for row in screen.rows for tile in row.tiles} == {"Harbour live", "Story 1"}
    assert wizard(desk.body(), "roku.json").rows[0].title == "Live"
    assert b'expression="nonstop"' in desk.body("mrss")
    assert b"Harbour live" in desk.body("roku_mrss")
    assert b"Harbour live" not in desk.body("search")
    assert refresh(desk, channel(told), FakeSource(story(1, film)), NOON + HOUR).status == "unchanged"


def test_a_stream_keeps_its_id_when_its_address_changes_and_leaves_with_the_settings(
    desk: Desk, film: Video, site: Loopback, stream: str
) -> None:
    def ids() -> list[str]:
        return [live["id"] for live in json.loads(desk.body()).get("liveFeeds", ())]

    source = FakeSource(story(1, film))
    refresh(desk, channel(LiveSettings(title="Harbour live", url=stream)), source)
    before = ids()
    site.routes["/moved.m3u8"] = site.routes["/live.m3u8"]
    moved = LiveSettings(title="The harbour", name="Harbour live", url=site.url("/moved.m3u8"))
    refresh(desk, channel(moved), source, NOON + HOUR)
    assert ids() == before != []
    assert b"moved.m3u8" in desk.body()
    refresh(desk, channel(), source, NOON + 2 * HOUR)
    assert ids() == []


def test_a_stream_that_is_down_says_so_gets_no_story_and_takes_nothing_else_along(
    desk: Desk, film: Video, site: Loopback
) -> None:
    down = LiveSettings(title="Harbour live", url=site.url("/gone.m3u8"), description="Day and night. " * 40)
    report = refresh(desk, channel(down), FakeSource(story(1, film)))
    assert [(out.title, out.code) for out in report.left_out] == [("Harbour live", "video_fetch")]
    assert (report.on_air, report.rendering) == (1, ())


def test_an_article_that_shows_the_stream_is_no_stream(desk: Desk, film: Video, stream: str) -> None:
    live = LiveSettings(title="Harbour live", url=stream)
    mistaken = story(2, Video(stream))
    report = refresh(desk, channel(live, story="never"), FakeSource(story(1, film), mistaken))
    assert [out.code for out in report.left_out] == ["video_live"]
    assert [live["title"] for live in json.loads(desk.body())["liveFeeds"]] == ["Harbour live"]


def test_only_what_is_said_to_be_live_may_be(desk: Desk, stream: str) -> None:
    found = media.probed(Video(stream), desk.producer.open, live=True).found
    assert isinstance(found, Video)
    assert (found.type, found.quality, found.duration) == ("HLS", "HD", None)
    refused = media.probed(Video(stream), desk.producer.open).found
    assert isinstance(refused, Issue)
    assert refused.code == "video_live"


def test_streams_are_all_there_is_in_their_source() -> None:
    pulled = LiveSource([LiveSettings(title="Harbour live", url="https://cdn.example.org/live.m3u8")]).pull(
        Seen()
    )
    assert (pulled.complete, [a.kind for a in pulled.articles]) == (True, ["live"])
