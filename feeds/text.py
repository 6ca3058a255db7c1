"""Any input made fit to print: plain, XML- and JSON-safe, clipped as a reader would, dated, named."""

import re
import unicodedata
from base64 import b32encode
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from html import unescape
from typing import TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec
import regex
from lxml import etree
from lxml import html as lxml_html

# XML 1.0 Char (https://www.w3.org/TR/xml/#charsets), without the C1 controls and non-characters it merely
# discourages, and without the bidi embeddings, overrides and isolates a clipped text would leave open.
T = TypeVar("T")
_UNFIT = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
    "|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0010fffe\U0010ffff\ufeff]"
)
_BREAKS = (
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "footer"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "section"),
    *("table", "td", "th", "tr", "ul"),
)
_HIDDEN = ("script", "style", "template", "noscript", "iframe", "svg", "object")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_ESCAPED_TWICE = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_GRAPHEME = regex.compile(r"\X")
_NO_LETTER = re.compile(r"[\W_]+")
_ASCII_MARKS = {n: None for n in range(128) if not chr(n).isalnum()}
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
# An address that is what `web_url` would make of it: most are, and taking them apart costs most of the time.
_CLEAN_URL = re.compile(
    r"https?://(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}/[A-Za-z0-9/%:@!$&'()*+,;=~._-]*"
    r"(?:\?[A-Za-z0-9/%:@!$&'()*+,;=~._?-]+)?"
)
_LONG_GRAPHEME = 64
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def safe(text: str) -> str:
    """Return `text` with only what XML and JSON can carry to a TV: no controls, no lone surrogates."""
    # What Python calls printable is fit, and most texts are: no need to look at each character.
    return text if text.isprintable() else _UNFIT.sub("", text)


def line(text: str) -> str:
    """Return `text` safe, on one line, every run of white space one space."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")
    return " ".join(safe(text).split())


def plain(markup: str) -> str:
    """Return the words of an HTML fragment, or of a plain text, on one line (C22)."""
    text = _words(markup) if _MARKUP.search(markup) else unescape(markup)
    # Feeds escape once too often; a second reading of the common entities is what their authors meant.
    return line(unescape(text) if _ESCAPED_TWICE.search(text) else text)


def _words(markup: str) -> str:
    try:
        root = lxml_html.fragment_fromstring(safe(markup), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return _MARKUP.sub(" ", markup)
    etree.strip_elements(root, *_HIDDEN, etree.Comment, with_tail=False)
    for element in root.iter(*_BREAKS):
        element.tail = f" {safe(element.tail or '')}"
        element.text = f" {safe(element.text or '')}"
    return str(root.text_content())


def clip(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters: cut after a word, never inside a grapheme."""
    if len(text) <= limit:
        return text
    kept = text[: _last_boundary(text, limit - 1)]
    head, space, _ = kept.rpartition(" ")
    # A word cut in half is worse than a short text, unless the script writes without spaces.
    if space and not text[len(kept)].isspace() and len(head) * 2 > limit:
        kept = head
    return f"{_to_word_end(kept) or kept.rstrip()}…"[:limit]


def _to_word_end(text: str) -> str:
    end = len(text)
    while end and (text[end - 1].isspace() or unicodedata.category(text[end - 1]) in ("Pd", "Po")):
        end -= 1
    return text[:end]


def _last_boundary(text: str, limit: int) -> int:
    """Return the last place up to `limit` between two graphemes; `text` is longer than that."""
    if text[: limit + 1].isascii():
        return limit
    # A word begins a grapheme, so that what stands before one need not be taken apart.
    start = text.rfind(" ", 0, max(0, limit - _LONG_GRAPHEME)) + 1
    return limit + 1 - len(_GRAPHEME.findall(text, start, limit + 1)[-1])


def same(one: str, other: str) -> bool:
    """Tell whether two texts read the same: letters and digits only, whatever the case."""
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    text = text.rstrip("…")
    if text.isascii():
        return text.lower().translate(_ASCII_MARKS)
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text).casefold())


def tag(text: str, limit: int = 20) -> str:
    """Return `text` as a tag: lower case, words joined by ``_`` so that no reader splits it at "and" (C9)."""
    words = re.findall(r"\w+", line(text).casefold())
    return "_".join(words)[:limit].strip("_")


def stable_id(*parts: str) -> str:
    """Return 16 characters ``[a-z][a-z0-9]{15}`` that name `parts` for ever (C10)."""
    digest = blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return "a" + b32encode(digest).decode().lower()[:15]


def web_url(url: str) -> str | None:
    """Return `url` absolute, http(s), percent-encoded, host in ASCII; None when it cannot be one."""
    return url if _CLEAN_URL.fullmatch(url) else _cleaned(url)


def _cleaned(url: str) -> str | None:
    try:
        parts = urlsplit(line(url))
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme.lower() not in ("http", "https") or not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:]+", host):
        return None
    host = f"[{host}]" if ":" in host else host
    query = quote(parts.query, safe=f"{_PATH_SAFE}?")
    path = quote(parts.path, safe=_PATH_SAFE)
    return urlunsplit((parts.scheme.lower(), host + port, path or "/", query, ""))


def on_loopback(url: str) -> bool:
    """Tell whether `url` names this very machine, where plain http is good enough."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or bool(re.fullmatch(r"127\.\d+\.\d+\.\d+", host))


def iso(moment: datetime) -> str:
    """Return ``2026-11-22T07:00:00+00:00``, the shape Direct Publisher published."""
    return f"{_digits(moment)}+00:00"


def iso_z(moment: datetime) -> str:
    """Return ``2026-11-22T07:00:00Z``: the wizard loses any other zone (C7)."""
    return f"{_digits(moment)}Z"


def rfc822(moment: datetime) -> str:
    """Return ``Sun, 22 Nov 2026 07:00:00 +0000``, as RSS 2.0 wants it."""
    digits = _digits(moment)
    return f"{_rfc822_day(digits[:10])} {digits[11:]} +0000"


@lru_cache(maxsize=1024)
def _rfc822_day(day: str) -> str:
    # email.utils would do, but for its price, and strftime but for its languages.
    year, month, number = day.split("-")
    return f"{_DAYS[date.fromisoformat(day).weekday()]}, {number} {_MONTHS[int(month) - 1]} {year}"


def _digits(moment: datetime) -> str:
    """Return a time in UTC to the second; msgspec does it in a tenth of the time of `isoformat`."""
    return msgspec.json.encode(moment if moment.tzinfo is UTC else _utc(moment))[1:20].decode()


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first and the last day of the calendar have no neighbour to move to
        return moment.replace(tzinfo=UTC)


def scrub(value: T) -> T:
    """Return `value` with every string in it `safe`, through tuples and structs."""
    if not value:
        return value
    if isinstance(value, str):
        return safe(value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple([scrub(part) for part in value])  # type: ignore[return-value]
    if isinstance(value, msgspec.Struct):
        said = ((name, getattr(value, name)) for name in value.__struct_fields__)
        # Most is safe: what is as it was needs no copy.
        fresh = {name: new for name, old in said if old and (new := scrub(old)) != old}
        return msgspec.structs.replace(value, **fresh) if fresh else value
    return value
