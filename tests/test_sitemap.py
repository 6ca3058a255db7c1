import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article
from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, Selection, SourceSettings
from feedsvc.sources import Pulled, Seen, Tools, sitemap, sitemap_file
from feedsvc.sources.sitemap import Sitemap, in_order, told_once
from feedsvc.sources.sitemap_file import Document, Entry, Link
from tests.articles import NOON
from tests.desk import Desk
from tests.loopback import Loopback, Reply, redirect, tagged
from tests.newsroom import Newsroom, Story

URL = "https://news.example/sitemap.xml"
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(*pages: str, head: str = "") -> bytes:
    return f"{head}<urlset {NAMESPACES}>{''.join(pages)}</urlset>".encode()


def index(*links: str) -> bytes:
    return f"<sitemapindex {NAMESPACES}>{''.join(links)}</sitemapindex>".encode()


def page(loc: str, lastmod: str = "", inside: str = "") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>{loc}</loc>{changed}{inside}</url>"


def link(loc: str, lastmod: str = "") -> str:
    return page(loc, lastmod).replace("url>", "sitemap>")


def news(title: str = "Title", date: str = "2026-11-22T09:00:00Z", more: str = "") -> str:
    return (
        f"<news:news><news:publication><news:name>N</news:name><news:language>de</news:language>"
        f"</news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>{title}</news:title>{more}</news:news>"
    )


def only(body: bytes) -> Entry:
    (entry,) = sitemap_file.read(body, URL).entries
    return entry


def codes(document: Document | Pulled) -> list[str]:
    return [issue.code for issue in document.issues]


# What one sitemap says.


def test_news() -> None:
    entry = only(
        urlset(
            page("/a", "2026-11-22T10:00:00Z", news("A &amp; B", more="<news:keywords>x, y,</news:keywords>"))
        )
    )
    article = entry.article
    assert (article.guid, article.url) == ("https://news.example/a", "https://news.example/a")
    assert (article.title, article.language, article.tags) == ("A & B", "de", ("x", "y"))
    assert article.published == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert article.updated == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert entry.news


def test_a_bare_day_orders_but_leaves_the_minute_to_the_page() -> None:
    entry = only(urlset(page("/a", inside=news(date="2026-11-22"))))
    assert entry.article.published is None
    assert entry.when == datetime(2026, 11, 22, tzinfo=UTC)


def test_a_video_and_its_page() -> None:
    film = (
        "<video:video><video:thumbnail_loc>/t.jpg</video:thumbnail_loc><video:title>Film</video:title>"
        "<video:description>Told.</video:description><video:content_loc>/f.mp4</video:content_loc>"
        "<video:player_loc>/player</video:player_loc><video:duration>95</video:duration>"
        "<video:publication_date>2026-11-20T08:00:00+01:00</video:publication_date>"
        "<video:expiration_date>2026-12-01</video:expiration_date><video:category>Culture</video:category>"
        "<video:tag>a</video:tag><video:tag>b</video:tag></video:video>"
    )
    article = only(urlset(page("/a", inside=film))).article
    assert (article.title, article.summary, article.section, article.tags) == (
        "Film",
        "Told.",
        ("Culture",),
        ("a", "b"),
    )
    assert [(video.url, video.duration) for video in article.videos] == [("https://news.example/f.mp4", 95)]
    assert [image.url for image in article.images] == ["https://news.example/t.jpg"]
    assert article.published == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert article.window.end == datetime(2026, 12, 1, tzinfo=UTC)
    two = only(urlset(page("/a", inside=film + film.replace("/f.", "/g.")))).article
    assert (two.title, two.window.end, len(two.videos)) == ("", None, 2)


def test_a_live_stream_is_no_film() -> None:
    film = "<video:content_loc>/f.m3u8</video:content_loc><video:live>yes</video:live>"
    assert only(urlset(page("/a", inside=f"<video:video>{film}</video:video>"))).article.videos == ()


def test_pictures() -> None:
    said = "<image:loc>/p.jpg</image:loc><image:caption>A &lt;b&gt;boat&lt;/b&gt;</image:caption>"
    (image,) = only(urlset(page("/a", inside=f"<image:image>{said}</image:image>"))).article.images
    assert (image.url, image.caption) == ("https://news.example/p.jpg", "A boat")


