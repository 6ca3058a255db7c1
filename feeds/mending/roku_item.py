"""An item of Direct Publisher JSON mended: a film with its content, or a series with its episodes."""

import re
from collections.abc import Iterator
from datetime import datetime

from feeds import rules, text
from feeds.item import RATINGS
from feeds.mending import values
from feeds.mending.mended import Told, differences, done
from feeds.mending.values import Json, spelled, spellings
from feeds.model import Issue

_MEMBERS = (
    "id", "title", "shortDescription", "longDescription", "thumbnail", "brandedThumbnail", "releaseDate",
    "genres", "tags", "rating", "ratingSource", "credits", "externalIds", "content", "seasons", "episodes",
    "seasonNumber", "episodeNumber",
)  # fmt: skip
_ITEM_NAMES = spellings(
    _MEMBERS,
    guid="id", name="title", description="shortDescription", summary="shortDescription",
    thumbnailurl="thumbnail", image="thumbnail", images="thumbnail", poster="thumbnail",
    hdposterurl="thumbnail", genre="genres", categories="tags", keywords="tags", published="releaseDate",
    pubdate="releaseDate", date="releaseDate", publishedat="releaseDate", episode="episodeNumber",
    season="seasonNumber",
)  # fmt: skip
_CONTENT_MEMBERS = (
    "dateAdded", "videos", "duration", "captions", "trickPlayFiles", "language", "adBreaks",
    "validityPeriodStart", "validityPeriodEnd", "schedule",
)  # fmt: skip
_CONTENT_NAMES = spellings(
    _CONTENT_MEMBERS,
    video="videos", streams="videos", stream="videos", length="duration", subtitles="captions",
    durationinseconds="duration", videourl="videos", streamurl="videos",
)  # fmt: skip
_VIDEO_NAMES = spellings(
    ("url", "quality", "videoType", "bitrate"), type="videoType", streamformat="videoType", src="url",
    streamurl="url", bitratekbps="bitrate",
)  # fmt: skip
_OF_CONTENT = (
    "videos", "duration", "dateAdded", "captions", "trickPlayFiles", "adBreaks", "validityPeriodStart",
    "validityPeriodEnd", "url", "video", "stream", "streams", "videoUrl", "streamUrl", "stream_url",
    "video_url",
)  # fmt: skip
_OF_ITEM = ("genres", "tags", "thumbnail", "images", "title", "shortDescription", "longDescription", "rating")
# A number of a season would be the title one reader gives an item.
_TAKEN_APART = ("ratingSource", "thumbnail", "seasons", "episodes", "seasonNumber", "episodeNumber")
_CODES = {
    "title": "mended_title", "shortDescription": "mended_description",
    "longDescription": "mended_description",
    "thumbnail": "mended_picture", "brandedThumbnail": "mended_picture", "releaseDate": "mended_date",
    "genres": "mended_genre", "tags": "mended_tag", "rating": "mended_rating", "credits": "mended_extra",
    "externalIds": "mended_extra", "episodeNumber": "mended_number", "seasonNumber": "mended_number",
}  # fmt: skip
_CONTENT_CODES = {
    "videos": "mended_video", "duration": "mended_number", "dateAdded": "mended_date",
    "captions": "mended_extra", "trickPlayFiles": "mended_extra", "adBreaks": "mended_extra",
    "validityPeriodStart": "mended_date", "validityPeriodEnd": "mended_date", "language": "mended_language",
}  # fmt: skip
_TYPES = ("HLS", "SMOOTH", "DASH", "MP4", "MOV", "M4V")
_ROLES = ("actor", "anchor", "host", "narrator", "voice", "director", "producer", "screenwriter")
_ID_TYPES = ("TMS", "ROVI", "IMDB", "EIDR")
_DAY = 24 * 3600


def is_item(value: object) -> bool:
    """Tell whether a value looks like an item, whatever list it is in."""
    if not isinstance(value, dict):
        return False
    item = spelled(value, _ITEM_NAMES)
    return any(isinstance(item.get(n), list | dict) for n in ("content", "seasons", "episodes")) or bool(
        _videos(_content(item)[0].get("videos"), "")
    )


