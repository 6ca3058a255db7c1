"""Articles from a page that lists them: a section's, or a site's first page."""

import re

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from msgspec.structs import replace

from feeds import wording
from feeds.model import Article, Issue
from feeds.wording import Wording
from feedsvc.settings import SettingsError, SourceSettings
from feedsvc.sources import teasers
from feedsvc.sources.robots import Robots
from feedsvc.sources.robots import issue as robots_issue
from feedsvc.sources.source import Pulled, Seen, Source, Tools

_SAYS: Wording = {
    "listing_empty": (
        "No link of the page looks like one to an article.",
        "Say with links which ones are (a CSS selector or an XPath); a page that needs JavaScript has none.",
    ),
    "listing_no_match": (
        "No link of the page is what the setting links selects: {}.",
        "Correct the selector, or leave it out: then the links are found by what they look like.",
    ),
}
CODES = wording.meanings(_SAYS)
ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"
# What a selector is tried on before it is needed.
_PAGE = "<html><body><article><h2><a href='/'>A</a></h2></article></body></html>"
_XPATH = re.compile(r"\s*(?:\(*\s*\.{0,2}/|[\w-]+::|id\()")


class Listing:
    """A page on the web that lists articles; what is not on it any more may only have moved on."""

    reads_pages = True

    def __init__(self, settings: SourceSettings, tools: Tools) -> None:
        self._settings, self._tools = settings, tools
        self._robots = Robots(settings, tools)
        self._select = selector(settings.links) if settings.links.strip() else None

    def pull(self, seen: Seen) -> Pulled:
        """Return the articles the page lists, or that it is unchanged, or why it could not be had."""
        url = self._settings.url
        answer = self._robots.get(url, seen.validators.get(url), ACCEPT)
        if isinstance(answer, Issue):
            failure = replace(answer, severity="error")
            return Pulled(validators=seen.validators, issues=(failure,), failed=True)
        if answer.not_modified:
            return Pulled(validators={url: answer.validator}, unchanged=True)
        page = teasers.parse(answer.body, answer.url, answer.charset)
        listed = teasers.selected(page, self._select) if self._select else teasers.found(page)
        if not listed:
            return Pulled(validators=seen.validators, issues=(self._nothing(),), failed=True)
        articles, issues = self._chosen([a for a in listed if self._settings.wants(a.url)])
        return Pulled(tuple(articles), {url: answer.validator}, tuple(issues))

    def _chosen(self, articles: list[Article]) -> tuple[list[Article], list[Issue]]:
        most, pause = self._robots.most(self._settings.url)
        chosen, refused = self._robots.allowed(articles, min(most, self._settings.limit))
        if most < min(len(articles), self._settings.limit):
            refused.append(robots_issue("robots_slow", self._settings.url, pause, most))
        return chosen, refused

    def _nothing(self) -> Issue:
        code = "listing_no_match" if self._select else "listing_empty"
        return wording.issue(_SAYS, "error", code, self._settings.url, self._settings.links)


def open_source(settings: SourceSettings, tools: Tools) -> Source:
    """Return the page at the settings' `url`.

    Raises:
        SettingsError: `links` is neither a CSS selector nor an XPath that selects anything.
    """
    return Listing(settings, tools)


def selector(links: str) -> etree.XPath:
    """Return what the setting `links` says, ready to select: an XPath if it begins like one, else CSS.

    Raises:
        SettingsError: it is neither.
    """
    try:
        path = links if _XPATH.match(links) else HTMLTranslator().css_to_xpath(links)
        select = etree.XPath(path)
        if isinstance(select(etree.fromstring(_PAGE)), list):
            return select
        why = "it gives a value, not links"
    except (SelectorError, etree.XPathError, ValueError) as error:
        why = str(error) or "it cannot be read"
    said = f"links: {links!r} is neither a CSS selector nor an XPath that selects links ({why})."
    raise SettingsError([f"{said} Such are 'article h2 a' and '//article//h2/a'."])
