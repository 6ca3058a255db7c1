"""Roku Search JSON: what is written, and what is found wrong with others' feeds."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import FORMATS, paging, recognise
from feeds.checks.search_schema import _SCHEMA
from feeds.model import Feed, Issue, Rating, Row, Video, Window
from feeds.search import CODES, COUNTRIES, FORMAT, check, write
from tests.feeds_strategies import CDN, CHANNEL, NOON, newsroom, small, story

ASSET = [
    *("id", "type", "titles", "shortDescriptions", "longDescriptions", "releaseDate", "genres", "tags"),
    *("advisoryRatings", "images", "durationInSeconds", "content"),
]


def of(*articles: Any, **channel: Any) -> Feed:
    return Feed(replace(CHANNEL, **channel), (Row("World", articles),), NOON)


def assets(feed: Feed) -> list[Any]:
    listed: list[Any] = json.loads(write(feed).body)["assets"]
    return listed


def asset(**changes: Any) -> Any:
    return assets(of(story(1, **changes)))[0]


def option(**changes: Any) -> Any:
    return asset(**changes)["content"]["playOptions"][0]


def found(change: Callable[[Any, Any, Any], object]) -> list[tuple[str, str]]:
    """Return what is found wrong with the small feed once its root, first asset or play option is changed."""
    root = json.loads(write(small()).body)
    first = root["assets"][0]
    change(root, first, first["content"]["playOptions"][0])
    return [(issue.code, issue.where) for issue in check(json.dumps(root).encode())]


# -- write -----------------------------------------------------------------------------------------


def test_the_order_of_members_is_fixed_and_the_json_compact() -> None:
    root = json.loads(write(newsroom()).body)
    assert list(root) == ["version", "defaultLanguage", "defaultAvailabilityCountries", "assets"]
    assert all(list(one) == ASSET for one in root["assets"])
    assert root["version"] == "1"
    assert b'", "' not in write(small()).body


def test_countries_are_those_of_the_channel_that_have_roku_search_else_all() -> None:
    def of(*countries: str) -> list[str]:
        feed = replace(small(), channel=replace(CHANNEL, countries=countries))
        return list(json.loads(write(feed).body)["defaultAvailabilityCountries"])

    assert of("us", "gb", "fr") == ["gb", "us"]
    assert of() == of("fr") == list(COUNTRIES)


def test_pages_lead_from_one_to_the_next_and_hold_each_item_once() -> None:
    feed = Feed(CHANNEL, (Row("World", tuple(story(n) for n in range(1, 200))),), NOON)
    written = paging.write(feed, replace(FORMAT, page=20))
    bodies = {"search.json": written.body, **written.pages}
    found: list[str] = []
    address, seen = f"{CHANNEL.feeds_url}/search.json", 0
    while address:
        root = json.loads(bodies[address.removeprefix(f"{CHANNEL.feeds_url}/")])
        found += [one["id"] for one in root["assets"]]
        address, seen = root.get("nextPageUrl", ""), seen + 1
    assert found == [story(n).id for n in range(1, 200)]
    assert seen == len(bodies) > 5


def test_every_format_tells_the_same_id_title_day_and_picture() -> None:
    written = json.loads(FORMATS["roku"].write(newsroom()).body)
    items = {i["id"]: i for name in ("shortFormVideos", "tvSpecials") for i in written[name]}
    for one in assets(newsroom()):
        item = items.pop(one["id"])
        assert one["titles"][0]["value"] == item["title"]
        assert one["shortDescriptions"][0]["value"] == item["shortDescription"]
        assert one["releaseDate"] == item["releaseDate"]
        assert {image["url"] for image in one["images"]} == {item["thumbnail"]}
        assert one["content"]["playOptions"][0]["playId"] == item["id"]
    assert items == {}


def test_an_article_in_two_rows_is_one_asset_and_the_newest_is_first() -> None:
    rows = (Row("Old", (story(9), story(8))), Row("New", (story(1), story(9))))
    assert [one["id"][-1] for one in assets(Feed(CHANNEL, rows, NOON))] == ["1", "8", "9"]


@pytest.mark.parametrize(
    ("seconds", "kind"), [(0.2, "shortForm"), (900, "shortForm"), (901, "tvSpecial"), (86_400, "tvSpecial")]
)
def test_a_quarter_of_an_hour_is_still_a_short_form(seconds: float, kind: str) -> None:
    one = asset(videos=(Video(f"{CDN}/1.mp4", "MP4", duration=seconds),))
    assert (one["type"], one["durationInSeconds"]) == (kind, max(1, round(seconds)))


def test_an_option_says_since_when_in_milliseconds_and_until_when_if_it_ends() -> None:
    seen = datetime(2026, 11, 22, 9, 30, 15, 900_000, UTC)
    assert option(first_seen=seen) == {
        "license": "free",
        "quality": "fhd",
        "playId": "a000000000000001",
        "availabilityStartTimeStamp": 1795339815000,
    }
    held = option(first_seen=seen, window=Window(NOON, NOON + timedelta(hours=1)))
    assert held["availabilityStartTimeStamp"] == 1795348800000
    assert held["availabilityEndTimeStamp"] == 1795348800000 + 3_600_000


def test_the_quality_is_that_of_the_rendition_the_channel_plays() -> None:
    films = (
        Video(f"{CDN}/1.mp4", "MP4", "UHD", duration=60),
        Video(f"{CDN}/2.mp4", "MP4", "SD", duration=60),
    )
    assert option(videos=films)["quality"] == "uhd"
    assert option(videos=(*films, Video(f"{CDN}/3.m3u8", "HLS", duration=60)))["quality"] == "hd"


@pytest.mark.parametrize(
    ("rating", "said"),
    [
        (None, ("USA_PR", "NR")),
        (Rating(), ("USA_PR", "NR")),
        (Rating("TV-PG", "USA_PR"), ("USA_PR", "NR")),
        (Rating("TVPG", "USA_PR"), ("USA_PR", "TVPG")),
        (Rating("Uc", "BBFC"), ("BBFC", "U")),
        (Rating("12A", "UK_CP"), ("BBFC", "12A")),
        (Rating("14+", "CPR"), ("CPR", "14+")),
    ],
)
def test_case_14_a_rating_is_told_as_search_spells_it(rating: Rating | None, said: tuple[str, str]) -> None:
    one = asset(rating=rating)["advisoryRatings"]
    assert [(r["source"], r["value"]) for r in one] == [said]


@pytest.mark.parametrize(
    ("channel", "said"),
    [("en-GB", "en-gb"), ("nb", "no"), ("pt-PT", "pt"), ("zh-Hant-TW", "zh"), ("fil", "en")],
)
def test_the_language_is_the_nearest_one_that_roku_lists(channel: str, said: str) -> None:
    body = write(of(story(1, language=""), language=channel)).body
    assert json.loads(body)["defaultLanguage"] == said
    assert b"languages" not in body


def test_another_language_is_told_of_title_descriptions_and_images_alike() -> None:
    one = asset(language="es_MX")
    told = [*one["titles"], *one["shortDescriptions"], *one["longDescriptions"], *one["images"]]
    assert [part["languages"] for part in told] == [["es-mx"]] * 5


def test_a_language_roku_does_not_list_is_told_as_the_channels_and_said() -> None:
    told = write(of(story(1, language="haw")))
    assert b"languages" not in told.body
    assert [(i.severity, i.code, i.where) for i in told.issues] == [
        ("warning", "language_unlisted", "a000000000000001")
    ]


def test_languages_countries_and_genres_are_those_of_the_schema() -> None:
    defs = _SCHEMA["$defs"]
    assert set(COUNTRIES) <= set(defs["countryStrict"]["enum"])
    for tag in defs["languageStrict"]["enum"]:
        head, _, region = tag.partition("-")
        known = json.loads(write(of(story(1), language=f"{head}-{region.upper()}" if region else head)).body)
        assert known["defaultLanguage"] == tag
    topics = ("crime", "education", "cinema", "nature", "religion", "sport", "technology", "gaming", "food")
    assert {g for topic in topics for g in asset(tags=(topic,))["genres"]} <= set(defs["genre"]["enum"])


def test_the_format() -> None:
    assert (FORMAT.name, FORMAT.path, FORMAT.limit, FORMAT.readers) == ("search", "search.json", None, ())
    assert FORMAT.media_type == "application/json; charset=utf-8"


# -- check -----------------------------------------------------------------------------------------


def test_a_good_feed_has_nothing_wrong() -> None:
    assert check(write(small()).body) == []


def test_a_feed_that_says_everything_of_every_asset_needs_no_defaults() -> None:
    def change(root: Any, *_: Any) -> None:
        del root["defaultLanguage"], root["defaultAvailabilityCountries"]
        for one in root["assets"]:
            for part in (*one["titles"], *one["shortDescriptions"], *one["longDescriptions"], *one["images"]):
                part["languages"] = ["en"]
            one["content"]["playOptions"][0]["availabilityInfo"] = {"country": ["us"]}

    assert found(change) == []


def test_a_page_of_several_is_a_whole_feed() -> None:
    assert found(lambda root, *_: root.update(nextPageUrl="https://tv.example.org/search-2.json")) == []


@pytest.mark.parametrize(
    ("start", "end", "codes"),
    [
        ("2026-11-22T12:00Z", "2026-11-22T12:00:00.5+00:00", set()),
        ("2026-11-22T12:00:00+01:00", "2026-11-22T11:00:00Z", {"window_order"}),
        ("2026-11-22 12:00", None, {"bad_availability"}),
        ("2026-13-22T12:00:00Z", None, {"bad_availability"}),
    ],
)
def test_availability_in_words(start: str, end: str | None, codes: set[str]) -> None:
    def change(_: Any, __: Any, option: Any) -> None:
        del option["availabilityStartTimeStamp"]
        option.update({"availabilityStartTime": start, **({"availabilityEndTime": end} if end else {})})

    assert {code for code, _ in found(change)} == codes


def test_what_is_sold_needs_a_price_and_what_is_free_has_none() -> None:
    where = "/assets/0/content/playOptions/0"
    assert found(lambda _, __, option: option.update(license="rental")) == [
        ("bad_price", f"{where}/price"),
        ("bad_price", f"{where}/currency"),
    ]
    paid = {"license": "rental", "price": 3.99, "currency": "usd"}
    assert found(lambda _, __, option: option.update(paid)) == []
    assert found(lambda _, __, option: option.update(price=3.99)) == [("bad_price", f"{where}/price")]


def test_a_series_with_its_season_and_episode_is_good() -> None:
    def change(root: Any, first: Any, _: Any) -> None:
        second = root["assets"][1]
        show = {k: v for k, v in first.items() if k not in ("content", "durationInSeconds")}
        info = {"seriesId": first["id"], "seasonNumber": 1}
        still = [image for image in second["images"] if image["type"] == "background"]
        episode = {**second, "type": "episode", "episodeInfo": {**info, "episodeNumber": 1}, "images": still}
        root["assets"] = [{**show, "type": "series"}, {"type": "season", "seasonInfo": info}, episode]

    assert found(change) == []


def test_the_year_will_do_for_a_date_and_milliseconds_for_seconds_and_a_gif_for_a_jpeg() -> None:
    def change(_: Any, first: Any, __: Any) -> None:
        del first["releaseDate"], first["durationInSeconds"]
        first.update(releaseYear=2026, durationInMilliseconds=64_400)
        first["images"][0]["url"] = "https://cdn.example.org/1.gif?v=2"

    assert found(change) == []


def test_what_only_the_roku_channel_may_send_is_told() -> None:
    media = {"videos": [{"url": "https://cdn.example.org/1.m3u8"}]}
    assert set(found(lambda _, first, __: first.update(content={"media": media}))) == {
        ("foreign_field", "/assets/0/content/media"),
        ("no_play_option", "/assets/0/content/playOptions"),
    }


def test_each_fault_is_told_once_and_nothing_else_for_it() -> None:
    assert found(lambda _, first, __: first.update(genres="news")) == [("no_genre", "/assets/0/genres")]
    assert found(lambda _, first, __: first["titles"][0].pop("value")) == [
        ("no_title", "/assets/0/titles/0/value")
    ]
    assert found(lambda root, *_: root.update(assets={})) == [("no_items", "/assets")]


NAMES = sorted({name for part in _SCHEMA["$defs"].values() for name in part.get("properties", ())})


@given(
    root=st.dictionaries(
        st.sampled_from(NAMES),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
            lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(NAMES), v, max_size=4),
        ),
    ),
    kind=st.sampled_from(
        ["shortForm", "movie", "episode", "season", "series", "liveStream", "externalIdOnly"]
    ),
)
def test_any_json_is_judged(root: dict[str, Any], kind: str) -> None:
    asset = {**root, "type": kind, "content": {**root, "playOptions": [root, {**root, "license": "rental"}]}}
    parts = {name: [root] for name in ("titles", "shortDescriptions", "longDescriptions", "images")}
    for value in (root, {"assets": [asset, root], "version": "1"}, {"assets": [{**asset, **parts}]}):
        issues: list[Issue] = check(json.dumps(value).encode())
        assert {issue.code for issue in issues} <= set(CODES)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"version": "1", "assets": []}', "search"),
        (b'\xef\xbb\xbf{"assets":[{"id":1}],"version":1', "search"),
        (b'{"assets": []}', ""),
        (b'{"providerName": "News", "version": "1", "assets": [], "shortFormVideos": []}', "roku"),
        (b"<rss/>", "roku_mrss"),
    ],
)
def test_a_search_feed_is_known_by_its_version_and_assets(body: bytes, name: str) -> None:
    found = recognise(body)
    assert (found.name if found else "") == name
