"""Decode the image of a scene once and prepare it for the camera: planes of BT.709 in limited range."""

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.image.camera import Box, Plane, crop_at, crop_for_pose, sampling_matrix
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import Camera
from sutradhar.media.formats import MediaError
from sutradhar.media.image import read_image

_MARGIN = 2
"""Pixels of the frame that are kept around the view of the camera, for bilinear sampling."""
_TAPS = 4
"""Pixels that the crop needs at each side: Lanczos reads 3, of the source or of the output, whichever are larger."""
_MOST_SHOWN = 8
"""The most pixels of the camera's way that are kept, in frames of the video."""
_DETAIL = 1.15
"""A larger source is first scaled to this multiple of the output's scale. Measured on an image of 3584x2048 for 1080p:
at 2, aliases of bilinear sampling leave 45.4 dB, at 1 the closest view of a zoom lacks detail, at 1.15 it is 50 dB."""
_SHARPEN = 0.06
"""Weight of the neighbours. Measured: 0.3 to 1.5 dB better than 0; from 0.08 on harsh images get worse again."""
_STRIP = 128
"""Rows that are converted at a time."""
_LUMA_SCALE = 2.0
"""Luma is stored at twice the output's scale: bilinear sampling of it is within 53 dB of Lanczos; at 1 it is 47 dB."""

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
    """Three planes of samples and the region of the image that they show; ``image_size`` is width and height of all of
    it."""

    planes: tuple[Bytes, Bytes, Bytes]
    source_region: Box
    image_size: tuple[int, int]

    def draw(self, camera: Camera, frame: int, frames: int, into: Sequence[Bytes]) -> None:
        """Write frame number ``frame`` of a clip of ``frames`` into ``into``: Y (h, w), U and V (h/2, w/2)."""
        high, wide = into[0].shape
        shown = crop_at(camera, frame, frames, self.image_size, wide / high)
        for i, (plane, out) in enumerate(zip(self.planes, into, strict=True)):
            size = (out.shape[1], out.shape[0])
            stored = Plane(self.source_region, plane.shape[1], plane.shape[0])
            cv2.warpAffine(
                plane,
                sampling_matrix(shown, stored, size, chroma=i > 0),
                size,
                dst=out,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )


def load_image(path: Path, sha256: str, scene: int) -> Image.Image:
    """Return the image in ``path`` as viewers show it: upright, 8-bit sRGB, without transparency.

    Raises:
        RenderError: the file cannot be read, has another hash than ``sha256``, or is too large; names ``scene``.
    """
    encoded = path.read_bytes()
    if hashlib.sha256(encoded).hexdigest() != sha256:
        raise _image_error(scene, "its bytes are not those that were stored")
    try:
        return read_image(io.BytesIO(encoded))[0]
    except MediaError as exc:
        raise _image_error(scene, f"it {exc.reason}") from exc


def _image_error(scene: int, reason: str) -> RenderError:
    return RenderError(
        f"the image of scene {scene + 1} cannot be used: {reason}",
        stage="picture",
        scene=scene,
        advice="replace the image with a PNG or JPEG that opens in an image viewer",
    )


def prepare_still(image: Image.Image, camera: Camera, size: tuple[int, int]) -> Still:
    """Resample the region of ``image`` that ``camera`` will show in frames of ``size`` (width, height), by Lanczos.

    Luma comes out at about twice the output's scale and chroma at its scale (half of the frame's), whether the image is
    larger or smaller than that.
    """
    width, height = size
    ends = [crop_for_pose(pose, image.size, width / height) for pose in (camera.start, camera.end)]
    left, top = min(e.left for e in ends), min(e.top for e in ends)
    right, bottom = max(e.right for e in ends), max(e.bottom for e in ends)
    # the mean of both ends of the move, so that neither end gets more blur or more shimmer than necessary
    scale = width / math.sqrt(ends[0].width * ends[1].width)
    # the camera's way over a long, narrow image may be many frames long: then less detail is kept
    scale *= min(1.0, math.sqrt(_MOST_SHOWN * width * height / ((right - left) * (bottom - top) * scale**2)))
    # a camera at rest needs no margin: its luma is stored on the grid of the frame, and drawn as it is
    margin = 0.0 if camera.still else _MARGIN / scale
    left, top = max(left - margin, 0.0), max(top - margin, 0.0)
    region = Box(left, top, min(right + margin, image.width) - left, min(bottom + margin, image.height) - top)

    # the part of the image that the resampler's taps reach
    reach = math.ceil(_TAPS * max(1 / scale, 1))
    part = (
        max(math.floor(region.left) - reach, 0),
        max(math.floor(region.top) - reach, 0),
        min(math.ceil(region.right) + reach, image.width),
        min(math.ceil(region.bottom) + reach, image.height),
    )
    box = (region.left - part[0], region.top - part[1], region.right - part[0], region.bottom - part[1])

    def scale_region(factor: float) -> tuple[int, int]:
        return max(round(region.width * factor), 2), max(round(region.height * factor), 2)

    source = image.crop(part)
    detail = _LUMA_SCALE if camera.still else _DETAIL
    if scale * detail < 1:
        # detail too fine for the output must go before bilinear sampling, which would turn it into moiré
        source = source.resize(scale_region(scale * detail), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
        box = (0.0, 0.0, float(source.width), float(source.height))
    y, u, v = to_planes(np.asarray(source))
    chroma = scale_region(scale / 2)
    dense = _resize(y, size, box) if camera.still else _sharpen(_resize(y, scale_region(scale * _LUMA_SCALE), box))
    return Still((dense, _resize(u, chroma, box), _resize(v, chroma, box)), region, image.size)


def _sharpen(plane: Bytes) -> Bytes:
    """Add the contrast that bilinear sampling takes from fine detail, on average over all positions."""
    kernel = np.array([-_SHARPEN, 1 + 2 * _SHARPEN, -_SHARPEN], np.float32)
    return np.asarray(cv2.sepFilter2D(plane, -1, kernel, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)


def to_planes(rgb: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """Convert (h, w, 3) sRGB to Y', C'b, C'r planes of (h, w): BT.709, limited range, in float and rounded once."""
    high, wide = rgb.shape[:2]
    planes = (np.empty((high, wide), np.uint8), np.empty((high, wide), np.uint8), np.empty((high, wide), np.uint8))
    for top in range(0, high, _STRIP):  # in strips: floats of a whole 4K source would take 400 MB
        strip = cv2.transform(rgb[top : top + _STRIP].astype(np.float32), _YUV)
        rounded = cv2.convertScaleAbs(strip)
        for i, plane in enumerate(planes):
            plane[top : top + _STRIP] = rounded[:, :, i]
    return planes


def to_rgb(frame: Frame) -> Bytes:
    """Return the RGB (h, w, 3) of ``frame``: the inverse of ``to_planes``."""
    y, u, v = frame.planes
    size = (y.shape[1], y.shape[0])
    wide = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (u, v)]
    back = np.linalg.inv(_YUV[:, :3].astype(np.float64))
    whole = np.concatenate([back, -back @ _YUV[:, 3:].astype(np.float64)], axis=1).astype(np.float32)
    rgb = cv2.transform(cv2.merge([y, *wide]).astype(np.float32), whole)
    return np.asarray(np.clip(np.rint(rgb), 0, 255), np.uint8)


def _resize(plane: Bytes, size: tuple[int, int], box: tuple[float, float, float, float]) -> Bytes:
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS, box=box))
