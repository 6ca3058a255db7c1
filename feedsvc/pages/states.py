"""The video files that a page's scripts name: a player's set-up, or the state an application starts from.

A set-up names the files of one film or a few and is believed. A state holds the videos of other stories too;
of it only that part counts which says of itself that it is this story.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from lxml.html import HtmlElement
from msgspec import Struct

from feeds.text import same
from feedsvc.pages import files, markup
from feedsvc.pages.beside import beside
from feedsvc.pages.files import FEW, File
from feedsvc.pages.inventory import MEDIA
from feedsvc.pages.markup import Page

# What a script element holds that is no script: markup, mathematics, what is read elsewhere.
_NO_SCRIPT = re.compile(r"ld\+json|template|html|handlebars|mustache|shader|xml|importmap|speculation", re.I)
_SCRIPTS, _LONGEST, _ALL = 300, 1_500_000, 4_000_000
_LIVE = re.compile(r"[/_.-](?:live|livestream|24x7|24-7|linear|simulcast)[/_.-]", re.I)
_NODES, _TRIES, _PARTS, _INNER, _TITLE, _ID = 60_000, 20, 10, 10_000, 15, 6
# Where a value begins: a variable's, a call's, a document's, a line's of a stream of components.
_STARTS = re.compile(
    r"(?:\A|[=(]|^[0-9a-f]{1,6}:)\s*(?=[{\[])|[=(]\s*(?=[\"'](?:[{\[]|%7B|%5B))", re.M | re.I
)
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*+\"|'(?:\\.|[^'\\])*+'", re.S)
# What JSON does not know of an object as scripts write it.
_TOKEN = re.compile(
    _STRING.pattern
    + r"|(?<![\w$])(?P<name>[A-Za-z_$][\w$]{0,60}+)(?=\s{0,9}:)|\b(?P<none>undefined|void 0)\b"
    + r"|(?P<comma>,)(?=\s{0,9}[}\]])|[{}\[\]]",
    re.S,
)
_IN_STRING = re.compile(r"\\.|\"", re.S)
_STREAMED = re.compile(r"^\s*self\.__next_f\.push\(\s*(?=\[)")
_ADDRESSES = frozenset(
    {"url", "link", "href", "permalink", "canonical", "canonicalurl", "canonical_url", "weburl", "web_url",
     "shareurl", "share_url", "website_url", "pageurl", "articleurl", "uri", "path", "aspath", "fullurl"}
)  # fmt: skip
_IDS = frozenset(
    {"id", "articleid", "article_id", "contentid", "content_id", "storyid", "story_id", "postid"}
)
_CALLED = {"headline": "title", "title": "title", "slug": "slug"}
_OTHERS = re.compile(
    r"relat|recommend|latest|trending|popular|more|next|sidebar|playlist|promo(?!_item)|teaser|livestr", re.I
)
Node = dict[str, Any]

_DECODER, _WHOLE, _NESTED = json.JSONDecoder(), msgspec.json.Decoder(), (dict, list)
_TELLING = (str, int)


def named(page: Page) -> list[File]:
    """Return the video files that scripts name for this story, in the page's order.

    Those whose addresses have no ending are looked for when there are no others, but an element to play them.
    """
    scripts = [*_plain(page), *_streamed(page)]
    found = list(_named(page, scripts, MEDIA.search)) if page.names_media else []
    if found or not page.has.all("video", "video-js"):
        return found
    return list(_named(page, scripts, files.names_type))


def _named(
    page: Page, scripts: Iterable[tuple[HtmlElement, str]], speaks: Callable[[str], object]
) -> Iterator[File]:
    room = _ALL
    for script, text in scripts:
        if room <= 0 or not speaks(text) or beside(page, script):
            continue
        text = text[: min(_LONGEST, room)]
        room -= len(text)
        told = files.named(text)
        if page.main.tag not in ("body", "html") and markup.within(script, page.main):
            yield from told
        elif files.films(told) <= FEW:
            # The channel a site sends all day is named in the set-up of every page.
            yield from (file for file in told if not _LIVE.search(file.address))
        else:
            yield from _of_the_story(text, page)


def _plain(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    for script, text in page.scripts[:_SCRIPTS]:
        is_script = not script.get("src") and not _NO_SCRIPT.search(script.get("type", ""))
        if is_script and not _STREAMED.match(text):
            yield script, text


def _streamed(page: Page) -> Iterator[tuple[HtmlElement, str]]:
    """Yield a state that comes in pieces, a script each, as one text."""
    pieces = [(s, m.end(), text) for s, text in page.scripts if (m := _STREAMED.match(text))]
    said: list[str] = []
    for _, at, text in pieces[:_SCRIPTS]:
        with suppress(ValueError, RecursionError):
            piece, _ = _DECODER.raw_decode(text, at)
            said += [one for one in piece if isinstance(one, str)]
    if said:
        yield pieces[0][0], "".join(said)


def _of_the_story(text: str, page: Page) -> list[File]:
    """Return the files in that part of a state which names the page itself, the smallest such."""
    own = _own(page)
    told: list[list[File]] = []
    for state in _states(text):
        objects = list(_objects(_linked(state)))
        called = _called(objects) if "__ref" in text else {}
        parts = (one for one in objects if _is_the_story(one, own))
        told += filter(None, (files.named(_inner(part, called)) for part in islice(parts, _PARTS)))
    best = min(told, key=files.films, default=[])
    return best if files.films(best) <= FEW else []


class _Own(Struct, frozen=True):
    """What a state may call this page: its paths, their ends, the numbers in them, its headline."""

    paths: frozenset[str]
    slugs: frozenset[str]
    ids: frozenset[str]
    heading: str


def _own(page: Page) -> _Own:
    links = (link.get("href", "") for link in page.links.get("canonical", ())[:3])
    urls = (page.absolute(str(url)) or "" for url in (page.url, *page.every("og:url"), *links))
    paths = frozenset(path for url in urls if (path := urlsplit(url).path.rstrip("/")))
    slugs = frozenset(slug for path in paths for slug in (path[1:], path.rpartition("/")[2]))
    ids = frozenset(part for path in paths for part in re.split(r"[^A-Za-z0-9]", path) if len(part) >= _ID)
    return _Own(paths, slugs, ids, page.heading if len(page.heading) >= _TITLE else "")


def _states(text: str) -> Iterator[Any]:
    at = 0
    for _ in range(_TRIES):
        if not (match := _STARTS.search(text, at)):
            return
        at = match.end()
        state, at = _value(text, at)
        yield state


def _value(text: str, at: int) -> tuple[Any, int]:
    """Return the value that begins at a place in a script, and where it ends; None when it is none."""
    if text[at] in "\"'":
        string = _STRING.match(text, at)
        return (_packed(string[0]), string.end()) if string else (None, at + 1)
    # Most states are all that follows; that takes a third of the time.
    with suppress(msgspec.DecodeError, RecursionError):
        return _WHOLE.decode(text[at:].rstrip("; \t\r\n")), len(text)
    with suppress(ValueError, RecursionError):
        return _DECODER.raw_decode(text, at)
    said, end = _literal(text, at)
    with suppress(ValueError, RecursionError):
        return json.loads(said), end
    return None, end


def _literal(text: str, at: int) -> tuple[str, int]:
    """Return an object as scripts write it in JSON, and where it ends."""
    said: list[str] = []
    depth = 0
    for token in _TOKEN.finditer(text, at):
        said += (text[at : token.start()], _as_json(token))
        at = token.end()
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth == 0:
            break
    return "".join(said), at


def _as_json(token: re.Match[str]) -> str:
    if token["name"]:
        return f'"{token["name"]}"'
    if token["none"]:
        return "null"
    return "" if token["comma"] else _in_double_quotes(token[0])


def _in_double_quotes(string: str) -> str:
    """Return a script's string as JSON's; what is none as it is."""
    if string[0] not in "\"'" or ("\\" not in string and string[0] == '"'):
        return string
    meant = {'"': r"\"", r"\'": "'", r"\x": r"\u00"}
    return f'"{_IN_STRING.sub(lambda m: meant.get(m[0], m[0]), string[1:-1])}"'


def _packed(string: str) -> Any:
    """Return the value a string holds as JSON, maybe written as in an address."""
    with suppress(ValueError, RecursionError):
        said = json.loads(_in_double_quotes(string), strict=False)
        return json.loads(unquote(said) if said.startswith("%") else said)
    return None


def _is_the_story(node: Node, own: _Own) -> bool:
    """Tell whether an object says that it is at one of the page's own paths, or is called like the page."""
    told = ((kind, value) for key, value in node.items() if (kind := _kind(key)))
    return any(_says(kind, value, own) for kind, value in told)


