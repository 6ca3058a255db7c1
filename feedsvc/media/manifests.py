"""What DASH and Smooth manifests share: XML from strangers, read without what XML can do to a reader."""

import re
from collections.abc import Iterator

from lxml import etree

Element = etree._Element
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}>")
_WHOLE = re.compile(r"\d{1,18}")


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
