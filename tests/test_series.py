"""Series as a TV shows them, and the numbers of their episodes."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feeds.item import Item, item
from feeds.model import Article, Channel, Feed, Row, Series
from feeds.series import Run, numbered, numbers, shows
from tests.articles import NOON, article, channel

DAY = timedelta(days=1)


def bulletin(day: int, **fields: Any) -> Article:
    """Return the bulletin of so many days ago."""
    return article(day, **{"series": "Evening News", "published": NOON - day * DAY, **fields})


def items(*articles: Article, on: Channel | None = None) -> list[Item]:
    found = [item(a, on or channel()) for a in articles]
    return [one for one in found if isinstance(one, Item)]


def test_episodes_are_gathered_into_seasons_newest_first() -> None:
    told = items(bulletin(1), article(50), bulletin(2), bulletin(400), bulletin(3, series="Morning News"))
    evening, morning = shows(told, channel())
    assert (evening.title, morning.title) == ("Evening News", "Morning News")
    assert [(n, [e.id[-3:] for e in episodes]) for n, episodes in evening.seasons] == [
        (2026, ["001", "002"]),
        (2025, ["400"]),
    ]
    assert evening.newest.id == bulletin(1).id
    assert evening.id != morning.id


def test_a_series_says_what_the_settings_say_and_never_what_an_episode_does() -> None:
    rule = Series(
        "Evening News", description="The day in the city.", picture="https://cdn.example.org/en.jpg"
    )
    (said,) = shows(items(bulletin(1), on=channel(series=(rule,))), channel(series=(rule,)))
    assert (said.short, said.thumbnail.url) == ("The day in the city.", rule.picture)
    (unsaid,) = shows(items(bulletin(1)), channel())
    assert (unsaid.short, unsaid.thumbnail) == ("Evening News", unsaid.newest.thumbnail)
    for show in (said, unsaid):
        assert show.short != show.long
        assert "happened" not in show.short + show.long


def by_day(given_: dict[tuple[Run, str], int]) -> dict[int, int]:
    return {int(id_[1:]): number for (_, id_), number in given_.items()}


def highest(known: dict[tuple[Run, str], int]) -> dict[Run, int]:
    last: dict[Run, int] = {}
    for (run, _), number in known.items():
        last[run] = max(last.get(run, 0), number)
    return last


def test_numbers_follow_the_dates_and_stay_whatever_comes_and_goes() -> None:
    first = numbers([bulletin(1), bulletin(3), bulletin(2), article(9)], channel(), {}, {})
    assert by_day(first) == {3: 1, 2: 2, 1: 3}
    # 2 was withdrawn, 4 came late, 0 is new: no number is given again, and none changes.
    second = numbers([bulletin(d) for d in (0, 1, 3, 4)], channel(), first, highest(first))
    assert by_day(second) == {3: 1, 1: 3, 4: 4, 0: 5}
    back = first | second
    assert by_day(numbers([bulletin(2)], channel(), back, highest(back))) == {2: 2}


def test_every_season_counts_for_itself_and_what_a_source_numbers_is_not_numbered() -> None:
    told = [bulletin(1), bulletin(2, episode=40), bulletin(400), bulletin(401), bulletin(5, episode=-3)]
    assert by_day(numbers(told, channel(), {}, {})) == {401: 1, 400: 2, 5: 41, 1: 42}


def test_the_feed_is_numbered_in_every_row() -> None:
    feed = Feed(channel(), (Row("News", (bulletin(1), article(9))), Row("All", (bulletin(1),))), NOON)
    told = numbered(feed, {bulletin(1).id: 12})
    assert [[a.episode for a in row.articles] for row in told.rows] == [[12, None], [12]]


@given(st.lists(st.sets(st.integers(1, 12)), max_size=6))
def test_a_number_once_given_is_never_anothers_nor_changed(refreshes: list[set[int]]) -> None:
    known: dict[tuple[Run, str], int] = {}
    for days in refreshes:
        told = [bulletin(day) for day in days]
        given_ = numbers(told, channel(), known, highest(known))
        assert {id_ for _, id_ in given_} == {a.id for a in told}
        assert all(given_[place] == known[place] for place in given_ if place in known)
        known |= given_
        assert len(set(known.values())) == len(known)
