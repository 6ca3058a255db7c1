"""What any page says of the site it is on: its name and looks, and where its articles can be had."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from msgspec import Struct

from feeds import text
from feedsvc.pages import jsonld, markup
from feedsvc.pages.facts import language
from feedsvc.pages.markup import Page

_FEEDS = {
    "application/rss+xml": "rss",
    "application/atom+xml": "rss",
    "application/rdf+xml": "rss",
    "application/feed+json": "jsonfeed",
    "application/json": "jsonfeed",
}
_NOT_NEWS = re.compile(r"comments?|kommentare|commentaires|comentarios", re.I)
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_PUBLISHERS = ("newsmediaorganization", "organization", "corporation", "website")
_BAR = re.compile(r"\s+[|–—-]\s+")
_MOST = 200


class Offer(Struct, frozen=True):
    """A place where articles can be had, and how that was seen; one that nobody named is a `guess`."""

    kind: str
    url: str
    seen: str
    guess: bool = False


class Site(Struct, frozen=True):
    """What a page says of its site; empty what it does not say. `sections` are those of its navigation."""

    url: str
    name: str = ""
    language: str = ""
    logo: str = ""
    colour: str = ""
    description: str = ""
    sections: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()


def site(html: bytes, url: str, charset: str = "") -> Site:
    """Return what a page says of its site. Any bytes make one, maybe an empty one."""
    page = markup.parse(html, url, charset)
    return Site(
        url=_root(page),
        name=_name(page),
        language=language(page),
        logo=_logo(page),
        colour=next(
            (c for c in page.every("theme-color", "msapplication-tilecolor") if _HEX.fullmatch(c)), ""
        ),
        description=text.clip(next(iter(page.every("og:description", "description")), ""), 200),
        sections=tuple(dict.fromkeys(_sections(page))),
        offers=tuple(_offers(page, html)),
    )


def _root(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""


def _publishers(page: Page) -> list[jsonld.Node]:
    """Return the nodes that speak of who publishes the site, the most telling first."""
    nodes = [n for n in page.graph.nodes if set(jsonld.types(n)) & set(_PUBLISHERS)]
    return sorted(nodes, key=lambda n: min(_PUBLISHERS.index(t) for t in jsonld.types(n) if t in _PUBLISHERS))


def _name(page: Page) -> str:
    told = (page.graph.text(node, "name") for node in _publishers(page))
    names = (text.plain(name) for name in (*page.every("og:site_name", "application-name"), *told))
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    return next((name for name in names if name), "") or _BAR.split(page.window)[-1] or host


def _logo(page: Page) -> str:
    logos = (logo for node in _publishers(page) for logo in page.graph.all(node, "logo"))
    named = (
        page.graph.text(logo, "contentUrl", "url") if isinstance(logo, dict) else jsonld.name(logo)
        for logo in logos
    )
    icons = page.tree.xpath("//link[@rel='apple-touch-icon' or @rel='apple-touch-icon-precomposed']/@href")
    return next((url for said in (*named, *map(str, icons)) if (url := page.absolute(said))), "")


def _sections(page: Page) -> Iterator[str]:
    """Yield the names in the navigation that lead to pages one step below the site's root."""
    host = urlsplit(page.url).netloc
    for link in islice(page.tree.xpath("//nav//a[@href]"), _MOST):
        parts = urlsplit(page.absolute(link.get("href")) or "")
        name = markup.shown(link)
        steps = parts.path.strip("/").split("/")
        if parts.netloc == host and len(steps) <= 2 and steps[0] and 2 <= len(name) <= 30:
            yield name


def _offers(page: Page, html: bytes) -> Iterator[Offer]:
    named = list(dict.fromkeys(_linked(page)))
    kinds = {offer.kind for offer in named}
    yield from named
    yield from (offer for offer in _marks(page, html) if offer.kind == "rss" or offer.kind not in kinds)


def _linked(page: Page) -> Iterator[Offer]:
    """Yield the feeds and interfaces that the page's own links name."""
    links: list[HtmlElement] = page.tree.xpath("//link[@href]")
    for link in links[:_MOST]:
        rel, url = link.get("rel", "").lower().split(), page.absolute(link.get("href", ""))
        kind = _FEEDS.get(link.get("type", "").lower().split(";")[0].strip())
        if url and "https://api.w.org/" in rel:
            yield Offer("wordpress", url, "the page names its WordPress interface")
        elif url and kind and "alternate" in rel and _is_of_news(link, url, kind):
            yield Offer(kind, url, "the page names it as its feed")


def _is_of_news(link: HtmlElement, url: str, kind: str) -> bool:
    """Tell whether a link may be one to articles: not to comments, nor to an interface in JSON."""
    of_comments = _NOT_NEWS.search(link.get("title", "")) or "/comments/" in url
    return not of_comments and (kind == "rss" or "feed" in url)


def _marks(page: Page, html: bytes) -> Iterator[Offer]:
    """Yield what systems that write such pages offer, whether the page says so or not."""
    generator = " ".join(page.every("generator")).lower()
    root = _root(page)
    if root and ("wordpress" in generator or b"/wp-content/" in html):
        yield Offer("wordpress", root, "the page is written by WordPress")
    if root and ("ghost" in generator):
        yield Offer("rss", f"{root}rss/", "the page is written by Ghost, which has a feed there")
    if root and ("drupal" in generator or b"drupal-settings-json" in html):
        yield Offer("drupal", root, "the page is written by Drupal")