def test_what_is_called_url_deeper_down_is_no_page() -> None:
    inside = "<image:image><image:url><image:loc>/p.jpg</image:loc></image:url></image:image>"
    assert only(urlset(page("/a", inside=inside))).article.url == "https://news.example/a"


def test_prefixes_nobody_declared_and_namespaces_that_are_wrong() -> None:
    body = b"<urlset><url><loc>/a</loc><news:news><news:title>T</news:title></news:news></url></urlset>"
    assert only(body).article.title == "T"
    body = urlset(page("/a", inside=news())).replace(b"http://www.google.com", b"https://google.example")
    assert only(body).article.title == "Title"


@pytest.mark.parametrize(
    "body",
    [
        b"\n https://news.example/a \r\nhttps://news.example/b\n\n",
        b"\xef\xbb\xbfhttps://news.example/a\nhttps://news.example/b",
    ],
)
def test_a_text_of_addresses(body: bytes) -> None:
    document = sitemap_file.read(body, URL)
    assert [entry.article.url[-1] for entry in document.entries] == ["a", "b"]


def test_compressed_in_one_or_more_parts() -> None:
    body = urlset(page("/a"))
    assert only(gzip.compress(body)).article.url == "https://news.example/a"
    assert only(gzip.compress(body[:40]) + gzip.compress(body[40:])).article.url == "https://news.example/a"


def test_what_breaks_off_is_read_as_far_as_it_goes() -> None:
    body = urlset(*(page(f"/{n}") for n in range(9)))
    for part in (body[:-60], gzip.compress(body)[:-20]):
        document = sitemap_file.read(part, URL)
        assert len(document.entries) > 4
        assert codes(document) == ["sitemap_malformed"]


def test_an_address_with_a_stray_ampersand_costs_no_other() -> None:
    document = sitemap_file.read(urlset(page("/a?x=1&y=2"), page("/b")), URL)
    assert len(document.entries) == 2
    assert codes(document) == ["sitemap_malformed"]


def test_a_bomb_is_refused() -> None:
    document = sitemap_file.read(gzip.compress(b"<urlset>" + b" " * 5_000_000), URL, limit=1_000_000)
    assert codes(document) == ["sitemap_too_large"]


def test_entities_are_not_expanded() -> None:
    head = '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    entry = only(urlset(page("/a", inside=news("T &b; &x;")), head=head))
    assert "aaaa" not in entry.article.title
    assert "root" not in entry.article.title


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<rss version='2.0'><channel/></rss>", "sitemap_is_feed"),
        (b"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>", "sitemap_is_feed"),
        (b"", "sitemap_not_one"),
        (b'{"a": 1}', "sitemap_not_one"),
        (b"Not found", "sitemap_not_one"),
    ],
)
def test_what_is_no_sitemap_is_refused_plainly(body: bytes, code: str) -> None:
    document = sitemap_file.read(body, URL)
    assert codes(document) == [code]
    assert document.issues[0].severity == "error"


def test_the_time_of_making_is_no_time_of_change() -> None:
    now = "2026-11-22T11:59:00Z"
    made = sitemap_file.read(urlset(*(page(f"/{n}", now) for n in range(30))), URL)
    assert {(entry.when, entry.article.updated) for entry in made.entries} == {(None, None)}
    few = sitemap_file.read(urlset(*(page(f"/{n}", now) for n in range(5))), URL)
    assert all(entry.article.updated for entry in few.entries)


@given(st.binary(max_size=2000))
def test_any_bytes_will_do(body: bytes) -> None:
    for data in (body, urlset() + body, urlset(page("/a"))[:-9] + body, gzip.compress(body) + body):
        document = sitemap_file.read(data, URL, limit=10_000)
        assert document.entries or document.links or document.page or document.issues or b"urlset" in data


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="<>&\0"), max_size=30)


@given(TEXT, TEXT, TEXT, TEXT)
def test_any_words_will_do(loc: str, lastmod: str, date: str, title: str) -> None:
    document = sitemap_file.read(urlset(page(loc, lastmod, news(title, date))), URL)
    assert len(document.entries) <= 1


