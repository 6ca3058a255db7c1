"""Whatever picture an article has, or none: one kind of thumbnail, and a plain sentence for what failed."""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Article, Brand, Image, Issue, Thumbnail, Video
from feedsvc.http import FetchError, Http
from feedsvc.settings import HttpSettings
from feedsvc.thumbnails import CODES, HEIGHT, WIDTH, card, cards, illustrate, make, uncovered
from tests import made_media
from tests.loopback import Loopback

ROOT = Path(__file__).parent.parent
BRAND = Brand()


def thumbnail(made: bytes | Issue) -> pyvips.Image:
    """Return the picture in `made`, once it is what every reader takes."""
    assert isinstance(made, bytes), made
    assert len(made) < 200_000
    assert b"\xff\xc0" in made, "not a baseline JPEG"
    assert b"\xff\xc2" not in made[: made.index(b"\xff\xda")], "progressive"
    assert b"Exif" not in made
    assert b"ICC_PROFILE" not in made
    image = pyvips.Image.jpegload_buffer(made)
    assert (image.width, image.height, image.bands) == (WIDTH, HEIGHT, 3)
    return image


def refused(data: bytes) -> str:
    issue = make(data)
    assert isinstance(issue, Issue)
    assert (issue.severity, issue.where) == ("warning", "")
    assert issue.code in CODES
    assert issue.message.endswith(".")
    assert issue.fix.endswith(".")
    return issue.code


def near(one: list[float], other: list[float], by: float = 24) -> bool:
    return all(abs(a - b) < by for a, b in zip(one, other, strict=True))


RED, BLUE = [200.0, 20.0, 20.0], [20.0, 20.0, 200.0]


def plain(width: int, height: int, colour: list[float]) -> pyvips.Image:
    return pyvips.Image.black(width, height).new_from_image(colour).cast("uchar").copy(interpretation="srgb")


