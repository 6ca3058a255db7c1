"""The web side: feeds and media as devices get them, pages as producers see them."""

import gzip
import json
import logging
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html
from msgspec.structs import replace
from werkzeug.test import Client, TestResponse, create_environ

from feeds import FORMATS, paging
from feeds.model import Article, Caption, Feed, Row, Video
from feedsvc.blobs import LocalBlobs
from feedsvc.publication import document_of
from feedsvc.settings import Settings
from feedsvc.store import Document, Run, Store, open_store
from feedsvc.web import create_app, errors, media, published, wrap
from feedsvc.web.published import Feeds, Published
from tests.articles import NOON, article, channel
from tests.bench import serve
from tests.feeds_strategies import programmes

PUBLIC = "https://tv.example.org"
SETTINGS = Settings(
    server={"public_url": PUBLIC},
    channel=(
        {"id": "demo", "title": "Harbour City News", "source": ({"kind": "demo"},)},
        {
            "id": "new",
            "title": "Not there yet",
            "source": ({"kind": "demo"},),
            "stale_after": "every 6 hours",
        },
    ),
)
JSON = "/feeds/demo/roku.json"
ADDRESSES = [f"/feeds/demo/{FORMATS[name].path}" for name in SETTINGS.channel[0].formats]


@cache
def documents(
    *articles: Article, at: datetime = NOON, names: tuple[str, ...] = SETTINGS.channel[0].formats
) -> tuple[Document, ...]:
    feed = Feed(channel(), (Row("World", articles or (article(1), article(2))),), NOON)
    return tuple(document_of(FORMATS[name].write(feed), FORMATS[name], feed, at) for name in names)


class FailingStore(Store):
    """A database that can be taken away."""

    down = False

    def latest_version(self) -> int:
        if self.down:
            raise sa.exc.OperationalError("select", {}, OSError("disk I/O error"))
        return super().latest_version()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FailingStore]:
    store = FailingStore(open_store("sqlite:///feedsvc.db", tmp_path)._engine)
    yield store
    store.close()


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "media")


class Reader(Client):
    """Reads every answer to its end and closes it, as a server does."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **kwargs)


@pytest.fixture
def plain(store: Store, blobs: LocalBlobs) -> Client:
    """The Flask application as it is."""
    return Reader(create_app(store, SETTINGS, blobs, now=lambda: NOON))


@pytest.fixture
def layer(store: Store, blobs: LocalBlobs) -> Iterator[Published]:
    feeds = Feeds(store, SETTINGS)
    feeds.reload()
    feeds.watch(every=0.02)
    yield Published(create_app(store, SETTINGS, blobs, now=lambda: NOON), feeds)
    feeds.close()


@pytest.fixture(params=["plain", "layer"])
def fresh(request: pytest.FixtureRequest, store: Store) -> Client:
    """Both ways to serve, with something published: they answer alike."""
    store.publish(documents())
    served: Client | Published = request.getfixturevalue(request.param)
    return Reader(served) if isinstance(served, Published) else served


@pytest.fixture(scope="module", params=["plain", "layer"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The same, for tests that only read feeds."""
    root = tmp_path_factory.mktemp("read")
    with closing(open_store("sqlite:///feedsvc.db", root)) as store:
        store.publish(documents())
        app = create_app(store, SETTINGS, LocalBlobs(root), now=lambda: NOON)
        feeds = Feeds(store, SETTINGS)
        feeds.reload()
        yield Reader(app if request.param == "plain" else Published(app, feeds))


