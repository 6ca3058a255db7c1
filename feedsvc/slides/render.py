"""An article -> a story video, or why there is none."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pyvips
from msgspec import Struct

from feeds.model import Article, Channel, Issue
from feedsvc import captions
from feedsvc.processes import give_memory_back
from feedsvc.slides import cues, voice
from feedsvc.slides.draw import Layer, beam, emblem, flat, ground, layers
from feedsvc.slides.film import FADE, Placed, Shot, film, filmed, frame
from feedsvc.slides.motion import Move, move
from feedsvc.slides.script import LONGEST, RATE, Slide, script, starts, words
from feedsvc.slides.voice import NarratorError
from feedsvc.thumbnails import HEIGHT, WIDTH, cards, fonts, picture, uncovered

# Raised whenever the same article would give other bytes.
VERSION = 1
CODES: Mapping[str, str] = {
    "story_no_font": "the article is in a script for which there is no font, so it has no story video",
    "story_too_short": "the article says too little for a story video",
    "narrator_failed": "the narrator gave no recording, so the story video is silent",
}
MINIMUM_WORDS = 20


class Story(Struct, frozen=True):
    """A video as MP4, its length in seconds, what is read in it as captions, and what went wrong."""

    video: bytes
    duration: float
    srt: bytes
    vtt: bytes
    slides: tuple[Slide, ...]
    issues: tuple[Issue, ...] = ()


class _Told(Struct, frozen=True):
    """The slides of a story, and the recording of each that is read aloud."""

    slides: tuple[Slide, ...]
    heard: Mapping[str, bytes]
    issues: tuple[Issue, ...] = ()


def render(
    article: Article,
    channel: Channel,
    pictures: Sequence[bytes] = (),
    *,
    logo: bytes = b"",
    minimum: int = MINIMUM_WORDS,
    motion: bool = True,
    narrate: Callable[[str], bytes] | None = None,
) -> Story | Issue:
    """Return the story of an article as a video of 1280 x 720 at 25 frames a second, or why there is none.

    `pictures` belong to the article's images in order, b"" for one that cannot be had; one that is no picture
    is passed over. `narrate` reads a text aloud as a WAV file; the story is silent, with an issue, when that
    raises NarratorError. The same article gives the same bytes.
    """
    give_memory_back()
    if issue := unfit(article, channel, minimum):
        return issue
    usable = [number for number, data in enumerate(pictures[: len(article.images)]) if data]
    usable = [n for n in usable if not isinstance(picture(pictures[n], None, 320, 180), Issue)]
    told = _told(article, channel, usable, minimum, narrate)
    track = cues.track(told.slides, article.language or channel.language)
    video = _filmed(told.slides, article, channel, pictures, logo, motion, _sound(told))
    length = _frames(told.slides) / RATE
    return Story(video, length, captions.srt(track), captions.vtt(track), told.slides, told.issues)


def unfit(article: Article, channel: Channel, minimum: int = MINIMUM_WORDS) -> Issue | None:
    """Return why an article can have no story, None if it can: `render` says the same.

    It has none when its headline cannot be drawn, or less than `minimum` words are left to read.
    """
    enough = words(script(article, channel, drawable=_drawable)) >= minimum
    missing = uncovered(article.title)
    if not missing and not enough:
        everything = script(article, channel)
        if words(everything) >= minimum:
            missing = uncovered(" ".join(slide.words for slide in everything))
    if missing:
        message = f"The article is in {missing}, for which there is no font, so it has no story video."
        return Issue("warning", "story_no_font", article.id, message, fonts.remedy(missing))
    if enough and fonts.drawable(article.title):
        return None
    message = f"The article says too little for a story video: less than {minimum} words beside its headline."
    return Issue("warning", "story_too_short", article.id, message, "Write a summary or a first paragraph.")


def _drawable(words: str) -> bool:
    return bool(fonts.drawable(words))


def _told(
    article: Article,
    channel: Channel,
    usable: Sequence[int],
    minimum: int,
    narrate: Callable[[str], bytes] | None,
) -> _Told:
    silent = script(article, channel, pictures=usable, drawable=_drawable)
    if narrate is None:
        return _Told(silent, {})
    heard: dict[str, bytes] = {}

    def spoken(words: str) -> float:
        if words not in heard:
            heard[words] = voice.speech(narrate(fonts.drawable(words)))
        return voice.seconds(heard[words])

    try:
        slides = script(article, channel, pictures=usable, drawable=_drawable, spoken=spoken)
        if words(slides) < minimum:
            message = f"The narrator reads so slowly that {LONGEST:.0f} seconds are too short."
            raise NarratorError(message)
    except NarratorError as error:
        return _Told(silent, {}, (_unheard(article, error),))
    return _Told(slides, heard)


def _unheard(article: Article, error: NarratorError) -> Issue:
    message = f"{error} The story video is silent."
    fix = "Try the narrator's command: it reads a text from stdin and writes the WAV file named last."
    return Issue("warning", "narrator_failed", article.id, message, fix)


def _sound(told: _Told) -> bytes:
    """Return the voice of all slides as one WAV file, b"" for a story that is silent."""
    if not told.heard:
        return b""
    parts = [
        (start + slide.spoken[0], told.heard[slide.words])
        for slide, (start, _) in zip(told.slides, starts(told.slides), strict=True)
        if slide.spoken
    ]
    return voice.sound(parts, _frames(told.slides) / RATE)


def _filmed(
    slides: Sequence[Slide],
    article: Article,
    channel: Channel,
    pictures: Sequence[bytes],
    logo: bytes,
    motion: bool,
    sound: bytes,
) -> bytes:
    language = article.language or channel.language
    light = frame(beam(channel.brand.colour), "yuva420p") if motion else None
    mark = emblem(logo)

    def shots() -> Iterator[Shot]:
        for number, slide in enumerate(slides):
            last = number == len(slides) - 1
            frames = round(slide.seconds * RATE) + (0 if last else FADE)
            drawn = layers(slide, channel.title, channel.brand, language, mark)
            # A sign at the top and a shade at the foot: as one they would be as large as the screen.
            shade = [layer for layer in drawn if layer.under and layer.y > HEIGHT // 5]
            sign = [layer for layer in drawn if layer.under and layer.y <= HEIGHT // 5]
            way = move(number, frames) if motion else None
            seen = _seen(slide, article, pictures, way)
            if seen is None:
                way, seen = None, ground(channel.brand, cards.right_to_left(slide.words, language))
            over = [layer for layer in drawn if not layer.under]
            under = tuple(_placed(one) for one in (shade, sign) if one)
            lit = None if slide.picture is not None else light
            yield Shot(filmed(seen, way), _placed(over), frames, number, way, lit, under, last)

    return film(shots(), _frames(slides), sound)


def _placed(layers: Sequence[Layer]) -> Placed:
    whole = flat(layers)
    return Placed(frame(whole.image, "yuva420p"), whole.x, whole.y)


def _frames(slides: Sequence[Slide]) -> int:
    return sum(round(slide.seconds * RATE) for slide in slides)


def _seen(slide: Slide, article: Article, pictures: Sequence[bytes], way: Move | None) -> pyvips.Image | None:
    if slide.picture is None:
        return None
    width, height = (WIDTH, HEIGHT) if way is None else way.size
    found = picture(pictures[slide.picture], article.images[slide.picture].focus, width, height)
    return None if isinstance(found, Issue) else found
