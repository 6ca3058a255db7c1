"""Scenes on the water, and under it."""

import pyvips

from feedsvc.demo.paint import Canvas, Layer, clouds, draw, faded, grained, over, shade, soft, sprite
from feedsvc.demo.scenes.parts import beam, branching, flakes, glints, hills, lake, mirrored
from feedsvc.demo.shapes import circle, figure, glow, group, line, linear, polygon, rect

_BOXES = ("#c8503c", "#2f6f9f", "#e0a63a", "#3f7f62", "#ddd6c6", "#71466a", "#b8622f")


def strait(canvas: Canvas) -> list[Layer]:
    """Return merchant ships in a strait on a bright day."""
    c, wide, horizon = canvas, canvas.width * 1.1, canvas.height * 0.52
    sky = shade(c, wide, horizon, (0, "#2f76b5"), (0.6, "#8fc3e4"), (1, "#e9f4f4"))
    puffs = clouds(c, "#ffffff", "#b4cadb", 0.52, 260, wide, horizon * 0.9, (2, 1))
    coast = hills(c, 1, wide, horizon, 110, 0.52, "#8fa9b8", "#c3d6dc")
    coast += hills(c, 2, wide, horizon, 56, 0.5, "#4f7a75", "#86a79e")
    above = over(sky, puffs, draw(c, coast, wide, horizon))
    base = lake(c, above, (0, "#2c79a4", 0.55), (1, "#07354f", 0.92))
    return [
        Layer(grained(base), vx=-c.px(8)),
        glints(c, "#ffffff", horizon, 14, 0.24),
        Layer(_freighter(c, 0.42, 5), x=c.px(c.width * 0.72), y=c.px(c.height * 0.452), vx=-c.px(16)),
        Layer(
            _freighter(c, 1, 1),
            x=c.px(c.width * 0.1),
            y=c.px(c.height * 0.412),
            vx=c.px(34),
            bob=c.px(2),
            period=6,
        ),
    ]


def _freighter(c: Canvas, size: float, salt: int) -> pyvips.Image:
    random = c.random(salt + 80)
    boxes = "".join(
        rect(96 + column * 42, 150 - (row + 1) * 21, 39, 19, random.choice(_BOXES))
        for column in range(13)
        for row in range(random.choice((2, 3, 3, 4)))
    )
    ship = group(boxes, transform=f"scale({size})") + figure("freighter", size=size)
    return mirrored(c, draw(c, ship, 730 * size, 204 * size), 0.5)


def wind_farm(canvas: Canvas) -> list[Layer]:
    """Return turbines off a coast at sunrise, turning."""
    c, wide, horizon = canvas, canvas.width, canvas.height * 0.66
    sky = shade(c, wide, horizon, (0, "#3f6ea3"), (0.45, "#9fb8cf"), (0.8, "#fbd9b0"), (1, "#ffe9c8"))
    sun = glow(wide * 0.3, horizon - 40, 620, "#fff0cc", 1) + circle(wide * 0.3, horizon - 40, 46, "#fffbe9")
    puffs = clouds(c, "#fff3e2", "#a9b3c9", 0.44, 240, wide, horizon, (3.4, 1))
    above = over(sky, draw(c, sun, wide, horizon), puffs)
    base = lake(c, above, (0, "#4e86a8", 0.3), (1, "#0f3f5c", 0.85))
    places = ((0.12, 0.34), (0.24, 0.5), (0.4, 0.42), (0.53, 1.0), (0.66, 0.56), (0.76, 0.38), (0.88, 0.78))
    masts, rotors = "", []
    for number, (x, size) in enumerate(sorted(places, key=lambda place: place[1])):
        px, foot = wide * x, horizon + 30 * size
        hub, r = foot - 400 * size, 170 * size
        masts += _mast(px, hub, foot, size)
        # A full turn of a blade in a whole number of frames, each turbine at a speed of its own.
        speed = 120 * 25 / (24 + 3 * number)
        rotors.append(
            Layer(sprite(c, "rotor", r / 100), x=c.px(px - r), y=c.px(hub - r), spin=speed, symmetry=3)
        )
    return [
        Layer(grained(base)),
        glints(c, "#fff2d8", horizon, 12, 0.26, 0.7),
        Layer(draw(c, masts)),
        *rotors,
    ]


def _mast(x: float, top: float, foot: float, size: float) -> str:
    pole = polygon(
        [(x - 5 * size, top), (x + 5 * size, top), (x + 9 * size, foot), (x - 9 * size, foot)], "#f6f7f8"
    )
    pole += polygon([(x + 1, top), (x + 5 * size, top), (x + 9 * size, foot), (x + 2, foot)], "#c3cdd6")
    return pole + rect(x - 16 * size, foot - 12 * size, 32 * size, 16 * size, "#e3b23c")


def terminal(canvas: Canvas) -> list[Layer]:
    """Return a container port at work at first light."""
    c, w, h = canvas, canvas.width, canvas.height
    sky = shade(
        c, w, h, (0, "#22406b"), (0.4, "#6f8fae"), (0.66, "#f2c799"), (0.8, "#ffdfae"), (1, "#2a3547")
    )
    puffs = clouds(c, "#ffe2bd", "#56708f", 0.45, 260, w, h * 0.6, (3, 1))
    land = draw(c, hills(c, 1, w, h * 0.72, 70, 0.5, "#7f8ea0", "#c9b59c", h))
    random = c.random(3)
    boxes = linear("q", (0, "#141d2b", 0), (1, "#141d2b", 0.9)) + rect(0, h - 260, w, 260, "url(#q)")
    boxes += "".join(
        _box(x * 118 - 20, h - 10 - (row + 1) * 54, 112, 50, random.choice(_BOXES))
        for x in range(15)
        for row in range(random.choice((2, 2, 3, 4)))
    )
    places = ((0.14, 0.72, "#41597a"), (0.5, 0.78, "#3c5373"), (0.84, 1.05, "#23344f"))
    cranes = "".join(figure("crane", w * x, h * 0.86, size, steel=colour) for x, size, colour in places)
    ropes = line([(30, 0), (30, 190)], "#1d2a3d", 2) + line([(86, 0), (86, 190)], "#1d2a3d", 2)
    load = draw(c, ropes + _box(2, 190, 112, 48, "#c8503c"), 118, 240)
    return [
        Layer(grained(over(sky, puffs, land))),
        Layer(draw(c, cranes)),
        Layer(load, x=c.px(w * 0.62), y=c.px(h * 0.33), sway=c.px(90), bob=c.px(34), period=9),
        Layer(draw(c, boxes)),
    ]


