"""What is wrong with a standard Media RSS document, whoever wrote it: RSS 2.0 and Media RSS 1.5.1.

Names are told by their namespace here, whatever the prefix. No writer is imported.
"""

import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import chain

from lxml.etree import _Element as Element

from feeds import rules
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

_PREFIXES = {
    MEDIA: "media:", MEDIA.rstrip("/"): "media:", "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/dc/elements/1.1/": "dc:", "http://www.w3.org/2005/Atom": "atom:", "": "",
    "http://backend.userland.com/rss2": "",
}  # fmt: skip
_RFC822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|UT|UTC|GMT|[ECMP][SD]T|[A-Z])"
)
_MIME = r"[\w.+-]+/[\w.+-]+(?:\s*;.*)?"
_COUNT, _NUMBER, _POSITIVE = r"\d{1,15}", r"\d{1,15}(?:\.\d+)?", r"0*[1-9]\d{0,14}"
_NPT = r"now|\d+(?:\.\d*)?|\d+:[0-5]?\d:[0-5]?\d(?:\.\d*)?"
_LANG = r"(?:[a-zA-Z]{2,3}|[ix]-[a-zA-Z0-9]{1,8})(?:-[a-zA-Z0-9]{1,8})*"
_LINK, _SCHEME = r"https?://[^\s/?#]\S*", r"urn:\S+|[a-z][a-z0-9+.-]*://\S+"
_TEXT_TYPE = r"plain|html"
# Media RSS 1.5.1, element by element: which attributes there are and what they hold.
_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "content": {
        "fileSize": _POSITIVE, "type": _MIME, "medium": "image|audio|video|document|executable",
        "isDefault": "true|false", "expression": "sample|full|nonstop", "bitrate": _NUMBER,
        "framerate": _NUMBER, "samplingrate": _NUMBER, "channels": _COUNT, "duration": _NUMBER,
        "height": _POSITIVE, "width": _POSITIVE, "lang": _LANG,
    },
    "rating": {"scheme": _SCHEME},
    "title": {"type": _TEXT_TYPE},
    "description": {"type": _TEXT_TYPE},
    "thumbnail": {"height": _POSITIVE, "width": _POSITIVE, "time": _NPT},
    "category": {"scheme": _SCHEME},
    "hash": {"algo": "md5|sha-1"},
    "player": {"url": _LINK, "height": _POSITIVE, "width": _POSITIVE},
    "credit": {"scheme": _SCHEME, "role": r"[^A-Z]+"},
    "copyright": {"url": _LINK},
    "text": {"type": _TEXT_TYPE, "lang": _LANG, "start": _NPT, "end": _NPT},
    "restriction": {"relationship": "allow|deny", "type": "country|uri|sharing"},
    "subTitle": {"type": _MIME},
    "status": {"state": "active|blocked|deleted"},
    "price": {"type": "rent|purchase|package|subscription", "currency": "[A-Z]{3}"},
    "rights": {"status": "userCreated|official"},
}  # fmt: skip
_REQUIRED = {"player": "url", "restriction": "relationship"}
# What an element of Media RSS may say, by what its deciding attribute says.
_VALUES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "rating": ("scheme", "urn:simple", {
        "urn:simple": "adult|nonadult",
        "urn:mpaa": "g|nc-17|pg|pg-13|r|x",
        "urn:v-chip": "tv-y|tv-y7|tv-y7-fv|tv-g|tv-pg|tv-14|tv-ma",
        "urn:icra": r"r \((?: ?[cnolsv][a-z] [01])+\)",
    }),
    "hash": ("algo", "md5", {"md5": "[0-9a-fA-F]{32}", "sha-1": "[0-9a-fA-F]{40}"}),
    "restriction": ("type", "", {
        "": "(?:all|none)?",
        # ISO 3166 leaves the codes around XX to whoever wants them: they are no country's.
        "country": r"(?:all|none)?|(?:(?!aa|q[m-z]|x|zz)[a-z]{2}\s*)+",
        "uri": r"(?:[a-z][a-z0-9+.-]*://\S+(?:\s+|\Z))+",
    }),
}  # fmt: skip
_PLAIN = ("media:title", "media:description", "media:text")
_NEVER_HTML = ("media:category", "media:copyright", "media:keywords", "media:credit")
_OPEN_TAG = re.compile(r"<[a-zA-Z/!][^>]*(?:<|\Z)")
_KEYWORDS = 10
_ONCE = (
    "title", "link", "description", "guid", "pubDate", "enclosure", "media:title", "media:description",
    "media:keywords", "media:player", "media:copyright",
)  # fmt: skip


def check(body: bytes, look: Look = lambda channel: ()) -> list[Issue]:
    """Return what is wrong with a document, in its order; `where` is a path. Never raises.

    `look` says what else there is in a channel.
    """
    return rules.checked(body, partial(_issues, look=look))


def _issues(text: str, look: Look) -> Iterator[Issue]:
    if text[0].isspace():
        yield issue("bad_start", "")
    channel, found = read(text, _by_namespace)
    yield from found
    if channel is not None:
        yield from _channel(channel)
        yield from look(channel)


def _by_namespace(element: Element) -> str:
    uri, _, name = str(element.tag).rpartition("}")
    return f"{_PREFIXES.get(uri.lstrip('{'), '?:')}{name}"


