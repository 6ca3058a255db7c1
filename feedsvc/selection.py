"""What the settings of a source want of its articles: which of them, and what is put right about them. Pure.

Asked whenever a channel is lined up, so that a change of settings counts at once, for what is stored too.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Issue, Rating
from feeds.selection import in_sections
from feedsvc.settings import Selection, SourceSettings, every

CODES = {"excluded": "The settings of the article's source leave it out."}


def unwanted(article: Article, source: SourceSettings, now: datetime, *, read: bool = True) -> Issue | None:
    """Return why the settings of its source leave an article out, None when they do not.

    With `read` false its page has not been read: only what a listing says for certain counts.
    """
    reason = next(_reasons(article, source, now, read), "")
    if not reason:
        return None
    fix = "If it is wanted, change include, exclude, max_age or min_words of its source in the settings."
    return Issue("info", "excluded", article.id, f"The settings of its source leave it out: {reason}.", fix)


def _reasons(article: Article, source: SourceSettings, now: datetime, read: bool) -> Iterator[str]:
    include, exclude, age = source.include, source.exclude, every(source.max_age)
    published = article.published
    if reason := _named(article, exclude):
        yield reason
    if include.urls and not _matching(article.url, include.urls):
        yield "its address matches none of include.urls"
    if age and published and now - published > age:
        yield f"it is older than {source.max_age.removeprefix('every ')}"
    if not read:
        return
    if include.sections and not in_sections(article, include.sections):
        yield "it is in none of include.sections"
    if include.tags and not _tagged(article, include.tags):
        yield "it has none of include.tags"
    if source.min_words and (words := _words(article)) < source.min_words:
        yield f"it has {words} words, and min_words is {source.min_words}"


def _named(article: Article, exclude: Selection) -> str:
    """Return in words by which of its properties an article is excluded, "" when by none."""
    if exclude.sections and in_sections(article, exclude.sections):
        return f"its section {' / '.join(article.section)} is one of exclude.sections"
    if tag := _tagged(article, exclude.tags):
        return f"its tag {tag} is one of exclude.tags"
    if pattern := _matching(article.url, exclude.urls):
        return f"its address matches {pattern} of exclude.urls"
    return ""


def _tagged(article: Article, tags: Iterable[str]) -> str:
    wanted = {text.tag(tag, 100) for tag in tags}
    return next((tag for tag in article.tags if text.tag(tag, 100) in wanted), "") if wanted else ""


def _matching(url: str, patterns: Iterable[str]) -> str:
    return next((pattern for pattern in patterns if re.search(pattern, url)), "")


def _words(article: Article) -> int:
    return len(" ".join(article.body or (article.summary,)).split())


def edited(article: Article, source: SourceSettings) -> Article:
    """Return the article with what the settings of its source put right: title, section, genres, rating."""
    names = {text.tag(name, 100): other for name, other in source.section.items()}
    # Most sources say nothing here, and this is asked of every article of a channel at every refresh.
    section = [names.get(text.tag(name, 100), name) if names else name for name in article.section]
    rating = Rating(source.rating, source.rating_source) if source.rating else None
    return replace(
        article,
        title=_without_suffix(article.title, source.title_suffix),
        section=tuple(dict.fromkeys(name for name in section if name)),
        genres=(*article.genres, *_genres(article, source)),
        rating=article.rating or rating,
    )


def _without_suffix(title: str, suffix: str) -> str:
    shorter = title.rstrip().removesuffix(suffix.rstrip()).rstrip() if suffix.strip() else title
    return shorter or title


def _genres(article: Article, source: SourceSettings) -> Iterator[str]:
    genres = {text.tag(name, 100): genre for name, genre in source.genre.items()}
    for name in (*article.section, *article.tags) if genres else ():
        if genre := genres.get(text.tag(name, 100)):
            yield genre
