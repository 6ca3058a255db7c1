"""Who runs the work: this process, one refresh a channel at a time, whoever else shares the disk.

What takes longer than a refresh may is done in the background, beside it.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Condition, Thread
from typing import Generic, TypeVar

from filelock import FileLock, Timeout

# What comes one after another goes on air together, this many seconds apart; what comes alone does not wait.
TOGETHER = 15.0
_AGAIN = 1.0

log = logging.getLogger(__name__)
R = TypeVar("R")
J = TypeVar("J")


class Jobs:
    """Runs a channel's work under a lock that ends with the process that holds it (case 54)."""

    def __init__(self, locks: Path) -> None:
        locks.mkdir(parents=True, exist_ok=True)
        self._locks = locks

    def run(self, channel: str, work: Callable[[], R]) -> R | None:
        """Return what `work` returns; None when somebody is already at work on the channel."""
        lock = FileLock(self._locks / f"{channel}.lock", thread_local=False)
        try:
            with lock.acquire(blocking=False):
                return work()
        except Timeout:
            log.info("channel=%s status=busy", channel)
            return None

    def in_turn(self, name: str, work: Callable[[], R], waits: Callable[[], bool]) -> R | None:
        """Return what `work` returns once nobody else is at it; None when it no longer `waits`."""
        lock = FileLock(self._locks / f"{name}.lock", thread_local=False)
        while waits():
            try:
                with lock.acquire(timeout=_AGAIN, poll_interval=0.05):
                    return work()
            except Timeout:
                continue
        return None


class Background(Generic[J]):
    """Does jobs one at a time, a channel's after another's, and lets the channel publish what came of them.

    `work` tells whether there is anything new to publish; `publish` whether it could, for a refresh may be
    at it. What a refresh finds is to be done replaces what an earlier one found.
    """

    def __init__(
        self,
        work: Callable[[str, J], bool],
        publish: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work, self._publish, self._clock = work, publish, clock
        self._todo: dict[str, deque[J]] = {}
        self._unpublished: dict[str, float] = {}
        self._changed = Condition()
        self._stopping = False
        self._thread = Thread(target=self._run, name="background", daemon=True)

    def put(self, channel: str, jobs: Iterable[J]) -> None:
        """Have these done for a channel, the first of them first."""
        with self._changed:
            self._todo[channel] = deque(jobs)
            self._changed.notify()

    def left(self, channel: str) -> int:
        """Return how many jobs of a channel are still to be done."""
        with self._changed:
            return len(self._todo.get(channel, ()))

    def step(self) -> bool:
        """Do the next job, or publish; return whether there was anything to do."""
        with self._changed:
            channel, job = self._next()
        if job is not None:
            self._do(channel, job)
        due = [name for name, since in self._unpublished.items() if self._is_due(name, since)]
        for name in due:
            self._put_on_air(name)
        return job is not None or bool(due)

    def drain(self, tell: Callable[[], object], sleep: Callable[[float], object] = time.sleep) -> None:
        """Do all there is to do now, in this thread; `tell` is called after each job."""
        while self.step():
            tell()
            if self._unpublished and not any(self._todo.values()):
                sleep(_AGAIN)  # a refresh is under way; what was made goes on air after it

    def start(self) -> None:
        """Do jobs from now on, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Start nothing more and wait for what is being done."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _next(self) -> tuple[str, J | None]:
        """Return a job of the channel that has waited longest for its turn."""
        for channel in list(self._todo):
            todo = self._todo.pop(channel)
            if todo:
                job = todo.popleft()
                self._todo[channel] = todo
                return channel, job
        return "", None

    def _do(self, channel: str, job: J) -> None:
        try:
            if self._work(channel, job):
                self._unpublished.setdefault(channel, self._clock())
        except Exception:
            # The one boundary for a job: whatever breaks here must not cost another one.
            log.exception("channel=%s job=%s", channel, job)

    def _is_due(self, channel: str, since: float) -> bool:
        return not self.left(channel) or self._clock() - since >= TOGETHER

    def _put_on_air(self, channel: str) -> None:
        try:
            published = self._publish(channel)
        except Exception:
            log.exception("channel=%s status=crashed", channel)
            published = True
        if published:
            del self._unpublished[channel]

    def _run(self) -> None:
        while not self._stopping:
            if not self.step() or self._unpublished:
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping or any(self._todo.values()), _AGAIN)
