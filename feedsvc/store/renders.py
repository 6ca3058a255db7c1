"""What was rendered for articles in the background: story videos and trick play."""

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from feedsvc.store.records import Rendered
from feedsvc.store.tables import RENDERS, batches, upsert

_decode = msgspec.json.Decoder(Rendered).decode


class Renders:
    """What was rendered, in the database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, channel: str, ids: Iterable[str]) -> dict[str, list[Rendered]]:
        """Return what was rendered for these articles by id, the newest first."""
        found: dict[str, list[Rendered]] = {}
        with self._engine.connect() as db:
            for some in batches(ids):
                wanted = RENDERS.c.channel == channel, RENDERS.c.id.in_(some)
                query = sa.select(RENDERS.c.rendered).where(*wanted).order_by(RENDERS.c.made.desc())
                for row in db.execute(query):
                    rendered = _decode(row.rendered)
                    found.setdefault(rendered.id, []).append(rendered)
        return found

    def all(self, channel: str) -> list[Rendered]:
        """Return everything that was rendered for a channel."""
        with self._engine.connect() as db:
            query = sa.select(RENDERS.c.rendered).where(RENDERS.c.channel == channel)
            return [_decode(row.rendered) for row in db.execute(query)]

    def script(self, channel: str, id: str, key: str) -> bytes:
        """Return the slides of an article's story video as JSON, `null` when there are none."""
        one = RENDERS.c.channel == channel, RENDERS.c.id == id, RENDERS.c.key == key
        with self._engine.connect() as db:
            return db.scalar(sa.select(RENDERS.c.script).where(*one)) or b"null"

    def keep(self, channel: str, rendered: Iterable[Rendered], script: object = None) -> None:
        """Keep what was rendered, or why it could not be; `script` are the slides of a story."""
        rows = [_row(channel, one, script) for one in rendered]
        if rows:
            with self._engine.begin() as db:
                upsert(db, RENDERS, rows)

    def forget(self, channel: str, rendered: Iterable[Rendered]) -> None:
        """Forget what was rendered: nothing names it any more."""
        table = RENDERS.c
        with self._engine.begin() as db:
            for one in rendered:
                where = table.channel == channel, table.id == one.id, table.key == one.key
                db.execute(RENDERS.delete().where(*where))

    def reconsider(self) -> None:
        """Forget what could not be rendered: a font may have come, or the service been mended."""
        with self._engine.begin() as db:
            db.execute(RENDERS.delete().where(RENDERS.c.folder == ""))


def _row(channel: str, rendered: Rendered, script: object) -> dict[str, object]:
    return {
        "channel": channel,
        "id": rendered.id,
        "key": rendered.key,
        "made": rendered.made.timestamp(),
        "folder": rendered.folder,
        "rendered": msgspec.json.encode(rendered),
        "script": msgspec.json.encode(script),
    }
