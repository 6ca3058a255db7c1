"""What is known: articles, the documents made of them, and the runs that made them.

SQLAlchemy Core on SQLite in WAL mode: one writer, any number of readers, and a `kill -9` at any
moment leaves the last commit. Times are stored as UTC epoch seconds.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from feeds.identity import canonical
from feeds.model import Article, Issue
from feedsvc.http import Validator
from feedsvc.settings import CannotRun

VERSIONS_KEPT, RUNS_KEPT = 20, 200

_meta = sa.MetaData()
_articles = sa.Table(
    "article",
    _meta,
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
    sa.Index("article_url", "url"),
    sa.Index("article_opens", "channel", "opens"),
    sa.Index("article_closes", "channel", "closes"),
)
_identities = sa.Table(
    "identity",
    _meta,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("id", sa.String, nullable=False),
    sa.Index("identity_name", "name"),
)
_sources = sa.Table(
    "source",
    _meta,
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("validators", sa.LargeBinary, nullable=False),
    sa.Column("issues", sa.LargeBinary, nullable=False),
)
_documents = sa.Table(
    "document",
    _meta,
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
_runs = sa.Table(
    "run",
    _meta,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("report", sa.LargeBinary, nullable=False),
    sa.Index("run_newest", "channel", "id"),
)


class StoreError(CannotRun):
    """The database does not work: it is away, its disk is full or its file is no database."""


class Stored(Struct, frozen=True):
    """An article as it stands: `pulled` is what the source said, `article` what was made of it."""

    pulled: Article
    article: Article
    tries: int = 0
    retry_at: datetime | None = None
    withdrawn: datetime | None = None


class Document(Struct, frozen=True):
    """One version of a published feed; `etag` is a strong hash of `body`."""

    channel: str
    format: str
    published: datetime
    etag: str
    ids: tuple[str, ...]
    body: bytes
    gzip: bytes
    version: int = 0


class Edition(Struct, frozen=True):
    """What is known of a current document without reading it; `bytes` is its size."""

    published: datetime
    etag: str
    items: int
    bytes: int


class Run(Struct, frozen=True):
    """A refresh that was worth remembering; `report` is JSON."""

    channel: str
    at: datetime
    status: str
    report: bytes


class SourceState(Struct, frozen=True):
    """What the last pull of a source left behind."""

    validators: Mapping[str, Validator] = {}
    issues: tuple[Issue, ...] = ()


class Changes(Struct, frozen=True):
    """All that one refresh learnt of the articles of a channel, saved together or not at all.

    `identities` holds by id the names an article may come back under.
    """

    saved: Sequence[Stored] = ()
    identities: Mapping[str, Sequence[str]] = {}
    withdrawn: Sequence[str] = ()
    sources: Mapping[str, SourceState] = {}

    def __bool__(self) -> bool:
        return bool(self.saved or self.withdrawn or self.sources)


class Store:
    """The database. Safe to use from many threads; one writer at a time."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        _create_tables(engine)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # Articles

    def find(self, channel: str, names: Iterable[str]) -> dict[str, str]:
        """Return the ids that these identities of articles stand for, by identity."""
        table = _identities.c
        found: dict[str, str] = {}
        with self._engine.connect() as db:
            for some in _batches(names):
                query = sa.select(table.name, table.id).where(table.channel == channel, table.name.in_(some))
                found.update((row.name, row.id) for row in db.execute(query))
        return found

    def stored(self, channel: str, ids: Iterable[str]) -> dict[str, Stored]:
        """Return what is stored under these ids."""
        found: dict[str, Stored] = {}
        with self._engine.connect() as db:
            for some in _batches(ids):
                query = sa.select(_articles).where(_articles.c.channel == channel, _articles.c.id.in_(some))
                found.update((row.id, _stored(row)) for row in db.execute(query))
        return found

    def newest(self, channel: str, sources: Iterable[str], limit: int, *, playable: bool) -> list[Article]:
        """Return the newest articles of `sources`, not withdrawn, with a video that plays or without."""
        table = _articles.c
        query = (
            sa.select(table.article)
            .where(table.channel == channel, table.withdrawn.is_(None), table.playable == playable)
            .where(table.source.in_(list(sources)))
            .order_by(table.released.desc(), table.id)
            .limit(limit)
        )
        with self._engine.connect() as db:
            return [_decode_article(row.article) for row in db.execute(query)]

    def due(self, channel: str, now: datetime) -> list[Stored]:
        """Return the articles whose last try failed in passing, and whose next try is due."""
        table = _articles.c
        query = sa.select(_articles).where(
            table.channel == channel, table.retry_at <= now.timestamp(), table.withdrawn.is_(None)
        )
        with self._engine.connect() as db:
            return [_stored(row) for row in db.execute(query)]

    def guids(self, channel: str, source: str) -> dict[str, str]:
        """Return the guid of every article of a source that is not withdrawn, by id."""
        table = _articles.c
        query = sa.select(table.id, table.guid).where(
            table.channel == channel, table.source == source, table.withdrawn.is_(None)
        )
        with self._engine.connect() as db:
            return {row.id: row.guid for row in db.execute(query)}

    def about(self, names: Sequence[str]) -> list[tuple[str, Stored]]:
        """Return (channel, article) for whatever goes by one of these ids, identities or addresses."""
        table = _articles.c
        known = sa.select(_identities.c.id).where(_identities.c.name.in_(names))
        query = sa.select(_articles).where(
            sa.or_(table.id.in_(names), table.id.in_(known), table.url.in_(names))
        )
        with self._engine.connect() as db:
            return [(row.channel, _stored(row)) for row in db.execute(query)]

    def next_edge(self, channel: str, now: datetime) -> datetime | None:
        """Return when the next window of a channel's article opens or closes."""
        with self._engine.connect() as db:
            edges = [
                db.scalar(
                    sa.select(sa.func.min(edge)).where(_articles.c.channel == channel, edge > now.timestamp())
                )
                for edge in (_articles.c.opens, _articles.c.closes)
            ]
        return min((_moment(edge) for edge in edges if edge is not None), default=None)

    def save(self, channel: str, changes: Changes, now: datetime) -> None:
        """Keep what a refresh learnt: articles with the validators that go with them, or nothing."""
        if not changes:
            return
        with self._engine.begin() as db:
            _upsert(db, _articles, [_row(channel, stored) for stored in changes.saved])
            _upsert(db, _identities, list(_identity_rows(channel, changes)))
            _upsert(db, _sources, [_source_row(channel, *kept) for kept in changes.sources.items()])
            for some in _batches(changes.withdrawn):
                gone = _articles.c.channel == channel, _articles.c.id.in_(some)
                db.execute(_articles.update().where(*gone).values(withdrawn=now.timestamp()))

    # Sources

    def source(self, channel: str, source: str) -> SourceState:
        """Return what the last pull of a source left; empty before the first."""
        query = sa.select(_sources).where(_sources.c.channel == channel, _sources.c.source == source)
        with self._engine.connect() as db:
            row = db.execute(query).first()
        if row is None:
            return SourceState()
        return SourceState(_decode_validators(row.validators), _decode_issues(row.issues))

    # Documents

    def publish(self, documents: Sequence[Document]) -> None:
        """Make these the current documents, all at once, and forget the oldest versions."""
        with self._engine.begin() as db:
            for document in documents:
                db.execute(_documents.insert().values(_document_row(document)))
                _forget(
                    db,
                    _documents,
                    _documents.c.version,
                    VERSIONS_KEPT,
                    format=document.format,
                    channel=document.channel,
                )

    def document(self, channel: str, format: str) -> Document | None:
        """Return the current document; None before the first."""
        versions = self.versions(channel, format, limit=1)
        return versions[0] if versions else None

    def versions(self, channel: str, format: str, limit: int = VERSIONS_KEPT) -> list[Document]:
        """Return the versions of a document that are kept, newest first."""
        table = _documents.c
        query = (
            sa.select(_documents)
            .where(table.channel == channel, table.format == format)
            .order_by(table.version.desc())
            .limit(limit)
        )
        with self._engine.connect() as db:
            return [_document(row) for row in db.execute(query)]

    def editions(self, channel: str) -> dict[str, Edition]:
        """Return what the current documents of a channel are, by format, without their bytes."""
        table = _documents.c
        newest = sa.select(sa.func.max(table.version)).where(table.channel == channel).group_by(table.format)
        columns = (table.format, table.published, table.etag, table.ids, sa.func.length(table.body))
        with self._engine.connect() as db:
            return {
                format_: Edition(_moment(published), etag, len(_decode_ids(ids)), size)
                for format_, published, etag, ids, size in db.execute(
                    sa.select(*columns).where(table.version.in_(newest))
                )
            }

    def latest_version(self) -> int:
        """Return a number that grows whenever anything is published: cheap to ask again and again."""
        with self._engine.connect() as db:
            return db.scalar(sa.select(sa.func.max(_documents.c.version))) or 0

    # Runs

    def record(self, run: Run) -> None:
        """Remember a refresh, and forget the oldest ones."""
        with self._engine.begin() as db:
            row = {**msgspec.structs.asdict(run), "at": run.at.timestamp()}
            db.execute(_runs.insert().values(row))
            _forget(db, _runs, _runs.c.id, RUNS_KEPT, channel=run.channel)

    def runs(self, channel: str, limit: int = 1) -> list[Run]:
        """Return the last refreshes of a channel, newest first."""
        query = sa.select(_runs).where(_runs.c.channel == channel).order_by(_runs.c.id.desc()).limit(limit)
        with self._engine.connect() as db:
            return [Run(row.channel, _moment(row.at), row.status, row.report) for row in db.execute(query)]


