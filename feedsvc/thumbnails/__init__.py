"""Any picture -> the one kind of thumbnail every reader takes: 1280 x 720, sRGB, baseline JPEG, < 200 KB."""

import re
from collections.abc import Callable, Iterator, Mapping

import pyvips
from msgspec.structs import replace

from feeds.model import Article, Brand, Image, Issue, Video
from feedsvc.http import FetchError
from feedsvc.thumbnails import cards
from feedsvc.thumbnails.cards import HEIGHT, WIDTH, uncovered

__all__ = ["CODES", "HEIGHT", "WIDTH", "card", "illustrate", "make", "picture", "uncovered"]

CODES: Mapping[str, str] = {
    "image_fetch": "the picture cannot be had from its server",
    "image_not_image": "the address gives a web page or another file instead of a picture",
    "image_unsupported": "a kind of picture that cannot be read, such as HEIC or SVG",
    "image_too_small": "an icon or a tracking pixel, not a picture",
    "image_too_large": "more pixels than are decoded safely",
    "image_corrupt": "the picture is damaged or cut off",
    "image_no_frame": "the video has no picture worth showing: all black, blank or unreadable",
    "image_card": "there is no usable picture, so a title card was made",
    "image_no_font": "the headline is in a script for which this machine has no font",
}

TRIED_AT_MOST = 4
_LARGEST_SIDE, _MOST_PIXELS = 16_384, 64_000_000
_ICON_WIDTH, _ICON_HEIGHT = 160, 90
_ENOUGH_WIDTH, _ENOUGH_HEIGHT = 800, 450
_NARROWEST, _WIDEST = 1.2, 2.8
_ENLARGED_AT_MOST = 1.5
_MOST_BYTES = 200_000
_NEUTRAL = [24, 27, 33]

_LOADERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\xff\xd8\xff"), "jpegload_buffer"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "pngload_buffer"),
    (re.compile(rb"(?s)RIFF.{4}WEBP"), "webpload_buffer"),
    (re.compile(rb"GIF8[79]a"), "gifload_buffer"),
    (re.compile(rb"(?s).{4}ftyp(avif|avis|mif1|msf1|miaf|heic|heix|hevc|heim|heis)"), "heifload_buffer"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "tiffload_buffer"),
)
_UNREADABLE: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"(?s)\s*(<\?xml.{0,2000})?(<!--.{0,2000}-->\s*)?(<!DOCTYPE svg.{0,2000})?<svg"),
        "an SVG drawing",
    ),
    (re.compile(rb"(?s).{4}JXL |\xff\x0a"), "JPEG XL"),
    (re.compile(rb"(?s).{4}jP  "), "JPEG 2000"),
    (re.compile(rb"\x00\x00\x01\x00"), "an icon"),
    (re.compile(rb"BM"), "a BMP"),
    (re.compile(rb"8BPS"), "a Photoshop file"),
    (re.compile(rb"%PDF"), "a PDF"),
)
_AS_JPEG = "Publish the picture as JPEG, PNG or WebP."

# Each picture is seen once: a cache of operations would only hold on to the bytes of the last hundred.
pyvips.cache_set_max(0)


class _Unfit(Exception):
    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


def make(data: bytes, focus: tuple[float, float] | None = None) -> bytes | Issue:
    """Return the thumbnail of the picture in `data`, or why there is none; `focus` stays in the crop.

    A picture too small or too narrow is set whole on a blurred fill of itself. The same bytes give the same
    bytes. The issue is a warning with a code of `CODES` and names no place. Never raises.
    """
    image = picture(data, focus)
    return image if isinstance(image, Issue) else _jpeg(image)


def picture(
    data: bytes, focus: tuple[float, float] | None = None, width: int = WIDTH, height: int = HEIGHT
) -> pyvips.Image | Issue:
    """Return what `make` encodes, in memory and at any size: sRGB, 8 bits, three bands. Never raises."""
    try:
        image = _opened(data, width, height)
        fills = _fills(*_upright_size(image))
        cut = _filled(image, focus, width, height) if fills else _set_on_itself(image, width, height)
        return cut.copy_memory()
    except _Unfit as unfit:
        return Issue("warning", unfit.code, "", unfit.message, unfit.fix)
    except (pyvips.Error, MemoryError):
        message = "The picture is damaged or cut off."
        return Issue("warning", "image_corrupt", "", message, "Export and upload the picture again.")


