"""A feed mended where that is mechanical, so that every item with a video is on the TV in both readers. Pure.

    >>> mend(body, "roku", Told(now))     # doctest: +SKIP

What is mended stays in its place: ids that work, texts, rows and fields that no reader minds are kept as they
are. Media RSS of any flavour becomes the Roku flavour, for that is the one the readers show.
"""

from collections.abc import Callable, Mapping

from feeds.mending import mrss, roku, search
from feeds.mending.mended import CODES as CODES
from feeds.mending.mended import Mended, Told

__all__ = ["CODES", "Mended", "Told", "mend"]

# All others are Media RSS, in one flavour or another.
_MENDERS: Mapping[str, Callable[[bytes, Told], Mended]] = {"roku": roku.mend, "search": search.mend}


def mend(body: bytes, format_name: str, told: Told) -> Mended:
    """Return the mended documents of a feed in one of the formats, and what was done. Never raises.

    There are several where the items do not fit in what a TV takes, and none where nothing could be read.
    """
    return _MENDERS.get(format_name, mrss.mend)(body, told)
