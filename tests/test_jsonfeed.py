import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Article, Video
from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, SourceSettings
from feedsvc.sources import Pulled, Seen, Tools, jsonfeed
from tests.loopback import Loopback, Reply, Route, tagged

SAMPLES = Path(__file__).parent / "data" / "sources" / "jsonfeed"
URL = "https://news.example/feed.json"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
Pull = Callable[..., Pulled]


def one(feed: Mapping[str, Any] | None = None, **item: Any) -> Article:
    return jsonfeed.article({"id": "1", **item}, feed or {}, URL, pages.read)


def feed(*items: Any, **top: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items, **top}).encode()


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback() as server:
        yield server


@pytest.fixture
def pull(site: Loopback, tmp_path: Path) -> Iterator[Pull]:
    with Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0), sleep=lambda seconds: None) as http:
        tools = Tools(http, pages.read, str, tmp_path, lambda: NOON, tmp_path)

        def pull(routes: Mapping[str, Route], seen: Seen = Seen(), **settings: Any) -> Pulled:  # noqa: B008
            site.routes.update(routes)
            told = SourceSettings(kind="jsonfeed", url=site.url("/feed.json"), **settings)
            return jsonfeed.open_source(told, tools).pull(seen)

        yield pull


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_samples(sample: Path, golden: Callable[[str, bytes], None]) -> None:
    top = msgspec.json.decode(sample.read_bytes())
    found = [jsonfeed.article(item, top, URL, pages.read) for item in top["items"]]
    golden(f"source-jsonfeed-{sample.stem}.json", msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def test_a_text_has_its_paragraphs_between_empty_lines_and_no_markup() -> None:
    found = one(content_text="One <3 of\nthem.\n\nTwo.")
    assert found.body == ("One <3 of them.", "Two.")
    assert found.title == "One <3 of them. Two."


def test_attached_films_in_their_renditions_and_nothing_else() -> None:
    found = one(
        attachments=[
            {"url": "a.mp4", "mime_type": "video/mp4", "duration_in_seconds": 63, "size_in_bytes": 99},
            {"url": "/a.m3u8", "mime_type": "application/x-mpegURL", "duration_in_seconds": -1},
            {"url": "a.mp3", "mime_type": "audio/mpeg"},
            {"url": "ftp://x/a.mp4", "mime_type": "video/mp4"},
            "a.mp4",
        ]
    )
    assert found.videos == (
        Video("https://news.example/a.mp4", duration=63.0, size=99),
        Video("https://news.example/a.m3u8"),
    )


def test_who_wrote_it_and_in_which_language() -> None:
    top = {"authors": [{"name": "The newsroom"}], "language": "fr"}
    assert one(top).authors == ("The newsroom",)
    assert one(top, author={"name": "Ana Ruiz"}, language="de").authors == ("Ana Ruiz",)
    assert (one(top).language, one(top, language="de").language) == ("fr", "de")


def test_a_date_nobody_can_read_is_said() -> None:
    found = one(date_published="soon", date_modified="2026-11-22T07:00:00+01:00")
    assert [issue.code for issue in found.issues] == ["bad_date"]
    assert found.published == found.updated == datetime(2026, 11, 22, 6, tzinfo=UTC)


def test_pages_are_read_up_to_the_limit(pull: Pull, site: Loopback) -> None:
    def page(number: int) -> bytes:
        items = [{"id": number * 10 + n, "title": f"Story {number}{n}"} for n in range(3)]
        return feed(*items, next_url=f"/{number + 1}.json")

    routes: dict[str, Route] = {f"/{n}.json": page(n) for n in range(2, 9)}
    pulled = pull({"/feed.json": page(1), **routes}, limit=7)
    assert [a.title for a in pulled.articles] == [
        *("Story 10", "Story 11", "Story 12", "Story 20", "Story 21", "Story 22", "Story 30")
    ]
    assert not pulled.complete
    assert site.paths() == ["/feed.json", "/2.json", "/3.json"]
    again = pull({}, Seen(pulled.validators), limit=7)
    assert again.unchanged
    changed = pull({"/3.json": page(5)}, Seen(again.validators), limit=7)
    assert changed.articles[-1].title == "Story 50"


def test_pages_that_go_round_in_circles_end(pull: Pull, site: Loopback) -> None:
    assert (
        len(pull({"/feed.json": feed({"id": 1}, {"id": 1, "title": "T"}, next_url="/feed.json")}).articles)
        == 1
    )
    assert site.paths() == ["/feed.json"]


def test_a_second_page_that_is_down_is_said_and_asked_for_again(pull: Pull) -> None:
    first = feed({"id": 1, "title": "T"}, next_url="/2.json")
    pulled = pull({"/feed.json": first, "/2.json": Reply(status=500)})
    assert [issue.severity for issue in pulled.issues] == ["warning"]
    assert [a.title for a in pulled.articles] == ["T"]
    again = pull({"/2.json": feed({"id": 2, "title": "U"})}, Seen(pulled.validators))
    assert [a.title for a in again.articles] == ["T", "U"]


def test_a_304_brings_nothing(pull: Pull) -> None:
    routes = {"/feed.json": tagged(feed({"id": 1, "title": "T"}), '"1"')}
    first = pull(routes)
    assert pull(routes, Seen(first.validators)) == Pulled(validators=first.validators, unchanged=True)


def test_a_hub_of_websub_is_named_and_an_end_said(pull: Pull) -> None:
    hubs = [{"type": "rssCloud", "url": "/cloud"}, {"type": "WebSub", "url": "https://hub.example/"}]
    top = feed({"id": 1, "title": "T"}, hubs=hubs, feed_url=URL, expired=True)
    pulled = pull({"/feed.json": top})
    assert (pulled.hub, pulled.topic) == ("https://hub.example/", URL)
    assert [issue.code for issue in pulled.issues] == ["jsonfeed_expired"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<rss/>", "source_not_json"),
        (b'{"items": {}}', "jsonfeed_no_items"),
        (b"[]", "jsonfeed_no_items"),
        (b"null", "source_not_json"),
        (b'{"a":' * 9999, "source_not_json"),
    ],
)
def test_what_is_no_feed_is_said(pull: Pull, body: bytes, code: str) -> None:
    pulled = pull({"/feed.json": body})
    assert ([issue.code for issue in pulled.issues], pulled.failed) == ([code], True)


def test_an_unknown_version_a_bom_and_no_items_at_all(pull: Pull) -> None:
    body = b"\xef\xbb\xbf" + feed({"id": 1.0, "title": "T"}, version="https://jsonfeed.org/version/7")
    assert [a.title for a in pull({"/feed.json": body}).articles] == ["T"]
    assert [issue.code for issue in pull({"/feed.json": feed()}).issues] == ["source_empty"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "tags"),
    *("date_published", "date_modified", "author", "authors", "language", "attachments"),
]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON, JSON)
def test_any_item_of_any_feed_makes_an_article(item: Any, top: Any) -> None:
    found = jsonfeed.article(item, top, URL, pages.read)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Article) == found


MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<img src=", "'/a.jpg'", ">", "<a href=/x>", "</a>", "<iframe src=//x>", "&#0;"]
    )
    | st.text(max_size=9),
    max_size=12,
).map("".join)


@given(MARKUP)
def test_any_markup_is_read(markup: str) -> None:
    found = one(content_html=markup)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Article) == found
    assert all("<" not in p or "<" in markup for p in found.body)
