"""Embedded players whose provider has a public rule that leads from an id to a stream.

A page names the provider's public address for a video (feedsvc/pages/players.py); here it becomes what a TV
can play. JW Player's and Kaltura's addresses are streams already; the others are asked once:
https://apis.support.brightcove.com/playback/getting-started/overview-playback-api.html (Brightcove),
https://dev.arcxp.com/ (Arc XP, ``findByUuid``).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds.model import Issue, Video
from feedsvc.http import FetchError

CODES: Mapping[str, str] = {
    "video_embed_key": "a video is in an account of a provider whose key is not in the settings",
    "video_embed_refused": "the provider of an embedded video does not give a stream that a TV can play",
}
Ask = Callable[[str, str], bytes]
_MOST = 12
_BRIGHTCOVE = re.compile(
    r"https://edge\.api\.brightcove\.com/playback/v1/accounts/(\d{1,20})/videos/[^/?#\s]{1,200}"
)
_ARC = re.compile(
    r"https://[\w.-]{1,100}\.arcpublishing\.com/[a-z/]{0,20}v1/ansvideos/findByUuid\?uuid=[0-9a-f-]{36}"
)
_KINDS = (
    (0, re.compile(r"mpegurl|\.m3u8$|^hls$|^ts$", re.I)),
    (1, re.compile(r"video/(?:mp4|quicktime|x-m4v)|\.(?:mp4|m4v|mov)$|^mp4$", re.I)),
    (2, re.compile(r"dash\+xml|\.mpd$|^dash$", re.I)),
    (3, re.compile(r"ms-sstr|\.ism/manifest$|^smooth$", re.I)),
)


class _Stream(Struct, frozen=True):
    """What a provider says of a stream; the lower its `kind`, the better for a TV."""

    kind: int
    locked: bool
    video: Video


class _Refused(Exception):
    """Why a provider gives no stream: an issue's code, message and fix."""


def provider(url: str) -> str:
    """Return whose embed an address is that must be resolved before it is probed, "" for any other."""
    return "Brightcove" if _BRIGHTCOVE.fullmatch(url) else "Arc XP" if _ARC.fullmatch(url) else ""


def resolve(video: Video, ask: Ask, keys: Mapping[str, str]) -> tuple[Video, ...] | Issue:
    """Return the streams behind an embed's public address, best for a TV first; any other video as it is.

    `ask` fetches an address with an Accept header and may raise FetchError; `keys` are Brightcove's policy
    keys by account. The issue is an error with a code of `CODES`, or `video_fetch`. Never raises.
    """
    try:
        if account := _BRIGHTCOVE.fullmatch(video.url):
            accept = f"application/json;pk={_key(keys, account[1])}"
            return _best(video, "Brightcove", _brightcove(_answer(ask, video.url, accept, "Brightcove")))
        if _ARC.fullmatch(video.url):
            return _best(video, "Arc XP", _arc(_answer(ask, video.url, "application/json", "Arc XP")))
    except _Refused as refused:
        code, message, fix = refused.args
        return Issue("error", code, video.url, message, fix)
    return (video,)


def _key(keys: Mapping[str, str], account: str) -> str:
    key = keys.get(account, "").strip()
    # A key is letters, digits and a few signs; anything else would be another header.
    if re.fullmatch(r"[\x21-\x7e]{1,500}", key):
        return key
    raise _Refused(
        "video_embed_key",
        f"The video is in the Brightcove account {account}, whose policy key is not in the settings.",
        f'Add `"{account}" = "<policy key>"` under `[embeds.brightcove]` in the settings.',
    )


def _answer(ask: Ask, url: str, accept: str, provider: str) -> Any:
    try:
        return msgspec.json.decode(ask(url, accept))
    except FetchError as error:
        raise _failure(provider, error) from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _odd(provider) from error


def _failure(provider: str, error: FetchError) -> _Refused:
    if error.code == "fetch_forbidden":
        return _Refused(
            "video_embed_refused",
            f"{provider} refuses to give the video.",
            f"See in {provider} whether the video may be played everywhere and on any site, and whether the "
            "key in the settings is the account's.",
        )
    if error.code == "fetch_not_found":
        message = f"{provider} has no such video, or it is not published."
        return _Refused("video_embed_refused", message, f"Publish it in {provider}, or embed another.")
    message = f"{provider} could not be asked for the video. {error.message}"
    return _Refused("video_fetch", message, error.fix)


