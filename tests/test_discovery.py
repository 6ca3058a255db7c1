"""From any page of a site to a channel that works."""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from feedsvc import discovery
from feedsvc.cli import main
from feedsvc.discovery import appended
from feedsvc.http import FetchError, Http
from feedsvc.pages.site import site
from feedsvc.settings import HttpSettings
from tests.cms_sites import WordPress, wp_post
from tests.loopback import Loopback
from tests.newsroom import Newsroom, Story, page

HOME = """
<html lang="en-GB"><head><title>Front page | Example News</title>
<meta property="og:site_name" content="Example News"><meta name="theme-color" content="#aa1122">
<meta name="description" content="News of an example.">
<script type="application/ld+json">{"@type": "NewsMediaOrganization", "name": "Example News",
 "logo": {"@type": "ImageObject", "url": "/logo.png"}}</script>
%s</head><body><nav><a href="/world">World</a> <a href="/sport">Sport</a> <a href="https://x.example/">Shop</a></nav>
<main>%s</main></body></html>
"""


OPEN = HttpSettings(allow_hosts=("127.0.0.1",))


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Loopback() as server:
        yield Newsroom(server)


def home(newsroom: Newsroom, head: str = "", main: str = "") -> None:
    newsroom.serves("/", (HOME % (head, main)).encode())


def add(root: Path, newsroom: Newsroom, *words: str, path: str = "/") -> Result:
    settings = root / "settings.toml"
    return CliRunner().invoke(main, ["--settings", str(settings), "add", newsroom.site.url(path), *words])


def printed(result: Result) -> dict[str, Any]:
    return tomllib.loads(result.stdout[result.stdout.index("[http]") :].partition("\nAppended")[0])