def card(title: str, section: str, brand: Brand, language: str = "") -> bytes:
    """Return a title card as a thumbnail; a headline in a script that is `uncovered` is left out."""
    return _jpeg(cards.draw(title, section, brand, language))


def _opened(data: bytes, least_width: int, least_height: int) -> pyvips.Image:
    """Return the picture with only its header read, its size known to be safe. Raises _Unfit."""
    loader = next((name for begins, name in _LOADERS if begins.match(data)), "")
    if not loader:
        raise _foreign(data)
    image = _loaded(loader, data)
    width, height = image.width, image.height
    if image.get_typeof("heif-compression") and image.get("heif-compression") != "av1":
        raise _Unfit("image_unsupported", "The picture is HEIC, which cannot be read.", _AS_JPEG)
    if max(width, height) > _LARGEST_SIDE or width * height > _MOST_PIXELS:
        message = f"The picture is {width} x {height} pixels, too large to be decoded safely."
        raise _Unfit("image_too_large", message, "Publish it at 4000 pixels wide or less.")
    if width < _ICON_WIDTH or height < _ICON_HEIGHT:
        message = f"The picture is only {width} x {height} pixels: an icon or a tracking pixel."
        raise _Unfit("image_too_small", message, "Give a picture of at least 800 x 450 pixels.")
    # JPEG and WebP get smaller while they are decoded: less time, and far less memory.
    shrink = next((n for n in (8, 4, 2) if min(width / least_width, height / least_height) >= n), 1)
    if shrink > 1 and loader == "jpegload_buffer":
        return _loaded(loader, data, shrink=shrink)
    return _loaded(loader, data, scale=1 / shrink) if shrink > 1 and loader == "webpload_buffer" else image


def _loaded(loader: str, data: bytes, **options: float) -> pyvips.Image:
    image: pyvips.Image = getattr(pyvips.Image, loader)(data, access="sequential", fail_on="error", **options)
    return image


def _foreign(data: bytes) -> _Unfit:
    name = next((name for begins, name in _UNREADABLE if begins.match(data)), "")
    if name:
        return _Unfit("image_unsupported", f"The picture is {name}, which cannot be read.", _AS_JPEG)
    message = "The address of the picture gives a web page or another file."
    return _Unfit("image_not_image", message, "Link the picture itself.")


def _upright_size(image: pyvips.Image) -> tuple[int, int]:
    turned = image.get_typeof("orientation") and image.get("orientation") in (5, 6, 7, 8)
    return (image.height, image.width) if turned else (image.width, image.height)


def _fills(width: int, height: int) -> bool:
    """Tell whether a picture may be cropped to the whole frame."""
    large = width >= _ENOUGH_WIDTH and height >= _ENOUGH_HEIGHT
    return large and _NARROWEST <= width / height <= _WIDEST


def _filled(image: pyvips.Image, focus: tuple[float, float] | None, across: int, down: int) -> pyvips.Image:
    """Return the picture cropped to the frame: round the focus, else where the eye goes."""
    width, height = _upright_size(image)
    scale = max(across / width, down / height)
    whole = _sized(image, max(across, round(width * scale)), max(down, round(height * scale)))
    if focus is None:
        return whole.smartcrop(across, down, interesting="attention")
    left, top = (
        max(0, min(round(part * size - frame / 2), size - frame))
        for part, size, frame in zip(focus, (whole.width, whole.height), (across, down), strict=True)
    )
    return whole.crop(left, top, across, down)


