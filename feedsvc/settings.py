"""settings.toml -> frozen, validated Settings; every mistake is reported at once, with its place."""

import os
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from apscheduler.triggers.cron import CronTrigger
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails

from feeds import text
from feeds.search import COUNTRIES
from feedsvc.fields import LANGUAGE, Interval, IntervalOrNone, Table
from feedsvc.fields import every as every
from feedsvc.programming import (
    AdsSettings,
    LiveSettings,
    MovieSettings,
    RowSettings,
    SeriesSettings,
    Titled,
)

# The channel's own streams are a source like any other: the settings are what it reads.
LIVE = "channel.live"
# What others may be told of.
Hook = Literal["published", "held", "source_failing", "source_recovered"]
TOKEN = "FEEDSVC_ADMIN_TOKEN"  # noqa: S105 - the name of a variable
_ID = r"^[a-z0-9][a-z0-9_-]{0,49}$"


class CannotRun(Exception):
    """Something that a person has to change first; `problems` says it in sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SettingsError(CannotRun):
    """The settings cannot be used: one sentence a mistake."""


def _interval_or_cron(text: str) -> str:
    if (step := every(text)) is not None and step > timedelta():
        return text
    try:
        CronTrigger.from_crontab(text, timezone="UTC")
    except ValueError:
        raise ValueError("must be like 'every 5 minutes' or a cron line like '*/5 * * * *'") from None
    return text


def _command(line: str) -> str:
    try:
        shlex.split(line)
    except ValueError:
        raise ValueError("must be a command with its quotes closed, such as 'espeak-ng --stdin -w'") from None
    return line


def _policy_alone(story: object) -> object:
    """Take ``story = "never"`` for a table of which only the policy is given."""
    return {"policy": story} if isinstance(story, str) else story


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"must be a regular expression ({error})") from None
    return text


def _country(code: str) -> str:
    if code.lower() not in COUNTRIES:
        raise ValueError(f"must be a country that has Roku Search: {', '.join(COUNTRIES)}")
    return code.lower()


def _web_url(url: str) -> str:
    if not text.web_url(url):
        raise ValueError("must be an address such as https://chat.example.org/hook")
    return url


def _public_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#@]+(/[^\s?#]*)?", url):
        raise ValueError("must be an absolute address such as https://tv.example.org")
    return url.rstrip("/")


class ServerSettings(Table):
    """Where feeds are served; `public_url` is the address that goes into them."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    public_url: Annotated[str, AfterValidator(_public_url)] = "http://127.0.0.1:8080"
    workers: int = Field(1, ge=1, le=64)
    threads: int = Field(64, ge=4, le=512)
    log: Literal["text", "json"] = "text"


class StorageSettings(Table):
    """Where articles and documents are kept, and where thumbnails and videos are."""

    database: str = "sqlite:///var/feedsvc.db"
    media: str = "var/media"

    @field_validator("database")
    @classmethod
    def _known(cls, url: str) -> str:
        if not url.startswith("sqlite:///"):
            raise ValueError("must be like sqlite:///var/feedsvc.db")
        return url


class HttpSettings(Table):
    """How the one client behaves: private hosts it may fetch from, seconds, tries, bytes."""

    allow_hosts: tuple[str, ...] = ()
    timeout: float = Field(15, gt=0)
    retries: int = Field(2, ge=0, le=10)
    per_host: int = Field(1, ge=1, le=32)
    max_listing: int = Field(20_000_000, ge=1)
    max_page: int = Field(10_000_000, ge=1)
    max_image: int = Field(30_000_000, ge=1)
    user_agent: str = "feedsvc (Roku channel feed publisher)"


class EmbedsSettings(Table):
    """What other sites' players want to hear: Brightcove's policy key by account."""

    brightcove: dict[str, str] = Field({})


class Selection(Table):
    """Articles by what is known of them: sections or tags by name, URLs by pattern (a regular expression)."""

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    urls: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()


