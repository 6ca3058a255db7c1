"""What is known: articles, the documents made of them, their story videos, and the runs that made them.

SQLAlchemy Core on SQLite in WAL mode: one writer, any number of readers, and a `kill -9` at any
moment leaves the last commit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from feeds.model import Article
from feedsvc.store.desk import Desk, forbidden, record
from feedsvc.store.engine import StoreError, open_engine
from feedsvc.store.episodes import Episodes
from feedsvc.store.leases import Leases
from feedsvc.store.probes import Probes
from feedsvc.store.records import (
    Action,
    Changes,
    Document,
    Edit,
    Edition,
    Entry,
    Hold,
    Leaf,
    Lease,
    Probed,
    Rendered,
    Run,
    SourceState,
    Stored,
    article_row,
    as_document,
    as_stored,
    decode_article,
    decode_ids,
    decode_issues,
    decode_validators,
    document_row,
    encode,
    identity_rows,
    page_rows,
    source_row,
)
from feedsvc.store.renders import Renders
from feedsvc.store.tables import (
    ARTICLES,
    ASKS,
    DOCUMENTS,
    FACTS,
    IDENTITIES,
    PAGES,
    PICTURES,
    RUNS,
    SOURCES,
    batches,
    create_tables,
    forget,
    insert_once,
    moment,
    upsert,
)

__all__ = [
    "Action",
    "Changes",
    "Document",
    "Edit",
    "Edition",
    "Entry",
    "Hold",
    "Leaf",
    "Lease",
    "Probed",
    "Rendered",
    "Run",
    "SourceState",
    "Store",
    "StoreError",
    "Stored",
    "open_store",
]  # fmt: skip

VERSIONS_KEPT, RUNS_KEPT = 20, 200
# What is asked for every source of a channel: making the statement takes longer than answering it.
_OF_SOURCE = ARTICLES.c.channel == sa.bindparam("channel"), ARTICLES.c.source == sa.bindparam("source")
_RELEASED = (
    sa.select(ARTICLES.c.released)
    .where(*_OF_SOURCE)
    .order_by(ARTICLES.c.released.desc())
    .limit(sa.bindparam("limit"))
)
_SINCE = sa.select(ARTICLES.c.id, ARTICLES.c.url).where(
    *_OF_SOURCE, ARTICLES.c.withdrawn.is_(None), ARTICLES.c.released > sa.bindparam("released")
)


class Store:
    """The database. Safe to use from many threads; one writer at a time.

    `renders` is what was rendered in the background, `probes` what videos elsewhere were found to be,
    `leases` what hubs have promised, `desk` what producers changed by hand, `episodes` which numbers they
    were given.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        create_tables(engine)
        self.renders, self.probes, self.leases = Renders(engine), Probes(engine), Leases(engine)
        self.desk, self.episodes = Desk(engine), Episodes(engine)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # Articles

    def find(self, channel: str, names: Iterable[str]) -> dict[str, str]:
        """Return the ids that these identities of articles stand for, by identity."""
        table = IDENTITIES.c
        found: dict[str, str] = {}
        with self._engine.connect() as db:
            for some in batches(names):
                query = sa.select(table.name, table.id).where(table.channel == channel, table.name.in_(some))
                found.update((row.name, row.id) for row in db.execute(query))
        return found

    def stored(self, channel: str, ids: Iterable[str]) -> dict[str, Stored]:
        """Return what is stored under these ids."""
        found: dict[str, Stored] = {}
        with self._engine.connect() as db:
            for some in batches(ids):
                query = sa.select(ARTICLES).where(ARTICLES.c.channel == channel, ARTICLES.c.id.in_(some))
                found.update((row.id, as_stored(row)) for row in db.execute(query))
        return found

    def newest(self, channel: str, sources: Iterable[str], limit: int, *, playable: bool) -> list[Article]:
        """Return the newest articles of `sources`, not withdrawn, with a video that plays or without."""
        table = ARTICLES.c
        query = (
            sa.select(table.article)
            .where(table.channel == channel, table.withdrawn.is_(None), table.playable == playable)
            .where(table.source.in_(list(sources)))
            .order_by(table.released.desc(), table.id)
            .limit(limit)
        )
        with self._engine.connect() as db:
            return [decode_article(row.article) for row in db.execute(query)]

    def due(self, channel: str, now: datetime) -> list[Stored]:
        """Return the articles to be looked at again by now: a try failed in passing, an address runs out."""
        table = ARTICLES.c
        query = sa.select(ARTICLES).where(
            table.channel == channel, table.retry_at <= now.timestamp(), table.withdrawn.is_(None)
        )
        with self._engine.connect() as db:
            return [as_stored(row) for row in db.execute(query)]

    def count(self, channel: str) -> int:
        """Return how many articles of a channel are known and not withdrawn."""
        query = sa.select(sa.func.count()).where(
            ARTICLES.c.channel == channel, ARTICLES.c.withdrawn.is_(None)
        )
        with self._engine.connect() as db:
            return db.scalar(query) or 0

    def newest_released(self, channel: str) -> datetime | None:
        """Return when the newest article of a channel with a video that plays came out."""
        table = ARTICLES.c
        query = sa.select(sa.func.max(table.released)).where(
            table.channel == channel, table.withdrawn.is_(None), table.playable
        )
        with self._engine.connect() as db:
            found = db.scalar(query)
        return moment(found) if found else None

    def guids(self, channel: str, source: str, since: datetime | None = None) -> dict[str, str]:
        """Return the guids of a source's articles, or of those out after a time, not withdrawn, by id."""
        table = ARTICLES.c
        query = sa.select(table.id, table.guid).where(
            table.channel == channel, table.source == source, table.withdrawn.is_(None)
        )
        query = query.where(table.released > since.timestamp()) if since else query
        with self._engine.connect() as db:
            return {row.id: row.guid for row in db.execute(query)}

    def since(self, channel: str, source: str, released: datetime) -> dict[str, str]:
        """Return the addresses of a source's articles that came out after a time, not withdrawn, by id."""
        asked = {"channel": channel, "source": source, "released": released.timestamp()}
        with self._engine.connect() as db:
            return {row.id: row.url for row in db.execute(_SINCE, asked)}

    def released(self, channel: str, source: str, limit: int) -> list[datetime]:
        """Return when the newest articles of a source came out."""
        with self._engine.connect() as db:
            found = db.scalars(_RELEASED, {"channel": channel, "source": source, "limit": limit})
            return [moment(seconds) for seconds in found]

    def about(self, names: Sequence[str]) -> list[tuple[str, Stored]]:
        """Return (channel, article) for whatever goes by one of these ids, identities or addresses."""
        table = ARTICLES.c
        known = sa.select(IDENTITIES.c.id).where(IDENTITIES.c.name.in_(names))
        query = sa.select(ARTICLES).where(
            sa.or_(table.id.in_(names), table.id.in_(known), table.url.in_(names))
        )
        with self._engine.connect() as db:
            return [(row.channel, as_stored(row)) for row in db.execute(query)]

    def next_edge(self, channel: str, now: datetime) -> datetime | None:
        """Return when the next window of a channel's article opens or closes."""
        with self._engine.connect() as db:
            edges = [
                db.scalar(
                    sa.select(sa.func.min(edge)).where(ARTICLES.c.channel == channel, edge > now.timestamp())
                )
                for edge in (ARTICLES.c.opens, ARTICLES.c.closes)
            ]
        return min((moment(edge) for edge in edges if edge is not None), default=None)

    def save(self, channel: str, changes: Changes, now: datetime) -> None:
        """Keep what a refresh learnt: articles with the validators that go with them, or nothing."""
        if not changes:
            return
        with self._engine.begin() as db:
            upsert(db, ARTICLES, [article_row(channel, stored) for stored in changes.saved])
            upsert(db, IDENTITIES, list(identity_rows(channel, changes)))
            upsert(db, SOURCES, [source_row(channel, *kept) for kept in changes.sources.items()])
            for some in batches(changes.withdrawn):
                gone = ARTICLES.c.channel == channel, ARTICLES.c.id.in_(some)
                db.execute(ARTICLES.update().where(*gone).values(withdrawn=now.timestamp()))

    def shared(self, channel: str, pictures: Iterable[str], by_more_than: int) -> dict[str, set[str]]:
        """Return those of `pictures` that more than so many articles show, with the ids of these articles."""
        table = PICTURES.c
        found: dict[str, set[str]] = {}
        with self._engine.connect() as db:
            for some in batches(pictures):
                here = table.channel == channel, table.url.in_(some)
                many = sa.select(table.url).where(*here).group_by(table.url)
                many = many.having(sa.func.count() > by_more_than)
                shown = sa.select(table.url, table.id).where(table.channel == channel, table.url.in_(many))
                for url, id_ in db.execute(shown):
                    found.setdefault(url, set()).add(id_)
        return found

    def show(self, channel: str, pictures: Mapping[str, Iterable[str]]) -> None:
        """Remember which pictures each of these articles shows."""
        rows = [{"channel": channel, "url": url, "id": id_} for id_, urls in pictures.items() for url in urls]
        with self._engine.begin() as db:
            for some in batches(pictures):
                db.execute(PICTURES.delete().where(PICTURES.c.channel == channel, PICTURES.c.id.in_(some)))
            upsert(db, PICTURES, rows)

    def amend(self, channel: str, before: Article, after: Article) -> bool:
        """Put `after` in the place of `before`; return whether that was still what was stored."""
        one = ARTICLES.c.channel == channel, ARTICLES.c.id == before.id, ARTICLES.c.article == encode(before)
        with self._engine.begin() as db:
            return bool(db.execute(ARTICLES.update().where(*one).values(article=encode(after))).rowcount)

    def due_now(self, channel: str, ids: Iterable[str], now: datetime) -> None:
        """See to it that these articles are looked at again at the next refresh."""
        later = sa.or_(ARTICLES.c.retry_at.is_(None), ARTICLES.c.retry_at > now.timestamp())
        # Nothing to write, no transaction: that would wait for whoever else is writing.
        for some in batches(ids):
            with self._engine.begin() as db:
                where = ARTICLES.c.channel == channel, ARTICLES.c.id.in_(some), later
                db.execute(ARTICLES.update().where(*where).values(retry_at=now.timestamp()))

    # Sources

    def sources(self, channel: str) -> dict[str, SourceState]:
        """Return what the last pulls of a channel's sources left, by source."""
        query = sa.select(SOURCES).where(SOURCES.c.channel == channel)
        with self._engine.connect() as db:
            rows = db.execute(query).all()
        return {
            row.source: SourceState(decode_validators(row.validators), decode_issues(row.issues))
            for row in rows
        }

    # Documents

    def publish(self, documents: Sequence[Document], *, by_hand: bool = False) -> bool:
        """Make these the current documents, all at once, and forget the oldest versions.

        Nothing is published, and False returned, when one names what a producer has taken off the air since
        it was made, or holds its channel and this is not done `by_hand`: that is asked once the database is
        ours alone, so that nothing slips through.
        """
        with self._engine.connect() as db, db.begin() as transaction:
            for document in documents:
                _put(db, document)
            if any(forbidden(db, document, by_hand) for document in documents):
                transaction.rollback()
                return False
        return True

    def take_off(
        self, channel: str, id: str, who: str, now: datetime, less: Callable[[Document], Document]
    ) -> int:
        """Take an article off the air in every document, for good; return the number of that edit.

        `less` gives a current document without it.
        """
        with self._engine.begin() as db:
            number = record(db, channel, id, Edit(off_air=True), who, now)
            for document in _current(db, channel):
                if id in document.ids:
                    _put(db, less(document))
        return number

    def document(self, channel: str, format: str) -> Document | None:
        """Return the current document; None before the first."""
        versions = self.versions(channel, format, limit=1)
        return versions[0] if versions else None

    def versions(self, channel: str, format: str, limit: int = VERSIONS_KEPT) -> list[Document]:
        """Return the versions of a document that are kept, newest first."""
        table = DOCUMENTS.c
        query = (
            sa.select(DOCUMENTS)
            .where(table.channel == channel, table.format == format)
            .order_by(table.version.desc())
            .limit(limit)
        )
        with self._engine.connect() as db:
            return _documents(db, query)

    def editions(self, channel: str) -> dict[str, Edition]:
        """Return what the current documents of a channel are, by format, without their bytes."""
        table = DOCUMENTS.c
        newest = sa.select(sa.func.max(table.version)).where(table.channel == channel).group_by(table.format)
        columns = (table.format, table.published, table.etag, table.ids, sa.func.length(table.body))
        with self._engine.connect() as db:
            return {
                format_: Edition(moment(published), etag, len(decode_ids(ids)), size)
                for format_, published, etag, ids, size in db.execute(
                    sa.select(*columns).where(table.version.in_(newest))
                )
            }

    def named(self, channel: str, names: Iterable[str]) -> set[str]:
        """Return those of `names` that stand in any version of the channel's documents that is kept."""
        wanted = set(names)
        here = DOCUMENTS.c.channel == channel
        versions = sa.select(DOCUMENTS.c.version).where(here)
        pages = sa.select(PAGES.c.body).where(PAGES.c.version.in_(versions))
        query = sa.select(DOCUMENTS.c.body).where(here).union_all(pages)
        with self._engine.connect() as db:
            bodies = db.execute(query).scalars() if wanted else ()
            return {name for body in bodies for name in wanted if name.encode() in body}

    def latest_version(self) -> int:
        """Return a number that grows whenever anything is published: cheap to ask again and again."""
        with self._engine.connect() as db:
            return db.scalar(sa.select(sa.func.max(DOCUMENTS.c.version))) or 0

    # Asks: what one process wants of another

    def ask(self, channel: str, now: datetime) -> None:
        """Ask whoever refreshes to refresh a channel soon; asking twice is asking once."""
        with self._engine.begin() as db:
            upsert(db, ASKS, [{"channel": channel, "at": now.timestamp()}])

    def asked(self) -> dict[str, datetime]:
        """Return the channels somebody wants refreshed, and since when."""
        with self._engine.connect() as db:
            return {row.channel: moment(row.at) for row in db.execute(sa.select(ASKS))}

    def answered(self, channel: str, at: datetime) -> None:
        """Forget what was asked of a channel until `at`, for it was done after that."""
        with self._engine.begin() as db:
            db.execute(ASKS.delete().where(ASKS.c.channel == channel, ASKS.c.at <= at.timestamp()))

    # Facts

    def remember(self, name: str, value: object) -> None:
        """Keep a fact that one process finds out and others tell, as JSON."""
        with self._engine.begin() as db:
            upsert(db, FACTS, [{"name": name, "value": msgspec.json.encode(value)}])

    def fact(self, name: str) -> bytes:
        """Return a fact as JSON, `null` when nobody has found it out."""
        with self._engine.connect() as db:
            return db.scalar(sa.select(FACTS.c.value).where(FACTS.c.name == name)) or b"null"

    def settled(self, name: str, value: str) -> str:
        """Return what was settled first under this name, by whichever process: `value` if it was this one."""
        if self.fact(name) == b"null":
            with self._engine.begin() as db:
                db.execute(insert_once(FACTS, {"name": name, "value": msgspec.json.encode(value)}))
        return msgspec.json.decode(self.fact(name), type=str)

    # Runs

    def record(self, run: Run) -> None:
        """Remember a refresh, and forget the oldest ones."""
        with self._engine.begin() as db:
            row = {**msgspec.structs.asdict(run), "at": run.at.timestamp()}
            db.execute(RUNS.insert().values(row))
            forget(db, RUNS, RUNS.c.id, RUNS_KEPT, channel=run.channel)

    def runs(self, channel: str, limit: int = 1) -> list[Run]:
        """Return the last refreshes of a channel, newest first."""
        query = sa.select(RUNS).where(RUNS.c.channel == channel).order_by(RUNS.c.id.desc()).limit(limit)
        with self._engine.connect() as db:
            return [Run(row.channel, moment(row.at), row.status, row.report) for row in db.execute(query)]


