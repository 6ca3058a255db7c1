"""Which picture of a film stands for it: a picture, and none of what is on a tape beside the film."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import pyvips

from feeds.model import Video
from feedsvc.media import bif, frame, probe
from feedsvc.media.footage import Files, Limits
from feedsvc.media.hls import Piece, Segment
from feedsvc.media.posters import is_test_card, unboxed, worth
from feedsvc.media.stills import Segments, film
from tests import made_media
from tests import test_media_manifests as manifests
from tests.made_media import RATE
from tests.test_media import URL, Shelf, folder

SECONDS = 4
GOOD = made_media.photograph()
BLACK = made_media.plain([0, 0, 0])
BUMPER = made_media.written("NEWS AT TEN", [255, 255, 255], [150, 0, 20], 110)
SLATE = made_media.written("3", [20, 20, 20], [190, 190, 190], 400)


def blurred(image: pyvips.Image = GOOD) -> pyvips.Image:
    return image.gaussblur(8).copy_memory()


def lit(scale: float, offset: float) -> pyvips.Image:
    """Return the good picture faded or with another exposure."""
    return GOOD.linear(scale, offset).cast("uchar").copy_memory()


def parts(*images: pyvips.Image) -> Callable[[int], pyvips.Image]:
    """Return the look of a film that shows each picture for the same time."""
    return lambda number: images[min(number * len(images) // (SECONDS * RATE), len(images) - 1)]


def poster(images: Sequence[pyvips.Image], size: tuple[int, int] = (320, 180)) -> pyvips.Image | None:
    """Return the poster of a film made of these; pictures are taken from the middle of each of four."""
    small = [image.thumbnail_image(size[0], height=size[1], size="force").copy_memory() for image in images]
    data = made_media.mp4(SECONDS, size, look=parts(*small), audio="", flags="faststart")
    found = frame(URL, Shelf({URL: data}))
    return pyvips.Image.jpegload_buffer(found) if found else None


def alike(one: pyvips.Image, other: pyvips.Image) -> float:
    """Return how far two pictures are apart, of 255."""
    small = [image.thumbnail_image(64, height=36, size="force") for image in (one, other)]
    return float((small[0] - small[1]).abs().avg())


BAD = {
    "black": BLACK,
    "bars": made_media.colour_bars(),
    "circle": made_media.circle_card(),
    "bumper": BUMPER,
    "slate": SLATE,
    "blurred": blurred(),
    "fade": lit(0.25, 8),
    "overexposed": lit(0.8, 150),
    "white": made_media.plain([255, 255, 255]),
}


@pytest.mark.parametrize(("bad", "place"), list(zip(BAD, [0, 1, 2] * 3, strict=True)))
def test_a_picture_is_taken_and_not_what_else_is_on_the_tape(bad: str, place: int) -> None:
    images = [BAD[bad]] * 4
    images[place] = GOOD
    found = poster(images)
    assert found is not None
    assert alike(found, GOOD) < 12


def test_what_is_better_is_worth_more() -> None:
    assert worth(GOOD) > max(map(worth, BAD.values()))
    assert worth(GOOD) > worth(lit(0.6, 5)) > worth(lit(0.35, 2))
    assert worth(GOOD) > worth(GOOD.gaussblur(1.5).copy_memory()) >= worth(blurred())


@pytest.mark.parametrize("bad", ["black", "bars", "circle", "white"])
def test_a_film_of_nothing_but_that_has_no_poster(bad: str) -> None:
    assert poster([BAD[bad]]) is None


def test_a_bumper_is_taken_where_there_is_nothing_else() -> None:
    found = poster([BLACK, BUMPER, BLACK, BLACK])
    assert found is not None
    assert alike(found, BUMPER) < 12


def test_pictures_are_no_test_cards() -> None:
    assert is_test_card(made_media.colour_bars())
    assert is_test_card(made_media.colour_bars().linear(0.75 / 0.7, 0).cast("uchar"))
    assert is_test_card(made_media.circle_card())
    assert not any(map(is_test_card, (GOOD, BUMPER, SLATE, made_media.picture(), BLACK)))


@pytest.mark.parametrize(("high", "wide"), [(90, 0), (0, 160)])
def test_black_bars_are_cut_off(high: int, wide: int) -> None:
    inner = GOOD.crop(0, 0, 1280 - 2 * wide, 720 - 2 * high)
    found = poster([BLACK.insert(inner, wide, high)])
    assert found is not None
    assert abs(found.width - (320 - wide / 2)) <= 6
    assert abs(found.height - (180 - high / 2)) <= 6
    assert alike(found, inner) < 12


def test_a_night_scene_is_not_cut() -> None:
    """What is dark on one side only is the picture's."""
    night = BLACK.insert(GOOD.crop(0, 0, 900, 500), 0, 220)
    assert (unboxed(night).width, unboxed(night).height) == (1280, 720)
    spot = BLACK.insert(GOOD.crop(0, 0, 300, 200), 490, 260)
    assert unboxed(spot).width == 1280


