"""What a site offers: where its articles can be had, each place tried, and a channel of the best one.

From any page of the site: what it and the front page name, what the system behind them always has, what
robots.txt names, the usual addresses, and at last the page itself. Nothing is believed before it has been
pulled.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import tomlkit
from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article
from feedsvc.http import FetchError, Http, Response
from feedsvc.pages.site import Offer, Site, site
from feedsvc.settings import SettingsError, SourceSettings
from feedsvc.sources import Pulled, Seen, Source, pull

TRIED, SHOWN = 10, 10
# What is asked of a site in all, in requests and seconds; of these the last are for the articles' pages.
REQUESTS, SECONDS = 40, 30.0
PAGES = SHOWN + 2
# A source is tried on so many articles: enough to judge it by, few enough to be had quickly.
_SAMPLE = 30
# Headline, date and words: what every feed worth the name says.
_WELL = 0.5
_USUAL = ("feed/", "rss.xml", "rss", "feed.xml", "atom.xml", "feed.json", "index.xml")
# A source that says more is worth more; of two that say the same, the one that also says what is gone.
_KINDS = {"wordpress": 4, "jsonfeed": 3, "drupal": 3, "rss": 2, "sitemap": 1, "listing": 0}
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.I)
_SITEMAP_ROOT = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.I)
_SITEMAP = re.compile(r"(?im)^\s*sitemap:\s*(\S+)")

Open = Callable[[SourceSettings], Source]
Understand = Callable[[Article], Article]


class Tried(Struct, frozen=True):
    """An offer and what came of it: how many articles, how much they say (0 to 1), or why nothing did.

    `reads_pages` tells that their pages will say more.
    """

    offer: Offer
    articles: tuple[Article, ...] = ()
    says: float = 0.0
    why_not: str = ""
    reads_pages: bool = False


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
    about = _about(page, http)
    offers = (offer for offer in _offers(page, about, http) if offer.kind in kinds)
    tried: list[Tried] = []
    for offer in islice(offers, TRIED):
        if clock() > ends or (offer.guess and _is_enough(tried)):
            break
        tried.append(_tried(offer, open_source))
    tried.sort(key=_rank, reverse=True)
    best = Discovered(about, tuple(tried)).best
    first = best.articles[:SHOWN] if best else ()
    shown = (understand(a) if best and best.reads_pages and clock() < ends else a for a in first)
    return Discovered(about, tuple(tried), tuple(shown))


def _about(page: Response, http: Http) -> Site:
    """Return what a page says of its site, and its front page, which knows the site better."""
    about = site(page.body, page.url, page.charset)
    if not about.url or urlsplit(page.url).path in ("", "/"):
        return about
    try:
        answer = http.get(about.url)
    except FetchError:
        return about
    front = site(answer.body, answer.url, answer.charset)
    # A page tells of itself what it is about, and in which language: the part of the site it is in.
    return replace(
        front,
        url=about.url,
        language=about.language or front.language,
        logo=front.logo or about.logo,
        colour=front.colour or about.colour,
        sections=front.sections or about.sections,
        offers=(*about.offers, *front.offers),
    )


def _is_enough(tried: Sequence[Tried]) -> bool:
    """Tell whether guessing will not give anything better than what somebody named."""
    return any(one.says >= _WELL and len(one.articles) >= SHOWN for one in tried)


def _offers(page: Response, about: Site, http: Http) -> Iterator[Offer]:
    """Yield where articles may be had, the likeliest first, each once; asks for robots.txt on the way."""
    seen: set[tuple[str, str]] = set()
    for offer in _all_offers(page, about, http):
        key = offer.kind, offer.url.rstrip("/")
        if key not in seen:
            seen.add(key)
            yield offer


def _all_offers(page: Response, about: Site, http: Http) -> Iterator[Offer]:
    if kind := _kind_of(page.body):
        yield Offer(kind, page.url, "it is the address that was given")
    yield from sorted(about.offers, key=lambda offer: -_KINDS.get(offer.kind, 0))
    yield from _sitemaps(about.url, http)
    for path in _USUAL:
        kind = "jsonfeed" if path.endswith("json") else "rss"
        yield Offer(kind, urljoin(about.url, path), "many sites have a feed there", guess=True)
    if not _kind_of(page.body):
        yield Offer("listing", page.url, "the page itself lists articles", guess=True)


def _kind_of(body: bytes) -> str:
    """Return which kind of source reads these bytes, an empty string when they are a page."""
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        return "jsonfeed" if b"jsonfeed.org/version" in head else "roku"
    if _SITEMAP_ROOT.search(head):
        return "sitemap"
    return "rss" if _FEED.search(head) else ""


def _sitemaps(root: str, http: Http) -> Iterator[Offer]:
    try:
        robots = http.get(urljoin(root, "/robots.txt"), max_bytes=500_000).body.decode("utf-8", "replace")
    except FetchError:
        robots = ""
    named = [urljoin(root, found) for found in _SITEMAP.findall(robots)]
    news_first = sorted(named, key=lambda url: "news" not in url.lower())
    yield from (Offer("sitemap", url, "robots.txt names it") for url in news_first[:2])
    if not named:
        yield Offer("sitemap", urljoin(root, "/sitemap.xml"), "many sites have a sitemap there", guess=True)


def _tried(offer: Offer, open_source: Open) -> Tried:
    settings = SourceSettings(kind=offer.kind, url=offer.url, limit=_SAMPLE)
    try:
        source = open_source(settings)
    except SettingsError as error:
        return Tried(offer, why_not=error.problems[0])
    pulled = pull(offer.url, source, Seen())
    if not pulled.articles:
        return Tried(offer, why_not=_why_not(pulled))
    return Tried(offer, pulled.articles, _says(pulled.articles), reads_pages=source.reads_pages)


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
    return bool(one.articles), _worth(one), _KINDS.get(one.offer.kind, 0)


def _worth(one: Tried) -> float:
    return round(one.says + min(len(one.articles), SHOWN) / SHOWN, 1)


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
    if rows := _rows(found):
        table["row"] = [{"title": name, "sections": [name]} for name in rows]
    return table


def _rows(found: Discovered) -> list[str]:
    """Return the sections in the order of the site's navigation, if that is how its articles are sorted.

    Without them every section makes a row of its own, the busiest first.
    """
    articles = found.articles + (found.best.articles[SHOWN:] if found.best else ())
    told = Counter(text.tag(a.section[0], 100) for a in articles if a.section)
    named = {text.tag(name, 100): name for name in reversed(found.site.sections)}
    rows = [name for tag, name in reversed(named.items()) if tag in told]
    covered = sum(told[text.tag(name, 100)] for name in rows)
    return rows if len(rows) > 1 and covered * 2 > len(articles) else []


def _id(about: Site, taken: set[str]) -> str:
    host = (urlsplit(about.url).hostname or "news").removeprefix("www.")
    own = host if re.fullmatch(r"[\d.:a-f]+", host) else host.rsplit(".", 1)[0]
    name = re.sub(r"[^a-z0-9]+", "-", own.lower()).strip("-")[:40] or "news"
    numbered = (f"{name}-{number}" for number in range(2, 1000))
    return next(free for free in (name, *numbered) if free not in taken)


def _language(found: Discovered) -> str:
    said = (found.site.language, *(article.language for article in found.articles))
    return next((tag for tag in said if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag)), "en")


def _is_picture(url: str) -> bool:
    return not urlsplit(url).path.lower().endswith(".svg")


def in_vain(found: Discovered) -> dict[str, list[str]]:
    """Return the addresses that were guessed in vain, by what was wrong with them."""
    missed: dict[str, list[str]] = {}
    for one in found.tried:
        if one.offer.guess and not one.articles:
            missed.setdefault(one.why_not, []).append(urlsplit(one.offer.url).path)
    return missed


def why(found: Discovered) -> str:
    """Return why the best offer was taken, in a sentence."""
    best = found.best
    if best is None:
        return ""
    others = [one for one in found.tried if one.articles and one is not best]
    if not others:
        return f"Taken: {best.offer.url}, the only one with articles."
    if _worth(best) > _worth(others[0]):
        return f"Taken: {best.offer.url}, which says most of its articles."
    kinds = best.offer.kind, others[0].offer.kind
    because = f"{kinds[0]} tells more of changes than {kinds[1]}" if kinds[0] != kinds[1] else "it came first"
    return f"Taken: {best.offer.url}; others say as much, but {because}."


def as_toml(table: Mapping[str, Any], private: str = "") -> str:
    """Return a channel as it is written in settings.toml; a `private` host has to be allowed there."""
    return appended("", table, private).lstrip("\n")


def appended(settings: str, table: Mapping[str, Any], private: str = "") -> str:
    """Return the text of settings.toml with a channel more; whatever stands in it, comments too, stays."""
    document = tomlkit.parse(settings)
    if private:
        hosts = document.setdefault("http", tomlkit.table()).setdefault("allow_hosts", tomlkit.array())
        if private not in hosts:
            hosts.append(private)
    document.setdefault("channel", tomlkit.aot()).append(tomlkit.item(dict(table)))
    return tomlkit.dumps(document)