def _odd(provider: str) -> _Refused:
    return _Refused(
        "video_embed_refused",
        f"{provider} names no stream of the video.",
        f"See in {provider} whether the video is finished, or give the article an MP4 or HLS file.",
    )


def _best(video: Video, provider: str, streams: Iterator[_Stream]) -> tuple[Video, ...]:
    told = list(streams)
    found = [stream for stream in told if not stream.locked and stream.video.url.startswith("https://")]
    if told and not found and all(stream.locked for stream in told):
        message = f"{provider} gives the video only with DRM, which a feed's readers cannot play."
        raise _Refused("video_embed_refused", message, f"Let {provider} offer it as clear HLS or MP4, too.")
    if not found:
        raise _odd(provider)
    unique = {stream.video.url: stream for stream in sorted(found, key=_for_a_tv)}
    return tuple(
        replace(
            stream.video,
            language=video.language,
            duration=stream.video.duration or video.duration,
            embed=video.url,
        )
        for stream in [*unique.values()][:_MOST]
    )


def _for_a_tv(stream: _Stream) -> tuple[int, bool, int, int]:
    height, rate = stream.video.height or 0, stream.video.bitrate or 0
    return stream.kind, height > 1080 or rate > 10_000, -height, -rate


def _brightcove(answer: Any) -> Iterator[_Stream]:
    problems = answer if isinstance(answer, list) else _list(answer, "errors")
    if problems and isinstance(problems[0], dict) and not _list(answer, "sources"):
        why = str(problems[0].get("error_subcode") or problems[0].get("error_code") or "")[:60]
        raise _Refused(
            "video_embed_refused",
            f"Brightcove refuses to give the video ({why})." if why else "Brightcove refuses to give it.",
            "See in Brightcove whether the video may be played everywhere and on any site.",
        )
    length = _number(answer, "duration") / 1000
    for source in _list(answer, "sources"):
        locked = bool(_field(source, "key_systems")) or _text(source, "container") == "WVM"
        kind = _text(source, "type") or f"video/{_text(source, 'container')}"
        yield from _stream(source, _text(source, "src"), kind, "avg_bitrate", length, locked)


def _arc(answer: Any) -> Iterator[_Stream]:
    found = answer[0] if isinstance(answer, list) and answer else answer
    if "live" in (_text(found, "status"), _text(found, "video_type")):
        message = "The video is a live stream, not a recorded film."
        raise _Refused("video_embed_refused", message, "Embed the recording in Arc XP once there is one.")
    for source in _list(found, "streams"):
        kind = _text(source, "stream_type")
        yield from _stream(source, _text(source, "url"), kind, "bitrate", 0, False)


def _stream(source: Any, url: str, kind: str, rate: str, length: float, locked: bool) -> Iterator[_Stream]:
    try:
        path = urlsplit(url).path
    except ValueError:
        return
    for rank, said in _KINDS:
        if said.search(kind) or said.search(path):
            bits = int(_number(source, rate))
            yield _Stream(
                rank,
                locked,
                Video(
                    url=url,
                    # Brightcove counts bits, Arc XP thousands of them.
                    bitrate=(bits // 1000 if bits > 100_000 else bits) or None,
                    width=int(_number(source, "width")) or None,
                    height=int(_number(source, "height")) or None,
                    duration=length or None,
                ),
            )
            return


def _field(of: Any, name: str) -> Any:
    return of.get(name) if isinstance(of, dict) else None


def _list(of: Any, name: str) -> list[Any]:
    found = _field(of, name)
    return found if isinstance(found, list) else []


def _text(of: Any, name: str) -> str:
    found = _field(of, name)
    return found.strip() if isinstance(found, str) else ""


def _number(of: Any, name: str) -> float:
    found = _field(of, name)
    return found if isinstance(found, int | float) and not isinstance(found, bool) and 0 < found < 1e10 else 0
