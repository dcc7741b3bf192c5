"""Pictures that came over the wire."""

import io
import warnings

from PIL import Image

from sutradhar.providers.vendor import unusable

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
_SMALLEST = 64


def media_type(data: bytes) -> str:
    """Of a file that is known to be a PNG or a JPEG."""
    return _TYPES["PNG" if data.startswith(b"\x89PNG") else "JPEG"]


def opened(provider: str, data: bytes) -> tuple[str, tuple[int, int]]:
    """The media type of the picture in ``data``, and its width and height.

    Raises ProviderError for bytes that are no whole PNG or JPEG.
    """
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as picture:
            picture.load()
            kind, size = picture.format or "", picture.size
    except Exception as exc:  # Pillow has a dozen ways to say so
        raise unusable(provider, f"no picture: {exc}") from exc
    if kind not in _TYPES or min(size) < _SMALLEST:
        raise unusable(provider, f"a {kind or 'nameless'} of {size[0]}x{size[1]} pixels")
    return _TYPES[kind], size
