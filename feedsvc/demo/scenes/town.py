"""Scenes in town."""

from math import cos, pi, sin
from random import Random

from feedsvc.demo.paint import Canvas, Layer, clouds, draw, faded, grained, over, shade, soft, sprite
from feedsvc.demo.scenes.parts import (
    beam,
    bokeh,
    flakes,
    glints,
    hills,
    lake,
    lamp,
    mirrored,
    towers,
    tree,
    windows,
)  # fmt: skip
from feedsvc.demo.shapes import (
    circle,
    ellipse,
    figure,
    glow,
    group,
    line,
    linear,
    path,
    polygon,
    radial,
    rect,
    ridge,
)  # fmt: skip


def tram(canvas: Canvas) -> list[Layer]:
    """Return a tram that comes down a wet street at night."""
    c, w, h = canvas, canvas.width, canvas.height
    wide, kerb = w * 1.1, h * 0.74
    sky = shade(c, wide, kerb, (0, "#0e1638"), (0.6, "#29346b"), (1, "#8a5a78"))
    street = towers(c.random(3), wide, kerb, 560, "#202a5a", "#ffd58c", 0.12) + _row_of_shops(c, wide, kerb)
    base = lake(c, over(sky, draw(c, street, wide, kerb)), (0, "#151a38", 0.55), (1, "#090c1e", 0.86), 9)
    rails = "".join(line([(0, h * y), (wide, h * y)], "#8f98bf", 3, opacity=0.55) for y in (0.812, 0.845))
    lamps = "".join(lamp(60 + i * 330, h * 0.86, 360, "#0c1026", "#ffd894", 130) for i in range(8))
    colours = ("#ffcf7d", "#ff8f6b", "#8fd0ff", "#ffe9bf")
    lights = draw(c, bokeh(c, colours, 16, w * 1.5, h * 0.72, h * 1.02, 60), w * 1.5)
    car = mirrored(c, sprite(c, "tram"), 0.5)
    return [
        Layer(grained(over(base, draw(c, rails, wide))), vx=-c.px(10)),
        Layer(car, x=-c.px(200), y=c.px(h * 0.845 - 236), vx=c.px(95)),
        Layer(draw(c, lamps, w * 1.6), vx=-c.px(26)),
        Layer(faded(lights, 0.6), vx=-c.px(48)),
    ]


def _row_of_shops(c: Canvas, width: float, kerb: float) -> str:
    random, houses, x = c.random(1), "", -30.0
    while x < width:
        wide, tall = random.uniform(110, 190), random.uniform(250, 500)
        wall = random.choice(("#2b2f57", "#342c56", "#25365c", "#3b2f4e", "#20294d"))
        shop = random.choice(("#ffcf7d", "#ff9e6b", "#7fd6d0", "#ffe6b0", "#e88ac0"))
        awning = [
            (x + 4, kerb - 84),
            (x + wide - 4, kerb - 84),
            (x + wide + 2, kerb - 62),
            (x - 2, kerb - 62),
        ]
        houses += rect(x, kerb - tall, wide, tall, wall) + rect(
            x - 4, kerb - tall - 10, wide + 8, 12, "#181d3c"
        )
        houses += windows(random, x + 6, kerb - tall + 16, wide - 10, tall - 120, "#ffd58c", 0.42, 2.5)
        houses += rect(x + 12, kerb - 84, wide - 24, 70, shop, opacity=0.85) + polygon(awning, "#a3404f")
        x += wide + 2
    return houses


