"""An article page -> Article: what JSON-LD, Open Graph, the meta elements and the markup say together.

    bytes -> charsets.utf8 -> markup.parse -> title, facts, images, videos -> text -> Article

Structured data is asked first and the markup last; every field has its own order of who knows best.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Issue
from feedsvc.pages import facts, images, jsonld, marks, markup, paragraphs, players, videos, when
from feedsvc.pages.markup import Page

_BAR = re.compile(r"\s+[|\-–—·•»«:]+\s+|\s*[|｜：]\s*")
_TRUNCATED = re.compile(r"\s*(?:\.\.\.|…|\[…\]|\[\.\.\.\])$")
_SUMMARIES = (
    "og:description", "description", "twitter:description", "dc.description", "dcterms.description",
    "dcterms.abstract", "sailthru.description",
)  # fmt: skip
# What a page may lack: the code, what to call it, what to do about it.
CODES = {
    "page_without_title": "No headline was found on an article's page.",
    "page_without_date": "No date was found on an article's page.",
    "page_without_text": "No text was found on an article's page.",
    "page_is_web_story": "A page is a web story (amp-story): pictures with a line each, not an article.",
    "video_embed": "A page shows a video in another site's player, which a TV cannot play.",
}
_LACKS = (
    ("page_without_title", "headline", "Give the page a headline."),
    ("page_without_date", "date", "Give the page a publication date with its zone."),
    ("page_without_text", "text", "Check that the page shows its text to browsers that run no scripts."),
)


def read(html: bytes, url: str, charset: str = "") -> Article:
    """Return the article a page tells; what could not be told is in its `issues`.

    `url` is where the page came from: relative addresses are resolved against it as browsers do.
    `charset` is what the HTTP header named. `id`, `source`, `guid` and `first_seen` stay empty. Any
    bytes make an article; a page that is none has no title and says so.
    """
    page = markup.parse(html, url, charset)
    site, publishers = _site(page), _publishers(page)
    address = _canonical(page)
    headline = _title(page, [site, *publishers])
    title = headline or _slug(address)
    language = facts.language(page)
    section = facts.sections(page, title, site)
    published, updated = when.published_and_updated(page, language)
    embedded = videos.embedded(page)
    article = Article(
        url=address,
        title=title,
        section=section,
        tags=facts.tags(page, section),
        marks=marks.marks(page, title, section),
        language=language,
        authors=facts.authors(page, [site, *publishers]),
        published=published,
        updated=updated,
        images=images.images(page, site),
        videos=videos.videos(page, embedded),
        captions=videos.captions(page, language),
        window=facts.window(page),
        issues=players.embeds(embedded),
    )
    # Last, for it may take the tree apart.
    body = paragraphs.body(page, title)
    article = replace(article, body=body, summary=_summary(page, title, site, body))
    return replace(article, issues=(*article.issues, *_lacking(article, headline, page)))


def _lacking(article: Article, headline: str, page: Page) -> Iterator[Issue]:
    for (code, what, fix), said in zip(_LACKS, (headline, article.published, article.body), strict=True):
        if not said:
            yield Issue("warning", code, article.url, f"No {what} was found on the page.", fix)
    if _is_web_story(page):
        said, fix = "The page is a web story, not an article.", "Give the address of the article itself."
        yield Issue("warning", "page_is_web_story", article.url, said, fix)


def _is_web_story(page: Page) -> bool:
    return "amp-story" in page.has.elements


def _slug(address: str) -> str:
    """Return the headline an address repeats, an empty string when it has no words."""
    names = [n for n in unquote(urlsplit(address).path).split("/") if n]
    words = re.findall(r"[^\W\d_]+", re.sub(r"\.\w{2,5}$", "", names[-1])) if names else []
    told = [w for w in words if len(w) > 1]
    return text.line(" ".join(words)).capitalize() if len(told) > 2 else ""


def _canonical(page: Page) -> str:
    """Return the page's address as the site wants it known; one that only names the site is a mistake.

    So an AMP page, a print view and a shared link get the address of the article itself.
    """
    links = (link.get("href", "") for link in page.links.get("canonical", ()))
    for reference in (*links, *page.every("og:url"), *page.stated("url", "mainEntityOfPage")):
        address = page.absolute(reference) if "/" in reference else None
        if address and (urlsplit(address).path != "/" or urlsplit(page.url).path == "/"):
            return address
    return page.url


def _site(page: Page) -> str:
    named = (page.graph.text(n, "name") for n in page.graph.nodes if "website" in jsonld.types(n))
    known = (text.plain(n) for n in (*page.every("og:site_name", "application-name"), *named))
    # Some systems fill in the headline here.
    return next((n for n in known if n and not text.same(n, page.window)), "")


def _publishers(page: Page) -> list[str]:
    named = [text.plain(t) for node in page.graph.nodes for t in page.graph.texts(node, "publisher")]
    return [*dict.fromkeys(named), urlsplit(page.url).hostname or ""]


def _title(page: Page, sites: list[str]) -> str:
    """Return the headline without the site's name: the one two sources agree on, else the first."""
    told = (
        *(page.graph.text(node, "headline") for node in page.story[:1]),
        *(page.first("og:title"), page.heading),
        *(page.first("twitter:title", "parsely-title", "dc.title"), page.window),
    )
    titles = (_without_site(text.plain(raw[:1000]), sites) for raw in told)
    found = [t for t in titles if t and not any(_is_site(t, site) for site in sites)]
    agreed = (t for n, t in enumerate(found) if any(_agree(t, o) for o in found[:n] + found[n + 1 :]))
    chosen = next(agreed, next(iter(found), ""))
    return _whole(chosen, found)


