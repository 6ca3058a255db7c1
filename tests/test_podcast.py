"""Episodes: what the podcast namespaces say of them, and the video beside the sound."""

import pytest

from feeds.model import Article, Caption, Image, Video
from feedsvc.sources.feed import read

URL = "https://show.example/feed"
SOUND = '<enclosure url="https://show.example/1.mp3" type="audio/mpeg" length="9"/>'
FILM = '<enclosure url="https://show.example/1.mp4" type="video/mp4" length="9"/>'


def episode(inside: str, title: str = "<title>The storm</title>") -> Article:
    body = (
        '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
        'xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Harbour Talk</title>'
        f"<item>{title}<guid>e1</guid>{inside}</item></channel></rss>"
    )
    (article,) = read(body.encode(), URL).articles
    return article


def test_an_episode_that_is_only_heard_is_an_article_without_a_video() -> None:
    found = episode(
        f"<description>Short.</description>{SOUND}<itunes:duration>31:07</itunes:duration>"
        '<itunes:image href="https://show.example/1.jpg"/><itunes:episode>7</itunes:episode>'
        "<itunes:season>2</itunes:season><itunes:keywords>sea, storm</itunes:keywords>"
        '<podcast:transcript url="/1.vtt" type="text/vtt"/>'
    )
    assert (found.title, found.summary, found.videos, found.captions) == ("The storm", "Short.", (), ())
    assert (found.series, found.season, found.episode) == ("Harbour Talk", 2, 7)
    assert found.images == (Image("https://show.example/1.jpg"),)
    assert (found.section, found.tags) == ((), ("sea", "storm"))


def test_a_video_episode_has_its_length_and_its_transcript() -> None:
    found = episode(
        f"{FILM}<itunes:duration>1:02:03</itunes:duration>"
        '<podcast:transcript url="/1.vtt" type="text/vtt" language="en"/>'
        '<podcast:transcript url="/1.json" type="application/json"/>'
    )
    assert found.videos == (Video("https://show.example/1.mp4", duration=3723),)
    assert found.captions == (Caption("https://show.example/1.vtt", "en"),)
    assert (found.series, found.season, found.episode) == ("", None, None)


def test_the_video_beside_the_sound() -> None:
    found = episode(
        f'{SOUND}<podcast:alternateEnclosure type="video/mp4" height="720" lang="en">'
        '<podcast:source uri="/1.mp4"/><podcast:source uri="ipfs://x"/></podcast:alternateEnclosure>'
        '<podcast:alternateEnclosure type="audio/opus"><podcast:source uri="/1.opus"/>'
        "</podcast:alternateEnclosure>"
    )
    assert found.videos == (Video("https://show.example/1.mp4", height=720, language="en"),)


def test_apples_title_and_summary_stand_in() -> None:
    found = episode(
        "<itunes:title>Only here</itunes:title><itunes:summary>Said here.</itunes:summary>", title=""
    )
    assert (found.title, found.summary) == ("Only here", "Said here.")


def test_the_longer_of_two_texts_is_the_story() -> None:
    notes = "<p>All that was said of the storm.</p><p>And of the harbour.</p>"
    found = episode(
        f"<description><![CDATA[{notes}]]></description><itunes:summary>The storm.</itunes:summary>"
    )
    assert (found.summary, found.body) == (
        "The storm.",
        ("All that was said of the storm.", "And of the harbour."),
    )


@pytest.mark.parametrize("said", ["x", "-1", "1.5", "9" * 20, "", "²"])
def test_numbers_that_are_none(said: str) -> None:
    found = episode(f"{FILM}<itunes:episode>{said}</itunes:episode><itunes:duration>{said}</itunes:duration>")
    assert found.episode is None
    assert found.videos[0].duration in (None, 1.5)
