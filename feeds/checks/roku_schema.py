"""What JSON Schema finds wrong with a Direct Publisher document, in the words of this package's codes."""

import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationError, ValidationErrorKind

from feeds import rules
from feeds.checks.json_document import detail, foreign, once, pointer, violations
from feeds.checks.roku_rules import LISTS, RULES
from feeds.model import Issue

_FILE = pkgutil.get_data("feeds", "schemas/direct-publisher.schema.json")
_SCHEMA: dict[str, Any] = json.loads(_FILE or b"")
_VALIDATOR = jsonschema_rs.Draft202012Validator(
    {**once(_SCHEMA), "$ref": "#/$defs/feedDevice"}, validate_formats=True
)
# What `feeds.checks.roku` looks at itself, and says more of.
_OWN_RULES = {
    "id", "url", "thumbnail", "brandedThumbnail", "lastUpdated", "dateAdded", "validityPeriodStart",
    "validityPeriodEnd",
}  # fmt: skip
_SINGULAR = {
    "movies": "movie", "liveFeeds": "liveFeed", "shortFormVideos": "shortFormVideo",
    "tvSpecials": "tvSpecial",
    "seasons": "season", "episodes": "episode", "videos": "video", "captions": "caption",
    "trickPlayFiles": "trickPlayFile", "credits": "credit", "externalIds": "externalId",
    "categories": "category", "playlists": "playlist", "schedule": "scheduleEntry",
}  # fmt: skip
_BY_PARENT = {
    "captions": "bad_caption", "trickPlayFiles": "bad_trick_play", "credits": "bad_credit",
    "externalIds": "bad_external_id", "rating": "bad_rating", "schedule": "bad_schedule",
    "categories": "bad_category", "playlists": "bad_playlist",
}  # fmt: skip
_BY_FIELD = {
    "providerName": "bad_provider_name", "lastUpdated": "bad_last_updated", "language": "bad_language",
    "id": "bad_id", "title": "no_title", "thumbnail": "bad_thumbnail", "brandedThumbnail": "bad_thumbnail",
    "releaseDate": "bad_release_date", "shortDescription": "no_description",
    "longDescription": "no_long_description", "genres": "no_genres", "tags": "bad_tag",
    "rating": "bad_rating",
    "advisoryRatings": "bad_rating", "credits": "bad_credit", "externalIds": "bad_external_id",
    "content": "bad_content", "dateAdded": "bad_date_added", "videos": "no_video", "duration": "bad_duration",
    "captions": "bad_caption", "trickPlayFiles": "bad_trick_play", "adBreaks": "bad_ad_break",
    "validityPeriodStart": "bad_window", "validityPeriodEnd": "bad_window", "schedule": "bad_schedule",
    "url": "bad_video_url", "quality": "bad_quality", "videoType": "bad_video_type", "bitrate": "bad_bitrate",
    "seasonNumber": "bad_season", "seasons": "bad_season", "episodes": "bad_season",
    "episodeNumber": "bad_episode", "categories": "no_categories", "playlists": "bad_playlist",
}  # fmt: skip
_OTHERWISE = {
    ("no_description", "maxLength"): "description_too_long",
    ("no_long_description", "maxLength"): "description_too_long",
    ("bad_tag", "maxLength"): "tag_too_long",
}


def issues(root: dict[str, Any]) -> Iterator[Issue]:
    """Yield what the schema finds, in its order; `where` is a JSON pointer."""
    return violations(_VALIDATOR, root, _schema_issue)


def _schema_issue(path: list[str | int], error: ValidationError) -> Iterator[Issue]:
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.UnevaluatedProperties):
        yield from foreign(path, kind.unexpected, _known(path))
        return
    if isinstance(kind, ValidationErrorKind.Required):
        path = [*path, kind.property]
    elif not path or kind.name == "oneOf" or (kind.name == "pattern" and path[-1] in _OWN_RULES):
        return
    yield rules.issue(RULES, _code(path, kind.name), pointer(path), detail(path, error))


def _known(path: list[str | int]) -> frozenset[str]:
    """Return the members the specification gives the object at `path`."""
    name = next((part for part in reversed(path) if isinstance(part, str)), "feed")
    if name == "content":
        name = "liveContent" if path[0] == "liveFeeds" else name
    definition = _SINGULAR.get(name, name)
    return frozenset(_SCHEMA["$defs"].get(definition, {}).get("properties", ()))


def _code(path: list[str | int], keyword: str) -> str:
    names = [part for part in path if isinstance(part, str)]
    parent, field = names[-2] if len(names) > 1 else "", names[-1]
    member = isinstance(path[-1], int)
    if field in LISTS:
        return "bad_item" if member else "null_list"
    if parent in _BY_PARENT:
        return _BY_PARENT[parent]
    if member and field in ("genres", "videos", "categories"):
        return {"genres": "bad_genre", "videos": "bad_video_url", "categories": "bad_category"}[field]
    if (parent, field) == ("content", "language"):
        return "no_content_language"
    code = _BY_FIELD.get(field, "foreign_field")
    return _OTHERWISE.get((code, keyword), code)
