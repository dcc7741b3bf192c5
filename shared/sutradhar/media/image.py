"""Read image files as a person sees them in an image viewer: upright, in 8-bit sRGB.

The upload check (``providers.media.upload_reader``) and the renderer (``gpu_renderer.image.still``) both read images
here. An image is decoded once. A process that does only this stays below 400 MB (its libraries alone take 60 MB).
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
from sutradhar.media.formats import HEIF, IMAGE_FORMATS, MediaError, find_image_format
from sutradhar.media.png_bands import PngPixels, can_read_in_bands

Image.MAX_IMAGE_PIXELS = None  # our own guards are stricter, and run before Pillow decodes anything

MAX_PIXELS = 64_000_000
"""Pixels. The decoder reduces a larger JPEG to this, or to less."""
MAX_JPEG_PIXELS = 500_000_000
MAX_PNG_PIXELS = 300_000_000
"""The most pixels of a PNG that is decoded in bands: 8 bits a sample, not interlaced."""
_MEMORY = 300_000_000
"""Bytes of memory that decoding one image may take."""
_BYTES_IN_FORMAT = {"WEBP": 15.5, "AVIF": 9.0, HEIF: 5.0, "JPEG2000": 18.5, "TIFF": 5.5}
"""Bytes of memory for each pixel during decoding, measured with images of 20 to 64 megapixels."""
_BYTES_IN_MODE = {"1": 1.0, "L": 1.0, "P": 1.0, "I;16": 2.0, "I;16B": 2.0, "I;16L": 2.0, "I;16N": 2.0}
"""Bytes of memory for each pixel in a mode, if decoding needs no further memory; 4 in other modes."""
_COEFFICIENT_BYTES = 2
"""The decoder holds all coefficients of a progressive JPEG before it can reduce it."""
_HEAD = 1 << 16
_PROBE_SIDE = 256
"""Longest side in pixels of the copy that proves that an image can be decoded; a JPEG is decoded at about this
size."""
_AGAIN = "copy or download it again, and send all of it"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The operation that sets an image upright, by its EXIF orientation (TIFF 6.0, tag 274)."""
_SUBFILE_TYPE = 254
"""TIFF 6.0: bit 0 is set for a small copy of another page."""
_ALPHA_MODES = {"RGBA", "RGBa", "LA", "La", "PA"}
_ANIMATED = {"GIF", "PNG", "WEBP", "AVIF"}
_READING_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    OverflowError,
    TypeError,
    IndexError,
    KeyError,
    RuntimeError,
)
"""Exceptions by which Pillow and pillow-heif report a damaged file; our own faults raise others."""


@dataclass(frozen=True)
class ImageFacts:
    """``size``: width and height of the whole image, upright. ``notices``: sentences that continue the file's name."""

    format: str
    size: tuple[int, int]
    notices: tuple[str, ...] = ()


def is_animation(file: BinaryIO, image_format: str) -> bool:
    """Report whether the image in ``file`` has frames that follow each other in time.

    The second image in a camera's JPEG is a preview, and the pages of a TIFF stand side by side: neither moves.
    """
    if image_format not in _ANIMATED:
        return False
    with open_with_pillow(file, image_format) as opened:
        return bool(getattr(opened, "is_animated", False))


def probe_image(file: BinaryIO) -> ImageFacts:
    """Decode the image in ``file`` to its end, and return its facts.

    Raises:
        MediaError: as ``read_image`` raises it.
    """
    return read_image(file, longest=_PROBE_SIDE)[1]


def read_image(file: BinaryIO, longest: int = 0) -> tuple[Image.Image, ImageFacts]:
    """Return the image in ``file``, or the first one in it, as RGB in sRGB and upright; and its facts.

    Args:
        longest: the most pixels on a side of the returned image; 0: as many as the file has, up to ``MAX_PIXELS``.

    Raises:
        MediaError: the file is not an image, is damaged, or is too large to decode.
    """
    image_format = find_image_format(file)
    if not image_format:
        raise MediaError("is no image", "send a PNG or JPEG that opens in an image viewer")
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
        # Pillow would decode a PNG to its end to look for camera tags there
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
        # libheif has already turned the image upright
        developer = build_developer(pixels, image.mode, image.info, {}, nclx, HEIF)
        shown = develop(pixels, developer, fit_size(image.size, longest))
    except _READING_ERRORS as exc:
        raise _damage_error(HEIF, exc) from exc
    notices = developer.notices
    if len(container) > 1:
        notices.append(f"shows only the main one of its {len(container)} images")
    return shown, ImageFacts(HEIF, image.size, tuple(notices))


