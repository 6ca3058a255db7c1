"""A picture cut to the frame of a TV, what matters in sight, as the bytes that every reader takes."""

import array
import re

import pyvips
from msgspec import Struct

from feeds.model import Issue
from feedsvc import pixels
from feedsvc.thumbnails.cards import HEIGHT, WIDTH

_LARGEST_SIDE, _MOST_PIXELS = 16_384, 64_000_000
ICON_WIDTH, ICON_HEIGHT = 160, 90
ENOUGH_WIDTH, ENOUGH_HEIGHT = 800, 450
_NARROWEST, _WIDEST = 1.2, 2.8
_ENLARGED_AT_MOST = 1.5
_MOST_BYTES = 200_000
# How high a frame stands in a taller picture, between what parts of it that which stands out is kept, and
# where in the picture that is not believed: faces are seldom in the lower third.
_HIGH, _FROM_TOP, _TO_BOTTOM = 0.1, 0.25, 0.7
_LOW, _EDGE, _BUSY = 2 / 3, 0.04, 8
_QUARTER = 4
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
# Articles are made side by side: threads within each picture only get in each other's way, and hold memory.
pyvips.concurrency_set(1)


class _Unfit(Exception):
    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


class Fitted(Struct, frozen=True):
    """A picture in its frame: `shown` is what it adds to it, before a fill of itself unless it `fills`.

    `width` and `height` are its own, upright, as far as it was decoded; `clear` is its transparent share;
    `crop` is the part of it in the frame, as fractions: left, top, width and height.
    """

    framed: pyvips.Image
    shown: pyvips.Image
    width: int
    height: int
    fills: bool
    clear: float
    crop: tuple[float, float, float, float] | None = None


def make(data: bytes, focus: tuple[float, float] | None = None) -> bytes | Issue:
    """Return the thumbnail of the picture in `data`, or why there is none; `focus` stays in the crop.

    A picture too small or too narrow is set whole on a blurred fill of itself. The same bytes give the same
    bytes. The issue is a warning with a code of `CODES` and names no place. Never raises.
    """
    image = picture(data, focus)
    return image if isinstance(image, Issue) else jpeg(image)


def picture(
    data: bytes, focus: tuple[float, float] | None = None, width: int = WIDTH, height: int = HEIGHT
) -> pyvips.Image | Issue:
    """Return what `make` encodes, in memory and at any size: sRGB, 8 bits, three bands. Never raises."""
    found = fit(data, focus, width, height)
    return found if isinstance(found, Issue) else found.framed


def fit(
    data: bytes, focus: tuple[float, float] | None = None, width: int = WIDTH, height: int = HEIGHT
) -> Fitted | Issue:
    """Return the picture in `data` cut to a frame of this size, in memory. Never raises."""
    try:
        return _fitted(_opened(data, width, height), focus, width, height)
    except _Unfit as unfit:
        return Issue("warning", unfit.code, "", unfit.message, unfit.fix)
    except (pyvips.Error, MemoryError):
        message = "The picture is damaged or cut off."
        return Issue("warning", "image_corrupt", "", message, "Export and upload the picture again.")


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
    if width < ICON_WIDTH or height < ICON_HEIGHT:
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
    large = width >= ENOUGH_WIDTH and height >= ENOUGH_HEIGHT
    return large and _NARROWEST <= width / height <= _WIDEST


def _fitted(image: pyvips.Image, focus: tuple[float, float] | None, across: int, down: int) -> Fitted:
    width, height = _upright_size(image)
    fills = _fills(width, height)
    scales = across / width, down / height
    scale = max(scales) if fills else min(*scales, _ENLARGED_AT_MOST)
    least = (across, down) if fills else (1, 1)
    whole, clear = _sized(
        image, *(max(n, round(of * scale)) for n, of in zip(least, (width, height), strict=True))
    )
    if not fills:
        framed = _set_on_itself(whole, across, down).copy_memory()
        return Fitted(framed, whole, width, height, fills, clear)
    left, top = _place(whole, focus, across, down)
    shown = whole.crop(left, top, across, down).copy_memory()
    wide, high = int(whole.width), int(whole.height)
    crop = left / wide, top / high, across / wide, down / high
    return Fitted(shown, shown, width, height, fills, clear, crop)


