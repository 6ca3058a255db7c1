from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article
from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, SourceSettings
from feedsvc.sources import Pulled, Seen, Tools, ghost
from tests.cms_sites import Ghost, asked, ghost_post
from tests.loopback import Loopback, Reply

SAMPLES = Path(__file__).parent / "data" / "sources" / "ghost"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
API = "https://news.example/ghost/api/content/"


def told(**fields: Any) -> Article:
    return ghost.article(ghost_post(7, **fields), API, pages.read)


class News:
    """A Ghost on a loopback server, and a source with its key that reads it again and again."""

    def __init__(self, site: Loopback, work: Path, *numbers: int) -> None:
        self.site, self.cms, self.seen = site, Ghost(*map(ghost_post, numbers)), Seen()
        site.routes.update(self.cms.routes())
        http = Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0), sleep=lambda seconds: None)
        self._tools = Tools(http, pages.read, str, work, lambda: NOON, work)

    def pull(self, path: str = "", credentials: str = "GHOST_KEY", **settings: Any) -> Pulled:
        url = self.site.url(path or "/")
        told = SourceSettings(kind="ghost", url=url, credentials=credentials, **settings)
        pulled = ghost.open_source(told, self._tools).pull(self.seen)
        self.seen = Seen(pulled.validators)
        return pulled


@pytest.fixture
def open_news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., News]]:
    monkeypatch.setenv("GHOST_KEY", Ghost().key)
    monkeypatch.setenv("OTHER_KEY", "0" * 26)
    with Loopback() as site:
        yield lambda *numbers: News(site, tmp_path, *numbers)


def titles(pulled: Pulled) -> list[str]:
    return [a.title for a in pulled.articles]


def codes(pulled: Pulled) -> list[str]:
    return [issue.code for issue in pulled.issues]


def test_sample(golden: Callable[[str, bytes], None]) -> None:
    posts = msgspec.json.decode((SAMPLES / "newsroom.json").read_bytes())
    found = [ghost.article(post, API, pages.read) for post in posts]
    golden("source-ghost.json", msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def test_the_primary_tag_is_the_section_and_internal_tags_are_nobodys() -> None:
    sport = {"name": "Sport"}
    found = told(primary_tag=sport, tags=[sport, {"name": "#nl-daily"}, {"name": "Cycling"}])
    assert (found.section, found.tags) == (("Sport",), ("Sport", "Cycling"))
    internal = {"name": "#nl"}
    assert told(primary_tag=internal, tags=[internal, sport]).section == ("Sport",)
    assert told(primary_tag=internal).section == ()


def test_what_is_for_members_is_marked() -> None:
    assert told(visibility="paid", html="<p>The first lines.</p>").marks == ("paywalled",)
    assert told(access=False).marks == ("paywalled",)
    hidden = told(visibility="members", html=None, excerpt="What it is about.")
    assert (hidden.body, hidden.summary) == ((), "What it is about.")
    assert told().marks == ()


def test_the_pictures_and_films_of_cards() -> None:
    found = told(
        feature_image="/content/images/2026/11/bridge.jpg",
        feature_image_alt="The bridge",
        feature_image_caption="<span>The bridge at dawn.</span>",
        html='<figure class="kg-card kg-video-card"><div class="kg-video-container">'
        '<video src="/content/media/bridge.mp4" width="1280" height="720"></video></div></figure>'
        '<figure class="kg-card kg-image-card"><img src="/content/images/size/w1000/2026/11/cart.jpg" '
        'srcset="/content/images/size/w600/2026/11/cart.jpg 600w, /content/images/2026/11/cart.jpg 2400w">'
        "<figcaption>A cart.</figcaption></figure><p>Text.</p>",
    )
    assert [(i.url, i.caption) for i in found.images] == [
        ("https://news.example/content/images/2026/11/bridge.jpg", "The bridge at dawn."),
        ("https://news.example/content/images/2026/11/cart.jpg", "A cart."),
    ]
    assert [v.url for v in found.videos] == ["https://news.example/content/media/bridge.mp4"]


def test_pages_of_posts_up_to_the_limit(open_news: Callable[..., News]) -> None:
    news = open_news(*range(250, 0, -1))
    pulled = news.pull(limit=150)
    assert len(pulled.articles) == 150
    assert (pulled.complete, pulled.since) == (True, pulled.articles[-1].published)
    assert [asked(r)["page"] for r in news.site.requests] == ["1", "2"]
    assert asked(news.site.requests[0])["include"] == "tags,authors"
    news.site.forget()
    assert news.pull(limit=150).unchanged
    assert len(news.site.requests) == 2


def test_a_site_with_fewer_is_had_whole_and_misses_what_is_gone(open_news: Callable[..., News]) -> None:
    news = open_news(3, 2, 1)
    assert (news.pull().complete, news.pull().unchanged) == (True, True)
    news.cms.posts.pop()
    pulled = news.pull()
    assert (titles(pulled), pulled.complete, pulled.since) == (["Story 3", "Story 2"], True, None)


@pytest.mark.parametrize(
    ("root", "url"),
    [
        ("/ghost/api/content/", "/2026/some-story/"),
        ("/blog/ghost/api/content/", "/blog/"),
        ("/ghost/api/v3/content/", "/"),
        ("/x/ghost/api/v4/content/", "/x/ghost/api/v4/content/posts/?key=1"),
    ],
)
def test_where_the_api_may_be(open_news: Callable[..., News], root: str, url: str) -> None:
    news = open_news(1)
    news.site.routes = news.cms.routes(root)
    assert titles(news.pull(url)) == ["Story 1"]


def test_the_key_is_nowhere_to_be_seen(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 4))
    news.cms.most = 2
    secret = news.cms.key
    assert secret not in repr(news.pull())
    news.site.routes["/ghost/api/content/posts/"] = Reply(status=500)
    down = news.pull()
    assert (codes(down), down.failed) == (["fetch_server_error"], True)
    assert secret not in repr(down)


def test_a_key_that_is_wrong_or_missing(open_news: Callable[..., News]) -> None:
    news = open_news(1)
    assert codes(news.pull(credentials="OTHER_KEY")) == ["ghost_key_refused"]
    assert codes(news.pull(credentials="")) == ["ghost_no_key"]


def test_the_key_that_a_sites_own_search_shows_is_taken(open_news: Callable[..., News]) -> None:
    news = open_news(1)
    news.cms.shown = True
    assert titles(news.pull(credentials="")) == ["Story 1"]
    news.site.forget()
    assert news.pull(credentials="").unchanged
    assert news.site.paths() == ["/ghost/api/content/posts/"]
    news.cms.key = "f" * 26
    assert news.pull(credentials="").unchanged
    news.cms.posts.append(ghost_post(0))
    assert titles(news.pull(credentials="")) == ["Story 1", "Story 0"]


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (Reply(status=404), "ghost_no_api"),
        (b"<html>", "ghost_no_api"),
        (b'{"posts": {}}', "ghost_no_api"),
        (b'{"posts": []}', "ghost_no_posts"),
        (b'{"posts": [{}, 3]}', "ghost_no_posts"),
    ],
)
def test_refusals_are_said_in_words(open_news: Callable[..., News], route: Any, code: str) -> None:
    news = open_news()
    news.site.routes["/ghost/api/content/posts/"] = route
    pulled = news.pull()
    assert (codes(pulled), pulled.failed) == ([code], True)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(ghost_post(1))), JSON) | JSON)
def test_any_post_makes_an_article(post: Any) -> None:
    found = ghost.article(post, API, pages.read)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Article) == found
