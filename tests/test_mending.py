"""Mended feeds: whatever was wrong, both readers show every item that has a video."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import FORMATS
from feeds.mending import CODES, Mended, Told, mend
from feeds.mending.mended import ROOM
from feeds.readers import READERS, Screen, Tile
from feeds.values import listed
from tests.feeds_strategies import NASTY, newsroom, small
from tests.make_invalid import FAULTS, good
from tests.tv_feeds import clip, entry, feed, mrss, series, tagged

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def mended(value: object, name: str = "roku", **told: Any) -> Mended:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return mend(body, name, Told(NOW, **told))


def root(value: object, **told: Any) -> Any:
    (body,) = mended(value, **told).bodies
    return json.loads(body)


def first(value: object, **told: Any) -> Any:
    return next(v for k, v in root(value, **told).items() if isinstance(v, list))[0]


def codes(found: Mended) -> list[str]:
    return [issue.code for issue in found.issues]


def plays(tiles: tuple[Tile, ...]) -> Iterator[str]:
    for tile in tiles:
        yield from plays(tile.episodes)
        yield from [tile.plays] if tile.plays else []


def shown(screen: Screen) -> set[str]:
    assert not screen.crash, screen.crash
    return {url for row in screen.rows for url in plays(row.tiles)}


def both_show(found: Mended, videos: set[str], path: str = "roku.json") -> None:
    for read in READERS.values():
        assert set().union(*(shown(read(body, path)) for body in found.bodies)) == videos


# -- what works stays ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [small(), newsroom()], ids=["small", "newsroom"])
@pytest.mark.parametrize("name", ["roku", "search"])
def test_a_good_feed_keeps_every_value(name: str, value: Any) -> None:
    body = FORMATS[name].write(value).body.replace(b" <sic>", b"")
    found = mended(body, name)
    assert found.issues == ()
    assert json.loads(found.bodies[0]) == json.loads(body)


def test_a_good_roku_mrss_feed_is_not_said_to_be_mended() -> None:
    written = FORMATS["roku_mrss"].write(small())
    assert mended(written.body, "roku_mrss").issues == ()


@pytest.mark.parametrize(("name", "code"), [(n, c) for n, faults in FAULTS.items() for c in faults])
def test_a_feed_with_any_fault_is_mended_and_then_left_alone(name: str, code: str) -> None:
    target = FORMATS["roku_mrss" if name.startswith("mrss") else name]
    found = mend(FAULTS[name][code](good(name)), name, Told(NOW))
    assert set(codes(found)) <= set(CODES)
    for body in found.bodies:
        assert mend(body, target.name, Told(NOW)).bodies == (body,)
        for reader in target.readers:
            assert shown(READERS[reader](body, target.path))


# What only a person, or a look at the media, can put right.
NOT_MENDED = {
    "bad_number",
    *("empty", "not_xml", "no_items", "not_rss"),  # nothing there, or cut in half
    *("not_https", "loopback_http", "expiring_url", "thumbnail_format", "bad_thumbnail", "bad_duration"),
    *("window_order", "window_expired", "bad_start", "thumbnail_size"),
    *("video_page", "bad_schedule", "no_long_description", "same_descriptions", "no_bitrate"),
}


@pytest.mark.parametrize("code", sorted(set(FAULTS["roku"]) - NOT_MENDED))
def test_a_mended_roku_feed_has_no_error(code: str) -> None:
    for body in mend(FAULTS["roku"][code](FORMATS["roku"].write(small()).body), "roku", Told(NOW)).bodies:
        assert [i for i in FORMATS["roku"].check(body) if i.severity == "error"] == []


@pytest.mark.parametrize("name", ["roku_mrss", "mrss"])
@pytest.mark.parametrize("code", sorted({*FAULTS["roku_mrss"], *FAULTS["mrss"]} - NOT_MENDED))
def test_a_mended_mrss_feed_has_no_error(name: str, code: str) -> None:
    if code not in FAULTS[name]:
        return
    for body in mend(FAULTS[name][code](good(name)), name, Told(NOW)).bodies:
        assert [i for i in FORMATS["roku_mrss"].check(body) if i.severity == "error"] == []


# -- documents -------------------------------------------------------------------------------------

GOOD = json.dumps(feed(clip("a1")))


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        b"\n\n" + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        f"Notice: undefined variable in feed.php\n{GOOD}".encode(),
        f"var feed = {GOOD};".encode(),
        f"[{GOOD}]".encode(),
        f'{{"record":{GOOD},"metadata":{{}}}}'.encode(),
        (GOOD[:-1] + ",}").encode(),
        f"// our feed\n{GOOD}".encode(),
        GOOD.replace("Short a1", "Short\ta1").encode(),
        GOOD.replace('"duration": 60', "duration: 60").encode(),
        GOOD.replace('"duration": 60', '"duration": NaN').encode(),
        GOOD.replace("}, {", "} {").encode(),
        GOOD.replace("Title a1", "Title \\ud83d a1").encode(),
        GOOD.replace("Title a1", "Caf\u00e9").encode("latin-1"),
    ],
)
def test_a_document_that_is_almost_json_is_read(body: bytes) -> None:
    both_show(mended(body), {"http://tv/a1.mp4"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"<html>",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 5000,
        b"{",
        gzip.compress(b"{}", mtime=0),
        b"x" * 9**7,
        *(b"<rss>" + mark * 40_000 for mark in (b"<!--", b"<![CDATA[", b"<!DOCTYPE [", b"<?xml ", b"</a>")),
    ],
)
@pytest.mark.parametrize("name", FORMATS)
def test_what_cannot_be_read_is_said(name: str, body: bytes) -> None:
    found = mended(body, name)
    assert found.bodies == ()
    assert "not_mended" in codes(found)


XML = mrss(entry("a1")).decode()


@pytest.mark.parametrize(
    "text",
    [
        "\n" + XML,
        "\ufeff" + XML,
        "Warning: date()\n" + XML,
        XML.replace("Title a1", "Tom & Jerry"),
        XML.replace("Title a1", "Caf&eacute;&nbsp;1"),
        XML.replace("Title a1", "<b>Title</b><br>one"),
        XML.replace("Title a1", "Title\x07"),
        XML.replace(' xmlns:media="http://search.yahoo.com/mrss/"', ""),
        XML.replace("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss"),
        XML.replace("media:", "m:").replace("xmlns:media", "xmlns:m"),
        XML.replace("</channel></rss>", ""),
        XML.replace("><", ">\n  <"),
        XML.replace("UTF-8", "utf-16"),
        '<!DOCTYPE rss [<!ENTITY a "b">]>' + XML.partition("?>")[2],
    ],
)
def test_a_document_that_is_almost_rss_is_read(text: str) -> None:
    both_show(mended(text.encode(), "roku_mrss"), {"http://tv/a1.mp4"}, "roku.xml")


def test_a_character_that_no_document_can_carry_is_left_out() -> None:
    body = XML.replace("Title a1", "Ti&#xD800;tle&#11; &#x1F600;&nbsp;<br>&#9999999;").encode()
    found = mended(body, "roku_mrss")
    (row, *_) = READERS["wizard"](found.bodies[0], "roku.xml").rows
    assert row.tiles[0].title == "Title 😀"


@pytest.mark.parametrize(
    ("fault", "instead"),
    [
        ("<title>Title a1", "Title a1"),
        ("Title a1</title>", "Title a1"),
        ("</guid>", ""),
        ('<guid isPermaLink="false">', ""),
        ('<rss version="2.0"', '<rss version=2.0"'),
        ("<rss ", "<rss & "),
        ("Title a1</title>", "Title a1</titel>"),
        ("<item>", "<item><item>"),
        ("</item>", ""),
    ],
)
def test_a_tag_that_is_wrong_costs_no_item(fault: str, instead: str) -> None:
    body = mrss(entry("a1"), entry("a2")).decode().replace(fault, instead, 1)
    both_show(mended(body.encode(), "roku_mrss"), {"http://tv/a1.mp4", "http://tv/a2.mp4"}, "roku.xml")


def test_a_namespace_nobody_knows_is_named_as_readers_do_by_its_prefix() -> None:
    body = XML.replace("http://search.yahoo.com/mrss/", "http://www.rssboard.org/media-rss").encode()
    both_show(mended(body, "roku_mrss"), {"http://tv/a1.mp4"}, "roku.xml")


def test_an_atom_feed_becomes_rss() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
      <title>Harbour</title><updated>2026-11-20T07:00:00Z</updated>
      <entry><id>1</id><title>One</title><category term="sea"/><published>2026-11-19T07:00:00Z</published>
        <media:group><media:content url="http://tv/1.mp4"/><media:thumbnail url="http://tv/1.jpg"/></media:group>
      </entry>
      <entry><id>2</id><title>Two</title><updated>2026-11-18T07:00:00Z</updated>
        <link rel="alternate" href="http://tv/2"/><link rel="enclosure" type="video/mp4" href="http://tv/2.mp4"/>
      </entry></feed>"""
    found = mended(body, "mrss")
    both_show(found, {"http://tv/1.mp4", "http://tv/2.mp4"}, "roku.xml")
    assert b"<pubDate>2026-11-18T07:00:00Z</pubDate>" in found.bodies[0]
    assert b"<media:category>sea</media:category>" in found.bodies[0]


