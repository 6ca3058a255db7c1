"""What DASH and Smooth manifests share: XML from strangers, read without what XML can do to a reader."""

import re
from collections.abc import Iterator
from typing import Generic, Literal, Protocol, TypeVar

from lxml import etree
from msgspec import Struct

Element = etree._Element
Kind = Literal["video", "audio", ""]
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}>")
_WHOLE = re.compile(r"\d{1,18}")


def begins(name: bytes) -> re.Pattern[bytes]:
    """Return what the first bytes match of a manifest whose root is called `name`."""
    return re.compile(rb"(?s)(?:\xef\xbb\xbf)?\s*(?:<[?!].{0,3000}?)?<(?:[\w.-]{1,60}:)?" + name + rb"[\s>]")


class Rung(Protocol):
    """What any manifest says of one rung: bits a second, pixels."""

    @property
    def kind(self) -> str:
        """Say whether it is pictures or sound."""
        ...

    @property
    def height(self) -> int:
        """How high its pictures are."""
        ...

    @property
    def bandwidth(self) -> int:
        """How much it takes."""
        ...

    @property
    def foreign(self) -> bool:
        """Tell whether TVs need not play it."""
        ...


R = TypeVar("R", bound=Rung)


class Manifest(Struct, Generic[R], frozen=True):
    """What a manifest says; `encryption` names the scheme, `live` one that has not ended."""

    rungs: tuple[R, ...] = ()
    seconds: float = 0.0
    live: bool = False
    encryption: str = ""

    def top(self, kind: Kind) -> R | None:
        """Return the best rung of that kind a TV can play, else the best there is, None if there is none."""
        rungs = (rung for rung in self.rungs if rung.kind == kind)
        return max(rungs, key=lambda r: (not r.foreign, r.height, r.bandwidth), default=None)


def root(text: str, name: str) -> Element | None:
    """Return the root of a manifest if it is called `name`, whatever its namespace; else None.

    Entities stay unexpanded, nothing is fetched, and libxml2's own bounds on depth and size hold.
    """
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, recover=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    # libxml2 believes the declaration before what it is told, and the text is in UTF-8 by now.
    body = _DECLARATION.sub("", text.lstrip("\ufeff"))
    try:
        found = etree.fromstring(body.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return found if found is not None and etree.QName(found).localname == name else None


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield an element's children of that name, whatever their namespace."""
    if element is not None:
        yield from element.iterchildren(f"{{*}}{name}")


def whole(value: str | None, default: int = 0) -> int:
    """Return a number of at most 18 digits, else `default`."""
    said = (value or "").strip()
    return int(said) if _WHOLE.fullmatch(said) and said.isascii() else default
