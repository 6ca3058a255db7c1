"""A feed on the web: asked with manners, its older pages when it pays."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, SourceSettings
from feedsvc.sources import Pulled, Seen, Tools, rss
from tests.loopback import Loopback, Reply, redirect, tagged
from tests.made_feeds import BOMBS, ITEM, feed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def tools(http: Http, now: datetime = NOW) -> Tools:
    return Tools(http, pages.read, lambda path: "", Path(), lambda: now)


def source(site: Loopback, limit: int = 300, **changes: Any) -> rss.Rss:
    http = HttpSettings(**({"allow_hosts": ("127.0.0.1",), "timeout": 1.0, "retries": 0} | changes))
    return rss.Rss(SourceSettings(kind="rss", url=site.url("/rss.xml"), limit=limit), tools(Http(http)))


def test_pull_asks_only_for_what_changed() -> None:
    with Loopback({"/rss.xml": tagged(feed(ITEM.format("a")), '"1"')}) as site:
        news = source(site)
        first = news.pull(Seen())
        second = news.pull(Seen(first.validators))
        site.routes["/rss.xml"] = tagged(feed(ITEM.format("b")), '"2"')
        third = news.pull(Seen(second.validators))
    assert ([a.guid for a in first.articles], first.unchanged, first.failed) == (["a"], False, False)
    assert (second.articles, second.unchanged, second.failed) == ((), True, False)
    assert ([a.guid for a in third.articles], third.unchanged) == (["b"], False)
    assert site.requests[0].headers["accept"].startswith("application/rss+xml")
    assert news.reads_pages


def test_the_same_bytes_from_a_server_without_validators_are_unchanged() -> None:
    with Loopback({"/rss.xml": feed(ITEM.format("a"))}) as site:
        first = source(site).pull(Seen())
        assert source(site).pull(Seen(first.validators)).unchanged


def test_relative_links_start_from_where_the_feed_is_found() -> None:
    with Loopback() as site:
        site.routes |= {
            "/rss.xml": redirect("/de/feed"),
            "/de/feed": feed("<item><title>T</title><link>a</link></item>"),
        }
        (article,) = source(site).pull(Seen()).articles
        assert article.url == site.url("/de/a")


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=404), "fetch_not_found"),
        (Reply(status=500), "fetch_server_error"),
        (Reply(b"x", delay=3), "fetch_timeout"),
        (Reply(drop=True), "fetch_unreachable"),
        (Reply(b"x" * 50_001), "fetch_too_large"),
        (Reply(gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"}), "fetch_too_large"),
        (b"", "source_empty"),
        (b"<html>Sorry</html>", "source_not_a_feed"),
        (feed(head=BOMBS[0]), "source_has_entities"),
    ],
)
def test_a_source_that_fails_is_one_issue_and_forgets_nothing(reply: Reply | bytes, code: str) -> None:
    with Loopback({"/rss.xml": tagged(feed(ITEM.format("a")), '"1"')}) as site:
        news = source(site, max_listing=50_000)
        first = news.pull(Seen())
        site.routes["/rss.xml"] = reply
        second = news.pull(Seen(first.validators))
    assert (second.failed, second.articles, [i.code for i in second.issues]) == (True, (), [code])
    assert second.validators == first.validators
    assert second.issues[0].message
    assert second.issues[0].fix


def test_an_address_that_is_none() -> None:
    pulled = rss.Rss(SourceSettings(kind="rss"), tools(Http(HttpSettings()))).pull(Seen())
    assert (pulled.failed, [i.code for i in pulled.issues]) == (True, ["fetch_bad_url"])


# Older pages.


def paged(site: Loopback, *pages: tuple[str, ...], rel: str = "next") -> None:
    """Serve a feed in pages of these GUIDs, the newest first."""
    for number, guids in enumerate(pages):
        older = f'<atom:link rel="{rel}" href="/rss-{number + 1}.xml"/>' if number + 1 < len(pages) else ""
        head = f"<link>https://news.example/</link>{older}{''.join(map(ITEM.format, guids))}"
        body = feed(head, namespaces='xmlns:atom="http://www.w3.org/2005/Atom"')
        site.routes[f"/rss-{number}.xml" if number else "/rss.xml"] = tagged(body, f'"{guids}"')


def guids(pulled: Pulled) -> list[str]:
    return [article.guid for article in pulled.articles]


@pytest.mark.parametrize("rel", ["next", "prev-archive"])
def test_the_first_pull_reads_all_pages_and_later_ones_only_the_first(rel: str) -> None:
    with Loopback() as site:
        news = source(site)
        paged(site, ("c", "d"), ("a", "b"), ("y", "z"), rel=rel)
        first = news.pull(Seen())
        assert guids(first) == ["c", "d", "a", "b", "y", "z"]
        assert news.pull(Seen(first.validators)).unchanged
        site.forget()
        paged(site, ("e", "c"), ("d", "a"), rel=rel)
        later = news.pull(Seen(first.validators))
        assert (guids(later), site.paths()) == (["e", "c"], ["/rss.xml"])


def test_what_came_while_nobody_asked_is_looked_for_on_older_pages() -> None:
    with Loopback() as site:
        news = source(site)
        paged(site, ("a", "b"))
        first = news.pull(Seen())
        paged(site, ("g", "h"), ("e", "f"), ("a", "c"), ("x", "y"))
        site.forget()
        assert guids(news.pull(Seen(first.validators))) == ["g", "h", "e", "f", "a", "c"]
        assert site.paths() == ["/rss.xml", "/rss-1.xml", "/rss-2.xml"]


def test_no_more_is_read_than_is_wanted() -> None:
    with Loopback() as site:
        paged(site, ("a", "b"), ("c", "d"), ("e", "f"))
        pulled = source(site, limit=3).pull(Seen())
        assert (guids(pulled), len(site.paths())) == (["a", "b", "c"], 2)
        assert [issue.code for issue in pulled.issues] == ["source_limit"]


def test_pages_are_followed_so_far_and_no_further() -> None:
    with Loopback() as site:
        paged(site, *((f"g{number}",) for number in range(60)))
        assert len(guids(source(site).pull(Seen()))) == rss.PAGES + 1
        site.forget()
        size = len(feed()) + 300
        assert len(guids(source(site, max_listing=2 * size).pull(Seen()))) < 4, "and so many bytes"


@pytest.mark.parametrize(
    "to", ["/rss.xml", "https://elsewhere.example/2", "http://127.0.0.1:1/2", "file:///x", ""]
)
def test_pages_that_are_not_followed(to: str) -> None:
    with Loopback() as site:
        link = f'<atom:link rel="next" href="{to}"/>'
        site.routes["/rss.xml"] = feed(
            link, ITEM.format("a"), namespaces='xmlns:atom="http://www.w3.org/2005/Atom"'
        )
        assert guids(source(site).pull(Seen())) == ["a"]
        assert site.paths() == ["/rss.xml"]


def test_two_pages_that_name_each_other() -> None:
    with Loopback() as site:
        for path, other in (("/rss.xml", "/b.xml"), ("/b.xml", "/rss.xml")):
            link = f'<atom:link rel="next" href="{other}"/>'
            site.routes[path] = feed(
                link, ITEM.format(path), namespaces='xmlns:atom="http://www.w3.org/2005/Atom"'
            )
        assert len(guids(source(site).pull(Seen()))) == 2


@pytest.mark.parametrize(
    ("reply", "code"), [(Reply(status=404), "fetch_not_found"), (b"x", "source_not_a_feed")]
)
def test_an_older_page_that_cannot_be_had_is_a_warning(reply: Reply | bytes, code: str) -> None:
    with Loopback() as site:
        paged(site, ("a",), ("b",), ("c",))
        site.routes["/rss-1.xml"] = reply
        pulled = source(site).pull(Seen())
        assert (guids(pulled), pulled.failed) == (["a"], False)
        assert [(issue.code, issue.severity) for issue in pulled.issues] == [(code, "warning")]


# What it asks for, and what is gone.


def test_what_a_feed_asks_for_is_remembered_when_nothing_has_changed() -> None:
    link = '<atom:link rel="hub" href="https://hub.example/"/><ttl>30</ttl>'
    body = feed(link, ITEM.format("a"), namespaces='xmlns:atom="http://www.w3.org/2005/Atom"')
    with Loopback({"/rss.xml": tagged(body, '"1"')}) as site:
        news = source(site)
        first = news.pull(Seen())
        second = news.pull(Seen(first.validators))
        third = news.pull(Seen(second.validators))
        asked = {(p.wait, p.hub, p.topic) for p in (first, second, third)}
        assert asked == {(1800, "https://hub.example/", site.url("/rss.xml"))}
        assert third.unchanged
        assert third.validators == first.validators, "nothing to write"
        site.routes["/rss.xml"] = Reply(status=304, headers={"Cache-Control": "max-age=7200"})
        assert news.pull(Seen(first.validators)).wait == 7200


def test_hours_to_skip_are_told_by_the_clock() -> None:
    body = feed("<skipHours><hour>12</hour></skipHours>", ITEM.format("a"))
    with Loopback({"/rss.xml": body}) as site, Http(HttpSettings(allow_hosts=("127.0.0.1",))) as http:
        settings = SourceSettings(kind="rss", url=site.url("/rss.xml"))
        waits = [rss.Rss(settings, tools(http, NOW.replace(hour=h))).pull(Seen()).wait for h in (11, 12)]
    assert waits == [0, 3600]
