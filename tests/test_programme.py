"""What an article is as a programme: its kind, its place in a series, its ad breaks, who is in it."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.item import Item, item
from feeds.model import Ads, Credit, ExternalId, Kind, Selection, Series, Video
from feeds.programme import Place, ad_breaks, credits, external_ids
from tests.articles import article, channel

MINUTE = 60


def told(seconds: float = 63, *, on: Any = None, **fields: Any) -> Item:
    film = Video("https://cdn.example.org/1.mp4", "MP4", duration=seconds)
    found = item(article(**{"videos": (film,), **fields}), on or channel())
    assert isinstance(found, Item)
    return found


@pytest.mark.parametrize(
    ("seconds", "kind", "shape"),
    [
        (900, "", "short"),
        (901, "", "special"),
        (900, "movie", "short"),
        (901, "movie", "movie"),
        (60, "special", "special"),
        (5000, "short", "special"),
    ],
)
def test_length_decides_unless_somebody_says_special(seconds: int, kind: Kind, shape: str) -> None:
    assert told(seconds, kind=kind).shape == shape


def test_the_settings_say_which_long_films_are_movies() -> None:
    films = channel(movies=Selection(("Documentary",)))
    assert told(5000, on=films, section=("Documentary",)).shape == "movie"
    assert told(5000, on=films, section=("World",)).shape == "special"
    assert told(500, on=films, section=("Documentary",)).shape == "short"
    assert told(5000, on=channel(), section=("Documentary",)).shape == "special"


def test_a_stream_needs_no_length_and_is_nothing_else() -> None:
    stream = (Video("https://cdn.example.org/live.m3u8", "HLS"),)
    found = told(videos=stream, kind="live", series="Evening News", ad_breaks=(1.0,))
    assert (found.shape, found.duration, found.place, found.ad_breaks) == ("live", 0, None, ())
    assert not isinstance(item(article(videos=stream), channel()), Item)


def placed(*, on: Any = None, **fields: Any) -> Place:
    place = told(on=on, **{"series": "Evening News", **fields}).place
    assert place
    return place


def test_an_episode_has_its_place_and_seasons_are_years_unless_said_otherwise() -> None:
    place = placed(series="Evening  News", episode=7)
    assert place == Place(place.series, "Evening News", 2026, 7)
    # Nobody has numbered it: it counts the days of its year.
    assert placed(series="evening news", season=3) == Place(place.series, "evening news", 3, 326)
    monthly = channel(series=(Series("Evening News", seasons="month"),))
    single = channel(series=(Series("Evening News", seasons="none"),))
    seasons = [placed(on=on, season=said).season for on in (monthly, single) for said in (None, 4)]
    assert seasons == [202611, 4, None, None]


def test_a_series_keeps_its_id_whatever_its_title_when_it_has_a_name() -> None:
    before = placed(on=channel(series=(Series("Evening News"),)))
    after = placed(on=channel(series=(Series("News at ten", "evening news"),)), series="News at ten")
    other = placed(on=channel(series=(Series("News at ten"),)), series="News at ten")
    assert before.series == after.series != other.series
    assert after.title == "News at ten"


@pytest.mark.parametrize("number", [-1, 10**30])
def test_a_number_that_is_none_does_not_count(number: int) -> None:
    place = placed(season=number, episode=number)
    assert (place.season, place.episode) == (2026, 326)


@pytest.mark.parametrize(
    ("ads", "cues", "seconds", "breaks"),
    [
        (Ads(), (), 3600, ()),
        (Ads(), (30.4, 10.0, 10.9, -1.0, 3600.0, float("nan"), float("inf")), 3600, (10, 30)),
        (Ads(cue_points=False), (30.0,), 3600, ()),
        (Ads(pre_roll=True), (30.0,), 60, (0, 30)),
        (Ads(pre_roll=True, shortest=61), (30.0,), 60, ()),
        (Ads(mid_roll=timedelta(minutes=10)), (), 30 * MINUTE, (600, 1200)),
        (Ads(mid_roll=timedelta(minutes=10)), (), 31 * MINUTE, (600, 1200, 1800)),
        (Ads(mid_roll=timedelta(minutes=10)), (100.0,), 30 * MINUTE, (100,)),
        (Ads(mid_roll=timedelta(minutes=10)), (), 63, ()),
    ],
)
def test_ad_breaks_by_rule(ads: Ads, cues: tuple[float, ...], seconds: int, breaks: tuple[int, ...]) -> None:
    assert ad_breaks(article(ad_breaks=cues), ads, seconds) == breaks


@given(
    st.lists(st.floats(), max_size=300).map(tuple),
    st.builds(
        Ads,
        st.booleans(),
        st.none() | st.timedeltas(timedelta(), timedelta(hours=2)),
        st.booleans(),
        st.integers(0, 100),
    ),
    st.integers(1, 24 * 3600),
)
def test_ad_breaks_ascend_before_the_end(cues: tuple[float, ...], ads: Ads, seconds: int) -> None:
    breaks = ad_breaks(article(ad_breaks=cues), ads, seconds)
    assert list(breaks) == sorted(set(breaks))
    assert all(0 <= at < seconds for at in breaks)
    assert len(breaks) < 1500


def test_who_took_part_and_what_it_is_called_elsewhere_as_far_as_roku_knows() -> None:
    ada = Credit(" Ada  Byte ", "Host", date(1980, 1, 2))
    people = (ada, ada, Credit("Bo", "reporter"), Credit(" ", "host"), Credit("Cy", "actor"))
    assert credits(article(credits=people)) == (
        Credit("Ada Byte", "host", date(1980, 1, 2)),
        Credit("Cy", "actor"),
    )
    names = (
        ExternalId("tt1", "imdb"),
        ExternalId("x", "WIKI"),
        ExternalId("tt2", "IMDB"),
        ExternalId("E", "TMS"),
    )
    assert external_ids(article(external_ids=names)) == (ExternalId("tt1", "IMDB"), ExternalId("E", "TMS"))
