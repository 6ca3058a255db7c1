"""When channels are refreshed: real threads, short intervals."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from feedsvc.scheduler import Scheduler, trigger

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def eventually(true: Callable[[], object], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


def never(_channel: str) -> None:
    return None


def test_an_interval_is_jittered_and_a_cron_line_is_utc() -> None:
    interval, cron = trigger("every 5 minutes"), trigger("30 6 * * *")
    assert isinstance(interval, IntervalTrigger)
    assert interval.interval == timedelta(minutes=5)
    assert interval.jitter == 30
    assert isinstance(cron, CronTrigger)
    assert cron.get_next_fire_time(None, datetime(2026, 11, 22, 7, tzinfo=UTC)) == datetime(
        2026, 11, 23, 6, 30, tzinfo=UTC
    )


def test_every_channel_is_refreshed_at_once_and_again() -> None:
    calls: list[str] = []
    scheduler = Scheduler([("a", "every 1 second"), ("b", "every 1 hour")], calls.append, never)
    scheduler.start(now())
    assert eventually(lambda: calls.count("a") >= 2 and calls.count("b") == 1)
    scheduler.stop()
    assert calls.count("b") == 1


def test_case_54_a_channel_never_overlaps_itself() -> None:
    busy, most, calls = threading.Semaphore(1), [0], [0]

    def refresh(_channel: str) -> None:
        calls[0] += 1
        most[0] += not busy.acquire(blocking=False)
        time.sleep(1.5)
        busy.release()

    scheduler = Scheduler([("a", "every 1 second")], refresh, never)
    scheduler.start(now())
    assert eventually(lambda: calls[0] >= 2)
    scheduler.stop()
    assert most[0] == 0


def test_a_refresh_that_raises_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[str] = []

    def refresh(channel: str) -> None:
        calls.append(channel)
        raise RuntimeError("dead database")

    scheduler = Scheduler([("a", "every 1 second")], refresh, never)
    scheduler.start(now())
    assert eventually(lambda: len(calls) >= 2)
    scheduler.stop()
    assert "channel=a status=crashed" in caplog.text


def test_a_window_is_met_exactly() -> None:
    edge = now() + timedelta(seconds=0.7)
    calls: list[datetime] = []
    scheduler = Scheduler(
        [("a", "every 1 hour")],
        lambda _channel: calls.append(now()),
        lambda _channel: edge if now() < edge else None,
    )
    scheduler.start(now())
    assert eventually(lambda: len(calls) == 1)
    assert eventually(lambda: (scheduler.next_run("a") or edge + HOUR) - edge < HOUR / 3600)
    assert eventually(lambda: len(calls) == 2)
    scheduler.stop()
    assert timedelta() <= calls[1] - edge < timedelta(seconds=0.5)


def test_who_asks_need_not_wait_for_the_interval() -> None:
    calls: list[str] = []
    asked = ["a"]

    def refresh(channel: str) -> None:
        calls.append(channel)
        if len(calls) > 1:
            asked.clear()

    scheduler = Scheduler([("a", "every 1 hour")], refresh, never, lambda: list(asked))
    scheduler.start(now())
    assert eventually(lambda: not asked)
    scheduler.stop()
    assert calls == ["a", "a"]


def test_after_each_refresh_it_is_told_when_the_next_one_is() -> None:
    told: list[tuple[str, datetime | None]] = []
    soon = now() + HOUR / 4
    scheduler = Scheduler(
        [("a", "every 1 hour"), ("b", "every 1 hour")],
        never,
        lambda channel: soon if channel == "b" else None,
        told=lambda channel, again: told.append((channel, again)),
    )
    scheduler.start(now())
    assert eventually(lambda: len(told) == 2)
    scheduler.stop()
    again = dict(told)
    assert again["a"]
    assert HOUR / 2 < again["a"] - now() < 2 * HOUR
    assert again["b"]
    assert abs(again["b"] - soon) < timedelta(seconds=1)


def test_who_asks_does_not_wait_for_another_channel(caplog: pytest.LogCaptureFixture) -> None:
    asked, done, slow = {"slow"}, list[str](), threading.Event()

    def refresh(channel: str) -> None:
        if channel == "slow":
            asked.add("quick")
            slow.wait(10)
        done.append(channel)
        asked.discard(channel)

    scheduler = Scheduler([], refresh, never, lambda: tuple(asked))
    scheduler.start(now())
    assert eventually(lambda: done == ["quick"])
    slow.set()
    assert eventually(lambda: done == ["quick", "slow"])
    scheduler.stop()
    assert caplog.messages == []
