"""Build houses, temples and parts of buildings, as shapes. Unit space as in shapes.py."""

from sutradhar.providers.offline.procedural.painting.noise import Rng
from sutradhar.providers.offline.procedural.painting.shapes import (
    Shape,
    Shapes,
    blob,
    box,
    limb,
    oval,
    polygon,
    trace_spline,
)


def build_shikhara() -> Shapes:
    """Build a North Indian temple: a curved tower over the shrine, a porch, a flag; 1 tall."""
    tower = [(-0.2, 0.3), (-0.19, 0.5), (-0.14, 0.7), (-0.06, 0.84), (0.06, 0.84), (0.14, 0.7), (0.19, 0.5), (0.2, 0.3)]
    shapes = [box("stone_dark", -0.46, 0, 0.46, 0.05), box("stone", -0.42, 0.05, 0.42, 0.09)]
    shapes += [box("stone", -0.22, 0.09, 0.22, 0.32), Shape("stone_light", trace_spline(tower, closed=False))]
    for i in range(6):
        y, half = 0.36 + i * 0.08, 0.195 - 0.012 * i - 0.004 * i * i
        shapes.append(box("stone", -half, y, half, y + 0.022))
    shapes += [limb("stone", [(0, 0.32), (0, 0.82)], [0.07, 0.03]), oval("stone_light", 0, 0.855, 0.085, 0.035)]
    shapes += [oval("gold", 0, 0.905, 0.035, 0.032), polygon("gold", (-0.012, 0.93), (0.012, 0.93), (0, 0.99))]
    shapes += [
        limb("wood", [(0.03, 0.86), (0.03, 1.08)], [0.01, 0.008]),
        polygon("saffron", (0.03, 1.08), (0.2, 1.04), (0.03, 0.99)),
    ]
    for x in (-0.4, -0.29, 0.29, 0.4):
        shapes.append(box("stone_light", x - 0.02, 0.09, x + 0.02, 0.27))
    shapes += [
        polygon("stone", (-0.45, 0.27), (-0.22, 0.27), (-0.22, 0.36)),
        polygon("stone", (0.45, 0.27), (0.22, 0.27), (0.22, 0.36)),
    ]
    door = trace_spline([(-0.075, 0.09), (-0.075, 0.22), (0, 0.28), (0.075, 0.22), (0.075, 0.09)], closed=False)
    return [*shapes, Shape("dark", door), oval("flame", 0, 0.13, 0.022, 0.03)]


def build_gopuram() -> Shapes:
    """Build a South Indian gate tower in steps; 1 tall."""
    shapes = [box("stone_dark", -0.34, 0, 0.34, 0.2), box("dark", -0.07, 0, 0.07, 0.17)]
    for i in range(6):
        low, half = 0.2 + i * 0.115, 0.3 - i * 0.036
        shapes.append(
            polygon(
                "stone" if i % 2 else "stone_light",
                (-half, low),
                (half, low),
                (half - 0.025, low + 0.1),
                (-half + 0.025, low + 0.1),
            )
        )
        shapes.append(box("clay", -half - 0.012, low + 0.095, half + 0.012, low + 0.117))
        shapes += [
            box("clay_dark", x * half * 0.36 - 0.012, low + 0.02, x * half * 0.36 + 0.012, low + 0.075)
            for x in range(-2, 3)
        ]
    shapes.append(oval("stone_light", 0, 0.9, 0.11, 0.05))
    return [
        *shapes,
        *(polygon("gold", (x - 0.012, 0.93), (x + 0.012, 0.93), (x, 1.0)) for x in (-0.08, -0.03, 0.03, 0.08)),
    ]


def build_hut(rng: Rng, has_light: bool) -> Shapes:
    """Build mud walls under thatch; 0.75 tall."""
    roof = blob(
        "brown", (-0.5, 0.36), (-0.3, 0.56), (0, 0.76), (0.3, 0.56), (0.5, 0.36), (0.25, 0.34), (0, 0.38), (-0.25, 0.34)
    )
    shapes = [box("cream", -0.36, 0, 0.36, 0.42), box("clay", -0.37, 0, 0.37, 0.07), roof]
    for i in range(9):
        x = -0.42 + i * 0.105
        shapes.append(limb("wood", [(x * 0.3, 0.7), (x, 0.4)], [0.008, 0.012]))
    glow = "flame" if has_light else "dark"
    door = box("flame" if has_light and rng.random() > 0.5 else "wood_dark", -0.08, 0, 0.08, 0.26)
    return [
        *shapes,
        door,
        box(glow, 0.17, 0.16, 0.28, 0.27),
        box("wood", 0.218, 0.16, 0.228, 0.27),
        box(glow, -0.28, 0.16, -0.18, 0.27),
    ]