def _set_on_itself(image: pyvips.Image, across: int, down: int) -> pyvips.Image:
    """Return the whole picture in front of itself, blurred and darkened."""
    width, height = _upright_size(image)
    scale = min(across / width, down / height, _ENLARGED_AT_MOST)
    front = _sized(image, max(1, round(width * scale)), max(1, round(height * scale)))
    small = front.thumbnail_image(across // 8, height=down // 8, crop="centre")
    behind = small.gaussblur(5).resize(8.0, kernel="cubic").linear(0.5, 4).cast("uchar")
    return behind.insert(front, (across - front.width) // 2, (down - front.height) // 2)


def _sized(image: pyvips.Image, width: int, height: int) -> pyvips.Image:
    """Return the picture upright at exactly this size: sRGB, 8 bits, three bands, in memory."""
    sized = image.thumbnail_image(width, height=height, size="force")
    if sized.interpretation == "cmyk":
        sized = sized.icc_transform("srgb", embedded=True, input_profile="cmyk")
    elif sized.get_typeof("icc-profile-data"):
        sized = sized.icc_transform("srgb", embedded=True)
    sized = sized.colourspace("srgb")
    if sized.hasalpha():
        sized = sized.flatten(background=_NEUTRAL)
    return sized.cast("uchar").extract_band(0, n=3).copy_memory()


def _jpeg(image: pyvips.Image) -> bytes:
    """Return a baseline JPEG of less than 200 KB, without metadata."""
    encoded = b""
    for quality in (82, 76, 70, 62, 52, 40, 28, 16):
        encoded = bytes(image.jpegsave_buffer(Q=quality, optimize_coding=True, interlace=False, keep="none"))
        if len(encoded) < _MOST_BYTES:
            break
    return encoded


def illustrate(
    article: Article,
    fetch: Callable[[str], bytes],
    frame: Callable[[Video], bytes | None],
    put: Callable[[bytes, str], str],
    brand: Brand,
) -> tuple[Image, tuple[Issue, ...]]:
    """Return the article's thumbnail as kept by `put`, and a warning for every picture that failed.

    Tried in turn: the lead picture, the largest others, a frame of its video, a title card, which always
    works. `fetch` may raise FetchError or OSError; what `put` raises is passed on.
    """
    issues: list[Issue] = []
    for made in _attempts(article, fetch, frame):
        if isinstance(made, bytes):
            break
        issues.append(replace(made, where=article.id))
    else:
        issues += _about_card(article)
        section = article.section[-1] if article.section else ""
        made = card(article.title, section, brand, article.language)
    return Image(put(made, ".jpg"), WIDTH, HEIGHT), tuple(issues)


def _attempts(
    article: Article, fetch: Callable[[str], bytes], frame: Callable[[Video], bytes | None]
) -> Iterator[bytes | Issue]:
    for image in _best_first(article.images):
        yield _from_image(image, fetch)
    video = next((v for v in article.videos if v.type), None)
    if video:
        yield _from_video(video, frame)


def _best_first(images: tuple[Image, ...]) -> list[Image]:
    """Return the few pictures to try: the lead, unless it is said to be small, then the largest (case 34)."""
    known = list({image.url: image for image in reversed(images)}.values())[::-1]
    lead, others = known[:1], sorted(known[1:], key=_area, reverse=True)
    if lead and _said_small(lead[0]):
        lead, others = [], sorted(known, key=_area, reverse=True)
    return [*lead, *others][:TRIED_AT_MOST]


def _area(image: Image) -> int:
    return (image.width or 0) * (image.height or 0)


def _said_small(image: Image) -> bool:
    return (image.width or _ENOUGH_WIDTH) < _ENOUGH_WIDTH or (image.height or _ENOUGH_HEIGHT) < _ENOUGH_HEIGHT


def _from_image(image: Image, fetch: Callable[[str], bytes]) -> bytes | Issue:
    try:
        made = make(fetch(image.url), image.focus)
    except FetchError as error:
        return Issue(
            "warning",
            "image_fetch",
            "",
            f"The picture {image.url} cannot be fetched. {error.message}",
            error.fix,
        )
    except OSError:
        return Issue(
            "warning", "image_fetch", "", f"The picture {image.url} is not there.", "Publish it again."
        )
    if isinstance(made, Issue):
        return replace(made, message=f"{made.message} ({image.url})")
    return made


def _from_video(video: Video, frame: Callable[[Video], bytes | None]) -> bytes | Issue:
    picture = frame(video)
    if picture is None:
        message = "The video has no picture worth showing as its thumbnail."
        return Issue("warning", "image_no_frame", "", message, "Give the article a picture.")
    return make(picture)


def _about_card(article: Article) -> Iterator[Issue]:
    message = "The article has no usable picture; a title card was made."
    yield Issue("info", "image_card", article.id, message, "Give the article a picture.")
    if script := uncovered(article.title):
        message = f"The headline is in {script}, for which there is no font; the card is without it."
        fix = "Install a font for it on the server: Debian has fonts-noto-cjk and fonts-noto-core."
        yield Issue("warning", "image_no_font", article.id, message, fix)
