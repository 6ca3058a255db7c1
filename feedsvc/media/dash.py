"""DASH manifests as values. Pure: text in, values out; nothing is opened and nothing raised.

The format is ISO/IEC 23009-1; its schema and examples: https://github.com/MPEGGroup/DASHSchema, and how it is
used: https://dashif.org/guidelines/.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Literal

from msgspec import Struct

from feedsvc.media import hls
from feedsvc.media.hls import Piece, Segment
from feedsvc.media.manifests import Element, children, root, whole

Kind = Literal["video", "audio", ""]
_RUNGS, _PERIODS, _ENTRIES = 40, 200, 20_000
# So many segments of a rung are named, evenly spread: enough for a sample and for a picture to choose from.
_NAMED = 16
_DURATION = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,9})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d{1,12})?)S)?)?"
)
_UNITS = (31_536_000, 2_592_000, 604_800, 86_400, 3600, 60, 1)
_FIELD = re.compile(r"\$(?:(RepresentationID|Number|Time|Bandwidth)(?:%0(\d{1,2})d)?)?\$")
_PICTURES = re.compile(r"(?:avc|hvc|hev|vp0?[89]|av01|dv[ah]|mp4v|vvc)", re.I)
_SOUNDS = re.compile(r"(?:mp4a|[ae]c-[34]|opus|vorbis|flac|dts|alac)", re.I)
_TRICKS = "trickmode"
_INHERITED = ("mimeType", "codecs", "width", "height", "contentType", "lang")


class Rung(Struct, frozen=True):
    """One representation; bits a second, pixels, seconds. `segments` are the first and some of the others."""

    kind: Kind
    bandwidth: int = 0
    width: int = 0
    height: int = 0
    codecs: str = ""
    mime: str = ""
    language: str = ""
    seconds: float = 0.0
    segments: tuple[Segment, ...] = ()

    @property
    def foreign(self) -> bool:
        """Tell whether it says of itself that it is in a codec or file that TVs need not have."""
        return "webm" in self.mime or hls.foreign(self.codecs)


class Manifest(Struct, frozen=True):
    """What a manifest says; `encryption` names the scheme, `live` one that has not ended."""

    rungs: tuple[Rung, ...] = ()
    seconds: float = 0.0
    live: bool = False
    encryption: str = ""

    def top(self, kind: Kind) -> Rung | None:
        """Return the best rung of that kind a TV can play, else the best there is, None if there is none."""
        rungs = (rung for rung in self.rungs if rung.kind == kind)
        return max(rungs, key=lambda r: (not r.foreign, r.height, r.bandwidth), default=None)


def read(text: str, base: str) -> Manifest:
    """Return what the manifest at the address `base` says; what cannot be understood is passed over."""
    mpd = root(text, "MPD")
    if mpd is None:
        return Manifest()
    address = _address(mpd, base)
    stated = _seconds(mpd.get("mediaPresentationDuration"))
    spans = list(_spans(list(islice(children(mpd, "Period"), _PERIODS)), stated))
    # An advert has pictures too, but the film's own period is the longest.
    told = (tuple(islice(_rungs(p, _address(p, address), length), _RUNGS)) for p, length in spans)
    rungs = max(told, key=lambda rungs: (any(r.kind == "video" for r in rungs), _longest(rungs)), default=())
    return Manifest(
        rungs=rungs,
        seconds=stated or sum(length for _, length in spans) or _longest(rungs),
        live=_is_live(mpd),
        encryption=next(_encryptions(mpd), ""),
    )


def _spans(periods: list[Element], total: float) -> Iterator[tuple[Element, float]]:
    """Yield each period and its length: said, or told by where the next one or the whole ends."""
    ends = [*(_seconds(period.get("start")) for period in periods[1:]), total]
    begins = 0.0
    for period, end in zip(periods, ends, strict=False):
        begins = _seconds(period.get("start")) or begins
        length = _seconds(period.get("duration")) or max(0.0, end - begins)
        yield period, length
        begins += length


def _is_live(mpd: Element) -> bool:
    """Tell whether a presentation goes on; one that was live says how long it was and will not change."""
    return mpd.get("type") == "dynamic" and not (
        _seconds(mpd.get("mediaPresentationDuration")) and mpd.get("minimumUpdatePeriod") is None
    )


def _seconds(duration: str | None) -> float:
    """Return an ISO 8601 duration in seconds, zero for none."""
    match = _DURATION.fullmatch((duration or "").strip())
    parts = match.groups() if match else ()
    return sum(float(part) * unit for part, unit in zip(parts, _UNITS, strict=False) if part)


def _longest(rungs: Iterable[Rung]) -> float:
    return max((rung.seconds for rung in rungs), default=0.0)


def _encryptions(mpd: Element) -> Iterator[str]:
    for protection in mpd.iter("{*}ContentProtection"):
        yield (protection.get("value") or protection.get("schemeIdUri") or "ContentProtection")[:60]


def _address(element: Element, base: str) -> str:
    """Return what addresses in an element are relative to; of several servers the first."""
    said = next(children(element, "BaseURL"), None)
    reference = (said.text or "").strip() if said is not None else ""
    return hls.absolute(base, reference) if reference else base


def _rungs(period: Element, base: str, seconds: float) -> Iterator[Rung]:
    timelines: _Timelines = {}
    for group in children(period, "AdaptationSet"):
        if any(_TRICKS in (e.get("schemeIdUri") or "") for e in children(group, "EssentialProperty")):
            continue
        address = _address(group, base)
        for rung in children(group, "Representation"):
            levels = period, group, rung
            yield _rung(levels, _named(levels, _address(rung, address), seconds, timelines))


def _rung(levels: tuple[Element, ...], named: "_Named") -> Rung:
    said = {name: value for level in levels for name in _INHERITED if (value := level.get(name))}
    width, height = whole(said.get("width")), whole(said.get("height"))
    return Rung(
        kind=_kind(said, height),
        bandwidth=whole(levels[-1].get("bandwidth")),
        width=width,
        height=height,
        codecs=said.get("codecs", ""),
        mime=said.get("mimeType", "").lower(),
        language=said.get("lang", ""),
        seconds=named.seconds,
        segments=named.segments,
    )


def _kind(said: Mapping[str, str], height: int) -> Kind:
    mime = said.get("mimeType", "").lower()
    for kind in (said.get("contentType", "").lower(), mime.partition("/")[0]):
        if kind in ("video", "audio"):
            return "video" if kind == "video" else "audio"
        if kind in ("text", "image"):
            return ""
    codecs = said.get("codecs", "")
    if _PICTURES.match(codecs) or (height and not codecs):
        return "video"
    return "audio" if _SOUNDS.match(codecs) else ""


class _Named(Struct, frozen=True):
    """Some of a rung's segments, and how long all of them are."""

    segments: tuple[Segment, ...]
    seconds: float


