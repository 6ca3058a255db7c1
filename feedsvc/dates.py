"""Dates as pages and feeds write them, read into moments in UTC."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import DecimalException
from typing import Literal

from dateutil import parser, tz
from msgspec import Struct

Precision = Literal["day", "local", "zoned"]
_BEST = ("day", "local", "zoned")
_YEARS = range(1990, 2100)
_CLOCK = re.compile(r"\d:\d\d|\dT\d|\d ?[ap]\.?m", re.I)
_CJK = re.compile(r"(\d{4})\s*[年년.]\s*(\d{1,2})\s*[月월.]\s*(\d{1,2})\s*[日일]?")
_CJK_CLOCK = re.compile(r"(\d{1,2})\s*[時时시]\s*(\d{1,2})\s*[分분]")
_YEAR_FIRST = re.compile(r"\d{4}\D")
# RFC 822 names the American zones; the others are those newsrooms print. Any other reads as no zone at all.
_ZONES: dict[str, int | tzinfo | None] = {
    name: int(hours * 3600)
    for names, hours in (
        ("UTC GMT Z UT WET", 0), ("BST CET WEST MEZ", 1), ("CEST EET SAST MESZ", 2), ("EEST MSK", 3),
        ("IST", 5.5), ("HKT SGT AWST", 8), ("JST KST", 9), ("AEST", 10), ("AEDT", 11), ("NZST", 12),
        ("NZDT", 13), ("EDT", -4), ("EST CDT", -5), ("CST MDT", -6), ("MST PDT", -7), ("PST AKDT", -8),
        ("AKST", -9), ("HST", -10),
    )
    for name in names.split()
}  # fmt: skip
_ZONES |= {
    "ET": tz.gettz("America/New_York"), "CT": tz.gettz("America/Chicago"),
    "MT": tz.gettz("America/Denver"), "PT": tz.gettz("America/Los_Angeles"),
}  # fmt: skip
# What dateutil has in English only, January first.
_MONTHS = (
    "ene enero jan. januar janvier janv gennaio gen janeiro januari янв января ocak stycznia",
    "febrero februar février févr fév febbraio fevereiro fev februari фев февраля şubat lutego",
    "marzo märz mars maart março marta мар марта mart marca",
    "abr abril avril avr aprile april апр апреля nisan kwietnia",
    "mayo mai maggio mag maio mei maj мая mayıs maja",
    "junio juin juni giugno giu junho июн июня haziran czerwca",
    "julio juillet juil juli luglio lug julho июл июля temmuz lipca",
    "ago agosto août augustus augusti авг августа ağustos sierpnia",
    "sept septiembre septembre settembre set setembro сен сентября eylül września",
    "octubre oktober okt octobre ottobre ott outubro out окт октября ekim października",
    "noviembre novembre novembro ноя ноября kasım listopada",
    "dic diciembre dez dezember décembre déc dicembre dezembro desember дек декабря aralık grudnia",
)
_BETWEEN = (
    "de",
    "del",
    "le",
    "la",
    "el",
    "à",
    "a",
    "um",
    "uhr",
    "h",
    "er",
    "г",
    "года",
    "º",
    "kl",
    "klo",
    "às",
)
_NOISE = re.compile(
    r"^(?:published|posted|updated|last modified|last updated|on|date)\b[\s:]*|^[^\W\d]+\.?, (?=\d{1,2}\W)"
    r"|\s*\([^)]*\)$|\[[^]]*\]$|\s+uhr$",
    re.I,
)
# dateutil reads the sign of "GMT+0100" as POSIX does; browsers, which write that form, mean the opposite.
_GMT_PLUS = re.compile(r"\b(?:GMT|UTC) ?(?=[+-]\d)")


# Zones are up to 14 hours off, twice; 26 is what lies between a day somewhere and a moment in it.
_SAME = timedelta(hours=26)


class _Names(parser.parserinfo):
    def __init__(self, day_first: bool) -> None:
        self.MONTHS = [(*en, *more.split()) for en, more in zip(self.MONTHS, _MONTHS, strict=True)]
        self.JUMP = [*self.JUMP, *_BETWEEN]
        super().__init__(dayfirst=day_first)


_NAMES = _Names(day_first=False), _Names(day_first=True)
_DEFAULTS = (datetime(1996, 1, 1), datetime(2000, 2, 2))  # noqa: DTZ001 - a zone would hide that none was given


class Moment(Struct, frozen=True):
    """A point in time in UTC and how much of it was written down."""

    when: datetime
    precision: Precision


def moment(text: str, day_first: bool = False) -> Moment | None:
    """Return the moment `text` names, None when it names none; without a zone it is read as UTC.

    ISO 8601, RFC 822, Unix time (seconds or milliseconds) and what dateutil reads. `day_first`
    settles 03/04/2026; a dotted date is day first anyhow.
    """
    tidy = _GMT_PLUS.sub("", _NOISE.sub("", " ".join(text[:200].split())))
    if not 8 <= len(tidy) <= 80 or sum(c.isdigit() for c in tidy) < 4:
        return None
    try:
        when = _iso(tidy) or _unix(tidy) or _loose(tidy, day_first)
        return _moment(when, tidy) if when else None
    # Fuzzed input makes dateutil raise more than the ValueError it documents.
    except (ArithmeticError, ValueError, TypeError, IndexError, AttributeError, KeyError, DecimalException):
        return None


def when(text: str, day_first: bool = False) -> datetime | None:
    """Return that moment, however much of it was written down."""
    found = moment(text, day_first)
    return found.when if found else None


def _moment(when: datetime, text: str) -> Moment | None:
    if when.year not in _YEARS:
        return None
    if when.tzinfo:
        return Moment(when.astimezone(UTC), "zoned")
    # A midnight nobody named is how many systems print a bare day.
    timed = _CLOCK.search(text) and when.time() != time.min
    return Moment(when.replace(tzinfo=UTC), "local" if timed else "day")


def _iso(text: str) -> datetime | None:
    # "2026-11-22 07:00 +01:00" and "+0100" are common; the standard library wants no blank there.
    try:
        return datetime.fromisoformat(re.sub(r"(?<=\d) (?=[+-]\d\d:?\d\d$|Z$)", "", text))
    except ValueError:
        return None


def _unix(text: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{10}([0-9]{3})?", text):
        return None
    return datetime.fromtimestamp(int(text[:10]), UTC)


def _loose(text: str, day_first: bool) -> datetime | None:
    text = _CJK.sub(r"\1-\2-\3 ", _CJK_CLOCK.sub(r"\1:\2", text))
    day_first = (day_first or bool(re.match(r"\d{1,2}\.", text))) and not _YEAR_FIRST.match(text)
    # What a text leaves out, dateutil takes from `default`: two defaults tell what was left out.
    one, other = (parser.parse(text, _NAMES[day_first], default=d, tzinfos=_zone) for d in _DEFAULTS)
    return one if one == other else None


def _zone(name: str | None, offset: int | None) -> int | tzinfo | None:
    return offset if offset is not None else _ZONES.get(name or "")


def best(candidates: Iterable[str], day_first: bool = False) -> datetime | None:
    """Return the first candidate that is a date, told as exactly as any later one tells it.

    Pages give the day in one place and the minute with its zone in another; a later candidate counts
    as the same date, better told, when it is within a day of the first.
    """
    found = [m for text in candidates if (m := moment(text, day_first))]
    if not found:
        return None
    near = [m for m in found if abs(m.when - found[0].when) <= _SAME]
    return max(near, key=lambda m: _BEST.index(m.precision)).when


def sharper(first: datetime | None, other: datetime | None) -> datetime | None:
    """Return the first moment, or the other where that tells by the minute what the first does by the day."""
    if first is None or other is None:
        return first or other
    return other if first.time() == time.min and abs(other - first) <= _SAME else first
