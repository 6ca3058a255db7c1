"""What is left to do once a channel is on air: look after what it names, take away what nothing names."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from feeds.identity import page_of
from feeds.model import Article
from feedsvc.blobs import Blobs
from feedsvc.produce import LOOKED_AT
from feedsvc.publication import folder_of
from feedsvc.rundown import Shown
from feedsvc.store import Store

# So much of what lies elsewhere is looked at again in one refresh.
LOOKED_AT_AGAIN = 20
# What was rendered a moment ago may be about to be named.
RENDERED_KEPT = timedelta(minutes=10)


def look_again(store: Store, channel: str, shown: Shown, now: datetime) -> None:
    """Have pages and videos on air looked at at the next refresh that nobody has looked at for a day."""
    on_air = shown.lineup.on_air.values()
    by_url = {url: a.id for a in on_air for url in (page_of(a.url), *(video.url for video in a.videos))}
    if aged := store.probes.aged(by_url, now - LOOKED_AT, LOOKED_AT_AGAIN):
        store.due_now(channel, {by_url[url] for url in aged}, now)


def collect(store: Store, blobs: Blobs, channel: str, shown: Shown, now: datetime) -> None:
    """Take away what was rendered and no document that is kept names any more."""
    on_air = shown.lineup.on_air
    considered = {*on_air, *(out.article.id for out in shown.lineup.left_out)}
    used = {folder_of(url) for a in on_air.values() for url in _plays(a)}
    renders = store.renders.all(channel)
    idle = [
        r for r in renders
        if now - r.made > RENDERED_KEPT and (r.folder not in used if r.folder else r.id not in considered)
    ]  # fmt: skip
    named = store.named(channel, (r.folder for r in idle if r.folder))
    gone = [r for r in idle if r.folder not in named]
    kept = {r.folder for r in renders if r not in gone}
    store.renders.forget(channel, gone)
    for folder in {r.folder for r in gone if r.folder} - kept:
        blobs.remove(folder)


def _plays(article: Article) -> Iterator[str]:
    yield from (video.url for video in article.videos)
    yield from (file.url for file in article.trickplay)
