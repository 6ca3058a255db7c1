"""Asks for what is on the web, with manners: in turn, not too often, not twice for the same."""

import random
import threading
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from itertools import count
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import requests
import urllib3

from feedsvc.http.connections import PATIENCE, Adapter, NotPublic
from feedsvc.http.failures import MOVED, FetchError, Passing, failure, host_of, refusal
from feedsvc.http.fetched import (
    BLOCK,
    UNRANGED,
    RemoteFile,
    Response,
    Validator,
    conditions,
    same_version,
    with_validator,
)
from feedsvc.settings import HttpSettings

REDIRECTS = 5
# Seconds this client waits for a host that asks it to; a longer pause is remembered, and reported.
LONGEST_WAIT = 30.0
# So many attempts in a row without any answer, and the host is left alone for so many seconds: one dead
# host must not hold up a refresh of hundreds of articles.
SILENCES, SILENCE_REST = 6, 60.0
_CHUNK = 1 << 16


class Http:
    """A client for many threads, which sends at most so many requests, for so many seconds, if limited.

    `observe` is told each host asked and what came of it, a status or the code of a failure. `sleep` and
    `clock` (seconds since 1970) are there for tests.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        most: int | None = None,
        lasts: float | None = None,
        observe: Callable[[str, str], None] = lambda host, outcome: None,
    ) -> None:
        self.settings = settings
        self._most, self._asked = most, count(1)
        self._ends = None if lasts is None else clock() + lasts
        self._sleep, self._clock, self._observe = sleep, clock, observe
        self._guarded = Adapter(settings.per_host, public_only=True)
        self._trusted = Adapter(settings.per_host, public_only=False)
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._guarded.close()
        self._trusted.close()

    def get(
        self,
        url: str,
        *,
        validator: Validator | None = None,
        max_bytes: int | None = None,
        accept: str = "",
        login: str = "",
    ) -> Response:
        """Return what is at `url`, at most `max_bytes` of it (`max_page` unless told).

        With the `validator` of an earlier response the server is asked for it only if it changed. A `login`
        is ``user:password``, a token, or all that Authorization is to say; no other host hears of it.

        Raises:
            FetchError: whatever went wrong.
        """
        now = self._clock()
        headers = {"Accept": accept or "*/*", "Accept-Encoding": "gzip"} | _authorization(login)
        answer = self._fetch(url, headers | conditions(validator, now), max_bytes or self.settings.max_page)
        return with_validator(answer, validator, now)

    def open(self, url: str, *, max_bytes: int = 64_000_000) -> RemoteFile:
        """Return the file at `url` to read and seek in; fetches at most `max_bytes` of it, in blocks.

        Raises:
            FetchError: whatever went wrong, also later from its `read`.
        """
        return RemoteFile(lambda start: self._block(url, start), url, max_bytes, self._clock())

    def unchanged(self, url: str, validator: Validator) -> bool:
        """Tell whether a file is as it was when its `validator` was given, for the price of one byte.

        A file that cannot be told apart, because its server names no versions, counts as changed.

        Raises:
            FetchError: whatever went wrong.
        """
        if not validator.etag and not validator.last_modified:
            return False
        headers = {"Range": "bytes=0-0", "Accept-Encoding": "identity"}
        answer = self._fetch(url, headers | conditions(validator, self._clock()), 1, whole=False)
        return answer.status == 304 or same_version(answer, validator)

    def post(
        self, url: str, sent: Mapping[str, str] | bytes, headers: Mapping[str, str] | None = None
    ) -> int:
        """Return the status of the answer to a form, or to bytes of which `headers` say what they are.

        It is sent once, to this address, wherever it redirects to.

        Raises:
            FetchError: whatever went wrong.
        """
        body = sent if isinstance(sent, bytes) else urlencode(sent).encode()
        said = {"Content-Type": "application/x-www-form-urlencoded"} | dict(headers or {})
        return self._once(url, said, self.settings.max_page, whole=False, body=body).status

    def space(self, url: str, seconds: float) -> None:
        """Let so many seconds pass between two requests to the host of `url` from now on, 30 at most.

        A client that may send only so many requests is no crawler, and does not wait.

        Raises:
            FetchError: `url` is no web address.
        """
        if self._most is None:
            self._manners(host_of(url)).spacing = min(max(0.0, seconds), LONGEST_WAIT)

    def _block(self, url: str, start: int) -> Response:
        headers = {"Range": f"bytes={start}-{start + BLOCK - 1}", "Accept-Encoding": "identity"}
        return self._fetch(url, headers, UNRANGED, whole=False)

    def _fetch(self, url: str, headers: dict[str, str], limit: int, whole: bool = True) -> Response:
        for attempt in count():
            try:
                return self._follow(url, headers, limit, whole)
            except Passing as error:
                if attempt >= self.settings.retries or (error.wait or 0) > LONGEST_WAIT:
                    raise
                if error.wait is None:
                    self._sleep(0.5 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311
        raise AssertionError("unreachable")

    def _follow(self, url: str, headers: dict[str, str], limit: int, whole: bool) -> Response:
        deadline = time.monotonic() + PATIENCE * self.settings.timeout
        for _ in range(1 + REDIRECTS):
            answer = self._once(url, headers, limit, whole)
            if answer.status not in MOVED:
                return answer
            target = _target(url, answer.headers["Location"])
            if _origin(target) != _origin(url):
                headers = {name: value for name, value in headers.items() if name != "Authorization"}
            url = target
            if time.monotonic() > deadline:
                raise FetchError(url, "fetch_timeout", host_of(url))
        raise FetchError(url, "fetch_redirects", REDIRECTS)

    def _once(
        self, url: str, headers: dict[str, str], limit: int, whole: bool, body: bytes | None = None
    ) -> Response:
        """Return one host's answer to one request, in its turn, when it may be asked again."""
        host = self._manners(host_of(url))
        with host.turn:
            if self._most is not None and next(self._asked) > self._most:
                raise FetchError(url, "fetch_enough", f"asked {self._most} times")
            if self._ends is not None and self._clock() > self._ends:
                raise FetchError(url, "fetch_enough", "given all the time there was")
            self._let_rest(host, url)
            try:
                answer = self._ask(url, headers, limit, whole, body)
            except FetchError as error:
                self._observe(host_of(url), error.code)
                if error.code in ("fetch_timeout", "fetch_unreachable"):
                    host.silent(self._clock())
                raise
            self._observe(host_of(url), str(answer.status))
            host.silences = 0
            if (refused := refusal(url, answer.status, answer.headers, self._clock())) is None:
                return answer
            if isinstance(refused, Passing) and refused.wait is not None:
                host.rest_until = self._clock() + refused.wait
            raise refused

    def _manners(self, host: str) -> "_Host":
        with self._lock:
            return self._hosts.setdefault(host, _Host(self.settings.per_host))

    def _let_rest(self, host: "_Host", url: str) -> None:
        with host.pause:
            wait = host.rest_until - self._clock()
            if wait > LONGEST_WAIT:
                raise FetchError(url, "fetch_host_resting", host_of(url), round(wait))
            if wait > 0:
                self._sleep(wait)
            if host.spacing:
                host.rest_until = self._clock() + host.spacing

    def _ask(
        self, url: str, headers: dict[str, str], limit: int, whole: bool, body: bytes | None
    ) -> Response:
        adapter = self._trusted if self._allowed(url) else self._guarded
        sent = {"User-Agent": self.settings.user_agent} | headers
        try:
            # An adapter, not a Session: that keeps cookies, reads the environment's proxies, and reads the
            # body of a redirect whatever its size (requests/sessions.py, resolve_redirects).
            method = "GET" if body is None else "POST"
            request = requests.Request(method, url, headers=sent, data=body).prepare()
            response = adapter.send(request, stream=True, timeout=self.settings.timeout)
            try:
                fine = 200 <= response.status_code < 300
                found = _body(response, url, limit, whole) if fine else b""
            finally:
                response.close()
        except (OSError, ValueError, urllib3.exceptions.HTTPError, NotPublic) as error:
            raise failure(url, error) from error
        return Response(url, response.status_code, response.headers, found)

    def _allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        return not {host_of(url), (parts.hostname or "")}.isdisjoint(self.settings.allow_hosts)


