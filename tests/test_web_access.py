"""Who may: the token, a session that began with it, or anybody at this machine alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from feedsvc.blobs import LocalBlobs
from feedsvc.settings import Settings
from feedsvc.store import Store, open_store
from feedsvc.web import create_app
from tests.articles import NOON

TOKEN = "s3cret"
PING = "/api/channels/demo/ping"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store("sqlite:///test.db", tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FEEDSVC_ADMIN_TOKEN", TOKEN)
    return TOKEN


def client(store: Store, host: str = "127.0.0.1", public_url: str = "http://127.0.0.1:8080") -> Client:
    channel = {"id": "demo", "title": "Demo", "source": ({"kind": "demo"},)}
    settings = Settings(server={"host": host, "public_url": public_url}, channel=(channel,))
    return Client(create_app(store, settings, LocalBlobs(Path("media")), now=lambda: NOON))


def form(answer: TestResponse) -> dict[str, str]:
    """Return the hidden fields of the form on a page."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text))


def log_in(browser: Client, token: str = TOKEN, path: str = "/login", **fields: str) -> TestResponse:
    page = browser.get(path)
    return browser.post("/login", data={**form(page), "name": "Ann", "token": token, **fields})


def test_without_a_token_everything_is_open_here_and_says_so(store: Store) -> None:
    browser = client(store)
    page = browser.get("/")
    assert page.status_code == 200
    assert "Open to everybody at this machine" in page.text
    assert browser.post(PING).status_code == 202


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_a_proxy_in_front_is_not_this_machine(store: Store, header: str) -> None:
    browser = client(store)
    assert browser.get("/", headers={header: "203.0.113.7"}).status_code == 403
    assert browser.post(PING, headers={header: "203.0.113.7"}).status_code == 403
    assert browser.get("/healthz", headers={header: "203.0.113.7"}).status_code == 200


def test_a_name_from_elsewhere_that_leads_here_is_not_this_machine(store: Store) -> None:
    answer = client(store).get("/", headers={"Host": "rebound.example"})
    assert answer.status_code == 403
    assert "Set FEEDSVC_ADMIN_TOKEN in the environment of the server, and log in with it." in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_make_a_browser_do_it(store: Store, headers: dict[str, str]) -> None:
    assert client(store).post(PING, headers=headers).status_code == 403
    assert store.asked() == {}


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_our_own_page_can(store: Store, headers: dict[str, str]) -> None:
    assert client(store).post(PING, headers=headers).status_code == 202


def test_feeds_and_health_are_everybodys(store: Store, token: str) -> None:
    browser = client(store, "0.0.0.0")
    assert browser.get("/feeds/demo/roku.json").status_code == 503
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/static/app.css", buffered=True).status_code == 200
    assert browser.get("/nowhere").status_code == 404


def test_pages_send_whoever_is_not_logged_in_to_the_login_and_back(store: Store, token: str) -> None:
    browser = client(store, "0.0.0.0")
    answer = browser.get("/preview/demo?reader=wizard")
    assert (answer.status_code, answer.location) == (302, "/login?next=/preview/demo?reader%3Dwizard")
    entered = log_in(browser, path=answer.location)
    assert (entered.status_code, entered.location) == (302, "/preview/demo?reader=wizard")
    page = browser.get("/preview/demo")
    assert page.status_code == 200
    assert "Ann" in page.text
    assert "Open to everybody" not in page.text
    assert [action.what for action in store.desk.actions("")] == ["logged in from 127.0.0.1"]


def test_a_wrong_token_is_told_and_logged(store: Store, token: str) -> None:
    browser = client(store)
    answer = log_in(browser, "wrong")
    assert answer.status_code == 403
    assert "This is not the token." in answer.text
    assert browser.get("/").status_code == 302
    assert [action.what for action in store.desk.actions("")] == ["failed to log in from 127.0.0.1"]


def test_guessing_is_slowed(store: Store, token: str) -> None:
    browser = client(store)
    page = form(browser.get("/login"))
    codes = [
        browser.post("/login", data={**page, "name": "x", "token": str(n)}).status_code for n in range(12)
    ]
    assert codes == [403] * 10 + [429] * 2


def test_a_forged_form_is_refused(store: Store, token: str) -> None:
    browser = client(store)
    log_in(browser)
    answer = browser.post("/logout", data={"csrf_token": "forged"})
    assert answer.status_code == 400
    assert "reload the page" in answer.text
    assert browser.post("/logout").status_code == 400
    assert browser.get("/").status_code == 200, "still logged in"


def test_logging_out_ends_the_session(store: Store, token: str) -> None:
    browser = client(store)
    log_in(browser)
    assert browser.post("/logout", data=form(browser.get("/"))).location == "/login"
    assert browser.get("/").status_code == 302


def test_another_token_ends_the_sessions_of_the_old_one(
    store: Store, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = client(store)
    log_in(browser)
    monkeypatch.setenv("FEEDSVC_ADMIN_TOKEN", "another")
    assert browser.get("/").status_code == 302
    monkeypatch.delenv("FEEDSVC_ADMIN_TOKEN")
    assert browser.get("/").status_code == 200, "no token, this machine"


def test_a_session_is_known_to_every_process(store: Store, token: str) -> None:
    one, two = client(store), client(store)
    log_in(one)
    cookie = one.get_cookie("feedsvc")
    assert cookie
    two.set_cookie("feedsvc", cookie.value)
    assert two.get("/").status_code == 200


@pytest.mark.parametrize(("url", "secure"), [("https://tv.example.org", True), ("http://127.0.0.1:1", False)])
def test_the_cookie_is_kept_from_scripts_and_plain_http(
    store: Store, token: str, url: str, secure: bool
) -> None:
    header = client(store, public_url=url).get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert ("Secure" in header) is secure


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", ""]
)
def test_the_login_leads_nowhere_else(store: Store, token: str, target: str) -> None:
    assert log_in(client(store), next=target).location == "/"


def test_a_session_may_not_speak_for_scripts_without_the_token(store: Store, token: str) -> None:
    browser = client(store)
    log_in(browser)
    assert browser.post(PING).status_code == 400, "a session needs the form's secret, too"
    assert browser.post(PING, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 202


def test_errors_of_the_api_are_json(store: Store, token: str) -> None:
    refused: Any = client(store).post(PING)
    assert refused.json == {"error": "Send the admin token: Authorization: Bearer <token>."}
    assert refused.headers["WWW-Authenticate"] == "Bearer"
