"""Scenes on the shore: the harbour and what stands around it."""

import itertools
from math import pi, sin

import pyvips

from feedsvc.demo.paint import Canvas, Layer, clouds, draw, faded, grained, over, shade, soft, sprite
from feedsvc.demo.scenes.parts import (
    bokeh,
    glints,
    hills,
    lake,
    lamp,
    mirrored,
    rain,
    stars,
    swell,
    towers,
)  # fmt: skip
from feedsvc.demo.shapes import (
    circle,
    figure,
    glow,
    ground,
    line,
    linear,
    path,
    polygon,
    rect,
    ridge,
)  # fmt: skip


def harbour(canvas: Canvas) -> list[Layer]:
    """Return a ferry that crosses the harbour at dusk."""
    c, wide, horizon = canvas, canvas.width * 1.1, canvas.height * 0.6
    dusk = ((0, "#16224a"), (0.35, "#4b3c74"), (0.68, "#c4627a"), (0.88, "#f79a6b"), (1, "#ffd596"))
    sky = shade(c, wide, horizon, *dusk)
    puffs = clouds(c, "#ffb98f", "#5d4478", 0.46, 300, wide, horizon * 0.92, (3, 1))
    city = glow(wide * 0.4, horizon + 10, 560, "#ffe0b0", 0.9)
    city += hills(c, 1, wide, horizon, 120, 0.5, "#6d4a78", "#c9717a")
    city += towers(c.random(2), wide, horizon, 210, "#4a3a66", "#ffd58a", 0.18)
    city += towers(c.random(3), wide, horizon, 130, "#2a2649", "#ffe2a6", 0.3)
    base = lake(c, over(sky, puffs, draw(c, city, wide, horizon)), (0, "#241d45", 0.1), (1, "#0c1330", 0.8))
    ferry = mirrored(c, sprite(c, "ferry"), 0.6)
    return [
        Layer(grained(base), vx=-c.px(9)),
        glints(c, "#ffcf95", horizon, 12),
        Layer(ferry, x=c.px(c.width * 0.1), y=c.px(c.height * 0.485), vx=c.px(46), bob=c.px(3), period=4),
    ]


def lighthouse(canvas: Canvas) -> list[Layer]:
    """Return a lighthouse on its rock at nightfall, and a boat that passes."""
    c, w, h = canvas, canvas.width, canvas.height
    horizon, x, foot, size = h * 0.72, w * 0.52, h * 0.7, h / 900
    sky = shade(c, w, horizon, (0, "#0d1b3e"), (0.5, "#2c4a7c"), (0.85, "#d98f86"), (1, "#ffcfa0"))
    puffs = clouds(c, "#e9a79a", "#26375f", 0.44, 320, w, horizon, (3, 1))
    above = over(sky, draw(c, stars(c.random(1), w, h * 0.42, 110), w, horizon), puffs)
    base = lake(c, above, (0, "#14264d", 0.25), (1, "#081129", 0.85))
    island = draw(c, _rock(c, x, foot) + figure("lighthouse", x, foot, size))
    light = linear("a", (0, "#fff3c4", 0), (0.5, "#fff3c4", 0.75), (1, "#fff3c4", 0), across=True)
    rays = [(0, 4), (0, 136), (750, 74), (1500, 136), (1500, 4), (750, 66)]
    lamp_y = foot - 442 * size
    return [
        Layer(grained(base)),
        glints(c, "#ffd9b0", horizon, 10),
        Layer(_night_boat(c), x=c.px(w * 0.86), y=c.px(horizon - 12), vx=-c.px(22), bob=c.px(2), period=4),
        Layer(draw(c, light + polygon(rays, "url(#a)"), 1500, 140), x=c.px(x - 750), y=c.px(lamp_y - 70)),
        Layer(island),
    ]


def _rock(c: Canvas, x: float, foot: float) -> str:
    """Return the island: steep at its sides, level where the tower stands."""
    shapes = ""
    for salt, reach, drop, colour in ((4, 430, 0, "#18203f"), (5, 560, 66, "#0d1430")):
        jags = ridge(c.random(salt), 1000, 0, 36, 0.62)
        outline = [
            (x + (px / 1000 - 0.46) * 2 * reach, foot + drop + 26 + py + (abs(px - 480) / 480) ** 3 * 260)
            for px, py in jags
        ]
        shapes += polygon(ground(outline, c.height * 1.4), colour)
        if salt == 4:
            shapes += polygon(
                [(x - 92, foot + 40), (x - 60, foot - 3), (x + 172, foot - 3), (x + 214, foot + 46)], colour
            )
    return shapes


def _night_boat(c: Canvas) -> pyvips.Image:
    hull = path("M4 34 h104 l14 -12 l-8 26 h-100 Z", "#0b1128") + rect(30, 16, 40, 20, "#1a2346")
    lights = rect(36, 21, 8, 8, "#ffe3a0") + rect(52, 21, 8, 8, "#ffe3a0") + glow(50, 8, 26, "#ff7a5a", 0.9)
    return mirrored(c, draw(c, hull + lights, 124, 48), 0.6)


