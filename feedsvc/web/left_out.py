"""What is not on air and why, to be searched: the answer to "why is my story not on the channel?"."""

from collections import Counter
from collections.abc import Iterable, Mapping

from flask import Blueprint, render_template, request
from msgspec import Struct

from feeds.contents import contents
from feedsvc.settings import ChannelSettings, Settings
from feedsvc.standing import OffAir, last_report
from feedsvc.store import Store
from feedsvc.web.channels import chosen
from feedsvc.why import Standing, why

PAGE = 50


class Found(Struct, frozen=True):
    """What a search found: how one article stands, what is on air by id and title, what is left out."""

    known: tuple[Standing, ...] = ()
    on_air: tuple[tuple[str, str], ...] = ()
    left_out: tuple[OffAir, ...] = ()
    codes: Mapping[str, int] = {}


def search(store: Store, channel: ChannelSettings, words: str, code: str = "") -> Found:
    """Return what is known of a URL, an id or words of a headline in a channel; all that is left out without.

    `codes` counts the reasons of what the words find, whatever `code` is asked for.
    """
    missing = [out for out in last_report(store, channel.id).left_out if _says(out, words)]
    known = why(words, store, [channel]) if words else []
    return Found(
        known=tuple(known),
        on_air=tuple(_on_air(store, channel, words, {one.id for one in known})) if words else (),
        left_out=tuple(out for out in missing if code in ("", out.code)),
        codes=dict(Counter(out.code for out in missing).most_common()),
    )


def _says(out: OffAir, words: str) -> bool:
    said = f"{out.title} {out.url} {out.id}".casefold()
    return all(word in said for word in words.casefold().split())


def _on_air(
    store: Store, channel: ChannelSettings, words: str, besides: set[str]
) -> Iterable[tuple[str, str]]:
    """Yield id and title of what is on air, in any format, and has all these words in its headline."""
    wanted, seen = words.casefold().split(), set(besides)
    for name in channel.formats:
        document = store.document(channel.id, name)
        for id_, told in contents(document.body).items() if document else ():
            if id_ not in seen and all(word in told.title.casefold() for word in wanted):
                yield id_, told.title
                seen.add(id_)


def routes(store: Store, settings: Settings) -> Blueprint:
    """Return the page of what is left out."""
    blueprint = Blueprint("left_out", __name__)

    @blueprint.get("/left-out/<channel>")
    def left_out(channel: str) -> str:
        told = chosen(settings, channel)
        words, code = request.args.get("q", "").strip()[:500], request.args.get("code", "")
        found = search(store, told, words, code)
        first = (max(1, request.args.get("page", 1, int)) - 1) * PAGE
        return render_template(
            "left_out.html",
            channel=told,
            found=found,
            words=words,
            code=code,
            page=first // PAGE + 1,
            shown=found.left_out[first : first + PAGE],
            pages=-(-len(found.left_out) // PAGE),
        )

    return blueprint
