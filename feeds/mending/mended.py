"""What a mending is told beside the bytes, and what it gives."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct

from feeds import rules, values
from feeds.model import Issue
from feeds.rules import Rule, Rules

# C1, with room for what a server or an editor adds.
ROOM = rules.DEVICE_LIMIT - 2_000

RULES: Rules = {
    "mended_document": Rule("info", "The document could not be read as it stood; it was written anew.", ""),
    "mended_shape": Rule("info", "It stood where, or in a shape in which, no reader looks for it.", ""),
    "mended_id": Rule("info", "An id was missing, not unique or mistaken for another: it has a new one.", ""),
    "mended_title": Rule("info", "A title was missing or not plain text.", ""),
    "mended_description": Rule("info", "A description was missing, too long or not plain text.", ""),
    "mended_picture": Rule("info", "A thumbnail has another address.", ""),
    "mended_genre": Rule("info", "Genres were missing or not Roku's.", ""),
    "mended_tag": Rule("info", "Tags were missing, too long, or split by a reader.", ""),
    "mended_rating": Rule("info", "A rating was missing or not in the shape readers take.", ""),
    "mended_date": Rule("info", "A date was missing or not written as readers take it.", ""),
    "mended_number": Rule("info", "A number was text, or none.", ""),
    "mended_video": Rule("info", "A video's address, type or quality was not told as readers take it.", ""),
    "mended_extra": Rule("info", "Captions, ad breaks, credits or the like were incomplete.", ""),
    "mended_language": Rule("info", "A language was missing or no language tag.", ""),
    "mended_row": Rule(
        "info", "Rows, categories or playlists were changed so that every item is in one.", ""
    ),
    "left_out_no_video": Rule(
        "warning", "An item has no video that could be played, and was left out.", "Give it one."
    ),
    "nothing_left": Rule(
        "error", "No item has a video that could be played, so no feed was written.", "Give the items videos."
    ),
    "feed_shortened": Rule(
        "warning",
        "The items fit in the 512,000 characters a TV takes only without their long descriptions.",
        "Publish fewer items, or shorter descriptions.",
    ),
    "feed_split": Rule(
        "warning",
        "The items do not fit in the 512,000 characters a TV takes: older ones are in files of their own.",
        "Publish fewer items, or a channel for each file.",
    ),
    "not_mended": Rule("error", "Nothing in the document could be read.", "Write the feed anew."),
}
CODES = rules.meanings(RULES)


def _no_date(_: str) -> datetime | None:
    return None


class Told(Struct, frozen=True):
    """What the bytes do not say.

    `now` dates what has no date; `moment` reads a date however it is written; `base` is the feed's own
    address. `pictures` are the new addresses of thumbnails, under an address or, without one, under the
    video's; `lengths` the seconds of videos by their address.
    """

    now: datetime
    moment: Callable[[str], datetime | None] = _no_date
    base: str = ""
    pictures: Mapping[str, str] = {}
    lengths: Mapping[str, int] = {}

    def when(self, *texts: object) -> datetime | None:
        """Return the first of the texts that is a date."""
        for written in texts:
            date = values.whole_year(written) if isinstance(written, str) else ""
            if date and (found := rules.day(date) or self.moment(date)):
                return found if found.tzinfo else found.replace(tzinfo=UTC)
        return None


class Mended(Struct, frozen=True):
    """The mended documents, newest items first, and what was done to them, item by item."""

    bodies: tuple[bytes, ...] = ()
    issues: tuple[Issue, ...] = ()


def done(code: str, where: str, detail: str = "") -> Issue:
    """Return what was done at `where`."""
    return rules.issue(RULES, code, where, detail)


def differences(
    before: Mapping[str, object], after: Mapping[str, object], codes: Mapping[str, str], where: str
) -> Iterator[Issue]:
    """Yield one issue for each code of `codes` of whose fields one has changed."""
    changed: dict[str, str] = {}
    for name, code in codes.items():
        if before.get(name) != after.get(name):
            changed.setdefault(code, name)
    yield from (done(code, where, f"`{name}`") for code, name in changed.items())


def unreadable() -> Mended:
    """Return the mending of what cannot be read at all."""
    return Mended(issues=(done("not_mended", ""),))


def in_parts(costs: Iterable[int], room: int) -> list[int]:
    """Return the number of the part each item goes into, so that none takes more than `room`."""
    part = spent = 0
    parts = []
    for cost in costs:
        if spent and spent + cost > room:
            part, spent = part + 1, 0
        spent += cost
        parts.append(part)
    return parts


class Work(Protocol):
    """The mending of one feed: what is done to its items, then the documents they fit in, and of that."""

    issues: list[Issue]

    @property
    def items(self) -> Collection[object]:
        """The items that are left, once all is mended."""
        ...

    def mended(self) -> Iterator[Issue]:
        """Mend the items, and yield what is done to them."""
        ...

    def documents(self) -> Iterator[bytes]:
        """Yield the documents."""
        ...


def outcome(work: Work, whole: bool) -> Mended:
    """Return what comes of mending a feed, of which the document was read as a `whole` or not."""
    issues = [] if whole else [done("mended_document", "")]
    issues += work.mended()
    if not work.items:
        empty = "nothing_left" if any(one.code == "left_out_no_video" for one in issues) else "not_mended"
        return Mended((), (*issues, done(empty, "")))
    bodies = tuple(work.documents())
    return Mended(bodies, (*issues, *work.issues))
