"""Plain RSS read from its tree says what feedparser makes of it; what is not plain is left to feedparser."""

import io
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import feedparser
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from feeds import text
from feeds.model import Article
from feedsvc.sources import plain_rss
from feedsvc.sources.feed_item import article
from feedsvc.sources.media_rss import Media
from tests.made_feeds import URL, feed


def plain(document: bytes) -> Any:
    return plain_rss.read(etree.fromstring(document))


def articles(told: Any) -> list[Article]:
    return [article(dict(e), Media(episode=1), dict(told["feed"]), URL) for e in told["entries"]]


def by_feedparser(document: bytes) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(
        io.BytesIO(document), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
    )


MORE = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
NAMESPACES = f'{MORE} xmlns:content="http://purl.org/rss/1.0/modules/content/"'
WORDS = st.lists(
    st.sampled_from(
        ["Harbour", " ", "\n", "ü", "Ã¼", "東京", "&amp;", "&lt;", "<p>One</p>", "<br/>", "<p>",
         "&eacute;", "&#8217;", "]]", "…", "\u00a0", "\u2028",
         "<img src='/a.jpg'/>", "/", " > ", "()", "<>", ";", "="]
    )
    | st.text(max_size=5).map(text.safe).map(lambda said: said.replace("\r", "")),
    max_size=6,
).map("".join)  # fmt: skip
LINKS = st.sampled_from(
    ["https://news.example/1", " http://news.example/ü?a=1&b=2#c ", "https://n.example/?a=1&amp;b=2",
     "/news/1", "https:///news.example/1", "http:news", "https://n.example/v.mp4", "HTTPS://N.example/1",
     "tag:1", ""]
) | WORDS.map("https://news.example/{}".format)  # fmt: skip
DATES = st.builds(
    "{}, {} {} {} {:02}:{:02}:{:02} {}".format,
    st.sampled_from(["Mon", "Sun", "Sunday"]),
    *(st.integers(1, 31), st.sampled_from(["Nov", "Feb", "nov"]), st.sampled_from([1970, 2026, 26])),
    *(st.integers(0, 24), st.integers(0, 59), st.integers(0, 60)),
    st.sampled_from(["GMT", "+0000", "-0000", "+0130", "-1159", "EST", "+01:00", "+1999"]),
) | st.sampled_from(["2026-11-22", "", "now"])
FLAGS = st.sampled_from(["true", "false", "TRUE", ""])
NO_ATTRIBUTES: st.SearchStrategy[dict[str, str]] = st.just({})
OF_ITEM = {
    "title": (WORDS, NO_ATTRIBUTES),
    "link": (LINKS, NO_ATTRIBUTES),
    "guid": (LINKS | WORDS, st.fixed_dictionaries({}, optional={"isPermaLink": FLAGS})),
    "pubDate": (DATES, NO_ATTRIBUTES),
    "dc:creator": (WORDS, NO_ATTRIBUTES),
    "author": (WORDS | st.just("a@news.example (A. Reporter)"), NO_ATTRIBUTES),
    "category": (WORDS, st.fixed_dictionaries({}, optional={"domain": LINKS})),
    "description": (WORDS, NO_ATTRIBUTES),
    "content:encoded": (WORDS, NO_ATTRIBUTES),
    "comments": (LINKS, NO_ATTRIBUTES),
    "source": (WORDS, st.fixed_dictionaries({}, optional={"url": LINKS})),
    "enclosure": (
        st.just("") | WORDS,
        st.fixed_dictionaries(
            {},
            optional={
                "url": LINKS,
                "length": WORDS,
                "type": st.sampled_from(["video/mp4", "Image/JPEG", ""]),
            },
        ),
    ),
}
OF_CHANNEL = {
    **dict.fromkeys(
        ("title", "description", "copyright", "managingEditor", "generator", "ttl"), (WORDS, NO_ATTRIBUTES)
    ),
    **dict.fromkeys(("pubDate", "lastBuildDate"), (DATES, NO_ATTRIBUTES)),
    "language": (st.sampled_from(["en", "de_DE", " fr "]), NO_ATTRIBUTES),
    "link": (LINKS, NO_ATTRIBUTES),
    "atom:link": (
        st.just(""),
        st.fixed_dictionaries({}, optional={"href": LINKS, "rel": st.sampled_from(["self", "hub"])}),
    ),
}
PARTS = st.sampled_from(
    ["", "<image><title>Logo</title><url>https://n.example/l.png</url><link>https://n.example</link></image>",
     "<skipHours><hour>1</hour><hour>2</hour></skipHours>"]
)  # fmt: skip
ODD = st.sampled_from(
    ["", "", "", "", "<media/>", "<item/>", "<dc:date>2026-11-22</dc:date>", "<dc:title>x</dc:title>"]
)


