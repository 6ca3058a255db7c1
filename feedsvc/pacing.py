"""How often a source is worth asking: as often as it publishes, between the limits of its channel. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

# A story is found when a quarter of the usual time between two of them has gone by, at the latest.
_SHARE = 4


def interval(published: Sequence[datetime], now: datetime, least: timedelta, most: timedelta) -> timedelta:
    """Return how long a source can be left alone that published at these times.

    The usual time between two stories counts, or the time since the last one when that is longer: a source
    that has gone quiet is asked less and less, down to once in `most`.
    """
    times = sorted(published)[-20:]
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    usual = max(timedelta(seconds=median(gaps)), now - times[-1]) if gaps else timedelta()
    return max(least, min(most, usual / _SHARE))
