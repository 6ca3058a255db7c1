"""Tells others what happened, a chat say: something was published or held, a source fails or is back.

A POST of JSON, signed: `X-Feedsvc-Signature` is ``sha256=`` and the HMAC-SHA256, by the hook's secret, of
`X-Feedsvc-Timestamp` (seconds since 1970), a full stop and the body. A change is told once, and whatever goes
wrong here costs a message, never a refresh.
"""

import hmac
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Event
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from feeds import text
from feedsvc.http import FetchError, Http, without_login
from feedsvc.report import Report
from feedsvc.settings import ChannelSettings, Hook, WebhookSettings
from feedsvc.store import Store

# Seconds before the second try and the third.
PAUSES = (2.0, 10.0)
# What may be over in a moment.
_PASSING = frozenset(
    {"fetch_timeout", "fetch_unreachable", "fetch_server_error", "fetch_too_many_requests", "fetch_tls"}
)
_NAMED = 3

log = logging.getLogger(__name__)


class Known(Struct, frozen=True, omit_defaults=True):
    """What was wrong with a channel when others last heard of it: held formats, failing sources."""

    held: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


class Message(Struct, frozen=True):
    """What others are told, as JSON: `text` is the sentence for people, `link` the page that shows more."""

    event: Hook
    channel: str
    title: str
    text: str
    time: datetime
    counts: Mapping[str, int]
    link: str
    concerns: tuple[str, ...] = ()


class Webhooks:
    """Sends the messages of refreshes; `pause` waits so many seconds and tells whether to give up."""

    def __init__(
        self,
        http: Http,
        store: Store,
        hooks: Sequence[WebhookSettings],
        public_url: str,
        *,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._http, self._store, self._hooks, self._public_url = http, store, hooks, public_url
        self._stopping = Event()
        self._pause = pause or self._stopping.wait
        self._deaf: set[str] = set()

    def tell(self, channel: ChannelSettings, report: Report, now: datetime) -> None:
        """Tell what a refresh changed, and remember that it was told."""
        name = f"told {channel.id}"
        before = msgspec.json.decode(self._store.fact(name), type=Known | None) or Known()
        after = known(report)
        if after != before:
            self._store.remember(name, after)
        for message in messages(channel, before, report, self._public_url, now):
            for hook in self._hooks:
                if message.event in hook.events:
                    self._send(hook, message)

    def stop(self) -> None:
        """Wait for no second try any more."""
        self._stopping.set()

    def _send(self, hook: WebhookSettings, message: Message) -> None:
        body = msgspec.json.encode(message)
        headers = signed(body, hook.signing_key, message.time)
        failure = ""
        for seconds in (*PAUSES, None):
            failure, passing = self._post(hook.url, body, headers)
            if not passing or seconds is None or self._pause(seconds):
                break
        if failure and hook.url not in self._deaf:
            log.warning("A webhook at %s is not told: %s", urlsplit(hook.url).hostname, failure)
        (self._deaf.add if failure else self._deaf.discard)(hook.url)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
        """Return what went wrong, nothing if it went well, and whether that may be over in a moment."""
        try:
            status = self._http.post(url, body, headers)
        except FetchError as error:
            return error.message, error.code in _PASSING
        return ("" if status < 300 else f"It answers with a redirect ({status})."), False


def signed(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers that prove where a body comes from, and when it was sent."""
    stamp = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Feedsvc-Timestamp": stamp,
        "X-Feedsvc-Signature": f"sha256={digest}",
    }


def known(report: Report) -> Known:
    """Return what is wrong with a channel."""
    held = (name for name, outcome in report.documents.items() if outcome.held_because)
    return Known(tuple(held), tuple(report.failing))


def messages(
    channel: ChannelSettings, before: Known, report: Report, public_url: str, now: datetime
) -> Iterator[Message]:
    """Yield what a refresh changed: each kind of thing in one message, however many it concerns."""
    names = ("on_air", "new", "changed", "withdrawn")
    counts = {**{name: getattr(report, name) for name in names}, "left_out": len(report.left_out)}

    def message(event: Hook, sentence: str, page: str, concerns: Sequence[str]) -> Message:
        link = f"{public_url}/{page}/{channel.id}"
        return Message(
            *(event, channel.id, channel.title, f"{channel.title}: {sentence}", now, counts, link),
            concerns=tuple(map(without_login, concerns)),
        )

    after = known(report)
    if published := [name for name, outcome in report.documents.items() if outcome.published]:
        yield message("published", _published(report), "preview", published)
    if held := [name for name in after.held if name not in before.held]:
        because = report.documents[held[0]].held_because or ""
        yield message("held", f"a newer feed is held back ({', '.join(held)}). {because}", "versions", held)
    if failing := [name for name in after.failing if name not in before.failing]:
        yield message("source_failing", _failing(failing, report.failing), "runs", failing)
    # A source that was taken out of the settings has not recovered.
    if again := [name for name in before.failing if name in channel.sources and name not in after.failing]:
        said = "can be read again" if len(again) == 1 else "can all be read again"
        yield message("source_recovered", f"{_some(again)} {said}.", "runs", again)


def _published(report: Report) -> str:
    plural = "article is" if report.on_air == 1 else "articles are"
    return f"{report.on_air} {plural} on air; {report.new} new, {report.changed} changed."


def _failing(names: Sequence[str], said: Mapping[str, str]) -> str:
    fails = "fails" if len(names) == 1 else "fail"
    return f"{_some(names)} {fails}. {said[names[0]]}".rstrip()


def _some(names: Sequence[str]) -> str:
    shown = [text.clip(without_login(name), 100) for name in names[:_NAMED]]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{'source' if len(names) == 1 else 'sources'} {', '.join(shown)}{more}"
