"""THE pipeline, from what a newsroom published to what a TV reads.

    pull -> understand -> illustrate -> line up -> write -> check -> publish
     |          |             |            |                  |
   sources    making        making      rundown          publication
              produce       produce     feeds.lineup

The order of things is here; the decisions are pure functions (`decide`, `selection`, `stories`,
`feeds.lineup`, `publication`), and what can fail is handed in. Nothing that a source says can raise out of
`Pipeline.refresh`: it ends as an issue in the report.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain

import msgspec
from msgspec.structs import replace

from feeds import FORMATS, paging, text
from feeds.model import Channel
from feedsvc import desk
from feedsvc.blobs import Blobs
from feedsvc.decide import Work, decide, known_as, names, renamed, withdrawn
from feedsvc.housekeeping import LOOKED_AT_AGAIN, collect, look_again
from feedsvc.making import Maker, MapFunction
from feedsvc.pacing import interval
from feedsvc.produce import Producer
from feedsvc.progress import Progress, untold
from feedsvc.publication import Outcome, channel_of, document_of, held_because, says
from feedsvc.report import Report, decode, failing, issues, said, says_again, status
from feedsvc.rundown import Rundown, Shown, look_of
from feedsvc.settings import ChannelSettings, every
from feedsvc.sources import Pulled, Seen, Source, pull
from feedsvc.standing import Pull
from feedsvc.store import Changes, Document, Hold, Run, SourceState, Store
from feedsvc.stories import Look

# No source is left alone for longer, whatever its `ttl` says.
LONGEST_WAIT = timedelta(hours=1)
# The page of a story that a listing no longer names is looked at this long after it was last read.
MISSING_FOR = timedelta(hours=1)
# A refresh that found nothing new is remembered no more often than this.
QUIET = timedelta(hours=1)

log = logging.getLogger(__name__)


class Pipeline:
    """Refreshes channels. Everything it touches is handed over; `clock` only measures seconds."""

    def __init__(
        self,
        store: Store,
        producer: Producer,
        blobs: Blobs,
        sources: Mapping[str, Mapping[str, Source]],
        *,
        public_url: str,
        clock: Callable[[], float],
        pmap: MapFunction = map,
        look: Callable[[ChannelSettings], Look] | None = None,
        subscribe: Callable[[str, str, str, str, datetime], None] = lambda *_: None,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._sources = sources
        self._maker = Maker(store, producer, sources, public_url, pmap)
        self._rundown = Rundown(store, public_url, look or self._look)
        self._public_url = public_url
        self._clock = clock
        self._pmap = pmap
        self._subscribe = subscribe
        self._asked: dict[str, dict[str, Pull]] = {}

    def _look(self, settings: ChannelSettings) -> Look:
        return look_of(settings, self._public_url, edits=self._store.desk.edits(settings.id))

    def refresh(
        self,
        settings: ChannelSettings,
        now: datetime,
        *,
        force: bool = False,
        paced: bool = False,
        progress: Progress = untold,
    ) -> Report:
        """Return what a refresh at `now` did: it pulled, made, and published what may be published.

        `force` pulls whatever the validators say, and publishes a feed that has shrunk; `paced` leaves a
        source alone that is hardly ever worth asking, or that wants to be.
        """
        started = self._clock()
        stages: dict[str, float] = {}
        channel = channel_of(settings, self._public_url)
        with self._timed(stages, "pull"):
            pulls = self._pull(settings, now, progress, force=force, paced=paced)
            works, gone = self._decide(settings, pulls, now)
        with self._timed(stages, "make"):
            self._maker.make(channel, settings, works, now, progress)
            self._keep(channel.id, pulls, gone, now)
        shown, outcomes = self._put_on_air(channel, settings, now, stages, force=force)
        report = Report(
            channel=channel.id,
            status=status(pulls.values(), outcomes.values()),
            seen=sum(len(pulled.articles) + len(pulled.kept) for pulled in pulls.values()),
            new=sum(work.before is None for work in works),
            changed=sum(work.before is not None for work in works),
            withdrawn=len(gone),
            documents=outcomes,
            issues=issues(pulls.values(), outcomes.values()),
            seconds=round(self._clock() - started, 3),
            stages=stages,
            failing=failing(pulls),
            **said(shown),
        )
        self._finish(report, shown, now)
        return report

    @contextmanager
    def _timed(self, stages: dict[str, float], name: str) -> Iterator[None]:
        began = self._clock()
        yield
        stages[name] = round(self._clock() - began, 3)

    def asked(self, channel: str) -> Mapping[str, Pull]:
        """Return how the sources of a channel were when this pipeline last asked them, by their key."""
        return self._asked.get(channel, {})

    def publish(self, settings: ChannelSettings, now: datetime) -> Report:
        """Return what was published of what is known at `now`: nothing is pulled, nothing made.

        The report says again what the last refresh said of the sources.
        """
        started = self._clock()
        stages: dict[str, float] = {}
        channel = channel_of(settings, self._public_url)
        shown, outcomes = self._put_on_air(channel, settings, now, stages)
        last = next((decode(run.report) for run in self._store.runs(channel.id)), Report(channel.id, ""))
        report = replace(
            last,
            **dict.fromkeys(("new", "changed", "withdrawn"), 0),
            status="failed" if last.status == "failed" else status((), outcomes.values()),
            documents=outcomes,
            seconds=round(self._clock() - started, 3),
            stages=stages,
            **said(shown),
        )
        self._finish(report, shown, now)
        return report

    def _pull(
        self, settings: ChannelSettings, now: datetime, progress: Progress, *, force: bool, paced: bool
    ) -> dict[str, Pulled]:
        """Return what each source has now, in the order of the settings; many are asked at a time."""
        channel, sources = settings.id, self._sources[settings.id]
        states = self._store.sources(channel)
        before = {key: states.get(key, SourceState()) for key in sources}
        last = self._asked.setdefault(channel, {})
        asked = [key for key in sources if not (paced and key in last and now < (last[key].again or now))]
        # What is not asked is as it was; a listing that has not changed still has the troubles it had.
        pulls = {key: Pulled((), s.validators, s.issues, unchanged=True) for key, s in before.items()}
        progress("pull", 0, len(asked))

        def ask(key: str) -> Pulled:
            return text.scrub(pull(key, sources[key], Seen() if force else Seen(before[key].validators)))

        for done, (key, pulled) in enumerate(zip(asked, self._pmap(ask, asked), strict=True), 1):
            pulls[key] = replace(pulled, issues=before[key].issues) if pulled.unchanged else pulled
            pause = self._pause(settings, key, pulled, now)
            again = now + pause if pause else None
            last[key] = Pull(now, pulled.failed, len(pulled.articles), len(pulls[key].issues), again)
            if pulled.hub and pulled.topic:
                self._subscribe(channel, key, pulled.hub, pulled.topic, now)
            progress("pull", done, len(asked), pulled.issues)
        return pulls

    def _pause(self, settings: ChannelSettings, key: str, pulled: Pulled, now: datetime) -> timedelta:
        """Return how long a source is left alone by a paced refresh; what lies on our own disk never is."""
        least, most = every(settings.refresh), every(settings.refresh_quiet)
        source = settings.sources.get(key)
        if not (source and source.url and least and most) or pulled.failed:
            return timedelta()
        usual = interval(self._store.released(settings.id, key, 20), now, least, max(least, most))
        # A little less: the scheduler's ticks are jittered, and one must not be missed by a second.
        return max(usual * 0.8, timedelta(seconds=min(pulled.wait, LONGEST_WAIT.total_seconds())))

    def _decide(
        self, settings: ChannelSettings, pulls: dict[str, Pulled], now: datetime
    ) -> tuple[list[Work], list[str]]:
        """Return the articles to make, and the ids of those their source has withdrawn."""
        channel = settings.id
        works: list[Work] = []
        gone: list[str] = []
        taken: dict[str, str] = {}
        policies = {source.key: source.guid for source in settings.source}
        called_by = {
            key: [names(key, article, policies.get(key, "auto")) for article in pulled.articles]
            for key, pulled in pulls.items()
        }
        known = self._store.find(channel, chain.from_iterable(chain(*called_by.values())))
        for key, pulled in pulls.items():
            called = called_by[key]
            fresh = (known_as(name) for name, *_ in called)
            mine = {known[name] for name in chain(*called) if name in known}
            stored = self._store.stored(channel, mine.union(fresh))
            unknown = {name for name, *_ in called} - known.keys()
            decided = list(decide(key, pulled.articles, called, known, stored, taken, pulls))
            if issue := renamed(key, sum(bool(w.before) and w.names[0] in unknown for w in decided)):
                pulls[key] = replace(pulled, issues=(*pulled.issues, issue))
            works += [work for work in decided if not work.unchanged]
            if pulled.articles and not pulled.complete:
                self._look_for(channel, key, pulled, {work.id for work in decided}, now)
            if pulled.complete or pulled.gone:
                known_here = self._store.guids(channel, key, pulled.since)
                gone += withdrawn(pulled, (w.id for w in decided), known_here)
        again = (Work(s.article.id, s.article.source, s.pulled, s) for s in self._store.due(channel, now))
        busy = {work.id for work in works} | set(gone)
        works += [w for w in again if w.id not in busy and w.source in self._sources[channel]]
        return works, gone

    def _look_for(self, channel: str, source: str, pulled: Pulled, listed: set[str], now: datetime) -> None:
        """Have the pages looked at of articles that are missing among older ones: they may be taken back."""
        oldest = min((a.published for a in pulled.articles if a.published), default=None)
        if oldest is None:
            return
        missing = {
            url: id_ for id_, url in self._store.since(channel, source, oldest).items() if id_ not in listed
        }
        unseen = self._store.probes.aged(missing, now - MISSING_FOR, LOOKED_AT_AGAIN)
        self._store.due_now(channel, [missing[url] for url in unseen], now)

    def _keep(self, channel: str, pulls: Mapping[str, Pulled], gone: Sequence[str], now: datetime) -> None:
        """Save what validates the listings, last: an article that is lost on the way is pulled again.

        A 304 may renew one half of a validator: the newest pair counts (cases 44 to 46).
        """
        heard = {key: pulled for key, pulled in pulls.items() if not pulled.failed}
        states = {key: SourceState(dict(p.validators), p.issues) for key, p in heard.items()}
        kept = self._store.sources(channel)
        changed = {key: state for key, state in states.items() if state != kept.get(key, SourceState())}
        self._store.save(channel, Changes(withdrawn=gone, sources=changed), now)

    def _put_on_air(
        self,
        channel: Channel,
        settings: ChannelSettings,
        now: datetime,
        stages: dict[str, float],
        *,
        force: bool = False,
    ) -> tuple[Shown, dict[str, Outcome]]:
        """Return what is shown from now on, and what became of each document.

        A producer may take something off the air, or hold the channel, at any moment: then all is done again.
        """
        while True:
            with self._timed(stages, "line up"):
                shown = self._rundown.at(now, channel, settings)
            with self._timed(stages, "publish"):
                hold = self._store.desk.held(channel.id)
                outcomes, documents = self._written(shown, settings, now, force=force, hold=hold)
                if self._store.publish(documents, by_hand=hold is not None):
                    return shown, outcomes

    def _written(
        self, shown: Shown, settings: ChannelSettings, now: datetime, *, force: bool, hold: Hold | None
    ) -> tuple[dict[str, Outcome], list[Document]]:
        """Return what becomes of each document, and those to publish."""
        outcomes: dict[str, Outcome] = {}
        documents: list[Document] = []
        feed, rendering = shown.lineup.feed, any(job.kind == "story" for job in shown.jobs)
        for name in settings.formats:
            format_ = FORMATS[name]
            last = self._store.document(feed.channel.id, name)
            written = paging.write(feed, format_)
            same = last if last and says(last, written) else None
            document = same or document_of(written, format_, feed, now, last)
            if hold and last and not same:
                # Rights that have run out wait for nobody: what must leave leaves what is on air.
                documents += [kept] if (kept := desk.less(last, _must_leave(shown), now)) != last else []
                because: str | None = desk.held_because(hold)
            else:
                drop = 1.0 if force else settings.max_drop
                because = None if same else held_because(document, format_, last, drop, rendering=rendering)
                documents += [] if same or because else [document]
            outcomes[name] = Outcome(
                *(len(document.body), len(document.ids), document.etag, not (same or because), because),
                # What one format leaves out is on air in the others: no reason for an alarm.
                warnings=tuple(
                    replace(i, severity="warning") for i in written.issues if i.severity != "info"
                ),
            )
        return outcomes, documents

    def _finish(self, report: Report, shown: Shown, now: datetime) -> None:
        self._remember(report, now)
        look_again(self._store, report.channel, shown, now)
        collect(self._store, self._blobs, report.channel, shown, now)

    def _remember(self, report: Report, now: datetime) -> None:
        """Keep the report, unless nothing happened and the same was said not long ago."""
        last = next(iter(self._store.runs(report.channel)), None)
        if last is None or now - last.at >= QUIET or not says_again(decode(last.report), report):
            self._store.record(Run(report.channel, now, report.status, msgspec.json.encode(report)))
        log.info(
            "channel=%s status=%s seen=%d new=%d changed=%d on_air=%d left_out=%d seconds=%.2f",
            *(report.channel, report.status, report.seen, report.new, report.changed),
            *(report.on_air, len(report.left_out), report.seconds),
        )


def _must_leave(shown: Shown) -> set[str]:
    """Return the ids of what may not be shown any more, whoever holds the channel."""
    return {out.article.id for out in shown.lineup.left_out if out.issue.code in ("expired", "taken_off")}
