"""Build things that people made, as shapes: a pot, a lamp, a fire, a boat; and planets. Unit space as in shapes.py."""

from sutradhar.providers.offline.procedural.painting.noise import Rng
from sutradhar.providers.offline.procedural.painting.shapes import Shapes, blob, box, limb, oval, polygon, star


def build_well() -> Shapes:
    shapes = [
        box("stone_dark", -0.3, 0, 0.3, 0.26),
        oval("stone", 0, 0.26, 0.31, 0.07),
        oval("dark", 0, 0.265, 0.24, 0.045),
    ]
    for row in range(3):
        for i in range(5):
            x = -0.3 + 0.12 * i + (0.06 if row % 2 else 0)
            shapes.append(box("stone", x + 0.005, 0.02 + 0.08 * row, min(x + 0.11, 0.295), 0.08 + 0.08 * row))
    shapes += [limb("wood", [(x, 0.2), (x, 0.72)], [0.04, 0.035]) for x in (-0.27, 0.27)]
    return [
        *shapes,
        limb("wood_dark", [(-0.3, 0.7), (0.3, 0.7)], [0.045, 0.045]),
        limb("cream", [(0.02, 0.7), (0.02, 0.4)], [0.01, 0.01]),
        box("clay", -0.03, 0.3, 0.07, 0.4),
    ]


def build_pot() -> Shapes:
    body = blob("clay", (-0.12, 0.42), (-0.28, 0.28), (-0.22, 0.04), (0, 0), (0.22, 0.04), (0.28, 0.28), (0.12, 0.42))
    return [
        body,
        box("clay", -0.1, 0.4, 0.1, 0.55),
        oval("clay_dark", 0, 0.56, 0.15, 0.035),
        oval("dark", 0, 0.562, 0.11, 0.022),
        limb("clay_dark", [(-0.26, 0.24), (0, 0.2), (0.26, 0.24)], [0.014, 0.014]),
    ]


def build_lamp() -> Shapes:
    """Build a clay lamp with its flame."""
    bowl = blob("clay", (-0.2, 0.12), (-0.12, 0.02), (0.1, 0.02), (0.24, 0.13), (0, 0.1))
    return [
        bowl,
        blob("saffron", (0.2, 0.13), (0.15, 0.2), (0.2, 0.36), (0.25, 0.2)),
        blob("flame", (0.2, 0.14), (0.18, 0.19), (0.2, 0.28), (0.22, 0.19)),
    ]


def build_fire(rng: Rng) -> Shapes:
    shapes = [
        limb("wood_dark", [(-0.3, 0.02), (0.25, 0.1)], [0.06, 0.05]),
        limb("wood", [(-0.24, 0.1), (0.3, 0.02)], [0.06, 0.05]),
    ]
    for color, wide, high, tips in (
        ("flame_red", 0.34, 0.95, 5),
        ("flame_orange", 0.25, 0.72, 4),
        ("flame", 0.15, 0.46, 3),
    ):
        edge = [(-wide, 0.1), (-wide * 1.1, 0.24 * high)]
        for i in range(tips):
            x = (2 * (i + 0.5) / tips - 1) * wide
            tip = high * (1 - 0.55 * abs(x) / wide) * (0.8 + 0.3 * float(rng.random()))
            edge += [(x + 0.03 * float(rng.normal()), tip), (x + wide / tips, tip * 0.55)]
        edge[-1] = (wide * 1.1, 0.24 * high)
        shapes.append(blob(color, *edge, (wide, 0.1), (0, 0.04)))
    return shapes


def build_sparks(rng: Rng) -> Shapes:
    return [star("flame", float(rng.normal(0, 0.35)), 0.2 + float(rng.random()), 0.006, 0.02, 4) for _ in range(34)]


def build_boat() -> Shapes:
    hull = blob("wood", (-0.5, 0.2), (-0.3, 0.02), (0, -0.02), (0.3, 0.02), (0.5, 0.2), (0.25, 0.13), (-0.25, 0.13))
    return [
        limb("wood_dark", [(0, 0.1), (0, 0.8)], [0.025, 0.015]),
        polygon("cream", (0.02, 0.76), (0.36, 0.26), (0.02, 0.22)),
        polygon("saffron", (-0.02, 0.66), (-0.26, 0.26), (-0.02, 0.22)),
        hull,
    ]


def build_planet(color: str, rings: bool) -> Shapes:
    shapes = [oval("cream", 0, 0, 0.95, 0.16, 18)] if rings else []
    shapes += [
        oval(color, 0, 0, 0.5, 0.5),
        *(oval("stone_light", 0, y, 0.44 - abs(y) * 0.4, 0.035, 8) for y in (-0.2, 0.05, 0.25)),
    ]
    return shapes
