"""A small real web server on 127.0.0.1 for tests.

    with Loopback({"/rss.xml": b"<rss/>", "/old": redirect("/rss.xml")}) as site:
        http.get(site.url("/rss.xml"))
        assert site.paths() == ["/rss.xml"]

A route is the bytes of a body, a `Reply`, or a function of the `Request` that returns either. Routes may be
added, replaced and removed while the server runs. Unknown paths answer 404.
"""

import gzip
import threading
from collections.abc import Callable, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, field


class Request(Struct, frozen=True):
    """What the client sent; `path` has no query, header names are lower case, `body` is what it posted."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        """What it posted, as a form."""
        return dict(parse_qsl(self.body.decode("latin-1")))


class Reply(Struct, frozen=True):
    """What the server sends.

    `delay` seconds pass before the first byte; with `drip` the body goes out in pieces of one byte, that
    many seconds apart. `cut` closes the connection after that many bytes of the body, `drop` before any
    answer. `ranges` False ignores Range. `raw` is sent as it is instead of a proper HTTP answer.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0
    drip: float = 0
    cut: int | None = None
    drop: bool = False
    gzip: bool = False
    ranges: bool = True
    raw: bytes = b""


Route = bytes | Reply | Callable[[Request], "bytes | Reply"]


def redirect(to: str, status: int = 302) -> Reply:
    """Return a redirect to `to`, an address or a path."""
    return Reply(status=status, headers={"Location": to})


def tagged(body: bytes, etag: str = "", last_modified: str = "", content_type: str = "") -> Route:
    """Return a route that answers 304 when the client's validators match."""
    headers = {"ETag": etag, "Last-Modified": last_modified, "Content-Type": content_type}
    sent = {name: value for name, value in headers.items() if value}

    def answer(request: Request) -> Reply:
        known = request.headers.get("if-none-match") or request.headers.get("if-modified-since")
        if known and known in (etag, last_modified):
            return Reply(status=304, headers=sent)
        return Reply(body, headers=sent)

    return answer


def in_turn(*replies: bytes | Reply) -> Route:
    """Return a route that gives each reply once, then the last one for ever."""
    left = list(replies)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that go away are what some tests are about


class Loopback:
    """The server: `requests` are all it was asked, `busiest` how many of them at once."""

    def __init__(self, routes: Mapping[str, Route] | None = None) -> None:
        self.routes: dict[str, Route] = dict(routes or {})
        self.requests: list[Request] = []
        self.busiest = 0
        self.connections = 0
        self.closing = threading.Event()
        self._busy = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.port: int = self._server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)

    def url(self, path: str = "/") -> str:
        """Return the address of `path` on this server."""
        return f"http://{self.host}{path}"

    def paths(self) -> list[str]:
        """Return the path of every request so far."""
        return [request.path for request in self.requests]

    def forget(self) -> None:
        """Start counting anew."""
        self.requests.clear()
        self.busiest = self.connections = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Reply:
        """Return the reply of the route `request` names."""
        route = self.routes.get(request.path, Reply(b"not found", status=404))
        reply = route(request) if callable(route) else route
        return Reply(reply) if isinstance(reply, bytes) else reply

    def started(self, request: Request) -> None:
        """Count a request in."""
        with self._lock:
            self.requests.append(request)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)

    def finished(self) -> None:
        """Count a request out."""
        with self._lock:
            self._busy -= 1


def _handler(site: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            site.connections += 1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent = self.rfile.read(int(headers.get("content-length", 0)))
            request = Request(self.command, parts.path, parts.query, headers, sent)
            site.started(request)
            try:
                self._reply(request, site.answer(request))
            finally:
                site.finished()

        do_HEAD = do_POST = do_GET

        def _reply(self, request: Request, reply: Reply) -> None:
            site.closing.wait(reply.delay) if reply.delay else None
            if reply.drop or reply.raw:
                self.close_connection = True
                self._pieces([reply.raw], reply.drip)
                return
            status, headers, body = _answer(request, reply)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if request.method == "HEAD" or status == 304:
                return
            self.close_connection = self.close_connection or reply.cut is not None
            self._pieces([body[: reply.cut]], reply.drip)

        def _pieces(self, pieces: Iterable[bytes], drip: float) -> None:
            for piece in pieces:
                for part in [piece] if not drip else [piece[i : i + 1] for i in range(len(piece))]:
                    if drip and site.closing.wait(drip):
                        return
                    self.wfile.write(part)
                    self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _answer(request: Request, reply: Reply) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body, with compression and the range the client asked for."""
    body = gzip.compress(reply.body) if reply.gzip else reply.body
    headers = {"Content-Type": guess_type(request.path)[0] or "application/octet-stream"}
    headers |= {"Content-Encoding": "gzip"} if reply.gzip else {}
    status, whole = reply.status, len(body)
    wanted = request.headers.get("range", "")
    if reply.ranges and status == 200 and wanted.startswith("bytes="):
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, whole - int(last))
        stop = min(int(last) + 1, whole) if first and last else whole
        if start >= whole:
            return 416, headers | {"Content-Range": f"bytes */{whole}", "Content-Length": "0"}, b""
        status, body = 206, body[start:stop]
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{whole}"
    headers |= {} if status == 304 else {"Content-Length": str(len(body))}
    return status, headers | dict(reply.headers), body
