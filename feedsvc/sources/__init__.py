"""Where articles come from. One file a kind; `SOURCES` lists them.

A package elsewhere adds a kind by an entry point in the group ``feedsvc.sources``: its name is the kind, what
it names is called as those here are, with the source's settings and its tools.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from feedsvc.settings import SettingsError, SourceSettings
from feedsvc.sources import (
    demo,
    drupal,
    folder,
    ghost,
    jsonfeed,
    listing,
    newsml,
    roku,
    rss,
    sitemap,
    wordpress,
)
from feedsvc.sources.source import Pulled, Seen, Source, Tools, pull

__all__ = ["SOURCES", "Pulled", "Seen", "Source", "Tools", "elsewhere", "pull"]

Open = Callable[[SourceSettings, Tools], Source]


def elsewhere() -> dict[str, Open]:
    """Return the kinds that other installed packages bring, loaded when one is opened."""
    return {point.name: _opening(point) for point in entry_points(group="feedsvc.sources")}


def _opening(point: EntryPoint) -> Open:
    def open_source(settings: SourceSettings, tools: Tools) -> Source:
        try:
            source: Source = point.load()(settings, tools)
        except Exception as error:
            # Somebody else's code: whatever it raises, the operator is told whose it was.
            said = f"The source kind {point.name!r} of {point.value} cannot be opened: {error}."
            raise SettingsError([said]) from error
        return source

    return open_source


SOURCES: Mapping[str, Open] = MappingProxyType(
    {
        **elsewhere(),
        "rss": rss.open_source,
        "jsonfeed": jsonfeed.open_source,
        "wordpress": wordpress.open_source,
        "drupal": drupal.open_source,
        "ghost": ghost.open_source,
        "roku": roku.open_source,
        "sitemap": sitemap.open_source,
        "listing": listing.open_source,
        "folder": folder.open_source,
        "newsml": newsml.open_source,
        "demo": demo.open_source,
    }
)
