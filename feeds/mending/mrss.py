"""Media RSS of any flavour mended into the Roku flavour, the one both readers show (C5 to C7, C18, C19)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from lxml.etree import _Element as Element
from msgspec import Struct
from msgspec.structs import replace

from feeds import rules, text, values
from feeds.mending.document import decoded, xml_root
from feeds.mending.mended import ROOM, Mended, Told, done, in_parts, outcome, unreadable
from feeds.model import Issue

_PREFIXES = {
    "http://search.yahoo.com/mrss/": "media:", "http://search.yahoo.com/mrss": "media:",
    "https://search.yahoo.com/mrss/": "media:", "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://purl.org/dc/terms/": "dcterms:", "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/rss/1.0/modules/content/": "content:", "http://www.w3.org/2005/Atom": "atom:",
}  # fmt: skip
_OF_ATOM = {
    "feed": "channel", "entry": "item", "id": "guid", "summary": "description",
    "content": "content:encoded", "published": "pubDate", "updated": "lastBuildDate",
    "subtitle": "description",
}  # fmt: skip
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:dcterms="http://purl.org/dc/terms/"><channel>'
)
_TAIL = "</channel></rss>"
_NO_FILMS = (".mp3", ".m4a", ".aac", ".ogg", ".wav", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".pdf")
# Where films and pictures stand in HTML that stands in a text.
_FILM_IN_HTML = re.compile(
    r"""<(?:video|source|a)\b[^>]{0,500}?\s(?:src|href)\s*=\s*["']([^"'<>]{1,2000})["']""", re.I
)
_PICTURE_IN_HTML = re.compile(
    r"""<(?:img|video)\b[^>]{0,500}?\s(?:src|poster)\s*=\s*["']([^"'<>]{1,2000})["']""", re.I
)
# A portrait of the author is media of the story to some exporters, and a pixel counts readers.
_NO_PICTURE = re.compile(r"://[\w.]*gravatar\.com/|/pixel|feedburner|feedsportal", re.IGNORECASE)
_HTML = ("content:encoded", "description", "media:description")
_ROW, _MOST = 60, 20
_KEPT = ("media:rating", "media:keywords", "media:credit", "media:copyright", "media:restriction")


class _Part:
    """An element by the names that readers match; what stands in it, once, by name."""

    def __init__(self, element: Element, without: str = "") -> None:
        self.element = element
        self.parts: dict[str, list[_Part]] = {}
        for child in element.iterchildren(etree.Element):
            if (name := _name(child)) != without:
                self.parts.setdefault(name, []).append(_Part(child))

    @property
    def words(self) -> str:
        """Its text, and that of any markup in it."""
        return values.words(self.raw)

    @property
    def raw(self) -> str:
        """The same with the tags of HTML that was escaped."""
        return "".join(self.element.itertext(etree.Element, with_tail=True))[:20_000]

    def get(self, name: str) -> str:
        """Return an attribute, whatever the case of its name."""
        found = self.element.get(name) or next(
            (value for key, value in self.element.items() if key.lower() == name.lower()), ""
        )
        return str(found).strip()

    def within(self, *names: str) -> Iterator["_Part"]:
        """Yield the elements of the names at any depth, but in no other item."""
        for name, parts in self.parts.items():
            for part in parts if name != "item" else ():
                yield from (part,) if name in names else part.within(*names)

    def all(self, *names: str) -> Iterator["_Part"]:
        for name in names:
            yield from self.parts.get(name, ())

    def said(self, *names: str) -> str:
        """Return the words of the first element of the names that has any."""
        return next(filter(None, (part.words for part in self.all(*names))), "")


def _name(element: Element) -> str:
    """Return the name of an element as readers match it: in a namespace nobody knows, as it is written."""
    uri, _, local = str(element.tag).rpartition("}")
    if not uri:
        return local
    written = f"{element.prefix}:" if element.prefix else ""
    return f"{_PREFIXES.get(uri.lstrip('{'), written)}{local}"


def _as_rss(root: Element) -> None:
    """Give the elements of an Atom feed the names that RSS has for them."""
    for element in root.iter("{http://www.w3.org/2005/Atom}*"):
        local = str(element.tag).rpartition("}")[2]
        name = _OF_ATOM.get(local, local)
        if local == "link" and element.get("rel") == "enclosure":
            name = "enclosure"
            element.set("url", element.get("href", ""))
        elif local == "category":
            element.text = element.get("label") or element.get("term")
        element.tag = name


class _Video(Struct, frozen=True):
    url: str
    holder: _Part
    length: int | None
    kind: str


def mend(body: bytes, told: Told) -> Mended:
    """Return the mended feed, in several documents if it is too large for one."""
    root, whole = xml_root(decoded(body))
    if root is None:
        return unreadable()
    return outcome(_Work(root, told), whole)


class _Work:
    """The mending of one feed: its channel, then item by item."""

    def __init__(self, root: Element, told: Told) -> None:
        if _name(root) == "atom:feed":
            _as_rss(root)
        channel = next((e for e in root.iter(etree.Element) if _name(e) == "channel"), root)
        self.channel = _Part(channel, without="item")
        # An address that is not whole starts at the feed's own or, where nobody knows that, at its site's.
        self.told = replace(told, base=told.base or values.address(self.channel.said("link")))
        self.found = [e for e in root.iter(etree.Element) if _name(e) == "item"]
        self.language = values.language(self.channel.said("language"), "en")
        self.updated = told.when(self.channel.said("lastBuildDate", "pubDate"))
        self.spelling: dict[str, str] = {}
        self.guids: set[str] = set()
        self.items: list[tuple[str, str]] = []
        self.issues: list[Issue] = []

    def mended(self) -> Iterator[Issue]:
        """Mend every item; yield what was done."""
        for number, element in enumerate(self.found, 1):
            item = _Part(element)
            where = item.said("guid") or f"/rss/channel[1]/item[{number}]"
            video = next(self._videos(item), None)
            if video is None:
                yield done("left_out_no_video", where, rules.quoted(item.said("title", "media:title")))
                continue
            yield from self._item(item, video, where)

    # -- an item -----------------------------------------------------------------------------------

    def _item(self, item: _Part, video: _Video, where: str) -> Iterator[Issue]:
        holders = (video.holder, *item.all("media:content", "media:group"))
        title = (
            item.said("title", "media:title", "itunes:title") or _first(holders, "media:title") or "Untitled"
        )
        given = item.said("media:description", "description") or _first(holders, "media:description")
        given = given or item.said("itunes:summary", "content:encoded", "itunes:subtitle") or title
        said = text.clip(given, rules.SHORT)
        picture = self._picture(item, holders, video)
        written = item.said("pubDate", "dc:date", "dcterms:modified", "atom:updated", "lastBuildDate")
        moment = self.told.when(written) or self.updated or self.told.now
        guid = self._guid(item, video)
        categories = self._categories(item, holders)
        length = self.told.lengths.get(video.url) or video.length or _clock(item)
        parts = [
            _element("title", title), _element("description", said),
            f'<guid isPermaLink="false">{escape(guid)}</guid>', _element("pubDate", text.iso_z(moment)),
            *_told(title, said, picture), *(_element("media:category", name) for name in categories),
            *_side(item, self.told), *_windows(item, self.told),
            *_kept(item, holders),
            self._content(video, length, title, said, picture),
        ]  # fmt: skip
        self.items.append((text.iso_z(moment), f"<item>{''.join(parts)}</item>"))
        yield from _changes(item, guid, title, said, picture, categories, written, moment, where)

    def _content(self, video: _Video, length: int | None, title: str, said: str, picture: str) -> str:
        kept = {
            n: v
            for n in ("type", "expression", "bitrate", "width", "height", "fileSize")
            if (v := video.holder.get(n))
        }
        lang = values.language(video.holder.get("lang"), self.language)
        told = {"url": video.url, "duration": str(length or ""), "lang": lang, **kept}
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in told.items() if value)
        return f"<media:content{attributes}>{''.join(_told(title, said, picture))}</media:content>"

    def _videos(self, item: _Part) -> Iterator[_Video]:
        """Yield the videos of an item, those a reader finds first, and pages with a player last."""
        inside = (content for group in item.all("media:group") for content in group.all("media:content"))
        contents = [*reversed(list(item.all("media:content"))), *sorted(inside, key=_rank)]
        told = [(part, part.get("url")) for part in (*contents, *item.all("enclosure"))]
        films = list(self._films(told)) or list(self._films(_elsewhere(item)))
        yield from sorted(films, key=lambda video: rules.is_page(video.url))

    def _films(self, told: Iterable[tuple[_Part, str]]) -> Iterator[_Video]:
        for part, given in told:
            url = values.address(given, self.told.base)
            if url and _is_film(url, part):
                written = str(values.same_address(given, url))
                yield _Video(written, part, values.whole(part.get("duration")) or None, part.get("type"))

    def _picture(self, item: _Part, holders: Iterable[_Part], video: _Video) -> str:
        given = (*_pictures(item, holders), *_pictures(self.channel, ()))
        for written in given:
            picture = values.address(written, self.told.base)
            if picture and not _NO_PICTURE.search(picture):
                picture = str(values.same_address(written, picture))
                return self.told.pictures.get(picture, picture)
        return self.told.pictures.get(video.url, "")

    def _guid(self, item: _Part, video: _Video) -> str:
        guid, again = item.said("guid") or text.stable_id(video.url), 0
        while guid in self.guids:
            guid, again = text.stable_id(guid, video.url, str(again)), again + 1
        self.guids.add(guid)
        return guid

    def _categories(self, item: _Part, holders: Iterable[_Part]) -> list[str]:
        """Return the rows an item stands in, spelled alike in every item (C6)."""
        named = [part.words for part in item.all("media:category")]
        named = named or [part.words for part in item.all("category")]
        named = named or [
            part.words for holder in holders for part in holder.all("media:category", "category")
        ]
        named = named or values.texts(item.said("media:keywords", "itunes:keywords"))[:1]
        named = named or [part.get("text") for part in self.channel.all("itunes:category")][:1]
        short = (text.clip(name, _ROW) for name in named)
        spelled = [self.spelling.setdefault(name.casefold(), name) for name in short if name]
        return list(dict.fromkeys(spelled))[:_MOST] or ["Latest"]

    # -- the feed ----------------------------------------------------------------------------------

    def documents(self) -> Iterator[bytes]:
        """Yield the documents, the newest items in the first, each small enough for a TV."""
        head = _HEAD + "".join(self._channel())
        whole = "".join((head, *(item for _, item in self.items), _TAIL)).encode()
        if len(whole) <= ROOM:
            yield whole
            return
        newest = [item for _, item in sorted(self.items, key=lambda dated: dated[0], reverse=True)]
        parts = in_parts((len(item.encode()) for item in newest), ROOM - len(head.encode()) - len(_TAIL))
        self.issues.append(done("feed_split", "", f"there are {parts[-1] + 1} files"))
        for number in range(parts[-1] + 1):
            chosen = (item for part, item in zip(parts, newest, strict=True) if part == number)
            yield "".join((head, *chosen, _TAIL)).encode()

    def _channel(self) -> Iterator[str]:
        title = text.clip(self.channel.said("title") or "Channel", 200)
        yield _element("title", title)
        yield _element("link", values.address(self.channel.said("link"), self.told.base))
        yield _element("description", text.clip(self.channel.said("description") or title, rules.LONG))
        yield _element("language", self.language)
        newest = max((moment for moment, _ in self.items), default="")
        yield _element("lastBuildDate", text.iso_z(self.updated) if self.updated else newest)


def _first(holders: Iterable[_Part], name: str) -> str:
    return next(filter(None, (holder.said(name) for holder in holders)), "")


def _element(name: str, words: str) -> str:
    return f"<{name}>{escape(words)}</{name}>" if words else ""


def _told(title: str, said: str, picture: str) -> Iterator[str]:
    yield _element("media:title", title)
    yield _element("media:description", said)
    if picture:
        yield f"<media:thumbnail url={quoteattr(picture)}/>"


def _elsewhere(item: _Part) -> Iterator[tuple[_Part, str]]:
    """Yield addresses of films from where no reader looks: deeper, as text, as the item's link, in HTML."""
    for part in item.within("media:content", "enclosure"):
        yield from ((part, given) for given in (part.get("url"), part.get("href")) if given)
    texts = (part for part in item.within("media:content", "enclosure", "link", "guid"))
    told = [(part, part.raw.strip()) for part in texts]
    told += [(part, part.get("url")) for part in item.within("media:player")]
    told += [(part, found) for part in item.all(*_HTML) for found in _FILM_IN_HTML.findall(part.raw)]
    yield from ((part, given) for part, given in told if values.is_film(given))


