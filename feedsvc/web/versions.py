"""What was published when, and how each version differs from the one before; back to one, and hold."""

from collections.abc import Callable
from datetime import datetime
from difflib import unified_diff
from itertools import islice, pairwise, zip_longest

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from feeds import FORMATS
from feeds.contents import Difference, compared, contents, difference, lines
from feedsvc import desk
from feedsvc.settings import Settings
from feedsvc.store import Document, Store
from feedsvc.web.channels import chosen

# A difference that is longer is better read elsewhere.
LINES = 2000


class Version(Struct, frozen=True):
    """One version of a document, and how it differs from the one before, None when that is not kept."""

    document: Document
    difference: Difference | None

    @property
    def number(self) -> int:
        """What names it."""
        return self.document.version


def history(store: Store, channel: str, format: str) -> list[Version]:
    """Return the versions of a document that are kept, newest first."""
    documents = store.versions(channel, format)
    told = ((document, contents(document.body)) for document in documents)
    after = [Version(new, compared(was, now)) for (new, now), (_, was) in pairwise(told)]
    return [*after, *(Version(document, None) for document in documents[-1:])]


def version_of(store: Store, channel: str, format: str, number: int) -> tuple[Version, list[str]] | None:
    """Return a version with the lines of bytes that changed; None when it is not kept any more."""
    documents = store.versions(channel, format)
    for after, before in zip_longest(documents, documents[1:]):
        if after.version == number:
            found = difference(before.body, after.body) if before else None
            return Version(after, found), byte_lines(before, after) if before else []
    return None


def byte_lines(before: Document, after: Document) -> list[str]:
    """Return the lines in which two versions differ, with a few around them."""
    names = f"version {before.version}", f"version {after.version}"
    told = unified_diff(lines(before.body), lines(after.body), *names, lineterm="", n=2)
    return list(islice(told, LINES))


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return the pages of what was published, and what a producer does about it."""
    blueprint = Blueprint("versions", __name__)

    @blueprint.get("/versions/<channel>")
    def versions(channel: str) -> str:
        formats = chosen(settings, channel).formats
        name = request.args.get("format", formats[0])
        if name not in formats:
            abort(404)
        return render_template(
            "versions.html",
            channel=chosen(settings, channel),
            format=name,
            formats={one: FORMATS[one].path for one in formats},
            limit=FORMATS[name].limit,
            versions=history(store, channel, name),
            hold=store.desk.held(channel),
        )

    @blueprint.get("/versions/<channel>/<format>/<int:number>")
    def version(channel: str, format: str, number: int) -> str:
        if format not in chosen(settings, channel).formats:
            abort(404)
        found = version_of(store, channel, format, number)
        if found is None:
            abort(404)
        one, lines = found
        return render_template(
            "version.html",
            channel=chosen(settings, channel),
            format=format,
            path=FORMATS[format].path,
            document=one.document,
            difference=one.difference,
            lines=lines,
        )

    @blueprint.post("/versions/<channel>/back")
    def roll_back(channel: str) -> Response:
        try:
            to = datetime.fromisoformat(request.form.get("to", ""))
        except ValueError:
            abort(400)
        desk.roll_back(store, channel, chosen(settings, channel).formats, to, g.who, now())
        return redirect(url_for("versions.versions", channel=channel))

    @blueprint.post("/versions/<channel>/hold")
    def hold(channel: str) -> Response:
        desk.hold(store, chosen(settings, channel).id, g.who, now(), request.form.get("why", ""))
        return redirect(url_for("versions.versions", channel=channel))

    @blueprint.post("/versions/<channel>/release")
    def release(channel: str) -> Response:
        desk.release(store, chosen(settings, channel).id, g.who, now())
        return redirect(url_for("versions.versions", channel=channel))

    return blueprint
