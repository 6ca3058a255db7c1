"""The web side: feeds and media for devices, pages for producers. It reads; it never refreshes.

`create_app` is a plain Flask application with every route. `wrap` puts the feeds in front of it, from memory.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, request
from jinja2 import StrictUndefined

from feedsvc import metrics
from feedsvc.blobs import Blobs
from feedsvc.settings import Settings
from feedsvc.store import Store
from feedsvc.web import (
    access,
    api,
    check,
    desk,
    errors,
    figures,
    health,
    hub,
    item,
    left_out,
    media,
    preview,
    published,
    runs,
    versions,
)
from feedsvc.web.published import Feeds, Published, wrap

__all__ = ["Feeds", "Published", "create_app", "wrap"]

# Pictures and videos come from wherever a newsroom keeps them; plain http only from this machine.
_ELSEWHERE = "https: http://127.0.0.1:* http://localhost:*"


def create_app(store: Store, settings: Settings, blobs: Blobs, *, now: Callable[[], datetime]) -> Flask:
    """Return the whole web side as one Flask application; `now` gives the time with its zone."""
    app = Flask(__name__)
    # What a form may hold: a picture, and what is said about it.
    app.config["MAX_CONTENT_LENGTH"] = item.UPLOAD + 1_000_000
    app.url_map.merge_slashes = False  # a reader follows no redirect (C16)
    app.url_map.strict_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["feeds"] = feeds = Feeds(store, settings)
    app.register_blueprint(published.routes(feeds))
    app.register_blueprint(media.routes(blobs, settings.server.threads * 3 // 4))
    app.register_blueprint(health.routes(store, settings, now))
    app.register_blueprint(preview.routes(store, settings, now))
    app.register_blueprint(item.routes(store, settings, blobs, now))
    app.register_blueprint(left_out.routes(store, settings))
    app.register_blueprint(versions.routes(store, settings, now))
    app.register_blueprint(runs.routes(store, settings, now))
    app.register_blueprint(desk.routes(store, settings, now))
    app.register_blueprint(check.routes(settings, now))
    app.register_blueprint(api.routes(store, settings, blobs, now))
    app.register_blueprint(hub.routes(store, now))
    app.register_blueprint(figures.routes(store, settings, now))
    access.guard(app, store, settings, now)
    errors.register(app)
    app.after_request(_guard(_policy(settings.server.public_url)))
    return app


def _policy(public_url: str) -> str:
    """Return the Content-Security-Policy: nothing that a source says can run or style anything."""
    origin = "/".join(public_url.split("/", 3)[:3])
    return "; ".join(
        (
            *("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"),
            f"img-src 'self' {origin} {_ELSEWHERE}",
            f"media-src 'self' blob: {origin} {_ELSEWHERE}",
            *("base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"),
        )
    )


def _guard(policy: str) -> Callable[[Response], Response]:
    def guarded(response: Response) -> Response:
        if request.blueprint != "feeds":
            metrics.answered(request.blueprint or "other", str(response.status_code))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-cache")
            response.headers.setdefault("Content-Security-Policy", policy)
            response.headers["Referrer-Policy"] = "same-origin"
            response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response

    return guarded
