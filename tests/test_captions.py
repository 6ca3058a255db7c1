"""Captions in every state newsrooms have them in: read, repaired, and written so that they are read back."""

import io
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import Issue
from feedsvc import captions
from feedsvc.captions import Cue, Track
from feedsvc.captions.track import plain, repaired

TWO = [(1000, 2500, "Good evening."), (2500, 4000, "Here is the news,\nfrom the harbour.")]


def shown(data: bytes | str, language: str = "") -> list[tuple[int, int, str]]:
    track = read(data, language)
    return [(cue.start, cue.end, cue.text) for cue in track.cues]


def read(data: bytes | str, language: str = "") -> Track:
    track = captions.read(data.encode() if isinstance(data, str) else data, language)
    assert isinstance(track, Track), track
    return track


def texts(data: bytes | str) -> list[str]:
    return [text for _, _, text in shown(data)]


def webvtt(*lines: str) -> str:
    """Return WebVTT with each text shown for a second after the one before."""
    cues = (f"00:0{n}.000 --> 00:0{n + 1}.000\n{line}\n\n" for n, line in enumerate(lines))
    return "WEBVTT\n\n" + "".join(cues)


SRT = """1
00:00:01,000 --> 00:00:02,500
Good evening.

2
00:00:02,500 --> 00:00:04,000
Here is the news,
from the harbour.
"""
VTT = """WEBVTT - evening news
Kind: captions
Language: en-GB

STYLE
::cue { color: papayawhip }

REGION
id:top

NOTE what the weather was like

intro
00:01.000 --> 00:02.500 align:start position:0%
<v.loud Ada Reporter>Good <i>evening</i>.</v>

NOTE two
lines

00:00:02.500 --> 00:00:04.000 line:84.67%
Here <00:03.000>is the <c.colorE5E5E5>news</c>,
from the harbour.
"""
SBV = """0:00:01.000,0:00:02.500
Good evening.

0:00:02.500,0:00:04.000
Here is the news,[br]from the harbour.
"""
TTML = """<?xml version="1.0" encoding="utf-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="en-GB">
  <head><metadata><p>not spoken</p></metadata><layout><region xml:id="r"/></layout></head>
  <body><div>
    <p begin="00:00:01.000" end="00:00:02.500" region="r">
      Good <span tts:fontStyle="italic">evening</span>.
    </p>
    <p begin="2.5s" dur="1500ms">Here is the news,<br/>from the harbour.</p>
  </div></body>
</tt>"""


@pytest.mark.parametrize("data", [SRT, VTT, SBV, TTML], ids=["SRT", "WebVTT", "SBV", "TTML"])
def test_one_track_from_every_format(data: str) -> None:
    assert shown(data) == TWO


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + SRT.encode(),
        SRT.encode("utf-16"),
        SRT.encode("utf-16-le"),
        SRT.encode("utf-16-be"),
        VTT.encode("utf-16-le"),
        SRT.replace("\n", "\r\n").encode(),
        SRT.replace("\n", "\r").encode(),
        SRT.replace("\n", "\r\r\n").encode(),
        SRT.replace("\n", "\n\n").encode(),
        SRT.replace("\n\n2", "\n2").encode(),
        SRT.replace("1\n0", "0").replace("2\n0", "0").encode(),
        SRT.replace("2\n0", "7\n0").encode(),
        SRT.replace(",0", ".0").replace(",5", ".5").encode(),
        SRT.replace("00:00:", "00:").encode(),
        SRT.replace(",", ":").replace("news:", "news,").encode(),
        SRT.replace("-->", "->").encode(),
        SRT.replace("news,\n", "news,\n\n").encode(),
        SRT.replace("news,\n", "news,\\N").encode(),
        b"\n\n \n" + SRT.encode(),
        SRT.encode().replace(b"evening", b"even\x00ing"),
        VTT.removeprefix("WEBVTT - evening news").encode(),
        VTT.replace("0%\n", "0%\n\n").encode(),
        VTT.replace("-->", "--&gt;").encode(),
        SRT.replace("Good", "{\\an8}<font color='red'>Good</font>").encode(),
        TTML.replace("utf-8", "utf-16").encode("utf-16"),
        TTML.replace("<tt ", "<tt:tt xmlns:tt='x' ").replace("</tt>", "</tt:tt>").encode(),
        TTML.replace("http://www.w3.org/ns/ttml", "http://www.w3.org/2006/10/ttaf1").encode(),
        TTML.replace("    </div></body>\n</tt>", "").encode(),
        TTML.replace("00:00:01.000", "00:00:01:00").replace("2.500", "02:15").replace("00:02:15", "2:15")
        .replace('"00:00:2:15"', '"00:00:02:15"').encode(),
    ],
)  # fmt: skip
def test_files_as_they_come_give_the_same_track(data: bytes) -> None:
    assert shown(data) == TWO


