"""What a document means to be, told by its beginning and the names in it, however broken it is."""

import codecs
import re
from collections.abc import Iterator

_ROKU = re.compile(
    r'"(?:movies|series|short_?form_?videos|tv_?specials|live_?feeds|provider_?name|video_?type|date_?added)"\s*:'
    r"|\b(?:shortFormVideos|tvSpecials|liveFeeds|providerName)\b",
    re.IGNORECASE,
)
_ASSETS, _VERSION = (
    re.compile(r'"assets"\s*:'),
    re.compile(r'"version"\s*:|"default(?:Language|Availab)|"playOptions"'),
)
_PUBLISHED = re.compile(r"<pubDate>\s*([^<\s]{1,4})")
_BUILT = re.compile(r"<lastBuildDate>\s*([^<\s]{1,4})")
_RSS = re.compile(r"<(?:rss|channel|item)[\s>/]|<media:content\b")
_PAGE = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
_READ = 262_144
# What begins so, and what it is.
_BYTES = (
    (b"\x1f\x8b", "gzip-compressed: unpack it first, and serve it with Content-Encoding"),
    (b"PK\x03\x04", "a zip archive"), (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"), (b"RIFF", "a picture or a sound"),
    (b"\x00\x00\x00", "a film or another binary file"),
    (b"\x1aE\xdf\xa3", "a film"), (b"SQLite", "a database"),
)  # fmt: skip
_TEXTS = (
    (r"#EXTM3U", "an HLS playlist"), (r"WEBVTT", "captions in WebVTT"),
    (r'\{.{0,2000}"version"\s*:\s*"https://jsonfeed\.org', "a JSON Feed"),
    (r".{0,4000}?<!doctype html|.{0,4000}?<html[\s>]", "a web page"),
    (r".{0,4000}?<feed[\s>]", "an Atom feed"), (r".{0,4000}?<rdf:RDF[\s>]", "an RSS 1.0 feed"),
    (r".{0,4000}?<(?:urlset|sitemapindex)[\s>]", "a sitemap"),
    (r".{0,4000}?<opml[\s>]", "a list of feeds (OPML)"),
    (r".{0,4000}?<MPD[\s>]", "a DASH manifest"), (r".{0,4000}?<svg[\s>]", "a picture"),
    (r"\s*<", "XML, but not RSS"),
    (r"\s*[\[{]", "JSON, but neither a Direct Publisher nor a Search feed"),
)  # fmt: skip


def format_name(body: bytes) -> str:
    """Return the name of the format that these bytes mean to be, empty when they mean none of them.

    Of the two in JSON, only the Search feed has `assets`. The two flavours of Media RSS differ in their
    dates: ISO 8601 for Roku, RFC 822 for the rest of the world.
    """
    text = _text(body)
    first = None if _PAGE.match(text) else re.search(r"<(?:rss|\?xml|channel)|[{\[]", text)
    if first and first[0].startswith("<"):
        if not _RSS.search(text):
            return ""
        date = _PUBLISHED.search(text) or _BUILT.search(text)
        return "mrss" if date and not date[1].isdigit() else "roku_mrss"
    if not first:
        return ""
    if _ASSETS.search(text) and _VERSION.search(text) and '"providerName"' not in text:
        return "search"
    return "roku" if _ROKU.search(text) else ""


def description(body: bytes) -> str:
    """Return what bytes without a format are, as the end of a sentence."""
    if not body.strip(b"\x00 \t\r\n"):
        return "empty"
    return next(_described(body), "text, but no feed")


def _described(body: bytes) -> Iterator[str]:
    yield from (name for start, name in _BYTES if body.startswith(start))
    text = _text(body)
    yield from (name for begins, name in _TEXTS if re.match(begins, text, re.DOTALL | re.IGNORECASE))


def _text(body: bytes) -> str:
    """Return the beginning and the end of a document, as text."""
    part = body if len(body) <= 2 * _READ else body[:_READ] + body[-_READ:]
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if part.startswith(mark):
            return part.decode(name, "replace")
    if b"\x00" in part[:2]:
        return part.decode("utf-16-be" if part[:1] == b"\x00" else "utf-16-le", "replace")
    return part.decode(errors="replace")
