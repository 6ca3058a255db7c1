"""A long feed in pages: nothing is lost between them, and what is published once hardly ever changes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from feeds import FORMATS, paging, search
from feeds.model import Article, Feed, Format, Row, Written
from feeds.mrss import STANDARD
from tests.feeds_strategies import CHANNEL, FILE, NOON, feeds, story

NS = {"atom": "http://www.w3.org/2005/Atom", "fh": "http://purl.org/syndication/history/1.0"}
SMALL = replace(STANDARD, page=8)
HOUR = timedelta(hours=1)
Node = etree._Element

paged_formats = pytest.mark.parametrize("fmt", [f for f in FORMATS.values() if f.page], ids=lambda f: f.name)


def news(first: int, last: int, **changes: object) -> Feed:
    """Return a feed of the stories of these numbers; the higher the number the newer."""
    articles = (numbered(n, **changes) for n in range(last, first - 1, -1))
    return Feed(CHANNEL, (Row("World", tuple(articles)),), NOON)


def numbered(number: int, **changes: object) -> Article:
    when = NOON - timedelta(days=100) + number * HOUR
    usual: dict[str, object] = {"published": when, "first_seen": when, "updated": None, "videos": FILE}
    return story(number, **{**usual, **changes})  # type: ignore[arg-type]


def documents(written: Written, path: str = "mrss.xml") -> dict[str, Node]:
    """Return the channels of all documents by their paths, in the order in which a reader finds them."""
    bodies = {path: written.body, **written.pages}
    return {path: etree.fromstring(bodies[path])[0] for path in chain_of(bodies, path)}


def chain_of(bodies: dict[str, bytes], path: str, rel: str = "prev-archive") -> Iterator[str]:
    while path:
        yield path
        path = links(etree.fromstring(bodies[path])[0]).get(rel, "")


def links(channel: Node) -> dict[str, str]:
    found = {link.get("rel", ""): link.get("href", "") for link in channel.findall("atom:link", NS)}
    return {rel: href.removeprefix(f"{CHANNEL.feeds_url}/") for rel, href in found.items()}


def ids(channel: Node) -> list[str]:
    return [item.findtext("guid", "") for item in channel.findall("item")]


# -- what is in them -------------------------------------------------------------------------------


def test_a_feed_that_fits_is_one_document_and_says_that_it_is_all() -> None:
    written = paging.write(news(1, 8), SMALL)
    assert written == SMALL.write(news(1, 8))
    assert written.pages == {}
    channel = etree.fromstring(written.body)[0]
    assert channel.find("fh:complete", NS) is not None
    assert list(links(channel)) == ["self"]


def test_a_long_feed_is_a_chain_of_documents_that_are_feeds_of_their_own() -> None:
    feed = news(1, 60)
    written = paging.write(feed, SMALL)
    found = documents(written)
    assert set(found) == {"mrss.xml", *written.pages}
    assert [name for channel in found.values() for name in ids(channel)] == list(SMALL.write(feed).ids)
    assert sorted(written.ids) == sorted(SMALL.write(feed).ids)
    for body in (written.body, *written.pages.values()):
        assert SMALL.check(body) == []


def test_each_document_says_what_and_where_it_is() -> None:
    (current, channel), *older = documents(paging.write(news(1, 60), SMALL)).items()
    newest, oldest = older[0], older[-1]
    assert links(channel) == {
        "self": current, "first": current, "next": newest[0], "prev-archive": newest[0],
    }  # fmt: skip
    assert channel.find("fh:archive", NS) is None
    assert channel.find("fh:complete", NS) is None
    assert links(oldest[1]) == {"self": oldest[0], "first": current, "current": current}
    assert all(archive.find("fh:archive", NS) is not None for _, archive in older)
    assert all(path.startswith("mrss/a") and path.endswith(".xml") for path, _ in older)


def test_the_current_document_holds_enough_and_no_page_too_much() -> None:
    first, *older = documents(paging.write(news(1, 500), SMALL)).values()
    assert 8 <= len(ids(first)) <= 16
    assert all(1 <= len(ids(page)) <= 8 for page in older)


def test_rows_have_the_same_titles_on_every_page() -> None:
    new, old = news(31, 60).rows[0].articles, news(1, 30).rows[0].articles
    feed = Feed(CHANNEL, (Row("World", new), Row("WORLD", old)), NOON)
    *_, oldest = documents(paging.write(feed, SMALL)).values()
    assert {item.findtext("category") for item in oldest.findall("item")} == {"WORLD 2"}


@settings(max_examples=30)
@given(feed=feeds(most=12), size=st.integers(1, 5))
def test_any_feed_in_pages_loses_and_doubles_nothing(feed: Feed, size: int) -> None:
    parts = paging.paged(feed, replace(STANDARD, page=size))
    whole = [article.id for row in feed.rows for article in row.articles]
    told = [{article.id for row in part.rows for article in row.articles} for part in parts]
    assert sorted(name for part in told for name in part) == sorted(set(whole))
    paths = [part.page.path for part in parts if part.page]
    assert len(set(paths)) == len(paths)
    written = paging.write(feed, replace(STANDARD, page=size))
    assert sorted(written.ids) == sorted(STANDARD.write(feed).ids)
    assert all(b"<item>" in body for body in written.pages.values())


# -- and that they stay ----------------------------------------------------------------------------


@settings(max_examples=30)
@given(before=st.integers(1, 80), more=st.integers(1, 60))
def test_news_changes_no_page(before: int, more: int) -> None:
    pages = paging.write(news(1, before), SMALL).pages
    assert pages.items() <= paging.write(news(1, before + more), SMALL).pages.items()


@settings(max_examples=30)
@given(gone=st.integers(1, 79))
def test_what_goes_off_air_at_the_end_changes_the_last_pages_only(gone: int) -> None:
    before = documents(paging.write(news(1, 80), SMALL))
    after = documents(paging.write(news(1 + gone, 80), SMALL))
    kept = [path for path in before if path in after]
    left = {f"a{n:015d}" for n in range(gone + 1, 81)}
    # A page that was full ends wherever it was full, until one ends by itself again.
    whole = [path for path in kept if set(ids(before[path])) <= left]
    assert [ids(after[path]) for path in whole[:-1]] == [ids(before[path]) for path in whole[:-1]]


def test_a_page_changes_no_byte_when_another_one_loses_a_story() -> None:
    feed = news(1, 80)
    before = paging.write(feed, SMALL).pages
    _, second, *rest = documents(paging.write(feed, SMALL)).items()
    dropped = ids(second[1])[-1]
    articles = tuple(a for a in feed.rows[0].articles if a.id != dropped)
    after = paging.write(replace(feed, rows=(Row("World", articles),)), SMALL).pages
    assert {path: after.get(path) for path, _ in rest} == {path: before[path] for path, _ in rest}


def test_a_story_that_changes_turns_up_in_the_current_document() -> None:
    feed = news(1, 80)
    *_, oldest = documents(paging.write(feed, SMALL)).values()
    name = ids(oldest)[0]
    changed = tuple(replace(a, updated=NOON) if a.id == name else a for a in feed.rows[0].articles)
    found = documents(paging.write(replace(feed, rows=(Row("World", changed),)), SMALL))
    assert name in ids(found["mrss.xml"])
    assert sum(name in ids(channel) for channel in found.values()) == 1


def test_the_date_of_a_page_is_that_of_its_last_change() -> None:
    _, *older = documents(paging.write(news(1, 80), SMALL)).values()
    for page in older:
        newest = max(page.findall("item"), key=lambda item: item.findtext("guid", ""))
        assert page.findtext("lastBuildDate") == newest.findtext("pubDate")


# -- every format that has pages -------------------------------------------------------------------


@paged_formats
def test_a_feed_of_thousands_is_paged_and_each_page_is_good(fmt: Format) -> None:
    small = replace(fmt, page=40)
    written = paging.write(news(1, 300), small)
    assert len(written.pages) > 3
    assert all(not fmt.check(body) for body in (written.body, *written.pages.values()))
    assert sorted(written.ids) == sorted(fmt.write(news(1, 300)).ids)


def test_nothing_is_paged_that_a_tv_reads() -> None:
    assert not [fmt.name for fmt in FORMATS.values() if fmt.readers and fmt.page]
    assert search.FORMAT in FORMATS.values()
