"""Any picture -> the one kind of thumbnail every reader takes: 1280 x 720, sRGB, baseline JPEG, < 200 KB."""

from collections.abc import Mapping

from feedsvc.thumbnails.cards import HEIGHT, WIDTH
from feedsvc.thumbnails.choose import card, illustrate
from feedsvc.thumbnails.fit import make, picture
from feedsvc.thumbnails.fonts import Missing, uncovered, uncovered_scripts

__all__ = [
    "CODES", "HEIGHT", "WIDTH", "Missing", "card", "illustrate", "make", "picture", "uncovered",
    "uncovered_scripts",
]  # fmt: skip

CODES: Mapping[str, str] = {
    "image_fetch": "the picture cannot be had from its server",
    "image_not_image": "the address gives a web page or another file instead of a picture",
    "image_unsupported": "a kind of picture that cannot be read, such as HEIC or SVG",
    "image_too_small": "an icon or a tracking pixel, not a picture",
    "image_too_large": "more pixels than are decoded safely",
    "image_corrupt": "the picture is damaged or cut off",
    "image_blank": "one colour all over: there is nothing to see",
    "image_logo": "the picture looks like a logo or an icon",
    "image_no_frame": "the video has no picture worth showing: all black, blank or unreadable",
    "image_card": "there is no usable picture, so a title card was made",
    "image_no_font": "the headline is in a script for which this machine has no font",
}
