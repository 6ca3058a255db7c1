"""The main job as a process: on air by itself, gone when told, and whole again after `kill -9`."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests import made_media

ROOT = Path(__file__).parent.parent
SAID = (
    "It had come up to the second step of the town hall on Tuesday, higher than anybody could remember. "
    "Volunteers carried the books out of the library until the morning."
)


class Home:
    """A drop folder with one story, its settings, and the service over it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (root / "stories").mkdir()
        (root / "stories/bridge.txt").write_text(
            "News / World\nThe bridge opens\n\nIt took nine years.\n\nThe mayor cut a ribbon.\n"
        )
        (root / "stories/bridge.mp4").write_bytes(made_media.mp4())
        (root / "settings.toml").write_text(
            '[[channel]]\nid = "news"\ntitle = "News"\nrefresh = "every 1 second"\n'
            '[[channel.source]]\nkind = "folder"\npath = "stories"\n'
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str) -> None:
        command = [
            sys.executable,
            str(ROOT / "run.py"),
            "--settings",
            str(self.root / "settings.toml"),
            "serve",
        ]
        log = (self.root / "log.txt").open("ab")
        with log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), *words], stdout=log, stderr=log, cwd=self.root
            )

    def stop(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(15)

    def get(self, path: str = "/feeds/news/roku.json") -> requests.Response | None:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=2)
        except requests.ConnectionError:
            return None

    def on_air(self) -> requests.Response:
        eventually(lambda: (answer := self.get()) is not None and answer.status_code == 200, self.log)
        answer = self.get()
        assert answer is not None
        return answer

    def log(self) -> str:
        return (self.root / "log.txt").read_text()


def eventually(true: Callable[[], object], story: Callable[[], str], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            pytest.fail(story())
        time.sleep(0.05)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path)
    yield home
    if home.process and home.process.poll() is None:
        home.stop(signal.SIGKILL)


def test_it_goes_on_air_refreshes_itself_and_stops_when_told(home: Home) -> None:
    home.start()
    assert "The bridge opens" in home.on_air().text
    ready = home.get("/readyz")
    assert ready is not None
    assert ready.status_code == 200
    os.utime(home.root / "stories/bridge.txt")
    (home.root / "stories/flood.txt").write_text(
        "News / World\nThe flood recedes\n\nSlowly.\n\nBut surely.\n"
    )
    (home.root / "stories/flood.mp4").write_bytes(made_media.mp4())
    eventually(lambda: "The flood recedes" in home.on_air().text, home.log)
    assert home.stop(signal.SIGTERM) == 0
    assert home.get() is None
    assert "Traceback" not in home.log()
    assert f"http://127.0.0.1:{home.port}/feeds/news/roku.json" in home.log()


def test_a_ping_puts_a_story_on_air_and_one_without_a_video_follows_by_itself(home: Home) -> None:
    settings = home.root / "settings.toml"
    settings.write_text(settings.read_text().replace("every 1 second", "every 1 hour"))
    home.start()
    home.on_air()
    for name, story in (("flood", "The flood recedes"), ("fair", "The fair opens")):
        (home.root / f"stories/{name}.txt").write_text(
            f"News / World\n{story}\n\n{SAID}\n\nNobody was hurt.\n"
        )
    (home.root / "stories/flood.mp4").write_bytes(made_media.mp4())
    ping = requests.post(f"http://127.0.0.1:{home.port}/api/channels/news/ping", timeout=5)
    assert ping.status_code == 202
    eventually(lambda: "The flood recedes" in home.on_air().text, home.log, 10)
    assert "The fair opens" not in home.on_air().text
    eventually(lambda: "The fair opens" in home.on_air().text, home.log)
    assert home.stop(signal.SIGTERM) == 0


def test_after_kill_9_nothing_is_left_running_and_the_last_good_feed_returns(
    home: Home,
) -> None:
    home.start()
    before = home.on_air()
    home.stop(signal.SIGKILL)
    eventually(lambda: home.get() is None, home.log)
    (home.root / "stories").rename(home.root / "unmounted")
    home.start("--no-schedule")
    after = home.on_air()
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])


def test_a_scheduler_that_cannot_start_ends_the_service_with_a_sentence(home: Home) -> None:
    (home.root / "var").write_text("a file where a folder has to be")
    home.start()
    assert home.process is not None
    assert home.process.wait(20) == 2
    assert "storage.database:" in home.log()
