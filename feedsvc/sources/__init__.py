"""Where articles come from. One file a kind; `SOURCES` lists them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from feedsvc.settings import SourceSettings
from feedsvc.sources import demo, folder, rss
from feedsvc.sources.source import Pulled, Seen, Source, Tools

__all__ = ["SOURCES", "Pulled", "Seen", "Source", "Tools"]

SOURCES: Mapping[str, Callable[[SourceSettings, Tools], Source]] = MappingProxyType(
    {"rss": rss.open_source, "folder": folder.open_source, "demo": demo.open_source}
)
