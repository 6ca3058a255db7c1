"""A Roku Search feed mended: texts, images, genres, ratings and play options in their shape."""

import json
import pkgutil
import re
from collections.abc import Iterator, Mapping

import msgspec

from feeds import rules, text, values
from feeds.mending.document import decoded, json_value
from feeds.mending.mended import Mended, Told, differences, done, outcome, unreadable
from feeds.model import Issue
from feeds.values import Json, spelled, spellings

_SCHEMA = json.loads(pkgutil.get_data("feeds", "schemas/search-feed.schema.json") or b"")
_TYPES = ("movie", "tvSpecial", "series", "season", "episode", "shortForm", "liveStream", "externalIdOnly")
_BY_LETTERS = {**{name.lower(): name for name in _TYPES}, "shortformvideo": "shortForm"}
_FILMS = ("movie", "tvSpecial", "episode", "shortForm", "liveStream")
_MEMBERS = (
    "id", "type", "titles", "shortDescriptions", "longDescriptions", "releaseDate", "releaseYear", "genres",
    "tags", "advisoryRatings", "images", "durationInSeconds", "content",
)  # fmt: skip
_NAMES = spellings(
    _MEMBERS,
    title="titles", shortdescription="shortDescriptions", longdescription="longDescriptions",
    description="shortDescriptions", duration="durationInSeconds", thumbnail="images", image="images",
    rating="advisoryRatings", genre="genres",
)  # fmt: skip
_CODES = {
    "id": "mended_id", "type": "mended_shape", "titles": "mended_title",
    "shortDescriptions": "mended_description", "longDescriptions": "mended_description",
    "images": "mended_picture", "genres": "mended_genre", "tags": "mended_tag",
    "advisoryRatings": "mended_rating", "releaseDate": "mended_date", "durationInSeconds": "mended_number",
    "content": "mended_video",
}  # fmt: skip
_UNRATED: Json = {"source": "USA_PR", "value": "NR"}


def mend(body: bytes, told: Told) -> Mended:
    """Return the mended page of a feed."""
    root, whole = json_value(decoded(body))
    if isinstance(root, list):
        root = next((part for part in values.tables(root) if "assets" in part), None)
    assets = values.tables(root.get("assets")) if isinstance(root, dict) else []
    if not isinstance(root, dict) or not assets:
        return unreadable()
    return outcome(_Work(root, assets, told), whole)


