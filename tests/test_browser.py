"""The producers' page in a real Chromium: what the TV plays, a browser plays."""

import shutil
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from feedsvc.renderer import Renderer
from feedsvc.rundown import look_of
from feedsvc.settings import Settings
from feedsvc.studio import Studio
from feedsvc.web import create_app
from tests.articles import NOON
from tests.desk import Desk
from tests.fakes import FakeSource
from tests.test_renderer import silent

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
# None of its own errands: this machine has no way out, and each refusal would be waited for.
ALONE = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ALONE))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    """A channel with one story video on air, served; its address."""
    server = make_server("127.0.0.1", 0, lambda environ, start: app(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    channel, _ = desk.channel(FakeSource(silent()), story="auto", title="Harbour City News")
    settings = Settings(server={"public_url": url}, channel=(channel.model_dump(),))
    app = create_app(desk.store, settings, desk.blobs, now=lambda: NOON)
    pipeline = desk.pipeline({"s0": FakeSource(silent())}, public_url=url)
    renderer = Renderer(
        *(desk.store, desk.blobs, desk.producer, Studio()), logo=lambda _: b"", public_url=url
    )
    for job in pipeline.refresh(channel, NOON).rendering:
        renderer.render(job, look_of(channel, url), NOON)
    pipeline.publish(channel, NOON)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


def until(page: Page, condition: str) -> None:
    """Wait for a condition in the page; Playwright's own way needs `eval`, which the page forbids."""
    page.evaluate(
        f"async () => {{ for (let n = 0; n < 400 && !({condition}); n++)"
        " await new Promise(resolve => setTimeout(resolve, 50));"
        f" if (!({condition})) throw new Error('it never came to be'); }}"
    )


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
