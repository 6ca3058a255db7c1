import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article
from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, Selection, SettingsError, SourceSettings
from feedsvc.sources import Seen, Tools, teasers
from feedsvc.sources.listing import Listing, selector
from tests.loopback import Loopback, Reply

HOME = "https://news.example/"
SAMPLES = Path(__file__).parent / "data" / "sources" / "listing"
ENGLISH = (
    "The mayor promises a new bridge by spring",
    "Night ferries return to the old strait",
    "A village moves downhill after the slide",
    "Council votes on the new storm wall",
    "Bakers of the old town buy the mill",
)
ARABIC = (
    "رئيس البلدية يعد بجسر جديد قبل الربيع",
    "العبارات الليلية تعود إلى المضيق",
    "قرية تنتقل إلى أسفل الجبل",
    "المجلس يصوت على جدار العاصفة",
    "الخبازون يشترون الطاحونة القديمة",
)
JAPANESE = (
    "市長、春までに新しい橋を約束",
    "夜間フェリーが海峡に戻る",
    "村が丘のふもとへ移転",
    "市議会が防潮堤を採決",
    "パン職人たちが水車を買う",
)
SHAPES = {
    "list": '<li><a href="{url}">{said}</a></li>',
    "link in heading": '<div class="x"><h2><a href="{url}">{said}</a></h2><p>And what else.</p></div>',
    "heading in link": '<a class="y" href="{url}"><img src="/p.jpg"><h3>{said}</h3><p>And more.</p></a>',
    "table": "<table><tr><td>22.11.</td><td><a href='{url}'>{said}</a></td></tr></table>",
    "paragraphs": '<p><a href="{url}">{said}</a></p>',
    "lines": '&bull; <a href="{url}">{said}</a><br>',
    "cards of nameless parts": (
        '<div class="css-1a"><div class="css-2b"><a href="{url}"><img src="/p.jpg"></a></div>'
        '<div><span>World</span><a href="{url}"><span>{said}</span></a></div></div>'
    ),
    "definitions": '<dt><a href="{url}">{said}</a></dt><dd>What else there is to say of it.</dd>',
}
ADDRESSES: dict[str, Callable[[int, str], str]] = {
    "a headline": lambda n, said: "/world/" + quote("-".join(said.lower().split())),
    "a number": lambda n, said: f"/story.php?id={20400 + n}",
    "a date": lambda n, said: f"/2026/11/22/{n}.html",
    "nothing": lambda n, said: f"/s/{n}",
}
AROUND = (
    '<div id="top"><a href="/">Home</a> <a href="/world">World news</a>'
    ' <a href="/terms-of-service">Terms and conditions of our service</a></div>',
    '<div class="bottom"><a href="/contact">How to reach our newsroom and its editors</a>'
    ' <a href="https://else.example/a-story-of-a-long-thing">A story of a long thing elsewhere</a></div>',
)


def found(body: str, url: str = HOME) -> tuple[Article, ...]:
    html = f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>"
    return teasers.found(teasers.parse(html.encode(), url))


def sample(name: str) -> tuple[Article, ...]:
    return teasers.found(teasers.parse((SAMPLES / name).read_bytes(), HOME))


def addresses(articles: tuple[Article, ...]) -> list[str]:
    return [article.url.removeprefix(HOME.rstrip("/")) for article in articles]


@pytest.mark.parametrize("headlines", [ENGLISH, ARABIC, JAPANESE], ids=["English", "Arabic", "Japanese"])
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_articles_of_a_page_and_nothing_else(
    shape: str, address: str, headlines: tuple[str, ...]
) -> None:
    urls = [ADDRESSES[address](n, said) for n, said in enumerate(headlines)]
    cards = (SHAPES[shape].format(url=url, said=said) for url, said in zip(urls, headlines, strict=True))
    articles = found(f"{AROUND[0]}<div><h1>News</h1>{''.join(cards)}</div>{AROUND[1]}")
    assert addresses(articles) == urls
    assert [article.title for article in articles] == list(headlines)


def test_what_a_card_plainly_says() -> None:
    first, second, third = teasers.found(
        teasers.parse((SAMPLES / "cards.html").read_bytes(), f"{HOME}world/")
    )
    assert first.title == "Night ferries return to the strait"
    assert first.summary.startswith("After nine years")
    assert first.published == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert [image.url for image in first.images] == [f"{HOME}pictures/ferry.jpg"]
    assert [image.url for image in second.images] == [f"{HOME}pictures/village.jpg"]
    assert (third.url, third.summary, third.published, third.images) == (f"{HOME}story/41887", "", None, ())