@pytest.mark.parametrize("charset", ["cp1256", "utf-8", "utf-16"])
def test_arabic_in_any_charset(charset: str) -> None:
    said = "افتتح رئيس البلدية الجسر الجديد صباح اليوم"
    data = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{said}\n\n" for n in range(1, 9))
    assert set(texts(data.encode(charset))) == {said}


def test_marks_of_direction_stay() -> None:
    said = "\u202bאמר: \u2067CNN\u2069.\u202c\n\u200fשלום!"
    assert texts(webvtt(said)) == [said]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Fish &amp; chips &#8211; &eacute;&nbsp;!", "Fish & chips – é\xa0!"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("AT&T, R&D; 2 < 3 > 1, I <3 you", "AT&T, R&D; 2 < 3 > 1, I <3 you"),
        ("a --> b", "a → b"),
        ("- >> REPORTER:", "- >> REPORTER:"),
        ("<ruby>漢字<rt>かんじ</rt></ruby>", "漢字"),
        ("one<br>two<BR />three", "one\ntwo\nthree"),
        ("  one \t two  \n\n  \n three ", "one two\nthree"),
        ("「はい」\u3000と言った", "「はい」\u3000と言った"),
        ("&lt;i&gt;aside&lt;/i&gt;", "aside"),
        ("<i></i> \n ", ""),
    ],
)
def test_text_is_plain(markup: str, text: str) -> None:
    assert plain(markup) == text


def test_youtubes_rolling_captions_are_said_once() -> None:
    data = """WEBVTT
Kind: captions
Language: en

00:00:00.000 --> 00:00:02.000 align:start position:0%
\x20
hello<00:00:00.500><c> world</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
hello world
\x20

00:00:02.010 --> 00:00:04.000 align:start position:0%
hello world
this<00:00:03.000><c> is</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
this is
\x20

00:00:04.010 --> 00:00:06.000 align:start position:0%
this is
the<00:00:05.000><c> news</c>
"""
    assert shown(data) == [(0, 2010, "hello world"), (2010, 4010, "this is"), (4010, 6000, "the news")]


def test_what_is_said_twice_on_purpose_stays() -> None:
    said = ["No.", "- No.\n- Yes.", "- Yes.\n- Maybe.", "What?", "Well.", "I see.", "So.", "No."]
    assert texts(webvtt(*said)) == said


