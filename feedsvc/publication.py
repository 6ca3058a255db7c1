"""A document made of a feed, and whether it may take the place of the last one."""

import gzip
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct

from feeds.model import Feed, Format, Issue, Written
from feeds.readers import unseen
from feedsvc.store import Document


class Outcome(Struct, frozen=True):
    """What became of one format's document; sizes in bytes, `warnings` what writing it had to mend."""

    bytes: int
    items: int
    etag: str
    published: bool
    held_because: str | None = None
    warnings: tuple[Issue, ...] = ()


def document_of(written: Written, format_: Format, feed: Feed, now: datetime) -> Document:
    """Return the document as it is served: the same bytes always make the same ETag and gzip."""
    body = written.body
    etag = blake2b(body, digest_size=16).hexdigest()
    squeezed = gzip.compress(body, 9, mtime=0)
    return Document(feed.channel.id, format_.name, now, etag, written.ids, body, squeezed)


def held_because(document: Document, format_: Format, last: Document | None, max_drop: float) -> str | None:
    """Return why a document may not be published, in a sentence; None when it may.

    It must be valid, its readers must show every item in it, and it must not have lost more than
    `max_drop` (a fraction) of the items of the last one.
    """
    if not document.ids:
        return "No article is fit to be shown; the reasons are in the list of those left out."
    problems = [i for i in format_.check(document.body) if i.severity == "error"]
    problems = problems or unseen(document.body, format_.path, document.ids, format_.readers)
    if problems:
        return _first_of(problems)
    if last and len(document.ids) < len(last.ids) * (1 - max_drop):
        return (
            f"It would shrink from {len(last.ids)} to {len(document.ids)} items. "
            "If that is meant, publish it with: refresh --force."
        )
    return None


def _first_of(problems: list[Issue]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    first = problems[0]
    return f"{first.code} at {first.where}: {first.message}{more}"