def eventually(truth: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while not (found := truth()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


# Feeds


@pytest.mark.parametrize("address", ADDRESSES)
def test_case_01_first_bytes_and_type_are_what_a_reader_looks_for(client: Client, address: str) -> None:
    answer = client.get(address)
    document = documents()[ADDRESSES.index(address)]
    assert answer.status_code == 200
    assert answer.data == document.body
    if address.endswith(".json"):
        assert answer.data.startswith(b"{")
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    else:
        assert answer.data.startswith(b"<?xml")
        assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"


def test_case_21_and_22_every_address_ends_as_readers_need_it(client: Client) -> None:
    """The wizard loads for ever where the address has no .json, .xml or .rss (C11)."""
    assert all(re.search(r"\.(json|xml|rss)$", address) for address in ADDRESSES)
    assert {client.get(address).status_code for address in ADDRESSES} == {200}


def test_case_23_every_answer_is_the_same_bytes(client: Client) -> None:
    answers = {(client.get(JSON).data, client.get(JSON).headers["ETag"]) for _ in range(10)}
    assert len(answers) == 1


def test_case_24_nothing_is_built_or_read_in_a_request(store: FailingStore, layer: Published) -> None:
    store.publish(documents())
    client = Client(layer)
    assert eventually(lambda: client.get(JSON).status_code == 200)
    store.down = True
    started = time.process_time()
    for _ in range(200):
        assert client.get(JSON).status_code == 200
    assert time.process_time() - started < 1


def test_case_25_a_broken_database_leaves_the_last_good_feed(
    store: FailingStore, layer: Published, caplog: pytest.LogCaptureFixture
) -> None:
    store.publish(documents())
    client = Client(layer)
    assert eventually(lambda: client.get(JSON).status_code == 200)
    before = client.get(JSON).data
    store.down = True
    with caplog.at_level(logging.ERROR):
        assert eventually(lambda: bool(caplog.records))
        time.sleep(0.1)
    assert [r.message for r in caplog.records] == ["feeds kept as they are: the store cannot be read"]
    assert client.get(JSON).data == before
    store.down = False
    store.publish(documents(article(3)))
    assert eventually(lambda: client.get(JSON).data != before)


def test_case_25_a_database_made_anew_leaves_the_last_good_feed(
    store: FailingStore, layer: Published, tmp_path: Path
) -> None:
    store.publish(documents())
    client = Client(layer)
    assert eventually(lambda: client.get(JSON).status_code == 200)
    with store._engine.begin() as db:
        db.execute(sa.text("delete from document"))
    time.sleep(0.1)
    assert client.get(JSON).status_code == 200
    store.publish(documents(article(5)))
    assert eventually(lambda: b"Headline 5" in client.get(JSON).data)


def test_headers_of_a_feed(client: Client) -> None:
    answer = client.get(JSON)
    assert answer.headers["Cache-Control"] == "public, max-age=60"  # in this order (C15)
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Last-Modified"] == "Sun, 22 Nov 2026 12:00:00 GMT"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert re.fullmatch(r'"[0-9a-f]{32}"', answer.headers["ETag"])
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "gzipped"),
    [
        *((None, False), ("", False), ("identity", False), ("br", False), ("*", False), ("gzip;q=0", False)),
        *(("gzip;q=0, *", False), ("gzip;q=0.5, identity", False), ("gz ip", False), ("gzipped", False)),
        *(("gzip", True), ("GZIP", True), ("deflate, gzip, br", True), ("gzip;q=0.3", True)),
        *(("br;q=1, gzip;q=0.8, *;q=0.1", True), ("gzip, identity;q=0", True)),
    ],
)
def test_gzip_only_when_it_is_asked_for(client: Client, asked: str | None, gzipped: bool) -> None:
    """The template never asks, and cannot read it (C17)."""
    answer = client.get(JSON, headers={} if asked is None else {"Accept-Encoding": asked})
    body = client.get(JSON).data
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == ("gzip" if gzipped else None)
    assert (gzip.decompress(answer.data) if gzipped else answer.data) == body
    assert answer.headers["Content-Length"] == str(len(answer.data))


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_head_says_what_get_says(client: Client, encoding: str) -> None:
    asked = {"Accept-Encoding": encoding}
    get, head = client.get(JSON, headers=asked), client.head(JSON, headers=asked)
    assert head.status_code == 200
    assert not head.data
    assert {k: v for k, v in head.headers if k != "Date"} == {k: v for k, v in get.headers if k != "Date"}


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("known", ["{etag}", "W/{etag}", '"a", {etag} , W/"b"', "*"])
def test_not_modified(client: Client, encoding: str, known: str) -> None:
    asked = {"Accept-Encoding": encoding}
    full = client.get(JSON, headers=asked)
    given = known.format(etag=full.headers["ETag"])
    for method in ("GET", "HEAD"):
        answer = client.open(JSON, method=method, headers={**asked, "If-None-Match": given})
        assert answer.status_code == 304
        assert not answer.data
        assert "Content-Length" not in answer.headers
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert answer.headers[name] == full.headers[name]


@pytest.mark.parametrize("way", ["plain", "layer"])
def test_older_pages_are_served_like_the_feed_they_belong_to(
    way: str, store: Store, request: pytest.FixtureRequest
) -> None:
    """All pages of a feed are on air and off air at once (RFC 5005)."""
    told = Feed(channel(feeds_url=f"{PUBLIC}/feeds/demo"), (Row("World", stories(2600)),), NOON)
    mrss = FORMATS["mrss"]
    store.publish([document_of(paging.write(told, mrss), mrss, told, NOON)])
    served: Client | Published = request.getfixturevalue(way)
    reader = Reader(served) if isinstance(served, Published) else served
    seen, address = [], "/feeds/demo/mrss.xml"
    while address:
        answer = reader.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/rss+xml")
        assert reader.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
        document = etree.fromstring(answer.data)
        seen += [guid.text for guid in document.findall("channel/item/guid")]
        older = document.find("channel/{*}link[@rel='prev-archive']")
        last, address = address, "" if older is None else older.get("href", "").removeprefix(PUBLIC)
    assert seen == [article.id for article in told.rows[0].articles]
    assert last != "/feeds/demo/mrss.xml"
    store.publish([document_of(mrss.write(told), mrss, told, NOON)])
    assert eventually(lambda: reader.get(last).status_code == 404)


