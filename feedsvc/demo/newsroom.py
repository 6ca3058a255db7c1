"""Writes the demo newsroom: its articles lie beside this file, their pictures and films are made here.

Every piece is made aside and moved into the folder, its article last; the marker that says it is
complete comes after all of them. A start that was interrupted is simply made again.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import av
import pyvips

from feedsvc.demo import film, titles
from feedsvc.demo.paint import Canvas, Layer, vignette
from feedsvc.demo.programme import PROGRAMME, Piece

HERE = Path(__file__).parent
ARTICLES, MARKER = HERE / "articles", ".complete"
# Each takes about 130 MB while it is made; two keep two cores busy.
AT_ONCE = 2
Progress = Callable[[str], None]
_WHEN = re.compile(r"\{\{ (in )?(\d+) (minute|hour|day)s?( ago)?(, in words)? \}\}")
# What a content system leaves where a film was: a page that says so, under the film's name.
_NO_FILM = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>The film you asked for is no longer here</h1>\n"
)
# A picture's pixels a design unit: 1600x900, and a frame's share of that: 1280x720.
_FULL, _DRAFT, _FRAME = 1.0, 0.2, 0.8
_SMALL = 0.5


def build(
    directory: Path,
    now: datetime,
    progress: Progress = lambda line: None,
    *,
    draft: bool = False,
    programme: Sequence[Piece] = PROGRAMME,
) -> None:
    """Leave the newsroom's articles and their media in `directory`, dated from `now`.

    Does nothing when they are there. A `draft` has small pictures and films of a second, for tests.

    Raises:
        OSError: the folder cannot be written.
    """
    marker, edition = directory / MARKER, _edition(draft)
    if marker.is_file() and marker.read_text("utf-8") == edition:
        return
    marker.unlink(missing_ok=True)
    aside = directory.with_name(f"{directory.name}.building")
    shutil.rmtree(aside, ignore_errors=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = pool.map(lambda piece: _publish(piece, directory, aside, now, draft), programme)
        try:
            for number, slug in enumerate(jobs, 1):
                progress(f"Demo newsroom: {number} of {len(programme)}, {slug.replace('-', ' ')}")
        finally:
            pool.shutdown(cancel_futures=True)
            shutil.rmtree(aside, ignore_errors=True)
    marker.write_text(edition, "utf-8")


def _edition(draft: bool) -> str:
    """Return what tells this newsroom from that of another version."""
    digest = blake2b(b"draft" if draft else b"", digest_size=8)
    for path in sorted(p for p in HERE.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(HERE).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _publish(piece: Piece, directory: Path, aside: Path, now: datetime, draft: bool) -> str:
    source = ARTICLES / piece.path
    folder, slug = directory / source.parent.name, source.stem
    making = aside / slug
    making.mkdir(parents=True)
    try:
        _illustrate(piece, making, slug, draft)
    except (pyvips.Error, av.FFmpegError) as error:
        raise OSError(f"{slug}: {error}") from error
    for track in source.parent.glob(f"{slug}*.[sv][rt]t"):
        shutil.copyfile(track, making / track.name)
    published = _write_article(source, making / source.name, now)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(making.iterdir(), key=lambda p: p.name == source.name):
        _move(path, folder / path.name)
    os.utime(folder / source.name, (published.timestamp(), published.timestamp()))
    return slug


def _move(path: Path, to: Path) -> None:
    if to.is_dir():
        shutil.rmtree(to)
    path.replace(to)


def _write_article(source: Path, to: Path, now: datetime) -> datetime:
    """Write an article with its dates filled in; return the earliest, its publication."""
    text = source.read_text("utf-8")
    to.write_text(_WHEN.sub(lambda match: _told(match, now), text), "utf-8")
    return min((_moment(match, now) for match in _WHEN.finditer(text) if not match[1]), default=now)


def _moment(match: re.Match[str], now: datetime) -> datetime:
    away = timedelta(**{f"{match[3]}s": int(match[2])})
    return (now + away if match[1] else now - away).replace(microsecond=0)


def _told(match: re.Match[str], now: datetime) -> str:
    moment = _moment(match, now)
    return f"{moment:%d %B %Y, %H:%M} {moment.tzname()}" if match[5] else moment.isoformat()


def _illustrate(piece: Piece, making: Path, slug: str, draft: bool) -> None:
    if not piece.scene:
        return
    scale = _DRAFT if draft else _FULL
    canvas = Canvas(scale=scale, seed=piece.seed)
    layers = piece.scene(canvas)
    if piece.picture:
        _photograph(piece, canvas, layers, making / f"{slug}.{piece.picture}")
    if piece.video == "broken":
        (making / f"{slug}.mp4").write_text(_NO_FILM, "utf-8")
    elif piece.video:
        seconds = 1 if draft else piece.seconds
        _film(piece, film.scaled(layers, _FRAME), round(canvas.width * scale * _FRAME), making, slug, seconds)


def _photograph(piece: Piece, canvas: Canvas, layers: list[Layer], path: Path) -> None:
    picture = piece.cutout(canvas) if piece.cutout else _still(piece, canvas, layers)
    options = {} if piece.picture == "png" else {"Q": 88}
    picture.write_to_file(str(path), **options)


def _still(piece: Piece, canvas: Canvas, layers: list[Layer]) -> pyvips.Image:
    if piece.portrait and piece.scene:
        canvas = Canvas(900, 1350, canvas.scale, canvas.seed)
        layers = piece.scene(canvas)
    return vignette(film.still(layers, (canvas.px(canvas.width), canvas.px(canvas.height)), 3))


def _film(piece: Piece, layers: list[Layer], width: int, making: Path, slug: str, seconds: float) -> None:
    label = piece.label or piece.path.partition("/")[0].replace("-", " ")
    shown = [*layers, titles.mark(width), titles.strap(label, piece.strap, width, piece.language)]
    if piece.video.startswith("hls"):
        (making / slug).mkdir()
        renditions = list(_renditions(making / slug / "720p.m3u8", making / slug / "360p.m3u8", width=width))
        film.hls(
            shown, making / f"{slug}.m3u8", renditions, seconds, piece.seed, piece.video == "hls in fragments"
        )
        return
    smaller = [making / f"{slug}-360p.mp4"] if piece.video == "mp4 in two sizes" else []
    film.mp4(shown, list(_renditions(making / f"{slug}.mp4", *smaller, width=width)), seconds, piece.seed)


def _renditions(*paths: Path, width: int) -> Iterator[film.Rendition]:
    for path, factor in zip(paths, (1, _SMALL), strict=False):
        yield film.Rendition(path, (round(width * factor), round(width * factor) * 9 // 16))
