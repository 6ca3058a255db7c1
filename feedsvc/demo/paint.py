"""What the demo newsroom paints with: shapes, gradients and noise, all drawn by libvips.

Every function returns an RGBA image, at `Canvas.scale` pixels a design unit, and the same one for the
same seed. Scenes are written in design units, 900 to the height of a landscape picture.
"""

from functools import lru_cache
from random import Random

import pyvips
from msgspec import Struct

from feedsvc.demo.shapes import Point, Stop, art, figure, linear, rect


class Canvas(Struct, frozen=True):
    """The size of a picture in design units, how many pixels one unit is, and its chance."""

    width: int = 1600
    height: int = 900
    scale: float = 1
    seed: int = 0

    def random(self, salt: int = 0) -> Random:
        """Return a source of chance of its own for every `salt`."""
        return Random(self.seed * 1009 + salt)  # noqa: S311

    def px(self, units: float) -> int:
        """Return `units` in whole pixels."""
        return round(units * self.scale)


class Layer(Struct, frozen=True):
    """An image and how it moves: pixels a second, sway and bob in pixels over `period` seconds.

    `wrap` is after how many pixels of travel (x, y) it is where it began, 0 for never. `spin` is in
    degrees a second about the middle, for an image that looks the same `symmetry` times in a turn. A
    layer with `enter` slides in at that second: from the left, from the right if it is negative.
    """

    image: pyvips.Image
    x: float = 0
    y: float = 0
    vx: float = 0
    vy: float = 0
    sway: float = 0
    bob: float = 0
    period: float = 5
    wrap: Point = (0, 0)
    spin: float = 0
    symmetry: int = 1
    enter: float = 0


def draw(canvas: Canvas, body: str, width: float | None = None, height: float | None = None) -> pyvips.Image:
    """Return the shapes as an image of `width` x `height` units, the canvas' own unless given."""
    w, h = width or canvas.width, height or canvas.height
    px, py = max(1, canvas.px(w)), max(1, canvas.px(h))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{px}" height="{py}" viewBox="0 0 {w} {h}" '
        f'preserveAspectRatio="none">{body}</svg>'
    )
    return pyvips.Image.svgload_buffer(svg.encode(), unlimited=True).copy_memory()


def shade(canvas: Canvas, width: float, height: float, *stops: Stop) -> pyvips.Image:
    """Return a gradient from top to bottom."""
    return draw(canvas, linear("f", *stops) + rect(0, 0, width, height, "url(#f)"), width, height)


def sprite(canvas: Canvas, name: str, size: float = 1, flip: bool = False, **colours: str) -> pyvips.Image:
    """Return a drawing of ``art/`` by itself, `size` times as large as it was drawn."""
    _, (left, top, width, height) = art(name)
    image = draw(
        canvas, figure(name, -left * size, -top * size, size, **colours), width * size, height * size
    )
    return image.flip("horizontal") if flip else image


# --- noise ---------------------------------------------------------------------------------------------


def fractal(
    width: int, height: int, cell: float, seed: int, octaves: int = 4, stretch: Point = (1, 1)
) -> pyvips.Image:
    """Return noise like that of nature, about -0.5 to 0.5; a `cell` is its largest feature in pixels."""
    # Large features are as smooth at half the size, for a quarter of the work.
    fine = 2 if cell > 48 else 1
    w, h = max(8, round(width / stretch[0] / fine)), max(8, round(height / stretch[1] / fine))
    total = pyvips.Image.black(w, h)
    for octave in range(octaves):
        size = max(2, round(cell / fine / 2**octave))
        total += pyvips.Image.perlin(w, h, cell_size=size, seed=seed + octave) * 0.5**octave
    # In memory at once: what is read twice would be computed twice.
    return total.resize(width / w, vscale=height / h, kernel="cubic").crop(0, 0, width, height).copy_memory()


def solid(like: pyvips.Image, colour: str, alpha: pyvips.Image | float = 255) -> pyvips.Image:
    """Return one colour as large as `like`, as opaque as `alpha`, 0 to 255."""
    plane = (like * 0)[0] if like.bands > 1 else like * 0
    opacity = alpha if isinstance(alpha, pyvips.Image) else plane + alpha
    return (plane + rgb(colour)).bandjoin(opacity).cast("uchar").copy(interpretation="srgb")


