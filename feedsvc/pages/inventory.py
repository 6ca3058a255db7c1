"""What stands in a page's tree, noted in one walk: its elements by tag, the attributes anything asks for.

Each search through the tree by itself costs as much as this walk; a page is asked thirty such questions.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice
from typing import Any

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
    elements: defaultdict[str, list[HtmlElement]] = defaultdict(list)
    carrying: defaultdict[str, list[HtmlElement]] = defaultdict(list)
    files: list[tuple[HtmlElement, str, str]] = []
    for element in islice(tree.iter("*"), _MOST):
        tag: Any = element.tag
        elements[tag].append(element)
        # Names alone cost half of what they do with their values.
        for name in element.keys():  # noqa: SIM118
            if name in _ASKED_FOR or (name == "id" and element.get("id", "").endswith("_div")):
                carrying[name].append(element)
        for name, value in element.items() if names_media else ():
            # Looking for two letters takes a tenth of looking for the endings.
            said = value.lower()
            if (".m" in said or ".webm" in said or ".ism" in said) and MEDIA.search(said):
                files.append((element, name, value))
    return Inventory(dict(elements), dict(carrying), tuple(files))
