"""What several scenes are made of."""

from math import cos, pi, sin
from random import Random

import pyvips

from feedsvc.demo.paint import Canvas, Layer, blur, draw, over, reflection, shade, solid, streaks
from feedsvc.demo.shapes import (
    Stop,
    circle,
    ellipse,
    glow,
    ground,
    line,
    linear,
    polygon,
    radial,
    rect,
    ridge,
)  # fmt: skip


def towers(
    random: Random, width: float, base: float, tallest: float, colour: str, lit: str, share: float = 0.3
) -> str:
    """Return a city's skyline with a `share` of its windows lit."""
    shapes, x = [], -20.0
    while x < width:
        wide = random.uniform(36, 92)
        centre = 1 - abs((x / width) - 0.55) * 1.1
        tall = max(40.0, random.uniform(0.25, 1) ** 1.5 * tallest * centre)
        shapes.append(rect(x, base - tall, wide, tall, colour))
        if random.random() < 0.25:
            shapes.append(rect(x + wide * 0.2, base - tall - 16, wide * 0.6, 18, colour))
        if random.random() < 0.18 and tall > tallest * 0.4:
            shapes.append(rect(x + wide / 2 - 1.5, base - tall - 54, 3, 56, colour))
        shapes.append(windows(random, x, base - tall, wide, tall, lit, share))
        x += wide + random.uniform(-8, 14)
    return "".join(shapes)


def windows(
    random: Random, x: float, y: float, wide: float, tall: float, lit: str, share: float, size: float = 1
) -> str:
    """Return the lit windows of one building."""
    across, down = 10 * size, 13 * size
    return "".join(
        rect(
            x + 7 * size + column * across, y + 10 * size + row * down, 5 * size, 6 * size, lit,
            opacity=round(random.uniform(0.35, 1), 2),
        )
        for column in range(int((wide - 10 * size) / across))
        for row in range(int((tall - 16 * size) / down))
        if random.random() < share
    )  # fmt: skip


def hills(
    canvas: Canvas, salt: int, width: float, base: float, rise: float, rough: float, top: str, foot: str,
    bottom: float | None = None,
) -> str:  # fmt: skip
    """Return a range of hills, hazier towards the `foot`."""
    points = ridge(canvas.random(salt), width, base, rise, rough)
    return linear(f"h{salt}", (0, top), (1, foot)) + polygon(
        ground(points, bottom or base + 4), f"url(#h{salt})"
    )


def lake(canvas: Canvas, above: pyvips.Image, top: Stop, bottom: Stop, strength: float = 14) -> pyvips.Image:
    """Return `above` with the water that mirrors it, down to the bottom of the picture."""
    deep = canvas.height - above.height / canvas.scale
    water = reflection(canvas, above, deep, strength)
    tint = shade(canvas, above.width / canvas.scale, deep, top, bottom)
    wet = over(water, tint).crop(0, 0, water.width, water.height)
    return above.join(wet, "vertical", expand=True).copy_memory()


def glints(
    canvas: Canvas, colour: str, horizon: float, speed: float, cover: float = 0.26, strength: float = 0.6
) -> Layer:
    """Return the light on moving water, from the `horizon` down."""
    image = streaks(
        canvas, colour, canvas.width * 1.3, canvas.height - horizon, cover, salt=1, strength=strength
    )
    return Layer(image, x=-canvas.px(canvas.width * 0.15), y=canvas.px(horizon), vx=canvas.px(speed))


def mirrored(canvas: Canvas, floating: pyvips.Image, strength: float = 0.5) -> pyvips.Image:
    """Return a sprite that floats: itself, and below it the same upside down, fading."""
    dry = floating
    wet = blur(dry.flip("vertical").resize(1, vscale=0.7), canvas.scale * 2.5)
    fall = pyvips.Image.xyz(wet.width, wet.height)[1] / -wet.height + 1
    wet = wet[:3].bandjoin(wet[3] * fall * strength).cast("uchar").copy(interpretation="srgb")
    return over(clear(dry.width, dry.height + wet.height), (wet, 0, dry.height), (dry, 0, 0))


def clear(width: int, height: int) -> pyvips.Image:
    """Return nothing, as large as that."""
    return solid(pyvips.Image.black(width, height), "#000000", 0).copy_memory()


def stars(random: Random, width: float, height: float, count: int) -> str:
    """Return a clear night sky."""
    return "".join(
        circle(
            random.uniform(0, width), random.uniform(0, height), random.uniform(0.6, 1.9) ** 1.3, "#ffffff",
            opacity=round(random.uniform(0.2, 1), 2),
        )
        for _ in range(count)
    )  # fmt: skip


def flakes(canvas: Canvas, count: int, colour: str, size: float, speed: float, sway: float = 0) -> Layer:
    """Return snow, dust or bubbles that fall, or rise, for ever."""
    random = canvas.random(50 + count)
    spots = "".join(
        circle(
            random.uniform(0, canvas.width), random.uniform(6, canvas.height - 6),
            random.uniform(0.4, 1) * size, colour, opacity=round(random.uniform(0.25, 0.95), 2),
        )
        for _ in range(count)
    )  # fmt: skip
    return _endless(canvas, spots, speed, sway)


