"""The one reader of image files: what a person sees in an image viewer, upright, in 8-bit sRGB.

The door (``providers.media_file``) and the renderer (``gpu_renderer.still``) both read images here. An image is
decoded once, and stays below 400 MB in a process that has nothing else to do (with its libraries it has 60 MB).
"""

import errno
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from sutradhar.media.colour import find_profiles
from sutradhar.media.develop import Developer, Pixels, develop, find_limits, take_sample
from sutradhar.media.formats import HEIF, IMAGE_FORMATS, UnusableFile, find_image_format
from sutradhar.media.png_bands import PngPixels, can_read_in_bands

Image.MAX_IMAGE_PIXELS = None  # Pillow's own guard says less than ours, which come before it decodes anything

MAX_PIXELS = 64_000_000
"""A JPEG that is larger is reduced to this, or to less, while it is decoded."""
MAX_JPEG_PIXELS = 500_000_000
MAX_PNG_PIXELS = 300_000_000
"""Of those that are decoded in bands: 8 bits a sample, not interlaced."""
_MEMORY = 300_000_000
"""Bytes that one image may take while it is decoded."""
_BYTES_IN_FORMAT = {"WEBP": 15.5, "AVIF": 9.0, HEIF: 5.0, "JPEG2000": 18.5, "TIFF": 5.5}
"""For each pixel while it is decoded, measured with images of 20 to 64 megapixels."""
_BYTES_IN_MODE = {"1": 1.0, "L": 1.0, "P": 1.0, "I;16": 2.0, "I;16B": 2.0, "I;16L": 2.0, "I;16N": 2.0}
"""For each pixel, where the format decodes into nothing else; 4 in other modes."""
_COEFFICIENT_BYTES = 2
"""A progressive JPEG is held whole, as coefficients, before it can be reduced."""
_HEAD = 1 << 16
_PROBE_SIDE = 256
"""Of what is made to prove that an image can be made; a JPEG is decoded at about this size."""
_AGAIN = "copy or download it again, and send all of it"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
"""What sets an image upright, by its EXIF orientation (TIFF 6.0, tag 274)."""
_SUBFILE_TYPE = 254
"""TIFF 6.0: bit 0 is set for a small copy of another page."""
_ALPHA_MODES = {"RGBA", "RGBa", "LA", "La", "PA"}
_ANIMATED = {"GIF", "PNG", "WEBP", "AVIF"}
_READING_ERRORS = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, OverflowError, TypeError,
                   IndexError, KeyError, RuntimeError)  # fmt: skip
"""Ways in which Pillow and pillow-heif say that a file is damaged; none of them stands for a fault of ours."""


@dataclass(frozen=True)
class ImageFacts:
    """``size``: width and height of the whole image, upright. ``notices``: sentences that follow the file's name."""

    format: str
    size: tuple[int, int]
    notices: tuple[str, ...] = ()


def is_animation(file: BinaryIO, image_format: str) -> bool:
    """Report whether the image in ``file`` has frames that follow each other in time.

    The second picture in a camera's JPEG is a preview, and the pages of a TIFF stand side by side: neither moves.
    """
    if image_format not in _ANIMATED:
        return False
    with open_with_pillow(file, image_format) as opened:
        return bool(getattr(opened, "is_animated", False))


def probe_image(file: BinaryIO) -> ImageFacts:
    """Decode the image in ``file`` to its end, and return its facts.

    Raises:
        UnusableFile: ``read_image``.
    """
    return read_image(file, longest=_PROBE_SIDE)[1]


def read_image(file: BinaryIO, longest: int = 0) -> tuple[Image.Image, ImageFacts]:
    """Return the image in ``file``, or the first one in it, as RGB in sRGB and upright; and its facts.

    Args:
        longest: the most pixels on a side of what is returned; 0: as many as it has, up to ``MAX_PIXELS`` in all.

    Raises:
        UnusableFile: it is no image, is damaged, or too large to be decoded.
    """
    image_format = find_image_format(file)
    if not image_format:
        raise UnusableFile("is no image", "send a PNG or JPEG that opens in an image viewer")
    nclx = read_nclx(file, image_format)
    file.seek(0)
    if image_format == HEIF:
        return _read_heif(file, longest, nclx)
    return _read_with_pillow(file, image_format, longest, nclx)