def halves(width: int, height: int) -> pyvips.Image:
    """Return a picture that is red on the left and blue on the right."""
    red, blue = plain(width // 2, height, RED), plain(width - width // 2, height, BLUE)
    return red.join(blue, "horizontal").copy(interpretation="srgb")


def test_case_29_any_shape_becomes_sixteen_by_nine() -> None:
    for width, height in ((1600, 900), (2000, 1500), (1600, 700), (820, 600), (1300, 1000), (2700, 1600)):
        thumbnail(make(made_media.jpeg(width, height)))


def test_case_33_and_11_webp_and_its_kin_become_jpeg() -> None:
    """A Roku app wants JPEG or PNG; posters in anything else do not show."""
    picture = made_media.picture(1000, 600)
    for data in (
        made_media.webp(),
        made_media.png(),
        picture.gifsave_buffer(effort=1),
        picture.heifsave_buffer(compression="av1", effort=0),
        picture.tiffsave_buffer(),
    ):
        image = thumbnail(make(data))
        assert near(image(300, 600), made_media.picture()(375, 750))


def test_case_32_a_busy_picture_is_still_small() -> None:
    noise = pyvips.Image.gaussnoise(1600, 900, mean=128, sigma=70, seed=1).cast("uchar")
    thumbnail(make(noise.jpegsave_buffer(Q=95)))


@pytest.mark.parametrize(("width", "height"), [(600, 900), (900, 1600), (1000, 1000), (400, 2000)])
def test_case_31_portrait_is_shown_whole_on_a_fill_of_itself(width: int, height: int) -> None:
    image = thumbnail(make(halves(width, height).jpegsave_buffer(Q=95)))
    shown = round(width * min(1.5, HEIGHT / height))
    left, right = (WIDTH - shown) // 2, (WIDTH + shown) // 2
    assert near(image(left + 8, 360), RED)
    assert near(image(right - 8, 360), BLUE)
    assert image(4, 360)[0] > image(4, 360)[2] + 30, "the fill is made of the picture"
    assert sum(image(4, 360)) < sum(RED) * 0.7, "and darker"


def test_small_picture_is_not_blown_up() -> None:
    image = thumbnail(make(halves(400, 225).pngsave_buffer()))
    assert near(image(640 - 290, 360), RED)
    assert near(image(640 + 290, 360), BLUE)
    assert not near(image(640 - 310, 360), RED)


def test_crop_keeps_what_the_eye_goes_to() -> None:
    """A bright disc at the far right of a wide picture is in the frame."""
    wide = made_media.picture(2400, 960)
    image = thumbnail(make(wide.jpegsave_buffer(Q=90)))
    whole_disc = 3.14 * (960 / 5 * HEIGHT / 960) ** 2
    assert (image[0] > 235).avg() / 255 * WIDTH * HEIGHT > whole_disc * 0.9


@pytest.mark.parametrize(("focus", "colour"), [((0.0, 0.5), RED), ((1.0, 0.5), BLUE), ((9.0, -3.0), BLUE)])
def test_focus_point_leads_the_crop(focus: tuple[float, float], colour: list[float]) -> None:
    image = thumbnail(make(halves(2400, 960).jpegsave_buffer(Q=90), focus))
    share = image.extract_band(0 if colour == RED else 2).avg()
    assert share > 120
    assert near(image(10 if colour == RED else WIDTH - 10, 360), colour)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_camera_orientation_is_applied(orientation: int) -> None:
    upright = made_media.picture(1600, 900)
    turns = {1: lambda i: i, 2: lambda i: i.fliphor(), 3: lambda i: i.rot180(), 4: lambda i: i.flipver(),
             5: lambda i: i.rot270().flipver(), 6: lambda i: i.rot270(), 7: lambda i: i.rot90().flipver(),
             8: lambda i: i.rot90()}  # fmt: skip
    stored = turns[orientation](upright).copy()
    stored.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    image = thumbnail(make(stored.jpegsave_buffer(Q=95)))
    for x, y in ((100, 100), (1180, 100), (100, 620), (896, 288)):
        assert near(image(x, y), upright(x * 1.25, y * 1.25), 12), orientation


def test_colours_come_out_as_srgb() -> None:
    picture = made_media.picture(1600, 900)
    stored: Mapping[str, bytes] = {
        "display p3": picture.icc_transform("p3", input_profile="srgb").jpegsave_buffer(Q=95, keep="icc"),
        "16 bits": picture.colourspace("rgb16").pngsave_buffer(),
        "palette": picture.pngsave_buffer(palette=True),
        "lab": picture.colourspace("lab").tiffsave_buffer(),
    }
    for name, data in stored.items():
        image = thumbnail(make(data))
        assert all(near(image(x * 0.8, y * 0.8), picture(x, y), 14) for x, y in ((100, 100), (1120, 360))), (
            name
        )


def test_cmyk_and_grey_and_alpha() -> None:
    picture = made_media.picture(1600, 900)
    cmyk = picture.icc_transform("cmyk", input_profile="srgb")
    for keep in ("icc", "none"):
        assert near(thumbnail(make(cmyk.jpegsave_buffer(Q=95, keep=keep)))(896, 288), [250, 220, 40], 30)
    grey = thumbnail(make(picture.colourspace("b-w").jpegsave_buffer(Q=95)))(896, 288)
    assert max(grey) - min(grey) < 4
    clear = picture.bandjoin((picture[0] * 0).cast("uchar"))
    assert near(thumbnail(make(clear.pngsave_buffer()))(640, 360), [24, 27, 33], 6)


def test_broken_colour_profile_costs_only_itself() -> None:
    picture = made_media.picture(1600, 900).copy()
    picture.set_type(pyvips.GValue.blob_type, "icc-profile-data", b"garbage" * 40)
    thumbnail(make(picture.jpegsave_buffer(Q=90, keep="icc")))


def test_first_picture_of_an_animation_is_used() -> None:
    strip = plain(900, 500, [0, 200, 0]).join(plain(900, 500, RED), "vertical").copy()
    strip.set_type(pyvips.GValue.gint_type, "page-height", 500)
    for data in (strip.gifsave_buffer(), strip.webpsave_buffer()):
        assert near(thumbnail(make(data))(640, 360), [0, 200, 0], 30)


def test_same_bytes_give_the_same_bytes() -> None:
    for data in (made_media.jpeg(), made_media.webp(600, 900)):
        assert make(data) == make(data)
    assert card("Headline", "World", BRAND) == card("Headline", "World", BRAND)


def test_case_52_icons_and_tracking_pixels_are_no_pictures() -> None:
    """A favicon taken for the top picture."""
    for width, height in ((1, 1), (16, 16), (96, 96), (128, 128), (728, 60), (60, 600)):
        assert refused(made_media.png(width, height)) == "image_too_small"


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that says it is this large and has next to nothing in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 100))
        + chunk(b"IEND", b"")
    )


