"""Build trees, vines and flowers, as shapes. Unit space as in shapes.py; a full-grown tree is about 1 tall."""

import math

from sutradhar.providers.offline.procedural.painting.noise import Rng
from sutradhar.providers.offline.procedural.painting.shapes import (
    Point,
    Shape,
    Shapes,
    blob,
    limb,
    oval,
    polygon,
    star,
    trace_circle,
    trace_spline,
)


def _build_foliage(rng: Rng, color: str, x: float, y: float, radius: float, lumps: int = 11) -> Shape:
    """Build a leafy outline round (x, y)."""
    points: list[Point] = []
    for px, py in trace_circle(0, 0, 1, lumps, float(rng.random())):
        r = radius * (0.86 + 0.28 * float(rng.random()))
        points.append((x + px * r, y + py * r * 0.85))
    return blob(color, *points)


def build_round_tree(rng: Rng) -> Shapes:
    shapes = [limb("wood", [(0, 0), (0.02, 0.25), (0, 0.5)], [0.1, 0.06, 0.04])]
    shapes.append(limb("wood", [(0, 0.3), (0.14, 0.5)], [0.04, 0.02]))
    for x, y, r, color in (
        (-0.17, 0.56, 0.2, "green_dark"),
        (0.19, 0.58, 0.19, "green_dark"),
        (0, 0.7, 0.24, "green"),
        (-0.08, 0.82, 0.15, "green_light"),
        (0.12, 0.78, 0.12, "green_light"),
    ):
        shapes.append(_build_foliage(rng, color, x, y, r))
    return shapes


def build_pine(rng: Rng) -> Shapes:
    shapes = [polygon("wood_dark", (-0.025, 0), (0.025, 0), (0.015, 0.2), (-0.015, 0.2))]
    for i in range(5):
        low, half = 0.13 + i * 0.16, 0.26 - i * 0.045
        sag = 0.03 * float(rng.random())
        color = "green_dark" if i % 2 else "green"
        shapes.append(polygon(color, (-half, low - sag), (0, low + 0.03), (half, low - sag), (0, low + 0.27)))
    return shapes


def build_palm(rng: Rng) -> Shapes:
    lean = 0.16 * float(rng.random()) + 0.04
    top = (lean, 0.78)
    shapes = [limb("wood", [(0, 0), (lean * 0.3, 0.4), top], [0.06, 0.045, 0.035])]
    for i in range(9):
        a = math.radians(-25 + i * 29)
        tip = (top[0] + 0.34 * math.cos(a), top[1] + 0.24 * math.sin(a) - 0.06)
        middle = (top[0] + 0.2 * math.cos(a), top[1] + 0.2 * math.sin(a) + 0.05)
        shapes.append(limb("green_dark" if i % 2 else "green", [top, middle, tip], [0.03, 0.07, 0.008]))
    return [
        *shapes,
        oval("brown", top[0] - 0.03, top[1] - 0.03, 0.025, 0.025),
        oval("brown", top[0] + 0.03, top[1] - 0.03, 0.025, 0.025),
    ]


def build_banyan(rng: Rng) -> Shapes:
    """Build a wide banyan with roots that hang from its branches."""
    shapes: Shapes = []
    for x, thick in ((-0.5, 0.02), (-0.33, 0.03), (0.36, 0.03), (0.55, 0.02), (-0.2, 0.015), (0.22, 0.018)):
        sway = 0.03 * float(rng.normal())
        shapes.append(limb("wood_dark", [(x, 0.62), (x + sway, 0.3), (x + sway, 0.0)], [thick, thick * 0.8, thick]))
    shapes.append(limb("wood", [(-0.06, 0), (-0.03, 0.3), (0, 0.62)], [0.26, 0.15, 0.16]))
    shapes.append(limb("wood", [(0.08, 0), (0.05, 0.3), (0.02, 0.6)], [0.16, 0.1, 0.1]))
    for end in (-0.55, -0.3, 0.3, 0.58):
        shapes.append(limb("wood", [(0, 0.45), (end * 0.6, 0.6), (end, 0.68)], [0.08, 0.05, 0.03]))
    for x, y, r in ((-0.55, 0.72, 0.22), (0.55, 0.72, 0.22), (-0.25, 0.78, 0.25), (0.26, 0.79, 0.25), (0, 0.84, 0.26)):
        shapes.append(_build_foliage(rng, "green_dark", x, y - 0.04, r, 13))
    for x, y, r in ((-0.45, 0.83, 0.15), (0.42, 0.84, 0.16), (-0.1, 0.92, 0.17), (0.16, 0.9, 0.14)):
        shapes.append(_build_foliage(rng, "green", x, y, r, 12))
    for x, y, r in ((-0.3, 0.93, 0.09), (0.3, 0.92, 0.08), (0.02, 0.99, 0.1)):
        shapes.append(_build_foliage(rng, "green_light", x, y, r))
    return shapes


