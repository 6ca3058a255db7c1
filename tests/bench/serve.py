"""How fast a feed is served: this service, nginx with the same file, and Flask on gunicorn, in one run.

Every peer serves the same 400 KB of JSON, compressed beforehand, over loopback; wrk asks. The rounds are
interleaved, so that whatever else the machine does troubles all of them alike. A peer or tool that is not
installed is left out, and a line says so.
"""

import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from wsgiref.types import WSGIApplication

import click
import requests
from flask import Flask
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from feeds import FORMATS
from feeds.model import Article, Channel, Feed, Row, Thumbnail, Video
from feedsvc.blobs import LocalBlobs
from feedsvc.publication import document_of
from feedsvc.settings import Settings
from feedsvc.store import Store, open_store
from feedsvc.web import create_app, wrap

ROOT = "FEEDSVC_BENCH_ROOT"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = Settings(channel=({"id": "demo", "title": "Bench", "source": ({"kind": "demo"},)},))
PATH = "/feeds/demo/roku.json"
# What the service runs with (feedsvc.cli.web_server).
GRANIAN = f"--http 1 --no-ws --blocking-threads {SETTINGS.server.threads}"


class Peer(Struct, frozen=True):
    """A server to ask, started by `command` on `port`."""

    name: str
    command: list[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"


def opened() -> tuple[Flask, Store]:
    """Return the application over the bench's store."""
    root = Path(os.environ[ROOT])
    store = open_store("sqlite:///bench.db", root)
    return create_app(store, SETTINGS, LocalBlobs(root), now=lambda: NOON), store


def layer() -> WSGIApplication:
    """Return what the service serves with, for granian."""
    app, store = opened()
    return wrap(app, store, SETTINGS)


def plain() -> WSGIApplication:
    """Return the Flask application alone, for gunicorn; its feeds are in memory as well."""
    app, _ = opened()
    app.extensions["feeds"].reload()
    app.extensions["feeds"].watch()
    return app


def feed(stories: int) -> Feed:
    """Return a feed of made stories, about 1,200 bytes of JSON each."""
    rng = random.Random(4)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(2, 9))) for _ in range(1500)]

    def text(count: int) -> str:
        return " ".join(rng.choices(words, weights=[1 / n for n in range(1, 1501)], k=count))

    def article(n: int) -> Article:
        site, name = "https://tv.example.org/media", rng.randbytes(20).hex()
        return Article(
            id=f"a{n:015d}",
            title=text(9),
            summary=text(25),
            body=(text(120),),
            section=("World",),
            published=NOON,
            first_seen=NOON,
            thumbnail=Thumbnail(f"{site}/{name}.jpg", 1280, 720),
            videos=(Video(f"{site}/{name}/main.m3u8", "HLS", "HD", duration=64),),
        )

    return Feed(Channel("demo", "Bench"), (Row("World", tuple(map(article, range(stories)))),), NOON)


def prepare(root: Path, stories: int = 300) -> str:
    """Publish the feed in a store, and put the same bytes where nginx looks."""
    format_ = FORMATS["roku"]
    whole = feed(stories)
    document = document_of(format_.write(whole), format_, whole, NOON)
    open_store("sqlite:///bench.db", root).publish([document])
    file = root / "www" / PATH.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(document.body)
    Path(f"{file}.gz").write_bytes(document.gzip)
    return f"{len(document.body):,} bytes, {len(document.gzip):,} in gzip"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def peers(root: Path, granian: str, threads: int) -> Iterator[Peer]:
    port = free_port()
    options = ["--interface", "wsgi", "--factory", "--no-log", "--port", str(port), *granian.split()]
    yield Peer("this service", [sys.executable, "-m", "granian", *options, "tests.bench.serve:layer"], port)
    port = free_port()
    if nginx := shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        (root / "nginx.conf").write_text(nginx_conf(root, port))
        yield Peer("nginx", [nginx, "-p", str(root), "-c", str(root / "nginx.conf"), "-e", "error.log"], port)
    port = free_port()
    yield Peer(
        "Flask on gunicorn",
        [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", str(threads)),
            *("--bind", f"127.0.0.1:{port}", "--log-level", "critical", "tests.bench.serve:plain()"),
        ],
        port,
    )


