"""What the API takes and gives, where nothing else has a name for it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from feeds import FORMATS
from feeds.contents import Difference, Told
from feeds.model import Article, Issue, Video, Window
from feedsvc.progress import Going
from feedsvc.standing import OffAir, Outcome, Paper, Report, Schedule, Standing
from feedsvc.store import Action, Edit, Entry, Hold
from feedsvc.web.item import Happened, Item
from feedsvc.web.versions import Version
from feedsvc.why import Standing as Whereabouts

Words = Annotated[str, Meta(max_length=500, description="An address, an id, or words of a headline.")]
Focus = Annotated[float, Meta(ge=0, le=1)]
Moment = Annotated[datetime, Meta(tz=True)]
Checkable = Annotated[
    str,
    Meta(pattern=f"^(|{'|'.join(FORMATS)})$", description="Its format; recognised by itself when empty."),
]


class Page(Struct, frozen=True, forbid_unknown_fields=True):
    """How many to tell, the newest first."""

    limit: Annotated[int, Meta(ge=1, le=500, description="So many at most.")] = 50


class Search(Struct, frozen=True, forbid_unknown_fields=True):
    """What to look for among what is not on air."""

    q: Words = ""
    code: Annotated[str, Meta(max_length=100, description="Only what is left out for this reason.")] = ""
    limit: Annotated[int, Meta(ge=1, le=500, description="So many at most.")] = 50
    offset: Annotated[int, Meta(ge=0, le=1_000_000, description="So many are passed over.")] = 0


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """Which article is meant."""

    q: Annotated[Words, Meta(min_length=1)]


class Shown(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose view is wanted: unless said, of the first feed that a TV reads, by its first reader."""

    format: Annotated[str, Meta(max_length=50, description="One of the channel's formats.")] = ""
    reader: Annotated[str, Meta(max_length=50, description="A reader of that format.")] = ""


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be told otherwise of an article; what is empty stands as the source has it."""

    title: Annotated[str, Meta(max_length=1000)] = ""
    summary: Annotated[str, Meta(max_length=5000)] = ""
    row: Annotated[str, Meta(max_length=100, description="The row it is pinned to the head of.")] = ""
    picture: Annotated[
        str,
        Meta(
            max_length=2000,
            pattern="^(|https?://.+|/media/.+)$",
            description="Where the picture is: as /api/pictures says, or one of the source's.",
        ),
    ] = ""
    focus: Annotated[
        tuple[Focus, Focus] | None, Meta(description="What must be seen, as fractions of width and height.")
    ] = None
    start: Annotated[Moment | None, Meta(description="Not on air before this.")] = None
    end: Annotated[Moment | None, Meta(description="Not on air from this on.")] = None

    @property
    def edit(self) -> Edit:
        """What the desk makes of it."""
        window = Window(self.start, self.end) if self.start or self.end else None
        return Edit(
            title=self.title,
            summary=self.summary,
            row=self.row,
            picture=self.picture,
            focus=self.focus,
            window=window,
        )


class Feed(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a feed that is sent to be checked."""

    name: Annotated[
        str, Meta(max_length=500, description="Its file name, told in the report; the wizard minds its end.")
    ] = "a feed"
    format: Checkable = ""


