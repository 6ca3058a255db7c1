"""Captions as newsrooms have them, read and repaired, and written as what a TV takes.

SRT is what Roku shows beside any film; WebVTT is for browsers.
"""

import codecs
from html import escape

from feeds import wording
from feeds.model import Issue
from feeds.wording import Wording
from feedsvc import charsets
from feedsvc.captions import timed, ttml
from feedsvc.captions.track import Cue, Track, repaired

__all__ = ["CODES", "LARGEST", "Cue", "Track", "issue", "read", "srt", "vtt"]

LARGEST = 5_000_000  # a day of words

# What can go wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "caption_fetch": (
        "The captions cannot be had: {}",
        "See whether the address works in a browser.",
    ),
    "caption_not_captions": (
        "The address gives a web page or another file instead of captions.",
        "Give the address of an SRT, WebVTT, TTML or SBV file.",
    ),
    "caption_empty": (
        "There is nothing in the captions file that could be shown.",
        "Export the captions again.",
    ),
    "caption_too_large": (
        "The captions file is too large to be one.",
        "Give the address of an SRT, WebVTT, TTML or SBV file.",
    ),
    "caption_cues_lost": (
        "Captions without a time that can be read were left out: {}.",
        "Write times as 00:01:02,500 --> 00:01:04,000.",
    ),
}
CODES = wording.meanings(_SAYS)

_WIDE = ((b"-\0-\0>\0", codecs.BOM_UTF16_LE), (b"\0-\0-\0>", codecs.BOM_UTF16_BE))
_PAGES = ("<!doctype html", "<html", "<head", "<body", "#extm3u", "{", "%pdf")


def issue(code: str, where: str = "", detail: object = "") -> Issue:
    """Return what to tell the producer about the captions at `where`; the article is shown without them."""
    return wording.issue(_SAYS, "warning", code, where, detail)


def read(data: bytes, language: str = "") -> Track | Issue:
    """Return the captions in a WebVTT, SRT, TTML or SBV file, or why there are none.

    Whatever the file calls itself, its content decides. `language` is believed before what the file says.
    Never raises.
    """
    if len(data) > LARGEST:
        return issue("caption_too_large")
    text = charsets.utf8(_marked(data)).decode("utf-8", "replace").lstrip("\ufeff\n\r\t ")
    if ttml.is_ttml(text):
        cues, said, lost = ttml.read(text)
    else:
        found = timed.read(_lines(text))
        cues, said, lost = found.cues, found.language, found.lost
    if shown := repaired(cues):
        issues = (issue("caption_cues_lost", detail=lost),) if lost else ()
        return Track(shown, language or said, issues)
    return issue(
        "caption_empty" if not text or ttml.is_ttml(text) or _begins(text) else "caption_not_captions"
    )


def srt(track: Track) -> bytes:
    """Return the track as SRT: UTF-8 without a mark, newlines; it is read back to the same cues."""
    cues = enumerate(repaired(track.cues), 1)
    blocks = (f"{n}\n{_time(c.start, ',')} --> {_time(c.end, ',')}\n{c.text}\n" for n, c in cues)
    return "\n".join(blocks).encode("utf-8", "replace")


def vtt(track: Track) -> bytes:
    """Return the track as WebVTT: UTF-8 without a mark, newlines; it is read back to the same cues."""
    blocks = (
        f"{_time(c.start, '.')} --> {_time(c.end, '.')}\n{escape(c.text, quote=False)}\n"
        for c in repaired(track.cues)
    )
    return "\n".join(("WEBVTT\n", *blocks)).encode("utf-8", "replace")


def _time(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{ms:03}"


def _marked(data: bytes) -> bytes:
    """Return UTF-16 with the byte order mark that an old editor left out; its arrows give it away."""
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data
    places = ((data.find(arrow), mark) for arrow, mark in _WIDE)
    return next((mark + data for place, mark in places if place >= 0 and place % 2 == 0), data)


def _lines(text: str) -> str:
    # An editor that turned LF into CR LF twice leaves CR CR LF.
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _begins(text: str) -> bool:
    """Tell whether a text without a cue was to become captions."""
    return text.startswith("WEBVTT") or ("-->" in text and not text.lower().startswith(_PAGES))
