"""The addresses of video files that a text names: a script, a state, an attribute that sets a player up.

Whatever the text is written in, an address stands in quotes or begins with its scheme, ends in a file's
ending or stands beside its media type, and follows the name it is given. What is called an advert, a preview
or another story is not the story's film.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

FILE = re.compile(r"\.(?:mp4|m4v|mov|m3u8|mpd|webm)$|\.isml?/manifest(?:\(|$)", re.I)
MEDIA_TYPE = re.compile(r"video/(?!youtube|vimeo|dailymotion)|mpegurl|dash\+xml|vnd\.ms-sstr", re.I)
# Films that a story may well have; more are a list of other stories', of which the first plays first.
FEW = 3
_NAMED, _BEFORE, _BEHIND, _KEY_AT, _OBJECT, _FIELDS, _LIST = 500, 600, 2100, 60, 3000, 100, 20_000
# What ends an address in a text: a quote, or what cannot stand in one.
_STOP = r"\s\"'<>\\{}|^`"
_STOPS, _NO_ADDRESS = " \t\n\r\"'<>\\{}|^`", re.compile(f"[{_STOP}]")
# A list of addresses has no blanks between them.
_AGAIN = tuple(f"{between}http" for between in ",;|[]()")
_ENDS = r"\.(?:mp4|MP4|m4v|mov|MOV|m3u8|mpd)(?![\w.])|\.isml?/[Mm]anifest"
# What goes on with an ampersand is another field of a list of settings, no longer the address.
_QUOTE = re.compile("[\"'\\s<>]")
_SCHEME, _END = re.compile("(?:https?:)?//"), re.compile(rf"(?:{_ENDS})(?:[?#(/:][^{_STOP},;\]]{{0,2000}})?")
_ENDING, _TYPE = re.compile(_ENDS), re.compile(r"mpegurl|mpegURL|/mp4(?=[\"';\\])")
_SOURCE = re.compile(
    r"(?<![\w-])[\"']?(?:src|file|url|source|content_?url)[\"']?\s{0,9}:\s{0,9}[\"']([^\"'<>{}\s]{8,2000})[\"']",
    re.I,
)
_ESCAPED = re.compile(r"\\+(?:u00([0-7][0-9a-fA-F])|x([0-7][0-9a-fA-F])|/)")
_ENCODED = re.compile(r"https?%3A%2F%2F[\w%.~+-]{1,2000}", re.I)
_NO_NAME, _CAMEL = re.compile(r"[^\w$-]"), re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Names under which a player keeps what it shows before, beside or after its film.
_ELSE = re.compile(
    r"(?<![a-z])(?:ads?|advert[a-z]*|(?:pre|mid|post)-?rolls?|bumpers?|vast|vmap|hover|gifv?|preview[a-z]*"
    r"|thumb[a-z]*|sprites?|next|related[a-z]*|recommend[a-z]*)(?![a-z])",
    re.I,
)
_RELATIVE = re.compile(r"(?:file|src|source|url|mp4|hls|m3u8|mpd|dash|video|stream)\w{0,10}", re.I)
_RENDITIONS = re.compile(
    r"(?:sources?|streams?|renditions?|encodings?|variants?|files|formats|qualit(?:y|ies)|levels|media_?files?"
    r"|transcodes|assets|video_?files)",
    re.I,
)
# One film comes in several sizes: what tells them apart in a name is no other film.
_SIZE = re.compile(
    r"(?<![a-z0-9])(?:\d{3,4}p?|\d{2,4}x\d{2,4}|\d{2,5}k(?:bps)?|hd|sd|uhd|fhd|hq|lq|hi|lo|high|low|medium|mobile"
    r"|v\d|\d)(?![a-z0-9])",
    re.I,
)


class File(Struct, frozen=True):
    """An address a text names; `film` is the same for the renditions of one film.

    `typed` tells whether its media type stands beside it, which an address without an ending needs.
    """

    address: str
    film: str
    typed: bool = False


def named(text: str) -> list[File]:
    """Return the files a text names, in its order, each once; of a relative address what its key tells."""
    found = [*islice(_by_ending(text), _NAMED), *islice(_by_type(text), _NAMED)]
    first: dict[str, File] = {}
    for _, file in sorted(found, key=lambda one: one[0]):
        first.setdefault(file.address, file)
    return list(first.values())


def names_type(text: str) -> bool:
    """Tell whether a text may name a media type whose addresses need no ending."""
    return "mpeg" in text or "/mp4" in text


def film(found: list[File]) -> list[File]:
    """Return all of a few films, of many the one that plays first: the first file of each kind tells it."""
    if films(found) <= FEW:
        return found
    leading: dict[str, str] = {}
    for file in found:
        leading.setdefault(file.address.partition("?")[0].rpartition(".")[2].lower(), file.film)
    return [file for file in found if file.film in leading.values()]


def films(files: Iterable[File]) -> int:
    """Return how many films the files are of, their renditions not counted."""
    return len({file.film for file in files})


def in_value(name: str, value: str) -> list[File]:
    """Return the files in an attribute's value: its address, a query's fields, a player's configuration."""
    if _is_else(name):
        return []
    said = value.strip()
    bare, _, query = said.partition("?" if "?" in said else "#")
    if _is_address(said, bare) and "%2f%2f" not in bare.lower():
        return [File(said, said)]
    if "=" in said and "{" not in said:
        fields = parse_qsl(query or said, max_num_fields=None)[:_FIELDS]
        told = [file for key, field in fields for file in _in_field(key, field)]
        if told or _SCHEME.match(said):
            return told
    if "%22" in said or "%2f%2f" in said.lower():
        said = unquote(said)
    return named(said)


