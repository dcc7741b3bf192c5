"""One scene's picture, decoded once and made ready for the camera: planes of BT.709 in limited range."""

import hashlib
import io
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps

from gpu_renderer.camera import Box, Plane, crop, matrix, view
from gpu_renderer.frame import Bytes
from sutradhar.domain.errors import RenderError
from sutradhar.domain.timeline import Camera

MAX_PIXELS = 64_000_000
"""Larger pictures would take more than 1 GB while they are decoded."""
_MARGIN = 4
"""Pixels kept around what the camera shows, for the resampler's taps."""
_STRIP = 128
_LUMA_SCALE = 2.0
"""Luma is brought to twice the output's scale: bilinear from there is within 53 dB of Lanczos, at 1 it is 47 dB."""

# ITU-R BT.709-6, items 3.2 to 3.5, 8 bit: rows Y', C'b, C'r from R', G', B' of 0..255
_KR, _KB = 0.2126, 0.0722
_KG = 1 - _KR - _KB
_YUV = np.array(
    [
        [219 / 255 * _KR, 219 / 255 * _KG, 219 / 255 * _KB, 16],
        [-112 / 255 * _KR / (1 - _KB), -112 / 255 * _KG / (1 - _KB), 112 / 255, 128],
        [112 / 255, -112 / 255 * _KG / (1 - _KR), -112 / 255 * _KB / (1 - _KR), 128],
    ],
    dtype=np.float32,
)


@dataclass(frozen=True)
class Still:
    """Three planes of samples and what of the picture they show; ``picture`` is its full size."""

    planes: tuple[Bytes, Bytes, Bytes]
    shows: Box
    picture: tuple[int, int]

    def draw(self, camera: Camera, frame: int, frames: int, into: Sequence[Bytes]) -> None:
        """Write ``frame`` of a clip of ``frames`` into ``into``: Y (h, w), U and V (h/2, w/2)."""
        high, wide = into[0].shape
        shown = view(camera, frame, frames, self.picture, wide / high)
        for i, (plane, out) in enumerate(zip(self.planes, into, strict=True)):
            size = (out.shape[1], out.shape[0])
            stored = Plane(self.shows, plane.shape[1], plane.shape[0])
            cv2.warpAffine(
                plane,
                matrix(shown, stored, size, chroma=i > 0),
                size,
                dst=out,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )


def load(path: Path, sha256: str, scene: int) -> Image.Image:
    """The picture as a person would see it: upright, 8-bit sRGB, transparent parts white.

    Raises:
        RenderError: it cannot be read, is not the picture that was asked for, or is too large; names ``scene``.
    """
    encoded = path.read_bytes()
    if hashlib.sha256(encoded).hexdigest() != sha256:
        raise _unusable(scene, "its bytes are not those that were stored")
    try:
        with Image.open(io.BytesIO(encoded)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                size = f"{opened.width}x{opened.height}"
                raise _unusable(scene, f"it has {size} pixels; at most {MAX_PIXELS // 10**6} million")
            opened.load()
            return _rgb(ImageOps.exif_transpose(opened))
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Image.DecompressionBombError) as exc:
        raise _unusable(scene, str(exc)) from exc


def _unusable(scene: int, why: str) -> RenderError:
    return RenderError(
        f"the picture of scene {scene} cannot be used: {why}",
        stage="picture",
        scene=scene,
        advice="replace the picture with a PNG or JPEG that opens in an image viewer",
    )


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if image.mode in ("PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            managed = image.convert("RGB") if image.mode == "RGBA" else image
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(managed, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # a profile that does not fit its picture is ignored, as browsers do
        else:
            assert converted is not None
            return converted
    return image.convert("RGB")


def _from_deep(image: Image.Image) -> Image.Image:
    """16-bit and float grey to 8 bits; Pillow's own convert() clips instead of scaling."""
    grey = np.asarray(image, dtype=np.float32)
    top = 1.0 if image.mode == "F" and grey.max(initial=0) <= 1 else 255.0 if image.mode == "F" else 65535.0
    return Image.fromarray(np.rint(np.clip(grey / top, 0, 1) * 255).astype(np.uint8)).convert("RGB")


def prepare(image: Image.Image, camera: Camera, size: tuple[int, int]) -> Still:
    """Planes for a film of ``size`` (width, height): what ``camera`` will show, by Lanczos at about twice the output's
    scale (luma) and at its scale (chroma, half of the film's), whether the picture is larger or smaller."""
    width, height = size
    ends = [crop(pose, image.size, width / height) for pose in (camera.start, camera.end)]
    # between the two ends of the move neither gets more blur or more shimmer than it must
    scale = width / math.sqrt(ends[0].width * ends[1].width)
    box = (
        max(math.floor(min(e.left for e in ends)) - _MARGIN, 0),
        max(math.floor(min(e.top for e in ends)) - _MARGIN, 0),
        min(math.ceil(max(e.right for e in ends)) + _MARGIN, image.width),
        min(math.ceil(max(e.bottom for e in ends)) + _MARGIN, image.height),
    )
    shows = Box(box[0], box[1], box[2] - box[0], box[3] - box[1])

    def scaled(factor: float) -> tuple[int, int]:
        return max(round(shows.width * factor), 2), max(round(shows.height * factor), 2)

    part = image.crop(box)
    if scale * _LUMA_SCALE < 1:  # a large source: never hold more than is needed
        part = part.resize(scaled(scale * _LUMA_SCALE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    y, u, v = to_planes(np.asarray(part))
    luma, chroma = scaled(scale * _LUMA_SCALE), scaled(scale / 2)
    return Still((_resized(y, luma), _resized(u, chroma), _resized(v, chroma)), shows, image.size)


def to_planes(rgb: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """(h, w, 3) sRGB to Y', C'b, C'r planes of (h, w): BT.709, limited range, computed in float and rounded once."""
    high, wide = rgb.shape[:2]
    found = (np.empty((high, wide), np.uint8), np.empty((high, wide), np.uint8), np.empty((high, wide), np.uint8))
    for top in range(0, high, _STRIP):  # in strips: floats of a whole 4K source would take 400 MB
        strip = cv2.transform(rgb[top : top + _STRIP].astype(np.float32), _YUV)
        rounded = cv2.convertScaleAbs(strip)
        for i, plane in enumerate(found):
            plane[top : top + _STRIP] = rounded[:, :, i]
    return found


def _resized(plane: Bytes, size: tuple[int, int]) -> Bytes:
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS))
