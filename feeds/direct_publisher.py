"""A Direct Publisher feed as it was meant: Roku's specification, and what people made of it.

Nobody has checked these feeds since January 2024. Here every item is found in its list, every member of it
under its name, in its place and in its shape. Nothing is made up, cut or left out; what a value says is for
`feeds.values`. The source that reads such feeds and the mending of them both begin here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct

from feeds import values
from feeds.values import Json, right_name, spelled, spellings

# Many, in their order, and each soon found.
Ids = Mapping[str, None]
LISTS = ("movies", "liveFeeds", "series", "shortFormVideos", "tvSpecials")
MEMBERS = (
    "id", "title", "shortDescription", "longDescription", "thumbnail", "brandedThumbnail", "releaseDate",
    "genres", "tags", "rating", "ratingSource", "credits", "externalIds", "content", "seasons", "episodes",
    "seasonNumber", "episodeNumber",
)  # fmt: skip
CONTENT_MEMBERS = (
    "dateAdded", "videos", "duration", "captions", "trickPlayFiles", "language", "adBreaks",
    "validityPeriodStart", "validityPeriodEnd", "schedule",
)  # fmt: skip
_ROOT_NAMES = spellings(
    (*LISTS, "providerName", "lastUpdated", "language", "categories", "playlists"),
    videos="shortFormVideos", shortforms="shortFormVideos", shortformvideo="shortFormVideos", movie="movies",
    livefeed="liveFeeds", live="liveFeeds", tvspecial="tvSpecials", shows="series", tvshows="series",
    provider="providerName", title="providerName", updated="lastUpdated",
)  # fmt: skip
_ITEM_NAMES = spellings(
    MEMBERS,
    guid="id", name="title", description="shortDescription", summary="shortDescription",
    thumbnailurl="thumbnail", image="thumbnail", images="thumbnail", poster="thumbnail",
    hdposterurl="thumbnail", genre="genres", categories="tags", keywords="tags", published="releaseDate",
    pubdate="releaseDate", date="releaseDate", publishedat="releaseDate", episode="episodeNumber",
    season="seasonNumber",
    **dict.fromkeys(
        ("thumbnails", "thumb", "thumbnailimage", "imageurl", "img", "picture", "pictures", "posterurl",
         "posterimage", "artwork", "logo", "cover", "coverimage", "featuredimage", "sdposterurl",
         "fhdposterurl"),
        "thumbnail",
    ),
)  # fmt: skip
_CONTENT_NAMES = spellings(
    CONTENT_MEMBERS,
    video="videos", streams="videos", stream="videos", length="duration", subtitles="captions",
    durationinseconds="duration",
    **dict.fromkeys(
        ("videourl", "streamurl", "videofile", "mediaurl", "contenturl", "playbackurl", "playurl", "hlsurl",
         "mp4url", "sources", "files", "renditions"),
        "videos",
    ),
)  # fmt: skip
_VIDEO_NAMES = spellings(
    ("url", "quality", "videoType", "bitrate"), type="videoType", streamformat="videoType", src="url",
    streamurl="url", bitratekbps="bitrate", file="url", link="url", href="url", videourl="url",
)  # fmt: skip
_CAPTION_NAMES = spellings(("url", "language", "captionType"), lang="language", src="url")
# What stands beside a content instead of in it, and in one instead of beside it.
_OF_CONTENT = frozenset(CONTENT_MEMBERS) - {"language", "schedule"}
_OF_ITEM = ("genres", "tags", "thumbnail", "images", "title", "shortDescription", "longDescription", "rating")
# An address that stands bare in an item, that of a film rather than of a page first.
_BARE = ("hls", "mp4", "file", "src", "url")
_KNOWN = {**_ROOT_NAMES, **_ITEM_NAMES, **_CONTENT_NAMES, **_VIDEO_NAMES, **_CAPTION_NAMES}
_NO_LISTS = ("categories", "playlists")
_DEEPEST, _MOST_PLACES = 3, 1000


class Entry(Struct, frozen=True):
    """An item in its shape, as it was `given`, and where: in which list, at which JSON pointer.

    `shapely` tells that it was given in that shape.
    """

    list: str
    where: str
    item: Json
    given: Json
    shapely: bool


class Row(Struct, frozen=True):
    """A category: the ids its `playlist` names, or else the tags it asks for, all of one of the `terms`."""

    name: str
    order: str
    playlist: str
    ids: Ids
    terms: tuple[tuple[str, ...], ...] = ()

    def has(self, name: str, tags: frozenset[str]) -> bool:
        """Tell whether it shows the item of an id and of these tags, which are folded to one case."""
        if self.ids:
            return name in self.ids
        return any(tags.issuperset(map(str.casefold, every)) for every in self.terms)


# -- a feed ----------------------------------------------------------------------------------------


def root(value: object) -> tuple[Json, bool] | None:
    """Return the object with the lists of items, and whether it stands in another one; None if none has."""
    for number, part in enumerate(islice(_parts(value, _DEEPEST), _MOST_PLACES)):
        if isinstance(part, dict) and _has_items(found := spelled(part, _ROOT_NAMES)):
            return found, number > 0
        if isinstance(part, list) and any(map(is_item, part)):
            return {"shortFormVideos": part}, True
        if isinstance(part, list) and len(feeds := list(_feeds(part))) > 1:
            return _together(feeds), True
    return None


def _feeds(parts: Iterable[object]) -> Iterator[Json]:
    for part in parts:
        if isinstance(part, dict) and _has_items(found := spelled(part, _ROOT_NAMES)):
            yield found


def _together(feeds: Iterable[Json]) -> Json:
    """Return one feed with the lists of all, and what else the first of them says."""
    together: Json = {}
    for feed in feeds:
        for name, part in feed.items():
            known = together.setdefault(name, part)
            if isinstance(known, list) and isinstance(part, list) and known is not part:
                together[name] = [*known, *part]
    return together


def _parts(value: object, depth: int) -> Iterator[object]:
    yield value
    inside = value.values() if isinstance(value, dict) else value[:10] if isinstance(value, list) else ()
    for part in inside:
        if depth and isinstance(part, dict | list):
            yield from _parts(part, depth - 1)


def _has_items(feed: Json) -> bool:
    for name, part in feed.items():
        given = _objects(part) if name in LISTS else part if isinstance(part, list) else ()
        if any(is_item(one) or _is_row(one) or (name in LISTS and "title" in one) for one in given if one):
            return True
    return False


def _is_row(value: object) -> bool:
    """Tell whether an object is neither an item nor a feed, but holds items."""
    if not isinstance(value, dict) or "providerName" in value or "categories" in value:
        return False
    told = spelled(value, _ITEM_NAMES)
    return not _has_parts(told) and _holds_items(told)


def _holds_items(told: Json) -> bool:
    """Tell whether a list in an object holds items: unlike videos of one item, these have titles."""
    lists = (part for part in told.values() if isinstance(part, list))
    return any(
        isinstance(one, dict) and ("title" in one or "name" in one) and is_item(one)
        for part in lists
        for one in part
    )


def _has_parts(told: Json) -> bool:
    return any(isinstance(told.get(name), list | dict) for name in ("content", "seasons", "episodes"))


def is_item(value: object) -> bool:
    """Tell whether a value looks like an item, whatever list it is in; a bare address has to be a film's."""
    if not isinstance(value, dict):
        return False
    told = spelled(values.without_nulls(value), _ITEM_NAMES)
    if _has_parts(told):
        return True
    if _holds_items(told):
        return False
    content, rest = _content(told)
    videos = [values.address(video.get("url")) for video in _videos(content.get("videos"))]
    bare = any(name in told and name not in rest for name in _BARE)
    return any(map(values.is_film, videos)) if bare else any(videos)


