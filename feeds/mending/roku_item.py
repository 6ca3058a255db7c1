"""An item of Direct Publisher JSON mended: a film with its content, or a series with its episodes."""

from collections.abc import Iterator
from datetime import datetime

from feeds import rules, text, values
from feeds.direct_publisher import CONTENT_MEMBERS, MEMBERS, has_episodes, pictures
from feeds.item import RATINGS
from feeds.mending.mended import Told, differences, done
from feeds.model import Issue
from feeds.programme import ID_TYPES, ROLES
from feeds.values import Json

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
_DAY = 24 * 3600


class Items:
    """How the items of one feed are mended: by what is known of it, its language and when it was made."""

    def __init__(self, told: Told, language: str, updated: datetime | None) -> None:
        self.told = told
        self.language = language
        self.updated = updated

    def mended(self, item: Json) -> Json | None:
        """Return an item in its shape mended, None if it has no video."""
        mended = (self._series(item) if has_episodes(item) else None) or self._film(item)
        return mended and _in_order(mended)

    def _film(self, item: Json, otherwise: Json | None = None) -> Json | None:
        """Return an item with its video, None if it has none; an episode borrows from its series."""
        content = next(iter(values.tables(item.get("content"))), {})
        videos = list(self._videos(content))
        if not videos:
            return None
        added = self.told.when(content.get("dateAdded"), item.get("releaseDate"))
        mended = self._described(item, str(videos[0]["url"]), added, otherwise or {})
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
        genres = values.genres(item.get("genres")) or ["special"]
        told: Json = {"genres": genres, "tags": _tags(item, genres), "rating": _rating(item)}
        needed = told if not otherwise else {name: value for name, value in told.items() if item.get(name)}
        return {**{name: value for name, value in mended.items() if name not in told}, **needed}

    def _picture(self, item: Json, address: str) -> str:
        given = self._given_picture(item)
        return self.told.pictures.get(given or address) or given

    def _given_picture(self, item: Json) -> str:
        for given in pictures(item):
            if picture := values.address(given, self.told.base):
                return str(values.same_address(given, picture))
        return ""

    def _extras(self, item: Json) -> Json:
        credits = [
            {**person, "role": role}
            for person in values.tables(item.get("credits"))
            if (role := values.words(person.get("role")).lower()) in ROLES and _is_credit(person)
        ]
        ids = [
            {**known, "idType": kind}
            for known in values.tables(item.get("externalIds"))
            if (kind := values.words(known.get("idType")).upper()) in ID_TYPES and _is_id(known)
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

    def _videos(self, content: Json) -> Iterator[Json]:
        """Yield the videos that have an address, none that is a page's if there is another."""
        given = values.tables(content.get("videos"))
        films = [video for video in given if not rules.is_page(values.address(video.get("url")))]
        for video in films if any(values.address(f.get("url"), self.told.base) for f in films) else given:
            if url := values.address(video.get("url"), self.told.base):
                bitrate = values.whole(video.get("bitrate"))
                kind, quality = (values.words(video.get(name)) for name in ("videoType", "quality"))
                yield {
                    **{name: value for name, value in video.items() if name != "bitrate"},
                    "url": values.same_address(video["url"], url),
                    "quality": values.quality(quality, url) or "HD",
                    "videoType": values.video_type(kind, url) or "MP4",
                    **({"bitrate": bitrate} if bitrate else {}),
                }

    def _caption(self, given: Json, content: Json) -> Json | None:
        url = values.address(given.get("url"), self.told.base)
        if not url:
            return None
        spoken = values.language(content.get("language"), self.language)
        return {
            **given,
            "url": values.same_address(given.get("url"), url),
            "language": values.language(given.get("language"), spoken),
            "captionType": values.caption_kind(given.get("captionType")),
        }

    def _trick_play(self, given: Json) -> Json | None:
        url = values.address(given.get("url"), self.told.base)
        quality = "FHD" if values.quality(given.get("quality")) == "FHD" else "HD"
        if not url or not values.is_bif(url):
            return None
        return {"url": values.same_address(given["url"], url), "quality": quality}

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

    def _series(self, item: Json) -> Json | None:
        groups = values.tables(item.get("seasons"))
        films = (film for group in (*groups, item) for film in values.tables(group.get("episodes")))
        item = {**item, "thumbnail": next(filter(None, map(self._given_picture, (item, *films))), "")}
        seasons = [s for n, group in enumerate(groups, 1) if (s := self._season(group, n, item))]
        loose = self._episodes(item.get("episodes"), item)
        if seasons and loose:
            known = {_address(e) for season in seasons for e in values.tables(season["episodes"])}
            last = values.tables(seasons[-1]["episodes"])
            seasons[-1]["episodes"] = last + [e for e in loose if _address(e) not in known]
        first = next(iter(values.tables(seasons[0]["episodes"]) if seasons else loose), None)
        if first is None:
            return None
        content = values.tables(first["content"])[0]
        added = self.told.when(item.get("releaseDate"), first.get("releaseDate"), content.get("dateAdded"))
        bare = {name: value for name, value in item.items() if name != "content"}
        mended = self._described(bare, _address(first), added, {})
        if "rating" not in item:
            del mended["rating"]
        return {**mended, **({"seasons": seasons} if seasons else {"episodes": loose})}

    def _season(self, group: Json, number: int, series: Json) -> Json | None:
        episodes = self._episodes(group.get("episodes"), series)
        told = values.whole(group.get("seasonNumber"))
        rest = {n: v for n, v in group.items() if n in ("title", "thumbnail") and isinstance(v, str)}
        return (
            {**rest, "seasonNumber": number if told is None else told, "episodes": episodes}
            if episodes
            else None
        )

    def _episodes(self, given: object, series: Json) -> list[Json]:
        lent = {"thumbnail": self._picture(series, ""), "lent": True}
        episodes = []
        for number, value in enumerate(values.tables(given), 1):
            if episode := self._film(value, lent):
                told = values.whole(value.get("episodeNumber"))
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


def _in_order(item: Json) -> Json:
    """Return an item with its members in the specification's order, so that mending twice changes nothing."""
    content = next(iter(values.tables(item.get("content"))), None)
    item = {**item, "content": values.in_order(content, CONTENT_MEMBERS)} if content else item
    return values.in_order({"id": "", **item}, MEMBERS)


def _address(item: Json) -> str:
    return str(values.tables(values.tables(item["content"])[0]["videos"])[0]["url"])


def _texts(item: Json) -> Json:
    """Return title and descriptions, each from the others where it is missing."""
    given = {n: values.words(item.get(n)) for n in ("title", "shortDescription", "longDescription")}
    title = given["title"] or text.clip(given["shortDescription"] or given["longDescription"], 100)
    title = title or values.words(item.get("id")) or "Untitled"
    said = given["shortDescription"] or given["longDescription"] or title
    short, long = (
        text.clip(said, rules.SHORT),
        text.clip(given["longDescription"] or said, rules.LONG),
    )
    wanted = ("longDescription" in item and given["longDescription"]) or not text.same(short, long)
    return {"title": title, "shortDescription": short, **({"longDescription": long} if wanted else {})}


def _kept_day(given: object, released: datetime) -> str:
    if isinstance(given, str) and len(given) == 10 and rules.day(given):
        return given
    return released.date().isoformat()


def _tags(item: Json, genres: list[str]) -> list[str]:
    return [text.clip(tag, rules.TAG).strip("… ") for tag in values.texts(item.get("tags"))] or genres[:1]


def _rating(item: Json) -> Json:
    meant = values.rating(item.get("rating"), item.get("ratingSource"))
    if meant is None or meant.value not in RATINGS.get(meant.source, "").split():
        return {"rating": "UNRATED"}
    return {"rating": meant.value, "ratingSource": meant.source}


def _is_credit(given: Json) -> bool:
    return bool(values.words(given.get("name"))) and isinstance(given.get("birthDate"), str)


def _is_id(given: Json) -> bool:
    return isinstance(given.get("id"), str) and bool(given["id"])


def _ad_breaks(given: object, length: int | None) -> list[str]:
    seconds = set(map(values.whole, values.listed(given)))
    times = sorted(s for s in seconds if s is not None and s < min(length or _DAY, _DAY))
    return [f"{s // 3600:02}:{s % 3600 // 60:02}:{s % 60:02}" for s in times]
