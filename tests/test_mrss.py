"""Media RSS in both flavours: what is written, and what is found wrong with others' feeds."""

import re
import tracemalloc
from email.utils import parsedate_to_datetime
from itertools import pairwise

import feedparser
import pytest
from lxml import etree
from msgspec.structs import replace

from feeds import search
from feeds.model import Caption, Feed, Format, Image, Row, Video
from feeds.mrss import ROKU, STANDARD
from tests.feeds_strategies import CDN, CHANNEL, NOON, newsroom, small, story

NS = {
    "media": "http://search.yahoo.com/mrss/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "atom": "http://www.w3.org/2005/Atom",
}
Node = etree._Element

both = pytest.mark.parametrize("fmt", [ROKU, STANDARD], ids=lambda fmt: fmt.name)


def channel(fmt: Format, feed: Feed) -> Node:
    return etree.fromstring(fmt.write(feed).body)[0]


def items(fmt: Format, feed: Feed) -> list[Node]:
    return channel(fmt, feed).findall("item")


def names(element: Node) -> list[str]:
    return [
        f"{child.prefix}:{etree.QName(child).localname}" if child.prefix else str(child.tag)
        for child in element
    ]


def of(*articles: object) -> Feed:
    return Feed(CHANNEL, (Row("World", articles),), NOON)  # type: ignore[arg-type]


def codes(fmt: Format, body: bytes, *severities: str) -> set[str]:
    return {i.code for i in fmt.check(body) if not severities or i.severity in severities}


def changed(fmt: Format, old: str, new: str) -> bytes:
    body = fmt.write(small()).body
    assert old.encode() in body, old
    return body.replace(old.encode(), new.encode(), 1)


# -- the Roku flavour ------------------------------------------------------------------------------


def test_the_order_of_elements_is_the_one_every_reader_takes() -> None:
    first, second, third, *_ = items(ROKU, newsroom())
    plain = ["title", "description", "guid", "pubDate", "media:title", "media:description", "media:thumbnail"]
    assert names(first) == [*plain, "media:category", "media:category", "media:content"]
    assert names(third)[-2:] == ["media:subTitle", "media:subTitle"]
    content = first.find("media:content", NS)
    assert content is not None
    assert names(content) == ["media:title", "media:description", "media:thumbnail"]
    assert list(content.attrib)[:2] == ["url", "duration"]
    assert len(second.findall("media:content", NS)) == 1


def test_there_is_no_white_space_between_elements() -> None:
    body = ROKU.write(newsroom()).body
    assert body.startswith(b"<?xml")
    assert re.search(rb">\s+<", body) is None
    assert b"media:group" not in body


@both
def test_case_2_every_item_has_what_roku_asks_of_it(fmt: Format) -> None:
    for item in items(fmt, newsroom()):
        for name in (
            "guid",
            "pubDate",
            "media:title",
            "media:description",
            "media:category",
            "media:thumbnail",
        ):
            assert item.find(name, NS) is not None, name
        content = item.find(".//media:content", NS)
        assert content is not None
        assert content.get("url", "").startswith("https://")
        assert int(content.get("duration", "")) > 0


def test_dates_of_the_roku_flavour_end_in_z_and_fall() -> None:
    dates = [item.findtext("pubDate", "") for item in items(ROKU, newsroom())]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date) for date in dates)
    assert dates == sorted(dates, reverse=True)


def test_a_category_is_spelt_in_one_way() -> None:
    rows = (Row("World", (story(1),)), Row("WORLD", (story(2),)), Row(" World ", (story(3),)))
    titles = [item.findtext("media:category", "", NS) for item in items(ROKU, Feed(CHANNEL, rows, NOON))]
    assert titles == ["World", "WORLD 2", "World 3"]


@both
def test_a_window_is_told_in_w3c_dates(fmt: Format) -> None:
    told = [item.findtext("dcterms:valid", "", NS) for item in items(fmt, newsroom())]
    assert told[3] == "start=2026-11-21T12:00:00Z; end=2026-11-23T12:00:00Z; scheme=W3C-DTF"
    assert told[:3] == ["", "", ""]


# -- the standard flavour --------------------------------------------------------------------------


