"""The same story told by two sources of one channel: a viewer is to see it once. Pure.

Two articles are one story when they came out within two days of each other, their headlines share most of
their words, and so do their texts, as far as both have one. Agencies' reports are edited in places, so words
in a row are compared, as in Broder's shingling (https://doi.org/10.1109/SEQUEN.1997.666900).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import regex
from msgspec import Struct

from feeds.model import Article

_APART = timedelta(days=2)
_TITLES_ALIKE, _TEXTS_ALIKE = 0.6, 0.5
_IN_A_ROW, _WORDS_READ = 3, 400
# A word in the headlines of so many articles leads to no pair.
_COMMON = 40
_WORD = regex.compile(r"[\p{L}\p{N}]+")
# Scripts that write no spaces: each sign is taken for a word.
_SIGN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


class _Story(Struct, frozen=True):
    article: Article
    title: frozenset[str]


def duplicates(articles: Iterable[Article]) -> Mapping[str, Article]:
    """Return by the id of each article that tells a story again the better one that tells it, too.

    Articles of one source are never taken for each other: it knows what it publishes.
    """
    stories = [_Story(a, frozenset(_words(a.title))) for a in articles]
    better: dict[str, Article] = {}
    for one, other in sorted(_pairs(stories), key=lambda pair: (_rank(pair[0]), _rank(pair[1]))):
        if one.id not in better and other.id not in better:
            worst, best = sorted((one, other), key=_rank)[::-1]
            better[worst.id] = best
    return better


def _pairs(stories: Sequence[_Story]) -> Iterator[tuple[Article, Article]]:
    """Yield the pairs of articles that tell one story; only those with a rare word in common are compared."""
    by_word: dict[str, list[int]] = defaultdict(list)
    for number, story in enumerate(stories):
        for word in story.title:
            by_word[word].append(number)
    numbers = (pair for shared in by_word.values() if len(shared) <= _COMMON for pair in _each(shared))
    for one, other in dict.fromkeys(numbers):
        if _same(stories[one], stories[other]):
            yield stories[one].article, stories[other].article


def _each(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from ((one, other) for n, one in enumerate(numbers) for other in numbers[n + 1 :])


def _same(one: _Story, other: _Story) -> bool:
    apart = abs(_moment(one.article) - _moment(other.article))
    if one.article.source == other.article.source or apart > _APART.total_seconds():
        return False
    if _alike(one.title, other.title) < _TITLES_ALIKE:
        return False
    texts = [_shingles(story.article) for story in (one, other)]
    return not all(texts) or _alike(*texts) >= _TEXTS_ALIKE


def _alike(one: frozenset[object], other: frozenset[object]) -> float:
    """Return the share of the smaller set that is in both: one may tell the story at greater length."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(_SIGN.sub(r" \g<0> ", text.casefold()))


def _shingles(article: Article) -> frozenset[object]:
    words = _words(" ".join(article.body or (article.summary,)))[:_WORDS_READ]
    return frozenset(tuple(words[n : n + _IN_A_ROW]) for n in range(len(words) - _IN_A_ROW + 1))


def _moment(article: Article) -> float:
    moment: datetime | None = article.published or article.first_seen
    return moment.timestamp() if moment else 0.0


def _rank(article: Article) -> tuple[bool, int, int, float, str]:
    """Return where an article stands among those that tell its story: with a video, longest, first."""
    length = sum(map(len, article.body)) // 200
    seen = article.first_seen.timestamp() if article.first_seen else 0.0
    return not article.videos, -length, -len(article.images), seen, article.id
