"""When a story came out and was last changed: as its page states it, shows it, or at last lets one guess.

A date is taken from where it is said to be the story's; only what no page says outright is looked for in its
lines, its scripts, the addresses of its pictures, and by htmldate.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

from htmldate import find_date
from lxml.html import HtmlElement

from feedsvc import dates
from feedsvc.pages import markup, videos
from feedsvc.pages.blocks import Block
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
# Some papers put the section between the year and the month.
_URL_DATE = re.compile(
    r"/(19[89]\d|20[0-4]\d)(?:(?:/[a-z][\w-]{1,30})?[/-](\d\d?)[/-](\d\d?)|(\d\d)/?(\d\d))(?=[/_.-]|$)"
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
_SAYS_WHEN = re.compile(rf"{_SAYS_OUT.pattern}|updated|modified|aktualisiert|actualizado|aggiornato", re.I)
_DATELINE = re.compile(r"\s*(?:\([^)]{1,30}\)\s*)?(?:--|[—–:)]|-\s)")
_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BAR = re.compile(r"\s+[|–—-]\s+")
_MONTH = re.compile(r"[^\W\d_]{3,12}\.? (?:de |del )?(?:19|20)\d\d", re.I)
_PATH_DAY = re.compile(r"/(20[0-4]\d)([/-])(0[1-9]|1[0-2])\2([0-2]\d|3[01])(?=[/_.-])")
_PATH_MONTH = re.compile(r"/(20[0-4]\d)/(0[1-9]|1[0-2])/")
# What the state an application starts from calls a date of publication.
_IN_SCRIPT = re.compile(
    r"[\"'](?:date_?|first_?|original_?)?(?:pub(?:lish(?:ed)?)?|posted|issued)_?(?:date|time|at|on)?(?:_?(?:time|gmt|utc))?"
    r"\\?[\"']\s*:\s*\\?[\"']((?:19|20)\d\d[-/]?\d\d[-/]?\d\d[^\"'\\]{0,30})\\?[\"']",
    re.I,
)
_LINES, _LINE, _MOST_DATES = 6, 120, 100
# Elements and characters beyond which htmldate takes seconds; where a dateline ends; pictures looked at.
_HUGE, _HUGEST, _LARGE, _OPENING, _PICTURES = 6000, 50_000, 1_000_000, 60, 5
_ANY_DATE = re.compile(r"(?:publi|pub|post|release|issue|creat)\w*[-_.: ]?(?:date|time|at|on)$")


def published_and_updated(page: Page, language: str) -> tuple[datetime | None, datetime | None]:
    """Return when the story came out and when it was last changed, if later. In UTC."""
    day_first = _day_first(page, language)
    first, last = _best(_out(page), day_first), _best(_changed(page), day_first)
    first = first or last or _sought(page, day_first)
    return first, last if first and last and last > first else None


def _out(page: Page) -> Iterator[str]:
    """Yield where pages say when a story came out, those who know best first."""
    yield from page.stated("datePublished")
    yield from page.stated("dateCreated")
    yield from page.every(*_PUBLISHED)
    yield from markup.microdata(page, "datePublished", "dateCreated")
    yield from _times(page)
    yield from (content for name, content in page.metas if _ANY_DATE.search(name))
    yield from (page.graph.text(node, "uploadDate") for node in videos.objects(page))
    yield from _in_addresses(page)


def _changed(page: Page) -> Iterator[str]:
    yield from page.stated("dateModified")
    yield from page.every(*_MODIFIED)
    yield from markup.microdata(page, "dateModified")


def _best(candidates: Iterable[str], day_first: bool) -> datetime | None:
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


def _times(page: Page) -> Iterator[str]:
    """Yield the times a story shows, those in its foot last."""
    beside: list[HtmlElement] = []
    for element in page.main.iter("time"):
        if markup.aside(element):
            beside.append(element)
        else:
            yield element.get("datetime") or markup.shown(element)
    yield from (e.get("datetime", "") for e in beside if e.get("itemprop", "").lower() == "datepublished")


def _in_addresses(page: Page) -> Iterator[str]:
    yield from (_joined(match) for path in _addresses(page) if (match := _URL_DATE.search(path)))


def _addresses(page: Page) -> list[str]:
    """Return the paths under which a page is known: an old one may say the day."""
    links = (link.get("href", "") for link in page.links.get("canonical", ()))
    return [markup.path(url) for url in (page.url, *links, *page.every("og:url"))]


def _joined(match: re.Match[str]) -> str:
    return "-".join(part.zfill(2) for part in match.groups() if part and part.isdigit())


def _sought(page: Page, day_first: bool) -> datetime | None:
    """Return the date of a story that states none: where it is most likely to be its own, first."""
    ways = (_written, _opening, _in_title, _in_scripts, _month)
    found = (_best(way(page), day_first) for way in ways)
    return next(filter(None, found), None) or _htmldate(page) or _guessed(page)


def _written(page: Page) -> Iterator[str]:
    """Yield the dates written in short lines between the headline and the first paragraphs, in any language.

    Above the headline only those that say what they are: newspapers print today's there.
    """
    for block in _near_headline(page):
        said = _GLUED.sub(" ", block.text)
        yield from (_RULE.sub(" ", match[0]) for match in _DATE.finditer(said))


def _near_headline(page: Page) -> Iterator[Block]:
    first = next((b for b in page.place.said if b.prose), None)
    at = next((n for n, b in enumerate(page.shown) if b.text == page.heading), None)
    to = next((n for n, b in enumerate(page.shown) if b is first), 0)
    if at is not None and at < to:
        above = (b for b in page.shown[max(0, at - _LINES) : at] if _SAYS_OUT.search(b.text))
        lines = [*page.shown[at : to + _LINES], *above]
    else:
        lines = list(page.shown[max(0, to - _LINES) : to + _LINES])
    # A line that is all link is a teaser's.
    return (b for b in lines if len(b.text) < _LINE and b.linked < 0.9 * len(b.text))


def _opening(page: Page) -> Iterator[str]:
    """Yield the date a story opens with, before a dash: "LISBON, April 17, 2026 -- "."""
    for block in page.place.said[:_LINES]:
        match = _DATE.search(block.text[: 2 * _OPENING])
        if match and match.start() < _OPENING and _DATELINE.match(block.text, match.end()):
            yield match[0]


def _in_title(page: Page) -> Iterator[str]:
    """Yield the date that is a part of the window's title, and those of lines that say what they date."""
    yield from (part for part in _BAR.split(page.window) if _DATE.fullmatch(part))
    for block in page.shown:
        if len(block.text) < 2 * _LINE and (said := _SAYS_WHEN.search(block.text)):
            yield from (match[0] for match in islice(_DATE.finditer(block.text, said.end()), 1))