@cache
def stories(count: int) -> tuple[Article, ...]:
    return tuple(article(n) for n in range(1, count + 1))


def test_encodings_have_etags_of_their_own(client: Client) -> None:
    tag = client.get(JSON, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert tag != client.get(JSON).headers["ETag"]
    assert client.get(JSON, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Sun, 22 Nov 2026 12:00:00 GMT", 304),
        ("Mon, 23 Nov 2026 00:00:00 GMT", 304),
        ("Sun, 22 Nov 2026 11:59:59 GMT", 200),
        ("yesterday", 200),
        ("", 200),
        ("Mon, 01 Jan 99999 00:00:00 GMT", 200),
    ],
)
def test_if_modified_since(client: Client, since: str, status: int) -> None:
    assert client.get(JSON, headers={"If-Modified-Since": since}).status_code == status
    both = {"If-Modified-Since": since, "If-None-Match": '"another"'}
    assert client.get(JSON, headers=both).status_code == 200


NOISE = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=300) | st.sampled_from(
    [
        '"',
        'W/"',
        '"a",,"',
        "gzip;q=",
        "gzip;q=nan",
        "gzip;q=1e9",
        ";;;",
        ",,,",
        "Sun, 99 Nov 2026 12:00:00 GMT",
    ]
)


@given(encoding=NOISE, tags=NOISE, since=NOISE)
def test_no_header_breaks_an_answer(encoding: str, tags: str, since: str) -> None:
    page = published.page(documents()[0], "application/json")
    environ = create_environ(JSON)
    environ["HTTP_ACCEPT_ENCODING"] = encoding
    environ["HTTP_IF_MODIFIED_SINCE"] = since
    assert page.answer(environ).status[:3] in ("200", "304")
    environ["HTTP_IF_NONE_MATCH"] = tags
    assert page.answer(environ).status[:3] == ("304" if tags.strip() == "*" else "200")


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/feeds/demo/roku.json/",
            "/feeds/demo",
            "/feeds/",
            "//feeds/demo/roku.json",
            "/feeds//demo/roku.json",
        ),
        *("/feeds/nobody/roku.json", "/feeds/demo/search.xml", "/feeds/demo/../demo/roku.json"),
    ],
)
def test_unknown_addresses_are_404_and_never_a_redirect(client: Client, address: str) -> None:
    """Readers take only a 200 at the first address (C16)."""
    assert client.get(address).status_code == 404


def test_a_query_changes_nothing(client: Client) -> None:
    assert client.get(f"{JSON}?v=2&x=%zz").data == client.get(JSON).data


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_feed_can_only_be_read(client: Client, method: str) -> None:
    answer = client.open(JSON, method=method, data=b"x")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.text == "A feed can only be read.\n"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_channel_that_has_not_published_says_when_to_come_back(client: Client, method: str) -> None:
    answer = client.open("/feeds/new/roku.json", method=method)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text == ("The channel new has not published this feed yet.\n" if method == "GET" else "")


def test_what_another_process_publishes_is_served_soon(fresh: Client, store: Store, tmp_path: Path) -> None:
    before = fresh.get(JSON).data
    with closing(open_store("sqlite:///feedsvc.db", tmp_path)) as other:
        other.publish(documents(article(7), article(8)))
    assert eventually(lambda: fresh.get(JSON).data != before)
    assert b"Headline 7" in fresh.get(JSON).data


def test_wrap_serves_what_is_there_from_the_first_request(store: Store, plain: Client) -> None:
    store.publish(documents())
    layer = wrap(plain.application, store, SETTINGS)
    try:
        assert Client(layer).get(JSON).status_code == 200
        assert Client(layer).get("/healthz").text == "ok\n"
    finally:
        layer.feeds.close()


def test_a_store_that_fails_from_the_start_is_said_so(store: FailingStore, plain: Client) -> None:
    store.down = True
    answer = plain.get(JSON)
    assert (answer.status_code, answer.text) == (
        503,
        "The feeds cannot be read just now; try again in a minute.\n",
    )


# Media

JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 40


