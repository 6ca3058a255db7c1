"""One article made fit for a TV: its page read, its videos probed, its picture made."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from feeds import text
from feeds.identity import page_of
from feeds.model import Article, Brand, Caption, Image, Issue, Video
from feedsvc import captions, dates, media, pages, thumbnails
from feedsvc.blobs import MEDIA, BlobError, Blobs
from feedsvc.http import FetchError, Http
from feedsvc.media.footage import Readable
from feedsvc.store import Probed

CODES = {
    "date_in_future": "A date lies in the future; the time the article was first seen is used.",
    "page_gone": "An article's page was there and is gone: the story was taken back.",
    "media_not_kept": "A picture or captions could not be kept: the disk is full or read-only.",
}
VIDEOS_PROBED = 6  # an article that names 50 is not probed 50 times
CAPTIONS_READ = 24
LOOKED_AT = timedelta(days=1)  # a video elsewhere is believed to be as it was for so long
# What a server says of a video that is not there any more, and not only just now.
GONE = ("fetch_not_found", "fetch_forbidden")
_CLOCKS_DIFFER = timedelta(minutes=15)
M = TypeVar("M", Image, Video, Caption)


class Probes(Protocol):
    """What videos elsewhere were found to be, kept between refreshes."""

    def get(self, url: str) -> Probed | None:
        """Return what the video at `url` was found to be."""
        ...

    def keep(self, url: str, probed: Probed) -> None:
        """Keep what the video at `url` is."""
        ...


class Producer(Struct, frozen=True):
    """Makes articles watchable with one HTTP client and one place for what it makes.

    `policy_keys` are what Brightcove wants to hear, by account.
    """

    http: Http
    blobs: Blobs
    probes: Probes
    max_page: int
    max_image: int
    policy_keys: Mapping[str, str] = {}

    def understand(
        self, article: Article, now: datetime, before: Article | None = None, *, login: str = ""
    ) -> Article:
        """Return the article with what its page says added; a page that cannot be had is an issue.

        What the page said `before` stands while its server is down, and when it says that it has not changed.
        `login` is what the page's own host wants to hear; no other does.
        """
        names = {page_of(article.url), page_of(before.url if before else article.url)}
        known = next(filter(None, map(self.probes.get, names)), None)
        try:
            validator = known.validator if known and before else None
            response = self.http.get(article.url, validator=validator, max_bytes=self.max_page, login=login)
        except FetchError as error:
            return _without_page(article, before, error, known)
        if response.not_modified and before:
            read = as_page(before)
        else:
            read = text.scrub(pages.read(response.body, response.url, response.charset))
        whole = merged(article, read)
        for name in names | {page_of(whole.url)}:
            self.probes.keep(name, Probed(now, validator=response.validator))
        return whole

    def illustrate(
        self,
        article: Article,
        brand: Brand,
        now: datetime,
        before: Article | None = None,
        *,
        wants_story: Callable[[Article], bool] = lambda article: False,
    ) -> Article:
        """Return the article with its videos probed, its captions published and a thumbnail made.

        `before`, the article as it was last made, saves doing it twice. An article without a video gets a
        thumbnail only if it `wants_story`.
        """
        article = self._with_videos(article, now, before)
        article = self._with_captions(article, before) if article.videos else article
        if not article.videos and not wants_story(article):
            return article
        if before and before.thumbnail and _looks_alike(article, before):
            said = (issue for issue in before.issues if issue.code.startswith("image_"))
            return replace(article, thumbnail=before.thumbnail, issues=(*article.issues, *said))
        return self.with_picture(article, brand)

    def _with_videos(self, article: Article, now: datetime, before: Article | None) -> Article:
        issues: list[Issue] = []
        named: list[Video] = []
        for video in each_once(article.videos)[:VIDEOS_PROBED]:
            streams = _streams_of(video, before, now) or media.embeds.resolve(
                video, self._ask, self.policy_keys
            )
            issues += [streams] if isinstance(streams, Issue) else []
            named += [] if isinstance(streams, Issue) else streams
        live = article.kind == "live"
        probed = [self._probed(video, now, live) for video in each_once(named)[:VIDEOS_PROBED]]
        videos = one_film([p for p in probed if isinstance(p, Video)])
        issues += [p for p in probed if isinstance(p, Issue)]
        issues += [issue for video in videos if (issue := media.signed.soon(video, now))]
        said = (replace(issue, where=article.id) for issue in issues)
        return replace(article, videos=videos, issues=(*article.issues, *said))

    def _ask(self, url: str, accept: str) -> bytes:
        return self.http.get(url, max_bytes=self.max_page, accept=accept).body

    def _probed(self, video: Video, now: datetime, live: bool) -> Video | Issue:
        """Return what a video is: as it was found before, if it has not changed since."""
        known = self.probes.get(video.url)
        if known and live and known.issue and known.issue.code == "video_live":
            known = None  # it was taken for a film
        if known and self._still(video.url, known, now):
            return known.issue or _found(video, known)
        probe = media.probed(video, self.open, live=live)
        if known and known.found and probe.failure and probe.failure not in GONE:
            return _found(video, known)  # a server that is down for a moment takes no story off the air
        if isinstance(probe.found, Video):
            self.probes.keep(video.url, Probed(now, probe.found, None, probe.validator))
        elif not probe.found.code.startswith("video_fetch"):
            self.probes.keep(video.url, Probed(now, None, probe.found, probe.validator))
        return probe.found

    def _still(self, url: str, known: Probed, now: datetime) -> bool:
        """Tell whether a video is as it was found: ours always, another if its server says so once a day."""
        if url.startswith(MEDIA) or now - known.checked < LOOKED_AT:
            return True
        try:
            same = self.http.unchanged(url, known.validator)
        except FetchError as error:
            return error.code not in GONE
        if same:
            self.probes.keep(url, replace(known, checked=now))
        return same

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
        """Return captions as our own SRT, WebVTT beside it; None when there are none; and what went wrong."""
        url = caption.url
        try:
            data = self.fetch(url, captions.LARGEST)
        except (FetchError, BlobError) as error:
            return None, [replace(captions.issue("caption_fetch", url, error.message), fix=error.fix)]
        track = captions.read(data, caption.language)
        if isinstance(track, Issue):
            return None, [replace(track, where=url)]
        files = {"captions.srt": captions.srt(track), "captions.vtt": captions.vtt(track)}
        try:
            folder = self.blobs.put_together(files)
        except BlobError as error:
            return None, [Issue("warning", "media_not_kept", url, error.message, error.fix)]
        ours = replace(caption, url=f"{folder}/captions.srt", language=track.language, source=url)
        return ours, [replace(issue, where=url) for issue in track.issues]

    def with_picture(self, article: Article, brand: Brand) -> Article:
        """Return the article with a thumbnail, or with what kept it from being made."""
        try:
            picture, troubles = thumbnails.illustrate(article, self.fetch, self.frame, self.blobs.put, brand)
        except BlobError as error:
            issue = Issue("error", "media_not_kept", article.id, error.message, error.fix)
            return replace(article, issues=(*article.issues, issue))
        return replace(article, thumbnail=picture, issues=(*article.issues, *troubles))

    def open(self, url: str, max_bytes: int = 64_000_000) -> Readable:
        """Return a seekable file for a video: one of ours, or one of which so much is read over HTTP."""
        return self.blobs.open(url) if url.startswith(MEDIA) else self.http.open(url, max_bytes=max_bytes)

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
        marks=tuple(dict.fromkeys((*listing.marks, *page.marks))),
        language=page.language or listing.language,
        authors=page.authors or listing.authors,
        published=dates.sharper(listing.published, page.published),
        updated=max(filter(None, (listing.updated, page.updated)), default=None),
        images=each_once((*page.images, *listing.images)),
        videos=each_once((*listing.videos, *page.videos)),
        captions=each_once((*listing.captions, *page.captions)),
        rating=listing.rating or page.rating,
        window=listing.window if listing.window.start or listing.window.end else page.window,
        issues=(*listing.issues, *page.issues),
    )


def without(article: Article, pictures: Collection[str]) -> Article:
    """Return the article without these pictures: they are the site's own."""
    return replace(article, images=tuple(image for image in article.images if image.url not in pictures))


def _streams_of(video: Video, before: Article | None, now: datetime) -> tuple[Video, ...]:
    """Return the streams an embed led to before, as long as their addresses last.

    They are signed anew each time the embed is asked, and every other address is another film.
    """
    known = (v for v in before.videos if v.embed == video.url) if before else ()
    return tuple(v for v in known if not media.signed.soon(v, now))


def _found(video: Video, known: Probed) -> Video:
    """Return a video as an article speaks of it now, with what its bytes said before."""
    found = known.found or video
    return replace(found, language=video.language or found.language)


def as_page(before: Article) -> Article:
    """Return what an article's page said when it was last read."""
    issues = (i for i in before.issues if i.code.startswith("page_without") or i.code == "video_embed")
    return replace(before, issues=tuple(issues))


def _without_page(
    article: Article, before: Article | None, error: FetchError, known: Probed | None
) -> Article:
    """Return the article without its page: taken back when the page was there and is gone."""
    whole = merged(article, as_page(before)) if before else article
    issue = error.issue("warning")
    if known and error.code == "fetch_not_found":
        message = "Its page is gone: the story was taken back."
        issue = Issue("error", "page_gone", article.url, message, "If it was not, publish its page again.")
    return replace(whole, issues=(*whole.issues, issue))


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
