"""The pipeline end to end: a real newsroom over HTTP, real films and pictures, a real database."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Barrier

import msgspec
import pytest
import pyvips

from feeds import FORMATS
from feeds.model import Article, Brand, Caption, Image, Issue, Rating, Video, Window
from feeds.readers import template, wizard
from feedsvc.blobs import BlobError, LocalBlobs
from feedsvc.report import Report
from feedsvc.settings import SourceSettings
from feedsvc.sources import Pulled, Seen
from tests import made_media
from tests.articles import NOON
from tests.desk import PUBLIC, Desk, story
from tests.fakes import FakeSource
from tests.loopback import Loopback, Reply, redirect, tagged
from tests.newsroom import Newsroom, Story, rss

HOUR = timedelta(hours=1)


def codes(report: Report) -> dict[str, str]:
    return {out.title: out.code for out in report.left_out}


def test_a_newsroom_goes_on_air_in_every_format_and_both_readers(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(*(Story(n, section="Sport" if n % 2 else "World") for n in range(6)))
    report = desk.refresh(newsroom.channel(formats=tuple(FORMATS)))
    assert (report.status, report.seen, report.new, report.on_air) == ("published", 6, 6, 6)
    assert report.left_out == ()
    assert {n: d.published for n, d in report.documents.items()} == dict.fromkeys(FORMATS, True)
    for name, format_ in FORMATS.items():
        assert not [i for i in format_.check(desk.body(name)) if i.severity == "error"]
    shown = [template(desk.body()), wizard(desk.body(), "roku.json")]
    shown += [template(desk.body("roku_mrss")), wizard(desk.body("roku_mrss"), "roku.xml")]
    for screen in shown:
        tiles = [tile for row in screen.rows for tile in row.tiles]
        assert {tile.title for tile in tiles} == {f"Story {n}" for n in range(6)}
        assert all(tile.picture.startswith(f"{PUBLIC}/media/") and tile.plays for tile in tiles)
    # The wizard titles the row of the last playlist "Playlist: ...", whatever the feed says.
    titles = [row.title.removeprefix("Playlist: ") for row in wizard(desk.body(), "roku.json").rows]
    assert sorted(titles) == ["Sport", "World"]


def test_sources_are_asked_at_the_same_time_and_told_in_their_order(desk: Desk, film: Video) -> None:
    together = Barrier(2)

    class Meeting(FakeSource):
        def pull(self, seen: Seen) -> Pulled:
            together.wait(10)
            return super().pull(seen)

    # Both tell one story: the first of the settings is the one it is known from.
    address = {"url": "https://news.example/1"}
    channel, pipeline = desk.channel(*(Meeting(story(1, film, guid="", **address)) for _ in range(2)))
    told: list[tuple[object, ...]] = []
    report = pipeline.refresh(channel, NOON, progress=lambda *step: told.append(step))
    assert [step[:3] for step in told if step[0] == "pull"] == [("pull", n, 2) for n in range(3)]
    assert (report.status, report.seen, report.new) == ("published", 2, 1)
    (stored,) = desk.store.stored("demo", desk.store.guids("demo", "s0")).values()
    assert stored.article.source == "s0"


def test_who_watches_hears_of_each_problem_as_it_comes(desk: Desk, film: Video) -> None:
    down, up = FakeSource(), FakeSource(story(1, film), story(2, Video("/media/none.mp4")))
    down.down = True
    channel, pipeline = desk.channel(down, up)
    told: list[tuple[object, ...]] = []

    def hear(stage: str, done: int, total: int, issues: Sequence[Issue] = ()) -> None:
        told.extend((stage, issue.code, issue.where) for issue in issues)

    pipeline.refresh(channel, NOON, progress=hear)
    assert told == [("pull", "fetch_unreachable", "fake"), ("make", "video_fetch", "Story 2")]
    asked = pipeline.asked("demo")
    assert {key: (p.at, p.failed, p.articles, p.issues) for key, p in asked.items()} == {
        "s0": (NOON, True, 0, 1),
        "s1": (NOON, False, 2, 0),
    }


def test_a_second_refresh_asks_for_the_listing_only_and_writes_nothing(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.tells(Story(1), Story(2))
    channel = newsroom.channel()
    first = desk.refresh(channel)
    newsroom.site.forget()
    desk.store.close()
    before = {
        p: (p.stat().st_mtime_ns, p.stat().st_size)
        for p in desk.root.rglob("*")
        if p.is_file() and "-shm" not in p.name
    }
    second = desk.refresh(channel, NOON + timedelta(minutes=5))
    assert newsroom.site.paths() == ["/rss.xml"]
    assert (second.status, second.new, second.changed, second.on_air) == ("unchanged", 0, 0, 2)
    assert {n: d.etag for n, d in second.documents.items()} == {n: d.etag for n, d in first.documents.items()}
    after = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in before}
    assert after == before
    assert len(desk.store.runs("demo", 9)) == 1


def test_pages_are_read_with_the_login_of_their_source_and_no_other_host_hears_of_it(
    desk: Desk, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSROOM_LOGIN", "desk:secret")
    source = SourceSettings(kind="rss", url=newsroom.site.url("/rss.xml"), credentials="NEWSROOM_LOGIN")
    with Loopback({"/": b"<html><h1>Moved</h1></html>"}) as other:
        newsroom.tells(Story(1), Story(2, path="/moved"))
        newsroom.serves("/moved", redirect(other.url()))
        desk.refresh(newsroom.channel(source=(source,)))
        strangers = list(other.requests)
    sent = {r.path: r.headers.get("authorization") for r in newsroom.site.requests}
    login = "Basic ZGVzazpzZWNyZXQ="
    assert [sent[path] for path in ("/rss.xml", "/world/story-1", "/moved")] == [login] * 3
    assert "authorization" not in strangers[0].headers
    # A film's address goes into a feed that nobody logs in for: it has to be public.
    assert sent["/film.mp4"] is sent["/picture.jpg"] is None


def test_case_44_the_newest_validators_count_from_a_304_too(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1))
    desk.refresh(newsroom.channel())
    newsroom.serves("/rss.xml", Reply(status=304, headers={"ETag": '"renewed"'}))
    desk.refresh(newsroom.channel(), NOON + HOUR)
    desk.refresh(newsroom.channel(), NOON + 2 * HOUR)
    assert newsroom.site.requests[-1].headers["if-none-match"] == '"renewed"'


def test_an_edited_headline_and_address_update_the_item_in_place(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1, title="Fire in harbour", path="/world/fire-in-harbour-4711234"), Story(2))
    channel = newsroom.channel()
    desk.refresh(channel)
    before = {t.title: t.id for row in wizard(desk.body(), "roku.json").rows for t in row.tiles}
    edited = Story(1, title="Fire out", path="/world/fire-out-4711234", guid="another")
    newsroom.tells(edited, Story(2))
    newsroom.site.forget()
    report = desk.refresh(channel, NOON + HOUR)
    after = {t.title: t.id for row in wizard(desk.body(), "roku.json").rows for t in row.tiles}
    assert (report.new, report.changed) == (0, 1)
    assert after["Fire out"] == before["Fire in harbour"]
    assert "/world/story-2" not in newsroom.site.paths()
    added = msgspec.json.decode(desk.body())["shortFormVideos"]
    assert {item["content"]["dateAdded"] for item in added} == {"2026-11-22T12:00:00+00:00"}


def test_an_article_that_left_the_listing_stays_on_air(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1), Story(2))
    desk.refresh(newsroom.channel())
    newsroom.tells(Story(3))
    report = desk.refresh(newsroom.channel(), NOON + HOUR)
    assert (report.seen, report.on_air, report.withdrawn) == (1, 3, 0)


def test_a_source_that_is_down_leaves_the_last_good_feed(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1), Story(2))
    desk.refresh(newsroom.channel())
    good = desk.body()
    newsroom.serves("/rss.xml", Reply(b"gone", status=500))
    report = desk.refresh(newsroom.channel(), NOON + HOUR)
    assert report.status == "failed"
    assert [i.code for i in report.issues] == ["fetch_server_error"]
    assert desk.body() == good
    newsroom.tells(Story(1), Story(2), Story(4))
    assert desk.refresh(newsroom.channel(), NOON + 2 * HOUR).on_air == 3


def test_one_source_that_is_down_does_not_cost_another(desk: Desk, film: Video) -> None:
    good, bad = FakeSource(story(1, film)), FakeSource()
    bad.down = True
    report = desk.told(bad, good)
    assert (report.status, report.on_air, [i.code for i in report.issues]) == (
        "published",
        1,
        ["fetch_unreachable"],
    )


def test_a_source_that_raises_is_an_issue(desk: Desk, film: Video) -> None:
    good, bad = FakeSource(story(1, film)), FakeSource()
    bad.raises = True
    report = desk.told(good, bad)
    assert (report.on_air, [i.code for i in report.issues]) == (1, ["source_broken"])


def test_an_article_that_breaks_the_service_costs_no_other(desk: Desk, film: Video) -> None:
    broken = story(2, film, videos=(Video("/media/" + "0" * 40 + ".mp4"),))
    report = desk.told(FakeSource(story(1, film), broken))
    assert report.on_air == 1
    assert codes(report)["Story 2"].startswith("video_")


@pytest.mark.parametrize(
    ("path", "route", "code"),
    [
        ("/none.mp4", Reply(b"", status=404), "video_"),
        ("/page.mp4", b"<html><body>Sorry, this video is not available</body></html>", "video_"),
        ("/empty.mp4", b"", "video_"),
        ("/noise.mp4", bytes(range(256)) * 400, "video_"),
        ("/cut.mp4", made_media.mp4()[:3000], "video_"),
    ],
)
def test_a_bad_video_is_one_reason_and_the_rest_goes_on(
    desk: Desk, newsroom: Newsroom, path: str, route: bytes | Reply, code: str
) -> None:
    newsroom.serves(path, route)
    newsroom.tells(Story(1), Story(2, video=path), Story(3, video=""))
    report = desk.refresh(newsroom.channel())
    assert report.on_air == 1
    assert codes(report)["Story 2"].startswith(code)
    assert codes(report)["Story 3"] == "no_video"


def test_a_bad_picture_falls_back_and_the_article_is_on_air(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.serves("/broken.jpg", made_media.jpeg()[:500])
    newsroom.tells(Story(1, picture="/broken.jpg"), Story(2, picture="/missing.jpg"))
    report = desk.refresh(newsroom.channel())
    assert report.on_air == 2


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (Reply(b"", status=404), "fetch_not_found"),
        (Reply(b"", status=403), "fetch_forbidden"),
        (Reply(b"", status=503), "fetch_server_error"),
        (Reply(drop=True), "fetch_unreachable"),
        (Reply(b"<rss/>", delay=3), "fetch_timeout"),
        (b"", "source_empty"),
        (b"<html><body>Sorry</body></html>", "source_not_a_feed"),
        (b'{"not": "xml"}', "source_not_a_feed"),
        (b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>', "source_has_entities"),
        (b"<rss><channel>" + b" " * 50_000_000, "fetch_too_large"),
        (Reply(b"\x00" * 50_000_000, gzip=True), "fetch_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_listing_is_one_issue_and_the_last_good_feed_stays(
    desk: Desk, newsroom: Newsroom, route: bytes | Reply, code: str
) -> None:
    newsroom.tells(Story(1))
    desk.refresh(newsroom.channel())
    good = desk.body()
    newsroom.serves("/rss.xml", route)
    report = desk.refresh(newsroom.channel(), NOON + HOUR)
    assert (report.status, [issue.code for issue in report.issues]) == ("failed", [code])
    assert (desk.body(), report.on_air) == (good, 1)


def test_case_42_a_listing_whose_items_share_one_guid(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(*(Story(n, guid="the-same") for n in range(5)))
    report = desk.refresh(newsroom.channel())
    assert (report.on_air, [issue.code for issue in report.issues]) == (5, ["source_shared_guid"])
    assert desk.refresh(newsroom.channel(), NOON + HOUR).new == 0


@pytest.mark.parametrize(
    "page",
    [
        b"<html>" + b"<p>filler</p>" * 1_600_000,
        "<html><head><meta charset='utf-16'></head><body><h1>Caf\xe9</h1></body></html>".encode("latin-1"),
        b"\x00\xff\xfe" * 1000,
        b"",
    ],
    ids=["20 MB", "wrong charset", "binary", "empty"],
)
def test_a_bad_page_leaves_what_the_listing_said(desk: Desk, newsroom: Newsroom, page: bytes) -> None:
    newsroom.tells(Story(1), Story(2))
    newsroom.serves("/world/story-1", page)
    assert desk.refresh(newsroom.channel()).on_air == 2
    assert set(desk.titles()) == {"Story 1", "Story 2"}


WIDE = pyvips.Image.black(30_000, 400).jpegsave_buffer()
ANIMATED = made_media.picture(900, 1200).gifsave_buffer(page_height=600, effort=1)


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (made_media.jpeg()[:900], "image_corrupt"),
        (pyvips.Image.black(1, 1).pngsave_buffer(), "image_too_small"),
        (WIDE, "image_too_large"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='600'/>", "image_unsupported"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 400, "image_"),
        (b"<html>not found</html>", "image_not_image"),
        (ANIMATED, ""),
    ],
    ids=["corrupt", "1x1", "30,000 wide", "SVG", "HEIC", "HTML", "animated"],
)
def test_a_bad_picture_is_one_warning_and_another_is_found(
    desk: Desk, newsroom: Newsroom, picture: bytes, code: str
) -> None:
    newsroom.serves("/odd.jpg", picture)
    newsroom.tells(Story(1, picture="/odd.jpg"))
    assert desk.refresh(newsroom.channel()).on_air == 1
    (known,) = desk.store.newest("demo", [newsroom.site.url("/rss.xml")], 9, playable=True)
    said = [i.code for i in known.issues if i.code.startswith("image_")]
    assert len(said) == bool(code)
    assert all(one.startswith(code) for one in said)
    assert known.thumbnail is not None


def test_a_full_disk_costs_new_articles_their_picture_until_there_is_room(desk: Desk, film: Video) -> None:
    source = FakeSource(story(1, film))
    desk.told(source)
    room = desk.producer
    desk.producer = msgspec.structs.replace(room, blobs=FullDisk(desk.root / "media"))
    source.articles = (story(1, film), story(2, film))
    full = desk.told(source, now=NOON + HOUR)
    assert (full.on_air, codes(full)["Story 2"]) == (1, "media_not_kept")
    desk.producer = room
    assert desk.told(source, now=NOON + 2 * HOUR).on_air == 2


class FullDisk(LocalBlobs):
    """Blobs on a disk with no room left."""

    def put(self, data: bytes, suffix: str) -> str:
        raise BlobError("The disk that holds the media is full.", "Free some space.")

    def put_together(self, files: Mapping[str, bytes]) -> str:
        return self.put(b"", "")


def test_a_page_that_cannot_be_had_leaves_what_the_listing_said(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1))
    newsroom.serves("/world/story-1", Reply(b"", status=503))
    assert desk.refresh(newsroom.channel()).on_air == 1
    newsroom.tells(Story(1))
    newsroom.site.forget()
    desk.refresh(newsroom.channel(), NOON + timedelta(minutes=1))
    assert newsroom.site.paths() == ["/rss.xml"]
    desk.refresh(newsroom.channel(), NOON + timedelta(minutes=6))
    assert "/world/story-1" in newsroom.site.paths()  # what failed in passing is tried again


def test_a_source_that_leaves_the_settings_takes_its_articles_off_the_air(desk: Desk, film: Video) -> None:
    desk.told(FakeSource(story(1, film)), FakeSource(story(2, film), story(3, film)))
    assert len(desk.titles()) == 3
    assert desk.told(FakeSource(story(1, film)), now=NOON + HOUR, force=True).on_air == 1


def test_windows_are_met_and_left(desk: Desk, film: Video) -> None:
    source = FakeSource(story(1, film), story(2, film, window=Window(NOON + HOUR, NOON + 2 * HOUR)))
    on_air = [desk.told(source, now=NOON + t * HOUR).on_air for t in (0, 1, 2)]
    assert on_air == [1, 2, 1]
    assert desk.store.next_edge("demo", NOON) == NOON + HOUR


def test_a_feed_that_shrank_too_far_is_held_until_a_person_says_so(desk: Desk, film: Video) -> None:
    source = FakeSource(*(story(n, film) for n in range(4)), complete=True)
    assert desk.told(source).on_air == 4
    source.articles = source.articles[:1]
    held = desk.told(source, now=NOON + HOUR)
    assert (held.status, held.withdrawn) == ("held", 3)
    assert "shrink from 4 to 1" in (held.documents["roku"].held_because or "")
    assert len(desk.titles()) == 4
    assert desk.told(source, now=NOON + 2 * HOUR, force=True).status == "published"
    assert len(desk.titles()) == 1


def test_a_channel_may_shrink_as_far_as_its_settings_say(desk: Desk, film: Video) -> None:
    source = FakeSource(*(story(n, film) for n in range(4)), complete=True)
    desk.told(source, max_drop=0.8)
    source.articles = source.articles[:1]
    assert desk.told(source, now=NOON + HOUR, max_drop=0.8).status == "published"


def test_case_3_nothing_to_show_keeps_the_last_feed(desk: Desk, film: Video) -> None:
    empty = desk.told(FakeSource())
    assert (empty.status, empty.on_air) == ("held", 0)
    assert desk.store.document("demo", "roku") is None
    source = FakeSource(story(1, film), complete=True)
    desk.told(source, now=NOON + HOUR)
    source.articles = ()
    assert desk.told(source, now=NOON + 2 * HOUR, force=True).status == "held"
    assert len(desk.titles()) == 1


def test_what_a_complete_source_takes_back_leaves_the_air_and_may_return(desk: Desk, film: Video) -> None:
    both = story(1, film), story(2, film)
    source = FakeSource(*both, complete=True)
    desk.told(source)
    first = desk.titles()
    source.articles = both[:1]
    assert desk.told(source, now=NOON + HOUR).withdrawn == 1
    assert desk.titles() == ["Story 1"]
    source.articles = both
    desk.told(source, now=NOON + 2 * HOUR)
    assert desk.titles() == first


def test_a_listing_of_the_newest_takes_nothing_back_that_is_older(desk: Desk, film: Video) -> None:
    source = FakeSource(*(story(n, film) for n in range(4)), complete=True)
    desk.told(source)
    new, _, last, _ = source.articles
    source.articles, source.since = (new, last), last.published
    assert desk.told(source, now=NOON + HOUR).withdrawn == 1
    assert desk.titles() == ["Story 0", "Story 2", "Story 3"]


def test_case_52_a_date_in_the_future_is_reported_and_not_believed(desk: Desk, film: Video) -> None:
    desk.told(FakeSource(story(1, film, published=NOON + 48 * HOUR), story(2, film)))
    item = msgspec.json.decode(desk.body())["shortFormVideos"][0]
    assert item["releaseDate"] == "2026-11-22"
    (stored,) = desk.store.stored("demo", [item["id"]]).values()
    assert "date_in_future" in {issue.code for issue in stored.article.issues}


def test_case_5_what_is_missing_is_in_the_report_with_its_reason(desk: Desk, film: Video) -> None:
    silent = [story(n, film, videos=()) for n in range(5, 20)]
    report = desk.told(FakeSource(story(1, film), *silent))
    assert len(report.left_out) == 15
    assert {(out.code, out.message) for out in report.left_out} == {("no_video", "The article has no video.")}


def test_what_a_writer_mends_is_in_the_report_once(desk: Desk, film: Video) -> None:
    report = desk.told(FakeSource(story(1, film, rating=Rating("TV99", "NOBODY"))))
    assert (report.status, [i.code for i in report.issues]) == ("published", ["rating_unknown"])


def test_what_one_format_leaves_out_is_in_the_report(desk: Desk, film: Video) -> None:
    made_media.hls(desk.root / "hls")
    files = {path.name: path.read_bytes() for path in (desk.root / "hls").iterdir()}
    stream = Video(f"{desk.blobs.put_together(files)}/index.m3u8")
    source = FakeSource(story(1, film), story(2, stream))
    report = desk.told(source, formats=("mrss", "mrss_msn"))
    assert {name: one.items for name, one in report.documents.items()} == {"mrss": 2, "mrss_msn": 1}
    assert [(i.severity, i.code) for i in report.issues] == [("warning", "video_not_taken")]


def test_case_55_refreshing_twice_at_one_moment_is_refreshing_once(desk: Desk, film: Video) -> None:
    source = FakeSource(story(1, film))
    desk.told(source)
    assert desk.told(source).status == "unchanged"
    assert len(desk.store.versions("demo", "roku")) == 1


def test_case_56_a_control_character_reaches_no_feed(desk: Desk, film: Video) -> None:
    dirty = story(1, film, title="A\x00B\x0b \ud800C", summary="x\x1fy", tags=("\x07bell",))
    assert desk.told(FakeSource(dirty)).on_air == 1
    assert desk.titles() == ["AB C"]


def test_a_channel_whose_settings_change_is_published_anew(desk: Desk, film: Video) -> None:
    source = FakeSource(story(1, film))
    desk.told(source)
    assert desk.told(source, title="Another name").documents["roku"].published


def test_a_picture_that_could_not_be_fetched_is_tried_again(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.serves("/late.jpg", Reply(b"", status=503))
    newsroom.tells(Story(1, picture="/late.jpg"))
    desk.refresh(newsroom.channel())
    first = desk.body()
    newsroom.serves("/late.jpg", made_media.jpeg())
    assert desk.refresh(newsroom.channel(), NOON + timedelta(minutes=6)).status == "published"
    assert desk.body() != first
    assert desk.store.due("demo", NOON + 9 * HOUR) == []


def test_an_edited_headline_does_not_fetch_the_picture_again(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1))
    desk.refresh(newsroom.channel())
    newsroom.site.forget()
    newsroom.tells(Story(1, title="Edited"))
    assert desk.refresh(newsroom.channel(), NOON + HOUR).changed == 1
    assert newsroom.site.paths() == ["/rss.xml", "/world/story-1"]


def test_pictures_are_made_once(desk: Desk, film: Video) -> None:
    source = FakeSource(story(1, film))
    desk.told(source)
    made = {p.name for p in (desk.root / "media").iterdir()}
    source.articles = (story(1, film, summary="Edited summary."),)
    assert desk.told(source, now=NOON + HOUR).changed == 1
    assert {p.name for p in (desk.root / "media").iterdir()} == made


SUBTITLES = b"WEBVTT\n\n00:00.000 --> 00:01.000 line:0\n<v Ada>Good &amp; evening.</v>\n"


def made(desk: Desk) -> Article:
    """Return the one article there is, as it was made."""
    (article,) = desk.store.newest("demo", ["s0"], 9, playable=True)
    return article


def all_made(desk: Desk, *sources: str) -> dict[str, Article]:
    """Return every article with a video by its headline, as it was made."""
    found = desk.store.newest("demo", sources or ["s0"], 99, playable=True)
    return {article.title: article for article in found}


def captioned(newsroom: Newsroom, film: Video, *paths: str, **fields: object) -> Article:
    captions = tuple(Caption(newsroom.site.url(path), "en", "CLOSED_CAPTION") for path in paths)
    return story(1, film, captions=captions, **fields)


def test_captions_go_on_air_as_our_srt_in_every_format(desk: Desk, newsroom: Newsroom, film: Video) -> None:
    newsroom.serves("/en.vtt", SUBTITLES)
    assert desk.told(FakeSource(captioned(newsroom, film, "/en.vtt"))).on_air == 1
    (caption,) = made(desk).captions
    assert (caption.source, caption.language) == (newsroom.site.url("/en.vtt"), "en")
    srt, vtt = desk.blobs.path(caption.url), desk.blobs.path(caption.url.replace(".srt", ".vtt"))
    assert srt
    assert vtt
    assert srt.read_bytes() == b"1\n00:00:00,000 --> 00:00:01,000\nGood & evening.\n"
    assert vtt.read_bytes() == b"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nGood &amp; evening.\n"
    address = f"{PUBLIC}{caption.url}"
    told = msgspec.json.decode(desk.body())
    assert [
        v["content"]["captions"] for kind in ("movies", "shortFormVideos") for v in told.get(kind, [])
    ] == [[{"url": address, "language": "en", "captionType": "CLOSED_CAPTION"}]]
    for name in ("roku", "roku_mrss", "mrss"):
        assert address.encode() in desk.body(name)
        assert b".vtt" not in desk.body(name)


def test_captions_on_a_page_are_found_and_published(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.serves("/en.vtt", SUBTITLES)
    track = "<video src='/film.mp4'><track kind='captions' srclang='en' src='/en.vtt'></video>"
    newsroom.tells(Story(1, head=track))
    assert desk.refresh(newsroom.channel()).on_air == 1
    assert b".srt" in desk.body()


def test_captions_are_read_once_and_their_language_may_change(
    desk: Desk, newsroom: Newsroom, film: Video
) -> None:
    newsroom.serves("/en.vtt", SUBTITLES + b"\n00:1d.000 --> 00:03.000\nLost.\n")
    source = FakeSource(captioned(newsroom, film, "/en.vtt"))
    desk.told(source)
    first = made(desk)
    newsroom.site.forget()
    edited = captioned(newsroom, film, "/en.vtt", summary="Edited summary.")
    source.articles = (msgspec.structs.replace(edited, captions=(Caption(edited.captions[0].url, "de"),)),)
    assert desk.told(source, now=NOON + HOUR).changed == 1
    assert newsroom.site.paths() == []
    second = made(desk)
    assert second.captions == (msgspec.structs.replace(first.captions[0], language="de", kind="SUBTITLE"),)
    assert [i.code for i in first.issues] == [i.code for i in second.issues]
    assert "caption_cues_lost" in {i.code for i in second.issues}


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (Reply(b"", status=404), "caption_fetch"),
        (b"<!doctype html><p>Not found</p>", "caption_not_captions"),
        (b"WEBVTT\n", "caption_empty"),
        (b"WEBVTT\n" + b" " * 6_000_000, "caption_fetch"),
    ],
    ids=["missing", "a page", "empty", "6 MB"],
)
def test_bad_captions_are_one_warning_and_the_others_go_on_air(
    desk: Desk, newsroom: Newsroom, film: Video, route: bytes | Reply, code: str
) -> None:
    newsroom.serves("/bad.vtt", route)
    newsroom.serves("/good.vtt", SUBTITLES)
    article = captioned(newsroom, film, "/bad.vtt", "/good.vtt")
    assert desk.told(FakeSource(article)).on_air == 1
    assert [c.source for c in made(desk).captions] == [newsroom.site.url("/good.vtt")]
    (issue,) = [i for i in made(desk).issues if i.code.startswith("caption_")]
    assert (issue.severity, issue.code, issue.where) == ("warning", code, newsroom.site.url("/bad.vtt"))
    assert b"bad.vtt" not in desk.body()


def test_captions_that_failed_in_passing_are_tried_again(desk: Desk, newsroom: Newsroom, film: Video) -> None:
    newsroom.serves("/en.vtt", Reply(b"", status=503))
    source = FakeSource(captioned(newsroom, film, "/en.vtt"))
    desk.told(source)
    assert made(desk).captions == ()
    newsroom.serves("/en.vtt", SUBTITLES)
    desk.told(source, now=NOON + timedelta(minutes=6))
    assert len(made(desk).captions) == 1
    assert not [i for i in made(desk).issues if i.code.startswith("caption_")]


def test_captions_of_a_folder_are_repaired_too(desk: Desk, film: Video) -> None:
    ours = desk.blobs.put(SUBTITLES, ".vtt")
    desk.told(FakeSource(story(1, film, captions=(Caption(ours, "en"),))))
    (caption,) = made(desk).captions
    assert caption.source == ours
    assert caption.url.endswith(".srt")


def test_captions_that_cannot_be_kept_or_are_gone_are_warnings(
    desk: Desk, newsroom: Newsroom, film: Video
) -> None:
    newsroom.serves("/en.vtt", SUBTITLES)
    gone = Caption("/media/" + "0" * 40 + ".vtt", "en")
    article = captioned(newsroom, film, "/en.vtt")
    article = msgspec.structs.replace(article, captions=(*article.captions, gone))
    room = desk.producer
    full = msgspec.structs.replace(room, blobs=FullDisk(desk.root / "media"))
    illustrated = full.illustrate(article, Brand(), NOON)
    assert illustrated.captions == ()
    said = [(i.severity, i.code) for i in illustrated.issues]
    assert said[:2] == [("warning", "media_not_kept"), ("warning", "caption_fetch")]


# The site's own pictures


def test_a_picture_on_more_than_three_articles_is_the_site_s_and_nobody_s(desk: Desk, film: Video) -> None:
    shared = Image(desk.blobs.put(made_media.jpeg(), ".jpg"))
    own = Image(desk.blobs.put(made_media.jpeg(900, 600), ".jpg"))
    source = FakeSource(*(story(n, film, images=(shared,)) for n in range(3)), story(3, film, images=(own,)))
    desk.told(source)
    assert {a.images for a in all_made(desk).values()} == {(shared,), (own,)}
    source.articles = (*source.articles, story(4, film, images=(shared, own)))
    desk.told(source, now=NOON + HOUR)
    assert all_made(desk)["Story 4"].images == (own,)
    again = desk.told(source, now=NOON + 2 * HOUR)
    assert again.changed == 3, "those that showed it before anybody could know"
    assert [all_made(desk)[f"Story {n}"].images for n in range(3)] == [(), (), ()]
    assert desk.told(source, now=NOON + 3 * HOUR).changed == 0


# Videos elsewhere


def test_a_video_elsewhere_is_looked_at_again_once_a_day(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1))
    channel = newsroom.channel()
    desk.refresh(channel)
    asked = newsroom.site.paths().count("/film.mp4")
    desk.refresh(channel, NOON + HOUR)
    assert newsroom.site.paths().count("/film.mp4") == asked
    desk.refresh(channel, NOON + 25 * HOUR)
    desk.refresh(channel, NOON + 26 * HOUR)
    assert newsroom.site.paths().count("/film.mp4") == asked + 1, "one question: is it as it was?"
    newsroom.serves("/film.mp4", Reply(b"", status=404))
    desk.refresh(channel, NOON + 51 * HOUR)
    gone = desk.refresh(channel, NOON + 52 * HOUR)
    assert codes(gone) == {"Story 1": "video_fetch"}


def test_a_server_that_is_down_for_a_moment_takes_no_story_off_the_air(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.tells(Story(1))
    channel = newsroom.channel()
    desk.refresh(channel)
    (before,) = all_made(desk, channel.source[0].key).values()
    for path in ("/film.mp4", "/world/story-1"):
        newsroom.serves(path, Reply(b"", status=503))
    desk.refresh(channel, NOON + 25 * HOUR)
    assert desk.refresh(channel, NOON + 26 * HOUR).on_air == 1
    (after,) = all_made(desk, channel.source[0].key).values()
    assert (after.body, after.videos, after.thumbnail) == (before.body, before.videos, before.thumbnail)


def test_one_story_from_two_sources_is_shown_once(desk: Desk, film: Video) -> None:
    own, agency = FakeSource(story(1, film)), FakeSource(story(1, film, guid="x9", body=("Shorter.",)))
    report = desk.told(own, agency)
    assert report.on_air == 1
    assert codes(report) == {"Story 1": "same_story"}


def test_a_page_is_looked_at_again_once_a_day_and_read_only_when_it_changed(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.tells(Story(1))
    channel = newsroom.channel()
    desk.refresh(channel)
    page = "/world/story-1"
    desk.refresh(channel, NOON + 25 * HOUR)
    desk.refresh(channel, NOON + 26 * HOUR)
    assert newsroom.site.paths().count(page) == 2
    assert desk.titles() == ["Story 1"]


def test_a_story_whose_page_is_gone_leaves_the_air_and_comes_back_with_it(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.tells(Story(1), Story(2))
    channel = newsroom.channel()
    desk.refresh(channel)
    there = newsroom.site.routes["/world/story-1"]
    newsroom.serves("/world/story-1", Reply(b"", status=410))
    desk.refresh(channel, NOON + 25 * HOUR)
    report = desk.refresh(channel, NOON + 26 * HOUR)
    assert codes(report) == {"Story 1": "page_gone"}
    newsroom.serves("/world/story-1", there)
    assert desk.refresh(channel, NOON + 27 * HOUR).on_air == 2


def test_a_story_that_is_missing_among_older_ones_is_looked_for_at_once(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.tells(Story(1), Story(2), Story(3))
    channel = newsroom.channel()
    desk.refresh(channel)
    newsroom.tells(Story(1), Story(3))
    newsroom.serves("/world/story-2", Reply(b"", status=404))
    report = desk.refresh(channel, NOON + 2 * HOUR)
    assert codes(report) == {"Story 2": "page_gone"}


def test_a_story_that_a_listing_has_no_more_room_for_stays(desk: Desk, newsroom: Newsroom) -> None:
    newsroom.tells(Story(1), Story(2), Story(3))
    channel = newsroom.channel()
    desk.refresh(channel)
    newsroom.tells(Story(1), Story(2))
    asked = len(newsroom.site.paths())
    assert desk.refresh(channel, NOON + 2 * HOUR).on_air == 3
    assert newsroom.site.paths()[asked:] == ["/rss.xml"]


@pytest.mark.parametrize("state", ["deleted", "blocked"])
def test_a_story_that_the_feed_takes_back_leaves_the_air_at_once_and_may_come_back(
    desk: Desk, newsroom: Newsroom, state: str
) -> None:
    newsroom.tells(Story(1), Story(2), Story(3))
    channel = newsroom.channel()
    assert desk.refresh(channel).on_air == 3
    newsroom.tells(Story(1), Story(2, state=state), Story(3))
    report = desk.refresh(channel, NOON + timedelta(minutes=5))
    assert (report.withdrawn, report.on_air, codes(report)) == (1, 2, {})
    assert sorted(desk.titles()) == ["Story 1", "Story 3"]
    again = desk.refresh(channel, NOON + timedelta(minutes=10), force=True)
    assert (again.withdrawn, again.on_air) == (0, 2), "it is gone already"
    newsroom.tells(Story(1), Story(2), Story(3))
    assert desk.refresh(channel, NOON + HOUR).on_air == 3


# How often a source is asked


def test_what_a_feed_asks_for_holds_when_nothing_has_changed(desk: Desk, newsroom: Newsroom) -> None:
    """Its ttl is said in the body only, and its hub's lease is renewed while it is quiet, too."""
    newsroom.tells(Story(1))
    channel = newsroom.channel()
    told: list[tuple[str, str]] = []
    pipeline = desk.pipeline(desk.open(channel), subscribe=lambda *said: told.append(said[2:4]))
    asks = b"<ttl>30</ttl><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='hub' href='https://hub.example/'/>"
    body = rss(newsroom.site, (Story(1),)).replace(b"<channel>", b"<channel>" + asks)
    newsroom.serves("/rss.xml", tagged(body, '"1"'))

    def asked(minutes: int) -> int:
        before = newsroom.site.paths().count("/rss.xml")
        pipeline.refresh(channel, NOON + timedelta(minutes=minutes), paced=True)
        return newsroom.site.paths().count("/rss.xml") - before

    assert [asked(minutes) for minutes in (0, 5, 25, 31, 36, 59, 62)] == [1, 0, 0, 1, 0, 0, 1]
    assert told == [("https://hub.example/", newsroom.site.url("/rss.xml"))] * 3


