"""Articles from a drop folder of NewsML-G2 and NITF, media beside them or on the web.

    text-4711.xml, picture-4712.xml, 4712.jpg       the picture belongs to the text that refers to it
    package-4713.xml                                or to the one it is packaged with

An item is known by its GUID, whatever file it comes in; its newest version counts. The folder is all there
is: an item that is canceled, or whose file is gone, was withdrawn. Nothing outside the folder is read.
"""

import logging
import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Image, Issue, Video
from feedsvc.charsets import utf8
from feedsvc.http import Validator
from feedsvc.settings import SourceSettings
from feedsvc.sources import drop, newsml_g2, nitf
from feedsvc.sources.drop import File
from feedsvc.sources.source import Pulled, Seen, Source, Tools
from feedsvc.sources.wire import Group, Item, Medium, Reference, Rendition, name_of

_FILES = (".xml", ".nitf")
# What the memory of a pull holds of the files themselves, beside that of the articles.
_LISTING = ""

log = logging.getLogger(__name__)


class Sent(Struct, frozen=True):
    """An item and the file it came in."""

    item: Item
    name: str


class Told(Struct, frozen=True):
    """An article to be, its media, each with the file that names it, and all files it is made of."""

    sent: Sent
    media: tuple[tuple[Medium, str], ...]
    names: frozenset[str]


class NewsMl:
    """A drop folder that an agency or an editorial system writes into."""

    reads_pages = False

    def __init__(self, root: Path, tools: Tools) -> None:
        self.root = root
        self._tools = tools

    def pull(self, seen: Seen) -> Pulled:
        """Return the articles of which anything changed, and which are as they were."""
        found = drop.opened(self.root, _FILES, "NewsML-G2 or NITF", seen)
        if isinstance(found, Pulled):
            return found
        files, names, issues = found
        known = drop.known(seen.validators)
        listing = known.pop(_LISTING, {})
        if set(names) == listing.keys() and all(
            drop.as_before(uses, files) for uses in (listing, *known.values())
        ):
            return Pulled(validators=seen.validators, unchanged=True)
        pulled = self._changed(names, files, known, seen)
        return replace(pulled, issues=(*issues, *pulled.issues))

    def _changed(
        self,
        names: Iterable[str],
        files: Mapping[str, File],
        known: Mapping[str, Mapping[str, str]],
        seen: Seen,
    ) -> Pulled:
        """Return what the files tell, all of them read: each may hold what another one refers to."""
        read = {name: self._read(name, files[name]) for name in names}
        broken = {name: found for name, found in read.items() if isinstance(found, Issue)}
        sent = [
            Sent(item, name) for name, some in read.items() if not isinstance(some, Issue) for item in some
        ]
        newest = _newest(sent)
        # What was read of a broken file before stays on air.
        held = dict(_held(known, newest, broken.keys(), files))
        pulled = self._made((t for t in _told(newest) if t.sent.item.guid not in held), known, files)
        before = {key: v for key, v in seen.validators.items() if drop.story_of(key) in held}
        # A file that could not be opened may open the next time, and its mark will not tell.
        again = {name for name, issue in broken.items() if issue.code == "story_unreadable"}
        listed = drop.remembered(_LISTING, read.keys() - again, files)
        return replace(
            pulled,
            validators={**pulled.validators, **before, **listed},
            issues=(*broken.values(), *_withheld(newest), *pulled.issues),
            kept=pulled.kept | held.keys(),
            complete=True,
        )

    def _read(self, name: str, file: File) -> list[Item] | Issue:
        """Return the items in a file."""
        limit = self._tools.http.settings.max_listing
        if file.size > limit:
            return drop.issue("error", "story_too_large", name, limit)
        try:
            return items(file.path.read_bytes(), name)
        except etree.XMLSyntaxError as error:
            why = text.line(error.msg or "")
            return drop.issue("error", "story_malformed", name, error.lineno or 1, why)
        except OSError as error:
            return drop.issue("error", "story_unreadable", name, error.strerror or error)
        except Exception:
            # The one boundary for a file: what breaks its reader must not cost the others.
            log.exception("story=%s", name)
            return drop.issue("error", "story_unreadable", name, "its reader failed")

    def _made(
        self, tellings: Iterable[Told], known: Mapping[str, Mapping[str, str]], files: Mapping[str, File]
    ) -> Pulled:
        """Return the articles of which anything changed, and the GUIDs of those that are as they were."""
        articles: list[Article] = []
        issues: list[Issue] = []
        kept: set[str] = set()
        validators: dict[str, Validator] = {}
        for told in tellings:
            guid, name = told.sent.item.guid, told.sent.name
            try:
                article, uses = _with_media(told, files)
                if not article.title:
                    issues.append(drop.issue("warning", "story_empty", name))
                elif known.get(guid, {}).keys() == uses and drop.as_before(known[guid], files):
                    kept.add(guid)
                else:
                    articles.append(drop.published(article, name, files, self._tools.keep))
                validators |= drop.remembered(guid, uses, files)
            except OSError as error:
                issues.append(drop.issue("error", "story_unreadable", name, error.strerror or error))
                kept.add(guid)
        return Pulled(tuple(articles), validators, tuple(issues), kept=frozenset(kept))


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the folder at the settings' `path`."""
    return NewsMl(tools.root / settings.path, tools)


