"""Scenes with an audience."""

from math import cos, pi, sin

import pyvips

from feedsvc.demo.paint import Canvas, Layer, draw, faded, grained, over, shade, soft, sprite
from feedsvc.demo.scenes.parts import crowd, hills, stars, towers
from feedsvc.demo.shapes import circle, ellipse, figure, glow, line, linear, path, polygon, rect


def open_air_cinema(canvas: Canvas) -> list[Layer]:
    """Return a film shown on the quay at night."""
    c, w, h = canvas, canvas.width, canvas.height
    x, y, wide, tall = w * 0.24, h * 0.14, w * 0.52, w * 0.26
    sky = shade(c, w, h, (0, "#080d26"), (0.6, "#20285a"), (0.8, "#57406c"), (1, "#0b0e22"))
    quay = stars(c.random(1), w, h * 0.5, 240) + towers(
        c.random(2), w, h * 0.72, 170, "#151a3e", "#ffcf85", 0.3
    )
    quay += rect(0, h * 0.72, w, h * 0.3, "#0a0d20") + rect(x - 14, y - 14, wide + 28, tall + 28, "#05070f")
    quay += "".join(rect(x + wide * k - 6, y + tall, 12, h * 0.24, "#05070f") for k in (0.08, 0.92))
    quay += glow(w / 2, y + tall / 2, w * 0.52, "#ffd9a3", 0.42)
    ray = linear("pr", (0, "#ffe9c4", 0.5), (1, "#ffe9c4", 0.05), across=True)
    ray += polygon([(w * 1.02, h * 0.62), (x + wide, y), (x + wide, y + tall)], "url(#pr)")
    people = crowd(c.random(6), w, h * 0.82, 92, "#070916") + crowd(c.random(7), w, h * 0.92, 124, "#030510")
    bulbs = ""
    for bx in range(0, w + 44, 44):
        by = h * 0.07 + 44 * sin(pi * (bx % 520) / 520)
        bulbs += glow(bx, by, 34, "#ffc766", 0.8) + circle(bx, by, 7, "#ffe2a0")
    return [
        Layer(grained(over(sky, draw(c, quay)))),
        Layer(_film(c, wide, tall), x=c.px(x), y=c.px(y)),
        Layer(sprite(c, "cyclist", 1.5), x=c.px(x + wide * 0.2), y=c.px(y + tall * 0.74 - 195), vx=c.px(16)),
        Layer(faded(draw(c, ray), 0.6), sway=c.px(3), period=0.9),
        Layer(draw(c, bulbs), bob=c.px(4)),
        Layer(draw(c, people), sway=c.px(5), period=7),
    ]


def _film(c: Canvas, wide: float, tall: float) -> pyvips.Image:
    light = ((0, "#2d5f8a"), (0.5, "#f2a65a"), (0.72, "#ffe0a0"), (0.73, "#b2603f"), (1, "#4a2436"))
    land = circle(wide * 0.68, tall * 0.6, 66, "#fff4d0")
    land += hills(c, 3, wide, tall * 0.75, 110, 0.5, "#7a3f52", "#a3524a", tall)
    return over(shade(c, wide, tall, *light), draw(c, land, wide, tall))


def football(canvas: Canvas) -> list[Layer]:
    """Return a full stadium under floodlights."""
    c, w, h = canvas, canvas.width, canvas.height
    edge, random = h * 0.52, c.random(1)
    sky = shade(c, w, h, (0, "#0b1330"), (0.35, "#22305f"), (1, "#0e2418"))
    beams = "".join(
        polygon([(x, 40), (a, h), (b, h)], "#eaf4ff", opacity=0.1)
        for x, a, b in ((w * 0.1, w * 0.25, w * 0.7), (w * 0.9, w * 0.3, w * 0.76))
    )
    base = over(sky, draw(c, _stands(c, edge) + _pitch(c, edge) + _floodlights(c)), soft(c, beams))
    sides = ({"shirt": "#e4483c", "shorts": "#ffffff"}, {"shirt": "#f4f1e8", "shorts": "#1f3f7a"})
    players = []
    for k, size in enumerate(sorted(random.uniform(0.9, 1.9) for _ in range(12))):
        way = random.choice((-1, 1))
        players.append(
            Layer(
                sprite(c, "footballer", size, way < 0, **sides[k % 2]),
                x=c.px(random.uniform(0.05, 0.92) * w), y=c.px(edge + (size - 0.75) * h * 0.33 - 96 * size),
                vx=c.px(way * random.uniform(14, 44) * size), bob=c.px(3 * size), period=0.7,
            )
        )  # fmt: skip
    ball = circle(14, 14, 11, "#fff") + circle(14, 12, 4, "#2a2f3a") + circle(21, 18, 3, "#2a2f3a")
    kicked = Layer(
        draw(c, ball, 28, 28), x=c.px(w * 0.44), y=c.px(h * 0.7), vx=c.px(70), bob=c.px(60), period=4
    )
    return [Layer(grained(base)), *players, kicked]


