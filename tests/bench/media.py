"""What it costs to learn what a film is, over HTTP on loopback: requests, bytes and milliseconds.

The peers open the same addresses in the same run: FFmpeg through PyAV, which describes the streams and
decodes one picture as the probe does, and ffprobe if it is installed. The MP4 is 200 MB with its index at the
end; its middle is empty and made as it is sent.
"""

import multiprocessing
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from struct import pack
from tempfile import TemporaryDirectory
from typing import Any

import av
import click
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from feeds.model import Video
from feedsvc.http import Http
from feedsvc.media import probe
from feedsvc.settings import HttpSettings
from tests import made_media

SIZE = 200_000_000
_PIECE = 1 << 16


class Served(Struct, frozen=True):
    """A file to serve: how it begins, `empty` bytes, how it ends."""

    head: bytes
    empty: int = 0
    tail: bytes = b""

    @property
    def size(self) -> int:
        return len(self.head) + self.empty + len(self.tail)

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop`."""
        while start < stop:
            count = min(_PIECE, stop - start)
            yield self._piece(start, start + count)
            start += count

    def _piece(self, start: int, stop: int) -> bytes:
        middle = len(self.head)
        end = middle + self.empty
        empty = max(0, min(stop, end) - max(start, middle))
        return self.head[start:stop] + bytes(empty) + self.tail[max(0, start - end) : max(0, stop - end)]


class Cost(Struct, frozen=True):
    """What one look at a film took; the bytes are those the server sent."""

    requests: int
    bytes: int
    ms: float


def films(folder: Path) -> dict[str, Served]:
    """Return what is served, by path: an MP4, the files of an HLS ladder and of a DASH stream."""
    film = made_media.mp4(5, (1920, 1080))
    cut = film.index(b"moov") - 4
    hole = SIZE - len(film)
    padded = Served(film[:cut] + pack(">I4s", hole, b"free"), hole - 8, film[cut:])
    (folder / "dash").mkdir()
    made_media.master(folder / "hls", (640, 360), (1280, 720), (1920, 1080))
    made_media.Film(5, (1280, 720)).write(str(folder / "dash/film.mpd"), "dash", {"seg_duration": "2"})
    made = {f"/{p.relative_to(folder).as_posix()}": p for p in folder.rglob("*") if p.is_file()}
    return {"/film.mp4": padded, **{path: Served(file.read_bytes()) for path, file in made.items()}}


def handler(served: Mapping[str, Served], counts: Any) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            film = served.get(self.path)
            counts[0] += 1
            if film is None:
                self.send_error(404)
                return
            first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
            start, stop = int(first), min(int(last) + 1 if last else film.size, film.size)
            self.send_response(206 if "Range" in self.headers else 200)
            self.send_header("Content-Length", str(stop - start))
            self.send_header("Accept-Ranges", "bytes")
            if "Range" in self.headers:
                self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{film.size}")
            self.end_headers()
            for piece in film.pieces(start, stop):
                self.wfile.write(piece)
                counts[1] += len(piece)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a peer that has seen enough hangs up


def _serve(served: Mapping[str, Served], counts: Any, ready: Connection) -> None:
    server = _Server(("127.0.0.1", 0), handler(served, counts))
    ready.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def site(served: Mapping[str, Served]) -> Iterator[tuple[str, Any]]:
    """Yield the address of a server in a process of its own, and its counts of requests and bytes."""
    counts = multiprocessing.Array("q", 2)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(served, counts, there), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}", counts
    finally:
        server.terminate()
        server.join()


def by_feedsvc(url: str) -> None:
    with Http(HttpSettings(allow_hosts=("127.0.0.1",))) as http:
        found = probe(Video(url), http.open)
    if not isinstance(found, Video):
        raise RuntimeError(found.message)


def by_pyav(url: str) -> None:
    with av.open(url) as container:
        next(container.decode(video=0))


def by_ffprobe(program: str, url: str) -> None:
    subprocess.run(
        [program, "-v", "error", "-show_format", "-show_streams", url], check=True, capture_output=True
    )


def cost(look: Callable[[str], None], url: str, counts: Any) -> Cost | None:
    """Return what a look took, None when the peer cannot read such a film."""
    counts[0] = counts[1] = 0
    began = time.perf_counter()
    try:
        look(url)
    except (av.FFmpegError, subprocess.CalledProcessError, StopIteration):
        return None
    taken = (time.perf_counter() - began) * 1000
    time.sleep(0.05)  # what is on its way is counted, too
    return Cost(counts[0], counts[1], taken)


def _middle(costs: list[Cost | None]) -> Cost | None:
    known = [cost for cost in costs if cost]
    if not known:
        return None
    return Cost(
        round(median(cost.requests for cost in known)),
        round(median(cost.bytes for cost in known)),
        median(cost.ms for cost in known),
    )


@click.command()
@click.option("--rounds", default=9, show_default=True)
def main(rounds: int) -> None:
    """Print what a look at each film costs this service and its peers."""
    peers: dict[str, Callable[[str], None]] = {"feedsvc": by_feedsvc, "PyAV": by_pyav}
    if program := shutil.which("ffprobe"):
        peers["ffprobe"] = partial(by_ffprobe, program)
    table = Table("film", "by", "requests", "bytes", "of all", "ms", "to ours")
    with TemporaryDirectory() as folder:
        served = films(Path(folder))
        with site(served) as (address, counts):
            for path in ("/film.mp4", "/hls/master.m3u8", "/dash/film.mpd"):
                runs: dict[str, list[Cost | None]] = {name: [] for name in peers}
                for _ in range(rounds):
                    for name, look in peers.items():
                        runs[name].append(cost(look, address + path, counts))
                for row in _rows(path, {name: _middle(costs) for name, costs in runs.items()}, served):
                    table.add_row(*row)
    Console().print(table)


def _rows(path: str, costs: Mapping[str, Cost | None], served: Mapping[str, Served]) -> Iterator[list[str]]:
    folder = path.rpartition("/")[0]
    whole = sum(
        film.size for name, film in served.items() if name == path or (folder and name.startswith(folder))
    )
    ours = costs["feedsvc"]
    for name, cost in costs.items():
        if cost is None or ours is None:
            yield [path, name, "cannot read it", "", "", "", ""]
        else:
            share, ratio = f"{cost.bytes / whole:.2%}", f"{cost.ms / ours.ms:.2f}x"
            yield [path, name, str(cost.requests), f"{cost.bytes:,}", share, f"{cost.ms:.1f}", ratio]
