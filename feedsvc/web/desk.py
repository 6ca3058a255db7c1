"""The desk of a channel: everything that producers changed by hand, and who did what."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from feedsvc import desk as hand
from feedsvc.settings import Settings
from feedsvc.store import Store
from feedsvc.web.channels import chosen, edited

SHOWN = 200


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return the page of the desk."""
    blueprint = Blueprint("desk", __name__)

    @blueprint.get("/desk/<channel>")
    def desk(channel: str) -> str:
        entries = store.desk.log(chosen(settings, channel).id, limit=SHOWN)
        known = store.stored(channel, {entry.id for entry in entries})
        return render_template(
            "desk.html",
            channel=chosen(settings, channel),
            entries=entries,
            titles={id_: stored.pulled.title for id_, stored in known.items()},
            actions=[*store.desk.actions(channel, SHOWN)],
            logins=store.desk.actions("", 20),
        )

    @blueprint.post("/desk/<channel>/undo/<int:number>")
    def undo(channel: str, number: int) -> Response:
        if not edited(store, chosen(settings, channel).id, number):
            abort(404)
        hand.undo(store, number, g.who, now())
        return redirect(url_for("desk.desk", channel=channel))

    return blueprint
