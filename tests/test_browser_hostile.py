"""A newsroom that means harm, all the way through a refresh and onto every page in a real Chromium."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Request, Route

from tests import made_media
from tests.loopback import Loopback, Reply
from tests.room import CHROMIUM, PHONE, WIDE, Room, paths, room, sideways

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")

SCRIPT = "<script>window.harmed=1;alert(1)</script><img src=x onerror='window.harmed=1;alert(2)'>"
BREAKS_OUT = (
    "\"'></bdi></td></pre></dialog></main><svg onload='window.harmed=1;alert(3)'><style>*{display:none}"
)
BIDI = "\u202e\u2066\u202dnwod edispu\u200f\u2067"
CONTROLS = "\u0000\u0001\u0008\u001b[31m\u007f\u0085\ufffe\ud83d"
LONG = "W" * 10_000
TEMPLATE = "{{ 7 * 7 }}{% for x in y %}${alert(4)}"
TEXTS = (SCRIPT, BREAKS_OUT, BIDI, CONTROLS, LONG, TEMPLATE)
SVG = (
    b"<svg xmlns='http://www.w3.org/2000/svg' width='1600' height='900' onload='alert(5)'>"
    b"<script>alert(6)</script></svg>"
)
FOREIGN = "https://evil.example/x.js"


def feed(site: Loopback) -> bytes:
    """Return a JSON Feed with harm in every field, half of it with a film that plays."""
    items = [
        {
            "id": f"{text[:300]}{number}",
            "url": "javascript:alert(7)" if number % 4 == 1 else site.url(f"/page-{number}"),
            "title": text,
            "summary": f"{text} {SCRIPT}",
            "content_html": f"<p>{text}</p>{SCRIPT}<iframe src='{FOREIGN}'></iframe><p>So.</p>",
            "image": ("javascript:alert(8)", site.url("/harm.svg"), FOREIGN, site.url("/p.jpg"))[number % 4],
            "date_published": f"2026-11-22T1{number % 10}:00:00Z",
            "tags": [text[:200], SCRIPT],
            "authors": [{"name": text[:500], "url": "javascript:alert(9)"}],
            "language": '"><script>',
            "attachments": [
                {"url": address, "mime_type": "video/mp4", "title": SCRIPT}
                for address in ((site.url("/film.mp4"),) if number % 2 == 0 else ("javascript:alert(10)",))
            ],
        }
        for number, text in enumerate(both for text in TEXTS for both in (text, f"{text} again"))
    ]
    # As programs write it that do not look: JSON with a lone surrogate in it.
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": SCRIPT, "items": items}
    ).encode()


def page(text: str) -> bytes:
    return (
        f"<html><head><title>{text}</title><meta property='og:image' content='javascript:alert(11)'>"
        f"<meta property='og:description' content='&lt;script&gt;alert(12)&lt;/script&gt;'>"
        f'<script type=\'application/ld+json\'>{{"@type":"NewsArticle","headline":"<b onclick=alert(13)>",'
        f'"url":"javascript:alert(14)","articleSection":"{"S" * 3000}"}}</script></head>'
        f"<body><article>{text}<p>{'Words that mean nothing. ' * 30}</p></article></body></html>"
    ).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with Loopback() as site:
        site.routes["/film.mp4"] = made_media.mp4()
        site.routes["/p.jpg"] = made_media.jpeg()
        site.routes["/harm.svg"] = Reply(SVG, headers={"Content-Type": "image/svg+xml"})
        for number, text in enumerate(TEXTS * 2):
            site.routes[f"/page-{number}"] = Reply(page(text), headers={"Content-Type": "text/html"})
        site.routes["/feed.json"] = Reply(feed(site), headers={"Content-Type": "application/feed+json"})
        source = {"kind": "jsonfeed", "url": site.url("/feed.json"), "name": "harm"}
        with room(tmp_path_factory.mktemp("harm"), source) as running:
            yield running


def test_it_went_through_a_real_refresh(here: Room) -> None:
    document = here.store.document("demo", "roku")
    assert document
    assert len(document.ids) >= 4, "harm is on air, or nothing is shown by this"
    assert len(here.ids()) >= 10


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_every_page_stays_whole_and_nothing_of_it_runs(
    browser: Browser, here: Room, size: tuple[int, int]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    tab = context.new_page()
    dialogs: list[str] = []
    errors: list[str] = []
    scripts: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def hear(message: ConsoleMessage) -> None:
        # That a picture of theirs is missing, or was refused by the page's policy, harms nobody.
        known = ("Failed to load resource", "Content Security Policy")
        if message.type == "error" and not any(words in message.text for words in known):
            errors.append(message.text)

    def note(request: Request) -> None:
        foreign = not request.url.startswith((here.url, "blob:", "data:"))
        if foreign and request.resource_type not in ("image", "media"):
            scripts.append(request.url)

    def outside(route: Route) -> None:
        inside = urlsplit(route.request.url).hostname == "127.0.0.1"
        route.continue_() if inside else route.abort()

    tab.on("dialog", dismiss)
    tab.on("console", hear)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("request", note)
    tab.route("**/*", outside)
    every = [*paths(here), *(f"/item/demo/{id_}" for id_ in here.ids().values())]
    for path in dict.fromkeys(every):
        tab.goto(here.url + path)
        tab.wait_for_load_state()
        assert sideways(tab) == 0, path
        assert tab.locator("footer.foot").is_visible(), path
        assert tab.locator("main").count() == 1, path
        for heading in tab.get_by_role("heading", level=1).all():
            assert heading.is_visible(), path
        assert tab.evaluate("() => [...document.scripts].every(s => s.src.startsWith(location.origin))"), path
        assert not tab.evaluate("() => 'harmed' in window"), path
        unsafe = "a[href^='javascript:' i], [onload], [onerror], [onclick], [style], iframe, embed, object"
        assert tab.locator(unsafe).count() == 0, path
    tab.goto(f"{here.url}/preview/demo")
    tab.locator("a.poster").first.press("Enter")
    tab.locator("#player[open]").wait_for()
    assert (dialogs, errors, scripts) == ([], [], [])
    context.close()
