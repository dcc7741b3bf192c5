"""Finish an image in a style: bloom, colour, grain and vignette."""

from dataclasses import dataclass

import cv2
import numpy as np

from sutradhar.providers.offline.procedural.painting.noise import Field, Mask, list_bands, make_cloud_noise, to_colors


@dataclass(frozen=True)
class Finish:
    """The effect of a style on an image: strengths, 0 for none, but ``saturation`` and ``contrast`` are factors."""

    saturation: float = 1.0
    contrast: float = 1.0
    grain: float = 0.035
    """Strength of the texture of paper and brush."""
    edge: float = 0.5
    """Strength of the shadow that each layer casts on the one behind, as between sheets of cut paper."""
    wobble: float = 1.0
    """Unsteadiness of outlines, as a brush makes them."""
    bloom: float = 0.35
    vignette: float = 0.35
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


FINISHES = {
    "": Finish(),
    "watercolor": Finish(0.88, 0.92, 0.075, 0.25, 2.2, 0.4, 0.15, (1.04, 1.02, 0.98)),
    "cinematic": Finish(1.0, 1.15, 0.025, 0.4, 0.7, 0.55, 0.6, (1.02, 1.0, 0.99)),
    "calm temple": Finish(0.95, 0.98, 0.035, 0.45, 1.0, 0.5, 0.35, (1.04, 1.0, 0.93)),
    "paper cut": Finish(1.05, 1.05, 0.05, 1.0, 0.5, 0.15, 0.25),
    "vibrant": Finish(1.32, 1.08, 0.025, 0.45, 0.8, 0.4, 0.25),
}


def get_finish(style: str) -> Finish:
    """Return the finish whose name shares a word with ``style``, or the plain one."""
    words = set(style.casefold().replace("-", " ").replace("_", " ").replace("colour", "color").split())
    return next((FINISHES[name] for name in FINISHES if words & set(name.split())), FINISHES[""])


def apply_finish(image: Field, finish: Finish, rng: np.random.Generator) -> Mask:
    """Add bloom, colour, grain and vignette to ``image`` (in place) and return it as uint8 RGB."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 8 or 1, height // 8 or 1), interpolation=cv2.INTER_AREA)
    bright = np.clip(small - 0.62, 0, 1)
    bloom = cv2.resize(cv2.GaussianBlur(bright, (0, 0), max(height / 130, 0.5)), (width, height))
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] ** 2
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    paper = make_cloud_noise(rng, width, height, max(min(width, height) / 260, 1.5), 2)
    tone = np.tile(np.array(finish.tint, np.float32) * 255, (width, 1))
    pixels = np.empty(image.shape, np.uint8)
    for band in list_bands(height):
        part = image[band]
        part += bloom[band] * (finish.bloom * 1.5)
        np.clip(part, 0, 1, out=part)
        grey = part @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        part -= to_colors(grey)
        part *= finish.saturation
        part += to_colors((grey - 0.5) * finish.contrast + 0.5)
        grain = 1 + finish.grain * (paper[band] + 0.7 * rng.standard_normal((len(part), width), np.float32))
        part *= to_colors((1 - finish.vignette * 0.42 * (across + down[band]) ** 1.3 / 2) * grain)
        part *= tone
        pixels[band] = np.clip(part + 0.5, 0, 255)
    return pixels