def _place(whole: pyvips.Image, focus: tuple[float, float] | None, across: int, down: int) -> tuple[int, int]:
    """Return where the frame stands in a picture that covers it: round the focus, else where the eye goes."""
    rooms = whole.width - across, whole.height - down
    if focus is None:
        return _attended(whole, *rooms)
    sizes = (whole.width, across), (whole.height, down)
    ideal = (round(part * of - frame / 2) for part, (of, frame) in zip(focus, sizes, strict=True))
    left, top = (max(0, min(place, room)) for place, room in zip(ideal, rooms, strict=True))
    return left, top


def _attended(whole: pyvips.Image, right: int, below: int) -> tuple[int, int]:
    """Return the place of the frame, which has so much room to the right and below: where the eye goes."""
    across, down = int(whole.width) - right, int(whole.height) - below
    # libvips looks at 32 x 32 points: from a quarter of the picture it finds the same ones, at once.
    small = whole.shrink(_QUARTER, _QUARTER)
    _, at = small.smartcrop(
        min(across // _QUARTER, small.width),
        min(down // _QUARTER, small.height),
        interesting="attention",
        attention_x=True,
        attention_y=True,
    )
    x, y = at["attention_x"] * _QUARTER, at["attention_y"] * _QUARTER
    return max(0, min(x - across // 2, right)), _stand(whole, x, y, below) if below else 0


def _stand(whole: pyvips.Image, x: int, y: int, below: int) -> int:
    """Return how far down a frame stands that has room below, when (`x`, `y`) stands out most.

    High, for heads are high, and what stands out may be a tie, a hand or a corner of the background: the
    frame comes down only as far as it must, and for what is low or at the edge only through empty sky.
    """
    width, height = int(whole.width), int(whole.height)
    high, down = round(below * _HIGH), height - below
    stand = max(min(high, round(y - down * _FROM_TOP)), round(y - down * _TO_BOTTOM))
    undecided = y > height * _LOW or not _EDGE < x / width < 1 - _EDGE
    most = max(high, round(_sky(whole) * 0.6)) if undecided else below
    return max(0, min(stand, most, below))


def _sky(whole: pyvips.Image) -> int:
    """Return how many rows at the top have nothing in them: sky, or a wall above a head."""
    small = whole.thumbnail_image(64, height=64)
    _, sums = pixels.steps(small).project()
    rows = array.array("I", bytes(sums.write_to_memory()))[1:]
    empty = next((number for number, row in enumerate(rows) if row > _BUSY * small.width), len(rows))
    return round(empty * float(whole.height) / int(small.height))


def _set_on_itself(front: pyvips.Image, across: int, down: int) -> pyvips.Image:
    """Return the whole picture in front of itself, blurred and darkened."""
    small = front.thumbnail_image(across // 8, height=down // 8, crop="centre")
    behind = small.gaussblur(5).resize(8.0, kernel="cubic").linear(0.5, 4).cast("uchar")
    return behind.insert(front, (across - front.width) // 2, (down - front.height) // 2)


def _sized(image: pyvips.Image, width: int, height: int) -> tuple[pyvips.Image, float]:
    """Return the picture upright at this size, in memory: sRGB, 8 bits, three bands; and its clear share."""
    sized = image.thumbnail_image(width, height=height, size="force")
    if sized.interpretation == "cmyk":
        sized = sized.icc_transform("srgb", embedded=True, input_profile="cmyk")
    elif sized.get_typeof("icc-profile-data"):
        sized = sized.icc_transform("srgb", embedded=True)
    sized = sized.colourspace("srgb")
    clear = 0.0
    if sized.hasalpha():
        sized = sized.copy_memory()
        clear = (sized[sized.bands - 1] < 128).avg() / 255
        sized = sized.flatten(background=_NEUTRAL)
    return sized.cast("uchar").extract_band(0, n=3).copy_memory(), clear


def jpeg(image: pyvips.Image) -> bytes:
    """Return a baseline JPEG of less than 200 KB, without metadata."""
    encoded = b""
    for quality in (82, 76, 70, 62, 52, 40, 28, 16):
        encoded = bytes(image.jpegsave_buffer(Q=quality, optimize_coding=True, interlace=False, keep="none"))
        if len(encoded) < _MOST_BYTES:
            break
    return encoded
