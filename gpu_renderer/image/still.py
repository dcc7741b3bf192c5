"""Decode the image of a scene once and prepare it for the camera: planes of BT.709 in limited range."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.core.zimg import BICUBIC
from gpu_renderer.image.camera import Box, Plane, crop_at, find_samples
from gpu_renderer.image.resampler import align_plane, resample
from gpu_renderer.image.still_layout import plan_still
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import Camera
from sutradhar.media.formats import MediaError
from sutradhar.media.image import read_image

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

    Along an axis on which the camera rests, the samples are those of the frame, by Lanczos: a pan has only one axis
    left to resample in each frame, and a camera at rest none. Along others the luma of an image that is enlarged is
    stored as it is; that of a larger one is reduced to little more than the output's scale. Chroma is stored at half
    the output's scale, which is that of the frame's chroma.
    """
    layout = plan_still(image.size, camera, size)
    region, part = layout.region, layout.find_part(image.size)
    source = image.crop(part)
    box = (region.left - part[0], region.top - part[1], region.right - part[0], region.bottom - part[1])
    if reduction := layout.reduction:
        source = source.resize(reduction, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
        box = (0.0, 0.0, float(source.width), float(source.height))
    sizes = layout.luma, layout.chroma, layout.chroma
    y, u, v = (
        align_plane(_resize(plane, count, box))
        for plane, count in zip(to_planes(np.asarray(source)), sizes, strict=True)
    )
    still = Still((y, u, v), region, image.size)
    return still.freeze(camera, size) if all(layout.rests) else still


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
    left, top, right, bottom = (int(edge) for edge in box)
    if (left, top, right, bottom) == box and (right - left, bottom - top) == size:
        return plane[top:bottom, left:right]  # each pixel as it is
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS, box=box))