@pytest.mark.parametrize(
    ("suffix", "type_"),
    [
        *((".jpg", "image/jpeg"), (".mp4", "video/mp4"), (".m3u8", "application/vnd.apple.mpegurl")),
        *((".ts", "video/mp2t"), (".m4s", "video/iso.segment"), (".vtt", "text/vtt; charset=utf-8")),
        *((".srt", "application/x-subrip; charset=utf-8"), (".html", "application/octet-stream")),
        *((".svg", "application/octet-stream"), (".js", "application/octet-stream")),
    ],
)
def test_media_are_kept_for_ever_and_have_a_type(
    plain: Client, blobs: LocalBlobs, suffix: str, type_: str
) -> None:
    address = blobs.put(JPEG, suffix)
    answer = plain.get(address)
    assert (answer.status_code, answer.data) == (200, JPEG)
    assert answer.headers["Content-Type"] == type_
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert address.removeprefix("/media/") in answer.headers["ETag"]
    again = plain.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = plain.head(address)
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(JPEG)))


@pytest.mark.parametrize("size", [10_000, 3_000_000], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        *(("bytes=0-99", 0, 99), ("bytes=5000-", 5000, None), ("bytes=-100", -100, None)),
        *(("bytes=0-", 0, None), ("bytes=9999-99999999", 9999, None)),
    ],
)
def test_media_in_ranges(
    plain: Client, blobs: LocalBlobs, size: int, asked: str, first: int, last: int | None
) -> None:
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    answer = plain.get(blobs.put(data, ".mp4"), headers={"Range": asked})
    expected = data[first:] if last is None else data[first : last + 1]
    start = first % size
    assert (answer.status_code, answer.data) == (206, expected)
    assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{size}"
    assert answer.headers["Content-Length"] == str(len(expected))


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=abc", "bytes=5-1"])
def test_a_range_that_is_not_there(plain: Client, blobs: LocalBlobs, asked: str) -> None:
    answer = plain.get(blobs.put(JPEG, ".jpg"), headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.text == "The file has no such part.\n"


def test_if_range_of_another_file_gives_it_whole(plain: Client, blobs: LocalBlobs) -> None:
    asked = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert plain.get(blobs.put(JPEG, ".jpg"), headers=asked).data == JPEG


@pytest.mark.parametrize(
    "address",
    [
        *("/media/../feedsvc.db", "/media/%2e%2e/feedsvc.db", "/media/..%2ffeedsvc.db", "/media//etc/passwd"),
        *("/media/{tree}/../../feedsvc.db", "/media/{tree}/%2e%2e/{name}", "/media/{tree}/", "/media/{tree}"),
        *("/media/%00", "/media/", "/media/" + "a" * 5000, "/media/.waiting/x", "/media/\u05e9"),
    ],
)
def test_no_way_out_of_the_media(plain: Client, blobs: LocalBlobs, tmp_path: Path, address: str) -> None:
    playlist = tmp_path / "in" / "v.m3u8"
    playlist.parent.mkdir()
    playlist.write_text("#EXTM3U\n#EXTINF:1,\ns 1.ts\n")
    playlist.with_name("s 1.ts").write_bytes(b"segment")
    kept = blobs.keep(playlist)
    assert plain.get(kept.replace("v.m3u8", "s%201.ts")).data == b"segment"
    name = blobs.put(JPEG, ".jpg").removeprefix("/media/")
    answer = plain.get(address.format(tree=kept.split("/")[2], name=name))
    assert answer.status_code == 404
    assert b"SQLite" not in answer.data


def test_long_files_never_take_the_last_threads(store: Store, blobs: LocalBlobs) -> None:
    app = Flask("feedsvc.web")
    app.register_blueprint(media.routes(blobs, streams=1))
    errors.register(app)
    long, short = blobs.put(bytes(2_000_000), ".mp4"), blobs.put(JPEG, ".jpg")
    client = Reader(app)
    with client.get(long, buffered=False):
        refused = client.get(long)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert client.get(short).data == JPEG
        assert client.get(long, headers={"Range": "bytes=0-9"}).status_code == 206
    assert len(client.get(long).data) == 2_000_000


# Health


def ran(store: Store, name: str, status: str, at: datetime = NOON, **told: object) -> None:
    report = {"channel": name, "status": status, **told}
    store.record(Run(name, at, status, json.dumps(report).encode()))


def ready(client: Client) -> tuple[int, Mapping[str, Mapping[str, object]]]:
    answer = client.get("/readyz")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, json.loads(answer.text)["channels"]


def test_scripts_without_a_font_are_told(plain: Client, store: Store) -> None:
    assert json.loads(plain.get("/readyz").text)["no_font_for"] == []
    store.remember("fonts", [{"script": "Khmer", "package": "fonts-noto-core"}])
    assert json.loads(plain.get("/readyz").text)["no_font_for"][0]["script"] == "Khmer"


def test_alive(plain: Client) -> None:
    assert (plain.get("/healthz").status_code, plain.get("/healthz").text) == (200, "ok\n")


def test_ready_when_every_channel_is_fresh(plain: Client, store: Store) -> None:
    status, channels = ready(plain)
    assert status == 503
    assert channels["demo"] == {
        "ready": False,
        "why": "It has not published roku, roku_mrss, mrss, search yet.",
    }
    store.publish(documents())
    assert ready(plain)[1]["demo"]["why"] == "No refresh of it has gone well yet."
    ran(store, "demo", "published", NOON - timedelta(days=1))
    ran(store, "demo", "failed", NOON)
    store.publish([replace(d, channel="new") for d in documents()])
    ran(store, "new", "unchanged", NOON - timedelta(hours=7))
    status, channels = ready(plain)
    assert status == 503
    assert channels["demo"] == {"ready": True, "why": ""}
    assert channels["new"]["why"] == (
        "Its last good refresh was at 2026-11-22 05:00 UTC, and more than 6 hours ago."
    )
    ran(store, "new", "unchanged", NOON - timedelta(hours=5))
    assert ready(plain)[0] == 200


# Pages

LEFT_OUT = [
    {"id": "x1", "url": "https://news.example.org/a", "title": "No film", "code": "no_video"},
    {"id": "x2", "url": "javascript:alert(1)", "title": "שלום", "code": "no_video"},
    {
        "id": "x3",
        "url": "",
        "title": "",
        "code": "expired",
        "message": "Its window closed.",
        "fix": "Extend.",
    },
    {"id": "x4", "url": "", "title": "Broken", "code": "video_404", "message": "Gone.", "fix": "Mend it."},
]
for _article in LEFT_OUT[:2]:
    _article |= {"message": "The article has no video.", "fix": "Add a video to the article."}


def told(store: Store, **report: object) -> None:
    usual: dict[str, object] = {
        "left_out": LEFT_OUT,
        "issues": [
            {
                "severity": "error",
                "code": "c",
                "where": "https://s.example.org/rss",
                "message": "Down.",
                "fix": "Up.",
            }
        ],
        "documents": {"roku": {"bytes": 9, "items": 1, "held_because": "It would shrink from 9 to 1 items."}},
    }
    ran(store, "demo", str(report.pop("status", "held")), NOON - timedelta(minutes=5), **{**usual, **report})


def page(answer: TestResponse) -> html.HtmlElement:
    assert answer.mimetype == "text/html"
    return html.fromstring(answer.text)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_index_says_how_each_channel_stands(plain: Client, store: Store) -> None:
    store.publish(documents())
    told(store)
    first, second = page(plain.get("/")).cssselect(".channel")
    assert words(first).startswith("Newer feed held back Harbour City News")
    assert "On air2 Left out4 Newest storynone yet Problems1 Last refresh5 minutes ago" in words(first)
    assert [a.get("href") for a in first.cssselect("a")] == [
        "/preview/demo",
        *(f"{PUBLIC}{address}" for address in ADDRESSES),
    ]
    assert "Not on air yet Not there yet" in words(second)
    assert "Last refreshnone yet" in words(second)


@pytest.mark.parametrize("format_", ["roku", "roku_mrss"])
@pytest.mark.parametrize("reader", ["template", "wizard"])
def test_preview_shows_what_a_reader_makes_of_the_bytes(
    plain: Client, store: Store, reader: str, format_: str
) -> None:
    film = Video(f"{PUBLIC}/media/{'b' * 40}/main.m3u8", "HLS", "HD", duration=64)
    store.publish(documents(article(1, videos=(film,), title="Kurz & gut"), article(2)))
    shown = page(plain.get(f"/preview/demo?reader={reader}&format={format_}"))
    first, second = shown.cssselect(".shelf")[0].cssselect("a.poster")
    assert words(first.cssselect("strong")[0]) == "Kurz & gut"
    assert "What happened in story 1." in words(first)
    # Our own files are named by their path: this page may be open under any name.
    assert (first.get("href"), first.get("data-kind")) == (f"/media/{'b' * 40}/main.m3u8", "hls")
    assert (second.get("href"), second.get("data-kind")) == ("https://cdn.example.org/2.mp4", "video")
    (picture,) = first.cssselect("img")
    assert (picture.get("src"), picture.get("loading")) == (f"/media/{1:040x}.jpg", "lazy")
    current = [words(a) for a in shown.cssselect(".switch a[aria-current]")]
    assert current == [
        "Roku’s template" if reader == "template" else "DP2SceneGraph Wizard",
        FORMATS[format_].path,
    ]


@pytest.mark.parametrize(
    ("url", "offered"),
    [
        (f"{PUBLIC}/media/{'c' * 40}/story.srt", f"/media/{'c' * 40}/story.vtt"),
        ("https://cdn.example.org/1.en.srt", None),
    ],
)
def test_preview_offers_our_captions_as_webvtt(
    plain: Client, store: Store, url: str, offered: str | None
) -> None:
    store.publish(documents(article(1, captions=(Caption(url, "en"),))))
    (poster,) = page(plain.get("/preview/demo?reader=wizard&format=roku")).cssselect("a.poster")
    assert poster.get("data-captions") == offered


@pytest.mark.parametrize("reader", ["template", "wizard"])
def test_preview_shows_a_series_as_one_tile_that_opens_its_seasons(
    plain: Client, store: Store, reader: str
) -> None:
    feed = programmes()
    store.publish(
        [
            replace(document_of(FORMATS["roku"].write(feed), FORMATS["roku"], feed, NOON), channel="demo"),
        ]
    )
    shown = page(plain.get(f"/preview/demo?reader={reader}&format=roku"))
    told = {words(tile.cssselect("strong")[0]): tile for tile in shown.cssselect("a.poster[href^='#']")}
    assert {title: words(tile.cssselect(".count")[0]) for title, tile in told.items()} == {
        "Evening News": "3 episodes",
        "The pier": "1 episode",
    }
    seasons = [words(shelf.cssselect("h3 bdi")[0]) for shelf in shown.cssselect(".shelf.episodes")]
    assert len([title for title in seasons if title.startswith("Evening News · Season")]) == 2
    (opened,) = shown.cssselect(str(told["Evening News"].get("href")))
    assert words(opened.cssselect("a.poster strong")[0]) == "Evening News 21 Nov"
    assert all(tile.get("data-kind") == "hls" for tile in opened.cssselect("a.poster"))


def test_what_stands_above_the_rows_is_what_the_reader_has_there(plain: Client, store: Store) -> None:
    """The wizard's grid tells the short description, its page of an item the long one."""
    store.publish(documents(article(1, summary="In short."), article(2)))
    shown = page(plain.get("/preview/demo?reader=wizard&format=roku"))
    poster = shown.cssselect("a.poster")[0]
    assert words(shown.cssselect("#hero .description")[0]) == "In short."
    assert words(poster.cssselect(".about")[0]) == "In short."
    assert words(poster.cssselect(".whole")[0]).startswith("In short. The first paragraph")


def test_preview_lists_what_is_left_out_by_reason(plain: Client, store: Store) -> None:
    store.publish(documents())
    told(store)
    shown = page(plain.get("/preview/demo"))
    groups = shown.cssselect("#left-out details")
    assert [words(g.cssselect("summary")[0]) for g in groups] == [
        "No video 2 The article has no video. Add a video to the article.",
        "Video 404 1 Gone. Mend it.",
        "Expired 1 Its window closed. Extend.",
    ]
    assert [words(li) for li in groups[0].cssselect("li")] == ["No film", "שלום"]
    assert [a.get("href") for a in shown.cssselect("#left-out a")] == ["https://news.example.org/a"]
    assert words(groups[2].cssselect("li")[0]) == "Without a headline"


def test_preview_says_each_reason_where_they_differ(plain: Client, store: Store) -> None:
    told(store, left_out=[{**LEFT_OUT[0], "title": str(n), "message": f"Reason {n}."} for n in range(150)])
    (group,) = page(plain.get("/preview/demo")).cssselect("#left-out details")
    assert words(group.cssselect("li")[0]) == "0 Reason 0. Add a video to the article."
    assert len(group.cssselect("li")) == 100
    assert words(group).endswith("and 50 older ones")


def test_preview_names_problems_sizes_and_what_is_held(plain: Client, store: Store) -> None:
    store.publish(documents())
    told(store)
    shown = page(plain.get("/preview/demo"))
    assert words(shown.cssselect("#problems li")[0]) == "Error. Down. Up. https://s.example.org/rss"
    first, _, *without_limit = shown.cssselect("#feeds .papers > li")
    meter = first.cssselect("meter")[0]
    document = store.document("demo", "roku")
    assert document
    assert (meter.get("value"), meter.get("max")) == (str(len(document.body)), "450000")
    assert "of 450 KB" in words(first)
    assert "A newer one is held back. It would shrink from 9 to 1 items." in words(first)
    assert len(without_limit) == 2
    assert not any(paper.cssselect("meter") for paper in without_limit)


def test_preview_before_anything_is_published(plain: Client, store: Store) -> None:
    assert "python run.py refresh new" in words(page(plain.get("/preview/new")))
    ran(store, "new", "failed")
    shown = words(page(plain.get("/preview/new")))
    assert "Sources failing" in shown
    assert "The last refresh published nothing; the reasons are below." in shown


def test_preview_says_why_a_reader_shows_nothing(plain: Client, store: Store) -> None:
    (document,) = documents(names=("roku",))
    store.publish([replace(document, body=document.body.replace(b'"genres"', b'"genre"'))])
    shown = page(plain.get("/preview/demo?reader=template"))
    assert words(shown.cssselect(".blank h3")[0]) == "The TV shows nothing"
    assert "genres" in words(shown.cssselect(".blank")[0])
    assert len(page(plain.get("/preview/demo?reader=wizard")).cssselect("a.poster")) == 2


def test_the_search_view_lists_what_the_published_search_feed_says(plain: Client, store: Store) -> None:
    store.publish(documents(article(1), article(2, title="Only here", summary="What happened.")))
    shown = page(plain.get("/preview/demo?reader=search"))
    told = [" ".join(one.text_content().split()) for one in shown.cssselect(".results li")]
    assert [("Only here" in one, "What happened." in one) for one in told] == [(False, False), (True, True)]
    assert "Short form · " in told[0]
    assert shown.cssselect(".results img")[0].get("src", "").startswith("/media/")
    assert not shown.cssselect("a.poster, #hero")


@pytest.mark.parametrize("query", ["reader=nobody", "reader=", "format=mrss", "format=%00&reader=<b>"])
def test_preview_of_what_there_is_not_shows_what_there_is(plain: Client, store: Store, query: str) -> None:
    store.publish(documents())
    assert len(page(plain.get(f"/preview/demo?{query}")).cssselect("a.poster")) == 2


@pytest.mark.parametrize("report", [b"", b"[]", b'{"left_out": 3}', b"\xff", b'{"left_out": [{"id": 3}]}'])
def test_a_report_that_cannot_be_read_costs_only_itself(plain: Client, store: Store, report: bytes) -> None:
    store.publish(documents())
    store.record(Run("demo", NOON, "unchanged", report))
    assert len(page(plain.get("/preview/demo")).cssselect("a.poster")) == 2
    assert plain.get("/").status_code == 200


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}\u202e"


