"""What the podcast namespaces say of an episode: its length and number, and the video beside the sound.

Apple's itunes:* and https://github.com/Podcastindex-org/podcast-namespace.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree
from lxml.etree import _Element as Element
from msgspec.structs import replace

from feeds import text, values
from feeds.model import Caption, Video
from feedsvc.sources.media_rss import Media, distinct, is_video, joined

_NAME = re.compile(
    r"(?:\{https?://www\.itunes\.com/dtds/podcast-1\.0\.dtd\}|\{https?://podcastindex\.org/namespace/1\.0\}"
    r"|\{https://github\.com/Podcastindex-org/podcast-namespace/[^}]*\}|itunes:|podcast:)(\w+)",
    re.I,
)
_CAPTIONS = re.compile(r"text/vtt|application/(?:x-subrip|srt)|text/srt", re.I)


def read(item: Element, media: Media, base: str) -> Media:
    """Return an item's media with what the podcast namespaces say of it."""
    found = [(name, e) for e in item.iter(etree.Element) if (name := _named(str(e.tag)))]
    if not found:
        return media
    said = {name: text.line("".join(e.itertext())) for name, e in reversed(found)}
    return replace(
        media,
        title=media.title or said.get("title", ""),
        videos=distinct((*media.videos, *_videos(found, base))),
        captions=distinct((*media.captions, *_transcripts(found, base))),
        keywords=(*media.keywords, *filter(None, map(str.strip, said.get("keywords", "").split(",")))),
        duration=values.length(said.get("duration")),
        season=_number(said.get("season", "")),
        episode=_number(said.get("episode", "")),
    )


@lru_cache(maxsize=1024)
def _named(tag: str) -> str:
    match = _NAME.fullmatch(tag)
    return match[1] if match else ""


def _videos(found: list[tuple[str, Element]], base: str) -> Iterator[Video]:
    """Yield the videos among what an episode offers instead of its enclosure."""
    for name, e in found:
        if name == "alternateEnclosure":
            sources = (part for part in e.iterchildren(etree.Element) if str(part.tag).endswith("source"))
            for source in sources:
                url = joined(base, source.get("uri") or "")
                if url and is_video(source.get("contentType") or e.get("type") or "", url):
                    height = _number(e.get("height") or "")
                    yield Video(url, height=height, language=e.get("lang") or "")


def _transcripts(found: list[tuple[str, Element]], base: str) -> Iterator[Caption]:
    for name, e in found:
        url = joined(base, e.get("url") or "") if name == "transcript" else None
        if url and _CAPTIONS.match(e.get("type") or ""):
            yield Caption(url, e.get("language") or "")


def _number(said: str) -> int | None:
    # Podcasting 2.0 has half episodes, which no feed for a TV can number.
    return int(said) if re.fullmatch("[0-9]{1,6}", said) else None
