"""What every format's `check` asks of a document: its bytes, its addresses, its texts, its times.

No writer imports this: a check that shared a helper with `write` would share its mistakes.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from feeds.model import Issue, Severity

DEVICE_LIMIT = 512_000
SHORT, LONG, TAG = 200, 500, 20
# More of one fault tell nobody more, and a feed of a hundred thousand items has a million.
MOST_OF_A_CODE = 10_000


class Rule(Struct, frozen=True):
    """What a code means, in one sentence, and what to do about it."""

    severity: Severity
    meaning: str
    fix: str


Rules = Mapping[str, Rule]

COMMON: Rules = {
    "empty": Rule("error", "There is nothing in the document.", "Publish the feed again."),
    "bom": Rule(
        "error",
        "A byte order mark stands before the document, and a TV shows nothing.",
        "Save it without one.",
    ),
    "not_utf8": Rule("error", "The document is not UTF-8, the one encoding a TV reads.", "Save it as UTF-8."),
    "bad_start": Rule(
        "error",
        "Something stands before the first character of the document, and a TV shows nothing.",
        "Remove blank lines, warnings and anything else a program printed first.",
    ),
    "too_large": Rule(
        "error",
        "The document has 512,000 characters or more, and the TV says it is too large.",
        "Publish fewer items, or shorter descriptions.",
    ),
    "no_items": Rule(
        "error", "There is no item in the feed.", "Keep the last feed until there is one to show."
    ),
    "not_https": Rule("error", "The address is plain http, and TVs want https.", "Serve it over https."),
    "loopback_http": Rule(
        "info",
        "The address is plain http on this very machine: good for a preview only.",
        "Set a public address.",
    ),
    "expiring_url": Rule(
        "warning",
        "The address is signed and stops working at some time, while the feed goes on naming it.",
        "Use an address that lasts, or sign it for longer than a week.",
    ),
    "no_title": Rule("error", "An item must have a title, as text.", "Give it one."),
    "no_description": Rule("error", "An item must have a short description, as text.", "Give it one."),
    "description_too_long": Rule(
        "warning", "A description is longer than Roku shows and is cut anywhere.", "Shorten it at a sentence."
    ),
    "text_markup": Rule(
        "warning", "A text contains HTML or an entity, and the TV shows it as it stands.", "Write plain text."
    ),
    "control_character": Rule("warning", "A text contains characters no TV can draw.", "Remove them."),
    "tag_too_long": Rule("warning", "A tag or category is longer than 20 characters.", "Use a shorter one."),
    "bad_thumbnail": Rule("error", "An item must have a thumbnail with an address.", "Give it a picture."),
    "thumbnail_format": Rule(
        "warning",
        "A thumbnail looks as if it were not a JPEG or PNG, which Roku asks for.",
        "Convert the picture.",
    ),
    "no_video": Rule(
        "error", "An item has no video, which crashes one reader and hides it in others.", "Leave it out."
    ),
    "bad_video_url": Rule("error", "A video must have an absolute address.", "Give its full https address."),
    "video_page": Rule(
        "error",
        "A video's address is that of a web page with a player, and no TV plays that.",
        "Give the address of the film or stream itself.",
    ),
    "bad_duration": Rule(
        "error", "The duration must be seconds, more than none.", "Give the video's length."
    ),
    "bad_caption": Rule(
        "error",
        "Captions need an address, a language tag and, in JSON, a type.",
        "Complete them or leave them out.",
    ),
    "bad_language": Rule("error", "A language must be a tag such as en or en-US.", "Use a language tag."),
    "bad_window": Rule(
        "error",
        "A validity window must be made of times with a zone (2026-11-22T07:00:00+00:00).",
        "Correct the times.",
    ),
    "window_order": Rule("warning", "A window ends before it starts: it never opens.", "Correct the times."),
    "window_expired": Rule(
        "warning",
        "A window had closed when the feed was made, and TVs do not look at windows.",
        "Drop the item.",
    ),
}

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_ADDRESS = re.compile(r"https?://[^\s/?#]\S*")
_LOOPBACK = re.compile(r"http://(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:[/?#]|\Z)")
# Players on pages; where a provider gives out films too, their addresses end like films.
_PAGE = re.compile(
    r"https?://(?:www\.|m\.|player\.|music\.)?(?:"
    r"youtube(?:-nocookie)?\.com/|youtu\.be/|vimeo\.com/(?:video/|channels/|showcase/)?\d|dai\.ly/|fb\.watch/"
    r"|dailymotion\.com/(?:embed/|video/)|facebook\.com/|instagram\.com/|tiktok\.com/|twitch\.tv/|rumble\.com/"
    r"|ted\.com/talks/|bitchute\.com/|odysee\.com/)(?![^?#]*\.(?:mp4|m4v|mov|m3u8|mpd)(?:[?#]|\Z))",
    re.IGNORECASE,
)
_OTHER_PICTURE = re.compile(r"\.(?:webp|gif|svg|avif|heic|heif|bmp|tiff?)\Z", re.IGNORECASE)
_SIGNED = {"expires", "exp", "x-amz-expires", "x-goog-expires", "hdnts", "hdnea"}
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


def issue(rules: Rules, code: str, where: str, detail: str = "", severity: Severity | None = None) -> Issue:
    """Return what `rules` say of `code`; `detail` completes the sentence."""
    rule = rules[code]
    message = f"{rule.meaning.rstrip('.')}: {detail}." if detail else rule.meaning
    return Issue(severity or rule.severity, code, where, message, rule.fix)


def meanings(rules: Rules) -> Mapping[str, str]:
    """Return one sentence a code."""
    return {code: rule.meaning for code, rule in sorted(rules.items())}


def checked(body: bytes, look: Callable[[str], Iterable[Issue]]) -> list[Issue]:
    """Return what is wrong with a document's bytes, and what `look` finds in its text if there is any."""
    text, found = _decoded(body)
    return unique(chain(found, look(text) if text else ()))


