"""Articles from WordPress' REST API: what is new, what changed, and what was taken back.

A first pull, and one a day, reads the newest posts whole. The others ask for what was modified since, and
for the numbers of the newest posts, which tell what that leaves out: a post that was scheduled goes out with
an old time of modification. When the site's count of posts does not add up, one was taken back, and all
numbers within the limit are asked for.

Pages are not read: a post's content has the players its page shows, and what themes show beside it, the API
says as well (featured media, custom fields, Yoast's data). Every post's page would be a hundred requests in
the place of one.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from feeds import text, wording
from feeds.wording import Wording
from feedsvc import dates
from feedsvc.http import FetchError, Http, Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import wordpress_post
from feedsvc.sources.json_api import Reading, Refused, at, failed, listed, said, whole
from feedsvc.sources.media_rss import joined
from feedsvc.sources.source import Pulled, Seen, Source, Tools

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "wordpress_no_api": (
        "No REST API of WordPress was found at this address. {}",
        "Give the address of the site, or of its API (it ends in /wp-json/); a security plug-in may have "
        "switched it off.",
    ),
    "wordpress_refused": (
        "The site's REST API is switched off, or blocked by a plug-in or firewall. {}",
        "Let everybody read posts through the REST API, or name an application password (user:password) in "
        "credentials.",
    ),
    "wordpress_no_posts": (
        "The site's REST API has no {}.",
        "Look whether any are published, and whether type names their REST base, such as posts.",
    ),
}
CODES = wording.meanings(_SAYS)
_issue = partial(wording.issue, _SAYS, "error")
_ROOT = re.compile(r"(.{1,2000}?(?:/wp-json(?=/|$)|[?&]rest_route=))", re.I)
_REL = "https://api.w.org/"
_HEADER = re.compile(r"<([^<>]{1,2000})>\s{0,9};[^,<>]{0,200}rel=[\"']?https://api\.w\.org/", re.I)
_LINK = re.compile(r"<link\b[^<>]{1,2500}>", re.I)
_HREF = re.compile(r"href=[\"']?([^\s\"'<>]{1,2000})", re.I)
# How many posts are asked for at once: as many as WordPress gives, fewer from a server that cannot.
_SIZES = (100, 20)
_CANNOT = ("fetch_timeout", "fetch_server_error", "fetch_too_large", "fetch_bad_status")
# After these answers the API may be elsewhere; after others, such as no answer, it is as good as there.
_ELSEWHERE = ("fetch_not_found", "fetch_forbidden", "fetch_bad_status", "fetch_bad_url")
_NUMBERS = {"_fields": "id,date,date_gmt,modified,modified_gmt"}
_WHOLE = {"_fields": wordpress_post.FIELDS, "_embed": wordpress_post.EMBEDS}
_DAY = 86_400.0
_SITE = "site"
_REMEMBERED = re.compile(r"(\d{1,15}) (.*)", re.S)


class Post(Struct, frozen=True):
    """What is remembered of a post: when it was modified and came out; its GUID, "" if it is not taken."""

    modified: str
    released: str
    guid: str = ""

    def same(self, other: "Post | None") -> bool:
        """Tell whether the post is as it was."""
        return other is not None and (self.modified, self.released) == (other.modified, other.released)


class Site(Struct, frozen=True):
    """A site as far as it is known: where its API is, its newest posts by number, how many it has in all.

    `read` is when all of it was read, in seconds since 1970.
    """

    root: str = ""
    posts: Mapping[int, Post] = {}
    total: int | None = None
    read: float = 0.0


class WordPress:
    """A site on WordPress."""

    reads_pages = False

    def __init__(self, settings: SourceSettings, tools: Tools) -> None:
        self.url, self._limit = settings.url, settings.limit
        self._type = settings.type.strip("/") or "posts"
        self._wanted = f"{self._type} {self._limit}"
        self._login, self._tools = application_password(settings.secret), tools

    def pull(self, seen: Seen) -> Pulled:
        """Return the posts that are new or changed, and which are as they were, or why there are none."""
        known = remembered(seen.validators, self._wanted)
        reading = Reading(self._tools.http, self.url, seen, self._wanted, login=self._login)
        errors: dict[str, FetchError | Refused] = {}
        for root in self._roots(known):
            if root in errors:
                continue
            try:
                return self._pulled(reading, root, known)
            except (FetchError, Refused) as error:
                errors[root] = error
                if not _elsewhere(error):
                    return failed(error, seen)
        return failed(self._because([*errors.values()]), seen)

    def _roots(self, known: Site) -> Iterator[str]:
        """Yield where the API may be, likeliest first."""
        if known.root:
            yield known.root
        if match := _ROOT.match(self.url):
            yield _whole_root(match[1])
            return
        site = self.url.partition("?")[0].partition("#")[0].rstrip("/")
        yield f"{site}/wp-json/"
        yield from _named_by_page(self.url, self._tools.http)
        yield f"{site}/?rest_route=/"

    def _pulled(self, reading: Reading, root: str, known: Site) -> Pulled:
        api, now = _Api(reading, root, self._type, self._limit), self._tools.now().timestamp()
        fresh = known.posts and root == known.root and 0 <= now - known.read < _DAY
        site, changed = (api.changes(known) if fresh else None) or api.everything(now)
        if not site.posts:
            raise Refused(_issue("wordpress_no_posts", root, self._type))
        articles = tuple(
            replace(wordpress_post.article(post, root, self._tools.read), guid=site.posts[number].guid)
            for number, post in changed.items()
            if site.posts[number].guid
        )
        kept = {post.guid for number, post in site.posts.items() if number not in changed}
        cut = site.total is None or site.total > len(site.posts)
        released = [found.when for post in site.posts.values() if (found := dates.moment(post.released))]
        return Pulled(
            articles,
            validators(site, self._wanted),
            tuple(reading.issues),
            unchanged=not changed and site.posts == known.posts,
            complete=bool(released) or not cut,
            since=min(released, default=None) if cut else None,
            kept=frozenset(kept - {""}),
        )

    def _because(self, errors: list[FetchError | Refused]) -> Refused:
        """Return why no API was found, in words for whoever runs the site."""
        for error in errors:
            if isinstance(error, FetchError) and error.code == "fetch_forbidden":
                return Refused(_issue("wordpress_refused", error.url, error.message))
            if isinstance(error, Refused) and error.issue.code in CODES:
                return error
        if self._type != "posts":
            return Refused(_issue("wordpress_no_posts", self.url, self._type))
        first = errors[0]
        message = first.issue.message if isinstance(first, Refused) else first.message
        return Refused(_issue("wordpress_no_api", self.url, message))


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the WordPress at the settings' `url`: a site, one in a folder of another, or an API's root."""
    return WordPress(settings, tools)


