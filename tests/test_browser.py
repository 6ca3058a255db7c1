"""The producers' page in a real Chromium: what the TV plays, a browser plays."""

from collections.abc import Iterator
from wsgiref.types import WSGIApplication

import pytest
from playwright.sync_api import Browser, Page

from feedsvc.renderer import Renderer
from feedsvc.rundown import look_of
from feedsvc.settings import Settings
from feedsvc.studio import Studio
from feedsvc.web import create_app
from tests.articles import NOON
from tests.desk import Desk
from tests.fakes import FakeSource
from tests.room import CHROMIUM, served, until
from tests.test_renderer import silent

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    """A channel with one story video on air, served; its address."""

    def make(url: str) -> WSGIApplication:
        settings = Settings(server={"public_url": url}, channel=(channel.model_dump(),))
        return create_app(desk.store, settings, desk.blobs, now=lambda: NOON)

    channel, _ = desk.channel(FakeSource(silent()), story="auto", title="Harbour City News")
    with served(make) as url:
        pipeline = desk.pipeline({"s0": FakeSource(silent())}, public_url=url)
        renderer = Renderer(
            *(desk.store, desk.blobs, desk.producer, Studio()), logo=lambda _: b"", public_url=url
        )
        for job in pipeline.refresh(channel, NOON).rendering:
            renderer.render(job, look_of(channel, url), NOON)
        pipeline.publish(channel, NOON)
        yield url


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
