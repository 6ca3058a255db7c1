"""What a value was meant to be, however it was written."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin

from feeds import text
from feeds.item import ROKU_GENRES

Json = dict[str, object]

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,]\d+)?")
_SPAN = re.compile(
    r"P(?:(\d{1,3})D)?T?(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:\.\d+)?S)?", re.IGNORECASE
)
_NUMBER = re.compile(r"\s*(\d{1,12})(?:\.\d*)?\s*(?:s|sec|seconds|kbps)?\s*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_LANGUAGES = {
    "english": "en", "spanish": "es", "español": "es", "french": "fr", "français": "fr", "german": "de",
    "deutsch": "de", "portuguese": "pt", "português": "pt", "italian": "it", "italiano": "it",
    "arabic": "ar", "russian": "ru", "hindi": "hi", "chinese": "zh", "japanese": "ja", "korean": "ko",
}  # fmt: skip
_GENRES = {
    "animation": "animated", "art": "special", "business": "news", "christian": "faith", "church": "faith",
    "cooking": "food", "education": "educational", "entertainment": "special", "family": "children",
    "game": "gaming", "kids": "children", "learning": "educational", "lifestyle": "special",
    "music": "special", "outdoors": "nature", "politics": "news", "religion": "faith", "religious": "faith",
    "scifi": "science fiction", "spirituality": "faith", "sport": "sports", "tech": "technology",
    "travel": "special", "tutorial": "educational", "wellness": "health",
}  # fmt: skip
_KINDS = (
    ("HLS", (".m3u8", "m3u8", "mpegurl", "hls")), ("DASH", (".mpd", "dash+xml", "dash")),
    ("SMOOTH", (".ism", "smooth", "sstr")), ("MOV", (".mov", "quicktime", "mov")),
    ("M4V", (".m4v", "m4v")), ("MP4", (".mp4", "mp4")),
)  # fmt: skip
_LONGEST_TEXT = 20_000


def words(value: object) -> str:
    """Return the words of a text, a number or the first of a list, without markup; empty if none."""
    if isinstance(value, str):
        return text.plain(value[:_LONGEST_TEXT])
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, list):
        return words(value[0]) if value else ""
    return "" if isinstance(value, dict) else str(value)


def listed(value: object) -> list[object]:
    """Return a list, one of a single value, none of nothing."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def texts(value: object) -> list[str]:
    """Return the texts of a list, or those between the commas of one text, each once."""
    parts = value.split(",") if isinstance(value, str) else listed(value)
    return list(dict.fromkeys(filter(None, map(words, parts))))


def tables(value: object) -> list[Json]:
    """Return the objects of a list, or a single one."""
    return [part for part in listed(value) if isinstance(part, dict)]


def whole(value: object) -> int | None:
    """Return a whole number however it is written: 63, 63.5, "63", "1:03", "PT1M3S"; None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 10**12 else None
    if not isinstance(value, str):
        return None
    if found := _NUMBER.fullmatch(value):
        return int(found[1])
    if found := _CLOCK.fullmatch(value.strip()):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    found = _SPAN.fullmatch(value.strip())
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


def address(value: object, base: str = "") -> str:
    """Return an http address out of a text, or an object's or a list's; empty if there is none."""
    for part in listed(value)[:1]:
        if isinstance(part, dict):
            return next(
                filter(None, (address(part.get(n), base) for n in ("url", "href", "src", "#text"))), ""
            )
        if isinstance(part, str) and part.strip():
            written = part.strip()
            written = f"https:{written}" if written.startswith("//") else written
            try:
                return text.web_url(urljoin(base, written) if base else written) or ""
            except ValueError:
                return ""
    return ""


def same_address(written: object, address: str) -> object:
    """Return the address as it was written if it is good: no letter of it is changed for nothing."""
    good = isinstance(written, str) and re.fullmatch(r"https?://[^\s/?#]\S*", written)
    return written if good and address else address


def language(value: object, otherwise: str) -> str:
    """Return a language tag."""
    said = words(value)
    if _LANGUAGE.fullmatch(said):
        return said
    return _LANGUAGES.get(said.lower(), otherwise)


def genres(*values: object) -> list[str]:
    """Return what of the texts Roku knows as genres, in its spelling; what it does not know is `special`."""
    said = [name.lower() for value in values for name in texts(value)]
    known = dict.fromkeys(filter(None, map(_genre, said)))
    return list(known) or ["special"]


def _genre(name: str) -> str:
    if name in ROKU_GENRES:
        return name
    parts = [name.replace("-", " "), name.replace("-", "").replace(" ", ""), *re.findall(r"\w+", name)]
    guesses = (
        _GENRES.get(p) or next((g for g in (p, f"{p}s", p.rstrip("s")) if g in ROKU_GENRES), "")
        for p in parts
    )
    return next(filter(None, guesses), "")


def video_type(*hints: object) -> str:
    """Return the type of video that an address, a name or a MIME type tells of; MP4 if none tells."""
    for hint in hints:
        told = words(hint).lower().partition("?")[0] if isinstance(hint, str) else ""
        for kind, marks in _KINDS:
            if told and any(
                mark in told if mark.startswith(".") or "/" in told else mark == told for mark in marks
            ):
                return kind
    return "MP4"


def quality(*hints: object) -> str:
    """Return the quality that a name or a height in an address tells; HD if none does."""
    for hint in hints:
        told = words(hint).upper()
        if told in ("SD", "HD", "FHD", "UHD"):
            return told
        for marks, name in (
            (("4K", "2160"), "UHD"),
            (("1080",), "FHD"),
            (("720",), "HD"),
            (("480", "360"), "SD"),
        ):
            if any(re.search(rf"(?<!\d){mark}P?(?!\d)", told) for mark in marks):
                return name
    return "HD"


def spelled(table: Mapping[str, object], names: Mapping[str, str]) -> Json:
    """Return the object with the members of `names` in their right spelling; one that is there stays."""
    result = {key: value for key, value in table.items() if value is not None}
    for key, value in table.items():
        right = names.get(re.sub(r"[\W_]", "", key).lower(), key)
        if right not in result:
            result[right] = value
            result.pop(key, None)
    return {**{key: None for key in table if key in names.values()}, **result}


def spellings(right: Iterable[str], **aliases: str) -> dict[str, str]:
    """Return the right name for each way of writing it, and for each alias."""
    return {**{name.lower(): name for name in right}, **aliases}


def in_order(table: Json, names: Iterable[str]) -> Json:
    """Return the object with the members of `names` first, so that mending twice changes nothing."""
    return {name: table[name] for name in names if name in table} | table


def clipped(value: str, limit: int) -> str:
    """Return a text of at most `limit` characters."""
    return text.clip(value, limit)
