"""Articles from JSON Feed 1.0 and 1.1, and what calls itself another version of it.

    https://www.jsonfeed.org/version/1.1/

Pages are read as well: like RSS, many of these feeds say no more of a story than how it begins.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from feeds import text, wording
from feeds.model import Article, Image, Issue, Video
from feeds.wording import Wording
from feedsvc import dates
from feedsvc.settings import SourceSettings
from feedsvc.sources import content
from feedsvc.sources.feed import named as named_once
from feedsvc.sources.json_api import Answer, Reading, Refused, at, listed, named, pulled, said, whole
from feedsvc.sources.media_rss import is_image, is_video, joined
from feedsvc.sources.source import Pulled, Seen, Source, Tools

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "jsonfeed_no_items": (
        "This JSON is no JSON Feed: it has no list of items.",
        "Give the address of the feed itself; pages name it in a link of type application/feed+json.",
    ),
    "source_empty": ("There is nothing in the feed.", "Look at its address in a browser."),
    "jsonfeed_expired": (
        "The feed says that it has expired and will not change any more.",
        "Take another source, or take `expired` out of the feed.",
    ),
    "bad_date": ("The date {!r} cannot be read.", "Write it as in 2026-11-22T07:00:00+01:00."),
}
CODES = {**wording.meanings(_SAYS), "bad_date": "The date of an item cannot be read."}
_issue = partial(wording.issue, _SAYS)
_PAGES, _MOST = 20, 100


class JsonFeed:
    """A JSON Feed somewhere on the web."""

    reads_pages = True

    def __init__(self, settings: SourceSettings, tools: Tools) -> None:
        self.url, self._limit, self._login = settings.url, settings.limit, settings.secret
        self._tools = tools

    def pull(self, seen: Seen) -> Pulled:
        """Return the feed's articles, or that it is unchanged, or why it could not be had."""
        reading = Reading(self._tools.http, self.url, seen, str(self._limit), login=self._login)
        return pulled(reading, seen, self._pulled)

    def _pulled(self, reading: Reading) -> Pulled:
        articles: list[Article] = []
        top: Any = None

        def following(page: Answer) -> str | None:
            return joined(page.url, said(page.value, "next_url")) if len(articles) < self._limit else None

        for page in reading.walk(self.url, following, _PAGES):
            if top is None and not isinstance(at(page.value, "items"), list):
                raise Refused(_issue("error", "jsonfeed_no_items", self.url))
            top = page.value if top is None else top
            items = listed(page.value, "items")[: self._limit - len(articles)]
            told = (article(item, top, page.url, self._tools.read) for item in items)
            articles.extend(a for a in told if a.title or a.summary or a.body or a.url or a.videos)
        once, _ = named_once(articles)
        issues = [*reading.issues, *self._about(top, once)]
        hub, topic = _hub(top, self.url)
        return Pulled(tuple(once), reading.validators, tuple(issues), hub=hub, topic=topic)

    def _about(self, feed: Any, articles: list[Article]) -> Iterator[Issue]:
        if at(feed, "expired") is True:
            yield _issue("info", "jsonfeed_expired", self.url)
        if not articles:
            yield _issue("warning", "source_empty", self.url)


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the feed at the settings' `url`."""
    return JsonFeed(settings, tools)


def article(item: Any, feed: Any, base: str, reader: content.Read) -> Article:
    """Return the article an item of a feed tells; relative addresses are resolved against `base`."""
    page = joined(base, said(item, "url")) or joined(base, said(item, "external_url")) or ""
    title = text.plain(said(item, "title"))
    language = text.line(said(item, "language") or said(feed, "language"))
    words = said(item, "content_html") or content.paragraphs(text.safe(said(item, "content_text")))
    told = content.read(words, page or base, title, reader, language=language)
    tags = [tag for tag in listed(item, "tags")[:_MOST] if isinstance(tag, str)]
    section, tags_ = content.topics(tags[:1], tags)
    published, issues = _moment(item, "date_published")
    updated, more = _moment(item, "date_modified")
    return Article(
        guid=named(item, "id"),
        url=page,
        # An item of a few words, as on a microblog, has no headline: its first sentence is one.
        title=title or text.clip(told.summary, 120),
        summary=text.plain(said(item, "summary")) or told.summary,
        body=told.body,
        section=section,
        tags=tags_,
        marks=told.marks,
        language=language,
        authors=content.people(_authors(item) or _authors(feed)),
        published=published or updated,
        updated=updated,
        images=content.each_once((*_images(item, base), *told.images)),
        videos=content.each_video((*_videos(item, base), *told.videos)),
        captions=told.captions,
        issues=(*told.issues, *issues, *more),
    )


def _moment(item: Any, name: str) -> tuple[datetime | None, tuple[Issue, ...]]:
    words = said(item, name)
    if found := dates.moment(words):
        return found.when, ()
    where = said(item, "url") or named(item, "id")
    told = (_issue("warning", "bad_date", where, text.clip(text.line(words), 60)),)
    return None, told if text.line(words) else ()


def _authors(of: Any) -> list[str]:
    """Return the names of the authors: 1.0 has one, 1.1 a list."""
    return [n for one in (*listed(of, "authors")[:_MOST], at(of, "author")) if (n := said(one, "name"))]


def _attached(item: Any) -> list[Any]:
    return listed(item, "attachments")[:_MOST]


def _images(item: Any, base: str) -> Iterator[Image]:
    for name in ("image", "banner_image"):
        if url := joined(base, said(item, name)):
            yield Image(url)
    for one in _attached(item):
        url = joined(base, said(one, "url"))
        if url and is_image(said(one, "mime_type"), url):
            yield Image(url, caption=text.plain(said(one, "title")))


def _videos(item: Any, base: str) -> Iterator[Video]:
    """Yield the attached films; what has the same title is one film in several renditions."""
    for one in _attached(item):
        url = joined(base, said(one, "url"))
        if url and is_video(said(one, "mime_type"), url):
            length = at(one, "duration_in_seconds")
            known = isinstance(length, int | float) and not isinstance(length, bool) and 0 < length < 1e6
            yield Video(url, duration=float(length) if known else None, size=whole(one, "size_in_bytes"))


def _hub(feed: Any, url: str) -> tuple[str, str]:
    """Return the WebSub hub a feed names, and the feed's address there."""
    for hub in listed(feed, "hubs")[:_MOST]:
        address = joined(url, said(hub, "url"))
        if said(hub, "type").casefold() == "websub" and address:
            return address, joined(url, said(feed, "feed_url")) or url
    return "", ""
