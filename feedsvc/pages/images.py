"""The pictures of a page: the lead first, each once in its largest rendition, furniture left out."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement
from msgspec.structs import replace

from feeds import text
from feeds.model import Image
from feedsvc.pages import jsonld, markup
from feedsvc.pages.markup import Page

_MOST, _SEEN, _SET = 24, 200, 8000
_SMALL = 100
_CREDITS = ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice", "provider")
_LAZY = (
    "data-src", "data-lazy-src", "data-original", "data-lazy", "data-hi-res-src", "data-full-src",
    "data-image", "data-img-src", "data-large-src", "data-url", "src",
)  # fmt: skip
_SETS = ("srcset", "data-srcset", "data-lazy-srcset", "data-original-set")
_RENDITION = re.compile(r"(?:^|(?<=[\s,]))(\S{1,2000}+)\s++(\d{1,5}(?:\.\d{1,3})?)([wx])")
# What a list without blanks behind its commas leaves before an address: "918h,https://...".
_BEFORE = re.compile(r"^(?:\d{0,5}[hwx]?,)+")
_SIZE = re.compile(r"(?<![\da-z])(\d{1,4})[x×](\d{1,4})(?![\da-z])", re.I)
_NOT_A_PHOTO = re.compile(r"\.(?:svgz?|ico|cur|html?|pdf|mp4|m3u8|webm)$", re.I)
_FURNITURE = re.compile(
    r"(?<![a-z])(?:logo(?:type)?|favicon|icons?|avatars?|gravatar|sprites?|pixel|spacer|blank|placeholder|dummy"
    r"|preload|loading|loader|spinner|transparent|badges?|buttons?|btn|emojis?|smil(?:ey|ies)|adverts?|banners?"
    r"|tracking|author|byline|headshot|mugshot|signature|share|sharing|social|default|fallback|noimage|qr-?code"
    r"|mstile)(?![a-z])",
    re.I,
)
_BEACON = re.compile(
    r"scorecardresearch|quantserve|google-analytics|facebook\.com/tr|gravatar|doubleclick|(?<!/)/pixel(?![a-z])|/emoji/|/ads?/"
    r"|/\w{1,3}\.gif|^https?://[^/]+/?$",
    re.I,
)
_CREDIT = re.compile(r"credit|copyright|photographer|byline|source|attribution", re.I)
_RENDERED = re.compile(
    r"[-_]?(?<![\da-z])(?:\d{1,4}[x×*]\d{1,4}|\d{3,4}-\d{2,4})(?![\da-z])|(?<=-)(?:x?l|m|s)(?=\.\w+$)", re.I
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_PHOTO = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$", re.I)
# A picture named after these and the site is the one a site shares when a story has none.
_BRAND = {
    "logo", "default", "share", "sharing", "social", "facebook", "twitter", "opengraph", "placeholder",
    "fallback", "favicon", "brand", "furniture", "dummy", "mstile", "touch", "sharelogo",
}  # fmt: skip
# Where Drupal keeps every picture of a site.
_DRUPALS = "/sites/default/files/"
_VAGUE = {
    "image",
    "images",
    "img",
    "card",
    "site",
    "thumb",
    "thumbnail",
    "large",
    "small",
    "main",
    "icon",
    "new",
}


def images(page: Page, site: str) -> tuple[Image, ...]:
    """Return the pictures of the story: JSON-LD's, the meta elements', its figures, its videos' posters."""
    logos = {_key(url) for url in _logos(page)}
    declared = [i for i in (*_stated(page), *_declared(page)) if i and not _is_brand(i, logos, site)]
    shown = [i for i in _shown(page) if i and not _is_furniture(i) and _key(i.url) not in logos]
    posters = [i for i in _posters(page) if i]
    return _merged(i for i in (*declared, *shown, *posters) if not _is_small(i) and not _BEACON.search(i.url))


