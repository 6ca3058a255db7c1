"""Which pulled articles are new, changed or as they were, and under which id they are known."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from feeds import text
from feeds.identity import identities
from feeds.model import Article
from feedsvc.sources import Pulled
from feedsvc.store import Stored

RETRY_AFTER, TRIES = timedelta(minutes=5), 7
# How the codes begin of what may have passed the next time.
PASSING = ("fetch_", "video_fetch", "image_fetch", "caption_fetch", "media_not_kept", "video_unread")


class Work(Struct, frozen=True):
    """An article to make or make again: what the source says now, and what is stored of it.

    `names` are the identities it may come back under when its headline, URL or GUID is edited.
    """

    id: str
    source: str
    pulled: Article
    before: Stored | None
    names: tuple[str, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether the source says just what it said before."""
        return bool(self.before and self.before.pulled == self.pulled and not self.before.withdrawn)


def names(source: str, article: Article) -> tuple[str, ...]:
    """Return what an article may be recognised by in its channel, the strongest first.

    An address says the same in every source; any other GUID only within its own.
    """
    found = identities(article) or (text.line(article.title),)
    return tuple(name if "://" in name else f"{source} {name}" for name in found)


def known_as(source: str, article: Article) -> str:
    """Return the id an article gets when nothing it is known by has been seen before."""
    return text.stable_id(*names(source, article)[:1])


def decide(
    source: str,
    articles: Iterable[Article],
    known: dict[str, str],
    stored: Mapping[str, Stored],
    taken: dict[str, str],
    sources: Collection[str],
) -> Iterator[Work]:
    """Yield what there is to do for each article of a source, in their order.

    `known` holds ids by identity, `stored` what is kept by id, `taken` which source has spoken for an id
    in this refresh; `known` and `taken` grow. An article that another of the channel's `sources` brought
    first is that one's; two entries of one listing are two articles, whatever they share.
    """
    articles = list(articles)
    # What one entry is known by best is not given away to another that shares a lesser name with it.
    claimed = {known[name] for a in articles for name in names(source, a)[:1] if name in known}
    for article in articles:
        mine = names(source, article)
        best, *lesser = mine
        free = (name for name in lesser if known.get(name) not in claimed)
        found = [known[name] for name in (best, *free) if name in known]
        owner = taken.get(found[0]) or _owner(stored.get(found[0])) if found else source
        if owner != source and owner in sources:
            continue
        id_ = next((id_ for id_ in found if id_ not in taken), None) or _new_id(source, article, taken)
        taken[id_] = source
        for name in mine:
            known.setdefault(name, id_)
        yield Work(id_, source, article, stored.get(id_), mine)


def _owner(before: Stored | None) -> str:
    return before.article.source if before and not before.withdrawn else ""


def _new_id(source: str, article: Article, taken: Mapping[str, str]) -> str:
    usual = known_as(source, article)
    return text.stable_id(*names(source, article), article.url) if usual in taken else usual


def withdrawn(pulled: Pulled, there: Iterable[str], guids: Mapping[str, str]) -> list[str]:
    """Return the ids that a complete listing no longer has; `guids` are a source's by id."""
    if pulled.failed or not pulled.complete:
        return []
    present = set(there)
    return [id_ for id_, guid in guids.items() if id_ not in present and guid not in pulled.kept]


def retry_at(article: Article, tries: int, now: datetime) -> datetime | None:
    """Return when to try an article again that failed in passing: 5 minutes, doubling, 7 times in all."""
    failed = any(issue.code.startswith(PASSING) for issue in article.issues)
    return now + RETRY_AFTER * 2 ** (tries - 1) if failed and tries < TRIES else None
