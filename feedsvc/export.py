"""The published feeds and their media as a static tree that any web server can serve."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from feeds import FORMATS
from feedsvc.blobs import Blobs
from feedsvc.store import Document

_NAMED = re.compile(rb"(/media/[^\s\"'<>&\\]+)")


def export(documents: Iterable[Document], blobs: Blobs, target: Path) -> int:
    """Return how many files were written below `target`: the documents and all media they name.

    Media go first, so that no feed names what is not there yet; every file appears whole or not at all.
    """
    bodies = dict(file for document in documents for file in _files(document))
    named = {unquote(address.decode()) for body in bodies.values() for address in _NAMED.findall(body)}
    media = {name: path for address in sorted(named) for name, path in _kept_with(address, blobs)}
    for name, path in media.items():
        if not (target / name).exists():
            _appear(target / name, partial(shutil.copyfile, path))
    for name, body in reversed(bodies.items()):  # no document names a page that is not there yet
        _appear(target / name, partial(_write, body))
    return len(media) + len(bodies)


def _files(document: Document) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the bytes of a document and of its older pages."""
    folder = f"feeds/{document.channel}"
    yield f"{folder}/{FORMATS[document.format].path}", document.body
    yield from ((f"{folder}/{page.path}", page.body) for page in document.pages)


def _kept_with(address: str, blobs: Blobs) -> Iterator[tuple[str, Path]]:
    """Yield the file at `address`; for one in a tree (a playlist), all of the tree."""
    name, path = PurePosixPath(address.lstrip("/")), blobs.path(address)
    if path is None:
        return
    if len(name.parts) == 2:
        yield str(name), path
        return
    root = path.parents[len(name.parts) - 3]
    for file in sorted(root.rglob("*")):
        if file.is_file():
            yield str(PurePosixPath(*name.parts[:2]) / file.relative_to(root).as_posix()), file


def _appear(file: Path, write: Callable[[Path], object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    write(aside)
    aside.replace(file)


def _write(body: bytes, file: Path) -> None:
    file.write_bytes(body)
