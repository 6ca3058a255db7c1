"""A drop folder on disk, for the kinds of source that read one."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feeds.model import Article
from feedsvc import pages
from feedsvc.http import Http
from feedsvc.settings import HttpSettings, SourceSettings
from feedsvc.sources import SOURCES, Pulled, Seen, Source, Tools

MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)


class Drop:
    """A folder on disk and the source that reads it; `kept` are the files it published, `read` the pages."""

    def __init__(self, root: Path, kind: str = "folder", **changes: Any) -> None:
        self.root = root
        self.kept: list[str] = []
        self.read: list[str] = []
        self.tools = Tools(
            Http(HttpSettings(**changes)),
            self._read,
            self._keep,
            root / "work",
            lambda: MORNING,
            root=root.parent,
        )
        self.source: Source = SOURCES[kind](SourceSettings(kind=kind, path=root.name), self.tools)

    def put(self, name: str, content: str | bytes = b"x", at: datetime = MORNING) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    def pull(self, before: Pulled | None = None) -> Pulled:
        return self.source.pull(Seen(before.validators if before else {}))

    def article(self) -> Article:
        (article,) = self.pull().articles
        return article

    def _read(self, data: bytes, url: str) -> Article:
        self.read.append(url)
        return pages.read(data, url)

    def _keep(self, path: Path) -> str:
        self.kept.append(path.relative_to(self.root.resolve()).as_posix())
        return f"/media/{path.name}"


def codes(pulled: Pulled) -> list[str]:
    return [issue.code for issue in pulled.issues]
