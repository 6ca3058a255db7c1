"""Articles from a drop folder: `.html` and `.txt` files with their media beside them.

    storm.html, storm.jpg, storm.mp4, storm.en.vtt      one article: media with its name, or in storm/
    sport/final.txt, sport/final/1.jpg, sport/final/index.m3u8

The folder is all there is: an article whose file is gone was withdrawn. Nothing outside it is read.
"""

import logging
import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Caption, Image, Issue, Severity, Video
from feedsvc.charsets import utf8
from feedsvc.http import Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import press
from feedsvc.sources.source import Pulled, Seen, Source, Tools

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Mapping[str, tuple[str, str]] = {
    "source_no_folder": ("{} is not a folder that can be read.", "Correct its path, or its permissions."),
    "source_no_articles": (
        "There is no article in the folder.",
        "Put .html or .txt files into it; what is on air stays there until then.",
    ),
    "file_outside": ("{} leads out of the folder and is not read.", "Copy the file into the folder."),
    "story_twice": (
        "{} has the name of another article and is left out.",
        "Rename it, or remove one of the two.",
    ),
    "story_unreadable": ("The article cannot be read: {}.", "Check the file and its permissions."),
    "story_too_large": ("The article has more than {} bytes.", "Check that the file is an article."),
    "story_empty": ("There is no article in the file.", "Write a headline and a text into it, or remove it."),
    "story_not_text": ("The file is not a text.", "Save the article as plain text, or as .html."),
    "image_missing": ("The picture {} is not in the folder.", "Put it there, or correct its name."),
    "video_missing": ("The video {} is not in the folder.", "Put it there, or correct its name."),
    "caption_missing": ("The captions {} are not in the folder.", "Put them there, or correct the name."),
    "image_unreadable": ("The picture {} cannot be published: {}", "Check the file and its permissions."),
    "video_unreadable": ("The video {} cannot be published: {}", "Check the file and all that it names."),
    "caption_unreadable": ("The captions {} cannot be published: {}", "Check the file and its permissions."),
}
CODES: Mapping[str, str] = {code: message.replace("{}", "…") for code, (message, _) in _SAYS.items()}
HOST = "folder.invalid"
_STORIES = (".html", ".htm", ".txt")
_IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic", ".tif", ".tiff", ".bmp"})
_VIDEOS = frozenset({".m3u8", ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"})
_CAPTIONS = frozenset({".vtt", ".srt", ".ttml", ".dfxp"})
_UNFINISHED = (".part", ".tmp", ".crdownload", "~")
_LANGUAGE = re.compile(r"(?:^|[._-])([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)$")
_NAMED = re.compile(r'^[ \t]*([^#\s].*?)\s*$|URI="([^"]+)"', re.M)
_LONGEST_TEXT = 300_000
_USES = " -> "

log = logging.getLogger(__name__)
Medium = TypeVar("Medium", Image, Video, Caption)


class File(Struct, frozen=True):
    """A file of the folder; `mark` changes when it does, `modified` is when it did, in seconds."""

    path: Path
    mark: str
    size: int
    modified: float


class Folder:
    """A drop folder; an article without a date has that of its file."""

    reads_pages = False

    def __init__(self, root: Path, tools: Tools) -> None:
        self.root = root
        self._tools = tools

    def pull(self, seen: Seen) -> Pulled:
        """Return the articles whose files changed, and which did not."""
        files, issues = _files(self.root)
        if files is None:
            return Pulled(validators=seen.validators, issues=tuple(issues), failed=True)
        stories, twice = _stories(files)
        if not stories:
            issues.append(_issue("error", "source_no_articles", str(self.root)))
            return Pulled(validators=seen.validators, issues=tuple(issues), failed=True)
        issues += twice
        known, beside = _known(seen.validators), _beside(files, stories)
        articles: list[Article] = []
        kept: set[str] = set()
        validators: dict[str, Validator] = {}
        for guid, name in stories.items():
            uses = known.get(name, {})
            same = name in uses and beside[guid] <= uses.keys()
            if same and all(_mark(files, used) == mark for used, mark in uses.items()):
                kept.add(guid)
            elif isinstance(found := self._read(name, beside[guid], files), Issue):
                # What was read of it before stays on air; the file is tried again each time.
                issues.append(found)
                kept.add(guid)
                continue
            else:
                articles.append(replace(found[0], guid=guid))
                uses = {used: _mark(files, used) for used in found[1]}
            validators |= {f"{name}{_USES}{used}": Validator(etag=mark) for used, mark in uses.items()}
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
            parts = _parts(beside, files)
            article = _with_media(article, sorted(beside - parts, key=_by_number))
            shown: tuple[Image | Video | Caption, ...] = (*article.images, *article.videos, *article.captions)
            named = {local for medium in shown if (local := _local(medium.url)) is not None}
            uses = {name, *beside, *named, *parts, *_parts(named, files)}
            return _published(article, name, files, self._tools.keep), uses
        except OSError as error:
            return _issue("error", "story_unreadable", name, error.strerror or error)
        except Exception:
            # The one boundary for a story: what breaks its reader must not cost the others.
            log.exception("story=%s", name)
            return _issue("error", "story_unreadable", name, "its reader failed")

    def _story(self, name: str, file: File) -> Article | Issue:
        is_text = name.casefold().endswith(".txt")
        limit = min(self._tools.http.settings.max_page, _LONGEST_TEXT if is_text else file.size + 1)
        if file.size > limit:
            return _issue("error", "story_too_large", name, limit)
        data = file.path.read_bytes()
        if not data.strip():
            return _issue("error", "story_empty", name)
        article = _from_text(_decoded(data), name) if is_text else self._from_html(data, name)
        if isinstance(article, Issue) or article.published:
            return article
        return replace(article, published=datetime.fromtimestamp(int(file.modified), UTC))

    def _from_html(self, data: bytes, name: str) -> Article:
        article = self._tools.read(data, _address(name))
        url = article.url if _local(article.url) is None else ""
        issues = (i if _local(i.where) is None else replace(i, where=name) for i in article.issues)
        return replace(article, url=url, issues=tuple(issues))


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the folder at the settings' `path`."""
    return Folder(tools.root / settings.path, tools)


def _issue(severity: Severity, code: str, where: str, *details: object) -> Issue:
    message, fix = _SAYS[code]
    return Issue(severity, code, where, message.format(*details), fix)


def _from_text(pasted: str, name: str) -> Article | Issue:
    if "\0" in pasted or sum(pasted.count(c) for c in "\x01\x02\x03\x04\x05\x06\ufffd") * 50 > len(pasted):
        return _issue("error", "story_not_text", name)
    found = press.read(pasted)
    if not found.title:
        return _issue("error", "story_empty", name)
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


def _decoded(data: bytes) -> str:
    """Return a text file's text; UTF-16 without a mark shows by a zero in half of its bytes."""
    zeros = data[::2].count(0), data[1::2].count(0)
    if sum(zeros) * 5 > len(data) and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16-le" if zeros[1] > zeros[0] else "utf-16-be", "replace")
    return utf8(data).decode()


# The files.


def _files(root: Path) -> tuple[dict[str, File] | None, list[Issue]]:
    """Return the folder's files by their names in it, None if it cannot be read, and what is amiss."""
    home = root.resolve()
    found: dict[str, File] = {}
    issues: list[Issue] = []
    if not os.access(home, os.R_OK | os.X_OK) or not home.is_dir():
        return None, [_issue("error", "source_no_folder", str(root), root)]
    for folder, folders, names in os.walk(home):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            shown = text.safe(path.relative_to(home).as_posix())
            if name.startswith(".") or name.endswith(_UNFINISHED) or not path.is_file():
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                issues.append(_issue("warning", "file_outside", shown, shown))
                continue
            with suppress(OSError):  # it went away meanwhile
                stat = path.stat()
                found[shown] = File(path, f"{stat.st_size}-{stat.st_mtime_ns}", stat.st_size, stat.st_mtime)
    return found, issues


def _mark(files: Mapping[str, File], name: str) -> str:
    return files[name].mark if name in files else ""


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
                twice.append(_issue("warning", "story_twice", name, name))
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


def _parts(names: Iterable[str], files: Mapping[str, File]) -> set[str]:
    """Return the names the playlists among `names` lead to: segments and renditions, which are no videos."""
    parts: set[str] = set()
    todo = [name for name in names if name.lower().endswith(".m3u8") and name in files]
    while todo:
        playlist = todo.pop()
        said = _decoded(files[playlist].path.read_bytes()[:_LONGEST_TEXT])
        addresses = [unquote(line or uri) for line, uri in _NAMED.findall(said)]
        folder = posixpath.dirname(playlist)
        new = {posixpath.normpath(posixpath.join(folder, a)) for a in addresses if "://" not in a} - parts
        parts |= new
        todo += [name for name in new if name.lower().endswith(".m3u8") and name in files]
    return parts


def _known(validators: Mapping[str, Validator]) -> dict[str, dict[str, str]]:
    """Return by article file the marks that all files it depends on had."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for key, validator in validators.items():
        story, _, used = key.partition(_USES)
        known[story][used] = validator.etag
    return known


# Their media.


def _with_media(article: Article, names: Sequence[str]) -> Article:
    """Return the article with the media beside it that it does not name itself."""
    media: tuple[Image | Video | Caption, ...] = (*article.images, *article.videos, *article.captions)
    already = {_local(medium.url) for medium in media}
    said = iter([image for image in article.images if not image.url])
    new = [(name, posixpath.splitext(name)[1].lower()) for name in names if name not in already]
    images = [replace(next(said, Image("")), url=_address(name)) for name, kind in new if kind in _IMAGES]
    videos = [Video(_address(name)) for name, kind in new if kind in _VIDEOS]
    captions = [Caption(_address(n), _language(n) or article.language) for n, k in new if k in _CAPTIONS]
    return replace(
        article,
        images=(*(image for image in article.images if image.url), *images),
        videos=(*article.videos, *videos),
        captions=(*article.captions, *captions),
    )


def _published(
    article: Article, name: str, files: Mapping[str, File], keep: Callable[[Path], str]
) -> Article:
    """Return the article with its local media at their public addresses, and what cannot be had of them."""
    issues: list[Issue] = []

    def placed(medium: Medium, kind: str) -> Iterator[Medium]:
        local = _local(medium.url)
        if local is None:
            yield medium
        elif local not in files:
            issues.append(_issue("error", f"{kind}_missing", name, local))
        else:
            try:
                yield replace(medium, url=keep(files[local].path))
            except OSError as error:
                why = getattr(error, "message", None) or f"{error.strerror or error}."
                issues.append(_issue("error", f"{kind}_unreadable", name, local, why))

    return replace(
        article,
        images=tuple(found for image in article.images for found in placed(image, "image")),
        videos=tuple(found for video in article.videos for found in placed(video, "video")),
        captions=tuple(found for caption in article.captions for found in placed(caption, "caption")),
        issues=(*article.issues, *issues),
    )


def _address(name: str) -> str:
    return f"https://{HOST}/{quote(name)}"


def _local(url: str) -> str | None:
    """Return which file of the folder an address means, None if it is one out in the world."""
    parts = urlsplit(url)
    return posixpath.normpath(unquote(parts.path)).lstrip("/") if parts.hostname == HOST else None


def _language(name: str) -> str:
    match = _LANGUAGE.search(posixpath.basename(posixpath.splitext(name)[0]))
    return match[1] if match else ""


def _by_number(name: str) -> list[str | int]:
    """Return a key that sorts 2.jpg before 10.jpg."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
