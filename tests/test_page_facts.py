"""Dates, addresses and headlines where pages state them badly or not at all."""

import json
from datetime import UTC, datetime

import pytest

from feeds.model import Article
from feedsvc import pages

URL = "https://news.example.org/world/harbour-opens"
PROSE = (
    "<p>The harbour of the city opened again on Monday after three weeks of repairs, the mayor said.</p>" * 8
)
SECOND = datetime(2026, 3, 2, tzinfo=UTC)


def read(
    above: str = "", head: str = "", url: str = URL, lang: str = "en", title: str = "Harbour opens"
) -> Article:
    article = f"<div><h1>{title}</h1>{above}{PROSE}</div>"
    html = f'<html lang="{lang}"><head><title>{title}</title>{head}</head><body>{article}</body></html>'
    return pages.read(html.encode(), url)


def dated(said: str, lang: str = "en", url: str = URL) -> datetime | None:
    return read(f"<div>{said}</div>", lang=lang, url=url).published


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("Publicado: Lunes, 2 Marzo 2026 04:45", datetime(2026, 3, 2, 4, 45, tzinfo=UTC)),
        ("Von Ada Berg | publiziert am 2. März 2026", SECOND),
        ("March 2, 2026 at 8:15 am EST", datetime(2026, 3, 2, 13, 15, tzinfo=UTC)),
        ("Le 2 mars 2026", SECOND),
        ("2026年3月2日", SECOND),
        ("02.03.2026 | 12:30", datetime(2026, 3, 2, 12, 30, tzinfo=UTC)),
        ("2 de marzo de 2026", SECOND),
    ],
)
def test_the_date_in_the_words_below_the_headline(said: str, when: datetime) -> None:
    assert dated(said, lang="de") == when


@pytest.mark.parametrize(
    "said", ["2 hours ago", "Updated 12:05 pm, 2 hours ago", "Yesterday", "vor 20 Minuten"]
)
def test_a_date_relative_to_nobody_knows_when_is_none(said: str) -> None:
    assert dated(said) is None
    assert read(f"<time>{said}</time>").published is None


def test_todays_date_above_the_headline_is_not_the_storys() -> None:
    html = f"<div>Wednesday, November 25, 2026</div><h1>Harbour opens</h1><div>March 2, 2026</div>{PROSE}"
    assert pages.read(html.encode(), URL).published == SECOND


def test_a_date_above_the_headline_that_says_what_it_is() -> None:
    html = f"<div>Published March 2, 2026</div><h1>Harbour opens</h1>{PROSE}"
    assert pages.read(html.encode(), URL).published == SECOND


@pytest.mark.parametrize(
    ("lang", "url", "month"),
    [
        ("en", URL, 3), ("en-US", URL, 3), ("", URL, 3), ("en-GB", URL, 4), ("de", URL, 4), ("fr-CA", URL, 4),
        ("en", URL.replace(".org", ".co.uk"), 4), ("en", URL.replace(".org", ".com.au"), 4),
    ],
)  # fmt: skip
def test_which_is_the_day_and_which_the_month(lang: str, url: str, month: int) -> None:
    found = dated("03/04/2026", lang, url)
    assert found is not None
    assert found.month == month


def test_the_date_in_an_address_with_the_section_between() -> None:
    url = "https://news.example.org/2026/middle_east/3/2/harbour.opens/index.html"
    assert read(url=url).published == SECOND


def test_a_year_alone_is_no_date() -> None:
    assert read("<p>Copyright 2017</p>").published is None


def test_a_first_date_with_its_zone_counts_and_a_bare_day_is_told_better_further_down() -> None:
    first = '<meta property="article:published_time" content="{}"><meta name="pubdate" content="{}">'
    late = "2026-03-02T23:30:00+02:00"
    assert read(head=first.format(late, "2026-03-02T01:00:00Z")).published == datetime(
        2026, 3, 2, 21, 30, tzinfo=UTC
    )
    assert read(head=first.format("2026-03-02", late)).published == datetime(2026, 3, 2, 21, 30, tzinfo=UTC)