@pytest.mark.parametrize(
    "media",
    [
        "<link>http://tv/a1.mp4</link>",
        '<guid isPermaLink="true">http://tv/a1.mp4</guid>',
        "<enclosure>http://tv/a1.mp4</enclosure>",
        "<media:content>http://tv/a1.mp4</media:content>",
        '<media:content URL="http://tv/a1.mp4"/>',
        '<media:content href="http://tv/a1.mp4"/>',
        '<media:player url="http://tv/a1.mp4"/>',
        '<extra><enclosure url="http://tv/a1.mp4"/></extra>',
        '<content:encoded><![CDATA[<video controls src="http://tv/a1.mp4"></video>]]></content:encoded>',
        "<description>&lt;video>&lt;source src='http://tv/a1.mp4' />&lt;/video></description>",
        '<media:content url="http://tv/a1.mp4"/><media:content url="https://www.youtube.com/v/abc"/>',
        '<media:content url="a1.mp4"/>',
    ],
)
def test_the_video_of_an_mrss_item_is_found_wherever_it_stands(media: str) -> None:
    body = f"<rss><channel><link>http://tv/</link><item><title>One</title>{media}</item></channel></rss>"
    both_show(mended(body.encode(), "mrss"), {"http://tv/a1.mp4"}, "roku.xml")