def rgb(colour: str) -> list[int]:
    """Return ``#rrggbb`` as three numbers."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def clouds(
    canvas: Canvas, light: str, dark: str, cover: float, cell: float, width: float, height: float,
    stretch: Point = (2, 1), firm: float = 2.6, *, level: bool = False,
) -> pyvips.Image:  # fmt: skip
    """Return clouds lit from above that thin out downwards, or a `level` bank of fog; `cover` 0 to 1."""
    w, h = canvas.px(width), canvas.px(height)
    noise = fractal(w, h, canvas.px(cell), canvas.seed * 31, 5, stretch)
    down = pyvips.Image.xyz(w, h)[1] / h
    fade = (down * (1 - down) * 4) ** 0.7 if level else 1 - down**3
    alpha = _clamp((noise + cover - 0.5) * firm) * fade * 255
    lit = _clamp((noise - noise.wrap(x=0, y=h - canvas.px(14))) * 2.4 + 0.5)
    tone = (lit * [a - b for a, b in zip(rgb(light), rgb(dark), strict=True)]) + rgb(dark)
    return tone.bandjoin(alpha).cast("uchar").copy(interpretation="srgb").copy_memory()


def _clamp(image: pyvips.Image) -> pyvips.Image:
    return (image > 0).ifthenelse((image < 1).ifthenelse(image, 1), 0)


def streaks(
    canvas: Canvas, colour: str, width: float, height: float, cover: float = 0.3, *,
    cell: float = 9, stretch: float = 9, salt: int = 0, strength: float = 1,
) -> pyvips.Image:  # fmt: skip
    """Return glints on water: flat, finer towards the horizon and fainter towards the bottom."""
    w, h = canvas.px(width), canvas.px(height)
    noise = fractal(w, h, canvas.px(cell), canvas.seed * 17 + salt, 2, (stretch, 1))
    grid = pyvips.Image.xyz(w, h)
    ramp = grid[1] / h
    # A plane seen at a slant: rows near the horizon are pressed together.
    bent = noise.mapim(grid[0].bandjoin((ramp**0.6) * (h - 1)))
    alpha = _clamp((bent + cover - 0.5) * 6) * 255 * strength * _clamp(1.1 - ramp)
    return solid(bent, colour, alpha).copy_memory()


def reflection(canvas: Canvas, above: pyvips.Image, height: float, strength: float = 14) -> pyvips.Image:
    """Return what water shows of the picture `above` it: upside down, broken by ripples."""
    h, w = canvas.px(height), above.width
    tall = above.flip("vertical").resize(1, vscale=max(1, h * 1.2 / above.height))
    grid = pyvips.Image.xyz(w, h)
    depth = grid[1] / h
    ripple = fractal(w, h, canvas.px(26), canvas.seed * 13, 3, (5, 1))
    x = grid[0] + ripple * (depth * 3 + 0.5) * strength * canvas.scale
    y = grid[1] + ripple * (depth * 4 + 1) * strength * 1.4 * canvas.scale
    place = (_clamp(x / w) * (w - 2)).bandjoin(_clamp(y / h) * (h - 2))
    return tall.mapim(place).copy(interpretation="srgb").copy_memory()


def soft(canvas: Canvas, body: str, width: float | None = None, height: float | None = None) -> pyvips.Image:
    """Return the shapes of `draw` far out of focus, at a fraction of the work."""
    w, h = width or canvas.width, height or canvas.height
    small = draw(Canvas(canvas.width, canvas.height, canvas.scale / 12), body, w, h).premultiply()
    large = small.resize(canvas.px(w) / small.width, vscale=canvas.px(h) / small.height, kernel="cubic")
    return large.unpremultiply().cast("uchar").copy(interpretation="srgb").copy_memory()


def blur(image: pyvips.Image, pixels: float) -> pyvips.Image:
    """Return the image out of focus."""
    return image.premultiply().gaussblur(max(0.3, pixels)).unpremultiply().cast("uchar").copy_memory()


def over(base: pyvips.Image, *layers: pyvips.Image | tuple[pyvips.Image, float, float]) -> pyvips.Image:
    """Return `layers` (at 0, 0, or with a place in pixels) laid over `base`."""
    placed = [layer if isinstance(layer, tuple) else (layer, 0, 0) for layer in layers]
    joined = base.composite(
        [image for image, _, _ in placed], "over",
        x=[round(x) for _, x, _ in placed], y=[round(y) for _, _, y in placed],
    )  # fmt: skip
    return joined.cast("uchar").copy_memory()


def faded(image: pyvips.Image, share: float) -> pyvips.Image:
    """Return the image more transparent."""
    return image[:3].bandjoin((image[3] * share).cast("uchar")).copy_memory()


def grained(image: pyvips.Image, sigma: float = 2.2) -> pyvips.Image:
    """Return the image with the grain of film: without it gradients show bands once they are encoded."""
    tile = _grain(sigma)
    noise = tile.replicate(-(-image.width // tile.width), -(-image.height // tile.height))
    grain = (image[:3] + noise.crop(0, 0, image.width, image.height)).cast("uchar")
    whole = grain.bandjoin(image[3]) if image.hasalpha() else grain
    return whole.copy(interpretation="srgb").copy_memory()


@lru_cache(maxsize=4)
def _grain(sigma: float) -> pyvips.Image:
    # One tile for all: noise over a whole picture takes as long as everything else in it.
    return pyvips.Image.gaussnoise(509, 509, sigma=sigma, mean=0, seed=1).copy_memory()


def vignette(image: pyvips.Image) -> pyvips.Image:
    """Return the image darker towards its corners."""
    return (image[:3] * _falloff(image.width, image.height)).cast("uchar").copy(interpretation="srgb")


@lru_cache(maxsize=4)
def _falloff(width: int, height: int) -> pyvips.Image:
    grid = pyvips.Image.xyz(width, height)
    x, y = grid[0] / width - 0.5, grid[1] / height - 0.5
    return (1 - (x * x + y * y) ** 1.2 * 0.7).copy_memory()
