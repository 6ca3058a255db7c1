"""The producers' pages: what is on air and what is not, what was published, the hand on the switch."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from lxml import html
from werkzeug.test import Client, TestResponse

from feeds.contents import contents
from feeds.model import Issue, Video, Window
from feedsvc.desk import less
from feedsvc.progress import Live
from feedsvc.settings import Settings
from feedsvc.standing import Schedule, tell_schedule
from feedsvc.store import Edit
from feedsvc.web import create_app
from feedsvc.web.runs import events
from tests.articles import NOON
from tests.desk import Desk, story
from tests.fakes import FakeSource
from tests.made_media import jpeg

MINUTE = timedelta(minutes=1)


@pytest.fixture
def source(desk: Desk, film: Video) -> FakeSource:
    """Two stories on air, then a third, and one without a headline."""
    source = FakeSource(story(1, film), story(2, film), story(9, film, title=""))
    desk.told(source)
    source.articles = (*source.articles, story(3, film))
    desk.told(source, now=NOON + MINUTE)
    return source


@pytest.fixture
def browser(desk: Desk, source: FakeSource) -> Client:
    settings = Settings(channel=(desk.channel(source)[0].model_dump(),))
    return Client(create_app(desk.store, settings, desk.blobs, now=lambda: NOON + 2 * MINUTE))


def ids(desk: Desk) -> dict[str, str]:
    """Return the ids of what is on air, by title."""
    return {told.title: id_ for id_, told in contents(desk.body()).items()}


def words(page: TestResponse) -> str:
    assert page.status_code == 200
    return re.sub(r"\s+", " ", html.fromstring(page.text).text_content())


def send(browser: Client, page: str, path: str, **fields: object) -> TestResponse:
    """Send a form of a page, as the page has it."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert token
    return browser.post(path, data={"csrf_token": token[1], **fields})


def test_what_is_left_out_is_told_with_its_reason(browser: Client) -> None:
    page = words(browser.get("/left-out/demo"))
    assert "Without a headline" in page
    assert "No title" in page


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("story 2", "On air Story 2"),
        ("nothing of the kind", "The channel has never seen it."),
        ("g9", "Not on air."),
        ("g1", "On air in roku, roku_mrss, mrss, search."),
    ],
)
def test_where_a_story_stands_is_found(browser: Client, asked: str, told: str) -> None:
    assert told in words(browser.get("/left-out/demo", query_string={"q": asked}))


def test_reasons_are_a_filter(browser: Client) -> None:
    assert "Without a headline" in words(browser.get("/left-out/demo?code=no_title"))
    assert "Without a headline" not in words(browser.get("/left-out/demo?code=expired"))


def test_a_page_that_is_not_there(browser: Client) -> None:
    for path in ("left-out", "versions", "runs", "desk", "item"):
        assert browser.get(f"/{path}/nowhere{'/x' * (path == 'item')}").status_code == 404
    assert browser.get("/item/demo/nobody").status_code == 404
    assert browser.get("/versions/demo?format=pdf").status_code == 404
    assert browser.get("/versions/demo/roku/99").status_code == 404


def test_an_article_is_told_in_every_format_with_its_history(browser: Client, desk: Desk) -> None:
    page = words(browser.get(f"/item/demo/{ids(desk)['Story 3']}"))
    for path in ("roku.json", "roku.xml", "mrss.xml", "search.json"):
        assert f"All of it in {path}" in page
    assert "Came on air" in page
    assert "On air in roku, roku_mrss, mrss, search." in page
    assert page.count("What happened in story 3.") >= 4


def test_what_happened_is_told_once_for_all_feeds(browser: Client, desk: Desk, film: Video) -> None:
    desk.told(FakeSource(story(1, film, title="A new bridge"), story(2, film)), now=NOON + 3 * MINUTE)
    path = f"/item/demo/{ids(desk)['A new bridge']}"
    said = words(browser.get(path)).partition("What happened to it")[2].partition("Change it by hand")[0]
    assert " ".join(said.split()) == (
        "Changed in 1 minute title Story 1 A new bridge Came on air 2 minutes agoFirst seen 2 minutes ago"
    )


