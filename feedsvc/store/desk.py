"""The desk: what producers changed by hand, who holds a channel, and who did what."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from feedsvc.store.records import Action, Document, Edit, Entry, Hold
from feedsvc.store.tables import ACTIONS, EDITS, HOLDS, forget, moment, upsert

ACTIONS_KEPT = 1000
# An address may name a number that no database takes.
_LARGEST = 2**63 - 1
_decode = msgspec.json.Decoder(Edit).decode


class Desk:
    """The producers' changes in the database. No edit is ever lost: undoing one is a note on it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def record(self, channel: str, id: str, edit: Edit, who: str, now: datetime) -> int:
        """Keep an edit of an article; return its number."""
        with self._engine.begin() as db:
            return record(db, channel, id, edit, who, now)

    def undo(self, number: int, who: str, now: datetime) -> Entry | None:
        """Undo an edit and return it as it was; None when there is none, or it was undone before."""
        one = EDITS.c.number == number, EDITS.c.undone.is_(None)
        with self._engine.begin() as db:
            row = db.execute(sa.select(EDITS).where(*one)).first()
            if row is not None:
                db.execute(EDITS.update().where(*one).values(undone=now.timestamp(), undone_by=who))
        return _entry(row) if row is not None else None

    def entry(self, number: int) -> Entry | None:
        """Return an edit, undone or not, None when there is none of this number."""
        if number > _LARGEST:
            return None
        with self._engine.connect() as db:
            row = db.execute(sa.select(EDITS).where(EDITS.c.number == number)).first()
        return _entry(row) if row is not None else None

    def edits(self, channel: str) -> dict[str, Edit]:
        """Return what stands of all edits, by the article's id: the later of two counts."""
        query = sa.select(EDITS).where(EDITS.c.channel == channel, EDITS.c.undone.is_(None))
        with self._engine.connect() as db:
            return _standing(_entry(row) for row in db.execute(query.order_by(EDITS.c.number)))

    def log(self, channel: str, id: str = "", limit: int = 200) -> list[Entry]:
        """Return the edits of a channel, or of one article, newest first, the undone ones, too."""
        where = [EDITS.c.channel == channel, *([EDITS.c.id == id] if id else [])]
        query = sa.select(EDITS).where(*where).order_by(EDITS.c.number.desc()).limit(limit)
        with self._engine.connect() as db:
            return [_entry(row) for row in db.execute(query)]

    def hold(self, channel: str, hold: Hold | None) -> None:
        """Have nothing new published on a channel, or everything again."""
        with self._engine.begin() as db:
            if hold is None:
                db.execute(HOLDS.delete().where(HOLDS.c.channel == channel))
            else:
                row = {**msgspec.structs.asdict(hold), "channel": channel, "at": hold.at.timestamp()}
                upsert(db, HOLDS, [row])

    def held(self, channel: str) -> Hold | None:
        """Return who holds a channel, None when nobody does."""
        with self._engine.connect() as db:
            row = db.execute(sa.select(HOLDS).where(HOLDS.c.channel == channel)).first()
        return Hold(moment(row.at), row.who, row.why) if row else None

    def note(self, action: Action) -> None:
        """Remember who did what, and forget the oldest."""
        with self._engine.begin() as db:
            row = {**msgspec.structs.asdict(action), "at": action.at.timestamp()}
            db.execute(ACTIONS.insert().values(row))
            forget(db, ACTIONS, ACTIONS.c.number, ACTIONS_KEPT, channel=action.channel)

    def actions(self, channel: str, limit: int = 100) -> list[Action]:
        """Return who did what, newest first."""
        query = sa.select(ACTIONS).where(ACTIONS.c.channel == channel)
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(ACTIONS.c.number.desc()).limit(limit))
            return [Action(row.channel, moment(row.at), row.who, row.what) for row in rows]


def record(db: sa.Connection, channel: str, id: str, edit: Edit, who: str, now: datetime) -> int:
    """Keep an edit within a transaction; return its number."""
    row = {
        "channel": channel,
        "id": id,
        "at": now.timestamp(),
        "who": who,
        "edit": msgspec.json.encode(edit),
        "undone_by": "",
    }
    return int(db.execute(EDITS.insert().values(row).returning(EDITS.c.number)).scalar_one())


def forbidden(db: sa.Connection, document: Document, by_hand: bool) -> bool:
    """Tell whether a document may not be published, as this transaction sees it."""
    standing = sa.select(EDITS).where(EDITS.c.channel == document.channel, EDITS.c.undone.is_(None))
    off_air = {entry.id for entry in map(_entry, db.execute(standing)) if entry.edit.off_air}
    held = db.execute(sa.select(HOLDS).where(HOLDS.c.channel == document.channel)).first()
    return bool(off_air & set(document.ids)) or (held is not None and not by_hand)


def _standing(entries: Iterable[Entry]) -> dict[str, Edit]:
    found: dict[str, Edit] = {}
    for entry in entries:
        found[entry.id] = merged(found.get(entry.id, Edit()), entry.edit)
    return found


def merged(before: Edit, after: Edit) -> Edit:
    """Return two edits as one; what the later one says counts."""
    said: Mapping[str, Any] = {
        field: value
        for field, value in msgspec.structs.asdict(after).items()
        if value != getattr(Edit(), field)
    }
    return replace(before, **said)


def _entry(row: Any) -> Entry:
    return Entry(
        *(row.number, row.channel, row.id, moment(row.at), row.who, _decode(row.edit)),
        undone=None if row.undone is None else moment(row.undone),
        undone_by=row.undone_by,
    )