def items(data: bytes, name: str) -> list[Item] | Issue:
    """Return the items in a file's bytes. Nothing it declares is expanded, nothing else is loaded.

    Raises:
        XMLSyntaxError: it is not XML, or not all of it.
    """
    if not data.strip():
        return drop.issue("error", "story_empty", name)
    document = utf8(data)
    if b"<!entity" in document.lower():
        return drop.issue("error", "story_has_entities", name)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(document, parser)
    kind, base = name_of(root), drop.address(name)
    if kind == "nitf":
        return [nitf.read(root, base, posixpath.splitext(name)[0])]
    if root.tag == kind and kind == "NewsML":
        return drop.issue("error", "story_newsml_1", name)
    if etree.QName(root).namespace != newsml_g2.NAMESPACE:
        return drop.issue("error", "story_not_news", name, text.clip(text.line(kind), 60))
    return list(newsml_g2.items(root, base))


def _newest(sent: Iterable[Sent]) -> dict[str, Sent]:
    """Return the newest version of each item by its GUID, whichever file it came in."""
    newest: dict[str, Sent] = {}
    for one in sent:
        if one.item.guid not in newest or one.item.made >= newest[one.item.guid].item.made:
            newest[one.item.guid] = one
    return newest


def _held(
    known: Mapping[str, Mapping[str, str]],
    items: Mapping[str, Sent],
    broken: Collection[str],
    files: Mapping[str, File],
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the articles that stay as they are: a file they were made of is broken now.

    A file that came after the broken one tells more than what is kept.
    """
    for guid, uses in known.items():
        late = max((files[name].modified for name in broken if name in uses), default=None)
        if late is not None and (guid not in items or files[items[guid].name].modified <= late):
            yield guid, uses


def _withheld(items: Mapping[str, Sent]) -> Iterator[Issue]:
    for guid, sent in items.items():
        if sent.item.status == "withheld" and sent.item.kind in ("text", "video"):
            yield drop.issue("info", "story_withheld", sent.name, sent.item.article.title or guid)


# Texts and what belongs to them.


def _told(items: Mapping[str, Sent]) -> Iterator[Told]:
    """Yield the articles: texts with their pictures and films, and the films that no text has."""
    usable = {guid: sent for guid, sent in items.items() if sent.item.status == "usable"}
    lent: dict[str, list[tuple[Reference, str]]] = defaultdict(list)
    for sent in usable.values():
        if sent.item.kind == "package":
            _lend(sent, usable, lent)
    refers = {
        guid: [*((reference, sent.name) for reference in sent.item.refers), *lent[guid]]
        for guid, sent in usable.items()
        if sent.item.kind in ("text", "video")
    }
    texts = {guid for guid in refers if usable[guid].item.kind == "text"}
    taken = {reference.guid for guid in texts for reference, _ in refers[guid]}
    for guid, referred in refers.items():
        if guid in texts or guid not in taken:
            yield _joined(usable[guid], referred, items)


def _lend(package: Sent, usable: Mapping[str, Sent], lent: dict[str, list[tuple[Reference, str]]]) -> None:
    """Lend what each group of a package holds to the first text in it; to the film, if there is no text."""

    def kind(reference: Reference) -> str:
        return usable[reference.guid].item.kind if reference.guid in usable else ""

    def lead_of(group: Group) -> tuple[str, list[Reference]]:
        inner = [lead_of(part) for part in group.groups]
        leads = [r.guid for r in group.refers if kind(r) == "text"] + [lead for lead, _ in inner if lead]
        loose = [r for r in group.refers if kind(r) not in ("text", "package")]
        loose += [reference for _, left in inner for reference in left]
        if not leads:
            return "", loose
        lent[leads[0]] += [(reference, package.name) for reference in loose]
        return leads[0], []

    _, left = lead_of(package.item.package)
    film = next((reference.guid for reference in left if kind(reference) == "video"), None)
    if film:
        lent[film] += [(r, package.name) for r in left if r.guid != film]


def _joined(sent: Sent, refers: Iterable[tuple[Reference, str]], items: Mapping[str, Sent]) -> Told:
    media, names = [(medium, sent.name) for medium in sent.item.media], {sent.name}
    for reference, by in refers:
        other = items.get(reference.guid)
        if other is None and reference.medium:
            media.append((reference.medium, by))
            names.add(by)
        elif other and other.item.kind in ("picture", "video") and other.item.guid != sent.item.guid:
            shown = other.item.media if other.item.status == "usable" else ()
            media += [(medium, other.name) for medium in shown]
            names |= {other.name, by}
    return Told(sent, tuple(media), frozenset(names))


def _with_media(told: Told, files: Mapping[str, File]) -> tuple[Article, set[str]]:
    """Return the article with its media, and all files it depends on, there or not.

    A picture comes in its widest rendition at hand, a film in all of them.
    """
    images: dict[str, Image] = {}
    videos: dict[str, Video] = {}
    for medium, by in told.media:
        shown = [(_place(r, by, files), r) for r in medium.renditions]
        # One that is neither here nor on the web is named only if there is no other.
        some = [(url, r) for url, r in shown if drop.is_here(url, files)] or shown[:1]
        for url, r in some[:1] if medium.kind == "image" else ():
            images.setdefault(url, Image(url, r.width, r.height, medium.caption, medium.credit))
        for url, r in some if medium.kind == "video" else ():
            videos.setdefault(url, Video(url, width=r.width, height=r.height, duration=r.duration))
    item, modified = told.sent.item, files[told.sent.name].modified
    article = replace(
        item.article,
        guid=item.guid,
        published=item.article.published or datetime.fromtimestamp(int(modified), UTC),
        images=tuple(images.values()),
        videos=tuple(videos.values()),
    )
    places = (name for medium, by in told.media for r in medium.renditions for name in _beside(r, by))
    return article, {*told.names, *drop.named(article, files), *places}


def _place(rendition: Rendition, by: str, files: Mapping[str, File]) -> str:
    """Return where a file is: in the folder, beside the one that names it, or else on the web."""
    beside = _beside(rendition, by)
    here = next((name for name in beside if name in files), None)
    return drop.address(here) if here else rendition.url or drop.address(beside[0])


def _beside(rendition: Rendition, by: str) -> list[str]:
    names = rendition.names or ("?",)
    return [posixpath.normpath(posixpath.join(posixpath.dirname(by), name)) for name in names]
