"""The API: what a CMS or a script asks of the service. It asks; another process does."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort

from feedsvc.settings import Settings
from feedsvc.store import Store

Answer = tuple[dict[str, object], int]


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return the routes below ``/api``."""
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    channels = {channel.id for channel in settings.channel}

    @blueprint.post("/channels/<channel>/ping")
    def ping(channel: str) -> Answer:
        """Refresh a channel soon: a story was published, changed or taken back."""
        if channel not in channels:
            abort(404)
        store.ask(channel, now())
        return {"channel": channel, "asked": True}, 202

    return blueprint