class _Host:
    """One host's manners: so many requests at once, and not before it may be asked again."""

    def __init__(self, at_once: int) -> None:
        self.turn = threading.BoundedSemaphore(at_once)
        self.pause = threading.Lock()
        self.rest_until = self.spacing = 0.0
        self.silences = 0

    def silent(self, now: float) -> None:
        self.silences += 1
        if self.silences >= SILENCES:
            self.rest_until = now + SILENCE_REST


def _origin(url: str) -> tuple[str, str]:
    return urlsplit(url).scheme, host_of(url)


def _authorization(login: str) -> dict[str, str]:
    """Return the header that says a login: its scheme stands before it, or is told by its form."""
    if not login:
        return {}
    if " " in login.strip():
        return {"Authorization": login.strip()}
    basic = f"Basic {b64encode(login.encode()).decode()}"
    return {"Authorization": basic if ":" in login else f"Bearer {login}"}


def _target(url: str, location: str) -> str:
    """Return where a redirect leads: the wire is read as latin-1, but addresses are written in UTF-8."""
    try:
        return urljoin(url, location.encode("latin-1").decode())
    except ValueError:
        raise FetchError(url, "fetch_bad_url") from None


def _body(response: requests.Response, url: str, limit: int, whole: bool) -> bytes:
    """Return the body, decompressed; with `whole` false its first `limit` bytes will do."""
    raw, too_large = response.raw, FetchError(url, "fetch_too_large", limit)
    if whole and (raw.length_remaining or 0) > limit:
        raise too_large
    decode = _decoder(url, response.headers.get("Content-Encoding", ""))
    wire, size, pieces = 0, 0, []
    while data := raw.read(_CHUNK, decode_content=False):
        wire += len(data)
        pieces.append(decode(data, limit + 1 - size))
        size += len(pieces[-1])
        if max(size, wire) > limit:
            if whole:
                raise too_large
            break
    return b"".join(pieces)[:limit]


def _decoder(url: str, encoding: str) -> Callable[[bytes, int], bytes]:
    """Return a function of bytes and how many at most may come of them: a few can hold gigabytes."""
    if encoding.lower() in ("", "identity"):
        return lambda data, most: data
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(url, "fetch_bad_encoding", encoding)
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)

    def decode(data: bytes, most: int) -> bytes:
        try:
            return inflate.decompress(data, most)
        except zlib.error as error:
            raise FetchError(url, "fetch_bad_encoding", encoding) from error

    return decode
