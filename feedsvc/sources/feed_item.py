"""One item of a feed, as feedparser and `media_rss` read it, made an article."""

import re
from calendar import timegm
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from time import struct_time
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Image, Issue, Video, Window
from feedsvc import dates
from feedsvc.sources.media_rss import Media, distinct, is_image, is_video, joined

CODES: Mapping[str, str] = {"bad_date": "The date of an item cannot be read."}
Entry = Mapping[str, Any]

_APART = (
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
)  # fmt: skip
_NOT_TEXT = (
    "script", "style", "template", "noscript", "iframe", "svg", "object", "figure", "video", "audio", "form",
)  # fmt: skip
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_APPENDED = re.compile(
    r"The post .{1,300} (?:appeared first|first appeared) on .{1,200}"
    r"|(?:Continue reading|Read more|Weiterlesen|Lire la suite|Leer más|Leggi tutto|Lees verder)\b.{0,200}",
    re.I,
)
_FILMS = etree.XPath("//video/@src | //video/source/@src")
# What systems call the section of a story that was given none.
NO_SECTION = frozenset(
    {"uncategorized", "uncategorised", "allgemein", "non classé", "sin categoría", "senza categoria",
     "sem categoria", "geen categorie", "uden kategori", "okategoriserade", "ukategorisert", "без рубрики"}
)  # fmt: skip
_LEVELS = re.compile(r"\s*(?:/|>|»|›)\s*")


class _Story(Struct, frozen=True):
    """The HTML of an item, read: paragraphs, and the media shown between them."""

    paragraphs: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()


def article(entry: Entry, media: Media, feed: Entry, url: str) -> Article:
    """Return the article an item tells; `url` is the feed's own address."""
    url = media.base or _base(entry, url)
    language = text.line(_said(entry, "language") or _said(feed, "language"))
    story, summary = _texts(entry, url)
    summary = summary or media.description
    sections, tags = _topics(entry, media)
    published, updated, issues = _times(entry)
    enclosures = [link for link in _listed(entry, "links") if _said(link, "rel") == "enclosure"]
    page = joined(url, _said(entry, "feedburner_origlink") or _page(entry, language)) or ""
    # Some feeds of videos link to the video itself, which is no page to read.
    film = [Video(page)] if is_video("", page) else []
    videos = (*media.videos, *_films(entry, enclosures, url), *story.videos, *film)
    return Article(
        guid=text.line(_said(entry, "id")),
        url="" if film else page,
        title=text.plain(_said(entry, "title")) or media.title,
        summary=summary,
        body=story.paragraphs,
        section=sections,
        tags=tags,
        language=language,
        authors=tuple(_authors(entry)),
        published=published,
        updated=updated,
        images=distinct((*media.images, *_pictures(entry, enclosures, url), *story.images)),
        videos=tuple(_timed(video, media.duration) for video in distinct(videos)),
        # What is only heard has a transcript, and nothing to show it with.
        captions=media.captions if videos else (),
        rating=media.rating,
        window=_window(_said(entry, "validity")),
        series=text.plain(_said(feed, "title")) if media.episode is not None else "",
        season=media.season,
        episode=media.episode,
        issues=issues,
    )


def _said(entry: Entry, name: str) -> str:
    # An element nobody knows may take any name, and be a text, a table or a list.
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _listed(entry: Entry, name: str) -> list[Entry]:
    value = entry.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(entry: Entry, url: str) -> tuple[_Story, str]:
    """Return the story and the summary; a summary of several paragraphs is the story itself."""
    said, contents = _said(entry, "summary"), _listed(entry, "content")
    full = max((_said(c, "value") for c in contents if _is_text(_said(c, "type"))), key=len, default="")
    base = next((base for c in contents if (base := joined(url, _said(c, "base")))), url)
    story, summary = _story(full, base), _story(said, _base(entry, url))
    if _length(summary) > _length(story) > 0:
        said, full, story, summary = full, said, summary, story
    # feedparser gives an item that has only a full text that text as its summary, too.
    if said == full or (not full and len(summary.paragraphs) > 1):
        story = summary
        return story, next(iter(story.paragraphs), "")
    shown = _Story(story.paragraphs, story.images or summary.images, story.videos or summary.videos)
    return shown, " ".join(summary.paragraphs)


def _length(story: _Story) -> int:
    return sum(map(len, story.paragraphs))


def _base(entry: Entry, url: str) -> str:
    """Return where the relative addresses of an entry start, from xml:base."""
    details = (entry.get(name) for name in ("summary_detail", "title_detail"))
    said = (_said(detail, "base") for detail in details if isinstance(detail, Mapping))
    return next((base for one in said if (base := joined(url, one))), url)


def _page(entry: Entry, language: str) -> str:
    """Return the address of an entry's page: of several, the one in its own language."""
    pages = [
        link
        for link in _listed(entry, "links")
        if _said(link, "rel") == "alternate" and "html" in (_said(link, "type") or "html")
    ]
    own = language.lower().partition("-")[0]
    pages.sort(key=lambda link: _said(link, "hreflang").lower().partition("-")[0] not in ("", own))
    return next((href for link in pages if (href := _said(link, "href"))), _said(entry, "link"))