def test_a_quiet_source_is_asked_seldom_and_one_that_wants_to_be_left_alone_is(
    desk: Desk, newsroom: Newsroom
) -> None:
    newsroom.tells(Story(1), Story(2), Story(3))
    channel = newsroom.channel()
    pipeline = desk.pipeline(desk.open(channel))

    def asked(minutes: int, *, paced: bool = True) -> int:
        before = newsroom.site.paths().count("/rss.xml")
        report = pipeline.refresh(channel, NOON + timedelta(minutes=minutes), paced=paced)
        assert report.on_air == 3
        return newsroom.site.paths().count("/rss.xml") - before

    assert asked(0) == 1
    assert asked(5) == 1, "it has just published"
    assert [asked(24 * 60 + minutes) for minutes in (0, 5, 10, 15, 20, 25, 30)] == [1, 0, 0, 0, 0, 1, 0]
    assert asked(24 * 60 + 35, paced=False) == 1, "somebody asked for it"


def test_guids_that_change_with_the_headline_are_seen_through_and_said(desk: Desk, film: Video) -> None:
    def edition(name: str) -> list[Article]:
        return [
            story(
                n,
                film,
                guid=f"{name}-{n}",
                url=f"https://news.example.org/{name}-471123{n}",
                title=f"{name} {n}",
            )
            for n in range(4)
        ]

    source = FakeSource(*edition("early"))
    desk.told(source)
    source.articles = tuple(edition("late"))
    report = desk.told(source, now=NOON + HOUR)
    assert (report.new, report.changed, report.on_air) == (0, 4, 4)
    assert [issue.code for issue in report.issues] == ["guid_changes"]


