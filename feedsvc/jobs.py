"""Who runs the work: this process, one refresh a channel at a time, whoever else shares the disk."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)
R = TypeVar("R")


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
