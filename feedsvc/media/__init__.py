"""What a film is, and a good picture out of it, told by its own bytes: names and headers are not believed."""

import codecs
import io
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from msgspec import Struct
from msgspec.structs import replace

from feeds.model import Issue, Quality, Video
from feedsvc.http import FetchError, Validator
from feedsvc.media import dash, embeds, hls, mp4, signed, smooth
from feedsvc.media.footage import (
    DAMAGE,
    LARGEST,
    Files,
    Limits,
    Opened,
    OpenUrl,
    Unfit,
    decode,
    decoded,
    moving,
    playlist,
    text,
)
from feedsvc.media.posters import frame as frame

CODES: Mapping[str, str] = {
    "video_fetch": "the video, or a file it needs, cannot be had from its server",
    "video_not_a_film": "the address gives a web page or another file instead of a film",
    "video_type": "a kind of film that a Roku feed cannot name, such as WebM",
    "video_codec": "picture or sound is coded in a way Roku players do not decode",
    "video_too_large": "the picture has more pixels than Roku players decode",
    "video_encrypted": "the film is encrypted",
    "video_live": "a live stream, which has no length",
    "video_empty": "there is nothing in it: no bytes, no segments, or no seconds",
    "video_truncated": "the file ends before the film does",
    "video_no_picture": "sound without moving pictures",
    "video_broken": "the film is damaged: it cannot be read or decoded",
    **signed.CODES,
    **embeds.CODES,
    "video_too_much": "examining it would take more time, bytes or files than allowed",
}

_AS_MP4 = "Offer the video as an MP4 (H.264 picture, AAC sound) or as HLS."
_AGAIN = "Export and upload the video again."
# H.264 level 4.2 allows 8,704 macroblocks of 256 pixels; HEVC plays up to 4K, in 10 bits too.
_PICTURES: Mapping[str, tuple[frozenset[str], int]] = {
    "h264": (frozenset({"yuv420p", "yuvj420p"}), 8704 * 256),
    "hevc": (frozenset({"yuv420p", "yuvj420p", "yuv420p10le"}), LARGEST),
}
_SOUNDS = frozenset({"aac", "ac3", "eac3", "ac4", "alac", "mp3"})
_SHORTEST = 0.5
_HEAD = 4096
_FRAGMENT = re.compile(rb"(?s).{4}(?:moof|styp|sidx|uuid)")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Probe(Struct, frozen=True):
    """What a film is, or why it will not play; `validator` asks next time whether it is still that file.

    `failure` is the code of the FetchError that kept it from being looked at.
    """

    found: Video | Issue
    validator: Validator = Validator()
    failure: str = ""


def probe(
    video: Video,
    open_url: OpenUrl,
    limits: Limits = Limits(),  # noqa: B008
    clock: Callable[[], float] = time.monotonic,
) -> Video | Issue:
    """Return `video` with what its bytes say: type to language, and size; or why it will not play.

    `open_url` gives a seekable file for an address; it may raise FetchError or OSError. The issue is an
    error with a code of `CODES`, and names the video's address. Never raises.
    """
    return probed(video, open_url, limits, clock).found


def probed(
    video: Video,
    open_url: OpenUrl,
    limits: Limits = Limits(),  # noqa: B008
    clock: Callable[[], float] = time.monotonic,
    *,
    live: bool = False,
) -> Probe:
    """Return what `probe` does, and what to ask the server before it is probed again.

    The validator is empty when the server names no versions, and for files of our own, which never change.
    With `live` an HLS stream that goes on will do: it has no length.
    """
    with Files(open_url, limits, clock, live=live) as files:
        version = Validator()
        try:
            file = files.open(video.url)
            version = file.validator
            ends = signed.expires(video.url) or video.expires
            return Probe(_prober(file)(replace(video, expires=ends), file, files), version)
        except Unfit as unfit:
            return Probe(Issue("error", unfit.code, video.url, unfit.message, unfit.fix), version)
        except FetchError as error:
            message = f"The video cannot be fetched. {error.message}"
            return Probe(Issue("error", "video_fetch", video.url, message, error.fix), failure=error.code)
        except DAMAGE as error:
            return Probe(_damaged(video.url, error), version)


def _damaged(url: str, error: Exception) -> Issue:
    if isinstance(error, OSError) and not isinstance(error, av.FFmpegError):
        message = "The video, or a file it needs, cannot be opened."
        return Issue("error", "video_fetch", url, message, "See whether the address works in a browser.")
    return Issue("error", "video_broken", url, "The video file is damaged and cannot be read.", _AGAIN)


Prober = Callable[[Video, Opened, Files], Video]


def _prober(file: io.BufferedReader) -> Prober:
    """Return what examines a film that begins as `file` does."""
    head = file.read(_HEAD)
    head = decode(head).encode() if head.startswith(_UTF16) else head
    file.seek(0)
    if not head.strip(b"\x00"):
        raise Unfit("video_empty", "There is nothing in the video file.", _AGAIN)
    name, prober = next(((name, prober) for name, begins, prober in _KINDS if begins.match(head)), ("", None))
    if prober:
        return prober
    if name:
        raise Unfit("video_type", f"The video is {name}, which a Roku feed cannot carry.", _AS_MP4)
    raise Unfit(
        "video_not_a_film",
        "The address of the video gives a web page or another file, not a film.",
        "Link the video file itself: an MP4 or an HLS playlist (.m3u8).",
    )


