"""The video files that a page's scripts name: a player's set-up, or the state an application starts from.

A set-up names the files of one film or a few and is believed. A state holds the videos of other stories too;
of it only that part counts which says of itself that it is this story.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from feedsvc.pages import markup
from feedsvc.pages.inventory import MEDIA
from feedsvc.pages.markup import Page

# What ends an address in a script: a quote, or what cannot stand in one.
_STOP = r"\s\"'<>\\{}|^`"
_FILE = r"\.(?:mp4|MP4|m4v|mov|m3u8|mpd)(?![\w.])|\.ism/manifest"
# What goes on with an ampersand is another field of a list of settings, no longer the address.
_QUERY = rf"(?:[?#(/:][^{_STOP},;\]]{{0,2000}})?"
IN_TEXT = re.compile(rf"(?:https?:)?//[^{_STOP}]{{1,400}}?(?:{_FILE}){_QUERY}")
_SCHEME, _STOPS, _BEFORE = re.compile("(?:https?:)?//"), " \t\n\r\"'<>\\{}|^`", 400
_ENDING, _AFTER = re.compile(_FILE), re.compile(_QUERY)
_SCRIPT = re.compile(r"(?:(?:text|application)/(?:x-)?(?:javascript|ecmascript|json)|module)?(?:;.*)?", re.I)
_SCRIPTS, _NAMED, _LONGEST, _ALL = 300, 500, 1_500_000, 4_000_000
_ESCAPED = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|/)")
_ESCAPES = tuple(
    (f"\\u00{code}", meant) for meant in "/&=?:" for code in (f"{ord(meant):02x}", f"{ord(meant):02X}")
)
# One film comes in several sizes: what tells them apart in a name is no other film.
_RENDITION = re.compile(
    r"(?<![a-z0-9])(?:\d{3,4}p?|\d{2,4}x\d{2,4}|\d{2,5}k(?:bps)?|hd|sd|uhd|fhd|hq|lq|hi|lo|high|low|medium|mobile"
    r"|v\d|\d)(?![a-z0-9])",
    re.I,
)
_LIVE = re.compile(r"[/_.-](?:live|livestream|24x7|24-7|linear|simulcast)[/_.-]", re.I)
_FEW, _NODES, _TRIES, _PARTS = 3, 60_000, 5, 20
_STARTS = re.compile(r"=\s*(?=[{\[])|^\s*(?=[{\[])")
_ADDRESSES = frozenset(
    {"url", "link", "href", "permalink", "canonical", "canonicalurl", "canonical_url", "weburl", "web_url",
     "shareurl", "share_url", "website_url", "pageurl", "articleurl", "uri", "path", "aspath", "fullurl"}
)  # fmt: skip
_IDS = frozenset(
    {"id", "articleid", "article_id", "contentid", "content_id", "storyid", "story_id", "postid"}
)
_OTHERS = re.compile(
    r"relat|recommend|latest|trending|popular|more|next|sidebar|playlist|promo(?!_item)|teaser|livestr", re.I
)


def files(page: Page) -> Iterator[str]:
    """Yield the addresses of video files that scripts name for this story, in the page's order."""
    room = _ALL
    for script, text in page.scripts[:_SCRIPTS]:
        if room <= 0 or not MEDIA.search(text) or not _is_script(script):
            continue
        text = text[: min(_LONGEST, room)]
        room -= len(text)
        found = _named(text)
        if page.main.tag not in ("body", "html") and markup.within(script, page.main):
            yield from found
        elif _films(found) <= _FEW:
            # The channel a site sends all day is named in the set-up of every page.
            yield from (address for address in found if not _LIVE.search(address))
        else:
            yield from _of_the_story(text, page)


def _is_script(script: HtmlElement) -> bool:
    kind = script.get("type", "").strip()
    return bool(_SCRIPT.fullmatch(kind)) and not script.get("src") and not markup.aside(script)


