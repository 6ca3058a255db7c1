"""Articles in, bytes out: the formats a Roku channel is fed with.

    >>> from feeds import FORMATS
    >>> written = FORMATS["roku"].write(feed)          # doctest: +SKIP
    >>> issues = FORMATS["roku"].check(written.body)   # doctest: +SKIP

Nothing here reads a clock, a disk, a network or a setting.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from feeds import mrss, roku, search
from feeds.model import Format

FORMATS: Mapping[str, Format] = MappingProxyType(
    {f.name: f for f in (roku.FORMAT, mrss.ROKU, mrss.STANDARD, search.FORMAT, *mrss.PRESETS)}
)


def recognise(body: bytes) -> Format:
    """Return the format that these bytes mean to be; Direct Publisher JSON when they are nothing else.

    Of the two in JSON, only the Search feed has a `version` and `assets`. The two MRSS flavours differ in
    their dates: ISO 8601 for Roku, RFC 822 for the rest of the world. A preset is the standard flavour.
    """
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<"):
        return FORMATS["search" if _is_search(body) else "roku"]
    date = re.search(rb"<pubDate>\s*([^<]*)", body) or re.search(rb"<lastBuildDate>\s*([^<]*)", body)
    rfc822 = date is not None and not date[1][:4].isdigit()
    return FORMATS["mrss" if rfc822 else "roku_mrss"]


def _is_search(body: bytes) -> bool:
    # By its letters, not as JSON: a broken document too is told its own faults.
    assets, version = re.search(rb'"assets"\s*:', body), re.search(rb'"version"\s*:', body)
    return bool(assets and version) and b'"providerName"' not in body
