"""What an agency's XML tells, whichever standard it is in: an item, its words and its media.

`nitf` and `newsml_g2` read files into these; `newsml` makes articles of them.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Literal
from urllib.parse import unquote

from lxml import etree
from lxml import html as lxml_html
from lxml.etree import _Element as Element
from msgspec import Struct
from msgspec.structs import replace

from feeds import text, values
from feeds.model import Article
from feedsvc import dates
from feedsvc.sources import press
from feedsvc.sources.media_rss import is_image, is_video, joined

Kind = Literal["text", "picture", "video", "package", "other"]
MediumKind = Literal["image", "video"]
Status = Literal["usable", "withheld", "canceled"]

NOTHING = etree.Element("nothing")

# Of NITF and XHTML: what stands by itself, and what is no part of the story.
_BLOCKS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "hl1", "hl2", "li", "dd", "dt", "div", "section", "block", "bq",
    "blockquote", "pre", "article", "main", "ul", "ol", "dl", "body", "body.content", "html", "nitf", "hr",
})  # fmt: skip
_ASIDE = frozenset({
    "head", "script", "style", "template", "header", "footer", "nav", "aside", "form", "button", "iframe",
    "object", "svg", "figure", "media", "video", "audio", "note", "table", "nitf-table", "body.head",
    "body.end",
})  # fmt: skip
_ASIDE_CLASSES = frozenset(
    {"byline", "notepad", "closingline", "np-public", "np-nonpublic", "publicationdate"}
)
# How wide the renditions are that agencies name without saying it.
_WIDTHS = {"highres": 3000, "hires": 3000, "baseimage": 3000, "main": 2000, "web": 1200, "preview": 1000,
           "viewimage": 640, "thumbnail": 150}  # fmt: skip
_STATUS: dict[str, Status] = {
    "canceled": "canceled", "cancelled": "canceled", "killed": "canceled", "withheld": "withheld",
}  # fmt: skip


# The 17 kinds of news IPTC knows: the first two digits of a subject code, and of the broadest media topics.
_TOPICS = (
    "Arts and entertainment", "Crime and law", "Disasters", "Economy", "Education", "Environment", "Health",
    "Human interest", "Labour", "Lifestyle", "Politics", "Religion", "Science and technology", "Society",
    "Sport", "Conflict and war", "Weather",
)  # fmt: skip
_TOPIC = re.compile(r"(?:.*[:/\s])?(0[1-9]|1[0-7])\d{6}")
_ENDS = re.compile(r"""[.!?:…。"”»)]$""")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


class Rendition(Struct, frozen=True):
    """One file of a picture or film: its web address, if it has one, and the names it may lie here under."""

    url: str = ""
    names: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    rank: int = 0


class Medium(Struct, frozen=True):
    """A picture or a film in its renditions, the widest first."""

    kind: MediumKind
    renditions: tuple[Rendition, ...]
    caption: str = ""
    credit: str = ""


class Reference(Struct, frozen=True):
    """What an item or a package refers to: another item, or a medium of its own somewhere."""

    guid: str
    medium: Medium | None = None


class Group(Struct, frozen=True):
    """A part of a package: what it refers to, and the parts within it."""

    refers: tuple[Reference, ...] = ()
    groups: tuple["Group", ...] = ()


class Item(Struct, frozen=True):
    """An item as it was sent. `made` tells which of two of the same `guid` is the newer one."""

    guid: str
    kind: Kind
    made: tuple[int, float] = (0, 0.0)
    status: Status = "usable"
    article: Article = Article()
    media: tuple[Medium, ...] = ()
    refers: tuple[Reference, ...] = ()
    package: Group = Group()


class Content(Struct, frozen=True):
    """NITF or XHTML, read."""

    paragraphs: tuple[str, ...] = ()
    media: tuple[Medium, ...] = ()


def name_of(element: Element) -> str:
    """Return an element's name without its namespace, an empty text for a comment and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def said(element: Element | None) -> str:
    """Return the words in an element, on one line."""
    return "" if element is None else text.plain(text.safe("".join(element.itertext())))


def status(word: str) -> Status:
    """Return what a publishing status says, in either standard's spelling."""
    return _STATUS.get(word.strip().casefold(), "usable")


def moment(words: str | None) -> datetime | None:
    """Return the moment of ``2026-11-22T07:00:00+01:00`` or ``20261122T070000+0100``."""
    try:
        when = datetime.fromisoformat((words or "").strip())
    except ValueError:
        return dates.when(words or "")
    try:
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def after(moment: datetime | None, published: datetime | None) -> datetime | None:
    """Return a moment if it lies after the publication: many name the same twice, which opens no window."""
    return moment if moment and (published is None or moment > published) else None


def made(version: str, *moments: datetime | None) -> tuple[int, float]:
    """Return what orders the versions of an item: its number, then its time."""
    digits = version.strip() if version.strip().isascii() and version.strip().isdigit() else "0"
    return int(digits[:18]), max((when.timestamp() for when in moments if when), default=0.0)


def people(words: Iterable[str]) -> tuple[str, ...]:
    """Return the persons that bylines name."""
    return tuple(dict.fromkeys(name for line in words for name in press.people(text.line(line))))


def topic(code: str) -> str:
    """Return the kind of news an IPTC code stands for, such as ``subj:15054000``; empty if it is none."""
    match = _TOPIC.fullmatch(code.strip())
    return _TOPICS[int(match[1]) - 1] if match else ""


