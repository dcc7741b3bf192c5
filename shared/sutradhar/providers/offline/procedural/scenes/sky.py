"""Paint the sky with sun or moon, stars, rays and clouds."""

import cv2
import numpy as np

from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.noise import make_soft_noise
from sutradhar.providers.offline.procedural.painting.palette import WHITE, mix_colors, parse_rgb
from sutradhar.providers.offline.procedural.painting.shapes import trace_ellipse


def paint_sky(canvas: Canvas, horizon: float) -> None:
    """Paint the dome down to ``horizon`` (pixels) with sun or moon, stars and clouds."""
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
    """Paint shafts of light from the sun."""
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
    """Paint soft clouds with light from the sun's side."""
    rows = min(max(int(horizon), 8), canvas.height)
    field = make_soft_noise(canvas.rng, canvas.width, rows, 240 * canvas.unit, 5, stretch=3.2)
    cover = np.clip((field - 0.22 + 0.3 * (amount - 0.5)) * 2.6, 0, 1)
    height = np.linspace(1, 0.25, rows, dtype=np.float32)[:, None]
    shaded = np.clip(np.roll(field, round(18 * canvas.unit), axis=0) - field, -0.3, 0.3) * 1.6
    cloud_color = mix_colors(canvas.light.sky[2], WHITE, 0.45 if not canvas.light.moon else 0.05)
    here = canvas.image[:rows]
    color = cloud_color[None, None, :] * (0.92 - shaded)[..., None]
    alpha = (cover * height * 0.75)[..., None]
    here += (np.clip(color, 0, 1) - here) * alpha
