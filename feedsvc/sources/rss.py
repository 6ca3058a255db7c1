"""Articles from a feed somewhere on the web: asked with manners, its older pages when it pays."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.identity import canonical
from feeds.model import Article
from feedsvc.http import FetchError, Response, Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import feed, manners
from feedsvc.sources.feed import Listing
from feedsvc.sources.manners import Manners
from feedsvc.sources.source import Pulled, Seen, Source, Tools, newest, too_many

ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, */*;q=0.5"
# The most pages that are read of one feed at once, and how many entries are remembered of the first one.
PAGES, REMEMBERED = 20, 20


class _Memory(Struct, frozen=True):
    """What is to be known of a feed the next time: what it asks for, and what stood in its first page."""

    manners: Manners = Manners()
    entries: tuple[str, ...] = ()


class Rss:
    """A feed somewhere on the web: `read` tells what its bytes say."""

    def __init__(
        self,
        settings: SourceSettings,
        tools: Tools,
        *,
        read: Callable[[bytes, str, str], Listing] = feed.read,
        accept: str = ACCEPT,
        reads_pages: bool = True,
    ) -> None:
        self.url = settings.url
        self.reads_pages = reads_pages
        self._settings, self._tools, self._read, self._accept = settings, tools, read, accept

    def pull(self, seen: Seen) -> Pulled:
        """Return the feed's articles, or that it is unchanged, or why it could not be had."""
        memory, validator = _recalled(seen, self.url), seen.validators.get(self.url)
        try:
            response = self._ask(self.url, self._tools.http.settings.max_listing, validator)
        except FetchError as error:
            return Pulled(validators=seen.validators, issues=(error.issue(),), failed=True)
        if response.not_modified:
            return self._told(Pulled(unchanged=True), response, memory)
        listing = self._read(response.body, response.url, response.charset)
        if listing.failed:
            # The validator of what could not be read must not make it "unchanged" the next time.
            return Pulled(validators=seen.validators, issues=listing.issues, failed=True)
        known = _Memory(listing.manners, tuple(_entries(listing.articles[:REMEMBERED])))
        pages = list(self._pages(listing, response, frozenset(memory.entries)))
        return self._told(together(pages, self.url, self._settings.limit), response, known)

    def _ask(self, url: str, most: int, validator: Validator | None = None) -> Response:
        secret = self._settings.secret
        return self._tools.http.get(
            url, validator=validator, max_bytes=most, accept=self._accept, login=secret
        )

    def _pages(self, listing: Listing, response: Response, known: frozenset[str]) -> Iterator[Listing]:
        """Yield the first page, and older ones until one has an entry that was there the last time.

        So all are read the first time, and later only what came between: within the limits of articles, pages
        and bytes, on the same host, and none twice.
        """
        asked, found = {self.url, response.url}, 0
        left = self._tools.http.settings.max_listing - len(response.body)
        while True:
            yield listing
            found += len(listing.articles)
            if listing.older in asked or not _same_host(listing.older, response.url):
                return
            overlaps = not known.isdisjoint(_entries(listing.articles))
            if overlaps or found >= self._settings.limit or len(asked) > PAGES or left <= 0:
                return
            asked.add(listing.older)
            listing, size = self._older(listing.older, left)
            left -= size

    def _older(self, url: str, most: int) -> tuple[Listing, int]:
        """Return an older page and its size; one that cannot be had is a warning, and the last one."""
        try:
            response = self._ask(url, most)
        except FetchError as error:
            return Listing(issues=(error.issue("warning"),)), 0
        listing = self._read(response.body, response.url, response.charset)
        issues = (replace(i, severity="warning") for i in listing.issues if i.code != "source_empty")
        return replace(listing, issues=tuple(issues)), len(response.body)

    def _told(self, pulled: Pulled, response: Response, memory: _Memory) -> Pulled:
        """Return it with what is to be remembered, and with what the feed asks for."""
        asks = manners.heard(memory.manners, response.headers, response.url)
        kept = Validator(digest=msgspec.json.encode(replace(memory, manners=asks)).decode())
        return replace(
            pulled,
            validators={self.url: response.validator, _memory(self.url): kept},
            wait=asks.wait(self._tools.now()),
            hub=asks.hub,
            topic=asks.topic,
        )


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the feed at the settings' `url`."""
    return Rss(settings, tools)


def together(pages: Sequence[Listing], where: str, limit: int) -> Pulled:
    """Return what the pages of a feed say together; of an entry in several the newest page counts."""
    there: dict[str, Article] = {}
    for article in (article for page in pages for article in page.articles):
        there.setdefault(article.guid, article)
    taken, others = newest(tuple(there.values()), limit)
    said = (issue for page in pages for issue in page.issues)
    return Pulled(
        taken,
        issues=(*said, *too_many(where, len(there), limit)),
        complete=pages[0].complete,
        kept=frozenset(article.guid for article in others),
        gone=frozenset().union(*(page.gone for page in pages)) - there.keys(),
    )


def _same_host(one: str, other: str) -> bool:
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def _entries(articles: Iterable[Article]) -> Iterator[str]:
    """Yield what the entries of a page are known by, whether their GUID or their address is changed."""
    for article in articles:
        yield text.stable_id(article.guid)
        yield text.stable_id(canonical(article.url) or article.guid)


def _memory(url: str) -> str:
    return f"{url} asks"


def _recalled(seen: Seen, url: str) -> _Memory:
    known = seen.validators.get(_memory(url))
    try:
        return msgspec.json.decode(known.digest, type=_Memory) if known else _Memory()
    except (msgspec.DecodeError, UnicodeError):
        return _Memory()
