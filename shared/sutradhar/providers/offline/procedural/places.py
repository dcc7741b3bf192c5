"""The stage of each scene: sky, land, water and buildings, painted from the farthest to the nearest."""

from collections.abc import Callable, Mapping

import numpy as np

from sutradhar.providers.offline.procedural import buildings, plants, scenery
from sutradhar.providers.offline.procedural.canvas import Canvas
from sutradhar.providers.offline.procedural.noise import Field
from sutradhar.providers.offline.procedural.palette import mix_colors, parse_rgb
from sutradhar.providers.offline.procedural.prompt_words import PromptTags
from sutradhar.providers.offline.procedural.scenery import WHITE
from sutradhar.providers.offline.procedural.shapes import Shapes

GROUND = 0.8
"""Where figures stand, as a share of the height."""

Place = Callable[[Canvas, PromptTags], None]
_DARK_LIGHTS = ("night", "dusk", "storm")


def has_lamplight(tags: PromptTags) -> bool:
    """Whether lamps burn and windows shine."""
    return tags.light in _DARK_LIGHTS or "lamp" in tags.features


def _paint_open_sky(canvas: Canvas, tags: PromptTags, horizon: float) -> float:
    y = canvas.height * horizon
    scenery.paint_sky(canvas, y)
    if "lightning" in tags.features:
        scenery.paint_lightning(canvas, y)
    if "rainbow" in tags.features:
        scenery.paint_rainbow(canvas, y)
    return y


def _paint_row(
    canvas: Canvas, make: Callable[[], Shapes], skyline: Field, count: int, size: float, depth: float
) -> None:
    """``count`` things of about ``size`` (a share of the height) along a skyline."""
    for i in range(count):
        x = (i + 0.15 + 0.7 * canvas.rng.random()) / count * canvas.width
        high = canvas.height * size * (0.75 + 0.5 * canvas.rng.random())
        y = float(skyline[int(np.clip(x, 0, canvas.width - 1))]) + 0.04 * high
        canvas.paint_shapes(make(), x, y, high, depth=depth, flip=canvas.rng.random() > 0.5, shadow=False, rim=0.35)


def _paint_near_ground(canvas: Canvas, tint: str, y: float = 0.735) -> Field:
    return scenery.paint_land(canvas, canvas.height * y, canvas.height * 0.05, 0.95, bumps=2, tint=tint)


