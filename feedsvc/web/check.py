"""`check` as a page and for programs: an address or a file, and what is wrong with that feed."""

import re
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, render_template, request

from feeds.text import web_url
from feedsvc.checker import format_of
from feedsvc.http import FetchError, Http
from feedsvc.http import Response as Served
from feedsvc.settings import Settings
from feedsvc.web.errors import answer

if TYPE_CHECKING:
    from feedsvc.checker.examined import Examined

# A TV takes half a megabyte; what is far beyond is for the command line, not for a server's time.
MOST = 20_000_000


def routes(settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return the page on which any feed can be checked."""
    blueprint = Blueprint("check", __name__)

    @blueprint.get("/check")
    def ask() -> str:
        return render_template("check.html")

    @blueprint.post("/check")
    def report() -> Response:
        """Answer with the report, a page of its own."""
        from feedsvc.checker.page import page

        try:
            body, name, served = _sent() or fetched(request.form.get("url", ""), settings)
            report = page(examined(body, name, served, now()))
        except FetchError as error:
            return answer(400, f"{error.message} {error.fix}")
        except ValueError as error:
            return answer(400, str(error))
        response = make_response(report)
        response.headers["Content-Security-Policy"] = _policy(report)
        return response

    return blueprint


def _sent() -> tuple[bytes, str, None] | None:
    """Return the file that was sent, None when none was."""
    file = request.files.get("file")
    body = file.read(MOST + 1) if file else b""
    if len(body) > MOST:
        raise ValueError("The file has more than 20 MB. Check it with: python run.py check FILE.")
    return (body, file.filename or "a file", None) if file and body else None


def fetched(address: str, settings: Settings) -> tuple[bytes, str, Served]:
    """Return the feed at an address, the address, and how it was served.

    Raises:
        ValueError: it is no address, in a sentence.
        FetchError: it cannot be fetched.
    """
    url = web_url(address.strip())
    if not url:
        raise ValueError(
            "Paste the address of a feed, such as https://tv.example.org/roku.json, or drop a file."
        )
    with closing(Http(settings.http)) as http:
        served = http.get(url, max_bytes=MOST)
    return served.body, url, served


def examined(
    body: bytes, name: str, served: Served | None, now: datetime, format_name: str = ""
) -> "Examined":
    """Return what a feed is like: what is wrong with it, and what each reader on a TV would show.

    Raises:
        Unrecognised: it is in no format that can be checked.
    """
    # Brings what looks at pictures and films: a server process starts without.
    from feedsvc.checker.examined import Wanted, examine

    return examine(body, name, format_of(body, format_name), served, Wanted(now))


def _policy(report: str) -> str:
    """Return a policy under which the report has its own looks, and nothing else has any say."""
    style = re.search(r"<style>(.*?)</style>", report, re.DOTALL)
    digest = b64encode(sha256(style[1].encode()).digest()).decode() if style else ""
    rest = "img-src data:; base-uri 'none'; frame-ancestors 'none'"
    return f"default-src 'none'; style-src 'sha256-{digest}'; {rest}"
