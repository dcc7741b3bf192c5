"""Paint clouds, mist, rain, lightning, a rainbow and vapour."""

import numpy as np

from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.noise import make_soft_noise
from sutradhar.providers.offline.procedural.painting.palette import WHITE, mix_colors, parse_rgb
from sutradhar.providers.offline.procedural.painting.shapes import trace_ellipse


def paint_cumulus(canvas: Canvas, x: float, y: float, size: float, depth: float = 1.0) -> None:
    """Paint a towering cloud of round lumps, each with light from above."""
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


def paint_mist(canvas: Canvas, y: float, thickness: float, strength: float) -> None:
    """Paint a veil that is densest at ``y`` and ``thickness`` deep (pixels); ``strength`` 1 hides everything."""
    rows = np.arange(canvas.height, dtype=np.float32)
    veil = np.exp(-(((rows - y) / thickness) ** 2)) * strength
    drift = 1 + 0.6 * make_soft_noise(canvas.rng, canvas.width, canvas.height, 300 * canvas.unit, 3, stretch=4)
    canvas.blend_color(
        np.clip(veil[:, None] * drift, 0, 1).astype(np.float32), mix_colors(canvas.light.sky[2], canvas.light.far, 0.3)
    )


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
    """Paint curls of warm air that rise from ``low`` to ``high`` (y in pixels)."""
    for _ in range(9):
        x = canvas.width * (0.1 + 0.8 * canvas.rng.random())
        t = np.linspace(0, 1, 50)
        sway = np.sin(t * 9 + canvas.rng.random() * 6) * 34 * canvas.unit * (0.4 + t)
        y = low + (high - low) * t
        half = (11 * np.sin(np.pi * np.clip(t * 0.96 + 0.03, 0, 1)) + 1) * canvas.unit
        left, right = np.stack([x + sway - half, y], 1), np.stack([x + sway + half, y], 1)
        canvas.fill_outlines([np.concatenate([left, right[::-1]]).astype(np.float32)], WHITE, 0.38)
        canvas.add_glow(float(x + sway[-1]), high, 60 * canvas.unit, WHITE, 0.3)