def test_a_link_to_a_page_or_a_sound_is_no_video() -> None:
    rest = '<link>http://tv/a1</link><guid>http://tv/1.htm</guid><enclosure url="http://tv/1.mp3"/>'
    body = f"<rss><channel><item><title>One</title>{rest}</item></channel></rss>".encode()
    assert codes(mended(body, "mrss")) == ["left_out_no_video", "nothing_left"]


@pytest.mark.parametrize(
    "picture",
    [
        '<media:content url="http://tv/a1.png" medium="image"/>',
        '<media:group><media:content url="http://tv/a1.png" type="image/png"/></media:group>',
        "<media:thumbnail>http://tv/a1.png</media:thumbnail>",
        "<image>http://tv/a1.png</image>",
        '<media:content url="https://s.gravatar.com/1" medium="image"/><itunes:image href="http://tv/a1.png"/>',
        '<description><![CDATA[<p><img class="x" src="http://tv/a1.png"> One</p>]]></description>',
    ],
)
def test_the_picture_of_an_mrss_item_is_found_wherever_it_stands(picture: str) -> None:
    channel = '<media:thumbnail url="http://tv/channel.jpg"/>'
    item = f'<item><title>One</title><media:content url="http://tv/a1.mp4"/>{picture}</item>'
    bare = '<item><title>Two</title><media:content url="http://tv/a2.mp4"/></item>'
    found = mended(f"<rss><channel>{channel}{item}{bare}</channel></rss>".encode(), "mrss")
    (row, *_) = READERS["template"](found.bodies[0], "roku.xml").rows
    assert [tile.picture for tile in row.tiles] == ["http://tv/a1.png", "http://tv/channel.jpg"]


def test_an_item_stands_in_twenty_rows_at_most() -> None:
    many = "".join(f"<media:category>c{n}</media:category>" for n in range(5000))
    body = mrss(entry("a1", category=many))
    assert len(READERS["wizard"](body, "roku.xml").rows) == 5001
    assert len(READERS["wizard"](mended(body, "roku_mrss").bodies[0], "roku.xml").rows) == 21


# -- items -----------------------------------------------------------------------------------------


def test_an_item_without_a_video_is_left_out_and_named() -> None:
    found = mended(feed(clip("a1"), clip("a2", content={"videos": []}), clip("a3", content=None)))
    both_show(found, {"http://tv/a1.mp4"})
    assert [i.where for i in found.issues if i.code == "left_out_no_video"] == [
        "/shortFormVideos/1",
        "/shortFormVideos/2",
    ]


@pytest.mark.parametrize("name", ["-dQw4w9WgXc", "dQw4w9WgXc-", "-"])
def test_an_id_with_a_hyphen_at_an_end_is_new(name: str) -> None:
    both_show(mended(feed(clip(name), clip("a2"))), {f"http://tv/{name}.mp4", "http://tv/a2.mp4"})


