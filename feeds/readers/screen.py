"""What a reader makes of a feed: the rows on the TV, or why there are none."""

from collections.abc import Callable

from msgspec import Struct

from feeds.model import Issue
from feeds.readers.brightscript import Crash
from feeds.rules import Rule, Rules, issue, meanings


class Tile(Struct, frozen=True):
    """What stands in a row: texts empty where the reader shows none; `plays` is the video's address.

    `captions` are the addresses of those it offers. `short` is what stands above the rows while it is in
    focus, None where that is the `description`, which else stands on a page of its own. A series plays
    nothing itself: its `episodes` do, or the episodes of the seasons that stand there.
    """

    id: str
    title: str
    description: str
    picture: str
    plays: str
    episodes: tuple["Tile", ...] = ()
    captions: tuple[str, ...] = ()
    short: str | None = None


class ShownRow(Struct, frozen=True):
    """A row on the TV."""

    title: str
    tiles: tuple[Tile, ...]


class Screen(Struct, frozen=True):
    """What `reader` shows; `crash` says why none of the feed's items, its `where` at which item or list."""

    reader: str
    rows: tuple[ShownRow, ...]
    crash: Issue | None = None


RULES: Rules = {
    "reader_size": Rule(
        "error",
        "The feed has 512,000 characters or more, and the TV says so instead of showing it (C1).",
        "Publish fewer items, or shorter descriptions.",
    ),
    "reader_empty": Rule(
        "error", "There is nothing in the feed, and the TV says that it has none (C1).", "Publish it again."
    ),
    "reader_json": Rule(
        "error",
        "The feed is not JSON, nor XML from its first character on, and nothing is shown (C2).",
        "Remove what stands before the document, and check that the document is whole.",
    ),
    "reader_xml": Rule(
        "error",
        "The feed is not well-formed XML without entities of its own, and nothing is shown (C2).",
        "Check that the document is whole and that every & and < in a text is escaped.",
    ),
    "reader_not_rss": Rule(
        "error", "The feed is XML but not RSS, and nothing is shown (C5).", "Publish RSS."
    ),
    "reader_genres": Rule(
        "error", "An item without a list of genres crashes the reader (C3).", "Give it at least one genre."
    ),
    "reader_videos": Rule(
        "error", "An item without a video crashes the reader (C4).", "Give it a video, or leave it out."
    ),
    "reader_no_rows": Rule(
        "error",
        "No item of the feed has a media:category directly in it, which crashes the reader (C6).",
        "Give every item a media:category.",
    ),
    "reader_no_categories": Rule(
        "error", "The feed has no categories, and nothing is shown (C8).", "Give it some, with their items."
    ),
    "reader_id_pattern": Rule(
        "error",
        "A playlist names an id that is no pattern the reader can search for, which crashes it (C10).",
        "Make ids of letters, digits and _ only.",
    ),
    "reader_address": Rule(
        "error",
        "The feed's address has no .json, .xml or .rss in it, and the reader loads for ever (C11).",
        "End the address in .json or .xml.",
    ),
    "reader_shape": Rule(
        "error",
        "Something is missing or not of the kind the reader expects, which crashes it (C12).",
        "Make the root an object, every list a list of objects, and every text a text.",
    ),
    "reader_too_many": Rule(
        "error", "The rows would hold more items than any TV can.", "Let fewer categories ask for one tag."
    ),
    "reader_white_space": Rule(
        "error",
        "White space or text stands between the parts of an item, which crashes the reader (C19).",
        "Write items with nothing between their elements.",
    ),
    "reader_id": Rule(
        "error", "An id is missing or not a text, which crashes the reader (C20).", "Make every id a text."
    ),
    "reader_hides": Rule(
        "error",
        "The reader does not show the item.",
        "Give it a video, and a place in a row the reader knows.",
    ),
    "reader_no_title": Rule("error", "The reader shows the item without a title.", "Give it one, as text."),
    "reader_no_picture": Rule("error", "The reader shows the item without a picture.", "Give it one."),
    "reader_no_play": Rule("error", "The reader shows the item, but cannot play it.", "Give it a video."),
}
CODES = meanings(RULES)


def play(reader: str, program: Callable[[], tuple[ShownRow, ...]]) -> Screen:
    """Return what `program` shows, or why it shows nothing."""
    try:
        return Screen(reader, program())
    except Crash as crash:
        return Screen(reader, (), explain(reader, crash.code or "reader_shape", crash.where))


def explain(reader: str, code: str, where: str) -> Issue:
    """Return the issue for what `reader` met at `where`."""
    return issue(RULES, code, where, f"the {reader}")