class SourceSettings(Table):
    """One place articles come from, which of them are wanted, and what is put right about them.

    `max_age` is an interval, `section` and `genre` map names of sections and tags to others. `limit` is how
    many articles are taken at most, the newest; `type` and `links` say which content, and which links of a
    page, are articles. `credentials` is the name of the environment's variable that holds the login.
    """

    kind: str
    url: str = ""
    path: str = ""
    name: str = ""
    guid: Literal["auto", "guid", "url", "canonical", "cms id"] = "auto"
    include: Selection = Selection()
    exclude: Selection = Selection()
    max_age: IntervalOrNone = ""
    min_words: int = Field(0, ge=0)
    section: dict[str, str] = Field({})
    genre: dict[str, str] = Field({})
    rating: str = ""
    rating_source: str = ""
    title_suffix: str = ""
    limit: int = Field(300, ge=1, le=10_000)
    type: str = ""
    links: str = ""
    credentials: str = ""

    @property
    def secret(self) -> str:
        """The login for this source, from the environment only: ``user:password`` or a token."""
        return os.environ.get(self.credentials, "") if self.credentials else ""

    def login(self, url: str) -> str:
        """Return the login for `url`: the secret where the source itself is, nothing for any other host."""
        return self.secret if self.secret and _origin(url) == _origin(self.url) else ""

    def wants(self, url: str) -> bool:
        """Tell whether the patterns of `include.urls` and `exclude.urls` let an article's address through."""
        include, exclude = self.include.urls, self.exclude.urls
        wanted = not include or any(re.search(pattern, url) for pattern in include)
        return wanted and not any(re.search(pattern, url) for pattern in exclude)

    @property
    def key(self) -> str:
        """The name under which the store remembers this source."""
        return self.name or self.url or self.path or self.kind


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(text.web_url(url) or "")
    return parts.scheme, parts.netloc


class BrandSettings(Table):
    """How title cards look."""

    colour: str = Field("#1b4f8f", pattern=r"^#[0-9a-fA-F]{6}$")
    logo: str = ""


class StorySettings(Table):
    """Which articles get a story video, and how it looks and sounds.

    `policy`: auto (those without a video that plays), always or never; `sections` none: all of them.
    `narrator` is a command that reads text on its standard input and writes it, spoken, to the WAV file
    whose path is its last argument; seconds for one slide.
    """

    policy: Literal["auto", "always", "never"] = "auto"
    sections: tuple[str, ...] = ()
    minimum_words: int = Field(20, ge=1, le=1000)
    motion: bool = True
    trickplay: bool = False
    narrator: Annotated[str, AfterValidator(_command)] = ""
    narrator_timeout: float = Field(30, gt=0, le=600)


class ChannelSettings(Table):
    """A Roku channel: where its articles come from, and how they are shown."""

    id: str = Field(pattern=_ID)
    title: str = Field(min_length=1)
    description: str = ""
    language: str = Field("en", pattern=LANGUAGE)
    site: str = ""
    countries: tuple[Annotated[str, AfterValidator(_country)], ...] = ()
    refresh: Annotated[str, AfterValidator(_interval_or_cron)] = "every 5 minutes"
    refresh_quiet: Interval = "every 30 minutes"
    formats: tuple[str, ...] = Field(("roku", "roku_mrss", "mrss", "search"), min_length=1)
    max_drop: float = Field(0.5, ge=0, le=1)
    stale_after: Interval = "every 2 days"
    brand: BrandSettings = BrandSettings()
    story: Annotated[StorySettings, BeforeValidator(_policy_alone)] = StorySettings()
    source: tuple[SourceSettings, ...] = Field(min_length=1)
    row: tuple[RowSettings, ...] = ()
    series: tuple[SeriesSettings, ...] = ()
    live: tuple[LiveSettings, ...] = ()
    ads: AdsSettings = AdsSettings()
    movies: MovieSettings = MovieSettings()

    @field_validator("row", "series", "live")
    @classmethod
    def _titled_once(cls, tables: tuple[Titled, ...]) -> tuple[Titled, ...]:
        titles = [table.title.casefold() for table in tables]
        if twice := next((table.title for table in tables if titles.count(table.title.casefold()) > 1), ""):
            raise ValueError(f"two have the title {twice!r}; give each its own")
        return tables

    @cached_property
    def sources(self) -> Mapping[str, SourceSettings]:
        """The sources by the names under which the store remembers them, the channel's streams as one."""
        live = (SourceSettings(kind=LIVE, name=LIVE),) if self.live else ()
        return {source.key: source for source in (*self.source, *live)}


class WebhookSettings(Table):
    """Who hears of what happens: a POST to `url`, signed with what the environment holds under `secret`."""

    url: Annotated[str, AfterValidator(_web_url)]
    events: tuple[Hook, ...] = Field(get_args(Hook), min_length=1)
    secret: str = Field(min_length=1)

    @property
    def signing_key(self) -> str:
        """The secret, from the environment only."""
        return os.environ.get(self.secret, "")