def _stated(page: Page) -> Iterator[Image]:
    for node in page.story:
        for key in ("image", "primaryImageOfPage", "thumbnailUrl", "thumbnail"):
            found = [i for value in page.graph.all(node, key) if (i := _object(page, value))]
            # Search engines ask for a picture in several shapes; a TV wants the wide one.
            yield from sorted(found, key=lambda i: bool(i.width and i.height and i.width < 1.2 * i.height))


def _object(page: Page, value: Any) -> Image | None:
    """Return the picture a JSON-LD value means: an address, or an ImageObject."""
    if isinstance(value, str):
        return _image(page, value)
    if not isinstance(value, dict):
        return None
    graph = page.graph
    address = graph.text(value, "contentUrl", "url", "@id", "thumbnailUrl")
    size = pixels(value.get("width")), pixels(value.get("height"))
    caption = graph.text(value, "caption", "description")
    return _image(page, address, size, (caption, graph.text(value, *_CREDITS)))


def pixels(value: Any) -> int | None:
    """Return the pixels in 1280, "1280", "1280px" or a QuantitativeValue; None for 0 and "auto"."""
    if isinstance(value, dict):
        value = value.get("value", value.get("name"))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    digits = re.match(r"\s*(\d{1,6})(?:\.\d*)?\s*(?:px)?\s*$", str(value))
    return int(digits[1]) or None if digits else None


def _image(
    page: Page,
    url: str,
    size: tuple[int | None, int | None] = (None, None),
    words: tuple[str, str] = ("", ""),
) -> Image | None:
    address = None if url.startswith("data:") else page.absolute(url)
    if not address or _NOT_A_PHOTO.search(urlsplit(address).path):
        return None
    return Image(address, *size, text.plain(words[0]), text.plain(words[1]))


def _declared(page: Page) -> Iterator[Image | None]:
    for prefix in ("og:image", "twitter:image"):
        urls = page.every(prefix) or page.every(f"{prefix}:url", f"{prefix}:secure_url", f"{prefix}:src")
        sizes = [page.every(f"{prefix}:{side}") for side in ("width", "height")]
        for n, url in enumerate(urls):
            # Sizes belong to the picture they follow; a page that skips one has told us nothing about any.
            width, height = (pixels(s[n]) if len(s) == len(urls) else None for s in sizes)
            yield _image(page, url, (width, height))
    named = page.every("parsely-image-url", "sailthru.image.full", "thumbnail", "image")
    linked = (link.get("href", "") for link in page.links.get("image_src", ()))
    for url in (*named, *linked):
        yield _image(page, url)


def _logos(page: Page) -> Iterator[str]:
    graph = page.graph
    for node in graph.nodes:
        for logo in graph.all(node, "logo"):
            said = graph.text(logo, "contentUrl", "url") if isinstance(logo, dict) else jsonld.name(logo)
            yield page.absolute(said) or ""


def _shown(page: Page) -> Iterator[Image | None]:
    for element in islice(page.main.iter("img", "amp-img"), _SEEN):
        if markup.aside(element) or _leads_away(element) or _FURNITURE.search(element.get("class", "")):
            continue
        figure = next(element.iterancestors("figure"), None)
        url, width = _largest(element)
        stated = pixels(element.get("width")), pixels(element.get("height"))
        size = stated if not width or width == stated[0] else (width, None)
        yield _image(page, url, size, _captions(figure))


def _posters(page: Page) -> Iterator[Image | None]:
    for node in page.graph.nodes:
        if "videoobject" in jsonld.types(node):
            yield from (_object(page, value) for value in page.graph.all(node, "thumbnailUrl", "thumbnail"))
    for video in page.has.all("video", "amp-video")[:_SEEN]:
        yield _image(page, video.get("poster", ""))


def _leads_away(element: HtmlElement) -> bool:
    """Tell whether a picture is a link to another page: a teaser, unless it has a caption."""
    figure = next(element.iterancestors("figure"), None)
    if figure is not None and figure.find(".//figcaption") is not None:
        return False
    href = next((a.get("href", "") for a in element.iterancestors("a")), "")
    return bool(href) and not href.startswith("#") and not _PHOTO.search(href.partition("?")[0])


