from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
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
from feedsvc.sources import Pulled, Seen, Tools, wordpress
from feedsvc.sources.wordpress import application_password
from feedsvc.sources.wordpress_post import article
from tests.cms_sites import WordPress, asked, wp_post
from tests.desk import Desk
from tests.loopback import Loopback, Reply, redirect
from tests.newsroom import Newsroom

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "data" / "sources" / "wordpress"
ROOT = "https://news.example/wp-json/"


def told(**fields: Any) -> Article:
    return article(wp_post(7, **fields), ROOT, pages.read)


class News:
    """A WordPress on a loopback server, and a source that reads it again and again."""

    def __init__(self, site: Loopback, work: Path, *numbers: int) -> None:
        self.site, self.cms = site, WordPress(*map(wp_post, numbers))
        self.now, self.seen = NOON, Seen()
        site.routes.update(self.cms.routes())
        http = Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0), sleep=lambda seconds: None)
        self._tools = Tools(http, pages.read, str, work, lambda: self.now, work)

    def pull(self, path: str = "/", **settings: Any) -> Pulled:
        told = SourceSettings(kind="wordpress", url=self.site.url(path), **settings)
        pulled = wordpress.open_source(told, self._tools).pull(self.seen)
        self.seen = Seen(pulled.validators)
        return pulled

    def edit(self, number: int, **fields: Any) -> None:
        changed = {"modified": "2026-11-22T11:00:00", "modified_gmt": "2026-11-22T11:00:00", **fields}
        self.cms.posts[number] = {**self.cms.posts[number], **changed}


@pytest.fixture
def open_news(tmp_path: Path) -> Iterator[Callable[..., News]]:
    with Loopback() as site:
        yield lambda *numbers: News(site, tmp_path, *numbers)


def titles(pulled: Pulled) -> list[str]:
    return [a.title for a in pulled.articles]


def codes(pulled: Pulled) -> list[str]:
    return [issue.code for issue in pulled.issues]


def test_sample(golden: Callable[[str, bytes], None]) -> None:
    posts = msgspec.json.decode((SAMPLES / "newsroom.json").read_bytes())
    found = [article(post, ROOT, pages.read) for post in posts]
    golden("source-wordpress.json", msgspec.json.format(msgspec.json.encode(found)) + b"\n")


# What is in a post.


def test_texts_are_plain_and_the_beginning_is_no_summary() -> None:
    found = told(
        title={"rendered": "Fire &amp; rain: &#8220;all out&#8221;"},
        content={"rendered": "<p>Rain put it out.</p><h2>Then</h2><ul><li>Smoke.</li></ul>"},
        excerpt={"rendered": "<p>Rain put it [&hellip;] <a href='/7/'>Continue reading <b>Fire</b></a></p>"},
    )
    assert found.title == "Fire & rain: “all out”"
    assert found.body == ("Rain put it out.", "Then", "Smoke.")
    assert found.summary.startswith("Rain put it out.")
    assert told(excerpt={"rendered": "<p>Hand-written &amp; short.</p>"}).summary == "Hand-written & short."


def test_times_are_in_utc_whatever_the_clock_of_the_site() -> None:
    found = told(
        date="2026-11-22T09:00:00", date_gmt="2026-11-22T07:00:00", modified_gmt="2026-11-22T08:30:00"
    )
    assert found.published == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert found.updated == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    assert told(date="nonsense", date_gmt=None).published is None


MEDIA = {
    "media_type": "image",
    "source_url": "https://news.example/wp-content/uploads/fire-scaled.jpg",
    "alt_text": "A house on fire",
    "caption": {"rendered": "<p>The house in Quay Street</p>"},
    "media_details": {
        "width": 2560,
        "height": 1707,
        "sizes": {
            "medium": {
                "source_url": "https://news.example/wp-content/uploads/fire-300x200.jpg",
                "width": 300,
            },
            "wide": {"source_url": "https://news.example/wp-content/uploads/fire-wide.jpg", "width": "4000"},
        },
    },
}


def embedded(**parts: Any) -> dict[str, Any]:
    return {"_embedded": {name.replace("_", ":", 1): value for name, value in parts.items()}}