def nginx_conf(root: Path, port: int) -> str:
    headers = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    added = "".join(f'add_header {name} "{value}"; ' for name, value in headers.items())
    kept = "".join(
        f"{kind}_temp_path {root}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"user {getuser()}; worker_processes 1; daemon off; pid {root}/nginx.pid;\n"
        f"events {{ worker_connections 1024; }}\n"
        f"http {{ {kept} types {{ application/json json; }} access_log off; sendfile on; tcp_nopush on; "
        f"gzip_static on; gzip_vary on; keepalive_requests 100000000;\n"
        f"server {{ listen 127.0.0.1:{port}; root {root}/www; {added} }} }}\n"
    )


@contextmanager
def running(peer: Peer, root: Path) -> Iterator[Peer]:
    process = subprocess.Popen(peer.command, env={**os.environ, ROOT: str(root)})
    try:
        for _ in range(100):
            try:
                requests.get(peer.url, timeout=5).raise_for_status()
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        else:
            raise SystemExit(f"{peer.name} did not start")
        yield peer
    finally:
        process.terminate()
        process.wait(10)


def cases(peer: Peer) -> dict[str, dict[str, str]]:
    """Return the headers of each kind of request, having seen that they are answered as they should be."""
    asked = {"Accept-Encoding": "gzip"}
    answer = requests.get(peer.url, headers=asked, timeout=5)
    if answer.headers.get("Content-Encoding") != "gzip":
        raise SystemExit(f"{peer.name} does not compress")
    known = {**asked, "If-None-Match": answer.headers["ETag"]}
    if requests.get(peer.url, headers=known, timeout=5).status_code != 304:
        raise SystemExit(f"{peer.name} does not answer 304")
    return {"gzip 200": asked, "304": known}


def measure(peer: Peer, headers: Mapping[str, str], seconds: int, connections: int) -> float:
    told = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", *told, peer.url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{peer.name} failed:\n{said}")
    return float(said.split("Requests/sec:")[1].split()[0])


def table(results: Mapping[tuple[str, str], list[float]]) -> Table:
    shown = Table("requests/s", "case", "median", "of nginx", "of Flask on gunicorn")
    for (name, case), rates in results.items():
        rate = median(rates)
        nginx, flask = (results.get((other, case)) for other in ("nginx", "Flask on gunicorn"))
        shown.add_row(
            name,
            case,
            f"{rate:,.0f}",
            f"{rate / median(nginx):.0%}" if nginx else "-",
            f"{rate / median(flask):.1f}x" if flask else "-",
        )
    return shown


@click.command()
@click.option("--seconds", default=3, show_default=True, help="How long one run takes.")
@click.option("--rounds", default=3, show_default=True, help="Runs of each; the median counts.")
@click.option("--connections", default=32, show_default=True, help="Connections kept open.")
@click.option("--threads", default=8, show_default=True, help="Threads of gunicorn.")
@click.option("--granian", default=GRANIAN, show_default=True, help="Options of granian.")
def main(seconds: int, rounds: int, connections: int, threads: int, granian: str) -> None:
    """Measure requests a second for a feed: gzip 200, and 304."""
    out = Console(soft_wrap=True)
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed: nothing measured (Debian: apt-get install wrk)")
    results: dict[tuple[str, str], list[float]] = {}
    with TemporaryDirectory() as folder, ExitStack() as stack:
        out.print(f"{prepare(Path(folder))}; {connections} connections; granian {granian}")
        started = [
            stack.enter_context(running(p, Path(folder))) for p in peers(Path(folder), granian, threads)
        ]
        if not any(peer.name == "nginx" for peer in started):
            out.print("nginx is not installed: left out")
        asked = {peer.name: cases(peer) for peer in started}
        for _ in range(rounds):
            for peer in started:
                for case, headers in asked[peer.name].items():
                    rate = measure(peer, headers, seconds, connections)
                    results.setdefault((peer.name, case), []).append(rate)
    out.print(table(results))