def story(title: str, paragraphs: Iterable[str]) -> press.Press:
    """Return a text without what stood around it: bylines, prompts, the headline once more."""
    body, title = tuple(paragraphs), text.line(title)
    found = press.read("\n\n".join((title, *body))) if title else press.Press()
    # A headline that looks like something else is no reason to lose a paragraph.
    told = found if found.title == title else press.Press(title=title, body=tuple(map(text.line, body)))
    return replace(told, body=_without_sign(told.body))


def _without_sign(body: tuple[str, ...]) -> tuple[str, ...]:
    """Return a text without what agencies end theirs with: ``ends``, ``AFP sn``, ``/ritzau/``."""
    return body[:-1] if len(body) > 1 and len(body[-1]) < 25 and not _ENDS.search(body[-1]) else body


def content(root: Element, base: str) -> Content:
    """Return the paragraphs and the media of NITF or XHTML; addresses are resolved against `base`."""
    pieces: list[list[str]] = [[]]
    media: list[Medium] = []

    def walk(element: Element) -> None:
        name = name_of(element)
        if not name:
            pieces[-1].append(unescape(element.text or ""))
            return
        media.extend(_media(element, name, base))
        if name in _ASIDE or _ASIDE_CLASSES.intersection((element.get("class") or "").casefold().split()):
            return
        apart = name in _BLOCKS
        if apart:
            pieces.append([])
        pieces[-1].append(" " if name == "br" else element.text or "")
        for child in element:
            walk(child)
            pieces[-1].append(child.tail or "")
        if apart:
            pieces.append([])

    walk(root)
    told = (text.plain(text.safe("".join(piece))) for piece in pieces)
    return Content(tuple(paragraph for paragraph in told if paragraph), tuple(media))


def plain(words: str, base: str) -> Content:
    """Return the paragraphs of a plain text, or of one that came as HTML after all."""
    if not _MARKUP.search(words):
        return Content((text.safe(words),) if words.strip() else ())
    try:
        return content(lxml_html.fragment_fromstring(text.safe(words), create_parent="div"), base)
    except (etree.LxmlError, ValueError, AssertionError):
        return Content((text.safe(_MARKUP.sub(" ", words)),))


def _media(element: Element, name: str, base: str) -> Iterator[Medium]:
    """Yield what an element shows: NITF's ``media``, XHTML's ``figure``, ``img`` and ``video``."""
    if name == "media":
        yield from _nitf_media(element, base)
    elif name in ("figure", "img", "video"):
        caption = " ".join(said(e) for e in element.iter() if name_of(e) == "figcaption")
        films = [e for e in element.iter() if name_of(e) in ("video", "source") and e.get("src")]
        shown = [rendition(e.get("src") or "", base, width=e.get("width")) for e in films]
        if shown:
            yield medium("video", shown, caption)
        for e in element.iter():
            if name_of(e) == "img" and e.get("src"):
                file = rendition(e.get("src") or "", base, width=e.get("width"), height=e.get("height"))
                yield medium("image", [file], caption)


def _nitf_media(element: Element, base: str) -> Iterator[Medium]:
    type_ = (element.get("media-type") or "").casefold()
    parts = [(name_of(e), e) for e in element.iter()]
    files = [e for name, e in parts if name == "media-reference" and e.get("source")]
    mime = files[0].get("mime-type") or "" if files else ""
    kind = kind_of(mime, type_, files[0].get("source") or "") if files else None
    if kind:
        shown = [
            rendition(
                e.get("source") or "", base, e.get("name") or "", width=e.get("width"),
                height=e.get("height"), duration=e.get("time"), unit=e.get("time-unit-of-measure") or "",
            )
            for e in files
        ]  # fmt: skip
        caption = " ".join(said(e) for name, e in parts if name == "media-caption")
        credit = next((said(e) for name, e in parts if name == "media-producer"), "")
        yield medium(kind, shown, caption, credit)


def kind_of(mime: str, type_: str, address: str) -> MediumKind | None:
    """Return what a file is by its MIME type, what the item calls it, or its name; None if it is neither."""
    if is_image(mime, address) or (not mime and type_ in ("image", "photo", "picture", "graphic")):
        return "image"
    if is_video(mime, address) or (not mime and type_ in ("video", "film", "animation")):
        return "video"
    return None


def medium(kind: MediumKind, shown: Iterable[Rendition], caption: str = "", credit: str = "") -> Medium:
    """Return a picture or a film of these files, the widest of them first."""
    return Medium(kind, tuple(sorted(shown, key=lambda r: -(r.width or r.rank))), caption, credit)


def rendition(
    address: str,
    base: str,
    *names: str,
    width: str | None = None,
    height: str | None = None,
    duration: str | None = None,
    unit: str = "",
    code: str = "",
) -> Rendition:
    """Return the file at an address: on the web, or here under the address or one of the other names."""
    onto = "://" in address
    path = address.partition("://")[2].partition("?")[0].partition("#")[0] if onto else address
    last = posixpath.basename(unquote(path)) if onto else unquote(path)
    told = dict.fromkeys(name for name in (last, address * (not onto), *names) if name)
    return Rendition(
        url=(joined(base, address) or "") if onto else "",
        names=tuple(told),
        width=_pixels(width),
        height=_pixels(height),
        duration=_seconds(duration, unit),
        rank=_WIDTHS.get(code.casefold(), 0),
    )


def _pixels(number: str | None) -> int | None:
    digits = (number or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < len(digits) < 6 else None


def _seconds(duration: str | None, unit: str) -> float | None:
    found = values.length(duration)
    return found / 1000 if found and "milli" in unit.casefold() else found
