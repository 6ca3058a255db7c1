"""Articles from a Roku feed that exists already, so that its channel can move here and be mended.

Direct Publisher JSON or Roku's MRSS, at an address or in a local file. It names all there is: an item that is
missing was withdrawn. What it says of an item is all there is to know: no page is read.
"""

from functools import partial
from hashlib import blake2b
from pathlib import Path

from msgspec.structs import replace

from feeds import direct_publisher, loose_json, recognition, text, values
from feeds.model import Article, Issue
from feedsvc.charsets import utf8
from feedsvc.http import Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import feed
from feedsvc.sources.feed import Listing
from feedsvc.sources.roku_item import articles, secure
from feedsvc.sources.roku_notes import Notes
from feedsvc.sources.rss import Rss, together
from feedsvc.sources.source import Pulled, Seen, Source, Tools

CODES = {
    "roku_not_a_feed": "The document is no Direct Publisher feed.",
    "roku_broken_json": "The JSON of a feed is broken, and was read as far as it can be.",
    "roku_no_file": "The file of a feed cannot be read.",
}
ACCEPT = "application/json, application/rss+xml, application/xml;q=0.9, */*;q=0.5"


class RokuFile:
    """A feed in a local file, of at most so many bytes."""

    reads_pages = False

    def __init__(self, path: Path, limit: int, most: int) -> None:
        self.path, self._limit, self._most = path, limit, most

    def pull(self, seen: Seen) -> Pulled:
        """Return the file's articles, or that it is unchanged, or why it cannot be read."""
        name = str(self.path)
        body = self._body()
        if isinstance(body, Issue):
            return Pulled(validators=seen.validators, issues=(body,), failed=True)
        known = seen.validators.get(name)
        validator = Validator(digest=blake2b(body, digest_size=16).hexdigest())
        if known and known.digest == validator.digest:
            return Pulled(validators={name: validator}, unchanged=True)
        listing = read(body, name)
        if listing.failed:
            return Pulled(validators=seen.validators, issues=listing.issues, failed=True)
        return replace(together([listing], name, self._limit), validators={name: validator})

    def _body(self) -> bytes | Issue:
        try:
            with self.path.open("rb") as file:
                body = file.read(self._most + 1)
        except OSError as error:
            return _no_file(self.path, error.strerror or "it is no file")
        return (
            body if len(body) <= self._most else _no_file(self.path, f"it has more than {self._most} bytes")
        )


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the feed at the settings' `url`, or in the file at their `path`."""
    if settings.path and not settings.url:
        return RokuFile(tools.root / settings.path, settings.limit, tools.http.settings.max_listing)
    return Rss(settings, tools, read=read, accept=ACCEPT, reads_pages=False)


def read(body: bytes, url: str, charset: str = "") -> Listing:
    """Return what a feed's bytes say, JSON or XML; `url` is where they are from."""
    document = text.safe(utf8(body, charset).decode())
    # A program may have printed a warning, in HTML, before the JSON.
    is_markup = document.lstrip().startswith("<") and recognition.format_name(body) != "roku"
    if not document.strip() or is_markup:
        return _read_xml(feed.read(body, url, charset), url)
    return _read_json(document, url)


def _read_xml(listing: Listing, url: str) -> Listing:
    broken = any(issue.code == "source_malformed" for issue in listing.issues)
    notes = Notes()

    def told(one: Article) -> Article:
        note = partial(notes.add, where=one.guid)
        return replace(one, videos=tuple(replace(v, url=secure(v.url, note)) for v in one.videos))

    found = tuple(map(told, listing.articles))
    issues = (*listing.issues, *notes.issues(url))
    complete = not (broken or listing.older or listing.failed)
    return replace(listing, articles=found, issues=issues, complete=complete)


def _read_json(document: str, url: str) -> Listing:
    try:
        found = loose_json.read(document)
    except ValueError as error:
        return _not_a_feed(url, f"it is not JSON ({error})")
    notes = Notes()
    told, _ = feed.named(articles(values.fit(found.value), url, notes))
    if not told:
        return _not_a_feed(url, f"it has no item in {', '.join(direct_publisher.LISTS)}")
    issues = (*_broken(found, url), *notes.issues(url))
    return Listing(tuple(told), issues, complete=found.whole)


def _broken(found: loose_json.Loose, url: str) -> tuple[Issue, ...]:
    if not found.fault:
        return ()
    done = "It was mended." if found.whole else "What stands before that place, or can be mended, was read."
    message = f"The JSON is broken ({found.fault}). {done}"
    return (Issue("warning", "roku_broken_json", url, message, "Have a program write the feed, not a hand."),)


def _not_a_feed(url: str, why: str) -> Listing:
    message = f"This is no Direct Publisher feed: {why}."
    fix = "Give the address of the feed that the channel reads."
    return Listing(issues=(Issue("error", "roku_not_a_feed", url, message, fix),), failed=True)


def _no_file(path: Path, why: str) -> Issue:
    message = f"The file cannot be read: {why}."
    return Issue("error", "roku_no_file", str(path), message, "Correct the path, or put the feed there.")