def _channel(channel: Part) -> Iterator[Issue]:
    for prefix, uri in namespaces(channel).items():
        if uri == MEDIA.rstrip("/") or (prefix == "media" and uri != MEDIA):
            yield issue("media_namespace", "/rss", f"it is {rules.quoted(uri)}")
    for name in ("title", "link", "description"):
        if not channel.last_text(name):
            yield issue("bad_channel", channel.where, f"{rules.quoted(name)} is missing or empty")
    for part in (*channel.named("lastBuildDate"), *channel.named("pubDate")):
        if not _is_date(part.text):
            yield issue("bad_build_date", part.where, rules.quoted(part.text))
    for part in channel.named("language"):
        if not rules.is_language(part.text):
            yield issue("bad_language", part.where, rules.quoted(part.text))
    if not any(part.get("rel") == "self" for part in channel.named("atom:link")):
        yield issue("no_self_link", channel.where)
    yield from _media(channel)
    items = channel.named("item")
    if not items:
        yield issue("no_items", channel.where)
    yield from each(items, _item, unique_guids())


def _is_date(text: str) -> bool:
    if not _RFC822.fullmatch(text):
        return False
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True


def _item(item: Part) -> Iterator[Issue]:
    yield from _texts(item)
    yield from _guid(item)
    yield from _dates(item)
    yield from _enclosures(item)
    yield from repeats(item, _ONCE)
    if not _has_video(item):
        yield issue("no_video", item.where)
    yield from captions(item)
    yield from window(item, "")
    yield from _media(item)


def _texts(item: Part) -> Iterator[Issue]:
    title, description = item.named("title"), item.named("description")
    if not any(part.text for part in (*title, *description)):
        yield issue("no_title", item.where, "it has no description either")
    for part in title:
        yield from rules.plain(part.text, part.where)


def _guid(item: Part) -> Iterator[Issue]:
    guid = item.last("guid")
    if not guid or not guid.text:
        yield issue("no_guid", f"{item.where}/guid[1]", severity="warning")
    elif (guid.get("isPermaLink") or "true") == "true" and not re.fullmatch(_LINK, guid.text):
        yield issue("bad_guid", guid.where, rules.quoted(guid.text))


def _dates(item: Part) -> Iterator[Issue]:
    if not (date := item.last("pubDate")):
        yield issue("no_pub_date", item.where)
    elif not _is_date(date.text):
        yield issue("bad_pub_date", date.where, rules.quoted(date.text))
    for part in item.named("dcterms:modified"):
        if not rules.day(part.text):
            yield issue("bad_modified", part.where, rules.quoted(part.text))


def _enclosures(item: Part) -> Iterator[Issue]:
    wanted = {"url": _LINK, "length": _COUNT, "type": _MIME}
    for part in item.named("enclosure"):
        for name, pattern in wanted.items():
            if not re.fullmatch(pattern, part.get(name) or ""):
                yield issue("bad_enclosure", f"{part.where}/@{name}", rules.quoted(part.get(name) or ""))


def _has_video(item: Part) -> bool:
    holders = (item, *item.named("media:group"))
    return any(h.named(name) for h in holders for name in ("media:content", "media:player", "enclosure"))


# -- Media RSS -------------------------------------------------------------------------------------


def _media(holder: Part) -> Iterator[Issue]:
    """Yield what is wrong with the media: elements of an item, and of those that hold others."""
    for part in chain.from_iterable(holder.parts.values()):
        if part.name.startswith("media:"):
            yield from _attributes(part)
            yield from _value(part)
            yield from _said(part)
            yield from _fetched(part)
        if part.name == "media:group":
            yield from _group(part)
        if part.name in ("media:group", "media:content"):
            yield from repeats(part, _ONCE)
            yield from _media(part)


def _attributes(part: Part) -> Iterator[Issue]:
    name = part.name.removeprefix("media:")
    for attribute, pattern in _ATTRIBUTES.get(name, {}).items():
        value = part.get(attribute)
        if value is not None and not re.fullmatch(pattern, value):
            yield issue("bad_attribute", f"{part.where}/@{attribute}", rules.quoted(value))
    if (required := _REQUIRED.get(name)) and part.get(required) is None:
        yield issue("bad_attribute", f"{part.where}/@{required}", "it is missing")
    if name == "adult":
        yield issue("deprecated", part.where)


def _value(part: Part) -> Iterator[Issue]:
    name = part.name.removeprefix("media:")
    if name not in _VALUES:
        return
    attribute, default, patterns = _VALUES[name]
    pattern = patterns.get(part.get(attribute) or default)
    if pattern is not None and not re.fullmatch(pattern, part.text, re.IGNORECASE):
        yield issue("bad_media_value", part.where, rules.quoted(part.text))


def _said(part: Part) -> Iterator[Issue]:
    if part.name in _NEVER_HTML:
        yield from rules.plain(f"{part.text} {part.get('label') or ''}", part.where)
    elif part.name in _PLAIN and part.get("type") != "html":
        yield from rules.plain(part.text, part.where)
    elif part.name in _PLAIN and _OPEN_TAG.search(part.text):
        yield issue("bad_media_value", part.where, "it is no HTML")
    if part.name == "media:keywords" and part.text.count(",") >= _KEYWORDS:
        yield issue("too_many_keywords", part.where)


def _fetched(part: Part) -> Iterator[Issue]:
    if part.name == "media:thumbnail":
        yield from rules.picture(part.get("url") or "", part.where)
    if part.name == "media:content" and not (part.get("url") is None and part.named("media:player")):
        yield from rules.address(part.get("url") or "", part.where, "bad_video_url")


def _group(group: Part) -> Iterator[Issue]:
    contents = group.named("media:content")
    if len(contents) < 2:
        yield issue("group_of_one", group.where)
    if sum(part.get("isDefault") == "true" for part in contents) > 1:
        yield issue("two_defaults", group.where)
