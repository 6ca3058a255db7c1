"""The API: all that the producers' pages show and do, by the same functions, for a CMS or a script."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

from flask import Blueprint, Response, abort, g, request
from werkzeug.datastructures import FileStorage

from feeds import FORMATS, text
from feedsvc import desk
from feedsvc.blobs import Blobs
from feedsvc.checker import Checked
from feedsvc.http import FetchError
from feedsvc.progress import going
from feedsvc.settings import ChannelSettings, Settings
from feedsvc.standing import Schedule, read, schedule, standing
from feedsvc.store import Edit, Entry, Store
from feedsvc.web import api_models as told
from feedsvc.web.access import HERE, SCRIPT
from feedsvc.web.api_document import Ways, document, refuse
from feedsvc.web.channels import chosen, edited
from feedsvc.web.check import MOST, examined, fetched
from feedsvc.web.errors import answer
from feedsvc.web.item import PICTURES, UPLOAD, Item, item, title_of, uploaded
from feedsvc.web.left_out import search
from feedsvc.web.preview import SEARCH, Picture, listed, picture
from feedsvc.web.versions import history, version_of
from feedsvc.why import why

WHO = "X-Feedsvc-Who"
# How feeds are sent that somebody wants checked.
_FEEDS = (
    *("application/json", "application/rss+xml", "application/xml", "text/xml", "application/octet-stream"),
)


def routes(store: Store, settings: Settings, blobs: Blobs, now: Callable[[], datetime]) -> Blueprint:
    """Return the routes below ``/api``."""
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    ways = Ways(blueprint)
    names = {"channel": [channel.id for channel in settings.channel], "format": [*FORMATS]}
    _reading(ways, store, settings)
    _refreshing(ways, store, settings, now)
    _editing(ways, store, settings, blobs, now)
    _publishing(ways, store, settings, now)
    _checking(ways, settings, now)
    described = document("feedsvc", "/api", ways.all, names)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return Response(described, content_type="application/json")

    return blueprint


def who() -> str:
    """Return who asks: the name a session has, else the one that a script says."""
    if g.who not in (SCRIPT, HERE):
        return str(g.who)
    # The wire is read as latin-1, but names are written in UTF-8.
    said = request.headers.get(WHO, "").encode("latin-1", "replace").decode("utf-8", "replace")
    return text.clip(text.line(said), 40) or SCRIPT


def _chosen(settings: Settings, channel: str) -> ChannelSettings:
    return chosen(settings, channel, "There is no such channel.")


def _format(channel: ChannelSettings, format: str) -> str:
    return format if format in channel.formats else abort(answer(404, "The channel has no such format."))


def _found(store: Store, settings: Settings, channel: str, id: str) -> Item:
    known = item(store, _chosen(settings, channel), id)
    return known or abort(answer(404, "The channel has never seen such an article."))


def _title(store: Store, settings: Settings, channel: str, id: str) -> str:
    title = title_of(store, _chosen(settings, channel).id, id)
    return abort(answer(404, "The channel has never seen such an article.")) if title is None else title


def _reading(ways: Ways, store: Store, settings: Settings) -> None:
    public_url = settings.server.public_url

    def stands(channel: ChannelSettings) -> told.ChannelTold:
        return told.channel_told(
            standing(store, channel, public_url),
            schedule(store, channel.id),
            store.asked().get(channel.id),
            store.desk.held(channel.id),
        )

    @ways.get("/channels")
    def channels() -> told.Channels:
        """How every channel stands."""
        return told.Channels(tuple(map(stands, settings.channel)))

    @ways.get("/channels/<channel>")
    def channel(channel: str) -> told.ChannelTold:
        """How a channel stands: its feeds, its last refresh, what is wrong."""
        return stands(_chosen(settings, channel))

    @ways.get("/channels/<channel>/on-air")
    def on_air(channel: str, query: told.Shown) -> Picture:
        """What a reader on a TV shows of what is published: rows and items.

        Read from the published bytes. The format `search` has no reader: it is what Roku Search is told.
        """
        chosen = _chosen(settings, channel)
        read = (name for name in chosen.formats if FORMATS[name].readers)
        format_ = _format(chosen, query.format or next(read, chosen.formats[0]))
        readers = FORMATS[format_].readers
        if query.reader and query.reader not in readers:
            abort(answer(404, "No such reader reads this format."))
        if format_ == SEARCH:
            return listed(store, channel, public_url)
        return picture(store, channel, format_, query.reader or next(iter(readers), ""), public_url)

    @ways.get("/channels/<channel>/left-out")
    def left_out(channel: str, query: told.Search) -> told.Missing:
        """What is not on air and why, newest first; with words also what they name that is on air."""
        found = search(store, _chosen(settings, channel), query.q.strip(), query.code)
        return told.Missing(
            known=found.known,
            on_air=tuple(told.OnAir(*one) for one in found.on_air),
            left_out=found.left_out[query.offset : query.offset + query.limit],
            total=len(found.left_out),
            codes=found.codes,
        )

    @ways.get("/why")
    def why_not(query: told.Asked) -> told.Answered:
        """Where an article stands and why, by its address or id."""
        return told.Answered(tuple(why(query.q.strip(), store, settings.channel)))

    @ways.get("/channels/<channel>/articles/<id>")
    def article(channel: str, id: str) -> told.ArticleTold:
        """One article: what every feed says of it, what was changed by hand, what happened to it."""
        return told.article_told(_found(store, settings, channel, id))

    @ways.get("/channels/<channel>/actions")
    def actions(channel: str, query: told.Page) -> told.Actions:
        """Who did what to a channel."""
        return told.Actions(tuple(store.desk.actions(_chosen(settings, channel).id, query.limit)))

    @ways.get("/actions")
    def logins(query: told.Page) -> told.Actions:
        """Who logged in, or tried to."""
        return told.Actions(tuple(store.desk.actions("", query.limit)))


def _refreshing(ways: Ways, store: Store, settings: Settings, now: Callable[[], datetime]) -> None:
    @ways.way("POST", "/channels/<channel>/ping", 202)
    def ping(channel: str) -> told.Pinged:
        """Refresh a channel soon: a story was published, changed or taken back. For a CMS's webhook."""
        store.ask(_chosen(settings, channel).id, now())
        return told.Pinged(channel)

    @ways.way("POST", "/channels/<channel>/refresh", 202)
    def refresh(channel: str) -> told.Pinged:
        """Refresh a channel now, and have it logged who wanted that."""
        desk.refresh(store, _chosen(settings, channel).id, who(), now())
        return told.Pinged(channel)

    @ways.get("/channels/<channel>/refresh")
    def progress(channel: str) -> told.Progress:
        """How the refresh goes on that was last asked for; ended when it has a status."""
        chosen = _chosen(settings, channel).id
        return told.Progress(store.asked().get(chosen), going(store, chosen))

    @ways.get("/channels/<channel>/runs")
    def runs(channel: str, query: told.Page) -> told.Runs:
        """What the last refreshes did."""
        return told.runs_told(map(read, store.runs(_chosen(settings, channel).id, query.limit)))

    @ways.get("/channels/<channel>/sources")
    def sources(channel: str) -> Schedule:
        """How the sources were when they were last asked, and when the channel is refreshed next."""
        return schedule(store, _chosen(settings, channel).id)


