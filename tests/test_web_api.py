"""The API: each thing it tells and does, over a real store; who may; what is refused and in which words."""

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from feeds.contents import contents
from feeds.model import Issue, Video
from feedsvc.progress import Live
from feedsvc.settings import Settings
from feedsvc.store import Edit
from feedsvc.web import create_app
from tests.articles import NOON
from tests.desk import Desk, story
from tests.fakes import FakeSource
from tests.loopback import Loopback
from tests.made_media import jpeg
from tests.test_web_access import form

MINUTE = timedelta(minutes=1)
CHANNEL = "/api/channels/demo"
FEEDS = ("roku.json", "roku.xml", "mrss.xml", "search.json")


@pytest.fixture
def source(desk: Desk, film: Video) -> FakeSource:
    """Two stories on air, then a third, and one without a headline."""
    source = FakeSource(story(1, film), story(2, film), story(9, film, title="", url="https://n.example/9"))
    desk.told(source)
    source.articles = (*source.articles, story(3, film))
    desk.told(source, now=NOON + MINUTE)
    return source


def client_of(desk: Desk, host: str = "127.0.0.1", **fields: object) -> Client:
    channel = desk.channel(FakeSource())[0].model_dump()
    settings = Settings(server={"host": host}, channel=(channel,), **fields)
    return Client(create_app(desk.store, settings, desk.blobs, now=lambda: NOON + 2 * MINUTE))


@pytest.fixture
def client(desk: Desk, source: FakeSource) -> Client:
    return client_of(desk)


