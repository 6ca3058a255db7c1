"""Scenes of the country and the sky."""

import pyvips

from feedsvc.demo.paint import (
    Canvas,
    Layer,
    clouds,
    draw,
    fractal,
    grained,
    over,
    shade,
    soft,
    solid,
    sprite,
)  # fmt: skip
from feedsvc.demo.scenes.parts import branching, flakes, hills, lake, pine, stars
from feedsvc.demo.shapes import (
    circle,
    ellipse,
    figure,
    glow,
    ground,
    line,
    linear,
    path,
    polygon,
    radial,
    rect,
    ridge,
)  # fmt: skip


def alps(canvas: Canvas) -> list[Layer]:
    """Return a village under snowy mountains, in falling snow."""
    c, w, h = canvas, canvas.width, canvas.height
    sky = shade(c, w, h, (0, "#33507f"), (0.4, "#8fa9c9"), (0.62, "#f3d6c4"), (1, "#dfe6f0"))
    puffs = clouds(c, "#ffe9dc", "#8397b8", 0.48, 260, w, h * 0.5, (2.6, 1))
    view = _peak(c, 1, h * 0.66, 430, "#7d91b3", "#f4f0f2") + _peak(c, 2, h * 0.74, 330, "#566f96", "#fbf7f4")
    random, slope = c.random(5), ridge(c.random(3), w, h * 0.9, 130, 0.42)
    view += linear("sn", (0, "#f7f9fd"), (1, "#b9c8df")) + polygon(ground(slope, h), "url(#sn)")
    for x, y in random.choices(slope, k=70):
        if not w * 0.3 < x < w * 0.74:
            view += pine(x, y + 8, random.uniform(50, 120), random.choice(("#27425a", "#1f3750", "#33506a")))
    view += figure("church", w * 0.5, h * 0.66)
    for k in range(15):
        view += figure(
            "chalet", w * random.uniform(0.32, 0.7), h * (0.83 + 0.012 * k), random.uniform(0.7, 1.2)
        )
    view += hills(c, 8, w, h, 46, 0.4, "#ffffff", "#c9d6ea")
    for x, tall in ((40, 330), (150, 240), (w - 60, 370), (w - 190, 250)):
        view += pine(x, h + 20, tall, "#16293c")
    base = Layer(grained(over(sky, puffs, draw(c, view))))
    return [base, flakes(c, 150, "#ffffff", 3, 46, 14), flakes(c, 60, "#ffffff", 6, 92, 26)]


def _peak(c: Canvas, salt: int, base: float, rise: float, rock: str, snow: str) -> str:
    points = ridge(c.random(salt), c.width, base, rise, 0.56)
    random, line_of_snow = c.random(salt + 40), min(y for _, y in points) + rise * 0.62
    caps = [(x, y + max(0.0, line_of_snow - y) * random.uniform(0.32, 0.6)) for x, y in points]
    mountain = linear(f"pk{salt}", (0, rock), (1, "#c3cfdf")) + polygon(
        ground(points, base + 200), f"url(#pk{salt})"
    )
    return mountain + polygon([*points, *reversed(caps)], snow)


def viaduct(canvas: Canvas) -> list[Layer]:
    """Return a steam train on a viaduct across a green valley."""
    c, w, h = canvas, canvas.width, canvas.height
    deck, start, speed = h * 0.6, c.px(-260), c.px(72)
    sky = shade(c, w, h, (0, "#5a9fd4"), (0.4, "#b5dcee"), (0.6, "#fdf3d8"), (1, "#7fae62"))
    puffs = clouds(c, "#ffffff", "#c4d8e4", 0.5, 260, w, h * 0.5, (2, 1))
    land = hills(c, 1, w, h * 0.6, 210, 0.46, "#7fa4a8", "#b9d3c4", h)
    land += hills(c, 2, w, h * 0.72, 180, 0.42, "#5f9568", "#9cc58a", h)
    land += hills(c, 3, w, h * 0.88, 130, 0.4, "#4c8550", "#86b568", h)
    steam = [
        Layer(
            _puff(c, r), x=start + c.px(612 - k * 46 - r), y=c.px(deck - 168 - k * 15 - r),
            vx=speed * (1 - 0.02 * k), bob=c.px(7 + k), period=1.3 + 0.3 * k,
        )
        for k, r in ((k, 22 + k * 10) for k in reversed(range(9)))
    ]  # fmt: skip
    train = Layer(sprite(c, "train"), x=start, y=c.px(deck - 140), vx=speed, bob=c.px(1), period=0.4)
    front = Layer(draw(c, _arches(c, deck) + _meadow(c)))
    return [Layer(grained(over(sky, puffs, draw(c, land)))), *steam, train, front]


