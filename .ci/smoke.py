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

ROOT = Path(__file__).resolve().parent.parent
FIRST_START, LATER_START = 60, 3  # seconds


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
        feed = json.loads(get(f"{base}/feeds/demo/roku.json")[1])
        items = [i for name in ("shortFormVideos", "tvSpecials") for i in feed.get(name, [])]
        paths = [
            "/feeds/demo/roku.xml",
            "/feeds/demo/mrss.xml",
            "/feeds/demo/search.json",
            "/",
            "/preview/demo",
            "/healthz",
            "/readyz",
        ]
        media = [items[0]["thumbnail"], items[0]["content"]["videos"][0]["url"]]
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
    print(f"smoke: {len(items)} items; on air after {first:.1f} s, later {later:.1f} s")  # noqa: T201
    if len(items) < 15:
        sys.exit("smoke: the demo is not whole")


main()
