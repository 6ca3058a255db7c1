"""What a story video says: an article -> slides, each with its words, its picture and its time.

Pure: the same article gives the same slides.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from math import ceil
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Channel
from feedsvc.slides.sentences import clauses, joined, sentences
from feedsvc.thumbnails.cards import UNSPACED

RATE = 25
SHORTEST, LONGEST = 20.0, 75.0
_LEAST, _END = 4.0, 4.0
# A voice begins when the words before are gone, and ends before these go.
_BREATH = 0.4
_WORDS_A_SECOND, _IDEOGRAPHS_A_SECOND, _UNSPACED_A_SECOND = 2.5, 5.0, 12.0
# A slide is read at one look: about 25 words, at most three sentences, never much more than four lines.
_SLIDE, _SLIDE_AT_MOST, _SENTENCES = 10.0, 14.0, 3
_HEADLINE, _LABEL, _CREDIT = 170, 40, 120
_SHOWN_TWICE, _FEWEST = 2, 2
_LONG_WORD = 12
# Addresses and codes that fill a line, and letters that were damaged.
_UNREADABLE = re.compile(
    "[^\\s\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]{60}|\ufffd"
)
_LEADS_ON = ("?", "？", "؟", ":", "：", "…")
_READ = 100  # sentences: no story has room for more
# A sentence is told if more than this share of it is new: a body repeats its summary behind a place and date.
_NEW = 0.35
# Three Thai signs in four are letters that are read; marks above and below are counted with them.
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")


class Slide(Struct, frozen=True):
    """One slide: the words it is about, and `seconds` until the next one begins to show.

    `label` stands above the words (the section), `line` below them (date and channel; on the last slide the
    address). `picture` is an index in the article's images, None for the brand's
    ground; `credit` is its caption. `spoken` is from when to when a voice reads the words, in seconds from
    the slide's beginning.
    """

    kind: Literal["title", "text", "end"]
    words: str
    seconds: float = 0.0
    label: str = ""
    line: str = ""
    picture: int | None = None
    credit: str = ""
    spoken: tuple[float, float] | None = None


def reading(words: str) -> float:
    """Return the seconds it takes to read `words` on a TV: 2.5 words a second, or by signs without spaces."""
    ideographs, unspaced = len(_IDEOGRAPH.findall(words)), len(UNSPACED.findall(words))
    parts = re.findall(r"\w[^\s]*", UNSPACED.sub(" ", _IDEOGRAPH.sub(" ", words)))
    spaced = sum(max(1.0, len(part) / _LONG_WORD) for part in parts)
    return spaced / _WORDS_A_SECOND + ideographs / _IDEOGRAPHS_A_SECOND + unspaced / _UNSPACED_A_SECOND


def script(
    article: Article,
    channel: Channel,
    *,
    pictures: Sequence[int] = (),
    drawable: Callable[[str], bool] = bool,
    spoken: Callable[[str], float] | None = None,
) -> tuple[Slide, ...]:
    """Return the slides of a story: title, sentences chosen in order, end; 20 to 75 seconds in all.

    `spoken` tells how many seconds a voice takes for the words of a slide: its time follows the voice.

    `pictures` are the indices of the article's images that can be shown. Sentences that are not `drawable`
    are left out. An article that says nothing more than its headline has a title and an end.
    """
    language = article.language or channel.language
    title = _timed(_title(article, channel, drawable), spoken)
    said = _grouped(_chosen(article, language, drawable), language)
    texts = _within((_timed(Slide("text", words), spoken) for words in said), LONGEST - title.seconds - _END)
    slides = _illustrated([title, *_ended(list(texts))], article, pictures, drawable)
    return _stretched((*slides, _end(channel, drawable)))


def words(slides: Sequence[Slide]) -> float:
    """Return how many words stand between title and end; signs of unspaced scripts count in part."""
    return sum(reading(slide.words) for slide in slides if slide.kind == "text") * _WORDS_A_SECOND


def _timed(slide: Slide, spoken: Callable[[str], float] | None) -> Slide:
    """Return the slide with the time it takes to read it, or to hear it: with a breath before and after."""
    if spoken is None:
        return replace(slide, seconds=_whole_frames(max(_LEAST, reading(slide.words) + 0.5)))
    heard = _BREATH, _BREATH + spoken(slide.words)
    return replace(slide, seconds=_whole_frames(max(_LEAST, heard[1] + _BREATH)), spoken=heard)


def _title(article: Article, channel: Channel, drawable: Callable[[str], bool]) -> Slide:
    language = article.language or channel.language
    headline = text.clip(text.line(article.title), _HEADLINE)
    label = text.clip(text.line(article.section[-1]), _LABEL) if article.section else ""
    day = _day(article, language)
    line = " · ".join(part for part in (day, text.clip(text.line(channel.title), 50)) if drawable(part))
    return Slide("title", headline, label=label if drawable(label) else "", line=line)


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


def _chosen(article: Article, language: str, drawable: Callable[[str], bool]) -> Iterator[str]:
    """Yield sentences, none of which repeats the headline or what was said before."""
    told = _pairs(article.title)
    paragraphs = (text.line(paragraph) for paragraph in (article.summary, *article.body))
    said = chain.from_iterable(sentences(paragraph, language) for paragraph in paragraphs)
    for sentence in _whole(islice(said, _READ)):
        # A summary cut short is said whole by the body; one with damaged letters is no good.
        cut = sentence.endswith(("…", "...")) or bool(_UNREADABLE.search(sentence))
        pairs = _pairs(sentence)
        if not cut and drawable(sentence) and len(pairs - told) > _NEW * len(pairs):
            told |= pairs
            yield sentence


def _whole(said: Iterable[str]) -> Iterator[str]:
    """Yield sentences without those that another says to its end: a summary often breaks off in one."""
    all_ = list(said)
    letters = ["".join(filter(str.isalnum, sentence.casefold())) for sentence in all_]
    for number, sentence in enumerate(all_):
        if not any(
            len(other) > len(letters[number]) and other.startswith(letters[number])
            for other in letters[number + 1 :]
        ):
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


def _within(slides: Iterator[Slide], room: float) -> Iterator[Slide]:
    """Yield the first slides that can be read in `room` seconds."""
    for slide in slides:
        room -= slide.seconds
        if room < 0:
            return
        yield slide


def _ended(slides: list[Slide]) -> list[Slide]:
    """Return the slides without last ones that lead on: a heading, a question, a stray end."""
    while len(slides) > _FEWEST and _leads_on(slides[-1].words):
        slides.pop()
    return slides


def _leads_on(words: str) -> bool:
    return reading(words) < _LEAST / 2 or words.endswith(_LEADS_ON)


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