class _Places(Struct, frozen=True):
    """Number, start and length in ticks of some segments of a timeline, and how many ticks it has."""

    some: tuple[tuple[int, int, int], ...]
    ticks: int


# Rungs share timelines: each is read once, or a small file would make a great deal of work.
_Timelines = dict[Element, _Places]


def _named(levels: tuple[Element, ...], base: str, seconds: float, timelines: _Timelines) -> _Named:
    """Return some segments of a rung; each way of naming them may be said at any level."""
    if templates := [t for level in levels for t in children(level, "SegmentTemplate")]:
        rung = levels[-1]
        known = {
            "RepresentationID": rung.get("id") or "",
            "Bandwidth": str(whole(rung.get("bandwidth"))),
        }
        return _by_template(templates, base, known, _places(templates, seconds, timelines))
    if lists := [one for level in levels for one in children(level, "SegmentList")]:
        return _by_list(lists, base, seconds)
    # The whole rung is one file, which begins with what a decoder must know.
    return _Named((Segment(Piece(base), seconds),), seconds)


def _places(templates: list[Element], seconds: float, timelines: _Timelines) -> _Places:
    end = int(seconds * (whole(_attribute(templates, "timescale")) or 1))
    timeline = next((t for level in reversed(templates) for t in children(level, "SegmentTimeline")), None)
    if timeline is None:
        length = whole(_attribute(templates, "duration"))
        alike = _Run(0, 0, length, max(1, -(-end // length)) if length else 1)
        return _Places(tuple(_spread([alike])), end)
    if timeline not in timelines:
        runs = _runs(timeline, end)
        ticks = sum(run.length * run.alike for run in runs)
        timelines[timeline] = _Places(tuple(_spread(runs)), ticks)
    return timelines[timeline]


def _attribute(levels: Iterable[Element], name: str) -> str:
    return next((value for level in reversed([*levels]) if (value := level.get(name))), "")


def _by_template(levels: list[Element], base: str, known: Mapping[str, str], places: _Places) -> _Named:
    media, first = _attribute(levels, "media"), _attribute(levels, "initialization")
    scale = whole(_attribute(levels, "timescale")) or 1
    init = Piece(hls.absolute(base, _filled(first, known))) if first else _initialization(levels, base)
    number = whole(_attribute(levels, "startNumber"), 1)
    segments = []
    for index, start, ticks in places.some:
        place = {**known, "Number": str(number + index), "Time": str(start)}
        segments.append(Segment(Piece(hls.absolute(base, _filled(media, place))), ticks / scale, init))
    return _Named(tuple(segments), places.ticks / scale)


class _Run(Struct, frozen=True):
    """Segments alike: how many came `before`; ticks where the first starts, and each one's length."""

    before: int
    start: int
    length: int
    alike: int


def _runs(timeline: Element, end: int) -> list[_Run]:
    runs, before, clock = [], 0, 0
    for entry in islice(children(timeline, "S"), _ENTRIES):
        clock = whole(entry.get("t"), clock)
        length = whole(entry.get("d"))
        open_end = (entry.get("r") or "").startswith("-")
        alike = max(1, (end - clock) // length) if open_end and length else whole(entry.get("r")) + 1
        runs.append(_Run(before, clock, length, alike))
        before, clock = before + alike, clock + length * alike
    return runs


def _spread(runs: list[_Run]) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and length of up to so many segments, evenly spread over the runs."""
    wanted = _evenly(sum(run.alike for run in runs))
    for run in runs:
        while wanted and wanted[0] < run.before + run.alike:
            index = wanted.pop(0)
            yield index, run.start + (index - run.before) * run.length, run.length


def _evenly(count: int) -> list[int]:
    return sorted({count * n // _NAMED for n in range(_NAMED)}) if count else []


def _by_list(levels: list[Element], base: str, seconds: float) -> _Named:
    scale = whole(_attribute(levels, "timescale")) or 1
    length = whole(_attribute(levels, "duration")) / scale
    init = _initialization(levels, base)
    named = [url for level in levels for url in islice(children(level, "SegmentURL"), _ENTRIES)]
    segments = [
        Segment(_piece(hls.absolute(base, url.get("media") or ""), url.get("mediaRange")), length, init)
        for url in (named[index] for index in _evenly(len(named)))
    ]
    return _Named(tuple(segments), seconds or length * len(named))


def _initialization(levels: list[Element], base: str) -> Piece | None:
    found = next((i for level in reversed(levels) for i in children(level, "Initialization")), None)
    if found is None:
        return None
    return _piece(hls.absolute(base, found.get("sourceURL") or ""), found.get("range"))


def _piece(url: str, span: str | None) -> Piece:
    """Return the bytes ``first-last`` of a file, or all of it."""
    first, _, last = (span or "").partition("-")
    if not last:
        return Piece(url)
    return Piece(url, whole(first), max(0, whole(last) - whole(first) + 1))


def _filled(template: str, known: Mapping[str, str]) -> str:
    """Return a template with its ``$fields$`` filled in; ``$$`` stands for a dollar."""

    def field(match: re.Match[str]) -> str:
        value = known.get(match[1], "") if match[1] else "$"
        return value.zfill(min(int(match[2]), 40)) if match[2] and value.isdecimal() else value

    return _FIELD.sub(field, template)
