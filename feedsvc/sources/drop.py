"""Drop folders: nothing outside one is read, nothing unfinished, and marks of its files tell what changed.

A file of the folder has an address of its own, ``https://folder.invalid/name``, until what is in it is
published: readers resolve what an article names against that.
"""

import os
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import text, wording
from feeds.model import Article, Caption, Image, Issue, Video
from feeds.wording import Wording
from feedsvc.charsets import utf8
from feedsvc.http import Validator
from feedsvc.sources.source import Pulled, Seen

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "source_no_folder": ("{} is not a folder that can be read.", "Correct its path, or its permissions."),
    "source_no_articles": (
        "There is no article in the folder.",
        "Put {} files into it; what is on air stays there until then.",
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
    "story_malformed": (
        "The file is not well-formed XML (line {}: {}).",
        "Write it in one go, or under another ending until it is whole; what is on air of it stays.",
    ),
    "story_has_entities": (
        "The file declares XML entities, with which a few bytes can fill a machine, and is not read.",
        "Write it without entities of its own.",
    ),
    "story_newsml_1": (
        "The file is NewsML 1, which is not read.",
        "Have the agency deliver NewsML-G2 or NITF; both are read.",
    ),
    "story_not_news": (
        "The file is neither NewsML-G2 nor NITF but begins with <{}>.",
        "Take it out of the folder.",
    ),
    "story_withheld": (
        "{} is withheld by its newsroom until further notice.",
        "Send it again as usable, or with the time at which its embargo ends.",
    ),
    "image_missing": ("The picture {} is not in the folder.", "Put it there, or correct its name."),
    "video_missing": ("The video {} is not in the folder.", "Put it there, or correct its name."),
    "caption_missing": ("The captions {} are not in the folder.", "Put them there, or correct the name."),
    "image_unreadable": ("The picture {} cannot be published: {}", "Check the file and its permissions."),
    "video_unreadable": ("The video {} cannot be published: {}", "Check the file and all that it names."),
    "caption_unreadable": ("The captions {} cannot be published: {}", "Check the file and its permissions."),
}
CODES = wording.meanings(_SAYS)
issue = partial(wording.issue, _SAYS)
HOST = "folder.invalid"
_UNFINISHED = (".part", ".tmp", ".crdownload", "~")
_NAMED = re.compile(r'^[ \t]*([^#\s].*?)\s*$|URI="([^"]+)"', re.M)
LONGEST_TEXT = 300_000
_USES = " -> "

Medium = TypeVar("Medium", Image, Video, Caption)


class File(Struct, frozen=True):
    """A file of the folder; `mark` changes when it does, `modified` is when it did, in seconds."""

    path: Path
    mark: str
    size: int
    modified: float


def opened(
    root: Path, endings: tuple[str, ...], wanted: str, seen: Seen
) -> tuple[Mapping[str, File], list[str], list[Issue]] | Pulled:
    """Return the folder's files by their names in it, which of these tell articles, and what is amiss.

    Without any that does the pull has failed: the `wanted` files are still to come.
    """
    home = root.resolve()
    issues = [issue("error", "source_no_folder", str(root), root)]
    if os.access(home, os.R_OK | os.X_OK) and home.is_dir():
        files, issues = _listed(home)
        if names := [name for name in files if name.casefold().endswith(endings)]:
            return files, names, issues
        issues.append(issue("error", "source_no_articles", str(root), wanted))
    return Pulled(validators=seen.validators, issues=tuple(issues), failed=True)


def _listed(home: Path) -> tuple[dict[str, File], list[Issue]]:
    found: dict[str, File] = {}
    issues: list[Issue] = []
    for folder, folders, names in os.walk(home):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            shown = text.safe(path.relative_to(home).as_posix())
            if name.startswith(".") or name.endswith(_UNFINISHED) or not path.is_file():
                continue
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                issues.append(issue("warning", "file_outside", shown, shown))
                continue
            with suppress(OSError):  # it went away meanwhile
                stat = path.stat()
                found[shown] = File(path, f"{stat.st_size}-{stat.st_mtime_ns}", stat.st_size, stat.st_mtime)
    return found, issues


