import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.identity import canonical, cms_id, identities
from feeds.model import Article


@pytest.mark.parametrize(
    "same",
    [
        "http://news.example/world/storm",
        "https://www.news.example/world/storm/",
        "https://NEWS.example:443/world/storm#comments",
        "https://news.example/world/storm?utm_source=rss&utm_medium=feed&fbclid=x",
        "https://news.example/world/storm/index.html",
        "https://news.example/world/storm/amp/",
        " https://news.example/world/storm ",
    ],
)
def test_links_to_one_page_are_one(same: str) -> None:
    assert canonical(same) == "https://news.example/world/storm"


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/world/storm-2",
        "https://news.example/World/storm",
        "https://m.news.example/world/storm",
        "https://news.example:8080/world/storm",
        "https://news.example/world/storm?page=2",
    ],
)
def test_links_to_other_pages_are_not(other: str) -> None:
    assert canonical(other) != "https://news.example/world/storm"


def test_order_of_the_query_does_not_matter() -> None:
    assert (
        canonical("https://a.example/?b=2&a=1")
        == canonical("https://a.example/?a=1&b=2")
        == "https://a.example/?a=1&b=2"
    )


@pytest.mark.parametrize(
    "url", ["", "https://news.example", "https://news.example/?utm_source=x", "tag:news", "ftp://a/b"]
)
def test_what_names_no_page_is_no_identity(url: str) -> None:
    assert canonical(url) is None


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://www.news.example/world/storm-hits-coast-1234567", "1234567"),
        ("https://news.example/world/storm-hits-coast-1234567.html?x=y", "1234567"),
        ("https://news.example/news/world-europe-61234567", "61234567"),
        ("https://news.example/a/slug-1.6312345", "6312345"),
        ("https://news.example/news/slug-b2123456.html", "b2123456"),
        ("https://news.example/12345-slug", "12345"),
        ("https://news.example/2026/11/22/123456/slug", "123456"),
        ("https://news.example/0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ("https://news.example/slug-12AB34cd56ef78901234", "12ab34cd56ef78901234"),
        ("https://news.example/?p=17", "17"),
        ("https://news.example/article.aspx?ID=4711", "4711"),
        ("https://news.example/show.php?story_id=a-4711", "a-4711"),
    ],
)  # fmt: skip
def test_numbers_that_a_cms_gave(url: str, number: str) -> None:
    assert cms_id(url) == f"news.example {number}"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/2026/11/22/slug",
        "https://news.example/slug-20261122",
        "https://news.example/slug-202611221030",
        "https://news.example/toll-passes-50000",
        "https://news.example/election-2026",
        "https://news.example/news?p=2",
        "https://news.example/section-1234567/slug",
        "https://news.example/coffee-cabbage-facade",
        "https://news.example/",
        "guid-1234567",
    ],
)
def test_numbers_that_say_something_else(url: str) -> None:
    assert cms_id(url) is None


def article(guid: str, url: str = "") -> Article:
    return Article(guid=guid, url=url)


def test_strongest_first_and_each_once() -> None:
    found = identities(article("cms:1", "http://www.news.example/world/storm-1234567?utm_source=rss"))
    assert found == ("cms:1", "https://news.example/world/storm-1234567", "news.example 1234567")
    url = "https://news.example/world/storm"
    assert identities(article(url, url)) == (url,)


def test_case_39_the_headline_in_the_address_is_edited() -> None:
    before = identities(article("cms:1", "https://news.example/world/storm-hits-coast"))
    after = identities(article("cms:1", "https://news.example/world/storm-batters-coast"))
    assert set(before) & set(after) == {"cms:1"}


def test_case_40_the_guid_is_the_address_and_both_are_edited() -> None:
    old, new = (
        f"https://news.example/world/{slug}-1234567" for slug in ("storm-hits-coast", "storm-batters-coast")
    )
    assert set(identities(article(old, old))) & set(identities(article(new, new))) == {"news.example 1234567"}


def test_case_41_the_guid_holds_the_headline_and_the_address_stays() -> None:
    url = "https://news.example/world/storm"
    before = identities(article("Storm hits coast", url))
    after = identities(article("Storm batters coast", url + "?ref=rss"))
    assert set(before) & set(after) == {url}


def test_wordpress_keeps_its_guid() -> None:
    before = identities(article("https://blog.example/?p=123", "https://blog.example/2026/11/old-slug/"))
    after = identities(article("https://blog.example/?p=123", "https://blog.example/2026/11/new-slug/"))
    assert before[0] == after[0] == "https://blog.example/?p=123"


def test_other_stories_have_nothing_in_common() -> None:
    one, two = (identities(article(f"https://news.example/world/storm-123456{n}")) for n in (1, 2))
    assert not set(one) & set(two)


@given(st.text(), st.text() | st.from_regex(r"https?://[a-z]{1,5}\.example/[ -~]{0,60}", fullmatch=True))
def test_any_article_has_clean_identities(guid: str, url: str) -> None:
    found = identities(article(guid, url))
    assert len(set(found)) == len(found)
    assert all(name and name == name.strip() for name in found)
    again = [canonical(name) for name in found if name.startswith("https://")]
    assert again == [name for name in found if name.startswith("https://")]
