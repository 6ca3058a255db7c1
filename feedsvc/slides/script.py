"""What a story video says: an article -> slides, each with its words, its picture and its time.

Pure: the same article gives the same slides.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Channel
from feedsvc.slides.sentences import clauses, joined, sentences

RATE = 25
SHORTEST, LONGEST = 20.0, 75.0
_LEAST, _END = 4.0, 4.0
_WORDS_A_SECOND, _IDEOGRAPHS_A_SECOND, _UNSPACED_A_SECOND = 2.5, 5.0, 12.0
# A slide is read at one look: about 25 words, at most three sentences, never much more than four lines.
_SLIDE, _SLIDE_AT_MOST, _SENTENCES = 10.0, 14.0, 3
_HEADLINE, _LABEL, _CREDIT = 170, 40, 120
_SHOWN_TWICE = 2
_LEADS_ON = ("?", "？", "؟", ":", "：", "…")
# A sentence is told if more than this share of it is new: a body repeats its summary behind a place and date.
_NEW = 0.35
# Three Thai signs in four are letters that are read; marks above and below are counted with them.
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_UNSPACED = re.compile("[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff]")


class Slide(Struct, frozen=True):
    """One slide: the words it is about, and `seconds` until the next one begins to show.

    `label` stands above the words (the section), `line` below them (date and channel; on the last slide the
    address). `picture` is an index in the article's images, None for the brand's
    ground; `credit` is its caption.
    """

    kind: Literal["title", "text", "end"]
    words: str
    seconds: float
    label: str = ""
    line: str = ""
    picture: int | None = None
    credit: str = ""


def reading(words: str) -> float:
    """Return the seconds it takes to read `words` on a TV: 2.5 words a second, or by signs without spaces."""
    ideographs, unspaced = len(_IDEOGRAPH.findall(words)), len(_UNSPACED.findall(words))
    spaced = len(re.findall(r"\w[^\s]*", _UNSPACED.sub(" ", _IDEOGRAPH.sub(" ", words))))
    return spaced / _WORDS_A_SECOND + ideographs / _IDEOGRAPHS_A_SECOND + unspaced / _UNSPACED_A_SECOND


def script(
    article: Article,
    channel: Channel,
    *,
    pictures: Sequence[int] = (),
    drawable: Callable[[str], bool] = bool,
) -> tuple[Slide, ...]:
    """Return the slides of a story: title, sentences chosen in order, end; 20 to 75 seconds in all.

    `pictures` are the indices of the article's images that can be shown. Sentences that are not `drawable`
    are left out. An article that says nothing more than its headline has a title and an end.
    """
    language = article.language or channel.language
    title = _title(article, channel, language, drawable)
    room = LONGEST - title.seconds - _END
    said = _within(_grouped(_chosen(article, language, drawable), language), room)
    texts = [Slide("text", words, _time(words)) for words in _ended(list(said))]
    slides = _illustrated([title, *texts], article, pictures, drawable)
    return _stretched((*slides, _end(channel, drawable)))


def words(slides: Sequence[Slide]) -> float:
    """Return how many words stand between title and end; signs of unspaced scripts count in part."""
    return sum(reading(slide.words) for slide in slides if slide.kind == "text") * _WORDS_A_SECOND


def _title(article: Article, channel: Channel, language: str, drawable: Callable[[str], bool]) -> Slide:
    headline = text.clip(text.line(article.title), _HEADLINE)
    label = text.clip(text.line(article.section[-1]), _LABEL) if article.section else ""
    day = _day(article, language)
    line = " · ".join(part for part in (day, text.clip(text.line(channel.title), 50)) if drawable(part))
    return Slide("title", headline, _time(headline), label if drawable(label) else "", line)


def _end(channel: Channel, drawable: Callable[[str], bool]) -> Slide:
    host = re.sub(r"^https?://(www\.)?|/.*$", "", channel.site)
    name = text.clip(text.line(channel.title), 80)
    return Slide("end", name if drawable(name) else host, _END, line=host if drawable(name) else "")


def _day(article: Article, language: str) -> str:
    """Return the day it was published, as its language writes it."""
    if article.published is None:
        return ""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError, TypeError):
        locale = Locale("en")
    return format_date(article.published.date(), "long", locale)


def _time(words: str) -> float:
    return _whole_frames(max(_LEAST, reading(words) + 0.5))


def _chosen(article: Article, language: str, drawable: Callable[[str], bool]) -> Iterator[str]:
    """Yield sentences, none of which repeats the headline or what was said before."""
    told = _pairs(article.title)
    for paragraph in (article.summary, *article.body):
        for sentence in sentences(text.line(paragraph), language):
            # A summary cut short is said whole by the body.
            cut = sentence.endswith(("…", "..."))
            pairs = _pairs(sentence)
            if not cut and drawable(sentence) and len(pairs - told) > _NEW * len(pairs):
                told |= pairs
                yield sentence


def _pairs(said: str) -> set[tuple[str, str]]:
    """Return each word of a text with the one after it: two texts that share most of them say the same."""
    found = re.findall(r"[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff]|[^\W_]+", said.casefold())
    return set(pairwise(["", *found, ""]))


def _grouped(said: Iterator[str], language: str) -> Iterator[str]:
    """Yield what stands on one slide: up to three sentences, or a part of a long one."""
    group: list[str] = []
    for sentence in said:
        if group and (len(group) == _SENTENCES or reading(joined([*group, sentence])) > _SLIDE):
            yield joined(group)
            group = []
        if reading(sentence) > _SLIDE_AT_MOST:
            yield from clauses(sentence, language, lambda part: reading(part) <= _SLIDE)
        else:
            group.append(sentence)
    if group:
        yield joined(group)


def _within(groups: Iterator[str], room: float) -> Iterator[str]:
    """Yield the first groups that can be read in `room` seconds."""
    for words in groups:
        room -= _time(words)
        if room < 0:
            return
        yield words


def _ended(said: list[str]) -> list[str]:
    """Return the slides' words without a last slide that leads on: a heading, a question, a stray end."""
    while len(said) > _SHOWN_TWICE and (reading(said[-1]) < _LEAST / 2 or said[-1].endswith(_LEADS_ON)):
        said.pop()
    return said


