"""Films are told by their bytes, and whatever the bytes are, they lead FFmpeg nowhere."""

import io
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import av
import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Issue, Video
from feedsvc.http import FetchError, Http
from feedsvc.media import CODES, frame, hls, mp4, probe
from feedsvc.media.footage import Files, Limits, Unfit
from feedsvc.settings import HttpSettings
from tests import made_media
from tests.loopback import Loopback

URL = "https://media.example.org/film"
ODD_LINES = (
    "#EXT-X-STREAM-INF:BANDWIDTH=1", "[", "a", "#EXT-X-GAP", "#EXT-X-BYTERANGE:9@", "#EXT-X-BYTERANGE:-1@x",
    '#EXT-X-MAP:URI="[",BYTERANGE="9"', "#EXT-X-I-FRAMES-ONLY", "#EXT-X-KEY:METHOD=NONE",
    "#EXT-X-DISCONTINUITY", '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="b"', "#EXTINF:1e9", "https://[",
)  # fmt: skip
VOD = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nindex0.ts\n#EXT-X-ENDLIST\n"


class Shelf:
    """Gives the files it holds, by address, and remembers what it was asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.asked: list[str] = []

    def __call__(self, url: str) -> io.BytesIO:
        self.asked.append(url)
        if url not in self.files:
            raise FetchError(url, "fetch_not_found", 404)
        return io.BytesIO(self.files[url])


def folder(path: Path, at: str = f"{URL}/") -> dict[str, bytes]:
    """Return every file below `path` by the address it would have."""
    return {at + p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def probed(data: bytes) -> Video | Issue:
    return probe(Video(URL), Shelf({URL: data}))


def refused(data: bytes) -> str:
    """Return the code `data` is refused with, once it is a proper issue."""
    return the_issue(probed(data)).code


def the_issue(found: Video | Issue) -> Issue:
    assert isinstance(found, Issue)
    assert found.severity == "error"
    assert found.code in CODES
    assert found.message.endswith(".")
    assert found.fix.endswith(".")
    assert found.where.startswith(URL)
    return found


def the_film(found: Video | Issue) -> Video:
    assert isinstance(found, Video), found
    return found


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("hls")
    made_media.hls(path, 5)
    return folder(path)


@pytest.fixture(scope="session")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("ladder")
    made_media.master(path, (320, 180), (1280, 720))
    return folder(path)


@pytest.mark.parametrize(("container", "kind"), [("mp4", "MP4"), ("mov", "MOV"), ("ipod", "M4V")])
def test_file_is_described(container: str, kind: str) -> None:
    data = made_media.mp4(2, (1280, 720), container=container)
    film = the_film(probed(data))
    assert (film.type, film.quality, film.width, film.height) == (kind, "HD", 1280, 720)
    assert film.duration == pytest.approx(2, abs=0.1)
    assert film.size == len(data)
    assert film.bitrate == pytest.approx(len(data) * 8 / 2 / 1000, rel=0.05)
    assert film.language == ""


def test_language_is_the_sound_s_unless_the_source_knew_it() -> None:
    shelf = Shelf({URL: made_media.mp4(language="deu")})
    assert the_film(probe(Video(URL), shelf)).language == "deu"
    assert the_film(probe(Video(URL, language="gsw"), shelf)).language == "gsw"


@pytest.mark.parametrize(
    ("height", "quality"), [(240, "SD"), (718, "SD"), (720, "HD"), (1078, "HD"), (1080, "FHD")]
)
def test_quality_goes_by_height(height: int, quality: str) -> None:
    assert the_film(probed(made_media.mp4(1, (640, height), audio=""))).quality == quality


def test_hevc_and_uhd() -> None:
    segment = made_media.mp4(0.04, (3840, 2160), codec="libx265", audio="", container="mpegts")
    shelf = Shelf({URL: VOD.encode(), "https://media.example.org/index0.ts": segment})
    assert the_film(probe(Video(URL), shelf)).quality == "UHD"


@pytest.mark.parametrize("flags", ["", "faststart", "frag_keyframe+empty_moov+default_base_moof"])
def test_index_may_stand_anywhere(flags: str) -> None:
    film = the_film(probed(made_media.mp4(flags=flags)))
    assert film.duration == pytest.approx(2, abs=0.1)


def test_case_37_type_comes_from_the_bytes(stream: dict[str, bytes]) -> None:
    """mp4 became m3u8, length 0: neither the name nor the stated type and length are believed."""
    name = f"{URL}/clip.mp4"
    shelf = Shelf({**stream, name: stream[f"{URL}/index.m3u8"]})
    film = the_film(probe(Video(name, type="MP4", duration=0, size=9), shelf))
    assert film.type == "HLS"
    assert film.size is None
    assert film.duration == pytest.approx(5, abs=0.1)


def test_case_35_and_36_what_is_published_is_what_is_probed(ladder: dict[str, bytes]) -> None:
    """An enclosure that does not play: the published address itself is opened, down to a segment."""
    shelf = Shelf(ladder)
    assert the_film(probe(Video(f"{URL}/master.m3u8"), shelf)).url == f"{URL}/master.m3u8"
    assert shelf.asked == [f"{URL}/master.m3u8", f"{URL}/720/index.m3u8", f"{URL}/720/index0.ts"]
    gone = {url: data for url, data in ladder.items() if not url.endswith("720/index0.ts")}
    assert the_issue(probe(Video(f"{URL}/master.m3u8"), Shelf(gone))).code == "video_fetch"


def test_master_playlist_is_described_by_its_top_rung(ladder: dict[str, bytes]) -> None:
    film = the_film(probe(Video(f"{URL}/master.m3u8"), Shelf(ladder)))
    assert (film.type, film.quality, film.width, film.height) == ("HLS", "HD", 1280, 720)
    assert film.bitrate == 3600
    assert film.duration == pytest.approx(5, abs=0.1)


def test_fragmented_stream_is_described(tmp_path: Path) -> None:
    made_media.hls(tmp_path, 4, fragments=True)
    film = the_film(probe(Video(f"{URL}/index.m3u8"), Shelf(folder(tmp_path))))
    assert (film.type, film.width, film.duration) == ("HLS", 320, 4.0)


def test_stream_of_byte_ranges_is_described(stream: dict[str, bytes]) -> None:
    segment = stream[f"{URL}/index1.ts"]
    text = f"#EXTM3U\n#EXTINF:2,\n#EXT-X-BYTERANGE:{len(segment)}@1000\nall.ts\n#EXT-X-ENDLIST\n"
    shelf = Shelf({URL: text.encode(), "https://media.example.org/all.ts": b"\0" * 1000 + segment})
    assert the_film(probe(Video(URL), shelf)).duration == 2.0


def test_stream_published_here_is_described(tmp_path: Path) -> None:
    made_media.hls(tmp_path)
    assert (
        the_film(probe(Video("/media/abc/index.m3u8"), Shelf(folder(tmp_path, "/media/abc/")))).type == "HLS"
    )


def test_sound_in_a_playlist_of_its_own_is_heard(stream: dict[str, bytes], tmp_path: Path) -> None:
    made_media.hls(tmp_path, 4, codec="", name="sound.m3u8")
    text = (
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="de",DEFAULT=YES,URI="sound.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=800000,AUDIO="a"\nindex.m3u8\n'
    )
    films = {**stream, f"{URL}/m.m3u8": text.encode()}
    assert the_film(probe(Video(f"{URL}/m.m3u8"), Shelf({**films, **folder(tmp_path)}))).bitrate == 800
    assert the_issue(probe(Video(f"{URL}/m.m3u8"), Shelf(films))).code == "video_fetch"


def test_rung_in_a_codec_a_tv_need_not_have_is_not_the_top() -> None:
    text = (
        '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=3840x2160,CODECS="vp09.00.10.08,mp4a.40.2"\nuhd\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=5,RESOLUTION=1280x720,CODECS="avc1.4d401f, mp4a.40.2"\nhd\n'
        "#EXT-X-STREAM-INF:BANDWIDTH=6,RESOLUTION=1280x720\nbest\n"
    )
    top = hls.read(text, URL).top()
    assert top
    assert top.url == "https://media.example.org/best"


def test_rung_of_sound_alone_is_not_the_top() -> None:
    text = (
        '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2"\nsound\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=90000,CODECS="mp4a.40.2,avc1.4d401f"\nfilm\n'
    )
    top = hls.read(text, URL).top()
    assert top
    assert top.url == "https://media.example.org/film"


def test_what_is_missing_in_a_stream_takes_its_time_and_is_not_asked_for(stream: dict[str, bytes]) -> None:
    text = "#EXTM3U\n#EXTINF:2,\n#EXT-X-GAP\ngone.ts\n#EXTINF:3,\nindex1.ts\n#EXT-X-ENDLIST\n"
    shelf = Shelf({**stream, f"{URL}/m.m3u8": text.encode()})
    assert the_film(probe(Video(f"{URL}/m.m3u8"), shelf)).duration == 5
    assert shelf.asked == [f"{URL}/m.m3u8", f"{URL}/index1.ts"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "video_empty"),
        (b"\x00" * 5000, "video_empty"),
        (b"<!doctype html><title>Not found</title>", "video_not_a_film"),
        (b'{"error": "gone"}', "video_not_a_film"),
        (b"\xff\xd8\xff\xe0" + b"x" * 100, "video_not_a_film"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1", "video_not_a_film"),
        (b"<?xml version='1.0'?>\n<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>", "video_empty"),
        (b"<SmoothStreamingMedia MajorVersion='2'/>", "video_empty"),
        (b"ID3\x04\x00" + b"\x00" * 300, "video_type"),
        (b"FLV\x01\x05\x00\x00\x00\x09", "video_type"),
        (b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00", "video_broken"),
        (b"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom\x00\x00\x00\x08moov", "video_empty"),
        (b"#EXTM3U\n#EXT-X-ENDLIST\n", "video_empty"),
        (b"# a comment\n#EXTM3U\n#EXTINF:2,\na.ts\n#EXT-X-ENDLIST\n", "video_broken"),
        (b"#EXTM3U\n#EXTINF:2,\na.ts\n", "video_live"),
        (b"#EXTM3U\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:2,\na.ts\n", "video_live"),
        (b'#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k"\n#EXTINF:2,\na\n#EXT-X-ENDLIST', "video_encrypted"),
        (b"#EXTM3U\n#EXT-X-SESSION-KEY:METHOD=AES-128\n#EXT-X-STREAM-INF:A=1\nfilm", "video_encrypted"),
        (b"#EXTM3U\n#EXTINF:2,\nfilm\n#EXT-X-ENDLIST\n", "video_broken"),
        (b"#EXTM3U\n#EXT-X-I-FRAMES-ONLY\n#EXTINF:2,\nfilm\n#EXT-X-ENDLIST\n", "video_not_a_film"),
        (b"#EXTM3U\n#EXT-X-GAP\n#EXTINF:2,\nfilm\n#EXT-X-ENDLIST\n", "video_empty"),
    ],
)  # fmt: skip
def test_what_is_no_film_is_one_issue(data: bytes, code: str) -> None:
    assert refused(data) == code


def test_what_roku_does_not_play_is_one_issue() -> None:
    assert refused(made_media.mp4(1, codec="libvpx", audio="", container="webm")) == "video_type"
    assert refused(made_media.mp4(1, container="mpegts")) == "video_type"
    assert refused(made_media.mp4(1, codec="mpeg4")) == "video_codec"
    assert refused(made_media.mp4(0.6, (64, 64), codec="libvpx-vp9", audio="")) == "video_codec"
    assert refused(made_media.mp4(1, pixels="yuv444p")) == "video_codec"
    assert refused(made_media.mp4(1, audio="flac")) == "video_codec"
    assert refused(made_media.mp4(0.52, (2560, 1440), audio="")) == "video_too_large"
    assert refused(made_media.mp4(1, codec="")) == "video_no_picture"
    assert refused(made_media.mp4(1).replace(b"avc1", b"zzzz")) == "video_codec"


def test_film_of_no_length_is_one_issue(stream: dict[str, bytes]) -> None:
    assert refused(made_media.mp4(0.04, audio="")) == "video_empty"
    zero = {**stream, f"{URL}/index.m3u8": VOD.replace(":2,", ":0,").encode()}
    assert the_issue(probe(Video(f"{URL}/index.m3u8"), Shelf(zero))).code == "video_empty"


def test_encrypted_file_is_one_issue() -> None:
    options = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "00112233445566778899aabbccddeeff",
        "encryption_kid": "00112233445566778899aabbccddeeff",
    }
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(made_media.mp4()), "r") as clear,
        av.open(file, "w", format="mp4", options=options) as locked,
    ):
        copy = locked.add_stream_from_template(clear.streams.video[0])
        for packet in clear.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                locked.mux(packet)
    assert refused(file.getvalue()) == "video_encrypted"


@pytest.mark.parametrize("flags", ["", "faststart"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.9, 0.999])
def test_cut_file_is_one_issue(flags: str, part: float) -> None:
    data = made_media.mp4(flags=flags)
    assert refused(data[: int(len(data) * part)]) == "video_truncated"


def test_file_without_one_picture_is_one_issue() -> None:
    data = bytearray(made_media.mp4(flags="faststart", audio=""))
    start = data.index(b"mdat") + 4
    data[start:] = bytes(len(data) - start)
    assert refused(bytes(data)) == "video_broken"


def test_file_that_cannot_be_opened_is_one_issue() -> None:
    def gone(url: str) -> io.BytesIO:
        raise FileNotFoundError(url)

    assert the_issue(probe(Video(URL), gone)).code == "video_fetch"
    missing = the_issue(probe(Video(URL), Shelf({})))
    assert missing.code == "video_fetch"
    assert "There is nothing at this address (404)." in missing.message
    assert frame(URL, Shelf({})) is None


class Drip(io.BytesIO):
    """A file that takes a second for every read."""

    def __init__(self, data: bytes, clock: list[float]) -> None:
        super().__init__(data)
        self.clock = clock

    def read(self, size: int | None = -1, /) -> bytes:
        self.clock[0] += 1
        return super().read(size)


def test_slow_file_is_given_up() -> None:
    clock = [0.0]
    film = Drip(made_media.mp4(4, (1280, 720)), clock)
    found = probe(Video(URL), lambda url: film, Limits(seconds=3), lambda: clock[0])
    assert the_issue(found).code == "video_too_much"
    assert clock[0] <= 5
    assert frame(URL, lambda url: film, limits=Limits(seconds=0), clock=lambda: clock[0]) is None


def test_bytes_and_files_are_capped(ladder: dict[str, bytes]) -> None:
    shelf = Shelf(ladder)
    for limits in (Limits(bytes=100_000), Limits(files=2)):
        found = probe(Video(f"{URL}/master.m3u8"), shelf, limits)
        assert the_issue(found).code == "video_too_much"


def test_playlist_that_names_itself_ends() -> None:
    shelf = Shelf({URL: f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{URL}\n".encode()})
    assert the_issue(probe(Video(URL), shelf)).code == "video_empty"
    assert len(shelf.asked) == 2


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Return a film on this machine that nothing on the web may lead to."""
    path = tmp_path / "secret.ts"
    path.write_bytes(made_media.mp4(container="mpegts"))
    return path


