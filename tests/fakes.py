"""Stand-ins that behave: a source that gives what it is told to."""

from datetime import datetime

from feeds.model import Article, Issue
from feedsvc.sources import Pulled, Seen


class FakeSource:
    """Gives `articles`; with `down` it fails, with `complete` what is missing `since` then was withdrawn."""

    reads_pages = False

    def __init__(self, *articles: Article, complete: bool = False) -> None:
        self.articles = articles
        self.complete = complete
        self.since: datetime | None = None
        self.down = False
        self.raises = False
        self.pulls = 0

    def pull(self, seen: Seen) -> Pulled:
        self.pulls += 1
        if self.raises:
            raise RuntimeError("a third party's kind")
        if self.down:
            return Pulled(issues=(Issue("error", "fetch_unreachable", "fake", "It is down."),), failed=True)
        return Pulled(self.articles, complete=self.complete, since=self.since)
