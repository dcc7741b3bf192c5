"""Paint the parts that several places have: the sky, a row of things along a skyline, the near ground."""

from collections.abc import Callable

import numpy as np

from sutradhar.providers.offline.procedural.painting.canvas import Canvas
from sutradhar.providers.offline.procedural.painting.noise import Field
from sutradhar.providers.offline.procedural.painting.shapes import Shapes
from sutradhar.providers.offline.procedural.scenes import land, sky, weather
from sutradhar.providers.offline.procedural.scenes.prompt_words import PromptTags

GROUND = 0.8
"""The line on which figures stand, as a share of the height."""
_DARK_LIGHTS = ("night", "dusk", "storm")


def has_lamplight(tags: PromptTags) -> bool:
    """Return whether lamps burn and windows shine."""
    return tags.light in _DARK_LIGHTS or "lamp" in tags.features


def paint_open_sky(canvas: Canvas, tags: PromptTags, horizon: float) -> float:
    """Paint the sky with lightning or a rainbow, and return the y of ``horizon`` (a share of the height) in pixels."""
    y = canvas.height * horizon
    sky.paint_sky(canvas, y)
    if "lightning" in tags.features:
        weather.paint_lightning(canvas, y)
    if "rainbow" in tags.features:
        weather.paint_rainbow(canvas, y)
    return y


def paint_row(
    canvas: Canvas, make: Callable[[], Shapes], skyline: Field, count: int, size: float, depth: float
) -> None:
    """Paint ``count`` things of about ``size`` (a share of the height) along a skyline."""
    for i in range(count):
        x = (i + 0.15 + 0.7 * canvas.rng.random()) / count * canvas.width
        high = canvas.height * size * (0.75 + 0.5 * canvas.rng.random())
        y = float(skyline[int(np.clip(x, 0, canvas.width - 1))]) + 0.04 * high
        canvas.paint_shapes(make(), x, y, high, depth=depth, flip=canvas.rng.random() > 0.5, shadow=False, rim=0.35)


def paint_near_ground(canvas: Canvas, tint: str, y: float = 0.735) -> Field:
    """Paint the nearest land, at the height ``y`` (a share), and return its skyline."""
    return land.paint_land(canvas, canvas.height * y, canvas.height * 0.05, 0.95, bumps=2, tint=tint)
