"""The main job: server processes for the web side, and the scheduler beside them in this one."""

import logging
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from feedsvc import logs
from feedsvc.settings import Settings

# feedsvc.wsgi, in a process of its own, finds its settings under these names.
SETTINGS, PORT = "FEEDSVC_SETTINGS", "FEEDSVC_PORT"
# Where all processes put what they count (feedsvc.metrics).
COUNTS = "PROMETHEUS_MULTIPROC_DIR"


def serve(settings: Settings, path: Path, *, schedule: bool) -> None:
    """Serve the channels of `path` until stopped, and refresh them on `schedule`."""
    os.environ[SETTINGS] = str(path.resolve())
    os.environ[PORT] = str(settings.server.port)
    if folder := emptied(settings.root / "var" / "metrics"):
        os.environ[COUNTS] = str(folder)
    # A forked worker would inherit the scheduler's threads and locks half way through.
    multiprocessing.set_start_method("spawn", force=True)
    with scheduling(settings) if schedule else nullcontext():
        web_server(settings).serve()


def emptied(folder: Path) -> Path | None:
    """Return a folder with nothing in it, for what processes counted that are no more is of no use.

    Where there can be none, each process counts for itself.
    """
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


@contextmanager
def scheduling(settings: Settings) -> Iterator[None]:
    """Refresh on schedule meanwhile; wired in a thread, for that takes as long as a server's start."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(start_scheduler, settings)
        running.add_done_callback(stop_if_failed)
        try:
            yield
        finally:
            stop = running.result()
            stop()


def start_scheduler(settings: Settings) -> Callable[[], None]:
    """Start refreshing and return what stops it."""
    from feedsvc import app

    service = app.build(settings)
    scheduler = service.scheduler()
    service.start()
    scheduler.start(app.now())
    service.look_at_fonts()

    def stop() -> None:
        service.studio.stop()
        service.webhooks.stop()
        scheduler.stop()
        service.close()

    return stop


def stop_if_failed(running: "Future[Callable[[], None]]") -> None:
    """End a server whose scheduler could not start: it would serve yesterday's news for ever."""
    if running.exception():
        os.kill(os.getpid(), signal.SIGINT)


def web_server(settings: Settings) -> MPServer:
    """Return the server that runs `feedsvc.wsgi` in worker processes of its own."""
    server = MPServer(
        "feedsvc.wsgi:application",
        address=settings.server.host,
        port=settings.server.port,
        interface=Interfaces.WSGI,
        factory=True,
        http=HTTPModes.http1,
        websockets=False,
        blocking_threads=settings.server.threads,
        workers=settings.server.workers,
        respawn_failed_workers=True,
        # Else a slow TV in the middle of a film keeps a server from ending for as long as it likes.
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
        log_dictconfig=logs.of_server(settings.server.log),
    )
    # It finds the threads many for the cores; they are many because a slow TV holds one for a whole film.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    return server
