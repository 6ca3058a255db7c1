"""Articles in, bytes out: the formats a Roku channel is fed with.

    >>> from feeds import FORMATS
    >>> written = FORMATS["roku"].write(feed)          # doctest: +SKIP
    >>> issues = FORMATS["roku"].check(written.body)   # doctest: +SKIP

Nothing here reads a clock, a disk, a network or a setting.
"""

from collections.abc import Mapping
from types import MappingProxyType

from feeds import mrss, roku, search
from feeds.model import Format
from feeds.recognition import format_name

FORMATS: Mapping[str, Format] = MappingProxyType(
    {f.name: f for f in (roku.FORMAT, mrss.ROKU, mrss.STANDARD, search.FORMAT, *mrss.PRESETS)}
)


def recognise(body: bytes) -> Format | None:
    """Return the format that these bytes mean to be, broken as they may be; None when they mean none."""
    return FORMATS.get(format_name(body))