class Items:
    """How the items of one feed are mended: by what is known of it, its language and when it was made."""

    def __init__(self, told: Told, language: str, updated: datetime | None) -> None:
        self.told = told
        self.language = language
        self.updated = updated

    def mended(self, value: Json) -> tuple[Json | None, Json]:
        """Return an item, None if it has no video, and what it was, its members in their right spelling."""
        before = spelled(value, _ITEM_NAMES)
        item = (self._series(before) if _has_episodes(before) else None) or self._film(before)
        return item and _in_order(item), before

    def _film(self, before: Json, otherwise: Json | None = None) -> Json | None:
        """Return an item with its video, None if it has none; an episode borrows from its series."""
        content, lifted = _content(before)
        videos = _videos(content.get("videos"), self.told.base)
        if not videos:
            return None
        item = {**lifted, **before}
        address = str(videos[0]["url"])
        added = self.told.when(content.get("dateAdded"), item.get("releaseDate"))
        mended = self._described(item, address, added, otherwise or {})
        mended["content"] = self._mended_content(content, videos, added)
        return mended

    def _described(self, item: Json, address: str, added: datetime | None, otherwise: Json) -> Json:
        picture = self._picture(item, address) or str(otherwise.get("thumbnail") or "")
        released = self.told.when(item.get("releaseDate")) or added or self.updated or self.told.now
        mended = {
            **{name: value for name, value in item.items() if name not in _TAKEN_APART},
            **_texts(item),
            **({"thumbnail": picture} if picture else {}),
            "releaseDate": _kept_day(item.get("releaseDate"), released),
            **self._extras(item),
        }
        genres = values.genres(item.get("genres"))
        told: Json = {"genres": genres, "tags": _tags(item, genres), "rating": _rating(item)}
        needed = told if not otherwise else {name: value for name, value in told.items() if item.get(name)}
        return {**{name: value for name, value in mended.items() if name not in told}, **needed}

    def _picture(self, item: Json, address: str) -> str:
        given = item.get("thumbnail") or item.get("brandedThumbnail")
        picture = values.address(given, self.told.base)
        return self.told.pictures.get(picture or address) or str(values.same_address(given, picture))

    def _extras(self, item: Json) -> Json:
        credits = [c for c in values.tables(item.get("credits")) if _is_credit(c)]
        ids = [
            e for e in values.tables(item.get("externalIds")) if e.get("idType") in _ID_TYPES and _is_id(e)
        ]
        known = {"credits": credits, "externalIds": ids}
        return {name: value for name, value in known.items() if name in item}

    def _mended_content(self, content: Json, videos: list[Json], added: datetime | None) -> Json:
        moment = added or self.updated or self.told.now
        length = values.whole(content.get("duration")) or self.told.lengths.get(str(videos[0]["url"]))
        given = content.get("dateAdded")
        mended = {
            **content,
            "dateAdded": given if isinstance(given, str) and rules.moment(given) else text.iso(moment),
            "videos": videos,
            **({"duration": length} if length or "duration" in content else {}),
            "language": values.language(content.get("language"), self.language),
            **self._side_files(content),
            **self._window(content),
        }
        if "adBreaks" in content:
            mended["adBreaks"] = _ad_breaks(content["adBreaks"], length)
        return {n: v for n, v in mended.items() if v or n not in _CONTENT_CODES}

    def _side_files(self, content: Json) -> Json:
        captions = (self._caption(c, content) for c in values.tables(content.get("captions")))
        files = (self._trick_play(f) for f in values.tables(content.get("trickPlayFiles")))
        found = {"captions": list(filter(None, captions)), "trickPlayFiles": list(filter(None, files))}
        return {name: files for name, files in found.items() if name in content}

    def _caption(self, given: Json, content: Json) -> Json | None:
        caption = spelled(given, spellings(("url", "language", "captionType"), lang="language", src="url"))
        url = values.address(caption.get("url"), self.told.base)
        if not url:
            return None
        spoken = values.language(content.get("language"), self.language)
        kind = caption.get("captionType")
        return {
            **caption,
            "url": values.same_address(caption.get("url"), url),
            "language": values.language(caption.get("language"), spoken),
            "captionType": kind if kind in ("CLOSED_CAPTION", "SUBTITLE") else "SUBTITLE",
        }

    def _trick_play(self, given: Json) -> Json | None:
        url = values.address(given.get("url"), self.told.base)
        told = given.get("quality")
        quality = told if told in ("HD", "FHD") else "HD"
        return {"url": values.same_address(given["url"], url), "quality": quality} if url else None

    def _window(self, content: Json) -> Json:
        edges: Json = {}
        for name in ("validityPeriodStart", "validityPeriodEnd"):
            if name in content:
                given = content[name]
                moment = self.told.when(given)
                good = isinstance(given, str) and rules.day(given)
                edges[name] = given if good else text.iso(moment) if moment else ""
        return edges

    # -- series ------------------------------------------------------------------------------------

    def _series(self, before: Json) -> Json | None:
        groups = values.tables(before.get("seasons"))
        seasons = [s for n, group in enumerate(groups, 1) if (s := self._season(group, n, before))]
        loose = self._episodes(before.get("episodes"), before)
        if seasons and loose:
            known = {_address(e) for season in seasons for e in values.tables(season["episodes"])}
            last = values.tables(seasons[-1]["episodes"])
            seasons[-1]["episodes"] = last + [e for e in loose if _address(e) not in known]
        first = next(iter(values.tables(seasons[0]["episodes"]) if seasons else loose), None)
        if first is None:
            return None
        content = values.tables(first["content"])[0]
        added = self.told.when(before.get("releaseDate"), first.get("releaseDate"), content.get("dateAdded"))
        bare = {name: value for name, value in before.items() if name != "content"}
        mended = self._described(bare, _address(first), added, {})
        if not mended.get("thumbnail") and first.get("thumbnail"):
            mended["thumbnail"] = first["thumbnail"]
        if "rating" not in before:
            del mended["rating"]
        return {**mended, **({"seasons": seasons} if seasons else {"episodes": loose})}

    def _season(self, group: Json, number: int, series: Json) -> Json | None:
        season = spelled(group, _ITEM_NAMES)
        episodes = self._episodes(season.get("episodes"), series)
        told = values.whole(season.get("seasonNumber"))
        rest = {n: v for n, v in season.items() if n in ("title", "thumbnail") and isinstance(v, str)}
        return (
            {**rest, "seasonNumber": number if told is None else told, "episodes": episodes}
            if episodes
            else None
        )

    def _episodes(self, given: object, series: Json) -> list[Json]:
        lent = {"thumbnail": values.address(series.get("thumbnail"), self.told.base), "lent": True}
        episodes = []
        for number, value in enumerate(values.tables(given), 1):
            given_so = spelled(value, _ITEM_NAMES)
            if episode := self._film(given_so, lent):
                told = values.whole(given_so.get("episodeNumber"))
                numbered = {**episode, "episodeNumber": number if told is None else told}
                episodes.append(_in_order(numbered))
        return episodes


