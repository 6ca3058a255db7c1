"""What a site lets programs fetch: its robots.txt, asked for at most once a day and kept to (RFC 9309)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from msgspec import Struct
from protego import Protego

from feeds import text, wording
from feeds.model import Article, Issue
from feeds.wording import Wording
from feedsvc.http import FetchError, Response, Validator
from feedsvc.http.client import LONGEST_WAIT
from feedsvc.settings import SourceSettings
from feedsvc.sources.source import Tools

# What is wrong, in the words a producer is told, and what to do about it.
_SAYS: Wording = {
    "robots_disallow": (
        "robots.txt of {} does not let {} fetch {}.",
        "Ask the site to allow it, or use a feed or an interface it offers.",
    ),
    "robots_unreachable": (
        "robots.txt of {} cannot be had, and until it can nothing is fetched there: {}",
        "Have the site answer for /robots.txt; that there is none (404) is answer enough.",
    ),
    "robots_too_many": (
        "Addresses on more than {} hosts are named; those on {} are left out.",
        "Give each site a source of its own.",
    ),
    "robots_slow": (
        "robots.txt asks for {:g} seconds between two requests, so only the {} newest articles are taken.",
        "Ask the site to allow more, or use a feed it offers.",
    ),
}
CODES = wording.meanings(_SAYS)
# Bytes of a robots.txt that are read (at least 500 KiB, says the standard), hosts asked for theirs in one go.
_READ, _HOSTS = 512_000, 5
_KEPT, _AGAIN = timedelta(days=1), timedelta(minutes=5)
# So many seconds of a pull may go by in the pauses a site asks for.
_PATIENCE, _UNLIMITED = 300, 1_000_000
# Client errors say that there is no robots.txt; that one asks too often says nothing of the kind.
_NONE = ("fetch_not_found", "fetch_forbidden", "fetch_bad_status")


class _Rules(Struct, frozen=True):
    """A site's rules as they were at a time; `failure` says why there are none to go by."""

    read: Protego
    at: datetime
    validator: Validator = Validator()
    failure: FetchError | None = None


class Robots:
    """Fetches for one source, as far as the sites let it."""

    def __init__(self, settings: SourceSettings, tools: Tools) -> None:
        self._settings, self._http, self._now = settings, tools.http, tools.now
        self._agent = _product(tools.http.settings.user_agent)
        self._sites: dict[str, _Rules] = {}

    def get(self, url: str, validator: Validator | None = None, accept: str = "") -> Response | Issue:
        """Return what is at `url`, with the source's login on its own host; or why it was not had."""
        if text.web_url(url) is None:
            return FetchError(url, "fetch_bad_url").issue()
        if refused := self.refusal(url):
            return refused
        return self._get(url, validator, accept)

    def _get(self, url: str, validator: Validator | None, accept: str) -> Response | Issue:
        limit, login = self._http.settings.max_listing, self._settings.login(url)
        try:
            return self._http.get(url, validator=validator, max_bytes=limit, accept=accept, login=login)
        except FetchError as error:
            return error.issue()

    def refusal(self, url: str) -> Issue | None:
        """Return why `url` must not be fetched, None when it may be."""
        site = _root(url)
        asked = sum(self._now() - rules.at < _KEPT for rules in self._sites.values())
        if site not in self._sites and asked >= _HOSTS:
            return issue("robots_too_many", url, _HOSTS, _host(url))
        rules = self._rules(site)
        if rules.failure:
            return issue("robots_unreachable", url, _host(url), rules.failure.message)
        if rules.read.can_fetch(url, self._agent):
            return None
        return issue("robots_disallow", url, _host(url), self._agent, urlsplit(url).path or "/")

    def allowed(self, articles: Iterable[Article], most: int) -> tuple[list[Article], list[Issue]]:
        """Return the first articles whose pages may be fetched; and why others may not, once a host."""
        found: list[Article] = []
        refused: dict[tuple[str, str], Issue] = {}
        for article in articles:
            if len(found) >= most:
                break
            if (why := self.refusal(article.url)) is None:
                found.append(article)
            else:
                refused.setdefault((why.code, _host(article.url)), why)
        return found, list(refused.values())[:_HOSTS]

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """Return the sitemaps that the robots.txt of an address's site names, each once."""
        rules = self._rules(_root(url))
        named = (text.web_url(_joined(url, said)) for said in rules.read.sitemaps)
        return tuple(dict.fromkeys(filter(None, named)))

    def most(self, url: str) -> tuple[int, float]:
        """Return how many articles of a site can be read in a while, and the pause it asks for in seconds."""
        delay = self._rules(_root(url)).read.crawl_delay(self._agent) or 0.0
        return (int(_PATIENCE / min(delay, LONGEST_WAIT)) if delay else _UNLIMITED), delay

    def _rules(self, site: str) -> _Rules:
        known, now = self._sites.get(site), self._now()
        if known and now - known.at < (_AGAIN if known.failure else _KEPT):
            return known
        rules = self._asked(site, known if known and not known.failure else None, now)
        self._sites[site] = rules
        if not rules.failure:
            self._http.space(site, rules.read.crawl_delay(self._agent) or 0.0)
        return rules

    def _asked(self, site: str, known: _Rules | None, now: datetime) -> _Rules:
        try:
            answer = self._http.get(
                urljoin(site, "/robots.txt"),
                validator=known.validator if known else None,
                max_bytes=self._http.settings.max_page,
                login=self._settings.login(site),
            )
        except FetchError as error:
            if error.code in _NONE:
                return _Rules(Protego(), now)
            # Rules of yesterday are better than none while the server is down.
            return known or _Rules(Protego(), now, failure=error)
        if known and answer.not_modified:
            return _Rules(known.read, now, answer.validator)
        return _Rules(read(answer.body), now, answer.validator)


def read(body: bytes) -> Protego:
    """Return the rules in a robots.txt, of any bytes; what is beyond its first 500 KiB does not count."""
    lines = body[:_READ].decode("utf-8-sig", "replace")
    if len(body) > _READ:
        lines = lines.rpartition("\n")[0]
    return Protego.parse(text.safe(lines.replace("\r", "\n")))


def issue(code: str, where: str, *details: object) -> Issue:
    """Return what to tell the producer."""
    return wording.issue(_SAYS, "info" if code == "robots_slow" else "warning", code, where, *details)


def _product(user_agent: str) -> str:
    """Return the name by which robots.txt knows a client: the first word of how it names itself."""
    name = re.match(r"[A-Za-z_-]+", user_agent)
    return name[0] if name else user_agent


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _joined(url: str, said: str) -> str:
    try:
        return urljoin(url, said)
    except ValueError:
        return ""
