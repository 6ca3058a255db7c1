"""The commands. Exit codes: 0 fine, 1 problems found, 2 could not run."""

import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from feeds import FORMATS, text
from feeds.model import Article, Issue
from feedsvc import logs, serving
from feedsvc.http import FetchError, Http
from feedsvc.settings import CannotRun, HttpSettings, Settings, SettingsError, load, with_port
from feedsvc.sources import SOURCES

# A command imports what it needs when it runs: together that takes longer than a server's whole start.
if TYPE_CHECKING:
    from feedsvc.app import Service
    from feedsvc.discovery import Discovered
    from feedsvc.progress import Progress
    from feedsvc.report import Report
    from feedsvc.why import Standing

WRITTEN = click.Path(path_type=Path, dir_okay=False)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(click.Group):
    """Without a command: serve. A mistake in the settings ends in sentences, not in a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take --settings wherever it stands, and put `serve` where no command is named."""
        settings, rest = settings_first(args)
        if not rest or (rest[0].startswith("-") and rest[0] != "--help"):
            rest = ["serve", *rest]
        return super().parse_args(ctx, [*settings, *rest])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what keeps it from running is said on stderr, with exit code 2."""
        try:
            return super().invoke(ctx)
        except CannotRun as error:
            could_not_run(*error.problems)
        except FetchError as error:
            could_not_run(f"{error.message} {error.fix}")


def settings_first(args: list[str]) -> tuple[list[str], list[str]]:
    """Return the --settings option out of a command line, and the rest of it."""
    for place, word in enumerate(args):
        size = 2 if word == "--settings" else 1
        if word.split("=")[0] == "--settings":
            return args[place : place + size], args[:place] + args[place + size :]
    return [], args


def could_not_run(*sentences: str) -> NoReturn:
    """End the command with what kept it from running."""
    for sentence in sentences:
        err.print(f"[red]error[/] {escape(sentence)}")
    sys.exit(2)


@click.group(cls=Commands)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    envvar=serving.SETTINGS,
    default=Path("settings.toml"),
    show_default=True,
    help="The settings file.",
)
@click.pass_context
def main(ctx: click.Context, settings: Path) -> None:
    """Publish a newsroom's articles as a Roku channel's feeds."""
    ctx.obj = settings
    logs.configure("text", logging.WARNING)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Serve on this port.")
@click.option("--no-schedule", is_flag=True, help="Serve only; something else refreshes.")
@click.pass_obj
def serve(settings: Path, port: int | None, no_schedule: bool) -> None:
    """Schedule and serve: the main job."""
    chosen = read_settings(settings, port)
    logs.configure(chosen.server.log, logging.INFO)
    announce(chosen, scheduled=not no_schedule)
    serving.serve(chosen, settings, schedule=not no_schedule)


@main.command()
@click.argument("channels", nargs=-1, metavar="[CHANNEL ...]")
@click.option("--force", is_flag=True, help="Pull everything again, and publish a feed that has shrunk.")
@click.option("--no-render", is_flag=True, help="Leave story videos to the service or a later refresh.")
@click.option("--json", "as_json", is_flag=True, help="One JSON report a line.")
@click.pass_obj
def refresh(settings: Path, channels: tuple[str, ...], force: bool, no_render: bool, as_json: bool) -> None:
    """Refresh channels once; all of them when none is named."""
    chosen = read_settings(settings)
    logs.configure(chosen.server.log, logging.INFO if chosen.server.log == "json" else logging.WARNING)
    names = [chosen.named(name).id for name in channels] or [channel.id for channel in chosen.channel]
    with closing(build(chosen)) as service:
        reports = []
        for name in names:
            once = service.refresh if no_render else service.refresh_whole
            with progress_bar(name) as progress:
                reports.append(once(name, force=force, progress=progress))
            print_json(reports[-1]) if as_json else print_report(reports[-1])
    sys.exit(1 if any(map(has_problems, reports)) else 0)


def announce(settings: Settings, *, scheduled: bool) -> None:
    """Say what there is to open."""
    base = settings.server.public_url
    out.print(f"\n[bold]Producers:[/] {base}/")
    for channel in settings.channel:
        out.print(f"\n[bold]{escape(channel.title)}[/]  {base}/preview/{channel.id}")
        for name in channel.formats:
            out.print(f"  {name:10} {base}/feeds/{channel.id}/{FORMATS[name].path}")
    what = "The first refresh is under way" if scheduled else "Nothing is refreshed here"
    out.print(f"\n{what}; stop with Ctrl+C.\n")


def read_settings(path: Path, port: int | None = None) -> Settings:
    """Return validated settings; `port` overrides theirs.

    Raises:
        SettingsError: with every mistake in them.
    """
    settings = load(path, kinds=frozenset(SOURCES), formats=frozenset(FORMATS))
    return with_port(settings, port) if port else settings


def build(settings: Settings) -> "Service":
    """Return everything wired."""
    from feedsvc import app

    return app.build(settings)


@contextmanager
def progress_bar(channel: str) -> Iterator["Progress"]:
    """Lend a progress callback that draws on a terminal and is silent elsewhere."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Bar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(channel)

        def draw(stage: str, done: int, total: int, issues: Sequence[Issue] = ()) -> None:
            bar.update(task, description=f"{channel}: {stage}", completed=done, total=total)

        yield draw