def _illustrated(
    slides: list[Slide], article: Article, pictures: Sequence[int], drawable: Callable[[str], bool]
) -> Iterator[Slide]:
    """Yield the slides with pictures in order, spread evenly; one seen twice gives way to type."""
    shown = list(dict.fromkeys(pictures))[: len(slides)]
    places = [place * len(shown) // len(slides) for place in range(len(slides))] if shown else []
    for number, slide in enumerate(slides):
        before = places[:number].count(places[number]) if shown else _SHOWN_TWICE
        if before >= _SHOWN_TWICE:
            yield slide
        else:
            picture = shown[places[number]]
            credit = "" if before else _credit(article, picture)
            yield replace(slide, picture=picture, credit=credit if drawable(credit) else "")


def _credit(article: Article, picture: int) -> str:
    image = article.images[picture]
    caption = text.line(image.caption)
    said = text.line(image.credit)
    parts = [text.clip(caption, _CREDIT - min(len(said), 40)), text.clip(said, 40)]
    return " · ".join(part for part in parts if part)


def _stretched(slides: tuple[Slide, ...]) -> tuple[Slide, ...]:
    """Return the slides with their times lengthened, each by the same share, to the shortest story."""
    total = sum(slide.seconds for slide in slides)
    share = max(1.0, SHORTEST / total)
    return tuple(replace(slide, seconds=_whole_frames(slide.seconds * share)) for slide in slides)


def _whole_frames(seconds: float) -> float:
    return ceil(seconds * RATE - 1e-6) / RATE


def starts(slides: Sequence[Slide]) -> list[tuple[float, float]]:
    """Return when each slide begins and ends, in seconds."""
    times = [0.0]
    for slide in slides:
        times.append(times[-1] + slide.seconds)
    return list(pairwise(times))
