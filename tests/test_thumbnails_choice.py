"""Which of an article's pictures a producer would choose, and what is kept of it."""

from collections.abc import Callable

import pytest
import pyvips

from feeds.model import Article, Brand, Image, Thumbnail, Video
from feedsvc import pixels
from feedsvc.thumbnails import HEIGHT, WIDTH, card, illustrate, make
from tests import made_media
from tests.made_media import photograph, plain, written
from tests.test_thumbnails import Shelf, article, no_frame, thumbnail

BRAND = Brand()
WHITE = [255, 255, 255]


def stored(image: pyvips.Image) -> bytes:
    return bytes(image.jpegsave_buffer(Q=88))


def enlarged(times: float) -> pyvips.Image:
    """Return a small picture that a CMS has blown up."""
    return photograph().resize(1 / times).resize(times).copy_memory()


def icon() -> pyvips.Image:
    """Return a disc with a sheen on nothing."""
    at = pyvips.Image.xyz(512, 512)
    distance = ((at - 256) ** 2).bandsplit()
    sheen = (at[1] / 4 + 100).bandjoin([at[1] / 8, at[1] * 0 + 40]).cast("uchar")
    return sheen.copy(interpretation="srgb").bandjoin(((distance[0] + distance[1]) < 200**2).cast("uchar"))


def code_to_scan() -> pyvips.Image:
    """Return what looks like a QR code."""
    rows = [[255 * ((x * x * 7 + y * y * 13 + x * y * 5) % 11 < 5) for x in range(29)] for y in range(29)]
    modules = pyvips.Image.new_from_array(rows).cast("uchar").embed(4, 4, 37, 37, extend="white")
    return modules.resize(24, kernel="nearest").colourspace("srgb").copy_memory()


def chart() -> pyvips.Image:
    """Return bars, grid lines and a heading."""
    image = written("Unemployment by month, per cent", [0, 0, 0], WHITE, 40).crop(0, 300, WIDTH, 120)
    image = image.embed(0, 0, WIDTH, HEIGHT, extend="background", background=WHITE)
    for row in range(150, 700, 50):
        image = image.draw_rect([210, 210, 210], 60, row, 1160, 2, fill=True)
    for number in range(24):
        high = 60 + number * 37 % 450
        shade = [60 + number * 5, 110, 200 - number * 4]
        image = image.draw_rect(shade, 70 + number * 48, 690 - high, 34, high, fill=True)
    return image.copy_memory()


LOGOS: dict[str, Callable[[], bytes]] = {
    "wordmark on white": lambda: stored(written("DAILY NEWS", [190, 0, 0], WHITE, 130)),
    "white on red": lambda: stored(written("HCN", WHITE, [180, 0, 0], 300)),
    "masthead": lambda: stored(written("The Morning Herald", [0, 0, 0], WHITE, 90)),
    "icon on nothing": lambda: bytes(icon().pngsave_buffer()),
    "code to scan": lambda: stored(code_to_scan()),
}
BLANKS = {"white": plain(WHITE), "grey": plain([120, 120, 120]), "slope": plain([180, 180, 180])}
GOOD = stored(photograph())
OTHER = stored(photograph(1600, 900, seed=9))


def chosen(
    *pictures: bytes, said: tuple[tuple[int, int], ...] = (), frame: bytes | None = None
) -> tuple[int | str, list[str], list[str]]:
    """Return the number of the picture that was taken, how many were fetched, and the codes of issues."""
    shelf = Shelf({str(number): data for number, data in enumerate(pictures)})
    images = [Image(str(number), *(said[number] if said else ())) for number in range(len(pictures))]
    show = (lambda video: frame) if frame else no_frame
    picture, issues = illustrate(
        article(*images, video=frame is not None), shelf.fetch, show, shelf.put, BRAND
    )
    kept = shelf.kept[picture.url]
    thumbnail(kept)
    makes = [make(data) for data in pictures]
    taken = makes.index(kept) if kept in makes else "frame" if frame and kept == make(frame) else "card"
    return taken, shelf.asked, [issue.code for issue in issues]


def test_a_good_lead_costs_one_fetch_and_beats_what_is_larger() -> None:
    small = stored(photograph().thumbnail_image(960))
    assert chosen(small, OTHER, GOOD) == (0, ["0"], [])