def test_nothing_a_source_says_can_run_or_style(plain: Client, store: Store) -> None:
    bad = {"id": HOSTILE, "url": f"javascript:{HOSTILE}", "title": HOSTILE, "code": HOSTILE}
    store.publish(documents(article(1, title=HOSTILE, summary=HOSTILE, section=(HOSTILE,))))
    told(
        store,
        left_out=[{**bad, "message": HOSTILE, "fix": HOSTILE}],
        issues=[{"severity": "error", "code": HOSTILE, "where": HOSTILE, "message": HOSTILE, "fix": HOSTILE}],
        documents={"roku": {"held_because": HOSTILE}},
    )
    for address in ("/", "/preview/demo", "/preview/demo?format=roku_mrss&reader=template"):
        shown = page(plain.get(address))
        assert all(script.get("src", "").startswith("/static/") for script in shown.iter("script"))
        assert not shown.xpath("//*[@style] | //style | //@*[starts-with(name(), 'on')] | //img[@src='x']")
        links = [*shown.xpath("//a/@href"), *shown.xpath("//@src")]
        assert not [link for link in links if not re.match(r"/|#|https?://", link)]
        assert "49" not in words(shown).split()
        assert "alert(1)" in words(shown) or address == "/"


def test_every_page_is_guarded(plain: Client, store: Store) -> None:
    for address in ("/", "/preview/demo", "/nothing"):
        headers = plain.get(address).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert PUBLIC in policy["img-src"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_are_light_and_need_nobody_else(plain: Client, store: Store) -> None:
    """First page under 100 KB without pictures, and nothing loaded from elsewhere."""
    store.publish(documents(*(article(n) for n in range(60))))
    answer = plain.get("/preview/demo")
    parts = [*page(answer).xpath("//script/@src | //link/@href")]
    assert all(part.startswith("/static/") for part in parts)
    assert len(answer.data) + sum(len(plain.get(part).data) for part in parts) < 100_000
    for part in parts:
        assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", plain.get(part).text)


def test_a_page_can_be_heard_and_steered(plain: Client, store: Store) -> None:
    store.publish(documents(article(1, title="שלום עולם")))
    told(store)
    for address in ("/", "/preview/demo", "/nothing"):
        shown = page(plain.get(address))
        assert shown.get("lang") == "en"
        assert (
            len(shown.xpath("//main"))
            == len(shown.xpath("//h1"))
            == len(shown.xpath("//header[@class='bar']"))
            == 1
        )
        assert shown.xpath("//a[@class='skip']/@href") == ["#main"]
        assert all(nav.get("aria-label") for nav in shown.iter("nav"))
        assert not [img for img in shown.iter("img") if img.get("alt") is None]
        ids = shown.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert all(name in ids for names in shown.xpath("//@aria-labelledby") for name in names.split())
    assert page(plain.get("/preview/demo")).cssselect("a.poster strong")[0].get("dir") == "auto"


def test_errors_are_one_plain_sentence(plain: Client, store: Store) -> None:
    for address in ("/nothing", "/preview/nobody"):
        answer = plain.get(address)
        assert answer.status_code == 404
        assert words(page(answer).cssselect("h1")[0]) == "There is nothing at this address."
    assert plain.post("/").status_code == 405


def test_a_page_that_fails_says_that_the_feeds_do_not(plain: Client, store: Store, tmp_path: Path) -> None:
    with closing(open_store("sqlite:///feedsvc.db", tmp_path)) as other, other._engine.begin() as db:
        db.execute(sa.text("drop table run"))
    answer = plain.get("/")
    assert answer.status_code == 500
    assert "The feeds are not affected" in words(page(answer))
    assert "Traceback" not in answer.text


# A real server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, LocalBlobs]]:
    """The layer under granian in a process of its own, as the service runs it."""
    root = tmp_path_factory.mktemp("served")
    serve.prepare(root, stories=30)
    peer = next(serve.peers(root, "--blocking-threads 4", 1))
    with serve.running(peer, root):
        yield peer.url, LocalBlobs(root)


def test_granian_answers_as_the_layer_says(served: tuple[str, LocalBlobs]) -> None:
    url, _ = served
    session = requests.Session()
    full = session.get(url, headers={"Accept-Encoding": "identity"})
    small = session.get(url, headers={"Accept-Encoding": "gzip"})
    assert full.content == small.content
    assert "Content-Encoding" not in full.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) < int(full.headers["Content-Length"]) == len(full.content)
    head = session.head(url, headers={"Accept-Encoding": "identity"})
    assert (head.headers["Content-Length"], head.content) == (full.headers["Content-Length"], b"")
    known = session.get(url, headers={"If-None-Match": small.headers["ETag"], "Accept-Encoding": "gzip"})
    assert (known.status_code, known.content) == (304, b"")
    assert "Content-Length" not in known.headers
    assert session.get(url.replace("demo", "nobody")).status_code == 404
    assert session.get(url.replace("/feeds/demo/roku.json", "/")).status_code == 200


