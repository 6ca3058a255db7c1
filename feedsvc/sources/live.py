"""The streams that a channel's settings name: articles like any others, with the settings for a listing."""

from collections.abc import Iterable

from feeds.model import Article, Image, Video
from feedsvc.programming import LiveSettings
from feedsvc.sources.source import Pulled, Seen


class LiveSource:
    """All streams of a channel; one that is taken out of the settings is withdrawn."""

    reads_pages = False

    def __init__(self, streams: Iterable[LiveSettings]) -> None:
        self._articles = tuple(map(_article, streams))

    def pull(self, seen: Seen) -> Pulled:
        """Return the streams; nothing is fetched for that."""
        return Pulled(self._articles, complete=True)


def _article(live: LiveSettings) -> Article:
    return Article(
        kind="live",
        guid=f"live {live.key}",
        title=live.title,
        summary=live.description,
        section=(live.section,) if live.section else (),
        tags=live.tags,
        language=live.language,
        images=(Image(live.picture),) if live.picture else (),
        videos=(Video(live.url, language=live.language),),
    )
