"""What a source is, what it is handed, and what it gives."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from feeds.model import Article, Issue
from feedsvc.http import Http, Validator

CODES: Mapping[str, str] = {
    "source_broken": "A source's reader failed; the others went on.",
    "source_limit": "A listing has more articles than its source's limit; the newest are taken.",
}

log = logging.getLogger(__name__)


class Seen(Struct, frozen=True):
    """What the last pull left for the next one: validators by URL (or file name)."""

    validators: Mapping[str, Validator] = {}


class Pulled(Struct, frozen=True):
    """What a pull found.

    `unchanged` says the listing is as it was (304), and `articles` is empty. `kept` are the GUIDs of
    articles that are still there, as they were, and were not read again. `complete` says that `articles`
    and `kept` are all there are, or all that came out after `since`: one that is missing was withdrawn, as
    are those whose GUIDs are in `gone`. `failed` says that nothing could be had; `issues` say why.
    `validators` replace those in `Seen`. `wait` is for how many seconds the source asks to be left alone;
    `hub` tells when there is something new in `topic` (WebSub).
    """

    articles: tuple[Article, ...] = ()
    validators: Mapping[str, Validator] = {}
    issues: tuple[Issue, ...] = ()
    unchanged: bool = False
    complete: bool = False
    since: datetime | None = None
    failed: bool = False
    kept: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    wait: float = 0.0
    hub: str = ""
    topic: str = ""


class Source(Protocol):
    """One place articles come from. `reads_pages` says its articles want their page read as well."""

    @property
    def reads_pages(self) -> bool:
        """Whether the articles want their page read as well."""
        ...

    def pull(self, seen: Seen) -> Pulled:
        """Return what is there now. Never raises for what it is given: bad data becomes an issue."""
        ...


class Tools(Struct, frozen=True):
    """What `app` hands a source, so that it need not know its siblings.

    `read` is `feedsvc.pages.read`; `keep` publishes a local file (an HLS playlist with all it
    names) and returns its ``/media/...`` address, or raises an OSError that says why not; `workdir` is
    where a source may write; `now` tells the time; relative paths in the settings start at `root`;
    `language` is the channel's.
    """

    http: Http
    read: Callable[[bytes, str], Article]
    keep: Callable[[Path], str]
    workdir: Path
    now: Callable[[], datetime]
    root: Path = Path()
    language: str = ""


def newest(articles: Sequence[Article], limit: int) -> tuple[tuple[Article, ...], tuple[Article, ...]]:
    """Return the `limit` newest articles in their order, and the others; without a date is oldest."""
    ranked = sorted(articles, key=lambda a: a.published.timestamp() if a.published else -inf, reverse=True)
    taken = {id(article) for article in ranked[:limit]}
    return tuple(a for a in articles if id(a) in taken), tuple(a for a in articles if id(a) not in taken)


def too_many(where: str, count: int, limit: int) -> tuple[Issue, ...]:
    """Return what to say of a listing of `count` articles of which only `limit` are taken; nothing if all."""
    if count <= limit:
        return ()
    message = f"There are {count} articles in the listing, and only the newest {limit} are taken."
    fix = "Raise the limit of the source in the settings if you want more of them."
    return (Issue("info", "source_limit", where, message, fix),)


def pull(key: str, source: Source, seen: Seen) -> Pulled:
    """Return what a source has; one that breaks is an issue, and the others go on."""
    try:
        return source.pull(seen)
    except Exception:
        # The one boundary for a source, third parties' kinds among them.
        log.exception("source=%s", key)
        issue = Issue(
            "error",
            "source_broken",
            key,
            "The source could not be read: its reader failed.",
            "Look at the log of this refresh and report it; the last good feed stays on air.",
        )
        return Pulled(issues=(issue,), failed=True)
