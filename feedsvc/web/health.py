"""Whether the service lives (`/healthz`) and whether every channel is fresh (`/readyz`)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from flask import Blueprint, Response

from feedsvc.settings import ChannelSettings, Settings, every
from feedsvc.standing import last_good
from feedsvc.store import Store

_FRESH = {"Cache-Control": "no-store"}


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return what a load balancer and a monitor ask."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain", headers=_FRESH)

    @blueprint.get("/readyz")
    def ready() -> tuple[dict[str, object], int, Mapping[str, str]]:
        why_not = {channel.id: unready(store, channel, now()) for channel in settings.channel}
        fine = not any(why_not.values())
        told = {id_: {"ready": not why, "why": why} for id_, why in why_not.items()}
        fonts = msgspec.json.decode(store.fact("fonts"))
        return {"ready": fine, "channels": told, "no_font_for": fonts or []}, 200 if fine else 503, _FRESH

    return blueprint


def unready(store: Store, channel: ChannelSettings, now: datetime) -> str:
    """Return in a sentence why a channel is not as it should be; empty when it is."""
    there = store.editions(channel.id)
    if missing := [name for name in channel.formats if name not in there]:
        return f"It has not published {', '.join(missing)} yet."
    limit = every(channel.stale_after) or timedelta(days=2)
    good = last_good(store, channel.id)
    if good is None:
        return "No refresh of it has gone well yet."
    if now - good.at > limit:
        return (
            f"Its last good refresh was at {good.at:%Y-%m-%d %H:%M} UTC, "
            f"and more than {channel.stale_after.removeprefix('every ')} ago."
        )
    return ""
