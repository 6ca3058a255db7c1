"""Which pulled articles are new, changed or as they were, and under which id they are known."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from feeds import text
from feeds.identity import canonical, cms_id, identities
from feeds.model import Article, Issue
from feedsvc.media import signed
from feedsvc.sources import Pulled
from feedsvc.store import Stored

CODES = {"guid_changes": "Articles came back under new GUIDs; their address or number told them."}
_HABIT = 3
_ONLY: Mapping[str, Callable[[Article], str | None]] = {
    "guid": lambda article: text.line(article.guid),
    "url": lambda article: article.url,
    "canonical": lambda article: canonical(article.url),
    "cms id": lambda article: cms_id(article.url) or cms_id(article.guid),
}
RETRY_AFTER, TRIES = timedelta(minutes=5), 7
# How the codes begin of what may have passed the next time.
PASSING = (
    "fetch_",
    "page_gone",
    "video_fetch",
    "image_fetch",
    "caption_fetch",
    "media_not_kept",
    "video_unread",
)


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


def names(source: str, article: Article, policy: str = "auto") -> tuple[str, ...]:
    """Return what an article may be recognised by in its channel, the strongest first.

    An address says the same in every source; any other GUID only within its own. The `policy` is the
    source's `guid` setting: which one of them counts, when not all do.
    """
    chosen = _ONLY[policy](article) if policy in _ONLY else None
    found = (chosen,) if chosen else identities(article) or (text.line(article.title),)
    return tuple(name if "://" in name else f"{source} {name}" for name in found)


def known_as(name: str) -> str:
    """Return the id an article of this name gets when nothing it is known by has been seen before."""
    return text.stable_id(name)


def decide(
    source: str,
    articles: Iterable[Article],
    called: Sequence[Sequence[str]],
    known: dict[str, str],
    stored: Mapping[str, Stored],
    taken: dict[str, str],
    sources: Collection[str],
) -> Iterator[Work]:
    """Yield what there is to do for each article of a source, in their order.

    `called` are their `names`; `known` holds ids by identity, `stored` what is kept by id, `taken` which
    source has spoken for an id in this refresh; `known` and `taken` grow. An article that another of the
    channel's `sources` brought first is that one's; two entries of one listing are two articles, whatever
    they share.
    """
    # What one entry is known by best is not given away to another that shares a lesser name with it.
    claimed = {known[name] for name, *_ in called if name in known}
    for article, mine in zip(articles, called, strict=True):
        best, *lesser = mine
        free = (name for name in lesser if known.get(name) not in claimed)
        found = [known[name] for name in (best, *free) if name in known]
        owner = taken.get(found[0]) or _owner(stored.get(found[0])) if found else source
        if owner != source and owner in sources:
            continue
        id_ = next((id_ for id_ in found if id_ not in taken), None) or _new_id(mine, article, taken)
        taken[id_] = source
        for name in mine:
            known.setdefault(name, id_)
        yield Work(id_, source, article, stored.get(id_), tuple(mine))


def _owner(before: Stored | None) -> str:
    return before.article.source if before and not before.withdrawn else ""


def _new_id(mine: Sequence[str], article: Article, taken: Mapping[str, str]) -> str:
    usual = known_as(mine[0])
    return text.stable_id(*mine, article.guid, article.url) if usual in taken else usual


def withdrawn(pulled: Pulled, there: Iterable[str], guids: Mapping[str, str]) -> list[str]:
    """Return the ids of what was taken back, and of what a complete listing no longer has.

    `there` are the ids of the articles it has; `guids` are a source's by id.
    """
    if pulled.failed:
        return []
    present = set(there)
    missing = {id_: guid for id_, guid in guids.items() if id_ not in present}
    stays = pulled.kept if pulled.complete else frozenset(guids.values())
    return [id_ for id_, guid in missing.items() if guid in pulled.gone or guid not in stays]


def renamed(source: str, count: int) -> Issue | None:
    """Return what to say of `count` articles that came back under another GUID, if it is a habit."""
    if count < _HABIT:
        return None
    message = (
        f"{count} articles came back under a new GUID; their address or number told that they were known."
    )
    return Issue("info", "guid_changes", source, message, "Give every item a GUID that never changes.")


def passing(article: Article) -> bool:
    """Tell whether anything went wrong with an article that may go well the next time."""
    return any(issue.code.startswith(PASSING) for issue in article.issues)


def retry_at(article: Article, tries: int, now: datetime) -> datetime | None:
    """Return when to look at an article again.

    One that failed in passing is tried after 5 minutes, doubling, 7 times in all; one whose video has a
    signed address before that stops working.
    """
    again = now + RETRY_AFTER * 2 ** (tries - 1) if passing(article) and tries < TRIES else None
    renewed = (signed.renew_at(video, now) for video in article.videos)
    return min((moment for moment in (again, *renewed) if moment), default=None)