def told(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/json"
    return answer.json


def ids(desk: Desk) -> dict[str, str]:
    """Return the ids of what is on air, by title."""
    return {told.title: id_ for id_, told in contents(desk.body()).items()}


def article(desk: Desk, title: str) -> str:
    return f"{CHANNEL}/articles/{ids(desk)[title]}"


def test_how_channels_stand(client: Client, desk: Desk) -> None:
    (one,) = told(client.get("/api/channels"))["channels"]
    assert one == told(client.get(CHANNEL))
    assert (one["id"], one["lamp"], one["word"]) == ("demo", "on", "On air")
    assert (one["on_air"], one["left_out"], one["hold"], one["asked"]) == (3, 1, None, None)
    assert [feed["path"] for feed in one["feeds"]] == [*FEEDS]
    assert one["feeds"][0]["edition"]["items"] == 3


@pytest.mark.parametrize("reader", ["wizard", "template"])
def test_what_a_reader_shows(client: Client, reader: str) -> None:
    screen = told(client.get(f"{CHANNEL}/on-air", query_string={"format": "roku_mrss", "reader": reader}))
    assert {poster["title"] for shelf in screen["shelves"] for poster in shelf["posters"]} == {
        "Story 1",
        "Story 2",
        "Story 3",
    }
    assert screen["crash"] is None
    (listed,) = told(client.get(f"{CHANNEL}/on-air?format=search"))["shelves"]
    assert {poster["title"] for poster in listed["posters"]} == {"Story 1", "Story 2", "Story 3"}
    assert told(client.get(f"{CHANNEL}/on-air?format=search&reader=wizard"), 404)
    assert told(client.get(f"{CHANNEL}/on-air?format=pdf"), 404)
    assert told(client.get(f"{CHANNEL}/on-air?reader=nobody"), 404)


def test_what_is_left_out_and_why(client: Client) -> None:
    missing = told(client.get(f"{CHANNEL}/left-out"))
    assert (missing["total"], missing["codes"], missing["on_air"]) == (1, {"no_title": 1}, [])
    assert missing["left_out"][0]["fix"] == "Give it a headline at the source."
    assert told(client.get(f"{CHANNEL}/left-out?code=expired"))["left_out"] == []
    assert told(client.get(f"{CHANNEL}/left-out?offset=1"))["left_out"] == []
    (shown,) = told(client.get(f"{CHANNEL}/left-out?q=story+2"))["on_air"]
    assert shown["title"] == "Story 2"


def test_where_an_article_stands(client: Client) -> None:
    (one,) = told(client.get("/api/why", query_string={"q": "https://n.example/9"}))["standings"]
    assert (one["channel"], one["code"], one["on_air"]) == ("demo", "no_title", [])
    assert told(client.get("/api/why?q=unheard"))["standings"] == []


def test_an_article_is_told_whole(client: Client, desk: Desk) -> None:
    one = told(client.get(article(desk, "Story 3")))
    assert set(one["told"]) == {"roku", "roku_mrss", "mrss", "search"}
    assert one["facts"]["Headline"]["mrss"] == "Story 3"
    assert one["standing"]["code"] == "on_air"
    assert [happened["what"] for happened in one["history"]] == ["came on air"]
    assert one["edits"] == []
    assert told(client.get(f"{CHANNEL}/articles/nobody"), 404)


def test_an_article_is_changed_and_that_is_undone(client: Client, desk: Desk, source: FakeSource) -> None:
    path = article(desk, "Story 1")
    wanted = {"title": "A bridge\u0000 opens", "focus": [0.2, 0.9], "end": "2026-12-01T11:00:00+01:00"}
    who = {"X-Feedsvc-Who": "Zoë".encode().decode("latin-1")}
    number = told(client.post(f"{path}/edits", json=wanted, headers=who), 201)["number"]
    (entry,) = told(client.get(f"{CHANNEL}/edits"))["edits"]
    assert (entry["number"], entry["who"]) == (number, "Zoë")
    (edit,) = desk.store.desk.edits("demo").values()
    assert edit.title == "A bridge opens"
    assert edit.window is not None
    assert edit.window.end == NOON.replace(month=12, day=1, hour=10)
    desk.told(source, now=NOON + 3 * MINUTE)
    assert "A bridge opens" in client.get("/feeds/demo/roku.json").text
    assert told(client.delete(f"{CHANNEL}/edits/{number}"))["edit"]["title"] == "A bridge opens"
    told(client.delete(f"{CHANNEL}/edits/{number}"), 404)
    told(client.delete(f"{CHANNEL}/edits/{10**30}"), 404)
    desk.told(source, now=NOON + 4 * MINUTE)
    assert "A bridge opens" not in client.get("/feeds/demo/roku.json").text
    last, *_ = told(client.get(f"{CHANNEL}/actions?limit=1"))["actions"]
    assert (last["who"], last["what"][:10]) == ("a script", "undid what")


def test_off_the_air_at_once_in_every_feed(client: Client, desk: Desk) -> None:
    told(client.post(f"{article(desk, 'Story 2')}/off-air"), 201)
    assert not [path for path in FEEDS if "Story 2" in client.get(f"/feeds/demo/{path}").text]


def test_a_picture_is_sent_and_used(client: Client, desk: Desk) -> None:
    sent = client.post("/api/pictures", data=jpeg(), content_type="image/jpeg")
    picture = told(sent, 201)["picture"]
    told(client.post(f"{article(desk, 'Story 1')}/edits", json={"picture": picture}), 201)
    assert desk.store.desk.edits("demo")[ids(desk)["Story 1"]] == Edit(picture=picture)
    assert client.get(picture).data == jpeg()


def test_a_channel_is_held_and_released(client: Client, desk: Desk) -> None:
    assert told(client.get(f"{CHANNEL}/hold")) == {"hold": None}
    held = told(client.put(f"{CHANNEL}/hold", json={"why": "the lawyers are reading"}))
    assert held == told(client.get(f"{CHANNEL}/hold"))
    assert (held["hold"]["who"], held["hold"]["why"]) == ("a script", "the lawyers are reading")
    assert told(client.delete(f"{CHANNEL}/hold")) == {"hold": None}
    assert desk.store.desk.held("demo") is None


def test_versions_how_they_differ_and_back_to_one(client: Client, desk: Desk) -> None:
    newest, oldest = told(client.get(f"{CHANNEL}/versions/roku"))["versions"]
    assert (newest["added"], newest["items"], oldest["items"]) == (1, 3, 2)
    one = told(client.get(f"{CHANNEL}/versions/roku/{newest['number']}"))
    assert one["difference"]["added"][0]["title"] == "Story 3"
    assert any("Story 3" in line for line in one["lines"])
    first = told(client.get(f"{CHANNEL}/versions/roku/{oldest['number']}"))
    assert (first["difference"], first["lines"]) == (None, [])
    told(client.get(f"{CHANNEL}/versions/roku/9999"), 404)
    told(client.get(f"{CHANNEL}/versions/pdf"), 404)
    told(client.post(f"{CHANNEL}/roll-back", json={"to": "2020-01-01T00:00:00Z"}), 404)
    assert desk.store.desk.held("demo") is None
    assert told(client.post(f"{CHANNEL}/roll-back", json={"to": oldest["published"]})) == {"changed": 4}
    assert "Story 3" not in client.get("/feeds/demo/roku.json").text
    assert told(client.get(CHANNEL))["hold"]["why"].startswith("rolled back")


@pytest.mark.parametrize(("way", "logged"), [("ping", []), ("refresh", ["asked for a refresh"])])
def test_a_refresh_is_asked_for(client: Client, desk: Desk, way: str, logged: list[str]) -> None:
    assert told(client.post(f"{CHANNEL}/{way}"), 202) == {"channel": "demo", "asked": True}
    assert desk.store.asked() == {"demo": NOON + 2 * MINUTE}
    assert [action["what"] for action in told(client.get(f"{CHANNEL}/actions"))["actions"]] == logged
    assert told(client.get(f"{CHANNEL}/refresh")) == {"asked": "2026-11-22T12:02:00Z", "going": None}


def test_how_a_refresh_goes_on(client: Client, desk: Desk) -> None:
    live = Live(desk.store, "demo", NOON, lambda: 0.0)
    live("make", 1, 4, (Issue("error", "video_unread", "x", "It is broken."),))
    going = told(client.get(f"{CHANNEL}/refresh"))["going"]
    assert (going["stage"], going["done"], going["total"], going["status"]) == ("make", 1, 4, "")
    live.ended("published")
    assert told(client.get(f"{CHANNEL}/refresh"))["going"]["status"] == "published"


def test_what_refreshes_did_and_how_sources_are(client: Client) -> None:
    last, first = told(client.get(f"{CHANNEL}/runs"))["runs"]
    assert (last["status"], last["new"], last["left_out"], first["new"]) == ("published", 1, 1, 3)
    assert set(last["stages"]) == {"pull", "make", "line up", "publish"}
    assert len(told(client.get(f"{CHANNEL}/runs?limit=1"))["runs"]) == 1
    assert set(told(client.get(f"{CHANNEL}/sources"))) == {"at", "next", "sources"}


def test_nothing_but_a_name_comes_of_who_asks(client: Client, desk: Desk) -> None:
    told(client.put(f"{CHANNEL}/hold", json={}, headers={"X-Feedsvc-Who": "  Ann\tB " + "x" * 99}))
    hold = desk.store.desk.held("demo")
    assert hold is not None
    assert hold.who.startswith("Ann B")
    assert len(hold.who) <= 40


EDITS = f"{CHANNEL}/articles/<id>/edits"
JSON = "application/json"


@pytest.mark.parametrize(
    ("path", "sent", "kind", "status", "sentence"),
    [
        (EDITS, b"{", JSON, 400, "What was sent is not JSON."),
        (EDITS, b'{"title": "\xff"}', JSON, 400, "What was sent is not JSON."),
        (EDITS, b"[" * 50_000, JSON, 422, "Expected object, got array."),
        (EDITS, b"{}", "text/plain", 415, "This has to be sent as application/json."),
        (EDITS, b"[]", JSON, 422, "Expected object, got array."),
        (EDITS, b"{}", JSON, 422, "This changes nothing."),
        (EDITS, b'{"tilte": "x"}', JSON, 422, "There is no field tilte."),
        (EDITS, b'{"title": 7}', JSON, 422, "title: Expected str, got int."),
        (EDITS, b'{"title": "%s"}' % (b"x" * 1001), JSON, 422, "title: Expected str of length <= 1000."),
        (EDITS, b" " * 100_001, JSON, 413, "This is too large."),
        (
            EDITS,
            b'{"start": "2026-12-02T00:00:00Z", "end": "2026-12-01T00:00:00Z"}',
            JSON,
            422,
            "The window ends before it begins; correct one of the two.",
        ),
        (
            EDITS,
            b'{"end": "9999-12-31T23:59:59-10:00"}',
            JSON,
            422,
            "The window reaches beyond the end of time; leave that end empty.",
        ),
        (f"{CHANNEL}/roll-back", b"{}", JSON, 422, "This needs a field to."),
        ("/api/pictures", b"<svg/>", "image/png", 422, None),
        ("/api/pictures", b"", "image/png", 422, "There is no picture in this."),
        ("/api/pictures", b"x", "image/svg+xml", 415, None),
        ("/api/pictures", b"x" * 30_000_001, "image/png", 413, "This is too large."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    client: Client, desk: Desk, path: str, sent: bytes, kind: str, status: int, sentence: str | None
) -> None:
    path = path.replace("<id>", ids(desk)["Story 1"])
    error = told(client.post(path, data=sent, content_type=kind), status)["error"]
    assert error == sentence or (sentence is None and error.endswith("."))
    assert desk.store.desk.log("demo") == []


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/api/channels/nowhere", 404, "There is no such channel."),
        ("/api/nothing", 404, "There is nothing at this address."),
        (f"{CHANNEL}/ping", 405, "This address cannot be asked in this way."),
        (f"{CHANNEL}/runs?limit=0", 422, "limit: Expected int >= 1."),
        (f"{CHANNEL}/runs?most=1", 422, "There is no field most."),
        ("/api/why", 422, "This needs a field q."),
    ],
)
def test_what_cannot_be_asked(client: Client, path: str, status: int, sentence: str) -> None:
    answer = client.get(path)
    assert told(answer, status) == {"error": sentence}
    assert status != 405 or "POST" in answer.headers["Allow"]


def test_a_feed_is_checked_that_is_sent(client: Client, desk: Desk) -> None:
    good = told(client.post("/api/check?name=tv.json", data=desk.body(), content_type=JSON))
    assert (good["name"], good["format"], good["fine"]) == ("tv.json", "roku", True)
    assert {shown["reader"]: shown["items"] for shown in good["shown"]} == {"template": 3, "wizard": 3}
    spoiled = desk.body().replace(b'"rating":{', b'"rating":7,"x":{')
    bad = told(client.post("/api/check", data=spoiled, content_type=JSON))
    assert bad["fine"] is False
    assert "bad_rating" in {finding["code"] for finding in bad["findings"]}
    paged = desk.body("search").replace(b"{", b'{"nextPageUrl":"https://tv.example.org/2.json",', 1)
    first = told(client.post("/api/check", data=paged, content_type=JSON))
    assert "pages_unseen" in {finding["code"] for finding in first["findings"]}


def test_a_feed_is_checked_at_its_address(desk: Desk, source: FakeSource) -> None:
    with Loopback() as site:
        site.routes["/tv.json"] = desk.body()
        client = client_of(desk, http={"allow_hosts": (site.host,), "retries": 0})
        found = told(client.post("/api/check-address", json={"url": site.url("/tv.json")}))
        assert "feed_cache_control" in {finding["code"] for finding in found["findings"]}
        missing = told(client.post("/api/check-address", json={"url": site.url("/no.json")}), 422)
        assert "404" in missing["error"]


def test_what_cannot_be_checked_is_said(client: Client, desk: Desk) -> None:
    def refused(path: str, data: bytes, kind: str = JSON, status: int = 422) -> str:
        return str(told(client.post(path, data=data, content_type=kind), status)["error"])

    assert "This is a PDF." in refused("/api/check", b"%PDF-1.7")
    assert refused("/api/check?format=pdf", desk.body()).startswith("format: ")
    assert "application/rss+xml" in refused("/api/check", desk.body(), "text/css", 415)
    assert refused("/api/check-address", b'{"url": "ftp://tv.example/roku.json"}').startswith("url: ")
    inside = refused("/api/check-address", b'{"url": "http://10.0.0.1/roku.json"}')
    assert "not on the public internet" in inside


def test_no_more_is_sent_than_a_form_may_hold(client: Client) -> None:
    sent = {"csrf_token": "x", "upload": "x" * 32_000_000}
    assert client.post("/item/demo/x/change", data=sent).status_code == 413


ASKED = [
    ("GET", "/channels"),
    ("GET", "/openapi.json"),
    ("PUT", "/channels/demo/hold"),
    ("POST", "/pictures"),
]


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_only_who_has_the_token_may(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    def asked(host: str, **headers: str) -> int:
        sent = jpeg() if path == "/pictures" else b"{}"
        kind = "image/jpeg" if path == "/pictures" else JSON
        client = client_of(desk, host)
        return client.open(
            f"/api{path}", method=method, data=sent, content_type=kind, headers=headers
        ).status_code

    fine = 201 if path == "/pictures" else 200
    assert asked("127.0.0.1") == fine, "no token, this machine"
    assert asked("0.0.0.0") == 403, "no token, any machine"
    monkeypatch.setenv("FEEDSVC_ADMIN_TOKEN", "s3cret")
    for host in ("127.0.0.1", "0.0.0.0"):
        assert asked(host) == 401
        assert asked(host, Authorization="Bearer wrong") == 401
        assert asked(host, Authorization="Basic s3cret") == 401
        assert asked(host, Authorization="Bearer s3cret") == fine
        assert asked(host, **{"Authorization": "Bearer s3cret", "Sec-Fetch-Site": "cross-site"}) == (
            fine if method == "GET" else 403
        )


def test_a_session_reads_but_needs_the_forms_secret_to_change(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDSVC_ADMIN_TOKEN", "s3cret")
    client = client_of(desk, "0.0.0.0")
    client.post("/login", data={**form(client.get("/login")), "name": "Ann", "token": "s3cret"})
    assert client.get("/api/channels").status_code == 200
    assert client.put(f"{CHANNEL}/hold", json={}).status_code == 400
    secret = form(client.get("/"))["csrf_token"]
    named = {"X-CSRFToken": secret, "X-Feedsvc-Who": "Somebody else"}
    assert told(client.put(f"{CHANNEL}/hold", json={}, headers=named))["hold"]["who"] == "Ann"
