"""An article -> a story video."""

from collections.abc import Iterator, Mapping, Sequence

import pyvips
from msgspec import Struct
from msgspec.structs import replace

from feeds.model import Article, Channel, Issue
from feedsvc.slides import cues
from feedsvc.slides.draw import Layer, beam, emblem, flat, ground, layers
from feedsvc.slides.film import FADE, RATE, Placed, Shot, film, filmed, frame
from feedsvc.slides.motion import Move, move
from feedsvc.slides.script import Slide, script, words
from feedsvc.thumbnails import HEIGHT, WIDTH, cards, picture, uncovered

CODES: Mapping[str, str] = {
    "story_no_font": "the article is in a script for which there is no font, so it has no story video",
    "story_too_short": "the article says too little for a story video",
}

MINIMUM_WORDS = 20


class Story(Struct, frozen=True):
    """A video as MP4, its length in seconds, and what is read in it as captions."""

    video: bytes
    duration: float
    srt: str
    vtt: str
    slides: tuple[Slide, ...]


def render(
    article: Article,
    channel: Channel,
    pictures: Sequence[bytes] = (),
    *,
    logo: bytes = b"",
    minimum: int = MINIMUM_WORDS,
    motion: bool = True,
    seconds: Sequence[float] = (),
    voice: bytes = b"",
) -> Story | Issue:
    """Return the story of an article as a video of 1280 x 720 at 25 frames a second, or why there is none.

    `pictures` belong to the article's images in order, b"" for one that cannot be had; one that is no picture
    is passed over. `seconds` replace the slides' times, for a `voice` (a WAV file) that reads them.
    """
    usable = [number for number, data in enumerate(pictures[: len(article.images)]) if data]
    usable = [n for n in usable if not isinstance(picture(pictures[n], None, 320, 180), Issue)]
    slides = script(article, channel, pictures=usable, drawable=lambda part: bool(cards.drawable(part)))
    if issue := _unfit(article, channel, slides, minimum):
        return issue
    if seconds:
        slides = tuple(replace(slide, seconds=time) for slide, time in zip(slides, seconds, strict=True))
    language = article.language or channel.language
    said = cues.cues(slides, language)
    filmed = _filmed(slides, article, channel, pictures, logo, motion, voice)
    return Story(filmed, _frames(slides) / RATE, cues.srt(said), cues.vtt(said), slides)


def _unfit(article: Article, channel: Channel, slides: Sequence[Slide], minimum: int) -> Issue | None:
    """Return why an article makes no story: its headline cannot be drawn, or too little is left to read."""
    enough = words(slides) >= minimum
    everything = script(article, channel)
    missing = uncovered(article.title)
    if not missing and not enough and words(everything) >= minimum:
        missing = uncovered(" ".join(slide.words for slide in everything))
    if missing:
        message = f"The article is in {missing}, for which there is no font, so it has no story video."
        fix = "Install a font for it on the server: Debian has fonts-noto-cjk and fonts-noto-core."
        return Issue("warning", "story_no_font", article.id, message, fix)
    if enough and article.title.strip():
        return None
    message = f"The article says too little for a story video: less than {minimum} words beside its headline."
    return Issue("warning", "story_too_short", article.id, message, "Write a summary or a first paragraph.")


def _filmed(
    slides: Sequence[Slide],
    article: Article,
    channel: Channel,
    pictures: Sequence[bytes],
    logo: bytes,
    motion: bool,
    voice: bytes,
) -> bytes:
    language = article.language or channel.language
    light = frame(beam(channel.brand.colour), "yuva420p") if motion else None
    mark = emblem(logo)

    def shots() -> Iterator[Shot]:
        for number, slide in enumerate(slides):
            last = number == len(slides) - 1
            frames = round(slide.seconds * RATE) + (0 if last else FADE)
            drawn = layers(slide, channel.title, channel.brand, language, mark)
            under = [layer for layer in drawn if layer.under]
            way = move(number, frames) if motion else None
            seen = _seen(slide, article, pictures, way)
            if seen is None:
                way, seen = None, ground(channel.brand, cards.right_to_left(slide.words, language))
            over = [layer for layer in drawn if not layer.under]
            yield Shot(
                filmed(seen, way), _placed(over), frames, number, way,
                None if slide.picture is not None else light, _placed(under) if under else None, last,
            )  # fmt: skip

    return film(shots(), _frames(slides), voice)


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