class Settings(Table):
    """All of settings.toml. `root` is the folder relative paths start from."""

    server: ServerSettings = ServerSettings()
    storage: StorageSettings = StorageSettings()
    http: HttpSettings = HttpSettings()
    embeds: EmbedsSettings = EmbedsSettings()
    webhook: tuple[WebhookSettings, ...] = ()
    channel: tuple[ChannelSettings, ...] = Field(min_length=1)
    root: Path = Field(Path(), exclude=True)

    @field_validator("channel")
    @classmethod
    def _distinct(cls, channels: tuple[ChannelSettings, ...]) -> tuple[ChannelSettings, ...]:
        ids = [c.id for c in channels]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"two channels have the id {twice[0]!r}; give each its own")
        return channels

    def named(self, channel: str) -> ChannelSettings:
        """Return the channel with this id.

        Raises:
            SettingsError: there is none.
        """
        for known in self.channel:
            if known.id == channel:
                return known
        raise SettingsError(
            [f"There is no channel {channel!r}.{_nearest(channel, [c.id for c in self.channel])}"]
        )

    @property
    def token(self) -> str:
        """The admin token, from the environment only."""
        return os.environ.get(TOKEN, "")


def load(
    path: Path, *, kinds: frozenset[str] = frozenset(), formats: frozenset[str] = frozenset()
) -> Settings:
    """Return the settings in `path`, or every mistake in them at once.

    `kinds` and `formats` are the names a source kind and a format may have; empty: any.

    Raises:
        SettingsError: the file is missing, is not TOML, or says something it cannot.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(
            [f"{path}: cannot be read ({error.strerror}). Name a file with --settings."]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: is not valid TOML: {error}."]) from None
    try:
        settings = Settings(**{**table, "root": path.resolve().parent})
    except ValidationError as error:
        mistakes = [e for e in error.errors() if not _follows_from_another(e)]
        raise SettingsError([f"{path}: {_sentence(e)}" for e in mistakes]) from None
    if problems := list(_unknown_names(settings, kinds, formats)):
        raise SettingsError([f"{path}: {problem}" for problem in problems])
    return settings


def with_port(settings: Settings, port: int) -> Settings:
    """Return `settings` on another port; a loopback `public_url` follows."""
    server = settings.server
    parts = urlsplit(server.public_url)
    url = server.public_url
    if parts.port == server.port and parts.hostname in ("127.0.0.1", "localhost"):
        url = f"{parts.scheme}://{parts.hostname}:{port}"
    changed = server.model_copy(update={"port": port, "public_url": url})
    return settings.model_copy(update={"server": changed})


def _unknown_names(settings: Settings, kinds: frozenset[str], formats: frozenset[str]) -> Iterator[str]:
    for hook in settings.webhook:
        if not hook.signing_key:
            yield (
                f"webhook: the environment has no {hook.secret}, with which the messages to "
                f"{urlsplit(hook.url).hostname} are signed; set it to something long and random."
            )
    for channel in settings.channel:
        where = f"channel {channel.id}"
        for source in channel.source:
            if kinds and source.kind not in kinds:
                yield f"{where}: there is no source kind {source.kind!r}.{_nearest(source.kind, kinds)}"
            if source.credentials and not source.secret:
                yield (
                    f"{where}: the environment has no {source.credentials}, which the source {source.key}"
                    " names for its credentials; set it to user:password or a token."
                )
        named = [(table.title, name) for table in channel.row for name in table.sources]
        named += [(table.title, name) for table in channel.series for name in table.sources]
        for title, name in named:
            if name not in channel.sources:
                yield f"{where}: {title!r} names no source: {name!r}.{_nearest(name, channel.sources)}"
        for name in channel.formats:
            if formats and name not in formats:
                yield f"{where}: there is no format {name!r}.{_nearest(name, formats)}"


def _follows_from_another(error: ErrorDetails) -> bool:
    """Tell whether a list is only "too short" because the entries in it have mistakes of their own."""
    return error["type"] == "too_short" and bool(error["input"])


def _sentence(error: ErrorDetails) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = _keys_at(error["loc"][:-1])
        return f"{place}: there is no such setting.{_nearest(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        return f"{place}: is needed and missing."
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{place}: {message[0].lower()}{message[1:]}, not {_shown(error['input'])}."


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _keys_at(place: tuple[int | str, ...]) -> list[str]:
    """Return the keys the table at `place` may have, found by walking the models' annotations."""
    schema: dict[str, Any] = Settings.model_json_schema()
    node = schema
    for part in place:
        node = node["items"] if isinstance(part, int) else node.get("properties", {}).get(part, {})
        while "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return [key for key in node.get("properties", {}) if key != "root"]


def _nearest(name: str, known: Any) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(sorted(known))}."