def unique(issues: Iterable[Issue]) -> list[Issue]:
    """Return the first issue of each code and place, in their order, and not endlessly many of a code."""
    found: dict[tuple[str, str], Issue] = {}
    counts: Counter[str] = Counter()
    for one in issues:
        if counts[one.code] < MOST_OF_A_CODE and found.setdefault((one.code, one.where), one) is one:
            counts[one.code] += 1
    return list(found.values())


def _decoded(body: bytes) -> tuple[str, list[Issue]]:
    """Return the document as text, empty when it cannot be read, and what is wrong with its bytes."""
    found = [issue(COMMON, "bom", "")] if body.startswith(codecs.BOM_UTF8) else []
    content = body.removeprefix(codecs.BOM_UTF8)
    if not content.strip():
        return "", [*found, issue(COMMON, "empty", "")]
    if b"\x00" in content[:4] or content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "", [*found, issue(COMMON, "not_utf8", "", "it looks like UTF-16 or UTF-32")]
    try:
        return content.decode(), found
    except UnicodeDecodeError as error:
        return "", [*found, issue(COMMON, "not_utf8", "", f"byte {error.start} begins no character")]


def size(text: str) -> Iterator[Issue]:
    """Yield an issue when a TV would not take the document (C1)."""
    size = len(text.encode())
    if len(text) >= DEVICE_LIMIT:
        yield issue(COMMON, "too_large", "", f"it has {len(text):,}")
    elif size >= DEVICE_LIMIT:
        # No public text says whether a TV counts bytes or characters; on the engine it was characters.
        yield issue(COMMON, "too_large", "", f"it has fewer, but {size:,} bytes", "warning")


def address(url: str, where: str, code: str, rules: Rules = COMMON) -> Iterator[Issue]:
    """Yield what keeps a TV from fetching `url`; `code` of the `rules` names an address that is none."""
    if not _ADDRESS.fullmatch(url):
        yield issue(rules, code, where, f"{quoted(url)} is not an address")
    elif url.startswith("http:"):
        yield issue(COMMON, "loopback_http" if _LOOPBACK.match(url) else "not_https", where, quoted(url))
    if _signed(url):
        yield issue(COMMON, "expiring_url", where, quoted(url))


def _signed(url: str) -> bool:
    try:
        query = urlsplit(url).query
        return any(name.lower() in _SIGNED for name, _ in parse_qsl(query, max_num_fields=100))
    except ValueError:
        return False


def video(url: str, where: str) -> Iterator[Issue]:
    """Yield what keeps a TV from playing `url`."""
    yield from address(url, where, "bad_video_url")
    if is_page(url):
        yield issue(COMMON, "video_page", where, quoted(url))


def is_page(url: str) -> bool:
    """Tell whether an address is that of a page where a known provider's player stands, not of a video."""
    return bool(_PAGE.match(url))


def picture(url: str, where: str) -> Iterator[Issue]:
    """Yield what is wrong with a thumbnail's address."""
    yield from address(url, where, "bad_thumbnail")
    if _OTHER_PICTURE.search(url.partition("?")[0]):
        yield issue(COMMON, "thumbnail_format", where, quoted(url))


def plain(text: str, where: str) -> Iterator[Issue]:
    """Yield what of a text would not look as it was meant (C22)."""
    if found := _MARKUP.search(text):
        yield issue(COMMON, "text_markup", where, quoted(found.group()))
    if _CONTROL.search(text):
        yield issue(COMMON, "control_character", where)


def too_long(text: str, limit: int, where: str) -> Iterator[Issue]:
    """Yield an issue when a description exceeds `limit` characters."""
    if len(text) > limit:
        yield issue(
            COMMON, "description_too_long", where, f"it has {len(text)} characters, {limit} are shown"
        )


def same(one: str, other: str) -> bool:
    """Tell whether two texts read the same, but for case, spaces and marks."""
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold())) or " ".join(text.split())


def is_language(tag: str) -> bool:
    """Tell whether `tag` has the shape of a language tag."""
    return bool(_LANGUAGE.fullmatch(tag))


def moment(text: str) -> datetime | None:
    """Return the time `text` names in full, with a zone; None when it does not."""
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def window(start: str | None, end: str | None, made: str, where: str) -> Iterator[Issue]:
    """Yield what is wrong with a window of a feed `made` at some time; None is an open end."""
    edges = [day(edge) if edge is not None else None for edge in (start, end)]
    for given, edge in zip((start, end), edges, strict=True):
        if given is not None and edge is None:
            yield issue(COMMON, "bad_window", where, quoted(given))
    opens, closes = edges
    if opens and closes and opens >= closes:
        yield issue(COMMON, "window_order", where)
    elif closes and (now := moment(made)) and closes <= now:
        yield issue(COMMON, "window_expired", where, f"it closed at {end}")


def day(text: str) -> datetime | None:
    """Return the time `text` names; a day alone is its first moment in UTC."""
    return moment(text) or (moment(f"{text}T00:00:00Z") if len(text) == 10 else None)


def quoted(value: object) -> str:
    """Return `value` as a sentence can show it: short, and nothing but characters."""
    shown = str(value)
    cut = shown if len(shown) <= 60 else f"{shown[:59]}…"
    return "`" + _CONTROL.sub("?", cut).encode(errors="replace").decode() + "`"
