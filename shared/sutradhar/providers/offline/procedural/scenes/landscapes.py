"""Paint places of nature: mountains, waters, woods, fields, a desert, clouds and space."""

from sutradhar.providers.offline.procedural.figures import buildings, objects, plants
from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.palette import WHITE, mix_colors
from sutradhar.providers.offline.procedural.scenes import land, sky, weather
from sutradhar.providers.offline.procedural.scenes.place_parts import (
    GROUND,
    paint_near_ground,
    paint_open_sky,
    paint_row,
)
from sutradhar.providers.offline.procedural.scenes.prompt_words import PromptTags


def paint_mountains(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    horizon = paint_open_sky(canvas, tags, 0.6)
    snow = mix_colors(canvas.light.ambient, WHITE, 0.55)
    for i, depth in enumerate((0.1, 0.25, 0.42)):
        base, rise = horizon + h * 0.035 * i, h * (0.46 - 0.09 * i)
        cap = mix_colors(snow, canvas.light.far, 0.35 - 0.1 * i)
        land.paint_land(canvas, base, rise, depth, bumps=2.5 + 1.6 * i, sharp=1.0, tint="6f7f95", cap=cap)
        weather.paint_mist(canvas, base + h * 0.05, h * 0.05, 0.45)
    if "waterfall" in tags.features or {"river", "shiva"} & (tags.features | set(tags.figures)):
        land.paint_waterfall(canvas, canvas.width * 0.56, h * 0.1, h * 0.74, canvas.width * 0.055)
    skyline = land.paint_land(canvas, h * 0.68, h * 0.09, 0.65, bumps=4, tint="54705c")
    paint_row(canvas, lambda: plants.build_pine(canvas.rng), skyline, 16, 0.1, 0.65)
    paint_near_ground(canvas, "8d8c86")


def paint_sea(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    horizon = paint_open_sky(canvas, tags, 0.52)
    land.paint_land(canvas, horizon, h * 0.07, 0.2, bumps=3)
    if "golden_city" in tags.features:
        canvas.paint_shapes(
            buildings.build_golden_city(), canvas.width * 0.78, horizon, h * 0.24, depth=0.45, shadow=False
        )
    land.paint_water(canvas, horizon)
    if "vapour" in tags.features:
        weather.paint_vapour(canvas, h * 0.72, h * 0.2)
    if "boat" in tags.features:
        canvas.paint_shapes(objects.build_boat(), canvas.width * 0.3, h * 0.68, h * 0.26, shadow=False)
    if any(f not in ("hanuman", "fish", "dove", "crow") for f in tags.figures):
        paint_near_ground(canvas, "d8b888", 0.8)


def paint_river(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    horizon = paint_open_sky(canvas, tags, 0.5)
    land.paint_land(canvas, horizon, h * 0.16, 0.25, bumps=3, tint="5d8a76")
    skyline = land.paint_land(canvas, horizon + h * 0.03, h * 0.06, 0.5, bumps=4, tint="4f8148")
    paint_row(canvas, lambda: plants.build_round_tree(canvas.rng), skyline, 13, 0.12, 0.5)
    land.paint_land(canvas, horizon + h * 0.08, h * 0.03, 0.75, bumps=2, tint="6d9a45")
    land.paint_winding_river(canvas, horizon + h * 0.055, w * 0.56, w * 0.72)
    if "temple" in tags.features:
        canvas.paint_shapes(buildings.build_shikhara(), w * 0.24, h * 0.66, h * 0.36, depth=0.8)
    for x, size in ((0.05, 0.5), (0.95, 0.42)):
        canvas.paint_shapes(plants.build_round_tree(canvas.rng), w * x, h * 0.8, h * size, depth=0.95)


def paint_forest(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    horizon = paint_open_sky(canvas, tags, 0.62)
    for depth, y, count, size in ((0.2, 0.6, 16, 0.42), (0.45, 0.66, 11, 0.5)):
        skyline = land.paint_land(canvas, h * y, h * 0.06, depth, bumps=5, tint="3f6d4a")
        paint_row(canvas, lambda: plants.build_pine(canvas.rng), skyline, count, size, depth)
        paint_row(canvas, lambda: plants.build_round_tree(canvas.rng), skyline, count, size * 0.85, depth)
        weather.paint_mist(canvas, h * (y + 0.02), h * 0.09, 0.4)
    sky.paint_rays(canvas, 0.5)
    paint_near_ground(canvas, "557a3c")
    if "river" in tags.features:
        land.paint_winding_river(canvas, horizon + h * 0.12, w * 0.52, w * 0.66)
    for x, size in ((0.03, 0.82), (0.97, 0.74)):
        canvas.paint_shapes(plants.build_round_tree(canvas.rng), w * x, h * 0.86, h * size, depth=1.0)


def paint_meadow(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    horizon = paint_open_sky(canvas, tags, 0.58)
    for depth, y, rise, tint in (
        (0.15, 0.57, 0.16, "6f93a0"),
        (0.4, 0.62, 0.1, "6d9a62"),
        (0.68, 0.67, 0.07, "79a548"),
    ):
        skyline = land.paint_land(canvas, h * y, h * rise, depth, bumps=3, tint=tint)
        if depth > 0.3:
            paint_row(canvas, lambda: plants.build_round_tree(canvas.rng), skyline, 6, 0.11 * (0.5 + depth), depth)
    if "road" in tags.features:
        land.paint_road(canvas, horizon + h * 0.08, canvas.width * 0.62)
    else:
        paint_near_ground(canvas, "7fa548")


def paint_desert(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    paint_open_sky(canvas, tags, 0.58)
    for depth, y, rise in ((0.2, 0.58, 0.12), (0.5, 0.64, 0.09), (0.75, 0.7, 0.06)):
        land.paint_land(canvas, h * y, h * rise, depth, bumps=2, tint="d8a765")
    canvas.paint_shapes(plants.build_leafless_tree(canvas.rng), canvas.width * 0.83, h * 0.76, h * 0.46)
    paint_near_ground(canvas, "cfa269", 0.78)


def paint_vineyard(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    paint_open_sky(canvas, tags, 0.56)
    land.paint_land(canvas, h * 0.57, h * 0.14, 0.25, bumps=2.5, tint="7d9a6a")
    skyline = land.paint_land(canvas, h * 0.64, h * 0.06, 0.6, bumps=2, tint="8aa04e")
    paint_row(canvas, lambda: plants.build_bush(canvas.rng), skyline, 14, 0.07, 0.6)
    paint_near_ground(canvas, "b48a55")
    canvas.paint_shapes(plants.build_vine(canvas.rng), w * 0.7, h * GROUND, min(h * 0.66, w * 0.62), rim=0.35)


def paint_clouds(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    paint_open_sky(canvas, tags, 0.95)
    for i in range(5):
        x = w * (0.1 + 0.2 * i + 0.08 * canvas.rng.normal())
        weather.paint_cumulus(canvas, x, h * (0.92 - 0.05 * (i % 2)), h * 0.5, 0.6)
    for i in range(7):
        weather.paint_cumulus(canvas, w * (i / 6), h * 1.04, h * 0.34, 0.95)
    if "vapour" in tags.features:
        weather.paint_vapour(canvas, h * 0.7, h * 0.2)


def paint_space(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    sky.paint_sky(canvas, h * 1.6)
    canvas.paint_shapes(objects.build_planet("sky_blue", False), w * 0.78, h * 0.34, h * 0.22, shadow=False)
    canvas.paint_shapes(objects.build_planet("cream", True), w * 0.24, h * 0.6, h * 0.3, shadow=False)
    if tags.figures:
        land.paint_land(canvas, h * 0.8, h * 0.06, 0.8, bumps=4, tint="8a8790")
