"""Slides typeset and filmed: what a TV would show of them."""

from io import BytesIO
from itertools import pairwise
from typing import Any

import av
import pytest
import pyvips
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds.model import Brand, Image, Issue
from feedsvc.slides import CODES, Slide, Story, render, script, unfit
from feedsvc.slides.draw import beam, emblem, flat, ground, layers
from feedsvc.thumbnails import HEIGHT, WIDTH, cards, fonts, uncovered
from tests.articles import article, channel

SAID = (
    "The harbour bridge opened on Sunday after two years. Thousands walked across it, and traffic was light."
)
WORDS = {
    "en": SAID,
    "long": " ".join(["The extraordinarily long headline of a council that could not stop talking"] * 4)[
        :170
    ],
    "ar": "وصل الرئيس إلى القاهرة اليوم، ومن المقرر أن يلتقي الوزراء في NATO لبحث الأزمة.",
    "he": "הגשר נפתח מחדש ביום ראשון אחרי שנתיים של שיפוצים",
    "th": "กรุงเทพมหานครมีฝนตกหนักและน้ำท่วมหลายพื้นที่ประชาชนเดือดร้อนเป็นจำนวนมากในวันนี้",
    "hi": "प्रधानमंत्री ने कहा कि पुल दो साल बाद रविवार को फिर से खुल गया।",
    "ru": "Мост открылся в воскресенье после двух лет ремонта 😀",
}


def story(**fields: Any) -> Any:
    usual = {"title": "Bridge reopens", "summary": SAID, "body": (), "language": "en"}
    return article(**{**usual, **fields})


def photo(width: int = 1600, height: int = 1000) -> bytes:
    """Return a picture that is as bright as can be."""
    white = pyvips.Image.black(width, height, bands=3) + 255
    return bytes(white.cast("uchar").copy(interpretation="srgb").jpegsave_buffer())


def made(one: Story | Issue) -> Story:
    assert isinstance(one, Story)
    return one


@pytest.mark.parametrize("picture", [0, None])
@pytest.mark.parametrize("kind", ["title", "text", "end"])
@pytest.mark.parametrize("language", WORDS)
def test_words_stay_within_the_safe_margins(language: str, kind: Any, picture: int | None) -> None:
    slide = Slide(kind, WORDS[language], 5, "World", "22 November · News", picture, "Caption · Jo Doe")
    for layer in layers(slide, "Harbour City News", Brand(), language):
        if layer.words:
            assert layer.x >= WIDTH * 0.05
            assert layer.x + layer.image.width <= WIDTH * 0.95
            assert layer.y >= HEIGHT * 0.05
            assert layer.y + layer.image.height <= HEIGHT * 0.95


@pytest.mark.parametrize("colour", ["#1b4f8f", "#ffdd00", "#ffffff", "#000000", "#c8102e"])
def test_words_have_contrast_over_the_brightest_picture(colour: str) -> None:
    slide = Slide("text", SAID, 5, picture=0, credit="Caption · Jo Doe")
    found = layers(slide, "", Brand(colour), "en")
    shade = flat([layer for layer in found if not layer.words and layer.image.width == WIDTH])
    for layer in (layer for layer in found if layer.words):
        pixel = shade.image.getpoint(layer.x - shade.x, layer.y - shade.y)
        share = pixel[3] / 255
        behind = [part * share + 255 * (1 - share) for part in pixel[:3]]
        pale = (214.0, 220.0, 228.0)
        assert cards.contrast((behind[0], behind[1], behind[2]), pale) >= 4.5


@pytest.mark.parametrize("colour", ["#1b4f8f", "#ffdd00", "#ffffff", "#c8102e"])
def test_light_that_wanders_leaves_contrast(colour: str) -> None:
    brightest = [band.max() for band in ground(Brand(colour), False)[:3].crop(96, 120, 900, 560).bandsplit()]
    light = beam(colour)
    share = light[3].max() / 255
    lit = [
        part * (1 - share) + other * share
        for part, other in zip(brightest, light.getpoint(380, 360)[:3], strict=True)
    ]
    assert cards.contrast((lit[0], lit[1], lit[2]), (255.0, 255.0, 255.0)) >= 4.5


def decoded(film: Story, *moments: float) -> list[pyvips.Image]:
    """Return the pictures seen at some moments, bright and dark only."""
    wanted = {round(moment * 25) for moment in moments}
    with av.open(BytesIO(film.video), "r") as file:
        return [gray(frame) for n, frame in enumerate(file.decode(video=0)) if n in wanted]


def gray(frame: Any) -> pyvips.Image:
    plane = frame.planes[0]
    whole = pyvips.Image.new_from_memory(bytes(plane), plane.line_size, frame.height, 1, "uchar")
    return whole.crop(0, 0, frame.width, frame.height).copy_memory()


