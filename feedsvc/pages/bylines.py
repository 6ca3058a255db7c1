"""Who wrote it: people's names out of whatever a byline holds."""

import re
from collections.abc import Iterable

from feeds import text

_BY = re.compile(
    r"^(?:(?:written |reported |posted |words |story |text |photos? )?by\b:?|authors?:|autor(?:in|es)?:"
    r"|texte?:|文[／/:：]|记者|기자)\s*",
    re.I,
)
# "Von" and "Par" begin names, too; before two words more they do not.
_VON = re.compile(r"^(?:von|par|por|door|pubblicato da)\s+(?=\S+\s+\S)", re.I)
_BETWEEN = re.compile(r"\s*(?:[,;|/•·、]|&|(?<=\s)(?:and|und|et|with)(?=\s))\s*", re.I)
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")
_REVERSED = re.compile(r"([^\W\d_][\w'’-]+), ([^\W\d_][\w'’-]+)")
_NOBODY = {
    "admin", "administrator", "anonymous", "author", "guest", "none", "null", "staff", "undefined",
    "unknown", "гость",
}  # fmt: skip
_ORGANISATION = re.compile(
    r"\b(?:news(?:room|wire|paper)?|staff|presse?|agenc(?:y|ies)|agentur|reuters|afp|dpa|ap|upi|bbc|cnn|times|post"
    r"|herald|tribune|gazette|chronicle|journal|daily|weekly|editors?|editorial|desk|team|media|magazine|redaktion"
    r"|redacci[oó]n|r[eé]daction|redazione|redactie|correspondent|reporters?|writers?|journalist|contributors?"
    r"|network|inc|ltd|llc|gmbh|group|association|university|institute|foundation|ministry|wire|service|online"
    r"|tv|radio|publishing|studio|com|org|net)\b|新聞|通信|신문|\.\w{2,4}$",
    re.I,
)


def people(bylines: Iterable[str], organisations: Iterable[str]) -> tuple[str, ...]:
    """Return the names in `bylines`, each once: people's where there are any, else an organisation's.

    `organisations` are names known to be no person's: the site's, the publisher's.
    """
    names = {text.line(n).casefold(): text.line(n) for byline in bylines for n in _names(byline)}
    known = [o.casefold() for o in organisations if o]
    persons = [n for key, n in names.items() if key not in known and not _ORGANISATION.search(n)]
    return tuple(persons or list(names.values())[:1])


def _names(byline: str) -> list[str]:
    tidy = _VON.sub("", _BY.sub("", _ADDRESS.sub(" ", text.plain(byline[:500])).strip()))
    if match := _REVERSED.fullmatch(tidy):
        return [f"{match[2]} {match[1]}"]
    return [
        _cased(n)
        for part in _BETWEEN.split(tidy)
        if (n := _VON.sub("", _BY.sub("", part)).strip(" .-–—()"))
        if _is_name(n)
    ]


def _is_name(name: str) -> bool:
    return (
        1 < len(name) <= 60
        and len(name.split()) <= 6
        and name.casefold() not in _NOBODY
        and not any(c.isdigit() for c in name)
    )


def _cased(name: str) -> str:
    return name.title() if name.isupper() and " " in name else name
