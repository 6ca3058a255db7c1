"""A published document without some of its items: what has to leave the air leaves at once.

Works on the bytes of any format of ours, so that it depends on nothing that may be busy or broken.
"""

from collections.abc import Collection
from typing import Any

import msgspec
from lxml import etree

_DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'
# What groups items and means nothing once it is empty, by the key under which it holds them or their ids.
_GROUPS = frozenset({"itemIds", "episodes", "seasons"})
_GONE = object()


def without(body: bytes, ids: Collection[str]) -> bytes:
    """Return the document without the items of these ids, the rows left empty by that gone, too.

    The bytes are JSON or RSS as one of `feeds.FORMATS` wrote them; a document that has none of the ids is
    returned as it is.
    """
    if not any(id_.encode() in body for id_ in ids):
        return body
    return _xml_without(body, ids) if body.startswith(b"<") else _json_without(body, ids)


def _xml_without(body: bytes, ids: Collection[str]) -> bytes:
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for item in root.findall("channel/item"):
        if item.findtext("guid") in ids and (channel := item.getparent()) is not None:
            channel.remove(item)
    return _DECLARED + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _json_without(body: bytes, ids: Collection[str]) -> bytes:
    root = _kept(msgspec.json.decode(body), ids)
    named = {playlist["name"] for playlist in root.get("playlists", ())}
    if "categories" in root:
        root["categories"] = [c for c in root["categories"] if c.get("playlistName", "") in {*named, ""}]
    return msgspec.json.encode({key: value for key, value in root.items() if value != [] or key in _NEEDED})


# An empty feed still says that it has no short videos.
_NEEDED = frozenset({"shortFormVideos", "assets"})


def _kept(value: Any, ids: Collection[str]) -> Any:
    """Return a value of the document without the items; `_GONE` when nothing is left of it."""
    if isinstance(value, str):
        return _GONE if value in ids else value
    if isinstance(value, list):
        return [one for some in value if (one := _kept(some, ids)) is not _GONE]
    if not isinstance(value, dict):
        return value
    if value.get("id") in ids:
        return _GONE
    fresh = {key: _kept(some, ids) if isinstance(some, list | dict) else some for key, some in value.items()}
    return _GONE if any(value[key] and not fresh[key] for key in _GROUPS & value.keys()) else fresh