def _puff(c: Canvas, r: float) -> pyvips.Image:
    shells = ((0.98, 0.16), (0.8, 0.24), (0.55, 0.3))
    return draw(c, "".join(circle(r, r, r * k, "#ffffff", opacity=o) for k, o in shells), 2 * r, 2 * r)


def _arches(c: Canvas, deck: float) -> str:
    w, low = c.width, c.height * 0.5
    stone = (
        rect(0, deck + 4, w, 18, "#cdb591")
        + rect(0, deck, w, 7, "#ecdcbd")
        + rect(0, deck - 14, w, 4, "#ecdcbd")
    )
    stone += "".join(rect(x, deck - 12, 7, 14, "#cdb591") for x in range(0, w, 40))
    for x in range(-60, w + 160, 160):
        arch = f"M{x} {deck + 16} v{low} h22 v{64 - low} a58 58 0 0 1 116 0 v{low - 64} h22 v{-low} Z"
        shadow = f"M{x + 138} {deck + 80} v{low - 64} h22 v{40 - low} Z"
        stone += path(arch, "#d9c3a0") + path(shadow, "#a88f6c", opacity=0.5)
    return stone


def _meadow(c: Canvas) -> str:
    w, h, random = c.width, c.height, c.random(9)
    meadow = hills(c, 6, w, h * 1.02, 150, 0.4, "#6aa552", "#3c7a43", h)
    for _ in range(150):
        colour = random.choice(("#ffd94a", "#ff7b5c", "#ffffff", "#e58ad0"))
        meadow += circle(random.uniform(0, w), random.uniform(h * 0.93, h), 3.4, colour)
    for k, x in enumerate((30, 90, w - 120, w - 50, w - 10)):
        meadow += ellipse(x, h * 0.94 + k % 2 * 18, 46, 52, ("#2f6e3c", "#3f8548")[k % 2])
    return meadow


def canal(canvas: Canvas) -> list[Layer]:
    """Return skaters on a frozen canal."""
    c, w, h = canvas, canvas.width, canvas.height
    bank, random = h * 0.56, c.random(2)
    sky = shade(c, w, bank, (0, "#6f8fb5"), (0.55, "#c9d5de"), (0.85, "#fbd9b5"), (1, "#ffe9cd"))
    shore = glow(w * 0.3, bank - 70, 420, "#fff0d0", 1) + circle(w * 0.3, bank - 70, 36, "#fffaf0")
    for k, x in enumerate((w * 0.03, w * 0.26, w * 0.34, w * 0.4)):
        shore += branching(
            c.random(20 + k), x, bank + 4, random.uniform(120, 210), "#57494a", 0.05, 0.09, 0.55
        )
    tower = [(w * 0.13, bank - 150), (w * 0.19, bank - 150), (w * 0.205, bank), (w * 0.115, bank)]
    shore += polygon(tower, "#6a4f47") + path(
        f"M{w * 0.127} {bank - 148} q{w * 0.033} -66 {w * 0.066} 0 Z", "#4a3a3a"
    )
    shore += _gables(c, w * 0.46, bank) + hills(c, 5, w, bank + 6, 24, 0.4, "#ffffff", "#dbe5f0")
    base = lake(c, over(sky, draw(c, shore, w, bank)), (0, "#dcebf2", 0.5), (1, "#93b5cc", 0.8), 2)
    scratches = ""
    for _ in range(70):
        x, y = random.uniform(-100, w), random.uniform(bank + 30, h)
        end = (x + random.uniform(60, 320), y + random.uniform(-16, 16))
        scratches += line([(x, y), end], "#ffffff", random.uniform(1, 2.4), opacity=0.6)
    sails = Layer(sprite(c, "mill-sails"), x=c.px(w * 0.16 - 151), y=c.px(bank - 311), spin=18, symmetry=4)
    return [Layer(grained(over(base, draw(c, scratches)))), sails, *_skaters(c, bank)]


