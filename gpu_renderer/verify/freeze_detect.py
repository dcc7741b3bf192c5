"""Sample a video's frames as tiny luma images, and find black and frozen time in them, across segments too."""

import base64
import threading
import zlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict, Field

from gpu_renderer.verify.frame_decoder import FrameDecoder, Luma, TakePackets
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.file_facts import Span
from sutradhar.domain.video.quality_gate import MAX_FROZEN_SEC

WIDTH, HEIGHT = 96, 54
"""Width and height in pixels of the small images, whatever the aspect of the video."""
EVERY_SEC = 0.25
"""Seconds from one sampled frame to the next."""
_BLACK_LUMA = 27
"""16 + 5 % of 219, in the file's own limited range. blackdetect's default of 10 % would take a night scene for black;
full blue has 32."""
_BLACK_SHARE = 0.98
"""Share of a frame's pixels that have to be black, as in blackdetect."""
_DARK_MEAN = 40.0
"""A frame with a higher mean luma is not black: with 98 % of its cells below 27, and all others white, it has 31.6."""
_MAX_STATIC_CHANGE = 6.0
"""Levels of luma, of 255, anywhere in the smoothed image, from which on a change is visible. A keyframe of the same
image was seen to change 4; a caption or a cut changes more."""
_COHERENT = 0.15
"""Share of a change that a shift and a zoom explain: 0.02 for a keyframe of a held image, 0.27 for an eased zoom over
a smooth one after 2.5 s (both measured at 320x180)."""
_SAME = 0.003
"""Root mean square in levels of luma below which nothing has changed at all."""
_MIN_SAME_SHARE = 0.5
"""Share of the steps in a held stretch that change nothing: all but those at keyframes and soon after. Over a smooth
image x264 leaves out some small moves of a slow zoom (0.25 measured; 0.75 in a hold over a join)."""
_TEXTURE = 0.05
"""Levels a pixel in 4 of 10 places: in an image with less texture, a viewer cannot see whether it moves."""

SmallImage = npt.NDArray[np.float32]
"""Smoothed luma (54, 96): 0 is black, 255 is white."""


class FrameSamples(Frozen):
    """The result of decoding a run of frames to its end. The aliases are the stored names."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    frames: int
    errors: tuple[str, ...]
    """The errors that the decoder logged."""
    black_runs: tuple[tuple[int, int], ...] = Field(alias="dark")
    """Runs of black frames: first, and last plus one."""
    sampled: tuple[int, ...] = Field(alias="at")
    """Frame numbers of the images in ``luma``: one every ``EVERY_SEC``, and the last."""
    luma: str
    """Luma in the file's own limited range: (len(sampled), 54, 96) of 8 bits, deflated, in base64."""

    def decode_luma(self) -> npt.NDArray[np.float32]:
        """Return the images with 0 for black and 255 for white, (len(sampled), 54, 96)."""
        raw = zlib.decompress(base64.b64decode(self.luma))
        limited = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH)
        return (limited.astype(np.float32) - 16) * np.float32(255 / 219)


def sample_frames(
    video: Path, fps: float, cancel: threading.Event | None = None, take_packets: TakePackets | None = None
) -> FrameSamples:
    """Decode the frames of ``video``; damage is in ``errors``. Memory grows with the samples only.

    Raises:
        Cancelled, RenderError: as ``FrameDecoder.read_frames``.
    """
    step = max(round(fps * EVERY_SEC), 1)
    sampled: list[int] = []
    images: list[bytes] = []
    black: list[int] = []
    decoder = FrameDecoder(video, cancel)
    frames, last = 0, None
    for n, luma in enumerate(decoder.read_frames(take_packets)):
        is_sample = n % step == 0
        # most frames are far from black, and their mean proves it for a third of the time that a small image takes
        image = shrink(luma) if is_sample or cv2.sumElems(luma)[0] < _DARK_MEAN * luma.size else None
        if image is not None and is_black(image):
            black.append(n)
        if image is not None and is_sample:
            sampled.append(n)
            images.append(image.tobytes())
        frames, last = n + 1, luma
    if last is not None and sampled[-1] != frames - 1:
        sampled.append(frames - 1)
        images.append(shrink(last).tobytes())
    return FrameSamples(
        frames=frames,
        errors=tuple(decoder.errors),
        black_runs=join_runs(black),
        sampled=tuple(sampled),
        luma=base64.b64encode(zlib.compress(b"".join(images), 6)).decode(),
    )