def _mp4(video: Video, file: Opened, files: Files) -> Video:
    layout = mp4.look(file)
    _check_layout(layout)
    file.seek(0)
    with files.demux(file, "mov") as container:
        seconds = (container.duration or 0) / av.time_base
        return replace(
            _seen(video, container, seconds),
            type=layout.type,
            size=layout.size,
            bitrate=(container.bit_rate or 0) // 1000 or None,
        )


def _check_layout(layout: mp4.Layout) -> None:
    if layout.still:
        raise Unfit("video_not_a_film", "The file is a picture, not a film.", "Link the video file itself.")
    if layout.locked:
        raise _locked("")
    if layout.cut:
        raise Unfit("video_truncated", "The video file is cut off: its end is missing.", _AGAIN)
    if not layout.indexed:
        raise Unfit("video_broken", "The video file has no index (moov).", _AGAIN)


def _hls(video: Video, file: Opened, files: Files) -> Video:
    ladder = playlist(file, video.url)
    _check_playlist(ladder)
    rung = ladder.top()
    film = files.playlist(rung.url) if rung else ladder
    _check_playlist(film)
    if film.stills:
        message = "The HLS playlist holds only the key pictures of a film, for winding."
        raise Unfit("video_not_a_film", message, "Link the master playlist, or the film's own.")
    if not film.segments:
        raise Unfit("video_empty", "The HLS playlist names no segments.", "Publish the stream again.")
    if not film.ended and not files.live:
        raise _live("its playlist ends with #EXT-X-ENDLIST")
    # The oldest segments of a stream that goes on may be gone by now.
    with files.sample(film.segments[0 if film.ended else -1]) as container:
        seen = _seen(video, container, film.seconds)
    if rung and rung.sound in ladder.sounds:
        _check_rendition(ladder.sounds[rung.sound], files)
    bitrate = rung.bandwidth // 1000 or None if rung else None
    length = seen.duration if film.ended else None
    return replace(seen, type="HLS", bitrate=bitrate, size=None, duration=length)


def _live(how: str) -> Unfit:
    message = "The video is a live stream, not a recorded film."
    return Unfit("video_live", message, f"Use the recording's address; {how}.")