def test_a_large_sitemap_is_read_quickly() -> None:
    body = urlset(*(page(f"/world/story-{n}", "2026-11-20T10:00:00Z") for n in range(10_000)))
    began = time.process_time()
    assert len(sitemap_file.read(body, URL).entries) == 10_000
    assert time.process_time() - began < 10


@pytest.mark.slow
def test_more_than_the_standard_allows_is_read_as_far_as_that() -> None:
    body = b"<urlset>" + b"<url><loc>/a</loc></url>" * 100_050
    document = sitemap_file.read(body, URL)
    assert len(document.entries) == 100_000
    assert codes(document) == ["sitemap_too_many"]


# Which are opened, and which of their articles are taken.


def test_sitemaps_are_opened_news_first_then_newest_first() -> None:
    names = [
        "posts-2025.xml", "posts-2026-10.xml", "category-sitemap.xml", "news.xml", "page-sitemap.xml",
        "wp-sitemap-posts-post-2.xml", "wp-sitemap-posts-post-11.xml", "wp-sitemap-users-1.xml",
        "news-2019-04.xml", "post_tag-sitemap2.xml", "posts-2026-11.xml", "video-sitemap.xml",
        "wp-sitemap-posts-page-1.xml",
    ]  # fmt: skip
    opened = in_order([Link(f"https://news.example/{name}") for name in names])
    assert [one.url.rsplit("/", 1)[1] for one in opened] == [
        "news.xml", "video-sitemap.xml", "posts-2026-11.xml", "posts-2026-10.xml", "posts-2025.xml",
        "news-2019-04.xml", "wp-sitemap-posts-post-11.xml", "wp-sitemap-posts-post-2.xml",
    ]  # fmt: skip


def test_the_last_change_orders_where_no_period_is_named() -> None:
    links = [Link(f"https://x.example/{n}.xml", datetime(2026, 11, n, tzinfo=UTC)) for n in (3, 9, 5)]
    assert [one.url[-5:-4] for one in in_order(links)] == ["9", "5", "3"]
    only_tags = [Link("https://x.example/tag-sitemap.xml")]
    assert in_order(only_tags) == only_tags


def entry(url: str, **others: str) -> Entry:
    return Entry(Article(guid=url, url=url), others={tag.replace("_", "-"): at for tag, at in others.items()})


EN, ES, DE = (f"https://news.example/{path}" for path in ("story-of-it", "es/historia", "de/geschichte"))


@pytest.mark.parametrize(("language", "taken"), [("es", ES), ("es-MX", ES), ("en", EN), ("fr", DE), ("", DE)])
def test_a_story_is_told_in_one_language(language: str, taken: str) -> None:
    others = {"en": EN, "es": ES, "de": DE, "x_default": DE}
    (told,) = told_once([entry(url, **others) for url in (EN, ES, DE)], language)
    assert told.article.url == taken


def test_alternates_that_cannot_be_are_not_believed() -> None:
    home = "https://news.example/"
    stories = [entry(f"{home}story-{n}", en=home, es=f"{home}es") for n in range(3)]
    assert len(told_once(stories, "en")) == 3
    stories = [entry(f"{home}story-{n}", en=f"{home}story-{n}", es=f"{home}es/all") for n in range(3)]
    assert len(told_once(stories, "en")) == 3


# The source.


class Site:
    def __init__(self, server: Loopback, work: Path) -> None:
        self.server, self.now = server, datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.http = Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0), sleep=lambda seconds: None)
        self.tools = Tools(self.http, pages.read, lambda path: "", work, lambda: self.now, work, "en")

    def source(self, path: str = "/sitemap.xml", **settings: object) -> Sitemap:
        return Sitemap(SourceSettings(kind="sitemap", url=self.server.url(path), **settings), self.tools)

    def at(self, path: str, body: bytes) -> None:
        self.server.routes[path] = tagged(
            body.replace(b"<loc>/", f"<loc>{self.server.url('/')}".encode()), f'"{hash(body)}"'
        )

    def asked(self) -> list[str]:
        paths = [path for path in self.server.paths() if path != "/robots.txt"]
        self.server.forget()
        return paths


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Loopback() as server:
        site = Site(server, tmp_path)
        yield site
        site.http.close()


