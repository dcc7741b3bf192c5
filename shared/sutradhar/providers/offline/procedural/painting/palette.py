"""Define the light of a scene: one coherent set of colours for each time of day."""

from dataclasses import dataclass

import numpy as np

from sutradhar.providers.offline.procedural.painting.noise import Field


def parse_rgb(code: str) -> Field:
    """Return ``code`` (rrggbb) as three floats in 0..1."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


def mix_colors(a: Field, b: Field, share: float) -> Field:
    """Return ``a`` with ``share`` (0..1) of ``b``."""
    return np.asarray(a * (1 - share) + b * share, np.float32)


WHITE = parse_rgb("ffffff")


@dataclass(frozen=True)
class Light:
    """The colours of a time of day or weather.

    ``sky`` runs from the top to the horizon; ``far`` and ``near`` are the colours of the farthest and nearest land in
    haze; ``ambient`` is the colour of white paper in this light; ``sun`` is that of the sun, moon or glow.
    """

    sky: tuple[Field, Field, Field]
    sun: Field
    far: Field
    near: Field
    ambient: Field
    sun_height: float
    """The sun's height above the horizon, as a share of the sky."""
    stars: float = 0.0
    rays: float = 0.0
    clouds: float = 0.5
    moon: bool = False


def _build_light(
    colors: str,
    sun_height: float,
    *,
    stars: float = 0.0,
    rays: float = 0.0,
    clouds: float = 0.5,
    moon: bool = False,
) -> Light:
    """Build a light of the ``colors`` of the sky's top, middle and horizon, the sun, far and near land, and paper."""
    top, middle, low, sun, far, near, ambient = map(parse_rgb, colors.split())
    return Light((top, middle, low), sun, far, near, ambient, sun_height, stars, rays, clouds, moon)


LIGHTS = {
    "dawn": _build_light("5277ae e3a3a4 ffe2b8 fff1cc c9a0b4 3d3f63 f2d0c4", 0.16, rays=0.25),
    "day": _build_light("2b7fc4 78c2e6 f0f6e4 fffbe6 a3c9d8 1c5550 ffffff", 0.62, clouds=0.8),
    "golden": _build_light("5f7ea6 f0b260 ffe6a6 fff3c4 dca774 4b2d33 ffd8a0", 0.26, rays=0.4),
    "dusk": _build_light("271d56 b8476f ff9f58 ffd592 96527f 1d1539 d59a9c", 0.12, stars=0.35),
    "night": _build_light("070e2e 15306a 4a6ea6 eef2ff 34548a 070c24 6c86c4", 0.64, stars=1.0, clouds=0.3, moon=True),
    "storm": _build_light("1c2530 46586a 9aa9ac dfe8ea 67767f 141c25 93a2b0", 0.7, clouds=1.0),
    "divine": _build_light("743a2a e39a3e fff0bd fff7d8 d1914f 43201c ffdda0", 0.5, rays=1.0),
}
