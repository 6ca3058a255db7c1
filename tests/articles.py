"""Articles and channels to test with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from feeds.model import Article, Channel, Thumbnail, Video

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def channel(**fields: Any) -> Channel:
    return Channel(
        **{"id": "demo", "title": "Harbour City News", "site": "https://news.example.org", **fields}
    )


def article(number: int = 1, **fields: Any) -> Article:
    """Return an article that can go on air; the higher the number the older."""
    published = NOON - timedelta(minutes=number)
    usual: dict[str, Any] = {
        "id": f"a{number:015d}",
        "source": "rss",
        "guid": f"guid-{number}",
        "url": f"https://news.example.org/world/{number}",
        "title": f"Headline {number}",
        "summary": f"What happened in story {number}.",
        "body": (f"The first paragraph of story {number}.", "And the second one, with more to say."),
        "section": ("World",),
        "published": published,
        "first_seen": published,
        "videos": (Video(f"https://cdn.example.org/{number}.mp4", "MP4", "HD", 2500, 1280, 720, 63.4),),
        "thumbnail": Thumbnail(f"https://tv.example.org/media/{number:040x}.jpg", 1280, 720),
    }
    return Article(**{**usual, **fields})
