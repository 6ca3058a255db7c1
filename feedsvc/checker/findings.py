"""What is wrong with a feed, told once: grouped, counted, worst first, with the items it concerns."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from msgspec import Struct

from feeds.model import Issue, Severity

# With one of these a reader shows nothing at all.
_BLANK = frozenset({
    "empty", "bom", "bad_start", "not_utf8", "too_large", "not_json", "not_object", "null_list", "bad_item",
    "no_genres", "no_video", "no_categories", "nothing_reached", "not_xml", "not_rss", "no_category",
})  # fmt: skip
RANK: Sequence[Severity] = ("error", "warning", "info")
PLACES, _DETAILS, _SHARE = 20, 3, 0.02
# The item that a JSON pointer, be it of a page with an address of its own, or a path of elements leads into.
_ITEM = re.compile(
    r"(?:https?://[^\s#]+#)?/\w+/\d+(?:/seasons/\d+)?(?:/episodes/\d+)?|/rss/channel\[\d+\]/item\[\d+\]"
)


class Place(Struct, frozen=True):
    """Where something is wrong: a JSON pointer, a path or a line, and which item that is."""

    where: str
    message: str
    item: str = ""
    title: str = ""
    line: int | None = None


class Finding(Struct, frozen=True):
    """One thing that is wrong, however often: in how many `items`, with the first places of all.

    `details` are what differs between them, with how often, if that is often enough to say so.
    """

    severity: Severity
    code: str
    count: int
    items: int
    message: str
    details: tuple[tuple[str, int], ...]
    fix: str
    places: tuple[Place, ...]


Named = Callable[[str], tuple[str, str, int | None]]


def _nameless(_: str) -> tuple[str, str, int | None]:
    return "", "", None


def grouped(issues: Iterable[Issue], named: Named = _nameless) -> tuple[Finding, ...]:
    """Return a finding a code, the worst and most frequent first.

    `named` returns id, title and line of the item at a place.
    """
    groups: dict[tuple[Severity, str], list[Issue]] = {}
    for issue in issues:
        groups.setdefault((issue.severity, issue.code), []).append(issue)
    findings = [_finding(same, named) for same in groups.values()]
    return tuple(sorted(findings, key=_worst_first))


def _worst_first(finding: Finding) -> tuple[int, bool, int, str]:
    return RANK.index(finding.severity), finding.code not in _BLANK, -finding.count, finding.code


def _finding(same: Sequence[Issue], named: Named) -> Finding:
    first = same[0]
    sentence, details = _said(same)
    items = {found[0] if (found := _ITEM.match(issue.where)) else issue.where for issue in same}
    places = (Place(i.where, i.message, *named(item_of(i.where))) for i in same[:PLACES])
    return Finding(
        first.severity, first.code, len(same), len(items), sentence, details, first.fix, tuple(places)
    )  # fmt: skip


def item_of(where: str) -> str:
    """Return the place of the item that a place is in, the place itself if it is in none."""
    found = _ITEM.match(where)
    return found[0] if found else where


def _said(same: Sequence[Issue]) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Return what all messages say, and what each adds, the most frequent first."""
    messages = Counter(issue.message for issue in same)
    if len(messages) == 1:
        return same[0].message, ()
    alike = takewhile(
        lambda words: len(set(words)) == 1, zip(*(m.split(" ") for m in messages), strict=False)
    )
    shared, colon, _ = " ".join(words[0] for words in alike).rpartition(":")
    if not colon:
        return same[0].message, ()
    frequent = (
        (message, n) for message, n in messages.most_common(_DETAILS) if n > max(1, len(same) * _SHARE)
    )
    return f"{shared}.", tuple((message[len(shared) + 2 :].rstrip("."), n) for message, n in frequent)
