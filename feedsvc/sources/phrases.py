"""What stands around a story on a news site: `phrases.toml`, made into patterns for one line of text."""

import re
import tomllib
from functools import cache
from pathlib import Path

from babel.dates import get_day_names, get_month_names

_TABLES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _words(table: str) -> str:
    return "|".join("|".join(said.split("\n")) for said in (v.strip() for v in _TABLES[table].values()))


def _line(table: str, most: int) -> re.Pattern[str]:
    return re.compile(rf"(?=.{{1,{most}}}$)[\W_]{{0,4}}(?:{_words(table)})[\W_]{{0,4}}", re.I)


_PICTURE, _CREDIT, _AGENCY = _words("picture"), _words("credit"), _words("agency")

GENERIC = frozenset(_words("generic").split("|"))
SECTIONS = frozenset(_words("sections").split("|"))
ROLE = re.compile(rf"(?<!\w)(?:{_words('role')})(?!\w)", re.I)
LIST = _line("list", 90)
LINE = _line("line", 160)
END = _line("end", 400)
COOKIES = re.compile(
    rf"(?=.{{1,500}}$)(?=.*\b(?:cookies?|куки)\b).*(?<!\w)(?:{_words('cookies')})(?!\w).*", re.I
)
LETTER = re.compile(
    rf"(?=.{{1,220}}$)(?=.*(?<!\w)(?:{_words('letter')})(?!\w)).*(?<!\w)(?:{_words('take')})(?!\w).*", re.I
)
TOPICS = re.compile(rf"(?:{_words('topics')})\s*[:：]\s*(.+)", re.I)
ADDRESS = re.compile(r"(?:([^:/]{1,40})[:：]\s*)?<?((?:https?://|www\.)\S+?)>?|\S+@[\w.-]+\.\w+", re.I)
ADDRESS_WORD = re.compile(_words("address"), re.I)
CREDIT = re.compile(rf"(?:{_CREDIT})\s*(?:[:：,–—-]|(?<=\bby)\s)\s*(.+)", re.I)
CAPTION = re.compile(rf"(?:{_words('caption')})\s*(?:[:：,–—-]\s*|(?<=caption)\s)(.+)", re.I)
PICTURE = re.compile(rf"(?:{_PICTURE})\s*(?:[:：]|\s\|\s|\sby\s)\s*(.+)", re.I)
ENDS_IN_CREDIT = re.compile(
    rf"(.*\S)\s*[(\[]?\b(?:(?:{_PICTURE}|{_CREDIT})\s*(?:[:：]|\bby\b)\s*)([^.()\[\]]{{2,80}})[)\]]?\.?",
    re.I,
)
# "(dpa)" alone is how an agency signs a story; only what also names a picture or a person is a credit.
_NAMED = r"(?=[^()]*(?:/|Photos?|Images|Foto|Getty|File|via|ロイター|時事|共同))"
BRACKETED_CREDIT = re.compile(
    rf"(.*\S)\s*(?:\[([^\[\]]*(?:{_AGENCY}|/)[^\[\]]*)\]|[(（]({_NAMED}[^()]*\b(?:{_AGENCY})\b[^()]*)[)）])\.?"
)
AGENCY = re.compile(rf"\b(?:{_AGENCY})\b|/|©", re.I)
_PERSON = r"[\w.'’ -]{3,40}"
ONLY_CREDIT = re.compile(
    r"(?=.{2,80}$)(?:©(?!.*\d{4})\s*.{2,60}|Getty Images|AP Photo|Shutterstock|Alamy|Handout"
    rf"|(?:{_AGENCY})(?: Photos?| Images)?\s*(?:/|\bvia\b)\s*{_PERSON}|{_PERSON}(?:/| via )\s*(?:{_AGENCY}))",
    re.I,
)
SIGNED = re.compile(rf"(.+[.!?]['\"”»]?)\s+({ONLY_CREDIT.pattern})", re.I)
BYLINE = re.compile(
    rf"(?:{_words('by')})(?:\s*[:：]\s*|\s+)(.{{2,100}})|(\w{{2,10}})\s*(?:記者|记者|기자)", re.I
)
DATE_WORD = re.compile(rf"(?:{_words('date')})(?!\w)[\s:：]*", re.I)
UPDATED = re.compile(_words("updated"), re.I)
AGO = re.compile(rf"(?:(?:{_words('date')})[\s:：]*)?(?:{_words('ago')})", re.I)

_LANGUAGES = (
    "en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "nb", "fi", "is", "pl", "cs", "sk", "hu", "ro",
    "bg", "ru", "uk", "el", "tr", "ar", "fa", "he", "hi", "bn", "th", "id", "ca", "hr", "lt", "lv", "et",
)  # fmt: skip
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def months() -> dict[str, str]:
    """Return the English short name of every month by its name in each language, in lower case."""
    return {
        name.casefold().strip("."): ENGLISH[number - 1]
        for language in reversed(_LANGUAGES)
        for width in ("abbreviated", "wide")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, language).items()
        if not name[0].isdecimal()
    }


@cache
def weekdays() -> frozenset[str]:
    """Return the names of the days of the week in each language, in lower case."""
    return frozenset(
        name.casefold().strip(".")
        for language in _LANGUAGES
        for width in ("abbreviated", "wide")
        for name in get_day_names(width, "format", language).values()
    )
