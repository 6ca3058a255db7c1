"""What a value in a feed was meant to be, however written; where it says nothing, nothing is made up."""

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from urllib.parse import urljoin

from feeds import rules, text
from feeds.item import GENRES, RATINGS, ROKU_GENRES
from feeds.model import CaptionKind, Quality, Rating, VideoType

Json = dict[str, object]

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d{1,9})?)")
_SPAN = re.compile(
    r"P(?:(\d{1,3})D)?T?(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6}(?:\.\d{1,9})?)S)?", re.IGNORECASE
)
_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{0,9})?)\s*(?:s|sec|seconds|kbps)?", re.IGNORECASE)
_SHORT_YEAR = re.compile(r"\d\d-\d\d-\d\d(?!\d)")
_LANGUAGES = {
    "english": "en", "spanish": "es", "español": "es", "french": "fr", "français": "fr", "german": "de",
    "deutsch": "de", "portuguese": "pt", "português": "pt", "italian": "it", "italiano": "it",
    "arabic": "ar", "russian": "ru", "hindi": "hi", "chinese": "zh", "japanese": "ja", "korean": "ko",
}  # fmt: skip
# As the name of a genre more can be told from a word than from one among those of a story's tags.
_GENRES = GENRES | {
    "animation": "animated", "art": "special", "christian": "faith", "church": "faith", "cooking": "food",
    "family": "children", "game": "gaming", "kids": "children", "learning": "educational",
    "lifestyle": "special", "music": "special", "outdoors": "nature", "politics": "news",
    "religious": "faith", "scifi": "science fiction", "spirituality": "faith", "travel": "special",
    "tutorial": "educational",
}  # fmt: skip
_FILMS = (".mp4", ".m4v", ".mov", ".m3u8", ".mpd", ".ism", ".webm", ".mkv", ".ts")
_KINDS: tuple[tuple[VideoType, tuple[str, ...]], ...] = (
    ("HLS", (".m3u8", "m3u8", "mpegurl", "hls")), ("DASH", (".mpd", "dash+xml", "dash")),
    ("SMOOTH", (".ism", "smooth", "sstr")), ("MOV", (".mov", "quicktime", "mov")),
    ("M4V", (".m4v", "m4v")), ("MP4", (".mp4", "mp4")),
)  # fmt: skip
_QUALITIES: tuple[tuple[Quality, tuple[str, ...]], ...] = (
    ("UHD", ("4K", "2160")), ("FHD", ("1080",)), ("HD", ("720",)), ("SD", ("480", "360")),
)  # fmt: skip
_NOTHING: tuple[object, ...] = (None, "", [], {})
_NO_SCHEME = re.compile(r"(?:[a-z0-9-]{1,63}\.){1,9}[a-z]{2,20}/\S", re.IGNORECASE)
_LONGEST_ADDRESS = 4000
_NO_RATING = frozenset({"UNRATED", "NR", "NOTRATED"})
_LONGEST_TEXT, _LONGEST_FILM, _DEEPEST = 20_000, 10**7, 20


def fit(value: object, depth: int = 0) -> object:
    """Return a value of a JSON text as any tool takes it, nested no deeper than a feed is."""
    if isinstance(value, str):
        pairs = "" if value.isascii() else "utf-16-le"
        return value.encode(pairs, "surrogatepass").decode(pairs, "replace") if pairs else value
    if depth > _DEEPEST or (isinstance(value, float) and not isfinite(value)):
        return None
    if isinstance(value, list):
        return [fit(part, depth + 1) for part in value]
    if isinstance(value, dict):
        return {str(fit(key)): fit(part, depth + 1) for key, part in value.items()}
    return value


def without_nulls(table: Json) -> Json:
    """Return an object without the members that are null, in it and in all it holds."""
    return {name: _without_nulls(value) for name, value in table.items() if value is not None}


def _without_nulls(value: object) -> object:
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    return without_nulls(value) if isinstance(value, dict) else value


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


