"""Check images that providers send."""

import io

from sutradhar.media.formats import MediaError
from sutradhar.media.image import probe_image

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
_MIN_SIDE = 64


def find_media_type(data: bytes) -> str:
    """Return the media type of ``data``, which is known to be a PNG or a JPEG file."""
    return _TYPES["PNG" if data.startswith(b"\x89PNG") else "JPEG"]


def inspect_image(data: bytes) -> tuple[str, tuple[int, int]]:
    """Return the media type of the image in ``data``, and its width and height as shown.

    Raises:
        MediaError: ``data`` is not a whole PNG or JPEG file, or one side has less than 64 pixels.
    """
    facts = probe_image(io.BytesIO(data))
    if facts.format not in _TYPES or min(facts.size) < _MIN_SIDE:
        raise MediaError(
            f"is a {facts.format} image of {facts.size[0]}x{facts.size[1]} pixels",
            f"ask for a PNG or JPEG of at least {_MIN_SIDE} pixels a side",
        )
    return _TYPES[facts.format], facts.size
