"""One article made fit for a TV: its page read, its videos probed, its picture made."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.model import Article, Brand, Caption, Image, Issue, Video
from feedsvc import captions, media, pages, thumbnails
from feedsvc.blobs import MEDIA, BlobError, Blobs
from feedsvc.http import FetchError, Http
from feedsvc.media.footage import Readable

CODES = {
    "date_in_future": "A date lies in the future; the time the article was first seen is used.",
    "media_not_kept": "A picture or captions could not be kept: the disk is full or read-only.",
}
VIDEOS_PROBED = 6  # an article that names 50 is not probed 50 times
CAPTIONS_READ = 24
_CLOCKS_DIFFER = timedelta(minutes=15)
M = TypeVar("M", Image, Video, Caption)


class Producer(Struct, frozen=True):
    """Makes articles watchable with one HTTP client and one place for what it makes."""

    http: Http
    blobs: Blobs
    max_page: int
    max_image: int

    def understand(self, article: Article) -> Article:
        """Return the article with what its page says added; a page that cannot be had is an issue."""
        try:
            response = self.http.get(article.url, max_bytes=self.max_page)
        except FetchError as error:
            return replace(article, issues=(*article.issues, error.issue("warning")))
        charset = response.charset
        return merged(article, text.scrub(pages.read(response.body, response.url, charset)))

    def illustrate(self, article: Article, brand: Brand, before: Article | None = None) -> Article:
        """Return the article with its videos probed, its captions published and a thumbnail made.

        `before`, the article as it was last made, saves doing it twice.
        """
        known = {v.url: v for v in before.videos if v.type} if before else {}
        probed = [
            known.get(v.url) or media.probe(v, self.open) for v in each_once(article.videos)[:VIDEOS_PROBED]
        ]
        videos = one_film([p for p in probed if isinstance(p, Video)])
        issues = tuple(replace(p, where=article.id) for p in probed if isinstance(p, Issue))
        article = replace(article, videos=videos, issues=(*article.issues, *issues))
        if not videos:
            return article
        article = self._with_captions(article, before)
        if before and before.thumbnail and _looks_alike(article, before):
            said = (issue for issue in before.issues if issue.code.startswith("image_"))
            return replace(article, thumbnail=before.thumbnail, issues=(*article.issues, *said))
        return self._with_picture(article, brand)

    def _with_captions(self, article: Article, before: Article | None) -> Article:
        known = {c.source: c for c in before.captions if c.source} if before else {}
        lost = [i for i in before.issues if i.code == "caption_cues_lost"] if before else []
        read = [
            (_again(known[c.url], c), [i for i in lost if i.where == c.url])
            if c.url in known
            else self._published(c)
            for c in each_once(article.captions)[:CAPTIONS_READ]
        ]
        issues = (issue for _, said in read for issue in said)
        return replace(article, captions=tuple(c for c, _ in read if c), issues=(*article.issues, *issues))

    def _published(self, caption: Caption) -> tuple[Caption | None, list[Issue]]:
        """Return captions as our own SRT and WebVTT, None when there are none; and what went wrong."""
        url = caption.url
        try:
            data = self.fetch(url, captions.LARGEST)
        except (FetchError, BlobError) as error:
            return None, [replace(captions.issue("caption_fetch", url, error.message), fix=error.fix)]
        track = captions.read(data, caption.language)
        if isinstance(track, Issue):
            return None, [replace(track, where=url)]
        try:
            srt = self.blobs.put(captions.srt(track), ".srt")
            vtt = self.blobs.put(captions.vtt(track), ".vtt")
        except BlobError as error:
            return None, [Issue("warning", "media_not_kept", url, error.message, error.fix)]
        ours = replace(caption, url=srt, language=track.language, source=url, vtt=vtt)
        return ours, [replace(issue, where=url) for issue in track.issues]

    def _with_picture(self, article: Article, brand: Brand) -> Article:
        try:
            picture, troubles = thumbnails.illustrate(article, self.fetch, self.frame, self.blobs.put, brand)
        except BlobError as error:
            issue = Issue("error", "media_not_kept", article.id, error.message, error.fix)
            return replace(article, issues=(*article.issues, issue))
        return replace(article, thumbnail=picture, issues=(*article.issues, *troubles))

    def open(self, url: str) -> Readable:
        """Return a seekable file for a video: one of ours, or one read by ranges over HTTP."""
        return self.blobs.open(url) if url.startswith(MEDIA) else self.http.open(url)

    def fetch(self, url: str, max_bytes: int | None = None) -> bytes:
        """Return a picture's bytes, or another file's of at most `max_bytes`: one of ours, or one fetched."""
        if url.startswith(MEDIA):
            with self.blobs.open(url) as file:
                return file.read()
        return self.http.get(url, max_bytes=max_bytes or self.max_image).body

    def frame(self, video: Video) -> bytes | None:
        """Return a picture out of a video; None when there is none worth showing."""
        return media.frame(video.url, self.open)


def merged(listing: Article, page: Article) -> Article:
    """Return what a listing and an article's page say together; the newsroom's own listing leads."""
    return replace(
        listing,
        url=page.url or listing.url,
        title=listing.title or page.title,
        summary=_summary(listing, page),
        body=max(page.body, listing.body, key=lambda paragraphs: sum(map(len, paragraphs))),
        section=page.section or listing.section,
        tags=tuple(dict.fromkeys((*listing.tags, *page.tags))),
        language=page.language or listing.language,
        authors=page.authors or listing.authors,
        published=listing.published or page.published,
        updated=max(filter(None, (listing.updated, page.updated)), default=None),
        images=each_once((*page.images, *listing.images)),
        videos=each_once((*listing.videos, *page.videos)),
        captions=each_once((*listing.captions, *page.captions)),
        rating=listing.rating or page.rating,
        window=listing.window if listing.window.start or listing.window.end else page.window,
        issues=(*listing.issues, *page.issues),
    )


def _summary(listing: Article, page: Article) -> str:
    """Return the listing's summary, unless it was cut off where the page's goes on."""
    cut = not listing.summary or listing.summary.rstrip("]) ").endswith(("…", "..."))
    return page.summary if cut and page.summary else listing.summary


def each_once(media: Iterable[M]) -> tuple[M, ...]:
    """Return pictures, films or captions without those whose address came before."""
    kept: dict[str, M] = {}
    for one in media:
        kept.setdefault(one.url, one)
    return tuple(kept.values())


def one_film(videos: Sequence[Video]) -> tuple[Video, ...]:
    """Return the first video and the others of its length: renditions of one film, which readers choose from.

    A page may hold several films; what is of another length is another story's, or a trailer.
    """
    length = (videos[0].duration or 0) if videos else 0
    leeway = max(2.0, length * 0.03)
    return tuple(video for video in videos if abs((video.duration or 0) - length) <= leeway)


def _again(known: Caption, told: Caption) -> Caption:
    """Return captions published before, as an article speaks of them now."""
    return replace(known, language=told.language or known.language, kind=told.kind)


def _looks_alike(article: Article, before: Article) -> bool:
    """Tell whether the picture made of `before` would be made again: a card shows the headline too."""
    said = {issue.code for issue in before.issues}
    same_words = (article.title, article.section) == (before.title, before.section)
    same_media = article.images == before.images and article.videos == before.videos
    return same_media and "image_fetch" not in said and (same_words or "image_card" not in said)


def dated(article: Article, now: datetime) -> Article:
    """Return the article with no date in the future: then the moment it was first seen counts (case 52)."""
    future = [name for name in ("published", "updated") if _is_future(getattr(article, name), now)]
    if not future:
        return article
    issue = Issue(
        "warning",
        "date_in_future",
        article.id,
        f"The article says it was {' and '.join(future)} in the future; the time it was first seen is used.",
        "Correct the date or its time zone at the source; to hold a story back, give it a window.",
    )
    return replace(article, **dict.fromkeys(future), issues=(*article.issues, issue))


def _is_future(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now + _CLOCKS_DIFFER
