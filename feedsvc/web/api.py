"""The API: what a CMS or a script asks of the service. It asks; another process does."""

import secrets
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, request

from feeds import text
from feedsvc.settings import TOKEN, Settings
from feedsvc.store import Store

Answer = tuple[dict[str, object], int]


def routes(store: Store, settings: Settings, now: Callable[[], datetime]) -> Blueprint:
    """Return the routes below ``/api``."""
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    channels = {channel.id for channel in settings.channel}

    @blueprint.before_request
    def guarded() -> Answer | None:
        return None if allowed(settings, request.headers.get("Authorization", "")) else _refusal(settings)

    @blueprint.post("/channels/<channel>/ping")
    def ping(channel: str) -> Answer:
        """Refresh a channel soon: a story was published, changed or taken back."""
        if channel not in channels:
            abort(404)
        store.ask(channel, now())
        return {"channel": channel, "asked": True}, 202

    return blueprint


def allowed(settings: Settings, authorization: str) -> bool:
    """Tell whether a request may change something: with the token, or without one on loopback only."""
    if not settings.token:
        host = settings.server.host
        return text.on_loopback(f"http://[{host}]" if ":" in host else f"http://{host}")
    scheme, _, given = authorization.partition(" ")
    same = secrets.compare_digest(given.strip().encode(), settings.token.encode())
    return scheme.lower() == "bearer" and same


def _refusal(settings: Settings) -> Answer:
    if settings.token:
        return {"error": "Send the admin token: Authorization: Bearer <token>."}, 401
    return {"error": f"Set {TOKEN} in the environment of the server, and send it as a bearer token."}, 403
