"""Asks for what is on the web, with manners: in turn, not too often, not twice for the same."""

import random
import re
import threading
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from itertools import count
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import requests
import urllib3

from feedsvc.http.connections import PATIENCE, Adapter, NotPublic
from feedsvc.http.fetched import BLOCK, UNRANGED, FetchError, RemoteFile, Response, Validator, whole_size
from feedsvc.settings import HttpSettings

REDIRECTS = 5
DAY = 86_400.0
# Seconds this client waits for a host that asks it to; a longer pause is remembered, and reported.
LONGEST_WAIT, LONGEST_REST = 30.0, 3600.0
# So many attempts in a row without any answer, and the host is left alone for so many seconds: one dead
# host must not hold up a refresh of hundreds of articles.
SILENCES, SILENCE_REST = 6, 60.0
_CHUNK = 1 << 16
_MOVED = frozenset({301, 302, 303, 307, 308})


class _Passing(FetchError):
    """A failure that may be over in a moment; `wait` is how many seconds the server asked for, if it did."""

    wait: float | None = None


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
        answer = self._fetch(url, headers | _conditions(validator, now), max_bytes or self.settings.max_page)
        return _with_validator(answer, validator, now)

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
        answer = self._fetch(url, headers | _conditions(validator, self._clock()), 1, whole=False)
        return answer.status == 304 or _same_version(answer, validator)

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
            self._manners(_host(url)).spacing = min(max(0.0, seconds), LONGEST_WAIT)

    def _block(self, url: str, start: int) -> Response:
        headers = {"Range": f"bytes={start}-{start + BLOCK - 1}", "Accept-Encoding": "identity"}
        return self._fetch(url, headers, UNRANGED, whole=False)

    def _fetch(self, url: str, headers: dict[str, str], limit: int, whole: bool = True) -> Response:
        for attempt in count():
            try:
                return self._follow(url, headers, limit, whole)
            except _Passing as error:
                if attempt >= self.settings.retries or (error.wait or 0) > LONGEST_WAIT:
                    raise
                if error.wait is None:
                    self._sleep(0.5 * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311
        raise AssertionError("unreachable")

    def _follow(self, url: str, headers: dict[str, str], limit: int, whole: bool) -> Response:
        deadline = time.monotonic() + PATIENCE * self.settings.timeout
        for _ in range(1 + REDIRECTS):
            answer = self._once(url, headers, limit, whole)
            if answer.status not in _MOVED:
                return answer
            target = _target(url, answer.headers["Location"])
            if _origin(target) != _origin(url):
                headers = {name: value for name, value in headers.items() if name != "Authorization"}
            url = target
            if time.monotonic() > deadline:
                raise FetchError(url, "fetch_timeout", _host(url))
        raise FetchError(url, "fetch_redirects", REDIRECTS)

    def _once(
        self, url: str, headers: dict[str, str], limit: int, whole: bool, body: bytes | None = None
    ) -> Response:
        """Return one host's answer to one request, in its turn, when it may be asked again."""
        host = self._manners(_host(url))
        with host.turn:
            if self._most is not None and next(self._asked) > self._most:
                raise FetchError(url, "fetch_enough", f"asked {self._most} times")
            if self._ends is not None and self._clock() > self._ends:
                raise FetchError(url, "fetch_enough", "given all the time there was")
            self._let_rest(host, url)
            try:
                answer = self._ask(url, headers, limit, whole, body)
            except FetchError as error:
                self._observe(_host(url), error.code)
                if error.code in ("fetch_timeout", "fetch_unreachable"):
                    host.silent(self._clock())
                raise
            self._observe(_host(url), str(answer.status))
            host.silences = 0
            if (failure := _refusal(url, answer, self._clock())) is None:
                return answer
            if isinstance(failure, _Passing) and failure.wait is not None:
                host.rest_until = self._clock() + failure.wait
            raise failure

    def _manners(self, host: str) -> "_Host":
        with self._lock:
            return self._hosts.setdefault(host, _Host(self.settings.per_host))

    def _let_rest(self, host: "_Host", url: str) -> None:
        with host.pause:
            wait = host.rest_until - self._clock()
            if wait > LONGEST_WAIT:
                raise FetchError(url, "fetch_host_resting", _host(url), round(wait))
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
            raise _failure(url, error) from error
        return Response(url, response.status_code, response.headers, found)

    def _allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        return not {_host(url), (parts.hostname or "")}.isdisjoint(self.settings.allow_hosts)


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


def _host(url: str) -> str:
    """Return ``host:port`` of an http(s) address, the port only if it is said."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise FetchError(url, "fetch_bad_url") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(url, "fetch_bad_url")
    return f"{parts.hostname}{port}"


def _origin(url: str) -> tuple[str, str]:
    return urlsplit(url).scheme, _host(url)


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


def _conditions(validator: Validator | None, now: float) -> dict[str, str]:
    # A server that answers 304 for ever is asked without conditions once a day (case 47).
    if validator is None or not 0 <= now - validator.checked < DAY:
        return {}
    headers = {"If-None-Match": validator.etag} if validator.etag else {}
    if validator.last_modified and (_seconds(validator.last_modified) or 0) <= now:
        headers["If-Modified-Since"] = validator.last_modified
    return headers


def _same_version(answer: Response, known: Validator) -> bool:
    """Tell whether a server that takes no conditions gave the version it gave before."""
    if known.size is not None and whole_size(answer) != known.size:
        return False
    said = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    # One tag is proof; a date alone is weaker, and with a tag beside it that changed it is none.
    return said[0] == known.etag if known.etag or said[0] else said[1] == known.last_modified


def _with_validator(answer: Response, known: Validator | None, now: float) -> Response:
    etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    if answer.status == 304:
        if known is None:
            raise FetchError(answer.url, "fetch_bad_status", 304)
        # A 304 may bring one of the pair anew; the other stays what it was (cases 44-46).
        kept = Validator(etag or known.etag, modified or known.last_modified, known.checked, known.digest)
        return Response(answer.url, 304, answer.headers, b"", kept, not_modified=True)
    digest = blake2b(answer.body, digest_size=16).hexdigest()
    same = known is not None and known.digest == digest
    fresh = Validator(etag, modified, now, digest)
    return Response(answer.url, answer.status, answer.headers, answer.body, fresh, not_modified=same)


def _refusal(url: str, answer: Response, now: float) -> FetchError | None:
    status = answer.status
    if 200 <= status < 300 or status == 304 or (status in _MOVED and "Location" in answer.headers):
        return None
    if status in (404, 410):
        return FetchError(url, "fetch_not_found", status)
    if status in (401, 403, 407, 451):
        return FetchError(url, "fetch_forbidden", status)
    if status != 429 and status < 500:
        return FetchError(url, "fetch_bad_status", status)
    code = "fetch_too_many_requests" if status == 429 else "fetch_server_error"
    failure = _Passing(url, code, _host(url) if status == 429 else status)
    failure.wait = _retry_after(answer.headers, now) if status in (429, 503) else None
    return failure


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds to wait that the header asks for, in either form (case 48), an hour at most."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(float(value), LONGEST_REST)
    then = _seconds(value)
    return None if then is None else min(max(0.0, then - now), LONGEST_REST)


def _seconds(http_date: str) -> float | None:
    """Return an HTTP date as seconds since 1970, None when it is not one."""
    try:
        moment = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


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


def _failure(url: str, error: Exception) -> FetchError:
    """Return what an error of the libraries below means."""
    if isinstance(error, NotPublic):
        return FetchError(url, "fetch_private_address", _host(url))
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return FetchError(url, "fetch_tls", _host(url))
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return _Passing(url, "fetch_timeout", _host(url))
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return FetchError(url, "fetch_timeout", _host(url))
    if isinstance(error, ValueError | urllib3.exceptions.LocationParseError):
        return FetchError(url, "fetch_bad_url")
    return _Passing(url, "fetch_unreachable", _host(url), _reason(error))


def _reason(error: Exception) -> str:
    text = repr(error)
    if "NameResolutionError" in text:
        return "there is no such host"
    return "the connection was refused" if "refused" in text else "the connection broke off"
