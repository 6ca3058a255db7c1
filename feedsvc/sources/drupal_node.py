"""One node of Drupal's JSON:API, with what was included beside it, made an article."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from itertools import islice
from typing import Any

from feeds import text
from feeds.model import Article, Image, Video
from feedsvc import dates
from feedsvc.sources import content
from feedsvc.sources.json_api import at, listed, named, said, texts, whole
from feedsvc.sources.media_rss import is_image, is_video, joined

Objects = Mapping[tuple[str, str], Any]

_MOST, _DEEP = 100, 4
_SUMMARY = re.compile(r"summary|teaser|standfirst|lead|lede|intro|deck|abstract|subtitle|dek\b", re.I)
_SECTION = re.compile(r"section|categor|channel|rubri|ressort|department|topic|kategori", re.I)
_TAGS = re.compile(r"tag|keyword", re.I)
_AUTHOR = re.compile(r"author|byline|writer|autor", re.I)
_CAPTION = re.compile(r"caption|description|legend", re.I)
_CREDIT = re.compile(r"credit|copyright|photographer|source", re.I)


def index(document: Any) -> dict[tuple[str, str], Any]:
    """Return what a document includes, by type and id."""
    return {(said(one, "type"), named(one, "id")): one for one in listed(document, "included")}


def references(one: Any, objects: Objects, *, known: bool = True) -> Iterator[tuple[str, Any, Any]]:
    """Yield what an object refers to that a story may be made of: the name, the reference, the object.

    The object is the reference itself when it is not `known` and not included.
    """
    relations = at(one, "relationships")
    of = said(one, "type").partition("--")[0]
    for name, relation in list(relations.items())[:_MOST] if isinstance(relations, dict) else ():
        data = at(relation, "data")
        for reference in (data if isinstance(data, list) else [data])[:_MOST]:
            kind = said(reference, "type")
            if not _is_part(of, str(name), kind) or named(reference, "id") == "virtual":
                continue
            found = objects.get((kind, named(reference, "id")))
            if found is not None or not known:
                yield str(name), reference, reference if found is None else found


def _is_part(of: str, name: str, kind: str) -> bool:
    """Tell whether what is referred to belongs to a story, going by its type and by what refers to it."""
    what = kind.partition("--")[0]
    if of == "taxonomy_term":
        return name == "parent"
    if of in ("media", "file", "user"):
        return what == "file"
    if what == "user":
        return of != "paragraph" and (name == "uid" or bool(_AUTHOR.search(name)))
    return what in ("media", "file", "paragraph", "taxonomy_term")


def article(node: Any, objects: Objects, base: str, reader: content.Read) -> Article:
    """Return the article a node tells; relative addresses are resolved against `base`."""
    told = at(node, "attributes")
    url = _page(told, base)
    title = text.plain(said(told, "title") or said(told, "name"))
    language = said(told, "langcode") if said(told, "langcode") not in ("und", "zxx") else ""
    parts = list(_parts(node, objects, url or base))
    markup = _markup(told) + "".join(part for part in parts if isinstance(part, str))
    read = content.read(markup, url or base, title, reader, language=language)
    section, tags = _topics(node, objects)
    return Article(
        guid=named(node, "id") if at(told, "status") is not False else "",
        url=url,
        title=title,
        summary=content.summary(_summary(told), read),
        body=read.body,
        section=section,
        tags=tags,
        marks=read.marks,
        language=text.line(language),
        authors=_authors(node, objects),
        published=_moment(told, "published_at") or _moment(told, "created"),
        updated=_moment(told, "changed"),
        images=content.each_once((*(part for part in parts if isinstance(part, Image)), *read.images)),
        videos=content.each_video(
            (*(part for part in parts if isinstance(part, Video)), *_own_fields(told, base), *read.videos)
        ),
        captions=read.captions,
        issues=read.issues,
    )


def _own_fields(told: Any, base: str) -> Iterator[Video]:
    """Yield the films whose addresses a newsroom keeps in fields of its own."""
    for value in islice(texts(told), _MOST):
        if "/" in value and (url := joined(base, value)) and is_video("", url):
            yield Video(url)


def _page(told: Any, base: str) -> str:
    number = whole(told, "drupal_internal__nid")
    alias = said(told, "path", "alias") or (f"/node/{number}" if number else "")
    return joined(base, alias) or "" if alias else ""


def _moment(told: Any, name: str) -> datetime | None:
    value = at(told, name)
    return dates.when(str(value) if isinstance(value, str | int) else "")


def _formatted(told: Any) -> dict[str, str]:
    """Return the HTML of an object's formatted texts, by their names."""
    fields = list(told.items())[:_MOST] if isinstance(told, dict) else []
    found = {str(name): said(value, "processed") or said(value, "value") for name, value in fields}
    return {name: markup for name, markup in found.items() if markup}


