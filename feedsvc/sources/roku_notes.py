"""What was wrong with the items of a Roku feed, told once for all of them."""

from feeds import wording
from feeds.model import Issue
from feeds.wording import Wording

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "roku_wrapped": (
        "The feed stands inside another object or list, where no reader looks for it.",
        "Publish the object with the lists of items alone.",
    ),
    "roku_item": (
        "Entries that are no items, for they have neither a title nor a video: {}. They are left out.",
        "Give each a title and a content object with its videos, or take it out.",
    ),
    "roku_repeated": (
        "Items with the id of another one: {}. Those that play the same film are left out.",
        "Give every item an id of its own.",
    ),
    "roku_no_id": (
        "Items without an id: {}. The addresses of their films tell them apart instead.",
        "Give every item an id that never changes.",
    ),
    "roku_shape": (
        "Items in which something has another name or place, or a number, a list or an object is written as"
        " something else, such as a number as a text: {}. It was understood.",
        "Nothing to do here; readers on a TV may fail on it.",
    ),
    "roku_date": (
        "Items with a date that is not written as it should be: {}. Where it cannot be read, another one"
        " counts, or when they were first seen.",
        "Write it as 2026-11-22, or as 2026-11-22T07:00:00+00:00.",
    ),
    "roku_rating": (
        "Items whose rating is a text, or of another system than its source: {}. The nearest one was taken.",
        'Write it as {{"rating": "TVPG", "ratingSource": "USA_PR"}}.',
    ),
    "roku_genre": (
        "Items with genres that are none of Roku's 32: {}. The nearest ones count, and these are tags.",
        "Use Roku's genres, in small letters.",
    ),
    "roku_http": (
        "Items with a video on plain http, which TVs do not take: {}. It is looked for on https instead.",
        "Serve the videos over https.",
    ),
    "roku_trick_play": (
        "Items whose files for winding are no BIF: {}. These files are left out.",
        "Name BIF files, or leave them out.",
    ),
}
CODES = wording.meanings(_SAYS)
_WARNINGS = ("roku_item", "roku_repeated", "roku_no_id", "roku_date")


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
            wording.issue(
                _SAYS,
                "warning" if code in _WARNINGS else "info",
                code,
                f"{url}#{next(iter(places))}",
                len(places),
            )
            for code, places in self._found.items()
        )
