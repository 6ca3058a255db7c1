"""Direct Publisher JSON: what is written, and what is found wrong with others' feeds."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from feeds.model import Feed, Image, Issue, Rating, Row, Video, Window
from feeds.roku import FORMAT, check, write
from tests.feeds_strategies import CDN, CHANNEL, NOON, newsroom, small, story

ROOT = ["providerName", "lastUpdated", "language", "shortFormVideos", "tvSpecials", "categories", "playlists"]
ITEM = [
    *("id", "title", "shortDescription", "longDescription", "thumbnail", "releaseDate"),
    *("genres", "tags", "rating", "content"),
]


def written(feed: Feed) -> Any:
    return json.loads(write(feed).body)


def of(*articles: Any) -> Feed:
    return Feed(CHANNEL, (Row("World", articles),), NOON)


def found(change: Callable[[Any], object]) -> list[Issue]:
    """Return what is found wrong with the small feed once it is changed."""
    root = written(small())
    change(root)
    return check(json.dumps(root).encode())


def codes(issues: list[Issue], *severities: str) -> set[str]:
    return {issue.code for issue in issues if not severities or issue.severity in severities}


# -- write -----------------------------------------------------------------------------------------


def test_the_order_of_members_is_fixed_and_the_json_compact() -> None:
    root = written(newsroom())
    assert list(root) == ROOT
    assert all(list(item) == ITEM for name in ("shortFormVideos", "tvSpecials") for item in root[name])
    assert b'", "' not in write(small()).body


def test_empty_lists_are_left_out() -> None:
    assert list(written(small())) == [name for name in ROOT if name != "tvSpecials"]
    long = story(1, videos=(Video(f"{CDN}/1.mp4", "MP4", duration=901),))
    assert list(written(of(long))) == [name for name in ROOT if name != "shortFormVideos"]


@pytest.mark.parametrize(
    ("seconds", "listed"),
    [(0.2, "shortFormVideos"), (900.4, "shortFormVideos"), (900.6, "tvSpecials"), (86_400, "tvSpecials")],
)
def test_the_list_is_told_by_the_duration(seconds: float, listed: str) -> None:
    root = written(of(story(1, videos=(Video(f"{CDN}/1.mp4", "MP4", duration=seconds),))))
    assert root[listed][0]["content"]["duration"] == max(1, round(seconds))


@pytest.mark.parametrize("seconds", [None, 0, -1, float("nan"), float("inf"), 1e300, 90_000])
def test_a_video_without_a_believable_duration_is_none(seconds: float | None) -> None:
    told = write(of(story(1, videos=(Video(f"{CDN}/1.mp4", "MP4", duration=seconds),))))
    assert told.ids == ()
    assert [issue.code for issue in told.issues] == ["no_video"]


def test_rows_are_manual_playlists_in_the_order_given_with_unique_short_names() -> None:
    root = written(newsroom())
    assert [c["name"] for c in root["categories"]] == [
        "Top stories", "World & Middle East, as seen from here", "Documentaries", "documentaries 2",
    ]  # fmt: skip
    assert {c["order"] for c in root["categories"]} == {"manual"}
    names = [p["name"] for p in root["playlists"]]
    assert names == [c["playlistName"] for c in root["categories"]]
    assert len({name.casefold() for name in names}) == 4
    assert all(0 < len(name) <= 20 for name in names)
    assert root["playlists"][1]["itemIds"] == ["a000000000000001", "a000000000000003"]


def test_rows_that_are_alike_in_their_first_20_characters_have_playlists_of_their_own() -> None:
    rows = tuple(Row(f"What the harbour says, part {n}", (story(n),)) for n in range(1, 13))
    names = [p["name"] for p in written(Feed(CHANNEL, rows, NOON))["playlists"]]
    assert len(set(names)) == 12
    assert max(map(len, names)) <= 20


def test_a_row_without_items_is_left_out() -> None:
    root = written(
        Feed(CHANNEL, (Row("Empty", ()), Row("Off", (story(1, videos=()),)), Row("On", (story(2),))), NOON)
    )
    assert [c["name"] for c in root["categories"]] == ["On"]


def test_items_are_newest_first_whatever_their_row() -> None:
    rows = (Row("Old", (story(9), story(8))), Row("New", (story(1), story(9))))
    assert [i["id"][-1] for i in written(Feed(CHANNEL, rows, NOON))["shortFormVideos"]] == ["1", "8", "9"]


def test_windows_captions_bitrates_and_qualities_are_told() -> None:
    items = {item["id"][-1]: item["content"] for item in written(newsroom())["shortFormVideos"]}
    assert items["4"]["validityPeriodStart"] == "2026-11-21T12:00:00+00:00"
    assert items["4"]["validityPeriodEnd"] == "2026-11-23T12:00:00+00:00"
    assert [caption["captionType"] for caption in items["3"]["captions"]] == ["CLOSED_CAPTION", "SUBTITLE"]
    assert [(v["quality"], v["bitrate"]) for v in items["2"]["videos"]] == [("FHD", 4300), ("HD", 2650)]
    assert "bitrate" not in items["1"]["videos"][0]


def test_a_window_that_never_opens_keeps_the_article_out() -> None:
    told = write(of(story(1, window=Window(NOON, NOON - timedelta(hours=1))), story(2)))
    assert told.ids == ("a000000000000002",)
    assert [(i.code, i.where) for i in told.issues if i.severity == "error"] == [
        ("window_order", "a000000000000001")
    ]


def test_date_added_is_when_it_was_first_seen_and_last_updated_the_feeds() -> None:
    root = written(of(story(1, updated=NOON)))
    assert root["lastUpdated"] == "2026-11-22T12:00:00+00:00"
    assert root["shortFormVideos"][0]["content"]["dateAdded"] == "2026-11-22T11:03:00+00:00"


def test_case_14_a_missing_or_unknown_rating_is_unrated_and_said() -> None:
    told = write(
        of(story(1), story(2, rating=Rating("TV-PG", "USA_PR")), story(3, rating=Rating("TVPG", "USA_PR")))
    )
    ratings = [item["rating"] for item in json.loads(told.body)["shortFormVideos"]]
    assert ratings == [
        {"rating": "UNRATED"},
        {"rating": "UNRATED"},
        {"rating": "TVPG", "ratingSource": "USA_PR"},
    ]
    assert [(i.severity, i.code, i.where) for i in told.issues] == [
        ("warning", "rating_unknown", "a000000000000002"),
        ("info", "unrated", "harbour"),
    ]


@pytest.mark.parametrize(
    "size", [(799, 450), (800, 449), (1280, 960), (450, 800), (0, 0), (-16, -9), (10**400, 1)]
)
def test_case_29_a_small_or_square_thumbnail_never_goes_on_air(size: tuple[int, int]) -> None:
    told = write(of(story(1, thumbnail=Image(f"{CDN}/1.jpg", *size))))
    assert told.ids == ()
    assert [issue.code for issue in told.issues] == ["thumbnail_size"]


@pytest.mark.parametrize("size", [(800, 450), (1280, 720), (1366, 768), (None, None)])
def test_case_29_a_thumbnail_of_the_right_size_does(size: tuple[int, int]) -> None:
    assert write(of(story(1, thumbnail=Image(f"{CDN}/1.jpg", *size)))).ids


# -- check -----------------------------------------------------------------------------------------


def test_a_good_feed_has_nothing_wrong() -> None:
    assert check(write(small()).body) == []


def test_case_7_a_rating_that_is_text_is_told_for_each_item_under_one_code() -> None:
    issues = found(lambda root: [item.update(rating="TVG") for item in root["shortFormVideos"]])
    assert [(i.severity, i.code, i.where) for i in issues] == [
        ("error", "bad_rating", "/shortFormVideos/0/rating"),
        ("error", "bad_rating", "/shortFormVideos/1/rating"),
    ]
    assert "`rating` is text" in issues[0].message


def test_case_8_a_feed_in_brackets_and_a_foreign_member() -> None:
    assert codes(check(b"[" + write(small()).body + b"]")) == {"not_object"}
    issues = found(lambda root: root["shortFormVideos"][0].update(audioOnly=True))
    assert [(i.severity, i.code, i.where) for i in issues] == [
        ("warning", "foreign_field", "/shortFormVideos/0/audioOnly")
    ]


def test_case_9_a_category_with_a_query_and_a_playlist_is_told() -> None:
    assert codes(found(lambda root: root["categories"][0].update(query="world")), "error") == {"category_mix"}


def test_case_10_items_no_category_reaches_and_empty_rows_are_told() -> None:
    def change(root: Any) -> None:
        root["playlists"][0]["itemIds"].pop()
        root["categories"].append({"name": "Arts", "query": "arts", "order": "most_recent"})

    assert {(i.severity, i.code, i.where) for i in found(change)} == {
        ("warning", "unreached_item", "/shortFormVideos/1"),
        ("warning", "empty_row", "/categories/1"),
    }


def test_case_10_a_feed_too_large_for_a_tv_is_told() -> None:
    body = write(small()).body
    assert check(body + b" " * (511_999 - len(body))) == []
    assert codes(check(body + b" " * (512_000 - len(body))), "error") == {"too_large"}


def test_a_feed_of_few_characters_but_many_bytes_is_a_warning() -> None:
    body = write(small()).body.replace(b"Story 1", "字".encode() * 171_000, 1)
    assert [(i.severity, i.code) for i in check(body)] == [("warning", "too_large")]


@pytest.mark.parametrize("query", ["World", "harbour AND world", "sport OR WORLD", "harbour and world"])
def test_a_query_finds_its_items_as_the_wizard_does(query: str) -> None:
    category = {"name": "World", "query": query, "order": "most_recent"}
    issues = found(lambda root: (root.pop("playlists"), root.update(categories=[category])))
    assert codes(issues) <= {"query_splits_tag"}


def test_both_kinds_of_plain_http() -> None:
    def change(root: Any) -> None:
        first, second = root["shortFormVideos"]
        first["thumbnail"] = "http://127.0.0.1:8080/1.jpg"
        first["content"]["videos"][0]["url"] = "http://[::1]/1.m3u8"
        second["thumbnail"] = "http://127.0.0.1.example.org/1.jpg"
        second["content"]["videos"][0]["url"] = "http://cdn.example.org/1.m3u8"

    assert [(i.severity, i.code, i.where[17:18]) for i in found(change)] == [
        ("info", "loopback_http", "0"),
        ("info", "loopback_http", "0"),
        ("error", "not_https", "1"),
        ("error", "not_https", "1"),
    ]


@pytest.mark.parametrize(
    ("member", "code", "rest"),
    [
        ("videos", "bad_video_url", {"quality": "HD", "videoType": "HLS"}),
        ("captions", "bad_caption", {"language": "en", "captionType": "SUBTITLE"}),
        ("trickPlayFiles", "bad_trick_play", {"quality": "HD"}),
    ],
)
def test_what_is_no_address_is_told_whatever_it_is_for(member: str, code: str, rest: dict[str, str]) -> None:
    part = {"url": "bifs/1.bif", **rest}
    issues = found(lambda root: root["shortFormVideos"][0]["content"].update({member: [part]}))
    assert [(i.code, i.where) for i in issues] == [(code, f"/shortFormVideos/0/content/{member}/0/url")]


def test_an_id_inside_another_is_told_only_when_a_reader_mistakes_it() -> None:
    def ids(first: str, second: str) -> set[str]:
        root = written(small())
        root["shortFormVideos"][0]["id"], root["shortFormVideos"][1]["id"] = first, second
        root["playlists"][0]["itemIds"] = [first, second]
        return codes(check(json.dumps(root).encode()), "error")

    assert ids("story_1", "story_11") == set()
    assert ids("story_1", "story_1_b") == set()
    assert ids("story-1", "story-1-b") == {"ambiguous_id"}
    assert ids("Story", "the-story-b") == {"ambiguous_id"}
    assert ids("a1", "A1") == {"duplicate_id"}


def test_a_series_is_looked_through() -> None:
    def change(root: Any) -> None:
        first, second = root.pop("shortFormVideos")
        episode = {**second, "episodeNumber": 1, "releaseDate": "someday"}
        show = {name: value for name, value in first.items() if name not in ("content", "rating")}
        root["series"] = [{**show, "seasons": [{"seasonNumber": 1, "episodes": [episode]}]}]
        root["playlists"][0]["itemIds"].pop()

    assert [(i.code, i.where) for i in found(change)] == [
        ("bad_release_date", "/series/0/seasons/0/episodes/0/releaseDate")
    ]


def test_each_fault_is_told_once() -> None:
    issues = found(lambda root: root["shortFormVideos"][0]["content"]["videos"][0].update(url="ftp://a/b"))
    assert [(i.code, i.where) for i in issues] == [
        ("bad_video_url", "/shortFormVideos/0/content/videos/0/url")
    ]


def test_the_format() -> None:
    assert (FORMAT.name, FORMAT.path, FORMAT.limit) == ("roku", "roku.json", 450_000)
    assert FORMAT.readers == ("template", "wizard")
    assert replace(FORMAT, limit=None).limit is None