def test_ids_that_work_are_kept_and_others_are_new_and_followed_by_the_playlists() -> None:
    items = [clip("a-1"), clip("a-1-b"), clip("a(2)"), clip("x" * 60), clip("A-1"), clip("dup"), clip("dup")]
    value = feed(*items, {**clip(""), "id": 7}, {k: v for k, v in clip("n").items() if k != "id"})
    value["playlists"][0]["itemIds"] = ["a-1", "a(2)", "a-1-b", 7, "dup", "gone"]
    found = root(value)
    ids = [item["id"] for item in found["shortFormVideos"]]
    assert ids[:3] == ["a-1", "a_1_b", "a_2"]
    assert ids[5] == "dup"
    assert ids[7] == "7"
    assert len({i.lower() for i in ids}) == len(ids)
    assert found["playlists"][0]["itemIds"] == ["a-1", "a_2", "a_1_b", "7", "dup"]
    both_show(
        mended(value),
        {item["content"]["videos"][0]["url"] for item in items} | {"http://tv/.mp4", "http://tv/n.mp4"},
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("PG", {"rating": "PG", "ratingSource": "MPAA"}),
        ("TV-PG", {"rating": "TVPG", "ratingSource": "USA_PR"}),
        ("pg-13", {"rating": "PG13", "ratingSource": "MPAA"}),
        ({"rating": "G", "ratingSource": "USA_PR"}, {"rating": "TVG", "ratingSource": "USA_PR"}),
        ({"rating": "12A", "ratingSource": "BBFC"}, {"rating": "12A", "ratingSource": "BBFC"}),
        ("everybody", {"rating": "UNRATED"}),
        (None, {"rating": "UNRATED"}),
        ([], {"rating": "UNRATED"}),
    ],
)
def test_ratings(given: object, told: object) -> None:
    assert first(feed({**clip("a1"), "rating": given}))["rating"] == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("News", ["news"]), (["Sport", "Sci-Fi"], ["sports", "science fiction"]), ([], ["special"]),
        (None, ["special"]),
        ("Faith, Kids", ["faith", "children"]), (["cars"], ["special"]), ({"name": "x"}, ["special"]),
        (7, ["special"]),
    ],
)  # fmt: skip
def test_genres(given: object, told: list[str]) -> None:
    assert first(feed({**clip("a1"), "genres": given}))["genres"] == told


@pytest.mark.parametrize(
    ("given", "told"),
    [(63, 63), ("63", 63), (63.9, 63), ("1:03", 63), ("01:01:03", 3663), ("PT1M3S", 63), ("63 sec", 63),
     ("63.5", 63)],
)  # fmt: skip
def test_durations(given: object, told: int) -> None:
    content = {**clip("a1")["content"], "duration": given}
    assert first(feed(clip("a1", content=content)))["content"]["duration"] == told


@pytest.mark.parametrize("given", ["", 0, None, "long", -5, [], True])
def test_a_length_nobody_knows_is_left_out_unless_the_video_was_looked_at(given: object) -> None:
    content = {**clip("a1")["content"], "duration": given}
    assert "duration" not in first(feed(clip("a1", content=content)))["content"]
    known = first(feed(clip("a1", content=content)), lengths={"http://tv/a1.mp4": 42})
    assert known["content"]["duration"] == 42


def test_dates_are_read_as_they_are_written() -> None:
    def moment(written: str) -> datetime | None:
        return datetime(2024, 2, 1, 8, tzinfo=UTC) if written == "February 1st" else None

    content = {**clip("a1")["content"], "dateAdded": "February 1st"}
    item = first(feed(clip("a1", content=content, releaseDate="February 1st")), moment=moment)
    assert item["releaseDate"] == "2024-02-01"
    assert item["content"]["dateAdded"] == "2024-02-01T08:00:00+00:00"
    assert first(feed(clip("a1", releaseDate="2024-02-01T23:00:00-05:00")))["releaseDate"] == "2024-02-01"
    assert first(feed(clip("a1", releaseDate="soon")))["releaseDate"] == "2026-11-28"
    assert first(feed(clip("a1", releaseDate="22-08-02")))["releaseDate"] == "2022-08-02"


def test_texts_are_plain_and_fit() -> None:
    item = first(
        feed(
            clip(
                "a1",
                title="Fish &amp; <b>chips</b>",
                shortDescription="<p>" + "word " * 90,
                longDescription=None,
            )
        )
    )
    assert item["title"] == "Fish & chips"
    assert len(item["shortDescription"]) <= 200 < len(item["longDescription"])
    bare = first(feed(clip("a1", shortDescription=None, longDescription=None)))
    assert bare["shortDescription"] == bare["title"] == "Title a1"


