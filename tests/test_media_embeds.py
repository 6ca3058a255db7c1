"""Embeds become what a TV can play, or one sentence that says whose they are and what to do."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Issue, Video
from feedsvc.http import FetchError
from feedsvc.media import CODES
from feedsvc.media.embeds import provider, resolve

BRIGHTCOVE = "https://edge.api.brightcove.com/playback/v1/accounts/2540076170001/videos/6105449714001"
ARC = (
    "https://gray-prod-cdn.video-api.arcpublishing.com/api/v1/ansvideos/findByUuid"
    "?uuid=8c99cb6e-b29c-4bc9-9173-7bf9979225ab"
)
KEYS = {"2540076170001": "BCpkADawqM1"}
CDN = "https://cdn.example.org"


class Desk:
    """Answers every question with one JSON value, or bytes, or an error; remembers what it was asked."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def __call__(self, url: str, accept: str) -> bytes:
        self.asked.append((url, accept))
        if isinstance(self.answer, FetchError):
            raise self.answer
        return self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()


def streams(url: str, answer: object, keys: Mapping[str, str] = KEYS) -> list[str]:
    found = resolve(Video(url), Desk(answer), keys)
    assert isinstance(found, tuple), found
    return [video.url.removeprefix(f"{CDN}/") for video in found]


def refused(url: str, answer: object, keys: Mapping[str, str] = KEYS) -> Issue:
    found = resolve(Video(url), Desk(answer), keys)
    assert isinstance(found, Issue), found
    assert found.code in CODES
    assert (found.severity, found.where) == ("error", url)
    assert found.message.endswith(".")
    assert found.fix.endswith(".")
    return found


def source(name: str, kind: str = "", **more: object) -> dict[str, object]:
    return {"src": f"{CDN}/{name}", "type": kind, **more}


HLS, DASH = "application/x-mpegURL", "application/dash+xml"


@pytest.mark.parametrize(
    "url",
    [
        f"{CDN}/film.mp4",
        "/media/abc.mp4",
        "",
        "https://cdn.jwplayer.com/manifests/AbCd1234.m3u8",
        "https://cdnapisec.kaltura.com/p/1/sp/100/playManifest/entryId/1_a/format/applehttp/protocol/https/a.m3u8",
        "https://edge.api.brightcove.com.evil.example/playback/v1/accounts/1/videos/2",
        f"{BRIGHTCOVE}/../../x",
    ],
)
def test_what_is_no_embed_stays_as_it_is_and_nobody_is_asked(url: str) -> None:
    desk = Desk([])
    video = Video(url, duration=9)
    assert resolve(video, desk, KEYS) == (video,)
    assert desk.asked == []
    assert provider(url) == ""


def test_whose_embed_an_address_is() -> None:
    assert [provider(url) for url in (BRIGHTCOVE, ARC)] == ["Brightcove", "Arc XP"]


def test_brightcove_is_asked_with_the_account_s_key() -> None:
    answer = {
        "duration": 90_500,
        "sources": [
            source("dash.mpd", DASH),
            source("low.mp4", container="MP4", avg_bitrate=800_000, width=640, height=360),
            source("high.mp4", container="MP4", avg_bitrate=4_000_000, width=1920, height=1080),
            source("uhd.mp4", container="MP4", avg_bitrate=18_000_000, width=3840, height=2160),
            {"src": "http://cdn.example.org/master.m3u8", "type": HLS},
            source("master.m3u8", HLS),
            source("drm.m3u8", HLS, key_systems={"com.apple.fps.1_0": {}}),
            {"app_name": "rtmp://x.example", "container": "MP4"},
            source("old.ism/manifest", "application/vnd.ms-sstr+xml"),
        ],
    }
    desk = Desk(answer)
    found = resolve(Video(BRIGHTCOVE, language="de"), desk, KEYS)
    assert desk.asked == [(BRIGHTCOVE, "application/json;pk=BCpkADawqM1")]
    assert isinstance(found, tuple)
    names = [video.url.removeprefix(f"{CDN}/") for video in found]
    assert names == ["master.m3u8", "high.mp4", "low.mp4", "uhd.mp4", "dash.mpd", "old.ism/manifest"]
    high = found[1]
    assert (high.bitrate, high.width, high.height, high.duration, high.language) == (
        4000,
        1920,
        1080,
        90.5,
        "de",
    )
    assert high.type is None  # its bytes say that


