"""HLS playlists as values. Pure: text in, values out; whatever it says, nothing is opened and nothing raised.

The format is RFC 8216, https://www.rfc-editor.org/rfc/rfc8216.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urljoin

from msgspec import Struct

BEGINS = re.compile(rb"(\xef\xbb\xbf)?\s*#EXTM3U")
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",\s]*)')
_NUMBER = re.compile(r"\s*(\d{1,15}(?:\.\d{1,15})?)")
_FOREIGN_CODECS = re.compile(r"(vp0?[89]|av01|dv|vvc)", re.IGNORECASE)
_SOUNDS = re.compile(r"(mp4a|[ae]c-[34]|opus|flac|alac)", re.IGNORECASE)


class Piece(Struct, frozen=True):
    """Bytes of a file: `length` of them from `start`, or all to its end."""

    url: str
    start: int = 0
    length: int | None = None


class Segment(Struct, frozen=True):
    """A few seconds of film; `init` is what a decoder must read first."""

    piece: Piece
    seconds: float
    init: Piece | None = None


class Variant(Struct, frozen=True):
    """One rung of the ladder; bits a second, pixels; `sound` names its audio group."""

    url: str
    bandwidth: int = 0
    width: int = 0
    height: int = 0
    codecs: str = ""
    sound: str = ""

    @property
    def foreign(self) -> bool:
        """Tell whether it says of itself that it is in a codec HLS players on a TV need not have."""
        return foreign(self.codecs)

    @property
    def heard(self) -> bool:
        """Tell whether it says of itself that it is sound alone."""
        return bool(self.codecs) and all(_SOUNDS.match(codec.strip()) for codec in self.codecs.split(","))


class Playlist(Struct, frozen=True):
    """A master playlist has `variants`, a media playlist `segments`; `sounds` are playlists by group.

    `seconds` is how long the film is, as far as the playlist says: what is missing (a gap) is no segment, but
    it takes its time. `stills` tells whether it is only a film's key pictures, for winding.
    """

    variants: tuple[Variant, ...] = ()
    sounds: Mapping[str, str] = {}
    segments: tuple[Segment, ...] = ()
    seconds: float = 0.0
    encryption: str = ""
    ended: bool = False
    stills: bool = False

    def top(self) -> Variant | None:
        """Return the best rung a TV can play, else the best there is, None in a media playlist."""
        return max(
            self.variants, key=lambda v: (not v.foreign, not v.heard, v.height, v.bandwidth), default=None
        )


def read(text: str, base: str) -> Playlist:
    """Return what the playlist at the address `base` says; what cannot be understood is passed over."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    told = list(_segments(lines, base))
    return Playlist(
        variants=tuple(_variants(lines, base)),
        sounds=dict(_sounds(lines, base)),
        segments=tuple(segment for segment, missing in told if not missing),
        seconds=math.fsum(segment.seconds for segment, _ in told),
        encryption=next(_encryptions(lines), ""),
        # A VOD playlist never changes, with an end mark or without one.
        ended="#EXT-X-ENDLIST" in lines or "#EXT-X-PLAYLIST-TYPE:VOD" in lines,
        stills="#EXT-X-I-FRAMES-ONLY" in lines,
    )


def foreign(codecs: str) -> bool:
    """Tell whether one of the codecs, ``avc1.4d401f,mp4a.40.2``, is one that a TV need not have."""
    return any(_FOREIGN_CODECS.match(codec.strip()) for codec in codecs.split(","))


def _attributes(line: str) -> dict[str, str]:
    return {name: value.strip('"') for name, value in _ATTRIBUTE.findall(line)}


def _number(text: str) -> float:
    found = _NUMBER.match(text)
    return float(found[1]) if found else 0.0


def absolute(base: str, uri: str) -> str:
    """Return an address as a browser resolves it, as it is if that cannot be done."""
    try:
        return urljoin(base, uri)
    except ValueError:
        return uri


def _variants(lines: Iterable[str], base: str) -> Iterator[Variant]:
    said: dict[str, str] | None = None
    for line in lines:
        if line.startswith("#EXT-X-STREAM-INF:"):
            said = _attributes(line)
        elif line and not line.startswith("#"):
            if said is not None:
                yield _variant(absolute(base, line), said)
            said = None


def _variant(url: str, said: Mapping[str, str]) -> Variant:
    width, _, height = said.get("RESOLUTION", "").partition("x")
    return Variant(
        url=url,
        bandwidth=int(_number(said.get("BANDWIDTH", ""))),
        width=int(_number(width)),
        height=int(_number(height)),
        codecs=said.get("CODECS", ""),
        sound=said.get("AUDIO", ""),
    )


def _sounds(lines: Iterable[str], base: str) -> Iterator[tuple[str, str]]:
    """Yield audio groups and the address of one rendition of each, the default one if there is."""
    said = [_attributes(line) for line in lines if line.startswith("#EXT-X-MEDIA:")]
    for one in sorted(said, key=lambda one: one.get("DEFAULT") == "YES"):
        if one.get("TYPE") == "AUDIO" and one.get("URI"):
            yield one.get("GROUP-ID", ""), absolute(base, one["URI"])


def _encryptions(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith(("#EXT-X-KEY:", "#EXT-X-SESSION-KEY:")):
            method = _attributes(line).get("METHOD", "NONE")
            if method != "NONE":
                yield method


def _segments(lines: Iterable[str], base: str) -> Iterator[tuple[Segment, bool]]:
    """Yield each segment, and whether its server says that it has none (a gap)."""
    missing = False
    seconds: float | None = None
    init: Piece | None = None
    span = ""
    last = Piece("")
    for line in lines:
        if line.startswith("#EXTINF:"):
            seconds = _number(line.removeprefix("#EXTINF:"))
        elif line.startswith("#EXT-X-BYTERANGE:"):
            span = line.removeprefix("#EXT-X-BYTERANGE:")
        elif line == "#EXT-X-GAP":
            missing = True
        elif line.startswith("#EXT-X-MAP:"):
            said = _attributes(line)
            init = _piece(absolute(base, said.get("URI", "")), said.get("BYTERANGE", ""), Piece(""))
        elif line and not line.startswith("#"):
            if seconds is not None:
                last = _piece(absolute(base, line), span, last)
                yield Segment(last, seconds, init), missing
            seconds, span, missing = None, "", False


def _piece(url: str, span: str, last: Piece) -> Piece:
    """Return the `span` ``length[@start]`` of `url`; with no start it goes on where `last` ended."""
    if not span:
        return Piece(url)
    length, _, start = span.partition("@")
    follows = last.start + (last.length or 0) if last.url == url else 0
    return Piece(url, int(_number(start)) if start else follows, int(_number(length)))
