"""What a refresh did, as `refresh --json`, the log and the producers' page tell it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds.lineup import LeftOut, Spent
from feeds.model import Article, Issue
from feedsvc.publication import Outcome
from feedsvc.rundown import Shown
from feedsvc.sources import Pulled
from feedsvc.stories import Job


class OffAir(Struct, frozen=True):
    """An article that is not on air, as the report says it."""

    id: str
    url: str
    title: str
    code: str
    message: str
    fix: str


class Report(Struct, frozen=True):
    """What a refresh did: the JSON of `refresh --json`.

    `status` is published, unchanged, held (a document was), failed (every source did) or busy. `issues` are
    the sources' and the writers', `troubles` those of articles that are on air all the same, one a code.
    `failing` holds what each source said that could not be read, by its name.
    `spent` says what is used of the bytes that a TV will read, and by which article; `stages` are the seconds
    that each stage took.
    """

    channel: str
    status: str
    seen: int = 0
    new: int = 0
    changed: int = 0
    withdrawn: int = 0
    on_air: int = 0
    left_out: tuple[OffAir, ...] = ()
    documents: Mapping[str, Outcome] = {}
    issues: tuple[Issue, ...] = ()
    seconds: float = 0.0
    rendering: tuple[Job, ...] = ()
    troubles: tuple[Issue, ...] = ()
    spent: tuple[Spent, ...] = ()
    stages: Mapping[str, float] = {}
    failing: Mapping[str, str] = {}


def said(shown: Shown) -> dict[str, Any]:
    """Return what a report says of what is shown."""
    on_air = shown.lineup.on_air
    return {
        "on_air": len(on_air),
        "left_out": tuple(map(_off_air, shown.lineup.left_out)),
        "rendering": shown.jobs,
        "troubles": tuple(_troubles(on_air.values())),
        "spent": shown.lineup.spent,
    }


def _troubles(on_air: Iterable[Article]) -> Iterator[Issue]:
    """Yield what is wrong with articles that are on air: the first of each kind, and how many more."""
    found: dict[str, list[Issue]] = {}
    for article in on_air:
        for issue in article.issues:
            if issue.severity != "info":
                found.setdefault(issue.code, []).append(replace(issue, severity="warning", where=article.id))
    for same in found.values():
        others = len(same) - 1
        more = f" ({others} more {'has' if others == 1 else 'have'} the like.)" if others else ""
        yield replace(same[0], message=same[0].message + more)


def whole(first: Report, last: Report | None) -> Report:
    """Return what a refresh did in all: `first` without, `last` with what was rendered for it meanwhile."""
    if last is None:
        return first
    documents = {
        name: replace(outcome, published=outcome.published or first.documents[name].published)
        for name, outcome in last.documents.items()
    }
    published = any(outcome.published for outcome in documents.values())
    return replace(
        first,
        status="published" if published and last.status == "unchanged" else last.status,
        documents=documents,
        on_air=last.on_air,
        left_out=last.left_out,
        rendering=last.rendering,
        troubles=last.troubles,
        spent=last.spent,
    )


def _off_air(out: LeftOut) -> OffAir:
    article, issue = out.article, out.issue
    return OffAir(article.id, article.url, article.title, issue.code, issue.message, issue.fix)


def status(pulls: Iterable[Pulled], outcomes: Iterable[Outcome]) -> str:
    """Return in a word how a refresh went."""
    pulls, outcomes = list(pulls), list(outcomes)
    if any(outcome.held_because for outcome in outcomes):
        return "held"
    if pulls and all(pulled.failed for pulled in pulls):
        return "failed"
    return "published" if any(outcome.published for outcome in outcomes) else "unchanged"


def issues(pulls: Iterable[Pulled], outcomes: Iterable[Outcome]) -> tuple[Issue, ...]:
    """Return what sources and writers had to say, each thing once."""
    said = chain((p.issues for p in pulls), (o.warnings for o in outcomes))
    return tuple(dict.fromkeys(chain.from_iterable(said)))


def failing(pulls: Mapping[str, Pulled]) -> dict[str, str]:
    """Return what each source said that could not be read."""
    failed = {name: pulled.issues for name, pulled in pulls.items() if pulled.failed}
    return {name: issues[0].message if issues else "" for name, issues in failed.items()}


def says_again(last: Report, report: Report) -> bool:
    """Tell whether a report has nothing that the last one did not say."""
    happened = report.new or report.changed or report.withdrawn
    goes_on = report.status == last.status or (report.status, last.status) == ("unchanged", "published")
    same = _what_is_wrong(report) == _what_is_wrong(last)
    return not happened and report.status != "published" and goes_on and same


def _what_is_wrong(report: Report) -> tuple[object, ...]:
    return report.issues, report.left_out, report.troubles, report.rendering, report.failing


decode = msgspec.json.Decoder(Report).decode
