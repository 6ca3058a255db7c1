"""THE pipeline, from what a newsroom published to what a TV reads.

    pull -> understand -> illustrate -> line up -> write -> check -> publish
     |          |             |            |                  |
   sources   produce       produce   feeds.lineup       publication

The order of things is here; the decisions are pure functions (`decide`, `feeds.lineup`,
`publication`), and what can fail is handed in. Nothing that a source says can raise out of
`Pipeline.refresh`: it ends as an issue in the report.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds import FORMATS, text
from feeds.lineup import Budget, LeftOut, Lineup, line_up
from feeds.model import Article, Brand, Channel, Feed, Issue, RowRule
from feedsvc.blobs import MEDIA
from feedsvc.decide import Work, decide, known_as, names, retry_at, withdrawn
from feedsvc.produce import Producer, dated
from feedsvc.publication import Outcome, document_of, held_because
from feedsvc.settings import ChannelSettings
from feedsvc.sources import Pulled, Seen, Source
from feedsvc.store import Changes, Document, Run, SourceState, Store, Stored

CODES = {
    "source_broken": "A source's reader failed; the others went on.",
    "video_unread": "The service failed on the article; the others went on.",
}
# More than any budget holds, and enough of the others to say why they are missing.
PLAYABLE_CONSIDERED, OTHERS_CONSIDERED = 1000, 500
SAVED_AT_ONCE = 50
# A refresh that found nothing new is remembered no more often than this.
QUIET = timedelta(hours=1)

log = logging.getLogger(__name__)
A = TypeVar("A")
B = TypeVar("B")
Progress = Callable[[str, int, int], None]


class MapFunction(Protocol):
    """The builtin `map`, or a pool's."""

    def __call__(self, function: Callable[[A], B], values: Iterable[A], /) -> Iterator[B]:
        """Yield `function` of each value, in order."""
        ...


class OffAir(Struct, frozen=True):
    """An article that is not on air, as the report says it."""

    id: str
    url: str
    title: str
    code: str
    message: str
    fix: str


class Report(Struct, frozen=True):
    """What a refresh did: the JSON of `refresh --json`.

    `status` is published, unchanged, held (a document was), failed (every source did) or busy.
    """

    channel: str
    status: str
    seen: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    on_air: int = 0
    left_out: tuple[OffAir, ...] = ()
    documents: Mapping[str, Outcome] = {}
    issues: tuple[Issue, ...] = ()
    seconds: float = 0.0


