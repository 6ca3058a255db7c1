"""The pages for producers: what the TV shows, and why a story is missing.

Everything shown as being on the TV is read from the published bytes, through `feeds.readers` or as Roku
Search lists it, never from the database: what is on this page is what a reader makes of the feed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

import segno
from flask import Blueprint, render_template, request
from markupsafe import Markup
from msgspec import Struct

from feeds import FORMATS
from feeds.contents import contents
from feeds.model import Issue
from feeds.readers import READERS, Screen, Tile
from feeds.text import web_url
from feedsvc.settings import Settings
from feedsvc.standing import grouped, schedule, standing
from feedsvc.store import Store
from feedsvc.web.channels import chosen

Kind = Literal["video", "hls", "tv", ""]
# Not a reader of ours: a list of what it is told, for nobody has the program.
SEARCH = "search"
# The wizard comes first: it shows the newsroom's own rows; the template shows Roku's.
_NAMES = {"wizard": "DP2SceneGraph Wizard", "template": "Roku’s template", SEARCH: "Roku Search"}
_KINDS = {"shortForm": "Short form", "tvSpecial": "Special", "movie": "Movie", "episode": "Episode"}


class Poster(Struct, frozen=True):
    """A tile as a page shows it: addresses a browser may follow, empty when there are none.

    `about` is what stands above the rows while it is in focus, `description` what its page on the TV says.
    A series plays nothing itself; it `opens` the shelf of that anchor, the first of those of its episodes.
    """

    title: str
    description: str
    picture: str
    plays: str
    kind: Kind
    captions: str = ""
    id: str = ""
    facts: tuple[str, ...] = ()
    about: str = ""
    opens: str = ""
    episodes: int = 0


class Shelf(Struct, frozen=True):
    """A row of posters, titled as the reader titles it; with an `anchor` the episodes of a series."""

    title: str
    posters: tuple[Poster, ...]
    anchor: str = ""


class Picture(Struct, frozen=True):
    """What a reader shows of what was published; `published` is None when nothing was."""

    shelves: tuple[Shelf, ...] = ()
    crash: Issue | None = None
    published: datetime | None = None

    @property
    def first(self) -> Poster | None:
        """What is in focus when the screen comes on."""
        return next((poster for shelf in self.shelves for poster in shelf.posters), None)


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return the pages."""
    blueprint = Blueprint("preview", __name__)
    channels = [channel.id for channel in settings.channel]
    public_url = settings.server.public_url
    blueprint.add_app_template_filter(lambda moment: ago(moment, now()), "ago")
    blueprint.add_app_template_test(lambda schedule: schedule.overdue(now()), "overdue")
    blueprint.add_app_template_filter(kilobytes, "kilobytes")
    blueprint.add_app_template_filter(lambda url: web_url(url) or "", "link")
    blueprint.add_app_template_filter(qr_code, "qr")

    @blueprint.get("/")
    def index() -> str:
        standings = [standing(store, channel, public_url) for channel in settings.channel]
        return render_template(
            "index.html",
            standings=standings,
            schedules={c: schedule(store, c) for c in channels},
            holds={c: store.desk.held(c) for c in channels},
        )

    @blueprint.get("/preview/<channel>")
    def preview(channel: str) -> str:
        told = chosen(settings, channel)
        formats = [name for name in told.formats if FORMATS[name].readers]
        format_ = _asked("format", formats)
        views = _views(told.formats, format_)
        view = _asked("reader", list(views))
        searched = view == SEARCH
        stands = standing(store, told, public_url)
        return render_template(
            "preview.html",
            standing=stands,
            groups=grouped(stands.report.left_out),
            formats={name: FORMATS[name].path for name in formats},
            readers=views,
            format=format_,
            reader=view,
            path=FORMATS[SEARCH if searched else format_].path if view else "",
            screen=listed(store, channel, public_url)
            if searched
            else picture(store, channel, format_, view, public_url),
        )

    return blueprint


def _asked(parameter: str, names: Sequence[str]) -> str:
    """Return what the query asks for, if there is such a thing, else the first."""
    wanted = request.args.get(parameter, "")
    return wanted if wanted in names else next(iter(names), "")


def _views(formats: Sequence[str], format_: str) -> dict[str, str]:
    """Return the ways to look at a channel, with their names."""
    there = FORMATS[format_].readers if format_ else ()
    shown = _NAMES | {name: name for name in there if name not in _NAMES}
    return {name: shown[name] for name in shown if name in there or (name == SEARCH and name in formats)}