@pytest.mark.parametrize(
    "uri", ["file://{}", "file:{}", "concat:{}|{}", "subfile,,start,0,end,0,,:{}", "{}", "//{}"]
)
def test_playlist_reaches_no_local_file(secret: Path, uri: str) -> None:
    shelf = Shelf({URL: VOD.replace("index0.ts", uri.replace("{}", str(secret))).encode()})
    assert the_issue(probe(Video(URL), shelf)).code in ("video_broken", "video_fetch")
    assert frame(URL, shelf) is None
    assert all(url.startswith("https://") for url in shelf.asked)


@pytest.mark.parametrize(
    "script",
    [
        "ffconcat version 1.0\nfile '{}'\n",
        "concat:{}",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        "[playlist]\nFile1={}\n",
    ],
)
def test_script_that_calls_itself_an_mp4_reaches_no_local_file(secret: Path, script: str) -> None:
    data = script.replace("{}", str(secret)).encode()
    name = f"{URL}.mp4"
    assert the_issue(probe(Video(name, type="MP4"), Shelf({name: data}))).code == "video_not_a_film"
    assert frame(name, Shelf({name: data})) is None
    nested = {URL: VOD.encode(), "https://media.example.org/index0.ts": data}
    assert the_issue(probe(Video(URL), Shelf(nested))).code == "video_broken"