def story(n: int, day: int = 1, month: int = 11) -> str:
    return page(f"/world/a-story-with-the-number-{n}", f"2026-{month:02}-{day:02}T10:00:00Z")


def paths(pulled: Pulled) -> list[str]:
    return [
        article.url.split("/", 3)[3].removeprefix("world/a-story-with-the-number-")
        for article in pulled.articles
    ]


def test_the_newest_are_taken_up_to_the_limit(site: Site) -> None:
    site.at("/sitemap.xml", urlset(*(story(n, n) for n in (3, 9, 5, 7))))
    assert paths(site.source(limit=2).pull(Seen())) == ["9", "7"]


def test_what_is_no_article_is_left_out(site: Site) -> None:
    others = ["/", "/world/", "/tag/bridges", "/author/jane-doe", "/about-us", "/weather"]
    site.at(
        "/sitemap.xml",
        urlset(*map(page, others), story(1), story(2), story(3), page("/derby", inside=news())),
    )
    assert sorted(paths(site.source().pull(Seen()))) == ["1", "2", "3", "derby"]


def test_patterns_count_before_the_limit_and_before_any_guess(site: Site) -> None:
    site.at("/sitemap.xml", urlset(story(1, 20), story(2, 19), page("/weather", "2026-11-01")))
    wanted = site.source(limit=1, exclude=Selection(urls=("number-1",)))
    assert paths(wanted.pull(Seen())) == ["2"]
    assert paths(site.source(include=Selection(urls=("/weather",))).pull(Seen())) == ["weather"]


def test_other_settings_choose_anew_though_nothing_has_changed(site: Site) -> None:
    site.at("/sitemap.xml", urlset(story(1, 20), story(2, 19)))
    seen = Seen(site.source(limit=1).pull(Seen()).validators)
    assert site.source(limit=1).pull(seen).unchanged
    assert paths(site.source(limit=2).pull(seen)) == ["1", "2"]


def test_robots_name_the_sitemaps_and_news_come_first(site: Site) -> None:
    site.at("/posts.xml", urlset(story(1)))
    site.at("/news.xml", urlset(page("/derby", inside=news())))
    site.server.routes["/robots.txt"] = b"Sitemap: /posts.xml\nSitemap: /news.xml"
    assert paths(site.source("/").pull(Seen())) == ["derby", "1"]
    assert site.asked() == ["/news.xml", "/posts.xml"]


def test_any_page_of_the_site_will_do(site: Site) -> None:
    site.server.routes["/world/some-page"] = b"<!doctype html><html><body>A page</body></html>"
    site.at("/sitemap_index.xml", index(link("/posts.xml")))
    site.at("/posts.xml", urlset(story(1)))
    source = site.source("/world/some-page")
    pulled = source.pull(Seen())
    assert paths(pulled) == ["1"]
    site.asked()
    assert source.pull(Seen(pulled.validators)).unchanged
    assert site.asked() == ["/world/some-page", "/sitemap_index.xml", "/posts.xml"]


def test_a_site_without_sitemaps_is_told_so(site: Site) -> None:
    pulled = site.source("/").pull(Seen())
    assert (pulled.failed, codes(pulled)) == (True, ["sitemap_none"])


def test_an_index_is_followed_until_there_are_enough(site: Site) -> None:
    months = {
        month: urlset(*(story(100 * month + n, n, month) for n in range(1, 4))) for month in (9, 10, 11)
    }
    for month, body in months.items():
        site.at(f"/posts-2026-{month:02}.xml", body)
    site.at("/sitemap.xml", index(*(link(f"/posts-2026-{month:02}.xml") for month in months)))
    assert paths(site.source(limit=4).pull(Seen())) == ["1103", "1102", "1101", "1003"]
    assert site.asked() == ["/sitemap.xml", "/posts-2026-11.xml", "/posts-2026-10.xml"]


def test_old_videos_do_not_keep_the_news_from_being_read(site: Site) -> None:
    site.at("/video-sitemap.xml", urlset(*(story(n, n, 1) for n in range(1, 9))))
    site.at("/posts.xml", urlset(story(99, 20)))
    site.at("/sitemap.xml", index(link("/video-sitemap.xml"), link("/posts.xml")))
    assert paths(site.source(limit=2).pull(Seen())) == ["99", "8"]