@pytest.mark.parametrize(
    "item",
    [
        {**clip("a1"), "content": [clip("a1")["content"]]},
        {**clip("a1", content=None), **clip("a1")["content"]},
        {**clip("a1", content=None), "url": "http://tv/a1.mp4"},
        {**clip("a1"), "content": {"videos": {"url": "http://tv/a1.mp4"}}},
        {**clip("a1"), "content": {"videos": "http://tv/a1.mp4"}},
        {**clip("a1"), "content": {"videos": [{}, {"url": " http://tv/a1.mp4 "}]}},
        {**clip("a1"), "Content": clip("a1")["content"], "content": None},
    ],
)
def test_a_video_is_found_wherever_it_stands(item: dict[str, Any]) -> None:
    both_show(mended(feed(item)), {"http://tv/a1.mp4"})


def test_videos_are_told_as_readers_take_them() -> None:
    videos = [
        {"url": "https://tv/1/master.m3u8", "quality": "1080p", "videoType": "m3u8", "bitrate": "2500 kbps"}
    ]
    content = {**clip("a1")["content"], "videos": videos}
    (told,) = first(feed(clip("a1", content=content)))["content"]["videos"]
    assert told == {"url": "https://tv/1/master.m3u8", "quality": "FHD", "videoType": "HLS", "bitrate": 2500}


def test_an_address_is_completed_from_the_feeds_own() -> None:
    content = {**clip("a1")["content"], "videos": [{"url": "films/1.mp4"}]}
    item = first(
        feed(clip("a1", content=content, thumbnail="/1.jpg")), base="https://tv.example.org/feeds/roku.json"
    )
    assert item["content"]["videos"][0]["url"] == "https://tv.example.org/feeds/films/1.mp4"
    assert item["thumbnail"] == "https://tv.example.org/1.jpg"


def test_a_new_picture_takes_the_place_of_the_old_one_or_of_none() -> None:
    pictures = {"http://tv/a1.jpg": "https://tv/new.jpg", "http://tv/a2.mp4": "https://tv/frame.jpg"}
    found = root(feed(clip("a1"), clip("a2", thumbnail=None)), pictures=pictures)
    assert [item["thumbnail"] for item in found["shortFormVideos"]] == [
        "https://tv/new.jpg",
        "https://tv/frame.jpg",
    ]


def test_items_in_lists_no_reader_knows_move_to_one_it_does() -> None:
    long = clip("a2", content={**clip("a2")["content"], "duration": 3600})
    found = root({"videos": [clip("a1")], "clips": [long], "Movies": [clip("a3")], "series": [clip("a4")]})
    assert {
        name: [i["id"] for i in part]
        for name, part in found.items()
        if name in ("movies", "tvSpecials", "series")
    } == {
        "movies": ["a3"],
        "tvSpecials": ["a2"],
    }
    assert {i["id"] for i in found["shortFormVideos"]} == {"a1", "a4"}
    several = {"Comedy": [clip(f"a{n}", tags=None) for n in range(3)]}
    assert [(c["name"], c["query"]) for c in root(several)["categories"]] == [("Comedy", "Comedy")]


def test_episodes_are_mended_like_items() -> None:
    value = feed(shortFormVideos=None, series=[series(tags=None)])
    episodes = value["series"][0]["seasons"][0]["episodes"]
    episodes[0].update(content=[episodes[0]["content"]], id="s1", thumbnail=None, episodeNumber="4")
    episodes.append(clip("e3", content={}))
    found = mended(value)
    both_show(found, {"http://tv/e1.mp4", "http://tv/e2.mp4"})
    told = root(value)["series"][0]["seasons"][0]["episodes"]
    assert [e["episodeNumber"] for e in told] == [4, 2]
    assert told[0]["thumbnail"] == "http://tv/s1.jpg"
    assert "left_out_no_video" not in codes(found)
    assert mended(feed(clip("a1"), series=[{**series(), "seasons": []}])).bodies


def test_captions_ad_breaks_and_credits_are_completed_or_left_out() -> None:
    content = {
        **clip("a1")["content"],
        "captions": [{"url": "https://tv/1.srt", "Language": "es"}, {"url": ""}, "x"],
        "adBreaks": ["00:00:40", 10, "00:05:00", "soon"],
        "trickPlayFiles": [{"url": "https://tv/1.bif"}, {"url": "https://tv/1.jpg"}],
    }  # fmt: skip
    people = [{"name": "Ada"}, {"name": "Otto", "role": "Actor", "birthDate": "1931-01-01"}]
    item = first(feed(clip("a1", content=content, credits=people, externalIds="tt1")))
    assert item["content"]["captions"] == [
        {"url": "https://tv/1.srt", "language": "es", "captionType": "SUBTITLE"}
    ]
    assert item["content"]["adBreaks"] == ["00:00:10", "00:00:40"]
    assert item["content"]["trickPlayFiles"] == [{"url": "https://tv/1.bif", "quality": "HD"}]
    assert item["credits"] == [{"name": "Otto", "role": "actor", "birthDate": "1931-01-01"}]
    assert item["externalIds"] == []


