"""Articles from a site's sitemaps: one of them, an index of them, or those that its robots.txt names.

The newest articles are taken, up to the settings' `limit`; sitemaps of sections, tags and authors are not
opened, the others newest first until there are enough. Nothing that is missing counts as withdrawn: a news
sitemap holds two days, and many others only the latest pages.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds.identity import page_of
from feeds.model import Article, Issue
from feedsvc.http import Response, Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import robots, sitemap_file
from feedsvc.sources.addresses import articles_among, dated
from feedsvc.sources.robots import Robots
from feedsvc.sources.sitemap_file import Document, Entry, Link, issue
from feedsvc.sources.source import Pulled, Seen, Source, Tools

ACCEPT = "application/xml, text/xml;q=0.9, text/plain;q=0.5, */*;q=0.2"
# Sitemaps opened in a pull, and how deep an index may lead to another one; the standard forbids that at all.
FILES, _DEEPEST = 20, 3
# An older sitemap that its index calls unchanged is not asked for, but once a day: some indexes never tell.
_SETTLED, _ASKED_AGAIN = timedelta(days=2), timedelta(days=1)
_LOOKED_AT = 30
_USUAL = (
    "sitemap.xml", "sitemap_index.xml", "news-sitemap.xml", "sitemap-news.xml", "wp-sitemap.xml",
    "sitemap-index.xml", "sitemap.xml.gz", "sitemap.txt",
)  # fmt: skip
_CHOSEN_BY = "chosen by "
_NEWS = re.compile(r"news|latest|recent|today", re.I)
_NO_ARTICLES = re.compile(
    r"(?<![a-z])(?:categor(?:y|ies)|tags?|authors?|users?|taxonom(?:y|ies)|sections?|topics?|static|products?"
    r"|forums?|terms)(?![a-z])|^pages?[-_.]?sitemap|posts[-_]page(?![a-z])|[-_]pages?\.xml",
    re.I,
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_LAST_NUMBER = re.compile(r"(\d{1,6})\.(?:xml|txt)", re.I)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Leaf(Struct, frozen=True):
    """A sitemap that names pages: its newest entries, None if it is as before and was not read.

    `same` tells that it is as it was; `failed` that nothing could be had of it; `changed` is what its index
    says of it, `asked` when it was last asked for.
    """

    url: str
    validator: Validator
    entries: tuple[Entry, ...] | None = ()
    issues: tuple[Issue, ...] = ()
    same: bool = False
    failed: bool = False
    changed: datetime | None = None
    asked: datetime = _NEVER


class Sitemap:
    """The sitemaps of a site. What was read of them is kept, for the others when one of them changes."""

    reads_pages = True

    def __init__(self, settings: SourceSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._robots = Robots(settings, tools)
        self._kept: dict[str, Leaf] = {}
        chosen = (*settings.include.urls, "", *settings.exclude.urls, str(settings.limit), tools.language)
        self._mark = _CHOSEN_BY + blake2b("\0".join(chosen).encode(), digest_size=8).hexdigest()

    def pull(self, seen: Seen) -> Pulled:
        """Return the newest articles, or that nothing has changed, or why nothing could be had."""
        # Other settings choose other articles, out of sitemaps that may not have changed.
        known = seen.validators if self._mark in seen.validators else {}
        visit = _Visit(self._settings, self._tools, self._robots, known, self._kept)
        leaves = visit.leaves()
        if all(leaf.failed for leaf in leaves):
            said = [replace(one, severity="error") for leaf in leaves for one in leaf.issues]
            none = issue("error", "sitemap_empty", self._settings.url)
            return Pulled(validators=seen.validators, issues=tuple(said or (none,)), failed=True)
        unchanged = all(leaf.same for leaf in leaves)
        if not unchanged:
            leaves = [visit.read(leaf) for leaf in leaves]
        self._kept = {leaf.url: leaf for leaf in leaves if leaf.entries is not None}
        validators = {leaf.url: leaf.validator for leaf in leaves}
        validators |= dict.fromkeys((*visit.indexes, self._mark), Validator())
        if unchanged:
            return Pulled(validators=validators, unchanged=True)
        articles, issues = self._chosen(leaves)
        return Pulled(tuple(articles), validators, (*_warnings(leaves), *issues))

    def _chosen(self, leaves: Sequence[Leaf]) -> tuple[list[Article], list[Issue]]:
        """Return the newest articles that may be fetched, and what there is to say of the others."""
        limit, url = self._settings.limit, self._settings.url
        issues: list[Issue] = []
        found = merged(entry for leaf in leaves for entry in leaf.entries or ())
        entries = newest(told_once(found, self._tools.language))
        if not entries:
            return [], [issue("warning", "sitemap_empty", url)]
        if len(entries) > limit and 2 * sum(entry.when is None for entry in entries) > len(entries):
            issues.append(issue("info", "sitemap_undated", url, limit))
        most, pause = self._robots.most(entries[0].article.url)
        if most < min(limit, len(entries)):
            issues.append(robots.issue("robots_slow", url, pause, most))
        articles, refused = self._robots.allowed((e.article for e in entries), min(limit, most))
        return articles, [*issues, *refused]


class _Visit:
    """One pull's way through the sitemaps; `indexes` are those that only led to others."""

    def __init__(
        self,
        settings: SourceSettings,
        tools: Tools,
        robots: Robots,
        known: Mapping[str, Validator],
        kept: Mapping[str, Leaf],
    ) -> None:
        self._settings, self._tools, self._robots = settings, tools, robots
        self._known, self._kept = known, kept
        self._left = FILES
        self._unread = False
        self.indexes: list[str] = []

    def leaves(self) -> list[Leaf]:
        """Return the sitemaps that name pages, newest first, until they name enough."""
        found: list[Leaf] = []
        count = 0
        for leaf in self._start():
            found.append(leaf)
            # A sitemap of videos goes back as far as they do, and must not keep the news from being read.
            count += len(leaf.entries or ()) if not _is_of_videos(leaf.url) else 0
            if count >= self._settings.limit:
                break
        return found

    def read(self, leaf: Leaf) -> Leaf:
        """Return a sitemap with its entries, asked for once more if it was not read."""
        if leaf.entries is not None:
            return leaf
        answer = self._robots.get(leaf.url, accept=ACCEPT)
        if isinstance(answer, Issue):
            return self._failed(Link(leaf.url, leaf.changed), answer)
        return self._leaf(Link(leaf.url, leaf.changed), answer, self._document(answer))

    def _start(self) -> Iterator[Leaf]:
        url = self._settings.url
        parts = urlsplit(url)
        if parts.path in ("", "/") and not parts.query:
            yield from self._discovered(url)
        else:
            yield from self._opened(Link(url), 0)

    def _discovered(self, url: str) -> Iterator[Leaf]:
        """Yield the sitemaps of a page's site: those robots.txt names, else the first usual one there is."""
        if named := self._robots.sitemaps(url):
            yield from self._each([Link(one) for one in named], 1)
            return
        usual = (urljoin(url, f"/{name}") for name in _USUAL)
        for guess in sorted(usual, key=lambda guess: guess not in self._known):
            leaves = self._opened(Link(guess), 1)
            first = next(leaves, None)
            if first and not first.failed:
                yield first
                yield from leaves
                return
        refused = self._robots.refusal(urljoin(url, f"/{_USUAL[0]}"))
        yield Leaf(url, Validator(), issues=(refused or issue("error", "sitemap_none", url),), failed=True)

    def _each(self, links: Sequence[Link], depth: int) -> Iterator[Leaf]:
        for link in in_order(links):
            # How much those hold that were not read nobody knows, but they and no others were enough before.
            if not self._left or (self._unread and link.url not in self._known):
                return
            yield from self._opened(link, depth)

    def _opened(self, link: Link, depth: int) -> Iterator[Leaf]:
        if still := self._settled(link):
            yield still
            return
        self._left -= 1
        answer = self._robots.get(link.url, self._known.get(link.url), ACCEPT)
        if isinstance(answer, Issue):
            yield self._failed(link, answer)
            return
        if answer.not_modified:
            yield self._as_before(link, answer.validator)
            return
        document = self._document(answer)
        if document.links or (document.page and depth == 0):
            self.indexes.append(link.url)
        if document.page and depth == 0:
            yield from self._discovered(answer.url)
        elif document.links:
            yield from self._each(document.links, depth + 1) if depth < _DEEPEST else ()
        else:
            yield self._leaf(link, answer, document)

    def _document(self, answer: Response) -> Document:
        limit = self._tools.http.settings.max_listing
        return sitemap_file.read(answer.body, answer.url, answer.charset, limit)

    def _settled(self, link: Link) -> Leaf | None:
        """Return a sitemap as it was, when its index says that it has not changed for a while."""
        kept, now = self._remembered(link.url), self._tools.now()
        if kept is None or link.changed is None or link.changed != kept.changed:
            return None
        settled = now - link.changed > _SETTLED and now - kept.asked < _ASKED_AGAIN
        return replace(kept, same=True) if settled else None

    def _remembered(self, url: str) -> Leaf | None:
        """Return what was read of a sitemap, if that is what its validator speaks of."""
        kept, known = self._kept.get(url), self._known.get(url)
        return kept if kept and known and kept.validator.digest == known.digest else None

    def _as_before(self, link: Link, validator: Validator) -> Leaf:
        kept = self._remembered(link.url)
        self._unread = self._unread or kept is None
        before = kept or Leaf(link.url, validator, None)
        return replace(before, validator=validator, same=True, changed=link.changed, asked=self._tools.now())

    def _leaf(self, link: Link, answer: Response, document: Document) -> Leaf:
        said = document.issues
        if document.page:
            said = (issue("error", "sitemap_not_one", link.url, "a web page"),)
        failed = not document.entries and any(one.severity == "error" for one in said)
        entries = self._wanted(document.entries)
        now = self._tools.now()
        return Leaf(link.url, answer.validator, entries, said, failed=failed, changed=link.changed, asked=now)

    def _failed(self, link: Link, why: Issue) -> Leaf:
        """Return a sitemap that cannot be had, with what was read of it before."""
        kept, known = self._kept.get(link.url), self._known.get(link.url)
        return Leaf(
            link.url,
            Validator(digest=why.code),
            kept.entries if kept else (),
            (why,),
            same=known is not None and known.digest == why.code,
            failed=True,
        )

    def _wanted(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Return the newest entries of a sitemap that are articles, and wanted."""
        mine = newest(entry for entry in entries if self._settings.wants(entry.article.url))
        # A sitemap may have 50,000 pages; enough of the newest are looked at for the limit to be reached.
        del mine[_LOOKED_AT * self._settings.limit :]
        # Patterns that somebody wrote know better than any guess.
        if not self._settings.include.urls:
            likely = articles_among([entry.article.url for entry in mine])
            mine = [entry for entry, is_one in zip(mine, likely, strict=True) if is_one or entry.news]
        # One more than is taken, so that it can be said that there are more.
        return tuple(told_once(merged(mine), self._tools.language)[: self._settings.limit + 1])


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the sitemaps at the settings' `url`, or of the site that has it."""
    return Sitemap(settings, tools)


def _warnings(leaves: Sequence[Leaf]) -> list[Issue]:
    """Return what is wrong with some of the sitemaps: no error, for there were others."""
    said = (one for leaf in leaves for one in leaf.issues)
    return [replace(one, severity="warning") if one.severity == "error" else one for one in said]


def in_order(links: Sequence[Link]) -> list[Link]:
    """Return sitemaps in the order to open them, the newest news first, without those of no articles."""
    opened = [link for link in links if not _NO_ARTICLES.search(_file(link.url))] or links
    return sorted(opened, key=_newness, reverse=True)


def _newness(link: Link) -> tuple[int, datetime, int]:
    """Return how new the pages in a sitemap may be: the period in its name counts before its last change."""
    name, period = _file(link.url), _period(link.url)
    rank = 2 if _NEWS.search(name) and not period else 1 if _is_of_videos(link.url) else 0
    number = _LAST_NUMBER.search(name) if name.startswith("wp-") else None
    return rank, period or link.changed or _NEVER, int(number[1]) if number else 0


def _file(url: str) -> str:
    return urlsplit(url).path.rsplit("/", 1)[-1].lower()


def _is_of_videos(url: str) -> bool:
    return "video" in _file(url)


def _period(url: str) -> datetime | None:
    year = _YEAR.search(urlsplit(url).path + urlsplit(url).query)
    return dated(url) or (datetime(int(year[1]), 12, 28, tzinfo=UTC) if year else None)


def newest(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries newest first, those of no date last and as they come."""
    return sorted(entries, key=lambda entry: entry.when or _NEVER, reverse=True)


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Return one entry a page, with what several sitemaps say of it; what is called news leads."""
    found: dict[str, Entry] = {}
    for entry in entries:
        page = page_of(entry.article.url)
        found[page] = _together(found[page], entry) if page in found else entry
    return list(found.values())


def _together(one: Entry, other: Entry) -> Entry:
    if other.news and not one.news:
        one, other = other, one
    a, b = one.article, other.article
    article = replace(
        a,
        title=a.title or b.title,
        summary=a.summary or b.summary,
        section=a.section or b.section,
        tags=a.tags or b.tags,
        published=a.published or b.published,
        updated=max(filter(None, (a.updated, b.updated)), default=None),
        images=tuple({image.url: image for image in (*b.images, *a.images)}.values()),
        videos=tuple({video.url: video for video in (*b.videos, *a.videos)}.values()),
        window=a.window if a.window.end else b.window,
    )
    return Entry(article, one.when or other.when, one.news, one.others or other.others)


def told_once(entries: Sequence[Entry], language: str) -> list[Entry]:
    """Return the entries, each story in one language: the channel's if it is told in that."""
    stories: dict[str, list[Entry]] = {}
    for entry in entries:
        others = entry.others.values() if _own(entry) else ()
        pages = (page_of(url) for url in (*others, entry.article.url))
        stories.setdefault(min(pages), []).append(entry)
    return [entry for story in stories.values() for entry in _in_one_language(story, language.lower())]


def _own(entry: Entry) -> set[str]:
    """Return the languages an entry says its own page is in."""
    page = page_of(entry.article.url)
    return {tag for tag, url in entry.others.items() if page_of(url) == page}


def _in_one_language(story: Sequence[Entry], language: str) -> Sequence[Entry]:
    own = [_own(entry) for entry in story]
    told = [tag for tags in own for tag in tags if tag != "x-default"]
    if len(story) == 1 or len(told) != len(set(told)):
        return story  # several in one language are several stories, whatever they are said to be
    base = language.partition("-")[0]
    near = [tag for tag in sorted(told) if base and tag.partition("-")[0] == base]
    for wanted in (language, *near, "x-default"):
        if found := [entry for entry, tags in zip(story, own, strict=True) if wanted in tags]:
            return found[:1]
    return story[:1]
