"""When a signed address stops working, told by the address itself; and what follows from that.

Pure: any string in, a moment or None out. Signatures carry their end in the clear, each kind in its place:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PrivateContent.html (CloudFront),
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html (S3),
https://cloud.google.com/storage/docs/access-control/signed-urls (Google),
https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas (Azure),
https://techdocs.akamai.com/property-mgr/docs/auth-token-2-0-ver (Akamai), RFC 7519 (JWT).
"""

import binascii
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from feeds.model import Issue, Video

CODES: Mapping[str, str] = {
    "video_expires": "a video's address stops working in less than a week; its page is read anew before then",
}
SOON = timedelta(days=7)
_LEAST_MARGIN = timedelta(minutes=10)
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # the years 2000 to 2100
_LONGEST, _FIELDS = 8000, 100
# An epoch has ten digits, thirteen in milliseconds; a shorter number is an id, a size or a bit rate.
_EPOCH = re.compile(r"(\d{10})(\d{3})?(?:\.\d{1,6})?")
_NAMED = frozenset(
    {"e", "exp", "expires", "expire", "expiry", "expiration", "expires_at", "expiretime", "exp_time",
     "expirationtime", "validto", "valid_to", "valid_until", "validuntil", "token_expires",
     "wowzatokenendtime", "x-expires", "x-oss-expires"}
)  # fmt: skip
# ``hdnts=st=1~exp=2~acl=/*~hmac=3`` in the query or in the path, and path tokens such as ``/exp=2~hmac=3/``.
_TOKEN = re.compile(r"(?:^|[?&/;,~=!*|])(?:exp|expires|expiry|e)=(\d{10})(?!\d)", re.I)
_FASTLY = re.compile(rb"([0-9a-f]{8})_[0-9a-f]{16}")
_HEX = re.compile(r"[0-9a-f]{8}", re.I)
_SIGNED_FROM = re.compile(r"x-(?:amz|goog|oss|obs|cos)-date")
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,4000}\.([\w-]{8,4000})\.[\w-]{8,1000}")


def expires(url: str) -> datetime | None:
    """Return when an address stops working: the earliest end it names, None if it names none."""
    try:
        parts = urlsplit(url[:_LONGEST])
        fields = parse_qsl(parts.query, max_num_fields=_FIELDS)
    except ValueError:
        return None
    said = {name.lower(): value for name, value in fields}
    plain = unquote(f"{parts.path}?{parts.query}")
    ends = (*_stated(said), *_tokens(plain), *_fastly(said), *_lifetimes(said), *_policies(said))
    return min(ends, default=None)


def _moment(seconds: float) -> Iterator[datetime]:
    if _EARLIEST <= seconds < _LATEST:
        yield datetime.fromtimestamp(seconds, UTC)


def _stated(said: Mapping[str, str]) -> Iterator[datetime]:
    for name, value in said.items():
        if name in _NAMED and (match := _EPOCH.fullmatch(value)):
            yield from _moment(int(match[1]))
    # Facebook's and Instagram's servers write it in hexadecimal, beside the signature ``oh``.
    if "oh" in said and _HEX.fullmatch(said.get("oe", "")):
        yield from _moment(int(said["oe"], 16))
    if "sig" in said:
        yield from _date(said.get("se", ""))


def _tokens(plain: str) -> Iterator[datetime]:
    for match in _TOKEN.finditer(plain):
        yield from _moment(int(match[1]))
    for match in _JWT.finditer(plain):
        yield from _end_of(_json(match[1]), "exp")


def _fastly(said: Mapping[str, str]) -> Iterator[datetime]:
    # Brightcove's addresses carry base64 of an epoch in hexadecimal and a signature, ``654c5d1e_0a...``.
    if match := _FASTLY.match(_bytes(said.get("fastly_token", ""))):
        yield from _moment(int(match[1], 16))


def _lifetimes(said: Mapping[str, str]) -> Iterator[datetime]:
    """Yield when signatures end that say when they begin and how many seconds they last."""
    for name, value in said.items():
        lasts = said.get(name.replace("-date", "-expires"), "")
        if _SIGNED_FROM.fullmatch(name) and re.fullmatch(r"\d{1,9}", lasts):
            for begins in _date(value):
                yield from _moment(begins.timestamp() + int(lasts))


def _policies(said: Mapping[str, str]) -> Iterator[datetime]:
    policy = _json(said.get("policy", "").replace("~", "/").replace("_", "=").replace("-", "+"))
    for key in ("Statement", 0, "Condition", "DateLessThan"):
        policy = _inside(policy, key)
    yield from _end_of(policy, "AWS:EpochTime")


def _inside(value: Any, key: str | int) -> Any:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and value else None


def _end_of(values: Any, name: str) -> Iterator[datetime]:
    end = _inside(values, name)
    if isinstance(end, int | float) and not isinstance(end, bool):
        yield from _moment(end)


def _json(encoded: str) -> Any:
    """Return what base64 holds as JSON, None when it holds none."""
    try:
        return msgspec.json.decode(_bytes(encoded))
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None


def _bytes(encoded: str) -> bytes:
    """Return what base64 with either alphabet holds, nothing when it is none."""
    letters = encoded.replace("+", "-").replace("/", "_").rstrip("=")
    try:
        return urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    except (ValueError, binascii.Error):
        return b""


def _date(text: str) -> Iterator[datetime]:
    # In a query a plus stands for a space; a zone's is one that was not escaped.
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return
    yield from _moment((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def soon(video: Video, now: datetime) -> Issue | None:
    """Return a warning when a video's address stops working within a week of `now`, else None."""
    if video.expires is None or video.expires - now > SOON:
        return None
    over = video.expires <= now
    when = f"{video.expires.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    message = (
        f"The video's address stopped working on {when}; its page is read anew."
        if over
        else f"The video's address stops working on {when}; it is read anew from the page before then."
    )
    fix = "Give the article an address that lasts: one without a signature, or signed for longer than a week."
    return Issue("warning", "video_expires", video.url, message, fix)


def renew_at(video: Video, now: datetime) -> datetime | None:
    """Return when to read the page again: a quarter of the life that is left before its end, None for never.

    That is ten minutes before at least, and at once when less is left.
    """
    if video.expires is None:
        return None
    left = video.expires - now
    return max(now, video.expires - max(left / 4, _LEAST_MARGIN))