def _stands(c: Canvas, edge: float) -> str:
    w, h, random = c.width, c.height, c.random(2)
    outline = [(0, h * 0.2), (w * 0.12, h * 0.25), (w * 0.88, h * 0.25), (w, h * 0.2), (w, edge), (0, edge)]
    fans = polygon(outline, "#161d38")
    scarves = ("#e4483c", "#e4483c", "#f5efe2", "#f5efe2", "#2c4a8a", "#ffd25e", "#b98a6a")
    for _ in range(3400):
        x, y = random.uniform(0, w), h * 0.265 + (edge - h * 0.3) * random.random()
        fans += rect(x, y, 5, 5, random.choice(scarves), opacity=round(random.uniform(0.4, 0.95), 2))
    under = [(w, h * 0.22), (w * 0.88, h * 0.26), (w * 0.12, h * 0.26), (0, h * 0.22)]
    fans += polygon(
        [(0, h * 0.13), (w * 0.12, h * 0.2), (w * 0.88, h * 0.2), (w, h * 0.13), *under], "#0a0f22"
    )
    boards = ("#c8372d", "#f2efe6", "#1f3f7a", "#e8b33f")
    return fans + "".join(rect(i * w / 8, edge - 28, w / 8 - 5, 30, boards[i % 4]) for i in range(8))


def _pitch(c: Canvas, edge: float) -> str:
    w, h = c.width, c.height
    eye = (w / 2, -h * 0.35)

    def at(x: float, y: float) -> tuple[float, float]:
        return eye[0] + (x - eye[0]) * (y - eye[1]) / (h - eye[1]), y

    grass = ""
    for i in range(14):
        a, b = -w * 0.9 + i * w * 0.2, -w * 0.7 + i * w * 0.2
        grass += polygon([at(a, edge), at(b, edge), at(b, h), at(a, h)], "#2f8a45" if i % 2 else "#277a3d")
    chalk: dict[str, object] = {"stroke": "#f4fff4", "stroke_width": 5, "opacity": 0.9}
    grass += path(f"M0 {edge + 18} H{w}", "none", **chalk) + path(
        f"M{w * 0.5} {edge + 18} V{h}", "none", **chalk
    )
    return grass + ellipse(w / 2, h * 0.76, 260, 92, "none", **chalk) + ellipse(w / 2, h * 0.76, 7, 4, "#fff")


def _floodlights(c: Canvas) -> str:
    w, h, lights = c.width, c.height, ""
    for x in (w * 0.1, w * 0.9):
        lights += polygon([(x - 6, h * 0.2), (x + 6, h * 0.2), (x + 4, 40), (x - 4, 40)], "#39415f")
        lights += rect(x - 62, 12, 124, 56, "#2a3150") + glow(x, 40, 330, "#e9f3ff", 0.95)
        lights += "".join(circle(x - 48 + k % 5 * 24, 28 + k // 5 * 24, 9, "#ffffff") for k in range(10))
    return lights


def concert(canvas: Canvas) -> list[Layer]:
    """Return an orchestra in a dry dock, lit from above."""
    c, w, h = canvas, canvas.width, canvas.height
    dock = shade(c, w, h, (0, "#070912"), (0.6, "#1c1730"), (1, "#0a0812"))
    walls = "".join(
        rect(w * 0.5 - s * w * 0.56, h * (0.86 - s * 0.85), s * w * 1.12, h * 0.04, "#2c2542", opacity=0.5)
        for s in (0.4, 0.52, 0.64, 0.76, 0.88, 1.0)
    )
    colours = ("#ffd9a0", "#8fb8ff", "#ff9d6b", "#c7a0ff", "#ffe8bf")
    lights = [
        Layer(
            _spotlight(c, colour),
            x=c.px(w * (0.12 + 0.19 * k) - 250),
            y=c.px(8),
            sway=c.px(50 * (-1) ** k),
            period=6 + k,
        )
        for k, colour in enumerate(colours)
    ]
    rig = rect(0, 0, w, 16, "#05060b") + crowd(c.random(6), w, h * 0.93, 84, "#050409")
    rig += "".join(line([(i * 40, 16), (i * 40 + 20, 0), (i * 40 + 40, 16)], "#1a1c2c", 3) for i in range(41))
    return [Layer(grained(over(dock, draw(c, walls + _orchestra(c))))), *lights, Layer(draw(c, rig))]


def _spotlight(c: Canvas, colour: str) -> pyvips.Image:
    cone = linear("cone", (0, colour, 0.62), (1, colour, 0.03))
    cone += polygon([(240, 0), (260, 0), (470, 640), (30, 640)], "url(#cone)")
    return soft(c, cone + glow(250, 6, 70, colour, 1), 500, 640)


def _orchestra(c: Canvas) -> str:
    w, h, random = c.width, c.height, c.random(3)
    shapes = ellipse(w / 2, h * 0.74, w * 0.36, 92, "#5a3a26") + ellipse(
        w / 2, h * 0.725, w * 0.36, 92, "#a8703f"
    )
    shapes += ellipse(w / 2, h * 0.72, w * 0.25, 60, "#c98c52", opacity=0.7)
    for row, (count, r) in enumerate(((13, 0.31), (10, 0.23), (7, 0.15))):
        for k in range(count):
            angle = pi * (0.08 + 0.84 * k / (count - 1))
            x, y = w / 2 + cos(angle) * w * r, h * 0.7 - sin(angle) * 40 + row * 26 - 8
            wood = random.choice(("#c77b3f", "#8f4a26", "#d99a55"))
            shapes += figure("musician", x, y, 1.15 + row * 0.16, wood=wood)
    return shapes + figure("conductor", w / 2, h * 0.82, 1.1)
