"""What lies behind the figures: sky and weather, land in layers, water."""

import cv2
import numpy as np

from sutradhar.providers.offline.procedural.canvas import Canvas
from sutradhar.providers.offline.procedural.noise import Field, make_cloud_noise, make_ridge, make_soft_noise
from sutradhar.providers.offline.procedural.palette import mix_colors, parse_rgb

WHITE = parse_rgb("ffffff")


def paint_sky(canvas: Canvas, horizon: float) -> None:
    """The dome down to ``horizon`` (pixels) with sun or moon, stars and clouds."""
    light, unit = canvas.light, canvas.unit
    t = np.clip(np.arange(canvas.height, dtype=np.float32) / max(horizon, 1), 0, 1)
    upper = np.clip(t * 1.7, 0, 1)[:, None]
    lower = np.clip(t * 1.9 - 0.9, 0, 1)[:, None]
    dome = light.sky[0] * (1 - upper) + light.sky[1] * upper
    dome = dome * (1 - lower) + light.sky[2] * lower
    canvas.image[:] = dome[:, None, :]
    canvas.image *= (1 + 0.035 * canvas.brush)[..., None]
    if light.stars:
        _paint_stars(canvas, horizon)
    if light.clouds < 1:
        paint_sun_or_moon(canvas, 62 * unit if light.moon else 48 * unit)
    else:
        canvas.add_glow(*canvas.sun, 500 * unit, light.sun, 0.3)
    if light.rays:
        paint_rays(canvas, light.rays)
    if light.clouds:
        paint_cloud_bank(canvas, horizon, light.clouds)


def paint_sun_or_moon(canvas: Canvas, radius: float) -> None:
    x, y = canvas.sun
    light = canvas.light
    canvas.add_glow(x, y, radius * 13, light.sun, 0.55)
    canvas.add_glow(x, y, radius * 4.5, light.sun, 0.6)
    canvas.fill_outlines([trace_ellipse(x, y, radius)], mix_colors(light.sun, WHITE, 0.4))
    if light.moon:
        spots = [trace_ellipse(x + dx * radius, y + dy * radius, r * radius) for dx, dy, r in _CRATERS]
        canvas.fill_outlines(spots, light.sun * 0.82, 0.55)


_CRATERS = ((-0.3, -0.25, 0.22), (0.35, 0.1, 0.16), (-0.1, 0.42, 0.2), (0.15, -0.5, 0.1), (-0.55, 0.25, 0.1))


def trace_ellipse(x: float, y: float, radius: float, squash: float = 1.0) -> Field:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.stack([x + radius * np.cos(angle), y + radius * squash * np.sin(angle)], 1).astype(np.float32)


def _paint_stars(canvas: Canvas, horizon: float) -> None:
    count = round(420 * canvas.light.stars)
    at = canvas.rng.random((count, 2))
    sizes = canvas.rng.pareto(3.0, count) * 0.9 + 0.7
    dots = [
        trace_ellipse(x * canvas.width, y * horizon, min(size, 3.2) * canvas.unit)
        for (x, y), size in zip(at, sizes, strict=True)
    ]
    canvas.fill_outlines(dots, parse_rgb("fdf6e0"), 0.85)


