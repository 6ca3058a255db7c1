"""Refresh now and watch; what the last refreshes did; how the sources are."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import BoundedSemaphore

import msgspec
from flask import Blueprint, Response, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from feedsvc import desk
from feedsvc.progress import going
from feedsvc.settings import Settings
from feedsvc.standing import read, schedule
from feedsvc.store import Store
from feedsvc.web.channels import chosen

SHOWN = 50
# How often, in seconds, it is looked how a refresh goes on, and for how long one watcher is told.
_LOOKS, _WATCHES = 0.2, 600
# After so many looks without news a sign of life is sent: whoever is gone is noticed by nothing else.
_SILENT = 25


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return the page of refreshes."""
    blueprint = Blueprint("runs", __name__)
    # Each watcher holds one of the server's threads, and feeds must always find one free.
    free = BoundedSemaphore(max(1, settings.server.threads // 8))

    @blueprint.get("/runs/<channel>")
    def runs(channel: str) -> str:
        return render_template(
            "runs.html",
            channel=chosen(settings, channel),
            runs=[read(run) for run in store.runs(channel, SHOWN)],
            asked=store.asked().get(channel),
            going=going(store, channel),
            schedule=schedule(store, channel),
            actions=store.desk.actions(channel, SHOWN),
        )

    @blueprint.post("/runs/<channel>")
    def refresh(channel: str) -> Answer:
        desk.refresh(store, chosen(settings, channel).id, g.who, now())
        return redirect(url_for("runs.runs", channel=channel))

    @blueprint.get("/runs/<channel>/live")
    def live(channel: str) -> Response:
        """Tell how the refresh that was asked for goes on, as server-sent events."""
        chosen(settings, channel)
        if not free.acquire(blocking=False):
            return Response(status=204)  # what makes a browser ask no more
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = Response(events(store, channel), mimetype="text/event-stream", headers=headers)
        response.call_on_close(free.release)
        return response

    return blueprint


def events(store: Store, channel: str, sleep: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Yield where the refresh of a channel is whenever that changes, until it has ended."""
    last = b""
    for look in range(int(_WATCHES / _LOOKS)):
        waiting = channel in store.asked()
        where = going(store, channel)
        told = msgspec.json.encode({"waiting": waiting, "going": where})
        if told != last:
            last = told
            yield f"data: {told.decode()}\n\n"
        elif look % _SILENT == 0:
            yield ":\n\n"
        if not waiting and (where is None or where.status):
            return
        sleep(_LOOKS)