def _in_scripts(page: Page) -> Iterator[str]:
    """Yield the date of publication in the state of an application, unless it holds several stories'."""
    said = (m[1] for _, text in page.scripts for m in islice(_IN_SCRIPT.finditer(text[:_LARGE]), _MOST_DATES))
    found = list(dict.fromkeys(said))
    yield from found if len({one[:10] for one in found}) == 1 else ()


def _month(page: Page) -> Iterator[str]:
    """Yield the first day of the month that stands alone near the headline, as in a magazine."""
    yield from (f"1 {b.text}" for b in _near_headline(page) if _MONTH.fullmatch(b.text))


def _guessed(page: Page) -> datetime | None:
    """Return the day of the story's pictures, what htmldate makes out anywhere, or a month in an address."""
    shown = (e.get("data-src") or e.get("src") or "" for e in islice(page.main.iter("img"), _PICTURES))
    paths = [markup.path(url) for url in (*page.every("og:image", "twitter:image"), *shown)]
    days = [_joined(m) for path in paths if (m := _PATH_DAY.search(path))]
    months = [f"{_joined(m)}-01" for path in (*_addresses(page), *paths) if (m := _PATH_MONTH.search(path))]
    return dates.best(days) or _htmldate(page, thorough=True) or dates.best(months)


def _htmldate(page: Page, thorough: bool = False) -> datetime | None:
    """Return the day htmldate makes out in the page: no year, no month, none that a link or a story tells."""
    most, largest = (_HUGE, _LARGE) if thorough else (_HUGEST, 3 * _LARGE)
    if len(page.html) > largest or sum(map(len, page.has.elements.values())) > most:
        return None
    try:
        # Its own upper bound would be today.
        said = find_date(
            page.tree, url=page.url, original_date=True, extensive_search=thorough, max_date="2099-12-31"
        )
    # Whatever a page does to it, the rest of the article is still good.
    except Exception:  # noqa: BLE001
        return None
    if not said or said.endswith("-01") or (thorough and _spoken_of(page, said)):
        return None
    return dates.best([said])


def _spoken_of(page: Page, day: str) -> bool:
    """Tell whether a day is the one of a story the page links to, or one the story tells of."""
    written = re.compile(day.replace("-", "[-/_.]?"))
    linked = any(written.search(a.get("href", "")) for a in page.has.elements.get("a", ())[:_HUGE])
    told = (match[0] for block in page.place.said if block.prose for match in _DATE.finditer(block.text))
    moments = (dates.moment(one) for one in islice(told, _MOST_DATES))
    return linked or any(str(moment.when.date()) == day for moment in moments if moment)
