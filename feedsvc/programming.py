"""The tables of a channel's settings that say what its viewers see: rows, series, streams, ads, movies."""

from typing import Literal

from pydantic import Field, model_validator

from feedsvc.fields import (
    LANGUAGE,
    Address,
    AddressOrNone,
    IntervalOrNone,
    MinutesOrNone,
    Table,
    TitlePattern,
)


class RowSettings(Table):
    """A row on the TV and what it takes: one of each list that is not empty; none at all means every article.

    `sources` are their names (or addresses), `series` their titles. `pins` are addresses or ids of articles
    that stand first, in this order; with pins and no list they are all there is. `max_age` is an interval.
    """

    title: str = Field(min_length=1)
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    order: Literal["most_recent", "oldest_first"] = "most_recent"
    max_age: IntervalOrNone = ""
    limit: int | None = Field(None, ge=1, le=1000)
    repeat: bool = False


class SeriesSettings(Table):
    """A recurring programme: which articles are its episodes, and how it is shown.

    An episode fits one of each list that is not empty and has a headline that `pattern` is found in. What the
    pattern's groups `season`, `episode` and `date` find counts. `name` keeps the id of a series whose title
    changes.
    """

    title: str = Field(min_length=1, max_length=200)
    name: str = ""
    pattern: TitlePattern = ""
    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    description: str = ""
    picture: AddressOrNone = ""
    seasons: Literal["year", "month", "none"] = "year"

    @model_validator(mode="after")
    def _takes_something(self) -> "SeriesSettings":
        if not (self.pattern or self.sections or self.tags or self.sources):
            raise ValueError(
                "needs a pattern, sections, tags or sources, or every article would be an episode"
            )
        return self


class LiveSettings(Table):
    """A stream that never ends. `name` keeps the id of one whose title changes; `picture` is an address."""

    title: str = Field(min_length=1, max_length=200)
    url: Address
    name: str = ""
    description: str = ""
    picture: AddressOrNone = ""
    language: str = Field("", pattern=rf"{LANGUAGE}|^$")
    section: str = "Live"
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the stream is remembered by."""
        return self.name or self.title


class AdsSettings(Table):
    """Where films have room for advertisements: before, every so often, where their source says so.

    Films shorter than `shortest` seconds have none.
    """

    pre_roll: bool = False
    mid_roll: MinutesOrNone = ""
    cue_points: bool = True
    shortest: int = Field(0, ge=0)


class MovieSettings(Table):
    """Which films of more than 15 minutes are movies: the others are specials."""

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


Titled = RowSettings | SeriesSettings | LiveSettings
