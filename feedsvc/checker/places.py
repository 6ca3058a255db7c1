"""Which item a place in a feed is: what `check` says at a pointer or a path, told as a person knows it."""

import re
from functools import cache
from typing import Any

import msgspec
from lxml import etree
from lxml.etree import _Element as Element

from feedsvc.checker.findings import Named

_PART = re.compile(r"\[(\d+)\]\Z")


def namer(body: bytes) -> Named:
    """Return what tells id, title and line of the item at a place; nothing of a document that is broken."""
    read = _in_xml if body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _in_json
    return cache(read(body))


def _in_json(body: bytes) -> Named:
    try:
        root: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        root = None

    def named(where: str) -> tuple[str, str, int | None]:
        item = root
        for step in where.split("/")[1:]:
            try:
                item = item[int(step)] if isinstance(item, list) else item[step]
            except (KeyError, IndexError, TypeError, ValueError):
                return "", "", None
        if item is root or not isinstance(item, dict):
            return "", "", None
        return _short(item.get("id")), _title(item), None

    return named


def _title(item: dict[str, Any]) -> str:
    titles = item.get("titles")
    if isinstance(titles, list) and titles and isinstance(titles[0], dict):
        return _short(titles[0].get("value"))
    return _short(item.get("title"))


def _short(value: object) -> str:
    return value[:100] if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _in_xml(body: bytes) -> Named:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    items = [] if root is None else list(root.iterfind("channel/item"))

    def named(where: str) -> tuple[str, str, int | None]:
        found = _PART.search(where)
        if not found or "/item[" not in where or not 0 < int(found[1]) <= len(items):
            return "", "", None
        item = items[int(found[1]) - 1]
        return _short(item.findtext("guid")), _short(item.findtext("title")), _line(item)

    return named


def _line(item: Element) -> int | None:
    line = item.sourceline
    # A whole feed on one line is not found by it.
    return line if isinstance(line, int) and line > 1 else None