def _named(text: str) -> list[str]:
    return list(dict.fromkeys(islice(_addresses(_unescaped(text)), _NAMED)))


def _unescaped(text: str) -> str:
    # Replacing is a tenth of the work of a pattern, which is left for what was escaped twice.
    if r"\\u00" in text or r"\\/" in text:
        return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else "/", text)
    for escape, meant in _ESCAPES if "\\u00" in text else ():
        text = text.replace(escape, meant)
    return text.replace("\\/", "/")


def _addresses(text: str) -> Iterator[str]:
    # From the ending backwards: a script has thousands of slashes, and few files.
    for ending in _ENDING.finditer(text):
        before = _before(text, ending.start())
        after = _AFTER.match(text, ending.end())
        if before and after:
            yield f"{before}{ending[0]}{after[0]}"


def _before(text: str, end: int) -> str:
    """Return how an address begins that goes on at `end`, an empty string when nothing there is one."""
    start = max(0, end - _BEFORE)
    begins = max(text.rfind(stop, start, end) for stop in _STOPS) + 1 or start
    if begins and text[begins - 1] in "\"'" and text[begins] == "/":
        return text[begins:end]
    match = _SCHEME.search(text, begins, end)
    return text[match.start() : end] if match and match.end() < end else ""


def _films(addresses: Sequence[str]) -> int:
    """Return how many films the addresses are of, their renditions not counted."""
    paths = (unquote(address.partition("?")[0]).rpartition(".")[0] for address in addresses)
    return len({_RENDITION.sub("", path.replace("_", "-")) for path in paths})


def _of_the_story(text: str, page: Page) -> list[str]:
    """Return the addresses in that part of a state which names the page's own address, the smallest such."""
    own = _own_paths(page)
    found = (part for state in _states(text) for part in _parts(state, own))
    named = [addresses for part in islice(found, _PARTS) if (addresses := _named(_inner(part)))]
    best = min(named, key=_films, default=[])
    return best if _films(best) <= _FEW else []


def _own_paths(page: Page) -> frozenset[str]:
    links = (link.get("href", "") for link in page.links.get("canonical", ())[:3])
    paths = (
        urlsplit(page.absolute(str(url)) or "").path for url in (page.url, *page.every("og:url"), *links)
    )
    return frozenset(path.rstrip("/") for path in paths if path.strip("/"))


def _states(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    at = 0
    for _ in range(_TRIES):
        if not (match := _STARTS.search(text, at)):
            return
        at = match.end()
        try:
            state, at = decoder.raw_decode(text, at)
            yield state
        except (ValueError, RecursionError):
            continue


def _parts(state: Any, own: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a state that say they are at one of the `own` paths, or carry the id in it."""
    left = [state]
    for _ in range(_NODES):
        if not left:
            return
        node = left.pop()
        inside = node.values() if isinstance(node, dict) else node
        left += [one for one in inside if isinstance(one, dict | list)]
        if isinstance(node, dict) and any(_says(key, value, own) for key, value in node.items()):
            yield node


def _says(key: str, value: Any, own: frozenset[str]) -> bool:
    if not isinstance(value, str | int):
        return False
    key = key.lower()
    if key in _ADDRESSES and isinstance(value, str):
        return markup.path(value[:2000]).rstrip("/") in own
    said = str(value) if key in _IDS else ""
    return len(said) >= 6 and said.isalnum() and any(said in re.split(r"[^A-Za-z0-9]", path) for path in own)


def _inner(part: Any) -> str:
    """Return the texts an object holds, in quotes, without what it says of other stories."""
    said: list[str] = []
    left = [part]
    for _ in range(_NODES):
        if not left:
            break
        node = left.pop()
        if isinstance(node, str):
            said.append(f'"{node}"')
        elif isinstance(node, dict):
            left += [value for key, value in reversed(node.items()) if not _OTHERS.search(key)]
        elif isinstance(node, list):
            left += reversed(node)
    return "\n".join(said)