def paint_mountains(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    horizon = _paint_open_sky(canvas, tags, 0.6)
    snow = mix_colors(canvas.light.ambient, WHITE, 0.55)
    for i, depth in enumerate((0.1, 0.25, 0.42)):
        base, rise = horizon + h * 0.035 * i, h * (0.46 - 0.09 * i)
        cap = mix_colors(snow, canvas.light.far, 0.35 - 0.1 * i)
        scenery.paint_land(canvas, base, rise, depth, bumps=2.5 + 1.6 * i, sharp=1.0, tint="6f7f95", cap=cap)
        scenery.paint_mist(canvas, base + h * 0.05, h * 0.05, 0.45)
    if "waterfall" in tags.features or {"river", "shiva"} & (tags.features | set(tags.figures)):
        scenery.paint_waterfall(canvas, canvas.width * 0.56, h * 0.1, h * 0.74, canvas.width * 0.055)
    skyline = scenery.paint_land(canvas, h * 0.68, h * 0.09, 0.65, bumps=4, tint="54705c")
    _paint_row(canvas, lambda: plants.build_pine(canvas.rng), skyline, 16, 0.1, 0.65)
    _paint_near_ground(canvas, "8d8c86")


def paint_sea(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    horizon = _paint_open_sky(canvas, tags, 0.52)
    scenery.paint_land(canvas, horizon, h * 0.07, 0.2, bumps=3)
    if "golden_city" in tags.features:
        canvas.paint_shapes(
            buildings.build_golden_city(), canvas.width * 0.78, horizon, h * 0.24, depth=0.45, shadow=False
        )
    scenery.paint_water(canvas, horizon)
    if "vapour" in tags.features:
        scenery.paint_vapour(canvas, h * 0.72, h * 0.2)
    if "boat" in tags.features:
        canvas.paint_shapes(buildings.build_boat(), canvas.width * 0.3, h * 0.68, h * 0.26, shadow=False)
    if any(f not in ("hanuman", "fish", "dove", "crow") for f in tags.figures):
        _paint_near_ground(canvas, "d8b888", 0.8)


def paint_river(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    horizon = _paint_open_sky(canvas, tags, 0.5)
    scenery.paint_land(canvas, horizon, h * 0.16, 0.25, bumps=3, tint="5d8a76")
    skyline = scenery.paint_land(canvas, horizon + h * 0.03, h * 0.06, 0.5, bumps=4, tint="4f8148")
    _paint_row(canvas, lambda: plants.build_round_tree(canvas.rng), skyline, 13, 0.12, 0.5)
    scenery.paint_land(canvas, horizon + h * 0.08, h * 0.03, 0.75, bumps=2, tint="6d9a45")
    scenery.paint_river(canvas, horizon + h * 0.055, w * 0.56, w * 0.72)
    if "temple" in tags.features:
        canvas.paint_shapes(buildings.build_shikhara(), w * 0.24, h * 0.66, h * 0.36, depth=0.8)
    for x, size in ((0.05, 0.5), (0.95, 0.42)):
        canvas.paint_shapes(plants.build_round_tree(canvas.rng), w * x, h * 0.8, h * size, depth=0.95)


def paint_forest(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    horizon = _paint_open_sky(canvas, tags, 0.62)
    for depth, y, count, size in ((0.2, 0.6, 16, 0.42), (0.45, 0.66, 11, 0.5)):
        skyline = scenery.paint_land(canvas, h * y, h * 0.06, depth, bumps=5, tint="3f6d4a")
        _paint_row(canvas, lambda: plants.build_pine(canvas.rng), skyline, count, size, depth)
        _paint_row(canvas, lambda: plants.build_round_tree(canvas.rng), skyline, count, size * 0.85, depth)
        scenery.paint_mist(canvas, h * (y + 0.02), h * 0.09, 0.4)
    scenery.paint_rays(canvas, 0.5)
    _paint_near_ground(canvas, "557a3c")
    if "river" in tags.features:
        scenery.paint_river(canvas, horizon + h * 0.12, w * 0.52, w * 0.66)
    for x, size in ((0.03, 0.82), (0.97, 0.74)):
        canvas.paint_shapes(plants.build_round_tree(canvas.rng), w * x, h * 0.86, h * size, depth=1.0)


def paint_meadow(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    horizon = _paint_open_sky(canvas, tags, 0.58)
    for depth, y, rise, tint in (
        (0.15, 0.57, 0.16, "6f93a0"),
        (0.4, 0.62, 0.1, "6d9a62"),
        (0.68, 0.67, 0.07, "79a548"),
    ):
        skyline = scenery.paint_land(canvas, h * y, h * rise, depth, bumps=3, tint=tint)
        if depth > 0.3:
            _paint_row(canvas, lambda: plants.build_round_tree(canvas.rng), skyline, 6, 0.11 * (0.5 + depth), depth)
    if "road" in tags.features:
        scenery.paint_road(canvas, horizon + h * 0.08, canvas.width * 0.62)
    else:
        _paint_near_ground(canvas, "7fa548")


def paint_village(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    _paint_open_sky(canvas, tags, 0.56)
    scenery.paint_land(canvas, h * 0.56, h * 0.14, 0.2, bumps=2.5, tint="6f8f78")
    skyline = scenery.paint_land(canvas, h * 0.64, h * 0.05, 0.55, bumps=2, tint="93a060")
    _paint_row(canvas, lambda: plants.build_palm(canvas.rng), skyline, 7, 0.34, 0.6)
    _paint_row(canvas, lambda: buildings.build_hut(canvas.rng, has_lamplight(tags)), skyline, 6, 0.25, 0.65)
    _paint_near_ground(canvas, "c39c64")


def paint_temple(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    _paint_open_sky(canvas, tags, 0.6)
    scenery.paint_land(canvas, h * 0.6, h * 0.16, 0.2, bumps=3)
    _paint_near_ground(canvas, "c0a06c", 0.7)
    tall = min(h * 0.62, w * 0.8)
    canvas.paint_shapes(buildings.build_gopuram(), w * 0.16, h * 0.72, tall * 0.62, depth=0.6)
    canvas.paint_shapes(buildings.build_gopuram(), w * 0.86, h * 0.72, tall * 0.56, depth=0.6)
    canvas.paint_shapes(buildings.build_shikhara(), w * 0.52, h * 0.73, tall, depth=0.85)
    canvas.add_glow(w * 0.52, h * 0.68, tall * 0.3, parse_rgb("ffcf70"), 0.45 if has_lamplight(tags) else 0.15)


def paint_city(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    _paint_open_sky(canvas, tags, 0.7)
    for depth, y, count, size in ((0.25, 0.66, 13, 0.46), (0.55, 0.72, 10, 0.42), (0.9, 0.78, 7, 0.34)):
        skyline = scenery.paint_land(canvas, h * y, h * 0.02, depth)
        _paint_row(
            canvas, lambda: buildings.build_tower_block(canvas.rng, has_lamplight(tags)), skyline, count, size, depth
        )
        scenery.paint_mist(canvas, h * y, h * 0.04, 0.2)
    _paint_near_ground(canvas, "6b6670", 0.8)


def paint_desert(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    _paint_open_sky(canvas, tags, 0.58)
    for depth, y, rise in ((0.2, 0.58, 0.12), (0.5, 0.64, 0.09), (0.75, 0.7, 0.06)):
        scenery.paint_land(canvas, h * y, h * rise, depth, bumps=2, tint="d8a765")
    canvas.paint_shapes(plants.build_leafless_tree(canvas.rng), canvas.width * 0.83, h * 0.76, h * 0.46)
    _paint_near_ground(canvas, "cfa269", 0.78)


def paint_vineyard(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    _paint_open_sky(canvas, tags, 0.56)
    scenery.paint_land(canvas, h * 0.57, h * 0.14, 0.25, bumps=2.5, tint="7d9a6a")
    skyline = scenery.paint_land(canvas, h * 0.64, h * 0.06, 0.6, bumps=2, tint="8aa04e")
    _paint_row(canvas, lambda: plants.build_bush(canvas.rng), skyline, 14, 0.07, 0.6)
    _paint_near_ground(canvas, "b48a55")
    canvas.paint_shapes(plants.build_vine(canvas.rng), w * 0.7, h * GROUND, min(h * 0.66, w * 0.62), rim=0.35)


def paint_hall(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    wall = mix_colors(parse_rgb("8c4a38") * canvas.light.ambient, canvas.light.near, 0.25)
    full = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    canvas.paint_layer(full, wall * 0.75, wall * 1.15, texture=0.14, rim=0)
    floor = mix_colors(parse_rgb("c08a58") * canvas.light.ambient, canvas.light.near, 0.2)
    canvas.sun = (w * 0.5, h * 0.22)
    for x in (0.2, 0.5, 0.8):
        canvas.paint_shapes(
            buildings.build_window(has_lamplight(tags)), w * x, h * 0.6, h * 0.42, shadow=False, depth=0.9
        )
        canvas.add_glow(w * x, h * 0.4, h * 0.4, canvas.light.sun, 0.35)
    front = np.array([[0, h * 0.68], [w, h * 0.68], [w, h], [0, h]], np.float32)
    canvas.paint_layer(front, floor, floor * 0.7, texture=0.12, rim=0.5)
    middle = w * 0.5
    for i in range(-6, 7):
        near, far = middle + i * w * 0.17, middle + i * w * 0.09
        line = np.array(
            [[far - 1, h * 0.68], [far + 1, h * 0.68], [near + 3 * canvas.unit, h], [near - 3 * canvas.unit, h]],
            np.float32,
        )
        canvas.fill_outlines([line], floor * 0.7, 0.5)
    for y in (0.715, 0.78, 0.88):
        strip = np.array(
            [[0, h * y], [w, h * y], [w, h * y + 2.5 * canvas.unit], [0, h * y + 2.5 * canvas.unit]], np.float32
        )
        canvas.fill_outlines([strip], floor * 0.7, 0.5)
    carpet = np.array([[w * 0.42, h * 0.68], [w * 0.58, h * 0.68], [w * 0.74, h], [w * 0.26, h]], np.float32)
    canvas.paint_layer(
        carpet,
        parse_rgb("a3322c") * canvas.light.ambient,
        parse_rgb("7a2024") * canvas.light.ambient,
        texture=0.1,
        rim=0.4,
    )
    for x, size in ((0.06, 0.86), (0.34, 0.68), (0.66, 0.68), (0.94, 0.86)):
        broken = "pillar" in tags.features and x == 0.66
        canvas.paint_shapes(
            buildings.build_pillar(broken), w * x, h * (0.73 if size < 0.8 else 0.8), h * size, depth=0.95
        )
        canvas.add_glow(w * x + 30 * canvas.unit, h * 0.36, h * 0.2, parse_rgb("ffc668"), 0.4)
    if "pillar" in tags.features:
        canvas.add_glow(w * 0.66, h * 0.45, h * 0.5, parse_rgb("ffd877"), 0.8)


def paint_clouds(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    _paint_open_sky(canvas, tags, 0.95)
    for i in range(5):
        x = w * (0.1 + 0.2 * i + 0.08 * canvas.rng.normal())
        scenery.paint_cumulus(canvas, x, h * (0.92 - 0.05 * (i % 2)), h * 0.5, 0.6)
    for i in range(7):
        scenery.paint_cumulus(canvas, w * (i / 6), h * 1.04, h * 0.34, 0.95)
    if "vapour" in tags.features:
        scenery.paint_vapour(canvas, h * 0.7, h * 0.2)


def paint_space(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    scenery.paint_sky(canvas, h * 1.6)
    canvas.paint_shapes(buildings.build_planet("sky_blue", False), w * 0.78, h * 0.34, h * 0.22, shadow=False)
    canvas.paint_shapes(buildings.build_planet("cream", True), w * 0.24, h * 0.6, h * 0.3, shadow=False)
    if tags.figures:
        scenery.paint_land(canvas, h * 0.8, h * 0.06, 0.8, bumps=4, tint="8a8790")


PLACES: Mapping[str, Place] = {
    "mountains": paint_mountains,
    "sea": paint_sea,
    "river": paint_river,
    "forest": paint_forest,
    "meadow": paint_meadow,
    "village": paint_village,
    "temple": paint_temple,
    "city": paint_city,
    "desert": paint_desert,
    "vineyard": paint_vineyard,
    "hall": paint_hall,
    "clouds": paint_clouds,
    "space": paint_space,
}
