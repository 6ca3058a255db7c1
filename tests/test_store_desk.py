"""What producers changed by hand: kept, merged, undone, and stronger than any refresh."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.model import Window
from feedsvc.store import Action, Document, Edit, Hold, Store, open_store
from tests.articles import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store("sqlite:///test.db", tmp_path)
    yield opened
    opened.close()


def document(format_: str, *ids: str) -> Document:
    return Document("demo", format_, NOON, f"{format_}{ids}", ids, " ".join(ids).encode(), b"gz")


def less(one: Document) -> Document:
    ids = tuple(id_ for id_ in one.ids if id_ != "a")
    return replace(one, ids=ids, body=" ".join(ids).encode())


def test_edits_of_an_article_are_one_and_the_later_counts(store: Store) -> None:
    store.desk.record("demo", "a", Edit(title="First", row="Top"), "ann", NOON)
    store.desk.record("demo", "a", Edit(title="Second", focus=(0.2, 0.3)), "bob", NOON + HOUR)
    store.desk.record("demo", "b", Edit(window=Window(end=NOON)), "ann", NOON)
    store.desk.record("other", "a", Edit(title="Elsewhere"), "ann", NOON)
    assert store.desk.edits("demo") == {
        "a": Edit(title="Second", row="Top", focus=(0.2, 0.3)),
        "b": Edit(window=Window(end=NOON)),
    }


def test_undoing_brings_back_what_was_before_and_keeps_the_log(store: Store) -> None:
    store.desk.record("demo", "a", Edit(title="First"), "ann", NOON)
    second = store.desk.record("demo", "a", Edit(title="Second"), "bob", NOON + HOUR)
    undone = store.desk.undo(second, "ann", NOON + 2 * HOUR)
    assert undone is not None
    assert (undone.id, undone.edit, undone.who) == ("a", Edit(title="Second"), "bob")
    assert store.desk.edits("demo") == {"a": Edit(title="First")}
    assert store.desk.undo(second, "ann", NOON) is None
    assert store.desk.undo(99, "ann", NOON) is None
    newest, oldest = store.desk.log("demo", "a")
    assert (newest.undone, newest.undone_by, oldest.undone) == (NOON + 2 * HOUR, "ann", None)


def test_what_is_taken_off_leaves_every_document_at_once(store: Store) -> None:
    store.publish([document("roku", "a", "b"), document("mrss", "a", "b"), document("search", "b")])
    number = store.take_off("demo", "a", "ann", NOON, less)
    assert {name: store.editions("demo")[name].items for name in ("roku", "mrss", "search")} == {
        "roku": 1,
        "mrss": 1,
        "search": 1,
    }
    assert len(store.versions("demo", "search")) == 1
    assert store.desk.edits("demo") == {"a": Edit(off_air=True)}
    assert [entry.number for entry in store.desk.log("demo")] == [number]


def test_a_refresh_that_was_under_way_cannot_bring_it_back(store: Store) -> None:
    store.publish([document("roku", "a", "b")])
    number = store.take_off("demo", "a", "ann", NOON, less)
    assert not store.publish([document("mrss", "b"), document("roku", "a", "b", "c")])
    assert set(store.editions("demo")) == {"roku"}
    assert store.editions("demo")["roku"].items == 1
    store.desk.undo(number, "ann", NOON)
    assert store.publish([document("roku", "a", "b", "c")])


def test_a_hold_stands_until_it_is_released(store: Store) -> None:
    assert store.desk.held("demo") is None
    store.desk.hold("demo", Hold(NOON, "ann", "a court order"))
    store.desk.hold("demo", Hold(NOON + HOUR, "bob"))
    assert store.desk.held("demo") == Hold(NOON + HOUR, "bob")
    store.desk.hold("demo", None)
    assert store.desk.held("demo") is None


def test_who_did_what_is_remembered_newest_first(store: Store) -> None:
    for number in range(3):
        store.desk.note(Action("demo", NOON + number * HOUR, "ann", f"did {number}"))
    assert [action.what for action in store.desk.actions("demo", 2)] == ["did 2", "did 1"]
    assert store.desk.actions("other") == []
