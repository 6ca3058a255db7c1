"""How fast an article becomes a story video, beside x264 encoding as many pictures that are drawn already.

Every peer works in a process of its own, one after another in turns; memory is what that process held at
most, Python and libraries included.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import av
import msgspec
import pyvips
from msgspec import Struct

from feeds.model import Article, Channel, Image
from feedsvc.slides import Story, render

PICTURES, SECONDS, RATE = 4, 60, 25
WIDTH, HEIGHT = 2000, 1300
Work = Callable[[], tuple[bytes, float]]  # the film and how long it is
Prepare = Callable[[Path], Work]
SAID = (
    "The harbour bridge opened on Sunday after two years of repairs.",
    "Thousands walked across it in the rain, and the first buses followed at noon.",
    "The mayor cut a ribbon and thanked the crews who had worked through two winters.",
    "Ferries will go on running until spring, the port authority said on Saturday evening.",
    "The repairs cost 48 million, twice as much as had been planned when the work began.",
    "A review of the tender is due in January, and the council has promised to publish it.",
    "Shops on the northern bank hope that customers will come back before the holidays.",
    "Traffic was light all day, and the police reported neither accidents nor long queues.",
)


class Taken(Struct, frozen=True):
    """What a peer took: seconds on the clock and of processors, memory in MB, how long its film is."""

    clock: float
    processors: float
    memory: float
    film: float
    size: int


def photograph(seed: int) -> bytes:
    """Return a JPEG with edges, soft areas and detail of every size, as a press photograph has them."""
    layers = [
        pyvips.Image.perlin(WIDTH, HEIGHT, cell_size=size, seed=seed * 10 + number) * share
        for number, (size, share) in enumerate(((400, 90), (130, 55), (40, 30), (12, 16)))
    ]
    grain = pyvips.Image.gaussnoise(WIDTH, HEIGHT, sigma=5, mean=120, seed=seed)
    edges = pyvips.Image.worley(WIDTH, HEIGHT, cell_size=180, seed=seed) * 0.6
    grey = sum(layers, grain) - edges
    tinted = (grey * 1.1 + 10).bandjoin([grey, grey * 0.8 + 25])
    return bytes(tinted.cast("uchar").copy(interpretation="srgb").jpegsave_buffer(Q=88))


def told(folder: Path) -> tuple[Article, Channel, list[bytes]]:
    """Return a story of about a minute with four pictures, which lie in `folder`."""
    images = tuple(
        Image(f"https://x.example/{n}.jpg", WIDTH, HEIGHT, f"The bridge, seen from pier {n}", "Jo Doe")
        for n in range(PICTURES)
    )
    article = Article(
        id="a1", title="Harbour bridge reopens after two years", body=SAID, language="en",
        section=("World",), images=images,
    )  # fmt: skip
    channel = Channel(id="demo", title="Harbour City News", site="https://news.example.org", language="en")
    return article, channel, [(folder / f"{n}.jpg").read_bytes() for n in range(PICTURES)]


def by_feedsvc(motion: bool) -> Prepare:
    """Return what prepares a peer and returns its work."""

    def prepared(folder: Path) -> Work:
        article, channel, pictures = told(folder)

        def work() -> tuple[bytes, float]:
            made = render(article, channel, pictures, motion=motion)
            assert isinstance(made, Story)
            return made.video, made.duration

        return work

    return prepared


def by_x264(folder: Path) -> Work:
    """Encode pictures as they pan, drawn beforehand, by two encoders at a time as a render does."""
    source = pyvips.Image.new_from_file(str(folder / "1.jpg"))
    frames = []
    for number in range(RATE):
        part = source.crop(number, 200, 1280, 720).bandjoin(255)
        plain = av.VideoFrame.from_bytes(bytes(part.write_to_memory()), 1280, 720, "rgba")
        frames.append(plain.reformat(format="yuv420p"))

    def work() -> tuple[bytes, float]:
        with ThreadPoolExecutor(2) as workers:
            halves = list(workers.map(lambda _: encoded(frames, SECONDS * RATE // 2), range(2)))
        return b"".join(halves), SECONDS

    return work


def encoded(frames: list[av.VideoFrame], count: int) -> bytes:
    file = BytesIO()
    with av.open(file, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=RATE, options=SETTINGS)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number in range(count):
            # There and back, so that no picture jumps.
            place = number % (2 * RATE - 2)
            frame = frames[min(place, 2 * RATE - 2 - place)]
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


SETTINGS = {
    "preset": "superfast", "crf": "26", "threads": "1", "profile": "high",
    "x264-params": "keyint=25:min-keyint=25:scenecut=0:bframes=0:rc-lookahead=0:mbtree=0:weightp=0",
}  # fmt: skip
PEERS: dict[str, Prepare] = {
    "pan and zoom": by_feedsvc(True),
    "still": by_feedsvc(False),
    "x264 alone": by_x264,
}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench story")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PEERS, help="work in this process and print what it took as JSON")
    parser.add_argument("--pictures", type=Path, help="with --only: the folder they lie in")
    parser.add_argument("--keep", type=Path, help="with --only: where to write the film")
    chosen = parser.parse_args(arguments)
    if chosen.only:
        taken, film = measured(PEERS[chosen.only], chosen.pictures)
        if chosen.keep:
            chosen.keep.write_bytes(film)
        print(msgspec.json.encode(taken).decode())
        return
    found: dict[str, list[Taken]] = {name: [] for name in PEERS}
    with TemporaryDirectory() as folder:
        for number in range(PICTURES):
            (Path(folder) / f"{number}.jpg").write_bytes(photograph(number))
        for _ in range(chosen.rounds):
            for name in PEERS:
                found[name].append(in_child(name, folder))
    report(found)


def report(found: dict[str, list[Taken]]) -> None:
    print(f"{'':14}{'real time':>11}{'clock s':>9}{'CPU s':>8}{'peak MB':>9}{'film s':>8}{'MB':>7}")
    for name, runs in found.items():
        clock, film = median(run.clock for run in runs), runs[0].film
        print(
            f"{name:14}{film / clock:10.1f}x{clock:9.2f}{median(run.processors for run in runs):8.2f}"
            f"{max(run.memory for run in runs):9.0f}{film:8.1f}{runs[0].size / 1e6:7.1f}"
        )
    floor = min(run.processors / run.film for run in found["x264 alone"])
    moving = min(run.processors / run.film for run in found["pan and zoom"])
    print(f"pan and zoom takes {moving / floor:.1f}x the processor time of x264 alone")


def in_child(name: str, folder: str) -> Taken:
    command = [sys.executable, "-m", "tests.bench", "story", "--only", name, "--pictures", folder]
    done = subprocess.run(command, check=True, capture_output=True)
    return msgspec.json.decode(done.stdout, type=Taken)


def measured(prepare: Prepare, folder: Path) -> tuple[Taken, bytes]:
    work = prepare(folder)
    since, spent = time.perf_counter(), time.process_time()
    film, length = work()
    clock, processors = time.perf_counter() - since, time.process_time() - spent
    return Taken(clock, processors, peak(), length, len(film)), film


def peak() -> float:
    """Return the most memory this process held, in MB; getrusage would count its parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
