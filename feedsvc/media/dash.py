"""DASH manifests as values. Pure: text in, values out; nothing is opened and nothing raised.

The format is ISO/IEC 23009-1; its schema and examples: https://github.com/MPEGGroup/DASHSchema, and how it is
used: https://dashif.org/guidelines/.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec import Struct

from feedsvc.media import hls
from feedsvc.media.hls import Piece, Segment
from feedsvc.media.manifests import Element, Kind, Manifest, begins, children, root, whole

BEGINS = begins(b"MPD")
_RUNGS, _PERIODS, _ENTRIES = 40, 200, 20_000
_SEGMENTS = 50_000  # a day of segments of two seconds
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


class Run(Struct, frozen=True):
    """Segments alike: how many came `before`; ticks where the first starts, and each one's length."""

    before: int
    start: int
    length: int
    alike: int


class Template(Struct, frozen=True):
    """Segments whose addresses are made from a pattern; of its fields only number and time are not known."""

    media: str
    base: str
    init: Piece | None
    fields: Mapping[str, str]
    number: int
    scale: int
    runs: tuple[Run, ...]

    def segments(self) -> Iterator[Segment]:
        """Yield each segment."""
        for run in self.runs:
            for index in range(run.alike):
                said = {
                    "Number": str(self.number + run.before + index),
                    "Time": str(run.start + index * run.length),
                }
                address = hls.absolute(self.base, _filled(self.media, {**self.fields, **said}))
                yield Segment(Piece(address), run.length / self.scale, self.init)


class Listed(Struct, frozen=True):
    """Segments that are named one by one: an address and perhaps a range of bytes, all of one length."""

    named: tuple[tuple[str, str], ...]
    base: str
    init: Piece | None
    length: float

    def segments(self) -> Iterator[Segment]:
        """Yield each segment."""
        for address, span in self.named:
            yield Segment(_piece(hls.absolute(self.base, address), span), self.length, self.init)


class Rung(Struct, frozen=True):
    """One representation; bits a second, pixels, seconds. `plan` is how its segments are named."""

    kind: Kind
    bandwidth: int = 0
    width: int = 0
    height: int = 0
    codecs: str = ""
    mime: str = ""
    language: str = ""
    seconds: float = 0.0
    plan: Template | Listed | None = None

    @property
    def first(self) -> Segment | None:
        """The first segment, None when it names none."""
        return next(self.plan.segments(), None) if self.plan else None

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments, as many as a day has."""
        return tuple(islice(self.plan.segments(), _SEGMENTS)) if self.plan else ()

    @property
    def foreign(self) -> bool:
        """Tell whether it says of itself that it is in a codec or file that TVs need not have."""
        return "webm" in self.mime or hls.foreign(self.codecs)


def read(text: str, base: str) -> Manifest[Rung]:
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
    read: _Read = {}
    for group in children(period, "AdaptationSet"):
        if any(_TRICKS in (e.get("schemeIdUri") or "") for e in children(group, "EssentialProperty")):
            continue
        address = _address(group, base)
        for rung in children(group, "Representation"):
            levels = period, group, rung
            yield _rung(levels, _plan(levels, _address(rung, address), seconds, read))


def _rung(levels: tuple[Element, ...], planned: tuple[Template | Listed, float]) -> Rung:
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
        seconds=planned[1],
        plan=planned[0],
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


# Rungs share timelines and lists: each is read once, or a small file would make a great deal of work.
_Read = dict[Element, tuple[Any, ...]]


def _plan(
    levels: tuple[Element, ...], base: str, seconds: float, read: _Read
) -> tuple[Template | Listed, float]:
    """Return how a rung's segments are named, and its length; each way may be said at any level."""
    if templates := [t for level in levels for t in children(level, "SegmentTemplate")]:
        return _template(templates, levels[-1], base, seconds, read)
    if lists := [one for level in levels for one in children(level, "SegmentList")]:
        return _listed(lists, base, seconds, read)
    # The whole rung is one file, which begins with what a decoder must know.
    return Listed((("", ""),), base, None, seconds), seconds


def _attribute(levels: Iterable[Element], name: str) -> str:
    return next((value for level in reversed([*levels]) if (value := level.get(name))), "")


def _template(
    levels: list[Element], rung: Element, base: str, seconds: float, read: _Read
) -> tuple[Template, float]:
    fields = {"RepresentationID": rung.get("id") or "", "Bandwidth": str(whole(rung.get("bandwidth")))}
    first = _attribute(levels, "initialization")
    scale = whole(_attribute(levels, "timescale")) or 1
    runs = _runs(levels, int(seconds * scale), read)
    plan = Template(
        media=_attribute(levels, "media"),
        base=base,
        init=Piece(hls.absolute(base, _filled(first, fields))) if first else _initialization(levels, base),
        fields=fields,
        number=whole(_attribute(levels, "startNumber"), 1),
        scale=scale,
        runs=runs,
    )
    return plan, seconds or sum(run.length * run.alike for run in runs) / scale


def _runs(levels: list[Element], end: int, read: _Read) -> tuple[Run, ...]:
    timeline = next((t for level in reversed(levels) for t in children(level, "SegmentTimeline")), None)
    if timeline is None:
        length = whole(_attribute(levels, "duration"))
        return (Run(0, 0, length, max(1, -(-end // length)) if length else 1),)
    if timeline not in read:
        read[timeline] = tuple(_timed(timeline, end))
    return read[timeline]


def _timed(timeline: Element, end: int) -> Iterator[Run]:
    before, clock = 0, 0
    for entry in islice(children(timeline, "S"), _ENTRIES):
        clock = whole(entry.get("t"), clock)
        length = whole(entry.get("d"))
        open_end = (entry.get("r") or "").startswith("-")
        alike = max(1, (end - clock) // length) if open_end and length else whole(entry.get("r")) + 1
        yield Run(before, clock, length, alike)
        before, clock = before + alike, clock + length * alike


def _listed(levels: list[Element], base: str, seconds: float, read: _Read) -> tuple[Listed, float]:
    named: tuple[tuple[str, str], ...] = ()
    for level in levels:
        if level not in read:
            urls = islice(children(level, "SegmentURL"), _ENTRIES)
            read[level] = tuple((url.get("media") or "", url.get("mediaRange") or "") for url in urls)
        named = read[level] or named
    length = whole(_attribute(levels, "duration")) / (whole(_attribute(levels, "timescale")) or 1)
    return Listed(named, base, _initialization(levels, base), length), seconds or length * len(named)


def _initialization(levels: list[Element], base: str) -> Piece | None:
    found = next((i for level in reversed(levels) for i in children(level, "Initialization")), None)
    if found is None:
        return None
    return _piece(hls.absolute(base, found.get("sourceURL") or ""), found.get("range") or "")


def _piece(url: str, span: str) -> Piece:
    """Return the bytes ``first-last`` of a file, or all of it."""
    first, _, last = span.partition("-")
    if not last:
        return Piece(url)
    return Piece(url, whole(first), max(0, whole(last) - whole(first) + 1))


def _filled(template: str, known: Mapping[str, str]) -> str:
    """Return a template with its ``$fields$`` filled in; ``$$`` stands for a dollar."""

    def field(match: re.Match[str]) -> str:
        value = known.get(match[1], "") if match[1] else "$"
        return value.zfill(min(int(match[2]), 40)) if match[2] and value.isdecimal() else value

    return _FIELD.sub(field, template)
