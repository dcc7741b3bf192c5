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
from gpu_renderer.core.zimg import BICUBIC
from gpu_renderer.image.camera import Box, Plane, crop_at, crop_for_pose, find_samples
from gpu_renderer.image.resampler import LEAST_SHOWN, align_plane, resample
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import Camera
from sutradhar.media.formats import MediaError
from sutradhar.media.image import read_image

_MARGIN = 6
"""Pixels that are kept around the view of the camera, for the resampler's taps: of the source or of the output,
whichever are larger."""
_TAPS = 4
"""Pixels that the crop needs at each side: Lanczos reads 3, of the source or of the output, whichever are larger."""
_MOST_SHOWN = 8
"""The most pixels of the camera's way that are kept, in frames of the video."""
_DETAIL = 1.15
"""A larger source is first scaled to this multiple of the output's scale."""
_DETAIL_AT_REST = 2.0
"""The same for a camera at rest, whose luma is then brought to the output's scale."""
_STRIP = 128
"""Rows that are converted at a time."""

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
    is_frame: bool = False
    """The camera is at rest, and the planes are the frame itself."""

    def draw(self, camera: Camera, frame: int, frames: int, into: Sequence[Bytes]) -> None:
        """Write frame number ``frame`` of a clip of ``frames`` into ``into``: Y (h, w), U and V (h/2, w/2)."""
        if self.is_frame:
            for plane, out in zip(self.planes, into, strict=True):
                np.copyto(out, plane)
            return
        high, wide = into[0].shape
        shown = crop_at(camera, frame, frames, self.image_size, wide / high)
        luma, *chroma = self.planes
        resample([luma], self._find_samples(shown, luma, into[0]), into[:1])
        where = self._find_samples(shown, chroma[0], into[1], chroma=True)
        resample(chroma, where, into[1:], filter_kind=BICUBIC)

    def freeze(self, camera: Camera, size: tuple[int, int]) -> "Still":
        """Return the frame of ``size`` (width, height) that ``camera``, which is at rest, shows all the time."""
        frame = Frame(*size)
        self.draw(camera, 0, 1, frame.planes)
        return Still(frame.planes, self.source_region, self.image_size, is_frame=True)

    def _find_samples(self, shown: Box, plane: Bytes, out: Bytes, *, chroma: bool = False) -> Box:
        stored = Plane(self.source_region, plane.shape[1], plane.shape[0])
        return find_samples(shown, stored, (out.shape[1], out.shape[0]), chroma=chroma)


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
    """Prepare the region of ``image`` that ``camera`` will show in frames of ``size`` (width, height).

    The luma of an image that is enlarged is stored as it is; that of a larger one is reduced to little more than the
    output's scale, by Lanczos. Chroma is stored at half the output's scale, which is that of the frame's chroma.
    """
    width, height = size
    ends = [crop_for_pose(pose, image.size, width / height) for pose in (camera.start, camera.end)]
    left, top = max(min(e.left for e in ends), 0.0), max(min(e.top for e in ends), 0.0)
    right, bottom = min(max(e.right for e in ends), image.width), min(max(e.bottom for e in ends), image.height)
    # the mean of both ends of the move, so that neither end gets more blur or more shimmer than necessary
    scale = width / math.sqrt(ends[0].width * ends[1].width)
    # the camera's way over a long, narrow image may be many frames long: then less detail is kept
    scale *= min(1.0, math.sqrt(_MOST_SHOWN * width * height / ((right - left) * (bottom - top) * scale**2)))
    region = Box(left, top, right - left, bottom - top)
    if not camera.still:  # a camera at rest needs no margin: its luma is stored on the grid of the frame
        region = _widen(region, _MARGIN / min(scale, 1.0), image.size)

    # the part of the image that the resampler's taps reach
    reach = math.ceil(_TAPS * max(1 / scale, 1))
    part = (
        max(math.floor(region.left) - reach, 0),
        max(math.floor(region.top) - reach, 0),
        min(math.ceil(region.right) + reach, image.width),
        min(math.ceil(region.bottom) + reach, image.height),
    )
    box = (region.left - part[0], region.top - part[1], region.right - part[0], region.bottom - part[1])

    def count_samples(factor: float) -> tuple[int, int]:
        """Return how many samples to store across and down, ``factor`` for each pixel of the image."""
        least_x = LEAST_SHOWN * region.width / min(e.width for e in ends)
        least_y = LEAST_SHOWN * region.height / min(e.height for e in ends)
        return max(round(region.width * factor), math.ceil(least_x)), max(
            round(region.height * factor), math.ceil(least_y)
        )

    source = image.crop(part)
    detail = scale * (_DETAIL_AT_REST if camera.still else _DETAIL)
    if detail < 1:
        # detail too fine for the output must go before it is sampled, and takes memory
        source = source.resize(count_samples(detail), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
        box = (0.0, 0.0, float(source.width), float(source.height))
    y, u, v = to_planes(np.asarray(source))
    chroma = count_samples(scale / 2)
    luma = _resize(y, size if camera.still else count_samples(1) if detail >= 1 else source.size, box)
    planes = align_plane(luma), align_plane(_resize(u, chroma, box)), align_plane(_resize(v, chroma, box))
    still = Still(planes, region, image.size)
    return still.freeze(camera, size) if camera.still else still


def _widen(region: Box, margin: float, image_size: tuple[int, int]) -> Box:
    """Return ``region`` with at least ``margin`` pixels more on each side, in whole pixels and inside the image."""
    left, top = max(math.floor(region.left - margin), 0), max(math.floor(region.top - margin), 0)
    right = min(math.ceil(region.right + margin), image_size[0])
    bottom = min(math.ceil(region.bottom + margin), image_size[1])
    return Box(left, top, right - left, bottom - top)


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