def _pictures(holder: _Part, inside: Iterable[_Part]) -> Iterator[str]:
    """Yield the addresses of pictures in an item and its media, or in a channel, thumbnails first."""
    holders = (holder, *inside)
    thumbnails = [part for h in holders for part in h.all("media:thumbnail")]
    yield from (part.get("url") or part.raw for part in thumbnails)
    media = (part for h in holders for part in h.all("media:content", "enclosure") if _is_picture(part))
    yield from (part.get("url") for part in media)
    yield from (part.get("href") for part in holder.all("itunes:image"))
    yield from (image.said("url") or image.raw for image in holder.all("image"))
    yield from (found for part in holder.all(*_HTML) for found in _PICTURE_IN_HTML.findall(part.raw))


def _rank(content: _Part) -> tuple[bool, int, int]:
    """Streams before files, then the best up to what a TV shows."""
    height = values.whole(content.get("height")) or 0
    stream = values.video_type(content.get("type"), content.get("url")) in ("HLS", "DASH", "SMOOTH")
    return not stream, height > 1080, -height


def _is_film(url: str, part: _Part) -> bool:
    path = url.lower().partition("?")[0].partition("#")[0]
    told = f"{part.get('medium')} {part.get('type')}".lower()
    if values.is_film(url):
        return True
    if path.endswith(_NO_FILMS) or any(
        kind in told for kind in ("image", "audio/m", "text/", "pdf", "document")
    ):
        return False
    return "audio" not in told or "mpegurl" in told


