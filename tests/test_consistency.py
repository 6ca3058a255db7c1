"""One model, several profiles: whatever a feed is, each format is read back to the same items.

The readers here are a few lines of lxml and json each, and know nothing of the code that writes.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from lxml import etree
from msgspec import Struct

from feeds import FORMATS
from feeds.model import Feed
from tests.feeds_strategies import feeds, newsroom, programmes

MEDIA = "{http://search.yahoo.com/mrss/}"


class Told(Struct, frozen=True):
    """What a reader hears of an item; a day is all that some formats say of its date."""

    title: str
    short: str
    picture: str
    moment: datetime | None = None
    day: str = ""


Reader = Callable[[bytes], Iterator[tuple[str, Told]]]


def direct_publisher(body: bytes) -> Iterator[tuple[str, Told]]:
    root = json.loads(body)
    for name in ("movies", "shortFormVideos", "tvSpecials", "liveFeeds"):
        yield from map(_entry, root.get(name, ()))
    for show in root.get("series", ()):
        yield from map(_entry, show.get("episodes", ()))
        for season in show.get("seasons", ()):
            yield from map(_entry, season["episodes"])


def _entry(one: Any) -> tuple[str, Told]:
    day = one.get("releaseDate", "")
    return one["id"], Told(one["title"], one["shortDescription"], one["thumbnail"], day=day)


def roku_search(body: bytes) -> Iterator[tuple[str, Told]]:
    for one in json.loads(body)["assets"]:
        if "content" in one:
            (option,) = one["content"]["playOptions"]
            assert option["playId"] == one["id"]
            pictures = {image["url"] for image in one["images"]}
            said = one["titles"][0]["value"], one["shortDescriptions"][0]["value"], pictures.pop()
            assert not pictures
            yield one["id"], Told(*said, day=one["releaseDate"])


def media_rss(body: bytes) -> Iterator[tuple[str, Told]]:
    for item in etree.fromstring(body).iterfind("channel/item"):
        title, short = item.findtext("title", ""), item.findtext("description", "")
        assert item.findtext(f"{MEDIA}title") == title
        (picture,) = {part.get("url", "") for part in item.iter(f"{MEDIA}thumbnail")}
        moment = _moment(item.findtext("pubDate", ""))
        yield item.findtext("guid", ""), Told(title, short, picture, moment)


def _moment(date: str) -> datetime:
    iso = date[:1].isdigit()
    return datetime.fromisoformat(date) if iso else datetime.strptime(date, "%a, %d %b %Y %H:%M:%S %z")


READERS: Mapping[str, Reader] = {
    "roku": direct_publisher, "search": roku_search,
    **{name: media_rss for name in FORMATS if "mrss" in name},
}  # fmt: skip


def read(name: str, feed: Feed) -> dict[str, Told]:
    written = FORMATS[name].write(feed)
    found = list(READERS[name](written.body))
    assert sorted(id for id, _ in found) == sorted(written.ids)
    return dict(found)


def is_told_alike_everywhere(feed: Feed) -> None:
    everything = read("mrss", feed)
    for name in FORMATS:
        for id, told in read(name, feed).items():
            same = everything[id]
            assert told.title == same.title or (name == "mrss_msn" and _is_clipped(told.title, same.title))
            assert (told.short, told.picture) == (same.short, same.picture)
            assert same.moment is not None
            assert told.moment in (same.moment, None)
            assert told.day in ("", same.moment.astimezone(UTC).date().isoformat())


def _is_clipped(title: str, whole: str) -> bool:
    return len(title) <= 150 < len(whole) and whole.startswith(title.rstrip("…"))


@settings(max_examples=30)
@given(feed=feeds())
def test_any_feed_is_the_same_items_in_every_format(feed: Feed) -> None:
    is_told_alike_everywhere(feed)


def test_a_newsroom_is_the_same_items_in_every_format() -> None:
    for feed in (newsroom(), programmes()):
        is_told_alike_everywhere(feed)
        # What every reader takes is everywhere: streams but no live ones.
        names = {name: set(read(name, feed)) for name in FORMATS}
        assert names["roku"] == names["roku_mrss"] == names["mrss"] == names["mrss_fire"]
        assert names["search"] <= names["mrss"]