def test_a_signed_address_is_read_anew_from_its_page_before_it_ends(desk: Desk, newsroom: Newsroom) -> None:
    def signed(until: datetime) -> str:
        film = newsroom.site.url(f"/film.mp4?Expires={round(until.timestamp())}&Signature=x")
        return f"<meta property='og:video' content='{film}'>"

    newsroom.tells(Story(1, video="", head=signed(NOON + 8 * HOUR)))
    channel = newsroom.channel()
    report = desk.refresh(channel)
    assert report.on_air == 1
    assert "video_expires" in [trouble.code for trouble in report.troubles]
    newsroom.tells(Story(1, video="", head=signed(NOON + 16 * HOUR)))
    assert desk.refresh(channel, NOON + 5 * HOUR).changed == 0, "its page has the old address for a while yet"
    desk.refresh(channel, NOON + 6 * HOUR + timedelta(minutes=1))
    assert f"Expires={round((NOON + 16 * HOUR).timestamp())}" in desk.body().decode()
    for path in ("/world/story-1", "/rss.xml"):
        newsroom.serves(path, Reply(b"", status=503))
    late = desk.refresh(channel, NOON + 17 * HOUR)
    assert codes(late) == {"Story 1": "video_expired"}
    assert desk.store.next_edge("demo", NOON) == NOON + 16 * HOUR, "it is lined up anew at that very moment"


def test_an_embed_that_wants_a_key_says_which_setting_to_add(desk: Desk, newsroom: Newsroom) -> None:
    embed = "https://players.brightcove.net/6058004203001/default_default/index.html?videoId=6300000000001"
    newsroom.tells(Story(1, video="", head=f"<meta property='og:video' content='{embed}'>"))
    (out,) = desk.refresh(newsroom.channel()).left_out
    assert out.code == "video_embed_key"
    assert '"6058004203001" = "<policy key>"' in out.fix