def test_what_happened_in_some_feeds_only_names_them(browser: Client, desk: Desk) -> None:
    document = desk.store.document("demo", "mrss")
    assert document
    id_ = ids(desk)["Story 2"]
    desk.store.publish([less(document, {id_}, NOON + 3 * MINUTE)])
    assert "Left the air in mrss.xml," in words(browser.get(f"/item/demo/{id_}"))


def test_off_the_air_by_a_click_and_back_by_another(browser: Client, desk: Desk, source: FakeSource) -> None:
    id_ = ids(desk)["Story 2"]
    assert send(browser, f"/item/demo/{id_}", f"/item/demo/{id_}/off").location == f"/item/demo/{id_}"
    for path in ("roku.json", "roku.xml", "mrss.xml", "search.json"):
        assert "Story 2" not in browser.get(f"/feeds/demo/{path}").text
    assert "somebody at this machine took “Story 2”" in words(browser.get("/desk/demo"))
    (number,) = (entry.number for entry in desk.store.desk.log("demo"))
    send(browser, "/desk/demo", f"/desk/demo/undo/{number}")
    desk.told(source, now=NOON + 3 * MINUTE)
    assert "Story 2" in browser.get("/feeds/demo/roku.json").text
    assert send(browser, f"/item/demo/{id_}", f"/desk/demo/undo/{number + 1}").status_code == 404


def test_a_story_is_changed_by_a_form(browser: Client, desk: Desk) -> None:
    id_ = ids(desk)["Story 1"]
    path = f"/item/demo/{id_}"
    send(browser, path, f"{path}/change", title="A bridge opens", end="2026-12-01T10:00", focus="0.2,0.9")
    assert desk.store.desk.edits("demo")[id_] == Edit(
        title="A bridge opens",
        focus=(0.2, 0.9),
        window=Window(end=datetime(2026, 12, 1, 10, tzinfo=UTC)),
    )
    assert "until 2026-12-01 10:00 UTC" in words(browser.get(path))
    send(browser, path, f"{path}/change", upload=(BytesIO(jpeg()), "mine.jpg"))
    assert desk.store.desk.edits("demo")[id_].picture.startswith("/media/")
    send(browser, path, f"{path}/change")
    assert len(desk.store.desk.log("demo")) == 2, "a form that says nothing is no change"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"focus": "left"}, "is not a place in the picture"),
        ({"focus": "2,0.5"}, "outside the picture"),
        ({"start": "tomorrow"}, "is not a time"),
        ({"start": "2026-12-02T00:00", "end": "2026-12-01T00:00"}, "ends before it begins"),
        ({"picture": "javascript:alert(1)"}, "begins with https://"),
        ({"upload": (BytesIO(b"<svg onload='alert(1)'/>"), "x.svg")}, "must be JPEG, PNG or WebP"),
    ],
)
def test_a_form_that_says_what_it_cannot_is_refused_in_a_sentence(
    browser: Client, desk: Desk, form: dict[str, object], sentence: str
) -> None:
    path = f"/item/demo/{ids(desk)['Story 1']}"
    refused = send(browser, path, f"{path}/change", **form)
    assert refused.status_code == 400
    assert sentence in html.fromstring(refused.text).text_content()
    assert desk.store.desk.log("demo") == []


def test_versions_say_what_changed_and_one_can_go_back(browser: Client, desk: Desk) -> None:
    page = words(browser.get("/versions/demo"))
    assert "Added1 Removed0 Changed0" in page
    newest, oldest = desk.store.versions("demo", "roku")
    one = words(browser.get(f"/versions/demo/roku/{newest.version}"))
    assert "Added 1 Story 3" in one
    assert '+ "title": "Story 3"' in one
    assert "nothing to compare it with" in words(browser.get(f"/versions/demo/roku/{oldest.version}"))
    send(browser, "/versions/demo", "/versions/demo/back", to=oldest.published.isoformat())
    assert desk.body() == oldest.body
    assert "Held: nothing new is published" in words(browser.get("/versions/demo"))
    send(browser, "/versions/demo", "/versions/demo/release")
    assert desk.store.desk.held("demo") is None
    assert send(browser, "/versions/demo", "/versions/demo/back", to="then").status_code == 400


