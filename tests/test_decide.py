"""New, changed or as it was, and under which id: cases 28 and 39 to 43."""

from datetime import timedelta

import pytest

from feeds.model import Article, Issue
from feedsvc.decide import TRIES, Work, decide, known_as, names, retry_at, withdrawn
from feedsvc.sources import Pulled
from feedsvc.store import Stored
from tests.articles import NOON

URL = "https://news.example.org"


class Memory:
    """What a store would know after what was decided had been saved."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.stored: dict[str, Stored] = {}
        self.sources: set[str] = set()

    def pull(self, *pulls: tuple[str, list[Article]]) -> list[Work]:
        taken: dict[str, str] = {}
        self.sources |= {source for source, _ in pulls}
        works: list[Work] = []
        for source, articles in pulls:
            called = [names(source, article) for article in articles]
            works += decide(source, articles, called, self.known, self.stored, taken, self.sources)
        for work in works:
            article = Article(id=work.id, source=work.source)
            self.stored[work.id] = Stored(work.pulled, article)
        return works


def entry(guid: str, path: str, title: str = "Headline") -> Article:
    return Article(guid=guid, url=f"{URL}{path}", title=title)


def test_an_article_is_new_then_unchanged_then_changed_under_one_id() -> None:
    memory = Memory()
    (new,) = memory.pull(("rss", [entry("1", "/a")]))
    (same,) = memory.pull(("rss", [entry("1", "/a")]))
    (edited,) = memory.pull(("rss", [entry("1", "/a", "Edited")]))
    assert (new.before, new.unchanged, same.unchanged, edited.unchanged) == (None, False, True, False)
    assert new.id == same.id == edited.id == known_as(names("rss", entry("1", "/a"))[0])


@pytest.mark.parametrize(
    ("policy", "same"),
    [("auto", True), ("guid", False), ("url", False), ("canonical", True), ("cms id", True)],
)
def test_what_a_source_is_known_by_can_be_chosen(policy: str, same: bool) -> None:
    first = entry("guid 1", "/world/fire-4711234?utm_source=a")
    later = entry("guid 2", "/world/fire-4711234?utm_source=b")
    assert bool(set(names("rss", first, policy)) & set(names("rss", later, policy))) is same


def test_a_choice_that_names_nothing_falls_back() -> None:
    assert names("rss", Article(guid="g", title="T"), "cms id") == ("rss g",)


def test_case_28_identity_does_not_depend_on_the_time() -> None:
    one, two = Memory(), Memory()
    assert one.pull(("rss", [entry("1", "/a")]))[0].id == two.pull(("rss", [entry("1", "/a")]))[0].id


def test_case_39_a_guid_that_embeds_the_headline_and_changes_with_it() -> None:
    memory = Memory()
    first = entry(f"{URL}/world/fire-in-harbour-4711234", "/world/fire-in-harbour-4711234")
    later = entry(f"{URL}/world/fire-out-4711234", "/world/fire-out-4711234", "Fire out")
    assert memory.pull(("rss", [first]))[0].id == memory.pull(("rss", [later]))[0].id


def test_case_40_a_new_guid_for_the_same_address() -> None:
    memory = Memory()
    (one,) = memory.pull(("rss", [entry("story-v1", "/world/fire")]))
    (two,) = memory.pull(("rss", [entry("story-v2", "/world/fire?utm_source=rss")]))
    assert one.id == two.id


def test_case_41_a_new_address_for_the_same_guid() -> None:
    memory = Memory()
    (one,) = memory.pull(("rss", [entry("story", "/world/fire")]))
    (two,) = memory.pull(("rss", [entry("story", "/world/fire-is-out")]))
    assert one.id == two.id
    assert not two.unchanged


def test_case_43_two_entries_of_one_listing_are_two_articles_whatever_they_share() -> None:
    memory = Memory()
    twins = [entry("same", "/a-1234567"), entry("same", "/b-1234567")]
    first = [work.id for work in memory.pull(("rss", twins))]
    again = [work.id for work in memory.pull(("rss", twins))]
    assert len(set(first)) == 2
    assert set(first) == set(again)


def test_a_lesser_name_does_not_take_what_another_entry_is_known_by() -> None:
    memory = Memory()
    (old,) = memory.pull(("rss", [entry("old", "/fire-1234567")]))
    new, same = memory.pull(("rss", [entry("new", "/flood-1234567"), entry("old", "/fire-1234567")]))
    assert (same.id, same.unchanged) == (old.id, True)
    assert new.id != old.id


def test_a_story_that_two_sources_bring_is_one_article_of_the_first() -> None:
    memory = Memory()
    top, world = [entry("t1", "/fire")], [entry("w9", "/fire"), entry("w8", "/flood")]
    assert [w.pulled.guid for w in memory.pull(("top", top), ("world", world))] == ["t1", "w8"]
    assert [w.pulled.guid for w in memory.pull(("world", world))] == ["w8"]


def test_a_source_that_moved_takes_its_articles_along() -> None:
    memory = Memory()
    (old,) = memory.pull(("http://a.example/rss", [entry("1", "/fire")]))
    memory.sources = set()
    (new,) = memory.pull(("https://a.example/rss", [entry("1", "/fire")]))
    assert new.id == old.id


def test_a_guid_that_is_no_address_says_nothing_in_another_source() -> None:
    memory = Memory()
    one, two = memory.pull(("a", [Article(guid="1")]), ("b", [Article(guid="1")]))
    assert one.id != two.id


def test_what_a_complete_listing_no_longer_has_is_withdrawn() -> None:
    guids = {"id1": "one", "id2": "two", "id3": "three"}
    gone = Pulled(complete=True, kept=frozenset({"two"}))
    assert withdrawn(gone, ["id1"], guids) == ["id3"]
    assert withdrawn(Pulled(complete=True, failed=True), [], guids) == []
    assert withdrawn(Pulled(), [], guids) == []


def test_what_a_source_took_back_is_withdrawn_whatever_else_it_lists() -> None:
    guids = {"id1": "one", "id2": "two", "id3": "three"}
    gone = frozenset({"two", "nobody"})
    assert withdrawn(Pulled(gone=gone), ["id1"], guids) == ["id2"]
    assert withdrawn(Pulled(gone=gone), ["id2"], guids) == [], "another of its entries is that article"
    assert withdrawn(Pulled(gone=gone, failed=True), [], guids) == []
    kept = frozenset({"two", "three"})
    assert withdrawn(Pulled(gone=gone, kept=kept, complete=True), ["id1"], guids) == ["id2"]


def test_what_failed_in_passing_is_tried_again_ever_later_and_not_for_ever() -> None:
    failed = Article(issues=(Issue("error", "fetch_timeout", "x", "y"),))
    waits = [retry_at(failed, tries, NOON) for tries in range(1, TRIES + 1)]
    assert waits[0] == NOON + timedelta(minutes=5)
    assert waits[1] == NOON + timedelta(minutes=10)
    assert waits[-1] is None
    assert retry_at(Article(), 1, NOON) is None