def paint_rays(canvas: Canvas, strength: float) -> None:
    """Shafts of light from the sun."""
    x, y = canvas.sun
    reach = float(np.hypot(canvas.width, canvas.height))
    turn = canvas.rng.random() * np.pi
    shafts = []
    for i in range(18):
        angle = turn + i * np.pi / 9 + canvas.rng.normal(0, 0.06)
        half = 0.035 + 0.03 * canvas.rng.random()
        ends = [(x + reach * np.cos(a), y + reach * np.sin(a)) for a in (angle - half, angle + half)]
        shafts.append(np.array([(x, y), *ends], np.float32))
    mask = np.zeros((canvas.height // 4, canvas.width // 4), np.uint8)
    for shaft in shafts:
        cv2.fillPoly(mask, [(shaft / 4).clip(-8000, 8000).astype(np.int32)], 255)
    soft = cv2.resize(cv2.GaussianBlur(mask, (0, 0), 5), (canvas.width, canvas.height)).astype(np.float32) / 255
    down = np.arange(canvas.height, dtype=np.float32)[:, None] - y
    across = np.arange(canvas.width, dtype=np.float32)[None, :] - x
    fade = np.exp(-np.sqrt(down**2 + across**2) / (0.42 * reach))
    canvas.blend_color((soft * fade * (0.34 * strength)).astype(np.float32), canvas.light.sun)


def paint_cloud_bank(canvas: Canvas, horizon: float, amount: float) -> None:
    """Soft clouds, lit from the sun's side."""
    rows = min(max(int(horizon), 8), canvas.height)
    field = make_soft_noise(canvas.rng, canvas.width, rows, 240 * canvas.unit, 5, stretch=3.2)
    cover = np.clip((field - 0.22 + 0.3 * (amount - 0.5)) * 2.6, 0, 1)
    height = np.linspace(1, 0.25, rows, dtype=np.float32)[:, None]
    shaded = np.clip(np.roll(field, round(18 * canvas.unit), axis=0) - field, -0.3, 0.3) * 1.6
    lit = mix_colors(canvas.light.sky[2], WHITE, 0.45 if not canvas.light.moon else 0.05)
    here = canvas.image[:rows]
    color = lit[None, None, :] * (0.92 - shaded)[..., None]
    alpha = (cover * height * 0.75)[..., None]
    here += (np.clip(color, 0, 1) - here) * alpha


def paint_cumulus(canvas: Canvas, x: float, y: float, size: float, depth: float = 1.0) -> None:
    """One towering cloud of round lumps, each lit from above."""
    white = mix_colors(mix_colors(canvas.light.sky[2], canvas.light.ambient, 0.6), WHITE, 0.35 * depth)
    for row in range(5):
        for _ in range(9 - row):
            dx = canvas.rng.normal(0, 0.46 - 0.07 * row) * size
            radius = size * (0.2 - 0.02 * row) * (0.8 + 0.4 * canvas.rng.random())
            at = y - row * size * 0.15
            canvas.add_glow(x + dx, at, radius * 1.9, white, 0.5)
            canvas.fill_outlines(
                [trace_ellipse(x + dx, at, radius, 0.85)], mix_colors(white, canvas.light.sky[1], 0.22), 0.75
            )
            canvas.fill_outlines(
                [trace_ellipse(x + dx - 0.1 * radius, at - 0.16 * radius, radius * 0.8, 0.85)], white, 0.8
            )


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
    """A range of hills or peaks about ``y`` (pixels), ``rise`` high; the skyline's y for every column. ``cap`` is the
    colour of its top, for snow."""
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


def paint_mist(canvas: Canvas, y: float, thickness: float, strength: float) -> None:
    """A veil that gathers about ``y``."""
    rows = np.arange(canvas.height, dtype=np.float32)
    veil = np.exp(-(((rows - y) / thickness) ** 2)) * strength
    drift = 1 + 0.6 * make_soft_noise(canvas.rng, canvas.width, canvas.height, 300 * canvas.unit, 3, stretch=4)
    canvas.blend_color(
        np.clip(veil[:, None] * drift, 0, 1).astype(np.float32), mix_colors(canvas.light.sky[2], canvas.light.far, 0.3)
    )


def paint_water(canvas: Canvas, y: float, bottom: float | None = None) -> None:
    """Open water from ``y`` down: the sky again, darker, with ripples and the sun's path."""
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


def paint_river(canvas: Canvas, horizon: float, source: float, mouth: float) -> None:
    """A winding river from ``source`` on the horizon to ``mouth`` at the bottom edge (x in pixels)."""
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
    """White water from ``top`` to ``foot``."""
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


def paint_rain(canvas: Canvas) -> None:
    count, lean = 620, 0.16
    at = canvas.rng.random((count, 3))
    drops = []
    for x, y, size in at:
        long, thick = (20 + 46 * size) * canvas.unit, (0.5 + 0.9 * size) * canvas.unit
        px, py = x * canvas.width * 1.1, y * canvas.height
        drops.append(np.array([(px, py), (px + thick, py), (px - lean * long, py + long)], np.float32))
    canvas.fill_outlines(drops, mix_colors(canvas.light.sky[2], WHITE, 0.4), 0.38)


def paint_lightning(canvas: Canvas, horizon: float) -> None:
    x, y = canvas.width * (0.2 + 0.6 * canvas.rng.random()), 0.0
    left, right = [], []
    while y < horizon:
        thick = (7 * (1 - y / horizon) + 1.5) * canvas.unit
        left.append((x - thick, y))
        right.append((x + thick, y))
        x += canvas.rng.normal(0, 42) * canvas.unit
        y += (22 + 40 * canvas.rng.random()) * canvas.unit
    canvas.add_glow(x, horizon * 0.5, horizon, parse_rgb("cfd9ff"), 0.35)
    canvas.fill_outlines([np.array(left + right[::-1], np.float32)], parse_rgb("f6f4ff"), 0.95)


def paint_rainbow(canvas: Canvas, horizon: float) -> None:
    x, radius = canvas.width * 0.5, min(canvas.width * 0.46, horizon * 0.95)
    for i, code in enumerate(("d94a4a", "e88b3a", "f0d04a", "63b058", "4a8fd0", "5a55b0")):
        outer = trace_ellipse(x, horizon, radius - i * 11 * canvas.unit)[24:]
        inner = trace_ellipse(x, horizon, radius - (i + 1) * 11 * canvas.unit)[24:]
        canvas.fill_outlines([np.concatenate([outer, inner[::-1]])], parse_rgb(code), 0.34)


def paint_vapour(canvas: Canvas, low: float, high: float) -> None:
    """Curls of warm air that rise from ``low`` to ``high``."""
    for _ in range(9):
        x = canvas.width * (0.1 + 0.8 * canvas.rng.random())
        t = np.linspace(0, 1, 50)
        sway = np.sin(t * 9 + canvas.rng.random() * 6) * 34 * canvas.unit * (0.4 + t)
        y = low + (high - low) * t
        half = (11 * np.sin(np.pi * np.clip(t * 0.96 + 0.03, 0, 1)) + 1) * canvas.unit
        left, right = np.stack([x + sway - half, y], 1), np.stack([x + sway + half, y], 1)
        canvas.fill_outlines([np.concatenate([left, right[::-1]]).astype(np.float32)], WHITE, 0.38)
        canvas.add_glow(float(x + sway[-1]), high, 60 * canvas.unit, WHITE, 0.3)


def paint_road(canvas: Canvas, horizon: float, to: float) -> None:
    """A dusty road from the bottom edge to ``to`` on the horizon."""
    t = np.linspace(0, 1, 40)
    start = canvas.width * 0.45
    middle = start + (to - start) * t + np.sin(t * 5) * 0.05 * canvas.width * (1 - t)
    half = (230 * (1 - t) ** 1.8 + 4) * canvas.unit
    y = canvas.height + (horizon - canvas.height) * t
    outline = np.concatenate([np.stack([middle - half, y], 1), np.stack([middle + half, y], 1)[::-1]])
    dust = mix_colors(canvas.get_land_color(0.9), parse_rgb("d9b78a") * canvas.light.ambient, 0.6)
    canvas.paint_layer(outline.astype(np.float32), mix_colors(dust, canvas.light.far, 0.4), dust, texture=0.2, rim=0.1)
