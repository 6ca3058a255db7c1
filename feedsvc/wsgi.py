"""The web side for a server process: wired with nothing of the pipeline, so that none of it can break it."""

import multiprocessing
import os
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from wsgiref.types import WSGIApplication

from feedsvc import web
from feedsvc.blobs import LocalBlobs
from feedsvc.serving import PORT, SETTINGS
from feedsvc.settings import load, with_port
from feedsvc.store import open_store


def application() -> WSGIApplication:
    """Return what a server process serves; it finds its settings in the environment."""
    _end_with_parent()
    settings = load(Path(os.environ.get(SETTINGS, "settings.toml")))
    if port := os.environ.get(PORT):
        settings = with_port(settings, int(port))
    store = open_store(settings.storage.database, settings.root)
    blobs = LocalBlobs(settings.root / settings.storage.media)
    flask = web.create_app(store, settings, blobs, now=lambda: datetime.now(UTC))
    return web.wrap(flask, store, settings)


def _end_with_parent() -> None:
    """See to it that no server outlives a `kill -9` of its parent: it would answer beside the next one."""
    if parent := multiprocessing.parent_process():
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
