"""The HTML that a CMS gives as a story's content, read as the page it would be shown on is.

So one reader decides, wherever a story comes from, what is prose and what is a share prompt, which rendition
of a picture is the largest, and which stream is behind an embedded player.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as lxml_html
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Image, Video
from feedsvc.sources.feed_item import NO_SECTION
from feedsvc.sources.media_rss import is_image, joined

Read = Callable[[bytes, str], Article]

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"</(?:p|div|li|h[1-6]|blockquote)>|<br\s*/?>", re.I)
_LONGEST, _PICTURES, _TAIL = 2_000_000, 200, 250
# Characters: a text nobody doubts, a long one, a line that is no label.
_SURE, _LONG, _PROSE = 4000, 1500, 60
_SILENT = (
    "script", "style", "template", "noscript", "iframe", "svg", "object", "figure", "video", "audio", "form",
)  # fmt: skip
_CUT = re.compile(
    r"\s*(?:\[(?:…|\.{3})\].{0,200}|(?:…|\.{3})?\s*\b(?:Continue reading|Read more|Weiterlesen|Lire la suite"
    r"|Leer más|Leggi tutto|Lees verder|Ler mais)\b.{0,200}|(?:…|\.{3}))$",
    re.I | re.S,
)
# The original's address, in the attributes of those who show a smaller one.
_ORIGINALS = ("data-orig-file", "data-large-file", "data-full-url")
# WordPress keeps the original beside its renditions, and names each after its size.
_CROPPED = re.compile(r"(/wp-content/uploads/.{1,300})-[1-4]?\d\d?x[1-4]?\d\d?(\.\w{3,4})$")
_RENDITION = re.compile(r"-(?:scaled|\d{1,5}x\d{1,5})(?=\.\w+$)")
_ACCOUNTS = frozenset({"admin", "administrator", "editor", "root", "webmaster", "wordpress"})


def read(
    markup: str, url: str, title: str, reader: Read, *, language: str = "", lead: Image | None = None
) -> Article:
    """Return the story in an HTML fragment: its body, summary, media, marks and what is wrong with them.

    `reader` is `feedsvc.pages.read`. A plain text has its paragraphs between empty lines. `lead` is the
    picture shown above the text.
    """
    markup = text.safe(markup[:_LONGEST])
    markup = _tidy(markup, url) if _MARKUP.search(markup) else paragraphs(markup)
    headline = escape(text.safe(title))
    head = f'<html lang="{escape(language)}"><head><meta charset="utf-8"><title>{headline}</title></head>'
    page = f"<!doctype html>{head}<body><article><h1>{headline}</h1>{markup}</article></body></html>"
    found = reader(page.encode(), url) if markup else Article()
    return replace(
        found,
        body=_body(found.body, markup),
        images=each_once((*([lead] if lead else []), *found.images)),
        issues=tuple(issue for issue in found.issues if not issue.code.startswith("page_")),
    )


def paragraphs(words: str) -> str:
    """Return a plain text as HTML."""
    parts = re.split(r"\n[^\S\n]*\n", words.replace("\r\n", "\n"))
    return "".join(f"<p>{escape(said)}</p>" for part in parts if (said := text.line(part)))


def _body(read: tuple[str, ...], markup: str) -> tuple[str, ...]:
    """Return what was read as the story, unless it is hardly any of what is there.

    A reader of pages is not sure of a text of a few words, and takes one of several columns of a long one;
    here the content is all there is.
    """
    if _length(read) > _SURE:
        return read
    lines = tuple(_lines(markup))
    prose = tuple(line for line in lines if len(line) > _PROSE or line[-1] in ".!?…”»。")
    return prose if _length(prose) > max(_LONG, 3 * _length(read)) else read or lines


def _length(paragraphs: Iterable[str]) -> int:
    return sum(map(len, paragraphs))


def _lines(markup: str) -> Iterator[str]:
    root = _fragment(markup)
    if root is not None:
        etree.strip_elements(root, *_SILENT, with_tail=False)
        markup = str(etree.tostring(root, encoding="unicode", method="html"))
    for part in _BREAK.split(markup):
        if any(map(str.isalpha, said := text.plain(part))):
            yield said


def _fragment(markup: str) -> lxml_html.HtmlElement | None:
    try:
        return lxml_html.fragment_fromstring(markup, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _tidy(markup: str, url: str) -> str:
    """Return a fragment whose pictures are the originals, and link to none of the site's own pages.

    A picture in a page's text that links to another page is a teaser; here it links to its own.
    """
    if "<img" not in markup.casefold():
        return markup
    root = _fragment(markup)
    if root is None:
        return markup
    for img in islice(root.iter("img"), _PICTURES):
        link = next(img.iterancestors("a"), None)
        target = joined(url, link.get("href", "")) if link is not None else None
        if original := _original(img, target, url):
            for name in ("srcset", "width", "height"):
                img.attrib.pop(name, None)
            img.set("src", original)
        if link is not None and target and urlsplit(target).netloc == urlsplit(url).netloc:
            link.attrib.pop("href", None)
    return str(etree.tostring(root, encoding="unicode", method="html"))


def _original(img: lxml_html.HtmlElement, target: str | None, url: str) -> str | None:
    """Return the address of the picture an element shows a smaller rendition of, None if none is known."""
    shown = joined(url, img.get("src", "")) or ""
    if named := next((found for name in _ORIGINALS if (found := joined(url, img.get(name, "")))), None):
        return named
    if target and is_image("", target) and _key(target) == _key(shown):
        return target
    cropped = None if img.get("srcset") else _CROPPED.search(shown)
    return f"{shown[: cropped.start()]}{cropped[1]}{cropped[2]}" if cropped else None


def each_once(images: Iterable[Image]) -> tuple[Image, ...]:
    """Return pictures without the smaller renditions of those before them."""
    kept: dict[str, Image] = {}
    for image in images:
        known = kept.setdefault(_key(image.url), image)
        if image.caption and not known.caption:
            kept[_key(image.url)] = replace(known, caption=image.caption)
    return tuple(kept.values())


def each_video(videos: Iterable[Video]) -> tuple[Video, ...]:
    """Return videos without those whose address came before."""
    kept: dict[str, Video] = {}
    for video in videos:
        kept.setdefault(video.url, video)
    return tuple(kept.values())


def _key(url: str) -> str:
    return _RENDITION.sub("", url.partition("?")[0])


def summary(written: str, body: Article) -> str:
    """Return what the newsroom wrote as a summary; how the text begins, where that is only cut from it."""
    said = text.plain(written)
    whole = _CUT.sub("", said) if _CUT.search(said, max(0, len(said) - _TAIL)) else ""
    return (said if not whole else "") or body.summary or whole


def topics(sections: Iterable[str], tags: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the section path and the tags, with the sections; names that say there is none left out."""
    path = tuple(name for said in sections if says(name := text.plain(said)))
    others = (name for said in tags if says(name := text.plain(said)))
    return path, tuple(dict.fromkeys((*path, *others)))


def says(name: str) -> bool:
    """Tell whether a section or tag says anything."""
    return bool(name) and name.casefold() not in NO_SECTION


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Return people's names, each once, without addresses and names of accounts."""
    found = (text.plain(name) for name in names)
    return tuple(dict.fromkeys(n for n in found if n and "@" not in n and n.casefold() not in _ACCOUNTS))