def test_a_blurred_lead_gives_way_to_a_sharp_picture() -> None:
    assert chosen(stored(photograph().gaussblur(4)), GOOD)[0] == 1
    assert chosen(stored(enlarged(4)), GOOD)[0] == 1


def test_a_small_or_upright_lead_gives_way_to_one_that_fills() -> None:
    assert chosen(stored(photograph(400, 225)), GOOD)[0] == 1
    assert chosen(stored(photograph(720, 1280)), GOOD)[0] == 1


def test_a_drawn_lead_gives_way_to_a_photograph_and_stands_where_there_is_none() -> None:
    for drawn in (stored(chart()), card("Council approves tunnel after decades", "World", BRAND)):
        assert chosen(drawn, GOOD)[0] == 1
        assert chosen(drawn) == (0, ["0"], [])
        assert chosen(drawn, frame=OTHER)[0] == 0


def test_a_chart_with_nothing_behind_it_is_no_logo() -> None:
    image = chart()
    ink = ((image.cast("short") - 255).abs() > 20).bandor().cast("uchar")
    assert chosen(bytes(image.bandjoin(ink).pngsave_buffer())) == (0, ["0"], [])


@pytest.mark.parametrize("name", LOGOS)
def test_a_logo_is_never_taken(name: str) -> None:
    logo = LOGOS[name]()
    assert chosen(logo, GOOD) == (1, ["0", "1"], ["image_logo"])
    assert chosen(logo, frame=OTHER) == ("frame", ["0"], ["image_logo"])
    assert chosen(logo) == ("card", ["0"], ["image_logo", "image_card"])


@pytest.mark.parametrize("name", BLANKS)
def test_a_blank_picture_is_never_taken(name: str) -> None:
    assert chosen(stored(BLANKS[name])) == ("card", ["0"], ["image_blank", "image_card"])


@pytest.mark.parametrize("name", ["grey", "fog", "night", "studio", "sky", "two colours"])
def test_photographs_with_little_in_them_are_no_logos(name: str) -> None:
    subject = photograph(500, 720)
    odd = {
        "grey": lambda: photograph().colourspace("b-w"),
        "fog": lambda: photograph().linear(0.3, 150).cast("uchar"),
        "night": lambda: photograph().linear(0.3, 0).cast("uchar"),
        "studio": lambda: plain(WHITE).insert(subject, 400, 0),
        "sky": lambda: plain([250, 252, 255]).insert(photograph(1280, 220), 0, 500),
        "two colours": lambda: plain([0, 60, 200]).insert(subject, 100, 0),
    }
    assert chosen(stored(odd[name]()))[::2] == (0, [])


def test_the_larger_of_two_is_taken_and_the_earlier_of_equals() -> None:
    bad, small = stored(photograph().gaussblur(4)), stored(photograph().thumbnail_image(900))
    assert chosen(bad, small, GOOD)[0] == 2
    assert chosen(bad, OTHER, GOOD)[0] == 1


def test_no_more_is_fetched_than_can_change_the_choice() -> None:
    bad = LOGOS["masthead"]()
    assert chosen(bad, GOOD, OTHER, OTHER)[1] == ["0", "1"]
    assert len(chosen(bad, bad, bad, bad, GOOD, GOOD)[1]) == 4
    smaller = stored(photograph().thumbnail_image(900))
    sizes = (1280, 720), (900, 506), (700, 400), (640, 360)
    assert chosen(bad, smaller, GOOD, GOOD, said=sizes)[1] == ["0", "1"]


def test_what_is_said_to_be_an_icon_is_not_fetched() -> None:
    assert chosen(GOOD, GOOD, said=((32, 32), (1280, 720)))[1] == ["1"]
    assert chosen(b"", GOOD, b"", said=((120, 60), (1280, 720), (1, 1)))[1] == ["1"]
    assert chosen(GOOD, said=((32, 32),))[1] == ["0"], "with nothing else the markup may be wrong"


def test_sharpness_is_that_of_the_thumbnail() -> None:
    """A large picture that is a little soft is sharp once small; a small one blown up is not."""
    soft = photograph(3200, 1800).gaussblur(1).thumbnail_image(1280).copy_memory()
    assert pixels.look(soft).sharp
    assert not pixels.look(enlarged(4)).sharp
    background = photograph().gaussblur(20).copy_memory()
    assert pixels.look(background.insert(photograph(320, 480), 100, 200)).sharp, "a face before a soft ground"


