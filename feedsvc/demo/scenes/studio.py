"""Scenes close up and on paper: a comb, columns, a curve."""

from math import cos, pi, sin

import pyvips

from feedsvc.demo.paint import Canvas, Layer, draw, faded, grained, over, soft
from feedsvc.demo.scenes.parts import bokeh
from feedsvc.demo.shapes import (
    circle,
    ellipse,
    figure,
    glow,
    line,
    linear,
    polygon,
    radial,
    rect,
)  # fmt: skip
from feedsvc.demo.titles import lettering

_RATES = (0.5, 0.5, 0.75, 0.75, 1.25, 1.75, 2.5, 3.25, 3.75, 4.25, 4.25, 4.5, 4.5, 4.5, 4.25, 4.25)


def honeycomb(canvas: Canvas) -> list[Layer]:
    """Return bees at work on a comb, close up."""
    c, w, h = canvas, canvas.width, canvas.height
    wide, random = w * 1.1, c.random(1)
    warm = radial("hb", (0, "#fff0b8"), (0.5, "#f2b441"), (1, "#8a4a12")) + rect(0, 0, wide, h, "url(#hb)")
    light = glow(w * 0.3, h * 0.2, 700, "#fff2c0", 0.8) + rect(
        0, h * 0.7, wide, h * 0.3, "#3a1c06", opacity=0.35
    )
    spots = bokeh(c, ("#fff0b8", "#ffd27a", "#ffffff"), 12, w * 1.3, h * 0.05, h * 0.95, 90)
    bees = []
    for _ in range(11):
        size, turn = random.uniform(0.9, 1.7), random.uniform(-180, 180)
        bees.append(
            Layer(
                _bee(c, size, turn),
                x=c.px(random.uniform(0.02, 0.85) * w), y=c.px(random.uniform(0.02, 0.75) * h),
                vx=c.px(26) * cos(turn * pi / 180), vy=c.px(18) * sin(turn * pi / 180),
                sway=c.px(4), bob=c.px(3), period=random.uniform(0.5, 0.9),
            )
        )  # fmt: skip
    base = over(draw(c, warm + _comb(c, wide), wide), soft(c, light, wide))
    return [
        Layer(grained(base), vx=-c.px(8)),
        *bees,
        Layer(faded(draw(c, spots, w * 1.3), 0.4), vx=-c.px(34)),
    ]


def _comb(c: Canvas, wide: float, r: float = 62) -> str:
    random, cells = c.random(2), ""
    corners = [(cos(pi / 6 + k * pi / 3) * r * 0.93, sin(pi / 6 + k * pi / 3) * r * 0.93) for k in range(6)]
    for row in range(-1, int(c.height / (r * 1.5)) + 2):
        for column in range(-1, int(wide / (r * 1.732)) + 2):
            x, y = column * r * 1.732 + (row % 2) * r * 0.866, row * r * 1.5
            full = random.random()
            inside = "#f7c24a" if full < 0.45 else "#7a430f" if full < 0.75 else "#f3dca0"
            cells += polygon([(x + dx, y + dy) for dx, dy in corners], "#c9801f" if full < 0.6 else "#e3a83c")
            cells += polygon([(x + dx * 0.74, y + dy * 0.74 + 5) for dx, dy in corners], inside)
            if full < 0.45:
                cells += ellipse(x - 14, y - 10, 16, 8, "#fff3c4", opacity=0.75)
    return cells


def _bee(c: Canvas, size: float, turn: float) -> pyvips.Image:
    """Return a bee that looks where it goes."""
    half = 80 * size
    from_middle = figure("bee", -80, -80)
    turned = f'<g transform="translate({half} {half}) rotate({turn:.0f}) scale({size:.3f})">{from_middle}</g>'
    return draw(c, turned, 2 * half, 2 * half)


