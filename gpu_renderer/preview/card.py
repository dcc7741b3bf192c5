"""Draw the card that stands for an image that is not made yet."""

import hashlib
import io
from functools import lru_cache

from PIL import Image

_COLOUR = (44, 46, 58)
"""RGB: light words and dark words can both be read on it."""


@lru_cache(maxsize=4)
def make_card(width: int, height: int) -> tuple[bytes, str]:
    """Return the PNG of a card of ``width`` × ``height`` pixels, and the sha256 of its bytes.

    It has no words, since the page that shows it names what is missing in the language of its reader.
    """
    file = io.BytesIO()
    Image.new("RGB", (width, height), _COLOUR).save(file, "PNG")
    encoded = file.getvalue()
    return encoded, hashlib.sha256(encoded).hexdigest()
