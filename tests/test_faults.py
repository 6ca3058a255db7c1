"""Faults put into a good feed, one at a time, sixty and more a format: each is found, and nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from feeds import FORMATS, mrss
from tests.make_invalid import FAULTS, Edit, good

_GONE = object()
_WRONG: Mapping[str, tuple[object, ...]] = {
    "text": (_GONE, None, 7, [], {}, ""),
    "text, if any": (None, 7, [], {}),
    "texts": (None, 7, "news", {}),
    "number": (_GONE, None, "64", [], -1, 0),
    "object": (_GONE, None, 7, "x", []),
    "list": (_GONE, None, 7, "x", {}),
}
# Where a value stands in a good feed, what it must be, and the code of one that is not.
_ROKU = (
    ("providerName", "text", "bad_provider_name"), ("lastUpdated", "text", "bad_last_updated"),
    ("language", "text", "bad_language"), ("categories", "list", "no_categories"),
    ("shortFormVideos/0/title", "text", "no_title"),
    ("shortFormVideos/0/shortDescription", "text", "no_description"),
    ("shortFormVideos/0/thumbnail", "text", "bad_thumbnail"),
    ("shortFormVideos/0/releaseDate", "text", "bad_release_date"),
    ("shortFormVideos/0/genres", "list", "no_genres"), ("shortFormVideos/0/rating", "object", "bad_rating"),
    ("shortFormVideos/0/tags", "texts", "bad_tag"),
    ("shortFormVideos/0/content/dateAdded", "text", "bad_date_added"),
    ("shortFormVideos/0/content/duration", "number", "bad_duration"),
    ("shortFormVideos/0/content/videos/0/url", "text", "bad_video_url"),
    ("shortFormVideos/0/content/videos/0/quality", "text", "bad_quality"),
    ("shortFormVideos/0/content/videos/0/videoType", "text", "bad_video_type"),
    ("categories/0/name", "text", "bad_category"), ("categories/0/order", "text", "bad_category"),
    ("playlists/0/name", "text, if any", "bad_playlist"),
)  # fmt: skip
_SEARCH = (
    ("version", "text", "wrong_version"), ("defaultLanguage", "text, if any", "language_unlisted"),
    ("assets/0/id", "text", "bad_id"), ("assets/0/type", "text", "bad_type"),
    ("assets/0/titles", "list", "no_title"), ("assets/0/titles/0/value", "text", "no_title"),
    ("assets/0/shortDescriptions", "list", "no_description"),
    ("assets/0/shortDescriptions/0/value", "text", "no_description"),
    ("assets/0/releaseDate", "text", "bad_release_date"), ("assets/0/genres", "list", "no_genre"),
    ("assets/0/advisoryRatings", "list", "bad_advisory_rating"),
    ("assets/0/images/0/url", "text", "bad_thumbnail"),
    ("assets/0/durationInSeconds", "number", "bad_duration"),
    ("assets/0/content/playOptions", "list", "no_play_option"),
    ("assets/0/content/playOptions/0/license", "text", "bad_play_option"),
    ("assets/0/content/playOptions/0/quality", "text", "bad_play_option"),
    ("assets/0/content/playOptions/0/playId", "text", "bad_play_option"),
)  # fmt: skip


def changed(path: str, value: object) -> Edit:
    """Return the fault of another value at a path, or of none."""

    def edit(body: bytes) -> bytes:
        root: Any = json.loads(body)
        *steps, last = path.split("/")
        holder = root
        for step in steps:
            holder = holder[int(step)] if step.isdecimal() else holder[step]
        if value is _GONE:
            del holder[last]
        else:
            holder[last] = value
        return json.dumps(root).encode()

    return edit


def mutations(table: tuple[tuple[str, str, str], ...]) -> Iterator[tuple[str, str, Edit]]:
    for path, kind, code in table:
        for value in _WRONG[kind]:
            shown = "gone" if value is _GONE else repr(value)
            yield f"{path}={shown}", code, changed(path, value)


def replaced(pattern: str, new: str) -> Edit:
    """Return the fault of other words at the first place a pattern finds."""

    def edit(body: bytes) -> bytes:
        assert re.search(pattern.encode(), body), pattern
        return re.sub(pattern.encode(), new.encode(), body, count=1)

    return edit


_CONTENT, _ITEM_END = "(<media:content )", "</item>"
_BAD_LINKS = ("", "1.jpg", "ftp://cdn.example.org/1", "https://", "https://a b/", "//cdn.example.org/1")
_DATES = ("", "today", "2026-13-01T00:00:00Z", "2026-11-22", "22.11.2026 11:00")
_RFC_DATES = (
    "today", "2026-11-22T11:00:00Z", "Sun, 31 Feb 2026 11:00:00 +0000", "So, 22 Nov 2026 11:00:00 +0000",
    "Sun, 22 Nov 26 11:00:00 +0000",
)  # fmt: skip
_LANGUAGES = ("English (UK)", "e", "en_", "en us")


def rss_mutations() -> Iterator[tuple[str, str, Edit]]:
    """Yield the faults that both flavours of Media RSS know."""
    for link in _BAD_LINKS:
        yield (
            f"content {link}",
            "bad_video_url",
            replaced(r'(<media:content [^>]*?url=")[^"]*', rf"\g<1>{link}"),
        )
    for language in _LANGUAGES:
        subtitle = f'<media:subTitle href="https://cdn.example.org/1.srt" lang="{language}"/>'
        yield f"subtitle {language}", "bad_caption", replaced(_ITEM_END, subtitle + _ITEM_END)
    for period in ("", "tomorrow", "end=tomorrow", "start=2026-11-22T07:00:00"):
        valid = f"<dcterms:valid>{period}</dcterms:valid>"
        yield f"valid {period}", "bad_window", replaced(_ITEM_END, valid + _ITEM_END)


def roku_mrss_mutations() -> Iterator[tuple[str, str, Edit]]:
    yield from rss_mutations()
    for date in _DATES:
        yield f"pubDate {date}", "bad_pub_date", replaced("<pubDate>[^<]*", f"<pubDate>{date}")
        if date:
            yield (
                f"built {date}",
                "bad_build_date",
                replaced("<lastBuildDate>[^<]*", f"<lastBuildDate>{date}"),
            )
    for length in ("", "0", "-5", "1:04", "soon"):
        yield f"duration {length}", "bad_duration", replaced('duration="[^"]*', f'duration="{length}')
    for name, code in (("title", "no_title"), ("description", "no_description")):
        for element in (name, f"media:{name}"):
            for new in ("", f"<{element}></{element}>", f"<{element}> </{element}>"):
                pattern = f"(<item>.*?)<{element}>.*?</{element}>"
                yield f"{element} as {new}", code, replaced(pattern, rf"\g<1>{new}")
    for link in _BAD_LINKS:
        pattern = r'(</media:description><media:thumbnail url=")[^"]*'
        yield f"thumbnail {link}", "bad_thumbnail", replaced(pattern, rf"\g<1>{link}")
    for new in ("", "<media:category/>", "<media:category> </media:category>"):
        yield f"category {new}", "no_category", replaced("<media:category>.*?</media:category>", new)


def mrss_mutations() -> Iterator[tuple[str, str, Edit]]:
    yield from rss_mutations()
    for date in _RFC_DATES:
        yield f"pubDate {date}", "bad_pub_date", replaced("<pubDate>[^<]*", f"<pubDate>{date}")
        yield f"built {date}", "bad_build_date", replaced("<lastBuildDate>[^<]*", f"<lastBuildDate>{date}")
    for name, value in (
        ("medium", "film"), ("isDefault", "yes"), ("expression", "all"), ("bitrate", "fast"),
        ("framerate", "fast"), ("samplingrate", "x"), ("channels", "stereo"),
        ("duration", "1:04"), ("height", "0"), ("width", "720p"),
        ("lang", "english language"), ("fileSize", "12 MB"), ("type", "video"),
    ):  # fmt: skip
        yield (
            f"content {name}",
            "bad_attribute",
            replaced(
                rf'(<media:content (?:(?!{name}=)[^>])*)(?: {name}="[^"]*")?((?:(?!{name}=)[^>])*/>)',
                rf'\g<1> {name}="{value}"\g<2>',
            ),
        )
    for element in (
        '<media:rating scheme="urn:mpaa">pg-14</media:rating>', '<media:hash algo="md5">12</media:hash>',
        "<media:rating>grown-ups</media:rating>", '<media:rating scheme="urn:v-chip">tv</media:rating>',
        '<media:restriction relationship="allow" type="country">Austria</media:restriction>',
        '<media:restriction relationship="allow" type="uri">here</media:restriction>',
    ):  # fmt: skip
        yield element, "bad_media_value", replaced(_ITEM_END, element + _ITEM_END)
    for element in (
        "<media:player/>", '<media:player url="here"/>', "<media:restriction>all</media:restriction>",
        '<media:copyright url="here">us</media:copyright>', '<media:credit role="ANCHOR">Ada</media:credit>',
    ):  # fmt: skip
        yield element, "bad_attribute", replaced(_ITEM_END, element + _ITEM_END)
    for name in ("title", "link", "description"):
        yield f"channel {name}", "bad_channel", replaced(f"(<channel>.*?)<{name}>.*?</{name}>", r"\g<1>")


def all_mutations() -> Iterator[tuple[str, str, str, Edit]]:
    generated = {
        "roku": mutations(_ROKU), "search": mutations(_SEARCH), "roku_mrss": roku_mrss_mutations(),
        "mrss": mrss_mutations(),
    }  # fmt: skip
    for name, faults in FAULTS.items():
        yield from ((name, code, code, edit) for code, edit in faults.items())
        yield from ((name, *mutation) for mutation in generated.get(name, ()))


MUTATIONS = tuple(all_mutations())


@pytest.mark.parametrize(
    ("name", "code", "edit"), [pytest.param(n, c, e, id=f"{n}-{i}") for n, i, c, e in MUTATIONS]
)
def test_a_single_fault_is_found_and_nothing_else_is_wrong(name: str, code: str, edit: Edit) -> None:
    found = FORMATS[name].check(edit(good(name)))
    assert code in {issue.code for issue in found}
    assert {issue.code for issue in found if issue.severity == "error"} <= {code}


@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name] not in mrss.PRESETS])
def test_sixty_faults_and_more_are_put_into_a_feed_without_any(name: str) -> None:
    assert FORMATS[name].check(good(name)) == []
    assert len({mutation[1] for mutation in MUTATIONS if mutation[0] == name}) >= 60