def open_store(url: str, root: Path) -> Store:
    """Return the store at `url`; the folder of a SQLite file (relative to `root`) is made.

    Raises:
        StoreError: it cannot be opened; its methods raise it too when the database fails.
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
    return Store(engine)


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


def _create_tables(engine: sa.Engine) -> None:
    """Create what is missing; the scheduler and its server processes start at one moment."""
    with engine.begin() as db:
        for table in _meta.sorted_tables:
            db.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                db.execute(CreateIndex(index, if_not_exists=True))


_decode_article = msgspec.json.Decoder(Article).decode
_decode_validators = msgspec.json.Decoder(dict[str, Validator]).decode
_decode_issues = msgspec.json.Decoder(tuple[Issue, ...]).decode
_decode_ids = msgspec.json.Decoder(tuple[str, ...]).decode
_encode = msgspec.json.encode


def _batches(values: Iterable[str], size: int = 500) -> Iterable[list[str]]:
    distinct = list(dict.fromkeys(values))
    return (distinct[i : i + size] for i in range(0, len(distinct), size))


def _upsert(db: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        statement = sqlite.insert(table)
        keys = [column.name for column in table.primary_key]
        fresh = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in keys}
        db.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)


def _forget(db: sa.Connection, table: sa.Table, key: sa.Column[int], keep: int, **only: str) -> None:
    same = [table.c[name] == value for name, value in only.items()]
    oldest = sa.select(key).where(*same).order_by(key.desc()).offset(keep).limit(1)
    if (limit := db.scalar(oldest)) is not None:
        db.execute(table.delete().where(*same, key <= limit))


def _row(channel: str, stored: Stored) -> dict[str, Any]:
    article = stored.article
    released = article.published or article.first_seen
    return {
        "channel": channel,
        "id": article.id,
        "source": article.source,
        "guid": stored.pulled.guid,
        "url": canonical(article.url) or article.url,
        "released": _seconds(released) or 0.0,
        "playable": any(v.type and v.duration for v in article.videos),
        "withdrawn": _seconds(stored.withdrawn),
        "opens": _seconds(article.window.start),
        "closes": _seconds(article.window.end),
        "retry_at": _seconds(stored.retry_at),
        "tries": stored.tries,
        "pulled": _encode(stored.pulled),
        "article": _encode(article),
    }


def _stored(row: Any) -> Stored:
    return Stored(
        _decode_article(row.pulled),
        _decode_article(row.article),
        row.tries,
        None if row.retry_at is None else _moment(row.retry_at),
        None if row.withdrawn is None else _moment(row.withdrawn),
    )


def _identity_rows(channel: str, changes: Changes) -> Iterable[dict[str, str]]:
    for id_, names in changes.identities.items():
        yield from ({"channel": channel, "name": name, "id": id_} for name in names)


def _source_row(channel: str, source: str, state: SourceState) -> dict[str, Any]:
    return {
        "channel": channel,
        "source": source,
        "validators": _encode(state.validators),
        "issues": _encode(state.issues),
    }


def _document_row(document: Document) -> dict[str, Any]:
    row = msgspec.structs.asdict(document)
    del row["version"]
    return {**row, "published": document.published.timestamp(), "ids": _encode(document.ids)}


def _document(row: Any) -> Document:
    ids = _decode_ids(row.ids)
    return Document(
        row.channel, row.format, _moment(row.published), row.etag, ids, row.body, row.gzip, row.version
    )


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