def test_words_stand_still_and_keep_the_margins_in_every_frame(film: Story) -> None:
    start = film.slides[0].seconds
    pictures = decoded(film, start + 0.6, start + 1.4, start + 2.6)
    assert len(pictures) == 3
    # The picture is white: below it only letters are as bright, on a shade that is dark.
    boxes = [
        (picture.crop(0, 560, WIDTH, HEIGHT - 560) > 190).find_trim(background=[0]) for picture in pictures
    ]
    assert boxes[0][2] > 300
    assert all(abs(a - b) <= 1 for box in boxes for a, b in zip(box, boxes[0], strict=True))
    left, top, width, height = boxes[0]
    assert left >= WIDTH * 0.05
    assert left + width <= WIDTH * 0.95
    assert 560 + top + height <= HEIGHT * 0.95


def test_words_are_gone_before_others_come(film: Story) -> None:
    start = film.slides[0].seconds
    before, between, after = decoded(film, start - 0.2, start + 0.24, start + 0.8)
    low = [(picture.crop(96, 560, 900, 110) > 190).avg() for picture in (before, between, after)]
    assert min(low[0], low[2]) > 4
    assert low[1] < 0.5


def test_right_to_left_begins_at_the_right() -> None:
    arabic = [layer for layer in layers(Slide("text", WORDS["ar"], 5), "News", Brand(), "ar") if layer.words]
    assert all(layer.x + layer.image.width > WIDTH * 0.85 for layer in arabic)


def test_logo_stands_in_the_corner_and_rubbish_does_not() -> None:
    logo = pyvips.Image.black(600, 200, bands=4).copy(interpretation="srgb").pngsave_buffer()
    mark = emblem(bytes(logo))
    assert mark is not None
    assert mark.width <= 240
    assert mark.height <= 64
    assert any(
        layer.image.width == mark.width for layer in layers(Slide("text", SAID, 5), "N", Brand(), "en", mark)
    )
    assert emblem(b"rubbish") is None
    assert emblem(b"") is None


@pytest.fixture(scope="module")
def film() -> Story:
    images = (Image("https://x.example/1.jpg", caption="The bridge", credit="Jo Doe"),)
    return made(render(story(images=images), channel(), [photo()], minimum=10))


def test_video_is_what_every_roku_plays(film: Story) -> None:
    with av.open(BytesIO(film.video), "r") as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        assert (video.codec_context.name, video.profile) == ("h264", "High")
        assert (video.width, video.height, video.pix_fmt) == (1280, 720, "yuv420p")
        assert video.average_rate == 25
        assert (video.codec_context.extradata or b"\xff" * 4)[3] <= 41
        assert (audio.codec_context.name, audio.channels, audio.rate) == ("aac", 2, 48_000)
        keys, times = [], []
        for packet in file.demux(video):
            if packet.dts is not None:
                times.append((packet.pts or 0) * packet.time_base)
                keys += [times[-1]] if packet.is_keyframe else []
        assert max(b - a for a, b in pairwise(keys)) <= 2
        assert len(times) == round(film.duration * 25)
        assert (file.duration or 0) / 1e6 == pytest.approx(film.duration, abs=0.1)


def test_index_is_in_front_of_the_pictures(film: Story) -> None:
    assert film.video.index(b"moov") < film.video.index(b"mdat")


def test_every_frame_decodes(film: Story) -> None:
    with av.open(BytesIO(film.video), "r") as file:
        assert sum(1 for _ in file.decode(video=0)) == round(film.duration * 25)


def test_captions_say_what_the_slides_say(film: Story) -> None:
    assert b"Thousands walked" in film.srt
    assert film.vtt.startswith(b"WEBVTT\n\n00:00:00.000 --> ")
    assert 20 <= film.duration <= 75
    assert film.duration == pytest.approx(sum(slide.seconds for slide in film.slides))


def test_same_article_same_bytes_and_pictures_that_are_none() -> None:
    images = (Image("https://x.example/1.jpg"), Image("https://x.example/2.jpg"))
    one, other = (
        made(render(story(images=images), channel(), [b"<html>", b""], minimum=5, motion=False))
        for _ in range(2)
    )
    assert one.video == other.video
    assert {slide.picture for slide in one.slides} == {None}


def test_too_few_words_are_told() -> None:
    short = story(summary="It opened.")
    issue = render(short, channel())
    assert isinstance(issue, Issue)
    assert issue == unfit(short, channel())
    assert issue.code == "story_too_short"
    assert issue.code in CODES
    assert issue.where == story().id
    assert unfit(story(), channel(), 10) is None


def test_a_script_without_a_font_is_named() -> None:
    # Chinese, Tangut, Khitan: no machine has a font for each of them.
    rare = next(
        words for words in ("東京", "\U00017000\U00017001", "\U00018b00\U00018b01") if uncovered(words)
    )
    headline = render(story(title=rare), channel(), minimum=5)
    body = render(story(summary=f"{SAID.replace(' ', f' {rare} ')}"), channel(), minimum=5)
    for issue in (headline, body):
        assert isinstance(issue, Issue)
        assert issue.code == "story_no_font"
        assert uncovered(rare) in issue.message
        assert "fonts-noto-" in issue.fix