def test_the_featured_picture_leads_in_its_largest_size_and_once() -> None:
    inside = (
        '<p>Text.</p><figure><img src="/wp-content/uploads/fire-wide-1024x683.jpg"></figure>'
        '<div class="gallery"><a href="https://news.example/a1/"><img width="150" height="150" '
        'src="https://news.example/wp-content/uploads/a1-150x150.jpg"></a>'
        '<a href="https://news.example/wp-content/uploads/a2.jpg"><img '
        'src="https://news.example/wp-content/uploads/a2-300x200.jpg"></a></div>'
    )
    found = told(content={"rendered": inside}, **embedded(wp_featuredmedia=[MEDIA])).images
    base = "https://news.example/wp-content/uploads"
    assert [i.url for i in found] == [f"{base}/fire-wide.jpg", f"{base}/a1.jpg", f"{base}/a2.jpg"]
    assert (found[0].width, found[0].caption) == (4000, "The house in Quay Street")
    assert found[1].width is None


def test_case_53_a_featured_film_or_nothing_is_no_picture() -> None:
    film = {"media_type": "file", "source_url": "https://news.example/v.mp4"}
    odd: list[Any] = [[film], [{"code": "rest_forbidden"}], [None], {}, "x"]
    for media in odd:
        assert told(**embedded(wp_featuredmedia=media)).images == ()
    jetpack = told(jetpack_featured_media_url="https://i0.wp.com/news.example/a.jpg")
    assert [i.url for i in jetpack.images] == ["https://i0.wp.com/news.example/a.jpg"]


def test_films_in_the_text_and_in_fields_of_the_newsrooms_own() -> None:
    inside = (
        '<p>Text.</p><figure class="wp-block-video"><video controls src="/wp-content/v.mp4">'
        '<track kind="captions" srclang="en" src="/v.vtt"></video></figure>'
        '<figure><iframe src="https://www.youtube.com/embed/abc"></iframe></figure>'
        '<div id="botr_aB3dE6gH_xY1zW2vU_div"></div>'
    )
    found = told(
        content={"rendered": inside}, acf={"lead": {"film": "https://cdn.example/lead.m3u8"}, "n": 3}
    )
    jw = "https://cdn.jwplayer.com/manifests/aB3dE6gH.m3u8"
    assert [v.url for v in found.videos] == [
        "https://cdn.example/lead.m3u8",
        "https://news.example/wp-content/v.mp4",
        jw,
    ]
    assert [c.url for c in found.captions] == ["https://news.example/v.vtt"]
    assert [i.code for i in found.issues] == ["video_embed"]


def term(name: str, path: str, taxonomy: str = "category") -> dict[str, str]:
    return {"name": name, "link": f"https://news.example/{path}/", "taxonomy": taxonomy}


def test_the_section_is_the_deepest_path_of_categories() -> None:
    categories = [term("Europe", "c/world/europe"), term("Uncategorized", "c/none"), term("World", "c/world")]
    tags = [term("Fire &amp; rescue", "t/fire", "post_tag")]
    found = told(**embedded(wp_term=[categories, tags]))
    assert found.section == ("World", "Europe")
    assert found.tags == ("World", "Europe", "Fire & rescue")
    assert told(**embedded(wp_term=[[term("Uncategorized", "c/none")]])).section == ()


def test_yoast_knows_the_primary_category_and_all_authors() -> None:
    steps = [{"name": n} for n in ("Home", "Sport", "Cycling", "Story 7")]
    graph = [
        {"@type": "BreadcrumbList", "itemListElement": steps},
        {"@type": ["Person"], "name": "Ben Okoro"},
    ]
    categories = [term("Cycling", "c/sport/cycling"), term("World", "c/world")]
    found = told(
        yoast_head_json={"schema": {"@graph": graph}, "og_locale": "de_DE"},
        **embedded(wp_term=[categories], author=[{"name": "Ana Ruiz"}, {"name": "admin"}, {"code": "x"}]),
    )
    assert (found.section, found.authors) == (("Sport", "Cycling"), ("Ana Ruiz", "Ben Okoro"))
    assert found.language == "de-DE"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["title", "content", "excerpt", "guid", "link", "date_gmt", "modified", "acf", "yoast_head_json"]


@given(st.dictionaries(st.sampled_from([*FIELDS, "_embedded", "lang"]), JSON))
def test_any_post_makes_an_article(fields: dict[str, Any]) -> None:
    assert isinstance(article({"id": 1, **fields}, ROOT, pages.read), Article)