def shrink(luma: Luma) -> Luma:
    """Return the mean luma of each of 96x54 cells of a frame, whatever its aspect."""
    return np.asarray(cv2.resize(luma, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def is_black(luma: npt.NDArray[np.uint8], *, leeway: int = 0) -> bool:
    """Return whether an image is black: 98 % of its luma (limited range) is below 5 % of white plus ``leeway``."""
    return int(np.count_nonzero(luma < _BLACK_LUMA + leeway)) >= _BLACK_SHARE * luma.size


def join_runs(frames: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return rising frame numbers as runs; each run is its first number and its last plus one."""
    runs: list[tuple[int, int]] = []
    for n in frames:
        if runs and runs[-1][1] == n:
            runs[-1] = (runs[-1][0], n + 1)
        else:
            runs.append((n, n + 1))
    return tuple(runs)


def find_black(parts: Sequence[FrameSamples], fps: float) -> tuple[Span, ...]:
    """Return every stretch of black frames in the video that consists of ``parts`` in this order."""
    black: list[int] = []
    first = 0
    for part in parts:
        black += [first + n for a, b in part.black_runs for n in range(a, b)]
        first += part.frames
    return tuple(Span(start=a / fps, end=b / fps) for a, b in join_runs(black))


def find_frozen(parts: Sequence[FrameSamples], fps: float) -> tuple[Span, ...]:
    """Return every stretch of over ``MAX_FROZEN_SEC`` in which nothing moves; no stretch is reported longer than it is.

    A keyframe codes a held image anew, so images need not be equal: a change counts if it is large anywhere, if it
    is what a shift or a zoom would make, however small, or if there are many.
    """
    numbers: list[int] = []
    images: list[SmallImage] = []
    first = 0
    for part in parts:
        numbers += [first + n for n in part.sampled]
        images += [cv2.blur(image, (3, 3)) for image in part.decode_luma()]
        first += part.frames
    unchanged = [float(np.sqrt(np.mean((b - a) ** 2))) < _SAME for a, b in pairwise(images)]
    needed = Fraction(MAX_FROZEN_SEC) * Fraction(fps).limit_denominator(1001)
    frozen: list[tuple[int, int]] = []
    far = 0
    for a, start in enumerate(numbers):
        far = max(far, a)
        while far < len(numbers) and numbers[far] + 1 - start <= needed:
            far += 1
        if far == len(numbers):
            break
        # the cheapest comparisons first: where something moves, the others are not needed
        if sum(unchanged[a:far]) >= _MIN_SAME_SHARE * (far - a) and all(
            is_static(images[a], images[b]) for b in (far, *range(a + 1, far))
        ):
            last = far
            while last + 1 < len(numbers) and is_static(images[a], images[last + 1]):
                last += 1
            end = numbers[last] + 1
            if frozen and frozen[-1][1] >= start:
                frozen[-1] = (frozen[-1][0], max(frozen[-1][1], end))
            else:
                frozen.append((start, end))
    return tuple(Span(start=a / fps, end=b / fps) for a, b in frozen)


def is_static(before: SmallImage, after: SmallImage) -> bool:
    """Return whether two smoothed images show the same, unmoved. An image with too little texture is never static."""
    change = after - before
    if float(np.abs(change).max()) >= _MAX_STATIC_CHANGE:
        return False
    mean = (before + after) / 2
    across, down = np.gradient(mean, axis=1), np.gradient(mean, axis=0)
    if float(np.percentile(np.abs(across) + np.abs(down), 60)) < _TEXTURE:
        return False
    if float(np.sqrt(np.mean(change * change))) < _SAME:
        return True
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    zoom = across * x * (WIDTH / 2) + down * y * (HEIGHT / 2)
    moves = np.stack([across.ravel(), down.ravel(), zoom.ravel()], axis=1)
    deviation = (change - change.mean()).ravel()
    fitted = moves @ np.linalg.lstsq(moves, deviation, rcond=1e-6)[0]
    return float(fitted @ fitted) < _COHERENT * float(deviation @ deviation)
