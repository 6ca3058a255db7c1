"""What leaves the air at once: the document stays whole and every reader shows the rest."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import FORMATS
from feeds.contents import contents
from feeds.model import Feed, Format, Issue, Row
from feeds.readers import READERS
from feeds.removal import without
from tests.articles import NOON, article, channel
from tests.feeds_strategies import feeds, programmes, story

FEED = Feed(
    channel(),
    (
        Row("World", (article(1), article(2))),
        Row("Sport", (article(3),)),
        Row("All", (article(1), article(3))),
    ),
    NOON,
)
OTHERS = Feed(channel(), (Row("World", (article(1), article(2))), Row("All", (article(1),))), NOON)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_left_is_what_would_have_been_written_without_it(name: str) -> None:
    format_ = FORMATS[name]
    left = without(format_.write(FEED).body, {article(3).id})
    assert [i for i in format_.check(left) if i.severity == "error"] == []
    for reader in format_.readers:
        assert READERS[reader](left, format_.path) == READERS[reader](
            format_.write(OTHERS).body, format_.path
        )
    assert article(3).id.encode() not in left


def test_json_is_the_same_bytes() -> None:
    left = without(FORMATS["roku"].write(FEED).body, {article(3).id})
    assert json.loads(left) == json.loads(FORMATS["roku"].write(OTHERS).body)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_not_there_changes_not_a_byte(name: str) -> None:
    body = FORMATS[name].write(FEED).body
    assert without(body, {"nobody0000000000"}) is body


@pytest.mark.parametrize("name", FORMATS)
def test_the_last_item_leaves_an_empty_document(name: str) -> None:
    body = FORMATS[name].write(FEED).body
    left = without(body, {article(n).id for n in (1, 2, 3)})
    assert not any(article(n).id.encode() in left for n in (1, 2, 3))


@pytest.mark.parametrize("name", ["roku", "search"])
def test_a_series_loses_the_picture_of_an_episode_that_leaves_and_goes_with_its_last_one(name: str) -> None:
    feed = replace(programmes(), channel=channel())
    body = FORMATS[name].write(feed).body
    newest, older, oldest = story(24).id, story(48).id, story(9000).id
    assert without(body, {newest}).count(b"/24.jpg") == 0
    assert without(body, {newest}).count(b"/48.jpg") > without(body, {older}).count(b"/48.jpg") == 0
    left = without(body, {newest, older, oldest})
    assert b"Evening News" not in left
    assert errors(FORMATS[name], left) == []


def errors(format_: Format, body: bytes) -> list[Issue]:
    return [i for i in format_.check(body) if i.severity == "error"]


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25)
@given(feed=feeds(), data=st.data())
def test_any_feed_loses_what_it_is_told_to_and_nothing_else(
    name: str, feed: Feed, data: st.DataObject
) -> None:
    written = FORMATS[name].write(feed)
    if len(written.ids) < 2:
        return
    gone = data.draw(st.sets(st.sampled_from(written.ids), min_size=1, max_size=len(written.ids) - 1))
    left = without(written.body, gone)
    assert set(contents(left)) == set(written.ids) - gone
    assert [i for i in FORMATS[name].check(left) if i.severity == "error"] == []
