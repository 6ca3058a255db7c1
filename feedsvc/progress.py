"""How a refresh that somebody asked for goes on, told through the store to whoever watches.

Only a refresh that was asked for is told: the others write nothing when there is nothing new.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from feeds.model import Issue
from feedsvc.store import Store

# Seconds between two tellings: a person sees no more.
_PAUSE = 0.2
# So many issues are told while it goes on, the latest; the report has them all.
_TOLD = 50


class Progress(Protocol):
    """Hears how a refresh goes on: so much of a stage is done, and what went wrong with the last of it."""

    def __call__(self, stage: str, done: int, total: int, issues: Sequence[Issue] = ()) -> None:
        """Hear it."""
        ...


def untold(stage: str, done: int, total: int, issues: Sequence[Issue] = ()) -> None:
    """Tell nobody."""


class Going(Struct, frozen=True):
    """Where a refresh is: its stage, how far, what went wrong last; a `status` says how it ended."""

    since: datetime
    stage: str = ""
    done: int = 0
    total: int = 0
    issues: tuple[Issue, ...] = ()
    status: str = ""


class Live:
    """Tells how a refresh goes on; `clock` measures seconds."""

    def __init__(self, store: Store, channel: str, since: datetime, clock: Callable[[], float]) -> None:
        self._store, self._channel, self._clock = store, channel, clock
        self._going = Going(since)
        self._told_at = float("-inf")

    def __call__(self, stage: str, done: int, total: int, issues: Sequence[Issue] = ()) -> None:
        """Tell that so much of a stage is done, and what went wrong with it."""
        known = (*self._going.issues, *issues)[-_TOLD:]
        new_stage = stage != self._going.stage
        self._going = msgspec.structs.replace(self._going, stage=stage, done=done, total=total, issues=known)
        if new_stage or issues or self._clock() - self._told_at >= _PAUSE:
            self._tell()

    def ended(self, status: str) -> None:
        """Tell that it is over, and how it went."""
        self._going = msgspec.structs.replace(self._going, status=status)
        self._tell()

    def _tell(self) -> None:
        self._told_at = self._clock()
        self._store.remember(_name(self._channel), self._going)


def going(store: Store, channel: str) -> Going | None:
    """Return where the last refresh that was asked for is, None when there was none."""
    return msgspec.json.decode(store.fact(_name(channel)), type=Going | None)


def _name(channel: str) -> str:
    return f"progress {channel}"