def _editing(ways: Ways, store: Store, settings: Settings, blobs: Blobs, now: Callable[[], datetime]) -> None:
    @ways.get("/channels/<channel>/edits")
    def edits(channel: str, query: told.Page) -> told.Edits:
        """What was changed by hand in a channel."""
        return told.Edits(tuple(store.desk.log(_chosen(settings, channel).id, limit=query.limit)))

    @ways.way("DELETE", "/channels/<channel>/edits/<int:number>")
    def undo(channel: str, number: int) -> Entry:
        """Undo an edit; the answer is the edit as it was."""
        known = edited(store, _chosen(settings, channel).id, number)
        undone = desk.undo(store, number, who(), now()) if known else None
        return undone or abort(answer(404, "There is no such edit, or it was undone before."))

    @ways.way("POST", "/channels/<channel>/articles/<id>/edits", 201)
    def change(channel: str, id: str, body: told.Wanted) -> told.Numbered:
        """Have an article told otherwise, whatever its source says, until that is undone."""
        title = _title(store, settings, channel, id)
        try:
            edit = desk.proper(body.edit)
        except ValueError as error:
            refuse(str(error))
        if edit == Edit():
            refuse("This changes nothing.")
        return told.Numbered(desk.change(store, channel, id, title, edit, who(), now()))

    @ways.way("POST", "/channels/<channel>/articles/<id>/off-air", 201)
    def take_off(channel: str, id: str) -> told.Numbered:
        """Take an article off the air at once, in every feed and for good, until that is undone."""
        title = _title(store, settings, channel, id)
        return told.Numbered(desk.take_off(store, channel, id, title, who(), now()))

    @ways.way("POST", "/pictures", 201, accepts=tuple(PICTURES), largest=UPLOAD)
    def upload(body: bytes) -> told.PictureKept:
        """Send a picture, JPEG, PNG or WebP, whose address an edit may then name."""
        try:
            address = uploaded(FileStorage(BytesIO(body), "picture"), blobs)
        except ValueError as error:
            refuse(str(error))
        return told.PictureKept(address or refuse("There is no picture in this."))


