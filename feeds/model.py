"""The hub: every source makes articles, every format is written from them.

All values are frozen; every datetime carries a zone. Text fields hold plain text, URLs are absolute
or begin with ``/media/`` when they name something this service published itself.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

VideoType = Literal["HLS", "DASH", "SMOOTH", "MP4", "MOV", "M4V"]
Quality = Literal["SD", "HD", "FHD", "UHD"]
CaptionKind = Literal["CLOSED_CAPTION", "SUBTITLE"]
Severity = Literal["error", "warning", "info"]
Kind = Literal["", "short", "special", "movie", "live"]
Seasons = Literal["year", "month", "none"]
Order = Literal["most_recent", "oldest_first"]


class Issue(Struct, frozen=True, gc=False):
    """One thing wrong with one thing, in a sentence a producer understands.

    `where` is an article id, a URL, a JSON pointer or a line; `fix` says what to do about it.
    """

    severity: Severity
    code: str
    where: str
    message: str
    fix: str = ""


class Image(Struct, frozen=True):
    """A picture; sizes in pixels, `focus` as fractions (x, y) of width and height."""

    url: str
    width: int | None = None
    height: int | None = None
    caption: str = ""
    credit: str = ""
    focus: tuple[float, float] | None = None


class Thumbnail(Image, frozen=True):
    """The picture made for an article; `source` is the address of the picture or film it was made of.

    `crop` is what was cut out of that: left, top, width and height as fractions of it; None for all of it.
    """

    source: str = ""
    crop: tuple[float, float, float, float] | None = None


class Video(Struct, frozen=True):
    """One rendition; `type` is None until it has been probed. kbps, pixels, seconds, bytes.

    `expires` is when a signed address stops working, `embed` the address of the player it was got from.
    """

    url: str
    type: VideoType | None = None
    quality: Quality | None = None
    bitrate: int | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    language: str = ""
    size: int | None = None
    expires: datetime | None = None
    embed: str = ""


class TrickPlay(Struct, frozen=True):
    """Small pictures of a film in one BIF file, shown while a viewer winds."""

    url: str
    quality: Literal["HD", "FHD"] = "HD"


class Caption(Struct, frozen=True):
    """A text track beside a video.

    Once published, `url` is our SRT, with the same as WebVTT beside it, and `source` where it was read.
    """

    url: str
    language: str
    kind: CaptionKind = "SUBTITLE"
    source: str = ""


class Rating(Struct, frozen=True):
    """A parental rating; UNRATED needs no source."""

    value: str = "UNRATED"
    source: str = ""


class Credit(Struct, frozen=True):
    """Somebody who took part, and as what: actor, anchor, host, narrator, director and so on."""

    name: str
    role: str = ""
    born: date | None = None


class ExternalId(Struct, frozen=True):
    """What a programme is called in a database; `type` is TMS, ROVI, IMDB or EIDR."""

    id: str
    type: str


class Window(Struct, frozen=True):
    """When an article may be shown: from `start` on, before `end`."""

    start: datetime | None = None
    end: datetime | None = None


class Article(Struct, frozen=True, kw_only=True):
    """What a newsroom published, as far as it is known.

    A source or page reader leaves `id`, `source` and `first_seen` empty: the refresh fills them once
    and the store keeps them for ever. `marks` are what kind of story it is beyond news: paywalled,
    live_blog, gallery, opinion, sponsored. `thumbnail` is the 16:9 JPEG made for it. `issues` are what
    went wrong while it was read and illustrated.

    `kind` says what its video is, when somebody does: a short clip, a special, a movie, or live, a stream
    without an end; "" leaves it to its length. With a `series`, its title, it is an episode. `ad_breaks` are
    where its source has room for advertisements, in seconds from the start.
    """

    id: str = ""
    source: str = ""
    guid: str = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    body: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    language: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    first_seen: datetime | None = None
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()
    captions: tuple[Caption, ...] = ()
    trickplay: tuple[TrickPlay, ...] = ()
    thumbnail: Thumbnail | None = None
    rating: Rating | None = None
    window: Window = Window()
    kind: Kind = ""
    series: str = ""
    season: int | None = None
    episode: int | None = None
    credits: tuple[Credit, ...] = ()
    external_ids: tuple[ExternalId, ...] = ()
    ad_breaks: tuple[float, ...] = ()
    issues: tuple[Issue, ...] = ()


class Brand(Struct, frozen=True):
    """How a channel looks: a colour as ``#rrggbb`` and a logo as a path or URL."""

    colour: str = "#1b4f8f"
    logo: str = ""


