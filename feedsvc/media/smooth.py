"""Smooth Streaming manifests as values. Pure: text in, values out; nothing is opened and nothing raised.

The format is MS-SSTR, https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-sstr/.
"""

import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from feedsvc.media import hls
from feedsvc.media.manifests import Element, Manifest, begins, children, root, whole

BEGINS = begins(b"SmoothStreamingMedia")
_TICKS = 10_000_000  # a second, where nothing else is said
_RUNGS = 100
_PLAYED = {
    "video": frozenset({"H264", "X264", "AVC1", "AVCB", "DAVC", "HEVC", "HVC1", "HEV1"}),
    "audio": frozenset({"AACL", "AACH", "AACP", "AC-3", "EC-3", "MP4A", ""}),
}
_FIELDS = re.compile(r"\{(bitrate|start[ _]time|customattributes)\}", re.I)


class Rung(Struct, frozen=True):
    """One quality level of pictures or sound; bits a second, pixels. `fragment` is its first address."""

    kind: str
    fourcc: str
    bandwidth: int
    width: int
    height: int
    language: str
    fragment: str

    @property
    def foreign(self) -> bool:
        """Tell whether it is in a codec that Roku players do not decode."""
        return self.fourcc not in _PLAYED.get(self.kind, ())


def read(text: str, base: str) -> Manifest[Rung]:
    """Return what the manifest at the address `base` says; what cannot be understood is passed over."""
    media = root(text, "SmoothStreamingMedia")
    if media is None:
        return Manifest()
    return Manifest(
        rungs=tuple(islice(_rungs(media, base), _RUNGS)),
        seconds=whole(media.get("Duration")) / (whole(media.get("TimeScale")) or _TICKS),
        live=(media.get("IsLive") or "").strip().lower() in ("true", "1"),
        encryption=next(_encryptions(media), ""),
    )


def _encryptions(media: Element) -> Iterator[str]:
    for protection in children(media, "Protection"):
        header = next(children(protection, "ProtectionHeader"), None)
        system = header.get("SystemID") if header is not None else None
        yield "PlayReady" if (system or "").strip("{}").upper().startswith("9A04F079") else "Protection"


def _rungs(media: Element, base: str) -> Iterator[Rung]:
    for stream in children(media, "StreamIndex"):
        kind = (stream.get("Type") or "").lower()
        first = next(children(stream, "c"), None)
        begins = str(whole(first.get("t"))) if first is not None else "0"
        for level in children(stream, "QualityLevel"):
            rate = str(whole(level.get("Bitrate")))
            address = _filled(stream.get("Url") or "", rate, _custom(level), begins)
            yield Rung(
                kind=kind,
                fourcc=(level.get("FourCC") or stream.get("Subtype") or "").upper(),
                bandwidth=int(rate),
                width=whole(level.get("MaxWidth") or stream.get("MaxWidth")),
                height=whole(level.get("MaxHeight") or stream.get("MaxHeight")),
                language=stream.get("Language") or "",
                fragment=hls.absolute(base, address) if address else "",
            )


def _filled(template: str, rate: str, custom: str, begins: str) -> str:
    fields = {"bitrate": rate, "customattributes": custom}
    return _FIELDS.sub(lambda match: fields.get(match[1].lower(), begins), template)


def _custom(level: Element) -> str:
    """Return what tells levels of one bit rate apart, ``name=value,name=value``."""
    said = (a for custom in children(level, "CustomAttributes") for a in children(custom, "Attribute"))
    return ",".join(f"{a.get('Name') or ''}={a.get('Value') or ''}" for a in said)
