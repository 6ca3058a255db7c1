"""Facts about a story: by whom, in which section, under which tags, in which language, for how long."""

import re
from collections.abc import Iterator

from lxml import etree

from feeds import text
from feeds.model import Window
from feedsvc import dates
from feedsvc.pages import bylines, jsonld, markup, videos
from feedsvc.pages.markup import Page

_SECTIONS = (
    "article:section",
    "parsely-section",
    "section",
    "article.section",
    "cxenseparse:taxonomy",
    "channel",
)
_KEYWORDS = (
    "article:tag", "og:article:tag", "parsely-tags", "sailthru.tags", "news_keywords", "video:tag",
    "keywords",
)  # fmt: skip
_BYLINES = (
    "author", "article:author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator",
    "dcterms.creator", "byl", "byline",
)  # fmt: skip
_HOME = {
    "home", "homepage", "home page", "start", "startseite", "inicio", "início", "accueil", "главная",
    "ホーム", "トップ", "首页", "홈", "front page",
}  # fmt: skip
_LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?(?:[-_.@].*)?")
_UNAVAILABLE = re.compile(r"unavailable_after:\s*(.{6,40})", re.I)
_SEPARATORS = re.compile(r"\s*[,;|、，]\s*")
_INTERNAL = re.compile(r"[_:@/=]")
_BYLINE = etree.XPath(".//*[contains(@class,'byline')]")
_BREADCRUMB = etree.XPath("//*[contains(@class,'breadcrumb') or contains(@id,'breadcrumb')][.//a]")
_MOST_TAGS, _MOST_CRUMBS = 30, 5


def window(page: Page) -> Window:
    """Return when the story may be shown: as a drop-folder page asks, else until its video expires.

    An article's own `expires` says when it is old news, not when it is taken back: newspapers give a
    month and keep the story, so it closes nothing.
    """
    robots = (m[1] for r in page.every("robots", "googlebot") if (m := _UNAVAILABLE.search(r)))
    films = (page.graph.text(node, "expires") for node in videos.objects(page))
    stated = (*page.every("window-end"), *robots, *films)
    return Window(dates.best(page.every("window-start")), dates.best(stated))


def authors(page: Page, organisations: list[str]) -> tuple[str, ...]:
    """Return the people who wrote the story, by the best source that names any."""
    sources = (
        _stated_authors(page),
        page.every(*_BYLINES),
        markup.microdata(page, "author"),
        _shown_authors(page),
    )
    found = (bylines.people(source, organisations) for source in sources)
    return next((people for people in found if people), ())


def _stated_authors(page: Page) -> list[str]:
    for node in page.story:
        for key in ("author", "creator"):
            told = page.graph.all(node, key)
            people = [
                a for a in told if not (isinstance(a, dict) and "organization" in "".join(jsonld.types(a)))
            ]
            if names := [jsonld.name(a) for a in people or told]:
                return names
    return []


def _shown_authors(page: Page) -> Iterator[str]:
    marked = _BYLINE(page.main) if b"byline" in page.html else ()
    for element in (*page.links.get("author", ()), *marked):
        said = markup.shown(element)
        if len(said) < 80 and not markup.aside(element):
            yield said


def sections(page: Page, title: str, site: str) -> tuple[str, ...]:
    """Return the way from the site's front page to the story: its breadcrumb, else its section."""
    ways = (_way(trail, title, site) for trail in _trails(page))
    return next((way for way in ways if way), ())


def _trails(page: Page) -> Iterator[list[str]]:
    for node in page.graph.nodes:
        if "breadcrumblist" in jsonld.types(node):
            yield jsonld.trail(page.graph, node)
    yield page.stated("articleSection")[:1]
    yield page.every(*_SECTIONS)[:1]
    yield _shown_trail(page)


def _shown_trail(page: Page) -> list[str]:
    found = _BREADCRUMB(page.tree) if b"breadcrumb" in page.html else ()
    return [markup.shown(a) for a in found[0].iter("a")] if found else []


def _way(trail: list[str], title: str, site: str) -> tuple[str, ...]:
    """Return a breadcrumb without the front page it starts from and the headline it ends with."""
    names = (text.plain(name[:500]) for name in trail[:20])
    kept = [n for n in names if n and len(n) <= 60 and "://" not in n and n.casefold() not in _HOME]
    kept = [n for n in kept if not any(text.same(n, other) for other in (site, title))]
    kept = [n for n in kept if len(n) < 20 or not title.startswith(n.rstrip(" .…"))]
    return tuple(dict.fromkeys(kept))[:_MOST_CRUMBS]


def tags(page: Page, section: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the story is about, and the sections it is in beside its own."""
    linked = [markup.shown(a) for a in page.links.get("tag", ())]
    said = (*page.stated("keywords"), *page.every(*_KEYWORDS), *linked, *page.stated("articleSection")[1:])
    words = (w for raw in said for w in _SEPARATORS.split(text.plain(raw[:5000])))
    found = {w.casefold(): w for w in words if 1 < len(w) <= 60 and not _INTERNAL.search(w)}
    for name in section:
        found.pop(name.casefold(), None)
    return tuple(found.values())[:_MOST_TAGS]


def language(page: Page) -> str:
    """Return the page's language as ``en`` or ``pt-BR``, an empty string when it does not say."""
    shown = page.tree.get("lang", ""), page.tree.get("xml:lang", "")
    declared = page.every("og:locale", "content-language", "language", "dc.language")
    for said in (*shown, *page.stated("inLanguage"), *declared):
        if match := _LANGUAGE.fullmatch(said.strip()):
            name, script, region = match.groups()
            parts = (name.lower(), script and script.title(), region and region.upper())
            return "-".join(part for part in parts if part)
    return ""
