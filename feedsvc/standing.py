"""How a channel stands: what it has published, and what its last refresh said."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from feeds import FORMATS
from feeds.model import Issue
from feedsvc.settings import ChannelSettings
from feedsvc.store import RUNS_KEPT, Edition, Run, Store

_GOOD = ("published", "unchanged")
# What needs nobody's hand comes last: it rights itself, or newer stories took the room.
_BY_ITSELF = (
    *("rendering", "not_yet", "expired", "same_story", "excluded", "over_budget", "row_full", "row_too_old"),
)
_LISTED = 100
_LATE = timedelta(minutes=5)


class OffAir(Struct, frozen=True):
    """An article that is not on air, and why."""

    id: str = ""
    url: str = ""
    title: str = ""
    code: str = ""
    message: str = ""
    fix: str = ""


class Outcome(Struct, frozen=True):
    """What became of a document that a refresh wrote; size in bytes."""

    bytes: int = 0
    items: int = 0
    held_because: str | None = None


class Report(Struct, frozen=True):
    """What a refresh did; `at` is None when there was none yet."""

    status: str = ""
    seen: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    on_air: int = 0
    seconds: float = 0.0
    stages: Mapping[str, float] = {}
    left_out: tuple[OffAir, ...] = ()
    documents: Mapping[str, Outcome] = {}
    issues: tuple[Issue, ...] = ()
    troubles: tuple[Issue, ...] = ()
    at: datetime | None = None


class Paper(Struct, frozen=True):
    """A feed of a channel: where it is, what is on air, and why a newer one is held back."""

    format: str
    path: str
    address: str
    edition: Edition | None
    limit: int | None = None
    held: Outcome | None = None


class Group(Struct, frozen=True):
    """Articles left out for the same reason; `message` and `fix` are what they all have in common."""

    code: str
    articles: tuple[OffAir, ...]
    message: str
    fix: str

    @property
    def listed(self) -> tuple[OffAir, ...]:
        """The newest of them, as many as a page holds."""
        return self.articles[:_LISTED]


class Standing(Struct, frozen=True):
    """How a channel stands. `lamp` is on, held, failed or off; `word` says it."""

    channel: ChannelSettings
    report: Report
    papers: tuple[Paper, ...]
    lamp: str
    word: str
    newest: datetime | None = None

    @property
    def problems(self) -> int:
        """How many things a person might look at."""
        return len(self.report.issues) + len(self.report.troubles)

    @property
    def on_air(self) -> int:
        """How many articles are on air."""
        return max((paper.edition.items for paper in self.papers if paper.edition), default=0)


class Pull(Struct, frozen=True):
    """How a source was when it was last asked, and when it will be again."""

    at: datetime
    failed: bool = False
    articles: int = 0
    issues: int = 0
    again: datetime | None = None


class Schedule(Struct, frozen=True):
    """When a channel was last refreshed and is next, and how its sources are, by their key."""

    at: datetime | None = None
    next: datetime | None = None
    sources: Mapping[str, Pull] = {}

    def overdue(self, now: datetime) -> bool:
        """Tell whether it should have been refreshed long ago: whoever does that is away, or busy."""
        return self.next is not None and now - self.next > _LATE


def schedule(store: Store, channel: str) -> Schedule:
    """Return what the scheduler last told of a channel."""
    told = msgspec.json.decode(store.fact(_schedule(channel)), type=Schedule | None)
    return told or Schedule()


def tell_schedule(store: Store, channel: str, schedule: Schedule) -> None:
    """Have everybody know when a channel was refreshed and will be again, and how its sources are."""
    store.remember(_schedule(channel), schedule)


def _schedule(channel: str) -> str:
    return f"schedule {channel}"


def standing(store: Store, channel: ChannelSettings, public_url: str) -> Standing:
    """Return how a channel stands."""
    report = last_report(store, channel.id)
    editions = store.editions(channel.id)
    papers = _papers(channel, report, editions, f"{public_url}/feeds/{channel.id}")
    newest = store.newest_released(channel.id)
    return Standing(channel, report, tuple(papers), *_lamp(report, bool(editions)), newest=newest)


def last_report(store: Store, channel: str) -> Report:
    """Return what the last refresh worth remembering said; empty before the first."""
    runs = store.runs(channel)
    return read(runs[0]) if runs else Report()


def last_good(store: Store, channel: str) -> Run | None:
    """Return the last refresh that went well, None when none of those remembered did."""
    return next((run for run in store.runs(channel, RUNS_KEPT) if run.status in _GOOD), None)


def read(run: Run) -> Report:
    """Return the report of a run; only its status and time when it cannot be read."""
    try:
        report = _decode(run.report)
    except msgspec.MsgspecError:
        report = Report()
    return msgspec.structs.replace(report, status=run.status, at=run.at)


_decode = msgspec.json.Decoder(Report).decode


def _papers(
    channel: ChannelSettings, report: Report, editions: Mapping[str, Edition], url: str
) -> Iterator[Paper]:
    for name in channel.formats:
        path = FORMATS[name].path
        outcome = report.documents.get(name)
        held = outcome if outcome and outcome.held_because else None
        yield Paper(name, path, f"{url}/{path}", editions.get(name), FORMATS[name].limit, held)


def _lamp(report: Report, published: bool) -> tuple[str, str]:
    if report.status == "failed":
        return "failed", "Sources failing"
    if report.status == "held":
        return "held", "Newer feed held back"
    return ("on", "On air") if published else ("off", "Not on air yet")


def grouped(left_out: Iterable[OffAir]) -> list[Group]:
    """Return the articles by reason, in their order; what rights itself comes last."""
    by_code: dict[str, list[OffAir]] = {}
    for article in left_out:
        by_code.setdefault(article.code, []).append(article)
    groups = [
        Group(code, tuple(some), _common(a.message for a in some), _common(a.fix for a in some))
        for code, some in by_code.items()
    ]
    return sorted(groups, key=lambda group: group.code in _BY_ITSELF)


def _common(texts: Iterable[str]) -> str:
    distinct = set(texts)
    return distinct.pop() if len(distinct) == 1 else ""
