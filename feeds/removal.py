"""A published document without some of its items: what has to leave the air leaves at once.

Works on the bytes of any format of ours, so that it depends on nothing that may be busy or broken.
"""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from lxml import etree

_DECLARED = b'<?xml version="1.0" encoding="UTF-8"?>'
# What groups items and means nothing once it is empty, by the key under which it holds them or their ids.
_GROUPS = frozenset({"itemIds", "episodes", "seasons"})
_PICTURES = frozenset({"thumbnail", "images"})
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
    root = msgspec.json.decode(body)
    before = _episodes(root)
    emptied = {name for name, episodes in before.items() if all(e["id"] in ids for e in episodes)}
    root = _kept(root, {*ids, *emptied})
    _repicture(root, before, ids)
    named = {playlist["name"] for playlist in root.get("playlists", ())}
    if "categories" in root:
        root["categories"] = [c for c in root["categories"] if c.get("playlistName", "") in {*named, ""}]
    return msgspec.json.encode({key: value for key, value in root.items() if value != [] or key in _NEEDED})


# An empty feed still says that it has no short videos.
_NEEDED = frozenset({"shortFormVideos", "assets"})


def _episodes(root: Any) -> dict[str, list[Any]]:
    """Return the episodes of each series by its id: within it, or in a Search feed beside it."""
    found = {
        s["id"]: [e for part in s.get("seasons", [s]) for e in part["episodes"]]
        for s in root.get("series", ())
    }
    for asset in root.get("assets", ()):
        if where := asset.get("episodeInfo"):
            found.setdefault(where["seriesId"], []).append(asset)
    return found


def _repicture(root: Any, before: Mapping[str, list[Any]], ids: Collection[str]) -> None:
    """Give a series that shows the picture of an episode that is gone that of one which stays."""
    after = _episodes(root)
    for series in (*root.get("series", ()), *root.get("assets", ())):
        for key in _PICTURES & series.keys() if series["id"] in after else ():
            if series[key] in [e[key] for e in before[series["id"]] if e["id"] in ids]:
                series[key] = after[series["id"]][0][key]


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
