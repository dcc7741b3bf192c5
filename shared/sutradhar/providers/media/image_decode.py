"""Pictures that came over the wire."""

import io

from sutradhar.media.formats import UnusableFile
from sutradhar.media.image import probe_image
from sutradhar.providers.hosted.api_errors import unusable

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
_SMALLEST = 64


def media_type(data: bytes) -> str:
    """Of a file that is known to be a PNG or a JPEG."""
    return _TYPES["PNG" if data.startswith(b"\x89PNG") else "JPEG"]


def opened(provider: str, data: bytes) -> tuple[str, tuple[int, int]]:
    """Return the media type of the image in ``data``, and its width and height as shown.

    Raises ProviderError for bytes that are no whole PNG or JPEG.
    """
    try:
        facts = probe_image(io.BytesIO(data))
    except UnusableFile as exc:
        raise unusable(provider, f"an unusable image: it {exc.reason}") from exc
    if facts.format not in _TYPES or min(facts.size) < _SMALLEST:
        raise unusable(provider, f"a {facts.format} image of {facts.size[0]}x{facts.size[1]} pixels")
    return _TYPES[facts.format], facts.size