@pytest.mark.parametrize("demuxer", ["concat", "hls"])
def test_even_the_wrong_demuxer_reaches_no_local_file(secret: Path, demuxer: str) -> None:
    scripts = {
        "concat": f"ffconcat version 1.0\nfile '{secret}'\n",
        "hls": VOD.replace("index0.ts", f"file://{secret}"),
    }
    with (
        Files(Shelf({}), Limits(), lambda: 0) as files,
        pytest.raises((Unfit, av.FFmpegError)),
        files.demux(io.BytesIO(scripts[demuxer].encode()), demuxer) as container,
    ):
        assert not container.streams


def test_name_that_is_no_web_address_is_never_opened(secret: Path) -> None:
    for url in (f"file://{secret}", "concat:x", "ftp://x/y", "", "data:video/mp4,x"):
        shelf = Shelf({url: made_media.mp4()})
        found = probe(Video(url), shelf)
        assert isinstance(found, Issue)
        assert found.code == "video_broken"
        assert shelf.asked == []


def test_files_are_closed_again(ladder: dict[str, bytes]) -> None:
    opened: list[io.BytesIO] = []

    def open_url(url: str) -> io.BytesIO:
        opened.append(io.BytesIO(ladder[url]))
        return opened[-1]

    probe(Video(f"{URL}/master.m3u8"), open_url)
    frame(f"{URL}/master.m3u8", open_url)
    assert len(opened) >= 6
    assert all(file.closed for file in opened)


