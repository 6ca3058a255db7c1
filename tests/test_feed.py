"""What the bytes of a feed say."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Image, Video
from feedsvc.sources.feed import Listing, read
from tests.made_feeds import BOMBS, ITEM, URL, feed, item

SAMPLES = Path(__file__).parent / "data" / "sources" / "rss"


def one(body: bytes) -> Article:
    (article,) = read(body, URL).articles
    return article


def codes(listing: Listing) -> list[str]:
    return [issue.code for issue in listing.issues]


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_samples(sample: Path, golden: Callable[[str, bytes], None]) -> None:
    listing = read(sample.read_bytes(), URL)
    golden(f"source-rss-{sample.stem}.json", msgspec.json.format(msgspec.json.encode(listing)) + b"\n")


# What is in an item.


def test_content_becomes_paragraphs() -> None:
    html = "<p>One &amp; only.</p><div>Two<br><br>Three</div><ul><li>Four</li></ul><script>no</script>tail"
    found = one(
        item(f"<description>Short.</description><content:encoded><![CDATA[{html}]]></content:encoded>")
    )
    assert found.body == ("One & only.", "Two", "Three", "Four", "tail")
    assert found.summary == "Short."


def test_a_description_of_several_paragraphs_is_the_story() -> None:
    found = one(item("<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description>"))
    assert (found.summary, found.body) == ("One.", ("One.", "Two."))


def test_content_without_a_description() -> None:
    found = one(item("<content:encoded>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</content:encoded>"))
    assert (found.summary, found.body) == ("One.", ("One.", "Two."))


def test_numbers_of_characters_nobody_can_print() -> None:
    found = one(
        item("<description><![CDATA[<p>A&#1;</p>&#xFFFE;<br>&#0;B<br><br>&#xD800;C</p>]]></description>")
    )
    assert "".join(found.body).replace("\ufffd", "").replace(" ", "") == "ABC"


def test_pixels_portraits_and_other_addresses_are_no_pictures() -> None:
    html = (
        '<img src="/a.jpg"><img src="https://x.example/p.gif" width="1"><img src="data:image/png;base64,x">'
        '<img src="https://secure.gravatar.com/avatar/x"><img src="file:///etc/passwd">'
        '<img data-src="/b.jpg" src="/wait.gif">'
    )
    found = one(item(f"<description><![CDATA[{html}]]></description>"))
    assert [i.url for i in found.images] == ["https://news.example/a.jpg", "https://news.example/b.jpg"]


@pytest.mark.parametrize(
    ("said", "videos"),
    [
        ('<enclosure url="/v.mp4" type="video/mp4" length="1"/>', ["https://news.example/v.mp4"]),
        ('<enclosure url="https://c.example/v" type="video/mp4" length="1"/>', ["https://c.example/v"]),
        ('<enclosure url="https://c.example/v.m3u8?t=1" length="1"/>', ["https://c.example/v.m3u8?t=1"]),
        (
            '<enclosure url="https://c.example/v.mp4" type="application/octet-stream"/>',
            ["https://c.example/v.mp4"],
        ),
        ('<enclosure url="https://c.example/v.mp3" type="audio/mpeg"/>', []),
        ('<enclosure url="https://c.example/v.mp4" type="audio/mp4"/>', []),
        ('<media:content url="https://c.example/v" medium="video"/>', ["https://c.example/v"]),
        ('<media:content url="https://c.example/v.ism/Manifest"/>', ["https://c.example/v.ism/Manifest"]),
        ('<media:player url="https://c.example/watch?v=1"/>', []),
        ('<media:player url="https://c.example/v.mp4"/>', ["https://c.example/v.mp4"]),
        ('<media:content url="https://c.example/v.swf" type="application/x-shockwave-flash"/>', []),
        ('<media:content url="http://[" type="video/mp4"/>', []),
        ('<enclosure url="ftp://c.example/v.mp4" type="video/mp4"/>', []),
    ],
)
def test_videos(said: str, videos: list[str]) -> None:
    assert [v.url for v in one(item(said)).videos] == videos


def test_the_same_video_said_twice_is_one_with_all_that_is_known() -> None:
    url = "https://c.example/v.mp4"
    content = f'<media:content url="{url}" duration="9" bitrate="800.4"/>'
    found = one(item(f'<enclosure url="{url}" type="video/mp4"/>{content}'))
    assert found.videos == (Video(url, duration=9, bitrate=800),)


@pytest.mark.parametrize("nonsense", ["nan", "inf", "1e999", "-5", "0", "", "abc", "9" * 30])
def test_numbers_that_are_none(nonsense: str) -> None:
    said = f'<media:content url="https://c.example/v.mp4" duration="{nonsense}" width="{nonsense}"/>'
    (video,) = one(item(said)).videos
    assert (video.duration, video.width) == (None, None)


@pytest.mark.parametrize(
    ("said", "seconds"), [("74", 74), ("74.5", 74.5), ("1:14", 74), ("00:01:14", 74), ("1:02:03", 3723)]
)
def test_durations(said: str, seconds: float) -> None:
    (video,) = one(item(f'<media:content url="https://c.example/v.mp4" duration="{said}"/>')).videos
    assert video.duration == seconds


def test_what_a_picture_shows_is_no_paragraph() -> None:
    said = (
        '<description>Short.</description><media:content url="/a.jpg" medium="image">'
        "<media:title>IMG_1</media:title><media:description>Boats</media:description><media:credit>Jane</media:credit></media:content>"
    )
    found = one(item(said))
    assert found.images == (Image("https://news.example/a.jpg", caption="Boats", credit="Jane"),)
    assert (found.summary, found.body) == ("Short.", ())


@pytest.mark.parametrize("uri", ["http://search.yahoo.com/mrss", "https://search.yahoo.com/mrss/"])
def test_media_in_the_namespace_as_people_write_it(uri: str) -> None:
    said = '<item><guid>g</guid><m:thumbnail url="/a.jpg"/></item>'
    body = f'<rss xmlns:m="{uri}"><channel>{said}</channel></rss>'
    assert one(body.encode()).images == (Image("https://news.example/a.jpg"),)


def test_dates_without_a_zone_and_dates_nobody_can_read() -> None:
    assert one(item("<pubDate>2026-11-22 07:00</pubDate>")).published == datetime(2026, 11, 22, 7, tzinfo=UTC)
    broken = one(item("<pubDate>Sun, 99 Foo 2026</pubDate>"))
    assert (broken.published, [i.code for i in broken.issues]) == (None, ["bad_date"])


def test_a_link_to_a_video_is_no_page() -> None:
    found = one(item("<link>https://c.example/v.mp4</link>"))
    assert (found.url, [v.url for v in found.videos]) == ("", ["https://c.example/v.mp4"])


def test_guid_stays_as_it_is_written() -> None:
    assert one(feed("<item><title>T</title><guid>42</guid><link>/a</link></item>")).guid == "42"


# Who is who.


def test_case_42_shared_guid() -> None:
    items = [
        f"<item><title>T{n}</title><link>https://news.example/{n}</link><guid>same</guid></item>"
        for n in range(10)
    ]
    listing = read(feed(*items), URL)
    assert [a.guid for a in listing.articles] == [f"https://news.example/{n}" for n in range(10)]
    (issue,) = listing.issues
    assert (issue.severity, issue.code) == ("warning", "source_shared_guid")
    assert issue.message.startswith("10 of 10 items share their GUID")


def test_case_43_only_those_that_share_fall_back() -> None:
    items = [
        ITEM.format("a"),
        ITEM.format("b").replace("<guid>b", "<guid>x"),
        ITEM.format("c").replace("<guid>c", "<guid>x"),
    ]
    listing = read(feed(*items), URL)
    assert [a.guid for a in listing.articles] == ["a", "https://news.example/b", "https://news.example/c"]


def test_case_43_what_is_left_when_guid_and_link_are_shared() -> None:
    said = "<item><title>{0}</title><link>https://news.example/live</link><guid>x</guid>{1}</item>"
    film = '<enclosure url="https://c.example/{0}.mp4" type="video/mp4"/>'
    listing = read(feed(*(said.format(n, film.format(n)) for n in range(3))), URL)
    assert [a.guid for a in listing.articles] == [f"https://c.example/{n}.mp4" for n in range(3)]
    bare = read(feed(*(said.format(n, "") for n in range(3))), URL)
    assert len({a.guid for a in bare.articles}) == 3
    assert bare == read(feed(*(said.format(n, "") for n in range(3))), URL)


def test_no_guid_and_the_same_entry_twice() -> None:
    listing = read(feed(*["<item><title>T</title><link>/a</link></item>"] * 2), URL)
    assert ([a.guid for a in listing.articles], listing.issues) == (["https://news.example/a"], ())


# What is not to be trusted.


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "source_empty"),
        (b" \r\n\t", "source_empty"),
        (b"<!doctype html><html><body><rss/></body></html>", "source_not_a_feed"),
        (b'{"items": []}', "source_not_a_feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "source_not_a_feed"),
        (b"503 Service Unavailable", "source_not_a_feed"),
        (b"<urlset><url/></urlset>", "source_not_a_feed"),
        (b" " * 100_000 + b"<rss/>", "source_not_a_feed"),
    ],
)
def test_what_is_no_feed(body: bytes, code: str) -> None:
    listing = read(body, URL)
    assert (listing.failed, listing.articles, codes(listing)) == (True, (), [code])


def test_a_feed_without_items_is_said_and_did_not_fail() -> None:
    listing = read(feed(), URL)
    assert (listing.failed, codes(listing), listing.issues[0].severity) == (
        False,
        ["source_empty"],
        "warning",
    )


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_bombs_are_not_read(bomb: str, encoding: str) -> None:
    body = feed("<item><title>&l9;</title></item>" * 100, head=bomb).decode().encode(encoding)
    started = time.process_time()
    listing = read(body, URL)
    assert time.process_time() - started < 1
    assert listing.failed
    assert codes(listing)[0] in ("source_has_entities", "source_not_a_feed")
    assert not listing.articles


def test_an_entity_nobody_declared_is_two_words() -> None:
    assert (
        one(
            feed("<item><title>&l9; &nbsp;&eacute; &amp; R&D &#0;&#xD800;&#99999999999;!</title></item>")
        ).title
        == "&l9; é & R&D !"
    )


@pytest.mark.parametrize("body", [b"<rss>" + b"<a>" * 1_000_001, feed("<item/>" * 1_000_001)])
def test_a_million_elements_are_too_many(body: bytes) -> None:
    assert codes(read(body, URL)) == ["source_too_large"]


@pytest.mark.parametrize(
    "piece", [b"<a>", b"<a ", b"<item>", b"&", b"<![CDATA[", b"<title>x", b"<!--", b"<a b='"]
)
def test_nothing_takes_long(piece: bytes) -> None:
    started = time.process_time()
    read(b"<rss><channel><item>" + piece * 20_000, URL)
    assert time.process_time() - started < 5


def test_a_broken_feed_is_read_as_far_as_it_goes() -> None:
    whole = feed(ITEM.format("a"), ITEM.format("b"))
    listing = read(whole.removesuffix(b"</channel></rss>") + b"<item><descr", URL)
    assert [a.guid for a in listing.articles] == ["a", "b"]
    assert codes(listing) == ["source_malformed"]
    assert "(line 1: " in listing.issues[0].message


def test_what_feedparser_chokes_on_is_read_without_it() -> None:
    body = feed(
        "<item><title>T</title><guid>g</guid><where xmlns='http://www.opengis.net/gml'><pos>1</pos></where></item>"
    )
    assert one(body).title == "T"
    assert one(body[:-20] + b"<x>").title == "T"


@pytest.mark.parametrize(
    "name", ["links", "tags", "authors", "content", "image", "published_parsed", "updated_parsed"]
)
@pytest.mark.parametrize("said", ["<{0}>text</{0}>", "<{0} a='b'>text</{0}>", "<{0}/>"])
def test_elements_of_the_names_feedparser_uses_itself(name: str, said: str) -> None:
    body = item(f"{said.format(name)}<link>/a</link><pubDate>Sun, 22 Nov 2026 07:00:00 GMT</pubDate>")
    for document in (body, body[:-20] + b"<x>"):
        assert one(document).title == "T"


def test_words_before_the_feed_do_not_matter() -> None:
    assert one(b"\n\n<br /><b>Warning</b>: something in x.php on line 3<br />\n" + item("")).title == "T"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
@pytest.mark.parametrize("said_by", ["header", "declaration", "nobody"])
def test_any_charset(codec: str, said_by: str) -> None:
    title = "Шторм обрушился на побережье, тысячи человек покинули свои дома"
    declared = f' encoding="{codec}"' if said_by == "declaration" else ""
    body = (
        feed(f"<item><title>{title}</title></item>" * 3)
        .decode()
        .replace('"1.0"', f'"1.0"{declared}')
        .encode(codec)
    )
    assert read(body, URL, codec if said_by == "header" else "").articles[0].title == title


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "zlib", "utf-7", "\0", "x" * 1000])
def test_a_charset_no_feed_can_be_in(charset: str) -> None:
    assert one(item("").replace(b'"1.0"', b'"1.0" encoding="%s"' % charset.encode())).title == "T"
    assert read(item(""), URL, charset).articles[0].title == "T"


PIECES = st.sampled_from(
    b"<item>~</item>~<title>~</title>~<![CDATA[~]]>~<!--~-->~&#xD800;~&#99999999999;~<media:player/>"
    b"~<ttl>9</ttl>~<link rel='next hub' href='http://['/>~<podcast:alternateEnclosure type='video/mp4'>"
    b"~<podcast:source uri='http://['/>~<itunes:episode>~<itunes:duration>1:99~<at:deleted-entry/>"
    b"~<fh:complete/>~<media:status state='deleted'/>"
    b"~</media:player>~<media:group>~<link href='http://['/>~<pubDate>x</pubDate>~<source>"
    b"~<content type='base64' mode='base64'>=</content>"
    b"~<image><width>x</width>~<textinput>~\xff~<enclosure url='http://[' length='x'/>~</svg>~<svg>"
    b"~<category/>~<author>a@b (c~<guid/>~</rss>~&nbsp;~&x;~& ~<content:encoded>~</content:encoded>".split(
        b"~"
    )
)


@given(st.lists(PIECES | st.binary(max_size=20), max_size=20))
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    listing = read(feed(ITEM.format("a"))[:-20] + b"".join(pieces), URL)
    guids = [a.guid for a in listing.articles]
    assert all(guids)
    assert len(set(guids)) == len(guids)


# What is gone.


@pytest.mark.parametrize("state", ["deleted", "blocked"])
def test_what_was_taken_back_is_named(state: str) -> None:
    gone = ITEM.format("b").replace("</item>", f"<media:status state='{state}'/></item>")
    listing = read(feed(ITEM.format("a"), gone), URL)
    assert ([a.guid for a in listing.articles], listing.gone) == (["a"], frozenset({"b"}))
    back = read(feed(gone, ITEM.format("b")), URL)
    assert ([a.guid for a in back.articles], back.gone) == (["b"], frozenset())


def test_atom_has_tombstones() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">'
        '<at:deleted-entry ref="tag:b" when="2026-11-22T07:00:00Z"/>'
        "<entry><id>tag:a</id><title>A</title></entry></feed>"
    )
    listing = read(body.encode(), URL)
    assert ([a.guid for a in listing.articles], listing.gone) == (["tag:a"], frozenset({"tag:b"}))


# Mistakes people make.


def test_a_character_that_nobody_can_print_makes_up_no_other() -> None:
    assert one(feed("<item><title>A&#&#0;xD800;B&#x0;C</title></item>")).title == "A&# xD800;B C"


def test_what_windows_has_in_place_of_controls() -> None:
    assert one(feed("<item><title>Don&#146;t &#x96; wait</title></item>")).title == "Don’t – wait"


def test_an_ampersand_in_cdata_is_one() -> None:
    said = (
        "<link><![CDATA[https://news.example/?a=1&b=2]]></link><description>R&D &nbsp; x &copy;</description>"
    )
    found = one(item(said))
    assert (found.url, found.summary) == ("https://news.example/?a=1&b=2", "R&D x ©")


def test_renditions_of_a_group_are_videos_of_one_item_the_default_and_the_best_first() -> None:
    said = "".join(
        f'<media:content url="https://c.example/{name}.mp4" height="{height}" bitrate="{rate}"{more}/>'
        for name, height, rate, more in (
            ("low", 360, 500, ""), ("uhd", 2160, 9000, ""), ("full", 1080, 4000, ""),
            ("slow", 1080, 2000, ""),
            ("default", 720, 1000, ' isDefault="true"'), ("trailer", 1080, 1, ' expression="sample"'),
        )
    )  # fmt: skip
    grouped = one(item(f"<media:group>{said}</media:group>"))
    names = [video.url.removeprefix("https://c.example/").removesuffix(".mp4") for video in grouped.videos]
    assert names == ["default", "full", "slow", "low", "uhd"]
    apart = one(item(said))
    assert [v.height for v in apart.videos] == [720, 360, 2160, 1080, 1080], "several films, as they stand"


def test_what_is_said_twice_keeps_its_first_place() -> None:
    html = '<img src="/a.jpg"><img src="/b.jpg"><img src="/a.jpg">'
    assert [i.url[-5:] for i in one(item(f"<description><![CDATA[{html}]]></description>")).images] == [
        "a.jpg",
        "b.jpg",
    ]
    entries = ("a", "b", "a", "c")
    assert [a.guid for a in read(feed(*map(ITEM.format, entries)), URL).articles] == ["a", "b", "c"]


XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'


def atom(inside: str, about: str = "") -> Article:
    entry = f"<entry><id>e</id>{inside}</entry>"
    return one(f'<feed xmlns="http://www.w3.org/2005/Atom" {about}><title>F</title>{entry}</feed>'.encode())


def test_atom_pages_in_the_language_of_the_feed() -> None:
    links = "".join(
        f'<link rel="alternate" type="{type_}" hreflang="{lang}" href="https://news.example/{lang}.{type_[-4:]}"/>'
        for type_, lang in (
            ("application/json", "de"),
            ("text/html", "en"),
            ("text/html", "de"),
            ("text/html", "fr"),
        )
    )
    assert atom(links, 'xml:lang="de"').url == "https://news.example/de.html"
    assert atom(links, 'xml:lang="it"').url == "https://news.example/en.html"


def test_atom_addresses_start_at_xml_base() -> None:
    found = atom(
        f"<title type='xhtml'>{XHTML}R&amp;D <b>now</b></div></title>"
        '<link href="one"/><link rel="enclosure" type="video/mp4" href="v.mp4"/>'
        f"<content type='xhtml'>{XHTML}<p>One.</p><p>Two.<img src='i.jpg'/></p></div></content>"
        "<published>2026-11-22T07:00:00Z</published><updated>2026-11-22T09:00:00+01:00</updated>",
        'xml:base="https://news.example/a/"',
    )
    assert (found.title, found.body) == ("R&D now", ("One.", "Two."))
    assert found.url == "https://news.example/a/one"
    assert [video.url for video in found.videos] == ["https://news.example/a/v.mp4"]
    assert [image.url for image in found.images] == ["https://news.example/a/i.jpg"]
    assert (found.published, found.updated) == (
        datetime(2026, 11, 22, 7, tzinfo=UTC),
        datetime(2026, 11, 22, 8, tzinfo=UTC),
    )


def test_atom_content_elsewhere_may_be_a_film() -> None:
    found = atom('<title>T</title><content type="video/mp4" src="https://c.example/v"/>')
    assert [video.url for video in found.videos] == ["https://c.example/v"]
