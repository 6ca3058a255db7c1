"""Which articles get a story video or trick play, and what each of them has so far. Pure.

What is rendered takes longer than a refresh may: it is made in the background (`renderer`), kept under a key
that names all it depends on, and put into its article whenever the channel is lined up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from feeds.item import playable
from feeds.lineup import DECIDED
from feeds.model import Article, Caption, Channel, Issue, Thumbnail, TrickPlay, Video
from feeds.selection import in_sections
from feedsvc import slides
from feedsvc.blobs import MEDIA
from feedsvc.media import bif
from feedsvc.settings import StorySettings
from feedsvc.store import Rendered

# A story has room for no more: what is beyond may change without a new one.
_TOLD, PICTURES = 4000, 10
_NOWHERE = f"{MEDIA}{'0' * 40}"

Unfit = Callable[[Article], Issue | None]


class Job(Struct, frozen=True):
    """Something to render for the article `id`; `key` names all that it will depend on."""

    id: str
    kind: Literal["story", "trickplay"]
    key: str


class Told(Struct, frozen=True):
    """Articles with what has been rendered for them so far, and what is still to be.

    The articles whose ids are in `waiting` cannot be shown before. `refused` are stories that cannot be.
    """

    articles: tuple[Article, ...]
    jobs: tuple[Job, ...] = ()
    waiting: frozenset[str] = frozenset()
    refused: tuple[Rendered, ...] = ()


class Look(Struct, frozen=True):
    """All that a channel's stories have in common; `logo` names the logo, as it is now.

    `edit` puts right what the settings of its source want put right about an article, before it is told.
    """

    channel: Channel
    story: StorySettings
    logo: str = ""
    edit: Callable[[Article], Article] = lambda article: article


def wants_story(article: Article, story: StorySettings, now: datetime) -> bool:
    """Tell whether an article is to have a story video: no other plays, or the channel wants it always."""
    if article.kind == "live" or any(issue.code in DECIDED for issue in article.issues):
        return False
    if story.policy == "never" or not in_sections(article, story.sections):
        return False
    working = tuple(v for v in article.videos if not v.expires or v.expires > now)
    return story.policy == "always" or not playable(replace(article, videos=working))


def job(article: Article, look: Look, now: datetime) -> Job | None:
    """Return what is to be rendered for an article, whether it has been or not; None when nothing is."""
    if wants_story(article, look.story, now):
        return Job(article.id, "story", story_key(article, look))
    videos = playable(article)
    if videos and bif.worth(videos[0].duration) and not article.trickplay:
        return Job(article.id, "trickplay", _hash("trickplay", videos[0].url, videos[0].duration))
    return None


def story_key(article: Article, look: Look) -> str:
    """Return what names the story video of an article: it changes with the words, pictures and look of it."""
    told, channel, story = excerpt(article), look.channel, look.story
    day = told.published.date() if told.published else None
    said = (told.title, told.summary, told.body, told.section[-1:], told.language, day, told.images)
    brand = (channel.title, channel.site, channel.language, channel.brand.colour, look.logo)
    return _hash(
        slides.VERSION, said, brand, story.minimum_words, story.motion, story.trickplay, story.narrator
    )


def excerpt(article: Article) -> Article:
    """Return the article as far as a story tells it."""
    body, room = [], _TOLD
    for paragraph in article.body:
        body.append(paragraph[:room])
        room -= len(paragraph)
        if room <= 0:
            break
    return replace(article, body=tuple(body), images=article.images[:PICTURES])


def tell(
    articles: Iterable[Article],
    wanted: Mapping[str, Job],
    rendered: Mapping[str, Sequence[Rendered]],
    now: datetime,
    unfit: Unfit,
) -> Told:
    """Return the articles with what has been `rendered` for them, newest first; it and `wanted` are by id.

    `unfit` says why an article can have no story; it is asked once for each key.
    """
    told = [_tell(a, wanted.get(a.id), rendered.get(a.id, ()), now, unfit) for a in articles]
    return Told(
        articles=tuple(one.article for one in told),
        jobs=tuple(one.job for one in told if one.job),
        waiting=frozenset(one.article.id for one in told if one.waits),
        refused=tuple(one.refused for one in told if one.refused),
    )


class _One(Struct, frozen=True):
    article: Article
    job: Job | None = None
    waits: bool = False
    refused: Rendered | None = None


def _tell(article: Article, wanted: Job | None, has: Sequence[Rendered], now: datetime, unfit: Unfit) -> _One:
    if wanted is None or any(one.key == wanted.key for one in has):
        return _One(_with(article, wanted, has))
    if wanted.kind == "story" and (issue := unfit(article)):
        refused = Rendered(article.id, wanted.key, now, issues=(issue,))
        return _One(_with(article, wanted, [refused]), refused=refused)
    waits = wanted.kind == "story" and not any(one.video for one in has)
    return _One(_with(article, wanted, has), wanted, waits)


def _with(article: Article, wanted: Job | None, has: Sequence[Rendered]) -> Article:
    """Return the article with what it has: of what is wanted, else the story it had before."""
    if wanted is None:
        return article
    exact = next((one for one in has if one.key == wanted.key), None)
    if wanted.kind == "trickplay":
        return replace(article, trickplay=exact.trickplay) if exact else article
    if exact and not exact.video:
        return replace(article, videos=(), issues=(*article.issues, *exact.issues))
    story = exact or next((one for one in has if one.video), None)
    return with_story(article, story) if story else _standing_in(article)


def with_story(article: Article, story: Rendered) -> Article:
    """Return the article with its story video in place of its own."""
    return replace(
        article,
        videos=(story.video,) if story.video else (),
        captions=story.captions,
        trickplay=story.trickplay,
        issues=(*article.issues, *story.issues),
    )


def _standing_in(article: Article) -> Article:
    """Return the article with as much to be said of it as will be of its story: a place in the budget."""
    size = 99_999_999
    story = Video(f"{_NOWHERE}/story.mp4", "MP4", "HD", 9999, 1280, 720, 60.0, article.language, size)
    return replace(
        article,
        videos=(story,),
        captions=(Caption(f"{_NOWHERE}/story.srt", article.language, "CLOSED_CAPTION"),),
        trickplay=(TrickPlay(f"{_NOWHERE}/trickplay.bif"),),
        thumbnail=article.thumbnail or Thumbnail(f"{_NOWHERE}.jpg", 1280, 720),
    )


def _hash(*parts: object) -> str:
    return blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