def market_hall(canvas: Canvas) -> list[Layer]:
    """Return an iron and glass hall in the morning, with the light falling in."""
    c, w, h = canvas, canvas.width, canvas.height
    x, y = w / 2, h * 0.6
    dark = shade(c, w, h, (0, "#234a52"), (1, "#16333a"))
    air = radial("d", (0, "#fffbe8"), (0.35, "#cfe6e2"), (0.75, "#5d8f93"), (1, "#234a52"))
    hall = air + circle(x, y - 60, w * 0.68, "url(#d)")
    for depth in range(9, 0, -1):
        r = 91 * 1.28**depth
        arch = f"M{x - r} {y + r * 0.34} V{y} A{r} {r} 0 0 1 {x + r} {y} V{y + r * 0.34}"
        hall += path(arch, "none", stroke="#1d3f45", stroke_width=2 + depth * 1.7)
    for angle in (pi * k / 16 for k in range(17)):
        dx, dy = cos(angle), sin(angle)
        hall += line([(x + dx * 118, y - dy * 118), (x + dx * w, y - dy * w)], "#1d3f45", 3.4)
    floor = [(x - 100, y + 40), (x + 100, y + 40), (w * 1.15, h), (-w * 0.15, h)]
    hall += linear("fl", (0, "#e6d9b8"), (1, "#54584a")) + polygon(floor, "url(#fl)")
    for k in range(-5, 6):
        hall += line([(x + k * 20, y + 40), (x + k * 240, h + 20)], "#8b8468", 2, opacity=0.5)
    rays = linear("ry", (0, "#fffbe0", 0.6), (1, "#fffbe0", 0))
    for k in (-500, -180, 140, 480, 800):
        rays += beam((x + k, x + k + 100), (x + k - 480, x + k - 240), -10, h, "url(#ry)")
    return [
        Layer(grained(over(dark, draw(c, hall + _stalls(x, y))))),
        Layer(faded(soft(c, rays), 0.6), x=-c.px(60), vx=c.px(16)),
        flakes(c, 70, "#fff6cf", 3.2, 26),
    ]


def _stalls(x: float, y: float) -> str:
    stalls, goods = "", ("#e98a6b", "#b9cfd6", "#8fb3bf", "#f0c27a")
    for depth in range(7):
        s = 0.3 * 1.36**depth
        for side in (-1, 1):
            roof = ("#d9533f", "#2f7f8f", "#e8b04a", "#5f8f52")[(depth + (side > 0)) % 4]
            stall = rect(-95, -60, 190, 66, "#3a3a34") + rect(-98, -62, 196, 14, "#c9d8da")
            stall += "".join(ellipse(-80 + i * 32, -66, 17, 8, goods[i % 4]) for i in range(6))
            stall += polygon([(-112, -150), (112, -150), (128, -118), (-128, -118)], roof)
            stall += "".join(rect(-100 + i * 48, -150, 22, 32, "#fff", opacity=0.6) for i in range(5))
            sx, sy = x + side * (150 + 560 * s) * 0.62, y + 52 + 128 * s
            stalls += group(stall, transform=f"translate({sx:.1f} {sy:.1f}) scale({s:.3f})")
    return stalls


def park(canvas: Canvas) -> list[Layer]:
    """Return a new park on the waterfront, and the city behind it."""
    c, w, h = canvas, canvas.width, canvas.height
    wide, shore = w * 1.1, h * 0.55
    sky = shade(c, wide, shore, (0, "#3f8fd0"), (0.7, "#a9d6ee"), (1, "#eaf6f2"))
    puffs = clouds(c, "#ffffff", "#bfd6e6", 0.5, 240, wide, shore * 0.95, (2, 1))
    city = towers(c.random(1), wide, shore, 260, "#9cb8cc", "#e8f3f8", 0.3)
    city += towers(c.random(2), wide, shore, 150, "#7d9db5", "#dcebf2", 0.3)
    base = lake(
        c, over(sky, puffs, draw(c, city, wide, shore)), (0, "#3b86ad", 0.35), (1, "#1f6288", 0.8), 12
    )
    boat = mirrored(c, sprite(c, "sailing-boat"), 0.5)
    return [
        Layer(grained(base), vx=-c.px(6)),
        Layer(boat, x=c.px(w * 0.62), y=c.px(h * 0.5), vx=-c.px(14), bob=c.px(2)),
        Layer(draw(c, _lawn(c, wide), wide), vx=-c.px(14)),
        Layer(sprite(c, "kite"), x=c.px(w * 0.7), y=c.px(h * 0.12), sway=c.px(40), bob=c.px(26), period=5),
    ]