def _called(objects: list[Node]) -> dict[str, Node]:
    """Return the objects of a state by the names it refers to them with."""
    return {key: value for node in objects for key, value in node.items() if isinstance(value, dict)}


def _objects(state: Any) -> Iterator[Node]:
    left, seen = [state], set[int]()
    for _ in range(_NODES):
        if not left:
            return
        node = left.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        left += [one for one in inside if isinstance(one, _NESTED)]
        if isinstance(node, dict):
            yield node


def _linked(state: Any) -> Any:
    """Return a list of values that name each other by their place in it with the values themselves."""
    objects = [one for one in state if isinstance(one, dict)] if isinstance(state, list) else []
    numbers = (type(value) is int for one in objects for value in one.values())
    if len(objects) < 2 or not all(numbers):
        return state
    linked: list[Any] = [type(one)() if isinstance(one, dict | list) else one for one in state]

    def at(place: Any) -> Any:
        return linked[place] if type(place) is int and 0 <= place < len(linked) else None

    for one, whole in zip(state, linked, strict=True):
        if isinstance(one, dict):
            whole |= {key: at(place) for key, place in one.items()}
        elif isinstance(one, list):
            whole += map(at, one)
    return linked


@lru_cache(10_000)
def _kind(key: str) -> str:
    """Return which way a field tells a story apart, an empty string for none."""
    key = key.lower()
    if key in _ADDRESSES:
        return "address"
    return "id" if key in _IDS else _CALLED.get(key, "")