def seconds(value: object) -> float | None:
    """Return a length or any number: 63, 63.5, "63 sec", "1:03", "PT1M3S"; None if it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if 0 <= value < 10**12 else None
    said = value.strip() if isinstance(value, str) else ""
    if found := _NUMBER.fullmatch(said):
        return float(found[1])
    if found := _CLOCK.fullmatch(said):
        hours, minutes, rest = found.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
    if not (found := _SPAN.fullmatch(said)) or not any(found.groups()):
        return None
    days, hours, minutes, rest = found.groups()
    return int(days or 0) * 86_400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(rest or 0)


def length(value: object) -> float | None:
    """Return how long a film is, in seconds; None if that is nothing, or months."""
    found = seconds(value)
    return float(found) if found and found < _LONGEST_FILM else None


def whole(value: object) -> int | None:
    """Return such a number without its fraction."""
    found = seconds(value)
    return None if found is None else int(found)


def whole_year(date: str) -> str:
    """Return a date as it was written, a year of two digits before it (26-11-22) in four."""
    date = date.strip()
    return f"20{date}" if _SHORT_YEAR.match(date) else date


def address(value: object, base: str = "") -> str:
    """Return an http address out of a text, or an object's or a list's; empty if there is none."""
    for part in listed(value)[:1]:
        if isinstance(part, dict):
            named = (part.get(name) for name in ("url", "href", "src", "link", "#text"))
            return next(filter(None, (address(one, base) for one in (*named, *part.values()))), "")
        if isinstance(part, str) and 0 < len(written := part.strip()) <= _LONGEST_ADDRESS:
            try:
                whole = _with_scheme(written, base)
                return text.web_url(whole) or text.web_url(urljoin(base, whole)) or ""
            except ValueError:
                return ""
    return ""


def _with_scheme(written: str, base: str) -> str:
    """Return an address with its scheme, if what it lacks is just that."""
    if written.startswith("//"):
        return f"https:{written}"
    if not base and _NO_SCHEME.match(written):
        return f"https://{written}"
    return re.sub(r"^(https?):/+(?=[^/])", r"\1://", written, count=1, flags=re.IGNORECASE)


def same_address(written: object, address: str) -> object:
    """Return the address as it was written if it is good: no letter of it is changed for nothing."""
    good = isinstance(written, str) and re.fullmatch(r"https?://[^\s/?#]\S*", written)
    return written if good and address else address


def language(value: object, otherwise: str) -> str:
    """Return a language tag."""
    said = words(value)
    return said if rules.is_language(said) else _LANGUAGES.get(said.lower(), otherwise)


def genres(*values: object) -> list[str]:
    """Return what of the texts Roku knows as genres, in its spelling."""
    said = [name for value in values for name in texts(value)]
    return list(dict.fromkeys(filter(None, map(genre, said))))


def genre(name: str) -> str:
    """Return the one of Roku's genres that a name means; empty if none."""
    name = name.lower()
    if name in ROKU_GENRES:
        return name
    parts = [name.replace("-", " "), name.replace("-", "").replace(" ", ""), *re.findall(r"\w+", name)]
    guesses = (
        _GENRES.get(p) or next((g for g in (p, f"{p}s", p.rstrip("s")) if g in ROKU_GENRES), "")
        for p in parts
    )
    return next(filter(None, guesses), "")


def rating(given: object, source: object = None) -> Rating | None:
    """Return the rating that a text, or an object with its source, means: of its source if that has it.

    One that nobody has stays as it is.
    """
    table = given if isinstance(given, dict) else {"rating": given, "ratingSource": source}
    said, of = words(table.get("rating")), words(table.get("ratingSource")) or words(source)
    bare = re.sub(r"[^\w+]", "", said).upper()
    if not bare or bare in _NO_RATING:
        return Rating() if bare else None
    for name in (of.upper(), "USA_PR" if bare.startswith("TV") else "MPAA", *RATINGS):
        # What is said to be American TV's wants its "TV" before it: G is TVG there.
        names = (bare, f"TV{bare}") if name == "USA_PR" else (bare,)
        for value in RATINGS.get(name, "").split():
            if value.upper() in names:
                return Rating(value, name)
    return Rating(said, of)


def is_film(url: str) -> bool:
    """Tell whether an address ends as those of films and streams do."""
    return _path(url).endswith(_FILMS)


def is_bif(url: str) -> bool:
    """Tell whether an address may be that of a BIF: it ends as one, or as nothing else does."""
    ending = re.search(r"\.\w{1,5}\Z", _path(url))
    return ending is None or ending[0] == ".bif"


def _path(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0].lower().removesuffix("/manifest")


def video_type(*hints: object) -> VideoType | None:
    """Return the type of video that an address, a name or a MIME type tells of; None if none tells."""
    for hint in hints:
        told = words(hint).lower().partition("?")[0] if isinstance(hint, str) else ""
        for kind, marks in _KINDS:
            if told and any(
                mark in told if mark.startswith(".") or "/" in told else mark == told for mark in marks
            ):
                return kind
    return None


def quality(*hints: object) -> Quality | None:
    """Return the quality that a name or a height in an address tells; None if none does."""
    for told in filter(None, (words(hint).upper() for hint in hints)):
        for name, heights in _QUALITIES:
            marks = (rf"(?<!\d){height}P?(?!\d)" for height in heights)
            if told == name or any(re.search(mark, told) for mark in marks):
                return name
    return None


def caption_kind(value: object) -> CaptionKind:
    """Return what kind of captions a word tells of; subtitles if it tells of none."""
    return "CLOSED_CAPTION" if words(value).upper() == "CLOSED_CAPTION" else "SUBTITLE"


def spelled(table: Mapping[str, object], names: Mapping[str, str]) -> Json:
    """Return the object with the members of `names` in their right spelling; one with a value stays."""
    result = dict(table)
    for key, value in table.items():
        right = right_name(key, names)
        if right not in result or (right != key and result[right] in _NOTHING):
            result[right] = value
            del result[key]
    return result


def right_name(written: str, names: Mapping[str, str]) -> str:
    """Return the right spelling of a member's name, whatever its letters' case and what stands between."""
    letters = written if written.isalnum() else re.sub(r"[\W_]", "", written)
    return names.get(letters.lower(), written)


def spellings(right: Iterable[str], **aliases: str) -> dict[str, str]:
    """Return the right name for each way of writing it, and for each alias."""
    return {**{name.lower(): name for name in right}, **aliases}


def in_order(table: Json, names: Iterable[str]) -> Json:
    """Return the object with the members of `names` first, so that mending twice changes nothing."""
    return {name: table[name] for name in names if name in table} | table
