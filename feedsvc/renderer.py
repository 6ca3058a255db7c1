"""Renders in the background: story videos and trick play, kept in the store and with the blobs."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO

from msgspec import Struct
from msgspec.structs import replace

from feeds.item import playable
from feeds.model import Article, Caption, Channel, Issue, TrickPlay, Video
from feedsvc import slides
from feedsvc.blobs import MEDIA, BlobError, Blobs
from feedsvc.http import FetchError
from feedsvc.media.bif import bif
from feedsvc.media.footage import Readable
from feedsvc.produce import Producer
from feedsvc.publication import public
from feedsvc.store import Rendered, Store, Stored
from feedsvc.stories import Job, Look, excerpt, story_key
from feedsvc.studio import Order

CODES: Mapping[str, str] = {
    "story_failed": "The program that makes story videos failed on the article, again and again.",
}
TRIES = 3
_PICTURES_BYTES = 40_000_000
# A picture each ten seconds of an hour, by ranges.
_WOUND_BYTES = 400_000_000

log = logging.getLogger(__name__)


class Renderer:
    """Renders one job at a time; what it made is kept in the store, its files in the blobs.

    `studio` renders a story, `logo` gives the bytes of a brand's logo, b"" when there is none.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        producer: Producer,
        studio: Callable[[Order], slides.Story | Issue | None],
        *,
        logo: Callable[[str], bytes],
        public_url: str,
    ) -> None:
        self._store, self._blobs, self._producer, self._studio = store, blobs, producer, studio
        self._logo, self._public_url = logo, public_url
        self._failures: Counter[str] = Counter()

    def render(self, job: Job, look: Look, now: datetime) -> bool:
        """Render a job and keep what came of it; return whether there is anything new to line up."""
        channel = look.channel.id
        if any(one.key == job.key for one in self._store.renders.of(channel, [job.id]).get(job.id, ())):
            return True  # another process was quicker
        stored = self._store.stored(channel, [job.id]).get(job.id)
        if stored is None or stored.withdrawn:
            return False
        try:
            made = self._story(job, stored, look) if job.kind == "story" else self._trickplay(stored)
            if made is None:
                return False
            self._keep(made, job, look, now)
        except BlobError as error:
            log.error("channel=%s article=%s %s %s", channel, job.id, error.message, error.fix)
            return False
        return True

    def _keep(self, made: "Made", job: Job, look: Look, now: datetime) -> None:
        folder = self._blobs.put_together(made.files) if made.files else ""
        rendered = rendered_of(made, job, folder, now)
        self._store.renders.keep(look.channel.id, [rendered], made.script)

    def _story(self, job: Job, stored: Stored, look: Look) -> "Made | None":
        """Return an article's story, or why it has none; None when that may be otherwise next time."""
        if story_key(look.edit(stored.article), look) != job.key:
            return None  # it has changed since; the next line-up asks for what it says now
        article = look.edit(self._with_picture(stored, look.channel))
        answer = self._studio(self._order(excerpt(article), look))
        if isinstance(answer, slides.Story):
            return story_of(answer, article, look)
        return Made(issues=(answer,)) if answer else self._failed(job)

    def _with_picture(self, stored: Stored, channel: Channel) -> Article:
        """Return the article with a thumbnail: it had no need of one as long as nothing was to be shown."""
        article = stored.article
        if article.thumbnail is None:
            article = self._producer.with_picture(article, channel.brand)
            self._store.amend(channel.id, stored.article, article)
        return article

    def _order(self, article: Article, look: Look) -> Order:
        story = look.story
        return Order(
            article=article,
            channel=look.channel,
            pictures=self._pictures(article),
            logo=self._logo(look.channel.brand.logo),
            minimum=story.minimum_words,
            motion=story.motion,
            narrator=story.narrator,
            narrator_timeout=story.narrator_timeout,
        )

    def _pictures(self, article: Article) -> tuple[bytes, ...]:
        found: list[bytes] = []
        for image in article.images:
            full = sum(map(len, found)) > _PICTURES_BYTES
            found.append(b"" if full else self._picture(image.url))
        return tuple(found)

    def _picture(self, url: str) -> bytes:
        try:
            return self._producer.fetch(url)
        except (FetchError, OSError):
            return b""

    def _failed(self, job: Job) -> "Made | None":
        self._failures[job.key] += 1
        if self._failures[job.key] < TRIES:
            return None
        message = f"Its story video could not be made: the program failed {TRIES} times."
        fix = "Look at the log and report it with the article's address; a restart tries again."
        return Made(issues=(Issue("error", "story_failed", job.id, message, fix),))

    def _trickplay(self, stored: Stored) -> "Made | None":
        videos = playable(public(stored.article, self._public_url))
        if not videos:
            return None
        url, own = videos[0].url, f"{self._public_url}{MEDIA}"
        address = url.removeprefix(self._public_url) if url.startswith(own) else url
        data = bif(address, self._open, videos[0].duration or 0)
        return Made({_BIF: data}) if isinstance(data, bytes) else Made(issues=(data,))

    def _open(self, url: str) -> Readable:
        return self._producer.open(url, _WOUND_BYTES)


_VIDEO, _SRT, _VTT, _BIF = "story.mp4", "story.srt", "story.vtt", "trickplay.bif"


class Made(Struct, frozen=True):
    """What came of a job: files by name, or the issues that say why there are none."""

    files: Mapping[str, bytes] = {}
    issues: tuple[Issue, ...] = ()
    video: Video | None = None
    language: str = ""
    script: tuple[slides.Slide, ...] = ()


def story_of(story: slides.Story, article: Article, look: Look) -> Made:
    """Return a story as the files it is published in."""
    files = {_VIDEO: story.video, _SRT: story.srt, _VTT: story.vtt}
    if look.story.trickplay:
        wound = bif(f"{MEDIA}{_VIDEO}", lambda _: BytesIO(story.video), story.duration)
        files |= {_BIF: wound} if isinstance(wound, bytes) else {}
    size, kbps = len(story.video), round(len(story.video) * 8 / 1000 / story.duration)
    language = article.language or look.channel.language
    video = Video("", "MP4", "HD", kbps, 1280, 720, story.duration, language, size)
    return Made(files, story.issues, video, language, story.slides)


def rendered_of(made: Made, job: Job, folder: str, now: datetime) -> Rendered:
    """Return what was made, by the addresses in the `folder` its files are in."""
    captions = (Caption(f"{folder}/{_SRT}", made.language, "CLOSED_CAPTION"),) if _SRT in made.files else ()
    return Rendered(
        id=job.id,
        key=job.key,
        made=now,
        video=replace(made.video, url=f"{folder}/{_VIDEO}") if made.video else None,
        captions=captions,
        trickplay=(TrickPlay(f"{folder}/{_BIF}"),) if _BIF in made.files else (),
        issues=made.issues,
        folder=folder,
    )