def test_case_20_the_standard_flavour_is_rss_2_0_with_media_rss() -> None:
    head = channel(STANDARD, newsroom())
    assert [head.findtext(name) for name in ("title", "link", "language")] == [
        "Harbour City News", "https://news.example.org/", "en",
    ]  # fmt: skip
    self_link = head.find("atom:link", NS)
    assert self_link is not None
    assert self_link.get("href") == "https://tv.example.org/feeds/harbour/mrss.xml"
    assert self_link.get("rel") == "self"
    second = head.findall("item")[1]
    renditions = second.findall("media:group/media:content", NS)
    assert [c.get("isDefault") for c in renditions] == ["true", "false"]
    assert second.find("media:content", NS) is None
    assert second.findtext("media:rating", "", NS) == "tv-pg"
    assert second.findtext("dcterms:modified", "", NS) == "2026-11-22T12:00:00Z"
    assert dict(second.find("enclosure").attrib) == {  # type: ignore[union-attr]
        "url": f"{CDN}/2/1080.mp4", "length": "68800000", "type": "video/mp4",
    }  # fmt: skip


def test_an_enclosure_has_all_its_attributes_or_is_left_out() -> None:
    assert all(item.find("enclosure") is None for item in items(STANDARD, small()))


def test_the_self_link_is_left_out_while_nobody_knows_it() -> None:
    feed = replace(small(), channel=replace(CHANNEL, feeds_url=""))
    assert channel(STANDARD, feed).find("atom:link", NS) is None
    assert codes(STANDARD, STANDARD.write(feed).body) == {"no_self_link"}


@pytest.mark.parametrize(
    ("site", "feeds_url", "link"),
    [
        ("https://a.example.org", "https://b.example.org", "https://a.example.org/"),
        ("", "https://b.example.org/x", "https://b.example.org/x"),
        ("nonsense", "", "https://news.example.org/world/1"),
    ],
)
def test_a_channel_always_has_a_link(site: str, feeds_url: str, link: str) -> None:
    feed = replace(small(), channel=replace(CHANNEL, site=site, feeds_url=feeds_url))
    assert channel(STANDARD, feed).findtext("link") == link


def test_standard_dates_are_rfc_822() -> None:
    dates = [parsedate_to_datetime(item.findtext("pubDate", "")) for item in items(STANDARD, newsroom())]
    assert all(first > second for first, second in pairwise(dates))
    assert b"<pubDate>Sun, 22 Nov 2026 11:00:00 +0000</pubDate>" in STANDARD.write(small()).body


def test_an_independent_reader_finds_everything() -> None:
    parsed = feedparser.parse(STANDARD.write(newsroom()).body)
    assert not parsed.bozo
    first, second, *_ = parsed.entries
    assert first.title == "Ferries stop: “no crew”, says O'Neill & Sons <sic> 🚢"
    assert [author.name for author in first.authors] == ["Ada Reporter", "Bo Lens"]
    assert first.media_thumbnail == [{"url": f"{CDN}/1.jpg", "width": "1280", "height": "720"}]
    assert first.media_content[0]["duration"] == "64"
    assert [content["height"] for content in second.media_content] == ["1080", "720"]
    assert second.enclosures[0].length == "68800000"


def test_no_more_than_ten_keywords_are_told() -> None:
    feed = of(story(1, tags=tuple(f"tag {n}" for n in range(30))))
    assert items(STANDARD, feed)[0].findtext("media:keywords", "", NS).count(",") == 9
    assert codes(STANDARD, STANDARD.write(feed).body) == set()


@both
def test_case_29_the_thumbnail_is_the_one_made_for_the_article(fmt: Format) -> None:
    article = story(1, images=(Image(f"{CDN}/portrait.webp", 600, 900),))
    body = fmt.write(of(article)).body
    assert b"portrait" not in body
    assert fmt.write(of(replace(article, thumbnail=Image(f"{CDN}/1.jpg", 640, 360)))).ids == ()


@both
def test_types_of_captions_are_told_by_their_names(fmt: Format) -> None:
    captions = tuple(Caption(f"{CDN}/1{end}", "en_US") for end in (".srt", ".vtt?v=1", ".ttml", ""))
    told = items(fmt, of(story(1, captions=captions)))[0].findall("media:subTitle", NS)
    assert [caption.get("type") for caption in told] == [
        "application/x-subrip", "text/vtt", "application/ttml+xml", None,
    ]  # fmt: skip
    assert {caption.get("lang") for caption in told} == {"en-US"}