def _gables(c: Canvas, x: float, bank: float) -> str:
    random, houses = c.random(2), ""
    while x < c.width + 60:
        wide, tall = random.uniform(54, 84), random.uniform(120, 200)
        top, brick = bank - tall, random.choice(("#9a5a48", "#7f4a44", "#b5735a", "#c9a27f", "#6a5a66"))
        steps = ((0, 0), (0.2, -20), (0.3, -40), (0.7, -40), (0.8, -20), (1, 0))
        houses += rect(x, top, wide, tall, brick) + polygon(
            [(x + wide * k, top + up) for k, up in steps], brick
        )
        houses += rect(x + wide * 0.28, top - 45, wide * 0.44, 7, "#f8fafc")
        for i in range(3 * int(tall // 40)):
            pane = "#ffe3a6" if random.random() < 0.5 else "#3f4a5c"
            houses += rect(x + wide * (0.16 + 0.28 * (i % 3)), top + 14 + i // 3 * 36, wide * 0.16, 22, pane)
        x += wide + 2
    return houses


def _skaters(c: Canvas, bank: float) -> list[Layer]:
    random, people = c.random(31), []
    coats = ("#d9483b", "#2f6f9f", "#e8b33f", "#3f7f62", "#7a4a8d", "#2b3550")
    for size in sorted(random.uniform(0.55, 1.8) for _ in range(12)):
        way = random.choice((-1, 1))
        people.append(
            Layer(
                sprite(c, "skater", size, way < 0, coat=random.choice(coats)),
                x=c.px(random.uniform(0, 0.95) * c.width), y=c.px(bank + (size - 0.5) * 240 - 86 * size),
                vx=c.px(way * random.uniform(34, 60) * size), sway=c.px(9 * size), period=1.9,
            )
        )  # fmt: skip
    return people


def road(canvas: Canvas) -> list[Layer]:
    """Return runners on a coast road at sunrise."""
    c, w, h = canvas, canvas.width, canvas.height
    sky = shade(
        c, w, h, (0, "#45406e"), (0.3, "#b5708a"), (0.5, "#ffb27a"), (0.58, "#ffe0a6"), (1, "#31465a")
    )
    view = glow(w * 0.5, h * 0.5, 520, "#fff0c4", 1) + circle(w * 0.5, h * 0.5, 60, "#fffbe6")
    view += hills(c, 1, w, h * 0.56, 90, 0.5, "#a3647c", "#dd9a80", h)
    view += hills(c, 2, w, h * 0.62, 70, 0.46, "#6b4a6d", "#a86a74", h)
    view += hills(c, 3, w, h * 0.7, 60, 0.42, "#3f3d5c", "#574a66", h)
    far, near = h * 0.6, h
    view += polygon([(w * 0.492, far), (w * 0.508, far), (w * 0.86, near), (w * 0.14, near)], "#4a4460")
    for a, b, x, y in ((0.492, 0.494, 0.17, 0.14), (0.506, 0.508, 0.86, 0.83)):
        view += polygon([(w * a, far), (w * b, far), (w * x, near), (w * y, near)], "#f2d7b0")
    for s in ((k / 8) ** 2 for k in range(1, 9)):
        y, half = h * (0.62 + 0.4 * s), 1 + 9 * s
        dash = [
            (w / 2 - half, y),
            (w / 2 + half, y),
            (w / 2 + half + s, y + 34 * s),
            (w / 2 - half - s, y + 34 * s),
        ]
        view += polygon(dash, "#f2d7b0")
    return [Layer(grained(over(sky, draw(c, view)))), *_runners(c)]


def _runners(c: Canvas) -> list[Layer]:
    w, h, random, runners = c.width, c.height, c.random(7), []
    vests = ("#ff5f4a", "#ffd24a", "#5fd0c0", "#f7f2e8", "#b58aff", "#ff8fb0")
    for size in sorted(random.uniform(0.4, 2.0) ** 1.2 for _ in range(15)):
        y = h * 0.62 + (size - 0.4) * h * 0.15
        aside = random.uniform(-1, 1) * w * 0.26 * (y - h * 0.58) / (h * 0.42)
        runners.append(
            Layer(
                sprite(c, "runner", size, vest=random.choice(vests)),
                x=c.px(w * 0.5 + aside - 30 * size), y=c.px(y - 60 * size),
                bob=c.px(5 * size), period=random.uniform(0.6, 0.75), vy=c.px(5 * size),
            )
        )  # fmt: skip
    return runners


def night_sky(canvas: Canvas) -> list[Layer]:
    """Return a comet above an observatory."""
    c, w, h = canvas, canvas.width, canvas.height
    wide = w * 1.1
    sky = shade(c, wide, h, (0, "#050a1f"), (0.55, "#12204a"), (0.85, "#37427a"), (1, "#6b5a86"))
    noise = fractal(c.px(wide), c.px(h), c.px(300), c.seed, 5, (1.4, 1))
    grid = pyvips.Image.xyz(c.px(wide), c.px(h))
    across = (grid[0] * 0.45 + grid[1] - c.px(h * 0.92)) / c.px(260)
    milky = solid(noise, "#a9b4f0", ((across * across * -1).exp() * (noise + 0.42) * 190).cast("uchar"))
    random = c.random(1)
    field = stars(random, wide, h, 900)
    field += "".join(
        glow(random.uniform(0, wide), random.uniform(0, h * 0.7), 15, "#cfe0ff", 0.9) for _ in range(22)
    )
    hill = figure("observatory", w * 0.26, h * 0.84) + hills(
        c, 5, w, h * 0.96, 90, 0.45, "#080b1c", "#05070f", h
    )
    for x, tall in ((0.5, 90), (0.53, 130), (0.56, 80), (0.8, 150), (0.84, 110), (0.9, 170)):
        hill += pine(w * x, h * 0.97, tall, "#04060d")
    return [
        Layer(grained(over(sky, milky, draw(c, field, wide)), 1.6), vx=-c.px(10)),
        Layer(_comet(c), x=c.px(w * 0.42), y=c.px(h * 0.1), vx=c.px(6), vy=c.px(3)),
        Layer(draw(c, hill)),
    ]


def _comet(c: Canvas) -> pyvips.Image:
    gas = linear("t1", (0, "#bfe0ff", 0), (1, "#eaf6ff", 0.8), across=True)
    dust = linear("t2", (0, "#fff0d0", 0), (1, "#ffffff", 0.9), across=True)
    head = glow(610, 218, 76, "#eaf6ff", 1) + circle(610, 218, 9, "#ffffff")
    wide = soft(c, gas + polygon([(20, 30), (20, 170), (600, 224), (612, 212)], "url(#t1)"), 680, 300)
    thin = dust + polygon([(140, 74), (140, 96), (608, 222), (612, 216)], "url(#t2)")
    return over(wide, draw(c, thin + head, 680, 300))


def orbit(canvas: Canvas) -> list[Layer]:
    """Return a small satellite above the night side of the Earth."""
    c, w, h = canvas, canvas.width, canvas.height
    r, x, y = w * 0.95, w * 0.42, h * 0.52 + w * 0.95
    sky = rect(0, 0, w, h, "#03050d") + stars(c.random(1), w, h, 500)
    halo = (
        (0.9, "#0a2a6a", 0),
        (0.925, "#2f7fe0", 0.85),
        (0.935, "#bfe6ff", 1),
        (0.95, "#3f8fe8", 0.55),
        (1, "#1a4fb0", 0),
    )
    sky += radial("at", *halo) + circle(x, y, r * 1.07, "url(#at)")
    sky += radial("ea", (0, "#06122e"), (0.8, "#081a40"), (0.96, "#0f3a7a"), (1, "#4f9fe8"))
    sky += circle(x, y, r, "url(#ea)")
    sun = glow(w * 0.93, h * 0.62, 300, "#bfe0ff", 0.9) + glow(w * 0.93, h * 0.62, 70, "#ffffff", 1)
    base = over(draw(c, sky), *_lights_of_earth(c, x, y, r * 0.99), draw(c, sun))
    craft = Layer(
        sprite(c, "satellite"), x=c.px(w * 0.24), y=c.px(h * 0.16), vx=c.px(22), vy=c.px(6), bob=c.px(5)
    )
    return [Layer(grained(base, 1.6)), craft]


def _lights_of_earth(c: Canvas, x: float, y: float, r: float) -> list[pyvips.Image]:
    """Return land, its cities by night and the clouds, within a disc."""
    w, h = c.px(c.width), c.px(c.height)
    disc = (draw(c, circle(x, y, r, "#ffffff"))[3] / 255).copy_memory()
    coarse = fractal(w, h, c.px(420), c.seed + 3, 6)
    fine = fractal(w, h, c.px(26), c.seed + 9, 3)
    land = ((coarse > 0) / 255 * disc).copy_memory()
    # Cities gather where both noises run high.
    bright = (fine + coarse * 0.5 - 0.2) * 900
    towns = (
        ((bright > 0).ifthenelse((bright < 255).ifthenelse(bright, 255), 0) * land)
        .cast("uchar")
        .copy_memory()
    )
    haze = towns.resize(0.25).gaussblur(max(0.3, 4 * c.scale)).resize(w / (w // 4), vscale=h / (h // 4))
    air = clouds(c, "#9fc4ee", "#2a4f8a", 0.5, 260, c.width, c.height, (2.4, 1))
    return [
        solid(coarse, "#16485c", (land * 110).cast("uchar")),
        solid(coarse, "#ff9a3c", (haze * 1.5).cast("uchar").embed(0, 0, w, h)),
        solid(coarse, "#ffdf9f", towns),
        air[:3].bandjoin((air[3] * disc * 0.35).cast("uchar")).copy(interpretation="srgb"),
    ]
