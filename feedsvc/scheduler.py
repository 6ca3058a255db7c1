"""When to refresh: at each channel's interval or cron line, and whenever a window opens or closes."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feedsvc.settings import every

# The share of an interval by which starts are spread, so that channels do not all ask at once.
JITTER = 0.1
# How often it is asked whether somebody wants a channel refreshed, seconds.
LISTENS = 1

log = logging.getLogger(__name__)


def trigger(refresh: str) -> BaseTrigger:
    """Return the trigger for ``every 5 minutes`` or a cron line (UTC)."""
    step = every(refresh)
    if step is None:
        return CronTrigger.from_crontab(refresh, timezone="UTC")
    seconds = step.total_seconds()
    return IntervalTrigger(seconds=seconds, jitter=int(seconds * JITTER) or None, timezone="UTC")


class Scheduler:
    """Calls `refresh` with a channel's id when its time has come; `next_edge` says when a window turns.

    `asked` names the channels somebody wants refreshed now; it is called every second. `told` hears after
    each refresh when the next one is.

    A channel never overlaps itself, what was missed is made up for once, and a refresh that raises
    is logged and tried again at its next time.
    """

    def __init__(
        self,
        channels: Iterable[tuple[str, str]],
        refresh: Callable[[str], object],
        next_edge: Callable[[str], datetime | None],
        asked: Callable[[], Iterable[str]] = tuple,
        told: Callable[[str, datetime | None], object] = lambda channel, again: None,
    ) -> None:
        self._refresh = refresh
        self._told = told
        self._asked = asked
        self._next_edge = next_edge
        self._pool = ThreadPoolExecutor(4)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": self._pool},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._channels = list(channels)
        self._answering: set[str] = set()

    def start(self, now: datetime) -> None:
        """Refresh every channel at `now`, and from then on by itself."""
        for channel, when in self._channels:
            self._scheduler.add_job(self._run, trigger(when), (channel,), id=channel, next_run_time=now)
        self._scheduler.add_job(self._listen, "interval", seconds=LISTENS)
        self._scheduler.start()

    def stop(self) -> None:
        """Start nothing more; what is running comes to its end."""
        self._scheduler.pause()
        # By itself it would wait with a lock held that a refresh at its end asks for, to plan the next.
        self._pool.shutdown(wait=True)
        self._scheduler.shutdown(wait=False)

    def next_run(self, channel: str) -> datetime | None:
        """Return when a channel is refreshed next."""
        times = [self._scheduler.get_job(id_) for id_ in (channel, _edge(channel))]
        return min((job.next_run_time for job in times if job and job.next_run_time), default=None)

    def _run(self, channel: str) -> None:
        try:
            self._refresh(channel)
        except Exception:
            log.exception("channel=%s status=crashed", channel)
        self._watch_window(channel)
        self._told(channel, self.next_run(channel))

    def _listen(self) -> None:
        """Have every channel refreshed that somebody wants to be, without waiting for one to be done."""
        for channel in set(self._asked()) - self._answering:
            self._answering.add(channel)
            self._scheduler.add_job(self._answer, args=(channel,))

    def _answer(self, channel: str) -> None:
        try:
            self._run(channel)
        finally:
            self._answering.discard(channel)

    def _watch_window(self, channel: str) -> None:
        """Refresh exactly when an article's window opens or closes: no reader honours windows (C13)."""
        if moment := self._next_edge(channel):
            self._scheduler.add_job(
                self._run,
                "date",
                (channel,),
                id=_edge(channel),
                run_date=moment + timedelta(milliseconds=5),
                replace_existing=True,
            )


def _edge(channel: str) -> str:
    return f"{channel} window"