def _dash(video: Video, file: Opened, files: Files) -> Video:
    film = dash.read(text(file), file.url)
    if film.encryption:
        raise _locked(f" ({film.encryption})")
    if film.live:
        raise _live('its manifest says type="static"')
    top, sound = film.top("video"), film.top("audio")
    first = top.first if top else None
    if top is None or first is None:
        raise _without_pictures("DASH", sound is not None)
    with files.sample(first) as container:
        seen = _seen(video, container, film.seconds)
    if sound and sound.first:
        with files.sample(sound.first) as container:
            _check_sound(container)
    spoken = seen.language or (sound.language if sound else "")
    return replace(seen, type="DASH", bitrate=top.bandwidth // 1000 or None, size=None, language=spoken)


def _without_pictures(kind: str, heard: bool) -> Unfit:
    if heard:
        return Unfit("video_no_picture", f"The {kind} manifest names sound but no pictures.", _AS_MP4)
    return Unfit("video_empty", f"The {kind} manifest names no film.", "Publish the stream again.")


def _smooth(video: Video, file: Opened, files: Files) -> Video:
    """Return what a Smooth manifest says: its fragments lack what a decoder must know, so none is decoded."""
    film = smooth.read(text(file), file.url)
    if film.encryption:
        raise _locked(f" ({film.encryption})")
    if film.live:
        raise _live("its manifest does not say IsLive")
    top, sound = film.top("video"), film.top("audio")
    if top is None:
        raise _without_pictures("Smooth", sound is not None)
    if film.seconds < _SHORTEST:
        raise Unfit("video_empty", "The video is zero seconds long.", _AGAIN)
    _check_levels(top, sound)
    if not _FRAGMENT.match(files.open(top.fragment).read(_HEAD)):
        raise Unfit("video_broken", "A fragment of the Smooth stream is no MP4 fragment.", _AGAIN)
    return replace(
        video,
        type="SMOOTH",
        quality=_quality(top.height),
        bitrate=top.bandwidth // 1000 or None,
        width=top.width or None,
        height=top.height or None,
        duration=round(film.seconds, 3),
        size=None,
        language=video.language or (sound.language if sound else ""),
    )


def _check_levels(top: smooth.Rung, sound: smooth.Rung | None) -> None:
    for rung, what in ((top, "picture"), (sound, "sound")):
        if rung and rung.foreign:
            how = rung.fourcc or "something unknown"
            raise Unfit("video_codec", f"The {what} is coded as {how}, which Roku does not play.", _AS_MP4)
    codec = "hevc" if top.fourcc in ("HEVC", "HVC1", "HEV1") else "h264"
    _check_size(top.width, top.height, _PICTURES[codec][1])


def _headless(video: Video, file: Opened, files: Files) -> Video:
    message = "The HLS playlist does not begin with #EXTM3U, as players require."
    raise Unfit("video_broken", message, "Publish the stream again.")


def _check_playlist(playlist: hls.Playlist) -> None:
    if playlist.encryption:
        raise _locked(f" ({playlist.encryption})")


def _check_rendition(url: str, files: Files) -> None:
    """Refuse sound that is in a playlist of its own and cannot be had or decoded."""
    sound = files.playlist(url)
    _check_playlist(sound)
    if sound.segments:
        with files.sample(sound.segments[0]) as container:
            _check_sound(container)


def _locked(how: str) -> Unfit:
    message = f"The video is encrypted{how}; a feed's readers have no key."
    return Unfit("video_encrypted", message, "Publish the video without encryption or DRM.")


def _seen(video: Video, container: InputContainer, seconds: float) -> Video:
    """Return `video` with what can be seen in its bytes, once it has been seen to play."""
    stream = moving(container)
    if stream is None and container.streams.audio:
        raise Unfit("video_no_picture", "The file has sound but no moving pictures.", "Link the film itself.")
    if stream is None or seconds < _SHORTEST:
        raise Unfit("video_empty", "The video is zero seconds long.", _AGAIN)
    _check_picture(stream, container)
    _check_sound(container)
    return replace(
        video,
        quality=_quality(stream.height),
        width=stream.width,
        height=stream.height,
        duration=round(seconds, 3),
        language=video.language or _language(container),
    )


def _check_picture(stream: VideoStream, container: InputContainer) -> None:
    codec = _codec(stream)
    formats, most = _PICTURES.get(codec, (frozenset(), 0))
    if codec not in _PICTURES or (stream.pix_fmt and stream.pix_fmt not in formats):
        how = f"{codec} with {stream.pix_fmt} pixels" if codec in _PICTURES else codec
        raise Unfit("video_codec", f"The picture is coded as {how}, which Roku does not play.", _AS_MP4)
    _check_size(stream.width, stream.height, most)
    if not stream.width or not next(decoded(container, stream), None):
        raise Unfit("video_broken", "Not one picture of the video can be decoded.", _AGAIN)


def _check_size(width: int, height: int, most: int) -> None:
    if width * height > most:
        message = f"The picture is {width} x {height} pixels, more than Roku players decode."
        raise Unfit("video_too_large", message, "Offer the video in 1920 x 1080 pixels or fewer.")


def _check_sound(container: InputContainer) -> None:
    names = [_codec(stream) for stream in container.streams.audio]
    if names and not any(name in _SOUNDS or name.startswith("pcm_") for name in names):
        raise Unfit("video_codec", f"The sound is coded as {names[0]}, which Roku does not play.", _AS_MP4)


def _codec(stream: Any) -> str:
    # A stream in a codec that FFmpeg has no decoder for has no context, nor width nor height.
    return str(stream.codec_context.codec.canonical_name) if stream.codec_context else "something unknown"


def _language(container: InputContainer) -> str:
    spoken = (stream.language or "" for stream in container.streams.audio)
    return next((code for code in spoken if code not in ("", "und")), "")


def _quality(height: int) -> Quality:
    rungs: tuple[tuple[int, Quality], ...] = ((2160, "UHD"), (1080, "FHD"), (720, "HD"))
    return next((quality for least, quality in rungs if height >= least), "SD")


# One line a kind of film; one without a prober is known, and known not to play.
_KINDS: tuple[tuple[str, re.Pattern[bytes], Prober | None], ...] = (
    ("an HLS stream", hls.BEGINS, _hls),
    ("a damaged HLS stream", re.compile(rb"(?s)\s*#.{0,2000}#?EXT(M3U|INF|-X-)"), _headless),
    ("an MP4", re.compile(rb"(?s).{4}(ftyp|moov|mdat|wide|free|skip|pnot|uuid)"), _mp4),
    ("a DASH stream", dash.BEGINS, _dash),
    ("a Smooth stream", smooth.BEGINS, _smooth),
    ("a WebM or Matroska file", re.compile(rb"\x1aE\xdf\xa3"), None),
    ("an MPEG-TS file", re.compile(rb"(?s)G.{187}G"), None),
    ("an MPEG program stream", re.compile(rb"\x00\x00\x01[\xba\xb3]"), None),
    ("an AVI file", re.compile(rb"(?s)RIFF.{4}AVI "), None),
    ("a Flash file", re.compile(rb"FLV\x01|[CFZ]WS"), None),
    ("a Windows Media file", re.compile(rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), None),
    ("an Ogg file", re.compile(rb"OggS"), None),
    ("a sound file", re.compile(rb"(?s)ID3|fLaC|\xff[\xe2-\xf9]|RIFF.{4}WAVE"), None),
)
