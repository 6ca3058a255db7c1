from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Image, Video
from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, SourceSettings
from feedsvc.sources import Pulled, Seen, Tools, drupal
from feedsvc.sources.drupal_node import article, index
from tests.cms_sites import Drupal, Node, asked, drupal_node, drupal_part, drupal_refers
from tests.loopback import Loopback, Reply

SAMPLES = Path(__file__).parent / "data" / "sources" / "drupal"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
API = "https://news.example/jsonapi/node/article"


def told(node: Node | None = None, *others: Node, **attributes: Any) -> Article:
    return article(node or drupal_node(7, **attributes), index({"included": list(others)}), API, pages.read)


class News:
    """A Drupal on a loopback server, and a source that reads it again and again."""

    def __init__(self, site: Loopback, work: Path, *nodes: Node, others: tuple[Node, ...] = ()) -> None:
        # Behind a proxy it takes itself for another host.
        self.site, self.cms, self.seen = site, Drupal(nodes, others, "http://internal.example:8080"), Seen()
        site.routes.update(self.cms.routes())
        http = Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0), sleep=lambda seconds: None)
        self._tools = Tools(http, pages.read, str, work, lambda: NOON, work)

    def pull(self, path: str = "/", **settings: Any) -> Pulled:
        told = SourceSettings(kind="drupal", url=self.site.url(path), **settings)
        pulled = drupal.open_source(told, self._tools).pull(self.seen)
        self.seen = Seen(pulled.validators)
        return pulled


@pytest.fixture
def open_news(tmp_path: Path) -> Iterator[Callable[..., News]]:
    with Loopback() as site:
        yield lambda *nodes, others=(): News(site, tmp_path, *nodes, others=others)


def titles(pulled: Pulled) -> list[str]:
    return [a.title for a in pulled.articles]


def codes(pulled: Pulled) -> list[str]:
    return [issue.code for issue in pulled.issues]


PHOTO = drupal_part("file--file", "f1", uri={"url": "/sites/default/files/bridge.jpg"}, filemime="image/jpeg")
FILM = drupal_part("file--file", "f2", uri={"url": "/files/v.mp4"}, filemime="video/mp4", filesize=99)
STILL = drupal_part("file--file", "f3", uri={"url": "/files/still.jpg"}, filemime="image/jpeg")
ICON = drupal_part("file--file", "f4", uri={"url": "/files/media-icons/generic/v.png"}, filemime="image/png")
SAYS = {"alt": "The bridge", "width": 1600, "height": 900}
PICTURE = drupal_refers(
    drupal_part("media--image", "m1", name="bridge.jpg", field_caption="At dawn", field_credit="B. Okoro"),
    field_media_image=(PHOTO, SAYS),
    thumbnail=PHOTO,
)
CLIP = drupal_refers(drupal_part("media--video", "m2"), field_media_video_file=FILM, thumbnail=STILL)
TUBE = drupal_refers(
    drupal_part(
        "media--remote_video", "m3", field_media_oembed_video="https://www.youtube.com/watch?v=a1b2c3d4e5f"
    ),
    thumbnail=ICON,
)
WORLD = drupal_part("taxonomy_term--sections", "t1", name="World")
EUROPE = drupal_refers(drupal_part("taxonomy_term--sections", "t2", name="Europe"), parent=[WORLD])
FIRE = drupal_part("taxonomy_term--tags", "t3", name="Fire &amp; rescue")
ANA = drupal_part("user--user", "u1", display_name="Ana Ruiz")
ALL = (PHOTO, FILM, STILL, ICON, PICTURE, CLIP, TUBE, WORLD, EUROPE, FIRE, ANA)


def whole_node(number: int = 7) -> Node:
    return drupal_refers(
        drupal_node(number),
        field_media=[PICTURE, CLIP, TUBE],
        field_tags=[FIRE],
        field_section=EUROPE,
        uid=ANA,
    )


# What is in a node.


