"""The producers' room in a real Chromium: the remote, the search, the refresh, the hand on the switch."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page, Response

from feeds import FORMATS
from feedsvc import app
from feedsvc.blobs import LocalBlobs
from feedsvc.settings import Settings
from feedsvc.store import open_store
from feedsvc.web import create_app
from tests.loopback import Loopback, Reply
from tests.made_media import photograph
from tests.newsroom import Newsroom, Story
from tests.newsroom import page as article_page
from tests.room import CHROMIUM, PHONE, WIDE, Room, eventually, paths, room, served, sideways, until

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")

STORIES = (
    *(Story(n, picture=f"/{n}.jpg") for n in range(1, 6)),
    Story(6, section="Sport"),
    Story(9, "No film here", video=""),
)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Loopback() as site:
        newsroom = Newsroom(site)
        for story in STORIES[:5]:
            newsroom.serves(story.picture, photograph(1200, 900, seed=story.number).write_to_buffer(".jpg"))
        newsroom.tells(*STORIES)
        yield newsroom


@pytest.fixture(scope="module")
def here(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    source = {"kind": "rss", "url": newsroom.site.url("/rss.xml")}
    with room(tmp_path_factory.mktemp("room"), source) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    yield context.new_page()
    context.close()


def accept(dialog: Dialog) -> None:
    dialog.accept()


def words(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def for_everybody(page: Page, where: str) -> None:
    assert sideways(page) == 0, where
    found = Axe().run(page)
    assert not found.violations_count, f"{where}\n{found.generate_report()}"


# The remote


def test_arrows_move_the_focus_and_the_hero_and_enter_plays(here: Room, page: Page) -> None:
    page.goto(f"{here.url}/preview/demo")
    headline = page.locator("#hero .headline")
    assert headline.inner_text() == "Story 1"
    page.locator("a.poster").first.focus()
    for key, title in (("ArrowRight", "Story 2"), ("ArrowDown", "Story 6"), ("ArrowUp", "Story 1")):
        page.keyboard.press(key)
        assert page.evaluate("() => document.activeElement.querySelector('strong').textContent") == title
        assert headline.inner_text() == title
    assert "What happened in story 1" in page.locator("#hero .description").inner_text()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('video')?.currentTime > 1")
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('video')")
    assert page.evaluate("() => document.activeElement.querySelector('strong').textContent") == "Story 1"


def test_the_focus_is_never_hidden_behind_the_hero(here: Room, page: Page) -> None:
    page.goto(f"{here.url}/preview/demo")
    page.locator("a.poster").first.focus()
    for key in ("ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
        page.wait_for_timeout(600)
        hidden = page.evaluate(
            "() => document.activeElement.getBoundingClientRect().top"
            " < document.getElementById('hero').getBoundingClientRect().bottom - 5"
        )
        assert not hidden, key


def test_the_item_page_plays_and_shows_where_the_picture_was_cut(here: Room, page: Page) -> None:
    page.goto(f"{here.url}/item/demo/{here.ids()['Story 3']}")
    page.evaluate("() => document.querySelector('video').play()")
    until(page, "document.querySelector('video').currentTime > 1")
    until(page, "document.querySelector('.source').complete")
    picture, frame = (page.locator(f".cropped {part}").bounding_box() for part in ("img", "rect"))
    assert picture
    assert frame
    assert frame["width"] <= picture["width"] + 4
    assert abs(frame["width"] / frame["height"] - 16 / 9) < 0.05


def test_the_focus_is_set_by_a_click_on_the_picture(here: Room, page: Page) -> None:
    page.goto(f"{here.url}/item/demo/{here.ids()['Story 3']}")
    choice = page.locator(".choice img").first
    choice.scroll_into_view_if_needed()
    until(page, "document.querySelector('.choice img').naturalWidth > 0")
    box = choice.bounding_box()
    assert box
    choice.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    x, y = map(float, page.locator("#focus").input_value().split(","))
    assert abs(y - 0.5) < 0.03
    assert 0.1 < x < 0.45


# Why it is missing, and what a refresh does


def test_why_a_story_is_missing_is_found(here: Room, page: Page) -> None:
    page.goto(f"{here.url}/left-out/demo")
    page.fill("#q", "no film")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=no+film*")
    assert "No film here" in words(page)
    page.fill("#q", "story 4")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**q=story+4*")
    assert "On air" in words(page)
    assert "Story 4" in words(page)


def test_a_refresh_is_watched_live_with_each_problem(here: Room, newsroom: Newsroom, page: Page) -> None:
    fresh = [Story(n, section="Sport") for n in range(20, 40)]
    broken = Story(40, "A broken film", video="/none.mp4")
    newsroom.tells(*STORIES, *fresh, broken)
    for story in fresh:
        newsroom.serves(story.page, Reply(article_page(newsroom.site, story), delay=0.3))
    page.goto(f"{here.url}/runs/demo")
    page.get_by_role("button", name="Refresh now").click()
    page.wait_for_url("**/runs/demo")
    page.evaluate(
        "() => { window.told = []; const live = document.getElementById('live');"
        " new MutationObserver(() => window.told.push([live.querySelector('[role=status]').textContent,"
        " live.querySelector('progress').value, live.querySelector('ul').textContent]))"
        ".observe(live, {subtree: true, childList: true, attributes: true, characterData: true}); }"
    )
    until(page, "document.querySelector('#live h2').textContent === 'Done'")
    told = page.evaluate("() => window.told")
    assert any(re.match(r"make: \d+ of 21", status) and 0 < share < 1 for status, share, _ in told)
    assert "A broken film: " in told[-1][2]
    page.get_by_role("link", name="See what it did").click()
    until(page, "document.querySelector('.runs tbody td:nth-child(3)').textContent === '21'")
    assert "Next by itself" in words(page)
    assert re.search(r"in \d+ \w+, at \d\d:\d\d UTC", words(page))
    assert "28 articles" in words(page)


# The hand on the switch


def test_off_the_air_everywhere_within_a_second_and_undone(here: Room, page: Page) -> None:
    id_ = here.ids()["Story 2"]
    page.on("dialog", accept)
    answered: list[float] = []

    def note(response: Response) -> None:
        if response.url.endswith("/off"):
            answered.append(time.monotonic())

    page.on("response", note)
    feeds = [f"{here.url}/feeds/demo/{FORMATS[name].path}" for name in here.store.editions("demo")]
    assert len(feeds) == 4

    def naming() -> int:
        return sum(id_ in requests.get(feed, timeout=5).text for feed in feeds)

    eventually(lambda: naming() == 4)
    page.goto(f"{here.url}/item/demo/{id_}")
    page.get_by_role("button", name="Take it off the air").click()
    page.get_by_text("It was taken off the air by hand").wait_for()
    eventually(lambda: naming() == 0)
    assert time.monotonic() - answered[0] < 1
    page.goto(f"{here.url}/desk/demo")
    page.get_by_role("button", name="Undo").first.click()
    page.wait_for_load_state()
    eventually(lambda: naming() == 4)


def test_rolling_back_holds_the_channel_until_it_is_released(here: Room, page: Page) -> None:
    page.on("dialog", accept)
    before = here.store.versions("demo", "roku")
    page.goto(f"{here.url}/versions/demo")
    page.get_by_role("button", name="Roll back to this").last.click()
    page.get_by_role("button", name="Release").wait_for()
    document = here.store.document("demo", "roku")
    assert document
    assert document.body == before[-1].body
    page.goto(f"{here.url}/")
    assert "holds the channel" in words(page)
    page.goto(f"{here.url}/versions/demo")
    page.get_by_role("button", name="Release").click()
    page.fill("#why", "the lawyers are reading")
    page.get_by_role("button", name="Hold: publish nothing new").click()
    page.get_by_role("button", name="Release").wait_for()
    assert "the lawyers are reading" in words(page)
    page.get_by_role("button", name="Release").click()
    page.get_by_role("button", name="Hold: publish nothing new").wait_for()
    eventually(lambda: not here.store.asked())


# Who may


def test_login_and_a_wrong_token_and_a_forged_form(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("FEEDSVC_ADMIN_TOKEN", "s3cret")
    root = tmp_path_factory.mktemp("login")
    store = open_store("sqlite:///test.db", root)
    channel = {"id": "demo", "title": "Demo", "source": ({"kind": "demo"},)}
    context = browser.new_context()
    page = context.new_page()

    def make(url: str) -> Flask:
        settings = Settings(server={"public_url": url}, channel=(channel,))
        return create_app(store, settings, LocalBlobs(root), now=app.now)

    with served(make) as url, Loopback() as elsewhere:
        page.goto(f"{url}/runs/demo")
        page.get_by_label("Your name").fill("Ann")
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        assert "This is not the token." in words(page)
        page.get_by_label("Token").fill("s3cret")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/runs/demo")
        page.evaluate("() => document.querySelectorAll('[name=csrf_token]').forEach(i => { i.value = 'x'; })")
        page.get_by_role("button", name="Refresh now").click()
        assert "not ours" in words(page)
        form = f"<form method=post action='{url}/runs/demo'><button>Win</button></form>".encode()
        elsewhere.routes["/evil.html"] = Reply(form, headers={"Content-Type": "text/html"})
        page.goto(elsewhere.url("/evil.html"))
        page.get_by_role("button").click()
        assert "Another site asked for this" in words(page)
        assert store.asked() == {}
        page.goto(f"{url}/")
        page.get_by_role("button", name="Log out").click()
        assert page.url.endswith("/login")
    context.close()
    store.close()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_login_is_for_everybody(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("FEEDSVC_ADMIN_TOKEN", "s3cret")
    store = open_store("sqlite:///test.db", tmp_path)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    page = context.new_page()

    def make(url: str) -> Flask:
        channel = {"id": "demo", "title": "Demo", "source": ({"kind": "demo"},)}
        settings = Settings(server={"public_url": url}, channel=(channel,))
        return create_app(store, settings, LocalBlobs(tmp_path), now=app.now)

    with served(make) as url:
        page.goto(f"{url}/")
        for_everybody(page, "login")
        page.get_by_label("Your name").fill("Ann")
        page.get_by_label("Token").fill("wrong")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        for_everybody(page, "login refused")
        page.get_by_label("Token").fill("s3cret")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Log out").wait_for()
        for_everybody(page, "logged in")
    context.close()
    store.close()


# Without a script, on a phone, calmly, and for everybody


def test_everything_but_playing_works_without_a_script(browser: Browser, here: Room) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in paths(here):
        page.goto(here.url + path)
        assert page.get_by_role("heading", level=1).is_visible(), path
    page.goto(f"{here.url}/preview/demo")
    assert page.locator("a.poster").first.get_attribute("href")
    assert page.locator("#hero .headline").is_visible()
    page.locator("a.more").first.click()
    page.get_by_label("Headline").fill("Told by hand")
    page.get_by_role("button", name="Change it").click()
    assert "Told by hand" in page.inner_text("#main")
    page.get_by_role("button", name="Undo").click()
    assert "undone by somebody at this machine" in page.inner_text("#main")
    page.goto(f"{here.url}/left-out/demo")
    page.fill("#q", "no film")
    page.get_by_role("button", name="Search").click()
    assert "No film here" in page.inner_text("#main")
    page.goto(f"{here.url}/runs/demo")
    page.get_by_role("button", name="Refresh now").click()
    assert page.locator("#live").is_visible()
    context.close()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_every_page_is_for_everybody_and_none_scrolls_sideways(
    browser: Browser, here: Room, size: tuple[int, int]
) -> None:
    # axe has to put a script of its own into the page, which the page's policy forbids.
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    page = context.new_page()
    for path in paths(here):
        page.goto(here.url + path)
        for_everybody(page, path)
    context.close()


def test_nothing_moves_for_whoever_wants_it_calm(browser: Browser, here: Room) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{here.url}/preview/demo")
    page.locator("a.poster").first.focus()
    style = page.evaluate(
        "() => { const at = getComputedStyle(document.activeElement);"
        " const whole = getComputedStyle(document.documentElement);"
        " return [at.transform, at.transitionDuration, whole.scrollBehavior]; }"
    )
    assert style == ["none", "0s", "auto"]
    context.close()


def test_the_first_page_is_small_and_pictures_wait_until_they_are_seen(here: Room, page: Page) -> None:
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto(f"{here.url}/")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000
    page.goto(f"{here.url}/preview/demo")
    assert page.evaluate(
        "() => [...document.querySelectorAll('.shelf img')].every(i => i.loading === 'lazy')"
    )
    assert (
        page.evaluate("() => getComputedStyle(document.querySelector('.shelf')).contentVisibility") == "auto"
    )
