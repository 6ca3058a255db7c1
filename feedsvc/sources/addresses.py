"""What an address tells of its page before anybody reads it: an article's, or another's. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from feeds.identity import cms_id

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([/_.-]?)(0[1-9]|1[0-2])(?:\2(0[1-9]|[12]\d|3[01]))?(?!\d)")
_ARCHIVE = re.compile(r"(?:^|/)(?:19|20)\d\d(?:/\d{1,2}){0,2}$|(?:^|/)(?:page|seite|pagina)/\d+$")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml|cms|ece|story|amp)$")
_FIRST_FILE = re.compile(r"(?<=/)(?:index|default|home)(?:\.\w{2,5})?$")
_NO_PAGE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|webp|svg|avif|mp[34]|m3u8|mov|webm|zip|gz|xml|rss|atom|json|css|js|ics|docx?|xlsx?)$"
)
_NUMBER = re.compile(r"(?:page|seite|p)?-?\d{1,4}")
_LOCALE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_WORDS = re.compile(r"[^\W\d_]+")
# Steps of a path after which one more names a list of articles, in the languages newsrooms most often use.
_LISTS = frozenset({
    "tag", "tags", "tagged", "category", "categories", "categorie", "categoria", "kategorie", "kategorien",
    "author", "authors", "autor", "autoren", "auteur", "auteurs", "autore", "autores", "topic", "topics",
    "thema", "themen", "theme", "themes", "tema", "temas", "keyword", "keywords", "label", "labels",
    "section", "sections", "seccion", "secciones", "sezione",
    "sezioni", "rubrik", "rubriken", "ressort", "profile", "profiles", "user", "users",
    "contributor",
    "contributors", "columnist", "columnists", "writers", "reporter", "reporters", "staff", "team", "people",
    "search", "suche", "recherche", "buscar", "cerca", "zoeken", "archive", "archives", "archiv",
    "newsletter", "newsletters", "feed", "feeds",
})  # fmt: skip
# Names of pages every site has; the second part may follow the first.
_PAGE = re.compile(
    r"(?:about|about-us|who-we-are|ueber-uns|uber-uns|a-propos|quienes-somos|chi-siamo|over-ons|contacts?|contact-us"
    r"|kontakt|contacto|contatti|privacy|datenschutz|confidentialite|privacidad|terms(?:-(?:of|and)-\w+)?|tos|legal"
    r"|imprint|impressum|mentions-legales|aviso-legal|agb|cookies?|gdpr|accessibility|barrierefreiheit|log-?in"
    r"|sign-?in|sign-?up|register|registration|account|my-account|subscribe|subscriptions?|abo|unsubscribe|donate"
    r"|site-?map|help|faqs?|jobs|careers|karriere|advertis(?:e|ing)|advertise-with-us|media-?kit|werbung|shop|store"
    r"|cart|checkout|apps?|rss|home|homepage|disclaimer|copyright|ethics|corrections|our-team"
    r"|editorial(?:-team)?|redaktion|comment-policy|community-guidelines)"
    r"(?:-(?:policy|notice|statement|settings|information|page|us|form|guidelines))?"
)
# A headline in an address: so many words, or one less if they have so many letters; so many that it can be
# nothing else; letters of one in a script without spaces.
_SLUG, _LETTERS, _LONG_SLUG, _DENSE = 4, 20, 6, 8
_FOLDERS = 8


def article_like(url: str) -> int:
    """Return how much an address looks like an article's: 2 certainly, 1 perhaps, 0 it does not tell.

    And -1 when it looks like another page's: a section's, a tag's, an author's, the imprint.
    """
    parts = urlsplit(url)
    path = _FIRST_FILE.sub("", unquote(parts.path).lower()).strip("/")
    steps = [step for step in path.split("/") if step]
    if _is_other_page(path, steps, parts.query):
        return -1
    words = _words_of_headline(steps)
    if words >= _LONG_SLUG or cms_id(url) or (_DATE.search(path) and len(steps) > 1):
        return 2
    # On the first floor of a site stand its sections, too, and some have long names.
    return 1 if words >= (_SLUG if len(steps) > 1 else _SLUG + 1) else 0


def _is_other_page(path: str, steps: Sequence[str], query: str) -> bool:
    if not steps:
        return not re.search(r"\d", query)
    if _NO_PAGE.search(path) or _ARCHIVE.search(path):
        return True
    if len(steps) == 1 and _LOCALE.fullmatch(steps[0]):
        return True
    rest = [step for step in steps if not _NUMBER.fullmatch(step)] or list(steps)
    listed = next((n for n, step in enumerate(rest) if step in _LISTS), len(rest))
    return len(rest) - 2 <= listed < len(rest) or bool(_PAGE.fullmatch(_name(rest[-1])))


def _name(step: str) -> str:
    return _EXTENSION.sub("", step)


def _words_of_headline(steps: Sequence[str]) -> int:
    """Return how many words the step has that is most of a headline: one of the last two."""
    return max((_words(_name(step)) for step in steps[-2:]), default=0)


def _words(step: str) -> int:
    words = _WORDS.findall(step)
    letters = sum(map(len, words))
    if letters >= _DENSE and _SPACELESS.search(step):
        return max(len(words), letters // 2)
    return _SLUG if len(words) == _SLUG - 1 and letters >= _LETTERS else len(words)


def dated(url: str) -> datetime | None:
    """Return the end of the month or the day that an address names, None when it names none."""
    parts = urlsplit(url)
    named = _DATE.findall(f"{parts.path}?{parts.query}")
    for year, _, month, day in reversed(named):
        try:
            return datetime(int(year), int(month), int(day or 28), tzinfo=UTC)
        except ValueError:
            continue
    return None


def articles_among(urls: Sequence[str]) -> list[bool]:
    """Tell of each address whether it may be an article's, going by all of them together.

    What has others below it is a section; what tells nothing counts where most others tell nothing either.
    """
    paths = [urlsplit(url).path.strip("/") for url in urls]
    below = Counter(folder for url in urls for folder in folders(url))
    said = [article_like(url) for url in urls]
    telling = sum(one > 0 for one in said) * 2 >= sum(one >= 0 for one in said)
    return [one >= (1 if telling else 0) and below[path] < 2 for one, path in zip(said, paths, strict=True)]


def folders(url: str) -> Iterable[str]:
    """Return the paths above an address, such as ``world`` and ``world/asia``."""
    steps = urlsplit(url).path.strip("/").split("/")[:_FOLDERS]
    return ("/".join(steps[:n]) for n in range(1, len(steps)))


def same_site(one: str, other: str) -> bool:
    """Tell whether two addresses are one site's: the same host, or one below the other, ``www.`` apart."""
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)]
    return hosts[0] == hosts[1] or any(a.endswith(f".{b}") for a, b in (hosts, hosts[::-1]) if "." in b)
