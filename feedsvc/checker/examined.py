"""A feed examined from end to end: checked, its media looked at, mended, and what came of all that."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict, replace

from feeds.mending import Mended, Told, mend
from feeds.model import Format, Issue
from feeds.readers import Screen
from feedsvc import dates
from feedsvc.checker import Checked, check, fix, media, screens, told
from feedsvc.checker.further import Fetch, follow
from feedsvc.checker.media import Looked, Means
from feedsvc.http import Response


class Wanted(Struct, frozen=True):
    """What is wanted beside the check: a look at the media, a mended feed; `base` is the feed's address.

    `fetch` gets the further pages of a feed that has some; without it they are named only.
    """

    now: datetime
    media: Means | None = None
    fix: Path | None = None
    base: str = ""
    fetch: Fetch | None = None


class Examined(Struct, frozen=True):
    """The report, the mended feed if one was wanted, and what a page shows of screens and pictures."""

    checked: Checked
    fixed: fix.Fixed | None
    screens: tuple[Screen, ...]
    previews: dict[str, bytes]

    @property
    def report(self) -> dict[str, object]:
        """What is told to a program: the check, and what was mended."""
        return {**asdict(self.checked), "fixed": self.fixed}


def examine(body: bytes, name: str, format_: Format, served: Response | None, wanted: Wanted) -> Examined:
    """Return what a feed in one of the formats is like, having written what is wanted.

    Raises:
        OSError: the mended feed or its pictures cannot be written.
    """
    issues: list[Issue] = check(body, name, format_, served)
    seen = screens(body, name, format_)
    known = Told(wanted.now, dates.when, wanted.base)
    target = fix.mended_format(format_)
    mended = mend(body, format_.name, known) if wanted.fix or wanted.media else Mended()
    looked = media.look(_all_shown(mended, target, seen), wanted.media) if wanted.media else Looked()
    if looked.pictures or looked.lengths:
        mended = mend(body, format_.name, replace(known, pictures=looked.pictures, lengths=looked.lengths))
    followed = follow(body, name, format_, wanted.fetch)
    checked = told(body, name, format_, (*issues, *looked.issues), seen, followed)
    made = len(set(looked.pictures.values()))
    fixed = fix.write(mended, wanted.fix, target, made) if wanted.fix else None
    return Examined(checked, fixed, seen, looked.previews)


def _all_shown(mended: Mended, format_: Format, otherwise: tuple[Screen, ...]) -> list[Screen]:
    """Return what readers show once the feed is mended: one that crashes shows no picture to look at."""
    shown = [screen for body in mended.bodies for screen in screens(body, format_.path, format_)]
    return shown or list(otherwise)
