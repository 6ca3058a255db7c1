"""What a feed asks of those who read it: how long to leave it alone, and who tells when there is news.

RSS 2.0 (`ttl`, `skipHours`, `skipDays`), the syndication module (`sy:updatePeriod`), `Cache-Control`, and
WebSub (https://www.w3.org/TR/websub/). It is remembered beside the validators: an answer that nothing has
changed says none of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from lxml import etree
from lxml.etree import _Element as Element
from msgspec import Struct
from msgspec.structs import replace
from requests.utils import parse_header_links

from feeds import text
from feedsvc.sources.media_rss import joined

HOUR, DAY = 3600.0, 86_400.0
_LONGEST = 7 * DAY
_PERIODS = {"hourly": HOUR, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY}
_WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.I)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.I)


class Manners(Struct, frozen=True, omit_defaults=True):
    """What a feed asks for: seconds to `rest`, for how many its answer is `fresh`, when not to ask (UTC).

    `hub` tells of news in `topic`; `days` are counted from Monday, 0.
    """

    rest: float = 0.0
    fresh: float = 0.0
    hours: tuple[int, ...] = ()
    days: tuple[int, ...] = ()
    hub: str = ""
    topic: str = ""

    def wait(self, now: datetime) -> float:
        """Return for how many seconds after `now` the feed wants to be left alone."""
        least = min(max(0.0, self.rest, self.fresh), _LONGEST)
        moment = start = now + timedelta(seconds=least)
        while moment.hour in self.hours or moment.weekday() in self.days:
            moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            if moment - start > timedelta(days=8):
                return least  # it would never be read
        return (moment - now).total_seconds()


def head(root: Element | None) -> list[Element]:
    """Return the elements that speak of a feed as a whole, items among them."""
    if root is None:
        return []
    channels = (e for e in root.iterchildren(etree.Element) if local(e) == "channel")
    return [e for place in (root, *channels) for e in place.iterchildren(etree.Element)]


def local(element: Element) -> str:
    """Return the name of an element without its prefix or namespace."""
    return re.split("[}:]", str(element.tag))[-1]


def link(elements: Iterable[Element], rel: str, url: str) -> str:
    """Return where the first link of this relation leads, "" if nowhere; `url` is the feed's address."""
    named = (e for e in elements if local(e) == "link" and rel in (e.get("rel") or "").lower().split())
    found = (joined(joined(url, e.base or "") or url, e.get("href") or "") for e in named)
    return next(filter(None, found), "")


def read(elements: Sequence[Element], url: str) -> Manners:
    """Return what the head of a feed asks for."""
    hub = link(elements, "hub", url)
    return Manners(
        rest=max(_ttl(elements), _period(elements)),
        hours=tuple(sorted({int(hour) % 24 for hour in _each(elements, "skipHours") if _is_hour(hour)})),
        days=tuple(sorted({_WEEKDAYS[day] for day in _each(elements, "skipDays") if day in _WEEKDAYS})),
        hub=hub,
        topic=link(elements, "self", url) if hub else "",
    )


def heard(manners: Manners, headers: Mapping[str, str], url: str) -> Manners:
    """Return them with what the headers of an answer say, which leads; what they are silent on stands."""
    links = _links(headers.get("Link", ""), url)
    hub = links.get("hub") or manners.hub
    topic = links.get("self") or manners.topic or url
    said = headers.get("Cache-Control", "")
    fresh = _fresh(said) if said else manners.fresh
    return replace(manners, fresh=fresh, hub=hub, topic=topic if hub else "")


def _fresh(said: str) -> float:
    found = _MAX_AGE.search(said)
    return float(found[1]) if found and not _NOT_KEPT.search(said) else 0.0


def _links(header: str, url: str) -> dict[str, str]:
    """Return the first address of each relation that a ``Link`` header names."""
    links: dict[str, str] = {}
    for named in parse_header_links(header[:4000]):
        if address := joined(url, named.get("url", "")):
            for rel in named.get("rel", "").lower().split():
                links.setdefault(rel, address)
    return links


def _ttl(elements: Iterable[Element]) -> float:
    said = _said(elements, "ttl")
    return int(said) * 60.0 if re.fullmatch("[0-9]{1,7}", said) else 0.0


def _period(elements: Sequence[Element]) -> float:
    """Return the seconds between two updates that the syndication module names."""
    period, times = _said(elements, "updatePeriod").lower(), _said(elements, "updateFrequency")
    often = int(times) if re.fullmatch("[1-9][0-9]{0,5}", times) else 1
    # WordPress writes "hourly" into every feed, whatever its newsroom does: nobody asked for that.
    if (period, often) == ("hourly", 1) and "wordpress" in _said(elements, "generator").lower():
        return 0.0
    return _PERIODS.get(period, 0.0) / often


def _said(elements: Iterable[Element], name: str) -> str:
    return next((_text(e) for e in elements if local(e) == name), "")


def _each(elements: Iterable[Element], name: str) -> list[str]:
    parts = (part for e in elements if local(e) == name for part in e.iterchildren(etree.Element))
    return [_text(part).lower() for part in parts]


def _text(element: Element) -> str:
    return text.line("".join(element.itertext()))


def _is_hour(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 3 and int(said) <= 24