def _publishing(ways: Ways, store: Store, settings: Settings, now: Callable[[], datetime]) -> None:
    @ways.get("/channels/<channel>/hold")
    def held(channel: str) -> told.Holding:
        """Who holds a channel."""
        return told.Holding(store.desk.held(_chosen(settings, channel).id))

    @ways.way("PUT", "/channels/<channel>/hold")
    def hold(channel: str, body: told.Why) -> told.Holding:
        """Hold a channel: nothing new is published until it is released."""
        desk.hold(store, _chosen(settings, channel).id, who(), now(), body.why)
        return told.Holding(store.desk.held(channel))

    @ways.way("DELETE", "/channels/<channel>/hold")
    def release(channel: str) -> told.Holding:
        """Release a channel."""
        desk.release(store, _chosen(settings, channel).id, who(), now())
        return told.Holding(None)

    @ways.get("/channels/<channel>/versions/<format>")
    def versions(channel: str, format: str) -> told.Versions:
        """What was published when, and how many items changed."""
        kept = history(store, channel, _format(_chosen(settings, channel), format))
        return told.Versions(tuple(map(told.version_told, kept)))

    @ways.get("/channels/<channel>/versions/<format>/<int:number>")
    def version(channel: str, format: str, number: int) -> told.VersionDiffers:
        """How a version differs from the one before: items, fields, and lines of bytes."""
        found = version_of(store, channel, _format(_chosen(settings, channel), format), number)
        one, lines = found or abort(answer(404, "There is no such version any more."))
        return told.VersionDiffers(told.version_told(one), one.difference, tuple(lines))

    @ways.way("POST", "/channels/<channel>/roll-back")
    def roll_back(channel: str, body: told.Back) -> told.RolledBack:
        """Put on air again what was on air at a moment, and hold the channel there."""
        formats = _chosen(settings, channel).formats
        if not any(one.published <= body.to for name in formats for one in store.versions(channel, name)):
            abort(answer(404, "No version of that time is kept."))
        return told.RolledBack(desk.roll_back(store, channel, formats, body.to, who(), now()))


def _checking(ways: Ways, settings: Settings, now: Callable[[], datetime]) -> None:
    @ways.way("POST", "/check", accepts=_FEEDS, largest=MOST)
    def check(body: bytes, query: told.Feed) -> Checked:
        """Check a feed that is sent, anybody's: what is wrong with it, and what readers on a TV show."""
        try:
            return examined(body, query.name, None, now(), query.format).checked
        except ValueError as error:
            refuse(str(error))

    @ways.way("POST", "/check-address")
    def check_address(body: told.Address) -> Checked:
        """Check the feed at an address, and how it is served."""
        try:
            return examined(*fetched(body.url, settings), now(), body.format).checked
        except FetchError as error:
            refuse(f"{error.message} {error.fix}")
        except ValueError as error:
            refuse(str(error))
