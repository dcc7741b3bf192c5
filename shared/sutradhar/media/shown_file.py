"""Turn a file that a user sent into the one that a scene shows: for its asset, and for preview frames before that."""

import io
from pathlib import Path
from typing import BinaryIO

from sutradhar.media.animation import write_clip
from sutradhar.media.formats import MediaError, find_image_format
from sutradhar.media.image import is_animation, read_image


def encode_shown_image(file: BinaryIO, longest: int) -> tuple[bytes, tuple[int, int]]:
    """Return the image in ``file``, or the first frame of an animation, as a JPEG with sides of at most ``longest``
    pixels, and its width and height.

    Raises:
        MediaError: the file cannot be used.
    """
    pixels, _ = read_image(file, longest)
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=95, subsampling=0)
    return out.getvalue(), pixels.size


def find_shown_video(path: Path, out: Path) -> Path:
    """Return ``path`` itself; for an animated image, ``out`` with a video made of its frames.

    Raises:
        MediaError: the file is a still image, or cannot be used.
    """
    with path.open("rb") as file:
        image_format = find_image_format(file)
        if not image_format:
            return path
        if not is_animation(file, image_format):
            raise MediaError("is a still image", "name it as the image of a scene, or send a video")
        write_clip(file, image_format, out)
        return out
