"""Leases: what hubs have promised (WebSub)."""

import msgspec
import sqlalchemy as sa

from feedsvc.store.records import Lease
from feedsvc.store.tables import LEASES, upsert

_decode = msgspec.json.Decoder(Lease).decode


class Leases:
    """The leases in the database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, channel: str, source: str) -> Lease | None:
        """Return the lease of a source, None when no hub was ever asked."""
        return self._first(LEASES.c.channel == channel, LEASES.c.source == source)

    def called(self, token: str) -> Lease | None:
        """Return the lease whose hub calls this address, None when there is none."""
        return self._first(LEASES.c.token == token)

    def keep(self, lease: Lease) -> None:
        """Keep a lease, in place of any other of its source."""
        row = {
            "token": lease.token,
            "channel": lease.channel,
            "source": lease.source,
            "lease": msgspec.json.encode(lease),
        }
        others = (
            LEASES.c.channel == lease.channel,
            LEASES.c.source == lease.source,
            LEASES.c.token != lease.token,
        )
        with self._engine.begin() as db:
            db.execute(LEASES.delete().where(*others))
            upsert(db, LEASES, [row])

    def _first(self, *where: sa.ColumnElement[bool]) -> Lease | None:
        with self._engine.connect() as db:
            found = db.scalar(sa.select(LEASES.c.lease).where(*where))
        return _decode(found) if found else None