def build_developer(
    pixels: Pixels, mode: str, info: Any, exif: dict[Any, Any], nclx: bytes, image_format: str
) -> Developer:
    """Return the ``Developer`` for an image file's colours, range of greys, and backdrop."""
    is_adobe_rgb = exif.get(0xA001) == 2 or exif.get("interoperability") == "R03"
    profiles = find_profiles(info, nclx, is_adobe_rgb=is_adobe_rgb)
    is_transparent = mode in _ALPHA_MODES or "transparency" in info
    sample = take_sample(pixels) if is_transparent else pixels.crop((0, 0, 1, 1))
    has_padding = image_format in {"BMP", "TGA", "ICO"}
    return Developer(sample, profiles, find_limits(pixels, mode), has_padding_for_alpha=has_padding)


@contextmanager
def open_with_pillow(file: BinaryIO, image_format: str) -> Iterator[Image.Image]:
    """Open ``file`` as ``image_format``; turn all errors of a damaged file into MediaError."""
    assert image_format in IMAGE_FORMATS
    file.seek(0)
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=(image_format,)) as opened:
            yield opened
    except UnidentifiedImageError as exc:
        raise MediaError(
            f"is a {image_format} image of a kind that cannot be read here, or is damaged from its first bytes on",
            "open it in an image viewer and save it as a PNG or JPEG",
        ) from exc
    except _READING_ERRORS as exc:
        raise _damage_error(image_format, exc) from exc


def _damage_error(image_format: str, exc: Exception) -> Exception:
    if isinstance(exc, OSError) and exc.errno not in {None, errno.EINVAL}:
        return exc  # the disk has failed; the file may be whole
    return MediaError(f"is a {image_format} image that breaks off before its end, or is damaged", _AGAIN)


def _select_page(opened: Any) -> int:
    """Open the first full page of a TIFF; return the number of full pages, small copies of pages left out."""
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
        raise MediaError(
            f"has {size[0]}x{size[1]} pixels ({pixels / 1e6:.0f} million); a {name} may have {most} million",
            "save it as a JPEG (not progressive), or smaller",
        )


def _draft(opened: JpegImageFile, longest: int) -> tuple[float, float] | None:
    """Let the decoder of a JPEG leave out detail beyond ``longest``, so that it holds only the rest.

    Return how many columns and rows of the decoder's output belong to the image; None: all of them.
    """
    width, height = opened.size
    if longest:
        by = next((by for by in (8, 4, 2) if max(width, height) // by >= longest), 1)
    else:
        by = next(by for by in (1, 2, 4, 8) if width * height <= MAX_PIXELS * by**2)
    drafted = opened.draft(None, (max(width // by, 1), max(height // by, 1))) if by > 1 else None
    return (drafted[1][2], drafted[1][3]) if drafted else None


def fit_size(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return ``size``, reduced to at most ``longest`` pixels a side and at most ``MAX_PIXELS`` in all."""
    if longest:
        share = min(longest / max(size), 1.0)
        return max(round(size[0] * share), 1), max(round(size[1] * share), 1)
    share = min((MAX_PIXELS / (size[0] * size[1])) ** 0.5, 1.0)
    return max(int(size[0] * share), 1), max(int(size[1] * share), 1)


def set_upright(image: Image.Image, size: tuple[int, int], exif: dict[Any, Any]) -> tuple[Image.Image, tuple[int, int]]:
    """Return ``image`` turned as the camera was held, and ``size``, the size of the original, turned likewise."""
    orientation = exif.get(0x0112, 1)
    turn = _TURNS.get(orientation)
    if turn is None:
        return image, size
    return image.transpose(turn), size[::-1] if orientation >= 5 else size


def read_exif(opened: Image.Image) -> dict[Any, Any]:
    """Return the EXIF tags, which hold orientation and colour space; damaged tags are left out."""
    tags: dict[Any, Any] = {}
    try:
        exif = opened.getexif()
        tags[0x0112] = exif.get(0x0112, 1)
        tags[0xA001] = exif.get_ifd(0x8769).get(0xA001)
        tags["interoperability"] = str(exif.get_ifd(0xA005).get(1, "")).strip("\0")
    except _READING_ERRORS:
        pass
    return tags


def read_nclx(file: BinaryIO, image_format: str) -> bytes:
    """Return the codes in the colour box of an AVIF or HEIF (ISO/IEC 14496-12, 12.1.5); empty if there are none."""
    if image_format not in {"AVIF", HEIF}:
        return b""
    file.seek(0)
    head = file.read(_HEAD)
    at = head.find(b"colrnclx")
    return head[at + 8 : at + 12] if at >= 0 else b""


class _ArrayPixels:
    """Pixels in an array, without the copy of 4 bytes a pixel that a PIL image would be."""

    def __init__(self, values: NDArray[np.uint8], mode: str) -> None:
        self._values, self._mode = values, mode

    @property
    def size(self) -> tuple[int, int]:
        return self._values.shape[1], self._values.shape[0]

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        left, top, right, bottom = box
        return Image.fromarray(np.ascontiguousarray(self._values[top:bottom, left:right]), self._mode)
