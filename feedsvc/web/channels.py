"""What an address names: a channel, an edit of it; what is not there is answered 404."""

from flask import abort

from feedsvc.settings import ChannelSettings, Settings
from feedsvc.store import Store
from feedsvc.web.errors import answer


def chosen(settings: Settings, channel: str, otherwise: str = "") -> ChannelSettings:
    """Return the channel with this id; when there is none, 404 is answered, in these words or the usual."""
    found = next((one for one in settings.channel if one.id == channel), None)
    return found or abort(answer(404, otherwise))


def edited(store: Store, channel: str, number: int, id: str = "") -> bool:
    """Tell whether there is such an edit, undone or not, in a channel, or of one of its articles."""
    entry = store.desk.entry(number)
    return entry is not None and entry.channel == channel and id in ("", entry.id)
