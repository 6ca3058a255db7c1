"""One article made fit for a TV: what listing and page say together, and which films are one."""

from datetime import timedelta

import pytest

from feeds.model import Article, Caption, Image, Issue, Video, Window
from feedsvc.produce import dated, each_once, merged, one_film
from tests.articles import NOON

DAY = timedelta(days=1)


def test_the_listing_leads_and_the_page_adds() -> None:
    listing = Article(
        guid="g", url="https://a.example/1?rss", title="Listing", summary="Short.", section=("News",),
        published=NOON, tags=("a",), marks=("opinion",), images=(Image("i1"),), videos=(Video("v1"),),
        issues=(Issue("info", "x", "", ""),),
    )  # fmt: skip
    page = Article(
        url="https://a.example/1", title="Page", summary="Page summary.", section=("World", "Europe"),
        language="de", published=NOON - DAY, updated=NOON, authors=("Ada",), body=("One.", "Two."),
        tags=("a", "b"), marks=("paywalled", "opinion"),
        images=(Image("i2"), Image("i1")), videos=(Video("v2"),), captions=(Caption("c", "en"),),
        window=Window(NOON), issues=(Issue("info", "y", "", ""),),
    )  # fmt: skip
    both = merged(listing, page)
    assert (both.guid, both.url, both.title, both.summary) == (
        "g",
        "https://a.example/1",
        "Listing",
        "Short.",
    )
    assert (both.section, both.language, both.authors) == (("World", "Europe"), "de", ("Ada",))
    assert (both.published, both.updated, both.window) == (NOON, NOON, Window(NOON))
    assert [i.url for i in both.images] == ["i2", "i1"]
    assert [v.url for v in both.videos] == ["v1", "v2"]
    assert (both.tags, both.body) == (("a", "b"), ("One.", "Two."))
    assert both.marks == ("opinion", "paywalled")
    assert [i.code for i in both.issues] == ["x", "y"]


def test_a_listings_bare_day_is_told_by_the_minute_on_the_page() -> None:
    day = NOON.replace(hour=0)
    assert merged(Article(published=day), Article(published=NOON)).published == NOON
    assert merged(Article(published=day), Article(published=NOON + 3 * DAY)).published == day
    assert merged(Article(published=NOON), Article(published=day)).published == NOON
    assert merged(Article(published=day), Article()).published == day
    assert merged(Article(), Article(published=NOON)).published == NOON


@pytest.mark.parametrize(
    "cut", ["", "It was said that the…", "It was said that [...]", "It was said that ..."]
)
def test_a_summary_that_was_cut_off_gives_way_to_the_pages(cut: str) -> None:
    assert merged(Article(summary=cut), Article(summary="Whole.")).summary == "Whole."
    assert merged(Article(summary=cut), Article()).summary == cut


def test_the_longer_body_wins() -> None:
    assert merged(Article(body=("Long enough to count.",)), Article(body=("Short.",))).body == (
        "Long enough to count.",
    )


def test_each_address_once_in_the_order_they_came() -> None:
    videos = [Video(f"v{n % 9}", duration=n) for n in range(50)]
    assert each_once(videos) == tuple(Video(f"v{n}", duration=n) for n in range(9))


def test_renditions_of_one_film_stay_together_and_other_films_go() -> None:
    film = [
        Video("a", duration=60.0),
        Video("b", duration=61.1),
        Video("trailer", duration=15.0),
        Video("c", duration=300),
    ]
    assert [v.url for v in one_film(film)] == ["a", "b"]
    assert one_film([]) == ()


def test_case_52_a_future_date_is_dropped_with_a_sentence() -> None:
    article = dated(Article(published=NOON + DAY, updated=NOON - DAY), NOON)
    assert (article.published, article.updated) == (None, NOON - DAY)
    assert [i.code for i in article.issues] == ["date_in_future"]
    slightly = Article(published=NOON + timedelta(minutes=5))
    assert dated(slightly, NOON) == slightly