def test_a_text_shown_again_at_once_is_shown_on() -> None:
    assert shown(webvtt("A", "A", "B")) == [(0, 2000, "A"), (2000, 3000, "B")]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([(0, 5000), (3000, 6000)], [(0, 3000), (3000, 6000)]),  # overlap
        ([(3000, 4000), (0, 1000)], [(0, 1000), (3000, 4000)]),  # order
        ([(0, 0), (5000, 4000)], [(0, 1060), (5000, 6060)]),  # no end, an end before the start
        ([(0, 0), (500, 900)], [(0, 500), (500, 900)]),
        ([(0, 2000), (10**12, 10**13)], [(0, 2000)]),
    ],
)
def test_times_are_put_right(times: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    cues = repaired(Cue(*span, chr(65 + n)) for n, span in enumerate(times))
    assert [(cue.start, cue.end) for cue in cues] == expected


def test_two_speakers_at_once_share_a_cue() -> None:
    cues = repaired([Cue(1000, 3000, "- Who is there?"), Cue(1100, 3500, "- Me.")])
    assert cues == (Cue(1000, 3500, "- Who is there?\n- Me."),)


@pytest.mark.parametrize(
    "data",
    [
        SRT + "\n3\n00:00:1d,000 --> 00:00:09,000\nLost.\n",
        SRT + "\n3\nLost.\n",
        VTT + "\nLost.\n",
        SBV + "\n0:00:1d.000,0:00:09.000\nLost.\n",
        TTML.replace("</div>", "<p begin='soon'>Lost.</p></div>"),
        TTML.replace("</div>", "<p>Lost.</p></div>"),
    ],
)
def test_what_has_no_time_is_counted(data: str) -> None:
    track = read(data)
    assert [(c.start, c.end, c.text) for c in track.cues] == TWO
    (issue,) = track.issues
    assert (issue.severity, issue.code) == ("warning", "caption_cues_lost")
    assert issue.message.endswith(" 1.")


def test_the_language_told_counts_before_the_files_own() -> None:
    assert read(VTT).language == read(TTML).language == "en-GB"
    assert read(VTT, "fr").language == "fr"
    assert read(SRT).language == ""


@pytest.mark.parametrize(
    ("attributes", "begin", "expected"),
    [
        ("", "00:00:02:15", 2500),
        ("ttp:frameRate='25'", "00:00:02:05", 2200),
        ("ttp:frameRate='30' ttp:frameRateMultiplier='1000 1001'", "30f", 1001),
        ("ttp:tickRate='10000000'", "25000000t", 2500),
        ("", "0.5m", 30_000),
        ("ttp:timeBase='smpte'", "10:00:02.000", 2000),
    ],
)
def test_ttml_counts_in_frames_ticks_and_hours(attributes: str, begin: str, expected: int) -> None:
    data = (
        f"<tt xmlns='http://www.w3.org/ns/ttml' xmlns:ttp='http://www.w3.org/ns/ttml#parameter' {attributes}>"
        f"<body><div><p begin='{begin}' end='99h'>x</p></div></body></tt>"
    )
    assert read(data).cues[0].start == expected


def test_ttml_times_count_from_what_is_around_them() -> None:
    data = """<tt xmlns="http://www.w3.org/ns/ttml"><body begin="10s"><div begin="1s">
      <p begin="1s" end="2s">A</p>
      <p><span begin="3s" end="4s">B</span>
         <span begin="4s" end="5s">C<br/><span begin="1s">D</span></span></p>
    </div></body></tt>"""
    assert shown(data) == [(12_000, 13_000, "A"), (14_000, 15_000, "B"), (15_000, 16_000, "C\nD")]


def test_xml_can_neither_explode_nor_read_our_files() -> None:
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    doctype = f"<!DOCTYPE tt [<!ENTITY a0 'boom'>{entities}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    data = TTML.replace("<tt ", f"{doctype}<tt ").replace("Good", "Good&a11;&f;")
    first = texts(data)[0]
    assert len(first) < 50
    assert "root" not in first


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "caption_empty"),
        (b"\xef\xbb\xbf \r\n", "caption_empty"),
        (b"WEBVTT\n\nNOTE nothing was said\n", "caption_empty"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n\n", "caption_empty"),
        (b"<tt xmlns='http://www.w3.org/ns/ttml'><body/></tt>", "caption_empty"),
        (b"<!DOCTYPE html><html><!-- --><body>Not found</body></html>", "caption_not_captions"),
        (b"#EXTM3U\n#EXTINF:6,\nsegment0.vtt\n", "caption_not_captions"),
        (b"Not found", "caption_not_captions"),
        (bytes(range(256)) * 40, "caption_not_captions"),
        (b"x" * (captions.LARGEST + 1), "caption_too_large"),
    ],
)
def test_what_cannot_be_shown_is_one_plain_sentence(data: bytes, code: str) -> None:
    issue = captions.read(data)
    assert isinstance(issue, Issue)
    assert (issue.severity, issue.code) == ("warning", code)
    assert issue.message.endswith(".")
    assert issue.fix


