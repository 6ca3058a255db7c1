"""What JSON Schema finds wrong with a Search feed, in the words of this package's codes."""

import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationError, ValidationErrorKind

from feeds import rules
from feeds.checks.json_document import detail, foreign, once, pointer, violations
from feeds.checks.search_rules import RULES
from feeds.model import Issue

_FILE = pkgutil.get_data("feeds", "schemas/search-feed.schema.json")
_SCHEMA: dict[str, Any] = json.loads(_FILE or b"")
_VALIDATOR = jsonschema_rs.Draft202012Validator({**once(_SCHEMA), "$ref": "#/$defs/feedStrict"})
# What `feeds.checks.search` looks at itself, and says more of.
_OWN_RULES = {
    ("url", "pattern"), ("defaultLanguage", "required"), ("defaultAvailabilityCountries", "required"),
}  # fmt: skip
_DEFINITIONS = {
    "assets": "asset", "titles": "title", "shortDescriptions": "shortDescription", "images": "image",
    "longDescriptions": "longDescription", "playOptions": "playOption", "content": "contentStrict",
}  # fmt: skip
# By the innermost name that is here: what stands in a member is a fault of the member.
_BY_NAME = {
    "version": "wrong_version", "nextPageUrl": "bad_next_page", "assets": "no_items",
    "defaultAvailabilityCountries": "bad_country", "country": "bad_country",
    "defaultLanguage": "language_unlisted", "languages": "language_unlisted", "language": "language_unlisted",
    "id": "bad_id", "subType": "bad_type", "titles": "no_title", "shortDescriptions": "no_description",
    "longDescriptions": "bad_long_description", "releaseDate": "bad_release_date",
    "releaseYear": "bad_release_date", "genres": "no_genre", "tags": "bad_tag", "credits": "bad_role",
    "advisoryRatings": "bad_advisory_rating", "images": "bad_thumbnail", "externalIds": "bad_external_source",
    "externalIdSource": "bad_external_source", "durationInSeconds": "bad_duration",
    "durationInMilliseconds": "bad_duration", "episodeInfo": "bad_episode_info",
    "seasonInfo": "bad_season_info", "stationInfo": "bad_live_info", "liveInfo": "bad_live_info",
    "content": "bad_content", "playOptions": "no_play_option", "license": "bad_play_option",
    "quality": "bad_play_option", "playId": "bad_play_option", "price": "bad_price", "currency": "bad_price",
    "availabilityStartTimeStamp": "bad_availability", "availabilityEndTimeStamp": "bad_availability",
    "availabilityStartTime": "bad_availability", "availabilityEndTime": "bad_availability",
    "availabilityInfo": "bad_country",
}  # fmt: skip
_BY_PARENT = {
    ("assets", "type"): "bad_type", ("images", "type"): "bad_image",
    ("credits", "id"): "bad_role", ("externalIds", "id"): "bad_external_source",
    ("availabilityInfo", "license"): "bad_member", ("availabilityInfo", "platform"): "bad_member",
    ("availabilityInfo", "restriction"): "bad_member", ("availabilityInfo", "restrictions"): "bad_member",
    ("playOptions", "audioFormats"): "bad_member", ("playOptions", "live"): "bad_member",
    ("playOptions", "discreteLiveEvent"): "bad_member",
    ("playOptions", "promotionalStartTime"): "bad_member",
    ("playOptions", "promotionalEndTime"): "bad_member",
}  # fmt: skip
_OTHERWISE = {
    ("no_title", "maxLength"): "title_too_long",
    ("no_description", "maxLength"): "description_too_long",
    ("bad_long_description", "maxLength"): "description_too_long",
    ("bad_tag", "maxLength"): "tag_too_long",
    ("bad_play_option", "maxLength"): "bad_play_id",
    ("bad_thumbnail", "contains"): "no_main_image",
    ("no_genre", "enum"): "unknown_genre",
    ("language_unlisted", "falseSchema"): "deprecated_language",
    ("bad_id", "falseSchema"): "foreign_field",
}


def issues(root: dict[str, Any]) -> Iterator[Issue]:
    """Yield what the schema finds, in its order; `where` is a JSON pointer."""
    return violations(_VALIDATOR, root, _schema_issue)


def _schema_issue(path: list[str | int], error: ValidationError) -> Iterator[Issue]:
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.UnevaluatedProperties | ValidationErrorKind.AdditionalProperties):
        yield from foreign(path, kind.unexpected, _known(path))
        return
    if isinstance(kind, ValidationErrorKind.Required):
        path = [*path, kind.property]
    elif kind.name == "not":
        path = [*path, "price"]
    if not path or kind.name in ("anyOf", "oneOf") or (path[-1], kind.name) in _OWN_RULES:
        return
    yield rules.issue(RULES, _code(path, kind.name), pointer(path), detail(path, error))


def _known(path: list[str | int]) -> frozenset[str]:
    """Return the members the specification gives the object at `path`."""
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    return frozenset(_SCHEMA["$defs"][_DEFINITIONS.get(name, "feed")]["properties"])


def _code(path: list[str | int], keyword: str) -> str:
    names = [part for part in path if isinstance(part, str)]
    if names == ["assets"] and isinstance(path[-1], int):
        return "bad_item"
    for parent, name in reversed(list(zip(["", *names], names, strict=False))):
        if code := _BY_PARENT.get((parent, name)) or _BY_NAME.get(name):
            code = "bad_member" if code == "no_items" and len(names) > 1 else code
            return _OTHERWISE.get((code, keyword), code)
    return "bad_member"
