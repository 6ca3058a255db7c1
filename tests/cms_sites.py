"""Small content management systems on a loopback server, which answer as the real ones do.

    site.routes.update(WordPress(site.url(), posts).routes())

Only what a reader of articles meets: paging and its headers, filters, embeds, refusals.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.loopback import Reply, Request, Route

Node = dict[str, Any]


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a reply with JSON in it."""
    told = {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}
    return Reply(json.dumps(value).encode(), status=status, headers=told)


def asked(request: Request) -> dict[str, str]:
    """Return the query of a request; of a name that stands twice the last counts."""
    return dict(parse_qsl(request.query, keep_blank_values=True))


# WordPress


def wp_post(number: int, **fields: Any) -> Node:
    """Return a post as the API gives it; the higher its number the younger."""
    when = f"2026-11-{1 + number // 24 % 28:02}T{number % 24:02}:00:00"
    usual: Node = {
        "id": number,
        "date": when,
        "date_gmt": when,
        "guid": {"rendered": f"https://news.example/?p={number}"},
        "modified": when,
        "modified_gmt": when,
        "status": "publish",
        "type": "post",
        "link": f"https://news.example/{number}/",
        "title": {"rendered": f"Story {number}"},
        "content": {
            "rendered": f"<p>The first paragraph of {number}.</p>\n<p>The second.</p>",
            "protected": False,
        },
        "excerpt": {"rendered": f"<p>What happened in {number}.</p>\n", "protected": False},
        "sticky": False,
        "_links": {"self": [{"href": f"https://news.example/wp-json/wp/v2/posts/{number}"}]},
    }
    return {**usual, **fields}


class WordPress:
    """A site: its `posts` by number, drafts among them; `most` is how many it gives at once.

    `old` does not know modified_after, `login` is what it wants to hear, `headers` tells of the totals.
    """

    def __init__(self, *posts: Node, base: str = "posts") -> None:
        self.posts = {post["id"]: post for post in posts}
        self.base = base
        self.most = 100
        self.old = False
        self.headers = True
        self.before = b""

    def routes(self, root: str = "/wp-json/") -> dict[str, Route]:
        """Return the routes of the site; with plain permalinks `root` is ``/``."""
        if root.endswith("wp-json/"):
            return {f"{root}wp/v2/{self.base}": self.answer}

        def by_route(request: Request) -> Reply:
            route = asked(request).get("rest_route")
            if route == f"/wp/v2/{self.base}":
                return self.answer(request)
            return Reply(b"<html><body>A theme</body></html>", status=404 if route else 200)

        return {root: by_route}

    def answer(self, request: Request) -> Reply:
        """Return a page of posts, or what WordPress says of a question it does not understand."""
        query = asked(request)
        page, size = int(query.get("page", 1)), int(query.get("per_page", 10))
        if not 1 <= size <= self.most:
            return self._refuses("rest_invalid_param", "Invalid parameter(s): per_page")
        if self.old and query.get("orderby") == "modified" and "modified_after" not in query:
            return self._refuses("rest_invalid_param", "Invalid parameter(s): orderby")
        try:
            posts = self._found(query)
        except ValueError:
            return self._refuses("rest_invalid_param", "Invalid parameter(s): modified_after")
        pages = ceil(len(posts) / size)
        if page > max(pages, 1):
            return self._refuses("rest_post_invalid_page_number", "The page number is too large.")
        shown = [self._fields(post, query) for post in posts[(page - 1) * size : page * size]]
        told = {"X-WP-Total": str(len(posts)), "X-WP-TotalPages": str(pages)} if self.headers else {}
        reply = answer(shown, headers=told)
        return Reply(self.before + reply.body, headers=reply.headers) if self.before else reply

    def _found(self, query: Mapping[str, str]) -> list[Node]:
        posts = [post for post in self.posts.values() if post["status"] == "publish"]
        if "modified_after" in query and not self.old:
            since = datetime.fromisoformat(query["modified_after"])
            posts = [
                p for p in posts if datetime.fromisoformat(p["modified_gmt"]).replace(tzinfo=UTC) > since
            ]
        if "include" in query:
            wanted = {int(number) for number in query["include"].split(",")}
            posts = [post for post in posts if post["id"] in wanted]
        order = "modified" if query.get("orderby") == "modified" else "date"
        return sorted(posts, key=lambda post: (post[order], post["id"]), reverse=True)

    def _fields(self, post: Node, query: Mapping[str, str]) -> Node:
        wanted = query.get("_fields", "").split(",") if "_fields" in query else list(post)
        # Embeds hang on links: without them WordPress embeds nothing.
        embeds = "_embed" in query and {"_links", "_embedded"} <= {*wanted}
        kept = {name: value for name, value in post.items() if name in wanted and name != "_embedded"}
        return kept | ({"_embedded": post["_embedded"]} if embeds and "_embedded" in post else {})

    def _refuses(self, code: str, message: str, status: int = 400) -> Reply:
        return answer({"code": code, "message": message, "data": {"status": status}}, status)


