"""The hand on the switch: what a producer decides is on air, stays so, and is undone without a trace."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from feeds import FORMATS, paging
from feeds.contents import contents
from feeds.model import Feed, Image, Row, Video, Window
from feeds.readers import wizard
from feedsvc.desk import change, hold, less, release, roll_back, take_off, told, undo
from feedsvc.publication import document_of
from feedsvc.store import Edit
from tests.articles import NOON, article, channel
from tests.desk import Desk, story
from tests.fakes import FakeSource
from tests.newsroom import Newsroom, Story

MINUTE = timedelta(minutes=1)
NAMES = ("roku", "roku_mrss", "mrss", "search")


def on_air(desk: Desk, name: str = "roku") -> set[str]:
    return {item.title for item in contents(desk.body(name)).values()}


def id_of(desk: Desk, title: str) -> str:
    return next(id_ for id_, item in contents(desk.body()).items() if item.title == title)


def off(desk: Desk, title: str) -> int:
    return take_off(desk.store, "demo", id_of(desk, title), title, "ann", NOON)


def changed(desk: Desk, title: str, edit: Edit) -> int:
    return change(desk.store, "demo", id_of(desk, title), title, edit, "ann", NOON)


@pytest.fixture
def two(desk: Desk, film: Video) -> FakeSource:
    source = FakeSource(story(1, film), story(2, film))
    desk.told(source)
    return source


def test_what_is_taken_off_is_gone_from_every_format_before_anything_else_happens(
    desk: Desk, two: FakeSource
) -> None:
    off(desk, "Story 1")
    assert [on_air(desk, name) for name in NAMES] == [{"Story 2"}] * 4


def test_what_is_taken_off_leaves_the_older_pages_too() -> None:
    feed = Feed(channel(), (Row("World", tuple(article(n) for n in range(2600))),), NOON)
    whole = document_of(paging.write(feed, FORMATS["mrss"]), FORMATS["mrss"], feed, NOON)
    oldest = article(2599).id
    kept = less(whole, {oldest}, NOON + MINUTE)
    assert kept.body == whole.body
    assert oldest not in kept.ids
    assert any(oldest.encode() in page.body for page in whole.pages)
    assert not any(oldest.encode() in page.body for page in kept.pages)
    changed = [new.path for new, old in zip(kept.pages, whole.pages, strict=True) if new != old]
    assert len(changed) == 1
    assert less(whole, {"nobody"}, NOON + MINUTE) is whole


def test_rolling_back_notices_that_only_an_older_page_differs(desk: Desk) -> None:
    feed = Feed(channel(), (Row("World", tuple(article(n) for n in range(2600))),), NOON)
    whole = document_of(paging.write(feed, FORMATS["mrss"]), FORMATS["mrss"], feed, NOON)
    whole = replace(whole, channel="demo")
    older = replace(whole.pages[-1], published=NOON + MINUTE, etag="another", body=b"<rss/>")
    desk.store.publish([whole])
    desk.store.publish([replace(whole, published=NOON + MINUTE, pages=(*whole.pages[:-1], older))])
    assert roll_back(desk.store, "demo", ["mrss"], NOON, "ann", NOON + 2 * MINUTE) == 1
    back = desk.store.document("demo", "mrss")
    assert back
    assert {page.path: page.body for page in back.pages} == {page.path: page.body for page in whole.pages}
    assert roll_back(desk.store, "demo", ["mrss"], NOON, "ann", NOON + 3 * MINUTE) == 0


def test_it_stays_off_whatever_the_source_does_until_that_is_undone(
    desk: Desk, two: FakeSource, film: Video
) -> None:
    number = off(desk, "Story 1")
    for again in (story(1, film, title="Story 1, corrected"), story(1, film, section=("Sport",))):
        report = desk.told(FakeSource(again, story(2, film)), now=NOON + MINUTE)
        assert [out.code for out in report.left_out] == ["taken_off"]
        assert on_air(desk) == {"Story 2"}
    undo(desk.store, number, "bob", NOON + MINUTE)
    desk.told(two, now=NOON + 2 * MINUTE)
    assert on_air(desk) == {"Story 1", "Story 2"}


def test_words_are_told_in_every_format_and_kept_when_the_source_changes(
    desk: Desk, two: FakeSource, film: Video
) -> None:
    number = changed(desk, "Story 1", Edit(title="A bridge opens", summary="It took nine years."))
    desk.told(two, now=NOON + MINUTE)
    assert [on_air(desk, name) for name in NAMES] == [{"A bridge opens", "Story 2"}] * 4
    assert b"It took nine years." in desk.body()
    desk.told(FakeSource(story(1, film, title="Story 1!"), story(2, film)), now=NOON + 2 * MINUTE)
    assert on_air(desk) == {"A bridge opens", "Story 2"}
    undo(desk.store, number, "bob", NOON + 3 * MINUTE)
    desk.told(FakeSource(story(1, film, title="Story 1!"), story(2, film)), now=NOON + 3 * MINUTE)
    assert on_air(desk) == {"Story 1!", "Story 2"}
    assert b"It took nine years." not in desk.body()


def shelf(desk: Desk, title: str) -> list[str]:
    return next(
        [t.title for t in row.tiles] for row in wizard(desk.body(), "roku.json").rows if title in row.title
    )


def test_a_story_is_pinned_to_the_head_of_a_row_and_stays_there_when_the_source_changes(
    desk: Desk, two: FakeSource, film: Video
) -> None:
    number = changed(desk, "Story 2", Edit(row="World"))
    desk.told(two, now=NOON + MINUTE)
    assert shelf(desk, "World") == ["Story 2", "Story 1"]
    newer = story(0, film), story(1, film), story(2, film, title="Story 2, moved", section=("Sport",))
    desk.told(FakeSource(*newer), now=NOON + 2 * MINUTE)
    assert shelf(desk, "World") == ["Story 2, moved", "Story 0", "Story 1"]
    rules = ({"title": "World", "sections": ("World",), "limit": 2},)
    desk.told(FakeSource(*newer), now=NOON + 2 * MINUTE, row=rules)
    assert shelf(desk, "World") == ["Story 2, moved", "Story 0"]
    undo(desk.store, number, "bob", NOON + 3 * MINUTE)
    desk.told(FakeSource(*newer), now=NOON + 3 * MINUTE)
    assert shelf(desk, "World") == ["Story 0", "Story 1"]


def test_a_window_opens_and_closes_to_the_second(desk: Desk, two: FakeSource) -> None:
    changed(desk, "Story 1", Edit(window=Window(end=NOON + 5 * MINUTE)))
    desk.told(two, now=NOON + MINUTE)
    assert desk.store.next_edge("demo", NOON + MINUTE) == NOON + 5 * MINUTE
    assert on_air(desk) == {"Story 1", "Story 2"}
    desk.told(two, now=NOON + 5 * MINUTE)
    assert on_air(desk) == {"Story 2"}


def test_the_chosen_picture_is_shown_where_it_was_said_and_undone(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1))
    channel = newsroom.channel()
    desk.refresh(channel)
    before = contents(desk.body())
    (id_,) = before
    mine = desk.blobs.put(_portrait(), ".png")
    number = change(desk.store, "demo", id_, "Story 1", Edit(picture=mine, focus=(0.5, 0.1)), "ann", NOON)
    desk.refresh(channel, NOON + MINUTE)
    after = contents(desk.body())
    assert after[id_].fields["thumbnail"] != before[id_].fields["thumbnail"]
    undo(desk.store, number, "ann", NOON + 2 * MINUTE)
    desk.refresh(channel, NOON + 2 * MINUTE)
    assert contents(desk.body())[id_].fields["thumbnail"] == before[id_].fields["thumbnail"]


def _portrait() -> bytes:
    from tests.made_media import photograph

    portrait: bytes = photograph(900, 1600, seed=5).write_to_buffer(".png")
    return portrait


def test_the_chosen_picture_leads_and_the_others_stay() -> None:
    lead, other = Image("https://x.example/a.jpg", 1600, 900), Image("https://x.example/b.jpg", 800, 450)
    shown = told(article(images=(lead, other)), Edit(picture=other.url))
    assert shown.images == (replace(other, focus=(0.5, 0.4)), lead)
    assert told(article(images=(lead, other)), Edit(focus=(0.1, 0.9))).images[0] == replace(
        lead, focus=(0.1, 0.9)
    )
    assert told(article(images=()), Edit(focus=(0.1, 0.9))).images == ()


def test_a_held_channel_publishes_nothing_new_until_it_is_released(
    desk: Desk, two: FakeSource, film: Video
) -> None:
    hold(desk.store, "demo", "ann", NOON, "the lawyers are reading")
    before = desk.body()
    source = FakeSource(story(1, film), story(2, film), story(3, film))
    report = desk.told(source, now=NOON + MINUTE)
    assert report.status == "held"
    assert report.documents["roku"].held_because == (
        "ann holds the channel since 2026-11-22 12:00 UTC: the lawyers are reading. "
        "Release it to publish what is new."
    )
    assert desk.body() == before
    release(desk.store, "demo", "bob", NOON + 2 * MINUTE)
    desk.told(source, now=NOON + 2 * MINUTE)
    assert on_air(desk) == {"Story 1", "Story 2", "Story 3"}


def test_rights_that_run_out_wait_for_nobody(desk: Desk, film: Video) -> None:
    ends = story(1, film, window=Window(end=NOON + MINUTE))
    desk.told(FakeSource(ends, story(2, film)))
    hold(desk.store, "demo", "ann", NOON)
    desk.told(FakeSource(ends, story(2, film), story(3, film)), now=NOON + MINUTE)
    assert [on_air(desk, name) for name in NAMES] == [{"Story 2"}] * 4


def test_rolling_back_puts_on_air_what_was_and_holds_it_there(
    desk: Desk, two: FakeSource, film: Video
) -> None:
    before = {name: desk.body(name) for name in NAMES}
    more = FakeSource(story(1, film), story(2, film), story(3, film))
    desk.told(more, now=NOON + MINUTE)
    assert roll_back(desk.store, "demo", NAMES, NOON, "ann", NOON + 2 * MINUTE) == 4
    assert {name: desk.body(name) for name in NAMES} == before
    assert desk.told(more, now=NOON + 3 * MINUTE).status == "held"
    assert {name: desk.body(name) for name in NAMES} == before
    release(desk.store, "demo", "ann", NOON + 4 * MINUTE)
    desk.told(more, now=NOON + 4 * MINUTE)
    assert "Story 3" in on_air(desk)


def test_rolling_back_does_not_bring_back_what_was_taken_off(
    desk: Desk, two: FakeSource, film: Video
) -> None:
    desk.told(FakeSource(story(1, film), story(2, film), story(3, film)), now=NOON + MINUTE)
    take_off(desk.store, "demo", id_of(desk, "Story 1"), "Story 1", "ann", NOON + MINUTE)
    roll_back(desk.store, "demo", NAMES, NOON, "ann", NOON + 2 * MINUTE)
    assert [on_air(desk, name) for name in NAMES] == [{"Story 2"}] * 4


def test_who_did_what_can_be_read(desk: Desk, two: FakeSource) -> None:
    number = changed(desk, "Story 2", Edit(title="Another", focus=(0.1, 0.2)))
    off(desk, "Story 1")
    undo(desk.store, number, "bob", NOON + MINUTE)
    hold(desk.store, "demo", "bob", NOON)
    release(desk.store, "demo", "bob", NOON)
    first = desk.store.desk.log("demo")[-1]
    assert [(action.who, action.what) for action in desk.store.desk.actions("demo")] == [
        ("bob", "released the channel"),
        ("bob", "held the channel"),
        (
            "bob",
            f"undid what ann did to {first.id} on 2026-11-22 12:00 UTC: "
            "the headline and the focus of the picture",
        ),
        ("ann", f"took “Story 1” ({desk.store.desk.log('demo')[0].id}) off the air"),
        ("ann", f"changed the headline and the focus of the picture of “Story 2” ({first.id})"),
    ]
    assert desk.store.asked().keys() == {"demo"}
