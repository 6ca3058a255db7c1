"""Articles from a drop folder: `.html` and `.txt` files with their media beside them.

    storm.html, storm.jpg, storm.mp4, storm.en.vtt      one article: media with its name, or in storm/
    sport/final.txt, sport/final/1.jpg, sport/final/index.m3u8

The folder is all there is: an article whose file is gone was withdrawn. Nothing outside it is read.
"""

import logging
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from feeds.model import Article, Caption, Image, Issue, Video
from feedsvc.http import Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import drop, press
from feedsvc.sources.drop import File
from feedsvc.sources.source import Pulled, Seen, Source, Tools

_STORIES = (".html", ".htm", ".txt")
_IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic", ".tif", ".tiff", ".bmp"})
_VIDEOS = frozenset({".m3u8", ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"})
_CAPTIONS = frozenset({".vtt", ".srt", ".ttml", ".dfxp"})
_LANGUAGE = re.compile(r"(?:^|[._-])([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)$")

log = logging.getLogger(__name__)


class Folder:
    """A drop folder; an article without a date has that of its file."""

    reads_pages = False

    def __init__(self, root: Path, tools: Tools) -> None:
        self.root = root
        self._tools = tools

    def pull(self, seen: Seen) -> Pulled:
        """Return the articles whose files changed, and which did not."""
        found = drop.opened(self.root, _STORIES, ".html or .txt", seen)
        if isinstance(found, Pulled):
            return found
        files, names, issues = found
        stories, twice = _stories(names)
        issues += twice
        known, beside = drop.known(seen.validators), _beside(files, stories)
        articles: list[Article] = []
        kept: set[str] = set()
        validators: dict[str, Validator] = {}
        for guid, name in stories.items():
            uses = known.get(name, {})
            same = name in uses and beside[guid] <= uses.keys()
            if same and drop.as_before(uses, files):
                kept.add(guid)
            elif isinstance(told := self._read(name, beside[guid], files), Issue):
                # What was read of it before stays on air; the file is tried again each time.
                issues.append(told)
                kept.add(guid)
                continue
            else:
                articles.append(replace(told[0], guid=guid))
                uses = dict.fromkeys(told[1], "")
            validators |= drop.remembered(name, uses, files)
        unchanged = not articles and not issues and validators == dict(seen.validators)
        return Pulled(
            tuple(articles), validators, tuple(issues), unchanged, complete=True, kept=frozenset(kept)
        )

    def _read(
        self, name: str, beside: set[str], files: Mapping[str, File]
    ) -> tuple[Article, set[str]] | Issue:
        """Return an article and the names of all files it depends on, there or not."""
        try:
            article = self._story(name, files[name])
            if isinstance(article, Issue):
                return article
            parts = drop.parts(beside, files)
            article = _with_media(article, sorted(beside - parts, key=_by_number))
            uses = {name, *beside, *parts, *drop.named(article, files)}
            return drop.published(article, name, files, self._tools.keep), uses
        except OSError as error:
            return drop.issue("error", "story_unreadable", name, error.strerror or error)
        except Exception:
            # The one boundary for a story: what breaks its reader must not cost the others.
            log.exception("story=%s", name)
            return drop.issue("error", "story_unreadable", name, "its reader failed")

    def _story(self, name: str, file: File) -> Article | Issue:
        is_text = name.casefold().endswith(".txt")
        limit = min(self._tools.http.settings.max_page, drop.LONGEST_TEXT if is_text else file.size + 1)
        if file.size > limit:
            return drop.issue("error", "story_too_large", name, limit)
        data = file.path.read_bytes()
        if not data.strip():
            return drop.issue("error", "story_empty", name)
        article = _from_text(drop.decoded(data), name) if is_text else self._from_html(data, name)
        if isinstance(article, Issue) or article.published:
            return article
        return replace(article, published=datetime.fromtimestamp(int(file.modified), UTC))

    def _from_html(self, data: bytes, name: str) -> Article:
        article = self._tools.read(data, drop.address(name))
        url = article.url if drop.local_name(article.url) is None else ""
        issues = (i if drop.local_name(i.where) is None else replace(i, where=name) for i in article.issues)
        return replace(article, url=url, issues=tuple(issues))


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the folder at the settings' `path`."""
    return Folder(tools.root / settings.path, tools)


def _from_text(pasted: str, name: str) -> Article | Issue:
    if "\0" in pasted or sum(pasted.count(c) for c in "\x01\x02\x03\x04\x05\x06\ufffd") * 50 > len(pasted):
        return drop.issue("error", "story_not_text", name)
    found = press.read(pasted)
    if not found.title:
        return drop.issue("error", "story_empty", name)
    return Article(
        url=found.url,
        title=found.title,
        summary=next(iter(found.body), ""),
        body=found.body,
        section=found.section,
        tags=found.tags,
        authors=found.authors,
        published=found.published,
        updated=found.updated,
        # Pictures come from beside the text; these say what they show, in their order.
        images=tuple(Image("", caption=shown.caption, credit=shown.credit) for shown in found.shown),
    )


# The files.


def _stories(files: Iterable[str]) -> tuple[dict[str, str], list[Issue]]:
    """Return the file of each article by its GUID, the name without ending; `.html` before `.txt`."""
    stories: dict[str, str] = {}
    twice: list[Issue] = []
    for ending in _STORIES:
        for name in files:
            guid, own = posixpath.splitext(name)
            if own.lower() != ending:
                continue
            if guid in stories:
                twice.append(drop.issue("warning", "story_twice", name, name))
            stories.setdefault(guid, name)
    return stories, twice


def _beside(files: Iterable[str], stories: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Return by GUID the media that belong to an article by their name, or stand in its folder."""
    beside: dict[str, set[str]] = defaultdict(set)
    for name in files:
        stem, ending = posixpath.splitext(name)
        if ending.lower() in _IMAGES | _VIDEOS | _CAPTIONS:
            bare = _LANGUAGE.sub("", stem) if ending.lower() in _CAPTIONS else stem
            owner = next((o for o in (stem, bare, *_folders(name)) if o in stories), None)
            if owner is not None:
                beside[owner].add(name)
    return beside


def _folders(name: str) -> Iterator[str]:
    while name := posixpath.dirname(name):
        yield name


# Their media.


def _with_media(article: Article, names: Sequence[str]) -> Article:
    """Return the article with the media beside it that it does not name itself."""
    media: tuple[Image | Video | Caption, ...] = (*article.images, *article.videos, *article.captions)
    already = {drop.local_name(medium.url) for medium in media}
    said = iter([image for image in article.images if not image.url])
    new = [(name, posixpath.splitext(name)[1].lower()) for name in names if name not in already]
    images = [replace(next(said, Image("")), url=drop.address(name)) for name, kind in new if kind in _IMAGES]
    videos = [Video(drop.address(name)) for name, kind in new if kind in _VIDEOS]
    captions = [Caption(drop.address(n), _language(n) or article.language) for n, k in new if k in _CAPTIONS]
    return replace(
        article,
        images=(*(image for image in article.images if image.url), *images),
        videos=(*article.videos, *videos),
        captions=(*article.captions, *captions),
    )


def _language(name: str) -> str:
    match = _LANGUAGE.search(posixpath.basename(posixpath.splitext(name)[0]))
    return match[1] if match else ""


def _by_number(name: str) -> list[str | int]:
    """Return a key that sorts 2.jpg before 10.jpg."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
