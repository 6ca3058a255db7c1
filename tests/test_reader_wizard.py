"""What the wizard shows; each expectation was seen on a BrightScript engine running its code."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.readers import template, unseen, wizard
from tests.tv_feeds import IDS, clip, code, entry, feed, ids, mrss, read, series, tagged


def test_the_wizard_repeats_its_last_mrss_row() -> None:
    sport = entry("a2", category="<media:category>Sport</media:category>")
    screen = wizard(mrss(entry("a1"), sport), "roku.xml")
    assert [(row.title, len(row.tiles)) for row in screen.rows] == [("World", 1), ("Sport", 1), ("Sport", 1)]


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"media_title": None}, "title"),
        ({"media_description": None}, "description"),
        ({"thumbnail": None}, "picture"),
        ({"guid": None}, "id"),
    ],
)
def test_c6_what_the_wizard_reads_of_mrss(changes: dict[str, str | None], lacks: str) -> None:
    tile = wizard(mrss(entry("a1", **changes)), "roku.xml").rows[0].tiles[0]
    assert getattr(tile, lacks) == ""


def test_c6_no_category_at_all_crashes_the_wizard() -> None:
    assert code(wizard(mrss(entry("a1", category=None)), "roku.xml")) == "reader_no_rows"
    screen = wizard(mrss(entry("a1", category=None), entry("a2")), "roku.xml")
    assert ids(screen) == {"World": ["a2"]}


def test_c6_a_category_in_another_case_is_lost() -> None:
    body = mrss(entry("a1"), entry("a2", category="<media:category>WORLD</media:category>"))
    assert ids(wizard(body, "roku.xml")) == {"World": ["a1"]}


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        ("2026-11-23T07:00:00Z", True),
        ("2026-11-23T07:00:00", True),
        ("2026-11-23T07:00:00.123Z", True),
        ("2026-11-23", True),
        ("2026-11-23T07:00:00+00:00", False),
        ("Mon, 23 Nov 2026 07:00:00 +0000", False),
        ("2026-11-31", False),
        ("2026-11-23T24:00:00Z", False),
        ("", False),
    ],
)
def test_c7_dates_the_wizard_loses(date: str, kept: bool) -> None:
    later = entry("a2", date=f"<pubDate>{date}</pubDate>")
    shown = ids(wizard(mrss(later, entry("a1")), "roku.xml"))["World"]
    assert shown == (["a1", "a2"] if kept else ["a2", "a1"])


@pytest.mark.parametrize("categories", [None, []])
def test_c8_no_categories(categories: object) -> None:
    for playlists in (None, [{"name": "world", "itemIds": ["a1"]}]):
        screen = read("wizard", feed(clip("a1"), categories=categories, playlists=playlists))
        assert (screen.rows, code(screen)) == ((), "reader_no_categories")


def test_case_10_an_item_no_category_asks_for() -> None:
    body = tagged(clip("a1"), clip("a2", tags=["sport"]), clip("a3", tags=None))
    assert ids(read("wizard", body)) == {"World": ["a1"]}
    assert [issue.where for issue in unseen(json.dumps(body).encode(), "roku.json", IDS)] == ["a2", "a3"]


@pytest.mark.parametrize(
    ("query", "tags", "shown"),
    [
        ("news", ["news"], 1),
        ("news", ["News", "NEWS"], 2),
        ("news", [" news "], 0),
        ("news AND sport", ["sport", " News "], 1),
        ("news AND sport", ["news"], 0),
        ("news OR sport", ["sport", "news"], 1),
        ("arts and culture", ["arts and culture"], 0),
        ("arts-and-culture", ["arts-and-culture"], 0),
        ("arts_and_culture", ["arts_and_culture"], 1),
        ("labour", ["labour"], 1),
    ],
)
def test_c9_queries(query: str, tags: list[str], shown: int) -> None:
    screen = read("wizard", tagged(clip("a1", tags=tags), query=query))
    assert ids(screen) == {"World": ["a1"] * shown}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("story-1", "story-1-b"),
        ("STORY-1", "story-1-b"),
        ("story", "story-1-b"),
        ("stor", None),
        ("1-b", "story-1-b"),
        ("b", "story-1-b"),
        ("story-1x", "story-1x"),
        ("x.y", "xay"),
        ("X.Y", "xay"),
        ("x(a)y", "xay"),
        ("X(A)Y", "xay"),
        ("xa*y", "xay"),
        ("", "story-1-b"),
    ],
)
def test_c10_ids_are_searched_as_words(wanted: str, found: str | None) -> None:
    items = [clip("story-1-b"), clip("story-1"), clip("story-1x"), clip("xay"), clip("x.y")]
    screen = read("wizard", feed(*items, playlists=[{"name": "world", "itemIds": [wanted]}]))
    assert ids(screen) == {"Playlist: World": [found] if found else []}


@given(
    st.lists(st.text("ab-.\n", min_size=1, max_size=9), max_size=4), st.text("aB-.", min_size=1, max_size=3)
)
def test_c10_words_are_found_as_the_pattern_would(names: list[str], wanted: str) -> None:
    screen = read("wizard", feed(*map(clip, names), playlists=[{"name": "world", "itemIds": [wanted]}]))
    found = [name for name in names if re.search(rf"\b{wanted}\b", name, re.ASCII | re.IGNORECASE)]
    assert ids(screen) == {"Playlist: World": found[:1]}


@pytest.mark.parametrize("name", ["story{}", "a-{}", "2026-11-{}-b", "a.{}"])
def test_c10_thousands_of_ids_are_found_in_a_moment(name: str) -> None:
    names = [name.format(n) for n in range(10_000)]
    began = time.process_time()
    screen = read("wizard", feed(*map(clip, names), playlists=[{"name": "world", "itemIds": names}]))
    assert time.process_time() - began < 4
    assert screen.crash is None
    assert [tile.id for tile in screen.rows[0].tiles] == names


@pytest.mark.parametrize("wanted", ["story(1", "a[b", "*a"])
def test_c10_ids_that_are_no_pattern(wanted: str) -> None:
    screen = read("wizard", feed(clip("a1"), playlists=[{"name": "world", "itemIds": [wanted]}]))
    assert screen.crash
    assert (screen.crash.code, screen.crash.where) == ("reader_id_pattern", wanted)


@pytest.mark.parametrize("wanted", ["(a+)+$", ".*.*.*.*.*x"])
def test_c10_an_id_that_is_a_slow_pattern_ends(wanted: str) -> None:
    root = feed(clip("a" * 5000 + "!"), playlists=[{"name": "world", "itemIds": [wanted]}])
    assert read("wizard", root).rows == () or ids(read("wizard", root)) == {"Playlist: World": []}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("roku.json", ""),
        ("ROKU.JSON", ""),
        ("roku.json?x=1", ""),
        ("feed", "reader_address"),
        ("roku.xml", "reader_xml"),
        ("roku.rss", "reader_xml"),
        ("json", "reader_address"),
    ],
)
def test_c11_the_address_decides(path: str, expected: str) -> None:
    assert code(read("wizard", feed(clip("a1")), path)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("most_recent", ["a3", "a1", "a2"]),
        ("chronological", ["a2", "a1", "a3"]),
        ("manual", ["a1", "a2", "a3"]),
        ("most_popular", ["a1", "a2", "a3"]),
        (None, ["a1", "a2", "a3"]),
    ],
)
def test_c14_order_by_date_text(order: object, expected: list[str]) -> None:
    items = [clip("a1"), clip("a2"), clip("a3", releaseDate="2026-11-23T07:00:00Z")]
    assert ids(read("wizard", tagged(*items, order=order))) == {"World": expected}


def test_c14_items_without_a_date_come_last_or_first() -> None:
    items = [clip("a1", releaseDate=None), clip("a2"), clip("a3", releaseDate=2026)]
    assert ids(read("wizard", tagged(*items, order="chronological"))) == {"World": ["a3", "a2", "a1"]}


def test_playlists_keep_their_order_and_name_the_last_row_used() -> None:
    categories = [{"name": name, "playlistName": name, "order": "manual"} for name in ("World", "Sport")]
    playlists = [{"name": "Sport", "itemIds": ["a2", "a1"]}, {"name": "World", "itemIds": ["a3", "gone"]}]
    root = feed(*(clip(name) for name in IDS), categories=categories, playlists=playlists)
    assert list(ids(read("wizard", root)).items()) == [("Playlist: World", ["a3"]), ("Sport", ["a2", "a1"])]


def test_case_09_a_category_with_query_and_playlist_shows_both() -> None:
    root = feed(clip("a1"), clip("a2", tags=["sport"]))
    root["categories"][0]["query"] = "sport"
    assert ids(read("wizard", root)) == {"Playlist: World": ["a2", "a1", "a2"]}


@pytest.mark.parametrize("between", ["\n", " ", "text", "<![CDATA[ ]]>"])
def test_c19_anything_between_the_elements_of_an_item(between: str) -> None:
    body = mrss(entry("a1").replace("<guid", f"{between}<guid"))
    screen = wizard(body, "roku.xml")
    assert (code(screen), screen.crash and screen.crash.where) == ("reader_white_space", "a1")
    assert template(body).rows[0].tiles[0].title == "Title a1"


@pytest.mark.parametrize("number", [5, 5.0, True, None, ["a1"]])
def test_c20_ids_that_are_no_text(number: object) -> None:
    items = [clip("a1"), {**clip("a2"), "id": number}]
    screen = read("wizard", feed(*items, playlists=[{"name": "world", "itemIds": ["a1", "zz"]}]))
    assert (code(screen), screen.crash and screen.crash.where) == (
        "reader_id",
        "shortFormVideos[1]",
    )
    screen = read("wizard", feed(clip("a1"), playlists=[{"name": "world", "itemIds": [number]}]))
    assert code(screen) == "reader_id"


def test_c20_a_number_is_found_out_only_when_the_search_comes_that_far() -> None:
    items = [clip("a1"), {**clip("a2"), "id": 2}]
    assert ids(read("wizard", feed(*items, playlists=[{"name": "world", "itemIds": ["a1"]}]))) == {
        "Playlist: World": ["a1"]
    }
    assert ids(read("template", feed(*items))) == {"shortFormVideos": ["a1", "2"]}


def test_a_series_with_episodes_and_an_episode_in_a_playlist() -> None:
    mini = clip("s1", content=None, episodes=[clip("e1"), clip("e2")])
    root = feed(series=[mini], playlists=[{"name": "world", "itemIds": ["s1", "e2"]}])
    shown, single = read("wizard", root).rows[0].tiles
    assert [episode.id for episode in shown.episodes] == ["e1", "e2"]
    assert (single.id, single.plays) == ("e2", "http://tv/e2.mp4")
    assert unseen(json.dumps(root).encode(), "roku.json", ["s1", "e1", "e2"]) == []


def test_a_series_that_cannot_be_read_takes_the_item_before_it() -> None:
    """The wizard goes on with what its variable held: two rows' worth of the same item."""
    broken = series(genres="x")
    root = tagged(order="manual", movies=None) | {
        "movies": [clip("a1")],
        "series": [broken],
        "shortFormVideos": [],
    }
    assert ids(read("wizard", root)) == {"World": ["a1", "a1"]}
    assert code(read("wizard", {**root, "movies": []})) == "reader_shape"