def columns(canvas: Canvas) -> list[Layer]:
    """Return columns that grow with the figures of a port."""
    c, w, h = canvas, canvas.width, canvas.height
    wall = radial("bk", (0, "#1f6f6b"), (0.6, "#0f4550"), (1, "#08242f")) + rect(0, 0, w, h, "url(#bk)")
    for y in (0.2, 0.34, 0.48, 0.62, 0.76):
        wall += line([(w * 0.1, h * y), (w * 0.92, h * y)], "#ffffff", 1.5, opacity=0.14)
    wall += bokeh(c, ("#6fe0c8", "#ffffff", "#ffd27a"), 14, w, 0, h, 70)
    random, step = c.random(3), w * 0.088
    grown = []
    for k in range(9):
        tall = h * (0.16 + 0.055 * k + random.uniform(-0.04, 0.05))
        column = _column("#ffe08a", "#e88a3c", h) if k == 8 else _column("#8ff0d8", "#1f8f8a", h)
        # A quarter of a slow swing: it grows for ten seconds.
        x, y = c.px(w * 0.12 + k * step), c.px(h * 0.84 - tall + 60)
        grown.append(Layer(draw(c, column, 84, h), x=x, y=y, bob=-c.px(60), period=40))
    floor = rect(0, h * 0.84, w, h * 0.16, "#061b24") + rect(w * 0.08, h * 0.84, w * 0.86, 4, "#bff5e8")
    trend = [(w * 0.12 + 42 + k * step, h * (0.62 - 0.052 * k)) for k in range(9)]
    dots = line(trend, "#ffffff", 5, stroke_dasharray="2 16")
    return [Layer(grained(draw(c, wall))), *grown, Layer(draw(c, floor + dots))]


def _column(top: str, foot: str, h: float) -> str:
    shape = linear("cl", (0, top), (1, foot)) + rect(0, 0, 84, h, "url(#cl)")
    return shape + rect(0, 0, 84, 6, "#ffffff", opacity=0.8) + rect(60, 0, 24, h, "#000", opacity=0.1)


def rates(canvas: Canvas) -> list[Layer]:
    """Return a curve that falls after years of rising, drawn as one watches."""
    c, w, h = canvas, canvas.width, canvas.height
    paper = linear("pp", (0, "#f6efe2"), (1, "#e6d9c3")) + rect(0, 0, w, h, "url(#pp)")
    cover = draw(c, paper)
    return [Layer(grained(cover)), Layer(curve(c)), Layer(cover, x=c.px(w * 0.16), vx=c.px(w * 0.13))]


def curve(canvas: Canvas) -> pyvips.Image:
    """Return the chart of `rates` on nothing."""
    w, h = canvas.width, canvas.height
    floor, one = h * 0.8, h * 0.125
    left, step = w * 0.1, w * 0.82 / (len(_RATES) - 1)
    points: list[tuple[float, float]] = []
    for k, rate in enumerate(_RATES):
        middle, y = left + k * step, floor - rate * one
        points += [(middle - step / 2, y), (middle + step / 2, y)]
    # Greys in the middle: nobody knows on which ground a picture with alpha will lie.
    lines = (
        rect(left - step / 2, floor - v * one, w * 0.875, 2, "#8a8796", opacity=0.5) for v in range(1, 6)
    )
    chart = "".join(lines) + rect(left - step / 2, floor, w * 0.875, 5, "#8a8796")
    chart += linear("ar", (0, "#d8452f", 0.6), (1, "#d8452f", 0.05))
    chart += polygon([(points[0][0], floor), *points, (points[-1][0], floor)], "url(#ar)")
    x, y = points[-1]
    chart += line(points, "#d8452f", 11) + glow(x, y, 90, "#3f9fc0", 0.7) + circle(x, y, 20, "#3f9fc0")
    image = draw(canvas, chart + circle(x, y, 9, "#ffffff"))
    axis = [
        (lettering(f"{v}", 30 * canvas.scale, "#8a8796"), w * 0.045, floor - v * one - 16) for v in range(6)
    ]
    now = lettering(f"{_RATES[-1]} %", 64 * canvas.scale, "#3f9fc0")
    placed = [(words, canvas.px(at), canvas.px(down)) for words, at, down in axis]
    return over(image, *placed, (now, canvas.px(x) - now.width, canvas.px(y - 120)))
