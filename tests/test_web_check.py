"""`check` as a page: what is wrong with anybody's feed, and nothing of it can do harm here."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from feeds import FORMATS
from feedsvc.blobs import LocalBlobs
from feedsvc.settings import Settings
from feedsvc.store import open_store
from feedsvc.web import check, create_app
from tests.articles import NOON
from tests.feeds_strategies import small
from tests.loopback import Loopback

GOOD = FORMATS["roku"].write(small()).body


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback() as server:
        yield server


@pytest.fixture
def browser(tmp_path: Path, site: Loopback) -> Iterator[Client]:
    store = open_store("sqlite:///test.db", tmp_path)
    channel = {"id": "demo", "title": "Demo", "source": ({"kind": "demo"},)}
    settings = Settings(http={"allow_hosts": (site.host,), "retries": 0}, channel=(channel,))
    yield Client(create_app(store, settings, LocalBlobs(tmp_path), now=lambda: NOON))
    store.close()


def send(browser: Client, **fields: object) -> TestResponse:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/check").text)
    assert token
    return browser.post("/check", data={"csrf_token": token[1], **fields})


def test_a_file_is_checked(browser: Client) -> None:
    told = send(browser, file=(BytesIO(GOOD.replace(b'"rating":{', b'"rating":7,"x":{')), "tv.json"))
    assert told.status_code == 200
    assert "Problems found" in told.text
    assert "tv.json" in told.text
    assert "bad_rating" in told.text


def test_an_address_is_checked_with_how_it_is_served(browser: Client, site: Loopback) -> None:
    site.routes["/roku.json"] = GOOD
    told = send(browser, url=site.url("/roku.json"))
    assert told.status_code == 200
    assert "feed_cache_control" in told.text
    assert "What a TV shows" in told.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Paste the address of a feed"),
        ({"url": "javascript:alert(1)"}, "Paste the address of a feed"),
        ({"url": "http://10.0.0.1/feed.json"}, "not on the public internet"),
        ({"file": (BytesIO(b"%PDF-1.7"), "x.pdf")}, "This is a PDF."),
    ],
)
def test_what_is_no_feed_is_said(browser: Client, fields: dict[str, object], sentence: str) -> None:
    told = send(browser, **fields)
    assert told.status_code == 400
    assert sentence in told.text


def test_a_file_that_is_too_large_is_not_looked_at(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MOST", 10)
    assert "Check it with: python run.py check FILE." in send(browser, file=(BytesIO(GOOD), "tv.json")).text


def test_the_report_has_its_own_looks_and_nothing_else_has_any_say(browser: Client) -> None:
    hostile = GOOD.replace(b"Story 1", b"<script>alert(1)</script><style>*{display:none}</style>")
    told = send(browser, file=(BytesIO(hostile), "<img src=x onerror=alert(1)>.json"))
    policy = told.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert "<script>" not in told.text
    assert told.text.count("<style>") == 1


def test_the_form_wants_its_secret(browser: Client) -> None:
    assert browser.post("/check", data={"url": "https://tv.example/roku.json"}).status_code == 400
