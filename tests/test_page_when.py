"""Dates that no page states: looked for where they are most likely to be the story's own."""

from datetime import UTC, datetime

import pytest

from feedsvc import pages

URL = "https://news.example.org/world/harbour-opens"
PROSE = (
    "<p>The harbour of the city opened again on Monday after three weeks of repairs, the mayor said.</p>" * 8
)
SECOND = datetime(2026, 3, 2, tzinfo=UTC)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def published(
    below: str = "", head: str = "", beneath: str = "", title: str = "Harbour opens", lang: str = "en"
) -> datetime | None:
    article = f"<article><h1>Harbour opens</h1>{below}{PROSE}</article>{beneath}"
    html = f'<html lang="{lang}"><head><title>{title}</title>{head}</head><body>{article}</body></html>'
    return pages.read(html.encode(), URL).published


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="https://news.example.org/2026/03/02/harbour-opens">',
        '<meta property="og:url" content="https://news.example.org/a/20260302/harbour-opens">',
    ],
)
def test_the_day_in_the_address_a_site_wants_a_page_known_by(head: str) -> None:
    assert published(head=head) == SECOND


@pytest.mark.parametrize("number", ["2089096", "2026999", "20263302", "1234/56/78"])
def test_a_number_in_an_address_is_no_day(number: str) -> None:
    link = f'<link rel="canonical" href="https://news.example.org/{number}-harbour-opens">'
    assert published(head=link) is None


@pytest.mark.parametrize(
    "opening",
    ["March 2, 2026 -- ", "LISBON, March 2, 2026 (Wire) — ", "Lisbon (2 March 2026) - ", "2026-03-02: "],
)
def test_a_dateline(opening: str) -> None:
    assert (
        published(f"<p>{opening}The harbour of the city opened again after {'repairs ' * 30}.</p>") == SECOND
    )


def test_a_sentence_with_a_date_is_no_dateline() -> None:
    said = (
        f"<p>On March 2, 1998, the harbour of the city was opened for the first time {'in years ' * 30}.</p>"
    )
    assert published(said) is None


def test_a_date_that_is_a_part_of_the_windows_title() -> None:
    assert published(title="Harbour opens - 02.03.2026 - City News", lang="es") == SECOND


def test_a_line_below_the_story_that_says_what_it_dates() -> None:
    line = "<div>© 2010 City News. Last updated on Mar 2, 2026. Made by hand.</div>"
    assert published(beneath=line) == SECOND


def test_a_time_in_the_foot_of_the_article_that_microdata_calls_its_date() -> None:
    time = '<time {} datetime="2026-03-02 08:00:00">3/2/2026</time>'
    assert published(f"<footer>{time.format('itemprop=datePublished')}</footer>") == SECOND.replace(hour=8)


def test_a_magazine_dates_a_story_by_its_month() -> None:
    assert published("<div class='time'>March 2026</div>") == MARCH
    assert published("<div>März 2026</div>", lang="de") == MARCH
    assert published("<div>Since March 2026 it was closed</div>") is None


def test_words_set_beside_each_other_without_a_blank() -> None:
    assert published("<div><span>City News</span><span>March 2, 2026</span></div>") == SECOND


def test_the_state_of_an_application() -> None:
    script = '<script>window.__STATE__ = {{"story": {{"id": 7, "publishedAt": "{}"}}{}}}</script>'
    other = ', "next": {"published_at": "2026-02-17T00:00:00Z"}'
    assert published(head=script.format("2026-03-02T08:00:00Z", "")) == SECOND.replace(hour=8)
    # Of several stories' dates none is known to be this one's.
    assert published(head=script.format("2026-03-02T08:00:00Z", other)) != SECOND.replace(hour=8)


def test_the_day_then_the_month_in_a_pictures_address() -> None:
    assert published('<img src="/media/2026/03/02/quay.jpg">') == SECOND
    assert (
        published(head='<meta property="og:image" content="/wp-content/uploads/2026/03/quay.jpg">') == MARCH
    )


def test_what_htmldate_finds_is_no_other_pages_date_and_no_year() -> None:
    link = '<p>It was <a href="https://blog.example.org/2003/06/24/plugin">told before</a>, by others.</p>'
    assert published(link) is None
    assert published(beneath="<p>© 2014 City News</p>") is None
