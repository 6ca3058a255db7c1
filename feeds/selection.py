"""Which articles are meant, when somebody names sections, tags, series or sources. Pure."""

from collections.abc import Iterable
from functools import lru_cache

from feeds import text
from feeds.model import Article, RowRule, Selection


def belongs(article: Article, rule: Selection | RowRule) -> bool:
    """Tell whether an article is one of those that `rule` names: of each list that is not empty, one."""
    return (
        in_sections(article, rule.sections)
        and tagged(article, rule.tags)
        and (not rule.series or series_key(article.series) in map(series_key, rule.series))
        and (not rule.sources or article.source in rule.sources)
    )


def in_sections(article: Article, sections: Iterable[str]) -> bool:
    """Tell whether an article stands in one of `sections`; when there are none, every article does."""
    wanted = _names(tuple(sections))
    return not wanted or not wanted.isdisjoint(_names(article.section))


def tagged(article: Article, tags: Iterable[str]) -> bool:
    """Tell whether an article has one of `tags`; when there are none, every article does."""
    wanted = _names(tuple(tags))
    return not wanted or not wanted.isdisjoint(_names(article.tags))


def series_key(title: str) -> str:
    """Return what tells one series from another: its title, whatever the case and the spaces."""
    return text.line(title).casefold()


@lru_cache(maxsize=4096)
def _names(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(text.tag(name, 100) for name in names)
