"""Articles from Ghost's Content API.

    https://docs.ghost.org/content-api/

It is asked for all its newest posts each time, and mostly says that they are as they were. Pages are not
read: a post's HTML is what its page shows, films among it, and what is for members the page has not, either.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from msgspec.structs import replace

from feeds import text, wording
from feeds.model import Article, Image
from feeds.wording import Wording
from feedsvc import dates
from feedsvc.http import FetchError, Http, Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import content
from feedsvc.sources.json_api import Answer, Reading, Refused, at, failed, listed, named, newest, said, whole
from feedsvc.sources.media_rss import joined
from feedsvc.sources.source import Pulled, Seen, Source, Tools

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "ghost_no_key": (
        "Ghost gives its posts only to who has a Content API key, and there is none.",
        "In Ghost's settings add a custom integration; put its Content API key into an environment variable "
        "and name that in credentials.",
    ),
    "ghost_key_refused": (
        "Ghost does not take the Content API key.",
        "Compare it with the one in Ghost's settings, under Integrations; it is not the Admin API key.",
    ),
    "ghost_no_api": (
        "No Content API of Ghost was found at this address. {}",
        "Give the address of the site, or the API URL that Ghost shows beside the key.",
    ),
    "ghost_no_posts": ("The site's Content API has no {}.", "Look whether any are published."),
}
CODES = wording.meanings(_SAYS)
_issue = partial(wording.issue, _SAYS, "error")
# The API of today, and those of Ghost 4 and 3.
_ROOTS = ("ghost/api/content/", "ghost/api/v4/content/", "ghost/api/v3/content/")
_GIVEN = re.compile(r"(.{1,2000}?/ghost/api/(?:v\d\d?/|canary/)?content/)", re.I)
_SCRIPT = re.compile(r"<script\b[^<>]{1,1500}>", re.I)
_KEY = re.compile(r"data-key=[\"']?([0-9a-f]{20,40})\b")
_SIZE, _MOST, _REMEMBERED = 100, 100, "content key"


class Ghost:
    """A site on Ghost."""

    reads_pages = False

    def __init__(self, settings: SourceSettings, tools: Tools) -> None:
        self.url, self._limit = settings.url, settings.limit
        self._kind = settings.type.strip("/") or "posts"
        self._key, self._tools = settings.secret.strip(), tools

    def pull(self, seen: Seen) -> Pulled:
        """Return the site's newest posts, or that they are as they were, or why they cannot be had."""
        problem: FetchError | Refused = Refused(_issue("ghost_no_key", self.url))
        for key in self._keys(seen):
            wanted = f"{self._kind} {self._limit}"
            reading = Reading(self._tools.http, self.url, seen, wanted, secret=f"key={quote(key)}")
            public = {} if self._key else {_REMEMBERED: Validator(etag=key)}
            if reading.unchanged():
                return Pulled(validators={**reading.validators, **public}, unchanged=True)
            try:
                pulled = self._pulled(reading)
            except (FetchError, Refused) as error:
                problem = error
                if not _is_refused(error):
                    break
            else:
                kept = {**pulled.validators, **public} if pulled.validators else {}
                return replace(pulled, validators=kept)
        return failed(problem, seen)

    def _keys(self, seen: Seen) -> Iterator[str]:
        """Yield the keys to try: the settings', or the one that the site's own pages show to everybody."""
        if self._key:
            yield self._key
            return
        if known := seen.validators.get(_REMEMBERED, Validator()).etag:
            yield known
        if (shown := _shown_key(self.url, self._tools.http)) and shown != known:
            yield shown

    def _pulled(self, reading: Reading) -> Pulled:
        articles: list[Article] = []
        left = False

        def following(page: Answer) -> str | None:
            nonlocal left
            number = whole(page.value, "meta", "pagination", "next")
            left = number is not None
            return self._address(root, number) if number and len(articles) < self._limit else None

        root = self._root(reading)
        for page in reading.walk(self._address(root, 1), following, 1 + self._limit // self._size):
            posts = listed(page.value, self._kind)[: self._limit - len(articles)]
            articles.extend(article(post, root, self._tools.read) for post in posts if named(post, "id"))
        if not articles:
            raise Refused(_issue("ghost_no_posts", root, self._kind))
        return newest(reading, articles, cut=left)

    @property
    def _size(self) -> int:
        return min(_SIZE, self._limit)

    def _address(self, root: str, page: int) -> str:
        query = {"include": "tags,authors", "formats": "html", "limit": self._size, "page": page}
        return f"{root}{self._kind}/?{urlencode(query, safe=',')}"

    def _root(self, reading: Reading) -> str:
        """Return where the API is: the first place whose first page can be had."""
        given = _GIVEN.match(self.url)
        site = self.url.partition("?")[0].partition("#")[0].rstrip("/")
        places = [given[1]] if given else [f"{site}/{root}" for root in _ROOTS]
        if not given and urlsplit(site).path:
            places.append(joined(site, f"/{_ROOTS[0]}") or "")
        problem = ""
        for root in places:
            try:
                answer = reading.get(self._address(root, 1))
            except FetchError as error:
                if error.code == "fetch_forbidden":
                    raise Refused(_issue("ghost_key_refused", root)) from error
                if error.code not in ("fetch_not_found", "fetch_bad_status", "fetch_bad_url"):
                    raise
                problem = problem or error.message
            except Refused as error:
                problem = problem or error.issue.message
            else:
                if isinstance(at(answer.value, self._kind), list):
                    return root
                problem = problem or "It answers with something else than a list of posts."
        raise Refused(_issue("ghost_no_api", self.url, problem))


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the Ghost site at the settings' `url`; `credentials` name its Content API key."""
    return Ghost(settings, tools)


def article(post: Any, base: str, reader: content.Read) -> Article:
    """Return the article a post tells; relative addresses are resolved against `base`."""
    url = joined(base, said(post, "url")) or ""
    title = text.plain(said(post, "title"))
    told = content.read(said(post, "html"), url or base, title, reader, lead=_lead(post, base))
    # The first of the tags that are not internal is the primary one, also where it is not said to be.
    told_of = [said(tag, "name") for tag in (at(post, "primary_tag"), *listed(post, "tags")[:_MOST])]
    names = [name for name in told_of if name and not name.startswith("#")]
    section, tags = content.topics(names[:1], names)
    return Article(
        guid=named(post, "id"),
        url=url,
        title=title,
        summary=text.plain(said(post, "custom_excerpt")) or content.summary(said(post, "excerpt"), told),
        body=told.body,
        section=section,
        tags=tags,
        marks=tuple(dict.fromkeys((*told.marks, *(["paywalled"] if _for_members(post) else [])))),
        authors=content.people(said(author, "name") for author in listed(post, "authors")[:_MOST]),
        published=dates.when(said(post, "published_at")),
        updated=dates.when(said(post, "updated_at")),
        images=told.images,
        videos=told.videos,
        captions=told.captions,
        issues=told.issues,
    )


def _lead(post: Any, base: str) -> Image | None:
    caption = text.plain(said(post, "feature_image_caption")) or text.plain(said(post, "feature_image_alt"))
    url = joined(base, said(post, "feature_image"))
    return Image(url, caption=caption) if url else None


def _for_members(post: Any) -> bool:
    return said(post, "visibility") not in ("", "public") or at(post, "access") is False


def _shown_key(url: str, http: Http) -> str:
    """Return the key that a site's search and sign-up scripts use, and every reader can see; "" if none."""
    try:
        page = http.get(url, accept="text/html, */*;q=0.5").body[:1_000_000].decode("latin-1")
    except FetchError:
        return ""
    scripts = (match[0] for match in _SCRIPT.finditer(page) if "data-ghost" in match[0] or "sodo" in match[0])
    return next((match[1] for script in scripts if (match := _KEY.search(script))), "")


def _is_refused(error: FetchError | Refused) -> bool:
    return isinstance(error, Refused) and error.issue.code == "ghost_key_refused"