def test_a_site_with_a_feed_becomes_a_channel(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.tells(*(Story(n) for n in range(5)))
    home(newsroom, '<link rel="alternate" type="application/rss+xml" href="/rss.xml">')
    result = add(tmp_path, newsroom)
    assert result.exit_code == 0, result.output
    (channel,) = printed(result)["channel"]
    assert channel == {
        "id": "127-0-0-1",
        "title": "Example News",
        "description": "News of an example.",
        "language": "en-GB",
        "site": newsroom.site.url(),
        "brand": {"colour": "#aa1122", "logo": newsroom.site.url("/logo.png")},
        "source": [{"kind": "rss", "url": newsroom.site.url("/rss.xml")}],
    }
    assert "the page names it as its feed" in result.stdout
    assert "Story 0" in result.stdout
    assert "its own video" in result.stdout


def test_what_is_printed_works_as_it_stands(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.tells(*(Story(n) for n in range(3)))
    home(newsroom, '<link rel="alternate" type="application/rss+xml" href="/rss.xml">')
    settings = tmp_path / "settings.toml"
    assert add(tmp_path, newsroom, "--write").exit_code == 0
    refreshed = CliRunner().invoke(main, ["--settings", str(settings), "refresh"])
    assert refreshed.exit_code == 0, refreshed.output
    assert "3 on air" in refreshed.stdout
    again = add(tmp_path, newsroom, "--write")
    assert again.exit_code == 0
    assert tomllib.loads(settings.read_text())["http"] == {"allow_hosts": [newsroom.site.host]}
    assert [c["id"] for c in tomllib.loads(settings.read_text())["channel"]] == ["127-0-0-1", "127-0-0-1-2"]


def test_a_site_with_nothing_says_what_was_tried(newsroom: Newsroom, tmp_path: Path) -> None:
    home(newsroom, main="<p>We are closed.</p>")
    newsroom.serves("/rss.xml", b"<html><body>There is no feed here.</body></html>")
    result = add(tmp_path, newsroom)
    assert result.exit_code == 2
    assert "Nothing on this site can be read as a listing of articles." in result.stderr
    assert "/feed.xml" in result.stdout
    assert "This is not a feed but a web page" in result.stdout
    assert len(newsroom.site.requests) <= 40


def test_any_page_of_the_site_will_do(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.tells(*(Story(n, head='<meta name="description" content="A bridge.">') for n in range(5)))
    home(newsroom, '<link rel="alternate" type="application/rss+xml" href="/rss.xml">')
    result = add(tmp_path, newsroom, path="/world/story-1")
    (channel,) = printed(result)["channel"]
    assert (channel["title"], channel["description"]) == ("Example News", "News of an example.")
    assert channel["source"] == [{"kind": "rss", "url": newsroom.site.url("/rss.xml")}]


def test_the_address_of_a_feed_will_do(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.tells(*(Story(n) for n in range(12)))
    home(newsroom)
    result = add(tmp_path, newsroom, path="/rss.xml")
    (channel,) = printed(result)["channel"]
    assert (channel["title"], channel["site"]) == ("Example News", newsroom.site.url())
    assert "it is the address that was given" in result.stdout


def test_rows_are_the_sections_of_the_navigation(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.tells(*(Story(n, section=("Sport", "World", "Weather")[n % 3]) for n in range(6)))
    home(newsroom)
    (channel,) = printed(add(tmp_path, newsroom))["channel"]
    assert channel["row"] == [
        {"title": "World", "sections": ["World"]},
        {"title": "Sport", "sections": ["Sport"]},
    ]


def test_a_slow_site_is_left_in_time() -> None:
    watch = Watch()
    with Loopback({"/": b"<html></html>"}) as site, Http(OPEN, clock=watch, lasts=30) as http:
        assert http.get(site.url()).status == 200
        watch.now += 31
        with pytest.raises(FetchError, match="given all the time there was"):
            http.get(site.url())


def test_a_page_that_is_not_there_is_said(newsroom: Newsroom, tmp_path: Path) -> None:
    result = add(tmp_path, newsroom, path="/nowhere")
    assert result.exit_code == 2
    assert "There is nothing at this address (404)." in result.stderr


def test_appending_leaves_everything_else_as_it_was() -> None:
    before = "# my settings\n[server]\nport = 9000 # why not\n\n[[channel]]\nid = 'a'\n# the end\n"
    after = appended(before, {"id": "b", "source": [{"kind": "rss"}]})
    assert after.startswith(before.rstrip("\n").removesuffix("# the end").rstrip("\n"))
    assert "# the end" in after
    assert [channel["id"] for channel in tomllib.loads(after)["channel"]] == ["a", "b"]


def test_marks_of_the_systems_behind_a_page() -> None:
    def kinds(html: str) -> list[str]:
        return [offer.kind for offer in site(html.encode(), "https://news.example.org/a/b").offers]

    assert kinds('<link rel="https://api.w.org/" href="/wp-json/">') == ["wordpress"]
    assert kinds('<img src="/wp-content/a.jpg">') == ["wordpress"]
    assert kinds('<meta name="generator" content="Ghost 5.8">') == ["rss"]
    assert kinds('<meta name="generator" content="Drupal 10 (https://www.drupal.org)">') == ["drupal"]
    comments = '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">'
    assert kinds(comments) == []
    assert kinds('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">') == []


# Five sites, as newsrooms have them. Each channel that is printed is refreshed as it stands.


WORDS = (
    "The mayor cut a ribbon of blue silk on Monday while two brass bands played. Ferries that had crossed "
    "the water since 1911 sounded their horns, and children ran ahead of the first tram."
)


def _wordpress(newsroom: Newsroom) -> None:
    text = {"rendered": f"<p>{WORDS}</p>", "protected": False}
    stories = (wp_post(n, link=newsroom.site.url(f"/{n}/"), content=text) for n in range(1, 13))
    newsroom.site.routes.update(WordPress(*stories).routes())
    home(newsroom, f'<link rel="https://api.w.org/" href="{newsroom.site.url("/wp-json/")}">')


def _feed(newsroom: Newsroom) -> None:
    newsroom.tells(*(Story(n) for n in range(12)))
    home(newsroom, '<link rel="alternate" type="application/rss+xml" href="/rss.xml">')


def _told(newsroom: Newsroom) -> list[Story]:
    """Return stories of which only the pages tell."""
    stories = [
        Story(n, title=f"The {n}th of twelve bridges opens", path=f"/2026/11/22/bridge-{n}-opens")
        for n in range(12)
    ]
    newsroom.tells(*stories)
    for story in stories:
        told = page(newsroom.site, story).replace(b"</h1>", f"</h1><p>{WORDS}</p>".encode())
        newsroom.serves(story.page, told)
    del newsroom.site.routes["/rss.xml"]
    return stories


def _sitemap(newsroom: Newsroom) -> None:
    named = "".join(
        f"<url><loc>{newsroom.site.url(story.page)}</loc><lastmod>2026-11-22</lastmod></url>"
        for story in _told(newsroom)
    )
    urlset = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{named}</urlset>'
    newsroom.serves("/maps/news.xml", urlset.encode())
    newsroom.serves("/robots.txt", f"Sitemap: {newsroom.site.url('/maps/news.xml')}\n".encode())
    home(newsroom)


def _pages(newsroom: Newsroom) -> None:
    links = (f'<li><h3><a href="{story.page}">{story.title}</a></h3></li>' for story in _told(newsroom))
    home(newsroom, main=f"<ul>{''.join(links)}</ul>")


@pytest.mark.parametrize(
    ("build", "kind", "path"),
    [
        (_wordpress, "wordpress", "/wp-json/"),
        (_feed, "rss", "/rss.xml"),
        (_sitemap, "sitemap", "/maps/news.xml"),
        (_pages, "listing", "/"),
    ],
)
def test_what_is_printed_for_each_kind_of_site_works_as_it_stands(
    newsroom: Newsroom, tmp_path: Path, build: Callable[[Newsroom], None], kind: str, path: str
) -> None:
    build(newsroom)
    result = add(tmp_path, newsroom)
    assert result.exit_code == 0, result.output
    settings = printed(result)
    (channel,) = settings["channel"]
    assert channel["source"] == [{"kind": kind, "url": newsroom.site.url(path)}]
    assert len(newsroom.site.requests) <= 40
    (tmp_path / "settings.toml").write_text(discovery.as_toml(channel, settings["http"]["allow_hosts"][0]))
    refreshed = CliRunner().invoke(
        main, ["--settings", str(tmp_path / "settings.toml"), "refresh", "--no-render", "--json"]
    )
    report = json.loads(refreshed.stdout)
    assert report["seen"] == 12
    # A story without a video waits for the one that is made of it.
    assert report["on_air"] + sum(out["code"] == "rendering" for out in report["left_out"]) == 12


def test_what_the_page_names_is_not_guessed_again(newsroom: Newsroom, tmp_path: Path) -> None:
    _feed(newsroom)
    add(tmp_path, newsroom)
    assert not {"/feed/", "/atom.xml", "/index.xml"} & set(newsroom.site.paths())
