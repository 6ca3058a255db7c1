"""A small newsroom on loopback: a listing, pages, pictures and films, served over real HTTP."""

from collections.abc import Mapping
from html import escape

from msgspec import Struct

from feedsvc.settings import ChannelSettings, SourceSettings
from tests import made_media
from tests.loopback import Loopback, Route, tagged


class Story(Struct, frozen=True):
    """One article as the newsroom has it; `state` is its media:status."""

    number: int
    title: str = ""
    section: str = "World"
    video: str = "/film.mp4"
    picture: str = "/picture.jpg"
    guid: str = ""
    path: str = ""
    head: str = ""
    state: str = ""

    @property
    def page(self) -> str:
        return self.path or f"/world/story-{self.number}"


class Newsroom:
    """Serves what it is told; what it was asked is counted by the server."""

    def __init__(self, site: Loopback) -> None:
        self.site = site
        site.routes["/film.mp4"] = made_media.mp4()
        site.routes["/picture.jpg"] = made_media.jpeg()

    def tells(self, *stories: Story, feed: Mapping[str, str] | None = None) -> None:
        """Publish these stories, and nothing else any more."""
        body = rss(self.site, stories)
        self.site.routes["/rss.xml"] = tagged(
            body, etag=f'"{hash(body)}"', content_type="application/rss+xml"
        )
        for story in stories:
            self.site.routes[story.page] = page(self.site, story)

    def serves(self, path: str, route: Route) -> None:
        self.site.routes[path] = route

    def channel(self, **fields: object) -> ChannelSettings:
        source = SourceSettings(kind="rss", url=self.site.url("/rss.xml"))
        usual = {"id": "demo", "title": "Demo", "source": (source,), "story": "never"}
        return ChannelSettings(**{**usual, **fields})


def rss(site: Loopback, stories: tuple[Story, ...]) -> bytes:
    items = "".join(
        f"<item><title>{escape(s.title or f'Story {s.number}')}</title>"
        f"<guid isPermaLink='false'>{escape(s.guid or f'guid-{s.number}')}</guid>"
        f"<link>{site.url(s.page)}</link>"
        f"<category>{s.section}</category><description>What happened in story {s.number}.</description>"
        f"<pubDate>Sun, 22 Nov 2026 {11 - s.number // 60:02}:{59 - s.number % 60:02}:00 +0000</pubDate>"
        + (f"<enclosure url='{site.url(s.video)}' length='1' type='video/mp4'/>" if s.video else "")
        + (f"<media:status state='{s.state}'/>" if s.state else "")
        + "</item>"
        for s in stories
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><title>News</title><link>{site.url()}</link>"
        f"<description>News</description>{items}</channel></rss>"
    ).encode()


def page(site: Loopback, story: Story) -> bytes:
    title = escape(story.title or f"Story {story.number}")
    return (
        f"<html lang='en'><head><title>{title} | Example News</title>{story.head}"
        f"<meta property='og:title' content='{title}'><meta property='og:type' content='article'>"
        f"<meta property='og:image' content='{site.url(story.picture)}'></head>"
        f"<body><article><h1>{title}</h1><p>{'The mayor said that the bridge would open in spring. ' * 3}</p>"
        f"<p>{'Neighbours had waited for it for nine years. ' * 4}</p></article></body></html>"
    ).encode()