def _says(kind: str, value: Any, own: _Own) -> bool:
    said = str(value) if isinstance(value, _TELLING) else ""
    if kind == "address":
        # Most are other pages', and taking an address apart takes long.
        mine = any(path in said for path in own.paths)
        return mine and markup.path(said[:2000]).rstrip("/") in own.paths
    if kind == "title":
        return bool(own.heading) and len(said) < 2 * len(own.heading) and same(said, own.heading)
    return "-" in said and said.strip("/") in own.slugs if kind == "slug" else said in own.ids


def _inner(part: Node, called: dict[str, Node]) -> str:
    """Return what an object holds as text, names with it, without what it says of other stories."""
    said: list[str] = []
    left: list[tuple[str, Any]] = [("", part)]
    seen: set[int] = set()
    for _ in range(_INNER):
        if not left:
            break
        key, node = left.pop()
        if isinstance(node, str):
            said.append(f'"{key}":"{node}"' if key else node)
        elif isinstance(node, _NESTED) and id(node) not in seen:
            seen.add(id(node))
            opened, closed = "{}" if isinstance(node, dict) else "[]"
            said.append(f'"{key}":{opened}')
            left.append(("", closed))
            left += _within(node, called)
    return "\n".join(said)


def _within(node: dict[str, Any] | list[Any], called: dict[str, dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield what stands in a node by its name, the last first; a reference is what it refers to."""
    if isinstance(node, list):
        yield from (("-", value) for value in reversed(node))
        return
    for key, value in reversed(node.items()):
        if key == "__ref" and isinstance(value, str):
            yield "-", called.get(value)
        elif not _is_of_others(key):
            yield key, value


@lru_cache(10_000)
def _is_of_others(key: str) -> bool:
    return _OTHERS.search(key) is not None