def build_leafless_tree(rng: Rng) -> Shapes:
    shapes = [limb("wood_dark", [(0, 0), (0.02, 0.3), (-0.02, 0.6), (0.03, 0.9)], [0.1, 0.07, 0.05, 0.01])]
    for i in range(7):
        y = 0.32 + 0.08 * i
        side = -1 if i % 2 else 1
        reach = (0.3 - 0.02 * i) * (0.8 + 0.4 * float(rng.random()))
        shapes.append(
            limb("wood_dark", [(0, y), (side * reach * 0.6, y + 0.09), (side * reach, y + 0.2)], [0.035, 0.02, 0.006])
        )
    return shapes


def build_bush(rng: Rng) -> Shapes:
    shapes = [_build_foliage(rng, "green_dark", x, 0.16, 0.18) for x in (-0.2, 0.2)]
    return [*shapes, _build_foliage(rng, "green", 0, 0.22, 0.22), _build_foliage(rng, "green_light", -0.05, 0.3, 0.1)]


def build_vine(rng: Rng) -> Shapes:
    """Build a post with a vine that hangs over to the left, bearing grapes; 1 tall."""
    shapes = [limb("wood", [(0.42, 0), (0.4, 0.5), (0.42, 1.02)], [0.06, 0.05, 0.05])]
    shapes.append(limb("wood_dark", [(0.42, 0.9), (0.1, 1.0), (-0.25, 0.96), (-0.5, 1.0)], [0.05, 0.04, 0.03, 0.015]))
    for x, y in (
        (-0.48, 0.98),
        (-0.3, 1.05),
        (-0.1, 1.02),
        (0.12, 1.06),
        (0.3, 1.0),
        (0.46, 1.03),
        (-0.38, 0.9),
        (0.2, 0.92),
    ):
        turn = float(rng.random())
        leaf = trace_spline(
            [
                (x + 0.1 * px * (0.7 + 0.3 * (i % 2)), y + 0.09 * py * (0.7 + 0.3 * (i % 2)))
                for i, (px, py) in enumerate(trace_circle(0, 0, 1, 10, turn))
            ],
            closed=True,
        )
        shapes.append(Shape("green" if float(rng.random()) > 0.4 else "green_light", leaf))
    for x, y, rows in ((-0.22, 0.9, 6), (0.12, 0.86, 5), (-0.42, 0.86, 4)):
        for row in range(rows):
            count = rows - row
            for i in range(count):
                cx = x + (i - (count - 1) / 2) * 0.05
                cy = y - row * 0.046
                shapes += [
                    oval("grape", cx, cy, 0.028, 0.028),
                    oval("grape_light", cx - 0.008, cy + 0.009, 0.009, 0.009),
                ]
    return shapes


def build_grass(rng: Rng, count: int = 26) -> Shapes:
    """Build a tuft, 1 wide."""
    shapes: Shapes = []
    for _ in range(count):
        x, high = float(rng.random()) - 0.5, 0.12 + 0.22 * float(rng.random())
        lean = 0.12 * float(rng.normal())
        color = "green_dark" if float(rng.random()) > 0.4 else "green"
        shapes.append(polygon(color, (x - 0.012, 0), (x + 0.012, 0), (x + lean, high)))
    return shapes


def build_flowers(rng: Rng) -> Shapes:
    shapes = build_grass(rng, 12)
    for _ in range(7):
        x, y = float(rng.random()) - 0.5, 0.1 + 0.2 * float(rng.random())
        color = ("saffron", "yellow", "pink", "white", "red")[int(rng.integers(5))]
        shapes += [star(color, x, y, 0.02, 0.042, 7), oval("yellow", x, y, 0.012, 0.012)]
    return shapes


def build_lotus() -> Shapes:
    petals = [
        limb(
            "pink_light" if i % 2 else "pink",
            [(0, 0), (0.16 * math.cos(a), 0.2 * math.sin(a)), (0.24 * math.cos(a), 0.34 * math.sin(a))],
            [0.05, 0.12, 0.01],
        )
        for i in range(7)
        for a in [math.radians(20 + i * 23.3)]
    ]
    return [oval("green_dark", 0, -0.01, 0.42, 0.07), *petals]
