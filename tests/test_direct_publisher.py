"""Direct Publisher in any shape: what was meant is found wherever it stands, by the source and by mending."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import direct_publisher, values
from feeds.mending import Told, mend
from feedsvc.sources import roku
from tests.tv_feeds import clip, feed, series

NOW = datetime(2026, 11, 28, tzinfo=UTC)
FILM = "https://tv.example/a1.mp4"
SAMPLE = Path(__file__).parent / "data" / "sources" / "roku" / "harbour.json"


def item(**fields: object) -> dict[str, Any]:
    """Return an item with a film; a field of None is not there."""
    told = {"id": "a1", "title": "T", "content": {"duration": 60, "videos": [{"url": FILM}]}, **fields}
    return {name: value for name, value in told.items() if value is not None}


def films(value: object) -> list[str]:
    """Return the films that the source finds, having seen that mending finds as many."""
    body = json.dumps(value).encode()
    found = [v.url for article in roku.read(body, "https://tv.example/").articles for v in article.videos]
    mended = b"".join(mend(body, "roku", Told(NOW, base="https://tv.example/")).bodies).decode()
    assert mended.count(".mp4") == len(found), mended
    return found


@pytest.mark.parametrize(
    "value",
    [
        {"movies": [item()]},
        {"Movies": [item()]},
        {"movies": item()},
        {"videos": [item()]},
        {"comedy": [item()]},
        [item()],
        [{"movies": [item()]}],
        {"data": {"feed": {"movies": [item()]}}},
        {"series": [item()]},
        {"series": [{"title": "S", "episodes": [item()]}]},
        {"movies": [{"title": "S", "seasons": {"episodes": item()}}]},
        {"movies": [item(content=None, url="/a1.mp4")]},
        {"movies": [[item()]]},
        {"movies": [item(content=FILM)]},
        {"movies": [item(content={"videos": [[{"url": FILM}]]})]},
        {"movies": [item(content=[{"videos": FILM}])]},
        {"movies": [item(content=None, video_url=FILM)]},
        {"movies": [item(content=None, Content={"Streams": [{"src": FILM}]})]},
        {"movies": [item(content={"videos": [{"url": ["//tv.example/a1.mp4"]}]})]},
        {"movies": [item()], "sponsors": [{"name": "Bank", "url": "https://bank.example/"}]},
    ],
)
def test_a_film_is_found_wherever_it_stands(value: object) -> None:
    assert films(value) == [FILM]


@pytest.mark.parametrize(
    "value",
    [None, 7, "x", [], {}, [7], {"assets": [{"id": "1"}]}, {"movies": 7}, {"a": [{"url": "x"}]}],
)
def test_what_has_no_item_is_no_feed(value: object) -> None:
    assert direct_publisher.root(value) is None


def test_what_belongs_to_the_item_and_what_to_its_content() -> None:
    given: dict[str, object] = {
        "Name": "T", "duration": "1:03", "captions": "/a.vtt", "url": "https://tv.example/page",
        "content": {"videos": FILM, "genres": "news, sports", "adBreaks": "00:10:00, 00:20:00", "note": 1},
    }  # fmt: skip
    assert direct_publisher.item(given) == {
        "title": "T",
        "url": "https://tv.example/page",
        "genres": ["news", "sports"],
        "content": {
            "videos": [{"url": FILM}],
            "duration": 63.0,
            "captions": [{"url": "/a.vtt"}],
            "adBreaks": ["00:10:00", "00:20:00"],
            "note": 1,
        },
    }


@pytest.mark.parametrize("value", [feed(clip("a1"), clip("a2")), feed(clip("a1"), series=[series()])])
def test_what_is_as_it_should_be_is_left_alone(value: dict[str, Any]) -> None:
    found = list(direct_publisher.entries(value))
    assert [entry.shapely for entry in found] == [True] * len(found)
    assert not next(direct_publisher.entries({"movies": [item(tags="a, b")]})).shapely


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("news", (("news",),)),
        ("a AND b", (("a", "b"),)),
        ("a OR (b && c) || d", (("a",), ("b", "c"), ("d",))),
        ("arts and crafts", (("arts and crafts",),)),
        ("", ()),
    ],
)
def test_a_row_asks_for_tags(query: str, terms: object) -> None:
    (row,) = direct_publisher.rows({"categories": [{"name": "R", "query": query}]})
    assert row.terms == terms


def test_a_row_has_the_playlist_it_means() -> None:
    told: dict[str, object] = {
        "categories": {"playlistName": "news "},
        "playlists": [{"name": "News", "itemIds": "a, 7"}],
    }
    (row,) = direct_publisher.rows(told)
    assert (row.name, list(row.ids)) == ("news", ["a", "7"])
    (other,) = direct_publisher.rows({"categories": [{"query": "sea"}], "playlists": [{"itemIds": ["a"]}]})
    assert (other.name, list(other.ids)) == ("sea", [])


NONSENSE: tuple[object, ...] = (None, True, 17, "x", [], {}, [[1]], {"x": [None]})


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every list and object in a value, with each of its members' places."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, member in list(inside):
        yield value, place
        yield from places(member)


@pytest.mark.parametrize("nonsense", NONSENSE, ids=repr)
def test_nonsense_anywhere_costs_no_other_list(nonsense: object) -> None:
    feed = json.loads(SAMPLE.read_text())
    for holder, place in list(places(feed)):
        before, holder[place] = holder[place], nonsense
        body = json.dumps(feed).encode()
        assert len(roku.read(body, "https://tv.example/").articles) >= 3, (place, body)
        assert mend(body, "roku", Told(NOW)).bodies, (place, body)
        holder[place] = before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["1:14", "a, b", FILM, ""]),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(
        st.sampled_from(["url", "URL", "src", "title", "content", "videos", "video_url", "duration", "tags",
                         "images", "image", "episodes", "seasons", "credits", "name", "episode", "x"]),
        inside, max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_an_item_in_its_shape_keeps_it(value: object) -> None:
    fit = values.fit(value)
    given = values.without_nulls(fit if isinstance(fit, dict) else {"content": fit})
    once = direct_publisher.item(given)
    assert direct_publisher.item(once) == once


@pytest.mark.parametrize(
    ("said", "meant"),
    [(63, 63), (63.5, 63.5), ("63", 63), ("63.5 sec", 63.5), ("1:03", 63), ("01:01:03.5", 3663.5),
     ("PT1M3.5S", 63.5), ("P1DT1H", 90_000), ("2500 kbps", 2500), ("0", 0)],
)  # fmt: skip
def test_numbers(said: object, meant: float) -> None:
    assert values.seconds(said) == meant


@pytest.mark.parametrize("said", [None, True, "", "long", "P", "PT", "-5", -5, 1e300, [], {}, "1:2:3:4"])
def test_what_is_no_number(said: object) -> None:
    assert values.seconds(said) is None


@pytest.mark.parametrize(
    ("said", "meant"), [("26-11-20", "2026-11-20"), (" 26-11-20 07:00", "2026-11-20 07:00"), ("soon", "soon")]
)
def test_a_year_of_two_digits(said: str, meant: str) -> None:
    assert values.whole_year(said) == meant


@pytest.mark.parametrize("name", ["a.bif", "a.BIF?x=1.jpg", "bif"])
def test_what_may_be_a_bif(name: str) -> None:
    assert values.is_bif(f"https://tv.example/{name}")
    assert not values.is_bif(f"https://tv.example/a.jpg?{name}")