BOATS = tuple(f"On day {n} boat{n} left for port{n} with mail{n} on board." for n in range(3000))
CAPTIONED = tuple(Image(f"https://x.example/{n}.jpg", caption="Cap " * 60) for n in range(60))
SIGNS = f"{SAID} 🎉 ∀x∈ℝ: x² ≥ 0 \ue000 🇩🇪."
MIXED = f"تحتفل المدينة بافتتاح الجسر بعد عامين من الإصلاحات iPhone 15 Pro, NATO (2026)! {SAID}"
ODD: dict[str, dict[str, Any]] = {
    "30,000 words": {"body": BOATS},
    "60 pictures": {"images": CAPTIONED},
    "a headline of eight lines": {"title": "The council that could not stop talking went on talking " * 9},
    "emoji and mathematics": {"title": "😀 \U0001d400 ≠ ∑ x² 👩‍👧 1️⃣", "summary": SIGNS},
    "Arabic and Latin": {"title": WORDS["ar"], "summary": MIXED, "language": "ar"},
    "Latin in Arabic": {"title": "NATO: iPhone 15", "summary": SAID, "language": "ar"},
    "one word that never ends": {"title": "x" * 400, "summary": f"{'y' * 3000} z. {SAID}"},
    "long words": {"summary": " ".join(["Donaudampfschifffahrtsgesellschaftskapitän"] * 30)},
    "marks that turn": {"title": "\u202eabc\u202c \u2066x", "summary": f"\u202e{SAID}"},
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_odd_articles_are_set_within_the_margins(odd: str) -> None:
    told = story(**ODD[odd])
    assert unfit(told, channel(), 5) is None
    slides = script(told, channel(), pictures=range(60) if told.images else ())
    assert 20 <= sum(slide.seconds for slide in slides) <= 75
    for slide in slides:
        for layer in layers(slide, "Harbour City News", Brand(), told.language):
            if layer.words:
                assert WIDTH * 0.05 <= layer.x <= layer.x + layer.image.width <= WIDTH * 0.95
                assert HEIGHT * 0.05 <= layer.y <= layer.y + layer.image.height <= HEIGHT * 0.95


def test_odd_pictures_make_a_story() -> None:
    """Sixty pictures, of which some are none, some are tall, some tiny, and one has no caption."""
    images = tuple(Image(f"https://x.example/{n}.jpg") for n in range(60))
    pictures = [photo(300, 900), b"<html>", photo(161, 91), b"", photo()[:900], *[photo(400, 300)] * 55]
    film = made(render(story(images=images), channel(), pictures, minimum=5))
    shown = [slide.picture for slide in film.slides]
    assert shown[0] == 0
    assert not {1, 3, 4} & set(shown)
    with av.open(BytesIO(film.video), "r") as file:
        assert sum(1 for _ in file.decode(video=0)) == round(film.duration * 25)


@pytest.mark.parametrize(
    "bad",
    [
        {"summary": "", "body": ()},
        {"title": ""},
        {"title": "😀🎉"},
        {"title": "\ue000", "summary": SAID},
        {"summary": "It is so.", "body": ("Too few.",)},
    ],
)
def test_article_without_words_has_a_reason(bad: dict[str, Any]) -> None:
    issue = render(story(**bad), channel(), [photo()])
    assert isinstance(issue, Issue)
    assert issue.code == "story_too_short"
    assert issue == unfit(story(**bad), channel())


@pytest.mark.parametrize("name", ["\xad", "\U0001f9ff\ue000"])
@pytest.mark.parametrize("site", ["", "https://\ue000.example/"])
def test_a_channel_whose_name_cannot_be_drawn_has_stories_without_it(name: str, site: str) -> None:
    unnamed = replace(channel(), title=name, site=site)
    assert unfit(story(), unnamed, 1) is None
    for slide in script(story(), unnamed, drawable=lambda part: bool(fonts.drawable(part))):
        assert layers(slide, name, Brand(), "en")


@settings(max_examples=25, deadline=None)
@example("\xad", "\xad", "en")
@example("Title", "\xad\u2060", "he")
@given(st.text(max_size=80), st.text(max_size=200), st.text(max_size=8))
def test_any_words_are_set_or_refused(title: str, said: str, language: str) -> None:
    told = story(title=title, summary=said, body=(), language=language)
    unfit(told, channel(), 1)
    for slide in script(told, channel(), drawable=lambda part: bool(fonts.drawable(part))):
        for layer in layers(slide, said, Brand(), language):
            assert layer.x >= 0
            assert layer.y >= 0