# -- rows ------------------------------------------------------------------------------------------


def rows(value: object) -> dict[str, list[str]]:
    (body,) = mended(value).bodies
    screen = READERS["wizard"](body, "roku.json")
    return {row.title: [tile.id for tile in row.tiles] for row in screen.rows}


def test_an_item_no_row_shows_goes_to_latest() -> None:
    value = tagged(clip("a1"), clip("a2", tags=["arts"]))
    assert rows(value) == {"World": ["a1"], "Playlist: Latest": ["a2"]}


def test_a_feed_without_categories_gets_rows_of_its_playlists_or_its_tags() -> None:
    assert rows(feed(clip("a1"), clip("a2"), categories=None)) == {"Playlist: world": ["a1", "a2"]}
    many = [clip(f"a{n}", tags=["harbour"] if n % 2 else ["Town_hall"]) for n in range(1, 7)]
    found = rows(feed(*many, clip("b1", tags=["alone"]), categories=None, playlists=None))
    assert {name: sorted(ids) for name, ids in found.items()} == {
        "Harbour": ["a1", "a3", "a5"],
        "Town hall": ["a2", "a4", "a6"],
        "Playlist: Latest": ["b1"],
    }


def test_references_that_lead_nowhere_are_dropped() -> None:
    value = feed(clip("a1"))
    value["playlists"] += [{"name": "empty", "itemIds": []}, {"name": "unused", "itemIds": ["a1"]}, "x"]
    value["categories"] += [
        {"name": "Gone", "playlistName": "nowhere", "order": "manual"},
        {"name": "None", "query": "none", "order": "most_recent"},
        {"name": "Empty", "playlistName": "empty", "order": "manual"}, None,
    ]  # fmt: skip
    found = root(value)
    assert [c["name"] for c in found["categories"]] == ["World"]
    assert [p["name"] for p in found["playlists"]] == ["world"]


def test_a_query_is_put_as_both_readers_understand_it() -> None:
    items = [
        clip("a1", tags=["arts and culture"]),
        clip("a2", tags=["news", "harbour"]),
        clip("a3", tags=["sea"]),
    ]
    asks = ["arts and culture", "news AND harbour OR sea"]
    value = feed(
        *items, playlists=None, categories=[{"name": q, "query": q, "order": "newest"} for q in asks]
    )
    found = root(value)
    assert found["categories"][0]["query"] == "arts_and_culture"
    assert found["shortFormVideos"][0]["tags"] == ["arts_and_culture"]
    assert [sorted(ids) for ids in rows(value).values()] == [["a1"], ["a2", "a3"]]


def test_rows_of_one_name_get_two() -> None:
    value = feed(clip("a1"), clip("a2"))
    value["categories"] *= 2
    assert [c["name"] for c in root(value)["categories"]] == ["World", "World 2"]


def test_a_playlist_names_the_series_not_its_episode() -> None:
    value = feed(clip("a1"), series=[series()])
    value["playlists"][0]["itemIds"] = ["a1", "e2"]
    assert root(value)["playlists"][0]["itemIds"] == ["a1", "s1"]


# -- what stands in rows, by name, in several feeds ------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"shortFormVideos": {"one": clip("a1"), "two": clip("a2")}},
        {"shortFormVideos": [[clip("a1")], [clip("a2")]]},
        [{"movies": [clip("a1")]}, {"movies": [clip("a2")]}],
        {"rows": [{"title": "One", "items": [clip("a1")]}, {"title": "Two", "items": [clip("a2")]}]},
        {"categories": [{"name": "One", "videos": [clip("a1")]}], "movies": [clip("a2")]},
        {"categories": [{"videos": [{"title": n, "url": f"http://tv/{n}.mp4"} for n in ("a1", "a2")]}]},
        {"playlists": [{"name": "One", "items": [clip("a1")]}], "movies": [clip("a2")]},
        {"series": [{"seasons": {"1": {"episodes": [clip("a1")]}, "2": {"episodes": [clip("a2")]}}}]},
        {"series": [{"title": "S", "seasons": [[clip("a1")], [clip("a2")]]}]},
        {"series": [{"title": "S", "episodes": {"one": clip("a1"), "two": clip("a2")}}]},
        {"clips": [{"title": "A", "mp4": "http://tv/a1.mp4"}, {"title": "B", "file": "http://tv/a2.mp4"}]},
        {"videos": [{"title": n, "sources": [{"file": f"http://tv/{n}.mp4"}]} for n in ("a1", "a2")]},
    ],
)  # fmt: skip
def test_items_are_found_in_whatever_holds_them(value: object) -> None:
    both_show(mended(value), {"http://tv/a1.mp4", "http://tv/a2.mp4"})