def test_a_page_of_old_in_its_own_charset() -> None:
    articles = sample("table.html")
    assert articles[0].title == "Brücke über den Hafen bleibt gesperrt"
    assert len(articles) == 3


LIST = "".join(
    f'<li><a href="/world/the-long-headline-of-story-{n}">The long headline of story {n} of the day</a></li>'
    for n in range(5)
)


@pytest.mark.parametrize(
    "aside",
    [
        "<nav><ul>{}</ul></nav>",
        "<footer><ul>{}</ul></footer>",
        "<aside><ul>{}</ul></aside>",
        '<div class="most-read"><ul>{}</ul></div>',
        '<div class="sidebar__related"><ul>{}</ul></div>',
        "<section><h2>Most read</h2><ul>{}</ul></section>",
        "<div><strong>Meistgelesen</strong><ul>{}</ul></div>",
    ],
)
def test_what_stands_aside_is_left_alone(aside: str) -> None:
    others = LIST.replace("/world/", "/sport/")
    wanted = found(f"<main><ul>{LIST}</ul></main>{aside.format(others)}")
    assert [url.split("/")[1] for url in addresses(wanted)] == ["world"] * 5


def test_what_holds_all_the_news_is_not_aside_whatever_it_is_called() -> None:
    assert len(found(f'<div class="has sidebar"><ul>{LIST}</ul></div>')) == 5


def test_a_story_that_links_to_others_lists_none() -> None:
    link = (
        "<a href='/world/2026/11/2{n}/the-long-headline-of-a-story'>long headline of the story number {n}</a>"
    )
    links = [link.format(n=n) for n in range(9)]
    told = (f"<p>The council said on Sunday in the <b>{one}</b> what it meant.</p>" for one in links)
    assert found("".join(told)) == ()
    assert len(found("".join(f"<p>Nov 22: {one}</p>" for one in links))) == 9


def test_sections_below_which_others_stand_are_none() -> None:
    body = LIST.replace("/world/", "/the-very-long-name-of-the-section/")
    link = "<li><a href='/the-very-long-name-of-the-section'>All the news of this section</a></li>"
    assert len(found(f"<ul>{link}{body}</ul>")) == 5


def test_a_headline_of_several_parts_is_left_to_the_page() -> None:
    body = LIST.replace("The long", "<span class='kicker'>World</span><span class='text'>The long")
    assert {article.title for article in found(f"<ul>{body}</ul>")} == {""}


def test_base_counts() -> None:
    body = LIST.replace('href="/world/', 'href="world/')
    html = f"<html><head><base href='{HOME}en/'></head><body><ul>{body}</ul></body></html>"
    articles = teasers.found(teasers.parse(html.encode(), HOME))
    assert {url.split("/")[1] for url in addresses(articles)} == {"en"}


# By a selector.


@pytest.mark.parametrize(
    "links",
    [
        "article h2 a, article h3",
        "article",
        "//article//h2/a|//article//a[h3]",
        "(//article)",
        "//article//a/@href",
        ".card a[href^='/']",
    ],
)
def test_css_and_xpath_select(links: str) -> None:
    page = teasers.parse((SAMPLES / "cards.html").read_bytes(), HOME)
    chosen = [a for a in addresses(teasers.selected(page, selector(links))) if not a.startswith("/tag")]
    if "h3" not in links or "h3]" in links:
        assert chosen == [
            "/world/night-ferries-return-to-the-strait",
            "/world/a-village-moves-downhill",
            "/story/41887",
        ]
    else:
        assert chosen == ["/world/night-ferries-return-to-the-strait", "/story/41887"]


def test_what_is_selected_need_not_look_like_an_article() -> None:
    page = teasers.parse(b"<div id='x'><a href='/weather'>Rain</a></div><a href='/y'>Other</a>", HOME)
    assert addresses(teasers.selected(page, selector("#x a"))) == ["/weather"]


@pytest.mark.parametrize(
    "links",
    ["article >", "//article[", "count(//a)", "//a/x:y", "a::attr(href)", "//a[$x]", "string(//a)", "h2 a]"],
)
def test_a_bad_selector_is_said_in_a_sentence(links: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="neither a CSS selector nor an XPath") as raised:
        selector(links)
    (said,) = raised.value.problems
    assert repr(links) in said
    assert said.endswith(".")


# The source.


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback({"/world": f"<html><body><ul>{LIST}</ul></body></html>".encode()}) as server:
        yield server


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    with Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0), sleep=lambda seconds: None) as http:
        yield Tools(http, pages.read, lambda path: "", tmp_path, lambda: now)


