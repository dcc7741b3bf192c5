"""Convert pixels of any kind that image files hold to 8-bit sRGB without transparency, in bands.

Bands keep the memory small: a further copy of a whole image of 64 megapixels would take 256 MB.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sutradhar.media.colour import convert_to_srgb, find_transform

_BAND_PIXELS = 2_000_000
_SAMPLE_SIDE = 1024
_TAPS = 4
"""Pixels that Lanczos reads on either side, of the source or of the output, whichever are larger."""

_WHITE, _DARK, _GREY = 255, 32, 118
"""Grey levels that may be shown behind transparent parts."""
_SEEN_CONTRAST = 1.5
"""Contrast ratio (WCAG 2.2, relative luminance) below which a viewer does not see an edge on its backdrop."""
_MOST_UNSEEN = 0.1
"""Share of the edges between an image and its transparent parts that may be lost."""


class Pixels(Protocol):
    """A decoded image that pieces are cut out of."""

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height."""
        ...

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        """Return the part between left, top, right and bottom."""
        ...


class Developer:
    """Convert pieces of one image file, or the frames of one animation, to RGB."""

    def __init__(
        self,
        sample: Image.Image,
        profiles: Sequence[bytes],
        limits: tuple[float, float],
        *,
        has_padding_for_alpha: bool = False,
    ) -> None:
        """Choose the backdrop of transparent parts by ``sample``, a small copy of the image.

        Args:
            profiles: ICC profiles, as ``colour.find_transform`` takes them.
            limits: the values of 16-bit and float greys that stand for black and white.
            has_padding_for_alpha: True if the fourth byte means nothing in an image without any opaque pixel.
        """
        self._profiles, self._limits = profiles, limits
        self._transforms: dict[str, Any] = {}
        self._level, self._ignores_alpha = _WHITE, False
        colours, alpha = self._separate(sample)
        if alpha is not None:
            opacity = np.asarray(alpha)
            self._ignores_alpha = has_padding_for_alpha and not opacity.any()
            if not self._ignores_alpha:
                self._level = choose_backdrop(np.asarray(self._to_srgb(colours)), opacity)

    @property
    def notices(self) -> list[str]:
        """Return a notice about the backdrop; an empty list for white, which is usual."""
        if self._level == _WHITE:
            return []
        name = "dark grey" if self._level == _DARK else "grey"
        return [f"shows its transparent parts in {name}, because on white its light parts would not be seen"]

    def to_rgb(self, piece: Image.Image) -> Image.Image:
        """Return ``piece`` as RGB in sRGB, without transparency."""
        colours, alpha = self._separate(piece)
        shown = self._to_srgb(colours)
        if alpha is None or self._ignores_alpha:
            return shown
        behind = Image.new("RGB", shown.size, (self._level,) * 3)
        behind.paste(shown, mask=alpha)
        return behind

    def _to_srgb(self, colours: Image.Image) -> Image.Image:
        if colours.mode not in self._transforms:
            self._transforms[colours.mode] = find_transform(colours.mode, self._profiles)
        return convert_to_srgb(colours, self._transforms[colours.mode])

    def _separate(self, piece: Image.Image) -> tuple[Image.Image, Image.Image | None]:
        """Return the colours of ``piece`` as RGB, L, CMYK or LAB, and its alpha (L) where it has one."""
        keyed = piece.info.get("transparency")
        if piece.mode.startswith(("I", "F")):
            return self._separate_deep(piece, keyed)
        if piece.mode in {"P", "PA"}:
            piece = piece.convert("RGBA" if keyed is not None or piece.mode == "PA" else "RGB")
        elif isinstance(keyed, tuple if piece.mode == "RGB" else int) and piece.mode in {"1", "L", "RGB"}:
            if isinstance(keyed, tuple) and max(keyed) > 255:  # a PNG of 16 bits a sample, which Pillow reads as 8
                piece.info["transparency"] = tuple(value >> 8 for value in keyed)
            piece = piece.convert("RGBA" if piece.mode == "RGB" else "LA")
        elif piece.mode in {"La", "RGBa"}:
            piece = piece.convert({"La": "LA", "RGBa": "RGBA"}[piece.mode])
        if piece.mode in {"LA", "RGBA"}:
            return piece.convert("L" if piece.mode == "LA" else "RGB"), piece.getchannel("A")
        if piece.mode == "1":
            return piece.convert("L"), None
        return (piece if piece.mode in {"RGB", "L", "CMYK", "LAB"} else piece.convert("RGB")), None

    def _separate_deep(self, piece: Image.Image, keyed: Any) -> tuple[Image.Image, Image.Image | None]:
        """Scale 16-bit, 32-bit and float greys to 8 bits; Pillow's own ``convert`` clips them."""
        values = np.asarray(piece, dtype=np.float32)
        black, white = self._limits
        scaled = np.nan_to_num((values - black) / (white - black), nan=0.0, posinf=1.0, neginf=0.0)
        grey = Image.fromarray(np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8))
        alpha = Image.fromarray(np.where(values == keyed, 0, 255).astype(np.uint8)) if isinstance(keyed, int) else None
        return grey, alpha


