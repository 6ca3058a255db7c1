"""Where hubs call (WebSub): they verify a subscription, and tell that there is something new."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, request

from feedsvc.store import Store
from feedsvc.websub import CALLBACK, is_signed, verified

_LARGEST = 5_000_000
_PLAIN = {"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8"}


def routes(store: Store, now: Callable[[], datetime]) -> Blueprint:
    """Return the address that hubs call, a secret one for each subscription."""
    blueprint = Blueprint("hub", __name__)

    @blueprint.get(f"{CALLBACK}<token>")
    def verify(token: str) -> Response:
        """Answer the hub that asks whether a subscription is meant."""
        lease = store.leases.called(token)
        granted = verified(lease, request.args, now()) if lease else None
        if granted is None:
            abort(404)
        store.leases.keep(granted)
        return Response(request.args.get("hub.challenge", ""), headers=_PLAIN)

    @blueprint.post(f"{CALLBACK}<token>")
    def told(token: str) -> Response:
        """Refresh the channel soon; what the hub sends is not believed, only that there is something."""
        lease = store.leases.called(token)
        if lease is None:
            abort(410)  # the hub shall stop
        body = request.get_data() if (request.content_length or 0) <= _LARGEST else b""
        if is_signed(lease, body, request.headers.get("X-Hub-Signature", "")):
            store.ask(lease.channel, now())
        # A wrong signature is not told to whoever sent it (WebSub, 8.2).
        return Response(status=202, headers=_PLAIN)

    return blueprint
