"""What a TV is told about an article, and what keeps one off air."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import item as telling
from feeds import text
from feeds.item import Item, descriptions, item
from feeds.model import Article, Caption, Feed, Image, Issue, Quality, Rating, Row, Video, VideoType
from tests.articles import NOON, article, channel


def told(**fields: Any) -> Item:
    found = item(article(**fields), channel())
    assert isinstance(found, Item)
    return found


def refused(**fields: Any) -> Issue:
    found = item(article(**fields), channel())
    assert isinstance(found, Issue)
    return found


def test_an_article_is_told_whole() -> None:
    found = told(tags=("Arts and Culture",), language="de_DE", authors=(" Ada  Byte ",))
    assert (found.title, found.short) == ("Headline 1", "What happened in story 1.")
    assert found.long.startswith("What happened in story 1. The first paragraph")
    assert (found.duration, found.genres, found.tags) == (63, ("news",), ("world", "arts_and_culture"))
    assert (found.language, found.authors, found.rating) == ("de-DE", ("Ada Byte",), Rating())


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("bad_id", {"id": "story-1"}),
        ("bad_id", {"id": ""}),
        ("no_title", {"title": " \x00 "}),
        ("no_date", {"published": None, "first_seen": None}),
        ("no_video", {"videos": ()}),
        ("no_video", {"videos": (Video("https://cdn.example.org/1.mp4"),)}),
        ("no_video", {"videos": (Video("https://cdn.example.org/1.mp4", "MP4", duration=0),)}),
        ("video_not_https", {"videos": (Video("http://cdn.example.org/1.mp4", "MP4", duration=9),)}),
        ("no_thumbnail", {"thumbnail": None}),
        ("no_thumbnail", {"thumbnail": Image("data:image/png;base64,xx")}),
    ],
)
def test_what_keeps_an_article_off_air(code: str, fields: dict[str, Any]) -> None:
    issue = refused(**fields)
    assert (issue.code, issue.severity) == (code, "error")
    assert issue.message.endswith(".")
    assert issue.fix.endswith(".")


def test_a_broken_video_is_the_reason_when_there_is_one() -> None:
    broken = Issue("error", "video_html", "1.mp4", "The video is a web page.", "Link the file.")
    assert refused(videos=(), issues=(broken,)).message == "The video is a web page."


def test_an_embedded_player_is_the_reason_when_nothing_worse_is() -> None:
    embed = Issue(
        "info", "video_embed", "x", "The page shows a video in a player of YouTube.", "Give a file."
    )
    broken = Issue("error", "video_html", "1.mp4", "The video is a web page.", "Link the file.")
    assert refused(videos=(), issues=(embed,)).code == "video_embed"
    assert refused(videos=(), issues=(embed, broken)).code == "video_html"


def test_plain_http_is_fine_on_loopback() -> None:
    assert told(videos=(Video("http://127.0.0.1:8080/media/a.mp4", "MP4", duration=9),)).duration == 9


def test_the_best_rendition_for_most_tvs_comes_first() -> None:
    names = ["sd.mp4", "uhd.mp4", "fhd.mp4", "hd.mp4"]
    videos = [Video(f"https://a.example/{n}", "MP4", n[:-4].upper(), duration=5) for n in names]  # type: ignore[arg-type]
    stream = Video("https://a.example/m.m3u8", "HLS", "SD", duration=5)
    urls = [v.url.rsplit("/", 1)[1] for v in told(videos=(*videos, stream)).videos]
    assert urls == ["m.m3u8", "fhd.mp4", "hd.mp4", "uhd.mp4", "sd.mp4"]


def test_renditions_by_kind_and_bit_rate() -> None:
    told_of: list[tuple[VideoType, Quality, int | None]] = [
        ("MP4", "FHD", 12_000), ("SMOOTH", "FHD", 5000), ("DASH", "FHD", 5000), ("MP4", "HD", 2000),
        ("MP4", "HD", 3500), ("MP4", "HD", None), ("MP4", "FHD", 10_000), ("HLS", "HD", 3000),
        ("HLS", "FHD", 14_000),
    ]  # fmt: skip
    videos = tuple(
        Video(f"https://a.example/{n}", *one[:2], one[2], duration=5) for n, one in enumerate(told_of)
    )
    order = [told_of[int(v.url.rsplit("/", 1)[1])] for v in told(videos=videos).videos]
    assert order == [
        ("HLS", "FHD", 14_000), ("HLS", "HD", 3000), ("MP4", "FHD", 10_000), ("MP4", "HD", 3500),
        ("MP4", "HD", 2000), ("MP4", "HD", None), ("DASH", "FHD", 5000), ("SMOOTH", "FHD", 5000),
        ("MP4", "FHD", 12_000),
    ]  # fmt: skip


def test_a_caption_without_a_usable_language_or_address_is_dropped() -> None:
    good = Caption("https://a.example/en.srt", "en")
    assert (
        told(captions=(Caption("https://a.example/x.srt", ""),), language="de").captions[0].language == "de"
    )
    assert told(
        captions=(good, Caption("https://a.example/x.srt", "English!"), Caption("x.srt", "en"))
    ).captions == (good,)


def test_genres_come_from_sections_and_tags() -> None:
    assert told(section=("Sport", "Football")).genres == ("sports",)
    assert told(section=("World",), tags=("Health & Science",)).genres == ("health", "science")


@given(
    st.text(st.characters()), st.lists(st.text(st.characters()), max_size=3), st.text(min_size=1), st.text()
)
def test_descriptions_are_never_empty_and_never_the_same(
    summary: str, body: list[str], title: str, brand: str
) -> None:
    shown = text.clip(text.line(title), 200)
    if not shown:
        return
    told_of = Article(summary=summary, body=tuple(body))
    short, long = descriptions(told_of, channel(title=brand), shown, NOON)
    assert 0 < len(short) <= 200
    assert 0 < len(long) <= 500
    assert not text.same(short, long) or not text.same(short, "")


def test_a_short_text_gets_its_source_and_date_as_long_description() -> None:
    only = Article(summary="Fire out.")
    assert descriptions(only, channel(), "Fire", NOON) == (
        "Fire out.",
        "Fire out. (Harbour City News, 2026-11-22)",
    )


def test_a_feed_tells_each_article_once_and_rows_by_distinct_titles() -> None:
    one, two, three = article(1), article(2), article(3, videos=())
    feed = Feed(channel(), (Row("Top", (two, one)), Row("top", (one, three)), Row("Empty", ())), NOON)
    every = list(telling.told(feed))
    assert [i.id for i in every if isinstance(i, Item)] == [one.id, two.id]
    assert [i.code for i in every if isinstance(i, Issue)] == ["no_video"]
    assert telling.rows(feed) == {"Top": (two.id, one.id), "top 2": (one.id, three.id)}


def test_dates_fall_back_on_when_it_was_first_seen() -> None:
    seen = datetime.fromisoformat("2026-11-20T08:00:00+00:00")
    assert told(published=None, first_seen=seen).released == seen
    assert told(first_seen=seen).added == seen
