"""The boxes of an MP4, MOV or M4V: what can be told without decoding.

The format is ISO/IEC 14496-12; its ancestor: https://developer.apple.com/documentation/quicktime-file-format
"""

import io
import struct
from collections.abc import Iterator
from typing import Literal, Protocol

from msgspec import Struct

_STILLS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
_LOCKED = frozenset({b"encv", b"enca", b"encs", b"enct", b"drmi", b"drms"})
_NESTED = frozenset({b"trak", b"mdia", b"minf", b"stbl"})
_BOXES_AT_MOST = 1000


class File(Protocol):
    """What can be read and sought in."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Return the new position."""
        ...


class Layout(Struct, frozen=True):
    """How a file is made: bytes; a still picture; cut off at the end; has an index; is encrypted."""

    type: Literal["MP4", "MOV", "M4V"]
    size: int
    still: bool
    cut: bool
    indexed: bool
    locked: bool


def look(file: File) -> Layout:
    """Return the layout of `file`. Reads only the headers of boxes."""
    file.seek(0)
    head = file.read(12) or b""
    brand = head[8:12] if head[4:8] == b"ftyp" else b"qt  "
    end = file.seek(0, io.SEEK_END)
    index: tuple[int, int] | None = None
    cut = False
    for kind, content, stop in _boxes(file, 0, end):
        cut = stop > end
        if kind == b"moov":
            index = content, stop
        elif kind == b"moof":
            break  # fragments follow to the end: too many to walk, and the index came before them
    return Layout(
        type="MOV" if brand == b"qt  " else "M4V" if brand.startswith(b"M4V") else "MP4",
        size=end,
        still=brand in _STILLS,
        cut=cut,
        indexed=index is not None,
        locked=index is not None and any(entry in _LOCKED for entry in _entries(file, *index)),
    )


def _boxes(file: File, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield each box from `start` to `end`: its kind, where its content begins, where it says it ends."""
    for _ in range(_BOXES_AT_MOST):
        file.seek(start)
        header = file.read(16) or b""
        if start + 8 > end or len(header) < 8:
            return
        size, kind = struct.unpack_from(">I4s", header)
        content = start + 8
        if size == 1 and len(header) == 16:
            size, content = struct.unpack_from(">Q", header, 8)[0], start + 16
        stop = start + size if size else end
        if stop < content:
            return
        yield kind, content, stop
        start = stop


def _entries(file: File, start: int, stop: int, depth: int = 0) -> Iterator[bytes]:
    """Yield the kinds of the sample entries: how each track is coded, or that it is encrypted."""
    for kind, content, end in _boxes(file, start, stop):
        if kind in _NESTED and depth < len(_NESTED):
            yield from _entries(file, content, end, depth + 1)
        elif kind == b"stsd":
            yield from (entry for entry, _, _ in _boxes(file, content + 8, end))