# Ghost


class Ghost:
    """A site: its `posts`, newest first, for who has the `key`; `shown` is whether its pages show it."""

    def __init__(self, *posts: Node, key: str = "22444f78447824223cefc48062", shown: bool = False) -> None:
        self.posts = list(posts)
        self.key, self.shown = key, shown
        self.most = 100

    def routes(self, root: str = "/ghost/api/content/") -> dict[str, Route]:
        """Return the routes of the site."""
        return {f"{root}posts/": self.answer, "/": self.page}

    def page(self, request: Request) -> Reply:
        """Return the front page, with the script that lets readers search."""
        script = f'<script defer data-key="{self.key}" data-sodo-search="/"></script>' if self.shown else ""
        return Reply(f"<html><head>{script}</head><body></body></html>".encode())

    def answer(self, request: Request) -> Reply:
        """Return a page of posts, 304 when it is as it was, 401 without the key."""
        query = asked(request)
        if query.get("key") != self.key:
            told = {"message": "Unknown Content API Key", "type": "UnauthorizedError"}
            return answer({"errors": [told]}, 401)
        size, page = min(int(query.get("limit", 15)), self.most), int(query.get("page", 1))
        pages = max(1, ceil(len(self.posts) / size))
        shown = [self._fields(post, query) for post in self.posts[(page - 1) * size : page * size]]
        told_of = {
            "page": page,
            "limit": size,
            "pages": pages,
            "total": len(self.posts),
            "next": page + 1 if page < pages else None,
            "prev": page - 1 or None,
        }
        return conditional(request, {"posts": shown, "meta": {"pagination": told_of}})

    def _fields(self, post: Node, query: Mapping[str, str]) -> Node:
        left_out = {"tags", "authors", "primary_tag"} - {*query.get("include", "").split(",")}
        left_out -= {"primary_tag"} if "tags" in query.get("include", "") else set()
        return {name: value for name, value in post.items() if name not in left_out}


def conditional(request: Request, value: Any) -> Reply:
    """Return JSON with an ETag, or 304 for who has it."""
    reply = answer(value)
    etag = f'W/"{zlib.crc32(reply.body):x}"'
    if request.headers.get("if-none-match") == etag:
        return Reply(status=304, headers={"ETag": etag})
    return Reply(reply.body, headers={**reply.headers, "ETag": etag})


def ghost_post(number: int, **fields: Any) -> Node:
    """Return a post as the API gives it; the higher its number the younger."""
    when = f"2026-11-{1 + number // 24 % 28:02}T{number % 24:02}:00:00.000+00:00"
    usual: Node = {
        "id": f"{number:024x}",
        "title": f"Story {number}",
        "html": f"<p>The first line of {number}.</p><p>The second.</p>",
        "url": f"https://news.example/story-{number}/",
        "excerpt": f"The first line of {number}. The second.",
        "custom_excerpt": None,
        "feature_image": None,
        "visibility": "public",
        "published_at": when,
        "updated_at": when,
        "tags": [],
        "authors": [{"name": "Ana Ruiz"}],
        "primary_tag": None,
    }
    return {**usual, **fields}


# Drupal


