"""What is published: the channel and its articles as the feeds tell them, and which document goes on air."""

import gzip
from datetime import datetime
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from feeds.model import (
    Ads,
    Article,
    Brand,
    Channel,
    Feed,
    Format,
    Issue,
    RowRule,
    Selection,
    Series,
    Written,
)
from feeds.readers import unseen
from feedsvc.blobs import MEDIA
from feedsvc.programming import RowSettings
from feedsvc.settings import ChannelSettings, every
from feedsvc.store import Document


class Outcome(Struct, frozen=True):
    """What became of one format's document; sizes in bytes, `warnings` what writing it had to mend."""

    bytes: int
    items: int
    etag: str
    published: bool
    held_because: str | None = None
    warnings: tuple[Issue, ...] = ()


def channel_of(settings: ChannelSettings, public_url: str) -> Channel:
    """Return the channel that the settings describe."""
    movies, ads = settings.movies, settings.ads
    return Channel(
        id=settings.id,
        title=settings.title,
        description=settings.description,
        language=settings.language,
        site=settings.site or public_url,
        feeds_url=f"{public_url}/feeds/{settings.id}",
        brand=Brand(settings.brand.colour, settings.brand.logo),
        rows=tuple(map(_row, settings.row)),
        series=tuple(
            Series(one.title, one.name, one.description, one.picture, one.seasons) for one in settings.series
        ),
        movies=Selection(movies.sections, movies.tags) if movies.sections or movies.tags else None,
        ads=Ads(ads.pre_roll, every(ads.mid_roll), ads.cue_points, ads.shortest),
    )


def _row(row: RowSettings) -> RowRule:
    return RowRule(**{**row.model_dump(), "max_age": every(row.max_age)})


def public(article: Article, public_url: str) -> Article:
    """Return the article with the public address before everything this service made itself."""

    def full(url: str) -> str:
        return public_url + url if url.startswith(MEDIA) else url

    picture = article.thumbnail
    return replace(
        article,
        thumbnail=replace(picture, url=full(picture.url)) if picture else None,
        videos=tuple(replace(v, url=full(v.url)) for v in article.videos),
        captions=tuple(replace(c, url=full(c.url)) for c in article.captions),
        trickplay=tuple(replace(t, url=full(t.url)) for t in article.trickplay),
    )


def folder_of(url: str) -> str:
    """Return the address of the folder, or file, of ours that a public address leads into; "" for others'."""
    _, ours, rest = url.partition(MEDIA)
    return ours + rest.split("/")[0]


def document_of(written: Written, format_: Format, feed: Feed, now: datetime) -> Document:
    """Return the document as it is served: the same bytes always make the same ETag and gzip."""
    blank = Document(feed.channel.id, format_.name, now, "", (), b"", b"")
    return reissued(blank, written.body, written.ids, now)


def reissued(document: Document, body: bytes, ids: tuple[str, ...], now: datetime) -> Document:
    """Return a document with another body, with all that follows from it."""
    etag = blake2b(body, digest_size=16).hexdigest()
    squeezed = gzip.compress(body, 9, mtime=0)
    return Document(document.channel, document.format, now, etag, ids, body, squeezed)


def held_because(
    document: Document, format_: Format, last: Document | None, max_drop: float, *, rendering: bool = False
) -> str | None:
    """Return why a document may not be published, in a sentence; None when it may.

    It must be valid, its readers must show every item in it, and it must not have lost more than
    `max_drop` (a fraction) of the items of the last one. `rendering` says that stories are on their way.
    """
    if not document.ids and rendering:
        return "Its first story videos are being made; it goes on air by itself."
    if not document.ids:
        return "No article is fit to be shown; the reasons are in the list of those left out."
    problems = [i for i in format_.check(document.body) if i.severity == "error"]
    problems = problems or unseen(document.body, format_.path, document.ids, format_.readers)
    if problems:
        return _first_of(problems)
    if last and len(document.ids) < len(last.ids) * (1 - max_drop):
        return (
            f"It would shrink from {len(last.ids)} to {len(document.ids)} items. "
            "If that is meant, publish it with: refresh --force."
        )
    return None


def _first_of(problems: list[Issue]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    first = problems[0]
    return f"{first.code} at {first.where}: {first.message}{more}"
