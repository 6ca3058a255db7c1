"""A check told on a terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape

from feeds.rules import MOST_OF_A_CODE
from feedsvc.checker import Checked, Shown
from feedsvc.checker.examined import Examined
from feedsvc.checker.findings import Finding, Place
from feedsvc.checker.fix import Fixed

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_NAMES = {
    "roku": "Direct Publisher JSON", "roku_mrss": "Media RSS, Roku flavour",
    "mrss": "Media RSS, standard flavour",
    "search": "Roku Search JSON",
}  # fmt: skip
_ROWS = 8


def print_examined(out: Console, found: Examined) -> None:
    """Print what a check found, what the readers show, and what was mended."""
    checked = found.checked
    what = f"{format_name(checked)}, {extent(checked)}: {summary(checked)}"
    out.print(f"[bold]{escape(checked.name)}[/] as {what}")
    print_findings(out, checked.findings)
    print_shown(out, checked.shown)
    if found.fixed:
        _print_fixed(out, found.fixed)
    else:
        out.print("[green]fine[/]" if checked.fine else "[red]problems found[/]")


def format_name(checked: Checked) -> str:
    """Return what the format is called among people."""
    return _NAMES.get(checked.format, checked.format)


def extent(checked: Checked) -> str:
    """Return how large a feed is: its bytes and, of one that may have pages, these and their items."""
    size = _count(sum(page.size for page in checked.pages) or checked.size, "byte")
    if not checked.pages:
        return size
    items = _count(sum(page.items for page in checked.pages), "item")
    pages = f"{_count(len(checked.pages), 'page')}, " if len(checked.pages) > 1 else ""
    return f"{pages}{items}, {size}"


def summary(checked: Checked) -> str:
    """Return how much is wrong, in a few words."""
    counts = {severity: [f for f in checked.findings if f.severity == severity] for severity in _COLOURS}
    said = [
        _count(len(found), severity) for severity, found in counts.items() if found and severity != "info"
    ]
    return ", ".join(said) or "nothing to mend"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def where(finding: Finding) -> str:
    """Return where something is wrong: the first place, which item that is, and how many more there are."""
    first = finding.places[0]
    more = f", and {_count(finding.count - 1, 'more place')}" if finding.count > 1 else ""
    return f"{place(first)}{more}" if first.where else more.removeprefix(", and ")


def place(one: Place) -> str:
    """Return a place as a person finds it."""
    line = f"line {one.line}, " if one.line else ""
    title = f" “{one.title}”" if one.title else ""
    known = one.item if one.item != one.where else ""
    item = f" ({known}{title})" if known else title
    return f"{line}{one.where}{item}"


def print_findings(out: Console, findings: Iterable[Finding]) -> None:
    """Print findings with how many items they concern, where the first is, and what to do."""
    for finding in findings:
        colour = _COLOURS[finding.severity]
        least = "at least " if finding.count >= MOST_OF_A_CODE else ""
        items = "" if finding.count == 1 else f"[bold]{least}{_count(finding.items, 'item')}:[/] "
        out.print(
            f"  [{colour}]{finding.severity:7}[/] {items}{escape(finding.message)} [dim]{finding.code}[/]"
        )
        for detail, count in finding.details:
            out.print(f"          {count:,} x {escape(detail)}")
        if said := where(finding):
            out.print(f"          [dim]at {escape(said)}[/]")
        if finding.fix:
            out.print(f"          [green]→[/] {escape(finding.fix)}")


def print_shown(out: Console, shown: Sequence[Shown]) -> None:
    """Print what each reader would show, or the item at which it crashes."""
    for one in shown:
        if one.crash:
            culprit = f" at {one.crash.where}" if one.crash.where else ""
            about = "crash" if one.meant else "this flavour is not for it, --fix writes one that is"
            colour = "red" if one.meant else "dim"
            out.print(f"  the {one.reader} shows nothing: [{colour}]{about}[/]{escape(culprit)}")
            out.print(f"          {escape(one.crash.message)} [green]→[/] {escape(one.crash.fix)}")
            continue
        out.print(f"  the {one.reader} shows {said_of(one)}")
        rows = ", ".join(f"{row.title or 'untitled'} {row.items}" for row in one.rows[:_ROWS])
        more = f", and {len(one.rows) - _ROWS} more" if len(one.rows) > _ROWS else ""
        out.print(f"          [dim]{escape(rows)}{more}[/]")


def said_of(shown: Shown) -> str:
    """Return how much a reader shows, and what of it is no use."""
    lacks = ((shown.unplayable, "video"), (shown.bare, "picture"))
    lacking = "".join(f", {count:,} without a {what}" for count, what in lacks if count)
    return f"{_count(shown.items, 'item')} in {_count(len(shown.rows), 'row')}{lacking}"


def _print_fixed(out: Console, fixed: Fixed) -> None:
    out.print(f"\n[bold]Mended[/] into {escape(', '.join(fixed.files)) or 'nothing'}")
    if fixed.thumbnails:
        out.print(f"  {_count(fixed.thumbnails, 'new thumbnail')} in the folder beside it")
    for finding in fixed.findings:
        colour = _COLOURS[finding.severity]
        out.print(f"  [{colour}]{finding.items:6,}[/] {escape(finding.message)} [dim]{finding.code}[/]")
    for checked in fixed.checked:
        out.print(f"[bold]{escape(checked.name)}[/] {extent(checked)}: {summary(checked)}")
        print_findings(out, (f for f in checked.findings if f.severity == "error"))
        print_shown(out, checked.shown)
    out.print("[green]fine[/]" if fixed.fine else "[red]problems left[/]")
