"""How fast press photographs become thumbnails, beside Pillow and vipsthumbnail doing the same work.

The work: 12-megapixel JPEGs from disk, cropped to 1280 x 720, back to disk as JPEG of quality 82 with optimal
tables and without metadata. libvips crops to where the eye goes; Pillow has nothing like it and crops to the
middle. vipsthumbnail gets all files in one call, so that its start counts once.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pyvips
from PIL import Image, ImageOps

from feedsvc import thumbnails

ROUNDS, PHOTOGRAPHS = 7, 12
_FORMAT = "%s.vips.jpg[Q=82,optimize_coding,strip]"


def photograph(seed: int) -> bytes:
    """Return a JPEG of 4000x3000 and 4 MB with grain everywhere, as a camera makes it."""
    grain = pyvips.Image.gaussnoise(4000, 3000, sigma=8, mean=128, seed=seed)
    light = pyvips.Image.xyz(4000, 3000)[0] / 4000 * 90
    return bytes((grain + light).bandjoin([grain, grain - light]).cast("uchar").jpegsave_buffer(Q=90))


def by_us(path: Path) -> None:
    made = thumbnails.make(path.read_bytes())
    if isinstance(made, bytes):
        path.with_suffix(".ours.jpg").write_bytes(made)


def by_pillow(path: Path) -> None:
    """Crop to 16:9 and scale, orientation applied."""
    with Image.open(path) as opened:
        opened.draft("RGB", (1280, 960))
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    fitted = ImageOps.fit(upright, (1280, 720), Image.Resampling.LANCZOS)
    fitted.save(path.with_suffix(".pillow.jpg"), "JPEG", quality=82, optimize=True)


def by_plain_pillow(path: Path) -> None:
    """Do the same as most code does it, without Pillow's shrinking while it decodes."""
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    fitted = ImageOps.fit(upright, (1280, 720), Image.Resampling.LANCZOS)
    fitted.save(path.with_suffix(".pillow.jpg"), "JPEG", quality=82, optimize=True)


def by_vipsthumbnail(program: str, paths: list[Path]) -> None:
    options = ["--size", "1280x720", "--smartcrop", "attention", "-o", _FORMAT]
    subprocess.run([program, *options, *map(str, paths)], check=True)


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.jpg" for number in range(PHOTOGRAPHS)]
        for number, path in enumerate(paths):
            path.write_bytes(photograph(number + 1))
        peers: dict[str, Callable[[], object]] = {
            "feedsvc": lambda: list(map(by_us, paths)),
            "Pillow": lambda: list(map(by_plain_pillow, paths)),
            "Pillow, draft": lambda: list(map(by_pillow, paths)),
        }
        if program := shutil.which("vipsthumbnail"):
            peers["vipsthumbnail"] = lambda: by_vipsthumbnail(program, paths)
        else:
            print("vipsthumbnail is not installed; Debian has it in libvips-tools.")
        _report(_measured(peers))


def _measured(peers: dict[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Return the median milliseconds a photograph takes each peer: by the clock, and of processors."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in peers}
    for _ in range(ROUNDS):
        for name, work in peers.items():
            began, used = time.perf_counter(), _used()
            work()
            times[name].append((time.perf_counter() - began, _used() - used))
    each = 1000 / PHOTOGRAPHS
    return {
        name: (median(wall for wall, _ in taken) * each, median(cpu for _, cpu in taken) * each)
        for name, taken in times.items()
    }


def _used() -> float:
    """Return the processor seconds of this process and of those it waited for."""
    return sum(os.times()[:4])


def _report(times: dict[str, tuple[float, float]]) -> None:
    for name, (wall, cpu) in times.items():
        print(f"{name:14} {wall:7.1f} ms, {cpu:7.1f} ms of processors a photograph")
    ours = times.pop("feedsvc")
    for name, (wall, cpu) in times.items():
        print(f"{wall / ours[0]:.2f}x the speed of {name}, {cpu / ours[1]:.2f}x by processor time")
