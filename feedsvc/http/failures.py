"""What can go wrong with a fetch, and what it means: for the client, and for the producer who is told."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3

from feeds import wording
from feeds.model import Issue, Severity
from feeds.wording import Wording
from feedsvc.http.connections import NotPublic

# What can go wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "fetch_bad_url": (
        "This is not a web address.",
        "Give an address that begins with https:// or http://.",
    ),
    "fetch_private_address": (
        "{} is not on the public internet, and private hosts are not fetched from.",
        "Publish it on a public host, or name the host in allow_hosts.",
    ),
    "fetch_unreachable": (
        "{} could not be reached: {}.",
        "Check the address, and that the server is up.",
    ),
    "fetch_timeout": (
        "{} took too long to answer.",
        "Make the server faster, or raise the time-out.",
    ),
    "fetch_tls": (
        "{} did not prove with a valid certificate that it is itself.",
        "Renew the server's certificate, or complete its chain.",
    ),
    "fetch_too_large": (
        "It is larger than {} bytes.",
        "Publish a smaller file.",
    ),
    "fetch_redirects": (
        "It redirects more than {} times.",
        "Give the final address.",
    ),
    "fetch_bad_encoding": (
        "The answer is compressed in a way that cannot be read ({}).",
        "Send it plain or as gzip.",
    ),
    "fetch_bad_range": (
        "The server sent another part of the file than it was asked for.",
        "Repair how the server answers Range requests.",
    ),
    "fetch_no_ranges": (
        "Only the beginning of the file can be had.",
        "Let the server answer Range requests; devices need them too.",
    ),
    "fetch_not_found": (
        "There is nothing at this address ({}).",
        "Correct the address, or publish the file.",
    ),
    "fetch_forbidden": (
        "The server refuses to give it ({}).",
        "Make it public, or put the login into the address.",
    ),
    "fetch_too_many_requests": (
        "{} asks for fewer requests (429).",
        "Refresh less often.",
    ),
    "fetch_server_error": (
        "The server reports an error of its own ({}).",
        "Look into the log of that server.",
    ),
    "fetch_bad_status": (
        "The server gave an answer nobody can use ({}).",
        "Check the address.",
    ),
    "fetch_enough": (
        "The site has been {}, and that is enough.",
        "Name the address of the feed itself.",
    ),
    "fetch_host_resting": (
        "{} asked for a pause, or did not answer several times, and is left alone for {} seconds.",
        "Wait, or refresh less often.",
    ),
}
CODES = wording.meanings(_SAYS)
MOVED = frozenset({301, 302, 303, 307, 308})
_LONGEST_REST = 3600.0


class FetchError(Exception):
    """A fetch that failed: `code` is a key of `CODES`, `message` and `fix` are one plain sentence each."""

    def __init__(self, url: str, code: str, *details: object) -> None:
        sentence, self.fix = _SAYS[code]
        self.url, self.code = without_login(url), code
        self.message = sentence.format(*details)
        super().__init__(f"{self.url}: {self.message}")

    def issue(self, severity: Severity = "error") -> Issue:
        """Return what to tell the producer."""
        return Issue(severity, self.code, self.url, self.message, self.fix)


def without_login(url: str) -> str:
    """Return an address fit to be shown: no user, no password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class Passing(FetchError):
    """A failure that may be over in a moment; `wait` is how many seconds the server asked for, if it did."""

    wait: float | None = None


def host_of(url: str) -> str:
    """Return ``host:port`` of an http(s) address, the port only if it is said."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise FetchError(url, "fetch_bad_url") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(url, "fetch_bad_url")
    return f"{parts.hostname}{port}"


def refusal(url: str, status: int, headers: Mapping[str, str], now: float) -> FetchError | None:
    """Return what is wrong with an answer, None if it can be used."""
    if 200 <= status < 300 or status == 304 or (status in MOVED and "Location" in headers):
        return None
    if status in (404, 410):
        return FetchError(url, "fetch_not_found", status)
    if status in (401, 403, 407, 451):
        return FetchError(url, "fetch_forbidden", status)
    if status != 429 and status < 500:
        return FetchError(url, "fetch_bad_status", status)
    code = "fetch_too_many_requests" if status == 429 else "fetch_server_error"
    passing = Passing(url, code, host_of(url) if status == 429 else status)
    passing.wait = _retry_after(headers, now) if status in (429, 503) else None
    return passing


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds to wait that the header asks for, in either form (case 48), an hour at most."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(float(value), _LONGEST_REST)
    then = seconds(value)
    return None if then is None else min(max(0.0, then - now), _LONGEST_REST)


def seconds(http_date: str) -> float | None:
    """Return an HTTP date as seconds since 1970, None when it is not one."""
    try:
        moment = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def failure(url: str, error: Exception) -> FetchError:
    """Return what an error of the libraries below means."""
    if isinstance(error, NotPublic):
        return FetchError(url, "fetch_private_address", host_of(url))
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return FetchError(url, "fetch_tls", host_of(url))
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Passing(url, "fetch_timeout", host_of(url))
    if isinstance(error, requests.exceptions.Timeout | urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return FetchError(url, "fetch_timeout", host_of(url))
    if isinstance(error, ValueError | urllib3.exceptions.LocationParseError):
        return FetchError(url, "fetch_bad_url")
    return Passing(url, "fetch_unreachable", host_of(url), _reason(error))


def _reason(error: Exception) -> str:
    text = repr(error)
    if "NameResolutionError" in text:
        return "there is no such host"
    return "the connection was refused" if "refused" in text else "the connection broke off"
