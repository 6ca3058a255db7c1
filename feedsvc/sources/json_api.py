"""JSON asked of a server, page by page, and what is in it looked up without trust in its shape."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import text, wording
from feeds.model import Article, Issue
from feeds.wording import Wording
from feedsvc.charsets import utf8
from feedsvc.http import FetchError, Http, Response, Validator
from feedsvc.sources.source import Pulled, Seen

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "source_not_json": (
        "The answer is not JSON but {}.",
        "Look at the address in a browser: a plug-in, a login or a firewall may answer in its place.",
    ),
    "source_before_json": (
        "Before the JSON stands something else ({}), and not every program reads past it.",
        "Switch off the display of PHP errors (display_errors, WP_DEBUG_DISPLAY), and look what they say.",
    ),
}
CODES = wording.meanings(_SAYS)
_issue = partial(wording.issue, _SAYS)
ACCEPT = "application/json, application/vnd.api+json, application/feed+json, */*;q=0.5"
_START = re.compile(r"(?<=[\n>])[ \t]{0,20}(?=[\[{])")
# The name under which is remembered what was wanted.
_WANTED = "wanted"
_STARTS, _AHEAD, _SHOWN = 20, 100_000, 60


class Refused(Exception):
    """A source that says nothing usable; `issue` is what to tell the producer."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue


class Answer(Struct, frozen=True):
    """What was at `url`: its JSON, its headers (which know no case), and what stood before the JSON."""

    url: str
    value: Any
    headers: Mapping[str, str] = {}
    validator: Validator = Validator()
    before: str = ""


class Reading:
    """One pull's look at a JSON API: every address is asked once.

    The `login` goes to the host of `site` only. `secret` is a query (``key=...``) that every request has
    and nobody is shown. `wanted` is what the settings want of the source: what was seen under others does not
    count. After `unchanged` or a `walk`, `validators` are those of the pages, `whole` tells
    whether the last page was reached, and `issues` what went wrong on the way.
    """

    def __init__(
        self, http: Http, site: str, seen: Seen, wanted: str, *, login: str = "", secret: str = ""
    ) -> None:
        self.validators: dict[str, Validator] = {}
        self.whole = False
        self.issues: list[Issue] = []
        self._http, self._login, self._secret = http, login, secret
        self._wanted = {_WANTED: Validator(etag=wanted)}
        same = seen.validators.get(_WANTED) == self._wanted[_WANTED]
        self._known = {url: v for url, v in seen.validators.items() if url.startswith("http") and same}
        self._site = site
        self._read: dict[str, Answer] = {}

    def get(self, url: str) -> Answer:
        """Return what is at an address.

        Raises:
            FetchError: it cannot be had.
            Refused: it is no JSON.
        """
        if url not in self._read:
            response = self._ask(url, None)
            self._read[url] = decode(response, url)
            self._noted(self._read[url])
        return self._read[url]

    def unchanged(self) -> bool:
        """Tell whether all pages read the last time are as they were, asking for no more than that."""
        self.validators = {**self._wanted}
        for url, kept in self._known.items():
            try:
                response = self._ask(url, kept)
                if not response.not_modified:
                    self._read[url] = decode(response, url)
                    self._noted(self._read[url])
                    return False
            except (FetchError, Refused):
                return False
            self.validators[url] = response.validator
        return bool(self._known)

    def walk(self, first: str, following: Callable[[Answer], str | None], most: int) -> Iterator[Answer]:
        """Yield the pages from the first on, at most so many; `following` names the next one, if any.

        A page that cannot be had ends the walk; the first one raises what `get` does.
        """
        read: dict[str, Validator] = {}
        url = first
        while len(read) < most:
            try:
                answer = self.get(url)
            except (FetchError, Refused) as error:
                if not read:
                    raise
                # What was not read must not be taken for unchanged the next time.
                self.validators = {}
                self.issues.append(replace(_told(error), severity="warning"))
                return
            read[url] = answer.validator
            self.validators = {**self._wanted, **read}
            yield answer
            after = following(answer)
            if after is None or after in read:
                self.whole = True
                return
            url = after

    def _noted(self, answer: Answer) -> None:
        """Note what is wrong with an answer: of many pages once."""
        if answer.before and not any(issue.code == "source_before_json" for issue in self.issues):
            self.issues.append(_issue("warning", "source_before_json", answer.url, answer.before))

    def _ask(self, url: str, known: Validator | None) -> Response:
        secret = f"{'&' if '?' in url else '?'}{self._secret}" if self._secret else ""
        login = self._login if is_at(url, self._site) else ""
        most = self._http.settings.max_listing
        try:
            return self._http.get(url + secret, validator=known, max_bytes=most, accept=ACCEPT, login=login)
        except FetchError as error:
            error.url, error.args = url, (f"{url}: {error.message}",)
            raise