def build_tower_block(rng: Rng, has_light: bool) -> Shapes:
    """Build one building of a skyline, 0.3 wide and up to 1 tall, with most windows bright at night."""
    high = 0.45 + 0.55 * float(rng.random())
    shapes = [box("blue" if rng.random() > 0.5 else "grey", -0.15, 0, 0.15, high)]
    if rng.random() > 0.5:
        shapes += [
            box("grey", -0.07, high, 0.07, high + 0.06),
            limb("metal", [(0, high), (0, high + 0.15)], [0.008, 0.004]),
        ]
    rows = int(high / 0.075)
    for row in range(1, rows):
        for column in range(5):
            on = rng.random() < (0.62 if has_light else 0.12)
            color = "flame" if on else ("dark" if has_light else "sky_blue")
            x, y = -0.125 + column * 0.055, row * 0.075
            shapes.append(box(color, x, y, x + 0.032, y + 0.042))
    return shapes


def build_golden_city() -> Shapes:
    """Build walls, gates and domes of gold, 1 wide."""
    shapes = [box("gold_dark", -0.5, 0, 0.5, 0.12)]
    for x, high, wide in ((-0.4, 0.3, 0.09), (-0.2, 0.42, 0.12), (0, 0.55, 0.16), (0.21, 0.4, 0.12), (0.4, 0.28, 0.09)):
        shapes.append(box("gold", x - wide / 2, 0.1, x + wide / 2, high))
        dome = [
            (x - wide * 0.6, high),
            (x - wide * 0.62, high + wide * 0.5),
            (x, high + wide * 1.15),
            (x + wide * 0.62, high + wide * 0.5),
            (x + wide * 0.6, high),
        ]
        shapes += [
            Shape("gold", trace_spline(dome, closed=False)),
            polygon("gold_dark", (x - 0.01, high + wide), (x + 0.01, high + wide), (x, high + wide * 1.6)),
        ]
        shapes.append(box("dark", x - wide * 0.16, high - 0.14, x + wide * 0.16, high - 0.05))
    return shapes


def build_pillar(broken: bool = False) -> Shapes:
    """Build a carved column, 1 tall."""
    shapes = [box("stone_dark", -0.13, 0, 0.13, 0.05), box("stone", -0.11, 0.05, 0.11, 0.09)]
    shapes += [
        box("stone_light", -0.08, 0.09, 0.08, 0.9),
        box("stone", -0.03, 0.09, 0.0, 0.9),
        box("stone", 0.045, 0.09, 0.06, 0.9),
    ]
    for y in (0.2, 0.48, 0.76):
        shapes += [box("gold_dark", -0.09, y, 0.09, y + 0.022), oval("gold", 0, y + 0.011, 0.022, 0.022)]
    shapes += [box("stone", -0.11, 0.88, 0.11, 0.93), box("stone_dark", -0.14, 0.93, 0.14, 1.0)]
    if broken:
        crack = polygon(
            "flame",
            (-0.02, 0.95),
            (0.03, 0.78),
            (-0.03, 0.62),
            (0.04, 0.45),
            (-0.05, 0.28),
            (0.01, 0.1),
            (0.05, 0.28),
            (-0.01, 0.46),
            (0.06, 0.63),
            (0.01, 0.79),
            (0.04, 0.95),
        )
        shapes.append(crack)
    return shapes


def build_window(has_light: bool) -> Shapes:
    """Build an arched window, 1 tall."""

    def arch(w: float, h: float) -> list[tuple[float, float]]:
        return [(-w, 0), (-w, h * 0.62), (-w * 0.55, h * 0.86), (0, h), (w * 0.55, h * 0.86), (w, h * 0.62), (w, 0)]

    return [
        Shape("stone_dark", trace_spline(arch(0.36, 1.0), closed=False)),
        Shape("flame" if has_light else "sky_blue", trace_spline(arch(0.29, 0.92), closed=False)),
        limb("stone_dark", [(0, 0.02), (0, 0.88)], [0.025, 0.02]),
    ]