class Selection(Struct, frozen=True):
    """Articles by what is known of them: one of each list that is not empty has to fit. Names, not ids."""

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class RowRule(Struct, frozen=True):
    """A row the settings ask for; without any list it takes every article.

    `pins` are ids or addresses of what stands first, in their order; with pins and nothing else, it is all
    there is in the row. It takes no more than `limit` articles, none older than `max_age`, and what stands
    in a row above it only with `repeat`.
    """

    title: str
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    order: Order = "most_recent"
    max_age: timedelta | None = None
    limit: int | None = None
    repeat: bool = False


class Series(Struct, frozen=True):
    """How a recurring programme is shown. `name`, its title at first, is what its id is made of.

    `seasons` says what makes one: the year, the month, or that there are none. `picture` is an address.
    """

    title: str
    name: str = ""
    description: str = ""
    picture: str = ""
    seasons: Seasons = "year"


class Ads(Struct, frozen=True):
    """Where a film has room for advertisements: before it, every `mid_roll`, and where its source says.

    Where the source says so, `mid_roll` does not count. Films below `shortest` seconds have none.
    """

    pre_roll: bool = False
    mid_roll: timedelta | None = None
    cue_points: bool = True
    shortest: int = 0


class Channel(Struct, frozen=True):
    """A Roku channel; with no `rows` every section makes one of its own.

    `countries` are those where Roku Search offers it, two small letters each; none: all that have it.
    `feeds_url` is where its feeds are served, such as ``https://tv.example.org/feeds/demo``. Long films of
    `movies` are movies, other long ones specials.
    """

    id: str
    title: str
    description: str = ""
    language: str = "en"
    site: str = ""
    brand: Brand = Brand()
    rows: tuple[RowRule, ...] = ()
    feeds_url: str = ""
    series: tuple[Series, ...] = ()
    movies: Selection | None = None
    ads: Ads = Ads()
    countries: tuple[str, ...] = ()


class Row(Struct, frozen=True):
    """A row on air, in its order. An article may stand in several rows."""

    title: str
    articles: tuple[Article, ...]


class Page(Struct, frozen=True):
    """One document of several that tell a feed together: its path, and that of the `current` one, the first.

    What is older than all on it begins at `older`; "" when nothing is. It knows no newer one: it would change
    with every page that comes.
    """

    path: str
    current: str
    older: str = ""


class Feed(Struct, frozen=True):
    """What is on air, or a `page` of it.

    `updated` is the newest content change, never the time of the request.
    """

    channel: Channel
    rows: tuple[Row, ...]
    updated: datetime
    page: Page | None = None


class Written(Struct, frozen=True):
    """A document: its bytes, the ids in it, what was left out and why, and its older `pages` by path."""

    body: bytes
    ids: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    pages: Mapping[str, bytes] = {}


class Format(Struct, frozen=True):
    """A way to say a feed. `limit` is the size in bytes its readers take, None if any.

    `cost` is how many bytes one article adds to a document, `opening` how many the first episode of a series
    adds besides. `readers` name the functions of `feeds.readers.READERS` that must show every item before a
    document may be published. With more than `page` items it is published in pages (`feeds.paging`).
    """

    name: str
    path: str
    media_type: str
    write: Callable[[Feed], Written]
    check: Callable[[bytes], list[Issue]]
    cost: Callable[[Article, Channel], int]
    limit: int | None = None
    readers: tuple[str, ...] = ()
    opening: Callable[[Article, Channel], int] | None = None
    page: int | None = None