@pytest.mark.parametrize(
    ("minutes", "told"), [(1, "in 1 minute"), (-4, "4 minutes ago"), (-6, "overdue"), (None, "not planned")]
)
def test_a_channel_that_nobody_refreshes_is_told_to_be_overdue(
    browser: Client, desk: Desk, minutes: int | None, told: str
) -> None:
    now = NOON + 2 * MINUTE
    following = None if minutes is None else now + minutes * MINUTE
    tell_schedule(desk.store, "demo", Schedule(NOON, following))
    assert f"Last refresh2 minutes ago Next{told}" in words(browser.get("/"))
    late = told == "overdue"
    assert (
        "Overdue It was to be refreshed 6 minutes ago, and was not." in words(browser.get("/runs/demo"))
    ) == late


def test_a_channel_is_held_with_a_reason(browser: Client, desk: Desk) -> None:
    send(browser, "/versions/demo", "/versions/demo/hold", why="the lawyers are reading")
    hold = desk.store.desk.held("demo")
    assert hold is not None
    assert (hold.who, hold.why) == ("somebody at this machine", "the lawyers are reading")
    assert "the lawyers are reading" in words(browser.get("/versions/demo"))


def test_a_refresh_is_asked_for_and_what_the_last_did_is_told(browser: Client, desk: Desk) -> None:
    page = words(browser.get("/runs/demo"))
    assert "published" in page
    assert "line up" in page
    send(browser, "/runs/demo", "/runs/demo")
    assert desk.store.asked() == {"demo": NOON + 2 * MINUTE}
    assert "It begins in a moment" in words(browser.get("/runs/demo"))


def told(stream: Iterator[str]) -> list[dict[str, Any]]:
    return [json.loads(event.removeprefix("data: ")) for event in stream]


def test_a_refresh_is_told_as_it_goes_on(desk: Desk) -> None:
    desk.store.ask("demo", NOON)
    ticks = iter(range(100))
    live = Live(desk.store, "demo", NOON, lambda: float(next(ticks)))

    def steps() -> Iterator[None]:
        yield
        live("pull", 0, 1)
        yield
        live("make", 1, 4, (Issue("error", "video_unread", "x", "It is broken.", "Mend it."),))
        yield
        desk.store.answered("demo", NOON)
        live.ended("published")
        yield

    going = steps()
    seen = told(events(desk.store, "demo", sleep=lambda seconds: next(going)))
    assert [(one["waiting"], one["going"] and one["going"]["stage"]) for one in seen] == [
        (True, None),
        (True, "pull"),
        (True, "make"),
        (False, "make"),
    ]
    assert seen[-1]["going"]["status"] == "published"
    assert seen[-1]["going"]["issues"][0]["message"] == "It is broken."


def test_nobody_is_told_of_a_refresh_that_is_not(desk: Desk) -> None:
    assert told(events(desk.store, "demo")) == [{"waiting": False, "going": None}]


def test_whoever_watches_a_refresh_that_does_not_begin_gets_signs_of_life(desk: Desk) -> None:
    desk.store.ask("demo", NOON)
    lines = list(events(desk.store, "demo", sleep=lambda _: None))
    assert lines[0].startswith("data: ")
    assert set(lines[1:]) == {":\n\n"}
    assert 100 < len(lines) < 200, "one in five seconds, for ten minutes"


def test_watchers_leave_threads_for_the_feeds(browser: Client, desk: Desk) -> None:
    desk.store.ask("demo", NOON)
    watching = [browser.get("/runs/demo/live", buffered=False) for _ in range(9)]
    assert [one.status_code for one in watching] == [*[200] * 8, 204]
    watching[0].close()
    assert browser.get("/runs/demo/live", buffered=False).status_code == 200
    for one in watching:
        one.close()


def test_every_change_wants_the_forms_secret(browser: Client, desk: Desk) -> None:
    id_ = ids(desk)["Story 1"]
    for path in (
        f"/item/demo/{id_}/off",
        f"/item/demo/{id_}/change",
        "/versions/demo/back",
        "/versions/demo/hold",
        "/versions/demo/release",
        "/runs/demo",
        "/desk/demo/undo/1",
    ):
        assert browser.post(path).status_code == 400, path
    assert desk.store.desk.log("demo") == []
    assert desk.store.asked() == {}
