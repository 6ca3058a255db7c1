"""The feeds as devices get them: finished bytes from memory, answered in front of Flask's routing.

Nothing is made in a request. `Feeds` keeps every current document ready to send, identity and gzip,
and swaps all of them at once when something was published, by whichever process. A database that
fails leaves the last good feeds on air.
"""

import logging
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from threading import Event, Thread
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Response, request
from msgspec import Struct
from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, parse_date, parse_etags

from feeds import FORMATS
from feedsvc import metrics
from feedsvc.settings import Settings
from feedsvc.store import Document, Leaf, Store

# A reader takes the number of the second directive, whatever its name, as how long to keep it (C15).
CACHE = "public, max-age=60"
_log = logging.getLogger(__name__)
_COMMON = (
    ("Vary", "Accept-Encoding"),
    ("Access-Control-Allow-Origin", "*"),
    ("X-Content-Type-Options", "nosniff"),
)


class Answer(NamedTuple):
    """A whole response, ready to send."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def sentence(status: str, text: str, *headers: tuple[str, str]) -> Answer:
    """Return an answer of one plain sentence that nobody keeps."""
    body = text.encode()
    told = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Length", str(len(body))),
    )
    return Answer(status, (*told, *headers, *_COMMON), body)


_NOT_ALLOWED = sentence("405 Method Not Allowed", "A feed can only be read.\n", ("Allow", "GET, HEAD"))
_UNKNOWN = sentence("404 Not Found", "There is no feed at this address.\n")


class Variant(Struct, frozen=True):
    """A document in one encoding, and all that can be said of it."""

    etag: str
    modified: datetime | None
    full: Answer
    head: Answer
    same: Answer

    def is_known(self, environ: WSGIEnvironment) -> bool:
        """Tell whether the client has it already (RFC 9110, 13.1): If-None-Match decides when given."""
        if (tags := environ.get("HTTP_IF_NONE_MATCH")) is not None:
            return tags == self.etag or parse_etags(tags).contains_weak(self.etag[1:-1])
        since = parse_date(environ.get("HTTP_IF_MODIFIED_SINCE"))
        return bool(since and self.modified and self.modified <= since)


class Page(Struct, frozen=True):
    """What one address answers."""

    plain: Variant
    gzip: Variant

    @property
    def published(self) -> bool:
        """Whether this is a document, and not an excuse."""
        return bool(self.plain.etag)

    def answer(self, environ: WSGIEnvironment) -> Answer:
        """Return the answer to one request."""
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return _NOT_ALLOWED
        variant = self.gzip if _wants_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")[:200]) else self.plain
        if variant.is_known(environ):
            return variant.same
        return variant.full if method == "GET" else variant.head


@lru_cache(maxsize=256)
def _wants_gzip(header: str) -> bool:
    """Tell whether gzip is asked for by name: one reader never asks, and cannot read it (C17)."""
    accepted = parse_accept_header(header, Accept)
    qualities = {name.lower(): quality for name, quality in reversed(accepted)}
    return qualities.get("gzip", 0) > 0 and qualities["gzip"] >= qualities.get("identity", 0)


def page(document: Document | Leaf, media_type: str) -> Page:
    """Return what the address of a published document, or of an older page of one, answers."""
    etag = document.etag
    return Page(
        _variant(document, media_type, document.body, f'"{etag}"'),
        _variant(document, media_type, document.gzip, f'"{etag}-gzip"', ("Content-Encoding", "gzip")),
    )


def _variant(
    document: Document | Leaf, media_type: str, body: bytes, etag: str, *encoding: tuple[str, str]
) -> Variant:
    modified = document.published.replace(microsecond=0)
    kept = (
        ("Cache-Control", CACHE),
        ("ETag", etag),
        ("Last-Modified", http_date(modified)),
        *_COMMON,
    )
    told = (
        ("Content-Type", media_type),
        ("Content-Length", str(len(body))),
        *encoding,
        *kept,
    )
    full, same = Answer("200 OK", told, body), Answer("304 Not Modified", kept)
    return Variant(etag, modified, full, full._replace(body=b""), same)


def unavailable(text: str) -> Page:
    """Return what an address answers that has nothing to give yet, and will soon."""
    answer = sentence("503 Service Unavailable", text, ("Retry-After", "60"))
    variant = Variant("", None, answer, answer._replace(body=b""), answer)
    return Page(variant, variant)


class Feeds:
    """Every current document, kept in memory; safe to use from many threads.

    Nothing is read before the first `reload`. After `watch`, a thread does that whenever something
    was published.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._wanted = {
            f"/feeds/{channel.id}/{FORMATS[name].path}": (channel.id, name)
            for channel in settings.channel
            for name in channel.formats
        }
        self._table = dict.fromkeys(
            self._wanted, unavailable("The feeds cannot be read just now; try again in a minute.\n")
        )
        self._version = -1
        self._failing = False
        self._stopped = Event()
        self._answered: deque[str] = deque(maxlen=1_000_000)
        self.watched = False

    def answer(self, environ: WSGIEnvironment) -> Answer | None:
        """Return the answer to one request; None when there is no feed at its path."""
        found = self._table.get(environ["PATH_INFO"])
        if found is None:
            return None
        answer = found.answer(environ)
        self._answered.append(answer.status[:3])
        return answer

    def reload(self) -> None:
        """Read what was published since; what cannot be read stays as it is, and the log says so once."""
        try:
            version = self._store.latest_version()
            if version != self._version:
                self._table, self._version = dict(self._pages()), version
            if self._failing:
                _log.info("feeds follow the store again")
            self._failing = False
        except Exception:  # noqa: BLE001 - whatever is wrong with the store, the last good feeds stay on air
            if not self._failing:
                _log.exception("feeds kept as they are: the store cannot be read")
            self._failing = True

    def _pages(self) -> Iterator[tuple[str, Page]]:
        for path, (channel, name) in self._wanted.items():
            document = self._store.document(channel, name)
            if document:
                yield path, page(document, FORMATS[name].media_type)
                for leaf in document.pages:
                    yield f"/feeds/{channel}/{leaf.path}", page(leaf, FORMATS[name].media_type)
            elif self._table[path].published:
                yield path, self._table[path]  # a database made anew is no reason to take a feed off air
            else:
                yield path, unavailable(f"The channel {channel} has not published this feed yet.\n")

    def watch(self, every: float = 0.25) -> None:
        """Reload in the background, `every` so many seconds, until `close`."""
        self.watched = True
        Thread(target=self._follow, args=(every,), name="feeds", daemon=True).start()

    def _follow(self, every: float) -> None:
        while not self._stopped.wait(every):
            self.reload()
            self.count()

    def count(self) -> None:
        """Count what was answered since: an append costs a request nothing, a count would."""
        some = [self._answered.popleft() for _ in range(len(self._answered))]
        for status, count in Counter(some).items():
            metrics.answered("feeds", status, count)

    def close(self) -> None:
        """Stop watching."""
        self._stopped.set()


class Published:
    """A WSGI application: the feeds from memory, all else from the application behind."""

    def __init__(self, app: WSGIApplication, feeds: Feeds) -> None:
        self._app = app
        self.feeds = feeds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 has it."""
        answer = self.feeds.answer(environ)
        if answer is None:
            return self._app(environ, start_response)
        start_response(answer.status, list(answer.headers))
        return [answer.body]


def wrap(app: WSGIApplication, store: Store, settings: Settings) -> Published:
    """Return `app` with the feeds in front of it, following what is published from now on."""
    feeds = Feeds(store, settings)
    feeds.reload()
    feeds.watch()
    return Published(app, feeds)


def routes(feeds: Feeds) -> Blueprint:
    """Return the same feeds as routes of Flask, for servers and tests without the layer in front."""
    blueprint = Blueprint("feeds", __name__)

    # OPTIONS is named so that Flask does not answer it by itself.
    @blueprint.route("/feeds/<path:_>", methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
    def feed(_: str) -> Response:
        if not feeds.watched:
            feeds.reload()
        answer = feeds.answer(request.environ) or _UNKNOWN
        return Response([answer.body], answer.status, list(answer.headers))

    return blueprint