def test_what_is_written() -> None:
    track = Track((Cue(1000, 2500, "Fish & <chips"), Cue(3_600_000, 3_601_001, "«Да»\n— Нет")), "ru")
    assert captions.srt(track).decode() == (
        "1\n00:00:01,000 --> 00:00:02,500\nFish & <chips\n\n2\n01:00:00,000 --> 01:00:01,001\n«Да»\n— Нет\n"
    )
    assert captions.vtt(track).decode() == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nFish &amp; &lt;chips\n\n"
        "01:00:00.000 --> 01:00:01.001\n«Да»\n— Нет\n"
    )


# Any input at all.

# Pieces that files are made of, so that chance makes files that are nearly right.
PIECES = [
    *("WEBVTT", "\n", "\n\n", "\r\n", "\r", "1", "2", "12", " ", "\t", "NOTE x", "STYLE", "A", "B", "A\nB"),
    *("00:00:01,000 --> 00:00:02,000", "00:01.000 --> 00:00.500", "0:00:01.0,0:00:03.000", "00:02 --> 00:03"),
    *("00:00:01.200 --> 00:00:09.000 align:start", "-->", "->", "--", ">", "<", "<i>", "</i>", "<00:01.000>"),
    *("&", "amp;", "&lt;", "&gt;", "&#10;", "&#0;", "&#xD800;", "\\N", "{\\an8}"),
    *("{", "}", "\\", "[br]", "<br>", "<tt>", "<body>", "<p begin='1s' end='2s'>",),
    *("<p begin='9' dur='1f'>", "<span begin='1t'>", "</p>", "<br/>"),
    *("\u2028", "\u200f", "\u202b", "\x85", "\x00", "é", "漢", "\ufeff", "٠٠:٠١ --> ٠٠:٠٢", "\U0001f600"),
]  # fmt: skip
markup = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join)
words = st.lists(st.sampled_from(["A", "B", "1", "No.", "\n", " ", "<b>", "&amp;", "-->"]), max_size=6).map(
    "".join
)
moments = st.integers(-10, 12) | st.integers(-5000, 20_000) | st.integers(0, 10**12)
cues = st.builds(Cue, moments, moments, markup | words)


def checked(track: Track) -> Iterator[Track]:
    """Yield the track read back from what is written of it, in each format."""
    for write in (captions.srt, captions.vtt):
        written = write(track)
        assert b"\r" not in written
        assert not written.startswith(b"\xef\xbb\xbf")
        assert write(track) == written
        yield read(written)


@settings(max_examples=200, deadline=None)
@given(st.binary() | markup.map(str.encode) | markup.map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_captions_that_are_read_back_or_one_issue(data: bytes) -> None:
    track = captions.read(data)
    if isinstance(track, Issue):
        assert track.code in captions.CODES
        return
    for again in checked(track):
        assert (again.cues, again.issues) == (track.cues, ())


@settings(max_examples=200, deadline=None)
@given(st.lists(cues, max_size=12).map(tuple))
def test_any_cues_are_written_as_they_can_be_shown(made: tuple[Cue, ...]) -> None:
    fit = repaired(made)
    assert repaired(fit) == fit
    assert all(cue.start < cue.end and plain(cue.text) == cue.text != "" for cue in fit)
    assert all(cue.end <= after.start for cue, after in pairwise(fit))
    if fit:
        assert [again.cues for again in checked(Track(made))] == [fit, fit]


@pytest.mark.parametrize(("write", "format_"), [(captions.srt, "srt"), (captions.vtt, "webvtt")])
def test_another_reader_shows_the_same(write: Callable[[Track], bytes], format_: str) -> None:
    """libavformat shares no line with ours: what it makes of our files is what players make of them."""
    track = read(SRT + "\n3\n00:00:05,250 --> 00:00:06,000\n1984 & «Да»\n")
    with av.open(io.BytesIO(write(track)), mode="r", format=format_) as container:
        assert container.streams[0].time_base == Fraction(1, 1000)
        found = [
            (p.pts, p.duration, bytes(p).decode().replace("&amp;", "&")) for p in container.demux() if p.size
        ]
    assert found == [(cue.start, cue.end - cue.start, cue.text) for cue in track.cues]
