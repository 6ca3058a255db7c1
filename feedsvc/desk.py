"""The hand on the switch: what a producer decides stands above what a source says, until it is undone."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from feeds import text
from feeds.identity import page_of
from feeds.model import Article, Image, Issue, Window, Written
from feeds.removal import without
from feedsvc.blobs import MEDIA
from feedsvc.publication import reissued, says
from feedsvc.store import Action, Document, Edit, Entry, Hold, Store

# Where to look in a picture that was chosen, unless that is said, too.
MIDDLE = (0.5, 0.4)
CODES = {"taken_off": "A producer took the article off the air."}


def told(article: Article, edit: Edit) -> Article:
    """Return the article with the words, the window and the picture a producer wants."""
    return replace(
        article,
        title=edit.title or article.title,
        summary=edit.summary or article.summary,
        window=edit.window or article.window,
        images=_chosen_first(article.images, edit),
    )


def edited(article: Article, edit: Edit) -> Article:
    """Return the article as a producer wants it told, or marked as one that is not to be."""
    article = told(article, edit)
    if not edit.off_air:
        return article
    message, fix = "A producer took it off the air.", "Undo that at the desk to put it back."
    return replace(article, issues=(Issue("info", "taken_off", article.id, message, fix), *article.issues))


def _chosen_first(images: tuple[Image, ...], edit: Edit) -> tuple[Image, ...]:
    url = edit.picture or (images[0].url if images and edit.focus else "")
    if not url:
        return images
    known = next((image for image in images if image.url == url), Image(url))
    others = (image for image in images if image.url != url)
    return (replace(known, focus=edit.focus or known.focus or MIDDLE), *others)


def proper(edit: Edit) -> Edit:
    """Return an edit as it can be shown: its texts safe and no longer than a feed takes them.

    Raises:
        ValueError: it says something it cannot, in a sentence.
    """
    window, picture = _in_utc(edit.window), edit.picture.strip()[:2000]
    if window and window.start and window.end and window.end <= window.start:
        raise ValueError("The window ends before it begins; correct one of the two.")
    if picture and not (picture.startswith(MEDIA) or text.web_url(picture)):
        raise ValueError("The picture needs an address that begins with https://.")
    if edit.focus and not all(0 <= part <= 1 for part in edit.focus):
        raise ValueError("The focus lies outside the picture.")
    return replace(
        edit,
        title=text.line(edit.title)[:1000],
        summary=text.safe(edit.summary).strip()[:5000],
        row=text.line(edit.row)[:100],
        picture=picture,
        window=window,
    )


def _in_utc(window: Window | None) -> Window | None:
    """Return a window as the store can keep it: at the ends of time not every zone has every moment."""
    try:
        return window and Window(
            *(moment and moment.astimezone(UTC) for moment in (window.start, window.end))
        )
    except OverflowError:
        raise ValueError("The window reaches beyond the end of time; leave that end empty.") from None


def take_off(store: Store, channel: str, id: str, title: str, who: str, now: datetime) -> int:
    """Take an article off the air, at once in every format and for good; return the number of that edit."""
    number = store.take_off(channel, id, who, now, lambda document: less(document, {id}, now))
    _done(store, channel, who, now, f"took {_named(title, id)} off the air")
    return number


def change(store: Store, channel: str, id: str, title: str, edit: Edit, who: str, now: datetime) -> int:
    """Have an article told otherwise from the next publication on; return the number of that edit."""
    number = store.desk.record(channel, id, edit, who, now)
    _anew(store, channel, id, now)
    _done(store, channel, who, now, f"changed {_said(edit)} of {_named(title, id)}")
    return number


def undo(store: Store, number: int, who: str, now: datetime) -> Entry | None:
    """Undo an edit and return it; None when there is none, or it was undone before."""
    entry = store.desk.undo(number, who, now)
    if entry:
        _anew(store, entry.channel, entry.id, now)
        when = f"{entry.at:%Y-%m-%d %H:%M} UTC"
        what = f"undid what {entry.who} did to {entry.id} on {when}: {_said(entry.edit)}"
        _done(store, entry.channel, who, now, what)
    return entry


def refresh(store: Store, channel: str, who: str, now: datetime) -> None:
    """Have a channel refreshed soon."""
    _done(store, channel, who, now, "asked for a refresh")


def hold(store: Store, channel: str, who: str, now: datetime, why: str = "") -> None:
    """Have nothing new published on a channel until it is released."""
    store.desk.hold(channel, Hold(now, who, text.clip(text.line(why), 200)))
    store.desk.note(Action(channel, now, who, f"held the channel{f': {why}' if why else ''}"))


def release(store: Store, channel: str, who: str, now: datetime) -> None:
    """Have a channel published again."""
    store.desk.hold(channel, None)
    _done(store, channel, who, now, "released the channel")


def roll_back(
    store: Store, channel: str, formats: Sequence[str], to: datetime, who: str, now: datetime
) -> int:
    """Put on air again what was at a moment, and hold the channel there; return how many documents changed.

    What was taken off the air since stays off.
    """
    gone = {id_ for id_, edit in store.desk.edits(channel).items() if edit.off_air}
    then = [_at(store, channel, name, to) for name in formats]
    back = [less(replace(document, published=now), gone, now) for document in then if document]
    on_air = {name: store.document(channel, name) for name in formats}
    changed = [document for document in back if _etags(document) != _etags(on_air[document.format])]
    what = f"rolled back to what was on air on {to:%Y-%m-%d at %H:%M:%S} UTC"
    store.desk.hold(channel, Hold(now, who, what))
    store.publish(changed, by_hand=True)
    store.desk.note(Action(channel, now, who, what))
    return len(changed)


def held_because(hold: Hold) -> str:
    """Return why nothing new is published on a channel that is held."""
    why = f": {hold.why}" if hold.why else ""
    since = f"{hold.at:%Y-%m-%d %H:%M} UTC"
    return f"{hold.who} holds the channel since {since}{why}. Release it to publish what is new."


def less(document: Document, ids: Collection[str], now: datetime) -> Document:
    """Return a document without the items of these ids, on none of its pages."""
    kept = Written(
        without(document.body, ids),
        tuple(id_ for id_ in document.ids if id_ not in ids),
        pages={page.path: without(page.body, ids) for page in document.pages},
    )
    return document if says(document, kept) else reissued(document, kept, now)


def _etags(document: Document | None) -> set[str]:
    """Return what tells a document and its older pages from every other."""
    pages = document.pages if document else ()
    return {*([document.etag] if document else ()), *(f"{page.path} {page.etag}" for page in pages)}


def _at(store: Store, channel: str, format: str, moment: datetime) -> Document | None:
    versions = store.versions(channel, format)
    return next((document for document in versions if document.published <= moment), None)


def _anew(store: Store, channel: str, id: str, now: datetime) -> None:
    """Have an article made again from what its source says, not from what was made of it before."""
    stored = store.stored(channel, [id]).get(id)
    if stored:
        for url in {stored.article.url, stored.pulled.url}:
            store.probes.forget(page_of(url))
        store.due_now(channel, [id], now)


def _done(store: Store, channel: str, who: str, now: datetime, what: str) -> None:
    store.desk.note(Action(channel, now, who, what))
    store.ask(channel, now)


def _named(title: str, id: str) -> str:
    return f"“{text.clip(text.line(title), 80)}” ({id})" if title else id


_WORDS = {
    "off_air": "its being off the air",
    "row": "the row",
    "title": "the headline",
    "summary": "the description",
    "picture": "the picture",
    "focus": "the focus of the picture",
    "window": "the window",
}


def _said(edit: Edit) -> str:
    changed = [words for field, words in _WORDS.items() if getattr(edit, field) != getattr(Edit(), field)]
    return " and ".join(changed) or "nothing"