@both
def test_only_the_default_rendition_decides_the_type(fmt: Format) -> None:
    videos = (Video(f"{CDN}/a.mp4", "MP4", duration=9), Video(f"{CDN}/a.m3u8", "HLS", duration=9))
    content = items(fmt, of(story(1, videos=videos)))[0].find(".//media:content", NS)
    assert content is not None
    assert content.get("type") == "application/x-mpegURL"


# -- check -----------------------------------------------------------------------------------------


@both
def test_a_good_feed_has_nothing_wrong(fmt: Format) -> None:
    assert fmt.check(fmt.write(small()).body) == []


@both
def test_a_flavour_is_not_the_other(fmt: Format) -> None:
    other = STANDARD if fmt is ROKU else ROKU
    assert "bad_pub_date" in codes(fmt, other.write(small()).body, "error")


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("2026-11-22T11:00:00Z", None),
        ("2026-11-22T11:00:00.5Z", None),
        ("2026-11-22T11:00:00+00:00", "pub_date_zone"),
        ("2026-11-22T11:00:00", "pub_date_zone"),
        ("2026-11-22", "bad_pub_date"),
        ("2026-02-30T11:00:00Z", "bad_pub_date"),
        ("", "bad_pub_date"),
    ],
)
def test_dates_of_the_roku_flavour(date: str, code: str | None) -> None:
    assert codes(ROKU, changed(ROKU, "2026-11-22T11:00:00Z", date)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("date", "code"),
    [
        ("Sun, 22 Nov 2026 11:00 GMT", None),
        ("22 Nov 2026 11:00:00 EST", None),
        ("Sun, 22 Nov 26 11:00:00 +0000", "bad_pub_date"),
        ("Dim, 22 nov 2026 11:00:00 +0000", "bad_pub_date"),
        ("Sun, 31 Nov 2026 11:00:00 +0000", "bad_pub_date"),
        ("2026-11-22T11:00:00Z", "bad_pub_date"),
    ],
)
def test_dates_of_the_standard_flavour(date: str, code: str | None) -> None:
    assert codes(STANDARD, changed(STANDARD, "Sun, 22 Nov 2026 11:00:00 +0000", date)) == (
        {code} if code else set()
    )


def test_harmless_things_are_not_told() -> None:
    extra = (
        "<!-- a comment --><![CDATA[]]>"
        "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='x'/>"
        f"<enclosure url='{CDN}/1.mp4' length='9' type='video/mp4'/></item>"
    )
    assert codes(ROKU, changed(ROKU, "</item>", extra)) == set()
    styled = changed(ROKU, "?><rss", "?><?xml-stylesheet href='a.xsl'?><rss")
    assert codes(ROKU, styled) == set()


@pytest.mark.parametrize(
    "name", ["media:title", "media:description", "media:thumbnail", "media:category", "guid"]
)
def test_what_one_reader_alone_misses_is_an_error(name: str) -> None:
    body = ROKU.write(small()).body
    without = re.sub(rb"<%s[ >].*?(?:</%s>|/>)" % (name.encode(), name.encode()), b"", body, count=1)
    assert without != body
    assert codes(ROKU, without, "error")


@both
def test_each_address_is_looked_at(fmt: Format) -> None:
    body = fmt.write(small()).body.replace(b"https://cdn", b"http://cdn")
    places = [issue.where for issue in fmt.check(body) if issue.code == "not_https"]
    assert len(places) == (6 if fmt is ROKU else 4)
    assert all(issue.severity == "error" for issue in fmt.check(body))


@pytest.mark.parametrize("fmt", [ROKU, STANDARD, search.FORMAT], ids=lambda fmt: fmt.name)
def test_items_are_told_one_at_a_time_so_that_little_more_than_the_document_is_held(fmt: Format) -> None:
    feed = of(*(story(n) for n in range(1, 3001)))
    tracemalloc.start()
    try:
        size = len(fmt.write(feed).body)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The buffer grows by an eighth at a time; 3,000 items held together would be three megabytes more.
    assert peak < size * 1.3 + 1_000_000
