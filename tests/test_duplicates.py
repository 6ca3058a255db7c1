"""One story from two sources is one item, and two stories are two."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.duplicates import duplicates
from feeds.model import Article, Video
from tests.articles import NOON

TEXT = (
    "A fire broke out in the harbour on Sunday night. Forty firefighters fought it until the morning, and "
    "nobody was hurt. The warehouse held timber, the port authority said. The cause is not known yet."
)
FILM = Video("https://cdn.example.org/1.mp4", "MP4", "HD", 2500, 1280, 720, 63.4)


def told(id_: str, source: str, **fields: Any) -> Article:
    usual = {
        "id": id_,
        "source": source,
        "title": "Fire in the harbour: warehouse burns all night",
        "body": (TEXT,),
        "published": NOON,
        "first_seen": NOON,
    }
    return Article(**{**usual, **fields})


def kept(*articles: Article) -> dict[str, str]:
    return {id_: better.id for id_, better in duplicates(articles).items()}


def test_a_report_that_two_sources_bring_is_one_story() -> None:
    edited = told(
        "b",
        "agency",
        title="Warehouse in the harbour burns all night",
        body=(TEXT.replace("Forty", "Some 40"),),
    )
    assert kept(told("a", "own"), edited) == {"b": "a"}


@pytest.mark.parametrize(
    ("fields", "better"),
    [
        ({"videos": (FILM,)}, "b"),
        ({"body": (TEXT, TEXT, "And much more was said about it. " * 20)}, "b"),
        ({"first_seen": NOON - timedelta(hours=1)}, "b"),
        ({"first_seen": NOON + timedelta(hours=1)}, "a"),
    ],
)
def test_the_better_one_is_kept(fields: dict[str, Any], better: str) -> None:
    found = kept(told("a", "own"), told("b", "agency", **fields))
    assert found == {"b" if better == "a" else "a": better}


@pytest.mark.parametrize(
    "other",
    [
        {"source": "own"},
        {"published": NOON + timedelta(days=3)},
        {"title": "Fire in the town hall: files burn"},
        {
            "body": (
                "The mayor opened a school today, and children sang to him for an hour. It rained a bit.",
            )
        },
    ],
)
def test_other_stories_are_left_alone(other: dict[str, Any]) -> None:
    assert kept(told("a", "own"), told("b", **{"source": "agency", **other})) == {}


def test_a_listing_without_text_is_known_by_its_headline() -> None:
    assert kept(told("a", "own"), told("b", "agency", body=())) == {"b": "a"}


def test_japanese_is_compared_by_signs() -> None:
    one = told(
        "a", "own", title="港で火災、倉庫が一晩燃える", body=("日曜の夜、港で火災が起きた。けが人はいない。",)
    )
    other = told(
        "b",
        "agency",
        title="港で火災 倉庫が一晩燃える",
        body=("日曜の夜、港で火災が起きた。けが人はいない。",),
    )
    assert kept(one, other) == {"b": "a"}
    assert kept(one, told("c", "agency", title="市長選、現職が再選", body=("市長選は現職が勝った。",))) == {}


def test_three_tellings_leave_one() -> None:
    found = kept(told("a", "1"), told("b", "2"), told("c", "3"))
    assert found == {"b": "a", "c": "a"}


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.text("ab ", max_size=9), st.text("ab ", max_size=20)), max_size=8
    )
)
def test_whatever_they_say_the_better_one_stays(tellings: list[tuple[str, str, str]]) -> None:
    articles = [told(str(n), s, title=t, body=(b,)) for n, (s, t, b) in enumerate(tellings)]
    found = kept(*articles)
    assert not found.keys() & set(found.values())
    assert duplicates(articles) == duplicates(reversed(articles))
