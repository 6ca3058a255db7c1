"""The store: what is saved comes back, together or not at all, and versions do not run away."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feeds.model import Issue, Window
from feedsvc.http import Validator
from feedsvc.store import (
    RUNS_KEPT,
    VERSIONS_KEPT,
    Changes,
    Document,
    Run,
    SourceState,
    Store,
    Stored,
    StoreError,
    open_store,
)
from tests.articles import NOON, article

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store("sqlite:///deep/er/test.db", tmp_path)
    yield opened
    opened.close()


def kept(number: int, **fields: object) -> Stored:
    story = article(number, **fields)
    return Stored(story, story)


def document(etag: str, format_: str = "roku", *ids: str) -> Document:
    return Document("demo", format_, NOON, etag, ids, etag.encode(), b"gz")


def test_an_article_comes_back_as_it_was_saved(store: Store) -> None:
    one = Stored(article(1), article(1, issues=(Issue("error", "x", "y", "z"),)), 2, NOON + HOUR)
    store.save("demo", Changes([one], {one.article.id: ["guid-1", "https://a.example/1"]}), NOON)
    assert store.stored("demo", [one.article.id, "nobody"]) == {one.article.id: one}
    assert store.find("demo", ["guid-1", "guid-2"]) == {"guid-1": one.article.id}
    assert store.about(["https://a.example/1"]) == [("demo", one)]
    assert store.about([one.article.url]) == [("demo", one)]
    assert store.about([one.article.id]) == [("demo", one)]
    assert store.stored("other", [one.article.id]) == {}


def test_saving_again_replaces(store: Store) -> None:
    store.save("demo", Changes([kept(1)]), NOON)
    edited = Stored(article(1), article(1, title="Edited"))
    store.save("demo", Changes([edited]), NOON)
    assert store.stored("demo", [article(1).id])[article(1).id] == edited


def test_newest_are_by_date_and_by_whether_they_play(store: Store) -> None:
    stories = [kept(n) for n in (3, 1, 2)] + [kept(4, videos=()), kept(5, published=None, first_seen=NOON)]
    store.save("demo", Changes(stories), NOON)
    assert [a.title for a in store.newest("demo", ["rss"], 3, playable=True)] == [
        "Headline 5",
        "Headline 1",
        "Headline 2",
    ]
    assert [a.title for a in store.newest("demo", ["rss"], 9, playable=False)] == ["Headline 4"]


def test_what_is_withdrawn_is_not_lined_up_and_can_return(store: Store) -> None:
    one = kept(1)
    store.save("demo", Changes([one]), NOON)
    store.save("demo", Changes(withdrawn=[one.article.id]), NOON)
    assert store.newest("demo", ["rss"], 9, playable=True) == []
    assert store.guids("demo", "rss") == {}
    assert store.stored("demo", [one.article.id])[one.article.id].withdrawn == NOON
    store.save("demo", Changes([one]), NOON)
    assert store.guids("demo", "rss") == {one.article.id: "guid-1"}
    assert store.guids("demo", "rss", NOON - HOUR) == {one.article.id: "guid-1"}
    assert store.guids("demo", "rss", one.article.published) == {}


def test_articles_that_failed_in_passing_are_due_at_their_time(store: Store) -> None:
    failed = Stored(article(1), article(1), 1, NOON + HOUR)
    store.save("demo", Changes([failed, kept(2)]), NOON)
    assert store.due("demo", NOON) == []
    assert store.due("demo", NOON + HOUR) == [failed]


def test_the_next_edge_is_the_nearest_opening_or_closing(store: Store) -> None:
    assert store.next_edge("demo", NOON) is None
    store.save("demo", Changes([kept(1, window=Window(NOON + HOUR, NOON + 3 * HOUR)), kept(2)]), NOON)
    store.save("demo", Changes([kept(3, window=Window(None, NOON + 2 * HOUR))]), NOON)
    edges = [store.next_edge("demo", NOON + n * HOUR) for n in range(4)]
    assert edges == [NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR, None]


def test_a_source_is_remembered_with_its_validators(store: Store) -> None:
    assert store.sources("demo") == {}
    state = SourceState(
        {"https://a.example/rss": Validator('"1"', "today")}, (Issue("warning", "a", "b", "c"),)
    )
    store.save("demo", Changes(sources={"rss": state}), NOON)
    assert store.sources("demo") == {"rss": state}


def test_nothing_to_save_writes_nothing(store: Store, tmp_path: Path) -> None:
    store.save("demo", Changes([kept(1)]), NOON)
    files = {
        p: (p.stat().st_mtime_ns, p.read_bytes())
        for p in (tmp_path / "deep/er").iterdir()
        if "shm" not in p.name
    }
    store.save("demo", Changes(), NOON)
    assert files == {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in files}


def test_documents_are_versions_of_which_the_last_counts(store: Store) -> None:
    assert store.document("demo", "roku") is None
    assert store.latest_version() == 0
    store.publish([document("one", "roku", "a1"), document("two", "mrss")])
    current = store.document("demo", "roku")
    assert current is not None
    assert (current.etag, current.ids, current.body, current.published) == ("one", ("a1",), b"one", NOON)
    assert store.latest_version() == 2


def test_only_the_last_versions_are_kept_and_numbers_never_return(store: Store) -> None:
    for number in range(VERSIONS_KEPT + 5):
        store.publish([document(f"v{number}")])
    store.publish([document("other", "mrss")])
    versions = store.versions("demo", "roku")
    assert [v.etag for v in versions] == [f"v{n}" for n in range(VERSIONS_KEPT + 4, 4, -1)]
    assert store.latest_version() == VERSIONS_KEPT + 6


def test_only_the_last_runs_are_kept(store: Store) -> None:
    for number in range(RUNS_KEPT + 3):
        store.record(Run("demo", NOON + number * HOUR, "published", b"{}"))
    runs = store.runs("demo", limit=RUNS_KEPT + 9)
    assert len(runs) == RUNS_KEPT
    assert runs[0].at == NOON + (RUNS_KEPT + 2) * HOUR


def test_what_is_saved_is_there_after_the_process_is_gone(tmp_path: Path) -> None:
    first = open_store("sqlite:///test.db", tmp_path)
    first.save("demo", Changes([kept(1)]), NOON)
    second = open_store("sqlite:///test.db", tmp_path)  # as another process would, nothing closed
    assert len(second.newest("demo", ["rss"], 9, playable=True)) == 1
    first.close()
    second.close()


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "test.db").write_bytes(b"<html>" * 1000)
    with pytest.raises(StoreError, match=r"test.db does not work: file is not a database"):
        open_store("sqlite:///test.db", tmp_path)


def test_a_database_that_dies_is_a_sentence(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "deep/er/test.db") as db:
        db.execute("DROP TABLE document")
    with pytest.raises(StoreError, match="no such table"):
        store.document("demo", "roku")


def test_many_ids_are_asked_for_in_batches(store: Store) -> None:
    store.save("demo", Changes([kept(n) for n in range(1200)]), NOON)
    assert len(store.stored("demo", [article(n).id for n in range(1300)])) == 1200
