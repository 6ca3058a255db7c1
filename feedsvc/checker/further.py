"""The further pages of a Search feed, each checked as the first one is, and the ids of all together.

A page is dropped once it is checked: what is kept of it is what a report says. Its places are told as its
address and, after a `#`, the JSON pointer in it (RFC 6901, 6).
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds import rules
from feeds.checks.search_rules import RULES
from feeds.model import Format, Issue, Severity
from feeds.text import web_url
from feedsvc.checker.findings import PLACES, Named, item_of
from feedsvc.checker.places import namer
from feedsvc.http import FetchError

CODES = {
    "page_loop": "A page of a Search feed leads back to one before it, so that the feed never ends.",
    "page_missing": "A page of a Search feed cannot be fetched.",
    "pages_unseen": "A Search feed has further pages that were not looked at.",
}
MOST = 50

Fetch = Callable[[str], bytes]
"""What a page is fetched with; may raise FetchError."""


class Sheet(Struct, frozen=True):
    """A page of a feed: its address or file, its size in bytes, how many items stand in it."""

    name: str
    size: int
    items: int


class Followed(Struct, frozen=True):
    """What the pages of a feed are, the first one first, what is wrong with the further ones, and where."""

    sheets: tuple[Sheet, ...] = ()
    issues: tuple[Issue, ...] = ()
    named: dict[str, tuple[str, str, int | None]] = {}

    def naming(self, first: Named) -> Named:
        """Return what tells the item at a place of any page; `first` knows those of the first one."""
        return lambda where: self.named.get(where) or first(where)


ALONE = Followed()


class _Page(Struct, frozen=True):
    name: str
    size: int
    ids: tuple[tuple[int, str], ...]
    items: int
    next: str


def follow(body: bytes, name: str, format_: Format, fetch: Fetch | None) -> Followed:
    """Return what comes of going from page to page; without `fetch` the further ones are named only.

    A feed in another format has no pages.
    """
    if format_.name != "search":
        return ALONE
    walk = _Walk(format_, fetch)
    issues = tuple(rules.unique(walk.all_from(_page(body, name))))
    return Followed(tuple(walk.sheets), issues, walk.named)


class _Walk:
    """The way through the pages: which were seen, and on which of them each id stands first."""

    def __init__(self, format_: Format, fetch: Fetch | None) -> None:
        self.format = format_
        self.fetch = fetch
        self.sheets: list[Sheet] = []
        self.named: dict[str, tuple[str, str, int | None]] = {}
        self.ids: dict[str, str] = {}

    def all_from(self, page: _Page) -> Iterator[Issue]:
        """Yield what is wrong with the pages after `page`, and what stands on two of them."""
        seen = {web_url(page.name) or page.name}
        yield from self._told_before(page)
        while url := web_url(page.next):
            if url in seen:
                yield _issue("error", "page_loop", page.name, f"it leads to {rules.quoted(url)}")
                return
            if self.fetch is None or len(seen) == MOST:
                yield self._unseen(page, url)
                return
            seen.add(url)
            try:
                body = self.fetch(url)
            except FetchError as error:
                yield _issue("error", "page_missing", url, error.message.rstrip("."), error.fix)
                return
            page = _page(body, url)
            yield from chain(self._checked(body, url), self._told_before(page))

    def _checked(self, body: bytes, url: str) -> Iterator[Issue]:
        named, told = namer(body), dict[str, int]()
        for issue in self.format.check(body):
            told[issue.code] = told.get(issue.code, 0) + 1
            where = f"{url}#{issue.where}" if issue.where else url
            if told[issue.code] <= PLACES:
                self.named[item_of(where)] = named(item_of(issue.where))
            yield replace(issue, where=where)

    def _told_before(self, page: _Page) -> Iterator[Issue]:
        """Yield the ids of a page that stood on another one before; those on it twice are told with it."""
        self.sheets.append(Sheet(page.name, page.size, page.items))
        for number, id_ in page.ids:
            if (first := self.ids.setdefault(id_, page.name)) != page.name:
                where = f"{page.name}#/assets/{number}/id"
                self.named.setdefault(item_of(where), (id_[:100], "", None))
                yield rules.issue(RULES, "duplicate_id", where, f"{rules.quoted(id_)} is also in {first}")

    def _unseen(self, page: _Page, url: str) -> Issue:
        detail = f"the next one is {rules.quoted(url)}"
        if self.fetch:
            return _issue("warning", "pages_unseen", page.name, detail, f"Use {MOST} pages at most.")
        return _issue(
            "info", "pages_unseen", page.name, detail, "Check the feed by its address on the command line."
        )


def _issue(
    severity: Severity,
    code: str,
    where: str,
    detail: str,
    fix: str = "Leave `nextPageUrl` out of the last page.",
) -> Issue:
    return Issue(severity, code, where, f"{CODES[code].rstrip('.')}: {detail}.", fix)


def _page(body: bytes, name: str) -> _Page:
    """Return what a page says of itself, as far as it can be read; the check of it says why it cannot."""
    try:
        root: Any = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, ValueError):
        root = None
    root = root if isinstance(root, dict) else {}
    assets = root.get("assets") if isinstance(root.get("assets"), list) else []
    ids = ((n, asset.get("id")) for n, asset in enumerate(assets) if isinstance(asset, dict))
    texts = tuple((number, id_) for number, id_ in ids if isinstance(id_, str) and id_)
    following = root.get("nextPageUrl")
    return _Page(name, len(body), texts, len(assets), following if isinstance(following, str) else "")
