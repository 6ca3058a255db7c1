import gzip
import io
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from feedsvc.http import CODES, FetchError, Http, Validator
from feedsvc.http.connections import public
from feedsvc.http.fetched import BLOCK
from feedsvc.settings import HttpSettings
from tests.loopback import Loopback, Reply, Request, in_turn, redirect, tagged

NOON = 1_800_000_000.0


class Time:
    """A clock that only sleeping moves."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def site() -> Iterator[Loopback]:
    with Loopback() as server:
        yield server


@pytest.fixture
def watch() -> Time:
    return Time()


def client(watch: Time | None = None, **changes: Any) -> Http:
    chosen = HttpSettings(**({"allow_hosts": ("127.0.0.1",), "timeout": 2.0} | changes))
    watch = watch or Time()
    return Http(chosen, sleep=watch.sleep, clock=watch)


def failure(http: Http, url: str, **how: Any) -> FetchError:
    with http, pytest.raises(FetchError) as caught:
        http.get(url, **how)
    return caught.value


# What comes back.


def test_get_gives_body_final_url_and_headers(site: Loopback) -> None:
    site.routes["/a"] = Reply(b"words", headers={"Content-Type": "text/html; charset=koi8-r"})
    with client() as http:
        response = http.get(site.url("/a"))
    assert (response.url, response.status, response.body) == (site.url("/a"), 200, b"words")
    assert response.headers["content-TYPE"] == "text/html; charset=koi8-r"
    assert response.charset == "koi8-r"
    assert site.requests[0].headers["user-agent"] == HttpSettings().user_agent


def test_connections_are_kept_and_cookies_are_not(site: Loopback) -> None:
    peers: set[str] = set()

    def answer(request: Request) -> Reply:
        peers.add(request.headers.get("cookie", "none"))
        return Reply(b"x", headers={"Set-Cookie": "who=you"})

    site.routes["/a"] = answer
    with client() as http:
        for _ in range(3):
            http.get(site.url("/a"))
    assert peers == {"none"}
    assert site.connections == 1


def test_login_in_the_address_is_sent_and_never_shown(site: Loopback) -> None:
    site.routes["/a"] = b"x"
    url = f"http://jane:s3cret@{site.host}/"
    with client() as http:
        http.get(url + "a")
    assert site.requests[0].headers["authorization"].startswith("Basic ")
    error = failure(client(), url + "gone")
    assert "s3cret" not in f"{error} {error.issue()}"


@pytest.mark.parametrize(
    ("login", "sent"),
    [
        ("desk:secret", "Basic ZGVzazpzZWNyZXQ="),
        ("a-token", "Bearer a-token"),
        ("Token a-token", "Token a-token"),
        ("", None),
    ],
)
def test_a_login_is_sent_in_its_form(site: Loopback, login: str, sent: str | None) -> None:
    site.routes["/"] = b"x"
    with client() as http:
        http.get(site.url(), login=login)
    assert site.requests[0].headers.get("authorization") == sent


def test_a_login_stays_with_its_host(site: Loopback) -> None:
    with Loopback({"/": b"x"}) as other, client() as http:
        site.routes |= {"/near": redirect("/far"), "/far": redirect(other.url())}
        http.get(site.url("/near"), login="desk:secret")
    assert ["authorization" in request.headers for request in site.requests] == [True, True]
    assert "authorization" not in other.requests[0].headers


def test_gzip_is_asked_for_and_undone(site: Loopback) -> None:
    site.routes["/a"] = Reply(b"words " * 1000, gzip=True)
    with client() as http:
        assert http.get(site.url("/a")).body == b"words " * 1000
    assert site.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("encoding", "body"), [("br", b"x"), ("gzip", b"not gzip at all"), ("gzip, br", b"x")]
)
def test_unreadable_compression(site: Loopback, encoding: str, body: bytes) -> None:
    site.routes["/a"] = Reply(body, headers={"Content-Encoding": encoding})
    assert failure(client(), site.url("/a")).code == "fetch_bad_encoding"


# Caps.


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_body_at_the_cap_is_taken_and_beyond_it_is_not(site: Loopback, headers: dict[str, str]) -> None:
    body = b"x" * 1000
    wire = b"3e8\r\n" + body + b"\r\n0\r\n\r\n" if headers else body
    site.routes["/a"] = Reply(wire, headers=headers)
    with client() as http:
        assert len(http.get(site.url("/a"), max_bytes=1000).body) == 1000
        with pytest.raises(FetchError, match="larger than 999 bytes"):
            http.get(site.url("/a"), max_bytes=999)


def test_cap_of_a_page_holds_unless_told(site: Loopback) -> None:
    site.routes["/a"] = b"x" * 1001
    assert failure(client(max_page=1000), site.url("/a")).code == "fetch_too_large"


def test_gzip_bomb(site: Loopback) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    site.routes["/a"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        assert failure(client(), site.url("/a"), max_bytes=100_000).code == "fetch_too_large"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_gzip_that_is_all_wire_and_no_content(site: Loopback) -> None:
    nothing = gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 100_000
    site.routes["/a"] = Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + nothing)
    assert failure(client(), site.url("/a"), max_bytes=100_000).code == "fetch_too_large"


@pytest.mark.parametrize("raw", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_server_that_drips_meets_a_deadline(site: Loopback, raw: bytes) -> None:
    site.routes["/a"] = Reply(raw=raw + b"y" * 10_000, drip=0.05)
    started = time.monotonic()
    assert failure(client(timeout=0.2, retries=0), site.url("/a")).code == "fetch_timeout"
    assert time.monotonic() - started < 2


def test_server_that_is_silent(site: Loopback) -> None:
    site.routes["/a"] = Reply(b"x", delay=5)
    started = time.monotonic()
    assert failure(client(timeout=0.2), site.url("/a")).code == "fetch_timeout"
    assert time.monotonic() - started < 2
    assert site.paths() == ["/a"]


# Redirects.


def test_redirects_are_followed(site: Loopback) -> None:
    site.routes |= {
        "/1": redirect("/2", 301),
        "/2": redirect("caf%C3%A9?x=1#top", 308),
        "/caf%C3%A9": b"here",
    }
    with client() as http:
        response = http.get(site.url("/1"))
    assert (response.body, response.url.partition("#")[0]) == (b"here", site.url("/caf%C3%A9?x=1"))


def test_redirect_in_raw_utf8(site: Loopback) -> None:
    site.routes |= {"/1": redirect("/caf\u00c3\u00a9"), "/caf%C3%A9": b"here"}
    with client() as http:
        assert http.get(site.url("/1")).body == b"here"


def test_redirect_loop(site: Loopback) -> None:
    site.routes["/1"] = redirect("/1")
    assert failure(client(), site.url("/1")).code == "fetch_redirects"
    assert len(site.requests) == 6


def test_endless_body_of_a_redirect_is_not_read(site: Loopback) -> None:
    endless = b"HTTP/1.1 302 Found\r\nLocation: /2\r\n\r\n" + b"x" * 10_000
    site.routes |= {"/1": Reply(raw=endless, drip=0.01), "/2": b"here"}
    with client(timeout=1) as http:
        assert http.get(site.url("/1")).body == b"here"


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:alert(1)", "http://[", "http://127.0.0.1:99999/"],
)
def test_redirect_to_what_is_no_web_address(site: Loopback, target: str) -> None:
    site.routes["/1"] = redirect(target)
    assert failure(client(), site.url("/1")).code == "fetch_bad_url"


def test_redirect_to_a_private_host_is_refused(site: Loopback) -> None:
    with Loopback({"/secret": b"secret"}) as inside:
        site.routes["/1"] = redirect(inside.url("/secret"))
        error = failure(client(allow_hosts=(site.host,)), site.url("/1"))
        assert error.code == "fetch_private_address"
        assert inside.requests == []


# Private addresses.


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"]
)
def test_loopback_by_any_name_is_refused(site: Loopback, host: str) -> None:
    site.routes["/"] = b"secret"
    assert failure(client(allow_hosts=()), f"http://{host}:{site.port}/").code == "fetch_private_address"
    assert site.requests == []


NOT_PUBLIC = (
    "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "198.18.0.1", "::", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
    "2002:a00:1::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    ("allowed", "reached"), [("host", True), ("host:port", True), ("host:1", False), ("", False)]
)
def test_allow_hosts(site: Loopback, allowed: str, reached: bool) -> None:
    site.routes["/"] = b"x"
    name = allowed.replace("host", "127.0.0.1").replace("port", str(site.port))
    with client(allow_hosts=(name,)) as http:
        if reached:
            assert http.get(site.url()).body == b"x"
        else:
            with pytest.raises(FetchError, match="not on the public internet"):
                http.get(site.url())


def test_proxies_of_the_environment_are_ignored(site: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    site.routes["/"] = b"x"
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with client() as http:
        assert http.get(site.url()).body == b"x"


# Failures.


@pytest.mark.parametrize(
    "url", ["", "news.example", "ftp://news.example/", "http://", "http://[::1", "http://a:b/", "\x00"]
)
def test_what_is_no_web_address(url: str) -> None:
    assert failure(client(), url).code == "fetch_bad_url"


ADDRESSES = (
    "{}",
    "http://127.0.0.1:{}",
    "http://127.0.0.1:1/{}",
    "http://{}@127.0.0.1:1/",
    "{}://127.0.0.1:1/",
)


@given(st.sampled_from(ADDRESSES), st.text())
def test_any_text_as_address_is_a_fetch_error(form: str, words: str) -> None:
    host = urlsplit_host(form.format(words))
    assume(host in ("", "127.0.0.1"))
    with Http(HttpSettings(retries=0, timeout=1)) as http, pytest.raises(FetchError):
        http.get(form.format(words))


def urlsplit_host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


@pytest.mark.parametrize(
    ("status", "code", "asked"),
    [
        *((status, "fetch_bad_status", 1) for status in (300, 302, 304, 400, 418)),
        *((status, "fetch_forbidden", 1) for status in (401, 403, 407, 451)),
        *((status, "fetch_not_found", 1) for status in (404, 410)),
        *((status, "fetch_server_error", 3) for status in (500, 502, 503)),
        (429, "fetch_too_many_requests", 3),
    ],
)
def test_statuses(site: Loopback, status: int, code: str, asked: int) -> None:
    site.routes["/a"] = Reply(b"sorry", status=status)
    error = failure(client(), site.url("/a"))
    assert (error.code, len(site.requests)) == (code, asked)


def test_connections_that_break_off_are_tried_again(site: Loopback, watch: Time) -> None:
    site.routes["/a"] = in_turn(Reply(drop=True), Reply(b"x" * 100, cut=50), b"whole")
    with client(watch) as http:
        assert http.get(site.url("/a")).body == b"whole"
    first, second = watch.slept
    assert 0.25 <= first <= 0.75
    assert 0.5 <= second <= 1.5


def test_refused_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = failure(client(), f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert (error.code, "refused" in error.message) == ("fetch_unreachable", True)


def test_plain_http_where_tls_is_expected(site: Loopback) -> None:
    assert failure(client(), site.url().replace("http:", "https:")).code == "fetch_tls"


def test_not_http_at_all(site: Loopback) -> None:
    site.routes["/a"] = Reply(raw=b"SSH-2.0-OpenSSH\r\n")
    assert failure(client(), site.url("/a")).code == "fetch_unreachable"


def test_an_error_is_an_issue_a_producer_understands(site: Loopback) -> None:
    issue = failure(client(), site.url("/gone")).issue("warning")
    assert (issue.severity, issue.code, issue.where) == ("warning", "fetch_not_found", site.url("/gone"))
    assert issue.message == "There is nothing at this address (404)."
    assert issue.fix


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_a_sentence_and_a_remedy(code: str) -> None:
    error = FetchError("http://news.example/", code, "news.example", 7)
    assert code.startswith("fetch_")
    assert error.message[0].isupper() or error.message.startswith("news.example")
    assert error.message.endswith(".")
    assert error.fix.endswith(".")


# Manners.


def test_case_48_retry_after_in_seconds(site: Loopback, watch: Time) -> None:
    site.routes["/a"] = in_turn(Reply(status=429, headers={"Retry-After": "7"}), b"x")
    with client(watch) as http:
        assert http.get(site.url("/a")).body == b"x"
    assert watch.slept == [7]


def test_case_48_retry_after_as_a_date(site: Loopback, watch: Time) -> None:
    later = formatdate(NOON + 9, usegmt=True)
    site.routes["/a"] = in_turn(Reply(status=503, headers={"Retry-After": later}), b"x")
    with client(watch) as http:
        assert http.get(site.url("/a")).body == b"x"
    assert watch.slept == [9]


@pytest.mark.parametrize("wait", ["soon", "-5", "\u00b2", "", "Sun, 99 Nov 2026", "9" * 400])
def test_case_48_retry_after_that_says_nothing(site: Loopback, watch: Time, wait: str) -> None:
    site.routes["/a"] = in_turn(Reply(status=503, headers={"Retry-After": wait}), b"x")
    with client(watch) as http:
        assert http.get(site.url("/a")).body == b"x"
    assert len(watch.slept) == 1
    assert watch.slept[0] < 1


def test_case_48_a_host_that_asks_for_a_long_pause_is_left_alone(site: Loopback, watch: Time) -> None:
    site.routes |= {"/a": Reply(status=429, headers={"Retry-After": "600"}), "/b": b"x"}
    with client(watch) as http:
        with pytest.raises(FetchError) as first:
            http.get(site.url("/a"))
        with pytest.raises(FetchError) as second:
            http.get(site.url("/b"))
        assert (first.value.code, second.value.code) == ("fetch_too_many_requests", "fetch_host_resting")
        assert site.paths() == ["/a"]
        watch.now += 601
        assert http.get(site.url("/b")).body == b"x"
    assert watch.slept == []


def test_case_48_a_pause_of_ten_years_is_one_of_an_hour(site: Loopback, watch: Time) -> None:
    site.routes["/a"] = in_turn(Reply(status=429, headers={"Retry-After": "315360000"}), b"x")
    with client(watch) as http:
        with pytest.raises(FetchError):
            http.get(site.url("/a"))
        watch.now += 3601
        assert http.get(site.url("/a")).body == b"x"


def test_a_host_that_wants_pauses_is_given_them(site: Loopback, watch: Time) -> None:
    with Loopback({"/c": b"x"}) as other, client(watch, per_host=4) as http:
        site.routes |= {"/a": b"x", "/b": b"x"}
        http.space(site.url("/"), 10)
        for url in (site.url("/a"), site.url("/b"), other.url("/c"), site.url("/a")):
            http.get(url)
        assert watch.slept == [10, 10]
        watch.now += 60
        http.get(site.url("/a"))
        assert watch.slept == [10, 10]
        http.space(site.url("/"), 999)
        http.get(site.url("/a"))
        http.get(site.url("/a"))
        assert watch.slept == [10, 10, 10, 30]
        http.space(site.url("/"), 0)
        watch.now += 60
        http.get(site.url("/a"))
        http.get(site.url("/a"))
        assert len(watch.slept) == 4


def test_pauses_are_kept_between_threads(site: Loopback) -> None:
    site.routes["/a"] = b"x"
    options = HttpSettings(allow_hosts=("127.0.0.1",), per_host=4)
    with Http(options) as http, ThreadPoolExecutor(4) as pool:
        http.space(site.url("/"), 0.1)
        began = time.monotonic()
        list(pool.map(http.get, [site.url("/a")] * 4))
        assert time.monotonic() - began >= 0.3


def test_a_client_that_may_ask_only_so_often_does_not_wait(site: Loopback, watch: Time) -> None:
    site.routes["/a"] = b"x"
    options = HttpSettings(allow_hosts=("127.0.0.1",))
    with Http(options, sleep=watch.sleep, clock=watch, most=9) as http:
        http.space(site.url("/"), 10)
        http.get(site.url("/a"))
        http.get(site.url("/a"))
    assert watch.slept == []


def test_a_host_that_never_answers_is_left_alone_for_a_minute(site: Loopback, watch: Time) -> None:
    site.routes |= {"/a": Reply(drop=True), "/b": b"x"}
    with client(watch) as http:
        codes = []
        for _ in range(4):
            with pytest.raises(FetchError) as caught:
                http.get(site.url("/a"))
            codes.append(caught.value.code)
        assert codes == ["fetch_unreachable", "fetch_unreachable", "fetch_host_resting", "fetch_host_resting"]
        watch.now += 61
        assert http.get(site.url("/b")).body == b"x"


def test_one_broken_file_does_not_silence_its_host(site: Loopback, watch: Time) -> None:
    site.routes |= {"/broken": Reply(drop=True), "/fine": b"x"}
    with client(watch) as http:
        for _ in range(4):
            with pytest.raises(FetchError, match="could not be reached"):
                http.get(site.url("/broken"))
            assert http.get(site.url("/fine")).body == b"x"


@pytest.mark.parametrize("per_host", [1, 3])
def test_case_49_so_many_requests_of_a_host_at_once(site: Loopback, per_host: int) -> None:
    site.routes["/a"] = Reply(b"x", delay=0.03)
    with client(per_host=per_host) as http, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: http.get(site.url("/a")), range(9)))
    assert site.busiest == per_host


def test_case_49_hosts_do_not_wait_for_each_other(site: Loopback) -> None:
    meeting = threading.Barrier(2, timeout=5)

    def meet(request: Request) -> bytes:
        meeting.wait()
        return b"x"

    site.routes["/"] = meet
    with Loopback({"/": meet}) as other, client() as http, ThreadPoolExecutor(2) as pool:
        assert [r.body for r in pool.map(http.get, [site.url(), other.url()])] == [b"x", b"x"]


# Conditional requests.

OLD, NEW = "Sat, 21 Nov 2026 07:00:00 GMT", "Sun, 22 Nov 2026 07:00:00 GMT"


def test_unchanged_is_not_fetched_again(site: Loopback) -> None:
    site.routes["/a"] = tagged(b"news", '"1"', OLD)
    with client() as http:
        first = http.get(site.url("/a"))
        second = http.get(site.url("/a"), validator=first.validator)
    assert (first.not_modified, second.not_modified, second.status, second.body) == (False, True, 304, b"")
    assert second.validator == first.validator
    asked = site.requests[1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"1"', OLD)


@pytest.mark.parametrize(
    ("etag", "modified", "expected"),
    [('"2"', "", ('"2"', OLD)), ("", NEW, ('"1"', NEW)), ('"2"', NEW, ('"2"', NEW)), ("", "", ('"1"', OLD))],
)
def test_cases_44_to_46_a_304_may_renew_one_of_the_pair(
    site: Loopback, etag: str, modified: str, expected: tuple[str, str]
) -> None:
    sent = {k: v for k, v in {"ETag": etag, "Last-Modified": modified}.items() if v}
    site.routes["/a"] = in_turn(
        Reply(b"news", headers={"ETag": '"1"', "Last-Modified": OLD}), Reply(status=304, headers=sent)
    )
    with client() as http:
        first = http.get(site.url("/a"))
        second = http.get(site.url("/a"), validator=first.validator)
    assert (second.validator.etag, second.validator.last_modified) == expected


@pytest.mark.parametrize(
    "sent", [dict(p) for p in product([("ETag", '"2"'), ("X", "y")], [("Last-Modified", NEW), ("X", "y")])]
)
def test_cases_44_to_46_a_new_body_comes_with_its_own_pair(site: Loopback, sent: dict[str, str]) -> None:
    site.routes["/a"] = in_turn(
        Reply(b"old", headers={"ETag": '"1"', "Last-Modified": OLD}), Reply(b"new", headers=sent)
    )
    with client() as http:
        first = http.get(site.url("/a"))
        second = http.get(site.url("/a"), validator=first.validator)
    assert (second.validator.etag, second.validator.last_modified) == (
        sent.get("ETag", ""),
        sent.get("Last-Modified", ""),
    )
    assert not second.not_modified


def test_case_47_a_server_that_says_304_for_ever_is_asked_anew_once_a_day(
    site: Loopback, watch: Time
) -> None:
    def stuck(request: Request) -> Reply:
        conditional = {"if-none-match", "if-modified-since"} & request.headers.keys()
        return (
            Reply(status=304)
            if conditional
            else Reply(b"news %d" % len(site.requests), headers={"ETag": '"1"'})
        )

    site.routes["/a"] = stuck
    with client(watch) as http:
        validator = http.get(site.url("/a")).validator
        statuses = []
        for _ in range(30):
            watch.now += 3600
            response = http.get(site.url("/a"), validator=validator)
            validator = response.validator
            statuses.append(response.status)
    assert statuses.count(200) == 1
    assert statuses[:23] == [304] * 23


def test_case_47_a_date_in_the_future_is_not_sent(site: Loopback) -> None:
    site.routes["/a"] = b"news"
    with client() as http:
        http.get(site.url("/a"), validator=Validator("", "Tue, 01 Jan 2041 00:00:00 GMT", NOON))
    assert "if-modified-since" not in site.requests[0].headers


def test_the_same_bytes_again_are_no_news(site: Loopback, watch: Time) -> None:
    site.routes["/a"] = b"news"
    with client(watch) as http:
        first = http.get(site.url("/a"))
        watch.now += 60
        second = http.get(site.url("/a"), validator=first.validator)
        site.routes["/a"] = b"other news"
        third = http.get(site.url("/a"), validator=second.validator)
    assert [r.not_modified for r in (first, second, third)] == [False, True, False]
    assert second.validator.checked == NOON + 60


# Large files.


@pytest.fixture
def film() -> bytes:
    return bytes(i * 31 % 251 for i in range(3 * BLOCK + 1000))


def test_open_reads_only_what_is_asked_for(site: Loopback, film: bytes) -> None:
    site.routes["/film.mp4"] = film
    with client() as http, http.open(site.url("/film.mp4")) as file:
        assert (file.url, file.content_type, file.size) == (site.url("/film.mp4"), "video/mp4", len(film))
        assert file.seek(-10, io.SEEK_END) == len(film) - 10
        assert file.read() == film[-10:]
        assert file.seek(5) == 5
        assert file.read(20) == film[5:25]
        assert file.seek(0, io.SEEK_CUR) == 25
    assert [r.headers["range"] for r in site.requests] == [
        f"bytes=0-{BLOCK - 1}",
        f"bytes={3 * BLOCK}-{4 * BLOCK - 1}",
    ]


def test_open_whole(site: Loopback, film: bytes) -> None:
    site.routes |= {"/film.mp4": film, "/moved": redirect("/film.mp4")}
    with client() as http, http.open(site.url("/moved")) as file:
        assert io.BufferedReader(file).read() == film
        assert file.url == site.url("/film.mp4")


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 3 * BLOCK + 2000), st.integers(0, 2 * BLOCK)), max_size=5))
def test_open_is_a_file_like_any_other(jumps: list[tuple[int, int]]) -> None:
    local = io.BytesIO(FILM)
    with SHARED_HTTP.open(SHARED.url("/film.mp4")) as raw:
        file = io.BufferedReader(raw)
        for place, size in jumps:
            assert file.seek(place) == local.seek(place)
            assert file.read(size) == local.read(size)


def test_open_without_ranges_has_the_beginning(site: Loopback, film: bytes) -> None:
    site.routes["/film.mp4"] = Reply(film, ranges=False)
    with client() as http, http.open(site.url("/film.mp4")) as file:
        assert (file.size, io.BufferedReader(file).read()) == (len(film), film)
    assert len(site.requests) == 1


def test_open_of_a_chunked_answer_has_all_of_it(site: Loopback) -> None:
    playlist = b"#EXTM3U\n" + b"#EXTINF:2,\nseg.ts\n" * 50
    chunk = f"{len(playlist):x}\r\n".encode() + playlist + b"\r\n0\r\n\r\n"
    site.routes["/live.m3u8"] = Reply(
        raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk
    )
    with client() as http, http.open(site.url("/live.m3u8")) as file:
        assert (file.size, file.read()) == (len(playlist), playlist)


def test_open_without_ranges_stops_somewhere(site: Loopback) -> None:
    site.routes["/film.mp4"] = Reply(bytes(40 * BLOCK), ranges=False)
    with client() as http, http.open(site.url("/film.mp4")) as file:
        assert file.size == 40 * BLOCK
        assert file.read(BLOCK) == bytes(BLOCK)
        file.seek(39 * BLOCK)
        with pytest.raises(FetchError, match="beginning of the file"):
            file.read(1)


def test_open_has_a_cap(site: Loopback, film: bytes) -> None:
    site.routes["/film.mp4"] = film
    with client() as http, http.open(site.url("/film.mp4"), max_bytes=2 * BLOCK) as file:
        file.seek(BLOCK)
        assert len(file.read(BLOCK)) == BLOCK
        file.seek(3 * BLOCK)
        with pytest.raises(FetchError) as caught:
            file.read(1)
    assert caught.value.code == "fetch_too_large"


def test_a_file_that_changes_while_it_is_read(site: Loopback, film: bytes) -> None:
    site.routes["/film.mp4"] = in_turn(film, film + b"more")
    with client() as http, http.open(site.url("/film.mp4")) as file:
        file.seek(2 * BLOCK)
        with pytest.raises(FetchError) as caught:
            file.read(1)
    assert caught.value.code == "fetch_bad_range"


def test_a_server_that_sends_less_than_asked(site: Loopback, film: bytes) -> None:
    def stingy(request: Request) -> Reply:
        start = int(request.headers["range"].removeprefix("bytes=").partition("-")[0])
        part = film[start : start + (100 if start else BLOCK)]
        told = f"bytes {start}-{start + len(part) - 1}/{len(film)}"
        return Reply(part, status=206, headers={"Content-Range": told})

    site.routes["/film.mp4"] = stingy
    with client() as http, http.open(site.url("/film.mp4")) as file:
        file.seek(2 * BLOCK)
        with pytest.raises(FetchError) as caught:
            file.read(1)
    assert caught.value.code == "fetch_bad_range"


def test_open_nothing(site: Loopback) -> None:
    site.routes["/film.mp4"] = b""
    with client() as http, pytest.raises(FetchError):
        http.open(site.url("/film.mp4"))


FILM = bytes(i * 31 % 251 for i in range(3 * BLOCK + 1000))
SHARED = Loopback({"/film.mp4": FILM})
SHARED_HTTP = client()


@pytest.fixture(scope="module", autouse=True)
def shared() -> Iterator[None]:
    with SHARED, SHARED_HTTP:
        yield
