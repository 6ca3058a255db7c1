"""JSON-LD as newsrooms write it: what a page's scripts say, however broken their JSON is.

Vocabulary: https://schema.org/NewsArticle, https://schema.org/VideoObject. Deliberately no JSON-LD
processor: contexts are never fetched, types and properties are matched by their last word.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from feeds.text import same
from feedsvc.pages.files import FEW, FILE

Node = dict[str, Any]

_WORKS = {"creativework", "recipe", "report", "review", "claimreview", "event"}
# Where a page tells of others.
_ELSEWHERE = frozenset(
    ("itemListElement", "mentions", "citation", "isPartOf", "isBasedOn", "isRelatedTo", "relatedLink",
     "author", "publisher", "comment", "review")
)  # fmt: skip
CONTENT = ("contentUrl", "contentURL", "contenturl")
_PARTS = ("liveBlogUpdate", "hasPart")
_MANY, _EDGE = 3000, 200
_PLAIN = msgspec.json.Decoder()
_WRAPPING = re.compile(
    r"^\s*(?://\s*|/\*\s*)?(?:<!\[CDATA\[|<!--)(?:\s*\*/)?|(?://\s*|/\*\s*)?(?:\]\]>|-->)(?:\s*\*/)?\s*$"
)
# What is not JSON yet, token by token. Strings come first, so that nothing inside one is taken for a comment;
# a string ends at the quote before what can follow one: newsrooms leave the quotes within unescaped.
# Every token that begins is consumed to its end or the text's, which keeps hostile input linear.
_AFTER = r"(?=\s*+(?:[:}\]]|/[/*]|\Z|,\s*+(?:[\"'{\[}\],/\d-]|true|false|null|\Z)))"
_TOKEN = re.compile(
    rf'"(?P<double>(?:\\.|[^\\])*?)(?:"{_AFTER}|\Z)'
    rf"|(?<=[:,\[{{\s])'(?P<single>(?:\\.|[^\\])*?)(?:'{_AFTER}|\Z)"
    r"|/\*.*?(?:\*/|\Z)|//[^\n]*+",
    re.S,
)
_COMMAS = re.compile(r'"(?:\\.|[^"\\])*+(?:"|\Z)|,[\s,]*+(?P<end>[}\]]|\Z)?', re.S)
_BETWEEN = re.compile(r"[\s,;]*")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_BARE_QUOTE = re.compile(r'(?<!\\)"')


class Graph(Struct, frozen=True):
    """What a page says: `roots` are the nodes it is about, `nodes` all there are, outermost first."""

    roots: tuple[Node, ...] = ()
    nodes: tuple[Node, ...] = ()
    named: dict[str, Node] = {}

    def all(self, node: Node, *keys: str) -> list[Any]:
        """Return the values under the first of `keys` that has any, one flat list, ``@id``s followed."""
        for key in keys:
            if values := [self._follow(v) for v in _flat(node.get(key))]:
                return values
        return []

    def texts(self, node: Node, *keys: str) -> list[str]:
        """Return the values under the first of `keys` as texts: strings, numbers, names of things."""
        return [text for value in self.all(node, *keys) if (text := name(value))]

    def text(self, node: Node, *keys: str) -> str:
        """Return the first text under any of `keys`, else an empty one."""
        return next((t for key in keys for t in self.texts(node, key)), "")

    def nodes_at(self, node: Node, *keys: str) -> list[Node]:
        """Return the values under the first of `keys` that are things, not texts."""
        return [value for value in self.all(node, *keys) if isinstance(value, dict)]

    def _follow(self, value: Any) -> Any:
        if isinstance(value, dict) and (named := self.named.get(_key(value.get("@id")))):
            return {**named, **value}
        return value


def types(node: Node) -> tuple[str, ...]:
    """Return the node's types in lower case, without their vocabulary: ``newsarticle``."""
    return tuple(_last_word(t) for t in _flat(node.get("@type")) if isinstance(t, str))