class Pipeline:
    """Refreshes channels. Everything it touches is handed over; `clock` only measures seconds."""

    def __init__(
        self,
        store: Store,
        producer: Producer,
        sources: Mapping[str, Mapping[str, Source]],
        *,
        public_url: str,
        clock: Callable[[], float],
        pmap: MapFunction = map,
    ) -> None:
        self._store = store
        self._producer = producer
        self._sources = sources
        self._public_url = public_url
        self._clock = clock
        self._pmap = pmap

    def refresh(
        self,
        settings: ChannelSettings,
        now: datetime,
        *,
        force: bool = False,
        progress: Progress = lambda stage, done, total: None,
    ) -> Report:
        """Return what a refresh at `now` did: it pulled, made, and published what may be published.

        `force` pulls whatever the validators say, and publishes a feed that has shrunk.
        """
        started = self._clock()
        channel = channel_of(settings, self._public_url)
        pulls = self._pull(channel.id, force, progress)
        works, gone = self._decide(channel.id, pulls, now)
        self._make(channel, works, now, progress)
        self._keep(channel.id, pulls, gone, now)
        lineup = self._line_up(channel, settings.formats, now)
        outcomes = self._publish(lineup.feed, settings, now, force)
        report = Report(
            channel=channel.id,
            status=_status(pulls.values(), outcomes.values()),
            seen=sum(len(pulled.articles) + len(pulled.kept) for pulled in pulls.values()),
            new=sum(work.before is None for work in works),
            changed=sum(work.before is not None for work in works),
            withdrawn=len(gone),
            on_air=len({a.id for row in lineup.feed.rows for a in row.articles}),
            left_out=tuple(map(_off_air, lineup.left_out)),
            documents=outcomes,
            issues=_issues(pulls.values(), outcomes.values()),
            seconds=round(self._clock() - started, 3),
        )
        self._remember(report, now)
        return report

    def _pull(self, channel: str, force: bool, progress: Progress) -> dict[str, Pulled]:
        sources = self._sources[channel]
        pulls: dict[str, Pulled] = {}
        for key, source in sources.items():
            progress("pull", len(pulls), len(sources))
            state = self._store.source(channel, key)
            pulled = text.scrub(pull(key, source, Seen() if force else Seen(state.validators)))
            # A listing that has not changed still has the troubles it had.
            pulls[key] = replace(pulled, issues=state.issues) if pulled.unchanged else pulled
        progress("pull", len(sources), len(sources))
        return pulls

    def _decide(
        self, channel: str, pulls: Mapping[str, Pulled], now: datetime
    ) -> tuple[list[Work], list[str]]:
        """Return the articles to make, and the ids of those their source has withdrawn."""
        works: list[Work] = []
        gone: list[str] = []
        known: dict[str, str] = {}
        taken: dict[str, str] = {}
        for key, pulled in pulls.items():
            wanted = (name for a in pulled.articles for name in names(key, a))
            known = self._store.find(channel, wanted) | known
            fresh = (known_as(key, a) for a in pulled.articles)
            stored = self._store.stored(channel, chain(known.values(), fresh))
            decided = list(decide(key, pulled.articles, known, stored, taken, pulls))
            works += [work for work in decided if not work.unchanged]
            if pulled.complete:
                gone += withdrawn(pulled, (w.id for w in decided), self._store.guids(channel, key))
        again = (Work(s.article.id, s.article.source, s.pulled, s) for s in self._store.due(channel, now))
        busy = {work.id for work in works} | set(gone)
        works += [w for w in again if w.id not in busy and w.source in self._sources[channel]]
        return works, gone

    def _make(self, channel: Channel, works: Sequence[Work], now: datetime, progress: Progress) -> None:
        """Make the articles, many at a time, and save them as they come."""
        batch: list[tuple[Work, Stored]] = []
        made = self._pmap(lambda work: self._make_one(channel, work, now), works)
        for done, one in enumerate(zip(works, made, strict=True), 1):
            batch.append(one)
            progress("make", done, len(works))
            if len(batch) == SAVED_AT_ONCE or done == len(works):
                called = {work.id: work.names for work, _ in batch}
                changes = Changes(saved=[stored for _, stored in batch], identities=called)
                self._store.save(channel.id, changes, now)
                batch = []

    def _make_one(self, channel: Channel, work: Work, now: datetime) -> Stored:
        before = work.before
        first_seen = before.article.first_seen if before else now
        article = replace(work.pulled, id=work.id, source=work.source, first_seen=first_seen)
        try:
            article = self._produce(channel, article, before.article if before else None, now)
        except Exception:
            # The one boundary for an article: whatever breaks here must not cost another one.
            log.exception("channel=%s article=%s url=%s", channel.id, work.id, article.url)
            article = replace(article, issues=(*article.issues, _broken(article)))
        tries = before.tries + 1 if before and before.pulled == work.pulled else 1
        return Stored(work.pulled, article, tries, retry_at(article, tries, now))

    def _produce(self, channel: Channel, article: Article, before: Article | None, now: datetime) -> Article:
        if article.url and self._sources[channel.id][article.source].reads_pages:
            article = self._producer.understand(article)
        return self._producer.illustrate(dated(article, now), channel.brand, before)

    def _keep(self, channel: str, pulls: Mapping[str, Pulled], gone: Sequence[str], now: datetime) -> None:
        """Save what validates the listings, last: an article that is lost on the way is pulled again.

        A 304 may renew one half of a validator: the newest pair counts (cases 44 to 46).
        """
        heard = {key: pulled for key, pulled in pulls.items() if not pulled.failed}
        states = {key: SourceState(dict(p.validators), p.issues) for key, p in heard.items()}
        changed = {key: s for key, s in states.items() if s != self._store.source(channel, key)}
        self._store.save(channel, Changes(withdrawn=gone, sources=changed), now)

    def _line_up(self, channel: Channel, formats: Iterable[str], now: datetime) -> Lineup:
        sources = self._sources[channel.id]
        articles = chain(
            self._store.newest(channel.id, sources, PLAYABLE_CONSIDERED, playable=True),
            self._store.newest(channel.id, sources, OTHERS_CONSIDERED, playable=False),
        )
        chosen = (FORMATS[name] for name in formats)
        budgets = [Budget(f.cost, f.limit) for f in chosen if f.limit is not None]
        return line_up((public(a, self._public_url) for a in articles), channel, now, budgets)

    def _publish(
        self, feed: Feed, settings: ChannelSettings, now: datetime, force: bool
    ) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        documents: list[Document] = []
        for name in settings.formats:
            format_ = FORMATS[name]
            last = self._store.document(feed.channel.id, name)
            written = format_.write(feed)
            same = last if last and last.body == written.body else None
            document = same or document_of(written, format_, feed, now)
            drop = 1.0 if force else settings.max_drop
            because = None if same else held_because(document, format_, last, drop)
            if publishes := not (same or because):
                documents.append(document)
            outcomes[name] = Outcome(
                *(len(document.body), len(document.ids), document.etag, publishes, because),
                warnings=tuple(i for i in written.issues if i.severity == "warning"),
            )
        if documents:
            self._store.publish(documents)
        return outcomes

    def _remember(self, report: Report, now: datetime) -> None:
        """Keep the report, unless nothing happened and the same was said not long ago."""
        last = next(iter(self._store.runs(report.channel)), None)
        if last is None or now - last.at >= QUIET or not _says_again(_decode_report(last.report), report):
            self._store.record(Run(report.channel, now, report.status, msgspec.json.encode(report)))
        log.info(
            "channel=%s status=%s seen=%d new=%d changed=%d on_air=%d left_out=%d seconds=%.2f",
            *(report.channel, report.status, report.seen, report.new, report.changed),
            *(report.on_air, len(report.left_out), report.seconds),
        )


