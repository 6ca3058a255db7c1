"""What is kept, as values, and how each is written into its row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from feeds.identity import page_of
from feeds.model import Article, Caption, Issue, TrickPlay, Video, Window
from feedsvc.http import Validator
from feedsvc.store.tables import moment, seconds


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


class Rendered(Struct, frozen=True):
    """What was rendered for an article, which `key` names with all it depends on; `folder` holds its files.

    A story has a `video`, trick play none. Without a `folder` the `issues` say why it cannot be rendered.
    """

    id: str
    key: str
    made: datetime
    video: Video | None = None
    captions: tuple[Caption, ...] = ()
    trickplay: tuple[TrickPlay, ...] = ()
    issues: tuple[Issue, ...] = ()
    folder: str = ""


class Probed(Struct, frozen=True):
    """What a video was found to be, and what to ask its server to hear whether it still is.

    `found` is what plays, empty with an `issue`.
    """

    checked: datetime
    found: Video | None = None
    issue: Issue | None = None
    validator: Validator = Validator()


class Lease(Struct, frozen=True):
    """A hub's promise to tell of news in a topic, from `since` `until` some time, once it was `asked`.

    `token` is the secret part of the address it calls, `secret` what it signs with.
    """

    token: str
    channel: str
    source: str
    hub: str
    topic: str
    secret: str
    asked: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None


class Edit(Struct, frozen=True, omit_defaults=True):
    """What a producer changed about one article; what is empty stands as the source has it.

    `off_air` is for good, `row` the title of a row it is pinned to the head of. `picture` is an address of
    ours or one the source named, `focus` the fractions (x, y) of it that have to be seen.
    """

    off_air: bool = False
    row: str = ""
    title: str = ""
    summary: str = ""
    picture: str = ""
    focus: tuple[float, float] | None = None
    window: Window | None = None


class Entry(Struct, frozen=True):
    """An edit as it stands in the log: who made it when, and whether it was undone."""

    number: int
    channel: str
    id: str
    at: datetime
    who: str
    edit: Edit
    undone: datetime | None = None
    undone_by: str = ""


class Hold(Struct, frozen=True):
    """A producer wants nothing new published on a channel."""

    at: datetime
    who: str
    why: str = ""


class Action(Struct, frozen=True):
    """What somebody did to a channel, in a sentence; without a channel to the service."""

    channel: str
    at: datetime
    who: str
    what: str


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


decode_article = msgspec.json.Decoder(Article).decode
decode_validators = msgspec.json.Decoder(dict[str, Validator]).decode
decode_issues = msgspec.json.Decoder(tuple[Issue, ...]).decode
decode_ids = msgspec.json.Decoder(tuple[str, ...]).decode
encode = msgspec.json.encode


def article_row(channel: str, stored: Stored) -> dict[str, Any]:
    """Return the row of an article."""
    article = stored.article
    released = article.published or article.first_seen
    return {
        "channel": channel,
        "id": article.id,
        "source": article.source,
        "guid": stored.pulled.guid,
        "url": page_of(article.url),
        "released": seconds(released) or 0.0,
        "playable": any(v.type and (v.duration or article.kind == "live") for v in article.videos),
        "withdrawn": seconds(stored.withdrawn),
        "opens": seconds(article.window.start),
        "closes": seconds(_end(article)),
        "retry_at": seconds(stored.retry_at),
        "tries": stored.tries,
        "pulled": encode(stored.pulled),
        "article": encode(article),
    }


def _end(article: Article) -> datetime | None:
    """Return when the article leaves the air by itself: its window closes, or an address stops working."""
    ends = (article.window.end, *(video.expires for video in article.videos))
    return min((end for end in ends if end), default=None)


def as_stored(row: Any) -> Stored:
    """Return the article in a row."""
    return Stored(
        decode_article(row.pulled),
        decode_article(row.article),
        row.tries,
        None if row.retry_at is None else moment(row.retry_at),
        None if row.withdrawn is None else moment(row.withdrawn),
    )


def identity_rows(channel: str, changes: Changes) -> Iterable[dict[str, str]]:
    """Yield the rows of what the saved articles may come back under."""
    for id_, names in changes.identities.items():
        yield from ({"channel": channel, "name": name, "id": id_} for name in names)


def source_row(channel: str, source: str, state: SourceState) -> dict[str, Any]:
    """Return the row of a source's state."""
    return {
        "channel": channel,
        "source": source,
        "validators": encode(state.validators),
        "issues": encode(state.issues),
    }


def document_row(document: Document) -> dict[str, Any]:
    """Return the row of a document."""
    row = msgspec.structs.asdict(document)
    del row["version"]
    return {**row, "published": document.published.timestamp(), "ids": encode(document.ids)}


def as_document(row: Any) -> Document:
    """Return the document in a row."""
    ids = decode_ids(row.ids)
    return Document(
        row.channel, row.format, moment(row.published), row.etag, ids, row.body, row.gzip, row.version
    )