@given(JSON)
def test_any_embed_makes_an_article(value: Any) -> None:
    found = told(**embedded(wp_featuredmedia=value, wp_term=value, author=value), yoast_head_json=value)
    assert found.title == "Story 7"


# Where the API is.


def test_posts_are_had_a_hundred_at_a_time_with_all_that_is_embedded(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 251))
    pulled = news.pull(limit=220)
    assert len(pulled.articles) == 220
    assert titles(pulled)[0] == "Story 250"
    assert (pulled.complete, pulled.since) == (True, pulled.articles[-1].published)
    queries = [asked(request) for request in news.site.requests]
    assert [(q["per_page"], q["page"]) for q in queries] == [("100", "1"), ("100", "2"), ("100", "3")]
    assert {"_links", "_embedded"} <= {*queries[0]["_fields"].split(",")}
    assert queries[0]["_embed"] == "author,wp:featuredmedia,wp:term"


@pytest.mark.parametrize(
    ("root", "url"),
    [
        ("/wp-json/", "/"),
        ("/blog/wp-json/", "/blog"),
        ("/blog/wp-json/", "/blog/wp-json/wp/v2/posts?per_page=3"),
        ("/", "/"),
        ("/index.php", "/index.php?rest_route=/"),
    ],
)
def test_a_site_a_folder_of_one_an_api_or_plain_permalinks(
    open_news: Callable[..., News], root: str, url: str
) -> None:
    news = open_news(1, 2)
    news.site.routes.clear()
    news.site.routes.update(news.cms.routes(root))
    assert titles(news.pull(url)) == ["Story 2", "Story 1"]
    news.site.forget()
    assert news.pull(url).unchanged
    assert len(news.site.requests) == 2


@pytest.mark.parametrize("where", ["header", "page"])
def test_any_page_of_a_site_names_its_api(open_news: Callable[..., News], where: str) -> None:
    news = open_news(1)
    news.site.routes.clear()
    news.site.routes.update(news.cms.routes("/cms/wp-json/"))
    link = '<link href="/cms/wp-json/" rel="https://api.w.org/">' if where == "page" else ""
    headers = {"Link": '</cms/wp-json/>; rel="https://api.w.org/"'} if where == "header" else {}
    news.site.routes["/2026/story/"] = Reply(f"<html><head>{link}</head></html>".encode(), headers=headers)
    assert titles(news.pull("/2026/story/")) == ["Story 1"]


def test_a_type_is_the_rest_base_of_another_kind_of_post(open_news: Callable[..., News]) -> None:
    news = open_news(1)
    news.cms.base = "reports"
    news.site.routes.update(news.cms.routes())
    assert titles(news.pull(type="reports")) == ["Story 1"]
    news.site.routes.update(WordPress(wp_post(2)).routes())
    assert titles(news.pull()) == ["Story 2"]
    missing = news.pull(type="rumours")
    assert (codes(missing), missing.failed) == (["wordpress_no_posts"], True)
    assert "rumours" in missing.issues[0].message


def test_a_server_that_cannot_give_a_hundred_is_asked_for_fewer(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 41))
    news.cms.most = 20
    assert len(news.pull().articles) == 40
    news.seen = Seen()
    # Nobody says that there is no third page, until it is asked for.
    news.cms.headers = False
    assert len(news.pull().articles) == 40
    assert asked(news.site.requests[-1])["page"] == "3"


# What changed.


def test_a_quiet_site_is_asked_two_small_questions(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 151))
    first = news.pull()
    news.site.forget()
    again = news.pull()
    assert (again.unchanged, again.articles, again.complete) == (True, (), True)
    assert again.kept == {a.guid for a in first.articles}
    numbers, changed = map(asked, news.site.requests)
    assert "content" not in numbers["_fields"]
    assert (changed["modified_after"], changed["orderby"]) == ("2026-11-07T06:00:00Z", "modified")


def test_a_new_post_and_an_old_one_edited(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 151))
    news.pull()
    news.cms.posts[200] = wp_post(200)
    news.edit(3, title={"rendered": "Put right"})
    news.site.forget()
    pulled = news.pull()
    assert sorted(titles(pulled)) == ["Put right", "Story 200"]
    assert len(pulled.kept) == 149
    assert len(news.site.requests) == 2
    assert news.pull().unchanged


