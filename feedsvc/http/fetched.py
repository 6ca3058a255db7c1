"""What a fetch gives: a `Response`, a `RemoteFile`, or a `FetchError` that says why not."""

import io
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from feeds import wording
from feeds.model import Issue, Severity
from feeds.wording import Wording

# What can go wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "fetch_bad_url": (
        "This is not a web address.",
        "Give an address that begins with https:// or http://.",
    ),
    "fetch_private_address": (
        "{} is not on the public internet, and private hosts are not fetched from.",
        "Publish it on a public host, or name the host in allow_hosts.",
    ),
    "fetch_unreachable": (
        "{} could not be reached: {}.",
        "Check the address, and that the server is up.",
    ),
    "fetch_timeout": (
        "{} took too long to answer.",
        "Make the server faster, or raise the time-out.",
    ),
    "fetch_tls": (
        "{} did not prove with a valid certificate that it is itself.",
        "Renew the server's certificate, or complete its chain.",
    ),
    "fetch_too_large": (
        "It is larger than {} bytes.",
        "Publish a smaller file.",
    ),
    "fetch_redirects": (
        "It redirects more than {} times.",
        "Give the final address.",
    ),
    "fetch_bad_encoding": (
        "The answer is compressed in a way that cannot be read ({}).",
        "Send it plain or as gzip.",
    ),
    "fetch_bad_range": (
        "The server sent another part of the file than it was asked for.",
        "Repair how the server answers Range requests.",
    ),
    "fetch_no_ranges": (
        "Only the beginning of the file can be had.",
        "Let the server answer Range requests; devices need them too.",
    ),
    "fetch_not_found": (
        "There is nothing at this address ({}).",
        "Correct the address, or publish the file.",
    ),
    "fetch_forbidden": (
        "The server refuses to give it ({}).",
        "Make it public, or put the login into the address.",
    ),
    "fetch_too_many_requests": (
        "{} asks for fewer requests (429).",
        "Refresh less often.",
    ),
    "fetch_server_error": (
        "The server reports an error of its own ({}).",
        "Look into the log of that server.",
    ),
    "fetch_bad_status": (
        "The server gave an answer nobody can use ({}).",
        "Check the address.",
    ),
    "fetch_enough": (
        "The site has been {}, and that is enough.",
        "Name the address of the feed itself.",
    ),
    "fetch_host_resting": (
        "{} asked for a pause, or did not answer several times, and is left alone for {} seconds.",
        "Wait, or refresh less often.",
    ),
}
CODES = wording.meanings(_SAYS)
BLOCK = 1 << 18
# What is taken of a file from a server that knows no ranges.
UNRANGED = 32 * BLOCK
_BLOCKS_KEPT = 32


class FetchError(Exception):
    """A fetch that failed: `code` is a key of `CODES`, `message` and `fix` are one plain sentence each."""

    def __init__(self, url: str, code: str, *details: object) -> None:
        sentence, self.fix = _SAYS[code]
        self.url, self.code = without_login(url), code
        self.message = sentence.format(*details)
        super().__init__(f"{self.url}: {self.message}")

    def issue(self, severity: Severity = "error") -> Issue:
        """Return what to tell the producer."""
        return Issue(severity, self.code, self.url, self.message, self.fix)


def without_login(url: str) -> str:
    """Return an address fit to be shown: no user, no password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


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