def mark(files: Mapping[str, File], name: str) -> str:
    """Return a file's mark, an empty text if it is not there."""
    return files[name].mark if name in files else ""


def known(validators: Mapping[str, Validator]) -> dict[str, dict[str, str]]:
    """Return by story the marks that all files it depends on had when it was read."""
    marks: dict[str, dict[str, str]] = defaultdict(dict)
    for key, validator in validators.items():
        used = key.partition(_USES)[2]
        marks[story_of(key)][used] = validator.etag
    return marks


def story_of(key: str) -> str:
    """Return which story a key of a pull's validators belongs to."""
    return key.partition(_USES)[0]


def as_before(uses: Mapping[str, str], files: Mapping[str, File]) -> bool:
    """Tell whether all these files have the marks they had."""
    return all(mark(files, used) == before for used, before in uses.items())


def remembered(story: str, uses: Iterable[str], files: Mapping[str, File]) -> dict[str, Validator]:
    """Return what `known` tells the next time: the marks of all files a story depends on, there or not."""
    return {f"{story}{_USES}{used}": Validator(etag=mark(files, used)) for used in uses}


def parts(names: Iterable[str], files: Mapping[str, File]) -> set[str]:
    """Return the names the playlists among `names` lead to: segments and renditions, which are no videos."""
    found: set[str] = set()
    todo = [name for name in names if name.lower().endswith(".m3u8") and name in files]
    while todo:
        playlist = todo.pop()
        said = decoded(files[playlist].path.read_bytes()[:LONGEST_TEXT])
        addresses = [unquote(line or uri) for line, uri in _NAMED.findall(said)]
        folder = posixpath.dirname(playlist)
        new = {posixpath.normpath(posixpath.join(folder, a)) for a in addresses if "://" not in a} - found
        found |= new
        todo += [name for name in new if name.lower().endswith(".m3u8") and name in files]
    return found


def named(article: Article, files: Mapping[str, File]) -> set[str]:
    """Return the files an article names, and those that its playlists lead to, there or not."""
    media: tuple[Image | Video | Caption, ...] = (*article.images, *article.videos, *article.captions)
    local = {name for medium in media if (name := local_name(medium.url)) is not None}
    return local | parts(local, files)


def decoded(data: bytes) -> str:
    """Return a text file's text; UTF-16 without a mark shows by a zero in half of its bytes."""
    zeros = data[::2].count(0), data[1::2].count(0)
    if sum(zeros) * 5 > len(data) and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16-le" if zeros[1] > zeros[0] else "utf-16-be", "replace")
    return utf8(data).decode()


def published(article: Article, name: str, files: Mapping[str, File], keep: Callable[[Path], str]) -> Article:
    """Return the article with its local media at their public addresses, and what cannot be had of them."""
    issues: list[Issue] = []

    def placed(medium: Medium, kind: str) -> Iterator[Medium]:
        local = local_name(medium.url)
        if local is None:
            yield medium
        elif local not in files:
            issues.append(issue("error", f"{kind}_missing", name, local))
        else:
            try:
                yield replace(medium, url=keep(files[local].path))
            except OSError as error:
                why = getattr(error, "message", None) or f"{error.strerror or error}."
                issues.append(issue("error", f"{kind}_unreadable", name, local, why))

    return replace(
        article,
        images=tuple(found for image in article.images for found in placed(image, "image")),
        videos=tuple(found for video in article.videos for found in placed(video, "video")),
        captions=tuple(found for caption in article.captions for found in placed(caption, "caption")),
        issues=(*article.issues, *issues),
    )


def address(name: str) -> str:
    """Return the address that means a file of the folder."""
    return f"https://{HOST}/{quote(name)}"


def local_name(url: str) -> str | None:
    """Return which file of the folder an address means, None if it is one out in the world."""
    parts = urlsplit(url)
    return posixpath.normpath(unquote(parts.path)).lstrip("/") if parts.hostname == HOST else None


def is_here(url: str, files: Mapping[str, File]) -> bool:
    """Tell whether an address can be had: that of a file of the folder that is there, or one on the web."""
    local = local_name(url)
    return local is None or local in files