@st.composite
def elements(draw: st.DrawFn, known: dict[str, Any]) -> str:
    names = draw(st.lists(st.sampled_from(list(known)), max_size=8, unique=True))
    names += draw(st.sampled_from([[], ["category"], ["dc:creator", "author"]])) if "guid" in known else []
    told = []
    for name in names:
        said, attributes = draw(known[name][0]), draw(known[name][1])
        marks = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        inside = f"<![CDATA[{said}]]>" if draw(st.booleans()) and "]]>" not in said else escape(said)
        told.append(f"<{name}{marks}>{inside}</{name}>")
    return "".join(draw(st.permutations(told)))


@st.composite
def feeds(draw: st.DrawFn) -> bytes:
    items = [f"<item>{draw(elements(OF_ITEM))}{draw(ODD)}</item>" for _ in range(draw(st.integers(0, 3)))]
    head = draw(elements(OF_CHANNEL)), draw(PARTS)
    channel = "".join(draw(st.permutations([*head, *items])))
    return f'<rss version="2.0" {NAMESPACES}><channel>{channel}</channel></rss>'.encode()


@given(feeds())
def test_plain_is_what_feedparser_makes_of_it(document: bytes) -> None:
    told = plain(document)
    assume(told is not None)
    assert articles(told) == articles(by_feedparser(document))


def test_what_newsrooms_write_is_plain() -> None:
    story = (
        "<item><title>Storm &amp; tide</title><link>https://news.example/1?a=1&amp;b=2</link><comments>x</comments>"
        "<dc:creator><![CDATA[Jane Doe]]></dc:creator><pubDate>Sun, 22 Nov 2026 08:15:00 +0100</pubDate>"
        "<category><![CDATA[World]]></category><category domain='https://n.example/tags'>Weather</category>"
        '<guid isPermaLink="false">https://news.example/?p=1</guid><description>A storm.</description>'
        "<content:encoded><![CDATA[<p>A storm hit the coast.</p>]]></content:encoded>"
        '<enclosure url="https://n.example/1.mp4" length="1" type="video/mp4"/></item>'
    )
    head = '<atom:link href="https://news.example/feed/" rel="self" type="application/rss+xml"/><ttl>5</ttl>'
    told = plain(feed(f"{head}{story}", namespaces=MORE))
    assert told == {
        "feed": {"title": "News"},
        "entries": [
            {
                "title": "Storm & tide",
                "id": "https://news.example/?p=1",
                "published": "Sun, 22 Nov 2026 08:15:00 +0100",
                "published_parsed": datetime(2026, 11, 22, 7, 15, tzinfo=UTC).utctimetuple(),
                "authors": [{"name": "Jane Doe"}],
                "tags": [
                    {"term": "World", "scheme": ""},
                    {"term": "Weather", "scheme": "https://n.example/tags"},
                ],
                "links": [
                    {"rel": "alternate", "type": "text/html", "href": "https://news.example/1?a=1&b=2"},
                    {"rel": "enclosure", "type": "video/mp4", "href": "https://n.example/1.mp4"},
                ],
                "summary": "A storm.",
                "content": [{"type": "text/html", "value": "<p>A storm hit the coast.</p>"}],
            }
        ],
    }


@pytest.mark.parametrize(
    "odd",
    [
        "<title>T</title><title>U</title>",
        "<description>x</description><description>y</description>",
        "<description>A <b>bold</b> word</description>",
        '<description xml:base="https://news.example/a/">x</description>',
        '<title type="html">T</title>',
        "<link>/news/1</link>",
        "<link>https://news.example/1?a=1&amp;amp;b=2</link>",
        "<link/>",
        "<guid>https:////news.example/1</guid>",
        "<pubDate>2026-11-22</pubDate>",
        "<pubDate>Sun, 31 Feb 2026 08:15:00 GMT</pubDate>",
        "<author>jane@news.example (Jane Doe)</author>",
        "<title>MÃ¼nchen</title>",
        "<dc:date>2026-11-22</dc:date>",
        '<category domain="x"/>',
        "<item><title>T</title></item>",
        '<x:creator xmlns:x="http://purl.org/dc/elements/1.1/">J</x:creator>',
        "<unheard>of</unheard>",
    ],
)
def test_what_is_odd_is_not(odd: str) -> None:
    assert plain(feed("<item/>", namespaces=MORE)) is not None
    assert plain(feed(f"<item>{odd}</item>", namespaces=MORE)) is None


@pytest.mark.parametrize(
    "document",
    [
        "<feed/>",
        "<rss/>",
        "<rss><channel/><channel/></rss>",
        '<rss xml:lang="de"><channel/></rss>',
        '<rss xmlns="http://purl.org/rss/1.0/"><channel/></rss>',
        "<rss><channel><item/></channel><item/></rss>",
        '<rss><channel><item xml:base="https://news.example/"/></channel></rss>',
        "<rss><channel><docs><title>T</title></docs></channel></rss>",
    ],
)
def test_no_other_feed_is(document: str) -> None:
    assert plain(document.encode()) is None