def entries(feed: Json, within: str = "", row: str = "") -> Iterator[Entry]:
    """Yield every item of every list, and of every row in a list.

    The title of the row, or the name of a list no reader knows, is a tag of its items.
    """
    for name, part in feed.items():
        for number, given in enumerate(_objects(part) if isinstance(part, list | dict) else ()):
            where = f"{within}/{name}/{number}"
            if _is_row(given):
                title = values.words(given.get("title")) or values.words(given.get("name"))
                yield from entries(spelled(given, _ROOT_NAMES), where, title)
            elif name not in _NO_LISTS and (name in LISTS or is_item(given)):
                told = values.without_nulls(given)
                found = item(told)
                tag = row or ("" if name in LISTS else name)
                shown = {"tags": [tag], **found} if tag else found
                yield Entry(name, where, shown, given, shown == told)


def playlists(feed: Json) -> dict[str, Ids]:
    """Return the ids in each playlist by its name."""
    given = values.tables(feed.get("playlists"))
    return {values.words(one.get("name")): dict.fromkeys(values.texts(one.get("itemIds"))) for one in given}


def rows(feed: Json) -> Iterator[Row]:
    """Yield the categories; the name of a playlist may be written otherwise than the playlist has it."""
    lists = playlists(feed)
    folded = {name.casefold(): ids for name, ids in reversed(lists.items())}
    for one in values.tables(feed.get("categories")):
        name, order, playlist, query = map(
            values.words, map(one.get, ("name", "order", "playlistName", "query"))
        )
        ids = lists.get(playlist) or folded.get(playlist.casefold(), {}) if playlist else {}
        yield Row(name or playlist or query, order, playlist, ids, tuple(_terms(query)))


