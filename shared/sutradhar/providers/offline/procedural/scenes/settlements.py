"""Paint places that people built: a village, a temple, a city, a hall."""

import numpy as np

from sutradhar.providers.offline.procedural.figures import buildings, plants
from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.palette import mix_colors, parse_rgb
from sutradhar.providers.offline.procedural.scenes import land, weather
from sutradhar.providers.offline.procedural.scenes.place_parts import (
    has_lamplight,
    paint_near_ground,
    paint_open_sky,
    paint_row,
)
from sutradhar.providers.offline.procedural.scenes.prompt_words import PromptTags


def paint_village(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    paint_open_sky(canvas, tags, 0.56)
    land.paint_land(canvas, h * 0.56, h * 0.14, 0.2, bumps=2.5, tint="6f8f78")
    skyline = land.paint_land(canvas, h * 0.64, h * 0.05, 0.55, bumps=2, tint="93a060")
    paint_row(canvas, lambda: plants.build_palm(canvas.rng), skyline, 7, 0.34, 0.6)
    paint_row(canvas, lambda: buildings.build_hut(canvas.rng, has_lamplight(tags)), skyline, 6, 0.25, 0.65)
    paint_near_ground(canvas, "c39c64")


def paint_temple(canvas: Canvas, tags: PromptTags) -> None:
    h, w = canvas.height, canvas.width
    paint_open_sky(canvas, tags, 0.6)
    land.paint_land(canvas, h * 0.6, h * 0.16, 0.2, bumps=3)
    paint_near_ground(canvas, "c0a06c", 0.7)
    tall = min(h * 0.62, w * 0.8)
    canvas.paint_shapes(buildings.build_gopuram(), w * 0.16, h * 0.72, tall * 0.62, depth=0.6)
    canvas.paint_shapes(buildings.build_gopuram(), w * 0.86, h * 0.72, tall * 0.56, depth=0.6)
    canvas.paint_shapes(buildings.build_shikhara(), w * 0.52, h * 0.73, tall, depth=0.85)
    canvas.add_glow(w * 0.52, h * 0.68, tall * 0.3, parse_rgb("ffcf70"), 0.45 if has_lamplight(tags) else 0.15)


def paint_city(canvas: Canvas, tags: PromptTags) -> None:
    h = canvas.height
    paint_open_sky(canvas, tags, 0.7)
    for depth, y, count, size in ((0.25, 0.66, 13, 0.46), (0.55, 0.72, 10, 0.42), (0.9, 0.78, 7, 0.34)):
        skyline = land.paint_land(canvas, h * y, h * 0.02, depth)
        paint_row(
            canvas, lambda: buildings.build_tower_block(canvas.rng, has_lamplight(tags)), skyline, count, size, depth
        )
        weather.paint_mist(canvas, h * y, h * 0.04, 0.2)
    paint_near_ground(canvas, "6b6670", 0.8)


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
