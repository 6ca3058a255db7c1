"""What stands in a page's tree, noted in one walk: its elements by tag, the attributes anything asks for.

Each search through the tree by itself costs as much as this walk; a page is asked thirty such questions.
"""

import re
from collections.abc import Mapping
from itertools import islice

from lxml.html import HtmlElement
from msgspec import Struct

Elements = Mapping[str, list[HtmlElement]]

MEDIA = re.compile(r"\.(?:m(?:p[4d]|3u8|4v|ov)|webm|isml?/)", re.I)
# No page a person reads has more elements; a hostile one has millions.
_MOST = 200_000
# Where players keep the id of their video.
JW_DATA = (
    "data-jw-media-id",
    "data-jw-id",
    "data-video-jw-id",
    "data-jwplayer-id",
    "data-jwplayer-media-id",
)
PLAYERS = (*JW_DATA, "data-video-id", "data-uuid", "data-media-id")
_ASKED_FOR = frozenset(("itemprop", "rel", "data-setup", *PLAYERS))


class Inventory(Struct, frozen=True):
    """The elements of a page by tag, and those that carry an attribute that is asked for, by its name.

    `files` are the attributes in which the ending of a video file occurs: element, name, value.
    All in the page's order.
    """

    elements: Elements
    carrying: Elements
    files: tuple[tuple[HtmlElement, str, str], ...]

    def all(self, *tags: str) -> list[HtmlElement]:
        """Return the elements of these tags, tag by tag."""
        return [element for tag in tags for element in self.elements.get(tag, ())]


def inventory(tree: HtmlElement, names_media: bool) -> Inventory:
    """Return what stands in a tree; `files` stay empty unless the page `names_media` anywhere."""
    elements: dict[str, list[HtmlElement]] = {}
    carrying: dict[str, list[HtmlElement]] = {}
    files: list[tuple[HtmlElement, str, str]] = []
    for element in islice(tree.iter("*"), _MOST):
        elements.setdefault(str(element.tag), []).append(element)
        for name, value in element.items():
            if name in _ASKED_FOR or (name == "id" and value.endswith("_div")):
                carrying.setdefault(name, []).append(element)
            # Looking for two letters takes a tenth of looking for the endings.
            likely = names_media and (".m" in value or ".M" in value or ".webm" in value or ".ism" in value)
            if likely and MEDIA.search(value):
                files.append((element, name, value))
    return Inventory(elements, carrying, tuple(files))