def test_a_list_that_is_given_twice_is_one_list() -> None:
    one, two = (json.dumps([clip(name)]) for name in ("a1", "a2"))
    both_show(
        mended(f'{{"movies": {one}, "movies": {two}}}'.encode()), {"http://tv/a1.mp4", "http://tv/a2.mp4"}
    )


def test_a_json_text_in_a_json_text_is_read() -> None:
    both_show(mended(json.dumps(json.dumps(feed(clip("a1")))).encode()), {"http://tv/a1.mp4"})


def test_the_title_of_a_row_is_what_its_items_have_in_common() -> None:
    value = {"rows": [{"title": "Harbour", "items": [clip(f"a{n}", tags=None) for n in range(3)]}]}
    assert rows(value) == {"Harbour": ["a0", "a1", "a2"]}


@pytest.mark.parametrize(
    "picture",
    [
        {"images": [], "poster": "http://tv/new.jpg"},
        {"imageUrl": "http://tv/new.jpg"},
        {"pictures": {"sizes": [{"link": "http://tv/new.jpg"}]}},
        {"thumbnails": {"medium": {"url": "http://tv/new.jpg"}}},
    ],
)
def test_a_picture_is_found_under_other_names(picture: dict[str, Any]) -> None:
    assert first(feed({**clip("a1", thumbnail=None), **picture}))["thumbnail"] == "http://tv/new.jpg"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cdn.example.org/a1.mp4", "https://cdn.example.org/a1.mp4"),
        ("https:/cdn.example.org/a1.mp4", "https://cdn.example.org/a1.mp4"),
        ("https://my_bucket.example.org/a1.mp4", "https://my_bucket.example.org/a1.mp4"),
    ],
)
def test_an_address_that_lacks_a_little_is_completed(written: str, meant: str) -> None:
    content = {**clip("a1")["content"], "videos": [{"url": written}]}
    assert first(feed(clip("a1", content=content)))["content"]["videos"][0]["url"] == meant


def test_a_page_with_a_player_is_no_video_beside_one_and_told_where_there_is_no_other() -> None:
    page, film = {"url": "https://www.youtube.com/watch?v=abc"}, {"url": "http://tv/a1.mp4"}
    both = clip("a1", content={"videos": [page, film]})
    alone = clip("a2", content={"videos": [page]})
    found = mended(feed(both, alone))
    both_show(found, {"http://tv/a1.mp4", page["url"]})
    told = [i.where for i in FORMATS["roku"].check(found.bodies[0]) if i.code == "video_page"]
    assert told == ["/shortFormVideos/1/content/videos/0/url"]


def test_a_live_feed_is_mended_once() -> None:
    value = feed(clip("a1"), liveFeeds=[clip("l1")], shortFormVideos=None)
    (body,) = mended(value).bodies
    assert mended(body).bodies == (body,)


# -- size ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["roku", "roku_mrss"])
def test_what_does_not_fit_is_in_further_files_the_newest_in_the_first(name: str) -> None:
    days = {n: f"{(NOW - timedelta(days=n)).date()}" for n in range(1400)}
    if name == "roku":
        value: Any = feed(
            *(clip(f"a{n}", releaseDate=day, shortDescription="long " * 38) for n, day in days.items())
        )
    else:
        value = mrss(*(entry(f"a{n}", date=f"<pubDate>{day}T07:00:00Z</pubDate>") for n, day in days.items()))
    path = FORMATS[name].path
    found = mended(value, name)
    assert len(found.bodies) > 1
    assert all(len(body) <= ROOM for body in found.bodies)
    assert "feed_split" in codes(found)
    both_show(found, {f"http://tv/a{n}.mp4" for n in days}, path)
    newest = shown(READERS["template"](found.bodies[0], path))
    assert newest == {f"http://tv/a{n}.mp4" for n in range(len(newest))}


def test_long_descriptions_go_before_a_feed_is_split() -> None:
    value = feed(*(clip(f"a{n}", longDescription=f"{n} " * 100, note="x" * 900) for n in range(900)))
    found = mended({**value, "notes": "x" * 300_000})
    assert codes(found)[-1] == "feed_shortened"
    both_show(found, {f"http://tv/a{n}.mp4" for n in range(900)})
    assert mended(found.bodies[0]).bodies == found.bodies