def picture(store: Store, channel: str, format_: str, reader: str, public_url: str) -> Picture:
    """Return what `reader` shows of the bytes that are published now."""
    document = store.document(channel, format_) if reader else None
    if document is None:
        return Picture()
    screen = READERS[reader](document.body, f"/feeds/{channel}/{FORMATS[format_].path}")
    shelves = () if screen.crash else tuple(_shelves(screen, public_url))
    return Picture(shelves, screen.crash, document.published)


def listed(store: Store, channel: str, public_url: str) -> Picture:
    """Return what Roku Search is told by the bytes that are published now: one list, with nothing to play."""
    document = store.document(channel, SEARCH)
    if document is None:
        return Picture()
    told = contents(document.body).items()
    found = tuple(_listing(id_, one.fields, public_url) for id_, one in told)
    return Picture((Shelf("", found),), None, document.published)


def _listing(id_: str, told: Mapping[str, str], public_url: str) -> Poster:
    title, about, picture, kind_, seconds, *rest = (
        told.get(name, "")
        for name in (
            *("titles[0].value", "shortDescriptions[0].value", "images[0].url", "type", "durationInSeconds"),
            *("releaseDate", "genres", "advisoryRatings[0].value"),
        )
    )
    length = f"{int(seconds) // 60}:{int(seconds) % 60:02}" if seconds.isdecimal() else ""
    facts = filter(None, (_KINDS.get(kind_, kind_), length, *rest))
    return Poster(title, about, _browsable(picture, public_url), "", "", id=id_, facts=tuple(facts))


def _shelves(screen: Screen, public_url: str) -> Iterator[Shelf]:
    """Yield the rows, then what each series in them opens, once in however many rows it stands."""
    series: dict[Tile, str] = {}
    for row in screen.rows:
        for tile in row.tiles:
            if tile.episodes:
                series.setdefault(tile, f"series-{len(series) + 1}")
        posters = (_poster(tile, public_url, series.get(tile, "")) for tile in row.tiles)
        yield Shelf(row.title, tuple(posters))
    for tile, anchor in series.items():
        yield from _seasons(tile, anchor, public_url)


def _seasons(series: Tile, anchor: str, public_url: str) -> Iterator[Shelf]:
    """Yield the episodes of a series: those of each season, then those of none."""
    seasons = [(season.title, season.episodes) for season in series.episodes if season.episodes]
    loose = tuple(episode for episode in series.episodes if not episode.episodes)
    for n, (title, episodes) in enumerate((*seasons, *([("", loose)] if loose else ()))):
        named = " · ".join(filter(None, (series.title, title)))
        posters = tuple(_poster(episode, public_url) for episode in episodes)
        yield Shelf(named, posters, f"{anchor}-{n}" if n else anchor)


def _poster(tile: Tile, public_url: str, opens: str = "") -> Poster:
    plays = _browsable(tile.plays, public_url)
    return Poster(
        *(tile.title, tile.description, _browsable(tile.picture, public_url), plays, kind(plays)),
        captions=webvtt(next(iter(tile.captions), ""), public_url),
        id=tile.id,
        about=tile.description if tile.short is None else tile.short,
        opens=opens,
        episodes=sum(len(one.episodes) or 1 for one in tile.episodes),
    )


def webvtt(url: str, public_url: str) -> str:
    """Return where the captions at `url` are as WebVTT, the only kind browsers show; ours lie beside."""
    address = _browsable(url, public_url)
    return f"{address[:-4]}.vtt" if address.startswith("/media/") and address.endswith(".srt") else ""


def _browsable(url: str, public_url: str) -> str:
    """Return `url` if a page may name it; our own by its path, whatever name this page was reached by."""
    clean = web_url(url) or ""
    return clean.removeprefix(public_url) if clean.startswith(f"{public_url}/") else clean


def kind(url: str) -> Kind:
    """Return how a browser plays what is at `url`; `tv` says that only a TV does."""
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    if suffix == ".m3u8":
        return "hls"
    if suffix in (".mpd", ".ism", ".isml"):
        return "tv"
    return "video" if url else ""


@lru_cache(maxsize=256)
def qr_code(url: str) -> Markup:
    """Return a QR code of an address: a phone held to the screen types it into the TV."""
    code = segno.make(url, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn here, of squares


def kilobytes(size: int) -> str:
    """Return a size as a person says it, in thousands as the readers' limits are."""
    return f"{size / 1000:,.0f} KB"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago `moment` was, or how soon it will be, roughly."""
    seconds = int((now - moment).total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if abs(seconds) >= length:
            count = abs(seconds) // length
            span = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"{span} ago" if seconds > 0 else f"in {span}"
    return "just now" if seconds >= 0 else "in a moment"