class _Work:
    def __init__(self, root: Json, assets: list[Json], told: Told) -> None:
        self.root, self.assets, self.told = root, assets, told
        self.ids: set[str] = set()
        self.items: list[Json] = []
        self.issues: list[Issue] = []

    def documents(self) -> Iterator[bytes]:
        yield msgspec.json.encode({**self.root, "assets": self.items})

    def mended(self) -> Iterator[Issue]:
        language = values.language(self.root.get("defaultLanguage"), "en").lower().replace("_", "-")
        head: Json = {"version": "1", "defaultLanguage": language}
        countries = dict.fromkeys(map(str.lower, values.texts(self.root.get("defaultAvailabilityCountries"))))
        head["defaultAvailabilityCountries"] = [c for c in countries if re.fullmatch("[a-z]{2}", c)] or ["us"]
        codes = dict.fromkeys(head, "mended_language") | {"version": "mended_number"}
        yield from differences(self.root, head, codes, "")
        self.root = {**self.root, **head}
        for number, asset in enumerate(self.assets):
            before = spelled(asset, _NAMES)
            after = self._asset(before)
            if after is None:
                yield done(
                    "left_out_no_video", f"/assets/{number}", rules.quoted(values.words(before.get("titles")))
                )
                continue
            self.items.append(after)
            yield from differences(before, after, _CODES, f"/assets/{number}")

    def _asset(self, before: Json) -> Json | None:
        kind = self._kind(before)
        options = self._options(before)
        if kind in _FILMS and not options:
            return None
        asset = {**before, "type": kind, **self._texts(before), **self._told(before)}
        if kind != "season":
            asset["id"] = self._id(before)
        if options:
            asset["content"] = {**_object(before.get("content")), "playOptions": options}
        asset = {name: value for name, value in asset.items() if value not in (None, [])}
        return values.in_order(asset, _MEMBERS)

    def _kind(self, before: Json) -> str:
        told = re.sub(r"[\W_]", "", values.words(before.get("type"))).lower()
        long = (values.whole(before.get("durationInSeconds")) or 0) > 15 * 60
        return _BY_LETTERS.get(told, "tvSpecial" if long else "shortForm")

    def _id(self, before: Json) -> str:
        old, again = values.words(before.get("id")), 0
        name = old if len(old) <= 50 else ""
        while not name or name in self.ids:
            name, again = (
                text.stable_id(old, values.words(before.get("titles")), str(before), str(again)),
                again + 1,
            )
        self.ids.add(name)
        return name

    def _texts(self, before: Json) -> Mapping[str, object]:
        titles = _said(before.get("titles"), 200)
        shorts = _said(before.get("shortDescriptions"), rules.SHORT)
        longs = _said(before.get("longDescriptions"), rules.LONG)
        titles = titles or [{"value": values.words(before.get("id")) or "Untitled"}]
        shorts = (
            shorts
            or [{**long, "value": text.clip(str(long["value"]), rules.SHORT)} for long in longs]
            or titles
        )
        told = {values.words(short["value"]) for short in shorts}
        return {
            "titles": titles, "shortDescriptions": shorts,
            "longDescriptions": [long for long in longs if long["value"] not in told],
        }  # fmt: skip

    def _told(self, before: Json) -> Mapping[str, object]:
        day = self.told.when(before.get("releaseDate"))
        dated = {"releaseDate": day.date().isoformat()} if day else {}
        if not day and "releaseYear" not in before:
            dated = {"releaseDate": self.told.now.date().isoformat()}
        length = values.whole(before.get("durationInSeconds"))
        return {
            **dated, "genres": _genres(before.get("genres")), "images": self._images(before.get("images")),
            "advisoryRatings": _ratings(before.get("advisoryRatings")),
            **({"durationInSeconds": length} if length else {}),
            "tags": [text.clip(tag, rules.TAG).strip("… ") for tag in values.texts(before.get("tags"))],
        }  # fmt: skip

    def _images(self, given: object) -> list[Json]:
        images = []
        for part in values.listed(given):
            url = values.address(part, self.told.base)
            table = part if isinstance(part, dict) else {}
            kind = table.get("type") if table.get("type") in ("main", "background", "logo") else "main"
            images += [{**table, "type": kind, "url": self.told.pictures.get(url, url)}] if url else []
        if images and not any(image["type"] == "main" for image in images):
            images.insert(0, {**images[0], "type": "main"})
        return images

    def _options(self, before: Json) -> list[Json]:
        return [
            self._option(option, before)
            for option in values.tables(_object(before.get("content")).get("playOptions"))
        ]

    def _option(self, option: Json, before: Json) -> Json:
        quality, licence = (values.words(option.get(n)).lower() for n in ("quality", "license"))
        licence = licence if licence in ("free", "subscription", "rental", "purchase") else "free"
        mended = {
            **option, "license": licence,
            "quality": quality if quality in ("sd", "hd", "hd+", "fhd", "uhd") else "hd",
            "playId": values.words(option.get("playId")) or values.words(before.get("id")),
        }  # fmt: skip
        for edge in ("Start", "End"):
            stamp = values.whole(option.get(f"availability{edge}TimeStamp"))
            if stamp is not None:
                mended[f"availability{edge}TimeStamp"] = stamp * 1000 if stamp < 10**11 else stamp
        if not {"availabilityStartTimeStamp", "availabilityStartTime"} & mended.keys():
            since = self.told.when(before.get("releaseDate")) or self.told.now
            mended["availabilityStartTimeStamp"] = int(since.timestamp()) * 1000
        if licence in ("free", "subscription"):
            mended = {n: v for n, v in mended.items() if n not in ("price", "currency")}
        return mended


def _object(value: object) -> Json:
    return next(iter(values.tables(value)), {})


def _said(given: object, limit: int) -> list[Json]:
    """Return texts in their shape: a bare text, a list of them, or one language's, is one too."""
    found: list[Json] = []
    for part in values.listed(given):
        table = part if isinstance(part, dict) else {"value": part}
        languages = values.texts(table.get("languages")) or values.texts(table.get("language"))
        if said := text.clip(values.words(table.get("value")), limit):
            found.append({"value": said, **({"languages": languages} if languages else {})})
    return found


def _genres(given: object) -> list[str]:
    known = set(_SCHEMA["$defs"]["genre"]["enum"])
    said = [name for name in map(str.lower, values.texts(given)) if name in known]
    return list(dict.fromkeys(said)) or [g for g in values.genres(given) if g in known] or ["special"]


def _ratings(given: object) -> list[Json]:
    ratings = [
        r
        for r in values.tables(given)
        if isinstance(r.get("source"), str) and isinstance(r.get("value"), str)
    ]
    return [r for r in ratings if r["value"] != "UNRATED"] or [dict(_UNRATED)]
