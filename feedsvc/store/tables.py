"""The tables, and the few statements that all of them share. Times are stored as UTC epoch seconds."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

META = sa.MetaData()
ARTICLES = sa.Table(
    "article",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("guid", sa.String, nullable=False),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("released", sa.Float, nullable=False),
    sa.Column("playable", sa.Boolean, nullable=False),
    sa.Column("withdrawn", sa.Float),
    sa.Column("opens", sa.Float),
    sa.Column("closes", sa.Float),
    sa.Column("retry_at", sa.Float),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("pulled", sa.LargeBinary, nullable=False),
    sa.Column("article", sa.LargeBinary, nullable=False),
    sa.Index("article_newest", "channel", "withdrawn", "playable", "released"),
    sa.Index("article_retry", "channel", "retry_at"),
    sa.Index("article_source", "channel", "source", "withdrawn"),
    sa.Index("article_released", "channel", "source", "released"),
    sa.Index("article_url", "url"),
    sa.Index("article_opens", "channel", "opens"),
    sa.Index("article_closes", "channel", "closes"),
)
IDENTITIES = sa.Table(
    "identity",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("id", sa.String, nullable=False),
    sa.Index("identity_name", "name"),
)
SOURCES = sa.Table(
    "source",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("validators", sa.LargeBinary, nullable=False),
    sa.Column("issues", sa.LargeBinary, nullable=False),
)
DOCUMENTS = sa.Table(
    "document",
    META,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("format", sa.String, nullable=False),
    sa.Column("published", sa.Float, nullable=False),
    sa.Column("etag", sa.String, nullable=False),
    sa.Column("ids", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("gzip", sa.LargeBinary, nullable=False),
    sa.Index("document_newest", "channel", "format", "version"),
    sqlite_autoincrement=True,  # a version number is never used twice, whatever is deleted
)
RUNS = sa.Table(
    "run",
    META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("report", sa.LargeBinary, nullable=False),
    sa.Index("run_newest", "channel", "id"),
)
RENDERS = sa.Table(
    "render",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("made", sa.Float, nullable=False),
    sa.Column("folder", sa.String, nullable=False),
    sa.Column("rendered", sa.LargeBinary, nullable=False),
    sa.Column("script", sa.LargeBinary, nullable=False),
)
EPISODES = sa.Table(
    "episode",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("series", sa.String, primary_key=True),
    sa.Column("season", sa.Integer, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
PICTURES = sa.Table(
    "picture",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("id", sa.String, primary_key=True),
    sa.Index("picture_article", "channel", "id"),
)
PROBES = sa.Table(
    "probe",
    META,
    sa.Column("url", sa.String, primary_key=True),
    sa.Column("checked", sa.Float, nullable=False),
    sa.Column("probe", sa.LargeBinary, nullable=False),
)
ASKS = sa.Table(
    "ask",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)
LEASES = sa.Table(
    "lease",
    META,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("lease", sa.LargeBinary, nullable=False),
    sa.Index("lease_source", "channel", "source"),
)
EDITS = sa.Table(
    "edit",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("id", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("edit", sa.LargeBinary, nullable=False),
    sa.Column("undone", sa.Float),
    sa.Column("undone_by", sa.String, nullable=False),
    sa.Index("edit_standing", "channel", "undone"),
    sa.Index("edit_article", "channel", "id"),
)
HOLDS = sa.Table(
    "hold",
    META,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False),
)
ACTIONS = sa.Table(
    "action",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Index("action_newest", "channel", "number"),
)
FACTS = sa.Table(
    "fact",
    META,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)


def create_tables(engine: sa.Engine) -> None:
    """Create what is missing; the scheduler and its server processes start at one moment."""
    with engine.begin() as db:
        for table in META.sorted_tables:
            db.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                db.execute(CreateIndex(index, if_not_exists=True))


def batches(values: Iterable[str], size: int = 500) -> Iterable[list[str]]:
    """Return the distinct values in lists no longer than a statement can take."""
    distinct = list(dict.fromkeys(values))
    return (distinct[i : i + size] for i in range(0, len(distinct), size))


def upsert(db: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Write rows, in place of those with the same keys."""
    if rows:
        statement = sqlite.insert(table)
        keys = [column.name for column in table.primary_key]
        fresh = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        renewed = statement.on_conflict_do_update(index_elements=keys, set_=fresh) if fresh else None
        db.execute(statement.on_conflict_do_nothing() if renewed is None else renewed, rows)


def insert_once(table: sa.Table, row: dict[str, Any]) -> sa.Insert:
    """Return the statement that writes a row unless there is one with its keys."""
    return sqlite.insert(table).values(row).on_conflict_do_nothing()


def forget(db: sa.Connection, table: sa.Table, key: sa.Column[int], keep: int, **only: str) -> None:
    """Delete all but the last `keep` rows in which the columns `only` are so."""
    same = [table.c[name] == value for name, value in only.items()]
    oldest = sa.select(key).where(*same).order_by(key.desc()).offset(keep).limit(1)
    if (limit := db.scalar(oldest)) is not None:
        db.execute(table.delete().where(*same, key <= limit))


def seconds(moment: datetime | None) -> float | None:
    """Return a time as it is stored."""
    return moment.timestamp() if moment else None


def moment(seconds: float) -> datetime:
    """Return a stored time."""
    return datetime.fromtimestamp(seconds, UTC)