def _read_with_pillow(file: BinaryIO, image_format: str, longest: int, nclx: bytes) -> tuple[Image.Image, ImageFacts]:
    with open_with_pillow(file, image_format) as opened:
        pages = _select_page(opened) if image_format == "TIFF" else 1
        size = opened.size
        pixels: Any = opened
        if image_format == "PNG" and _needs_bands(opened) and can_read_in_bands(file):
            _refuse_memory(size, _MEMORY / MAX_PNG_PIXELS, "PNG")
            pixels = PngPixels(file)
        else:
            _refuse_too_large(opened, image_format)
        extent = _draft(opened, longest) if isinstance(opened, JpegImageFile) else None
        if pixels is opened:
            opened.load()
        # Pillow decodes a PNG to its end to look for camera tags that stand there
        exif = read_exif(opened) if pixels is opened or "exif" in opened.info else {}
        developer = build_developer(pixels, opened.mode, opened.info, exif, nclx, image_format)
        notices = developer.notices
        if pages > 1:
            notices.append(f"shows only the first of its {pages} pages; save the others as images of their own")
        shown = develop(pixels, developer, fit_size(pixels.size, longest), extent)
    shown, size = set_upright(shown, size, exif)
    return shown, ImageFacts(image_format, size, tuple(notices))


def _read_heif(file: BinaryIO, longest: int, nclx: bytes) -> tuple[Image.Image, ImageFacts]:
    import pillow_heif

    try:
        container = pillow_heif.open_heif(file, convert_hdr_to_8bit=True)
        image = container[container.primary_index]
        _refuse_memory(image.size, _BYTES_IN_FORMAT[HEIF], HEIF)
        pixels = _ArrayPixels(np.asarray(image), image.mode)
        # libheif has turned it upright already
        developer = build_developer(pixels, image.mode, image.info, {}, nclx, HEIF)
        shown = develop(pixels, developer, fit_size(image.size, longest))
    except _READING_ERRORS as exc:
        raise _damaged(HEIF, exc) from exc
    notices = developer.notices
    if len(container) > 1:
        notices.append(f"shows only the main one of its {len(container)} images")
    return shown, ImageFacts(HEIF, image.size, tuple(notices))


def build_developer(pixels: Pixels, mode: str, info: Any, exif: dict[Any, Any], nclx: bytes, image_format: str
                    ) -> Developer:  # fmt: skip
    """Return the ``Developer`` of an image file: its colours, its range of greys, and its backdrop."""
    is_adobe_rgb = exif.get(0xA001) == 2 or exif.get("interoperability") == "R03"
    profiles = find_profiles(info, nclx, is_adobe_rgb=is_adobe_rgb)
    is_transparent = mode in _ALPHA_MODES or "transparency" in info
    sample = take_sample(pixels) if is_transparent else pixels.crop((0, 0, 1, 1))
    has_padding = image_format in {"BMP", "TGA", "ICO"}
    return Developer(sample, profiles, find_limits(pixels, mode), has_padding_for_alpha=has_padding)


@contextmanager
def open_with_pillow(file: BinaryIO, image_format: str) -> Iterator[Image.Image]:
    """Open ``file`` as the format of the list that it is in, and let nothing but UnusableFile out."""
    assert image_format in IMAGE_FORMATS
    file.seek(0)
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=(image_format,)) as opened:
            yield opened
    except UnidentifiedImageError as exc:
        raise UnusableFile(
            f"is a {image_format} image of a kind that cannot be read here, or is damaged from its first bytes on",
            "open it in an image viewer and save it as a PNG or JPEG",
        ) from exc
    except _READING_ERRORS as exc:
        raise _damaged(image_format, exc) from exc


def _damaged(image_format: str, exc: Exception) -> Exception:
    if isinstance(exc, OSError) and exc.errno not in {None, errno.EINVAL}:
        return exc  # of the disk, not of the file
    return UnusableFile(f"is a {image_format} image that breaks off before its end, or is damaged", _AGAIN)


def _select_page(opened: Any) -> int:
    """Open the first page of a TIFF that is no small copy of another one; return how many such pages there are."""
    pages = []
    for index in range(opened.n_frames):
        opened.seek(index)
        if not int(opened.tag_v2.get(_SUBFILE_TYPE, 0)) & 1:
            pages.append(index)
    opened.seek(pages[0] if pages else 0)
    return len(pages)