def test_an_item_that_cannot_be_loaded_needs_a_title() -> None:
    assert ids(read("wizard", tagged(clip("a1", content=None), clip("a2")))) == {"World": ["a2"]}
    assert code(read("wizard", tagged(clip("a1", content=None, title=None)))) == "reader_shape"


def test_too_many_tiles_are_refused() -> None:
    root = tagged(*(clip(f"a{n}") for n in range(400)))
    root["categories"] *= 20
    assert code(read("wizard", root)) == "reader_too_many"


@pytest.mark.parametrize(
    "changes",
    [
        {"genres": "news"},
        {"genres": {"count": 1}},
        {"credits": [{"role": ["actor"]}]},
        {"credits": ["somebody"]},
        {"seasonNumber": [1]},
        {"episodeNumber": {}},
        {"content": {"videos": [{"url": "u"}], "adBreaks": "00:00:00"}},
        {"content": {"videos": [{"url": "u"}], "captions": [5]}},
        {"content": {"videos": [{"url": "u"}], "trickPlayFiles": [{"quality": {}}]}},
    ],
)
def test_an_item_that_is_odd_is_left_out(changes: dict[str, object]) -> None:
    assert ids(read("wizard", tagged(clip("a1", **changes), clip("a2")))) == {"World": ["a2"]}


