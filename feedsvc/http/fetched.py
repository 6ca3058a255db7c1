"""What a fetch gives, a `Response` or a `RemoteFile`, and what to ask the next time."""

import io
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from feedsvc.http.failures import FetchError, seconds

BLOCK = 1 << 18
# What is taken of a file from a server that knows no ranges.
UNRANGED = 32 * BLOCK
_DAY = 86_400.0
_BLOCKS_KEPT = 32


class Validator(Struct, frozen=True):
    """What to ask a server about next time: the newest pair it sent, always as it was with the body.

    `checked` is when the body was last had without conditions, in seconds since 1970; `digest` names it,
    and of a file that was read in parts `size` is how many bytes it has.
    """

    etag: str = ""
    last_modified: str = ""
    checked: float = 0.0
    digest: str = ""
    size: int | None = None


class Response(Struct, frozen=True):
    """An answer; `url` is the final one, `headers` know no case, `body` is decompressed.

    `not_modified` says the content is as it was when `validator` was given, whether the server noticed
    (304, no body) or not (the same bytes again).
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    validator: Validator = Validator()
    not_modified: bool = False

    @property
    def charset(self) -> str:
        """The charset the server named, empty if it named none."""
        said = re.search(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", self.headers.get("Content-Type", ""), re.I)
        return said[1] if said else ""


class RemoteFile(io.RawIOBase):
    """A file on a server, to read and seek in. `url` is the final one, `size` in bytes, None if not said.

    `validator` is what `Http.unchanged` asks with later; an empty one if the server named nothing.
    """

    def __init__(
        self, fetch: Callable[[int], Response], url: str, max_bytes: int, opened: float = 0.0
    ) -> None:
        super().__init__()
        first = fetch(0)
        self.url, self.content_type = first.url, first.headers.get("Content-Type", "")
        self._fetch, self._position, self._left = fetch, 0, max_bytes - len(first.body)
        self._ranges = first.status == 206
        self._start = first.body
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self.size = whole_size(first)
        if self.size is None and len(first.body) < UNRANGED:
            self.size = len(first.body)  # sent in chunks, as playlists often are, and whole all the same
        self.validator = validator(first, opened, self.size)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Tell whether its size is known."""
        return self.size is not None

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Return the new position."""
        if whence == io.SEEK_END and self.size is None:
            raise io.UnsupportedOperation("the size is not known")
        origin = (0, self._position, self.size or 0)[whence]
        self._position = max(0, origin + offset)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as one block goes; return how many bytes that were, 0 at the end."""
        data = self._from(self._position)[: len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _from(self, position: int) -> memoryview:
        if position < len(self._start):
            return memoryview(self._start)[position:]
        if self.size is not None and position >= self.size:
            return memoryview(b"")
        if not self._ranges:
            raise FetchError(self.url, "fetch_no_ranges")
        return memoryview(self._block(position // BLOCK))[position % BLOCK :]

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if self._left <= 0:
                raise FetchError(self.url, "fetch_too_large", "what is needed of it")
            self._blocks[number] = self._part(number * BLOCK)
            self._left -= len(self._blocks[number])
        self._blocks.move_to_end(number)
        while len(self._blocks) > _BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return self._blocks[number]

    def _part(self, start: int) -> bytes:
        answer = self._fetch(start)
        expected = min(BLOCK, (self.size or 0) - start)
        if answer.status != 206 or whole_size(answer) != self.size or len(answer.body) != expected:
            raise FetchError(self.url, "fetch_bad_range")
        return answer.body


def validator(answer: Response, checked: float, size: int | None) -> Validator:
    """Return what an answer says of the version of its file, an empty validator when that is nothing."""
    etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    return Validator(etag, modified, checked, size=size) if etag or modified else Validator()


def whole_size(answer: Response) -> int | None:
    """Return the size of the whole file an answer is part of."""
    part = re.fullmatch(r"bytes \d+-\d+/(\d+)", answer.headers.get("Content-Range", "").strip())
    if answer.status == 206:
        return int(part[1]) if part else len(answer.body)
    said = answer.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() else None


def conditions(validator: Validator | None, now: float) -> dict[str, str]:
    """Return the headers that ask for a file only if it changed."""
    # A server that answers 304 for ever is asked without conditions once a day (case 47).
    if validator is None or not 0 <= now - validator.checked < _DAY:
        return {}
    headers = {"If-None-Match": validator.etag} if validator.etag else {}
    if validator.last_modified and (seconds(validator.last_modified) or 0) <= now:
        headers["If-Modified-Since"] = validator.last_modified
    return headers


def same_version(answer: Response, known: Validator) -> bool:
    """Tell whether a server that takes no conditions gave the version it gave before."""
    if known.size is not None and whole_size(answer) != known.size:
        return False
    said = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    # One tag is proof; a date alone is weaker, and with a tag beside it that changed it is none.
    return said[0] == known.etag if known.etag or said[0] else said[1] == known.last_modified


def with_validator(answer: Response, known: Validator | None, now: float) -> Response:
    """Return an answer with what to ask the next time, and whether all is as it was."""
    etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    if answer.status == 304:
        if known is None:
            raise FetchError(answer.url, "fetch_bad_status", 304)
        # A 304 may bring one of the pair anew; the other stays what it was (cases 44-46).
        kept = Validator(etag or known.etag, modified or known.last_modified, known.checked, known.digest)
        return Response(answer.url, 304, answer.headers, b"", kept, not_modified=True)
    digest = blake2b(answer.body, digest_size=16).hexdigest()
    same = known is not None and known.digest == digest
    fresh = Validator(etag, modified, now, digest)
    return Response(answer.url, answer.status, answer.headers, answer.body, fresh, not_modified=same)