def test_a_scheduled_post_goes_out_with_an_old_time_of_modification(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 151))
    news.pull()
    news.cms.posts[151] = wp_post(151, modified="2026-10-01T00:00:00", modified_gmt="2026-10-01T00:00:00")
    assert titles(news.pull()) == ["Story 151"]


@pytest.mark.parametrize(
    "gone",
    [{"status": "draft"}, {"status": "private"}, {"content": {"rendered": "", "protected": True}}, {}],
    ids=["draft", "private", "password", "deleted"],
)
def test_a_post_taken_back_is_missed_at_once(open_news: Callable[..., News], gone: dict[str, Any]) -> None:
    news = open_news(*range(1, 151))
    news.pull()
    if gone:
        news.edit(2, **gone)
    else:
        del news.cms.posts[2]
    pulled = news.pull()
    assert (pulled.complete, pulled.articles, pulled.unchanged) == (True, (), False)
    assert len(pulled.kept) == 149
    assert "https://news.example/?p=2" not in pulled.kept
    assert news.pull().unchanged
    news.cms.posts[2] = wp_post(2, modified="2026-11-22T12:00:00", modified_gmt="2026-11-22T12:00:00")
    assert titles(news.pull()) == ["Story 2"]


def test_one_taken_back_while_a_scheduled_one_goes_out(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 151))
    news.pull()
    del news.cms.posts[2]
    news.cms.posts[151] = wp_post(151, modified="2026-10-01T00:00:00", modified_gmt="2026-10-01T00:00:00")
    pulled = news.pull()
    assert titles(pulled) == ["Story 151"]
    assert "https://news.example/?p=2" not in pulled.kept


def test_what_the_limit_leaves_out_is_not_spoken_of(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 21))
    first = news.pull(limit=5)
    assert titles(first) == ["Story 20", "Story 19", "Story 18", "Story 17", "Story 16"]
    assert first.since == first.articles[-1].published
    news.edit(3)
    assert news.pull(limit=5).unchanged
    news.cms.posts[21] = wp_post(21)
    pulled = news.pull(limit=5)
    assert (titles(pulled), len(pulled.kept)) == (["Story 21"], 4)
    assert pulled.since == first.articles[-2].published
    assert len(news.pull(limit=10).articles) == 10


@pytest.mark.parametrize("odd", ["old", "no totals"])
def test_servers_that_tell_less(open_news: Callable[..., News], odd: str) -> None:
    news = open_news(*range(1, 31))
    news.cms.old, news.cms.headers = odd == "old", odd == "old"
    news.pull()
    assert news.pull().unchanged
    news.edit(3, title={"rendered": "Put right"})
    del news.cms.posts[9]
    pulled = news.pull()
    assert (titles(pulled), len(pulled.kept)) == (["Put right"], 28)


def test_once_a_day_everything_is_read_anew(open_news: Callable[..., News]) -> None:
    news = open_news(1, 2)
    news.pull()
    news.cms.posts[1]["title"] = {"rendered": "Changed without a word"}
    news.now += timedelta(hours=25)
    assert titles(news.pull()) == ["Story 2", "Changed without a word"]


# What a site may answer instead.


def html(status: int = 200) -> Reply:
    return Reply(b"<!doctype html><html><body>Please log in</body></html>", status=status)


@pytest.mark.parametrize(
    ("route", "code", "message"),
    [
        (html(), "wordpress_no_api", "not JSON but a web page"),
        (html(404), "wordpress_no_api", "404"),
        (html(403), "wordpress_refused", "403"),
        (Reply(b'{"code":"rest_disabled"}', status=401), "wordpress_refused", "401"),
        (b'{"code":"rest_cannot_access","message":"Only for members."}', "wordpress_refused", "members"),
        (html(500), "fetch_server_error", "500"),
        (b"[]", "wordpress_no_posts", "posts"),
        (b"", "wordpress_no_api", "not JSON but nothing"),
        (b"[" * 100_000, "wordpress_no_api", "not JSON"),
    ],
)
def test_refusals_are_said_in_words(
    open_news: Callable[..., News], route: Any, code: str, message: str
) -> None:
    news = open_news()
    news.site.routes["/wp-json/wp/v2/posts"] = route
    pulled = news.pull()
    assert (codes(pulled), pulled.failed) == ([code], True)
    assert message in pulled.issues[0].message
    assert pulled.issues[0].fix