def test_a_changed_sitemap_brings_the_others_along_without_asking_for_them_whole(site: Site) -> None:
    site.at("/a.xml", urlset(story(1, 20)))
    site.at("/b.xml", urlset(story(2, 19)))
    site.at("/sitemap.xml", index(link("/a.xml"), link("/b.xml")))
    source = site.source()
    first = source.pull(Seen())
    site.at("/a.xml", urlset(story(1, 20), story(3, 21)))
    site.asked()
    second = source.pull(Seen(first.validators))
    assert paths(second) == ["3", "1", "2"]
    assert site.asked() == ["/sitemap.xml", "/a.xml", "/b.xml"]
    # Another process remembers only validators, and reads what it needs.
    site.at("/a.xml", urlset(story(4, 22), story(1, 20)))
    assert paths(site.source().pull(Seen(second.validators))) == ["4", "1", "2"]


def test_another_process_finds_nothing_new_for_the_price_of_asking(site: Site) -> None:
    site.at("/posts-2026-11.xml", urlset(story(1, 20), story(2, 19)))
    site.at("/posts-2026-10.xml", urlset(story(3, 1, 10)))
    site.at("/sitemap.xml", index(link("/posts-2026-10.xml"), link("/posts-2026-11.xml")))
    seen = Seen(site.source(limit=2).pull(Seen()).validators)
    site.asked()
    assert site.source(limit=2).pull(seen).unchanged
    assert site.asked() == ["/sitemap.xml", "/posts-2026-11.xml"]


def test_an_old_sitemap_its_index_calls_unchanged_is_asked_for_once_a_day(site: Site) -> None:
    site.at("/a.xml", urlset(story(1)))
    site.at("/b.xml", urlset(story(2)))
    site.at(
        "/sitemap.xml", index(link("/a.xml", "2026-11-10T10:00:00Z"), link("/b.xml", "2026-11-22T10:00:00Z"))
    )
    source = site.source()
    seen = Seen(source.pull(Seen()).validators)
    site.asked()
    assert source.pull(seen).unchanged
    assert site.asked() == ["/sitemap.xml", "/b.xml"]
    site.now += timedelta(hours=25)
    assert source.pull(seen).unchanged
    assert site.asked() == ["/sitemap.xml", "/b.xml", "/a.xml"]


def test_one_broken_sitemap_costs_no_other(site: Site) -> None:
    site.at("/a.xml", urlset(story(1)))
    site.at("/sitemap.xml", index(link("/gone.xml"), link("/a.xml"), link("/feed.xml")))
    site.server.routes["/feed.xml"] = b"<rss version='2.0'/>"
    source = site.source()
    pulled = source.pull(Seen())
    assert paths(pulled) == ["1"]
    assert sorted(codes(pulled)) == ["fetch_not_found", "sitemap_is_feed"]
    assert {issue.severity for issue in pulled.issues} == {"warning"}
    assert source.pull(Seen(pulled.validators)).unchanged


def test_a_sitemap_that_is_down_for_a_moment_loses_nothing(site: Site) -> None:
    site.at("/a.xml", urlset(story(1, 20)))
    site.at("/b.xml", urlset(story(2, 19)))
    site.at("/sitemap.xml", index(link("/a.xml"), link("/b.xml")))
    source = site.source()
    first = source.pull(Seen())
    site.server.routes["/b.xml"] = Reply(status=500)
    second = source.pull(Seen(first.validators))
    assert (paths(second), codes(second)) == (["1", "2"], ["fetch_server_error"])
    site.at("/b.xml", urlset(story(2, 19)))
    assert paths(source.pull(Seen(second.validators))) == ["1", "2"]


def test_an_index_that_leads_to_itself_ends(site: Site) -> None:
    site.at("/sitemap.xml", index(*(link(f"/sitemap.xml?{n}") for n in range(50))))
    pulled = site.source().pull(Seen())
    assert (pulled.failed, codes(pulled)) == (True, ["sitemap_empty"])
    assert len(site.asked()) <= sitemap.FILES


