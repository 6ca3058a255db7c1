"""What a document says of its items: the same in every format, and how two documents differ."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import FORMATS
from feeds.contents import Change, contents, difference, lines, told_of
from feeds.model import Article, Feed, Row
from tests.articles import NOON, article, channel
from tests.feeds_strategies import feeds


def body(name: str, *articles: Article) -> bytes:
    return FORMATS[name].write(Feed(channel(), (Row("World", articles),), NOON)).body


@pytest.mark.parametrize("name", FORMATS)
def test_every_item_is_found_with_its_title_and_its_piece(name: str) -> None:
    found = contents(body(name, article(1), article(2)))
    assert list(found) == [article(1).id, article(2).id]
    for number, told in enumerate(found.values(), 1):
        assert told.title == f"Headline {number}"
        assert article(number).id in told.raw
        assert any(f"{number}.mp4" in value for value in told.fields.values()) or name == "search"


@pytest.mark.parametrize("name", FORMATS)
def test_one_item_is_told_as_among_all(name: str) -> None:
    both = body(name, article(1), article(2))
    assert told_of(both, article(2).id) == contents(both)[article(2).id]
    assert told_of(both, article(3).id) is None


@pytest.mark.parametrize("name", FORMATS)
def test_two_documents_are_compared_item_by_item(name: str) -> None:
    before = body(name, article(1), article(2))
    after = body(name, article(1, title="Mended"), article(3))
    found = difference(before, after)
    assert [(c.id, c.title) for c in found.added] == [(article(3).id, "Headline 3")]
    assert [(c.id, c.title) for c in found.removed] == [(article(2).id, "Headline 2")]
    (changed,) = found.changed
    assert (changed.id, changed.title) == (article(1).id, "Mended")
    assert {(was, now) for _, was, now in changed.fields} == {("Headline 1", "Mended")}


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_does_not_differ_from_itself(name: str) -> None:
    assert not difference(body(name, article(1)), body(name, article(1)))


def test_a_field_that_came_or_went_has_nothing_on_the_other_side() -> None:
    with_words, without = article(1, tags=("harbour",)), article(1)
    ((_, was, now),) = (
        field
        for field in difference(body("roku", without), body("roku", with_words)).changed[0].fields
        if field[0] == "tags"
    )
    assert "harbour" in now
    assert "harbour" not in was
    gone = replace(with_words, tags=())
    assert difference(body("roku", with_words), body("roku", gone)).changed[0].id == gone.id


@pytest.mark.parametrize("name", FORMATS)
def test_lines_are_short_enough_to_compare(name: str) -> None:
    shown = lines(body(name, article(1), article(2)))
    assert len(shown) > 20
    assert any("Headline 2" in line and "Headline 1" not in line for line in shown)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_far_as_they_go(data: bytes) -> None:
    assert isinstance(contents(data), dict)
    assert told_of(data, "nobody") is None
    assert isinstance(lines(data), list)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25)
@given(feed=feeds())
def test_any_feed_is_read_back_whole(name: str, feed: Feed) -> None:
    written = FORMATS[name].write(feed)
    assert set(contents(written.body)) == set(written.ids)
    assert difference(written.body, written.body) == difference(b"", b"")
    added = difference(b"", written.body).added
    assert all(isinstance(change, Change) for change in added)
    assert len(added) == len(written.ids)