def choose_backdrop(colours: NDArray[np.uint8], opacity: NDArray[np.uint8]) -> int:
    """Return the grey level to show in transparent parts: white, unless edges of the image would vanish on it.

    Args:
        colours: (h, w, 3) sRGB.
        opacity: (h, w), 255 where the image is opaque.
    """
    opaque, clear = opacity >= 128, opacity < 26
    if not opaque.any() or not clear.any():
        return _WHITE
    near = clear.copy()
    for axis in (0, 1):
        for step in (-2, -1, 1, 2):
            near |= np.roll(clear, step, axis)
    edge = opaque & near
    light = np.where((level := colours[edge] / 255) <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    luminance = light @ np.array([0.2126, 0.7152, 0.0722])

    def count_unseen(grey: int) -> float:
        behind = ((grey / 255 + 0.055) / 1.055) ** 2.4
        ratio = (np.maximum(luminance, behind) + 0.05) / (np.minimum(luminance, behind) + 0.05)
        return float((ratio < _SEEN_CONTRAST).mean())

    unseen = {grey: count_unseen(grey) for grey in (_WHITE, _DARK, _GREY)}
    return next((grey for grey in unseen if unseen[grey] <= _MOST_UNSEEN), min(unseen, key=lambda grey: unseen[grey]))


def find_limits(pixels: Pixels, mode: str) -> tuple[float, float]:
    """Return the values that stand for black and white in an image of 16-bit, 32-bit or float greys.

    For a format without a stated range the values decide: up to 1, 255 or 65535, else from the least to the greatest.
    """
    if not mode.startswith(("I", "F")):
        return 0.0, 1.0
    if mode.startswith("I;16"):
        return 0.0, 65535.0
    least, most = math.inf, -math.inf
    for top, bottom in _bands(pixels.size):
        values = np.asarray(pixels.crop((0, top, pixels.size[0], bottom)), np.float32)
        values = values[np.isfinite(values)]
        if values.size:
            least, most = min(least, float(values.min())), max(most, float(values.max()))
    for white in (1.0, 255.0, 65535.0) if mode == "F" else (255.0, 65535.0):
        if least >= 0 and most <= white:
            return 0.0, white
    return (least, most) if most > least else (least - 1, least)


def take_sample(pixels: Pixels) -> Image.Image:
    """Return a copy of ``pixels`` of at most 1024 a side, made of pixels of the image itself without blending."""
    width, height = pixels.size
    step = math.ceil(max(width, height) / _SAMPLE_SIDE)
    if step == 1:
        return pixels.crop((0, 0, width, height))
    size = (math.ceil(width / step), math.ceil(height / step))
    rows = [
        pixels.crop((0, y, width, y + 1)).resize((size[0], 1), Image.Resampling.NEAREST) for y in range(0, height, step)
    ]
    whole = rows[0].resize(size, Image.Resampling.NEAREST)  # this keeps the palette and the facts of the image
    for y, row in enumerate(rows):
        whole.paste(row, (0, y))
    return whole


def develop(
    pixels: Pixels, developer: Developer, size: tuple[int, int], extent: tuple[float, float] | None = None
) -> Image.Image:
    """Return ``pixels`` as RGB of ``size`` (width, height); Lanczos reduces them if that is smaller.

    Args:
        extent: how many columns and rows of ``pixels`` belong to the image; None: all. A decoder that reduces an image
        rounds its size up.
    """
    width, height = pixels.size
    wide, high = extent or (float(width), float(height))
    image = Image.new("RGB", size)
    scale = high / size[1]
    reach = math.ceil(_TAPS * max(scale, 1.0))
    for top, bottom in _bands(size, most=max(round(_BAND_PIXELS / (scale * wide / size[0])), 1)):
        if size == (width, height):
            image.paste(developer.to_rgb(pixels.crop((0, top, width, bottom))), (0, top))
            continue
        first, last = max(math.floor(top * scale) - reach, 0), min(math.ceil(bottom * scale) + reach, height)
        piece = developer.to_rgb(pixels.crop((0, first, width, last)))
        box = (0, top * scale - first, wide, bottom * scale - first)
        image.paste(piece.resize((size[0], bottom - top), Image.Resampling.LANCZOS, box=box), (0, top))
    return image


def _bands(size: tuple[int, int], most: int = _BAND_PIXELS) -> list[tuple[int, int]]:
    """Return the top and bottom rows of bands of at most ``most`` pixels."""
    width, height = size
    step = max(most // width, 1)
    return [(top, min(top + step, height)) for top in range(0, height, step)]