@lru_cache(1000)
def _last_word(name: str) -> str:
    return re.split(r"[/:#]", name)[-1].lower()


def story(graph: Graph, url: str, title: str) -> tuple[Node, ...]:
    """Return the nodes that speak of the page at `url`: its article first, then the page itself."""
    articles = [root for root in graph.roots if is_article(root)]
    mine = [a for a in articles if same_page(url, *_addresses(a))]
    mine = mine or [a for a in articles if same(str(a.get("headline", "")), title)]
    # Many articles, none of them this one: a page that lists articles.
    mine = mine or (articles if len(articles) < 3 else [])
    works = [root for root in graph.roots if _WORKS.intersection(types(root))]
    pages = [root for root in graph.roots if any(t.endswith("page") for t in types(root))]
    return (*mine[:1], *works, *pages)


def is_article(node: Node) -> bool:
    """Tell whether a node is an article or a posting."""
    return any(t.endswith(("article", "posting")) and t != "jobposting" for t in types(node))


def films(graph: Graph, story: Iterable[Node], url: str, title: str) -> tuple[Node, ...]:
    """Return what may be a film of the page at `url`, its `story`'s first.

    A list names the films of other pages, unless there is no article and it names a few.
    """
    stated = tuple(node for node in graph.nodes if _may_be_film(graph, node))
    walk = _own(graph, story, url, title) if stated else ()
    if own := tuple(node for node in walk if _may_be_film(graph, node)):
        return own
    listed = tuple(node for node in stated if "videoobject" in types(node))
    ours = tuple(node for node in listed if same_page(url, *_addresses(node)))
    return ours or (listed if len(listed) <= FEW and not any(map(is_article, graph.nodes)) else ())


def _may_be_film(graph: Graph, node: Node) -> bool:
    kinds = types(node)
    if "videoobject" in kinds:
        return True
    known = "audioobject" not in kinds and any(key in node for key in CONTENT)
    urls = graph.texts(node, *CONTENT) if known else []
    return any(FILE.search(url.partition("?")[0]) for url in urls)


def _own(graph: Graph, story: Iterable[Node], url: str, title: str) -> Iterator[Node]:
    """Yield what the page at `url` states of itself: its `story` first, no lists, no other article."""
    left = [*((node, True) for node in reversed(graph.roots)), *((n, False) for n in reversed(tuple(story)))]
    seen: set[int] = set()
    while left and len(seen) < _MANY:
        node, foreign = left.pop()
        if id(node) in seen or (foreign and _is_another(node, url, title)):
            continue
        seen.add(id(node))
        yield node
        for key in reversed(node):
            if key not in _ELSEWHERE:
                left += ((child, key not in _PARTS) for child in reversed(graph.nodes_at(node, key)))


def _is_another(node: Node, url: str, title: str) -> bool:
    """Tell whether a node is the article of another page: it says where it is, or what it is called."""
    if not is_article(node) or same_page(url, *_addresses(node)):
        return False
    headline = str(node.get("headline", ""))
    return not same(headline, title) if headline else any("//" in address for address in _addresses(node))


def _addresses(node: Node) -> Iterator[str]:
    for value in (node.get("url"), node.get("mainEntityOfPage"), node.get("@id")):
        address = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(address, str):
            yield address


def same_page(url: str, *others: str) -> bool:
    """Tell whether any other address is that of the page at `url`, but for scheme, query and the like."""
    return bool(bare := _bare(url)) and bare in map(_bare, others)


def _bare(url: str) -> str:
    try:
        parts = urlsplit(url.strip().lower())
    except ValueError:
        return ""
    return parts.netloc.removeprefix("www.") + parts.path.rstrip("/") if parts.netloc else ""


def trail(graph: Graph, breadcrumb: Node) -> list[str]:
    """Return the names in a BreadcrumbList, in their order."""
    items = graph.nodes_at(breadcrumb, "itemListElement")
    items.sort(key=lambda item: int(p) if (p := str(item.get("position"))).isdecimal() else 0)
    return [name(item if item.get("name") else item.get("item")) for item in items]


