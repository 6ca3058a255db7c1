"""What settings are made of: a table that takes no key it does not know, values that say what they want."""

import re
from datetime import timedelta
from typing import Annotated

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict

LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
_EVERY = re.compile(r"every (?:(\d+) )?(second|minute|hour|day)s?")


class Table(BaseModel):
    """A table of settings.toml: frozen, and a key it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def every(text: str) -> timedelta | None:
    """Return the interval of ``every 5 minutes``; None when `text` does not say one."""
    match = _EVERY.fullmatch(text.strip())
    return timedelta(**{f"{match[2]}s": int(match[1] or 1)}) if match else None


def _interval(text: str) -> str:
    if not every(text):
        raise ValueError("must be like 'every 36 hours'")
    return text


def _interval_or_none(text: str) -> str:
    return _interval(text) if text else text


def _title_pattern(text: str) -> str:
    try:
        groups = regex.compile(text).groupindex.keys()
    except regex.error as error:
        raise ValueError(f"must be a regular expression ({error})") from None
    if strange := sorted(groups - {"season", "episode", "date"}):
        raise ValueError(f"may have the groups season, episode and date, and no {strange[0]!r}")
    return text


def _address(url: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#@]+(/\S*)?", url):
        raise ValueError("must be an absolute address such as https://cdn.example.org/live.m3u8")
    return url


def _address_or_none(url: str) -> str:
    return _address(url) if url else url


def _at_least_a_minute(text: str) -> str:
    if text and (every(text) or timedelta()) < timedelta(minutes=1):
        raise ValueError("must be like 'every 10 minutes', and no less than one")
    return text


Interval = Annotated[str, AfterValidator(_interval)]
IntervalOrNone = Annotated[str, AfterValidator(_interval_or_none)]
MinutesOrNone = Annotated[str, AfterValidator(_at_least_a_minute)]
TitlePattern = Annotated[str, AfterValidator(_title_pattern)]
Address = Annotated[str, AfterValidator(_address)]
AddressOrNone = Annotated[str, AfterValidator(_address_or_none)]
