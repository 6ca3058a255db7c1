"""One refresh a channel at a time, whoever asks."""

import subprocess
import sys
import threading
from pathlib import Path

from feedsvc.jobs import Jobs


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