def test_an_amp_page_has_the_address_of_its_article_and_its_pictures() -> None:
    picture = (
        '<amp-img src="/quay.jpg" width="1280" height="720" srcset="/quay-2000.jpg 2000w, /quay.jpg 1280w">'
    )
    head = '<link rel="canonical" href="https://news.example.org/world/harbour-opens">'
    article = read(f"{picture}</amp-img><amp-ad>Buy</amp-ad>", head, url=f"{URL}/amp")
    assert article.url == URL
    assert [i.url for i in article.images] == ["https://news.example.org/quay-2000.jpg"]
    assert len(article.body) == 1


def test_the_amp_twin_of_an_article_is_not_its_address() -> None:
    assert (
        read(head='<link rel="amphtml" href="https://news.example.org/world/harbour-opens/amp">').url == URL
    )


def test_a_print_view_has_the_address_of_its_article() -> None:
    head = f'<link rel="Canonical nofollow" href="{URL}">'
    assert read(head=head, url=f"{URL}?print=1").url == URL


def test_a_web_story_says_that_it_is_no_article() -> None:
    page = "<amp-story-page><h1>Harbour</h1><p>A line.</p></amp-story-page>"
    html = f"<title>Harbour</title><amp-story>{page}</amp-story>"
    assert "page_is_web_story" in [issue.code for issue in pages.read(html.encode(), URL).issues]
    assert "page_is_web_story" not in [issue.code for issue in read().issues]


def test_without_a_headline_its_address_names_it_and_the_lack_is_told() -> None:
    html = (
        f'<title>News • City News</title><meta property="og:site_name" content="City News"><div>{PROSE}</div>'
    )
    article = pages.read(html.encode(), "https://news.example.org/story/interview-with-the-mayor-4711.html")
    assert article.title == "Interview with the mayor"
    assert "page_without_title" in [issue.code for issue in article.issues]
    assert pages.read(html.encode(), "https://news.example.org/story/4711").title == ""


def test_a_second_heading_that_the_window_repeats_is_the_headline() -> None:
    head = (
        '<title>Harbour opens after weeks</title><meta property="og:title" content="The best of the coast">'
    )
    html = f"<head>{head}</head><body><h2>Search</h2><h2>Harbour opens after weeks</h2>{PROSE}</body>"
    assert pages.read(html.encode(), URL).title == "Harbour opens after weeks"


def test_a_live_blog_is_newest_first_when_all_entries_say_when() -> None:
    def entry(n: int, **more: str) -> dict[str, str]:
        return {
            "@type": "BlogPosting",
            "headline": f"Entry {n}",
            "articleBody": f"{'Ships sail. ' * 9}{n}",
            **more,
        }

    def first(entries: list[dict[str, str]]) -> str:
        blog = {
            "@type": "LiveBlogPosting",
            "headline": "Live",
            "articleBody": "Short.",
            "liveBlogUpdate": entries,
        }
        script = f"<script type='application/ld+json'>{json.dumps(blog)}</script>"
        return pages.read(script.encode(), URL).body[0]

    dates = [f"2026-03-02T0{hour}:00:00Z" for hour in (7, 9, 8)]
    assert first([entry(n, datePublished=date) for n, date in enumerate(dates)]) == "Entry 1"
    assert first([entry(0), entry(1, datePublished=dates[1]), entry(2)]) == "Entry 0"


def test_a_list_of_renditions_without_blanks() -> None:
    renditions = "/a-2200.jpg 2200w 1122h,https://cdn.example.org/a-1100.jpg 1100w 561h,/a.jpg 500w"
    article = read(f'<img src="/a.jpg" srcset="{renditions}">')
    assert article.images[0].url == "https://news.example.org/a-2200.jpg"
    dense = "/a-500.jpg 500w 200h,https://cdn.example.org/a-1100.jpg 1100w 561h"
    assert read(f'<img src="/b.jpg" srcset="{dense}">').images[0].url == "https://cdn.example.org/a-1100.jpg"
