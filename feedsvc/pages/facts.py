"""Facts about a story: when, by whom, in which section, under which tags, in which language, for how long."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from htmldate import find_date
from lxml import etree

from feeds import text
from feeds.model import Window
from feedsvc import dates
from feedsvc.pages import bylines, jsonld, markup, videos
from feedsvc.pages.markup import Page

_PUBLISHED = (
    "article:published_time", "og:published_time", "article:published", "parsely-pub-date", "sailthru.date",
    "datepublished", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date",
    "dcterms.date", "publishdate", "publish-date", "publish_date", "pubdate", "published_at",
    "publication_date", "article_date_original", "cxenseparse:recs:publishtime", "release_date", "date",
    "og:pubdate", "og:release_date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified", "dc.date.modified",
    "dcterms.modified", "lastmod", "last-modified", "revised", "updated_time",
)  # fmt: skip
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
# Some papers put the section between the year and the month.
_URL_DATE = re.compile(
    r"/((?:19|20)\d\d)(?:(?:/[a-z][\w-]{1,30})?[/-](\d\d?)[/-]|(\d\d)/?)(\d\d?)(?=[/_.-]|$)"
)
_DATE = re.compile(
    r"(?<![\d/.-])(?:\d{1,2}\.? ?(?:de |of )?[^\W\d_]{3,12}\.?,? ?(?:de |del )?(?:19|20)\d\d"
    r"|[^\W\d_]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
    r"|\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])\d{1,2}\2\d{1,2}"
    r"|(?:19|20)\d\d ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일])(?!\d)"
    r"(?:[,. |–-]{0,3}(?:at |um |a las |à |às |kl\.? )?\d{1,2}[:.h]\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?(?:[A-Z]{2,4}|[+-]\d\d:?\d\d))?)?",
    re.I,
)
# Where English is written with the day first.
_DAY_FIRST = frozenset(
    ("uk", "au", "nz", "ie", "in", "za", "ng", "ke", "gh", "pk", "lk", "bd", "mt", "sg", "my", "hk")
)
_RULE = re.compile(r"[|–]")
_SAYS_OUT = re.compile(r"publi|\bpost|veröff|erstellt|pubbl|gepubl|опубл|发布|発表|公開|게시|입력", re.I)
_LINES, _LINE, _MOST_DATES = 6, 120, 100
_ANY_DATE = re.compile(r"(?:publi|pub|post|release|issue|creat)\w*[-_.: ]?(?:date|time|at|on)$")
_UNAVAILABLE = re.compile(r"unavailable_after:\s*(.{6,40})", re.I)
_SEPARATORS = re.compile(r"\s*[,;|、，]\s*")
_INTERNAL = re.compile(r"[_:@/=]")
_BYLINE = etree.XPath(".//*[contains(@class,'byline')]")
_BREADCRUMB = etree.XPath("//*[contains(@class,'breadcrumb') or contains(@id,'breadcrumb')][.//a]")
_MOST_TAGS, _MOST_CRUMBS = 30, 5


def published_and_updated(page: Page, language: str) -> tuple[datetime | None, datetime | None]:
    """Return when the story came out and when it was last changed, if later. In UTC."""
    day_first = _day_first(page, language)
    first, last = _best(_out(page), day_first), _best(_changed(page), day_first)
    first = first or last or _best(_written(page), day_first) or _guessed(page)
    return first, last if first and last and last > first else None


def _out(page: Page) -> Iterator[str]:
    """Yield where pages say when a story came out, those who know best first."""
    yield from page.stated("datePublished")
    yield from page.stated("dateCreated")
    yield from page.every(*_PUBLISHED)
    yield from _properties(page, "datePublished", "dateCreated")
    yield from _times(page)
    yield from (content for name, content in page.metas if _ANY_DATE.search(name))
    yield from (page.graph.text(node, "uploadDate") for node in videos.objects(page))
    yield from _in_address(page.url)


def _changed(page: Page) -> Iterator[str]:
    yield from page.stated("dateModified")
    yield from page.every(*_MODIFIED)
    yield from _properties(page, "dateModified")


def _best(candidates: Iterator[str], day_first: bool) -> datetime | None:
    """Return what `dates.best` does, asking no further once a moment with its zone is found."""
    return dates.best(_until_zoned(islice(candidates, _MOST_DATES), day_first), day_first)


def _until_zoned(candidates: Iterator[str], day_first: bool) -> Iterator[str]:
    for said in candidates:
        yield said
        if told := dates.moment(said, day_first):
            if told.precision != "zoned":
                yield from candidates
            return


def _day_first(page: Page, language: str) -> bool:
    """Tell whether 03/04/2026 is in April: not in the USA; by the language, else the site's country."""
    name, _, region = language.lower().partition("-")
    if name in ("en", "") and region in ("", "us"):
        return (urlsplit(page.url).hostname or "").rpartition(".")[2] in _DAY_FIRST
    return True


def _written(page: Page) -> Iterator[str]:
    """Yield the dates written in short lines between the headline and the first paragraphs, in any language.

    Above the headline only those that say what they are: newspapers print today's there.
    """
    first = next((b for b in page.place.said if b.prose), None)
    at = next((n for n, b in enumerate(page.shown) if b.text == page.heading), None)
    to = next((n for n, b in enumerate(page.shown) if b is first), 0)
    if at is not None and at < to:
        above = (b for b in page.shown[max(0, at - _LINES) : at] if _SAYS_OUT.search(b.text))
        lines = [*page.shown[at : to + _LINES], *above]
    else:
        lines = list(page.shown[max(0, to - _LINES) : to + _LINES])
    for block in lines:
        # A line that is all link is a teaser's.
        if len(block.text) < _LINE and block.linked < 0.9 * len(block.text):
            yield from (_RULE.sub(" ", match[0]) for match in _DATE.finditer(block.text))


def _guessed(page: Page) -> datetime | None:
    """Return the day htmldate makes out in the page, unless it knows no more than the year or the month."""
    try:
        # Its own upper bound would be today.
        said = find_date(page.tree, url=page.url, extensive_search=False, max_date="2099-12-31") or ""
    # Whatever a page does to it, the rest of the article is still good.
    except Exception:  # noqa: BLE001
        return None
    return None if said.endswith("-01") else dates.best([said])


def _properties(page: Page, *names: str) -> Iterator[str]:
    """Yield what microdata says of the page, outside of meta elements."""
    for name in names:
        for element in page.properties.get(name.lower(), ()):
            if element.tag != "meta" and not markup.aside(element):
                yield element.get("content") or element.get("datetime") or markup.shown(element)


def _times(page: Page) -> Iterator[str]:
    for element in page.main.iter("time"):
        if not markup.aside(element):
            yield element.get("datetime") or markup.shown(element)


def _in_address(url: str) -> Iterator[str]:
    if match := _URL_DATE.search(urlsplit(url).path):
        yield "-".join(part.zfill(2) for part in match.groups() if part)


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
        _properties(page, "author"),
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