def test_poster_of_a_stream(tmp_path: Path) -> None:
    look = parts(made_media.colour_bars(), BUMPER, GOOD, BLACK)
    made_media.hls(tmp_path, SECONDS, (320, 180), look=look, audio="")
    found = frame(f"{URL}/index.m3u8", Shelf(folder(tmp_path)))
    assert found
    assert alike(pyvips.Image.jpegload_buffer(found), GOOD) < 12


def test_one_segment_is_sampled_once(tmp_path: Path) -> None:
    made_media.hls(tmp_path, 1.5, (320, 180), look=lambda _: GOOD, audio="")
    shelf = Shelf(folder(tmp_path))
    assert frame(f"{URL}/index.m3u8", shelf)
    assert len(shelf.asked) == 2


def test_segments_of_any_kind_of_stream_are_sampled_alike(tmp_path: Path) -> None:
    """What a DASH manifest names is read by the same function."""
    made_media.hls(tmp_path, 4, (320, 180), look=parts(GOOD), audio="", fragments=True)
    files = folder(tmp_path)
    pieces = [Piece(url) for url in sorted(files) if url.endswith(".m4s")]
    init = Piece(next(url for url in files if url.endswith(".mp4")))
    with Files(Shelf(files), Limits(), lambda: 0) as opened:
        found = Segments([Segment(piece, 2.0, init) for piece in pieces], opened)
        assert found.seconds == 4
        assert [found.begins(second) for second in (0, 1.9, 2, 3.9, 99)] == [0, 0, 2, 2, 2]
        shots = [shot for second in (0, 2) for shot in found.at(second, 0)]
    assert [alike(shot, GOOD) < 12 for shot in shots] == [True, True]


def test_no_more_of_a_segment_is_read_than_holds_a_picture(tmp_path: Path) -> None:
    """Its beginning is enough, unless its key frame is larger than that."""
    turned = GOOD.rot180().copy_memory()
    look = lambda number: turned if number % 2 else GOOD  # noqa: E731
    made_media.hls(tmp_path, 2, (640, 360), look=look, audio="")
    files = folder(tmp_path)
    (url,) = (url for url in files if url.endswith(".ts"))
    for most, cut in ((200_000, True), (60_000, False), (20_000, False)):
        shelf = Shelf(files)
        with Files(shelf, Limits(), lambda: 0) as opened:
            (shot,) = Segments([Segment(Piece(url), 2.0)], opened, most).at(0, 0)
        assert alike(shot, GOOD) < 12
        assert len(shelf.asked) == 1 + (not cut)


def test_stream_without_segments_has_no_length() -> None:
    shelf = Shelf({URL: b"#EXTM3U\n#EXT-X-ENDLIST\n"})
    with Files(shelf, Limits(), lambda: 0) as opened, film(URL, opened, 720) as found:
        assert (found.seconds, found.begins(3), list(found.at(3, 0))) == (0, 0, [])


def test_dash_film_has_a_poster_and_trick_play(tmp_path: Path) -> None:
    made = manifests.film_in(tmp_path, "dash", seg_duration="2")
    shelf, url = Shelf({manifests.URL: made[f"{manifests.AT}manifest"], **made}), manifests.URL
    assert frame(url, shelf) is not None
    wound = bif.bif(url, shelf, 5, every=2)
    assert isinstance(wound, bytes)
    frames = bif.read(wound)
    assert isinstance(frames, tuple)
    assert len(frames) == 3


@pytest.mark.parametrize(
    "before", ["<!-- made by a packager -->", "\ufeff", "<?xml version='1.0'?><!DOCTYPE MPD [<!-- -->]>"]
)
def test_what_is_told_to_be_dash_has_a_poster_too(tmp_path: Path, before: str) -> None:
    """The probe and the poster go by the same first bytes."""
    made = manifests.film_in(tmp_path, "dash", seg_duration="2")
    said = made[f"{manifests.AT}manifest"].decode()
    shelf = Shelf({**made, manifests.URL: f"{before}{said[said.index('<MPD') :]}".encode()})
    assert isinstance(probe(Video(manifests.URL), shelf), Video)
    assert frame(manifests.URL, shelf) is not None