def test_too_many_pixels_are_never_decoded() -> None:
    assert refused(png_header(30_000, 1000)) == "image_too_large"
    assert refused(png_header(16_000, 16_000)) == "image_too_large"
    assert refused(png_header(2_000_000, 2_000_000)) in ("image_too_large", "image_corrupt")
    assert refused(pyvips.Image.black(30_000, 500).jpegsave_buffer()) == "image_too_large"
    assert refused(b"GIF89a" + struct.pack("<HHBBB", 65_000, 65_000, 0, 0, 0) + b",") in CODES
    assert refused(png_header(3000, 2000)) == "image_corrupt"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "image_not_image"),
        (b"<!doctype html><title>Not found</title>", "image_not_image"),
        (b'{"error": 404}', "image_not_image"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"/>', "image_unsupported"),
        (b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg/>', "image_unsupported"),
        (b"BM" + bytes(60), "image_unsupported"),
        (b"\x00\x00\x01\x00\x01\x00", "image_unsupported"),
        (b"%PDF-1.7", "image_unsupported"),
        (b"\xff\xd8\xff\xe0", "image_corrupt"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "image_corrupt"),
    ],
)
def test_what_is_no_picture_is_one_issue(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_cut_picture_is_one_issue(part: float) -> None:
    for data in (made_media.jpeg(), made_media.png(), made_media.webp()):
        assert refused(data[: int(len(data) * part)]) == "image_corrupt"


@given(st.binary(max_size=200), st.integers(0, 5))
def test_no_bytes_raise(data: bytes, kind: int) -> None:
    heads = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\x00\x00\x00WEBP", b"GIF89a",
             b"\x00\x00\x00\x18ftypavif", b"II*\x00"]  # fmt: skip
    make(data)
    make(heads[kind] + data)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20),
    st.integers(0, 3),
)
def test_no_damage_raises(damage: list[tuple[int, int]], kind: int) -> None:
    small = made_media.picture(200, 120)
    stored = [small.jpegsave_buffer, small.pngsave_buffer, small.webpsave_buffer, small.gifsave_buffer][
        kind
    ]()
    data = bytearray(stored)
    for place, value in damage:
        data[place % len(data)] = value
    make(bytes(data))


# Title cards


def ink(title: str, section: str = "", language: str = "") -> tuple[int, int, int, int]:
    """Return left, top, width and height of what words add to a card."""
    bare = cards.draw("", "", BRAND)
    bare = bare.fliphor() if cards.draw(title, section, BRAND, language)(1, 1) != bare(1, 1) else bare
    changed = (cards.draw(title, section, BRAND, language) != bare).bandor()
    left, top, width, height = changed.find_trim(background=[0], threshold=1)
    return left, top, width, height


TITLES = {
    "en": "Council approves harbour tunnel after a decade of debate",
    "el": "Δήμος: Νέο λιμάνι για την πόλη μετά από δέκα χρόνια",
    "ru": "Совет одобрил строительство тоннеля в порту",
    "ar": "عاجل: رئيس الوزراء يعلن خطة 2026 لتوسيع الميناء الشرقي",
    "he": "ראש הממשלה הגיע היום לעיר הנמל לפגישה עם העובדים",
    "hi": "प्रधानमंत्री ने बंदरगाह शहर में नई रेल लाइन का उद्घाटन किया",
    "th": "กรุงเทพมหานครเปิดเส้นทางรถไฟฟ้าสายใหม่เชื่อมท่าเรือกับใจกลางเมือง",
}


@pytest.mark.parametrize("language", TITLES)
def test_card_keeps_within_the_safe_margins(language: str) -> None:
    thumbnail(card(TITLES[language], "World", BRAND, language))
    left, top, width, height = ink(TITLES[language], "World", language)
    assert left >= WIDTH * 0.05
    assert top >= HEIGHT * 0.05
    assert left + width <= WIDTH * 0.95
    assert top + height <= HEIGHT * 0.95
    assert width > 300


@pytest.mark.parametrize(
    "title", ["x", "word " * 80, "W" * 200, "Donaudampfschifffahrtsgesellschaft" * 4, "a\nb\tc"]
)
def test_card_of_any_length_fits(title: str) -> None:
    left, top, width, height = ink(title, "A very long section name that goes on and on and on")
    assert left >= WIDTH * 0.05
    assert top >= HEIGHT * 0.05
    assert left + width <= WIDTH * 0.95
    assert top + height <= HEIGHT * 0.95


