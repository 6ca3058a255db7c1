"""Slides read aloud: narrators that work, fail, hang and write rubbish."""

import sys
import time
import wave
from contextlib import suppress
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsvc.slides import CODES, NarratorError, Story, narrator, render
from feedsvc.slides.voice import seconds, sound, speech
from tests.articles import article, channel

WORDS = "The harbour bridge opened on Sunday after two years. Thousands walked across it in the rain."
# A narrator that hums for a tenth of a second a letter; what it read goes to a file beside it.
HUMS = """
import pathlib, sys, wave
said = sys.stdin.buffer.read().decode("utf-8")
with pathlib.Path(__file__).with_suffix(".txt").open("a", encoding="utf-8") as log:
    log.write(said + "\\n")
with wave.open(sys.argv[-1], "wb") as file:
    file.setnchannels(2)
    file.setsampwidth(2)
    file.setframerate(22050)
    file.writeframes(b"\\0\\x40\\0\\x40\\0\\xc0\\0\\xc0" * int(22050 * len(said) * PACE / 2))
"""
HANGS = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(__file__).with_suffix(".pid").write_text(str(child.pid))
time.sleep(60)
"""


def made(folder: Path, source: str, pace: float = 0.06) -> str:
    """Return the command of a narrator written in Python."""
    file = folder / "a narrator.py"
    file.write_text(source.replace("PACE", str(pace)), "utf-8")
    return f"{sys.executable} '{file}' --voice en"


def wav(length: float, rate: int = 16_000) -> bytes:
    with BytesIO() as file:
        with wave.open(file, "wb") as recording:
            recording.setnchannels(1)
            recording.setsampwidth(2)
            recording.setframerate(rate)
            recording.writeframes(b"\x00\x40\x00\xc0" * int(rate * length / 2))
        return file.getvalue()


def test_narrator_is_given_the_text_and_gives_a_recording(tmp_path: Path) -> None:
    recording = narrator(made(tmp_path, HUMS))("Zoë said “no” — أخبار.")
    assert seconds(speech(recording)) == pytest.approx(22 * 0.06, abs=0.01)
    assert (tmp_path / "a narrator.txt").read_text("utf-8") == "Zoë said “no” — أخبار.\n"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import sys; sys.exit(3)", "status 3"),
        ("import sys; open(sys.argv[-1], 'wb').write(b'RIFF rubbish')", "no sound file that can be read"),
        ("import sys; open(sys.argv[-1], 'wb')", "no sound file that can be read"),
        ("", "wrote no sound file"),
    ],
)
def test_narrator_that_fails_says_why(tmp_path: Path, source: str, why: str) -> None:
    with pytest.raises(NarratorError, match=why):
        speech(narrator(made(tmp_path, source))(WORDS))


@pytest.mark.parametrize(
    ("command", "why"), [("", "empty"), ("say 'x", "not closed"), ("/no/such/narrator", "cannot be started")]
)
def test_command_that_is_none(command: str, why: str) -> None:
    with pytest.raises(NarratorError, match=why):
        narrator(command)(WORDS)


def test_narrator_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    with pytest.raises(NarratorError, match="longer than 1 seconds"):
        narrator(made(tmp_path, HANGS), timeout=1)(WORDS)
    child = int((tmp_path / "a narrator.pid").read_text())
    assert ended(child)


def ended(child: int) -> bool:
    """Tell whether a process is gone, or only waits to be counted as such."""
    for _ in range(100):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("length", [0.05, 61])
def test_recording_of_no_sensible_length_is_refused(length: float) -> None:
    with pytest.raises(NarratorError, match="lasts"):
        speech(wav(length, 8000))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda tail: wav(0.3)[:60] + tail))
def test_no_rubbish_raises_anything_else(recording: bytes) -> None:
    with suppress(NarratorError):
        speech(recording)


def test_recordings_begin_at_their_times() -> None:
    loud = speech(wav(0.5))
    whole = speech(sound([(0.5, loud), (2.0, loud)], 2.2))
    assert seconds(whole) == pytest.approx(2.2, abs=0.01)
    samples = memoryview(whole).cast("h")
    heard = [max(map(abs, samples[n : n + 4800])) > 3000 for n in range(0, 2 * 48_000, 4800)]
    assert heard == [False] * 5 + [True] * 5 + [False] * 10


def test_story_is_heard_and_waits_for_the_voice() -> None:
    told = article(title="Bridge reopens", summary=WORDS, body=(), language="en")
    film = render(
        told, channel(), minimum=5, motion=False, narrate=lambda words: wav(7 if len(words) > 40 else 1)
    )
    assert isinstance(film, Story)
    assert film.issues == ()
    times = [moment for slide in film.slides for moment in slide.spoken or ()]
    assert times == pytest.approx([0.4, 1.4, 0.4, 7.4])
    assert all(slide.seconds >= 4 for slide in film.slides)
    spoken = [
        (start + slide.spoken[0], start + slide.spoken[1])
        for start, slide in zip(starts(film), film.slides, strict=True)
        if slide.spoken
    ]
    with av.open(BytesIO(film.video), "r") as file:
        loud = [
            (float(f.time or 0), max(map(abs, memoryview(bytes(f.planes[0])).cast("f"))) > 0.1)
            for f in file.decode(audio=0)
        ]
    for time_, is_loud in loud:
        within = any(a + 0.05 < time_ < b - 0.05 for a, b in spoken)
        without = all(time_ < a - 0.05 or time_ > b + 0.05 for a, b in spoken)
        assert is_loud or not within
        assert not (is_loud and without)
    first = film.srt.decode().split("\n")[1]
    assert first == "00:00:00,400 --> 00:00:01,400"


def starts(film: Story) -> list[float]:
    times = [0.0]
    for slide in film.slides[:-1]:
        times.append(times[-1] + slide.seconds)
    assert all(b - a >= 4 for a, b in pairwise(times))
    return times


def fails(words: str) -> bytes:
    raise NarratorError("The narrator failed.")


@pytest.mark.parametrize("narrate", [fails, lambda words: b"rubbish", lambda words: wav(55, 8000)])
def test_story_whose_narrator_fails_is_silent_and_says_so(narrate: object) -> None:
    told = article(title="Bridge reopens", summary=WORDS, body=(), language="en")
    film = render(told, channel(), minimum=5, motion=False, narrate=narrate)  # type: ignore[arg-type]
    assert isinstance(film, Story)
    assert [issue.code for issue in film.issues] == ["narrator_failed"]
    assert film.issues[0].code in CODES
    assert film.issues[0].where == told.id
    assert all(slide.spoken is None for slide in film.slides)
    assert film.video == silent()


@cache
def silent() -> bytes:
    told = article(title="Bridge reopens", summary=WORDS, body=(), language="en")
    film = render(told, channel(), minimum=5, motion=False)
    assert isinstance(film, Story)
    return film.video
