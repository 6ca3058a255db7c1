"""What kind of story a page says it is, beyond news."""

import json
from typing import Any

import pytest

from feedsvc import pages

URL = "https://news.example.org/world/harbour-opens"
PROSE = (
    "<p>The harbour of the city opened again on Monday after three weeks of repairs, the mayor said.</p>" * 8
)


def marks(head: str = "", above: str = "", url: str = URL, **stated: Any) -> tuple[str, ...]:
    news = {"@type": "NewsArticle", "headline": "Harbour opens again", **stated}
    script = f'<script type="application/ld+json">{json.dumps(news)}</script>' if stated else ""
    article = f"<article><h1>Harbour opens again</h1>{above}{PROSE}</article>"
    return pages.read(f"<head>{script}{head}</head><body>{article}</body>".encode(), url).marks


def test_news_has_no_mark() -> None:
    assert marks(articleSection="World", isAccessibleForFree=True) == ()


@pytest.mark.parametrize(
    "stated",
    [
        {"isAccessibleForFree": False}, {"isAccessibleForFree": "False"},
        {"isAccessibleForFree": "http://schema.org/False"},
        {"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".paid"}},
    ],
)  # fmt: skip
def test_paywalled_by_json_ld(stated: dict[str, Any]) -> None:
    assert marks(**stated) == ("paywalled",)


@pytest.mark.parametrize(
    ("tier", "found"), [("locked", True), ("Metered", True), ("free", False), ("", False)]
)
def test_paywalled_by_content_tier(tier: str, found: bool) -> None:
    head = f'<meta property="article:content_tier" content="{tier}">'
    assert marks(head) == (("paywalled",) if found else ())


def test_paywalled_by_microdata() -> None:
    assert marks('<meta itemprop="isAccessibleForFree" content="false">') == ("paywalled",)


@pytest.mark.parametrize(
    ("stated", "mark"),
    [
        ({"@type": "LiveBlogPosting"}, "live_blog"),
        ({"coverageStartTime": "2026-03-02T08:00:00Z"}, "live_blog"),
        ({"@type": ["ImageGallery", "Article"]}, "gallery"),
        ({"articleSection": "Photo Gallery"}, "gallery"),
        ({"@type": "OpinionNewsArticle"}, "opinion"),
        ({"articleSection": "Meinung"}, "opinion"),
        ({"headline": "Opinion: Open the harbour"}, "opinion"),
        ({"@type": "AdvertiserContentArticle"}, "sponsored"),
        ({"sponsor": {"@type": "Organization", "name": "Quay & Sons"}}, "sponsored"),
        ({"articleSection": "Partner content"}, "sponsored"),
    ],
)
def test_by_what_is_stated(stated: dict[str, Any], mark: str) -> None:
    assert marks(**stated) == (mark,)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("opinion/2026/open-the-harbour", ("opinion",)), ("commentisfree/harbour", ("opinion",)),
        ("photos/harbour", ("gallery",)), ("in-pictures/harbour", ("gallery",)), ("world/gallery", ()),
        ("sponsored/harbour", ("sponsored",)), ("world/opinion-polls", ()), ("world/opinion", ()),
        ("advertorial/quay-and-sons", ("sponsored",)),
    ],
)  # fmt: skip
def test_by_the_folders_of_the_address(path: str, found: tuple[str, ...]) -> None:
    assert marks(url=f"https://news.example.org/{path}") == found


def test_by_a_label_above_the_text_or_on_a_link_but_not_by_an_adverts_place() -> None:
    assert marks(above="<p>Sponsored content</p>") == ("sponsored",)
    assert marks(above='<a rel="sponsored nofollow" href="/x">Paid post</a>') == ("sponsored",)
    assert marks(above="<p>Anzeige</p><p>Advertisement</p>") == ()
    assert marks(above='<p>Buy it <a rel="sponsored" href="/x">from the shop</a>, if you like.</p>') == ()


def test_several_marks_come_in_one_order() -> None:
    head = '<meta property="article:opinion" content="true">'
    assert marks(head, isAccessibleForFree=False, sponsor="Quay") == ("paywalled", "opinion", "sponsored")