def changes(before: Json, item: Json, where: str) -> Iterator[Issue]:
    """Yield what of an item was mended."""
    yield from differences(before, item, {n: c for n, c in _CODES.items() if n in item or n in before}, where)
    content, mended = before.get("content"), item.get("content")
    if isinstance(mended, dict):
        if isinstance(content, dict):
            yield from differences(content, mended, _CONTENT_CODES, f"{where}/content")
        else:
            yield done("mended_shape", f"{where}/content")


def _has_episodes(item: Json) -> bool:
    return any(values.tables(item.get(name)) for name in ("seasons", "episodes"))


def _in_order(item: Json) -> Json:
    """Return an item with its members in the specification's order, so that mending twice changes nothing."""
    content = next(iter(values.tables(item.get("content"))), None)
    item = {**item, "content": values.in_order(content, _CONTENT_MEMBERS)} if content else item
    return values.in_order({"id": "", **item}, _MEMBERS)


def _content(item: Json) -> tuple[Json, Json]:
    """Return an item's content wherever its parts stand, and what stands in there but belongs to the item."""
    given = item.get("content")
    if isinstance(given, str):
        given = {"url": given}
    content = next(iter(values.tables(given)), {})
    loose = {name: item[name] for name in _OF_CONTENT if name in item}
    content = spelled({**loose, **content}, _CONTENT_NAMES)
    if "videos" not in content and "url" in content:
        content["videos"] = [{n: content.pop(n) for n in list(content) if n in _VIDEO_NAMES.values()}]
    lifted = spelled({n: content.pop(n) for n in _OF_ITEM if n in content}, _ITEM_NAMES)
    return content, lifted


