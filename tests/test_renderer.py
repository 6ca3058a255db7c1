"""Story videos from article to air: queued, rendered beside the refresh, shown, changed and collected."""

import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from feeds.model import Article, Image, Issue, Video
from feedsvc import slides
from feedsvc.app import build
from feedsvc.blobs import BlobError, LocalBlobs
from feedsvc.refresh import Pipeline
from feedsvc.renderer import Renderer
from feedsvc.report import Report
from feedsvc.rundown import look_of
from feedsvc.settings import ChannelSettings, SourceSettings, load
from feedsvc.store import Probed
from feedsvc.stories import Job
from feedsvc.studio import Order, Studio
from tests import made_media
from tests.articles import NOON
from tests.desk import PUBLIC, Desk
from tests.fakes import FakeSource

HOUR = timedelta(hours=1)
SAID = (
    "The harbour bridge opened on Sunday after two years of work. Thousands of people walked across it. "
    "The mayor cut a ribbon that children had painted, and the ferries sounded their horns."
)


def silent(number: int = 1, **fields: Any) -> Article:
    """Return an article without a video."""
    usual = {
        "guid": f"g{number}",
        "title": f"Story {number}",
        "body": (SAID,),
        "section": ("World",),
        "published": NOON - number * timedelta(minutes=1),
    }
    return Article(**{**usual, **fields})


