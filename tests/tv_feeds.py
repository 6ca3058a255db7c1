"""Small feeds that both readers show, to be spoilt in one place."""

import json
from typing import Any

from feeds.readers import READERS, Screen

IDS = ["a1", "a2", "a3"]


def clip(name: str, **changes: object) -> dict[str, Any]:
    """A JSON item both readers show; a change to None leaves the field out."""
    item = {
        "id": name, "title": f"Title {name}", "shortDescription": f"Short {name}", "genres": ["news"],
        "longDescription": f"Long {name}", "thumbnail": f"http://tv/{name}.jpg", "tags": ["news"],
        "releaseDate": "2026-11-22",
        "content": {"duration": 60, "videos": [{"url": f"http://tv/{name}.mp4", "quality": "HD"}]},
    }  # fmt: skip
    return {key: value for key, value in {**item, **changes}.items() if value is not None}


def feed(*items: object, **changes: object) -> dict[str, Any]:
    """A JSON feed with one row, named World, of all the `items`."""
    names = [item["id"] for item in items if isinstance(item, dict) and "id" in item]
    root = {
        "providerName": "Harbour City", "language": "en",
        "shortFormVideos": list(items),
        "categories": [{"name": "World", "playlistName": "world", "order": "manual"}],
        "playlists": [{"name": "world", "itemIds": names}],
    }  # fmt: skip
    return {key: value for key, value in {**root, **changes}.items() if value is not None}


def tagged(*items: object, **category: object) -> dict[str, Any]:
    """A JSON feed with one row, named World, that asks for the tag news."""
    asks = {"name": "World", "query": "news", "order": "most_recent", **category}
    return feed(*items, categories=[asks], playlists=None)


def read(reader: str, value: object, path: str = "roku.json") -> Screen:
    return READERS[reader](json.dumps(value).encode(), path)


def ids(screen: Screen) -> dict[str, list[str]]:
    return {row.title: [tile.id for tile in row.tiles] for row in screen.rows}


def code(screen: Screen) -> str:
    return screen.crash.code if screen.crash else ""


def entry(name: str, **changes: str | None) -> str:
    """An MRSS item both readers show; a change replaces an element, None leaves it out."""
    parts: dict[str, str | None] = {
        "title": f"<title>Title {name}</title>",
        "description": f"<description>Short {name}</description>",
        "guid": f'<guid isPermaLink="false">{name}</guid>',
        "date": "<pubDate>2026-11-22T07:00:00Z</pubDate>",
        "media_title": f"<media:title>Title {name}</media:title>",
        "media_description": f"<media:description>Short {name}</media:description>",
        "thumbnail": f'<media:thumbnail url="http://tv/{name}.jpg"/>',
        "category": "<media:category>World</media:category>",
        "content": f'<media:content url="http://tv/{name}.mp4" duration="60">'
        f'<media:thumbnail url="http://tv/{name}.jpg"/></media:content>',
        **changes,
    }
    return f"<item>{''.join(part for part in parts.values() if part)}</item>"


def mrss(*items: str, namespace: str = ' xmlns:media="http://search.yahoo.com/mrss/"') -> bytes:
    channel = f"<channel><title>News</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"{namespace}>{channel}</rss>'.encode()


def series(**changes: object) -> dict[str, Any]:
    old, new = clip("e1", releaseDate="2026-11-20"), clip("e2", releaseDate="2026-11-21")
    return clip("s1", content=None, seasons=[{"seasonNumber": 3, "episodes": [old, new]}], **changes)
