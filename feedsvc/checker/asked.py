"""What a person asked of `check`: a file or an address read, and what to do with it wired."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import Struct

from feeds.model import Format
from feedsvc.checker import Unrecognised, fix, format_of
from feedsvc.checker.examined import Examined, Wanted, examine
from feedsvc.checker.media import Means
from feedsvc.checker.page import page
from feedsvc.http import Http, Response
from feedsvc.settings import CannotRun

MOST_BYTES = 150_000_000
"""No TV takes more than 512,000 characters; a page of a Search feed may be larger than any other feed."""
_LOOPBACK = "http://127.0.0.1:8080"


class Asked(Struct, frozen=True):
    """What to check, and what to write: the page and the mended feed at their paths.

    `base_url` is where the mended feed will stand; `public_url` the next best guess.
    """

    file_or_url: str
    format_name: str = ""
    media: bool = False
    page: Path | None = None
    fix: Path | None = None
    base_url: str = ""
    public_url: str = _LOOPBACK


def answer(asked: Asked, http: Http, now: datetime, progress: Callable[[int, int], None]) -> Examined:
    """Return what was asked for, with everything written.

    Raises:
        CannotRun: it cannot be read, is no feed, or cannot be written.
        FetchError: the address gives nothing.
    """
    body, served = _read(asked.file_or_url, http)
    name = asked.file_or_url
    try:
        format_: Format = format_of(body, asked.format_name)
        found = examine(body, name, format_, served, _wanted(asked, served, http, now, progress))
        if asked.page:
            asked.page.write_text(page(found), "utf-8")
    except Unrecognised as error:
        raise CannotRun([f"{name}: {error}"]) from None
    except OSError as error:
        raise CannotRun(
            [f"{error.filename}: cannot be written ({error.strerror}). Name another file."]
        ) from None
    return found


def _wanted(
    asked: Asked, served: Response | None, http: Http, now: datetime, progress: Callable[[int, int], None]
) -> Wanted:
    given = f"{asked.base_url.rstrip('/')}/" if asked.base_url else ""
    base = given or (served.url if served else "")
    put = fix.keeper(fix.folder_of(asked.fix), base or f"{asked.public_url}/") if asked.fix else None
    most = http.settings.max_image
    means = Means(lambda url: http.get(url, max_bytes=most).body, http.open, now, progress, put)
    pages = partial(_page, http) if served else None
    return Wanted(now, means if asked.media else None, asked.fix, base, pages)


def _page(http: Http, url: str) -> bytes:
    return http.get(url, max_bytes=MOST_BYTES).body


def _read(file_or_url: str, http: Http) -> tuple[bytes, Response | None]:
    """Return the bytes of a file or an address, and how the latter was served."""
    if "://" in file_or_url:
        response = http.get(file_or_url, max_bytes=MOST_BYTES)
        return response.body, response
    try:
        with Path(file_or_url).open("rb") as file:
            body = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CannotRun(
            [f"{file_or_url}: cannot be read ({error.strerror}). Name a file or an address."]
        ) from None
    if len(body) > MOST_BYTES:
        raise CannotRun(
            [
                f"{file_or_url}: has more than {MOST_BYTES // 10**6} MB, and is not looked at. "
                "A TV takes half a megabyte: publish less."
            ]
        )
    return body, None