def test_large_file_on_a_server_is_read_in_parts() -> None:
    """An index at the end costs the two ends of the file, not the file."""
    film = made_media.mp4(2, (320, 180))
    cut = film.index(b"moov") - 4
    padding = struct.pack(">I4s", 24_000_000, b"free") + bytes(24_000_000 - 8)
    with Loopback({"/film": film[:cut] + padding + film[cut:]}) as site:
        with Http(HttpSettings(allow_hosts=("127.0.0.1",))) as http:
            found = the_film(probe(Video(site.url("/film")), http.open, Limits(bytes=4_000_000)))
        assert found.type == "MP4"
        assert len(site.paths()) < 8


def test_stream_on_a_server_is_probed(stream: dict[str, bytes]) -> None:
    routes = {url.removeprefix("https://media.example.org"): data for url, data in stream.items()}
    with Loopback({**routes}) as site, Http(HttpSettings(allow_hosts=("127.0.0.1",))) as http:
        assert the_film(probe(Video(site.url("/film/index.m3u8")), http.open)).type == "HLS"
        assert frame(site.url("/film/index.m3u8"), http.open)


def fading(number: int) -> tuple[int, int]:
    """Return black for the first three seconds, then a picture."""
    return made_media.black(number) if number < 75 else made_media.lively(number)


