"""What a published document says of each item, whatever its format: to compare, to search, to show.

Reads bytes only, as `feeds.FORMATS` write them. A document that is something else has no items.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec
from lxml import etree
from lxml.etree import _Element as Element
from msgspec import Struct

_PREFIXES = {
    "http://search.yahoo.com/mrss/": "media:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://www.w3.org/2005/Atom": "atom:",
}


class Told(Struct, frozen=True):
    """One item as a document tells it: every value under the path to it, and the piece of the document."""

    fields: Mapping[str, str]
    raw: str

    @property
    def title(self) -> str:
        """What it is called, in whichever way the format says that."""
        return next((v for k, v in self.fields.items() if k in ("title", "titles[0].value")), "")


class Change(Struct, frozen=True):
    """What is different about one item: its fields with what they said before and say now."""

    id: str
    title: str
    fields: tuple[tuple[str, str, str], ...] = ()


class Difference(Struct, frozen=True):
    """What a document has that the one before had not, has no more, and has otherwise."""

    added: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def contents(body: bytes) -> dict[str, Told]:
    """Return what a document says of its items, by id, in their order."""
    return {id_: told() for id_, told in _entries(body)}


def told_of(body: bytes, id: str) -> Told | None:
    """Return what a document says of one item, None when it has no such item."""
    return next((told() for id_, told in _entries(body) if id_ == id), None)


def _entries(body: bytes) -> list[tuple[str, Callable[[], Told]]]:
    """Return the items' ids, each with what tells all about it, which takes most of the time."""
    try:
        return list(_of_xml(body) if body.lstrip().startswith(b"<") else _of_json(body))
    except (msgspec.DecodeError, etree.XMLSyntaxError):
        return []


def difference(before: bytes, after: bytes) -> Difference:
    """Return how a document differs from the one before, item by item."""
    return compared(contents(before), contents(after))


def compared(was: Mapping[str, Told], now: Mapping[str, Told]) -> Difference:
    """Return how the contents of a document differ from those of the one before."""
    return Difference(
        added=tuple(Change(id_, told.title) for id_, told in now.items() if id_ not in was),
        removed=tuple(Change(id_, told.title) for id_, told in was.items() if id_ not in now),
        changed=tuple(
            Change(id_, told.title, fields)
            for id_, told in now.items()
            if id_ in was and (fields := tuple(changed(was[id_].fields, told.fields)))
        ),
    )


def changed(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the fields of an item that differ, with what they said before and say now."""
    for name in dict.fromkeys((*now, *was)):
        if was.get(name, "") != now.get(name, ""):
            yield name, was.get(name, ""), now.get(name, "")


def lines(body: bytes) -> list[str]:
    """Return a document in lines, as a person compares two of them."""
    try:
        if not body.lstrip().startswith(b"<"):
            return msgspec.json.format(body, indent=2).decode().splitlines()
        root = etree.fromstring(body, _parser())
        etree.indent(root)
        return etree.tostring(root, encoding="unicode").splitlines()
    except (msgspec.DecodeError, etree.XMLSyntaxError):
        return body.decode("utf-8", "replace").splitlines()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_blank_text=True)


def _of_json(body: bytes) -> Iterator[tuple[str, Callable[[], Told]]]:
    for item in _items(msgspec.json.decode(body)):
        yield item["id"], partial(_json_told, item)


def _json_told(item: dict[str, Any]) -> Told:
    return Told(dict(_flat(item)), json.dumps(item, ensure_ascii=False, indent=2))


def _items(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object that is an item: it has an id and a title, and may stand within another.

    A series is none: its episodes are.
    """
    if isinstance(value, list):
        for one in value:
            yield from _items(one)
    if isinstance(value, dict):
        series = {"seasons", "episodes"} & value.keys() or value.get("type") == "series"
        if isinstance(value.get("id"), str) and {"title", "titles"} & value.keys() and not series:
            yield value
        for one in value.values():
            yield from _items(one)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, one in enumerate(value):
            yield from _flat(one, f"{path}[{number}]")
    elif isinstance(value, list):
        yield path, ", ".join(map(str, value))
    else:
        yield path, "" if value is None else str(value)


def _of_xml(body: bytes) -> Iterator[tuple[str, Callable[[], Told]]]:
    for item in etree.fromstring(body, _parser()).findall("channel/item"):
        yield item.findtext("guid") or "", partial(_xml_told, item)


def _xml_told(item: Element) -> Told:
    fields: dict[str, str] = {}
    for path, value in _told(item):
        fields[path] = f"{fields[path]}, {value}" if path in fields else value
    etree.indent(item)
    return Told(fields, etree.tostring(item, encoding="unicode", with_tail=False))


def _told(element: Element, path: str = "") -> Iterator[tuple[str, str]]:
    for child in element.iterchildren(etree.Element):
        name = f"{path}/{_name(child.tag)}" if path else _name(child.tag)
        if child.text and child.text.strip():
            yield name, child.text
        yield from ((f"{name}@{_name(key)}", value) for key, value in child.attrib.items())
        yield from _told(child, name)


def _name(tag: object) -> str:
    uri, _, local = str(tag).removeprefix("{").rpartition("}")
    return _PREFIXES.get(uri, "") + local
