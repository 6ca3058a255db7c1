"""Which picture stands for an article: the one a producer would take, and if there is none, a title card."""

from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from feeds.model import Article, Brand, Image, Issue, Thumbnail, Video
from feedsvc import pixels
from feedsvc.http import FetchError
from feedsvc.pixels import Look
from feedsvc.thumbnails import cards, fonts
from feedsvc.thumbnails.cards import HEIGHT, WIDTH
from feedsvc.thumbnails.fit import (
    ENOUGH_HEIGHT,
    ENOUGH_WIDTH,
    ICON_HEIGHT,
    ICON_WIDTH,
    Fitted,
    fit,
    jpeg,
    make,
)

TRIED_AT_MOST = 4


class _Candidate(Struct, frozen=True):
    url: str
    fitted: Fitted
    look: Look

    @property
    def good(self) -> bool:
        """Tell whether a newsroom's lead may be shown without looking for another."""
        return self.fitted.fills and self.look.sharp and not self.look.graphic

    @property
    def unbeaten(self) -> bool:
        """Tell whether no other could be better."""
        return self.good and self._coverage >= 1

    @property
    def rank(self) -> tuple[int, float]:
        """How well it shows: a photograph, large, sharp; then how much of the frame its pixels cover."""
        points = 3 * (not self.look.graphic) + 2 * self.fitted.fills + 2 * self.look.sharp
        return points, round(self._coverage, 1)

    @property
    def _coverage(self) -> float:
        return min(1.0, self.fitted.width / WIDTH, self.fitted.height / HEIGHT)


def illustrate(
    article: Article,
    fetch: Callable[[str], bytes],
    frame: Callable[[Video], bytes | None],
    put: Callable[[bytes, str], str],
    brand: Brand,
) -> tuple[Thumbnail, tuple[Issue, ...]]:
    """Return the article's thumbnail as kept by `put`, and a warning for every picture that failed.

    The lead picture if it is good; else the best of a few; else a frame of its video; else a title card,
    which always works. `fetch` may raise FetchError or OSError; what `put` raises is passed on.
    """
    tried = list(_tried(article.images, fetch))
    issues = [replace(found, where=article.id) for found in tried if isinstance(found, Issue)]
    best = max((c for c in tried if isinstance(c, _Candidate)), key=lambda c: c.rank, default=None)
    if best:
        name = put(jpeg(best.fitted.framed), ".jpg")
        return Thumbnail(name, WIDTH, HEIGHT, source=best.url, crop=best.fitted.crop), tuple(issues)
    film = next((v for v in article.videos if v.type), None)
    made = _from_video(film, frame) if film else None
    if not isinstance(made, bytes):
        issues += [replace(made, where=article.id)] if made else []
        issues += _about_card(article)
        section = article.section[-1] if article.section else ""
        made, film = card(article.title, section, brand, article.language), None
    return Thumbnail(put(made, ".jpg"), WIDTH, HEIGHT, source=film.url if film else ""), tuple(issues)


def card(title: str, section: str, brand: Brand, language: str = "") -> bytes:
    """Return a title card as a thumbnail; a headline in a script that is `uncovered` is left out."""
    return jpeg(cards.draw(title, section, brand, language))


def _tried(images: tuple[Image, ...], fetch: Callable[[str], bytes]) -> Iterator[_Candidate | Issue]:
    """Yield what comes of the pictures worth fetching, until one is good enough."""
    lead, good = images[0] if images else None, False
    for image in _best_first(images):
        if good and _said_small(image):
            continue
        found = _candidate(image, fetch)
        yield found
        if isinstance(found, _Candidate):
            # A person who says where to look has chosen the picture.
            if found.unbeaten or (image == lead and (found.good or image.focus)):
                return
            good = good or found.good


def _best_first(images: tuple[Image, ...]) -> list[Image]:
    """Return the few pictures to try: the lead, unless it is said to be small, then the largest (case 34).

    What is said to be an icon is not worth a request while there is anything else.
    """
    known = list({image.url: image for image in reversed(images)}.values())[::-1]
    known = [image for image in known if not _said_icon(image)] or known
    lead, others = known[:1], sorted(known[1:], key=_area, reverse=True)
    if lead and _said_small(lead[0]):
        lead, others = [], sorted(known, key=_area, reverse=True)
    return [*lead, *others][:TRIED_AT_MOST]


def _area(image: Image) -> int:
    return (image.width or 0) * (image.height or 0)


def _said_small(image: Image) -> bool:
    return (image.width or ENOUGH_WIDTH) < ENOUGH_WIDTH or (image.height or ENOUGH_HEIGHT) < ENOUGH_HEIGHT


def _said_icon(image: Image) -> bool:
    return (image.width or ICON_WIDTH) < ICON_WIDTH or (image.height or ICON_HEIGHT) < ICON_HEIGHT


def _candidate(image: Image, fetch: Callable[[str], bytes]) -> _Candidate | Issue:
    try:
        fitted = fit(fetch(image.url), image.focus)
    except FetchError as error:
        message = f"The picture {image.url} cannot be fetched. {error.message}"
        return Issue("warning", "image_fetch", "", message, error.fix)
    except OSError:
        message = f"The picture {image.url} is not there."
        return Issue("warning", "image_fetch", "", message, "Publish it again.")
    if isinstance(fitted, Issue):
        return replace(fitted, message=f"{fitted.message} ({image.url})")
    # Charts have nothing behind them either; logos are small or narrow.
    look = pixels.look(fitted.shown, 0.0 if fitted.fills else fitted.clear)
    return _no_picture(look, image.url) or _Candidate(image.url, fitted, look)


def _no_picture(look: Look, url: str) -> Issue | None:
    """Return why it is better to show a frame of the video, or a title card, than this."""
    if look.blank:
        message = f"The picture is blank: there is nothing to see on it. ({url})"
        return Issue("warning", "image_blank", "", message, "Export and upload the picture again.")
    if look.logo:
        message = f"The picture looks like a logo or an icon. ({url})"
        return Issue("warning", "image_logo", "", message, "Give the article a photograph.")
    return None


def _from_video(video: Video, frame: Callable[[Video], bytes | None]) -> bytes | Issue:
    picture = frame(video)
    if picture is None:
        message = "The video has no picture worth showing as its thumbnail."
        return Issue("warning", "image_no_frame", "", message, "Give the article a picture.")
    return make(picture)


def _about_card(article: Article) -> Iterator[Issue]:
    message = "The article has no usable picture; a title card was made."
    yield Issue("info", "image_card", article.id, message, "Give the article a picture.")
    if script := fonts.uncovered(article.title):
        message = f"The headline is in {script}, for which there is no font; the card is without it."
        yield Issue("warning", "image_no_font", article.id, message, fonts.remedy(script))
