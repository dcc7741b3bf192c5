"""Images of phones, cameras, scanners, screens, editors and browsers."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.media.corpus.registry import At, Taken, entry

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 170, 60), (40, 70, 200), (220, 200, 40)


def quarters(width: int, height: int) -> Image.Image:
    """Return red top left, green top right, blue bottom left, yellow bottom right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2], pixels[: height // 2, width // 2 :] = RED, GREEN
    pixels[height // 2 :, : width // 2], pixels[height // 2 :, width // 2 :] = BLUE, YELLOW
    return Image.fromarray(pixels)


QUARTERS = (At(0.2, 0.2, RED), At(0.8, 0.2, GREEN), At(0.2, 0.8, BLUE), At(0.8, 0.8, YELLOW))


@entry("IMG_0001.jpg", "any camera: JPEG", Taken("image", (640, 480), colours=QUARTERS))
def write_jpeg(path: Path) -> None:
    quarters(640, 480).save(path, "JPEG", quality=92)