def test_granian_serves_media_in_parts_and_slow_clients_do_not_stop_feeds(
    served: tuple[str, LocalBlobs],
) -> None:
    url, blobs = served
    data = bytes(range(256)) * 40_000
    address = url.replace(serve.PATH, blobs.put(data, ".mp4"))
    part = requests.get(address, headers={"Range": "bytes=100-299"}, timeout=5)
    assert (part.status_code, part.content) == (206, data[100:300])
    assert requests.get(address, timeout=5).content == data
    host, port = url.split("/")[2].split(":")
    with socket.create_connection((host, int(port))) as slow:
        slow.sendall(f"GET {address.split(port)[1]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 200")
        for _ in range(5):
            assert requests.get(url, timeout=2).status_code == 200


# The API


def pinged(store: Store, blobs: LocalBlobs, host: str = "127.0.0.1", **headers: str) -> int:
    settings = SETTINGS.model_copy(update={"server": SETTINGS.server.model_copy(update={"host": host})})
    client = Client(create_app(store, settings, blobs, now=lambda: NOON))
    return client.post("/api/channels/demo/ping", headers=headers).status_code


def test_a_cms_may_ask_for_a_refresh(store: Store, blobs: LocalBlobs) -> None:
    assert pinged(store, blobs) == 202
    assert store.asked() == {"demo": NOON}
    store.answered("demo", NOON - timedelta(seconds=1))
    assert store.asked() == {"demo": NOON}, "what is asked later is not answered by what was done before"
    store.answered("demo", NOON)
    assert store.asked() == {}


def test_asking_wants_the_token_unless_the_server_is_on_loopback(
    store: Store, blobs: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pinged(store, blobs, "0.0.0.0") == 403
    monkeypatch.setenv("FEEDSVC_ADMIN_TOKEN", "s3cret")
    assert pinged(store, blobs) == 401
    assert pinged(store, blobs, Authorization="Bearer wrong") == 401
    assert pinged(store, blobs, Authorization="Basic s3cret") == 401
    assert store.asked() == {}
    assert pinged(store, blobs, Authorization="Bearer s3cret") == 202


def test_a_channel_that_is_not_there_cannot_be_asked_for(plain: Client) -> None:
    assert plain.post("/api/channels/nowhere/ping").status_code == 404
    assert plain.get("/api/channels/demo/ping").status_code == 405