def _agree(title: str, other: str) -> bool:
    """Tell whether two titles are the same, but for what the other says behind a bar."""
    return text.same(title, other) or (other.startswith(title) and bool(_BAR.match(other, len(title))))


def _whole(chosen: str, told: list[str]) -> str:
    """Return a text that ends in dots as another tells it to its end, else as it is."""
    stem = _TRUNCATED.sub("", chosen)
    longer = (t for t in told if len(t) > len(stem) and t.startswith(stem) and not _TRUNCATED.search(t))
    return chosen if stem == chosen else next(longer, chosen)


def _without_site(title: str, sites: list[str]) -> str:
    for _ in range(2):
        bars = list(_BAR.finditer(title))
        if bars and _names_site(title[bars[-1].end() :], sites):
            title = title[: bars[-1].start()]
        elif bars and _names_site(title[: bars[0].start()], sites):
            title = title[bars[0].end() :]
    return title.strip()


def _is_site(title: str, site: str) -> bool:
    said, name = _letters(title), _letters(site)
    return said == name or (said in name and " " not in title)


def _names_site(part: str, sites: list[str]) -> bool:
    """Tell whether a part of a title is a site's name, some of it, or says it with a word or two more."""
    said = _letters(part)
    for name in filter(None, map(_letters, sites)):
        with_more = len(name) >= 3 and name in said and len(said) < len(name) + 20
        if said == name or with_more or (len(said) >= 4 and said in name):
            return True
    return False


@lru_cache(4096)
def _letters(name: str) -> str:
    return "".join(c for c in name.removeprefix("www.").casefold() if c.isalnum())


def _summary(page: Page, title: str, site: str, body: tuple[str, ...]) -> str:
    """Return what the newsroom wrote below its headline, else how the text begins."""
    stated = page.stated("description")
    told = (text.plain(raw[:5000]) for raw in (*stated[:1], *page.every(*_SUMMARIES), *stated[1:]))
    found = [t for t in told if len(t) > 15 and not text.same(t, title) and not text.same(t, site)]
    if not found:
        return _beginning(body)
    first = _whole(found[0], found)
    # A description cut in the middle is the beginning of the text more often than not.
    stem = _TRUNCATED.sub("", first)
    return _beginning(body) if stem != first and body and body[0].startswith(stem[:40]) else first


def _beginning(body: tuple[str, ...]) -> str:
    said = ""
    for sentence in (s for paragraph in body[:3] for s in paragraphs.sentences(paragraph)):
        if said and (len(said) > 140 or len(said) + len(sentence) > 300):
            break
        said = f"{said} {sentence}".strip()
    return text.clip(said, 400)
