"""Which articles of a source are wanted, and what its settings put right about them."""

from datetime import timedelta
from typing import Any

import pytest

from feeds.model import Rating
from feedsvc.selection import edited, unwanted
from feedsvc.settings import SourceSettings
from tests.articles import NOON, article
from tests.desk import Desk, story
from tests.fakes import FakeSource

HOUR = timedelta(hours=1)


def source(**fields: Any) -> SourceSettings:
    return SourceSettings(kind="rss", **fields)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, ""),
        ({"include": {"sections": ("world",)}}, ""),
        ({"include": {"sections": ("Sport",)}}, "it is in none of include.sections"),
        ({"include": {"tags": ("Elections",)}}, ""),
        ({"include": {"tags": ("weather",)}}, "it has none of include.tags"),
        ({"include": {"urls": ("/world/",)}}, ""),
        ({"include": {"urls": ("^https://blog",)}}, "its address matches none of include.urls"),
        ({"exclude": {"sections": ("WORLD",)}}, "its section World is one of exclude.sections"),
        ({"exclude": {"tags": ("elections",)}}, "its tag elections is one of exclude.tags"),
        ({"exclude": {"urls": (r"/\d+$",)}}, r"its address matches /\d+$ of exclude.urls"),
        ({"max_age": "every 2 hours"}, ""),
        ({"max_age": "every 30 minutes"}, "it is older than 30 minutes"),
        ({"min_words": 5}, ""),
        ({"min_words": 50}, "it has 14 words, and min_words is 50"),
    ],
)
def test_what_is_wanted(options: dict[str, Any], reason: str) -> None:
    one = article(60, tags=("elections",))
    issue = unwanted(one, source(**options), NOON)
    assert (issue.message if issue else "") == (
        f"The settings of its source leave it out: {reason}." if reason else ""
    )


def test_before_its_page_is_read_only_what_is_certain_counts() -> None:
    bare = article(section=(), tags=(), body=())
    unsure = source(include={"sections": ("Sport",), "tags": ("x",)}, min_words=99)
    assert unwanted(bare, unsure, NOON, read=False) is None
    assert unwanted(bare, unsure, NOON)
    assert unwanted(bare, source(exclude={"urls": ("/world/",)}), NOON, read=False)


def test_what_is_put_right() -> None:
    one = article(title="Bridge opens | Example News", section=("Lokales", "Welt"), tags=("Fussball",))
    options = source(
        title_suffix=" | Example News",
        section={"lokales": "Local", "Welt": ""},
        genre={"fussball": "sports"},
        rating="TVG",
        rating_source="USA_PR",
    )
    found = edited(one, options)
    assert (found.title, found.section, found.genres) == ("Bridge opens", ("Local",), ("sports",))
    assert found.rating == Rating("TVG", "USA_PR")
    assert edited(article(rating=Rating("TV14", "USA_PR")), options).rating == Rating("TV14", "USA_PR")
    assert edited(article(title=" | Example News"), options).title == " | Example News", "never to nothing"


def test_settings_count_at_once_and_for_what_is_stored(desk: Desk, film: Any) -> None:
    feed = FakeSource(story(1, film), story(2, film, section=("Sport",)))
    assert desk.told(feed).on_air == 2
    without: dict[str, Any] = {
        "source": ({"kind": "rss", "name": "s0", "exclude": {"sections": ("sport",)}},)
    }
    report = desk.told(feed, now=NOON + HOUR, **without)
    assert [(out.title, out.code) for out in report.left_out] == [("Story 2", "excluded")]
    assert report.changed == 0
    assert desk.told(feed, now=NOON + 2 * HOUR).on_air == 2


def test_what_is_unwanted_is_not_made_and_made_when_it_is_wanted_after_all(desk: Desk, film: Any) -> None:
    feed = FakeSource(story(1, film), story(2, film, section=("Sport",)))
    without: dict[str, Any] = {
        "source": ({"kind": "rss", "name": "s0", "exclude": {"sections": ("sport",)}},)
    }
    assert desk.told(feed, **without).on_air == 1
    (unmade,) = desk.store.newest("demo", ["s0"], 9, playable=False)
    assert (unmade.videos, unmade.thumbnail) == ((), None)
    desk.told(feed, now=NOON + HOUR)
    assert desk.told(feed, now=NOON + 2 * HOUR).on_air == 2
