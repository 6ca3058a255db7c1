"""What Roku's template shows; each expectation was seen on a BrightScript engine running its code."""

import json

import pytest

from feeds.readers import template, wizard
from feeds.readers.brightscript import units
from tests.tv_feeds import clip, code, entry, feed, ids, mrss, read, series, tagged


@pytest.mark.parametrize(
    ("length", "expected", "says"),
    [
        (511_999, "", None),
        (512_000, "reader_size", "Cannot obtain Feed"),
        (512_001, "reader_size", "Feed is too large"),
    ],
)
@pytest.mark.parametrize("letter", ["x", "ß"])
def test_c1_size_in_characters(letter: str, length: int, expected: str, says: str | None) -> None:
    short = json.dumps(feed(clip("a1", longDescription="")))
    text = short.replace('"longDescription": ""', f'"longDescription": "{letter * (length - len(short))}"')
    screen = template(text.encode())
    assert code(screen) == expected
    assert [row.title for row in screen.rows] == [says or "shortFormVideos"]
    assert not wizard(text.encode()).crash


def test_c1_an_emoji_counts_twice() -> None:
    assert units("a😀") == 3


def test_c1_an_empty_body_is_a_notice() -> None:
    assert code(template(b"")) == "reader_empty"
    assert template(b"").rows[0].title == "Cannot obtain Feed"
    assert code(wizard(b"")) == "reader_json"


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n", b"Notice: something printed\n"])
def test_case_01_c2_output_before_the_xml(before: bytes) -> None:
    assert code(template(before + mrss(entry("a1")))) == "reader_json"


def test_c2_a_byte_order_mark_before_json() -> None:
    """Stricter than the engine, which trims it as JavaScript does."""
    body = b"\xef\xbb\xbf" + json.dumps(feed(clip("a1"))).encode()
    assert [code(template(body)), code(wizard(body))] == ["reader_json", "reader_json"]
    assert not template(body[3:]).crash


def test_c2_xml_may_begin_with_rss() -> None:
    body = mrss(entry("a1")).partition(b"?>")[2]
    assert body.startswith(b"<rss")
    assert template(body).rows[0].tiles[0].title == "Title a1"


@pytest.mark.parametrize("genres", [None, "news", 5, {"0": "news"}])
def test_c3_an_item_without_genres(genres: object) -> None:
    items = [clip("a1"), {**clip("a2"), "genres": genres}]
    screen = read("template", feed(*items))
    assert screen.rows == ()
    assert (code(screen), screen.crash and screen.crash.where) == ("reader_genres", "a2")
    assert not read("template", feed(clip("a1", genres=[]))).crash
    assert not read("template", feed(clip("a1"), categories=[clip("x", genres=None)])).crash


def test_c3_names_an_item_without_id_by_its_place() -> None:
    screen = read("template", feed(clip("a1"), clip("", genres=None)))
    assert screen.crash
    assert screen.crash.where == "shortFormVideos[1]"
    assert "(C3)" in screen.crash.message


@pytest.mark.parametrize(
    "content", [None, {}, {"videos": []}, {"videos": None}, {"videos": "x"}, {"videos": ["x"]}]
)
def test_c4_an_item_without_video(content: object) -> None:
    screen = read("template", feed(clip("a1"), clip("a2", content=content)))
    assert (code(screen), screen.crash and screen.crash.where) == ("reader_videos", "a2")
    assert read("wizard", tagged(clip("a1"), clip("a2", content=content))).rows[0].tiles[0].id == "a1"


def test_c4_a_series_needs_videos_in_its_episodes_only() -> None:
    good = clip("s1", content=None, episodes=[clip("e1")])
    screen = read("template", feed(series=[good]))
    assert [episode.plays for episode in screen.rows[0].tiles[0].episodes] == ["http://tv/e1.mp4"]
    bad = clip("s1", content=None, seasons=[{"seasonNumber": 1, "episodes": [clip("e1", content=None)]}])
    assert code(read("template", feed(series=[bad]))) == "reader_videos"


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"title": None}, "title"),
        ({"description": None}, "description"),
        ({"content": '<media:content url="http://tv/a1.mp4"/>'}, "picture"),
        ({"content": "<media:group><media:content url='http://tv/a1.mp4'/></media:group>"}, "plays"),
    ],
)
def test_c5_what_the_template_reads_of_mrss(changes: dict[str, str | None], lacks: str) -> None:
    tile = template(mrss(entry("a1", **changes))).rows[0].tiles[0]
    assert getattr(tile, lacks) == ""


def test_the_template_minds_the_case_of_lists_and_genres_only() -> None:
    root = {
        "Movies": [clip("a1")],
        "movies": [{k.upper() if k != "genres" else k: v for k, v in clip("a2").items()}],
    }
    assert ids(read("template", root)) == {"movies": ["a2"]}
    assert (
        code(read("template", {"movies": [{**clip("a1", genres=None), "Genres": ["news"]}]}))
        == "reader_genres"
    )


def test_the_template_sorts_lists_by_name_and_keeps_their_order() -> None:
    root = feed(clip("a2"), clip("a1"), tvSpecials=[clip("a3")], movies=[], liveFeeds=[clip("a4")])
    assert list(ids(read("template", root)).items()) == [
        ("liveFeeds", ["a4"]), ("movies", []), ("shortFormVideos", ["a2", "a1"]), ("tvSpecials", ["a3"]),
    ]  # fmt: skip


def test_a_series_with_seasons() -> None:
    (season,) = read("template", feed(series=[series()])).rows[0].tiles[0].episodes
    assert (season.title, [e.id for e in season.episodes]) == ("Season 1", ["", ""])
    assert [e.title for e in season.episodes] == ["Title e1", "Title e2"]
    root = feed(series=[series()], playlists=[{"name": "world", "itemIds": ["s1"]}])
    (shown,) = read("wizard", root).rows[0].tiles
    assert (shown.id, shown.plays) == ("s1", "")
    assert [(s.title, [e.id for e in s.episodes]) for s in shown.episodes] == [("Season 3", ["e2", "e1"])]


def test_two_channels() -> None:
    body = mrss(entry("a1"), "</channel><channel>", entry("a2"))
    assert [len(row.tiles) for row in template(body).rows] == [0, 2]
    assert ids(wizard(body, "roku.xml")) == {"World": ["a1"]}


def test_atom_is_not_shown() -> None:
    body = b'<?xml version="1.0"?><feed><entry><title>x</title></entry></feed>'
    assert [code(template(body)), code(wizard(body, "roku.xml"))] == ["reader_not_rss", "reader_no_rows"]
