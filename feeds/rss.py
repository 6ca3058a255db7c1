"""RSS 2.0 as a stream: the head, then one string an item, as soon as it is asked for; no tree is ever held.

https://www.rssboard.org/rss-specification. What both flavours of Media RSS (`feeds.mrss`) have in common.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from html import escape
from io import BytesIO

from feeds import text
from feeds.item import LONG, ROW, TITLE, Item, item, language, rows
from feeds.model import Article, Channel, Feed, Issue, Written

Titles = tuple[str, ...]
Head = Callable[[Feed, Item | None], str]
Tell = Callable[[Item, Titles], str]
_END = b"</channel></rss>"


def write(feed: Feed, items: Iterable[Item | Issue], head: Head, tell: Tell) -> Written:
    """Return the document that tells these `items` of a feed, in their order, each with its rows."""
    titles = _titles(feed)
    body = BytesIO()
    ids: list[str] = []
    issues: list[Issue] = []
    for one in items:
        if isinstance(one, Issue):
            issues.append(one)
            continue
        if not ids:
            body.write(head(feed, one).encode())
        body.write(tell(one, titles[one.id]).encode())
        ids.append(one.id)
    body.write(_END if ids else head(feed, None).encode() + _END)
    return Written(body.getvalue(), tuple(ids), tuple(issues))


def _titles(feed: Feed) -> dict[str, Titles]:
    """Return the titles of the rows each article stands in; most share theirs with many others."""
    titles: dict[str, Titles] = {}
    for title, ids in rows(feed).items():
        longer: dict[Titles, Titles] = {}
        for id in ids:
            before = titles.get(id, ())
            titles[id] = longer.setdefault(before, (*before, title))
    return titles


def cost(article: Article, channel: Channel, tell: Tell) -> int:
    """Return the bytes one article adds: its item in the row with the longest title it may stand in."""
    told = item(article, channel)
    return 0 if isinstance(told, Issue) else cost_of(told, article, channel, tell)


def cost_of(told: Item, article: Article, channel: Channel, tell: Tell) -> int:
    """Return the bytes an item adds, told of an article."""
    titles = [rule.title for rule in channel.rows] or [*article.section[:1], "Latest"]
    longest = max(
        (text.clip(text.line(title), ROW) for title in titles), key=lambda t: len(escape(t).encode())
    )
    return len(tell(told, (longest,)).encode())


# -- parts -----------------------------------------------------------------------------------------


def escaped(*texts: str) -> list[str]:
    """Return texts as they stand in an element, or between double quotes when none is in them.

    All in one pass: no text of an `Item` holds a NUL.
    """
    joined = "\0".join(texts)
    return joined.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split("\0")


def element(name: str, value: str) -> str:
    """Return an element that holds a text."""
    return f"<{name}>{escape(value, quote=False)}</{name}>"


@lru_cache(maxsize=1024)
def each(name: str, values: tuple[str, ...]) -> str:
    """Return an element of this name for each value."""
    return "".join([element(name, value) for value in values])


def attribute(name: str, value: str | int | None) -> str:
    """Return an attribute whose value needs no escaping; nothing when there is none."""
    return f' {name}="{value}"' if value else ""


def opening(feed: Feed, newest: Item | None, namespaces: Mapping[str, str], date: str) -> str:
    """Return the beginning of a document, up to where the channel says more than RSS has words for."""
    channel = feed.channel
    title = text.clip(text.line(channel.title), TITLE) or "News"
    declared = "".join(attribute(f"xmlns:{prefix}", uri) for prefix, uri in namespaces.items())
    return "".join((
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<rss version="2.0"{declared}><channel>',
        element("title", title),
        element("link", _home(channel, newest)),
        element("description", text.clip(text.line(channel.description), LONG) or title),
        element("language", language("", channel)),
        element("lastBuildDate", date),
    ))  # fmt: skip


def _home(channel: Channel, newest: Item | None) -> str:
    """Return the address RSS wants of a channel: its site, else the nearest thing known."""
    nearest = (newest.url, newest.thumbnail.url) if newest else ()
    known = (channel.site, channel.feeds_url, *nearest)
    return next((clean for url in known if (clean := text.web_url(url))), "")