class Drupal:
    """A site: its `nodes`, newest first, and what they refer to; `named` is how it names itself in links."""

    def __init__(self, nodes: Iterable[Node], others: Iterable[Node] = (), named: str = "") -> None:
        self.nodes = list(nodes)
        self.others = {(one["type"], one["id"]): one for one in others}
        self.named = named
        self.most = 50

    def routes(self, root: str = "/jsonapi") -> dict[str, Route]:
        """Return the routes of the site."""
        kinds = sorted({node["type"] for node in self.nodes} | {"node--article"})
        paths = {kind: f"{root}/{kind.replace('--', '/')}" for kind in kinds}
        links = {kind: {"href": f"{self.named}{path}"} for kind, path in paths.items()}
        routes: dict[str, Route] = {root: answer({"jsonapi": {"version": "1.0"}, "data": [], "links": links})}
        for kind, path in paths.items():
            routes[path] = self._collection(kind)
        return routes

    def _collection(self, kind: str) -> Route:
        def collection(request: Request) -> Reply:
            return self.answer(request, [node for node in self.nodes if node["type"] == kind])

        return collection

    def answer(self, request: Request, nodes: list[Node]) -> Reply:
        """Return a page of nodes with what is to be included, 304 when it is as it was."""
        query = asked(request)
        size, start = min(int(query.get("page[limit]", 50)), self.most), int(query.get("page[offset]", 0))
        if query.get("filter[status]") == "1":
            nodes = [node for node in nodes if node["attributes"]["status"]]
        shown = nodes[start : start + size]
        found: dict[tuple[str, str], Node] = {}
        for path in filter(None, query.get("include", "").split(",")):
            try:
                self._follow(shown, path.split("."), found)
            except KeyError:
                message = f"`{path}` is not a valid relationship field name."
                return answer({"errors": [{"status": "400", "detail": message}]}, 400)
        links = {}
        if start + size < len(nodes):
            after = {**query, "page[offset]": start + size}
            links["next"] = {"href": f"{self.named}{request.path}?{urlencode(after)}"}
        told: Node = {"data": shown, "links": links}
        if found:
            told["included"] = [self._sparse(one, query) for one in found.values()]
        return conditional(request, told)

    def _follow(self, nodes: list[Node], path: list[str], found: dict[tuple[str, str], Node]) -> None:
        """Gather what a path leads to; a name that no object has is a mistake, as Drupal sees it."""
        if not nodes or not path:
            return
        if not any(path[0] in node.get("relationships", {}) for node in nodes):
            raise KeyError(path[0])
        reached = []
        for node in nodes:
            data = node.get("relationships", {}).get(path[0], {}).get("data") or []
            for reference in data if isinstance(data, list) else [data]:
                if one := self.others.get((reference["type"], reference["id"])):
                    found[one["type"], one["id"]] = one
                    reached.append(one)
        self._follow(reached, path[1:], found)

    def _sparse(self, one: Node, query: Mapping[str, str]) -> Node:
        wanted = query.get(f"fields[{one['type']}]")
        if wanted is None:
            return one
        names = wanted.split(",")
        parts = ("attributes", "relationships")
        kept = {part: {k: v for k, v in one.get(part, {}).items() if k in names} for part in parts}
        return {**one, **kept}


def drupal_node(number: int, **attributes: Any) -> Node:
    """Return an article as the API gives it; the higher its number the younger."""
    when = f"2026-11-{1 + number // 24 % 28:02}T{number % 24:02}:00:00+00:00"
    usual: Node = {
        "drupal_internal__nid": number,
        "langcode": "en",
        "status": True,
        "title": f"Story {number}",
        "created": when,
        "changed": when,
        "path": {"alias": f"/story-{number}", "pid": number, "langcode": "en"},
        "body": {
            "value": f"The first line of {number}.",
            "format": "basic_html",
            "processed": f"<p>The first line of {number}.</p><p>The second.</p>",
            "summary": "",
        },
    }
    identity = {"type": "node--article", "id": f"00000000-0000-4000-8000-{number:012x}"}
    return {**identity, "attributes": {**usual, **attributes}, "relationships": {}}


def drupal_refers(one: Node, **relations: Any) -> Node:
    """Return an object that refers to others: to one, to a list, or to (one, what is said of it)."""

    def reference(other: Any) -> Node:
        said = {} if isinstance(other, dict) else other[1]
        other = other if isinstance(other, dict) else other[0]
        return {"type": other["type"], "id": other["id"], **({"meta": said} if said else {})}

    told = {
        name: {"data": [reference(o) for o in other] if isinstance(other, list) else reference(other)}
        for name, other in relations.items()
    }
    return {**one, "relationships": {**one.get("relationships", {}), **told}}


def drupal_part(kind: str, id_: str, **attributes: Any) -> Node:
    """Return what a node may refer to: media, a file, a term, a paragraph, a user."""
    return {"type": kind, "id": id_, "attributes": attributes, "relationships": {}}