def test_arc_is_asked_without_a_key() -> None:
    answer = [
        {
            "status": "PRIMARY",
            "streams": [
                {"url": f"{CDN}/a.mp4", "stream_type": "mp4", "bitrate": 2000, "height": 720, "width": 1280},
                {"url": f"{CDN}/a/mobile.m3u8", "stream_type": "ts", "height": 720, "bitrate": 5400},
                {"url": f"{CDN}/a.gif", "stream_type": "gif"},
                {"url": "rtmp://x.example/a", "stream_type": "smil"},
            ],
        }
    ]
    assert streams(ARC, answer, {}) == ["a/mobile.m3u8", "a.mp4"]


@pytest.mark.parametrize("keys", [{}, {"1": "x"}, {"2540076170001": " "}, {"2540076170001": "a\r\nX: y"}])
def test_an_account_without_a_key_says_which_setting_to_add(keys: dict[str, str]) -> None:
    desk = Desk([])
    found = resolve(Video(BRIGHTCOVE), desk, keys)
    assert isinstance(found, Issue)
    assert found.code == "video_embed_key"
    assert '"2540076170001" = "<policy key>"' in found.fix
    assert "[embeds.brightcove]" in found.fix
    assert desk.asked == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([{"error_code": "ACCESS_DENIED", "error_subcode": "CLIENT_GEO"}], "give the video (CLIENT_GEO)"),
        ([{"error_code": "VIDEO_NOT_PLAYABLE"}], "(VIDEO_NOT_PLAYABLE)"),
        ({"errors": [{}], "sources": []}, "refuses"),
        ({"sources": [source("a.mpd", DASH, key_systems={"com.widevine.alpha": {}})]}, "only with DRM"),
        ({"sources": [source("a", container="WVM")]}, "names no stream"),
        ({"sources": [{"src": "http://cdn.example.org/a.mp4", "container": "MP4"}]}, "names no stream"),
        ({"sources": []}, "names no stream"),
        ({}, "names no stream"),
        (b"<html>", "names no stream"),
        (b"[" * 100_000, "names no stream"),
        (FetchError(BRIGHTCOVE, "fetch_forbidden", 403), "refuses"),
        (FetchError(BRIGHTCOVE, "fetch_not_found", 404), "no such video"),
    ],
)  # fmt: skip
def test_a_refusal_says_who_and_what_to_do(answer: object, words: str) -> None:
    issue = refused(BRIGHTCOVE, answer)
    assert issue.code == "video_embed_refused"
    assert issue.message.startswith("Brightcove")
    assert words in issue.message


def test_a_provider_out_of_reach_is_a_fetch_that_is_tried_again() -> None:
    for url in (BRIGHTCOVE, ARC):
        issue = refused(url, FetchError(url, "fetch_timeout", "the provider"))
        assert issue.code == "video_fetch"
        assert "took too long" in issue.message


@pytest.mark.parametrize("live", [{"status": "live"}, {"video_type": "live"}])
def test_a_live_stream_of_arc_is_no_film(live: dict[str, str]) -> None:
    answer = [{**live, "streams": [{"url": f"{CDN}/a.m3u8", "stream_type": "ts"}]}]
    assert "live" in refused(ARC, answer).message


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=20)
    | st.sampled_from([f"{CDN}/a.m3u8", "https://[", "ts", HLS, "MP4"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["sources", "streams", "src", "url", "type", "stream_type", "container", "key_systems", "errors",
             "duration", "avg_bitrate", "bitrate", "width", "height", "status", "error_code"]
        ),
        inner,
        max_size=6,
    ),
    max_leaves=25,
)  # fmt: skip


@given(VALUES, st.text(max_size=40))
def test_no_answer_raises(answer: object, address: str) -> None:
    for url in (BRIGHTCOVE, ARC):
        found = resolve(Video(url), Desk(answer), KEYS)
        if isinstance(found, Issue):
            refused(url, answer)
        else:
            assert all(video.url.startswith("https://") for video in found)
    assert resolve(Video(address), Desk(answer), {}) == (Video(address),)