def _box(x: float, y: float, wide: float, tall: float, colour: str) -> str:
    ribs = "".join(
        rect(x + 6 + i * (wide - 12) / 9, y + 4, 2, tall - 8, "#000", opacity=0.16) for i in range(10)
    )
    edges = rect(x, y, wide, 3, "#fff", opacity=0.25) + rect(x, y + tall - 3, wide, 3, "#000", opacity=0.25)
    return rect(x, y, wide, tall, colour) + ribs + edges


def rowing(canvas: Canvas) -> list[Layer]:
    """Return three eights side by side, seen from above."""
    c, w, h = canvas, canvas.width, canvas.height
    deep = shade(c, w * 1.2, h, (0, "#0f5f77"), (0.5, "#12758a"), (1, "#0b4c66"))
    ripples = clouds(c, "#3ba3ad", "#0d5870", 0.55, 120, w * 1.2, h, (1.6, 1), 1.6, level=True)
    buoys = "".join(
        circle(40 + x * 120, y, 8, "#ff6b3d" if x % 5 else "#ffe25a")
        + circle(38 + x * 120, y - 3, 3, "#fff", opacity=0.7)
        for x in range(17)
        for y in (h * 0.06, h * 0.36, h * 0.66, h * 0.96)
    )
    crews = (
        (0.05, 0.2, 26, 1.7, "#f4d35e", "#c8372d"),
        (0.2, 0.51, 14, 1.8, "#f2f5f7", "#22577a"),
        (-0.1, 0.81, 18, 1.75, "#7fb069", "#283d3b"),
    )
    boats = [
        Layer(
            sprite(c, "eight", hull=hull, shirt=shirt),
            x=c.px(w * x), y=c.px(h * y - 150), vx=c.px(speed), sway=c.px(16), period=stroke,
        )
        for x, y, speed, stroke, hull, shirt in crews
    ]  # fmt: skip
    water = grained(over(deep, faded(ripples, 0.75)), 1.6)
    return [Layer(water, vx=-c.px(24)), Layer(draw(c, buoys, 2060, h), vx=-c.px(30)), *boats]


def reef(canvas: Canvas) -> list[Layer]:
    """Return light that falls on a reef, and a shoal."""
    c, w, h = canvas, canvas.width, canvas.height
    water = shade(c, w, h, (0, "#7fe0e6"), (0.25, "#2fa9c4"), (0.6, "#0f5f8f"), (1, "#072a4f"))
    random = c.random(1)
    shafts = linear("r", (0, "#eaffff", 0.42), (1, "#bff5ff", 0))
    for x, wide in ((random.uniform(150, w + 250), random.uniform(30, 110)) for _ in range(9)):
        shafts += beam((x, x + wide), (x - 260 - wide, x + wide * 2.2 - 260), -20, h * 0.95, "url(#r)")
    light = soft(c, shafts)
    base = over(water, light, draw(c, hills(c, 2, w, h * 0.92, 230, 0.5, "#125a80", "#0a3158", h)))
    return [
        Layer(grained(base)),
        Layer(faded(light, 0.5), x=-c.px(80), vx=c.px(12)),
        Layer(_shoal(c, 5, (430, 180), 2.2, ("#0c3f66",)), x=c.px(w * 0.7), y=c.px(h * 0.14), vx=-c.px(24)),
        Layer(
            _shoal(c, 46, (450, 190), 1.1, ("#ffd35a", "#ffb84a", "#ffe9a0")),
            x=c.px(w * 0.06), y=c.px(h * 0.28), vx=c.px(52), bob=c.px(14), period=5,
        ),
        Layer(draw(c, _corals(c))),
        flakes(c, 60, "#e6ffff", 4, -40),
    ]  # fmt: skip


def _shoal(
    c: Canvas, count: int, middle: tuple[float, float], size: float, colours: tuple[str, ...]
) -> pyvips.Image:
    random = c.random(count)
    return draw(
        c,
        "".join(
            figure(
                "fish", random.gauss(middle[0], 170), random.gauss(middle[1], 62),
                random.uniform(0.5, 1) * size, scales=random.choice(colours),
            )
            for _ in range(count)
        ), 900, 380,
    )  # fmt: skip


def _corals(c: Canvas) -> str:
    w, h, random = c.width, c.height, c.random(4)
    colours = ("#ff7b6b", "#ffb35c", "#e85d9a", "#b06ad6", "#f3d06a", "#5fd0b0")
    grown = "".join(
        branching(
            random, random.uniform(0, w), h * random.uniform(0.93, 1.02), random.uniform(60, 190),
            random.choice(colours), 0.085, 0.16, 0.6,
        )
        for _ in range(28)
    )  # fmt: skip
    back = hills(c, 5, w, h, 130, 0.55, "#0d3c5c", "#051c35", h)
    return back + grown + hills(c, 6, w, h + 40, 90, 0.5, "#0a2c49", "#04152a", h + 60)