def has_problems(report: "Report") -> bool:
    """Tell whether a person should look at a refresh."""
    bad = report.status in ("held", "failed", "busy")
    return bad or any(issue.severity == "error" for issue in report.issues)


def print_json(value: object) -> None:
    """Print one value as one line of JSON, whatever the terminal."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def print_report(report: "Report") -> None:
    """Print a refresh as a producer reads it."""
    colour = {"held": "red", "failed": "red", "busy": "yellow"}.get(report.status, "green")
    out.print(
        f"[bold]{report.channel}[/] [{colour}]{report.status}[/]: {report.on_air} on air, "
        f"{len(report.left_out)} left out; {report.seen} seen, {report.new} new, "
        f"{report.changed} changed, {report.withdrawn} withdrawn; {report.seconds:.1f} s"
    )
    for name, document in report.documents.items():
        state = "published" if document.published else "unchanged"
        state = f"[red]held:[/] {escape(document.held_because)}" if document.held_because else state
        out.print(f"  {name:10} {document.items} items, {document.bytes:,} bytes, {state}")
    for room in report.spent:
        largest = max(room.costs.values(), default=0)
        out.print(
            f"  {room.format:10} {room.used:,} of {room.limit:,} bytes used, by one item up to {largest:,}"
        )
    for missing in report.left_out:
        out.print(f"  left out   {escape(missing.title or missing.url)}: {escape(missing.message)}")
    print_issues((*report.issues, *report.troubles))


def print_issues(issues: tuple[Issue, ...]) -> None:
    """Print issues grouped by what they are, with a count and the first place."""
    groups: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        groups.setdefault((issue.severity, issue.code), []).append(issue)
    colours = {"error": "red", "warning": "yellow", "info": "cyan"}
    for (severity, code), same in groups.items():
        first, count = same[0], f" ({len(same)} times)" if len(same) > 1 else ""
        out.print(
            f"  [{colours[severity]}]{severity}[/] {code}{count} at {escape(first.where)}: "
            f"{escape(first.message)} {escape(first.fix)}".rstrip()
        )


@main.command()
@click.argument("file_or_url")
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), help="Default: found by itself.")
@click.option("--media", is_flag=True, help="Fetch pictures and videos too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--html", "page", type=WRITTEN, help="Write the report as one page to send to somebody.")
@click.option("--fix", "fix", type=WRITTEN, help="Write a mended feed.")
@click.option("--base-url", default="", help="Where the mended feed and its thumbnails will stand.")
@click.pass_obj
def check(settings: Path, /, file_or_url: str, as_json: bool, **wanted: Any) -> None:
    """Check anybody's feed: its rules, and what each reader on a TV shows."""
    from feedsvc import app
    from feedsvc.checker import asked, printed

    known = read_settings(settings) if settings.exists() else None
    options = allowing(known.http if known else HttpSettings(), file_or_url)
    wanted["format_name"] = wanted["format_name"] or ""
    wanted |= {"public_url": known.server.public_url} if known else {}
    with closing(Http(options)) as http, progress_bar("media") as progress:
        question = asked.Asked(file_or_url, **wanted)
        found = asked.answer(question, http, app.now(), lambda done, total: progress("check", done, total))
    print_json(found.report) if as_json else printed.print_examined(out, found)
    sys.exit(0 if (found.fixed or found.checked).fine else 1)


def allowing(options: HttpSettings, address: str) -> HttpSettings:
    """Return the options with the host a person named allowed, be it private."""
    host = urlsplit(text.web_url(address) or "").netloc
    return options.model_copy(update={"allow_hosts": (*options.allow_hosts, host)}) if host else options


@main.command("codes")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def codes_command(as_json: bool) -> None:
    """Say what every code means that a report may carry."""
    from feedsvc.codes import codes

    if as_json:
        print_json(codes())
    for code in () if as_json else codes():
        out.print(f"[bold]{code.code}[/] {escape(code.meaning)} [green]{escape(code.fix)}[/]".rstrip())