@pytest.mark.parametrize("focus", [None, (0.2, 0.9)])
def test_noise_is_under_200_kb(focus: tuple[float, float] | None) -> None:
    bands = [pyvips.Image.gaussnoise(2000, 1500, mean=128, sigma=90, seed=seed) for seed in (1, 2, 3)]
    noise = bands[0].bandjoin(bands[1:]).cast("uchar").copy(interpretation="srgb")
    thumbnail(make(bytes(noise.jpegsave_buffer(Q=95)), focus))


# Heads


def portrait(head: tuple[float, float], size: tuple[int, int] = (1200, 900)) -> pyvips.Image:
    """Return a head above a body in colours that catch the eye, before a wall; places are fractions."""
    width, height = size
    at = pyvips.Image.xyz(width, height)
    x, y, radius = head[0] * width, head[1] * height, height / 10
    grain = pyvips.Image.gaussnoise(width, height, mean=100, sigma=6, seed=1)
    image = grain.bandjoin([grain, grain])
    body = (at[1] > y + radius * 1.4) & ((at[0] - x).abs() < radius * 2)
    image = body.ifthenelse([240, 200, 30], image)
    face = (((at[0] - x) / radius) ** 2 + ((at[1] - y) / (radius * 1.3)) ** 2) < 1
    return face.ifthenelse([140, 90, 60], image).cast("uchar").copy(interpretation="srgb")


def brown_share(image: pyvips.Image) -> float:
    """Return the share of a picture that is of the head's colour."""
    near = ((image.cast("short") - [140, 90, 60]).abs() < 30).bandand()
    return float(near.avg()) / 255


@pytest.mark.parametrize("across", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("down", [0.15, 0.3, 0.45])
@pytest.mark.parametrize("size", [(1200, 900), (1250, 1000), (1350, 900)])
def test_heads_are_not_cut(across: float, down: float, size: tuple[int, int]) -> None:
    image = portrait((across, down), size)
    whole = brown_share(image) * size[0] * size[1] * (WIDTH / size[0]) ** 2
    shown = brown_share(thumbnail(make(stored(image)))) * WIDTH * HEIGHT
    assert shown > whole * 0.97


def test_what_is_low_under_an_empty_sky_is_in_the_frame() -> None:
    ground = plain([120, 170, 230], 1200, 900).insert(photograph(1200, 250), 0, 650)
    image = thumbnail(make(stored(ground)))
    blue = ((image.cast("short") - [120, 170, 230]).abs() < 12).bandand().avg() / 255
    assert blue < 0.65


def test_focus_is_kept_whatever_stands_out() -> None:
    image = portrait((0.5, 0.2))
    low = thumbnail(make(stored(image), (0.5, 1.0)))
    assert brown_share(low) < brown_share(thumbnail(make(stored(image)))) * 0.8


def test_video_without_a_type_gives_no_frame() -> None:
    shelf = Shelf({})
    story = article(video=False)
    unprobed = story.__class__(id="a", title="T", videos=(Video("https://v.example.org/a"),))
    _, issues = illustrate(unprobed, shelf.fetch, lambda video: GOOD, shelf.put, BRAND)
    assert [issue.code for issue in issues] == ["image_card"]


def test_made_media_pictures_are_pictures() -> None:
    look = pixels.look(made_media.picture())
    assert (look.blank, look.logo, look.graphic, look.sharp) == (False, False, False, True)


def test_a_thumbnail_knows_what_it_was_made_of_and_which_part_of_that_it_shows() -> None:
    def made(*images: Image, data: bytes = b"", frame: bytes | None = None) -> Thumbnail:
        told = Article(images=images, videos=(Video("/media/film.mp4", type="MP4"),) if frame else ())
        shelf = Shelf({image.url: data for image in images})
        return illustrate(told, shelf.fetch, lambda video: frame, shelf.put, BRAND)[0]

    wide, square = stored(photograph(1600, 600)), stored(photograph(700, 700))
    cut = made(Image("wide", focus=(1.0, 0.5)), data=wide)
    assert cut.source == "wide"
    assert cut.crop == pytest.approx((1 / 3, 0, 2 / 3, 1), abs=0.01)
    whole = made(Image("square"), data=square)
    assert (whole.source, whole.crop) == ("square", None)
    assert made(frame=GOOD).source == "/media/film.mp4"
    assert made().source == ""
