"""Build the parts of people, as shapes: heads, hair, crowns, robes. All face right (+x)."""

from sutradhar.providers.offline.procedural.painting.shapes import Shape, Shapes, blob, limb, oval, polygon

# With one shape on a line this reads as a table of coordinates; the formatter would make it four times as long.
# fmt: off


def build_head(x: float, y: float, r: float = 0.068, skin: str = "skin") -> Shapes:
    """Build a head in three-quarter view with a hint of nose, ear, eye and brow."""
    return [
        limb(skin, [(x - 0.1 * r, y - 0.5 * r), (x - 0.15 * r, y - 1.55 * r)], [r * 0.95, r * 0.95]),
        blob(
            skin, (x - 0.75 * r, y + 0.5 * r), (x, y + r), (x + 0.78 * r, y + 0.55 * r), (x + 0.8 * r, y + 0.08 * r),
            (x + 1.02 * r, y - 0.2 * r), (x + 0.8 * r, y - 0.34 * r), (x + 0.72 * r, y - 0.72 * r),
            (x + 0.36 * r, y - 1.06 * r), (x - 0.3 * r, y - 0.8 * r), (x - 0.8 * r, y - 0.2 * r),
        ),
        oval("dark", x + 0.5 * r, y + 0.04 * r, 0.1 * r, 0.13 * r),
        limb("hair", [(x + 0.28 * r, y + 0.3 * r), (x + 0.52 * r, y + 0.4 * r), (x + 0.72 * r, y + 0.28 * r)], [r * 0.1]),
        limb("red_dark", [(x + 0.5 * r, y - 0.52 * r), (x + 0.76 * r, y - 0.48 * r)], [r * 0.1]),
        oval(skin, x - 0.28 * r, y - 0.08 * r, 0.16 * r, 0.24 * r),
    ]


def build_hair_cap(x: float, y: float, r: float = 0.068, color: str = "hair") -> Shape:
    return blob(
        color, (x - 0.95 * r, y - 0.35 * r), (x - 1.05 * r, y + 0.4 * r), (x - 0.3 * r, y + 1.2 * r),
        (x + 0.55 * r, y + 1.02 * r), (x + 0.84 * r, y + 0.5 * r), (x + 0.3 * r, y + 0.62 * r),
        (x - 0.25 * r, y + 0.3 * r), (x - 0.45 * r, y - 0.3 * r),
    )


def build_crown(x: float, y: float, r: float = 0.068) -> Shapes:
    return [
        polygon(
            "gold", (x - 0.95 * r, y + 0.35 * r), (x - 1.15 * r, y + 1.3 * r), (x - 0.6 * r, y + 1.0 * r),
            (x - 0.32 * r, y + 1.75 * r), (x, y + 2.5 * r), (x + 0.32 * r, y + 1.75 * r), (x + 0.6 * r, y + 1.0 * r),
            (x + 1.1 * r, y + 1.3 * r), (x + 0.9 * r, y + 0.35 * r),
        ),
        limb("gold_dark", [(x - 0.95 * r, y + 0.45 * r), (x, y + 0.3 * r), (x + 0.9 * r, y + 0.45 * r)], [r * 0.2]),
        oval("red", x, y + 0.95 * r, 0.2 * r, 0.28 * r),
        oval("gold", x, y + 2.55 * r, 0.14 * r, 0.14 * r),
        oval("gold", x - 0.3 * r, y - 0.4 * r, 0.16 * r, 0.16 * r),
    ]


def build_robe(color: str, trim: str, hem: float = 0.2, waist: float = 0.1) -> Shapes:
    """Build a long robe from the shoulders (y 0.83) to the ground, with folds and a belt."""
    return [
        oval("dark", -hem * 0.35, 0.015, 0.06, 0.02), oval("dark", hem * 0.5, 0.015, 0.06, 0.02),
        blob(
            color, (-0.1, 0.84), (0.02, 0.86), (0.11, 0.83), (0.13, 0.7), (waist + 0.02, 0.55), (hem * 0.8, 0.3),
            (hem, 0.05), (hem * 0.55, 0.02), (0, 0.035), (-hem * 0.7, 0.02), (-hem, 0.05), (-hem * 0.75, 0.3),
            (-waist - 0.01, 0.55), (-0.13, 0.7),
        ),
        *[limb(trim, [(x * 0.45, 0.52), (x * 0.8, 0.28), (x, 0.05)], [0.006, 0.016]) for x in (-hem * 0.6, 0.0, hem * 0.6)],
        limb(trim, [(-waist - 0.015, 0.55), (0, 0.53), (waist + 0.02, 0.55)], [0.045]),
    ]
