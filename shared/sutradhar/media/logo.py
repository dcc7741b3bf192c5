"""Read the image of a logo with its transparency."""

import io
from typing import BinaryIO

from PIL import Image

from sutradhar.media.formats import HEIF, find_image_format
from sutradhar.media.image import fit_size, open_with_pillow, read_exif, read_image, set_upright

_ALPHA_MODES = {"RGBA", "RGBa", "LA", "La", "PA"}


def read_logo(file: BinaryIO, longest: int) -> Image.Image:
    """Return the image in ``file`` as RGBA in sRGB with straight alpha, upright, with sides of at most ``longest``
    pixels. An image without transparency is opaque.

    Raises:
        MediaError: the file is not an image, is damaged, or is too large to decode.
    """
    opaque, _ = read_image(file, longest)  # it refuses what is too large, before anything is decoded here
    image_format = find_image_format(file)
    if image_format == HEIF:
        return opaque.convert("RGBA")
    with open_with_pillow(file, image_format) as opened:
        if opened.mode not in _ALPHA_MODES and "transparency" not in opened.info:
            return opaque.convert("RGBA")
        exif, profile = read_exif(opened), opened.info.get("icc_profile")
        rgba = opened.convert("RGBA")
    rgba, _ = set_upright(rgba, rgba.size, exif)
    size = fit_size(rgba.size, longest)
    if size != rgba.size:  # with premultiplied alpha, so that the colour of what is transparent bleeds nowhere
        rgba = rgba.convert("RGBa").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA")
    if not profile:
        return rgba
    colours = io.BytesIO()
    rgba.convert("RGB").save(colours, "PNG", icc_profile=profile, compress_level=1)
    shown = read_image(colours)[0]
    shown.putalpha(rgba.getchannel("A"))
    return shown
