"""Articles from the demo newsroom, a drop folder that this service writes itself at first start."""

from collections.abc import Callable
from datetime import datetime
from logging import getLogger
from pathlib import Path

from feeds.model import Issue
from feedsvc import demo
from feedsvc.settings import SourceSettings
from feedsvc.sources import folder
from feedsvc.sources.source import Pulled, Seen, Source, Tools

CODES = {"demo_not_written": "The demo newsroom could not be written to the disk."}
_log = getLogger(__name__)
Build = Callable[[Path, datetime, Callable[[str], None]], None]


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the demo newsroom; it is built in the working folder when first pulled."""
    return DemoSource(settings, tools)


class DemoSource:
    """A folder source that first sees to it that its folder is there; `build` writes it."""

    reads_pages = False

    def __init__(self, settings: SourceSettings, tools: Tools, build: Build = demo.build) -> None:
        self._tools = tools
        self._build = build
        self._folder = tools.workdir.resolve() / "demo-newsroom"
        self._source = folder.open_source(settings.model_copy(update={"path": str(self._folder)}), tools)

    def pull(self, seen: Seen) -> Pulled:
        """Return what lies in the newsroom; building it takes up to half a minute, once."""
        try:
            self._build(self._folder, self._tools.now(), _log.info)
        except OSError as error:
            return Pulled(issues=(_unwritten(self._folder, error),), failed=True)
        return self._source.pull(seen)


def _unwritten(directory: Path, error: OSError) -> Issue:
    return Issue(
        "error",
        "demo_not_written",
        str(directory),
        f"The demo newsroom could not be written: {error.strerror or error}.",
        "Make room on the disk, or let the service write to this folder.",
    )
