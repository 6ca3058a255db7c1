"""WebSub: a hub tells when a feed has something new, so that nobody has to ask.

The specification is https://www.w3.org/TR/websub/. Polling stays as the safety net: whatever goes wrong here
costs minutes, not stories, and is said quietly.
"""

import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec.structs import replace

from feeds.text import on_loopback
from feedsvc.http import FetchError, Http
from feedsvc.store import Lease, Store

CALLBACK = "/websub/"
WANTED = timedelta(days=10)
# A hub that has not answered is asked again after this time; a lease is renewed in its last quarter.
AGAIN = timedelta(hours=1)
_LONGEST = timedelta(days=30)
_HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})

log = logging.getLogger(__name__)


class Subscriptions:
    """Subscribes to the hubs that sources name; `token` makes what nobody can guess."""

    def __init__(
        self,
        http: Http,
        store: Store,
        public_url: str,
        *,
        token: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._http, self._store, self._public_url, self._token = http, store, public_url, token

    def keep(self, channel: str, source: str, hub: str, topic: str, now: datetime) -> None:
        """See to it that a hub tells of news in `topic`: subscribe, or renew a lease that runs out."""
        if on_loopback(self._public_url) and not on_loopback(hub):
            return  # it could not reach us
        lease = self._store.leases.of(channel, source)
        if lease is None or (lease.hub, lease.topic) != (hub, topic):
            lease = Lease(self._token(), channel, source, hub, topic, self._token())
        if not is_due(lease, now):
            return
        self._store.leases.keep(replace(lease, asked=now))
        try:
            self._http.post(hub, _request(lease, self._public_url))
        except FetchError as error:
            log.info("channel=%s source=%s hub=%s %s", channel, source, urlsplit(hub).hostname, error.message)


def is_due(lease: Lease, now: datetime) -> bool:
    """Tell whether a hub is to be asked: it never answered, or its lease is in the last quarter."""
    if lease.asked and now - lease.asked < AGAIN:
        return False
    return lease.until is None or lease.since is None or now > lease.until - (lease.until - lease.since) / 4


def _request(lease: Lease, public_url: str) -> Mapping[str, str]:
    return {
        "hub.mode": "subscribe",
        "hub.topic": lease.topic,
        "hub.callback": f"{public_url}{CALLBACK}{lease.token}",
        "hub.secret": lease.secret,
        "hub.lease_seconds": str(int(WANTED.total_seconds())),
    }


def verified(lease: Lease, asked: Mapping[str, str], now: datetime) -> Lease | None:
    """Return the lease as a hub grants it, None for what nobody here asked for."""
    if asked.get("hub.mode") != "subscribe" or asked.get("hub.topic") != lease.topic:
        return None
    given = asked.get("hub.lease_seconds", "")
    seconds = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 86_400
    return replace(lease, since=now, until=now + min(timedelta(seconds=seconds), _LONGEST))


def is_signed(lease: Lease, body: bytes, signature: str) -> bool:
    """Tell whether a notification comes from the hub that knows the secret."""
    method, _, digest = signature.partition("=")
    if method not in _HASHES:
        return False
    return hmac.compare_digest(hmac.new(lease.secret.encode(), body, method).hexdigest(), digest.lower())
