"""A Roku feed that exists already: every item an article, its mistakes mended and told."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Caption, Credit, ExternalId, Image, Rating, TrickPlay, Video, Window
from feedsvc.settings import SourceSettings
from feedsvc.sources import Pulled, roku
from feedsvc.sources.feed import Listing
from feedsvc.sources.rss import together
from tests.desk import Desk
from tests.loopback import tagged
from tests.made_media import jpeg, mp4
from tests.newsroom import Newsroom

SAMPLES = Path(__file__).parent / "data" / "sources" / "roku"
URL = "https://tv.example/roku.json"
FILM = "https://tv.example/v.mp4"


def read(root: object) -> Listing:
    return roku.read(json.dumps(root).encode(), URL)


def item(**fields: object) -> dict[str, object]:
    return {"id": "a1", "title": "T", "content": {"duration": 60, "videos": [{"url": FILM}]}, **fields}


def one(**fields: object) -> Article:
    (article,) = read({"movies": [item(**fields)]}).articles
    return article


def codes(**fields: object) -> list[str]:
    return [issue.code for issue in read({"movies": [item(**fields)]}).issues]


@pytest.mark.parametrize("sample", sorted(SAMPLES.iterdir()), ids=lambda path: path.stem)
def test_samples(sample: Path, golden: Callable[[str, bytes], None]) -> None:
    listing = roku.read(sample.read_bytes(), URL)
    golden(f"source-roku-{sample.stem}.json", msgspec.json.format(msgspec.json.encode(listing)) + b"\n")


def test_all_that_an_item_says() -> None:
    listing = roku.read((SAMPLES / "harbour.json").read_bytes(), URL)
    mill = next(article for article in listing.articles if article.guid == "mill-1961")
    assert mill == Article(
        guid="mill-1961",
        title="The Mill",
        summary="A mill and its millers.",
        body=("A mill, its millers, and the winter of 1961, told by those who were there.",),
        tags=("mill",),
        genres=("documentary", "history"),
        language="en-GB",
        authors=("Ada Moss",),
        published=datetime(1961, 3, 4, tzinfo=UTC),
        updated=datetime(2026, 11, 20, 7, tzinfo=UTC),
        images=(Image("https://tv.example/mill.jpg"),),
        videos=(
            Video("https://tv.example/mill.m3u8", quality="FHD", duration=5400, language="en-GB"),
            Video("https://tv.example/mill.mp4", quality="HD", bitrate=2500, duration=5400, language="en-GB"),
        ),
        captions=(Caption("https://tv.example/mill.vtt", "en", "CLOSED_CAPTION"),),
        trickplay=(TrickPlay("https://tv.example/mill.bif", "FHD"),),
        rating=Rating("TVPG", "USA_PR"),
        window=Window(datetime(2026, 11, 20, 7, tzinfo=UTC), datetime(2027, 11, 20, 7, tzinfo=UTC)),
        kind="movie",
        credits=(
            Credit("Ada Moss", "director", date(1920, 1, 1)),
            Credit("Otto Quay", "actor", date(1931, 1, 1)),
        ),
    )
    assert (listing.complete, listing.failed, listing.issues) == (True, False, ())


def test_episodes_are_articles_of_their_series_and_stand_in_its_row() -> None:
    listing = roku.read((SAMPLES / "harbour.json").read_bytes(), URL)
    found = {a.guid: (a.series, a.season, a.episode, a.section) for a in listing.articles if a.series}
    assert found == {
        "evening-1": ("Evening News", 2026, 325, ("Evening News",)),
        "evening-2": ("Evening News", 2026, 326, ("Nobody names me",)),
    }
    bare = {"series": [{"title": "S", "thumbnail": "/s.jpg", "genres": ["news"], "episodes": [item()]}]}
    (episode,) = read(bare).articles
    assert (episode.series, episode.season, episode.genres) == ("S", None, ("news",))
    assert episode.images == (Image("https://tv.example/s.jpg"),)


def test_what_else_an_item_may_say_is_kept() -> None:
    content = {"duration": 600, "videos": [{"url": FILM}], "adBreaks": ["00:00:00", "00:05:30", "late", "90"]}
    told = one(content=content, externalIds=[{"id": "tt1", "idType": "imdb"}, {"id": "", "idType": "TMS"}, 7])
    assert told.ad_breaks == (0.0, 330.0, 90.0)
    assert told.external_ids == (ExternalId("tt1", "IMDB"),)
    (person,) = one(credits=[{"name": "Ada", "role": "actor", "birthDate": "1920-13-01"}]).credits
    assert person == Credit("Ada", "actor")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("movies", "movie"), ("shortFormVideos", "short"), ("tvSpecials", "special"), ("liveFeeds", "live")],
)
def test_an_item_stays_in_its_list(name: str, kind: str) -> None:
    assert [article.kind for article in read({name: [item()]}).articles] == [kind]


def test_an_item_stands_in_the_row_that_names_it_and_other_rows_are_tags() -> None:
    listing = roku.read((SAMPLES / "harbour.json").read_bytes(), URL)
    ferry = next(article for article in listing.articles if article.guid == "ferry-1")
    assert (ferry.section, ferry.tags[:2]) == (("Harbour",), ("Storm watch", "Either"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"rating": {"rating": "TV14", "ratingSource": "USA_PR"}}, Rating("TV14", "USA_PR")),
        ({"rating": "PG", "ratingSource": "USA_PR"}, Rating("TVPG", "USA_PR")),
        ({"rating": {"rating": "G", "ratingSource": "USA_PR"}}, Rating("TVG", "USA_PR")),
        ({"rating": "TV-MA"}, Rating("TVMA", "USA_PR")),
        ({"rating": "PG-13"}, Rating("PG13", "MPAA")),
        ({"rating": {"rating": "14+", "ratingSource": "CPR"}}, Rating("14+", "CPR")),
        ({"rating": "not rated"}, Rating("UNRATED", "")),
        ({"rating": "18", "ratingSource": "FSK"}, Rating("18", "FSK")),
        ({"rating": "everybody"}, Rating("everybody", "")),
        ({"rating": None}, None),
        ({}, None),
    ],
)
def test_ratings(said: dict[str, object], meant: Rating | None) -> None:
    assert one(**said).rating == meant


def test_a_genre_is_the_nearest_of_roku_s_and_its_own_name_a_tag() -> None:
    told = one(genres=["Sport", "Sci-Fi", "Weather", "news"])
    assert (told.genres, told.tags) == (("sports", "science fiction", "news"), ("Sport", "Sci-Fi", "Weather"))


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("26-11-21 14:00:00-04:00", datetime(2026, 11, 21, 18, tzinfo=UTC)),
        ("1981-03-24", datetime(1981, 3, 24, tzinfo=UTC)),
        ("26-31-02", None),
        ("1961-02-31", None),
        (20261121, None),
    ],
)
def test_dates(said: object, when: datetime | None) -> None:
    assert one(releaseDate=said).published == when


def test_the_day_of_release_gets_its_minute_from_when_it_was_added() -> None:
    content = {"dateAdded": "2026-11-21T18:30:00+01:00", "videos": [{"url": FILM}]}
    assert one(releaseDate="2026-11-21", content=content).published == datetime(
        2026, 11, 21, 17, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"content": [{"videos": [{"url": FILM}]}]}, "roku_shape"),
        ({"content": {"videos": [FILM]}}, "roku_shape"),
        ({"content": {"videos": {"url": FILM}}}, "roku_shape"),
        ({"content": {"duration": "60", "videos": [{"url": FILM}]}}, "roku_shape"),
        ({"tags": "sea, storm"}, "roku_shape"),
        ({"rating": "TVG"}, "roku_rating"),
        ({"releaseDate": "soon"}, "roku_date"),
        ({"genres": ["News", "Weather"]}, "roku_genre"),
        ({"id": None, "guid": "a1"}, "roku_shape"),
        ({"content": {"videos": [{"url": "http://tv.example/v.mp4"}]}}, "roku_http"),
        ({"content": {"videos": [{"url": FILM}], "trickPlayFiles": [{"url": "/v.jpg"}]}}, "roku_trick_play"),
        ({"id": None}, "roku_no_id"),
    ],
)
def test_what_is_mended_is_told(fields: dict[str, object], code: str) -> None:
    assert codes(**fields) == [code]
    assert one(**fields).videos[0].url == FILM


def test_one_issue_a_mistake_with_the_first_place_and_how_often() -> None:
    (issue,) = read({"movies": [item(id=str(n), rating="TVG") for n in range(326)]}).issues
    assert (issue.where, issue.severity) == (f"{URL}#/movies/0", "info")
    assert "326" in issue.message
    assert issue.fix == 'Write it as {"rating": "TVPG", "ratingSource": "USA_PR"}.'


def test_the_first_of_two_items_with_one_id_keeps_it() -> None:
    other = {"videos": [{"url": "https://tv.example/w.mp4"}]}
    listing = read({"movies": [item(), item(title="Again"), item(title="Other", content=other)]})
    assert [(a.guid, a.title) for a in listing.articles] == [
        ("a1", "T"),
        ("https://tv.example/w.mp4", "Other"),
    ]
    (issue,) = listing.issues
    assert (issue.code, issue.where) == ("roku_repeated", f"{URL}#/movies/1")


@pytest.mark.parametrize("nonsense", [None, True, [], {}, 17, "", "x", 1e308, [None], [[1]], {"x": None}])
@pytest.mark.parametrize(
    "name", ["id", "title", "content", "tags", "genres", "rating", "releaseDate", "credits", "thumbnail"]
)
def test_nonsense_in_one_field_costs_no_other(name: str, nonsense: object) -> None:
    listing = read({"movies": [{**item(), name: nonsense}, item(id="b2")]})
    assert "b2" in [article.guid for article in listing.articles]


@pytest.mark.parametrize("wrapped", [[{"movies": [item()]}], {"record": {"movies": [item()]}}])
def test_case_8_a_feed_in_something_else(wrapped: object) -> None:
    listing = read(wrapped)
    assert [a.guid for a in listing.articles] == ["a1"]
    assert [i.code for i in listing.issues] == ["roku_wrapped"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "source_empty"),
        (b"<html><body>Sorry</body></html>", "source_not_a_feed"),
        (b"not found", "roku_not_a_feed"),
        (b"{}", "roku_not_a_feed"),
        (b"[]", "roku_not_a_feed"),
        (b'{"assets": [{"id": "1"}]}', "roku_not_a_feed"),
        (b'{"movies": []}', "roku_not_a_feed"),
        (b'{"movies": null}', "roku_not_a_feed"),
        (b"[" * 100_000, "roku_not_a_feed"),
    ],
)
def test_what_is_no_feed(body: bytes, code: str) -> None:
    listing = roku.read(body, URL)
    assert (listing.failed, listing.complete, listing.articles) == (True, False, ())
    (issue,) = listing.issues
    assert (issue.code, issue.severity) == (code, "error")
    assert issue.fix


def test_mrss_is_mended_too() -> None:
    body = (
        (SAMPLES / "quay.xml")
        .read_bytes()
        .replace(b"https://tv.example/tram.mp4", b"http://tv.example/tram.mp4")
    )
    listing = roku.read(body, URL)
    assert [a.videos[0].url for a in listing.articles] == [
        "https://tv.example/ferry.m3u8",
        "https://tv.example/tram.mp4",
    ]
    assert [(i.code, i.where) for i in listing.issues] == [("roku_http", f"{URL}#tram-1")]


def test_a_warning_in_html_before_the_json_is_passed_over() -> None:
    body = (
        b"<br />\n<b>Warning</b>: undefined in <b>/feed.php</b>\n" + json.dumps({"movies": [item()]}).encode()
    )
    listing = roku.read(body, URL)
    assert [a.guid for a in listing.articles] == ["a1"]
    assert [i.code for i in listing.issues] == ["roku_broken_json"]


def test_media_in_a_namespace_nobody_knows_is_told_by_its_prefix() -> None:
    (article,) = roku.read(
        b'<rss xmlns:media="http://www.rssboard.org/media-rss"><channel><item><title>One</title><guid>1</guid>'
        b'<media:content url="https://tv.example/1.mp4" type="video/mp4"/></item></channel></rss>', URL
    ).articles  # fmt: skip
    assert [video.url for video in article.videos] == ["https://tv.example/1.mp4"]


def test_two_rows_may_show_one_playlist() -> None:
    rows = [{"name": name, "playlistName": "P"} for name in ("One", "Two")]
    root = {"movies": [item()], "categories": rows, "playlists": [{"name": "P", "itemIds": ["a1"]}]}
    (article,) = read(root).articles
    assert (article.section, article.tags) == (("One",), ("Two",))


def test_a_feed_that_breaks_off_is_not_complete() -> None:
    whole = json.dumps({"movies": [item(id=str(n)) for n in range(3)]})
    listing = roku.read(whole[:-30].encode(), URL)
    assert [a.guid for a in listing.articles] == ["0", "1"]
    assert (listing.complete, [i.code for i in listing.issues]) == (False, ["roku_broken_json"])
    xml = (SAMPLES / "quay.xml").read_bytes()
    assert roku.read(xml, URL).complete
    assert not roku.read(xml[:-30], URL).complete


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1:14", FILM]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["url", "x"]), inside),
    max_leaves=5,
)
NAMES = (
    "id", "title", "content", "videos", "episodes", "seasons", "seasonNumber", "episodeNumber", "tags",
    "genres", "rating", "ratingSource", "credits", "captions", "trickPlayFiles", "releaseDate", "dateAdded",
    "duration", "validityPeriodEnd", "thumbnail", "name", "query", "playlistName", "itemIds", "quality",
    "bitrate", "url",
)  # fmt: skip
OBJECTS = st.recursive(
    st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=6),
    lambda inside: st.dictionaries(st.sampled_from(NAMES), st.lists(inside, max_size=2) | inside, max_size=4),
    max_leaves=8,
)
ROOTS = st.dictionaries(
    st.sampled_from(["movies", "series", "liveFeeds", "categories", "playlists", "language"]),
    st.lists(OBJECTS | JUNK, max_size=4) | JUNK,
)


@given(ROOTS)
def test_any_feed_is_read(root: dict[str, Any]) -> None:
    listing = read(root)
    guids = [article.guid for article in listing.articles]
    assert all(guids)
    assert len(set(guids)) == len(guids)
    assert listing.articles or listing.failed
    assert msgspec.json.encode(listing)


def test_a_feed_moves_here_and_goes_on_air_mended(desk: Desk, newsroom: Newsroom) -> None:
    """An item keeps its place when the feed is published again, and leaves the air with it."""
    site = newsroom.site
    site.routes |= {"/v.mp4": mp4(), "/w.mp4": mp4(seconds=3), "/t.jpg": jpeg()}

    def publishes(*ids: str) -> None:
        films = {"a": "/v.mp4", "b": "/w.mp4"}
        items = [
            {
                "id": id_,
                "title": f"Film {id_}",
                "shortDescription": f"What is seen in {id_}.",
                "thumbnail": site.url("/t.jpg"),
                "releaseDate": "2026-11-21",
                "rating": "TVG",
                "content": {"duration": "4", "videos": [{"url": site.url(films[id_])}]},
            }
            for id_ in ids
        ]
        site.routes["/roku.json"] = tagged(json.dumps({"movies": items}).encode(), f'"{ids}"')

    source = SourceSettings(kind="roku", url=site.url("/roku.json"))
    channel = newsroom.channel(source=(source,), max_drop=1.0)
    publishes("a", "b")
    report = desk.refresh(channel)
    assert (report.on_air, report.left_out) == (2, ())
    assert {"roku_shape", "roku_rating"} <= {issue.code for issue in report.issues}
    assert b"TVG" in desk.body()
    before = {item["title"]: item["id"] for item in json.loads(desk.body())["shortFormVideos"]}
    publishes("b")
    later = desk.refresh(channel)
    assert (later.withdrawn, later.on_air) == (1, 1)
    assert [item["id"] for item in json.loads(desk.body())["shortFormVideos"]] == [before["Film b"]]


def test_only_the_newest_are_taken_and_it_is_said() -> None:
    listing = read({"movies": [item(id=f"i{n}", releaseDate=f"2026-11-{n:02}") for n in range(1, 10)]})
    pulled: Pulled = together([listing], URL, 3)
    assert [a.guid for a in pulled.articles] == ["i7", "i8", "i9"]
    assert (pulled.complete, set(pulled.kept)) == (True, {f"i{n}" for n in range(1, 7)})
    assert [issue.code for issue in pulled.issues] == ["source_limit"]