class FakeStudio:
    """Answers at once with what it was told to; remembers what it was asked for."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.answer: Callable[[Order], slides.Story | Issue | None] = filmed

    def __call__(self, order: Order) -> slides.Story | Issue | None:
        self.orders.append(order)
        return self.answer(order)


def filmed(order: Order) -> slides.Story:
    video = made_media.mp4() + order.article.title.encode()
    script = (slides.Slide("title", order.article.title, 4.0),)
    return slides.Story(video, 2.0, b"1\n", b"WEBVTT\n", script, ())


class Newsroom:
    """A channel whose stories are told by one source and rendered by a studio that is told what to do."""

    def __init__(self, desk: Desk, *articles: Article, **fields: object) -> None:
        self.desk, self.source, self.studio = desk, FakeSource(*articles, complete=True), FakeStudio()
        self.channel: ChannelSettings
        self.pipeline: Pipeline
        self.channel, self.pipeline = desk.channel(self.source, **{"story": "auto", **fields})
        self.renderer = Renderer(
            *(desk.store, desk.blobs, desk.producer, self.studio), logo=lambda _: b"", public_url=PUBLIC
        )
        self.now = NOON

    def refresh(self) -> Report:
        self.now += HOUR
        return self.pipeline.refresh(self.channel, self.now)

    def render(self, *jobs: Job) -> list[bool]:
        look = look_of(self.channel, PUBLIC)
        return [self.renderer.render(job, look, self.now) for job in jobs]

    def whole(self) -> Report:
        """Refresh, render what is to be rendered, and publish."""
        self.render(*self.refresh().rendering)
        return self.publish()

    def publish(self) -> Report:
        return self.pipeline.publish(self.channel, self.now)

    def item(self) -> dict[str, Any]:
        return dict(json.loads(self.desk.body())["shortFormVideos"][0])

    def video(self) -> Path | None:
        return self.desk.blobs.path(self.item()["content"]["videos"][0]["url"].removeprefix(PUBLIC))


def reasons(report: Report) -> list[str]:
    return [out.code for out in report.left_out]


def test_an_article_without_a_video_is_rendered_and_goes_on_air_by_itself(desk: Desk) -> None:
    room = Newsroom(desk, silent())
    first = room.refresh()
    assert (reasons(first), first.on_air, first.status) == (["rendering"], 0, "held")
    held = first.documents["roku"].held_because
    assert held == "Its first story videos are being made; it goes on air by itself."
    assert room.render(*first.rendering) == [True]
    then = room.publish()
    assert (then.status, then.on_air, then.left_out, then.rendering) == ("published", 1, (), ())
    content = room.item()["content"]
    assert content["captions"][0]["captionType"] == "CLOSED_CAPTION"
    srt = content["captions"][0]["url"].removeprefix(PUBLIC)
    assert desk.blobs.path(srt)
    assert desk.blobs.path(srt.replace(".srt", ".vtt"))
    assert room.item()["thumbnail"].endswith(".jpg")
    assert desk.titles() == ["Story 1"]


def test_a_story_is_told_as_the_settings_of_its_source_have_the_article(desk: Desk) -> None:
    source = SourceSettings(
        kind="rss",
        name="s0",
        title_suffix=" - The Gazette",
        section={"World": "Abroad"},
        genre={"World": "news"},
    )
    room = Newsroom(desk, silent(title="Bridge opens - The Gazette"), source=(source,))
    assert room.whole().on_air == 1
    assert desk.titles() == ["Bridge opens"]
    (order,) = room.studio.orders
    assert (order.article.title, order.article.section) == ("Bridge opens", ("Abroad",))
    assert room.refresh().rendering == ()


def test_the_next_refresh_renders_and_writes_nothing(desk: Desk) -> None:
    room = Newsroom(desk, silent())
    first = room.whole()
    second = room.refresh()
    assert (second.status, second.rendering) == ("unchanged", ())
    assert second.documents["roku"].etag == first.documents["roku"].etag
    assert len(room.studio.orders) == 1


def test_changed_text_makes_a_new_video_at_a_new_address_and_the_old_one_plays_until_then(desk: Desk) -> None:
    room = Newsroom(desk, silent())
    room.whole()
    old = room.video()
    room.source.articles = (silent(title="Story 1, corrected"),)
    changed = room.refresh()
    assert (changed.on_air, changed.left_out, len(changed.rendering)) == (1, (), 1)
    assert room.item()["title"] == "Story 1, corrected"
    assert room.video() == old
    room.render(*changed.rendering)
    room.publish()
    assert room.video() != old
    assert old is not None
    assert old.exists(), "a version that is kept still names it"


def test_what_no_kept_document_names_is_collected(desk: Desk) -> None:
    room = Newsroom(desk, silent())
    room.whole()
    old = room.video()
    for n in range(25):
        room.source.articles = (silent(title=f"Story 1, version {n}"),)
        room.whole()
    room.refresh()
    assert old is not None
    assert not old.parent.exists()
    now = room.video()
    assert now is not None
    assert now.exists()
    assert len(desk.store.renders.all("demo")) <= 22


def test_a_withdrawn_story_is_neither_rendered_nor_kept_for_ever(desk: Desk) -> None:
    room = Newsroom(desk, silent(1), silent(2))
    jobs = room.refresh().rendering
    room.source.articles = (silent(2),)
    room.refresh()
    gone = next(job for job in jobs if job.id not in {job.id for job in room.refresh().rendering})
    assert room.render(gone) == [False]
    assert room.studio.orders == []


def test_a_job_of_yesterday_s_text_is_not_done(desk: Desk) -> None:
    room = Newsroom(desk, silent())
    stale = room.refresh().rendering
    room.source.articles = (silent(title="Corrected before it was filmed"),)
    room.refresh()
    assert room.render(*stale) == [False]
    assert room.studio.orders == []


def test_a_job_another_process_has_done_is_not_done_twice(desk: Desk) -> None:
    room = Newsroom(desk, silent())
    jobs = room.refresh().rendering
    assert room.render(*jobs, *jobs) == [True, True]
    assert len(room.studio.orders) == 1


def test_what_has_no_room_on_air_is_not_rendered(desk: Desk) -> None:
    body = tuple(f"Paragraph {n} of a story that says a lot. {SAID}" for n in range(9))
    room = Newsroom(desk, *(silent(n, title=f"Story {n} " * 20, body=body) for n in range(1, 500)))
    report = room.refresh()
    assert set(reasons(report)) == {"rendering", "over_budget"}
    waiting = [out.id for out in report.left_out if out.code == "rendering"]
    assert [job.id for job in report.rendering] == waiting
    room.render(*report.rendering)
    done = room.publish()
    assert (done.on_air, set(reasons(done))) == (len(waiting), {"over_budget"}), "nothing had to leave"


def test_a_story_that_fails_three_times_is_given_up_with_a_reason(desk: Desk) -> None:
    room = Newsroom(desk, silent(1), silent(2))
    room.studio.answer = lambda order: None if order.article.title == "Story 1" else filmed(order)
    for _ in range(3):
        room.whole()
    report = room.refresh()
    assert (report.on_air, reasons(report), report.rendering) == (1, ["story_failed"], ())
    desk.store.renders.reconsider()
    assert len(room.refresh().rendering) == 1


def test_too_little_to_say_is_the_reason_at_once(desk: Desk) -> None:
    room = Newsroom(desk, silent(body=("Five words are not enough.",)))
    report = room.refresh()
    assert (reasons(report), report.rendering) == (["story_too_short"], ())


def test_story_never_leaves_it_out_as_before_and_auto_takes_it_up_again(desk: Desk) -> None:
    room = Newsroom(desk, silent(), story="never")
    report = room.refresh()
    assert (reasons(report), report.rendering) == (["no_video"], ())
    room.channel, room.pipeline = desk.channel(room.source, story={"policy": "auto"})
    assert room.whole().on_air == 1, "though its source had nothing new, and it had no thumbnail"
    assert room.item()["thumbnail"].endswith(".jpg")


def test_a_full_disk_costs_nothing_but_time(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    class Full(LocalBlobs):
        def put_together(self, files: Any) -> str:
            raise BlobError("The disk that holds the media is full.", "Free some space.")

    room = Newsroom(desk, silent())
    jobs = room.refresh().rendering
    there_is_room = room.renderer._blobs
    room.renderer._blobs = Full(desk.root / "media")
    assert room.render(*jobs) == [False]
    assert "The disk that holds the media is full. Free some space." in caplog.text
    room.renderer._blobs = there_is_room
    assert room.whole().on_air == 1


def test_pictures_that_cannot_be_had_are_passed_over(desk: Desk) -> None:
    there = Image(desk.blobs.put(made_media.jpeg(), ".jpg"))
    gone = Image("/media/" + "0" * 40 + ".jpg")
    room = Newsroom(desk, silent(images=(gone, there)))
    room.whole()
    assert [bool(picture) for picture in room.studio.orders[0].pictures] == [False, True]


def test_trick_play_on_request(desk: Desk) -> None:
    room = Newsroom(desk, silent(), story={"trickplay": True})
    room.whole()
    (wound,) = room.item()["content"]["trickPlayFiles"]
    assert wound["quality"] == "HD"
    file = desk.blobs.path(wound["url"].removeprefix(PUBLIC))
    assert file
    assert file.read_bytes().startswith(b"\x89BIF\r\n\x1a\n")


def test_a_narrator_that_failed_is_a_trouble_of_the_article_and_it_goes_on_air(desk: Desk) -> None:
    failed = Issue("warning", "narrator_failed", "", "The narrator failed.")
    room = Newsroom(desk, silent())
    room.studio.answer = lambda order: replace(filmed(order), issues=(failed,))
    assert room.whole().on_air == 1
    ((story,),) = desk.store.renders.of("demo", [room.item()["id"]]).values()
    assert story.issues == (failed,)
    (trouble,) = room.refresh().troubles
    assert (trouble.code, trouble.where) == ("narrator_failed", room.item()["id"])


def test_a_broken_video_gives_way_to_a_story_and_is_told(desk: Desk) -> None:
    broken = Video(desk.blobs.put(b"\x00\x00\x00\x18ftypisom broken", ".mp4"))
    room = Newsroom(desk, silent(1, videos=(broken,)), silent(2, videos=(broken,)))
    report = room.whole()
    assert (report.on_air, report.left_out) == (2, ())
    (trouble,) = report.troubles
    assert trouble.code.startswith("video_")
    assert trouble.message.endswith("(1 more has the like.)")


def test_the_script_is_kept_for_the_producers_page(desk: Desk) -> None:
    room = Newsroom(desk, silent())
    (job,) = room.refresh().rendering
    room.render(job)
    script = json.loads(desk.store.renders.script("demo", job.id, job.key))
    assert script[0]["words"] == "Story 1"


def order(**fields: Any) -> Order:
    one = silent(id="a000000000000001", first_seen=NOON, language="en", **fields)
    channel = look_of(ChannelSettings(id="demo", title="Demo", source=({"kind": "demo"},)), PUBLIC).channel
    return Order(one, channel, (), b"", 20, False, "", 5.0)


def test_the_studio_renders_in_a_process_of_its_own() -> None:
    story = Studio()(order())
    assert isinstance(story, slides.Story)
    assert story.duration >= 20
    assert b"ftyp" in story.video[:16]


def test_the_studio_says_why_there_can_be_no_story() -> None:
    refused = Studio()(order(body=()))
    assert isinstance(refused, Issue)
    assert refused.code == "story_too_short"


def crash(answer: Connection, order: Order) -> None:
    os._exit(11)


def hang(answer: Connection, order: Order) -> None:
    time.sleep(60)


def test_a_process_that_crashes_or_hangs_costs_one_story() -> None:
    assert Studio(crash)(order()) is None
    assert Studio(hang, seconds=0.5)(order()) is None


def test_a_stopped_studio_starts_nothing() -> None:
    studio = Studio()
    studio.stop()
    assert studio(order()) is None


def test_a_long_video_goes_on_air_at_once_and_gets_trick_play_later(desk: Desk) -> None:
    film = desk.blobs.put(made_media.mp4(4), ".mp4")
    long = Video(film, "MP4", "HD", 900, 1280, 720, 1200.0)
    desk.store.probes.keep(film, Probed(NOON, long))
    room = Newsroom(desk, silent(videos=(Video(film),)))
    first = room.refresh()
    assert (first.on_air, [job.kind for job in first.rendering]) == (1, ["trickplay"])
    assert room.render(*first.rendering) == [True]
    room.publish()
    assert json.loads(desk.body())["tvSpecials"][0]["content"]["trickPlayFiles"][0]["quality"] == "HD"
    assert room.refresh().rendering == ()


def test_a_logo_is_part_of_the_look(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "settings.toml").write_text(
        '[[channel]]\nid = "demo"\ntitle = "Demo"\nbrand = { logo = "logo.png" }\n'
        '[[channel.source]]\nkind = "folder"\npath = "."\n'
    )
    settings = load(tmp_path / "settings.toml")
    with closing(build(settings)) as service:
        without = service.look(settings.channel[0])
        assert "channel.brand.logo: logo.png cannot be read" in caplog.text
        (tmp_path / "logo.png").write_bytes(made_media.jpeg(320, 180))
        assert service.look(settings.channel[0]).logo != without.logo
        assert service.logo("logo.png") == made_media.jpeg(320, 180)