def test_card_reads_from_the_right_where_the_language_does() -> None:
    for language in ("ar", "he"):
        left, _, width, _ = ink(TITLES[language], "", language)
        assert left + width == WIDTH - cards.LEFT
    left, _, width, _ = ink("iPhone: عاجل رئيس الوزراء", "", "ar")
    assert left + width == WIDTH - cards.LEFT
    assert ink(TITLES["en"])[0] == cards.LEFT


def test_card_shows_markup_as_it_stands() -> None:
    for title in (
        "<b>Fish</b> & chips",
        "a < b > c &amp; d",
        "</span><span size='900000'>x",
        "\"quotes\" & 'more'",
    ):
        thumbnail(card(title, "<i>&", BRAND, "en'><b>"))
    assert card("<b>Fish</b>", "", BRAND) != card("Fish", "", BRAND)


@settings(max_examples=15)
@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=5))
def test_no_headline_raises(title: str, section: str, language: str) -> None:
    thumbnail(card(title, section, BRAND, language))


COLOUR = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@given(COLOUR)
def test_contrast_holds_on_any_brand_colour(colour: str) -> None:
    ground, deep, accent = cards.shades(colour)
    white = (255.0, 255.0, 255.0)
    assert cards.contrast(ground, white) >= 7
    assert cards.contrast(deep, white) >= 7
    assert cards.contrast(accent, ground) >= 3


@pytest.mark.parametrize(
    "colour", ["#ffd400", "#ffffff", "#000000", "#1b4f8f", "#ff0000", "#00ff88", "no colour"]
)
def test_contrast_holds_wherever_words_stand(colour: str) -> None:
    area = cards.draw("", "", Brand(colour)).crop(96, 150, WIDTH - 192, HEIGHT - 212)
    brightest = tuple(area.extract_band(band).max() for band in range(3))
    assert cards.contrast((brightest[0], brightest[1], brightest[2]), (255.0, 255.0, 255.0)) >= 4.5


NO_FONTS = """
from feedsvc.thumbnails import cards
from feedsvc.thumbnails import uncovered, card
from feeds.model import Brand
titles = {titles!r}
assert all(uncovered(t) == "" for t in titles), [uncovered(t) for t in titles]
assert uncovered("東京の新しいトンネル") == "Chinese or Japanese"
assert uncovered("トンネル") == "Japanese"
assert uncovered("서울의 새 터널") == "Korean"
assert uncovered("မြန်မာ") == "Myanmar"
assert uncovered("Storm \U0001f600 hits ✈ \U0001d400") == ""
assert card("東京の新しいトンネル", "", Brand()) == card("", "", Brand()), "boxes were drawn"
assert card("Storm \U0001f9ff", "", Brand()) == card("Storm", "", Brand()), "a box was drawn"
"""