def test_php_warnings_before_the_json_are_read_past_and_said(open_news: Callable[..., News]) -> None:
    news = open_news(1)
    news.cms.before = (
        b"<br />\n<b>Warning</b>: Undefined array key [0] in <b>/srv/wp/x.php</b> on line 3<br />\n"
    )
    pulled = news.pull()
    assert (titles(pulled), codes(pulled)) == (["Story 1"], ["source_before_json"])
    assert "Warning: Undefined array key" in pulled.issues[0].message


def test_an_application_password_goes_to_the_site_and_to_nobody_else(
    open_news: Callable[..., News], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_LOGIN", "ana:abcd efgh ijkl")
    news = open_news(1)
    news.pull(credentials="NEWS_LOGIN")
    assert news.site.requests[0].headers["authorization"] == "Basic YW5hOmFiY2RlZmdoaWprbA=="
    with Loopback(news.cms.routes()) as other:
        news.site.routes = {
            "/": Reply(headers={"Link": f'<{other.url("/wp-json/")}>; rel="https://api.w.org/"'})
        }
        news.seen = Seen()
        assert titles(news.pull(credentials="NEWS_LOGIN")) == ["Story 1"]
        assert all("authorization" not in request.headers for request in other.requests)


def test_posts_without_a_date_take_nothing_back(open_news: Callable[..., News]) -> None:
    news = open_news(*range(1, 9))
    for number in news.cms.posts:
        news.cms.posts[number] |= {"date": "?\ud800", "date_gmt": None, "modified_gmt": "\ud800"}
    pulled = news.pull(limit=5)
    assert (len(pulled.articles), pulled.complete) == (5, False)
    assert msgspec.json.encode(pulled.validators)


def test_an_application_password_is_sent_without_its_blanks() -> None:
    assert application_password("ana:ab cd ef") == "ana:abcdef"
    assert application_password("Basic eA==") == "Basic eA=="
    assert application_password("token") == "token"


def test_a_failure_forgets_nothing_and_the_api_may_move(open_news: Callable[..., News]) -> None:
    news = open_news(1, 2)
    before = news.pull().validators
    news.site.routes = {"/wp-json/wp/v2/posts": html(503)}
    assert news.pull().validators == before
    news.site.routes = {"/new/wp-json/wp/v2/posts": news.cms.answer, "/": redirect("/new/")}
    news.site.routes["/new/"] = Reply(headers={"Link": '</new/wp-json/>; rel="https://api.w.org/"'})
    assert titles(news.pull()) == ["Story 2", "Story 1"]


def test_posts_that_share_a_guid_are_two(open_news: Callable[..., News]) -> None:
    news = open_news(1, 2)
    news.cms.posts[2]["guid"] = news.cms.posts[1]["guid"]
    assert len({a.guid for a in news.pull().articles}) == 2
    assert news.pull().unchanged


def test_on_air_and_off_again_within_one_refresh(desk: Desk, newsroom: Newsroom) -> None:
    film = f'<p>The bridge is open.</p><video src="{newsroom.site.url("/film.mp4")}"></video>'
    picture = newsroom.site.url("/picture.jpg")
    parts = embedded(wp_featuredmedia=[{"media_type": "image", "source_url": picture}])
    posts = [wp_post(n, content={"rendered": film, "protected": False}, **parts) for n in range(1, 5)]
    cms = WordPress(*posts)
    newsroom.site.routes.update(cms.routes())
    source = SourceSettings(kind="wordpress", url=newsroom.site.url("/"))
    channel = newsroom.channel(source=(source,))
    assert desk.refresh(channel).on_air == 4
    assert "/1/" not in newsroom.site.paths()
    cms.posts[2]["status"] = "draft"
    cms.posts[4]["title"] = {"rendered": "Put right"}
    cms.posts[4]["modified"] = cms.posts[4]["modified_gmt"] = "2026-11-22T11:00:00"
    report = desk.refresh(channel, NOON + timedelta(minutes=5))
    assert (report.withdrawn, report.changed, report.on_air) == (1, 1, 3)
    assert sorted(desk.titles()) == ["Put right", "Story 1", "Story 3"]
    assert desk.refresh(channel, NOON + timedelta(minutes=10)).status == "unchanged"