@pytest.mark.parametrize("seasons", [True, False])
def test_a_series_that_is_too_large_is_in_several_files(seasons: bool) -> None:
    films = [clip(f"e{n}", shortDescription=f"{n} " * 45, episodeNumber=n) for n in range(1, 1201)]
    parts: dict[str, object] = {"seasons": [{"episodes": films[:500]}, {"episodes": films[500:]}]}
    value = {"series": [clip("s1", content=None, **(parts if seasons else {"episodes": films}))]}
    found = mended(value)
    assert len(found.bodies) > 1
    both_show(found, {f"http://tv/e{n}.mp4" for n in range(1, 1201)})
    assert all(mended(body).bodies == (body,) for body in found.bodies)


# -- anything --------------------------------------------------------------------------------------

_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**14), st.floats(), st.text(max_size=5),
    st.sampled_from(NASTY),
    st.sampled_from(["a1", "a-1", "a-1-b", "news", "a AND b", "a OR b AND news", "2026-11-22", "0:63"]),
    st.lists(st.sampled_from(["a1", "news", 7, None, {"url": "x"}]), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=1),
)  # fmt: skip
_FIELDS = (
    "id", "title", "shortDescription", "longDescription", "thumbnail", "genres", "tags", "releaseDate",
    "rating", "credits", "externalIds", "episodeNumber", "seasons", "episodes",
)  # fmt: skip
_CONTENT = (
    "duration",
    "dateAdded",
    "captions",
    "adBreaks",
    "trickPlayFiles",
    "language",
    "validityPeriodEnd",
)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    item = clip(draw(st.sampled_from(["a1", "a2", "a-1", "a-1-b", "A1", "a.1", "(a", "", "and"])))
    item.update(draw(st.dictionaries(st.sampled_from(_FIELDS), _VALUES, max_size=3)))
    item["content"].update(draw(st.dictionaries(st.sampled_from(_CONTENT), _VALUES, max_size=2)))
    item["content"]["videos"][0]["url"] = f"http://tv/{draw(st.integers(1, 10**6))}.mp4"
    return item


@st.composite
def roots(draw: st.DrawFn) -> dict[str, Any]:
    some = draw(st.lists(items(), min_size=1, max_size=4))
    value = feed(*some) if draw(st.booleans()) else tagged(*some)
    shows = draw(st.lists(items(), max_size=2))
    if shows:
        value["series"] = [
            {**series(id=show["id"], tags=show.get("tags")), "seasons": [{"episodes": [show]}]}
            for show in shows
        ]
    value.update(
        draw(
            st.dictionaries(
                st.sampled_from(["categories", "playlists", "language", "movies", "lastUpdated"]),
                _VALUES,
                max_size=2,
            )
        )
    )
    for row in [c for c in listed(value.get("categories")) if isinstance(c, dict)]:
        row.update(
            draw(
                st.dictionaries(
                    st.sampled_from(["name", "query", "playlistName", "order"]), _VALUES, max_size=2
                )
            )
        )
    return value


def films(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from [v["url"] for v in value["videos"]] if isinstance(value.get("videos"), list) else []
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from films(part)


@settings(max_examples=150, deadline=None)
@given(value=roots())
def test_whatever_is_wrong_both_readers_show_every_item_with_a_video(value: dict[str, Any]) -> None:
    found = mended(value)
    both_show(found, set(films(value)))
    assert mended(found.bodies[0]).bodies == found.bodies


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=200), name=st.sampled_from(list(FORMATS)))
def test_any_bytes_are_taken(body: bytes, name: str) -> None:
    for start in (b"", b"<rss><channel><item>", b'{"movies":[{"content":'):
        assert set(codes(mended(start + body, name))) <= set(CODES)


@settings(max_examples=60, deadline=None)
@given(
    cut=st.integers(0, 3000),
    change=st.binary(max_size=4),
    at=st.integers(0, 3000),
    name=st.sampled_from(list(FORMATS)),
)
def test_a_damaged_document_is_mended_or_said_not_to_be(cut: int, change: bytes, at: int, name: str) -> None:
    body = FORMATS[name].write(small()).body
    found = mended((body[:at] + change + body[at + len(change) :])[: len(body) - cut], name)
    target = FORMATS["roku_mrss" if name.startswith("mrss") else name]
    for one in found.bodies:
        for reader in target.readers:
            assert shown(READERS[reader](one, target.path))
    assert found.bodies or {"not_mended", "nothing_left"} & set(codes(found))
