"""DASH and Smooth films are told by their manifests and a sample; whatever these say, nothing raises."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Issue, Video
from feedsvc.media import CODES, dash, probe, smooth
from feedsvc.media.footage import Limits
from feedsvc.media.hls import Piece
from tests import made_media
from tests.test_media import Shelf, folder

AT = "https://media.example.org/film/"
URL = f"{AT}manifest"


def film_in(path: Path, kind: str, name: str = "manifest", **options: str) -> dict[str, bytes]:
    """Return the files of a film of 5 s, by address, as FFmpeg writes them."""
    film = made_media.Film(5, (1280, 720))
    film.write(str(path / name) if name else str(path), kind, options)
    return folder(path, AT)


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return film_in(tmp_path_factory.mktemp("dash"), "dash", seg_duration="2")


@pytest.fixture(scope="module")
def smooth_stream(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    made = film_in(tmp_path_factory.mktemp("smooth"), "smoothstreaming", name="")
    (fragment,) = (url for url in made if "/Fragments(video=" in url)
    # FFmpeg names the fragment by its time with the encoder's delay, and the manifest without it.
    first = fragment[: fragment.index("video=")] + "video=0)"
    return {**made, first: made[fragment], URL: made[f"{AT}Manifest"]}


def the_issue(found: Video | Issue) -> Issue:
    assert isinstance(found, Issue), found
    assert found.code in CODES
    assert found.where == URL
    assert found.message.endswith(".")
    assert found.fix.endswith(".")
    return found


def refused(manifest: str, **others: bytes) -> str:
    shelf = Shelf({URL: manifest.encode(), **{AT + name: data for name, data in others.items()}})
    return the_issue(probe(Video(URL), shelf)).code


def mpd(inside: str = "", attributes: str = 'mediaPresentationDuration="PT10S"') -> str:
    return (
        f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" {attributes}>'
        f"{inside or PERIOD}</MPD>"
    )


def rungs(manifest: str) -> tuple[dash.Rung, ...]:
    return dash.read(manifest, URL).rungs


def urls(rung: dash.Rung | None) -> list[str]:
    assert rung
    return [segment.piece.url.removeprefix(AT) for segment in rung.segments]


SET = '<AdaptationSet mimeType="video/mp4" codecs="avc1.4d401f">{}</AdaptationSet>'
RUNG = '<Representation id="v" bandwidth="2000000" width="1280" height="720"/>'
PERIOD = f"<Period>{SET.format(RUNG)}</Period>"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"seg_duration": "2", "use_timeline": "0"},
        {"single_file": "1"},
        {"use_template": "0", "use_timeline": "0"},
    ],
    ids=["timeline", "numbers", "ranges", "list"],
)
def test_dash_film_is_described(tmp_path: Path, options: dict[str, str]) -> None:
    shelf = Shelf(film_in(tmp_path, "dash", **options))
    found = probe(Video(URL), shelf)
    assert isinstance(found, Video), found
    assert (found.type, found.quality, found.width, found.height) == ("DASH", "HD", 1280, 720)
    assert found.duration == pytest.approx(5, abs=0.1)
    assert found.bitrate
    assert found.size is None
    assert len(shelf.asked) <= 5


def test_dash_film_in_one_file_a_rung(tmp_path: Path) -> None:
    """SegmentBase, as on-demand profiles have it: the rung is a fragmented MP4."""
    film = made_media.mp4(2, (640, 360), flags="frag_keyframe+empty_moov+default_base_moof")
    base = "<BaseURL>hd.mp4</BaseURL><SegmentBase indexRange='800-900'/>"
    manifest = mpd(f"<Period>{SET.format(RUNG.replace('/>', f'>{base}</Representation>'))}</Period>")
    found = probe(Video(URL), Shelf({URL: manifest.encode(), f"{AT}hd.mp4": film}))
    assert isinstance(found, Video), found
    assert (found.height, found.duration, found.bitrate) == (360, 10, 2000)


def test_smooth_film_is_described(smooth_stream: dict[str, bytes]) -> None:
    shelf = Shelf(smooth_stream)
    found = probe(Video(URL), shelf)
    assert isinstance(found, Video), found
    assert (found.type, found.quality, found.width, found.height) == ("SMOOTH", "HD", 1280, 720)
    assert found.duration == pytest.approx(5, abs=0.1)
    assert len(shelf.asked) == 2


def test_smooth_manifest_in_utf16(smooth_stream: dict[str, bytes]) -> None:
    said = smooth_stream[URL].decode().replace('encoding="utf-8"', 'encoding="utf-16"')
    found = probe(Video(URL), Shelf({**smooth_stream, URL: said.encode("utf-16")}))
    assert isinstance(found, Video), found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('Duration="', 'IsLive="TRUE" Duration="'), "video_live"),
        (('Duration="', 'Was="'), "video_empty"),
        (("</SmoothStreamingMedia>", "<Protection/></SmoothStreamingMedia>"), "video_encrypted"),
        (('FourCC="H264"', 'FourCC="WVC1"'), "video_codec"),
        (('FourCC="AACL"', 'FourCC="WMAP"'), "video_codec"),
        (('MaxWidth="1280"', 'MaxWidth="7680"'), "video_too_large"),
        (('Type="video"', 'Type="text"'), "video_no_picture"),
        (("Fragments(video={start time})", "Manifest"), "video_fetch"),
        (("QualityLevels({bitrate})/Fragments(video={start time})", "Manifest"), "video_broken"),
        (("QualityLevels({bitrate})/Fragments(video={start time})", "file:///etc/passwd"), "video_broken"),
        (("QualityLevels({bitrate})/Fragments(video={start time})", ""), "video_broken"),
    ],
)
def test_smooth_film_that_does_not_play(
    smooth_stream: dict[str, bytes], change: tuple[str, str], code: str
) -> None:
    said = smooth_stream[URL].decode()
    assert change[0] in said
    shelf = Shelf({**smooth_stream, URL: said.replace(*change).encode()})
    assert the_issue(probe(Video(URL), shelf)).code == code


def test_smooth_addresses_and_languages() -> None:
    text = (
        '<SmoothStreamingMedia Duration="90" TimeScale="10"><StreamIndex Type="audio" Language="eng" '
        'Url="Q({Bitrate})/F(audio={start_time})"><QualityLevel Bitrate="96000" FourCC="AACL"/>'
        '<QualityLevel Bitrate="64000" FourCC="AACL"/><c t="7" d="20"/></StreamIndex></SmoothStreamingMedia>'
    )
    film = smooth.read(text, URL)
    top = film.top("audio")
    assert top
    assert (film.seconds, top.language, top.fragment) == (9, "eng", f"{AT}Q(96000)/F(audio=7)")


def test_smooth_levels_of_one_bit_rate_are_told_apart() -> None:
    attributes = '<Attribute Name="hardware" Value="x"/><Attribute Name="a" Value="b"/>'
    text = (
        '<SmoothStreamingMedia Duration="9"><StreamIndex Type="video" '
        'Url="Q({bitrate},{CustomAttributes})/F({start time})"><QualityLevel Bitrate="1" FourCC="H264">'
        f"<CustomAttributes>{attributes}</CustomAttributes></QualityLevel></StreamIndex></SmoothStreamingMedia>"
    )
    assert smooth.read(text, URL).rungs[0].fragment == f"{AT}Q(1,hardware=x,a=b)/F(0)"


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (mpd().replace("static", "dynamic").replace("mediaP", "p"), "video_live"),
        (mpd(attributes='mediaPresentationDuration="PT9S" minimumUpdatePeriod="PT2S"').replace(
            "static", "dynamic"), "video_live"),
        (mpd(PERIOD.replace("><Repr", "><ContentProtection value='cenc'/><Repr")), "video_encrypted"),
        (mpd("<Period/>"), "video_empty"),
        (mpd(PERIOD.replace("video/mp4", "audio/mp4")), "video_no_picture"),
        (mpd(PERIOD.replace("video/mp4", "image/jpeg")), "video_empty"),
        (mpd(), "video_broken"),
        (mpd(f"<BaseURL>gone/</BaseURL>{PERIOD}"), "video_fetch"),
        (mpd(f"<BaseURL>file:///etc/</BaseURL>{PERIOD}"), "video_broken"),
        ("<MPD", "video_not_a_film"),
        ("<MPD >", "video_empty"),
    ],
)  # fmt: skip
def test_dash_film_that_does_not_play(manifest: str, code: str) -> None:
    assert refused(manifest) == code


def test_dash_film_of_no_length_and_in_webm(stream: dict[str, bytes]) -> None:
    said = stream[URL].decode()
    short = {**stream, URL: said.replace('="PT5.0S"', '="PT0.1S"').encode()}
    assert the_issue(probe(Video(URL), Shelf(short))).code == "video_empty"
    webm = made_media.mp4(1, codec="libvpx", audio="", container="webm")
    for url in stream:
        short[url] = webm
    assert the_issue(probe(Video(URL), Shelf({**short, URL: said.encode()}))).code == "video_type"


def test_dash_sound_of_its_own_is_heard(stream: dict[str, bytes]) -> None:
    gone = {url: data for url, data in stream.items() if "stream1" not in url}
    assert the_issue(probe(Video(URL), Shelf(gone))).code == "video_fetch"


def test_what_was_live_and_is_over_is_a_film() -> None:
    assert not dash.read(mpd().replace("static", "dynamic"), URL).live


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("PT1M30.5S", 90.5), ("PT1H", 3600), ("P1DT1S", 86401), ("P0Y0M0DT0H0M9S", 9), ("PT", 0), ("9", 0),
     ("PT" + "9" * 99 + "S", 0), ("-PT9S", 0)],
)  # fmt: skip
def test_lengths(said: str, seconds: float) -> None:
    assert dash.read(mpd("<Period/>", f'mediaPresentationDuration="{said}"'), URL).seconds == seconds


def test_length_of_several_periods() -> None:
    one = PERIOD.replace("<Period", '<Period duration="PT20S"')
    two = PERIOD.replace("<Period", '<Period duration="PT5S"')
    assert dash.read(mpd(two + one, ""), URL).seconds == 25
    later = PERIOD.replace("<Period", '<Period start="PT30S"')
    assert dash.read(mpd(PERIOD + later, 'mediaPresentationDuration="PT50S"'), URL).seconds == 50


def test_the_film_s_own_period_is_longer_than_an_advert_before_it() -> None:
    advert = PERIOD.replace("<Period", '<Period duration="PT15S"').replace('height="720"', 'height="2160"')
    film = PERIOD.replace("<Period", '<Period duration="PT90S"')
    (rung,) = rungs(mpd(advert + film, ""))
    assert (rung.height, rung.seconds) == (720, 90)


def test_top_rung_and_what_is_inherited() -> None:
    group = (
        '<AdaptationSet mimeType="video/mp4" codecs="avc1.4d401f" height="1080" lang="de">'
        '<Representation bandwidth="5000000"/><Representation bandwidth="3000000" height="720"/>'
        '<Representation bandwidth="9000000" height="2160" codecs="vp09.00"/></AdaptationSet>'
        '<AdaptationSet contentType="video"><EssentialProperty schemeIdUri="http://dashif.org/guidelines/'
        'trickmode"/><Representation bandwidth="1" height="4320"/></AdaptationSet>'
        '<AdaptationSet><Representation codecs="mp4a.40.2" bandwidth="128000"/></AdaptationSet>'
        '<AdaptationSet><Representation codecs="stpp" mimeType="application/mp4"/></AdaptationSet>'
    )
    film = dash.read(mpd(f"<Period>{group}</Period>"), URL)
    top, sound = film.top("video"), film.top("audio")
    assert top
    assert (top.height, top.bandwidth, top.language) == (1080, 5_000_000, "de")
    assert sound
    assert sound.bandwidth == 128_000
    assert [rung.kind for rung in film.rungs] == ["video"] * 3 + ["audio", ""]


def test_addresses_are_relative_to_each_level() -> None:
    inside = (
        "<BaseURL>https://cdn.example.org/a/</BaseURL><BaseURL>https://other.example/</BaseURL>"
        '<Period><BaseURL>b/</BaseURL><AdaptationSet contentType="video"><BaseURL>c/</BaseURL>'
        "<Representation><BaseURL>d.mp4</BaseURL></Representation></AdaptationSet></Period>"
    )
    (rung,) = rungs(mpd(inside))
    assert rung.segments[0].piece == Piece("https://cdn.example.org/a/b/c/d.mp4")


def template(attributes: str, timeline: str = "") -> dash.Rung:
    inside = f"<SegmentTemplate {attributes}>{timeline}</SegmentTemplate>{RUNG}"
    (rung,) = rungs(mpd(f"<Period>{SET.format(inside)}</Period>"))
    return rung


def test_template_by_number() -> None:
    rung = template(
        'media="$RepresentationID$/$Number%05d$-$Bandwidth$-$$.m4s" '
        'initialization="$RepresentationID$/i.mp4" timescale="1000" duration="2000" startNumber="7"'
    )
    assert urls(rung) == [f"v/{n:05}-2000000-$.m4s" for n in range(7, 12)]
    assert rung.segments[0].init == Piece(f"{AT}v/i.mp4")
    assert rung.segments[0].seconds == 2


def test_template_by_time() -> None:
    timeline = (
        '<SegmentTimeline><S t="500" d="1000" r="1"/><S d="500"/><S d="2000" r="-1"/></SegmentTimeline>'
    )
    rung = template('media="$Time$.m4s" timescale="1000"', timeline)
    assert urls(rung) == ["500.m4s", "1500.m4s", "2500.m4s", "3000.m4s", "5000.m4s", "7000.m4s"]
    assert (rung.seconds, sum(segment.seconds for segment in rung.segments)) == (10, 8.5)


def test_what_is_said_at_an_inner_level_leads() -> None:
    outer = '<SegmentTemplate media="$Number$.m4s" timescale="10" duration="50"/>'
    inner = RUNG.replace("/>", '><SegmentTemplate initialization="i.mp4" startNumber="3"/></Representation>')
    (rung,) = rungs(mpd(f"<Period>{outer}{SET.format(inner)}</Period>"))
    assert urls(rung) == ["3.m4s", "4.m4s"]
    assert rung.segments[0].init == Piece(f"{AT}i.mp4")


def test_list_with_ranges() -> None:
    inside = (
        '<SegmentList duration="2"><Initialization sourceURL="i.mp4" range="0-99"/>'
        '<SegmentURL mediaRange="100-199"/><SegmentURL media="b.m4s"/></SegmentList>'
    )
    (rung,) = rungs(mpd(f"<Period>{SET.format(inside + RUNG)}</Period>"))
    assert [segment.piece for segment in rung.segments] == [Piece(URL, 100, 100), Piece(f"{AT}b.m4s")]
    assert rung.segments[0].init == Piece(f"{AT}i.mp4", 0, 100)


def test_no_rung_has_more_segments_than_a_day() -> None:
    timeline = '<SegmentTimeline><S t="0" d="1" r="999999999999"/></SegmentTimeline>'
    rung = template('media="$Number$"', timeline)
    assert rung.first
    assert rung.first.piece.url == f"{AT}1"
    assert urls(rung)[-1] == "50000"


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE MPD [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><MPD>&b;</MPD>',
        '<!DOCTYPE MPD [<!ENTITY x SYSTEM "file:///etc/passwd">]><MPD><BaseURL>&x;</BaseURL></MPD>',
        '<!DOCTYPE MPD SYSTEM "https://evil.example/x.dtd"><MPD/>',
        "<MPD>" + "<Period>" * 50_000,
        mpd("<Period>" + "<AdaptationSet><Representation/></AdaptationSet>" * 20_000 + "</Period>"),
        mpd("<Period><SegmentTemplate media='$Number%099d$' duration='1'><SegmentTimeline>"
            + "<S d='1' r='999999999999999999'/>" * 20_000
            + f"</SegmentTimeline></SegmentTemplate>{SET.format(RUNG * 300)}</Period>"),
        mpd(attributes='mediaPresentationDuration="P999999Y"'),
    ],
)  # fmt: skip
def test_hostile_manifests_cost_little_and_reach_nothing(hostile: str) -> None:
    shelf = Shelf({URL: hostile.encode()})
    the_issue(probe(Video(URL), shelf, Limits(files=6)))
    assert all(url.startswith(AT) for url in shelf.asked)


NAMES = st.sampled_from(
    ["Period", "AdaptationSet", "Representation", "SegmentTemplate", "SegmentTimeline", "S", "SegmentList",
     "SegmentURL", "Initialization", "BaseURL", "StreamIndex", "QualityLevel", "c", "ContentProtection"]
)  # fmt: skip
FIELDS = st.sampled_from(
    ["media", "initialization", "duration", "timescale", "startNumber", "t", "d", "r", "bandwidth", "height",
     "mimeType", "codecs", "contentType", "start", "mediaRange", "range", "sourceURL", "Type", "Url",
     "Bitrate"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["0", "1", "-1", "video", "video/mp4", "$Number%09d$", "$", "$$", "[", "https://[", "1-", "9-1", "٣",
     "PT1S", "9" * 30, "{bitrate}", "avc1", ""]
)  # fmt: skip


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    name = draw(NAMES)
    said = draw(st.dictionaries(FIELDS, VALUES, max_size=4))
    inside = draw(st.lists(trees(depth + 1), max_size=3)) if depth < 4 else []
    attributes = " ".join(f'{field}="{value}"' for field, value in said.items())
    return f"<{name} {attributes}>{''.join(inside)}</{name}>"


@given(st.lists(trees(), max_size=3), st.text(max_size=50))
def test_no_manifest_raises(inside: list[str], text: str) -> None:
    for said in (text, "".join(inside), "".join(inside) + text):
        film = dash.read(f'<MPD mediaPresentationDuration="PT9S">{said}</MPD>', URL)
        assert film.seconds >= 0
        assert all(rung.seconds >= 0 and len(rung.segments) <= 50_000 for rung in film.rungs)
        levels = smooth.read(f"<SmoothStreamingMedia Duration='9'>{said}</SmoothStreamingMedia>", URL)
        assert levels.seconds >= 0
        for root in ("MPD", "SmoothStreamingMedia"):
            the_issue(probe(Video(URL), Shelf({URL: f"<{root}>{said}</{root}>".encode()})))