def _lawn(c: Canvas, wide: float) -> str:
    w, h, random = c.width, c.height, c.random(5)
    way = (
        f"M{w * 0.3} {h} Q{w * 0.5} {h * 0.82} {w * 0.36} {h * 0.76} T{w * 0.62} {h * 0.69} "
        f"L{w * 0.66} {h * 0.69} Q{w * 0.44} {h * 0.77} {w * 0.6} {h * 0.84} T{w * 0.66} {h} Z"
    )
    lawn = hills(c, 7, wide, h * 0.72, 46, 0.4, "#8cc26a", "#4f9152", h) + path(way, "#ead9b0")
    leaves = ("#3f8a4c", "#5aa352", "#2f7a4a", "#77b255")
    for k, x in enumerate(sorted(random.uniform(0, wide) for _ in range(13))):
        if abs(x - w * 0.5) > 150:
            lawn += tree(
                random, x, h * 0.74 + (k % 3) * 26, random.uniform(130, 210), random.choice(leaves), "#5d4431"
            )
    coats = ("#d9533f", "#f2c14e", "#31507d", "#efe7da", "#7a3e6d")
    for _ in range(11):
        x, y = random.uniform(w * 0.36, w * 0.62), random.uniform(h * 0.76, h * 0.93)
        lawn += figure("walker", x, y, random.uniform(0.9, 1.5), coat=random.choice(coats))
    for k, x in enumerate((-10, wide * 0.98)):
        lawn += tree(c.random(40 + k), x, h + 40, 420, "#2a6a41", "#3f2f22")
    return lawn


def shopfronts(canvas: Canvas) -> list[Layer]:
    """Return a bakery's lit window on a blue evening, with the street's lights out of focus."""
    c, w, h = canvas, canvas.width, canvas.height
    wall = shade(c, w, h, (0, "#1b2445"), (0.7, "#27315c"), (1, "#121831"))
    x, y, wide, tall = w * 0.18, h * 0.24, w * 0.5, h * 0.52
    shop = rect(x - 40, y - 90, wide + 380, tall + 210, "#2f5148") + rect(
        x - 40, y - 96, wide + 380, 64, "#24413a"
    )
    shop += radial("wm", (0, "#fff0c2"), (0.6, "#ffc66d"), (1, "#c97a35")) + rect(
        x, y, wide, tall, "url(#wm)"
    )
    shop += _loaves(c.random(2), x, y, wide, tall) + figure("baker", x + wide * 0.5, y + tall * 0.56)
    shop += "".join(rect(x + wide * k - 4, y, 8, tall, "#24413a") for k in (0, 0.333, 0.667, 1))
    door = x + wide + 60
    shop += rect(door, y - 10, 210, tall + 120, "#3a6357") + rect(
        door + 22, y + 14, 166, tall * 0.62, "#ffd48a"
    )
    shop += circle(door + 186, y + tall * 0.8, 8, "#f0d9a0")
    for i in range(19):
        left, low = x - 40 + i * 62, x - 46 + i * 64
        colour = "#d9523d" if i % 2 else "#f8efdf"
        shop += polygon([(left, y - 34), (left + 62, y - 34), (low + 64, y + 44), (low, y + 44)], colour)
        shop += circle(low + 32, y + 44, 32, colour)
    shop += rect(0, h * 0.84, w, h * 0.16, "#151a30") + rect(0, h * 0.84, w, 8, "#394067")
    shop += ellipse(x + wide / 2, h * 0.9, wide * 0.62, 54, "#ffbf66", opacity=0.3)
    shop += glow(x + wide / 2, y + tall / 2, wide * 0.95, "#ffb65a", 0.5)
    lights = ("#ffcf7d", "#ff8f5c", "#8fc7ff", "#ffe9bf", "#ff6b6b")
    far = draw(c, bokeh(c, lights, 26, w * 1.5, h * 0.1, h * 1.05, 92), w * 1.5)
    near = draw(c, bokeh(c, lights[:3], 9, w * 1.6, h * 0.4, h * 1.1, 150, 1), w * 1.6)
    return [
        Layer(grained(over(wall, draw(c, shop)))),
        Layer(faded(far, 0.5), vx=-c.px(22)),
        Layer(faded(near, 0.42), vx=-c.px(52)),
    ]