def test_machine_without_fonts_draws_seven_scripts_and_never_a_box(tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><cachedir>{tmp_path}</cachedir></fontconfig>")
    script = NO_FONTS.format(titles=list(TITLES.values()))
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"FONTCONFIG_FILE": str(config), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_uncovered_finds_nothing_in_plain_words() -> None:
    assert uncovered("Plain words, “quotes” — 100 % £5") == ""
    assert uncovered("") == ""


# An article's picture


class Shelf:
    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        self.pictures, self.asked, self.kept = pictures, list[str](), dict[str, bytes]()

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pictures:
            raise FetchError(url, "fetch_not_found", 404)
        return self.pictures[url]

    def put(self, data: bytes, suffix: str) -> str:
        address = f"/media/{len(self.kept)}{suffix}"
        self.kept[address] = data
        return address


def no_frame(video: Video) -> bytes | None:
    return None


def article(*images: Image, title: str = "Storm hits the harbour", video: bool = True) -> Article:
    videos = (Video("https://v.example.org/a.mp4", "MP4", duration=5),) if video else ()
    return Article(id="a1", title=title, section=("News", "World"), images=images, videos=videos)


def test_lead_picture_is_taken() -> None:
    shelf = Shelf({"lead": made_media.jpeg(), "big": made_media.jpeg(2000, 1125)})
    images = Image("lead"), Image("big", 2000, 1125)
    picture, issues = illustrate(article(*images), shelf.fetch, no_frame, shelf.put, BRAND)
    assert picture == Thumbnail("/media/0.jpg", WIDTH, HEIGHT, source="lead", crop=(0, 0, 1, 1))
    assert issues == ()
    assert shelf.asked == ["lead"]
    thumbnail(shelf.kept["/media/0.jpg"])


def test_case_34_largest_rendition_is_taken() -> None:
    """Thumbnails too small in the feed: a lead said to be tiny gives way to its larger renditions."""
    shelf = Shelf(
        {"small": made_media.jpeg(300, 169), "mid": made_media.jpeg(900, 506), "big": made_media.jpeg()}
    )
    images = Image("small", 300, 169), Image("mid", 900, 506), Image("big", 1600, 900)
    illustrate(article(*images), shelf.fetch, no_frame, shelf.put, BRAND)
    assert shelf.asked == ["big"]


def test_each_picture_that_fails_is_one_warning() -> None:
    shelf = Shelf({"pixel": made_media.png(1, 1), "html": b"<html>", "cut": made_media.jpeg()[:999]})
    images = [Image(url) for url in ("gone", "pixel", "html", "cut", "never asked for")]
    picture, issues = illustrate(article(*images), shelf.fetch, no_frame, shelf.put, BRAND)
    assert [issue.code for issue in issues] == [
        "image_fetch", "image_too_small", "image_not_image", "image_corrupt", "image_no_frame", "image_card",
    ]  # fmt: skip
    assert [issue.severity for issue in issues] == ["warning"] * 5 + ["info"]
    assert all(issue.where == "a1" and issue.code in CODES for issue in issues)
    assert "There is nothing at this address (404)." in issues[0].message
    assert "never asked for" not in shelf.asked
    assert len(shelf.asked) == len(set(shelf.asked))
    thumbnail(shelf.kept[picture.url])


def test_frame_of_the_video_comes_before_the_card() -> None:
    shelf = Shelf({})
    picture, issues = illustrate(
        article(), shelf.fetch, lambda video: made_media.jpeg(1280, 720), shelf.put, BRAND
    )
    assert issues == ()
    assert thumbnail(shelf.kept[picture.url])(896, 288)[0] > 200


def test_case_30_there_is_always_a_picture() -> None:
    """2 of 7,000 posters never generated: with nothing to show there is a title card, and it is said."""
    shelf = Shelf({})
    picture, issues = illustrate(article(video=False), shelf.fetch, no_frame, shelf.put, BRAND)
    assert [(issue.severity, issue.code) for issue in issues] == [("info", "image_card")]
    assert shelf.kept[picture.url] == card("Storm hits the harbour", "World", BRAND)


def test_headline_without_a_font_is_said() -> None:
    words = ("東京の新しいトンネル", "서울의 새 터널", "𗼇𗟲", "ᠮᠣᠩᠭᠣᠯ", "𞤀𞤣𞤤𞤢𞤥")
    title = next((word for word in words if uncovered(word)), "")
    if not title:
        pytest.skip("this machine has a font for everything")
    shelf = Shelf({})
    _, issues = illustrate(article(title=title, video=False), shelf.fetch, no_frame, shelf.put, BRAND)
    assert [issue.code for issue in issues] == ["image_card", "image_no_font"]
    assert uncovered(title) in issues[1].message


def test_same_picture_named_twice_is_fetched_once() -> None:
    shelf = Shelf({})
    illustrate(article(Image("a"), Image("a", 900, 600)), shelf.fetch, no_frame, shelf.put, BRAND)
    assert shelf.asked == ["a"]


def test_picture_on_a_server_is_fetched() -> None:
    with (
        Loopback({"/p.webp": made_media.webp()}) as site,
        Http(HttpSettings(allow_hosts=("127.0.0.1",))) as http,
    ):
        shelf = Shelf({})
        images = Image(site.url("/gone.jpg")), Image(site.url("/p.webp"))
        picture, issues = illustrate(
            article(*images), lambda url: http.get(url).body, no_frame, shelf.put, BRAND
        )
    assert [issue.code for issue in issues] == ["image_fetch"]
    thumbnail(shelf.kept[picture.url])


def test_nothing_is_said_on_stderr() -> None:
    """libvips and fontconfig talk on stderr if they can."""
    script = (
        "from feedsvc.thumbnails import card, make; from feeds.model import Brand;"
        "card('Storm', 'World', Brand()); make(b'\\xff\\xd8\\xff' + bytes(99)); make(b'GIF89a' + bytes(99))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
