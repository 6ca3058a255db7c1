"""WebSub: asked of a hub, verified by it, renewed in time; a notification is a refresh, and no more."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import Client

from feedsvc.blobs import LocalBlobs
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, Settings
from feedsvc.store import Lease, Store, open_store
from feedsvc.web import create_app
from feedsvc.websub import Subscriptions, is_due, is_signed, verified
from tests.articles import NOON
from tests.loopback import Loopback, Reply

TOPIC = "https://news.example.org/rss.xml"
DAY = timedelta(days=1)
SETTINGS = Settings(channel=({"id": "news", "title": "News", "source": ({"kind": "demo"},)},))


@pytest.fixture
def hub() -> Iterator[Loopback]:
    with Loopback({"/hub": Reply(b"", status=202)}) as site:
        yield site


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    store = open_store("sqlite:///test.db", tmp_path)
    yield store
    store.close()


@pytest.fixture
def subscriptions(hub: Loopback, store: Store) -> Iterator[Subscriptions]:
    with Http(HttpSettings(allow_hosts=("127.0.0.1",), retries=0, timeout=2)) as http:
        numbers = iter(range(1, 99))
        yield Subscriptions(http, store, "http://127.0.0.1:8080", token=lambda: f"t{next(numbers)}")


@pytest.fixture
def client(store: Store, tmp_path: Any) -> Client:
    return Client(create_app(store, SETTINGS, LocalBlobs(tmp_path), now=lambda: NOON))


def lease(**fields: Any) -> Lease:
    usual = {
        "token": "t1", "channel": "news", "source": "rss", "hub": "https://hub.example", "topic": TOPIC,
        "secret": "t2",
    }  # fmt: skip
    return Lease(**{**usual, **fields})


def test_a_hub_is_asked_once_verifies_and_is_asked_again_before_the_lease_ends(
    hub: Loopback, store: Store, subscriptions: Subscriptions, client: Client
) -> None:
    def keep(at: Any) -> int:
        subscriptions.keep("news", "rss", hub.url("/hub"), TOPIC, at)
        return len(hub.requests)

    assert [keep(NOON), keep(NOON + timedelta(minutes=5))] == [1, 1]
    sent = hub.requests[0]
    assert (sent.method, sent.form["hub.mode"], sent.form["hub.topic"]) == ("POST", "subscribe", TOPIC)
    callback = sent.form["hub.callback"].removeprefix("http://127.0.0.1:8080")
    asked = {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.challenge": "x<7",
        "hub.lease_seconds": "864000",
    }
    answer = client.get(callback, query_string=asked)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "x<7", "text/plain")
    assert keep(NOON + 7 * DAY) == 1
    assert keep(NOON + 8 * DAY) == 2
    assert hub.requests[1].form["hub.callback"] == sent.form["hub.callback"]


def test_what_nobody_asked_for_is_not_verified(store: Store, client: Client) -> None:
    store.leases.keep(lease())
    asked = {"hub.mode": "subscribe", "hub.topic": "https://elsewhere.example", "hub.challenge": "7"}
    assert client.get("/websub/t1", query_string=asked).status_code == 404
    assert client.get("/websub/t9", query_string={**asked, "hub.topic": TOPIC}).status_code == 404
    assert client.get("/websub/t1", query_string={**asked, "hub.topic": TOPIC}).status_code == 200


def test_only_the_hub_can_have_a_channel_refreshed(store: Store, client: Client) -> None:
    store.leases.keep(lease())
    wrong = client.post("/websub/t1", data=b"<rss/>", headers={"X-Hub-Signature": "sha256=00"})
    unsigned = client.post("/websub/t1", data=b"<rss/>")
    assert (wrong.status_code, unsigned.status_code, store.asked()) == (202, 202, {})
    signature = hmac.new(b"t2", b"<rss/>", hashlib.sha256).hexdigest()
    told = client.post("/websub/t1", data=b"<rss/>", headers={"X-Hub-Signature": f"sha256={signature}"})
    assert (told.status_code, store.asked()) == (202, {"news": NOON})
    assert client.post("/websub/t9", data=b"").status_code == 410


def test_a_hub_that_fails_is_no_trouble_and_is_asked_again_in_an_hour(
    hub: Loopback, subscriptions: Subscriptions, caplog: pytest.LogCaptureFixture
) -> None:
    hub.routes["/hub"] = Reply(b"", status=500)
    for minutes in (0, 30, 61):
        subscriptions.keep("news", "rss", hub.url("/hub"), TOPIC, NOON + timedelta(minutes=minutes))
    assert len(hub.requests) == 2
    assert not [record for record in caplog.records if record.levelname != "INFO"]


def test_a_feed_that_changes_its_hub_is_subscribed_anew(
    hub: Loopback, store: Store, subscriptions: Subscriptions
) -> None:
    store.leases.keep(lease(token="old", until=NOON + 9 * DAY, since=NOON - DAY))
    subscriptions.keep("news", "rss", hub.url("/hub"), TOPIC, NOON)
    assert len(hub.requests) == 1
    assert store.leases.called("old") is None


def test_a_hub_elsewhere_cannot_reach_this_machine(hub: Loopback, subscriptions: Subscriptions) -> None:
    subscriptions.keep("news", "rss", "https://hub.example/", TOPIC, NOON)
    assert hub.requests == []


def test_leases() -> None:
    assert is_due(lease(), NOON)
    assert not is_due(lease(asked=NOON), NOON + timedelta(minutes=59))
    granted = verified(lease(), {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.lease_seconds": "x"}, NOON)
    assert granted is not None
    assert granted.until == NOON + DAY
    assert verified(lease(), {"hub.mode": "denied", "hub.topic": TOPIC}, NOON) is None
    assert not is_signed(lease(), b"", "md5=d41d8cd98f00b204e9800998ecf8427e")
