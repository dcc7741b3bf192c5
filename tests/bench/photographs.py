"""Make images like photographs, the same on every machine: scikit-image's, brought to what a generator delivers.

Enlarging a photograph leaves its highest octaves empty, which would make a video of it cheap to encode. They are filled
with 1/f noise that is strong where the image itself has detail. Sharp lines and circles show jitter and aliasing.
"""

import io
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 1792, 1024
NAMES = (
    "coffee.png",
    "rocket.jpg",
    "motorcycle_left.png",
    "astronaut.png",
    "hubble_deep_field.jpg",
    "chelsea.png",
    "ihc.png",
    "brick.png",
    "retina.jpg",
    "gravel.png",
)
"""Files that are inside scikit-image's wheel; nothing is fetched."""

_GRAIN = 0.35
"""The noise's deviation against that of the finest octave that the photograph has: natural spectra go on falling."""


def make_photograph(index: int) -> bytes:
    """Return a PNG of 1792 × 1024, number ``index`` modulo ``len(NAMES)``."""
    import skimage  # the extra bench installs it; tests of the bench's other parts do without

    path = Path(skimage.__file__).parent / "data" / NAMES[index % len(NAMES)]
    with Image.open(path) as file:
        source = file.convert("RGB")
    wide = min(source.width, source.height * WIDTH / HEIGHT)
    high = wide * HEIGHT / WIDTH
    left, top = (source.width - wide) / 2, (source.height - high) / 2
    box = (left, top, left + wide, top + high)
    image = np.asarray(source.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=box), np.float32)
    image = image + _make_lost_octaves(image, WIDTH / wide, np.random.default_rng([20, index]))[:, :, None]
    sharp = _draw_sharp_edges(np.clip(np.rint(image), 0, 255).astype(np.uint8), np.random.default_rng([21, index]))
    encoded = io.BytesIO()
    Image.fromarray(sharp).save(encoded, "PNG", compress_level=3)
    return encoded.getvalue()


def _make_lost_octaves(image: NDArray[np.float32], enlarged: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (h, w) noise of 1/f amplitude above the Nyquist frequency of the photograph before it was ``enlarged``."""
    high, wide = image.shape[:2]
    frequency = np.hypot(np.fft.fftfreq(high)[:, None], np.fft.rfftfreq(wide)[None, :])
    nyquist = 0.5 / enlarged
    rises = np.clip((frequency / nyquist - 0.7) / 0.6, 0, 1)
    amplitude = rises * nyquist / np.maximum(frequency, nyquist / 2)
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((high, wide))) * amplitude, s=(high, wide))
    noise /= noise.std()
    luma = image @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    # the strength of the photograph's own finest octave, place by place
    finest = cv2.GaussianBlur(luma, (0, 0), 0.5 * enlarged) - cv2.GaussianBlur(luma, (0, 0), enlarged)
    strength = np.sqrt(cv2.GaussianBlur(finest * finest, (0, 0), 4 * enlarged))
    return np.asarray(_GRAIN * strength * noise, np.float32)


def _draw_sharp_edges(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    for _ in range(6):
        a, b = (tuple(int(n) for n in rng.integers(0, (WIDTH, HEIGHT))) for _ in range(2))
        colour = tuple(int(n) for n in rng.integers(0, 256, 3))
        cv2.line(image, a, b, colour, int(rng.integers(1, 4)), cv2.LINE_AA)
        centre = tuple(int(n) for n in rng.integers((200, 200), (WIDTH - 200, HEIGHT - 200)))
        cv2.circle(image, centre, int(rng.integers(20, 180)), colour, int(rng.integers(1, 4)), cv2.LINE_AA)
    return image