def is_at(url: str, site: str) -> bool:
    """Tell whether an address is on a site's own host, and asked for no less safely."""
    try:
        there, here = urlsplit(url), urlsplit(site)
    except ValueError:
        return False
    return there.netloc == here.netloc and there.scheme in (here.scheme, "https")


def pulled(reading: Reading, seen: Seen, read: Callable[[Reading], Pulled]) -> Pulled:
    """Return what is read, or that it is as it was, or why it cannot be had."""
    if reading.unchanged():
        return Pulled(validators=reading.validators, unchanged=True)
    try:
        return read(reading)
    except (FetchError, Refused) as error:
        return failed(error, seen)


def failed(error: FetchError | Refused, seen: Seen) -> Pulled:
    """Return a pull that failed, and forgets nothing."""
    return Pulled(validators=seen.validators, issues=(_told(error),), failed=True)


def newest(reading: Reading, articles: Sequence[Article], *, cut: bool) -> Pulled:
    """Return the newest articles of a source that has no others, or, when `cut`, none among these."""
    once = {article.guid: article for article in reversed(articles)}
    dates = [article.published for article in articles if article.published]
    ends = reading.whole and not cut
    return Pulled(
        tuple(once.values())[::-1],
        reading.validators,
        tuple(reading.issues),
        complete=ends or bool(dates),
        since=None if ends else min(dates, default=None),
    )


def _told(error: FetchError | Refused) -> Issue:
    return error.issue if isinstance(error, Refused) else error.issue()


def decode(response: Response, url: str) -> Answer:
    """Return the JSON in an answer, also where warnings of PHP stand before it.

    Raises:
        Refused: there is none.
    """
    document = utf8(response.body, response.charset).decode("utf-8", "replace")
    for number, start in enumerate(_starts(document)):
        value = _decoded(document[start:])
        if value is not None:
            before = text.clip(text.plain(document[:start]) or "…", _SHOWN) if number else ""
            return Answer(url, value, response.headers, response.validator, before)
    raise Refused(_issue("error", "source_not_json", url, _looks_like(document)))


def _starts(document: str) -> Iterator[int]:
    """Yield where the JSON may start: at once, or behind what a server printed before it."""
    yield 0
    if "<html" in document[:2000].casefold():
        return
    yield from (match.end() for match in islice(_START.finditer(document, 0, _AHEAD), _STARTS))


def _decoded(document: str) -> Any:
    try:
        # Control characters and lone surrogates are tolerated: texts are made safe before they are used.
        return json.loads(document, strict=False)
    except (ValueError, RecursionError):
        return None


def _looks_like(document: str) -> str:
    head = document[:5000].casefold()
    if "<html" in head or "<!doctype html" in head:
        return "a web page"
    return "a feed" if "<rss" in head or "<feed" in head else "something else" if head.strip() else "nothing"


# What is in a document: no shape is taken for granted.


def at(value: Any, *path: str | int) -> Any:
    """Return what is at a path of names and places; None if there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def said(value: Any, *path: str | int) -> str:
    """Return the text at a path, "" if there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def listed(value: Any, *path: str | int) -> list[Any]:
    """Return the list at a path, [] if there is none; PHP writes one with gaps as an object."""
    found = at(value, *path)
    if isinstance(found, dict) and found and all(str(key).isdecimal() for key in found):
        return list(found.values())
    return found if isinstance(found, list) else []


def whole(value: Any, *path: str | int) -> int | None:
    """Return the whole number above nothing at a path, also where it stands as a text."""
    found = at(value, *path)
    if isinstance(found, str) and re.fullmatch(r"\d{1,9}", found, re.A):
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return int(found) if 1 <= found < 10**9 else None


def named(value: Any, *path: str | int) -> str:
    """Return the id at a path, a number's digits among them; "" if there is none."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return text.line(str(found)) if not isinstance(found, int) or abs(found) < 10**18 else ""


def texts(value: Any, depth: int = 4) -> Iterator[str]:
    """Yield the texts in a value, also those in what is in it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list) and depth:
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one, depth - 1)
