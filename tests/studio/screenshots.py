"""Keep small images of the pages in docs/studio, when STUDIO_SCREENSHOTS=1 asks for them."""

import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

FOLDER = Path(__file__).parents[2] / "docs" / "studio"
MAX_BYTES = 100_000
_COLOURS = (256, 128, 64, 32)


def has_screenshots() -> bool:
    """Return whether this run keeps screenshots."""
    return os.environ.get("STUDIO_SCREENSHOTS") == "1"


def take_screenshot(page: Page, name: str) -> None:
    """Write docs/studio/``name``.png of the visible part of the page if STUDIO_SCREENSHOTS is 1; else do nothing."""
    if has_screenshots():
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}.png").write_bytes(shrink_image(page.screenshot(animations="disabled", caret="hide")))


def shrink_image(data: bytes) -> bytes:
    """Return the PNG with as many of 256 colours as fit MAX_BYTES."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    small = data
    for colours in _COLOURS:
        packed = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        small = packed.getvalue()
        if len(small) <= MAX_BYTES:
            break
    return small
