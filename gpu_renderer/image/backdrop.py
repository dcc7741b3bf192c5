"""Show an image of any shape whole, over a blurred and darkened copy of itself that fills the frame."""

from PIL import Image, ImageFilter, ImageOps

SHRINK = 16
"""The copy is blurred at this fraction of the frame's size."""
BLUR = 2.0
"""Standard deviation of the blur in pixels of the small copy."""
BRIGHTNESS = 0.45
"""Brightness of the copy as a share of the image's brightness."""


def place_on_backdrop(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return an image of ``size`` (width, height) that shows all of ``image`` (RGB) in its middle."""
    width, height = size
    small = (max(width // SHRINK, 2), max(height // SHRINK, 2))
    copy = ImageOps.fit(image, small, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(BLUR))
    filled = copy.point(lambda value: round(value * BRIGHTNESS)).resize(size, Image.Resampling.BICUBIC)
    scale = min(width / image.width, height / image.height)
    shown = (min(max(round(image.width * scale), 1), width), min(max(round(image.height * scale), 1), height))
    whole = image.resize(shown, Image.Resampling.LANCZOS, reducing_gap=3.0)
    filled.paste(whole, ((width - shown[0]) // 2, (height - shown[1]) // 2))
    return filled
