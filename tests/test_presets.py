"""Presets of standard Media RSS: a row of differences each, and in all else what `mrss.xml` says."""

from collections.abc import Iterable

import pytest
from lxml import etree

from feeds.checks.presets import WANTS
from feeds.model import Article, Feed, Format, Row, Video, Written
from feeds.mrss import PRESETS, PROFILES, STANDARD, Profile
from tests.feeds_strategies import CDN, CHANNEL, FILE, NOON, story

Node = etree._Element
NS = {"media": "http://search.yahoo.com/mrss/", "atom": "http://www.w3.org/2005/Atom"}
STREAM = Video(f"{CDN}/a.m3u8", "HLS", "FHD", duration=64.4)
BY_NAME = {fmt.name: fmt for fmt in PRESETS}

every_preset = pytest.mark.parametrize(
    ("profile", "fmt"), list(zip(PROFILES, PRESETS, strict=True)), ids=[p.name for p in PROFILES]
)


def of(*articles: Article) -> Feed:
    return Feed(CHANNEL, (Row("World", articles),), NOON)


def items(written: Written) -> list[Node]:
    return etree.fromstring(written.body).findall("channel/item")


def codes(written: Written) -> list[str]:
    return [issue.code for issue in written.issues]


def told(item: Node) -> Iterable[str | None]:
    for name in ("guid", "title", "link", "description", "pubDate"):
        yield item.findtext(name)
    yield from (part.get("url") for part in item.findall("media:thumbnail", NS))


@every_preset
def test_what_a_preset_takes_it_tells_as_the_standard_flavour_does(profile: Profile, fmt: Format) -> None:
    feed = of(*(story(n, f"The harbour story number {n}", videos=FILE) for n in range(1, 9)))
    same = [list(told(item)) for item in items(STANDARD.write(feed))]
    assert [list(told(item)) for item in items(fmt.write(feed))] == same
    assert fmt.check(fmt.write(feed).body) == []


@every_preset
def test_a_preset_says_its_own_address(profile: Profile, fmt: Format) -> None:
    link = etree.fromstring(fmt.write(of(story(1, videos=FILE))).body).find("channel/atom:link", NS)
    assert link is not None
    assert link.get("href") == f"{CHANNEL.feeds_url}/{profile.path}"


@every_preset
def test_the_check_of_a_preset_asks_for_what_the_writer_gives(profile: Profile, fmt: Format) -> None:
    wants = WANTS[profile.name]
    assert wants.items == profile.newest
    assert wants.direct is not profile.several
    assert wants.title[1] >= profile.title


@every_preset
def test_a_document_of_a_preset_holds_the_newest_items_and_says_so(profile: Profile, fmt: Format) -> None:
    written = fmt.write(of(*(story(n, f"The harbour story number {n}", videos=FILE) for n in range(1, 1003))))
    most = profile.newest or 1002
    assert written.ids == tuple(f"a{n:015d}" for n in range(1, most + 1))
    assert codes(written) == (["only_newest"] if profile.newest else [])
    assert [issue for issue in fmt.check(written.body) if issue.severity == "error"] == []


@pytest.mark.parametrize("name", ["mrss_msn", "mrss_dailymotion"])
def test_who_fetches_files_gets_no_stream(name: str) -> None:
    both, stream = story(1, videos=(STREAM, *FILE)), story(2, videos=(STREAM,))
    written = BY_NAME[name].write(of(both, stream))
    assert written.ids == (both.id,)
    assert codes(written) == ["video_not_taken"]
    (content,) = items(written)[0].findall("media:content", NS)
    assert content.get("url") == FILE[0].url


def test_a_file_too_large_for_msn_is_not_told() -> None:
    large = Video(f"{CDN}/a.mp4", "MP4", "HD", duration=64.4, size=2_000_000_001)
    written = BY_NAME["mrss_msn"].write(of(story(1, videos=(large,)), story(2, videos=(large, *FILE))))
    assert codes(written) == ["video_not_taken"]
    assert written.ids == (story(2).id,)


def test_msn_gets_titles_of_150_characters() -> None:
    (item,) = items(BY_NAME["mrss_msn"].write(of(story(1, "Ferries stop again " * 10, videos=FILE))))
    title = item.findtext("title", "")
    assert len(title) <= 150
    assert title.endswith("…")
    assert item.findtext("media:title", "", NS) == title


@pytest.mark.parametrize("name", ["mrss_fire", "mrss_dailymotion"])
def test_who_looks_for_one_video_in_the_item_finds_one(name: str) -> None:
    several = (*FILE, Video(f"{CDN}/b.mp4", "MP4", "SD", duration=64.4))
    (item,) = items(BY_NAME[name].write(of(story(1, videos=several))))
    assert len(item.findall("media:content", NS)) == 1
    assert item.find("media:group", NS) is None
