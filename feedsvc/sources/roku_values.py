"""The values in a Direct Publisher feed, whatever their form, and notes of what was wrong with them."""

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

from feeds.model import Issue, Severity
from feedsvc.sources.media_rss import seconds

Json = Mapping[str, Any]

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Mapping[str, tuple[Severity, str, str]] = {
    "roku_wrapped": (
        "info",
        "The feed stands inside another object or list, where no reader looks for it.",
        "Publish the object with the lists of items alone.",
    ),
    "roku_item": (
        "warning",
        "Entries that are no items, for they have neither a title nor a video: {}. They are left out.",
        "Give each a title and a content object with its videos, or take it out.",
    ),
    "roku_repeated": (
        "warning",
        "Items with the id of another one: {}. Those that play the same film are left out.",
        "Give every item an id of its own.",
    ),
    "roku_no_id": (
        "warning",
        "Items without an id: {}. The addresses of their films tell them apart instead.",
        "Give every item an id that never changes.",
    ),
    "roku_shape": (
        "info",
        "Items in which a number, a list or an object is written as something else, such as a number as a"
        " text: {}. It was understood.",
        "Nothing to do here; readers on a TV may fail on it.",
    ),
    "roku_date": (
        "warning",
        "Items with a date that is not written as it should be: {}. Where it cannot be read, another one"
        " counts, or when they were first seen.",
        "Write it as 2026-11-22, or as 2026-11-22T07:00:00+00:00.",
    ),
    "roku_rating": (
        "info",
        "Items whose rating is a text, or of another system than its source: {}. The nearest one was taken.",
        'Write it as {{"rating": "TVPG", "ratingSource": "USA_PR"}}.',
    ),
    "roku_genre": (
        "info",
        "Items with genres that are none of Roku's 32: {}. These became tags.",
        "Use Roku's genres, in small letters.",
    ),
    "roku_http": (
        "info",
        "Items with a video on plain http, which TVs do not take: {}. It is looked for on https instead.",
        "Serve the videos over https.",
    ),
    "roku_trick_play": (
        "info",
        "Items whose files for winding are no BIF: {}. These files are left out.",
        "Name BIF files, or leave them out.",
    ),
}
CODES: Mapping[str, str] = {code: says[1].replace("{}", "…") for code, says in _SAYS.items()}


class Notes:
    """What was wrong with the items of a feed: how many items each thing concerns, and the first of them."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}

    def add(self, code: str, where: str) -> None:
        """Note what is the matter at a JSON pointer."""
        self._found.setdefault(code, {})[where] = None

    def issues(self, url: str) -> tuple[Issue, ...]:
        """Return one issue a kind, which names the first place in the feed at `url`."""
        return tuple(
            _issue(code, f"{url}#{next(iter(places))}", len(places)) for code, places in self._found.items()
        )


def _issue(code: str, where: str, count: int) -> Issue:
    severity, message, fix = _SAYS[code]
    return Issue(severity, code, where, message.format(count), fix.format())


def objects(value: Any, where: str, notes: Notes, *, alone: bool = False) -> Iterator[tuple[str, Json]]:
    """Yield the objects of a list with their places, or the one that stands `alone`, list or not.

    A text is the address of what it stands for.
    """
    if isinstance(value, dict):
        if not alone:
            notes.add("roku_shape", where)
        yield f"{where}/0", value
    elif isinstance(value, list):
        if alone and value:
            notes.add("roku_shape", where)
        for number, member in enumerate(value):
            if not isinstance(member, dict):
                notes.add("roku_shape", where)
            told = {"url": member} if isinstance(member, str) else member
            yield f"{where}/{number}", told if isinstance(told, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return the list, an empty one if it is none."""
    return value if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """Return the text, an empty one if it is none."""
    return value if isinstance(value, str) else ""


def texts(value: Any, where: str = "", notes: Notes | None = None) -> list[str]:
    """Return the texts of a list, or of one text with commas in it."""
    if isinstance(value, str) and notes:
        notes.add("roku_shape", where)
    said: Iterable[Any] = value.split(",") if isinstance(value, str) else list_of(value)
    return [name for one in said if isinstance(one, str) and (name := one.strip())]


def positive(value: Any, where: str, notes: Notes) -> float | None:
    """Return a number that is more than none, of seconds or anything else; None if it is no such number."""
    if isinstance(value, str):
        if found := seconds(value):
            notes.add("roku_shape", where)
        return found
    return float(value) if _is_number(value) and 0 < value < 10**7 else None


def whole(value: Any, where: str, notes: Notes) -> int | None:
    """Return such a number as a whole one."""
    found = positive(value, where, notes)
    return round(found) or None if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