def _loaves(random: Random, x: float, y: float, wide: float, tall: float) -> str:
    shelves = ""
    for k in (0.3, 0.6, 0.9):
        shelves += rect(x, y + tall * k, wide, 9, "#6d4526")
        for i in range(13):
            bread = _loaf(random.choice("oovl"), random.choice(("#b8692b", "#9c5220", "#d08a42", "#c47a36")))
            shelves += group(
                bread, transform=f"translate({x + 34 + i * (wide - 60) / 12.4:.1f} {y + tall * k:.1f})"
            )
    return shelves


def _loaf(kind: str, crust: str) -> str:
    if kind == "o":
        cuts = line([(-14, -34), (6, -42)], "#f1cf98", 4) + line([(-6, -22), (16, -32)], "#f1cf98", 4)
        return ellipse(0, -24, 29, 24, crust) + cuts
    if kind == "v":
        sticks = (
            group(ellipse(0, -40, 8, 42, crust), transform=f"translate({d}) rotate({d})")
            for d in (-12, 0, 12)
        )
        return "".join(sticks)
    return path("M-28 0 v-26 q0 -16 14 -16 h28 q14 0 14 16 v26 Z", crust)


def white_town(canvas: Canvas) -> list[Layer]:
    """Return a white town above a small harbour, and a ship that calls."""
    c, wide, horizon = canvas, canvas.width * 1.08, canvas.height * 0.64
    sky = shade(c, wide, horizon, (0, "#2b6ca8"), (0.5, "#86bcd8"), (0.85, "#fbe3bd"), (1, "#ffefd2"))
    puffs = clouds(c, "#fff7e8", "#bfcddb", 0.42, 240, wide, horizon * 0.8, (3, 1))
    random, slope = c.random(2), ridge(c.random(9), wide, horizon - 20, 230, 0.4)
    town = hills(c, 3, wide, horizon, 300, 0.42, "#c9a67e", "#b58a63")
    places = ((random.choice(slope), random.random()) for _ in range(120))
    for (x, top), up in sorted(places, key=lambda place: -place[1]):
        town += _house(random, x, horizon - (horizon - top) * up, 0.7 + (1 - up) * 0.7)
    town += figure("minaret", wide * 0.3, min(slope, key=lambda p: abs(p[0] - wide * 0.3))[1] + 40)
    town += rect(0, horizon - 14, wide, 16, "#d8c4a0") + rect(0, horizon - 14, wide, 4, "#efe0c2")
    above = over(sky, puffs, draw(c, town, wide, horizon))
    base = lake(c, above, (0, "#2f93a8", 0.3), (1, "#0b4f70", 0.85))
    ship = mirrored(c, sprite(c, "library-ship"), 0.55)
    return [
        Layer(grained(base), vx=-c.px(8)),
        glints(c, "#ffffff", horizon, 12, 0.24, 0.55),
        Layer(ship, x=c.px(c.width * 0.38), y=c.px(c.height * 0.46), vx=c.px(18), bob=c.px(3), period=5),
    ]


def _house(random: Random, x: float, y: float, s: float) -> str:
    w, h = random.uniform(44, 74) * s, random.uniform(40, 70) * s
    wall = random.choice(("#fffaf0", "#fbf1de", "#f5e6cd", "#fdf5e6", "#f2dcc0"))
    shapes = rect(x, y - h, w, h, wall) + rect(x + w * 0.66, y - h, w * 0.34, h, "#c9b496", opacity=0.5)
    if random.random() < 0.22:
        dome = f"M{x + w * 0.12} {y - h} a{w * 0.38} {w * 0.38} 0 0 1 {w * 0.76} 0 Z"
        shapes += path(dome, random.choice(("#3f7fa8", "#fdf8ee", "#4f8f9a")))
    door = random.choice(("#2f6f9a", "#3f8a9a", "#8a4a3a", "#2b5a7a"))
    panes = (rect(x + w * (0.16 + 0.26 * k), y - h * 0.72, w * 0.13, h * 0.26, door) for k in range(3))
    return shapes + "".join(panes) + rect(x + w * 0.3, y - h * 0.3, w * 0.18, h * 0.3, door)
