"""The media:* half of a feed item, read where it stands.

feedparser flattens Media RSS: of several subtitles it keeps the last, and what a picture is said to show
becomes a paragraph of the story. Specification: https://www.rssboard.org/media-rss
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from posixpath import splitext
from typing import TypeVar
from urllib.parse import urljoin

from lxml.etree import _Element as Element
from msgspec import Struct

from feeds import text, values
from feeds.model import Caption, Image, Rating, Video

# The namespace as it should be, and as people write it.
_NAME = re.compile(r"(?:\{https?://search\.yahoo\.com/mrss/?\}|media:)(\w+)")
_VIDEO_TYPE = re.compile(
    r"video/(?!x-shockwave)|application/(?:x-mpegurl|vnd\.apple\.mpegurl|dash\+xml|vnd\.ms-sstr)|audio/mpegurl",
    re.I,
)
_VIDEOS = frozenset({".m3u8", ".mpd", ".ism", ".mp4", ".m4v", ".mov"})
_IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"})
# WordPress.com says the author's portrait is media of the story.
_PORTRAIT = re.compile(r"://[\w.]*gravatar\.com/")
_SOURCES = {"urn:mpaa": "MPAA", "urn:v-chip": "USA_PR"}
_FULL_HD = 1080
M = TypeVar("M", Image, Video, Caption)


class Media(Struct, frozen=True):
    """What is said of one item besides its words. `gone` tells that the item was taken back.

    `duration` is that of the item, whatever file holds it; relative addresses start from `base`.
    """

    title: str = ""
    description: str = ""
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    captions: tuple[Caption, ...] = ()
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    rating: Rating | None = None
    gone: bool = False
    duration: float | None = None
    season: int | None = None
    episode: int | None = None
    base: str = ""


def read(item: Element, base: str) -> Media:
    """Return the media of an ``item`` or ``entry``; relative addresses are resolved against `base`."""
    found = [(name, e) for e in item.iter() if (name := local_name(e))]
    names = {name for name, _ in found}

    def texts(wanted: str) -> list[str]:
        return [said for name, e in found if name == wanted and (said := _text(e))]

    status = [e.get("state", "") for name, e in found if name == "status"]
    return Media(
        title=_about(item, "title") if "title" in names else "",
        description=_about(item, "description") if "description" in names else "",
        images=distinct(_images(item, found, base)),
        videos=distinct(_videos(found, base)),
        captions=tuple(
            Caption(url, e.get("lang", ""))
            for n, e in found
            if n == "subTitle" and (url := _url(e, base, "href"))
        ),
        categories=tuple(e.get("label") or _text(e) for n, e in found if n == "category"),
        keywords=tuple(word for said in texts("keywords") for w in said.split(",") if (word := w.strip())),
        rating=next((r for n, e in found if n == "rating" and (r := _rating(e))), None),
        gone=bool({"deleted", "blocked"}.intersection(status)),
        base=base,
    )


def local_name(element: Element) -> str:
    """Return ``content`` for ``media:content``, an empty string for what is not Media RSS.

    Some write another address for the namespace; its prefix, all that readers on a TV match, says what it is.
    """
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return _named(tag) or (tag.rpartition("}")[2] if element.prefix == "media" else "")


@lru_cache(maxsize=1024)
def _named(tag: str) -> str:
    match = _NAME.fullmatch(tag)
    return match[1] if match else ""


def is_video(type_: str, url: str, medium: str = "") -> bool:
    """Tell whether an enclosure is, going by what is said of it, a video a TV may play."""
    if medium or type_:
        return (
            medium == "video"
            or bool(_VIDEO_TYPE.match(type_))
            or (not medium and _vague(type_, url, _VIDEOS))
        )
    return _extension(url) in _VIDEOS


def is_image(type_: str, url: str, medium: str = "") -> bool:
    """Tell whether an enclosure is, going by what is said of it, a picture."""
    if _PORTRAIT.search(url):
        return False
    if medium or type_:
        return medium == "image" or type_.startswith("image/") or (not medium and _vague(type_, url, _IMAGES))
    return _extension(url) in _IMAGES


def _vague(type_: str, url: str, extensions: Iterable[str]) -> bool:
    return (
        type_ in ("application/octet-stream", "binary/octet-stream", "text/plain")
        and _extension(url) in extensions
    )


def _extension(url: str) -> str:
    path = re.split(r"[?#]", url, maxsplit=1)[0].rstrip("/")
    return splitext(re.sub(r"/manifest$", "", path, flags=re.I))[1].lower()


def _videos(found: list[tuple[str, Element]], base: str) -> Iterator[Video]:
    for e in _ranked(e for name, e in found if name == "content" and e.get("expression") != "sample"):
        url = _url(e, base)
        if url and is_video(e.get("type", ""), url, e.get("medium", "")):
            yield Video(
                url,
                bitrate=_whole(e.get("bitrate")),
                width=_whole(e.get("width")),
                height=_whole(e.get("height")),
                duration=values.length(e.get("duration")),
                language=e.get("lang", ""),
            )
    for name, e in found:
        if name == "player" and (url := _url(e, base)) and is_video("", url):
            yield Video(url)


def _ranked(contents: Iterable[Element]) -> list[Element]:
    """Return films with the default one first, else as they stand; the renditions of a group best first."""
    groups: dict[Element, int] = {}

    def rank(numbered: tuple[int, Element]) -> tuple[float, ...]:
        number, e = numbered
        extra = e.get("isDefault") != "true"
        if (group := _group(e)) is None:
            return (extra, number)
        height, rate = _whole(e.get("height")) or 0, _whole(e.get("bitrate")) or 0
        return (extra, groups.setdefault(group, number), height > _FULL_HD, -height, -rate)

    return [e for _, e in sorted(enumerate(contents), key=rank)]


def _group(content: Element) -> Element | None:
    parent = content.getparent()
    return parent if parent is not None and local_name(parent) == "group" else None


def _images(item: Element, found: list[tuple[str, Element]], base: str) -> Iterator[Image]:
    """Yield pictures before thumbnails, the renditions of a picture widest first."""
    credit = next((_text(e) for e in item.iterchildren() if local_name(e) == "credit"), "")
    for wanted in ("content", "thumbnail"):
        elements = [e for name, e in found if name == wanted]
        for e in sorted(elements, key=lambda e: -(_whole(e.get("width")) or 0)):
            url = _url(e, base) or (joined(base, _text(e)) if wanted == "thumbnail" else None)
            if url and (wanted == "thumbnail" or is_image(e.get("type", ""), url, e.get("medium", ""))):
                size = _whole(e.get("width")), _whole(e.get("height"))
                said = "" if wanted == "thumbnail" else _child(e, "description") or _child(e, "text")
                yield Image(url, *size, caption=said, credit=_child(e, "credit") or credit)


def distinct(media: Iterable[M]) -> tuple[M, ...]:
    """Return pictures, films or captions without those whose address came before."""
    kept: dict[str, M] = {}
    for one in media:
        kept.setdefault(one.url, one)
    return tuple(kept.values())


def _about(item: Element, name: str) -> str:
    """Return what the item, its group or its video is called: the nearest to the item counts."""
    places = [item, *(e for e in item.iterchildren() if local_name(e) == "group")]
    videos = (
        e for e in item.iter() if local_name(e) == "content" and is_video(e.get("type", ""), e.get("url", ""))
    )
    return next((said for place in (*places, *videos) if (said := _child(place, name))), "")


def _child(element: Element, name: str) -> str:
    return next((said for e in element.iterchildren() if local_name(e) == name and (said := _text(e))), "")


def _rating(element: Element) -> Rating | None:
    source = _SOURCES.get(element.get("scheme", ""), "")
    value = re.sub(r"[^A-Z0-9]", "", _text(element).upper())
    return Rating(value, source) if source and value else None


def _text(element: Element) -> str:
    return text.plain("".join(element.itertext()))


def _url(element: Element, base: str, attribute: str = "url") -> str | None:
    return joined(base, element.get(attribute) or "")


def joined(base: str, address: str) -> str | None:
    """Return `address` made absolute against `base`; None if that is no web address."""
    address = address.strip()
    # Most are absolute, and as they should be written: joining takes them apart and puts them together again.
    if ";" not in address and text.web_url(address) == address:
        return address
    try:
        return text.web_url(urljoin(base, address)) if address else None
    except ValueError:
        return None


def _whole(number: str | None) -> int | None:
    try:
        value = round(float(number or ""))
    except (ValueError, OverflowError):
        return None
    return value if 0 < value < 10**9 else None
