"""What is wrong with a Roku MRSS document, whoever wrote it: the rules are those of the readers on the TV.

They match names such as ``media:title`` as they are written, whatever the namespace. No writer is imported.
"""

import re
from collections.abc import Iterator
from functools import partial

from lxml.etree import _Element as Element

from feeds import rules
from feeds.checks.media_rss import check as check_standard
from feeds.checks.mrss_rules import RULES
from feeds.checks.rss_document import (
    MEDIA,
    Look,
    Part,
    captions,
    each,
    issue,
    namespaces,
    read,
    repeats,
    unique_guids,
    window,
)  # fmt: skip
from feeds.model import Issue

__all__ = ["CODES", "check_roku", "check_standard"]
CODES = rules.meanings(RULES)
_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?")
_SECONDS = re.compile(r"\d{1,9}(?:\.\d+)?")
_ONCE = (
    "title", "description", "guid", "pubDate", "media:title", "media:description", "media:thumbnail",
    "media:content",
)  # fmt: skip


def check_roku(body: bytes) -> list[Issue]:
    """Return what is wrong with a document, in its order; `where` is a path. Never raises."""
    return rules.checked(body, _issues)


def _issues(text: str) -> Iterator[Issue]:
    yield from rules.size(text)
    if not text.startswith(("<?xml", "<rss")):  # C2
        yield issue("bad_start", "")
    channel, found = read(text, _as_written)
    if channel and (prefix := _other_prefix(channel)):
        # All else is judged as if the prefix were the one that readers look for.
        channel, found = read(text, lambda element: _as_written(element).replace(f"{prefix}:", "media:", 1))
    yield from found
    if channel is not None:
        yield from _channel(channel)


def _as_written(element: Element) -> str:
    name = str(element.tag).rpartition("}")[2]
    return f"{element.prefix}:{name}" if element.prefix else name


def _other_prefix(channel: Part) -> str:
    declared = namespaces(channel)
    return "" if "media" in declared else next((p for p, uri in declared.items() if p and uri == MEDIA), "")


def _channel(channel: Part) -> Iterator[Issue]:
    for prefix, uri in namespaces(channel).items():
        if uri == MEDIA and prefix != "media":
            yield issue("media_prefix", "/rss", f"it is {rules.quoted(prefix)}")
        if prefix == "media" and uri != MEDIA:
            yield issue("media_namespace", "/rss", f"it is {rules.quoted(uri)}")
    made = channel.last_text("lastBuildDate")
    if made and not rules.moment(made):
        yield issue("bad_build_date", f"{channel.where}/lastBuildDate[1]", rules.quoted(made))
    items = channel.named("item")
    if not items:
        yield issue("no_items", channel.where)
    yield from _white_space(items)
    yield from each(items, partial(_item, made), unique_guids(), _spelling())


def _white_space(items: list[Part]) -> Iterator[Issue]:
    """Yield one issue for the whole document, at the first item that has any (C19)."""
    spaced = (item for item in items if any(_spaces(item)))
    yield from (issue("white_space", item.where) for item, _ in zip(spaced, range(1), strict=False))


def _spaces(item: Part) -> Iterator[bool]:
    yield bool(item.element.text)
    yield from (bool(child.tail) for child in item.element)


def _item(made: str, item: Part) -> Iterator[Issue]:
    yield from repeats(item, _ONCE)
    yield from _texts(item)
    if not item.last_text("guid"):
        yield issue("no_guid", f"{item.where}/guid[1]")
    yield from _date(item)
    yield from _categories(item)
    yield from _thumbnails(item)
    yield from _video(item)
    yield from captions(item)
    yield from window(item, made)


def _texts(item: Part) -> Iterator[Issue]:
    """Yield what is wrong with the texts: one reader takes them plain, the other from media: (C5, C6)."""
    for name, code in (("title", "no_title"), ("description", "no_description")):
        for full in (name, f"media:{name}"):
            text, where = item.last_text(full), f"{item.where}/{full}[1]"
            if not text:
                yield issue(code, where, f"{rules.quoted(full)} is missing or empty")
            yield from rules.plain(text, where)
            if name == "description":
                yield from rules.too_long(text, rules.SHORT, where)


def _date(item: Part) -> Iterator[Issue]:
    date, where = item.last_text("pubDate"), f"{item.where}/pubDate[1]"
    if rules.moment(date) or (_WITHOUT_ZONE.fullmatch(date) and rules.moment(f"{date}Z")):
        if not date.endswith("Z"):
            yield issue("pub_date_zone", where, rules.quoted(date))
    else:
        yield issue("bad_pub_date", where, rules.quoted(date) if date else "")


def _categories(item: Part) -> Iterator[Issue]:
    categories = [part for part in item.named("media:category") if part.text]
    if not categories:
        yield issue("no_category", item.where)
    for part in categories:
        if len(part.text) > rules.TAG:
            yield issue("tag_too_long", part.where, rules.quoted(part.text))
        yield from rules.plain(part.text, part.where)


def _spelling() -> Look:
    """Return what finds the categories that were written in another case before."""
    seen: dict[str, str] = {}

    def look(item: Part) -> Iterator[Issue]:
        for part in item.named("media:category"):
            if (first := seen.setdefault(part.text.casefold(), part.text)) != part.text:
                detail = f"{rules.quoted(part.text)}, {rules.quoted(first)}"
                yield issue("category_spelling", part.where, detail)

    return look


def _thumbnails(item: Part) -> Iterator[Issue]:
    if not item.named("media:thumbnail"):
        yield issue("bad_thumbnail", item.where, "the item has none of its own")
    content = item.last("media:content")
    inner = content.named("media:thumbnail") if content else []
    if content and not inner:
        yield issue("inner_thumbnail", content.where)
    for part in (*item.named("media:thumbnail"), *inner):
        yield from rules.picture(part.get("url") or "", part.where)
        yield from _size(part)


def _size(part: Part) -> Iterator[Issue]:
    """Yield an issue when a thumbnail says of itself that it is too small or not 16:9."""
    told = [part.get("width") or "", part.get("height") or ""]
    if not all(size.isdecimal() and len(size) < 10 for size in told):
        return
    width, height = map(int, told)
    if width < 800 or height < 450 or abs(width / height - 16 / 9) > 0.02:
        yield issue("thumbnail_size", part.where, f"it is {width}x{height}")


def _video(item: Part) -> Iterator[Issue]:
    content = item.last("media:content")
    if not content:
        inside = "it is in a media:group, where no reader looks" if item.named("media:group") else ""
        yield issue("no_video", item.where, inside)
        return
    yield from rules.video(content.get("url") or "", content.where)
    duration, endless = content.get("duration") or "", content.get("expression") == "nonstop"
    if not (endless and not duration) and (not _SECONDS.fullmatch(duration) or float(duration) <= 0):
        yield issue("bad_duration", content.where, rules.quoted(duration) if duration else "it is missing")
    if (language := content.get("lang")) is not None and not rules.is_language(language):
        yield issue("bad_language", content.where, rules.quoted(language))
    if not (content.last_text("media:title") and content.last_text("media:description")):
        yield issue("inner_texts", content.where)  # C18
