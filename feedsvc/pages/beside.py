"""What stands beside the story of a page: its furniture, and the films and scripts of other stories."""

import re
from functools import lru_cache

from lxml.html import HtmlElement

from feedsvc.pages import markup
from feedsvc.pages.markup import Page

_LONG_NAME = 200
_ASIDE = frozenset(("aside", "nav", "footer"))
# What developers everywhere call the place of other stories, and of adverts.
_RAIL = re.compile(
    r"(?<![a-z])(?:related[a-z]{0,12}|recommend[a-z]{0,8}|recirc[a-z]{0,10}|trending|popular|latest"
    r"|(?:most|more|other|next|also)-?(?:watched|viewed|read|popular|recent|shared|videos?|stor(?:y|ies)|news"
    r"|articles?|posts?|from|like|on|links)|up-?next|(?:read|watch|see)-?(?:next|also)|(?:watch|see)-?more"
    r"|(?<!has-)(?<!with-)(?<!no-)side-?bar|widget-?area|footer|promot(?:ed|ion)|promos?|sponsor(?:ed|s)?"
    r"|outbrain|taboola|newsletters?"
    r"|advert(?:s|isements?|ising)?|ads?-?(?:slot|unit|container|wrapper|box|banner))(?![a-z])"
    r"|^(?:ads?|secondary)$",
    re.I,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def beside(page: Page, element: HtmlElement) -> bool:
    """Tell whether an element is no part of the story: called or marked so, or a link to another page.

    What the story itself stands in may be called anything.
    """
    around = page.place.holding
    for n, ancestor in enumerate((element, *element.iterancestors())):
        if ancestor in around:
            return False
        if ancestor.tag in _ASIDE or _is_rail(ancestor) or (n and _is_another_story(page, ancestor)):
            return True
    return False


def _is_rail(element: HtmlElement) -> bool:
    names = (name for key in ("class", "id") for name in element.get(key, "")[:_LONG_NAME].split())
    return any(_names_rail(name) for name in names)


@lru_cache(10_000)
def _names_rail(name: str) -> bool:
    return _RAIL.search(_CAMEL.sub("-", name).replace("_", "-")) is not None


def _is_another_story(page: Page, element: HtmlElement) -> bool:
    """Tell whether an element is a link to another page, or an article whose headline is one."""
    if element.tag == "a":
        return _leads_away(page, element.get("href", ""))
    if element.tag != "article":
        return False
    links = (a for h in element.iter("h2", "h3", "h4") for a in (*h.iter("a"), *h.iterancestors("a")))
    return any(_leads_away(page, a.get("href", "")) for a in links)


def _leads_away(page: Page, href: str) -> bool:
    address = page.absolute(href) if href and not href.startswith("#") else None
    return address is not None and markup.path(address) != markup.path(page.url)