def test_sample(golden: Callable[[str, bytes], None]) -> None:
    sample = msgspec.json.decode((SAMPLES / "newsroom.json").read_bytes())
    objects = index({"included": sample["others"]})
    found = [article(node, objects, API, pages.read) for node in sample["nodes"]]
    golden("source-drupal.json", msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def test_media_terms_and_people() -> None:
    found = told(whole_node(), *ALL)
    base = "https://news.example"
    assert found.images == (
        Image(f"{base}/sites/default/files/bridge.jpg", 1600, 900, "At dawn", "B. Okoro"),
        Image(f"{base}/files/still.jpg"),
    )
    assert found.videos == (Video(f"{base}/files/v.mp4", size=99),)
    assert [i.code for i in found.issues] == ["video_embed"]
    assert (found.section, found.tags) == (("World", "Europe"), ("World", "Europe", "Fire & rescue"))
    assert (found.authors, found.url) == (("Ana Ruiz",), f"{base}/story-7")
    assert (found.published, found.language) == (datetime(2026, 11, 1, 7, tzinfo=UTC), "en")


def test_a_picture_that_is_a_field_of_the_node() -> None:
    node = drupal_refers(drupal_node(7), field_image=(PHOTO, SAYS))
    assert told(node, *ALL).images[0].caption == "The bridge"


def test_a_text_made_of_paragraphs() -> None:
    text = drupal_part("paragraph--text", "p1", field_text={"value": "x", "processed": "<p>First part.</p>"})
    inner = drupal_refers(drupal_part("paragraph--image", "p2"), field_image=PICTURE)
    more = drupal_refers(drupal_part("paragraph--group", "p3"), field_parts=[inner, text])
    node = drupal_refers(drupal_node(7, body=None), field_content=[text, more])
    found = told(node, text, inner, more, *ALL)
    assert found.body[0] == "First part."
    assert [i.url.rpartition("/")[2] for i in found.images] == ["bridge.jpg"]


def test_a_text_and_a_summary_under_other_names() -> None:
    body, lead = {"processed": "<p>A text.</p><p>More.</p>"}, {"processed": "<p>In short.</p>"}
    found = told(body=None, field_article_text=body, field_teaser=lead)
    assert (found.body, found.summary) == (("A text.", "More."), "In short.")
    assert (
        told(body={"processed": "<p>A text.</p>", "summary": "Short &amp; sweet"}).summary == "Short & sweet"
    )
    assert told(field_video_url={"uri": "https://cdn.example/v.m3u8"}).videos == (
        Video("https://cdn.example/v.m3u8"),
    )


def test_without_an_alias_the_number_is_the_address() -> None:
    assert told(path={"alias": None}).url == "https://news.example/node/7"
    assert told(path=None, drupal_internal__nid=None).url == ""


# How a site is asked.


def test_what_stories_refer_to_is_found_out_and_included(open_news: Callable[..., News]) -> None:
    news = open_news(whole_node(2), drupal_node(1), others=ALL)
    first = news.pull().articles[0]
    assert (first.section, len(first.images), len(first.videos)) == (("World", "Europe"), 2, 1)
    query = asked(news.site.requests[-1])
    assert query["include"].split(",") == [
        *("field_media", "field_media.field_media_image", "field_media.field_media_video_file"),
        *("field_media.thumbnail", "field_section", "field_section.parent", "field_tags", "uid"),
    ]
    assert (query["filter[status]"], query["sort"], query["page[limit]"]) == ("1", "-created", "50")
    assert query["fields[file--file]"] == "uri,filemime,filesize"
    assert query["fields[taxonomy_term--sections]"] == "name,parent"


def test_pages_are_followed_on_the_sites_own_host(open_news: Callable[..., News]) -> None:
    news = open_news(*(drupal_node(n) for n in range(130, 0, -1)))
    pulled = news.pull(limit=70)
    assert (len(pulled.articles), pulled.complete) == (70, True)
    assert pulled.since == pulled.articles[-1].published
    news.site.forget()
    again = news.pull(limit=70)
    assert (again.unchanged, len(news.site.requests)) == (True, 2)
    news.cms.nodes[60]["attributes"]["title"] = "Put right"
    assert "Put right" in titles(news.pull(limit=70))


def test_a_site_with_fewer_is_had_whole_and_misses_what_is_gone(open_news: Callable[..., News]) -> None:
    news = open_news(*(drupal_node(n) for n in (3, 2, 1)))
    assert news.pull().since is None
    news.cms.nodes[1]["attributes"]["status"] = False
    pulled = news.pull()
    assert (titles(pulled), pulled.complete, pulled.since) == (["Story 3", "Story 1"], True, None)


def test_where_the_date_of_publication_is_known_the_newest_are_those_last_published(
    open_news: Callable[..., News],
) -> None:
    news = open_news(drupal_node(1, published_at="2026-11-22T07:00:00+00:00"), drupal_node(2))
    assert news.pull().articles[0].published == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert asked(news.site.requests[-1])["sort"] == "-published_at"


@pytest.mark.parametrize(
    ("root", "url"),
    [
        ("/jsonapi", "/"),
        ("/jsonapi", "/some/story"),
        ("/cms/jsonapi", "/cms/"),
        ("/x/jsonapi", "/x/jsonapi/node"),
    ],
)
def test_where_the_api_may_be(open_news: Callable[..., News], root: str, url: str) -> None:
    news = open_news(drupal_node(1))
    news.site.routes = news.cms.routes(root)
    assert titles(news.pull(url)) == ["Story 1"]


def test_a_type_is_one_of_the_sites_own(open_news: Callable[..., News]) -> None:
    report = {**drupal_node(2), "type": "node--report"}
    news = open_news(drupal_node(1), report)
    assert titles(news.pull(type="report")) == ["Story 2"]
    assert news.pull(type="node/report").unchanged
    assert titles(news.pull()) == ["Story 1"]
    missing = news.pull(type="node--rumour")
    assert codes(missing) == ["drupal_no_type"]
    assert "it has node--article, node--report" in missing.issues[0].message


def test_a_site_that_takes_no_include_is_read_without(open_news: Callable[..., News]) -> None:
    news = open_news(whole_node(1), others=ALL)
    plain = news.site.routes["/jsonapi/node/article"]
    assert callable(plain)

    def grumpy(request: Any) -> Any:
        return Reply(status=400) if "include" in asked(request) else plain(request)

    news.site.routes["/jsonapi/node/article"] = grumpy
    assert titles(news.pull()) == ["Story 1"]


@pytest.mark.parametrize(
    ("route", "code"),
    [
        (Reply(status=404), "drupal_no_api"),
        (b"<html>", "drupal_no_api"),
        (b'{"links": []}', "drupal_no_api"),
        (Reply(status=403), "drupal_refused"),
        (Reply(status=500), "fetch_server_error"),
    ],
)
def test_refusals_are_said_in_words(open_news: Callable[..., News], route: Any, code: str) -> None:
    news = open_news()
    news.site.routes["/jsonapi"] = route
    pulled = news.pull()
    assert (codes(pulled), pulled.failed) == ([code], True)


def test_no_stories_and_stories_for_nobody(open_news: Callable[..., News]) -> None:
    news = open_news()
    assert codes(news.pull()) == ["drupal_no_stories"]
    news.site.routes["/jsonapi/node/article"] = Reply(status=403)
    assert codes(news.pull()) == ["drupal_refused"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(drupal_node(1)["attributes"])), JSON) | JSON, JSON, JSON)
def test_any_node_makes_an_article(attributes: Any, relations: Any, included: Any) -> None:
    node = {"type": "node--article", "id": "1", "attributes": attributes, "relationships": relations}
    found = article(node, index({"included": included}), API, pages.read)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Article) == found


REFERENCE = st.fixed_dictionaries(
    {"type": st.sampled_from([p["type"] for p in ALL] + ["paragraph--p"]), "id": st.sampled_from("abc")}
)
RELATIONS = st.dictionaries(
    st.sampled_from(["parent", "field_tags", "thumbnail", "field_x"]),
    st.fixed_dictionaries({"data": st.lists(REFERENCE, max_size=3) | REFERENCE}),
)


@given(RELATIONS, st.lists(st.tuples(REFERENCE, RELATIONS), max_size=6))
def test_what_refers_to_itself_comes_to_an_end(relations: Any, others: list[Any]) -> None:
    included = [{**one, "attributes": {"name": "N"}, "relationships": inner} for one, inner in others]
    node = {**drupal_node(1), "relationships": relations}
    assert article(node, index({"included": included}), API, pages.read).title == "Story 1"
