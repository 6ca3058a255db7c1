"""One article: what every format says of it, what it plays, and the hand on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from feeds import FORMATS
from feeds.contents import Told, changed, told_of
from feeds.model import Article, Video, Window
from feedsvc import desk
from feedsvc.blobs import BlobError, Blobs
from feedsvc.settings import ChannelSettings, Settings
from feedsvc.store import VERSIONS_KEPT, Edit, Entry, Store, Stored
from feedsvc.web.channels import chosen, edited
from feedsvc.web.errors import answer
from feedsvc.web.preview import Kind, kind
from feedsvc.why import Standing, why

# The same fact under the name each format has for it, where it has one. Another format's names are its own.
FACTS: Mapping[str, tuple[str, ...]] = {
    "Headline": ("title", "titles[0].value"),
    "Description": ("shortDescription", "description", "shortDescriptions[0].value"),
    "Picture": ("thumbnail", "media:thumbnail@url", "media:content/media:thumbnail@url", "images[0].url"),
    "Video": ("content.videos[0].url", "media:content@url", "content.playOptions[0].playId"),
    "Duration": ("content.duration", "media:content@duration", "durationInSeconds"),
    "Released": ("releaseDate", "pubDate"),
    "Added": ("content.dateAdded",),
    "Genres": ("genres", "media:category", "category"),
    "Tags": ("tags", "media:keywords"),
    "Rating": ("rating.rating", "media:rating", "advisoryRatings[0].value"),
    "Language": ("content.language", "media:content@lang"),
    "Captions": ("content.captions[0].url", "media:content/media:subTitle@href", "media:subTitle@href"),
}
# What a version says of an item and when it was published; None if it does not have it.
_Moment = tuple[datetime, Told | None]
_NEVER = datetime.min.replace(tzinfo=UTC)
# The largest picture a browser may send, in bytes.
UPLOAD = 30_000_000
# How each kind that is taken begins, and how a file of it is named.
PICTURES = {
    "image/jpeg": (b"\xff\xd8\xff", ".jpg"),
    "image/png": (b"\x89PNG", ".png"),
    "image/webp": (b"RIFF", ".webp"),
}


class Happened(Struct, frozen=True):
    """What a publication changed about an item; `what` says if it came or went, `formats` in which feeds.

    `fields` are what the first of these feeds calls them, with what they said before and say now.
    """

    at: datetime
    what: str
    formats: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...] = ()


class Item(Struct, frozen=True):
    """All there is to show of one article. `told` is what each format says, `facts` the same side by side."""

    channel: ChannelSettings
    stored: Stored
    standing: Standing
    told: Mapping[str, Told]
    facts: Mapping[str, Mapping[str, str]]
    edit: Edit
    log: tuple[Entry, ...]
    history: tuple[Happened, ...]
    video: Video | None
    captions: str
    script: tuple[str, ...]

    @property
    def article(self) -> Article:
        """The article as it stands."""
        return self.stored.article

    @property
    def kind(self) -> Kind:
        """How a browser plays it."""
        return kind(self.video.url) if self.video else ""

    @property
    def rows(self) -> tuple[str, ...]:
        """The titles of rows that it might be pinned to."""
        titles = (row.title for row in self.channel.row)
        return tuple(dict.fromkeys((*titles, *self.article.section[:1])))


def item(store: Store, channel: ChannelSettings, id: str) -> Item | None:
    """Return all there is to show of an article, None when the channel does not know it."""
    stored = store.stored(channel.id, [id]).get(id)
    if stored is None:
        return None
    kept = {name: _told_since(store, channel.id, name, id) for name in channel.formats}
    told = {name: now for name, [(_, now), *_] in kept.items() if now}
    rendered = next((one for one in store.renders.of(channel.id, [id]).get(id, ()) if one.video), None)
    article = stored.article
    plays = rendered.video if rendered and not any(v.type for v in article.videos) else None
    captions = (rendered.captions if rendered and plays else article.captions)[:1]
    return Item(
        channel=channel,
        stored=stored,
        standing=next(one for one in why(id, store, [channel]) if one.id == id),
        told=told,
        facts=dict(_facts(told)),
        edit=store.desk.edits(channel.id).get(id, Edit()),
        log=tuple(store.desk.log(channel.id, id)),
        history=tuple(_history(kept)),
        video=plays or next((v for v in article.videos if v.type), None),
        captions=captions[0].url if captions else "",
        script=_script(store.renders.script(channel.id, id, rendered.key)) if rendered else (),
    )


def title_of(store: Store, channel: str, id: str) -> str | None:
    """Return the headline of an article, None when the channel does not know it."""
    known = store.stored(channel, [id]).get(id)
    return known.article.title if known else None


def _facts(told: Mapping[str, Told]) -> Iterator[tuple[str, dict[str, str]]]:
    for fact, names in FACTS.items():
        said = {
            format_: next((one.fields[name] for name in names if name in one.fields), "")
            for format_, one in told.items()
        }
        if any(said.values()):
            yield fact, said


def _told_since(store: Store, channel: str, format: str, id: str) -> list[_Moment]:
    """Return what each version of a feed that is kept says of an item, newest first, and what was before."""
    versions = store.versions(channel, format)
    told = [(version.published, told_of(version.body, id)) for version in versions]
    # Before the first of all there was nothing; what was before the oldest that is kept nobody knows.
    whole = len(versions) < VERSIONS_KEPT
    return [*told, (_NEVER, None)] if whole else told


def _history(kept: Mapping[str, Iterable[_Moment]]) -> list[Happened]:
    """Return what happened to an item, newest first, as far as that is kept; told once for all feeds."""
    events: dict[tuple[datetime, str], dict[str, Iterable[tuple[str, str, str]]]] = {}
    for format_, moments in kept.items():
        for at, what, fields in _happened(moments):
            events.setdefault((at, what), {})[format_] = fields
    newest_first = sorted(events.items(), key=lambda event: event[0][0], reverse=True)
    return [Happened(at, what, tuple(told), _once(told.values())) for (at, what), told in newest_first]


def _happened(
    moments: Iterable[_Moment],
) -> Iterator[tuple[datetime, str, tuple[tuple[str, str, str], ...]]]:
    """Yield when an item came on air in a feed, left it or changed, and the fields that did."""
    for (at, now), (_, was) in pairwise(moments):
        if now and was and (fields := tuple(changed(was.fields, now.fields))):
            yield at, "changed", fields
        elif bool(now) != bool(was):
            yield at, "came on air" if now else "left the air", ()


def _once(told: Iterable[Iterable[tuple[str, str, str]]]) -> tuple[tuple[str, str, str], ...]:
    """Return the fields that differ, each change once, whatever else other feeds call its field."""
    named: dict[tuple[str, str], str] = {}
    for name, was, now in (field for fields in told for field in fields):
        named.setdefault((was, now), name)
    return tuple((name, was, now) for (was, now), name in named.items())


def _script(slides: bytes) -> tuple[str, ...]:
    """Return what a story video says, slide by slide."""
    return tuple(slide["words"] for slide in msgspec.json.decode(slides) or ())


def edit_of(form: Mapping[str, str]) -> Edit:
    """Return the edit a form asks for; an empty field changes nothing.

    Raises:
        ValueError: the form says something it cannot, in a sentence.
    """
    start, end = (_moment(form.get(name, "")) for name in ("start", "end"))
    edit = Edit(
        title=form.get("title", ""),
        summary=form.get("summary", ""),
        row=form.get("row", ""),
        picture=form.get("picture", ""),
        focus=_focus(form.get("focus", "")),
        window=Window(start, end) if start or end else None,
    )
    return desk.proper(edit)


def _moment(said: str) -> datetime | None:
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError(f"{said!r} is not a time such as 2026-11-22T18:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _focus(said: str) -> tuple[float, float] | None:
    if not said:
        return None
    try:
        x, y = (float(part) for part in said.split(","))
    except ValueError:
        raise ValueError(f"{said!r} is not a place in the picture such as 0.5,0.4.") from None
    return x, y


def uploaded(file: FileStorage | None, blobs: Blobs) -> str:
    """Return the address of a picture that was sent, "" when there is none.

    Raises:
        ValueError: it is not a picture that can be shown, in a sentence.
    """
    data = file.read(UPLOAD + 1) if file else b""
    if not data:
        return ""
    suffix = next((suffix for begins, suffix in PICTURES.values() if data.startswith(begins)), "")
    if not suffix or len(data) > UPLOAD:
        raise ValueError("The picture must be JPEG, PNG or WebP, of 30 MB at most.")
    try:
        return blobs.put(data, suffix)
    except BlobError as error:
        raise ValueError(f"{error.message} {error.fix}") from None


def routes(store: Store, settings: Settings, blobs: Blobs, now: Callable[[], datetime]) -> Blueprint:
    """Return the page of an article, and what a producer does to it."""
    blueprint = Blueprint("item", __name__)

    def titled(channel: str, id: str) -> str:
        title = title_of(store, chosen(settings, channel).id, id)
        return abort(404) if title is None else title

    def back(channel: str, id: str) -> Response:
        return redirect(url_for("item.show", channel=channel, id=id))

    @blueprint.get("/item/<channel>/<id>")
    def show(channel: str, id: str) -> str:
        known = item(store, chosen(settings, channel), id) or abort(404)
        return render_template("item.html", item=known, paths={n: f.path for n, f in FORMATS.items()})

    @blueprint.post("/item/<channel>/<id>/off")
    def take_off(channel: str, id: str) -> Response:
        title = titled(channel, id)
        desk.take_off(store, channel, id, title, g.who, now())
        return back(channel, id)

    @blueprint.post("/item/<channel>/<id>/change")
    def change(channel: str, id: str) -> Response:
        title = titled(channel, id)
        try:
            mine = uploaded(request.files.get("upload"), blobs)
            edit = edit_of({**request.form, **({"picture": mine} if mine else {})})
        except ValueError as error:
            return answer(400, str(error))
        if edit != Edit():
            desk.change(store, channel, id, title, edit, g.who, now())
        return back(channel, id)

    @blueprint.post("/item/<channel>/<id>/undo/<int:number>")
    def undo(channel: str, id: str, number: int) -> Response:
        if not edited(store, chosen(settings, channel).id, number, id):
            abort(404)
        desk.undo(store, number, g.who, now())
        return back(channel, id)

    return blueprint