def _is_picture(part: _Part) -> bool:
    return part.get("medium") == "image" or part.get("type").startswith("image/")


def _clock(item: _Part) -> int | None:
    return next(filter(None, map(values.whole, (part.words for part in item.all("itunes:duration")))), None)


def _side(item: _Part, told: Told) -> Iterator[str]:
    for part in islice(item.all("media:subTitle"), _MOST):
        if url := values.address(part.get("href"), told.base):
            language = values.language(part.get("lang"), "en")
            yield f'<media:subTitle href={quoteattr(url)} lang="{language}"/>'


def _windows(item: _Part, told: Told) -> Iterator[str]:
    for part in item.all("dcterms:valid"):
        edges = dict(edge.strip().split("=", 1) for edge in part.words.split(";") if "=" in edge)
        moments = {name: told.when(edges.get(name)) for name in ("start", "end")}
        if said := "; ".join(f"{name}={text.iso_z(moment)}" for name, moment in moments.items() if moment):
            yield _element("dcterms:valid", said)


def _kept(item: _Part, holders: Iterable[_Part]) -> Iterator[str]:
    """Yield what no reader minds and others want, once each."""
    minded = ("relationship", "role", "scheme", "type")
    seen = dict.fromkeys(
        (name, part.words, tuple((attribute, part.get(attribute)) for attribute in minded))
        for name in _KEPT for holder in (item, *holders) for part in holder.all(name) if part.words
    )  # fmt: skip
    for name, words, attributes in islice(seen, _MOST):
        told = "".join(f" {n}={quoteattr(value)}" for n, value in attributes if value)
        yield f"<{name}{told}>{escape(words)}</{name}>"


def _changes(
    item: _Part, guid: str, title: str, said: str, picture: str, categories: list[str], written: str,
    moment: datetime, where: str,
) -> Iterator[Issue]:  # fmt: skip
    after: Mapping[str, tuple[str, list[str], list[str]]] = {
        "mended_id": ("guid", [guid], [item.said("guid")]),
        "mended_title": ("title", [title, title], [item.said("title"), item.said("media:title")]),
        "mended_description": (
            "description", [said, said], [item.said("description"), item.said("media:description")],
        ),
        "mended_picture": (
            "media:thumbnail", [picture], [p.get("url") for p in item.all("media:thumbnail")][:1] or [""],
        ),
        "mended_row": ("media:category", categories, [p.words for p in item.all("media:category")]),
        "mended_date": ("pubDate", [text.iso_z(moment)], [written]),
    }  # fmt: skip
    for code, (name, new, old) in after.items():
        if new != old:
            yield done(code, where, rules.quoted(name))
    if not any(item.all("media:content")):
        yield done("mended_video", where)
