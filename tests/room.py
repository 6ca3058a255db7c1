"""The whole service for a browser: one channel, a scheduler that refreshes it, and the web side served."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from wsgiref.types import WSGIApplication

from msgspec import Struct
from playwright.sync_api import Page
from werkzeug.serving import make_server

from feedsvc import app, web
from feedsvc.blobs import LocalBlobs
from feedsvc.settings import Settings
from feedsvc.store import Store, open_store
from feedsvc.web import create_app

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
# None of its own errands: this machine has no way out, and each refusal would be waited for.
ALONE = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, PHONE = (1440, 900), (390, 844)


class Room(Struct):
    """A service that runs: its address, its store, and how to have it refreshed to the end."""

    url: str
    store: Store
    refresh: Callable[[], object]

    def ids(self) -> dict[str, str]:
        """Return the ids of all that is known, by what its source calls it."""
        known = self.store.stored("demo", self.store.guids("demo", self.source()))
        return {stored.pulled.title: id_ for id_, stored in known.items()}

    def source(self) -> str:
        return next(iter(self.store.sources("demo")))


@contextmanager
def served(make: Callable[[str], WSGIApplication]) -> Iterator[str]:
    """Serve what `make` returns for an address, in threads; yield the address."""
    server = make_server("127.0.0.1", 0, lambda environ, start: made(environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    made = make(url)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def room(root: Path, source: Mapping[str, str], **channel: object) -> Iterator[Room]:
    """Run the service with one channel of one source, refreshed once and from then on when asked."""
    usual = {"id": "demo", "title": "Harbour City News", "story": "never", "refresh": "every 1 hour"}
    settings: list[Settings] = []

    def make(url: str) -> WSGIApplication:
        settings.append(
            Settings(
                server={"public_url": url},
                http={"allow_hosts": ("127.0.0.1",), "per_host": 4, "retries": 0, "timeout": 5},
                root=root,
                channel=({**usual, "source": (source,), **channel},),
            )
        )
        store = open_store(settings[0].storage.database, root)
        site = create_app(store, settings[0], LocalBlobs(root / "var/media"), now=app.now)
        return web.wrap(site, store, settings[0])

    with served(make) as url, closing(app.build(settings[0])) as service:
        scheduler = service.scheduler()
        scheduler.start(app.now())
        eventually(lambda: service.store.runs("demo"))
        yield Room(url, service.store, lambda: service.refresh("demo"))
        scheduler.stop()


def eventually(truth: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


def until(page: Page, condition: str) -> None:
    """Wait for a condition in the page; Playwright's own way needs `eval`, which the page forbids."""
    page.evaluate(
        f"async () => {{ for (let n = 0; n < 600 && !({condition}); n++)"
        " await new Promise(resolve => setTimeout(resolve, 50));"
        f" if (!({condition})) throw new Error('it never came to be'); }}"
    )


def sideways(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(
        page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def paths(of: Room) -> list[str]:
    """Return the paths of the pages of a room, a few of all those of articles among them."""
    some = [id_ for _, id_ in sorted(of.ids().items())[:4]]
    newest = of.store.versions("demo", "roku")[0].version
    return [
        "/", "/preview/demo", "/preview/demo?reader=template", "/preview/demo?reader=search",
        "/preview/demo?format=roku_mrss", *(f"/item/demo/{id_}" for id_ in some),
        "/left-out/demo", "/left-out/demo?q=story", "/versions/demo", f"/versions/demo/roku/{newest}",
        "/runs/demo", "/desk/demo", "/check", "/nowhere",
    ]  # fmt: skip
