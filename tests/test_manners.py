"""What a feed asks of those who read it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feedsvc.sources import manners
from feedsvc.sources.feed import read
from feedsvc.sources.manners import Manners

URL = "https://news.example/rss.xml"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
NAMES = (
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)


def feed(head: str) -> bytes:
    item = "<item><title>T</title><guid>g</guid><ttl>9</ttl></item>"
    return f'<rss version="2.0" {NAMES}><channel><title>News</title>{head}{item}</channel></rss>'.encode()


def asked(head: str) -> Manners:
    return read(feed(head), URL).manners


@pytest.mark.parametrize(
    ("head", "seconds"),
    [
        ("", 0),
        ("<ttl>15</ttl>", 900),
        ("<ttl> 15\n</ttl>", 900),
        ("<ttl>soon</ttl>", 0),
        ("<ttl>-5</ttl>", 0),
        ("<ttl>99999999999</ttl>", 0),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 900),
        ("<sy:updatePeriod> Hourly </sy:updatePeriod>", 3600),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 86400),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", 0),
        ("<ttl>5</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
    ],
)
def test_how_long_a_feed_wants_to_be_left_alone(head: str, seconds: float) -> None:
    assert asked(head).wait(NOON) == seconds


def test_what_wordpress_writes_into_every_feed_is_nobodys_wish() -> None:
    period = "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>"
    generator = "<generator>https://wordpress.org/?v=6.8</generator>"
    assert asked(generator + period).wait(NOON) == 0
    assert asked(generator + period.replace(">1<", ">2<")).wait(NOON) == 1800
    assert asked(period).wait(NOON) == 3600


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("<skipHours><hour>12</hour><hour>13</hour></skipHours>", 120),
        ("<skipHours><hour>13</hour></skipHours>", 0),
        ("<skipHours><hour>13</hour></skipHours><ttl>90</ttl>", 120),
        ("<skipDays><day>Sunday</day></skipDays>", 720),
        ("<skipDays><day>sunday</day></skipDays><skipHours><hour>0</hour><hour>24</hour></skipHours>", 780),
        ("<skipDays><day>Sun</day></skipDays><skipHours><hour>25</hour><hour>x</hour></skipHours>", 0),
        ("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>", 0),
    ],
)
def test_hours_and_days_when_nobody_is_to_ask(head: str, minutes: int) -> None:
    assert asked(head).wait(NOON) == minutes * 60


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("max-age=300", 300),
        ("public, Max-Age=300, must-revalidate", 300),
        ("no-cache, max-age=300", 0),
        ("no-store", 0),
        ("s-maxage=300", 0),
        ("max-age=-1", 0),
        ("max-age=x", 0),
    ],
)
def test_how_long_an_answer_stays_fresh(said: str, seconds: float) -> None:
    assert manners.heard(Manners(fresh=60), {"Cache-Control": said}, URL).wait(NOON) == seconds


def test_the_longest_of_what_is_asked_counts_and_silence_changes_nothing() -> None:
    kept = manners.heard(Manners(rest=900, fresh=60), {}, URL)
    assert kept == Manners(rest=900, fresh=60)
    assert manners.heard(kept, {"Cache-Control": "max-age=1200"}, URL).wait(NOON) == 1200


HUB = '<atom:link rel="hub" href="https://hub.example/"/>'


@pytest.mark.parametrize(
    ("head", "hub", "topic"),
    [
        ("", "", ""),
        ('<atom:link rel="self" href="https://news.example/self"/>', "", ""),
        (f'{HUB}<atom:link rel="self" href="/self"/>', "https://hub.example/", "https://news.example/self"),
        (f'{HUB}<atom:link rel="x self" href="/self"/>', "https://hub.example/", "https://news.example/self"),
        (HUB, "https://hub.example/", URL),
        ('<atom:link rel="hub" href="javascript:x"/>', "", ""),
        (f"{HUB}<item>{HUB.replace('hub.example', 'other.example')}</item>", "https://hub.example/", URL),
    ],
)
def test_who_tells_of_news(head: str, hub: str, topic: str) -> None:
    found = manners.heard(asked(head), {}, URL)
    assert (found.hub, found.topic) == (hub, topic)


def test_the_header_link_leads() -> None:
    said = '<https://hub.example/>; rel="hub", </self>; rel="self", <x>; rel=next'
    found = manners.heard(
        Manners(hub="https://old.example/", topic="https://old.example/x"), {"Link": said}, URL
    )
    assert (found.hub, found.topic) == ("https://hub.example/", "https://news.example/self")


@pytest.mark.parametrize(
    ("head", "complete"),
    [("", False), ("<fh:complete/>", True), ("<itunes:complete>Yes</itunes:complete>", False)],
)
def test_a_feed_may_say_that_it_is_all_there_is(head: str, complete: bool) -> None:
    assert read(feed(head), URL).complete is complete


def test_a_feed_that_breaks_off_is_not_all_there_is() -> None:
    assert not read(feed("<fh:complete/>")[:-20], URL).complete


def test_atom_says_the_same_in_its_own_way() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/a/"><title>News</title>'
        '<link rel="hub" href="/hub"/><link rel="self" href="feed"/><link rel="next" href="feed?page=2"/>'
        "<entry><id>e</id><title>T</title><updated>2026-11-22T07:00:00Z</updated></entry></feed>"
    )
    listing = read(atom.encode(), URL)
    assert listing.manners.hub == "https://news.example/hub"
    assert listing.manners.topic == "https://news.example/a/feed"
    assert listing.older == "https://news.example/a/feed?page=2"


PARTS = st.sampled_from(
    ["<ttl>", "</ttl>", "<skipHours>", "<hour>9</hour>", "<day>Monday</day>", "</skipHours>",
     "<link rel='hub'", " href='x'", "/>", "<skipDays>", "9", "<sy:updatePeriod>daily", "<x:y>"]
)  # fmt: skip


@given(st.lists(PARTS | st.text(max_size=3)), st.text(max_size=30), st.text(max_size=30))
def test_anything_may_be_said(parts: list[str], control: str, link: str) -> None:
    root = etree.fromstring(feed("".join(parts).replace("\0", "")), etree.XMLParser(recover=True))
    found = manners.read(manners.head(root), URL)
    found = manners.heard(found, {"Cache-Control": control, "Link": link}, URL)
    assert 0 <= found.wait(NOON) <= timedelta(days=16).total_seconds()


@given(
    st.builds(
        Manners,
        st.floats(),
        st.floats(),
        st.lists(st.integers()).map(tuple),
        st.lists(st.integers()).map(tuple),
    )
)
def test_whatever_is_remembered_can_be_waited_for(remembered: Manners) -> None:
    assert 0 <= remembered.wait(NOON) <= timedelta(days=16).total_seconds()