def listing(site: Loopback, tools: Tools, **settings: object) -> Listing:
    return Listing(SourceSettings(kind="listing", url=site.url("/world"), **settings), tools)


def test_a_selector_that_fails_only_where_it_finds_something(site: Loopback, tools: Tools) -> None:
    pulled = listing(site, tools, links="//ul/li[$x]").pull(Seen())
    assert (pulled.failed, [issue.code for issue in pulled.issues]) == (True, ["listing_no_match"])


def test_limit_and_patterns(site: Loopback, tools: Tools) -> None:
    unwanted = Selection(urls=("story-0",))
    pulled = listing(site, tools, limit=2, exclude=unwanted).pull(Seen())
    assert [article.url[-1] for article in pulled.articles] == ["1", "2"]
    assert (pulled.issues, pulled.complete) == ((), False)


def test_robots_keep_the_page_and_its_articles_from_being_fetched(site: Loopback, tools: Tools) -> None:
    site.routes["/robots.txt"] = b"User-agent: *\nDisallow: /world/the-long-headline-of-story-1"
    pulled = listing(site, tools).pull(Seen())
    assert [article.url[-1] for article in pulled.articles] == ["0", "2", "3", "4"]
    assert [issue.code for issue in pulled.issues] == ["robots_disallow"]
    site.routes["/robots.txt"] = b"User-agent: *\nDisallow: /"
    site.forget()
    pulled = listing(site, tools).pull(Seen())
    assert (pulled.failed, [issue.code for issue in pulled.issues]) == (True, ["robots_disallow"])
    assert site.paths() == ["/robots.txt"]


def test_a_site_that_asks_for_pauses_is_read_less(site: Loopback, tools: Tools) -> None:
    site.routes["/robots.txt"] = b"User-agent: *\nCrawl-delay: 30"
    links = "".join(
        f"<li><a href='/story/{10000 + n}'>The headline of story number {n} of many</a></li>"
        for n in range(20)
    )
    site.routes["/world"] = f"<ul>{links}</ul>".encode()
    pulled = listing(site, tools).pull(Seen())
    assert len(pulled.articles) == 10
    assert [issue.code for issue in pulled.issues] == ["robots_slow"]


def test_a_page_that_lists_nothing_is_a_failure_that_is_said(site: Loopback, tools: Tools) -> None:
    site.routes["/world"] = b"<html><body><div id='app'></div></body></html>"
    for settings, code in (({}, "listing_empty"), ({"links": "h2 a"}, "listing_no_match")):
        pulled = listing(site, tools, **settings).pull(Seen())
        assert (pulled.failed, [issue.code for issue in pulled.issues]) == (True, [code])


def test_a_page_behind_a_login(site: Loopback, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_LOGIN", "a-token")
    body = site.routes["/world"]
    assert isinstance(body, bytes)
    site.routes["/world"] = lambda request: (
        body if request.headers.get("authorization") == "Bearer a-token" else Reply(status=401)
    )
    assert listing(site, tools).pull(Seen()).failed
    assert len(listing(site, tools, credentials="NEWS_LOGIN").pull(Seen()).articles) == 5


# Whatever comes.


@given(st.binary(max_size=3000))
def test_any_bytes_are_a_page(body: bytes) -> None:
    for html in (body, b"<ul><li><a href='/x/" + body + b"'>" + body + b"</a></ul>"):
        page = teasers.parse(html, HOME)
        teasers.found(page)
        teasers.selected(page, selector("a"))


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="<>\"'&\0"), max_size=40)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=9))
def test_articles_are_each_there_once_with_an_address(links: list[tuple[str, str]]) -> None:
    articles = found("".join(f'<li><a href="{href}">{said}</a></li>' for href, said in links))
    urls = [article.url for article in articles]
    assert len(urls) == len(set(urls))
    assert all(url.startswith(HOME) for url in urls)


@pytest.mark.parametrize(
    "body",
    [
        "<h2>" + "<a href='/world/a-story-of-many-words'>A headline of many words</a> text " * 20_000,
        "<div>" * 5000 + LIST,
        "<p>Most read</p>" * 50_000,
        "<span>word </span>" * 50_000 + LIST,
        "".join(f"<b>a<a href='/x/a-story-of-words-{n}'>A headline of words {n}</a>" for n in range(5000)),
    ],
)  # fmt: skip
def test_a_monstrous_page_takes_no_monstrous_time(body: str) -> None:
    began = time.process_time()
    found(body)
    assert time.process_time() - began < 10
