from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Issue
from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, SourceSettings
from feedsvc.sources import Tools, robots
from feedsvc.sources.robots import Robots
from tests.loopback import Loopback, Reply, in_turn, tagged


class Clock:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback({"/story": b"story", "/private/story": b"secret"}) as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rules(site: Loopback, clock: Clock, tmp_path: Path) -> Iterator[Robots]:
    options = HttpSettings(allow_hosts=("127.0.0.1",), retries=0)
    with Http(options, sleep=lambda seconds: None) as http:
        tools = Tools(http, pages.read, lambda path: "", tmp_path, clock)
        yield Robots(SourceSettings(kind="listing", url=site.url("/")), tools)


def code(refused: Issue | None) -> str:
    return refused.code if refused else ""


def test_what_is_disallowed_is_not_fetched(site: Loopback, rules: Robots) -> None:
    site.routes["/robots.txt"] = b"User-agent: *\nDisallow: /private/\nAllow: /private/open"
    refused = rules.get(site.url("/private/story"))
    assert isinstance(refused, Issue)
    assert refused.code == "robots_disallow"
    assert refused.message == "robots.txt of 127.0.0.1 does not let feedsvc fetch /private/story."
    assert not isinstance(rules.get(site.url("/story")), Issue)
    assert rules.refusal(site.url("/private/open-day")) is None
    assert site.paths() == ["/robots.txt", "/story"]


def test_rules_for_us_by_name_count_before_those_for_all(site: Loopback, rules: Robots) -> None:
    site.routes["/robots.txt"] = b"User-agent: *\nDisallow: /\n\nUser-agent: FeedSvc\nDisallow: /private"
    assert rules.refusal(site.url("/story")) is None
    assert code(rules.refusal(site.url("/private/story"))) == "robots_disallow"


def test_rules_for_other_words_of_our_name_are_not_ours(site: Loopback, rules: Robots) -> None:
    site.routes["/robots.txt"] = b"User-agent: Roku\nDisallow: /"
    assert rules.refusal(site.url("/story")) is None


@pytest.mark.parametrize("status", [404, 410, 401, 403, 400])
def test_a_site_without_robots_allows_everything(site: Loopback, rules: Robots, status: int) -> None:
    site.routes["/robots.txt"] = Reply(b"Disallow: /", status=status)
    assert rules.refusal(site.url("/story")) is None


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(status=503), Reply(status=429), Reply(drop=True)])
def test_robots_that_cannot_be_had_allow_nothing(site: Loopback, rules: Robots, reply: Reply) -> None:
    site.routes["/robots.txt"] = reply
    assert code(rules.refusal(site.url("/story"))) == "robots_unreachable"
    assert code(rules.refusal(site.url("/story"))) == "robots_unreachable"
    assert len(site.paths()) == 1


def test_robots_are_asked_for_again_after_a_while_when_they_could_not_be_had(
    site: Loopback, rules: Robots, clock: Clock
) -> None:
    site.routes["/robots.txt"] = in_turn(Reply(status=500), b"")
    assert rules.refusal(site.url("/story"))
    clock.now += timedelta(minutes=6)
    assert rules.refusal(site.url("/story")) is None


def test_robots_are_asked_for_once_a_day_if_they_have_changed(
    site: Loopback, rules: Robots, clock: Clock
) -> None:
    site.routes["/robots.txt"] = tagged(b"User-agent: *\nDisallow: /private/", '"1"')
    for hours in (0, 1, 22, 2):
        clock.now += timedelta(hours=hours)
        assert code(rules.refusal(site.url("/private/story"))) == "robots_disallow"
    assert [request.headers.get("if-none-match") for request in site.requests] == [None, '"1"']


def test_rules_of_yesterday_stand_while_the_server_is_down(
    site: Loopback, rules: Robots, clock: Clock
) -> None:
    site.routes["/robots.txt"] = in_turn(b"User-agent: *\nDisallow: /private/", Reply(status=500))
    rules.refusal(site.url("/story"))
    clock.now += timedelta(days=2)
    assert rules.refusal(site.url("/story")) is None
    assert code(rules.refusal(site.url("/private/story"))) == "robots_disallow"


def test_the_login_goes_to_the_sources_own_host_only(
    site: Loopback, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_LOGIN", "me:secret")
    with Loopback({"/story": b"x"}) as other, Http(HttpSettings(allow_hosts=("127.0.0.1",))) as http:
        settings = SourceSettings(kind="listing", url=site.url("/"), credentials="NEWS_LOGIN")
        rules = Robots(settings, Tools(http, pages.read, lambda path: "", tmp_path, clock))
        rules.get(site.url("/story"))
        rules.get(other.url("/story"))
        assert all("authorization" in request.headers for request in site.requests)
        assert len(site.requests) == 2
        assert not any("authorization" in request.headers for request in other.requests)
        assert len(other.requests) == 2


def test_sitemaps_are_named_each_once(site: Loopback, rules: Robots) -> None:
    site.routes["/robots.txt"] = (
        b"Sitemap: /a.xml\nsitemap: https://x.example/b.xml\nSitemap: /a.xml\nSitemap: ::"
    )
    assert rules.sitemaps(site.url("/world"))[:2] == (site.url("/a.xml"), "https://x.example/b.xml")


def test_a_pause_is_kept_and_bounds_how_much_is_read(site: Loopback, clock: Clock, tmp_path: Path) -> None:
    slept: list[float] = []
    site.routes["/robots.txt"] = b"User-agent: *\nCrawl-delay: 10"
    with Http(HttpSettings(allow_hosts=("127.0.0.1",)), sleep=slept.append, clock=lambda: 1e9) as http:
        rules = Robots(
            SourceSettings(kind="listing", url=site.url("/")),
            Tools(http, pages.read, lambda path: "", tmp_path, clock),
        )
        for _ in range(2):
            rules.get(site.url("/story"))
        assert slept == [10.0]
        assert rules.most(site.url("/")) == (30, 10.0)


def test_only_so_many_hosts_are_asked(rules: Robots, site: Loopback) -> None:
    articles = [Article(url=site.url("/private")), *(Article(url=f"http://{n}.invalid/x") for n in range(9))]
    allowed, refused = rules.allowed(articles, 10)
    assert [article.url for article in allowed] == [site.url("/private")]
    assert {issue.code for issue in refused} <= {"robots_unreachable", "robots_too_many"}
    assert code(rules.refusal("http://99.invalid/")) == "robots_too_many"


def test_an_address_that_is_none(rules: Robots) -> None:
    refused = rules.get("news.example")
    assert isinstance(refused, Issue)
    assert refused.code == "fetch_bad_url"


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_are_rules(body: bytes, path: str) -> None:
    read = robots.read(body)
    assert read.can_fetch(f"https://news.example/{path.replace('[', '').replace(']', '')}", "feedsvc") in (
        True,
        False,
    )
    list(read.sitemaps)


def test_what_is_beyond_the_limit_does_not_count() -> None:
    read = robots.read(b"User-agent: *\n" + b"# padding\n" * 60_000 + b"Disallow: /")
    assert read.can_fetch("https://news.example/x", "feedsvc")
