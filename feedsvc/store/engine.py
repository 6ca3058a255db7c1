"""The database itself: opened as it has to be, its failures said in a sentence."""

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feedsvc.settings import CannotRun


class StoreError(CannotRun):
    """The database does not work: it is away, its disk is full or its file is no database."""


def open_engine(url: str, root: Path) -> sa.Engine:
    """Return the engine of the database at `url`; the folder of a SQLite file (relative to `root`) is made.

    Raises:
        StoreError: it cannot be opened; what is done with it raises it too when the database fails.
    """
    where = sa.make_url(url)
    path = root / (where.database or "feedsvc.db")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError([f"storage.database: {path.parent} cannot be made ({error.strerror})."]) from None
    engine = sa.create_engine(where.set(database=str(path)))
    sa.event.listen(engine, "connect", _configure_sqlite)
    sa.event.listen(engine, "handle_error", _in_a_sentence)
    return engine


def _in_a_sentence(context: Any) -> None:
    """Say what SQLite says, and where; a mistake of our own (IntegrityError, say) keeps its traceback."""
    cause = context.original_exception
    if type(cause) in (sqlite3.OperationalError, sqlite3.DatabaseError):
        file = context.engine.url.database
        raise StoreError([f"The database {file} does not work: {cause}. Check storage.database."]) from cause


def _configure_sqlite(connection: Any, _record: object) -> None:
    # WAL: readers are never in the writer's way. https://www.sqlite.org/wal.html
    for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