def graph(scripts: Iterable[str]) -> Graph:
    """Return what `scripts`, the texts of a page's ld+json script elements, say together."""
    roots = [root for script in scripts for value in values(script) for root in _roots(value)]
    nodes = list(_walk(roots))
    named: dict[str, Node] = {}
    for node in nodes:
        if (name := _key(node.get("@id"))) and len(node) > len(named.get(name, {"@id": name})):
            named[name] = node
    return Graph(tuple(roots), tuple(nodes), named)


def _roots(value: Any) -> Iterator[Node]:
    """Yield what a document is about: through lists, ``@graph`` and a page's main entity."""
    for node in _flat(value):
        if isinstance(node, dict):
            if "@type" in node:
                yield node
            for key in ("@graph", "mainEntity"):
                yield from (n for n in _flat(node.get(key)) if isinstance(n, dict))


def _walk(roots: list[Node]) -> Iterator[Node]:
    queue: list[Any] = list(roots)
    seen: set[int] = set()
    for value in queue:
        if isinstance(value, dict) and id(value) not in seen and len(seen) < _MANY:
            seen.add(id(value))
            yield value
            queue.extend(v for child in value.values() for v in _flat(child) if isinstance(v, dict))


def _flat(value: Any) -> list[Any]:
    if not isinstance(value, list):
        return [] if value is None else [value]
    # One level more is all that is seen in the wild; a list nested for ever is not followed.
    lists = (item if isinstance(item, list) else [item] for item in value)
    return [item for items in lists for item in items if item is not None]


def _key(value: Any) -> str:
    return value if isinstance(value, str) else ""


def name(value: Any) -> str:
    """Return what a value says as text: a string, a number, the name of a thing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        texts = (_text_of(value.get(key)) for key in ("name", "@value", "headline", "url", "@id"))
        return next(filter(None, texts), "")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _text_of(value: Any) -> str:
    return next((v.strip() for v in _flat(value) if isinstance(v, str) and v.strip()), "")


def values(script: str) -> list[Any]:
    """Return the JSON values in a script: one, several when they were concatenated, none when hopeless."""
    wrapped = "<!" in script[:_EDGE] or ">" in script[-_EDGE:]
    text = _WRAPPING.sub("", script) if wrapped else script
    found: list[Any] = []
    for attempt in (_as_it_is, _unescaped, _mended):
        more, whole = _decode(attempt(text))
        found = more if len(more) > len(found) else found
        if whole:
            break
    return found


def _as_it_is(text: str) -> str:
    return text


def _unescaped(text: str) -> str:
    return unescape(text) if text.startswith(("&", "{&", "[&")) or "&quot;@type&quot;" in text else text


def _mended(text: str) -> str:
    return _COMMAS.sub(_fewer_commas, _TOKEN.sub(_mend, _unescaped(text)))


def _mend(match: re.Match[str]) -> str:
    inside = match["single"] if match["double"] is None else match["double"]
    if inside is None:
        return ""
    return '"' + _BARE_QUOTE.sub(r"\"", _BAD_ESCAPE.sub("", inside)) + '"'


def _fewer_commas(match: re.Match[str]) -> str:
    if match[0].startswith(","):
        return "," if match["end"] is None else match["end"]
    return match[0]


def _decode(text: str) -> tuple[list[Any], bool]:
    """Return the values at the start of `text`, and whether they are all there is in it."""
    # Most scripts are one value without fault, which takes a third of the time.
    with suppress(msgspec.DecodeError, RecursionError):
        return [_PLAIN.decode(text)], True
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    at = _BETWEEN.match(text).end()  # type: ignore[union-attr]  # it matches the empty string
    while at < len(text) and len(found) < _MANY:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, False
        found.append(value)
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]
    return found, True
