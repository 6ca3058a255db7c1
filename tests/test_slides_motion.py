"""A camera that moves without judder, as reckoned and as filmed."""

from itertools import pairwise
from statistics import mean

import pytest
import pyvips

from feedsvc.slides.film import Placed, Shot, filmed, frame, pictures
from feedsvc.slides.motion import Move, View, move
from feedsvc.thumbnails import HEIGHT, WIDTH

WAYS = ("in", "out", "left", "right")


def place(seen: View, x: float, y: float) -> tuple[float, float]:
    """Return where on the screen a point of the source is seen."""
    return (
        (x - seen.x) * seen.across / seen.width - seen.left,
        (y - seen.y) * seen.down / seen.height - seen.top,
    )


@pytest.mark.parametrize("frames", [100, 112, 187, 262, 400])
@pytest.mark.parametrize("way", ["in", "out"])
def test_zoom_keeps_to_its_way(way: str, frames: int) -> None:
    zoom = Move(way, frames)  # type: ignore[arg-type]
    width, height = zoom.size
    corner = [place(zoom.view(n), width * 0.1, height * 0.1) for n in range(frames)]
    for axis in (0, 1):
        steps = [b[axis] - a[axis] for a, b in pairwise(corner)]
        wanted = [mean(steps[max(0, n - 5) : n + 6]) for n in range(len(steps))]
        assert max(abs(a - b) for a, b in zip(steps, wanted, strict=True)) < 0.2
    centre = [place(zoom.view(n), width / 2, height / 2) for n in range(frames)]
    assert all(abs(x - WIDTH / 2) < 1e-6 and abs(y - HEIGHT / 2) < 1e-6 for x, y in centre)


@pytest.mark.parametrize("frames", [100, 113, 400])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_seen_is_within_the_picture(way: str, frames: int) -> None:
    one = Move(way, frames)  # type: ignore[arg-type]
    width, height = (one.strip, HEIGHT) if one.pans else one.size
    for number in range(frames):
        seen = one.view(number)
        assert 0 <= seen.x <= width - seen.width
        assert 0 <= seen.y <= height - seen.height
        assert 0 <= seen.left <= seen.across - WIDTH
        assert 0 <= seen.top <= seen.down - HEIGHT
        # Colour has half the places.
        assert seen.left % 2 == seen.top % 2 == 0
        assert not one.pans or seen.x % 2 == 0


def test_neighbours_move_differently() -> None:
    assert all(move(n, 100).way != move(n + 1, 100).way for n in range(8))


def dots(width: int, height: int) -> tuple[pyvips.Image, list[tuple[float, float]]]:
    """Return a dark picture with a soft bright dot in each quarter, and where they are, as shares."""
    at = pyvips.Image.xyz(width, height)
    shares = [(x, y) for x in (0.2, 0.8) for y in (0.2, 0.8)]
    size = 2 * (0.004 * width) ** 2
    light = sum(
        (((at[0] + 0.5 - x * width) ** 2 + (at[1] + 0.5 - y * height) ** 2) / -size).exp() * 200
        for x, y in shares
    )
    dark = (light + 20).cast("uchar")
    return dark.bandjoin([dark, dark]).copy(interpretation="srgb").copy_memory(), shares


def centre(picture: pyvips.Image, x: float, y: float) -> tuple[float, float]:
    """Return where the light is round a place, to a fraction of a pixel."""
    left, top = round(x) - 24, round(y) - 24
    part = picture.crop(left, top, 48, 48) - 60
    bright = (part > 0).ifthenelse(part, 0)
    at, whole = pyvips.Image.xyz(48, 48), bright.avg()
    return left + (bright * at[0]).avg() / whole, top + (bright * at[1]).avg() / whole


@pytest.mark.parametrize("way", WAYS)
def test_film_moves_evenly_and_is_as_sharp_in_every_frame(way: str) -> None:
    one = Move(way, 150)  # type: ignore[arg-type]
    picture, shares = dots(*one.size)
    clear = pyvips.Image.black(16, 16, bands=4).copy(interpretation="srgb")
    shot = Shot(filmed(picture, one), Placed(frame(clear, "yuva420p"), 0, 0), 150, 0, one, last=True)
    width, height = (one.size[0] / 2, HEIGHT) if one.pans else one.size
    tracks: list[list[tuple[float, float]]] = [[] for _ in shares]
    peaks = []
    for number, seen in enumerate(pictures(None, shot, 50)):
        plane = seen.planes[0]
        whole = pyvips.Image.new_from_memory(bytes(plane), plane.line_size, HEIGHT, 1, "uchar")
        peaks.append(whole.max())
        for track, (x, y) in zip(tracks, shares, strict=True):
            track.append(centre(whole, *place(one.view(number), x * width, y * height)))
    for track in tracks:
        for axis in (0, 1):
            steps = [b[axis] - a[axis] for a, b in pairwise(track)]
            assert max(abs(step - mean(steps)) for step in steps) < 0.2
        moved = abs(track[-1][0] - track[0][0])
        assert moved > 5
    assert max(peaks) - min(peaks) <= 6
