"""Compute the part of an image that the camera shows in each frame, and where its samples are. Pure."""

from dataclasses import dataclass

from sutradhar.domain.video.timeline import Camera, Pose

_RAMP = 0.25
"""Share of the clip over which the camera reaches its speed, and again over which it comes to rest."""


@dataclass(frozen=True)
class Box:
    """A rectangle of an image in pixels, as floats: (0, 0) is the outer corner of the first pixel."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True)
class Plane:
    """A stored plane: ``width`` × ``height`` samples that show ``source_region`` of an image."""

    source_region: Box
    width: int
    height: int


def crop_for_pose(pose: Pose, image_size: tuple[int, int], aspect: float) -> Box:
    """Return the crop of an image of ``image_size`` (width, height) that the camera shows in ``pose``.

    The crop has the shape ``aspect`` (width / height) and never leaves the image.
    """
    width, height = image_size
    largest = min(width, height * aspect)
    wide = largest / max(pose.zoom, 1.0)
    high = wide / aspect
    return Box(
        left=min(max(pose.x * width - wide / 2, 0.0), width - wide),
        top=min(max(pose.y * height - high / 2, 0.0), height - high),
        width=wide,
        height=high,
    )


def ease_in_out(share: float) -> float:
    """Return the share of the way that the camera has covered after ``share`` of the time, both 0 to 1.

    The speed grows as a smoothstep over the first quarter, is even over the middle and falls likewise: neither speed
    nor acceleration jumps, and the camera moves all the time.
    """
    if share > 0.5:
        return 1.0 - ease_in_out(1.0 - share)
    if share < _RAMP:
        u = share / _RAMP
        return _RAMP * (u**3 - u**4 / 2) / (1 - _RAMP)  # the integral of 3u² - 2u³
    return (share - _RAMP / 2) / (1 - _RAMP)


def crop_at(camera: Camera, frame: int, frames: int, image_size: tuple[int, int], aspect: float) -> Box:
    """Return the crop of the image that the camera shows in frame number ``frame`` of a clip of ``frames``.

    The crops at both ends lie inside the image and the way between them is straight, so every crop lies inside.
    """
    start, end = crop_for_pose(camera.start, image_size, aspect), crop_for_pose(camera.end, image_size, aspect)
    share = ease_in_out(frame / (frames - 1)) if frames > 1 else 0.0

    def interpolate(a: float, b: float) -> float:
        return a + (b - a) * share

    return Box(
        interpolate(start.left, end.left),
        interpolate(start.top, end.top),
        interpolate(start.width, end.width),
        interpolate(start.height, end.height),
    )


def find_samples(shown: Box, plane: Plane, size: tuple[int, int], *, chroma: bool = False) -> Box:
    """Return the rectangle of ``plane``, in its samples, that fills an output plane of ``size``.

    Args:
        shown: the crop of the image that fills the output.
        size: width and height of the output plane; with ``chroma`` half the frame's.
        chroma: the output's samples sit on the left luma column of their pair, between the two lines (ITU-T H.264
        figure 6-1, the default of every player), so the rectangle begins a quarter of a sample further left.
    """
    across = shown.width / size[0]
    dense_x, dense_y = plane.width / plane.source_region.width, plane.height / plane.source_region.height
    left = shown.left - (across / 4 if chroma else 0.0)
    samples = (
        (left - plane.source_region.left) * dense_x,
        (shown.top - plane.source_region.top) * dense_y,
        shown.width * dense_x,
        shown.height * dense_y,
    )
    # rounded, since an axis that needs no resampling is known by its whole numbers
    return Box(*(round(value, 9) for value in samples))
