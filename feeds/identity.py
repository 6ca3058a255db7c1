"""What a story is recognised by when its headline, its address or even its GUID is edited.

Newspapers put the headline into addresses and GUIDs, and then change it; what stays is the number their
CMS gave the story. An address is compared without what varies between two links to one page.
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from feeds import text
from feeds.model import Article

_NOISE = re.compile(
    r"(?:utm_|at_|ns_|wt_|pk_|mtm_|hsa_|mc_|trk_|_ga|_hs|xtor).*|.*clid|[a-z]*sess(?:ion)?id"
    r"|amp|at|cmp|cmpid|feed|ftag|guccounter|icid|igshid|ito|mod|ncid|ocid|output|outputtype|partner"
    r"|ref|ref_src|referrer|rss|share|smid|smtyp|source|spm|src|traffic_source",
    re.I,
)
_PAGE_FILE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$|/amp$|\.amp(?=\.html?$|$)", re.I)
_KEY = re.compile(r"(?:article|content|doc|news|post|page|story|item|n|a)?_?id|post|article|story", re.I)
_VALUE = re.compile(r"(?=.*\d)[\w.-]{1,64}")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|shtml|cms|ece|story)$", re.I)
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_LAST = re.compile(rf"(?:^|[-_.,~])({_UUID}|(?=[0-9a-f]*\d)[0-9a-f]{{16,40}}|[a-z]{{0,2}}\d{{5,12}})$", re.I)
_FIRST = re.compile(r"(\d{5,12})[-_]")
_FOLDER = re.compile(r"\d{6,12}")
# 202611, 20261122, 202611221030: many stories share a date. 100000: a number out of a headline.
_NO_ID = re.compile(r"(?:19|20)\d\d(?:0\d|1[0-2])(?:(?:[0-2]\d|3[01])(?:\d{4}|\d{2})?)?|.*000")


def identities(article: Article) -> tuple[str, ...]:
    """Return what `article` may be recognised by, the strongest first, each once.

    Its GUID, its address, the number its CMS gave it. Addresses come as ``https://host/path`` whatever
    the scheme; they and no other identity hold ``://`` (but for a GUID that looks like an address of
    another kind). Two entries of one listing are two stories, whatever they share.
    """
    guid = text.line(article.guid)
    named = (canonical(guid) or guid, canonical(article.url), cms_id(guid), cms_id(article.url))
    return tuple(dict.fromkeys(filter(None, named)))


# An article's address is asked for each of its identities, and again for its neighbours in the listing.
@lru_cache(4096)
def canonical(url: str) -> str | None:
    """Return `url` without what varies between two links to one page; None if it names no page."""
    parts = _parts(url)
    if parts is None:
        return None
    path = _page(parts.path)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if not _NOISE.fullmatch(k)]
    if not path and not kept:
        return None
    query = f"?{urlencode(sorted(kept))}" if kept else ""
    return f"https://{parts.netloc}{path or '/'}{query}"


def page_of(url: str) -> str:
    """Return `url` as the one name of its page, whatever links to it look like."""
    return canonical(url) or url


def cms_id(url: str) -> str | None:
    """Return host and number of the story, as ``news.example 1234567``; None if no number is in sight."""
    parts = _parts(url)
    if parts is None:
        return None
    number = _in_query(parts) or _in_path(parts.path)
    return f"{parts.netloc} {number}" if number else None


@lru_cache(4096)
def _parts(url: str) -> SplitResult | None:
    clean = text.web_url(url)
    if clean is None:
        return None
    parts = urlsplit(clean)
    return parts._replace(netloc=re.sub(r"^www\.|:(?:80|443)$", "", parts.netloc))


def _page(path: str) -> str:
    return _PAGE_FILE.sub("", path.rstrip("/")).rstrip("/")


def _in_query(parts: SplitResult) -> str | None:
    asked = dict(parse_qsl(parts.query))
    # WordPress: ?p=123 names a post, but /news?p=2 is a second page.
    if parts.path in ("/", "/index.php") and asked.get("p", "").isdecimal():
        return asked["p"]
    return next((v for k, v in asked.items() if _KEY.fullmatch(k) and _VALUE.fullmatch(v)), None)


def _in_path(path: str) -> str | None:
    *folders, last = _page(path).split("/")
    last = _EXTENSION.sub("", last)
    found = [m[1] for m in (_LAST.search(last), _FIRST.match(last)) if m]
    found += [folder for folder in folders[-1:] if _FOLDER.fullmatch(folder)]
    return next((number.lower() for number in found if not _NO_ID.fullmatch(number)), None)