def storm(canvas: Canvas) -> list[Layer]:
    """Return heavy seas against a harbour wall under rain."""
    c, w, h = canvas, canvas.width, canvas.height
    sky = shade(c, w * 1.1, h, (0, "#1c2733"), (0.35, "#46596a"), (0.62, "#b9c4c2"), (1, "#3b4d59"))
    gloom = clouds(c, "#93a2ad", "#17212c", 0.66, 420, w * 1.1, h * 0.64, (2, 1))
    gap = soft(c, glow(w * 0.3, h * 0.58, 560, "#f3efe0", 0.8), w * 1.1)
    seas = [
        Layer(
            _wave(c, k, *colours),
            x=-c.px(300),
            y=c.px(h * y),
            vx=c.px(vx),
            bob=c.px(16 + 5 * k),
            period=5.5 - k / 2,
        )
        for k, (colours, y, vx) in enumerate(
            (
                (("#6b8591", "#c9d4d6"), 0.54, 10),
                (("#4a6775", "#dbe4e5"), 0.62, -12),
                (("#324e5c", "#e6eeee"), 0.71, 16),
                (("#1d3744", "#f2f6f6"), 0.84, -20),
            )
        )
    ]
    wall = polygon([(w * 0.56, h * 0.62), (w, h * 0.56), (w, h), (w * 0.6, h)], "#2b333b")
    wall += polygon([(w * 0.56, h * 0.62), (w, h * 0.56), (w, h * 0.578), (w * 0.562, h * 0.642)], "#5d6972")
    wall += rect(w * 0.64, h * 0.4, 26, h * 0.22, "#a33a2e") + rect(w * 0.635, h * 0.385, 42, 16, "#20262c")
    wall += glow(w * 0.648, h * 0.375, 120, "#ff8d6a", 0.95)
    spray = Layer(_spray(c), x=c.px(w * 0.44), y=c.px(h * 0.36), bob=c.px(60), sway=c.px(14), period=4.5)
    base = Layer(grained(over(sky, gap, gloom)), vx=-c.px(10))
    return [base, *seas[:2], spray, Layer(draw(c, wall)), *seas[2:], rain(c, 420)]


def _wave(c: Canvas, salt: int, colour: str, crest: str) -> pyvips.Image:
    wide = c.width * 1.45
    points = swell(c.random(salt + 20), wide)
    sea = [*points, (wide, 360), (0, 360)]
    body = polygon(sea, colour) + linear("s", (0, crest, 0.4), (0.35, colour, 0)) + polygon(sea, "url(#s)")
    for drop, width, strength in ((0, 6, 0.8), (12, 2.4, 0.4), (30, 1.6, 0.26), (52, 1.2, 0.16)):
        body += line(
            [(x, y + drop + drop / 4 * sin(x / 70 + drop)) for x, y in points], crest, width, opacity=strength
        )
    return draw(c, body, wide, 360)


def _spray(c: Canvas) -> pyvips.Image:
    """Return what flies up where a wave meets the wall."""
    random, drops = c.random(77), ""
    for _ in range(260):
        up = random.random() ** 1.7
        x, y = 200 + random.gauss(0, 24 + 90 * up), 330 - 310 * up
        drops += circle(
            x, y, random.uniform(1.2, 7) * (1.15 - up), "#f4f8f8", opacity=round(random.uniform(0.3, 0.85), 2)
        )
    cloud = soft(c, glow(200, 300, 170, "#f4f8f8", 0.85) + glow(210, 210, 120, "#f4f8f8", 0.5), 400, 360)
    return over(cloud, draw(c, drops, 400, 360))


def bridge(canvas: Canvas) -> list[Layer]:
    """Return a swing bridge in the fog of a morning."""
    c, w, horizon = canvas, canvas.width * 1.05, canvas.height * 0.64
    sky = shade(c, w, horizon, (0, "#b9c6cf"), (0.6, "#dfe2df"), (1, "#f3e6d3"))
    town = towers(c.random(4), w, horizon, 190, "#b7c2c9", "#f3e6d3", 0)
    town += towers(c.random(5), w, horizon, 100, "#98a8b2", "#fff3d8", 0.06)
    iron = _truss(-0.1 * w, horizon - 74, w * 0.49) + _truss(0.42 * w, horizon - 74, w * 0.49)
    iron += rect(0, horizon - 74, w, 16, "#2c414c")
    for x in (0.14 * w, 0.385 * w, 0.64 * w, 0.9 * w):
        iron += rect(x, horizon - 64, 84, 110, "#50636d") + rect(x - 14, horizon - 16, 112, 26, "#435660")
    fog = clouds(c, "#f7f3ea", "#e6e8e6", 0.56, 300, w * 1.4, canvas.height * 0.5, (4, 1), 1.6, level=True)
    veil = faded(fog.crop(0, 0, sky.width, min(fog.height, sky.height)), 0.5)
    above = over(sky, draw(c, town, w, horizon), veil, draw(c, iron, w, horizon))
    base = lake(c, above, (0, "#c9d3d6", 0.35), (1, "#6f8791", 0.75))
    return [
        Layer(grained(base)),
        Layer(faded(fog, 0.7), x=-c.px(300), y=c.px(canvas.height * 0.42), vx=c.px(20)),
    ]


