"""What a producer is told, by code: what is the matter and what to do about it, ``{}`` for a detail."""

import re
from collections.abc import Mapping

from feeds.model import Issue, Severity

Wording = Mapping[str, tuple[str, str]]


def meanings(wording: Wording) -> Mapping[str, str]:
    """Return what is the matter, by code."""
    return {code: re.sub(r"\{[^}]*\}", "…", message) for code, (message, _) in wording.items()}


def issue(wording: Wording, severity: Severity, code: str, where: str, *details: object) -> Issue:
    """Return what to tell of a code at `where`."""
    message, fix = wording[code]
    return Issue(severity, code, where, message.format(*details), fix.format(*details))
