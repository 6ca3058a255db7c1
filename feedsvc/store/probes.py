"""What videos elsewhere were found to be, so that none is examined twice for nothing."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from feedsvc.store.records import Probed
from feedsvc.store.tables import PROBES, batches, upsert

_decode = msgspec.json.Decoder(Probed).decode


class Probes:
    """The probes in the database, by the address of the video."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def get(self, url: str) -> Probed | None:
        """Return what the video at `url` was found to be; None when nobody has looked."""
        with self._engine.connect() as db:
            found = db.scalar(sa.select(PROBES.c.probe).where(PROBES.c.url == url))
        return _decode(found) if found else None

    def keep(self, url: str, probed: Probed) -> None:
        """Keep what the video at `url` is."""
        row = {"url": url, "checked": probed.checked.timestamp(), "probe": msgspec.json.encode(probed)}
        with self._engine.begin() as db:
            upsert(db, PROBES, [row])

    def forget(self, url: str) -> None:
        """Forget what is at `url`, so that it is looked at anew."""
        with self._engine.begin() as db:
            db.execute(PROBES.delete().where(PROBES.c.url == url))

    def aged(self, urls: Iterable[str], before: datetime, limit: int) -> list[str]:
        """Return those of `urls` that were last looked at before a time, the oldest first."""
        found: list[tuple[float, str]] = []
        with self._engine.connect() as db:
            for some in batches(urls):
                old = PROBES.c.url.in_(some), PROBES.c.checked < before.timestamp()
                query = sa.select(PROBES.c.checked, PROBES.c.url).where(*old)
                found += [(row.checked, row.url) for row in db.execute(query)]
        return [url for _, url in sorted(found)[:limit]]