def _markup(told: Any) -> str:
    """Return the HTML of a node's text: its body, else the longest of its formatted texts."""
    found = _formatted(told)
    longer = (markup for name, markup in found.items() if not _SUMMARY.search(name))
    return found.get("body") or max(longer, key=len, default="")


def _summary(told: Any) -> str:
    fields = list(told.items())[:_MOST] if isinstance(told, dict) else []
    plain = (value for name, value in fields if isinstance(value, str) and _SUMMARY.search(str(name)))
    rich = (markup for name, markup in _formatted(told).items() if _SUMMARY.search(name))
    return said(told, "body", "summary") or next((one for one in (*rich, *plain) if one), "")


def _parts(one: Any, objects: Objects, base: str, depth: int = _DEEP) -> Iterator[str | Image | Video]:
    """Yield what a story is made of beside its text, in order: paragraphs' HTML, pictures, films."""
    for name, reference, other in references(one, objects):
        kind = said(other, "type").partition("--")[0]
        if kind == "file" and name != "thumbnail":
            yield from _file(other, reference, {}, base)
        elif kind == "media":
            yield from _media(other, objects, base)
        elif kind == "paragraph" and depth:
            yield "".join(_formatted(at(other, "attributes")).values())
            yield from _parts(other, objects, base, depth - 1)


def _media(media: Any, objects: Objects, base: str) -> Iterator[str | Image | Video]:
    """Yield what a media item holds: a picture, a film with its poster, or another site's player."""
    told = at(media, "attributes")
    files = list(references(media, objects))
    for name, reference, file in (*(f for f in files if f[0] != "thumbnail"), *files):
        if name != "thumbnail" or said(media, "type") != "media--image":
            yield from _file(file, reference, told, base)
    if player := joined(base, said(told, "field_media_oembed_video")):
        yield f'<iframe src="{escape(player)}"></iframe>'


def _file(file: Any, reference: Any, about: Any, base: str) -> Iterator[Image | Video]:
    told = at(file, "attributes")
    url = joined(base, said(told, "uri", "url") or said(told, "url"))
    kind, meta = said(told, "filemime"), at(reference, "meta")
    if url and is_video(kind, url):
        yield Video(url, size=whole(told, "filesize"))
    elif url and is_image(kind, url) and "/media-icons/" not in url:
        caption = _attribute(about, _CAPTION) or said(meta, "title") or said(meta, "alt")
        size = whole(meta, "width"), whole(meta, "height")
        yield Image(url, *size, caption=text.plain(caption), credit=text.plain(_attribute(about, _CREDIT)))


def _attribute(told: Any, called: re.Pattern[str]) -> str:
    """Return the first text of an object whose field is called so."""
    for name, value in list(told.items())[:_MOST] if isinstance(told, dict) else ():
        if called.search(str(name)) and (found := value if isinstance(value, str) else said(value, "value")):
            return str(found)
    return ""


def _terms(node: Any, objects: Objects) -> list[tuple[str, list[str]]]:
    """Return the terms of a node: what refers to each, and its path of names."""
    return [
        (f"{name} {said(term, 'type').partition('--')[2]}", _path(term, objects))
        for name, _, term in references(node, objects)
        if said(term, "type").startswith("taxonomy_term--")
    ]


def _path(term: Any, objects: Objects, depth: int = _DEEP) -> list[str]:
    above = next((other for _, _, other in references(term, objects)), None) if depth else None
    return [*(_path(above, objects, depth - 1) if above else []), said(term, "attributes", "name")]


def _topics(node: Any, objects: Objects) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the section path, told by what refers to its term, and the tags."""
    terms = [(name, path) for name, path in _terms(node, objects) if not _AUTHOR.search(name)]
    sections = [path for name, path in terms if _SECTION.search(name)]
    others = [path for name, path in terms if not _TAGS.search(name)]
    return content.topics(next(iter(sections or others), []), (path[-1] for _, path in terms))


def _authors(node: Any, objects: Objects) -> tuple[str, ...]:
    """Return who wrote a story: who it says did, else whose account it is."""
    by = [path[-1] for name, path in _terms(node, objects) if _AUTHOR.search(name)]
    by.append(_attribute(at(node, "attributes"), _AUTHOR))
    users = [
        (name, said(user, "attributes", "display_name") or said(user, "attributes", "name"))
        for name, _, user in references(node, objects)
        if said(user, "type") == "user--user"
    ]
    by += [user for name, user in users if name != "uid"]
    return content.people(by) or content.people(user for _, user in users)
