"""Whether a document may take the place of the last one (design rule 3)."""

import gzip
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from feeds import FORMATS, paging
from feeds.model import Article, Feed, Image, Row
from feedsvc.publication import document_of, held_because, says
from feedsvc.store import Document
from tests.articles import NOON, article, channel

ROKU, MRSS = FORMATS["roku"], FORMATS["mrss"]


def feed(*articles: Article) -> Feed:
    return Feed(channel(), (Row("World", articles),), NOON)


def document(count: int) -> Document:
    told = feed(*(article(n) for n in range(count)))
    return document_of(ROKU.write(told), ROKU, told, NOON)


def test_the_same_news_is_the_same_document() -> None:
    one, two = document(3), document(3)
    assert (one.etag, one.body, one.gzip) == (two.etag, two.body, two.gzip)
    assert gzip.decompress(one.gzip) == one.body
    assert document(4).etag != one.etag


def test_a_good_document_is_published() -> None:
    assert held_because(document(3), ROKU, None, 0.5) is None
    assert held_because(document(2), ROKU, document(4), 0.5) is None


def test_a_document_without_items_never_replaces_one() -> None:
    assert "No article is fit" in (held_because(document(0), ROKU, document(3), 1.0) or "")


def test_a_document_that_shrank_is_held_unless_a_person_says_so() -> None:
    assert held_because(document(1), ROKU, document(4), 0.5) == (
        "It would shrink from 4 to 1 items. If that is meant, publish it with: refresh --force."
    )
    assert held_because(document(1), ROKU, document(4), 1.0) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"https://cdn.example.org/1.mp4", b"http://cdn.example.org/1.mp4"),
        (b'"genres":["news"]', b'"genres":[]'),
        (b'"shortDescription":"What', b'"shortDescription":null,"x":"What'),
    ],
)
def test_an_invalid_document_is_held_with_its_first_fault(old: bytes, new: bytes) -> None:
    good = document(3)
    assert old in good.body
    bad = replace(good, body=good.body.replace(old, new, 1))
    assert " at /shortFormVideos/" in (held_because(bad, ROKU, None, 0.5) or "")


def test_a_document_that_a_reader_does_not_show_whole_is_held() -> None:
    good = document(3)
    bad = replace(good, ids=(*good.ids, "a999999999999999"))
    assert "a999999999999999" in (held_because(bad, ROKU, None, 0.5) or "")


def long(newest: int) -> Feed:
    return feed(*(article(n) for n in range(newest, newest + 2600)))


def published(told: Feed, now: datetime, last: Document | None = None) -> Document:
    return document_of(paging.write(told, MRSS), MRSS, told, now, last)


def test_a_page_that_is_as_it_was_keeps_its_date() -> None:
    first = published(long(200), NOON)
    later = published(long(100), NOON + timedelta(hours=1), first)
    assert first.pages
    assert {page.published for page in first.pages} == {NOON}
    kept = {page.path: page.published for page in later.pages if page in first.pages}
    assert kept
    assert set(kept.values()) == {NOON}
    assert says(first, paging.write(long(200), MRSS))
    assert not says(first, paging.write(long(100), MRSS))


def test_a_document_with_a_broken_page_is_held() -> None:
    good = published(long(1), NOON)
    assert held_because(good, MRSS, None, 0.5) is None
    broken = replace(good.pages[-1], body=good.pages[-1].body.replace(b"<guid", b"<gu", 1))
    bad = replace(good, pages=(*good.pages[:-1], broken))
    assert "not_xml" in (held_because(bad, MRSS, None, 0.5) or "")


def test_what_write_leaves_out_is_not_in_the_document() -> None:
    told = feed(article(1), article(2, thumbnail=Image("none")))
    written = ROKU.write(told)
    assert written.ids == (article(1).id,)
    assert "no_thumbnail" in {issue.code for issue in written.issues}


def test_case_6_one_news_in_a_profile_for_each_reader_with_the_same_wide_picture() -> None:
    told = feed(article(1), article(2))
    for name in ("roku", "roku_mrss", "mrss"):
        written = FORMATS[name].write(told)
        assert set(written.ids) == {article(1).id, article(2).id}
        for number in (1, 2):
            assert f"https://tv.example.org/media/{number:040x}.jpg".encode() in written.body
    tall = replace(article(3), thumbnail=Image("https://tv.example.org/media/tall.jpg", 450, 800))
    assert FORMATS["roku"].write(feed(article(1), tall)).ids == (article(1).id,)