class Address(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a feed is that is to be checked."""

    url: Annotated[str, Meta(max_length=2000, pattern="^https?://")]
    format: Checkable = ""


class Why(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a channel is held, for the log."""

    why: Annotated[str, Meta(max_length=200)] = ""


class Back(Struct, frozen=True, forbid_unknown_fields=True):
    """The moment whose feeds are to be on air again, such as when a version was published."""

    to: Moment


class ChannelTold(Struct, frozen=True):
    """How a channel stands. `lamp` is on, held, failed or off; `word` says it."""

    id: str
    title: str
    language: str
    lamp: str
    word: str
    on_air: int
    left_out: int
    problems: int
    newest: datetime | None
    last: datetime | None
    next: datetime | None
    asked: datetime | None
    hold: Hold | None
    feeds: tuple[Paper, ...]
    issues: tuple[Issue, ...]
    troubles: tuple[Issue, ...]


class Channels(Struct, frozen=True):
    """Every channel."""

    channels: tuple[ChannelTold, ...]


class OnAir(Struct, frozen=True):
    """An article that a feed shows."""

    id: str
    title: str


class Missing(Struct, frozen=True):
    """What is not on air, `total` in all; `known` and `on_air` are what the words name besides."""

    known: tuple[Whereabouts, ...]
    on_air: tuple[OnAir, ...]
    left_out: tuple[OffAir, ...]
    total: int
    codes: Mapping[str, int]


class Answered(Struct, frozen=True):
    """Where the article that was meant stands, in each channel that knows it."""

    standings: tuple[Whereabouts, ...]


class ArticleTold(Struct, frozen=True):
    """All that is known of an article; `told` is what each format says, `facts` the same side by side."""

    article: Article
    standing: Whereabouts
    told: Mapping[str, Told]
    facts: Mapping[str, Mapping[str, str]]
    edit: Edit
    edits: tuple[Entry, ...]
    history: tuple[Happened, ...]
    video: Video | None
    captions: str
    script: tuple[str, ...]


class Edits(Struct, frozen=True):
    """What was changed by hand, the undone, too; newest first."""

    edits: tuple[Entry, ...]


class Numbered(Struct, frozen=True):
    """The number of a new edit, to undo it by."""

    number: int


class Holding(Struct, frozen=True):
    """Who holds a channel; null when nobody does."""

    hold: Hold | None


class VersionTold(Struct, frozen=True):
    """A version of a feed: size in bytes, and how many items differ from the one before."""

    number: int
    published: datetime
    etag: str
    items: int
    bytes: int
    added: int = 0
    removed: int = 0
    changed: int = 0


class Versions(Struct, frozen=True):
    """The versions of a feed that are kept, newest first."""

    versions: tuple[VersionTold, ...]


class VersionDiffers(Struct, frozen=True):
    """How a version differs from the one before; `difference` is null when that is not kept."""

    version: VersionTold
    difference: Difference | None
    lines: tuple[str, ...]


class RolledBack(Struct, frozen=True):
    """How many feeds changed by going back."""

    changed: int


class Pinged(Struct, frozen=True):
    """A refresh was asked for."""

    channel: str
    asked: bool = True


class Progress(Struct, frozen=True):
    """How the refresh that was asked for goes on: `asked` says since when it waits."""

    asked: datetime | None
    going: Going | None


class RunTold(Struct, frozen=True):
    """What a refresh did; `left_out` is how many articles, `stages` the seconds of each."""

    at: datetime | None
    status: str
    seen: int
    new: int
    changed: int
    withdrawn: int
    on_air: int
    left_out: int
    seconds: float
    stages: Mapping[str, float]
    documents: Mapping[str, Outcome]
    issues: tuple[Issue, ...]
    troubles: tuple[Issue, ...]


class Runs(Struct, frozen=True):
    """The last refreshes that were worth remembering, newest first."""

    runs: tuple[RunTold, ...]


class Actions(Struct, frozen=True):
    """Who did what, newest first."""

    actions: tuple[Action, ...]


class PictureKept(Struct, frozen=True):
    """Where a picture is that was sent."""

    picture: str


def channel_told(
    standing: Standing, schedule: Schedule, asked: datetime | None, hold: Hold | None
) -> ChannelTold:
    """Return how a channel stands."""
    channel, report = standing.channel, standing.report
    return ChannelTold(
        id=channel.id,
        title=channel.title,
        language=channel.language,
        lamp=standing.lamp,
        word=standing.word,
        on_air=standing.on_air,
        left_out=len(report.left_out),
        problems=standing.problems,
        newest=standing.newest,
        last=schedule.at or report.at,
        next=schedule.next,
        asked=asked,
        hold=hold,
        feeds=standing.papers,
        issues=report.issues,
        troubles=report.troubles,
    )


def article_told(item: Item) -> ArticleTold:
    """Return what is known of an article."""
    return ArticleTold(
        *(item.article, item.standing, item.told, item.facts, item.edit, item.log, item.history),
        *(item.video, item.captions, item.script),
    )


def version_told(version: Version) -> VersionTold:
    """Return a version without its bytes."""
    document, found = version.document, version.difference or Difference()
    return VersionTold(
        *(document.version, document.published, document.etag, len(document.ids), len(document.body)),
        *(len(found.added), len(found.removed), len(found.changed)),
    )


def runs_told(reports: Iterable[Report]) -> Runs:
    """Return what refreshes did."""
    names = [name for name in RunTold.__struct_fields__ if name != "left_out"]
    return Runs(
        tuple(
            RunTold(left_out=len(report.left_out), **{name: getattr(report, name) for name in names})
            for report in reports
        )
    )