def _videos(given: object, base: str) -> list[Json]:
    """Return the videos that have an address, in their shape."""
    found = []
    for part in values.listed(given):
        video = spelled(part, _VIDEO_NAMES) if isinstance(part, dict) else {"url": part}
        if url := values.address(video.get("url"), base):
            found.append({**video, **_video(video, url)})
    return [{n: v for n, v in video.items() if n != "bitrate" or v} for video in found]


def _video(video: Json, url: str) -> Json:
    kind, quality = video.get("videoType"), video.get("quality")
    bitrate = {"bitrate": values.whole(video["bitrate"])} if "bitrate" in video else {}
    return {
        "url": values.same_address(video.get("url"), url),
        "quality": quality if quality in ("SD", "HD", "FHD", "UHD") else values.quality(quality, url),
        "videoType": kind if kind in _TYPES else values.video_type(kind, url),
        **bitrate,
    }


def _address(item: Json) -> str:
    return str(values.tables(values.tables(item["content"])[0]["videos"])[0]["url"])


def _texts(item: Json) -> Json:
    """Return title and descriptions, each from the others where it is missing."""
    given = {n: values.words(item.get(n)) for n in ("title", "shortDescription", "longDescription")}
    title = given["title"] or values.clipped(given["shortDescription"] or given["longDescription"], 100)
    title = title or values.words(item.get("id")) or "Untitled"
    said = given["shortDescription"] or given["longDescription"] or title
    short, long = (
        values.clipped(said, rules.SHORT),
        values.clipped(given["longDescription"] or said, rules.LONG),
    )
    wanted = ("longDescription" in item and given["longDescription"]) or not text.same(short, long)
    return {"title": title, "shortDescription": short, **({"longDescription": long} if wanted else {})}


def _kept_day(given: object, released: datetime) -> str:
    if isinstance(given, str) and len(given) == 10 and rules.day(given):
        return given
    return released.date().isoformat()


def _tags(item: Json, genres: list[str]) -> list[str]:
    return [values.clipped(tag, rules.TAG).strip("… ") for tag in values.texts(item.get("tags"))] or genres[
        :1
    ]


def _rating(item: Json) -> Json:
    given = item.get("rating")
    table = given if isinstance(given, dict) else {"rating": given}
    said = values.words(table.get("rating")).strip()
    source = values.words(table.get("ratingSource")) or values.words(item.get("ratingSource"))
    if isinstance(given, dict) and said in RATINGS.get(source, "").split():
        return table
    bare = re.sub(r"[\s-]", "", said).upper()
    sources = (source, *(("USA_PR",) if bare.startswith("TV") else ("MPAA",)), *RATINGS)
    for name in sources:
        for value in RATINGS.get(name, "").split():
            if value.upper() == bare:
                return {"rating": value, "ratingSource": name}
    return {"rating": "UNRATED"}


def _is_credit(given: Json) -> bool:
    born = given.get("birthDate")
    return bool(values.words(given.get("name"))) and given.get("role") in _ROLES and isinstance(born, str)


def _is_id(given: Json) -> bool:
    return isinstance(given.get("id"), str) and bool(given["id"])


def _ad_breaks(given: object, length: int | None) -> list[str]:
    seconds = {values.whole(part) for part in values.listed(given)}
    times = sorted(s for s in seconds if s is not None and s < min(length or _DAY, _DAY))
    return [f"{s // 3600:02}:{s % 3600 // 60:02}:{s % 60:02}" for s in times]
