"""Which charset a page is in, whatever it says, and the page in UTF-8."""

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=[\s\"']*([\w.:-]{1,40})", re.I)
# What browsers take these names for (https://encoding.spec.whatwg.org/#names-and-labels), in Python's names.
_MEANT = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932",
    "euc_kr": "cp949", "utf-16": "utf-16-le",
}  # fmt: skip
# All a page can be in. Python has more codecs, some of which (utf-7, unicode_escape) smuggle markup past us.
_CHARSETS = {
    "utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp932", "euc_jp", "iso2022_jp", "cp949",
    "johab", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874", "cp1250", "cp1251", "cp1252",
    "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859-2", "iso8859-3", "iso8859-4",
    "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-10", "iso8859-13", "iso8859-14",
    "iso8859-15", "iso8859-16",
}  # fmt: skip
_WIDE_TAG = re.compile(rb"<\0[\w!?/]\0")
_FOREIGN = re.compile(rb"[\x80-\xff]{4,}")
_WORDS = re.compile(rb"[^\x00-\x7f][^<>]*")
_ASCII = bytes(range(128))
_CONTROLS = bytes({*range(32)} - {*b"\t\n\r"})
_SAMPLE = 20_000


def utf8(html: bytes, charset: str = "") -> bytes:
    """Return `html` in UTF-8 without control characters, whatever it is in or says it is in.

    A byte order mark decides; else UTF-8 if it is that, for next to nothing else is by accident; else the
    first of header, meta and XML declaration that fits; else what the letters look like.
    """
    for mark, name in _BOMS:
        if html.startswith(mark):
            return _encode(html[len(mark) :].decode(name, "replace"))
    declared = [name for name in (_codec(charset), *map(_codec, _declarations(html))) if name]
    # Latin-1 in the header is what servers say that were told nothing; the page knows better.
    declared.sort(key=lambda name: name == "cp1252")
    sniffed = _sniffed(html)
    if not sniffed and _fits(html, "utf-8"):
        return html.translate(None, _CONTROLS)
    name = next((name for name in (*sniffed, *declared) if _fits(html, name)), "") or _likely(html, declared)
    return _encode(html.decode(name, "replace"))


def _declarations(html: bytes) -> list[str]:
    return [name.decode("ascii", "ignore") for name in _DECLARED.findall(html[:_SAMPLE])]


def _codec(label: str) -> str:
    """Return the codec a charset label means, an empty string when it is none a page can be in."""
    try:
        known = label.strip("\"' \t\n").lower().removeprefix("x-").removesuffix("-i")
        name = codecs.lookup(known).name if known else ""
    except (LookupError, ValueError):
        return ""
    name = _MEANT.get(name, name)
    return name if name in _CHARSETS else ""


def _sniffed(html: bytes) -> list[str]:
    """Return the charset that shows in the bytes themselves: escapes to kanji, zeros beside every ``<``."""
    head = html[:_SAMPLE]
    if b"\x1b$B" in head or b"\x1b$@" in head:
        return ["iso2022_jp"]
    if (tag := _WIDE_TAG.search(head)) and b"</" not in head:
        return ["utf-16-be" if tag.start() % 2 else "utf-16-le"]
    return []


def _fits(html: bytes, name: str) -> bool:
    try:
        html.decode(name)
    except ValueError:
        return False
    # Every byte is a letter in Latin-1, but not four accented ones in a row.
    return name != "cp1252" or len(b"".join(_FOREIGN.findall(html))) * 2 <= _letters(html)


def _letters(html: bytes) -> int:
    return len(html.translate(None, _ASCII))


def _likely(html: bytes, declared: list[str]) -> str:
    letters = _letters(html)
    # A stray byte or a letter cut in half does not make a page another charset's; next to nothing but
    # UTF-8 reads as UTF-8 by accident, while most bytes are letters in any of the older charsets.
    for name, share in (("utf-8", 3), *((name, 20) for name in declared if name != "cp1252")):
        if html.decode(name, "replace").count("\ufffd") * share < letters:
            return name
    # Only the letters tell: markup is ASCII in all of them and would take most of the sample.
    words = b" ".join(_WORDS.findall(html))[:_SAMPLE]
    guess = from_bytes(words, cp_isolation=sorted(_CHARSETS)).best() if letters > 32 else None
    guessed = _codec(guess.encoding) if guess else ""
    return guessed or next((name for name in declared if name != "utf-8"), "cp1252")


def _encode(decoded: str) -> bytes:
    return decoded.encode("utf-8", "replace").translate(None, _CONTROLS)
