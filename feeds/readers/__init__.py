"""What the readers that still exist make of a feed's bytes: the rows on the TV, or why there are none.

Nobody checks a Direct Publisher feed any more, and a bad one is a blank channel: so the service asks here,
before it publishes, whether each reader shows every item. A reader's rules are the steps of its module
(`template_reader`, `wizard_reader`); the language both are written in is in `brightscript`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from feeds.model import Issue
from feeds.readers.screen import CODES, Screen, ShownRow, Tile, explain
from feeds.readers.template_reader import identified, template
from feeds.readers.wizard_reader import wizard

__all__ = ["CODES", "READERS", "Screen", "ShownRow", "Tile", "template", "unseen", "wizard"]

Reader = Callable[[bytes, str], Screen]
READERS: Mapping[str, Reader] = MappingProxyType({"template": template, "wizard": wizard})
# The template knows no ids in MRSS; told with the guids, its tiles can be told apart.
_TOLD: Mapping[str, Reader] = MappingProxyType({**READERS, "template": identified})


def unseen(
    body: bytes, path: str, ids: Collection[str], readers: Iterable[str] = tuple(READERS)
) -> list[Issue]:
    """Return an issue for each of `ids` that a reader does not show with title and picture, ready to play.

    A reader that shows nothing at all gives one issue, its crash. `path` is the end of the feed's address.
    """
    return [issue for reader in readers for issue in _unseen(_TOLD[reader](body, path), ids)]


def _unseen(screen: Screen, ids: Iterable[str]) -> Iterator[Issue]:
    if screen.crash:
        yield screen.crash
        return
    shown: dict[str, list[Tile]] = {}
    for tile in _all(tile for row in screen.rows for tile in row.tiles):
        shown.setdefault(tile.id, []).append(tile)
    for name in dict.fromkeys(ids):
        if code := min((_lack(tile) for tile in shown.get(name, ())), default="reader_hides"):
            yield explain(screen.reader, code, name)


def _all(tiles: Iterable[Tile]) -> Iterator[Tile]:
    for tile in tiles:
        yield tile
        yield from _all(tile.episodes)


def _lack(tile: Tile) -> str:
    """Return the code of what a tile lacks, empty when it lacks nothing."""
    if not tile.title.strip():
        return "reader_no_title"
    if not tile.picture.strip():
        return "reader_no_picture"
    return "" if any(part.plays.strip() for part in _all((tile,))) else "reader_no_play"
