"""Trick play files: laid out as Roku wants them, made of parts of a film, and never too large."""

import io
import struct
from pathlib import Path

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Issue
from feedsvc.media.bif import CODES, Frame, bif, moments, read, worth, write
from feedsvc.media.footage import Limits
from tests import made_media
from tests.made_media import RATE
from tests.test_media import URL, Drip, Shelf, folder

COLOURS = ([200, 30, 30], [30, 180, 30], [30, 30, 200], [200, 200, 40])


def by_the_second(number: int) -> pyvips.Image:
    """Return another colour for every two seconds."""
    return made_media.plain(COLOURS[number // (2 * RATE) % len(COLOURS)], 160, 90)


def made(found: bytes | Issue) -> tuple[Frame, ...]:
    assert isinstance(found, bytes), found
    frames = read(found)
    assert not isinstance(frames, Issue), frames
    return frames


def the_issue(found: bytes | tuple[Frame, ...] | Issue) -> str:
    assert isinstance(found, Issue)
    assert found.severity == "warning"
    assert found.code in CODES
    assert found.message.endswith(".")
    assert found.fix.endswith(".")
    return found.code


def colours(frames: tuple[Frame, ...]) -> list[int]:
    """Return which of the colours each picture shows."""
    seen = [pyvips.Image.jpegload_buffer(frame.jpeg) for frame in frames]
    shown = [image(image.width // 2, image.height // 2) for image in seen]
    far = [[sum(abs(a - b) for a, b in zip(one, c, strict=True)) for c in COLOURS] for one in shown]
    assert all(min(distances) < 60 for distances in far), far
    return [distances.index(min(distances)) for distances in far]


def test_layout_is_to_the_byte() -> None:
    """Roku's BIF: 64 bytes of header, an index with an end, pictures back to back."""
    data = write([Frame(0, b"\xff\xd8one"), Frame(10, b"\xff\xd8second")])
    assert data[:8] == bytes([0x89, 0x42, 0x49, 0x46, 0x0D, 0x0A, 0x1A, 0x0A])
    assert struct.unpack("<III", data[8:20]) == (0, 2, 1000)
    assert data[20:64] == bytes(44)
    assert struct.unpack("<6I", data[64:88]) == (0, 88, 10, 93, 0xFFFFFFFF, 101)
    assert data[88:] == b"\xff\xd8one\xff\xd8second"


def test_times_that_are_no_whole_seconds_are_kept() -> None:
    times = [0.0, 2.5, 5.0, 7.5]
    assert [frame.seconds for frame in made(write([Frame(t, b"\xff\xd8") for t in times]))] == times


@pytest.mark.parametrize("interval", [RATE, 1000])
def test_pictures_of_a_film(interval: int) -> None:
    """Every two seconds, also where there is but one key frame and the film is decoded on from it."""
    film = made_media.mp4(8, look=by_the_second, interval=interval, flags="faststart")
    frames = made(bif(URL, Shelf({URL: film}), 8, every=2))
    assert [frame.seconds for frame in frames] == [0, 2, 4, 6]
    if interval == RATE:
        assert colours(frames) == [0, 1, 2, 3]
    else:
        assert len(set(colours(frames))) >= 3
    sizes = {(i.width, i.height) for i in (pyvips.Image.jpegload_buffer(frame.jpeg) for frame in frames)}
    assert sizes == {(320, 180)}


@pytest.mark.parametrize(
    ("size", "height"), [((320, 180), 180), ((320, 240), 240), ((180, 320), 568), ((400, 170), 136)]
)
def test_pictures_have_the_films_shape_and_an_even_height(size: tuple[int, int], height: int) -> None:
    film = made_media.mp4(2, size, audio="")
    image = pyvips.Image.jpegload_buffer(made(bif(URL, Shelf({URL: film}), 2, every=1))[0].jpeg)
    assert (image.width, image.height) == (320, height)


@pytest.mark.parametrize("fragments", [False, True])
def test_pictures_of_a_stream_come_from_the_segments_that_hold_them(tmp_path: Path, fragments: bool) -> None:
    made_media.hls(tmp_path, 8, look=by_the_second, audio="", fragments=fragments)
    shelf = Shelf(folder(tmp_path))
    frames = made(bif(f"{URL}/index.m3u8", shelf, 8, every=4))
    assert [frame.seconds for frame in frames] == [0, 4]
    assert colours(frames) == [0, 2]
    assert len(shelf.asked) == 1 + 2 * (1 + fragments)
    closer = made(bif(f"{URL}/index.m3u8", Shelf(folder(tmp_path)), 8, every=1))
    assert colours(closer) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_the_smallest_rung_that_is_large_enough_is_read(tmp_path: Path) -> None:
    made_media.master(tmp_path, (320, 180), (640, 360))
    shelf = Shelf(folder(tmp_path))
    made(bif(f"{URL}/master.m3u8", shelf, 5, every=2))
    assert not any("/360/" in url for url in shelf.asked)


class Counted(io.BytesIO):
    """A file that says how much of it was read."""

    total = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.total += len(data)
        return data


def test_a_film_is_not_read_whole() -> None:
    upright = made_media.photograph(640, 360)
    turned = upright.rot180().copy_memory()
    data = made_media.mp4(
        12, (640, 360), look=lambda number: turned if number % 2 else upright, audio="", flags="faststart"
    )
    film = Counted(data)
    assert len(made(bif(URL, lambda url: film, 12, every=6))) == 2
    assert film.total < len(data) / 4


def test_what_costs_too_much_is_said(tmp_path: Path) -> None:
    made_media.hls(tmp_path, 8, audio="")
    shelf = Shelf(folder(tmp_path))
    for limits in (Limits(files=3), Limits(bytes=30_000)):
        assert the_issue(bif(f"{URL}/index.m3u8", shelf, 8, every=2, limits=limits)) == "trick_play_too_much"
    clock = [0.0]
    slow = Drip(made_media.mp4(4, (1280, 720)), clock)
    found = bif(URL, lambda url: slow, 4, every=1, limits=Limits(seconds=3), clock=lambda: clock[0])
    assert the_issue(found) == "trick_play_too_much"


def test_case_38_a_trick_play_file_is_never_huge() -> None:
    """A BIF of 935 MB: of too many pictures every second one is left out."""
    frames = made(write([Frame(number * 10.0, b"\xff\xd8" + bytes(60_000)) for number in range(1500)]))
    assert 250 < len(frames) < 500
    assert [frame.seconds for frame in frames[:3]] == [0, 40, 80]
    assert sum(len(frame.jpeg) for frame in frames) < 30_000_000


def test_a_film_of_a_day_has_no_more_than_a_thousand_pictures() -> None:
    assert moments(35, 10) == [0, 10, 20, 30]
    day = moments(86_400, 10)
    assert len(day) <= 1000
    assert day[1] == 87
    assert len(moments(1e9, 0)) <= 1000
    for nothing in (0, -5, float("nan"), float("inf")):
        assert moments(nothing, 10) == []


@pytest.mark.parametrize("data", [b"", b"<html>", b"#EXTM3U\n#EXT-X-ENDLIST\n", bytes(5000)])
def test_what_is_no_film_has_no_trick_play(data: bytes) -> None:
    assert the_issue(bif(URL, Shelf({URL: data}), 1000)) == "trick_play_no_picture"


def test_film_that_is_not_there_or_has_no_length() -> None:
    assert the_issue(bif(URL, Shelf({}), 1000)) == "trick_play_no_picture"
    film = made_media.mp4(2)
    assert the_issue(bif(URL, Shelf({URL: film}), 0)) == "trick_play_no_picture"
    assert the_issue(bif("file:///etc/passwd", Shelf({}), 1000)) == "trick_play_no_picture"


def test_a_hole_in_the_film_keeps_the_picture_before() -> None:
    film = bytearray(made_media.mp4(8, look=by_the_second, audio="", flags="faststart"))
    start = film.index(b"mdat")
    middle = start + (len(film) - start) // 2
    film[middle:] = bytes(len(film) - middle)
    frames = made(bif(URL, Shelf({URL: bytes(film)}), 8, every=2))
    assert [frame.seconds for frame in frames] == [0, 2, 4, 6]


def test_worth_it_over_fifteen_minutes() -> None:
    assert [worth(duration) for duration in (None, 0, 900, 900.5, 7200)] == [False, False, False, True, True]


GOOD = write([Frame(number * 10.0, b"\xff\xd8" + bytes(20)) for number in range(4)])


def with_word(place: int, value: int) -> bytes:
    return GOOD[:place] + struct.pack("<I", value) + GOOD[place + 4 :]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:60],
        GOOD[:100],
        GOOD[:-1],
        b"GIF89a" + GOOD[6:],
        with_word(8, 1),
        with_word(12, 0),
        with_word(12, 5),
        with_word(12, 0xFFFFFFFF),
        with_word(72, 0),
        with_word(68, 10),
        with_word(76, 5000),
        with_word(96, 40),
        GOOD.replace(b"\xff\xd8", b"\x89P"),
    ],
)
def test_damage_is_one_issue(data: bytes) -> None:
    assert the_issue(read(data)) == "trick_play_broken"


def test_unit_of_none_is_a_second() -> None:
    assert made(with_word(16, 0)) == made(GOOD)


@given(st.binary(max_size=200), st.integers(0, len(GOOD)), st.binary(max_size=8))
def test_no_bytes_raise(data: bytes, place: int, damage: bytes) -> None:
    for found in (read(data), read(GOOD[:20] + data), read(GOOD[:place] + damage + GOOD[place:])):
        assert isinstance(found, tuple) or the_issue(found) == "trick_play_broken"


@given(st.lists(st.tuples(st.integers(1, 10**7), st.binary(max_size=50)), min_size=1, max_size=20))
def test_what_is_written_is_read(parts: list[tuple[int, bytes]]) -> None:
    """Whatever the times are, to the millisecond."""
    moment, frames = 0, []
    for step, data in parts:
        frames.append(Frame(moment / 1000, b"\xff\xd8" + data))
        moment += step
    assert made(write(frames)) == tuple(frames)
