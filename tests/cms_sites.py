"""Small content management systems on a loopback server, which answer as the real ones do.

    site.routes.update(WordPress(site.url(), posts).routes())

Only what a reader of articles meets: paging and its headers, filters, embeds, refusals.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

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
