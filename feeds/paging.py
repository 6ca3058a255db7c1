"""A long feed as several documents (RFC 5005): the current one, and older pages that hardly ever change.

Articles stand in the order of their last change, so that whatever is new or changed turns up in the current
document: who has read a page need not read it again. Where a page ends is decided by the article that ends it
and not by counting: neither what is added at one end nor what goes off air at the other moves the others.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import chain

from feeds import text
from feeds.item import rows
from feeds.model import Article, Feed, Format, Page, Row, Written

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# One article in a quarter of what fills a page ends it, on the average, so that hardly any is ever full.
_QUARTER = 4


def write(feed: Feed, format_: Format) -> Written:
    """Return the feed as a format publishes it: the current document, and its older pages.

    The ids and issues are those of all of them.
    """
    parts = paged(feed, format_)
    written = [format_.write(part) for part in parts]
    return Written(
        body=written[0].body,
        ids=tuple(chain.from_iterable(one.ids for one in written)),
        issues=tuple(chain.from_iterable(one.issues for one in written)),
        pages={p.page.path: one.body for p, one in zip(parts[1:], written[1:], strict=True) if p.page},
    )


def paged(feed: Feed, format_: Format) -> tuple[Feed, ...]:
    """Return the part of a feed that each document of a format tells: the current one, then older pages.

    The current one holds the newest `format_.page` articles at least; with no more than that it is alone.
    What cannot be told is offered to it only, so that no page is empty.
    """
    articles = {a.id: a for row in reversed(feed.rows) for a in reversed(row.articles)}
    if format_.page is None or len(articles) <= format_.page:
        return (feed,)
    shown = [a for a in articles.values() if format_.cost(a, feed.channel)]
    parts = list(_cut(sorted(shown, key=_changed), format_.page))[::-1]
    paths = [format_.path, *(_path(format_, part[-1]) for part in parts[1:])]
    pages = [Page(path, format_.path, older) for path, older in zip(paths, [*paths[1:], ""], strict=True)]
    changes = [feed.updated, *(min(_changed(part[-1])[0], feed.updated) for part in parts[1:])]
    told = zip(_rows(feed, articles, parts), changes, pages, strict=True)
    return tuple(Feed(feed.channel, *part) for part in told)


def _cut(oldest_first: Sequence[Article], size: int) -> Iterator[Sequence[Article]]:
    """Yield the pages, oldest first; the last one is the current document."""
    page: list[Article] = []
    for article in oldest_first[:-size]:
        page.append(article)
        if _ends_a_page(article, size) or len(page) == size:
            yield page
            page = []
    yield [*page, *oldest_first[-size:]]


def _ends_a_page(article: Article, size: int) -> bool:
    digest = blake2b(article.id.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % max(1, size // _QUARTER) == 0


def _changed(article: Article) -> tuple[datetime, str]:
    """Return what pages are ordered by: when an article last changed for those who read about it."""
    moments = filter(None, (article.updated, article.published, article.first_seen))
    return max(moments, default=_EPOCH), article.id


def _path(format_: Format, newest: Article) -> str:
    """Return the path of a page, which is named after the newest article on it."""
    name, _, suffix = format_.path.rpartition(".")
    return f"{name}/{text.stable_id(newest.id)}.{suffix}"


def _rows(
    feed: Feed, articles: dict[str, Article], parts: Sequence[Sequence[Article]]
) -> Iterator[tuple[Row, ...]]:
    """Yield the rows of each part, titled as in the whole feed; what is in no part is in the first."""
    number = dict.fromkeys(articles, 0) | {a.id: n for n, part in enumerate(parts) for a in part}
    shown: list[dict[str, list[Article]]] = [{} for _ in parts]
    for title, ids in rows(feed).items():
        for id in ids:
            shown[number[id]].setdefault(title, []).append(articles[id])
    yield from (tuple(Row(title, tuple(some)) for title, some in one.items()) for one in shown)