def _in_field(key: str, field: str) -> list[File]:
    if "/" in field and _is_address(field, field.partition("?")[0]):
        return [] if _is_else(key) else [File(field, field)]
    return named(field) if "//" in field else []


def _is_address(said: str, bare: str) -> bool:
    return FILE.search(bare) is not None and not _NO_ADDRESS.search(said)


def _by_ending(text: str) -> Iterator[tuple[int, File]]:
    # From the ending backwards: a script has thousands of slashes, and few files.
    for ending in _ENDING.finditer(text):
        at = ending.start()
        before, behind = _around(text, at)
        begins, end = _begins(before), _END.match(behind)
        if begins is not None and end and not (_is_else(_key(before, begins)) or _in_else(text, at)):
            address = before[begins:] + end[0]
            yield at, File(address, _film(text, at, address))


def _around(text: str, at: int) -> tuple[str, str]:
    """Return what stands before and behind a place in a text, as it is meant, as far as addresses go."""
    start = max(0, at - _BEFORE)
    opened = max(text.rfind('"', start, at), text.rfind("'", start, at))
    quote = _QUOTE.search(text, at, at + _BEHIND)
    closed = quote.end() if quote else at + _BEHIND
    return _unescaped(text[max(start, opened - _KEY_AT) : at]), _unescaped(text[at:closed])


def _unescaped(text: str) -> str:
    if "\\" in text:
        text = _ESCAPED.sub(lambda m: chr(int(code, 16)) if (code := m[1] or m[2]) else "/", text)
    if "&" in text:
        text = text.replace("&amp;", "&").replace("&quot;", '"')
    return _ENCODED.sub(lambda m: unquote(m[0]), text) if "%3A" in text or "%3a" in text else text


def _begins(before: str) -> int | None:
    """Return where in a text the address begins that goes on behind it, None when there is none."""
    begins = max(max(map(before.rfind, _STOPS)), *map(before.rfind, _AGAIN)) + 1
    quoted = begins > 0 and before[begins - 1] in "\"'"
    if quoted and before[begins:].startswith("/"):
        return begins
    if (match := _SCHEME.search(before, begins)) and match.end() < len(before):
        return match.start()
    told = quoted and "/" in before[begins:] and _RELATIVE.fullmatch(_key(before, begins))
    return begins if told else None


def _key(text: str, at: int) -> str:
    """Return the name of what stands at a place in a text, an empty string when it has none."""
    before = text[max(0, at - _KEY_AT) : at].rstrip("[{\\\"' \t\r\n")
    return _NO_NAME.split(before[:-1].rstrip("\\\"' "))[-1] if before.endswith((":", "=", "(")) else ""


@lru_cache(10_000)
def _is_else(key: str) -> bool:
    return bool(key) and _ELSE.search(_CAMEL.sub("-", key).replace("_", "-")) is not None


def _in_else(text: str, at: int) -> bool:
    """Tell whether the object that an address stands in is called what a story's film is not."""
    opened = text.rfind("{", max(0, at - _OBJECT), at)
    return opened > 0 and text.find("}", opened, at) < 0 and _is_else(_key(text, opened))


def _film(text: str, at: int, address: str) -> str:
    """Return what an address shares with the renditions of its film: their list, else most of its name."""
    opened = text.rfind("[", max(0, at - _LIST), at)
    if opened > 0 and text.find("]", opened, at) < 0 and _RENDITIONS.fullmatch(_key(text, opened)):
        return str(opened)
    path = unquote(address.partition("?")[0]).rpartition(".")[0]
    return _SIZE.sub("", path.replace("_", "-"))


def _by_type(text: str) -> Iterator[tuple[int, File]]:
    """Yield the addresses without an ending that stand in an object with their media type."""
    for kind in _TYPE.finditer(text) if names_type(text) else ():
        at = kind.start()
        opened, closed = text.rfind("{", max(0, at - _OBJECT), at), text.find("}", at, at + _OBJECT)
        told = _SOURCE.search(_unescaped(text[opened:closed])) if 0 <= opened < closed else None
        if told and "/" in told[1] and not _ENDING.search(told[1]) and not _is_else(_key(text, opened)):
            yield at, File(told[1], _film(text, opened, told[1]), typed=True)
