"""What is wrong with a Roku Search feed, whoever wrote it.

The schema says what Roku's specification and its validator want of every value; the functions here say
what JSON Schema cannot. No writer is imported.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from feeds import rules
from feeds.checks import search_schema
from feeds.checks.json_document import Json, object_of, objects_in, parse, text_of, texts_in
from feeds.checks.search_rules import RULES
from feeds.model import Issue

CODES = rules.meanings(RULES)
_TEXTS = {
    "titles": "no_title", "shortDescriptions": "no_description", "longDescriptions": "bad_long_description",
}  # fmt: skip
# What a schema asks of one type, and so of an asset without any.
_BY_TYPE = ("bad_episode_info", "bad_season_info", "bad_live_info", "bad_external_source")
_TIMED = ("movie", "tvSpecial", "episode", "shortForm")
_SHORT_FORM = 15 * 60
_PLAY_ID = 255
_1973 = 10**11


class _Asset(Struct, frozen=True):
    where: str
    value: Json

    @property
    def id(self) -> str:
        return text_of(self.value.get("id"))

    @property
    def type(self) -> str:
        return text_of(self.value.get("type"))

    def parts(self, member: str) -> list[tuple[str, Json]]:
        return list(objects_in(self.value.get(member), f"{self.where}/{member}"))

    def options(self) -> list[tuple[str, Json]]:
        content = object_of(self.value.get("content"))
        return list(objects_in(content.get("playOptions"), f"{self.where}/content/playOptions"))


def check(body: bytes) -> list[Issue]:
    """Return what is wrong with a page of the feed, in its order; `where` is a JSON pointer. Never raises."""
    return rules.checked(body, _issues)


def _issues(text: str) -> Iterator[Issue]:
    root, found = parse(text)
    yield from found
    if not isinstance(root, dict):
        return
    assets = [_Asset(*placed) for placed in objects_in(root.get("assets"), "/assets")]
    untyped = {asset.where for asset in assets if not asset.type}
    yield from (
        i for i in search_schema.issues(root) if i.code not in _BY_TYPE or _asset_of(i) not in untyped
    )
    yield from _defaults(root, assets)
    for asset in assets:
        for rule in (_texts, _images, _release, _durations, _play_options):
            yield from rule(asset)
        yield from _languages(asset, text_of(root.get("defaultLanguage")))
    yield from _ids(assets)
    yield from _series(assets)


def _asset_of(issue: Issue) -> str:
    return "/".join(issue.where.split("/")[:3])


def _issue(code: str, where: str, detail: str = "") -> Issue:
    return rules.issue(RULES, code, where, detail)


def _defaults(root: Json, assets: list[_Asset]) -> Iterator[Issue]:
    """Yield what the feed must say for all, because not every asset says it for itself."""
    texts = (part for asset in assets for name in _TEXTS for _, part in asset.parts(name))
    if "defaultLanguage" not in root and not all(map(_said, texts)):
        yield _issue("no_default_language", "/defaultLanguage")
    places = (object_of(option.get("availabilityInfo")) for asset in assets for _, option in asset.options())
    if "defaultAvailabilityCountries" not in root and not all(place.get("country") for place in places):
        yield _issue("no_default_countries", "/defaultAvailabilityCountries")


def _said(part: Json) -> set[str]:
    """Return the languages a text or image says it is in, in the new way or the old."""
    return {*texts_in(part.get("languages")), text_of(part.get("language"))} - {""}


# -- an asset --------------------------------------------------------------------------------------


def _texts(asset: _Asset) -> Iterator[Issue]:
    for name, code in _TEXTS.items():
        for where, part in asset.parts(name):
            value = text_of(part.get("value"))
            yield from rules.plain(value, f"{where}/value")
            if value and not value.strip():
                yield _issue(code, f"{where}/value", "it is blank")
    shorts = [part for _, part in asset.parts("shortDescriptions")]
    for where, long in asset.parts("longDescriptions"):
        alike = (short for short in shorts if _said(short) == _said(long))
        if any(rules.same(text_of(short.get("value")), text_of(long.get("value"))) for short in alike):
            yield _issue("same_descriptions", where)


def _languages(asset: _Asset, default: str) -> Iterator[Issue]:
    def of(member: str) -> set[str]:
        return set().union(*(_said(part) or {default} for _, part in asset.parts(member)))

    for member in ("shortDescriptions", "images"):
        if asset.parts(member) and (missing := of("titles") - of(member)):
            detail = f"{', '.join(map(rules.quoted, sorted(missing)))} is not in `{member}`"
            yield _issue("language_not_covered", f"{asset.where}/{member}", detail)


def _images(asset: _Asset) -> Iterator[Issue]:
    for where, image in asset.parts("images"):
        if isinstance(url := image.get("url"), str):
            gif = url.partition("?")[0].lower().endswith(".gif")  # the one more kind that Search takes
            found = rules.picture(url, f"{where}/url")
            yield from (i for i in found if not (gif and i.code == "thumbnail_format"))


def _release(asset: _Asset) -> Iterator[Issue]:
    date, where = asset.value.get("releaseDate"), f"{asset.where}/releaseDate"
    if isinstance(date, str) and not rules.day(date):
        yield _issue("bad_release_date", where, rules.quoted(date))
    elif date is None and asset.type in (*_TIMED, "series") and "releaseYear" not in asset.value:
        yield _issue("bad_release_date", where, "it is missing")


def _durations(asset: _Asset) -> Iterator[Issue]:
    names = ("durationInSeconds", "durationInMilliseconds")
    seconds, thousandths = (_number(asset.value.get(name)) for name in names)
    where = f"{asset.where}/{names[0]}"
    if asset.type in _TIMED and not any(name in asset.value for name in names):
        yield _issue("bad_duration", where, "it is missing")
    if seconds is not None and thousandths is not None and abs(seconds * 1000 - thousandths) >= 1000:
        yield _issue("durations_differ", where)
    length = seconds if seconds is not None else (thousandths or 0) / 1000
    short = 0 < length <= _SHORT_FORM
    if (asset.type == "shortForm" and length > _SHORT_FORM) or (asset.type == "movie" and short):
        yield _issue("type_and_length", f"{asset.where}/type", f"{asset.type} of {length:,.0f} seconds")


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _play_options(asset: _Asset) -> Iterator[Issue]:
    for where, option in asset.options():
        name = text_of(option.get("playId"))
        if len(name) > _PLAY_ID or not name.isascii():
            yield _issue("bad_play_id", f"{where}/playId", rules.quoted(name))
        yield from _availability(where, option)


def _availability(where: str, option: Json) -> Iterator[Issue]:
    for edge in ("Start", "End"):
        stamp = _number(option.get(f"availability{edge}TimeStamp"))
        if stamp is not None and 0 < stamp < _1973:
            yield _issue("timestamp_in_seconds", f"{where}/availability{edge}TimeStamp", f"{stamp:.0f}")
        text = text_of(option.get(f"availability{edge}Time"))
        if text and _thousandths(text) is None:
            yield _issue("bad_availability", f"{where}/availability{edge}Time", rules.quoted(text))
    if not any(name in option for name in ("availabilityStartTimeStamp", "availabilityStartTime")):
        yield _issue("no_start_time", where)
    start, end = _instant(option, "Start"), _instant(option, "End")
    if start is not None and end is not None and start >= end:
        yield _issue("window_order", where)


def _instant(option: Json, edge: str) -> float | None:
    stamp = _number(option.get(f"availability{edge}TimeStamp"))
    return stamp if stamp is not None else _thousandths(text_of(option.get(f"availability{edge}Time")))


def _thousandths(text: str) -> float | None:
    """Return the milliseconds since 1970 of a time with a zone; None when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() * 1000 if moment.tzinfo else None


# -- assets and each other -------------------------------------------------------------------------


def _ids(assets: Iterable[_Asset]) -> Iterator[Issue]:
    seen: dict[str, str] = {}
    for asset in assets:
        if asset.id and (first := seen.setdefault(asset.id, asset.where)) != asset.where:
            yield _issue("duplicate_id", f"{asset.where}/id", f"{rules.quoted(asset.id)} is also {first}")


def _series(assets: list[_Asset]) -> Iterator[Issue]:
    known = {asset.id for asset in assets if asset.type == "series"}
    for asset in assets:
        for member in ("episodeInfo", "seasonInfo"):
            wanted = text_of(object_of(asset.value.get(member)).get("seriesId"))
            if wanted and wanted not in known:
                yield _issue("unknown_series", f"{asset.where}/{member}/seriesId", rules.quoted(wanted))
