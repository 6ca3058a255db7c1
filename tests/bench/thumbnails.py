"""How fast a press photograph becomes a thumbnail, beside Pillow doing the same work."""

import io
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

ROUNDS = 9


def photograph() -> bytes:
    """Return a JPEG of 4000x3000 with detail everywhere, as a camera makes it."""
    grain = pyvips.Image.gaussnoise(4000, 3000, sigma=18, mean=128, seed=1)
    light = pyvips.Image.xyz(4000, 3000)[0] / 4000 * 90
    return bytes((grain + light).bandjoin([grain, grain - light]).cast("uchar").jpegsave_buffer(Q=90))


def by_pillow(data: bytes) -> bytes:
    """Return the picture cropped to 16:9 and scaled, orientation applied, as JPEG."""
    with Image.open(io.BytesIO(data)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    out = io.BytesIO()
    ImageOps.fit(upright, (1280, 720), Image.Resampling.LANCZOS).save(out, "JPEG", quality=82)
    return out.getvalue()


def main(arguments: list[str]) -> None:
    data = photograph()
    peers: dict[str, Callable[[], object]] = {
        "feedsvc": lambda: thumbnails.make(data),
        "Pillow": lambda: by_pillow(data),
    }
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "photo.jpg"
        source.write_bytes(data)
        if program := shutil.which("vipsthumbnail"):
            command = [
                program,
                str(source),
                "--size",
                "1280x720",
                "--smartcrop",
                "attention",
                "-o",
                "%s.out.jpg",
            ]
            peers["vipsthumbnail"] = lambda: subprocess.run(command, check=True, cwd=folder)
        times: dict[str, list[float]] = {name: [] for name in peers}
        for _ in range(ROUNDS):
            for name, work in peers.items():
                began = time.perf_counter()
                work()
                times[name].append(time.perf_counter() - began)
    for name, taken in times.items():
        print(f"{name:14} {median(taken) * 1000:7.1f} ms")
    print(f"{median(times['Pillow']) / median(times['feedsvc']):.1f}x Pillow")
