"""Where one article stands and why: the answer to "why is my story not on the channel?"."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from feeds.identity import identities
from feeds.model import Article
from feedsvc.settings import ChannelSettings
from feedsvc.standing import last_report
from feedsvc.store import Store, Stored

CODES = {
    "on_air": "The article is on air.",
    "older": "The article is older than those the channel considers.",
    "source_gone": "The article's source is no longer in the settings.",
    "withdrawn": "The article's source took it back.",
}


class Standing(Struct, frozen=True):
    """Where an article stands in a channel: `on_air` lists the formats that show it."""

    channel: str
    id: str
    title: str
    url: str
    on_air: tuple[str, ...]
    code: str
    message: str
    fix: str = ""
    first_seen: datetime | None = None
    troubles: tuple[str, ...] = ()


def why(name: str, store: Store, channels: Sequence[ChannelSettings]) -> list[Standing]:
    """Return how the article with this id, GUID or URL stands in each channel that knows it."""
    sources = {key for channel in channels for key in channel.sources}
    names = [name, *identities(Article(url=name)), *(f"{source} {name}" for source in sources)]
    known = {(channel, stored.article.id): stored for channel, stored in store.about(names)}
    by_id = {channel.id: channel for channel in channels}
    return [_standing(by_id[c], stored, store) for (c, _), stored in known.items() if c in by_id]


def _standing(channel: ChannelSettings, stored: Stored, store: Store) -> Standing:
    article = stored.article
    documents = (store.document(channel.id, name) for name in channel.formats)
    on_air = tuple(d.format for d in documents if d and article.id in d.ids)
    code, message, fix = _reason(channel, stored, on_air, store)
    return Standing(
        *(channel.id, article.id, article.title, article.url, on_air, code, message, fix),
        first_seen=article.first_seen,
        troubles=tuple(f"{i.code}: {i.message}" for i in article.issues),
    )


def _reason(
    channel: ChannelSettings, stored: Stored, on_air: Sequence[str], store: Store
) -> tuple[str, str, str]:
    if stored.withdrawn and not on_air:
        return "withdrawn", f"Its source took it back at {stored.withdrawn:%Y-%m-%d %H:%M} UTC.", ""
    if on_air:
        return "on_air", f"On air in {', '.join(on_air)}.", ""
    if stored.article.source not in channel.sources:
        return "source_gone", "Its source is no longer in the settings.", "Put the source back."
    for out in last_report(store, channel.id).left_out:
        if out.id == stored.article.id:
            return out.code, out.message, out.fix
    return "older", "It is older than the articles the channel considers.", "Newer ones took its place."