def _put(db: sa.Connection, document: Document) -> None:
    stored = DOCUMENTS.insert().values(document_row(document)).returning(DOCUMENTS.c.version)
    upsert(db, PAGES, page_rows(document, db.execute(stored).scalar_one()))
    same = {"format": document.format, "channel": document.channel}
    forget(db, DOCUMENTS, DOCUMENTS.c.version, VERSIONS_KEPT, **same)
    db.execute(PAGES.delete().where(PAGES.c.version.not_in(sa.select(DOCUMENTS.c.version))))


def _documents(db: sa.Connection, query: sa.Select[Any]) -> list[Document]:
    """Return the documents of a query, in its order, with their pages."""
    rows = db.execute(query).all()
    of_these = PAGES.c.version.in_([row.version for row in rows])
    pages: dict[int, list[Any]] = {}
    for page in db.execute(sa.select(PAGES).where(of_these).order_by(PAGES.c.path)):
        pages.setdefault(page.version, []).append(page)
    return [as_document(row, pages.get(row.version, ())) for row in rows]


def _current(db: sa.Connection, channel: str) -> list[Document]:
    table = DOCUMENTS.c
    newest = sa.select(sa.func.max(table.version)).where(table.channel == channel).group_by(table.format)
    return _documents(db, sa.select(DOCUMENTS).where(table.version.in_(newest)))


def open_store(url: str, root: Path) -> Store:
    """Return the store at `url`; the folder of a SQLite file (relative to `root`) is made.

    Raises:
        StoreError: it cannot be opened; its methods raise it too when the database fails.
    """
    return Store(open_engine(url, root))
