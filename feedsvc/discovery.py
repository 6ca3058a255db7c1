"""What a site offers: where its articles can be had, each place tried, and a channel of the best one.

From any page of the site: what it names, what the system behind it always has, what robots.txt names, the
usual addresses, and at last the page itself. Nothing is believed before it has been pulled.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import tomlkit
from msgspec import Struct

from feeds.model import Article
from feedsvc.http import FetchError, Http
from feedsvc.pages.site import Offer, Site, site
from feedsvc.settings import SettingsError, SourceSettings
from feedsvc.sources import Pulled, Seen, Source, pull

TRIED, SHOWN = 10, 10
# What is asked of a site, in requests and seconds.
REQUESTS, SECONDS = 40, 30.0
_USUAL = ("feed/", "rss.xml", "rss", "feed.xml", "atom.xml", "feed.json", "index.xml")
# A source that says more is worth more; of two that say the same, the one that also says what is gone.
_KINDS = {"wordpress": 4, "jsonfeed": 3, "drupal": 3, "rss": 2, "sitemap": 1, "listing": 0}
_SITEMAP = re.compile(r"(?im)^\s*sitemap:\s*(\S+)")

Open = Callable[[SourceSettings], Source]
Understand = Callable[[Article], Article]


class Tried(Struct, frozen=True):
    """An offer and what came of it: how many articles, how much they say (0 to 1), or why nothing did."""

    offer: Offer
    articles: tuple[Article, ...] = ()
    says: float = 0.0
    why_not: str = ""


class Discovered(Struct, frozen=True):
    """A site, what was tried, best first, and its first articles as they would go on air."""

    site: Site
    tried: tuple[Tried, ...]
    articles: tuple[Article, ...] = ()

    @property
    def best(self) -> Tried | None:
        """The offer to take, None when none is any good."""
        return next((one for one in self.tried if one.articles), None)


def discover(
    url: str,
    http: Http,
    kinds: Collection[str],
    open_source: Open,
    understand: Understand,
    clock: Callable[[], float],
) -> Discovered:
    """Return what the site of a page offers to sources of these kinds.

    Raises:
        FetchError: the page itself cannot be had.
    """
    ends = clock() + SECONDS
    page = http.get(url)
    about = site(page.body, page.url, page.charset)
    tried: list[Tried] = []
    offers = (offer for offer in _offers(page.url, about, http) if offer.kind in kinds)
    for offer in islice(offers, TRIED):
        if clock() > ends or _is_enough(tried):
            break
        tried.append(_tried(offer, open_source))
    tried.sort(key=_rank, reverse=True)
    found = Discovered(about, tuple(tried))
    shown = []
    for article in found.best.articles[:SHOWN] if found.best else ():
        shown.append(understand(article) if clock() < ends else article)
    return Discovered(about, tuple(tried), tuple(shown))


def _is_enough(tried: Sequence[Tried]) -> bool:
    """Tell whether nothing better is to be expected: what the page itself names gave whole articles."""
    return any(one.says > 0.9 and len(one.articles) >= SHOWN for one in tried)


def _offers(url: str, about: Site, http: Http) -> Iterator[Offer]:
    """Yield where articles may be had, the likeliest first, each once; asks for robots.txt on the way."""
    seen: set[tuple[str, str]] = set()
    for offer in _all_offers(url, about, http):
        key = offer.kind, offer.url.rstrip("/")
        if key not in seen:
            seen.add(key)
            yield offer


def _all_offers(url: str, about: Site, http: Http) -> Iterator[Offer]:
    yield Offer(_kind_of(url), url, "it is the address that was given")
    yield from sorted(about.offers, key=lambda offer: -_KINDS.get(offer.kind, 0))
    yield from _sitemaps(about.url, http)
    for path in _USUAL:
        kind = "jsonfeed" if path.endswith("json") else "rss"
        yield Offer(kind, urljoin(about.url or url, path), "many sites have a feed there")
    yield Offer("listing", url, "the page itself lists articles")


def _kind_of(url: str) -> str:
    path = urlsplit(url).path.lower()
    if "sitemap" in path:
        return "sitemap"
    return "jsonfeed" if path.endswith(".json") else "rss"


def _sitemaps(root: str, http: Http) -> Iterator[Offer]:
    try:
        robots = http.get(urljoin(root, "/robots.txt"), max_bytes=500_000).body.decode("utf-8", "replace")
    except FetchError:
        robots = ""
    named = [urljoin(root, found) for found in _SITEMAP.findall(robots)]
    news_first = sorted(named, key=lambda url: "news" not in url.lower())
    yield from (Offer("sitemap", url, "robots.txt names it") for url in news_first[:2])
    if not named:
        yield Offer("sitemap", urljoin(root, "/sitemap.xml"), "many sites have a sitemap there")


def _tried(offer: Offer, open_source: Open) -> Tried:
    try:
        pulled = pull(offer.url, open_source(SourceSettings(kind=offer.kind, url=offer.url)), Seen())
    except SettingsError as error:
        return Tried(offer, why_not=error.problems[0])
    if not pulled.articles:
        return Tried(offer, why_not=_why_not(pulled))
    return Tried(offer, pulled.articles, _says(pulled.articles))


def _why_not(pulled: Pulled) -> str:
    return next((issue.message for issue in pulled.issues), "There is no article in it.")


def _says(articles: Sequence[Article]) -> float:
    """Return how much articles say of themselves: the share of what a TV shows that is there, 0 to 1."""
    facts = [
        fact
        for a in articles
        for fact in (a.title, a.published, a.images, a.summary or a.body, a.body, a.section or a.tags)
    ]
    return sum(map(bool, facts)) / len(facts)


def _rank(one: Tried) -> tuple[bool, float, int]:
    """Return how good an offer is: how much its articles say and how many there are, then its kind."""
    plenty = min(len(one.articles), SHOWN) / SHOWN
    return bool(one.articles), round(one.says + plenty, 1), _KINDS.get(one.offer.kind, 0)


def channel(found: Discovered, taken: Iterable[str]) -> dict[str, Any]:
    """Return the channel's settings as they would stand in settings.toml; `taken` are ids of others."""
    about, best = found.site, found.best
    table: dict[str, Any] = {"id": _id(about, set(taken)), "title": about.name}
    table |= {"description": about.description} if about.description else {}
    table |= {"language": _language(found), "site": about.url}
    brand = {"colour": about.colour, "logo": about.logo if _is_picture(about.logo) else ""}
    if any(brand.values()):
        table["brand"] = {key: value for key, value in brand.items() if value}
    if best:
        table["source"] = [{"kind": best.offer.kind, "url": best.offer.url}]
    return table


def _id(about: Site, taken: set[str]) -> str:
    host = (urlsplit(about.url).hostname or "news").removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "-", host.rsplit(".", 1)[0].lower()).strip("-")[:40] or "news"
    numbered = (f"{name}-{number}" for number in range(2, 1000))
    return next(free for free in (name, *numbered) if free not in taken)


def _language(found: Discovered) -> str:
    said = (found.site.language, *(article.language for article in found.articles))
    return next((tag for tag in said if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag)), "en")


def _is_picture(url: str) -> bool:
    return not urlsplit(url).path.lower().endswith(".svg")


def as_toml(table: Mapping[str, Any]) -> str:
    """Return a channel as it is written in settings.toml."""
    return tomlkit.dumps({"channel": [dict(table)]})


def appended(settings: str, table: Mapping[str, Any]) -> str:
    """Return the text of settings.toml with a channel more; whatever stands in it, comments too, stays."""
    document = tomlkit.parse(settings)
    document.setdefault("channel", tomlkit.aot()).append(tomlkit.item(dict(table)))
    return tomlkit.dumps(document)