def test_robots_keep_sitemaps_and_articles_from_being_fetched(site: Site) -> None:
    site.server.routes["/robots.txt"] = (
        b"User-agent: *\nDisallow: /secret\nDisallow: /world/a-story-with-the-number-1"
    )
    site.at("/secret.xml", urlset(story(9)))
    site.at("/a.xml", urlset(story(1, 20), story(2, 19)))
    site.at("/sitemap.xml", index(link("/secret.xml"), link("/a.xml")))
    pulled = site.source().pull(Seen())
    assert paths(pulled) == ["2"]
    assert codes(pulled) == ["robots_disallow", "robots_disallow"]
    assert site.asked() == ["/sitemap.xml", "/a.xml"]
    refused = site.source("/secret.xml").pull(Seen())
    assert (refused.failed, codes(refused), refused.issues[0].severity) == (
        True,
        ["robots_disallow"],
        "error",
    )


def test_a_site_that_asks_for_pauses_is_read_less(site: Site) -> None:
    site.server.routes["/robots.txt"] = b"User-agent: *\nCrawl-delay: 20"
    site.at("/sitemap.xml", urlset(*(story(n, n) for n in range(1, 29))))
    pulled = site.source().pull(Seen())
    assert len(pulled.articles) == 15
    assert codes(pulled) == ["robots_slow"]


def test_one_page_in_two_sitemaps_is_one_article(site: Site) -> None:
    film = "<video:content_loc>/f.mp4</video:content_loc><video:title>Film</video:title>"
    told = page("/world/the-story-of-a-derby", "2026-11-20", f"<video:video>{film}</video:video>")
    site.at("/video.xml", urlset(told))
    site.at("/news.xml", urlset(page("/world/the-story-of-a-derby/", inside=news("Derby"))))
    site.server.routes["/robots.txt"] = b"Sitemap: /video.xml\nSitemap: /news.xml"
    (article,) = site.source("/").pull(Seen()).articles
    assert (article.title, len(article.videos), article.language) == ("Derby", 1, "de")


def test_pages_of_no_date_are_taken_as_they_come_and_it_is_said(site: Site) -> None:
    site.at("/sitemap.xml", urlset(*(page(f"/world/a-story-with-the-number-{n}") for n in range(5))))
    pulled = site.source(limit=3).pull(Seen())
    assert (paths(pulled), codes(pulled)) == (["0", "1", "2"], ["sitemap_undated"])


def test_nothing_of_a_sitemap_is_ever_withdrawn_for_it_is_missing(site: Site) -> None:
    site.at("/sitemap.xml", urlset(story(1)))
    assert not site.source().pull(Seen()).complete


def test_a_sitemap_that_moved_is_found(site: Site) -> None:
    site.at("/new.xml", urlset(story(1)))
    site.server.routes["/sitemap.xml"] = redirect("/new.xml")
    assert paths(site.source().pull(Seen())) == ["1"]


def test_no_article_is_said(site: Site) -> None:
    site.at("/sitemap.xml", urlset(page("/"), page("/about-us")))
    pulled = site.source().pull(Seen())
    assert (pulled.articles, codes(pulled), pulled.failed) == ((), ["sitemap_empty"], False)


# The whole way.


def test_a_site_with_nothing_but_a_sitemap_goes_on_air(desk: Desk, newsroom: Newsroom) -> None:
    stories = [Story(n, path=f"/world/2026/11/22/the-story-number-{n}") for n in (1, 2, 3)]
    newsroom.tells(*stories)
    web = newsroom.site
    film = f"<video:video><video:content_loc>{web.url('/film.mp4')}</video:content_loc></video:video>"
    body = urlset(*(page(web.url(one.page), f"2026-11-22T0{one.number}:00:00Z", film) for one in stories))
    web.routes["/sitemap.xml"] = tagged(body, '"1"')
    web.routes["/robots.txt"] = f"User-agent: *\nDisallow: {stories[1].page}".encode()
    channel = newsroom.channel(source=(SourceSettings(kind="sitemap", url=web.url("/")),))
    report = desk.refresh(channel)
    assert sorted(desk.titles()) == ["Story 1", "Story 3"]
    assert [issue.code for issue in report.issues] == ["robots_disallow"]
    assert stories[1].page not in web.paths()
    web.forget()
    assert desk.refresh(channel, NOON + timedelta(minutes=5)).changed == 0
    assert web.paths() == ["/robots.txt", "/sitemap.xml"]