def _terms(query: str) -> Iterator[tuple[str, ...]]:
    for every in re.split(r"\s+OR\s+|\s*\|\|\s*", query):
        terms = (term.strip(" ()") for term in re.split(r"\s+AND\s+|\s*&&\s*", every))
        if told := tuple(filter(None, terms)):
            yield told


# -- an item ---------------------------------------------------------------------------------------


def item(given: Json) -> Json:
    """Return an item that has no null with its content, its lists and objects in their shape."""
    content, rest = _content(spelled(given, _ITEM_NAMES))
    return _shaped({**rest, "content": _shaped(content)} if content else rest)


def has_episodes(told: Json) -> bool:
    """Tell whether an item is a series, whatever list it is in."""
    return any(any(values.tables(told.get(name))) for name in ("seasons", "episodes"))


def pictures(told: Json) -> Iterator[object]:
    """Yield what an item has for its picture: its thumbnail, a live feed's other one, what is named alike."""
    yield from (told[name] for name in ("thumbnail", "brandedThumbnail") if name in told)
    yield from (part for name, part in told.items() if right_name(name, _ITEM_NAMES) == "thumbnail")


def _content(told: Json) -> tuple[Json, Json]:
    """Return the content of an item, wherever its parts stand, and what is the item's own."""
    inside = next(_objects(told.get("content")), {})
    loose = {name: value for name, value in told.items() if right_name(name, _CONTENT_NAMES) in _OF_CONTENT}
    rest = {name: value for name, value in told.items() if name not in loose and name != "content"}
    content = spelled({**loose, **inside}, _CONTENT_NAMES)
    if "videos" not in content and not has_episodes(told):
        holder = content if any(name in content for name in _BARE) else rest
        if films := [{"url": holder.pop(name)} for name in _BARE if name in holder]:
            more = {n: holder.pop(n) for n in list(holder) if n in _VIDEO_NAMES.values()}
            content["videos"] = [{**film, **more} for film in films]
    lifted = {name: content.pop(name) for name in _OF_ITEM if name in content}
    return content, {**spelled(lifted, _ITEM_NAMES), **rest}


def _shaped(table: Json) -> Json:
    return {name: _SHAPES[name](value) if name in _SHAPES else value for name, value in table.items()}


def _objects(value: object, of_text: str = "url") -> Iterator[Json]:
    """Yield the objects of a list, of lists in it, of an object that has them by their ids, or a single one.

    A text is what an object of its kind is known by.
    """
    for part in values.listed(value):
        if isinstance(part, list):
            yield from _objects(part, of_text)
        elif isinstance(part, dict) and _is_index(part):
            yield from _objects(list(part.values()), of_text)
        else:
            yield part if isinstance(part, dict) else {of_text: part} if isinstance(part, str) else {}


def _is_index(part: Json) -> bool:
    inside = bool(part) and all(isinstance(one, dict) for one in part.values())
    return inside and not any(right_name(name, _KNOWN) in _KNOWN.values() for name in part)


def _videos(value: object) -> list[Json]:
    return [_shaped(spelled(video, _VIDEO_NAMES)) for video in _objects(value)]


def _captions(value: object) -> list[Json]:
    return [spelled(caption, _CAPTION_NAMES) for caption in _objects(value)]


def _seasons(value: object) -> list[Json]:
    given = values.listed(value)
    # A list among them holds the episodes of one.
    bare = (isinstance(part, list) and not any(map(has_episodes, values.tables(part))) for part in given)
    lists = [{"episodes": part} if of_films else part for part, of_films in zip(given, bare, strict=True)]
    return [_shaped(spelled(season, _ITEM_NAMES)) for season in _objects(lists)]


def _episodes(value: object) -> list[Json]:
    return [item(episode) for episode in _objects(value)]


def _texts(value: object) -> list[object]:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else values.listed(value)


def _number(value: object) -> object:
    found = values.seconds(value) if isinstance(value, str) else None
    return value if found is None else found


_SHAPES: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(("tags", "genres", "adBreaks"), _texts),
    **dict.fromkeys(("duration", "bitrate", "seasonNumber", "episodeNumber"), _number),
    "videos": _videos, "captions": _captions, "trickPlayFiles": lambda value: list(_objects(value)),
    "credits": lambda value: list(_objects(value, "name")),
    "externalIds": lambda value: list(_objects(value, "id")),
    "seasons": _seasons, "episodes": _episodes,
}  # fmt: skip