def _largest(img: HtmlElement) -> tuple[str, int | None]:
    """Return the address of an image element's largest rendition, and its width where that is stated."""
    sources = [s for picture in img.iterancestors("picture") for s in picture.iter("source")]
    sets = [said[:_SET] for e in (img, *sources) for name in _SETS if (said := e.get(name, ""))]
    found = [
        (unit, float(n), _BEFORE.sub("", url)) for said in sets for url, n, unit in _RENDITION.findall(said)
    ]
    # "w" tells the width and sorts behind "x", which tells only how dense the screen is.
    unit, size, url = max((f for f in found if not f[2].startswith("data:")), default=("", 0.0, ""))
    if unit == "w" or size > 1:
        return url, int(size) if unit == "w" and size else None
    named = (v for name in _LAZY if (v := img.get(name, "")) and not v.startswith("data:"))
    alone = (said.split()[0] for said in sets if said.strip())
    return next(named, next(alone, "")), None


def _captions(figure: HtmlElement | None) -> tuple[str, str]:
    """Return a figure's caption and credit; a credit marked as such is taken out of the caption."""
    caption = next(figure.iter("figcaption"), None) if figure is not None else None
    if caption is None:
        return "", ""
    parts = caption.iter("span", "cite", "small", "em", "div", "p")
    credit = next((markup.shown(e) for e in parts if _CREDIT.search(e.get("class", ""))), "")
    whole = markup.shown(caption)
    return text.line(whole.replace(credit, " ")) if credit else whole, credit


def _is_furniture(image: Image) -> bool:
    return bool(_FURNITURE.search(unquote(urlsplit(image.url).path).rsplit("/", 1)[-1]))


def _is_small(image: Image) -> bool:
    """Tell whether a picture is too small to be one (case 52): stated so, or by the size in its name."""
    hinted = _SIZE.search(urlsplit(image.url).path)
    sizes = [image.width, image.height]
    if hinted and not any(sizes) and int(hinted[1]) > 20:
        sizes = [int(hinted[1]), int(hinted[2])]
    return any(s is not None and s < _SMALL for s in sizes)


def _is_brand(image: Image, logos: set[str], site: str) -> bool:
    """Tell whether a declared picture is the site's own: its logo, or one named after the site alone."""
    if _key(image.url) in logos:
        return True
    path = unquote(urlsplit(image.url).path).lower()
    words = _WORD.findall(path.rsplit("/", 1)[-1].rpartition(".")[0])
    brand = "".join(c for c in f"{site}{urlsplit(image.url).hostname}".lower() if c.isalnum())
    if not words or not all(w in _BRAND or w in _VAGUE or w in brand for w in words):
        return False
    named = any(w in brand and w not in _VAGUE for w in words)
    return any(w in _BRAND for w in (_WORD.findall(path.replace(_DRUPALS, "/")) if named else words))


def _key(url: str) -> str:
    """Return what the renditions of one picture have in common: its name if it is telling, without sizes."""
    parts = urlsplit(url)
    path = _RENDERED.sub("", parts.path)
    # A resizer's own path says nothing: what it resizes stands in the query.
    if not _PHOTO.search(path):
        return url
    name = path.rsplit("/", 1)[-1]
    return f"{parts.netloc}/{name}" if len(name) >= 16 else f"{parts.netloc}{path}"


def _merged(found: Iterable[Image]) -> tuple[Image, ...]:
    best: dict[str, Image] = {}
    for image in found:
        key = _key(image.url)
        if known := best.get(key):
            image = _both(known, image)
        elif len(best) == _MOST:
            continue
        best[key] = image
    return tuple(best.values())


def _both(one: Image, other: Image) -> Image:
    """Return two renditions of a picture as one: the larger, with what either says about it."""
    grown = one.width and other.width and other.width > one.width
    large, small = (other, one) if grown else (one, other)
    return replace(large, caption=large.caption or small.caption, credit=large.credit or small.credit)
