"""Articles made: understood, then illustrated, many at a time; whatever breaks costs one of them."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Protocol, TypeVar

from msgspec.structs import replace

from feeds.model import Article, Channel, Issue
from feedsvc import desk
from feedsvc.decide import Work, passing, retry_at
from feedsvc.produce import Producer, dated, without
from feedsvc.progress import Progress
from feedsvc.publication import public
from feedsvc.selection import edited, unwanted
from feedsvc.settings import ChannelSettings
from feedsvc.sources import Source
from feedsvc.store import Changes, Edit, Store, Stored
from feedsvc.stories import wants_story

CODES = {"video_unread": "The service failed on the article; the others went on."}
SAVED_AT_ONCE = 50
# A picture that more articles show than this is the site's, not the stories'.
PICTURE_SHARED = 3

log = logging.getLogger(__name__)
A = TypeVar("A")
B = TypeVar("B")


class MapFunction(Protocol):
    """The builtin `map`, or a pool's."""

    def __call__(self, function: Callable[[A], B], values: Iterable[A], /) -> Iterator[B]:
        """Yield `function` of each value, in order."""
        ...


class Maker:
    """Makes articles with what it is handed; `pmap` makes many at a time."""

    def __init__(
        self,
        store: Store,
        producer: Producer,
        sources: Mapping[str, Mapping[str, Source]],
        public_url: str,
        pmap: MapFunction,
    ) -> None:
        self._store, self._producer, self._sources = store, producer, sources
        self._public_url, self._pmap = public_url, pmap

    def make(
        self,
        channel: Channel,
        settings: ChannelSettings,
        works: Sequence[Work],
        now: datetime,
        progress: Progress,
    ) -> None:
        """Make the articles, many at a time, and save them as they come."""
        progress("make", 0, len(works))
        for start in range(0, len(works), SAVED_AT_ONCE):
            some = works[start : start + SAVED_AT_ONCE]
            edits = self._store.desk.edits(channel.id)
            read = [
                desk.told(article, edits.get(article.id, Edit()))
                for article in self._pmap(lambda work: self._understand(channel, settings, work, now), some)
            ]
            site = self._site_pictures(channel.id, read, now)
            illustrate = partial(self._illustrate, channel, settings, site, now)
            made = self._pmap(illustrate, zip(some, read, strict=True))
            saved = []
            for done, stored in enumerate(made, start + 1):
                saved.append(stored)
                progress("make", done, len(works), _troubles(stored.article))
            called = {work.id: work.names for work in some}
            self._store.save(channel.id, Changes(saved=saved, identities=called), now)

    def _site_pictures(self, channel: str, articles: Sequence[Article], now: datetime) -> frozenset[str]:
        """Return which pictures of these articles are the site's own: too many stories show them.

        Stories that showed one before anybody could know are made again at the next refresh.
        """
        shows = {a.id: [image.url for image in a.images] for a in articles}
        pictures = list(chain.from_iterable(shows.values()))
        before = self._store.shared(channel, pictures, PICTURE_SHARED)
        self._store.show(channel, shows)
        shared = self._store.shared(channel, pictures, PICTURE_SHARED)
        late = {id_ for picture in shared.keys() - before.keys() for id_ in shared[picture]}
        self._store.due_now(channel, late - shows.keys(), now)
        return frozenset(shared)

    def _understand(self, channel: Channel, settings: ChannelSettings, work: Work, now: datetime) -> Article:
        """Return the article with what its page says; whatever breaks here must not cost another one."""
        before = work.before.article if work.before else None
        first_seen = before.first_seen if before else now
        article = replace(work.pulled, id=work.id, source=work.source, first_seen=first_seen)
        try:
            reads = article.url and self._sources[channel.id][article.source].reads_pages
            if reads and not self._unwanted(settings, article, now, read=False):
                login = settings.sources[work.source].login(article.url)
                article = self._producer.understand(article, now, before, login=login)
            return dated(article, now)
        except Exception:
            log.exception("channel=%s article=%s url=%s", channel.id, work.id, article.url)
            return replace(article, issues=(*article.issues, _broken(article)))

    def _illustrate(
        self,
        channel: Channel,
        settings: ChannelSettings,
        site: frozenset[str],
        now: datetime,
        pair: tuple[Work, Article],
    ) -> Stored:
        work, article = pair
        before = work.before
        if unwanted := self._unwanted(settings, article, now):
            return Stored(work.pulled, replace(article, videos=(), issues=(*article.issues, unwanted)))
        try:
            article = self._producer.illustrate(
                without(article, site),
                *(channel.brand, now, before.article if before else None),
                wants_story=lambda made: wants_story(public(made, self._public_url), settings.story, now),
            )
        except Exception:
            log.exception("channel=%s article=%s url=%s", channel.id, work.id, article.url)
            article = replace(article, issues=(*article.issues, _broken(article)))
        failing = before and before.pulled == work.pulled and passing(before.article)
        tries = before.tries + 1 if before and failing else 1
        return Stored(work.pulled, article, tries, retry_at(article, tries, now))

    def _unwanted(
        self, settings: ChannelSettings, article: Article, now: datetime, *, read: bool = True
    ) -> Issue | None:
        source = settings.sources.get(article.source)
        return unwanted(edited(article, source), source, now, read=read) if source else None


def _troubles(article: Article) -> list[Issue]:
    """Return what somebody who watches is told of an article, under a name that a person knows."""
    name = article.title or article.url or article.id
    return [replace(issue, where=name) for issue in article.issues if issue.severity != "info"]


def _broken(article: Article) -> Issue:
    return Issue(
        "error",
        "video_unread",
        article.id,
        "The article could not be made ready: the service failed on it.",
        "Look at the log of this refresh and report it with the article's address.",
    )