def _is_text(type_: str) -> bool:
    return type_.startswith("text/") or "html" in type_


def _story(markup: str, base: str) -> _Story:
    if not _MARKUP.search(markup):
        return _Story(tuple(_paragraphs(text.safe(markup))))
    try:
        root = lxml_html.fragment_fromstring(text.safe(markup), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return _Story(tuple(_paragraphs(_MARKUP.sub(" ", markup))))
    images = tuple(_inline_images(root, base))
    films = _FILMS(root)
    videos = tuple(
        Video(address) for src in films if (address := joined(base, str(src))) and is_video("", address)
    )
    etree.strip_elements(root, *_NOT_TEXT, etree.Comment, with_tail=False)
    for element in root.iter("br", *_APART):
        space = "\n" if element.tag == "br" else "\n\n"
        # A character's number may stand for one that lxml will not write.
        element.tail = space + text.safe(element.tail or "")
        element.text = space * (element.tag != "br") + text.safe(element.text or "")
    return _Story(tuple(_paragraphs(str(root.text_content()))), images, videos)


def _paragraphs(words: str) -> Iterator[str]:
    for paragraph in re.split(r"\n[^\S\n]*\n", words.replace("\r\n", "\n")):
        if (said := text.plain(paragraph)) and not _APPENDED.fullmatch(said):
            yield said


def _inline_images(root: lxml_html.HtmlElement, base: str) -> Iterator[Image]:
    for img in root.iter("img"):
        width, height = (_pixels(img.get(name, "")) for name in ("width", "height"))
        url = joined(base, img.get("data-src") or img.get("src") or "")
        # One pixel counts readers and shows nothing.
        if url and is_image("image/", url) and not {1, 2} & {width, height}:
            yield Image(url, width, height, caption=_figcaption(img))


def _pixels(said: str) -> int | None:
    return int(said) if re.fullmatch(r"[1-9][0-9]{0,4}", said) else None


def _figcaption(img: lxml_html.HtmlElement) -> str:
    for figure in img.iterancestors("figure"):
        return " ".join(text.line(str(c.text_content())) for c in figure.iter("figcaption"))
    return ""


def _topics(entry: Entry, media: Media) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the section path and the tags."""
    said = [
        text.plain(_said(tag, "label") or _said(tag, "term"))
        for tag in _listed(entry, "tags")
        if "itunes" not in _said(tag, "scheme")
    ]
    named = [n for n in (*said, *media.categories) if n and n.casefold() not in NO_SECTION and "://" not in n]
    section = tuple(part for part in _LEVELS.split(named[0]) if part) if named else ()
    return section, tuple(dict.fromkeys((*named, *media.keywords)))


def _times(entry: Entry) -> tuple[datetime | None, datetime | None, tuple[Issue, ...]]:
    """Return when it was published and updated, and an issue for a date nobody can read."""
    times = {name: _moment(entry, name) for name in ("published", "created", "updated") if name in entry}
    issues = tuple(
        Issue(
            "warning",
            "bad_date",
            _said(entry, "link") or _said(entry, "id"),
            f"The date {text.clip(text.line(_said(entry, name)), 60)!r} cannot be read.",
            "Write it as in Sun, 22 Nov 2026 07:00:00 +0000.",
        )
        for name, moment in times.items()
        if moment is None and text.line(_said(entry, name))
    )
    updated = times.get("updated")
    return times.get("published") or times.get("created") or updated, updated, issues


def _moment(entry: Entry, name: str) -> datetime | None:
    parsed = entry.get(f"{name}_parsed")
    try:
        if isinstance(parsed, struct_time):
            return datetime.fromtimestamp(timegm(parsed), UTC)
        return dates.when(_said(entry, name))
    except (ValueError, OverflowError, OSError):
        return None


def _window(validity: str) -> Window:
    """Return the window of a ``dcterms:valid``: ``start=...; end=...; scheme=W3C-DTF``."""
    parts = (part.partition("=") for part in validity.split(";"))
    said = {key.strip(): dates.when(value.strip()) for key, _, value in parts}
    return Window(said.get("start"), said.get("end"))


def _authors(entry: Entry) -> Iterator[str]:
    names = (text.plain(_said(a, "name")) for a in _listed(entry, "authors"))
    yield from dict.fromkeys(name for name in names if name and "@" not in name)


def _pictures(entry: Entry, enclosures: Iterable[Entry], base: str) -> Iterator[Image]:
    for link in enclosures:
        url = joined(base, _said(link, "href"))
        if url and is_image(_said(link, "type"), url):
            yield Image(url)
    cover = entry.get("image")
    if isinstance(cover, Mapping) and (url := joined(base, _said(cover, "href"))):
        yield Image(url)


def _films(entry: Entry, enclosures: Iterable[Entry], base: str) -> Iterator[Video]:
    for link in enclosures:
        url = joined(base, _said(link, "href"))
        if url and is_video(_said(link, "type"), url):
            yield Video(url)
    # Atom: the content may be elsewhere, and be a film.
    for content in _listed(entry, "content"):
        url = joined(base, _said(content, "src"))
        if url and is_video(_said(content, "type"), url):
            yield Video(url)


def _timed(video: Video, duration: float | None) -> Video:
    return replace(video, duration=video.duration or duration)
