"""Choose the part of an image that is prepared for a camera, and how many samples of it are stored. Pure."""

import math
from dataclasses import dataclass

from gpu_renderer.image.camera import Box, crop_for_pose
from gpu_renderer.image.resampler import LEAST_SHOWN
from sutradhar.domain.video.timeline import Camera

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
"""The same along an axis on which the camera rests, whose samples are then brought to the output's scale."""


@dataclass(frozen=True)
class StillLayout:
    """The part of an image that a camera shows, and its scale in the video."""

    region: Box
    """The part that is stored, in pixels of the image."""
    rests: tuple[bool, bool]
    """True for the axis across, and for that down, if the camera rests on it."""
    scale: float
    """Pixels of the frame for one of the image, in the middle of the move."""
    size: tuple[int, int]
    """Width and height of the frame."""
    closest: tuple[float, float]
    """Width and height of the closest view, in pixels of the image."""

    def find_part(self, image_size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of the pixels that Lanczos reads for ``region``."""
        reach = math.ceil(_TAPS * max(1 / self.scale, 1))
        return (
            max(math.floor(self.region.left) - reach, 0),
            max(math.floor(self.region.top) - reach, 0),
            min(math.ceil(self.region.right) + reach, image_size[0]),
            min(math.ceil(self.region.bottom) + reach, image_size[1]),
        )

    @property
    def reduction(self) -> tuple[int, int] | None:
        """Width and height to which the region is reduced before its colours are converted; None if it is small enough.

        Detail too fine for the output must go before it is sampled, and takes memory.
        """
        whole = self.region.width, self.region.height
        kept = min(_DETAIL_AT_REST * self.size[0], whole[0]), min(_DETAIL_AT_REST * self.size[1], whole[1])
        width, height = self._count_samples(self._density, kept)
        return (width, height) if width < math.floor(whole[0]) or height < math.floor(whole[1]) else None

    @property
    def luma(self) -> tuple[int, int]:
        """Numbers of samples of luma that are stored across and down."""
        return self._count_samples(self._density, self.size)

    @property
    def chroma(self) -> tuple[int, int]:
        """Numbers of samples of chroma that are stored across and down: as dense as the frame's chroma."""
        return self._count_samples(self.scale / 2, (self.size[0] / 2, self.size[1] / 2))

    @property
    def _density(self) -> float:
        return min(self.scale * _DETAIL, 1.0)

    def _count_samples(self, density: float, at_rest: tuple[float, float]) -> tuple[int, int]:
        """Return ``density`` samples for each pixel of the region along an axis on which the camera moves, else
        ``at_rest`` samples in all."""

        def count(axis: int, whole: float) -> int:
            if self.rests[axis]:
                return round(at_rest[axis])
            return max(round(whole * density), math.ceil(LEAST_SHOWN * whole / self.closest[axis]))

        return count(0, self.region.width), count(1, self.region.height)


def plan_still(image_size: tuple[int, int], camera: Camera, size: tuple[int, int]) -> StillLayout:
    """Return what of an image of ``image_size`` to prepare for ``camera`` in frames of ``size`` (width, height)."""
    width, height = size
    ends = [crop_for_pose(pose, image_size, width / height) for pose in (camera.start, camera.end)]
    rests = (
        (ends[0].left, ends[0].width) == (ends[1].left, ends[1].width),
        (ends[0].top, ends[0].height) == (ends[1].top, ends[1].height),
    )
    left, top = max(min(e.left for e in ends), 0.0), max(min(e.top for e in ends), 0.0)
    right, bottom = min(max(e.right for e in ends), image_size[0]), min(max(e.bottom for e in ends), image_size[1])
    # the mean of both ends of the move, so that neither end gets more blur or more shimmer than necessary
    scale = width / math.sqrt(ends[0].width * ends[1].width)
    # the camera's way over a long, narrow image may be many frames long: then less detail is kept
    scale *= min(1.0, math.sqrt(_MOST_SHOWN * width * height / ((right - left) * (bottom - top) * scale**2)))
    margin = _MARGIN / min(scale, 1.0)

    def widen(start: float, end: float, axis: int) -> tuple[float, float]:
        """Return start and length: whole pixels with a margin, or on an axis of rest the crop itself."""
        if rests[axis]:
            return start, end - start
        first = max(math.floor(start - margin), 0)
        return first, min(math.ceil(end + margin), image_size[axis]) - first

    (x, wide), (y, high) = widen(left, right, 0), widen(top, bottom, 1)
    closest = min(e.width for e in ends), min(e.height for e in ends)
    return StillLayout(Box(x, y, wide, high), rests, scale, size, closest)
