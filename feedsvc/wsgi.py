"""The web side for a server process: wired with nothing of the pipeline, so that none of it can break it."""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.types import WSGIApplication

from feedsvc import logs, web
from feedsvc.blobs import LocalBlobs
from feedsvc.processes import end_with_parent
from feedsvc.serving import PORT, SETTINGS
from feedsvc.settings import load, with_port
from feedsvc.store import open_store


def application() -> WSGIApplication:
    """Return what a server process serves; it finds its settings in the environment."""
    end_with_parent()  # or two would answer, the orphan and the next one
    settings = load(Path(os.environ.get(SETTINGS, "settings.toml")))
    if port := os.environ.get(PORT):
        settings = with_port(settings, int(port))
    logs.configure(settings.server.log, logging.INFO)
    store = open_store(settings.storage.database, settings.root)
    blobs = LocalBlobs(settings.root / settings.storage.media)
    flask = web.create_app(store, settings, blobs, now=lambda: datetime.now(UTC))
    return web.wrap(flask, store, settings)
