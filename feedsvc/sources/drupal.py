"""Articles from Drupal's JSON:API.

    https://www.drupal.org/docs/core-modules-and-themes/core-modules/jsonapi-module

What a story refers to (media, files, terms, paragraphs) has to be asked for by name, and every site names it
otherwise: a few samples tell. All newest stories are asked for each time; mostly they are as they were. Pages
are not read: the API gives the whole text and the films themselves, of which pages show a player.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from feeds import wording
from feeds.model import Article
from feeds.wording import Wording
from feedsvc.http import FetchError
from feedsvc.settings import SourceSettings
from feedsvc.sources.drupal_node import Objects, article, index, references
from feedsvc.sources.json_api import Answer, Reading, Refused, at, listed, newest, pulled, said
from feedsvc.sources.media_rss import joined
from feedsvc.sources.source import Pulled, Seen, Source, Tools

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "drupal_no_api": (
        "No JSON:API of Drupal was found at this address. {}",
        "Switch on the module JSON:API; give the address of the site, or of the API (it ends in /jsonapi).",
    ),
    "drupal_refused": (
        "The site's JSON:API does not let everybody read. {}",
        "Let anonymous users view published content, or name a login (user:password) in credentials.",
    ),
    "drupal_no_type": (
        "The site's JSON:API has no {}; it has {}.",
        "Name the content type in type, as in node--article.",
    ),
    "drupal_no_stories": ("There is no {} in the site's JSON:API.", "Look whether any are published."),
}
CODES = wording.meanings(_SAYS)
_issue = partial(wording.issue, _SAYS, "error")
_GIVEN = re.compile(r"(.{1,2000}?/jsonapi)(?=/|$|\?)", re.I)
_NAME = re.compile(r"[a-zA-Z0-9_]{1,128}")
# As many as Drupal gives at once; how many samples tell what stories refer to, how deep, and how much.
_SIZE, _SAMPLES, _DEEP, _INCLUDED = 50, 20, 3, 30
_FIELDS = {"file--file": "uri,filemime,filesize", "user--user": "display_name,name"}


class Drupal:
    """A site on Drupal."""

    reads_pages = False

    def __init__(self, settings: SourceSettings, tools: Tools) -> None:
        self.url, self._limit, self._login = settings.url, settings.limit, settings.secret
        kind = (settings.type.strip("/") or "article").replace("/", "--")
        self._type = kind if "--" in kind else f"node--{kind}"
        self._tools = tools

    def pull(self, seen: Seen) -> Pulled:
        """Return the site's newest stories, or that they are as they were, or why they cannot be had."""
        wanted = f"{self._type} {self._limit}"
        reading = Reading(self._tools.http, self.url, seen, wanted, login=self._login)
        return pulled(reading, seen, self._pulled)

    def _pulled(self, reading: Reading) -> Pulled:
        collection = self._collection(reading)
        order, include, fields = self._asking(reading, collection)
        articles: list[Article] = []
        left = False

        def following(page: Answer) -> str | None:
            nonlocal left
            link = at(page.value, "links", "next")
            after = _at_home(link if isinstance(link, str) else said(link, "href"), collection)
            left = after is not None
            return after if len(articles) < self._limit else None

        size = min(_SIZE, self._limit)
        first = _address(collection, order, include, fields, size)
        for page in reading.walk(first, following, 1 + self._limit // size):
            objects = index(page.value)
            nodes = _nodes(page.value)[: self._limit + 1]
            told = (article(node, objects, collection, self._tools.read) for node in nodes)
            articles.extend(a for a in told if a.guid and (a.title or a.body or a.videos))
        if not articles:
            raise Refused(_issue("drupal_no_stories", collection, self._type))
        cut = left or len(articles) > self._limit
        return newest(reading, articles[: self._limit], cut=cut)

    def _collection(self, reading: Reading) -> str:
        """Return the address of the stories, as the API's own entrance names it."""
        given = _GIVEN.match(self.url)
        site = self.url.partition("?")[0].partition("#")[0].rstrip("/")
        places = [given[1]] if given else [f"{site}/jsonapi", joined(site, "/jsonapi") or ""]
        problem = ""
        for root in dict.fromkeys(places):
            try:
                entrance = reading.get(root).value
            except FetchError as error:
                if error.code == "fetch_forbidden":
                    raise Refused(_issue("drupal_refused", root, error.message)) from error
                if error.code not in ("fetch_not_found", "fetch_bad_status", "fetch_bad_url"):
                    raise
                problem = problem or error.message
            except Refused as error:
                problem = problem or error.issue.message
            else:
                links = at(entrance, "links")
                if isinstance(links, dict) and any("--" in str(name) for name in links):
                    return self._named(links, root)
                problem = problem or "It answers with something else than a list of content types."
        raise Refused(_issue("drupal_no_api", self.url, problem))

    def _named(self, links: Mapping[str, Any], root: str) -> str:
        link = links.get(self._type)
        if found := _at_home(link if isinstance(link, str) else said(link, "href"), root):
            return found
        known = sorted(name for name in links if name.startswith("node--"))[:20]
        raise Refused(_issue("drupal_no_type", root, self._type, ", ".join(known) or "no content types"))

    def _asking(self, reading: Reading, collection: str) -> tuple[dict[str, str], list[str], dict[str, str]]:
        """Return how to ask: the order, what to include, and which fields of what is included.

        Level by level, for what is included in turn refers to other things: a picture's media to its file.
        """
        order = {"filter[status]": "1", "sort": "-created"}
        try:
            sample = reading.get(_address(collection, order, [], {}, _SAMPLES)).value
        except FetchError as error:
            if error.code == "fetch_forbidden":
                raise Refused(_issue("drupal_refused", collection, error.message)) from error
            if error.code != "fetch_bad_status":
                raise
            order = {}  # a kind of content that is neither published nor created
            sample = reading.get(_address(collection, order, [], {}, _SAMPLES)).value
        if any(said(node, "attributes", "published_at") for node in _nodes(sample)):
            # A module that knows when a story came out, not only when somebody began it.
            order["sort"] = "-published_at"
        include: list[str] = []
        for _ in range(_DEEP):
            objects = index(sample)
            wanted = sorted({p for node in _nodes(sample) for p in _paths(node, objects)})[:_INCLUDED]
            if wanted == include:
                break
            try:
                sample = reading.get(_address(collection, order, wanted, {}, _SAMPLES)).value
            except (FetchError, Refused):
                break
            include = wanted
        types = {kind for kind, _ in index(sample)}
        terms = {kind: "name,parent" for kind in types if kind.startswith("taxonomy_term--")}
        return order, include, {kind: names for kind, names in _FIELDS.items() if kind in types} | terms


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the Drupal site at the settings' `url`; `type` is which content is read (node--article)."""
    return Drupal(settings, tools)


def _nodes(document: Any) -> list[Any]:
    return listed(document, "data")


def _address(
    collection: str, order: Mapping[str, str], include: Sequence[str], fields: Mapping[str, str], size: int
) -> str:
    query = {**order, "page[limit]": str(size)}
    query |= {"include": ",".join(include)} if include else {}
    query |= {f"fields[{kind}]": names for kind, names in sorted(fields.items())}
    return f"{collection}{'&' if '?' in collection else '?'}{urlencode(query, safe=',.')}"


def _at_home(address: str, root: str) -> str | None:
    """Return an address on the host of `root`: behind a proxy Drupal names itself otherwise."""
    absolute = joined(root, address)
    if absolute is None:
        return None
    home = urlsplit(root)
    return urlsplit(absolute)._replace(scheme=home.scheme, netloc=home.netloc).geturl()


def _paths(node: Any, objects: Objects, prefix: str = "", depth: int = _DEEP) -> Iterator[str]:
    """Yield the names of what an object refers to, and of what that refers to, as ``include`` wants them."""
    for name, _, other in references(node, objects, known=False):
        if not _NAME.fullmatch(name):
            continue
        yield f"{prefix}{name}"
        if depth > 1:
            yield from _paths(other, objects, f"{prefix}{name}.", depth - 1)