def pull(key: str, source: Source, seen: Seen) -> Pulled:
    """Return what a source has; one that breaks is an issue, and the others go on."""
    try:
        return source.pull(seen)
    except Exception:
        # The one boundary for a source, third parties' kinds among them.
        log.exception("source=%s", key)
        issue = Issue(
            "error",
            "source_broken",
            key,
            "The source could not be read: its reader failed.",
            "Look at the log of this refresh and report it; the last good feed stays on air.",
        )
        return Pulled(issues=(issue,), failed=True)


def channel_of(settings: ChannelSettings, public_url: str) -> Channel:
    """Return the channel that the settings describe."""
    return Channel(
        id=settings.id,
        title=settings.title,
        description=settings.description,
        language=settings.language,
        site=settings.site or public_url,
        feeds_url=f"{public_url}/feeds/{settings.id}",
        brand=Brand(settings.brand.colour, settings.brand.logo),
        rows=tuple(RowRule(row.title, row.sections) for row in settings.row),
    )


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
    )


def _broken(article: Article) -> Issue:
    return Issue(
        "error",
        "video_unread",
        article.id,
        "The article could not be made ready: the service failed on it.",
        "Look at the log of this refresh and report it with the article's address.",
    )


def _off_air(out: LeftOut) -> OffAir:
    article, issue = out.article, out.issue
    return OffAir(article.id, article.url, article.title, issue.code, issue.message, issue.fix)


def _status(pulls: Iterable[Pulled], outcomes: Iterable[Outcome]) -> str:
    outcomes = list(outcomes)
    if any(outcome.held_because for outcome in outcomes):
        return "held"
    if all(pulled.failed for pulled in pulls):
        return "failed"
    return "published" if any(outcome.published for outcome in outcomes) else "unchanged"


def _issues(pulls: Iterable[Pulled], outcomes: Iterable[Outcome]) -> tuple[Issue, ...]:
    """Return what sources and writers had to say, each thing once."""
    said = chain((p.issues for p in pulls), (o.warnings for o in outcomes))
    return tuple(dict.fromkeys(chain.from_iterable(said)))


def _says_again(last: Report, report: Report) -> bool:
    """Tell whether a report has nothing that the last one did not say."""
    happened = report.new or report.changed or report.withdrawn
    goes_on = report.status == last.status or (report.status, last.status) == ("unchanged", "published")
    same = (report.issues, report.left_out) == (last.issues, last.left_out)
    return not happened and report.status != "published" and goes_on and same


_decode_report = msgspec.json.Decoder(Report).decode
