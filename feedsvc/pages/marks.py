"""What kind of story it is beyond news: paywalled, a live blog, a gallery, an opinion, sponsored.

By what newsrooms state (https://schema.org/NewsArticle, Open Graph's article vocabulary, Google's rules for
paywalled content), then by the name of the section; never by the words of the story.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any
from urllib.parse import unquote, urlsplit

from feedsvc.pages import markup
from feedsvc.pages.jsonld import types
from feedsvc.pages.markup import Page

_NOT_FREE = re.compile(r"(?:https?://schema\.org/)?false", re.I)
_OPINION = re.compile(
    r"opinions?|op-?eds?|editorials?|comment(?:ary|aries|isfree| is free)?"
    r"|columns?|columnists?|view-?points?|perspectives?"
    r"|meinung(?:en)?|kommentare?|leitartikel|opini[oó]n|tribunas?|editoriales|columnas?|tribunes?|d[eé]bats?"
    r"|opinioni|commenti|editoriali|opini[aã]o|colunas?|mening(?:en)?|debatt?|ledare?|kronikk?|opinie|мнени[ея]"
    r"|колонк[аи]|社説|オピニオン|评论|社论|사설|칼럼|오피니언",
    re.I,
)
_TITLED = re.compile(r"(?:opinion|op-ed|editorial|commentary|kommentar|opinión|tribune)\s*[:|–—-]\s", re.I)
_GALLERY = re.compile(
    r"(?:photo|image|picture|media|bilder|foto)?[- ]?(?:gallery|galleries|galerien?|galer[ií]as?|gallerie)"
    r"|(?:in[- ])?(?:photos|pictures)|photo-?essays?|slide-?shows?|bilderstrecken?|fotostrecken?|diaporamas?",
    re.I,
)
# "Anzeige" and "Advertisement" alone stand above every advert's place.
_SPONSORED = re.compile(
    r"(?:sponsored|paid|promoted|branded|partner(?:ed)?)[- ](?:by|for by|content|post|story|stories|article)"
    r"(?: by .{1,60})?|sponsored|advertorials?|advertiser[- ]content|brand ?studio|native[- ]?advertising"
    r"|bezahlte anzeige|publi-?r?reportajes?|contenido patrocinado|patrocinad[oa]|publi-?r[eé]dactionnel"
    r"|publi-?reportages?|contenu sponsoris[eé]|contenuto sponsorizzato|conte[uú]do patrocinado"
    r"|gesponserter inhalt",
    re.I,
)
_LIVE = frozenset(("liveblogposting",))
_GALLERIES = frozenset(("imagegallery", "mediagallery"))
_SHORT, _NEAR = 60, 12


def marks(page: Page, title: str, section: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the five it is, in a fixed order."""
    said = frozenset(t for node in page.story[:1] for t in types(node)) | _microdata(page)
    told = (
        ("paywalled", _is_paywalled(page)),
        ("live_blog", bool(said & _LIVE) or bool(page.story and page.story[0].get("coverageStartTime"))),
        ("gallery", bool(said & _GALLERIES) or _is_gallery(page, section)),
        ("opinion", "opinionnewsarticle" in said or _is_opinion(page, title, section)),
        ("sponsored", "advertisercontentarticle" in said or _is_sponsored(page, section)),
    )
    return tuple(mark for mark, holds in told if holds)


def _microdata(page: Page) -> frozenset[str]:
    kinds = [t for e in (page.main, *page.main.iterancestors()) for t in e.get("itemtype", "").split()]
    return frozenset(kind.rsplit("/", 1)[-1].lower() for kind in kinds)


def _is_paywalled(page: Page) -> bool:
    if page.first("article:content_tier", "og:article:content_tier").lower() in ("locked", "metered"):
        return True
    stated = [value for node in page.story for value in _free(page, node)]
    free = page.properties.get("isaccessibleforfree", ())
    return any(_NOT_FREE.fullmatch(str(v)) for v in (*stated, *(e.get("content") or e.text for e in free)))


def _free(page: Page, node: dict[str, Any]) -> Iterator[Any]:
    for part in (node, *page.graph.nodes_at(node, "hasPart")):
        yield from page.graph.all(part, "isAccessibleForFree")


def _is_gallery(page: Page, section: tuple[str, ...]) -> bool:
    kind = page.first("og:type").lower().rpartition(":")[2]
    return _any(_GALLERY, (kind, *section, *_folders(page)))


def _is_opinion(page: Page, title: str, section: tuple[str, ...]) -> bool:
    declared = page.first("article:opinion", "og:article:opinion").lower() in ("true", "1", "yes")
    return declared or bool(_TITLED.match(title)) or _any(_OPINION, (*section, *_folders(page)))


def _is_sponsored(page: Page, section: tuple[str, ...]) -> bool:
    declared = page.first("article:sponsored", "sponsored").lower() in ("true", "1", "yes")
    sponsors = any(node.get("sponsor") for node in page.story[:1])
    kind = page.first("article:content_type", "content-type", "parsely-type", "article:type")
    labels = (markup.shown(a) for a in page.links.get("sponsored", [])[:_NEAR])
    return (
        declared or sponsors or _any(_SPONSORED, (kind, *section, *_folders(page), *labels, *_labels(page)))
    )


def _folders(page: Page) -> list[str]:
    """Return the folders in a page's address, its own name left out."""
    try:
        return unquote(urlsplit(page.url).path).strip("/").split("/")[:-1]
    except ValueError:
        return []


def _labels(page: Page) -> Iterator[str]:
    """Yield the lines above the story's first paragraph, where its label stands."""
    first = next((b for b in page.place.said if b.prose), None)
    before = takewhile(lambda block: block is not first, page.shown) if first else ()
    yield from (block.text for block in list(before)[-_NEAR:])


def _any(pattern: re.Pattern[str], names: Iterable[str]) -> bool:
    return any(pattern.fullmatch(name.strip()) for name in names if len(name) <= _SHORT)
