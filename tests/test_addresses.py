from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.sources.addresses import article_like, articles_among, dated, folders, same_site

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/world/2026/11/22/ferries/", 2),
        ("/2026/11/22/ferries/index.html", 2),
        ("/world/night-ferries-return-to-the-old-strait", 2),
        ("/story/41887002", 2),
        ("/article.php?id=20417", 2),
        ("/world/night-ferries-return-again", 1),
        ("/world/Ferries_return_tonight_after-nine", 1),
        (quote("/world/قرية-تنتقل-إلى-أسفل"), 1),
        (quote("/夜間フェリーが戻る海峡"), 1),
        ("/weather", 0),
        ("/s/4", 0),
        ("/our-house-by-the-sea", 1),
        ("/hedge-funds-private-equity", 0),
        ("", -1),
        ("/", -1),
        ("/index.html", -1),
        ("/en", -1),
        ("/pt-br/", -1),
        ("/tag/the-old-town-and-its-bridges", -1),
        ("/category/news/", -1),
        ("/author/jane-van-der-berg-doe", -1),
        ("/world/page/3", -1),
        ("/search?q=ferries", -1),
        ("/2026/11", -1),
        ("/archive/2026/11/22/", -1),
        ("/about-us", -1),
        ("/de/impressum.html", -1),
        ("/privacy-policy/", -1),
        ("/files/annual-report-of-the-harbour.pdf", -1),
        ("/feed/", -1),
    ],
)  # fmt: skip
def test_what_an_address_looks_like(path: str, expected: int) -> None:
    assert article_like(f"{SITE}{path}") == expected


def test_a_section_has_others_below_it() -> None:
    urls = [
        f"{SITE}/the-long-name-of-a-section{path}"
        for path in ("", "/one-story-of-four", "/another-one-of-them")
    ]
    assert articles_among(urls) == [False, True, True]


def test_what_tells_nothing_counts_only_among_its_like() -> None:
    plain = [f"{SITE}/s/{n}" for n in range(5)]
    telling = [f"{SITE}/world/a-story-of-many-words-{n}" for n in range(9)]
    assert articles_among(plain) == [True] * 5
    assert articles_among(plain + telling) == [False] * 5 + [True] * 9
    assert articles_among([]) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2026/11/22/x", datetime(2026, 11, 22, tzinfo=UTC)),
        ("/sitemap-2026-11.xml", datetime(2026, 11, 28, tzinfo=UTC)),
        ("/sitemap.xml?date=20261122", datetime(2026, 11, 22, tzinfo=UTC)),
        ("/x/2026/02/30/y", None),
        ("/story/41887002", None),
    ],
)
def test_the_date_in_an_address(path: str, expected: datetime | None) -> None:
    assert dated(f"{SITE}{path}") == expected


def test_one_site() -> None:
    assert same_site("https://www.news.example/a", "http://news.example/b")
    assert same_site("https://sport.news.example/a", "https://news.example/b")
    assert same_site("https://www.news.example/a", "https://sport.news.example/b")
    assert not same_site("https://news.example/a", "https://other.example/b")
    assert not same_site("https://example/a", "https://news.example/b")


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_path_will_do(path: str, query: str) -> None:
    url = f"{SITE}/{path.replace('[', '').replace(']', '')}?{query.replace('[', '').replace(']', '')}"
    assert article_like(url) in (-1, 0, 1, 2)
    assert len(articles_among([url, url])) == 2
    dated(url)
    list(folders(url))