def _truss(x0: float, deck: float, span: float, panels: int = 12) -> str:
    top = [(x0 + span * i / panels, deck - 34 - 120 * sin(pi * i / panels)) for i in range(panels + 1)]
    iron = line(top, "#39505c", 9)
    for i, ((x, y), (after, rise)) in enumerate(itertools.pairwise(top)):
        brace = [(x, deck), (after, rise)] if i < panels / 2 else [(x, y), (after, deck)]
        iron += line([(x, y), (x, deck)], "#3f5763", 5) + line(brace, "#3f5763", 4)
    return iron


def lanterns(canvas: Canvas) -> list[Layer]:
    """Return paper lanterns that rise over a dark bay."""
    c, wide, horizon = canvas, canvas.width, canvas.height * 0.7
    sky = shade(c, wide, horizon, (0, "#0a1030"), (0.55, "#232a63"), (0.88, "#6d4470"), (1, "#b06a66"))
    shore = hills(c, 1, wide, horizon, 150, 0.48, "#1a1e47", "#3c3058")
    shore += towers(c.random(2), wide, horizon, 74, "#0f1230", "#ffc56b", 0.4)
    shore += bokeh(c, ("#ffb257", "#ffd08a", "#ff8f4a"), 90, wide, 60, horizon - 40, 10, 3)
    base = lake(c, over(sky, draw(c, shore, wide, horizon)), (0, "#12143a", 0.2), (1, "#050818", 0.75))
    random = c.random(8)
    sizes = sorted(
        random.choice((0.26, 0.36, 0.48, 0.64, 0.95)) * random.uniform(0.9, 1.25) for _ in range(15)
    )
    paper = [
        Layer(
            sprite(c, "lantern", size),
            x=c.px(random.uniform(-0.02, 0.98) * wide), y=c.px(random.uniform(0.0, 0.86) * c.height),
            vy=-c.px(size * 22), sway=c.px(9), period=random.uniform(4, 7),
        )
        for size in sizes
    ]  # fmt: skip
    return [Layer(grained(base)), glints(c, "#ffb765", horizon, 9, 0.27, 0.75), *paper]


def shipyard(canvas: Canvas) -> list[Layer]:
    """Return a hull on the slip among cranes, before work begins."""
    c, w, h = canvas, canvas.width, canvas.height
    sky = shade(
        c, w, h, (0, "#2b3560"), (0.5, "#a1607e"), (0.75, "#f7a774"), (0.85, "#ffd39a"), (1, "#20243a")
    )
    puffs = clouds(c, "#ffc39a", "#4a4070", 0.48, 300, w, h * 0.6, (2.6, 1))
    keel = h * 0.84
    deck = f"M{w * 0.2} {h * 0.52} L{w * 0.9} {h * 0.45}"
    shape = f"{deck} Q{w * 0.84} {h * 0.6} {w * 0.8} {keel} L{w * 0.25} {keel} Z"
    ship = path(shape, "#4a3a5c") + path(
        f"M{w * 0.225} {h * 0.69} L{w * 0.825} {h * 0.66} L{w * 0.8} {keel} L{w * 0.25} {keel} Z", "#8a3f45"
    )
    ship += rect(w * 0.26, h * 0.36, w * 0.17, h * 0.16, "#5d4a6d") + rect(
        w * 0.29, h * 0.28, w * 0.1, h * 0.09, "#5d4a6d"
    )
    ship += "".join(rect(w * (0.3 + 0.018 * i), h * 0.3, 14, 18, "#ffdf9a") for i in range(5))
    ship += "".join(
        line([(w * x, h * 0.5), (w * x, keel)], "#2a2440", 2) for x in (0.32, 0.42, 0.52, 0.62, 0.72)
    )
    poles = "".join(
        line([(w * (0.24 + i * 0.05), h * 0.9), (w * (0.24 + i * 0.05), h * 0.53)], "#1b1d33", 4)
        for i in range(12)
    )
    decks = "".join(
        line([(w * 0.2, h * y), (w * 0.86, h * (y - 0.02))], "#1b1d33", 3) for y in (0.62, 0.72, 0.81)
    )
    cranes = figure("crane", w * 0.06, h * 0.88, 1.1, steel="#20223f") + figure(
        "crane", w * 0.91, h * 0.88, 0.95, steel="#2a2947"
    )
    sparks = glow(w * 0.47, h * 0.66, 80, "#cfe8ff", 1) + glow(w * 0.68, h * 0.58, 54, "#cfe8ff", 0.9)
    sparks += glow(w * 0.33, h * 0.76, 44, "#ffe3a8", 0.9)
    floor = rect(0, h * 0.86, w, h * 0.14, "#171a2e")
    floor += "".join(lamp(w * x, h * 0.88, 120, "#171a2e", "#ffd98f") for x in (0.05, 0.55, 0.95))
    return [
        Layer(grained(over(sky, puffs))),
        Layer(draw(c, cranes + ship + poles + decks + sparks + floor)),
    ]