@main.command("why")
@click.argument("url_or_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def why_command(settings: Path, url_or_id: str, as_json: bool) -> None:
    """Say where an article stands and why."""
    from feedsvc import why

    chosen = read_settings(settings)
    with closing(build(chosen)) as service:
        found = why.why(url_or_id, service.store, chosen.channel)
    if as_json:
        print_json(found)
    elif not found:
        out.print(
            f"No channel has seen {escape(url_or_id)}. Refresh first, or give the article's own address."
        )
    for standing in () if as_json else found:
        print_standing(standing)
    sys.exit(0 if any(standing.on_air for standing in found) else 1)


def print_standing(standing: "Standing") -> None:
    """Print where an article stands in one channel."""
    colour = "green" if standing.on_air else "yellow"
    out.print(f"[bold]{escape(standing.title)}[/]  {standing.channel}/{standing.id}")
    out.print(f"  [{colour}]{standing.code}[/] {escape(standing.message)} {escape(standing.fix)}".rstrip())
    for trouble in standing.troubles:
        out.print(f"  {escape(trouble)}")


@main.command()
@click.argument("url")
@click.option("--write", is_flag=True, help="Append the channel to the settings file.")
@click.pass_obj
def add(settings: Path, url: str, write: bool) -> None:
    """Find out what a site offers, and print a channel for it."""
    from feedsvc import app, discovery

    known = read_settings(settings) if settings.exists() else None
    options = known.http if known else HttpSettings()
    address = text.web_url(url) or f"https://{url}"
    with TemporaryDirectory() as folder, err.status(f"Looking at {escape(url)} …"):
        try:
            found, private = app.discover(address, options, Path(folder)), ""
        except FetchError as error:
            if error.code != "fetch_private_address":
                raise
            # A person named it: their own newsroom may well be inside.
            private = urlsplit(address).netloc
            found = app.discover(address, allowing(options, address), Path(folder))
    print_discovered(found)
    table = discovery.channel(found, [channel.id for channel in known.channel] if known else [])
    if not found.best:
        could_not_run(
            "Nothing on this site can be read as a listing of articles. Name a feed or a section page."
        )
    out.print("\n" + escape(discovery.as_toml(table, private)), soft_wrap=True)
    if write:
        append(settings, table, private)


def append(settings: Path, table: Mapping[str, Any], private: str) -> None:
    """Append a channel to the settings file; one that would then not be valid is left as it was."""
    from feedsvc import discovery

    before = settings.read_text("utf-8") if settings.exists() else ""
    settings.write_text(discovery.appended(before, table, private), "utf-8")
    try:
        read_settings(settings)
    except SettingsError:
        settings.write_text(before, "utf-8") if before else settings.unlink()
        raise
    out.print(f"Appended to {escape(str(settings))}. Refresh it: python run.py refresh {table['id']}")


def print_discovered(found: "Discovered") -> None:
    """Print what was tried, why the best was taken, then its first articles as they would go on air."""
    from feedsvc import discovery

    for one in found.tried:
        if one.offer.guess and not one.articles:
            continue
        mark = "[green]✓[/]" if one is found.best else " " if one.articles else "[dim]–[/]"
        told = f"{len(one.articles)} articles, {one.says:.0%} of what a TV shows"
        out.print(f"{mark} {one.offer.kind:10} {escape(one.offer.url)}", soft_wrap=True)
        out.print(
            f"             {escape(one.offer.seen)}: {escape(told if one.articles else one.why_not)}",
            style="dim",
        )
    for why_not, missed in discovery.in_vain(found).items():
        out.print(f"[dim]– {escape(why_not)} {escape(', '.join(missed))}[/]", soft_wrap=True)
    if found.best:
        out.print("\n" + escape(discovery.why(found)) + "\n", soft_wrap=True)
        out.print(as_on_air(found.articles))


def as_on_air(articles: Sequence[Article]) -> Table:
    """Return a table of what a TV would show of articles."""
    table = Table("headline", "section", "date", "picture", "plays", box=None, header_style="dim")
    for article in articles:
        table.add_row(
            escape(text.clip(text.line(article.title or article.url), 60)),
            escape(text.clip(" / ".join(article.section[:1]), 20)),
            f"{article.published:%Y-%m-%d}" if article.published else "",
            "yes" if article.images else "title card",
            "its own video" if article.videos else "a story video",
        )
    return table


@main.command("export")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export_command(settings: Path, directory: Path) -> None:
    """Write the published feeds and their media as a static tree."""
    from feedsvc.export import export

    chosen = read_settings(settings)
    with closing(build(chosen)) as service:
        found = [service.store.document(c.id, name) for c in chosen.channel for name in c.formats]
        documents = [document for document in found if document]
        if not documents:
            could_not_run("Nothing has been published yet. Run: python run.py refresh")
        count = export(documents, service.blobs, directory)
    out.print(f"{count} files in {escape(str(directory))}")