def application_password(login: str) -> str:
    """Return a login without the blanks WordPress shows in its passwords, and does not want back."""
    user, colon, password = login.partition(":")
    return f"{user}:{password.replace(' ', '')}" if colon and " " not in user else login


def _elsewhere(error: FetchError | Refused) -> bool:
    if isinstance(error, Refused):
        return error.issue.code != "wordpress_no_posts"
    return error.code in _ELSEWHERE


def _whole_root(root: str) -> str:
    return root if root.endswith(("/", "%2F", "%2f")) else f"{root}/"


def _named_by_page(url: str, http: Http) -> Iterator[str]:
    """Yield the API's address as a page of the site names it, in its headers or its head."""
    try:
        page = http.get(url, accept="text/html, */*;q=0.5")
    except FetchError:
        return
    links = [match[0] for match in islice(_LINK.finditer(page.body[:500_000].decode("latin-1")), 500)]
    named = [match[1] for match in _HEADER.finditer(page.headers.get("Link", "")[:10_000])]
    named += [match[1] for link in links if _REL in link and (match := _HREF.search(link))]
    yield from (_whole_root(root) for one in named[:2] if (root := joined(page.url, one)))


Posts = dict[int, Any]


class _Api:
    """The posts of an API, some at a time."""

    def __init__(self, reading: Reading, root: str, type_: str, limit: int) -> None:
        self._reading, self._root, self._limit = reading, root, limit
        self._route = type_ if "/" in type_ else f"wp/v2/{type_}"

    def everything(self, now: float) -> tuple[Site, Posts]:
        """Return the site, and its newest posts whole."""
        for size in _SIZES:
            try:
                total, found = self._posts(_WHOLE, size)
            except FetchError as error:
                if error.code not in _CANNOT or size == _SIZES[-1]:
                    raise
            else:
                posts = _named({}, found)
                return Site(self._root, posts, total, now), found
        raise AssertionError("the last size returns or raises")

    def changes(self, known: Site) -> tuple[Site, Posts] | None:
        """Return the site as it is now, and what is new in it or changed, whole; None if it cannot tell."""
        try:
            total, newest = self._posts(_NUMBERS, pages=1)
            changed = self._modified(known)
            listed_ = _numbers(newest) | _numbers(changed)
            now = {**known.posts, **listed_}
            if total is None or known.total is None or total - known.total != len(now) - len(known.posts):
                now = _numbers(self._posts(_NUMBERS)[1])
            unread = [n for n, post in now.items() if n not in changed and not post.same(known.posts.get(n))]
            changed |= self._whole(unread)
        except FetchError as error:
            if error.code != "fetch_bad_status":
                raise
            return None  # an old WordPress, or a plug-in, that does not know what it is asked
        missed = {*unread} - changed.keys()
        kept = {n: known.posts.get(n, post) for n, post in now.items() if n not in missed}
        posts = _newest(_named(kept, changed), self._limit)
        return replace(known, posts=posts, total=total), {n: p for n, p in changed.items() if n in posts}

    def _modified(self, known: Site) -> Posts:
        """Return the posts modified since, without those older than the limit lets in."""
        since = max(post.modified for post in known.posts.values())

        def old(row: Any) -> bool:
            return _post(row).modified <= since

        asked = {**_WHOLE, "modified_after": f"{since}Z", "orderby": "modified"}
        _, found = self._posts(asked, enough=old)
        oldest = min(post.released for post in known.posts.values())
        told = {n: (post, _post(post)) for n, post in found.items()}
        return {
            n: post
            for n, (post, now) in told.items()
            if not now.same(known.posts.get(n)) and (n in known.posts or now.released >= oldest)
        }

    def _whole(self, numbers: Sequence[int]) -> Posts:
        found: Posts = {}
        for start in range(0, len(numbers), _SIZES[0]):
            some = numbers[start : start + _SIZES[0]]
            _, posts = self._posts({**_WHOLE, "include": ",".join(map(str, some))}, pages=1)
            found |= {n: post for n, post in posts.items() if n in some}
        return found

    def _posts(
        self,
        query: Mapping[str, str],
        size: int = _SIZES[0],
        *,
        pages: int = 0,
        enough: Callable[[Any], bool] = lambda row: False,
    ) -> tuple[int | None, Posts]:
        """Return how many posts a question has for an answer, and the first of them, by number."""
        found: Posts = {}
        total: int | None = None
        size = min(size, self._limit)
        for page in range(1, (pages or -(-self._limit // size)) + 1):
            asked = urlencode({**query, "per_page": size, "page": page}, safe=",:")
            url = f"{self._root}{self._route}"
            try:
                answer = self._reading.get(f"{url}{'&' if '?' in url else '?'}{asked}")
            except FetchError as error:
                # Past the last page WordPress answers 400, and the list may have become shorter meanwhile.
                if page > 1 and error.code == "fetch_bad_status":
                    break
                raise
            rows = self._rows(answer.value, url)
            total = whole(answer.headers.get("X-WP-Total")) or total
            found |= {number: row for row in rows if (number := whole(row, "id"))}
            last = whole(answer.headers.get("X-WP-TotalPages")) or (page if len(rows) < size else page + 1)
            if page >= last or not rows or any(map(enough, rows)):
                break
        return total, dict(islice(found.items(), self._limit))

    def _rows(self, value: Any, url: str) -> list[Any]:
        if not isinstance(value, list) and not listed(value) and value != {}:
            message = said(value, "message") or "It answers with something else than a list of posts."
            raise Refused(_issue("wordpress_refused", url, message))
        return listed(value)


def _post(row: Any) -> Post:
    modified, released = (said(row, f"{name}_gmt") or said(row, name) for name in ("modified", "date"))
    return Post(text.line(modified[:40]), text.line(released[:40]))


def _numbers(rows: Posts) -> dict[int, Post]:
    return {number: _post(row) for number, row in rows.items()}


def _named(known: Mapping[int, Post], rows: Posts) -> dict[int, Post]:
    """Return posts with those just read, each with a GUID that no other has."""
    posts = {n: post for n, post in known.items() if n not in rows}
    used = {post.guid for post in posts.values()}
    for number, row in sorted(rows.items()):
        guid = wordpress_post.guid(row) or str(number)
        guid = f"{guid} {number}" if guid in used else guid
        used.add(guid)
        posts[number] = replace(_post(row), guid=guid if is_public(row) else "")
    return posts


def is_public(post: Any) -> bool:
    """Tell whether a post is for everybody: published, and not behind a password."""
    locked = at(post, "content", "protected") is True or at(post, "excerpt", "protected") is True
    return said(post, "status") in ("", "publish") and not locked


def _newest(posts: Mapping[int, Post], limit: int) -> dict[int, Post]:
    order = sorted(posts.items(), key=lambda item: (item[1].released, item[0]), reverse=True)
    return dict(order[:limit])


# What the store keeps for the next pull.


def validators(site: Site, wanted: str) -> dict[str, Validator]:
    """Return a site as the store can remember it; `wanted` is what the settings want of it."""
    posts = {f"{n} {post.guid}": Validator(post.modified, post.released) for n, post in site.posts.items()}
    return {_SITE: Validator(site.root, wanted, site.read, size=site.total), **posts}


def remembered(validators: Mapping[str, Validator], wanted: str) -> Site:
    """Return the site as it was remembered, as much as can be made out and was `wanted` then as now."""
    site = validators.get(_SITE, Validator())
    posts = {
        int(match[1]): Post(kept.etag, kept.last_modified, match[2])
        for key, kept in validators.items()
        if (match := _REMEMBERED.fullmatch(key)) and match[1].isascii()
    }
    root = site.etag if site.etag.startswith(("https://", "http://")) else ""
    return Site(root, posts if site.last_modified == wanted else {}, site.size, site.checked)
