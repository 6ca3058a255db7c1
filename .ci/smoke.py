"""The main job on a fresh machine: `python run.py` in a folder of its own, until the demo is on air."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

STORY_VIDEOS = 2  # the demo has so many articles without a video, and one whose video is broken
ROOT = Path(__file__).resolve().parent.parent
FIRST_START, LATER_START, STORIES = 60, 3, 240  # seconds


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> tuple[int, bytes]:
    """Return status and body; 0 while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - loopback
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def start(home: Path, port: int, limit: float) -> tuple[subprocess.Popen[bytes], float]:
    """Start the service and return it with the seconds it took until the demo was on air."""
    command = [sys.executable, str(ROOT / "run.py"), "--settings", str(home / "settings.toml"), "serve"]
    began = time.monotonic()
    service = subprocess.Popen([*command, "--port", str(port)])  # noqa: S603 - our own program
    url = f"http://127.0.0.1:{port}/feeds/demo/roku.json"
    while get(url)[0] != 200:
        if service.poll() is not None or time.monotonic() - began > limit:
            service.kill()
            sys.exit(f"smoke: no demo on air after {time.monotonic() - began:.1f} s")
        time.sleep(0.05)
    return service, time.monotonic() - began


def items(base: str) -> list[dict[str, Any]]:
    """Return the items that are on air."""
    feed = json.loads(get(f"{base}/feeds/demo/roku.json")[1])
    return [item for name in ("shortFormVideos", "tvSpecials") for item in feed.get(name, [])]


def stories(base: str) -> list[dict[str, Any]]:
    """Return the items that play a story video, once the demo's articles without a video have theirs."""
    began, found = time.monotonic(), list[dict[str, Any]]()
    while len(found) < STORY_VIDEOS and time.monotonic() - began < STORIES:
        time.sleep(0.5)
        found = [i for i in items(base) if "story.mp4" in i["content"]["videos"][0]["url"]]
    print(f"smoke: {len(found)} story videos on air after {time.monotonic() - began:.1f} s more")  # noqa: T201
    return found


def stop(service: subprocess.Popen[bytes]) -> None:
    """End the service as an operator would."""
    service.send_signal(signal.SIGINT)
    service.wait(20)


def main() -> None:
    """Start twice, look at everything that is served, check the feeds with the service's own checker."""
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        shutil.copy(ROOT / "settings.toml", home)
        base = f"http://127.0.0.1:{port}"
        service, first = start(home, port, FIRST_START)
        shown = items(base)
        made = stories(base)
        if len(made) < STORY_VIDEOS:
            sys.exit("smoke: an article without a video did not get its story video")
        captions = made[0]["content"]["captions"][0]["url"]
        paths = [
            "/feeds/demo/roku.xml",
            "/feeds/demo/mrss.xml",
            "/feeds/demo/search.json",
            "/",
            "/preview/demo",
            "/healthz",
            "/readyz",
        ]
        films = [i["content"]["videos"][0]["url"] for i in (shown[0], made[0])]
        media = [shown[0]["thumbnail"], made[0]["thumbnail"], *films, captions]
        for url in [*(base + path for path in paths), *media]:
            status, body = get(url)
            print(f"smoke: {status} {len(body):>8,} bytes  {url}")  # noqa: T201
            if status != 200:
                sys.exit("smoke: failed")
        check = [sys.executable, str(ROOT / "run.py"), "check", "--media", f"{base}/feeds/demo/roku.json"]
        subprocess.run(check, check=True, cwd=home)  # noqa: S603 - our own program
        stop(service)
        service, later = start(home, port, LATER_START)
        stop(service)
    print(f"smoke: {len(shown)} items; on air after {first:.1f} s, later {later:.1f} s")  # noqa: T201
    if len(shown) < 15:
        sys.exit("smoke: the demo is not whole")


main()
