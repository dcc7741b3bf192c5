"""Paint land in layers, water, and a road."""

import numpy as np

from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.noise import Field, make_cloud_noise, make_ridge
from sutradhar.providers.offline.procedural.painting.palette import WHITE, mix_colors, parse_rgb
from sutradhar.providers.offline.procedural.painting.shapes import trace_ellipse


def paint_land(
    canvas: Canvas,
    y: float,
    rise: float,
    depth: float,
    *,
    bumps: float = 3,
    sharp: float = 0.0,
    tint: str = "",
    cap: Field | None = None,
) -> Field:
    """Paint a range of hills or peaks about ``y``, ``rise`` high, and return the skyline's y for every column (pixels).

    Args:
        depth: 0 for the farthest land, 1 for the nearest.
        bumps: the number of large hills.
        sharp: 0 for hills, 1 for peaks.
        tint: the colour of the material as ``rrggbb``.
        cap: the colour of the top, for snow.
    """
    count = max(canvas.width // 4, 16)
    wobble = 3 * canvas.finish.wobble * canvas.unit
    line = y - rise * (0.5 + 0.5 * make_ridge(canvas.rng, count, bumps, 6, sharp))
    line += wobble * make_cloud_noise(canvas.rng, count, 1, 8, 2)[0]
    across = np.linspace(0, canvas.width, count)
    top = np.stack([across, line], 1)
    bottom = [[canvas.width, canvas.height], [0, canvas.height]]
    color = canvas.get_land_color(depth, tint)
    outline = np.concatenate([top, np.array(bottom)]).astype(np.float32)
    canvas.paint_layer(outline, color * 1.12 if cap is None else cap, color * 0.86, texture=0.16)
    return np.asarray(np.interp(np.arange(canvas.width), across, line), np.float32)


def paint_water(canvas: Canvas, y: float, bottom: float | None = None) -> None:
    """Paint open water from ``y`` down: a darker sky, with ripples and the sun's path."""
    end = canvas.height if bottom is None else bottom
    deep = mix_colors(canvas.light.sky[0], canvas.light.near, 0.35)
    near = mix_colors(canvas.light.sky[1], parse_rgb("1c6f86") * canvas.light.ambient, 0.45)
    outline = np.array([[0, y], [canvas.width, y], [canvas.width, end], [0, end]], np.float32)
    canvas.paint_layer(
        outline, mix_colors(near, canvas.light.sky[2], 0.45), mix_colors(deep, near, 0.3), texture=0.05, rim=0.1
    )
    x = canvas.sun[0]
    for i in range(90):
        t = (i + canvas.rng.random()) / 90
        at = y + (end - y) * t**1.6
        spread = canvas.width * (0.03 + 0.1 * t)
        long = (18 + 130 * t) * canvas.unit
        place = x + canvas.rng.normal(0, 1) * spread
        canvas.fill_outlines(
            [trace_ellipse(place, at, long, 0.045)], mix_colors(canvas.light.sun, WHITE, 0.2), 0.5 * (1 - 0.5 * t)
        )
    lines = []
    for _ in range(150):
        t = canvas.rng.random()
        at = y + (end - y) * t**1.5
        lines.append(
            trace_ellipse(canvas.rng.random() * canvas.width, at, (20 + 110 * t) * canvas.unit, 0.03 + 0.01 * t)
        )
    canvas.fill_outlines(lines, mix_colors(near, WHITE, 0.35), 0.28)


def paint_winding_river(canvas: Canvas, horizon: float, source: float, mouth: float) -> None:
    """Paint a winding river from ``source`` on the horizon to ``mouth`` at the bottom edge (x in pixels)."""
    t = np.linspace(0, 1, 60)
    bend = np.sin(t * 7 + canvas.rng.random() * 6) * (0.02 + 0.07 * t) * canvas.width
    middle = source + (mouth - source) * t**1.4 + bend
    half = (4 + 330 * t**2.1) * canvas.unit
    y = horizon + (canvas.height - horizon) * t**1.25
    left, right = np.stack([middle - half, y], 1), np.stack([middle + half, y], 1)
    shine = mix_colors(canvas.light.sky[2], canvas.light.sky[1], 0.4)
    deep = mix_colors(canvas.light.sky[0], parse_rgb("2a7d92") * canvas.light.ambient, 0.5)
    canvas.paint_layer(np.concatenate([left, right[::-1]]).astype(np.float32), shine, deep, texture=0.06, rim=0.35)
    ripples = []
    for _ in range(80):
        k = canvas.rng.integers(8, 60)
        at = middle[k] + (canvas.rng.random() - 0.5) * 1.7 * half[k]
        ripples.append(trace_ellipse(at, y[k] + canvas.rng.normal(0, 3) * canvas.unit, 0.16 * half[k] + 2, 0.07))
    canvas.fill_outlines(ripples, mix_colors(shine, WHITE, 0.6), 0.45)


def paint_waterfall(canvas: Canvas, x: float, top: float, foot: float, width: float) -> None:
    """Paint white water from ``top`` to ``foot`` (y in pixels)."""
    strands = []
    for _ in range(46):
        at = x + canvas.rng.normal(0, 0.3) * width
        thick = width * (0.02 + 0.05 * canvas.rng.random())
        sway = canvas.rng.normal(0, 0.12) * width
        strands.append(
            np.array(
                [(at - thick, top), (at + thick, top), (at + sway + 1.7 * thick, foot), (at + sway - thick, foot)],
                np.float32,
            )
        )
    canvas.fill_outlines(
        [
            np.array(
                [(x - 0.5 * width, top), (x + 0.5 * width, top), (x + 0.75 * width, foot), (x - 0.75 * width, foot)],
                np.float32,
            )
        ],
        mix_colors(canvas.light.sky[1], WHITE, 0.45),
        0.8,
    )
    canvas.fill_outlines(strands, mix_colors(WHITE, canvas.light.ambient, 0.3), 0.55)
    canvas.add_glow(x, foot, width * 1.6, WHITE, 0.6, squash=0.35)


def paint_road(canvas: Canvas, horizon: float, to: float) -> None:
    """Paint a dusty road from the bottom edge to ``to`` on the horizon."""
    t = np.linspace(0, 1, 40)
    start = canvas.width * 0.45
    middle = start + (to - start) * t + np.sin(t * 5) * 0.05 * canvas.width * (1 - t)
    half = (230 * (1 - t) ** 1.8 + 4) * canvas.unit
    y = canvas.height + (horizon - canvas.height) * t
    outline = np.concatenate([np.stack([middle - half, y], 1), np.stack([middle + half, y], 1)[::-1]])
    dust = mix_colors(canvas.get_land_color(0.9), parse_rgb("d9b78a") * canvas.light.ambient, 0.6)
    canvas.paint_layer(outline.astype(np.float32), mix_colors(dust, canvas.light.far, 0.4), dust, texture=0.2, rim=0.1)
