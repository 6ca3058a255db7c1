"""One refresh a channel at a time, whoever asks."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from feedsvc.jobs import TOGETHER, Background, Jobs


def test_work_returns_its_result(tmp_path: Path) -> None:
    assert Jobs(tmp_path / "locks").run("demo", lambda: 7) == 7


def test_case_54_a_second_refresh_of_a_channel_is_turned_away(tmp_path: Path) -> None:
    jobs, other = Jobs(tmp_path), Jobs(tmp_path)
    inside, leave = threading.Event(), threading.Event()

    def slow() -> str:
        inside.set()
        leave.wait(5)
        return "done"

    results: list[str | None] = []
    thread = threading.Thread(target=lambda: results.append(jobs.run("demo", slow)))
    thread.start()
    assert inside.wait(5)
    assert other.run("demo", lambda: "too soon") is None
    assert jobs.run("demo", lambda: "too soon") is None
    assert other.run("sport", lambda: "another channel") == "another channel"
    leave.set()
    thread.join()
    assert results == ["done"]
    assert other.run("demo", lambda: "free again") == "free again"


def test_a_lock_ends_with_the_process_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from feedsvc.jobs import Jobs\n"
        "Jobs(Path(sys.argv[1])).run('demo', lambda: (print('in', flush=True), time.sleep(60)))"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"in\n"
        assert Jobs(tmp_path).run("demo", lambda: 1) is None
        child.kill()
        child.wait()
    assert Jobs(tmp_path).run("demo", lambda: 1) == 1


class Work:
    """Does what it is given and writes down what was done and what was published."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.busy = self.breaks = False
        self.time = 0.0
        self.background: Background[str] = Background(self.work, self.publish, lambda: self.time)

    def work(self, channel: str, job: str) -> bool:
        if self.breaks:
            raise RuntimeError(job)
        self.done.append(f"{channel} {job}")
        return job != "nothing new"

    def publish(self, channel: str) -> bool:
        self.done += [] if self.busy else [f"{channel} published"]
        return not self.busy


def test_jobs_of_channels_take_turns_and_are_published_at_the_end() -> None:
    work = Work()
    work.background.put("a", ["1", "2"])
    work.background.put("b", ["1"])
    told: list[int] = []
    work.background.drain(lambda: told.append(work.background.left("a")))
    assert work.done == ["a 1", "b 1", "b published", "a 2", "a published"]
    assert told == [1, 1, 0]


def test_many_jobs_go_on_air_together_every_few_seconds() -> None:
    work = Work()
    work.background.put("a", ["1", "2", "3"])
    work.background.step()
    work.time = TOGETHER
    work.background.step()
    assert work.done == ["a 1", "a 2", "a published"]


def test_what_a_refresh_finds_replaces_what_an_earlier_one_found() -> None:
    work = Work()
    work.background.put("a", ["1", "2"])
    work.background.put("a", ["3", "nothing new"])
    work.background.drain(lambda: None)
    assert work.done == ["a 3", "a nothing new", "a published"]


def test_publishing_is_tried_again_when_a_refresh_is_under_way() -> None:
    work = Work()
    work.busy = True
    work.background.put("a", ["1"])

    def sleep(seconds: float) -> None:
        work.busy = False

    work.background.drain(lambda: None, sleep)
    assert work.done == ["a 1", "a published"]


def test_a_job_that_breaks_costs_no_other(caplog: pytest.LogCaptureFixture) -> None:
    work = Work()
    work.breaks = True
    work.background.put("a", ["1"])
    work.background.drain(lambda: None)
    work.breaks = False
    work.background.put("a", ["2"])
    work.background.drain(lambda: None)
    assert work.done == ["a 2", "a published"]
    assert "RuntimeError" in caplog.text


def test_in_the_background_jobs_are_done_as_they_come() -> None:
    work = Work()
    seen = threading.Event()

    def publish(channel: str) -> bool:
        seen.set()
        return True

    work.background = Background(work.work, publish)
    work.background.start()
    work.background.put("a", ["1"])
    assert seen.wait(5)
    work.background.stop()
    assert work.done == ["a 1"]


def test_work_waits_for_its_turn_and_gives_up_when_nobody_waits(tmp_path: Path) -> None:
    jobs, other = Jobs(tmp_path), Jobs(tmp_path)
    asked: list[int] = []

    def waits() -> bool:
        asked.append(1)
        return len(asked) < 2

    assert jobs.in_turn("a", lambda: 7, lambda: True) == 7
    assert jobs.run("a", lambda: other.in_turn("a", lambda: 7, waits)) is None
