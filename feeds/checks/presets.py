"""What those who take standard Media RSS want besides, a row each; no writer is imported."""

import re
from collections.abc import Iterator
from functools import partial

from msgspec import Struct

from feeds import rules
from feeds.checks import media_rss
from feeds.checks.rss_document import Part, each
from feeds.model import Issue
from feeds.rules import Rule, Rules

RULES: Rules = {
    "preset_items": Rule(
        "error", "The document holds more items than its taker reads.", "Leave out the oldest ones."
    ),
    "preset_title": Rule(
        "error", "A title is longer than the document's taker allows.", "Shorten it at the source."
    ),
    "preset_short_title": Rule(
        "warning", "A title is so short that the document's taker may drop the item.", "Say more in it."
    ),
    "preset_video": Rule(
        "error", "An item has no video of a kind that the document's taker fetches.", "Leave the item out."
    ),
}
CODES = rules.meanings(RULES)
_FILE = "video/(?:mp4|quicktime|x-m4v|mpeg|x-ms-wmv|x-msvideo)"


class Wants(Struct, frozen=True):
    """How many items are read, how many characters a title has, which types a video that is fetched.

    `direct`: only what stands in the item itself is, and not in a `media:group`.
    """

    items: int | None = None
    title: tuple[int, int] = (0, 10**6)
    types: str = ".*"
    direct: bool = False


WANTS = {
    "mrss_msn": Wants(items=30, title=(20, 150), types=_FILE),
    "mrss_jwplayer": Wants(items=1000),
    "mrss_dailymotion": Wants(types=_FILE, direct=True),
    "mrss_fire": Wants(direct=True),
}


def check(body: bytes, wants: Wants) -> list[Issue]:
    """Return what is wrong with a document for somebody who `wants` it so. Never raises."""
    return media_rss.check(body, lambda channel: _issues(channel, wants))


def _issues(channel: Part, wants: Wants) -> Iterator[Issue]:
    items = channel.named("item")
    if wants.items is not None and len(items) > wants.items:
        yield _issue("preset_items", channel.where, f"{len(items)} of at most {wants.items}")
    yield from each(items, partial(_item, wants))


def _item(wants: Wants, item: Part) -> Iterator[Issue]:
    yield from _title(item, *wants.title)
    if not any(re.fullmatch(wants.types, part.get("type") or "") for part in _contents(item, wants)):
        yield _issue("preset_video", item.where)


def _issue(code: str, where: str, detail: str = "") -> Issue:
    return rules.issue(RULES, code, where, detail)


def _title(item: Part, least: int, most: int) -> Iterator[Issue]:
    length, where = len(item.last_text("title")), f"{item.where}/title[1]"
    if length > most:
        yield _issue("preset_title", where, f"it has {length} characters, {most} are allowed")
    if length < least:
        yield _issue("preset_short_title", where, f"it has {length} characters, {least} are wanted")


def _contents(item: Part, wants: Wants) -> Iterator[Part]:
    yield from item.named("media:content")
    if not wants.direct:
        for group in item.named("media:group"):
            yield from group.named("media:content")
