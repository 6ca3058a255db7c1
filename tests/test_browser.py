"""The producers' page in a real Chromium: what the TV plays, a browser plays."""

from collections.abc import Iterator
from datetime import timedelta
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, Page

from feeds import FORMATS
from feeds.model import Feed, Row, Series, Video
from feedsvc.publication import document_of
from feedsvc.renderer import Renderer
from feedsvc.rundown import look_of
from feedsvc.settings import Settings
from feedsvc.studio import Studio
from feedsvc.web import create_app
from tests import made_media
from tests.articles import NOON, article, channel
from tests.desk import Desk
from tests.fakes import FakeSource
from tests.loopback import Loopback, Reply
from tests.room import CHROMIUM, served, until
from tests.test_renderer import silent

PLAYLIST = "application/vnd.apple.mpegurl"

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def shelves(desk: Desk) -> Iterator[str]:
    """A channel of one HLS film and a series of two episodes, published and served; its address."""
    made_media.hls(desk.root / "hls", 4)
    with Loopback() as cdn:
        for file in (desk.root / "hls").iterdir():
            cdn.routes[f"/{file.name}"] = Reply(file.read_bytes(), headers={"Content-Type": PLAYLIST})
        film = (Video(cdn.url("/index.m3u8"), "HLS", "HD", duration=4),)
        parts = [
            article(n, title=f"Diary {n}", series="The Diary", episode=9 - n, videos=film) for n in (2, 3)
        ]
        rows = (Row("World", (article(1, videos=film),)), Row("Diary", tuple(parts)))
        feed = Feed(channel(series=(Series("The Diary", seasons="none"),)), rows, NOON)
        desk.store.publish([document_of(FORMATS["roku"].write(feed), FORMATS["roku"], feed, NOON)])

        def make(url: str) -> WSGIApplication:
            one = {"id": "demo", "title": "Harbour City News", "source": ({"kind": "demo"},)}
            settings = Settings(server={"public_url": url}, channel=(one,))
            return create_app(desk.store, settings, desk.blobs, now=lambda: NOON)

        with served(make) as url:
            yield url


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    """A channel with one story video on air, served; its address."""

    def make(url: str) -> WSGIApplication:
        served_by = Settings(server={"public_url": url}, channel=(settings.model_dump(),))
        return create_app(desk.store, served_by, desk.blobs, now=lambda: NOON)

    settings, _ = desk.channel(FakeSource(silent()), story="auto", title="Harbour City News")
    with served(make) as url:
        pipeline = desk.pipeline({"s0": FakeSource(silent())}, public_url=url)
        renderer = Renderer(
            *(desk.store, desk.blobs, desk.producer, Studio()), logo=lambda _: b"", public_url=url
        )
        for job in pipeline.refresh(settings, NOON).rendering:
            renderer.render(job, look_of(settings, url), NOON)
        pipeline.publish(settings, NOON)
        yield url


def in_focus(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.querySelector('strong').textContent"))


def test_hls_plays_where_the_browser_can(shelves: str, page: Page) -> None:
    page.goto(f"{shelves}/preview/demo")
    can = page.evaluate("() => document.createElement('video').canPlayType('application/vnd.apple.mpegurl')")
    page.locator("a.poster").first.press("Enter")
    if can:
        until(page, "document.querySelector('video')?.currentTime > 1")
    else:
        page.get_by_text("This browser cannot play HLS; it plays on the TV.").wait_for()


def test_a_series_opens_its_episodes_and_esc_goes_back(shelves: str, page: Page) -> None:
    page.goto(f"{shelves}/preview/demo")
    page.locator("a.poster[href^='#']").press("Enter")
    assert in_focus(page) == "Diary 2"
    assert page.locator("#hero .headline").inner_text() == "Diary 2"
    page.keyboard.press("ArrowRight")
    assert in_focus(page) == "Diary 3"
    page.keyboard.press("Escape")
    assert in_focus(page) == "The Diary"


@pytest.mark.parametrize("reader", ["template", "wizard"])
def test_the_words_in_focus_are_cut_where_the_reader_cuts_them(
    shelves: str, page: Page, desk: Desk, reader: str
) -> None:
    long = article(1, title="A headline " * 20, summary="Words that go on. " * 40)
    feed = Feed(channel(), (Row("World", (long,)),), NOON + timedelta(minutes=1))
    desk.store.publish([document_of(FORMATS["roku"].write(feed), FORMATS["roku"], feed, feed.updated)])
    page.goto(f"{shelves}/preview/demo?reader={reader}")
    box = page.evaluate(
        "() => { const told = document.querySelector('.told'), words = [...told.children];"
        " return [words.map(p => Math.round(p.clientHeight / parseFloat(getComputedStyle(p).lineHeight))),"
        " told.clientWidth / document.querySelector('.tv').clientWidth,"
        " words.some(p => p.scrollHeight > p.clientHeight + 2 || p.scrollWidth > p.clientWidth)]; }"
    )
    if reader == "template":
        assert box[0] == [1, 3]
        assert box[2], "there is more of it than is shown"
        assert 0.78 < box[1] <= 0.81
    else:
        assert sum(box[0]) > 5
        assert not box[2], "the wizard cuts nothing"
        assert 0.5 < box[1] < 0.58


def test_a_story_video_plays_with_its_captions(site: str, page: Page) -> None:
    page.goto(f"{site}/preview/demo")
    page.locator("a.poster").first.press("Enter")
    until(page, "document.querySelector('video')?.currentTime > 1")
    film = page.evaluate(
        "() => { const v = document.querySelector('video'); v.textTracks[0].mode = 'showing';"
        " return [v.videoWidth, v.videoHeight, v.error, v.textTracks.length, v.duration]; }"
    )
    assert film[:4] == [1280, 720, None, 1]
    assert 20 <= film[4] <= 75
    until(page, "document.querySelector('video').textTracks[0].cues?.length > 0")
    first = page.evaluate("() => document.querySelector('video').textTracks[0].cues[0].text")
    assert first == "Story 1"
