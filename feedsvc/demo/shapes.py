"""The vector shapes scenes are drawn with, as text of an SVG, and the figures in ``art/``."""

import itertools
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from random import Random

from lxml import etree

Stop = tuple[float, str] | tuple[float, str, float]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
_ART = Path(__file__).parent / "art"


def linear(name: str, *stops: Stop, across: bool = False) -> str:
    """Return a gradient `name`, from top to bottom or `across`."""
    end = 'x2="1" y2="0"' if across else 'x2="0" y2="1"'
    return f'<defs><linearGradient id="{name}" {end}>{_stops(stops)}</linearGradient></defs>'


def radial(name: str, *stops: Stop) -> str:
    """Return a gradient `name`, from the middle out."""
    return f'<defs><radialGradient id="{name}">{_stops(stops)}</radialGradient></defs>'


def _stops(stops: Iterable[Stop]) -> str:
    return "".join(
        f'<stop offset="{at}" stop-color="{colour}" stop-opacity="{opacity[0] if opacity else 1}"/>'
        for at, colour, *opacity in stops
    )


def rect(x: float, y: float, width: float, height: float, fill: str, **more: object) -> str:
    """Return a rectangle."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f"<rect {place}{_attributes(fill, more)}/>"


def circle(x: float, y: float, r: float, fill: str, **more: object) -> str:
    """Return a disc."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"{_attributes(fill, more)}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, **more: object) -> str:
    """Return an ellipse."""
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{ry:.1f}"{_attributes(fill, more)}/>'


def polygon(points: Iterable[Point], fill: str, **more: object) -> str:
    """Return a closed shape."""
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"{_attributes(fill, more)}/>'


def path(d: str, fill: str, **more: object) -> str:
    """Return a path."""
    return f'<path d="{d}"{_attributes(fill, more)}/>'


def line(points: Sequence[Point], stroke: str, width: float, **more: object) -> str:
    """Return an open line with round joints."""
    d = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return path(
        d, "none", stroke=stroke, stroke_width=width, stroke_linejoin="round", stroke_linecap="round", **more
    )


def group(body: str, **more: object) -> str:
    """Return shapes that share a transform or an opacity."""
    return f"<g{_attributes('', more)}>{body}</g>"


def _attributes(fill: str, more: dict[str, object]) -> str:
    named = {"fill": fill, **more} if fill else dict(more)
    # librsvg draws a group of its own for `opacity`: 20 times slower for thousands of small shapes.
    if fill and "opacity" in named:
        named["stroke_opacity" if fill == "none" else "fill_opacity"] = named.pop("opacity")
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in named.items())


def glow(x: float, y: float, r: float, colour: str, strength: float = 1) -> str:
    """Return a light with a soft edge."""
    name = f"g{x:.0f}_{y:.0f}_{r:.0f}_{colour[1:]}"
    fall = ((0, colour, strength), (0.15, colour, strength * 0.62), (0.4, colour, strength * 0.2))
    return radial(name, *fall, (1, colour, 0)) + circle(x, y, r, f"url(#{name})")


def figure(name: str, x: float = 0, y: float = 0, size: float = 1, **colours: str) -> str:
    """Return a drawing of ``art/`` with its origin at x, y; `colours` fill the places it leaves open."""
    body, _ = art(name)
    for place, colour in colours.items():
        body = body.replace(f"{{{place}}}", colour)
    return group(body, transform=f"translate({x:.1f} {y:.1f}) scale({size:.3f})")


@cache
def art(name: str) -> tuple[str, Box]:
    """Return the shapes in a file of ``art/``, and the box they lie in: left, top, width, height."""
    root = etree.parse(str(_ART / f"{name}.svg")).getroot()
    left, top, width, height = map(float, str(root.get("viewBox")).split())
    return "".join(etree.tostring(child, encoding="unicode") for child in root), (left, top, width, height)


def ridge(random: Random, width: float, base: float, rise: float, rough: float = 0.5) -> list[Point]:
    """Return the outline of hills by midpoint displacement: from `base` up to about `rise` above it."""
    heights = [random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)]
    spread = 0.5
    for _ in range(8):
        middles = [(a + b) / 2 + random.uniform(-spread, spread) for a, b in itertools.pairwise(heights)]
        heights = [h for pair in zip(heights, middles, strict=False) for h in pair] + heights[-1:]
        spread *= rough
    low, high = min(heights), max(heights)
    step = width / (len(heights) - 1)
    return [(i * step, base - rise * (h - low) / (high - low or 1)) for i, h in enumerate(heights)]


def ground(points: Sequence[Point], bottom: float) -> list[Point]:
    """Return an outline closed downwards."""
    return [*points, (points[-1][0], bottom), (points[0][0], bottom)]