def picture(data: bytes | None) -> pyvips.Image:
    assert data
    assert data.startswith(b"\xff\xd8")
    return pyvips.Image.new_from_buffer(data, "")


@pytest.mark.parametrize("look", [made_media.lively, fading])
def test_frame_is_a_clear_picture(look: Callable[[int], tuple[int, int]]) -> None:
    image = picture(frame(URL, Shelf({URL: made_media.mp4(6, look=look)})))
    assert (image.width, image.height) == (320, 180)
    assert image.colourspace("b-w").deviate() > 15


def test_frame_of_a_film_with_one_key_frame_that_fades_in() -> None:
    """The only key frame is black: the picture comes from further on."""
    film = made_media.mp4(6, look=fading, interval=1000)
    assert picture(frame(URL, Shelf({URL: film}))).colourspace("b-w").deviate() > 15


def test_black_film_has_no_frame() -> None:
    assert frame(URL, Shelf({URL: made_media.mp4(2, look=made_media.black)})) is None


def test_frame_of_a_stream(ladder: dict[str, bytes], tmp_path: Path) -> None:
    assert picture(frame(f"{URL}/master.m3u8", Shelf(ladder))).width == 1280
    made_media.hls(tmp_path, 6, look=fading, fragments=True)
    image = picture(frame(f"{URL}/index.m3u8", Shelf(folder(tmp_path))))
    assert image.colourspace("b-w").deviate() > 15


def test_frame_stands_upright_and_is_not_squeezed() -> None:
    assert (lambda i: (i.width, i.height))(picture(frame(URL, Shelf({URL: made_media.mp4(turn=90)})))) == (
        180,
        320,
    )
    wide = picture(frame(URL, Shelf({URL: made_media.mp4(size=(240, 180), shape=(4, 3))})))
    assert (wide.width, wide.height) == (320, 180)


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    for head in (
        b"",
        b"#EXTM3U\n",
        b"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom",
        b"G" + bytes(187) + b"G",
    ):
        the_issue(probed(head + data))
        assert frame(URL, Shelf({URL: head + data})) is None


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=40))
@settings(max_examples=25)
def test_no_damage_raises(damage: list[tuple[int, int]]) -> None:
    data = bytearray(made_media.mp4(0.6, (64, 64), flags="faststart", audio=""))
    for place, value in damage:
        data[place % len(data)] = value
    found = probed(bytes(data))
    if isinstance(found, Issue):
        the_issue(found)
    mp4.look(io.BytesIO(data))
    frame(URL, Shelf({URL: bytes(data)}))


@given(st.text(), st.lists(st.sampled_from([*VOD.splitlines(), *ODD_LINES])))
def test_no_playlist_raises(text: str, lines: list[str]) -> None:
    for said in (text, "\n".join(lines), "\n".join([*lines, text])):
        playlist = hls.read(said, URL)
        assert playlist.seconds >= 0
        probe(Video(URL), Shelf({URL: b"#EXTM3U\n" + said.encode()}))