def _refuse_too_large(opened: Image.Image, image_format: str) -> None:
    if isinstance(opened, JpegImageFile):
        if "progressive" in opened.info:
            samples = sum(across * down for _, across, down, _ in opened.layer)
            most = max((across * down for _, across, down, _ in opened.layer), default=1)
            _refuse_memory(opened.size, _COEFFICIENT_BYTES * samples / most, "progressive JPEG")
        elif opened.width * opened.height > MAX_JPEG_PIXELS:
            _refuse_memory(opened.size, _MEMORY / MAX_JPEG_PIXELS, "JPEG")
        return
    needed = _BYTES_IN_MODE.get(opened.mode, 4.0)
    _refuse_memory(opened.size, _BYTES_IN_FORMAT.get(image_format, needed) * needed / 4, image_format)


def _needs_bands(opened: Image.Image) -> bool:
    return opened.width * opened.height * _BYTES_IN_MODE.get(opened.mode, 4.0) > _MEMORY / 3


def _refuse_memory(size: tuple[int, int], bytes_a_pixel: float, name: str) -> None:
    pixels, most = size[0] * size[1], int(_MEMORY / bytes_a_pixel / 1e6)
    if pixels > _MEMORY / bytes_a_pixel:
        raise UnusableFile(
            f"has {size[0]}x{size[1]} pixels ({pixels / 1e6:.0f} million); a {name} may have {most} million",
            "save it as a JPEG (not progressive), or smaller",
        )


def _draft(opened: JpegImageFile, longest: int) -> tuple[float, float] | None:
    """Let the decoder leave out detail that is not asked for: it never holds more than what is left.

    Returns the columns and rows of what it will give that are the image; None: all of them.
    """
    width, height = opened.size
    if longest:
        by = next((by for by in (8, 4, 2) if max(width, height) // by >= longest), 1)
    else:
        by = next(by for by in (1, 2, 4, 8) if width * height <= MAX_PIXELS * by**2)
    drafted = opened.draft(None, (max(width // by, 1), max(height // by, 1))) if by > 1 else None
    return (drafted[1][2], drafted[1][3]) if drafted else None


def fit_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return ``size``, smaller where a side has more than ``longest`` pixels, or all have more than ``MAX_PIXELS``."""
    if longest:
        share = min(longest / max(size), 1.0)
        return max(round(size[0] * share), 1), max(round(size[1] * share), 1)
    share = min((MAX_PIXELS / (size[0] * size[1])) ** 0.5, 1.0)
    return max(int(size[0] * share), 1), max(int(size[1] * share), 1)


def set_upright(image: Image.Image, size: tuple[int, int], exif: dict[Any, Any]
                ) -> tuple[Image.Image, tuple[int, int]]:  # fmt: skip
    """Return ``image``, and the ``size`` of what it was made of, turned as the camera was held."""
    orientation = exif.get(0x0112, 1)
    turn = _TURNS.get(orientation)
    if turn is None:
        return image, size
    return image.transpose(turn), size[::-1] if orientation >= 5 else size


def read_exif(opened: Image.Image) -> dict[Any, Any]:
    """Return the tags that say how the image is held and in which colours it is; damaged ones say nothing."""
    found: dict[Any, Any] = {}
    try:
        exif = opened.getexif()
        found[0x0112] = exif.get(0x0112, 1)
        found[0xA001] = exif.get_ifd(0x8769).get(0xA001)
        found["interoperability"] = str(exif.get_ifd(0xA005).get(1, "")).strip("\0")
    except _READING_ERRORS:
        pass
    return found


def read_nclx(file: BinaryIO, image_format: str) -> bytes:
    """Return what the colour box of an AVIF or HEIF says in numbers (ISO/IEC 14496-12, 12.1.5), or nothing."""
    if image_format not in {"AVIF", HEIF}:
        return b""
    file.seek(0)
    head = file.read(_HEAD)
    at = head.find(b"colrnclx")
    return head[at + 8 : at + 12] if at >= 0 else b""


class _ArrayPixels:
    """Pixels in an array; a PIL image of them would be a copy of 4 bytes a pixel."""

    def __init__(self, values: NDArray[np.uint8], mode: str) -> None:
        self._values, self._mode = values, mode

    @property
    def size(self) -> tuple[int, int]:
        return self._values.shape[1], self._values.shape[0]

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        left, top, right, bottom = box
        return Image.fromarray(np.ascontiguousarray(self._values[top:bottom, left:right]), self._mode)