def test_an_item_with_a_season_number_is_called_after_it() -> None:
    assert read("wizard", tagged(clip("a1", seasonNumber=2))).rows[0].tiles[0].title == "Season 2"


@pytest.mark.parametrize("name", ["movies", "series", "liveFeeds", "tvSpecials"])
def test_c12_a_list_that_is_none(name: str) -> None:
    screen = read("wizard", {**feed(clip("a1")), name: "none"})
    assert (code(screen), screen.crash and screen.crash.where) == ("reader_shape", name)
    assert not read("wizard", {**feed(clip("a1")), "audioOnly": "none"}).crash


def test_the_wizard_plays_audio_too_but_not_from_playlists() -> None:
    audio = {**tagged(), "audioOnly": [clip("a1")]}
    assert ids(read("wizard", audio)) == {"World": ["a1"]}
    listed = {
        **feed(),
        "audioOnly": [clip("a1", tags=None)],
        "playlists": [{"name": "world", "itemIds": ["a1"]}],
    }
    assert ids(read("wizard", listed)) == {"Playlist: World": []}


@pytest.mark.parametrize(
    "odd", [{"seasons": ["x"]}, {"seasons": [{"episodes": ["x"]}]}, {"episodes": [None]}]
)
def test_a_series_with_odd_episodes_crashes_even_where_nobody_asks_for_it(odd: dict[str, object]) -> None:
    screen = read("wizard", {**feed(clip("a1")), "series": [clip("s1", content=None, tags=None, **odd)]})
    assert (code(screen), screen.crash and screen.crash.where) == ("reader_shape", "s1")


def test_playlists_of_nothing_still_rename_the_last_row() -> None:
    categories = [{"name": name, "query": "news", "order": "manual"} for name in ("World", "Sport")]
    root = feed(clip("a1"), categories=categories, playlists=[])
    assert ids(read("wizard", root)) == {"World": ["a1"], "Playlist: Sport": ["a1"]}
    untitled = feed(clip("a1"), categories=[{"query": "news"}], playlists=[])
    assert code(read("wizard", untitled)) == "reader_shape"


def test_the_wizard_offers_the_captions_of_json() -> None:
    content = {"content": {"videos": [{"url": "u"}], "captions": [{"url": "a.srt"}, {"language": "en"}]}}
    tile = read("wizard", feed(clip("a1", **content))).rows[0].tiles[0]
    assert tile.captions == ("a.srt",)