def rain(canvas: Canvas, count: int, colour: str = "#dfe9f5") -> Layer:
    """Return falling rain."""
    random, drops = canvas.random(60), []
    for _ in range(count):
        x, y, long = (
            random.uniform(0, canvas.width),
            random.uniform(0, canvas.height - 60),
            random.uniform(24, 56),
        )
        drop = [(x, y), (x + 1.8, y), (x - long * 0.24, y + long)]
        drops.append(polygon(drop, colour, opacity=round(random.uniform(0.2, 0.6), 2)))
    return _endless(canvas, "".join(drops), 900, 0)


def _endless(canvas: Canvas, body: str, speed: float, sway: float) -> Layer:
    # Two equal halves, one above the other: after one height of travel it looks as it did at first.
    tile, h = draw(canvas, body), canvas.px(canvas.height)
    return Layer(
        tile.join(tile, "vertical").copy_memory(), y=-h, vy=speed * canvas.scale,
        sway=sway * canvas.scale, period=6, wrap=(0, h),
    )  # fmt: skip


def bokeh(
    canvas: Canvas, colours: tuple[str, ...], count: int, width: float, top: float, bottom: float,
    size: float, salt: int = 0,
) -> str:  # fmt: skip
    """Return lights out of focus: discs with a bright rim."""
    random, shapes = canvas.random(70 + salt), []
    for number in range(count):
        name, colour = f"b{salt}_{number}", random.choice(colours)
        r, light = random.uniform(0.35, 1) * size, random.uniform(0.25, 0.75)
        rim = ((0, colour, light * 0.65), (0.86, colour, light * 0.8), (0.95, colour, light), (1, colour, 0))
        x, y = random.uniform(0, width), random.triangular(top, bottom)
        shapes.append(radial(name, *rim) + circle(x, y, r, f"url(#{name})"))
    return "".join(shapes)


def crowd(random: Random, width: float, base: float, size: float, colour: str) -> str:
    """Return people seen from behind: heads and shoulders."""
    shapes, x = [], -size
    while x < width + size:
        r, y = size * random.uniform(0.3, 0.36), base + random.uniform(-0.25, 0.2) * size
        shapes += [circle(x, y, r, colour), ellipse(x, y + r * 2.6, r * 1.9, r * 1.7, colour)]
        x += size * random.uniform(0.75, 1.15)
    return "".join(shapes) + rect(-size, base + size * 0.9, width + 2 * size, size * 4, colour)


def pine(x: float, base: float, tall: float, colour: str) -> str:
    """Return a fir."""
    tiers = []
    for k in range(3):
        half, foot = tall * 0.2 * (0.45 + k * 0.28), base - tall * (0.52 - k * 0.24)
        tiers.append(polygon([(x, base - tall * (1 - k * 0.24)), (x - half, foot), (x + half, foot)], colour))
    return "".join(tiers) + rect(x - tall * 0.02, base - tall * 0.06, tall * 0.04, tall * 0.08, colour)


def tree(random: Random, x: float, base: float, tall: float, leaf: str, trunk: str) -> str:
    """Return a tree in leaf."""
    crown = ""
    for a in (k * pi / 4 for k in range(8)):
        out = tall * 0.2 * random.uniform(0.5, 1.1)
        r = tall * random.uniform(0.14, 0.2)
        crown += circle(x + cos(a) * out, base - tall * 0.68 + sin(a) * tall * 0.19, r, leaf)
    return rect(x - tall * 0.025, base - tall * 0.5, tall * 0.05, tall * 0.5, trunk) + crown


def branching(
    random: Random, x: float, base: float, tall: float, colour: str, thick: float, least: float, spread: float
) -> str:
    """Return a bare tree, or a coral: arms that fork until they are shorter than `least` of its height."""
    arms, shapes = [(x, base, -pi / 2, tall * 0.38, tall * thick)], []
    while arms:
        ax, ay, angle, long, wide = arms.pop()
        bx, by = ax + cos(angle) * long, ay + sin(angle) * long
        shapes.append(line([(ax, ay), (bx, by)], colour, wide))
        if long > tall * least:
            for turn in (-1, 1):
                bent = angle + turn * random.uniform(0.2, spread)
                arms.append((bx, by, bent, long * random.uniform(0.66, 0.82), wide * 0.7))
    return "".join(shapes)


def lamp(x: float, base: float, tall: float, colour: str, light: str, reach: float = 90) -> str:
    """Return a street lamp and its light."""
    post = rect(x - 2.5, base - tall, 5, tall, colour) + rect(x - 2.5, base - tall, 26, 4, colour)
    return (
        post
        + glow(x + 24, base - tall + 8, reach, light, 0.9)
        + ellipse(x + 24, base - tall + 6, 9, 4, "#fffbe8")
    )


def beam(top: tuple[float, float], foot: tuple[float, float], y: float, h: float, fill: str) -> str:
    """Return a shaft of light between two pairs of x, from `y` down to `h`."""
    return polygon([(top[0], y), (top[1], y), (foot[1], h), (foot[0], h)], fill)


def swell(random: Random, wide: float) -> list[tuple[float, float]]:
    """Return the crest of a wave about 60 units down."""
    a, b, p, q = random.uniform(16, 28), random.uniform(7, 13), random.uniform(0, 6), random.uniform(0, 6)
    xs = range(0, int(wide) + 12, 12)
    return [(x, 60 + a * sin(x / 130 + p) + b * sin(x / 47 + q) + 4 * sin(x / 17)) for x in xs]
