"""Find the faces in an image or a video, so that cropping does not cut off a head.

The model is BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047), full range: one anchor in the middle of each cell of
a grid of 48 × 48, and for each a face as offsets in pixels of its input of 192 × 192. OpenCV runs it in 20 to 40 ms.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.plan.focus import Point
from sutradhar.media.containers import open_container
from sutradhar.media.formats import MediaError
from sutradhar.media.video import main_track

_SIDE, _GRID = 192, 48
_OUTPUTS = ("reshaped_regressor_face_4", "reshaped_classifier_face_4")
_MIN_SCORE = 0.6
"""The lowest probability of a face; a cup of coffee from above has 0.36."""
_OTHER_FACES = 0.5
"""A face counts beside the largest one if it is at least this much of its size: people behind it do not matter."""
_OVERLAP = 0.5
"""Shares of a side by which two finds may be apart and still be the same face."""
_VIDEO_FRAMES = 5

Pixels = NDArray[np.uint8]
"""(h, w, 3), RGB."""


class Face(NamedTuple):
    """``x``, ``y``: its middle, in fractions of the image; ``size``: its width, as one of the image's long side."""

    x: float
    y: float
    size: float
    score: float


def find_face_in_image(path: Path) -> Point | None:
    """Return the middle of the faces in an upright image; None if there is none, or the file cannot be read."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    return None if pixels is None else _choose_middle(find_faces(np.asarray(pixels, np.uint8)))


def find_face_in_video(path: Path) -> Point | None:
    """Return the middle of the faces in a video, over a few of its frames; None if most of them show no face."""
    middles = [middle for pixels in _sample_frames(path) if (middle := _choose_middle(find_faces(pixels)))]
    if 2 * len(middles) < _VIDEO_FRAMES:
        return None
    return Point(x=float(np.median([one.x for one in middles])), y=float(np.median([one.y for one in middles])))


def find_faces(pixels: Pixels) -> list[Face]:
    """Return the faces in ``pixels``, the most probable first. A long image is also searched in squares, in which its
    faces are larger."""
    height, width = pixels.shape[:2]
    faces = list(_search(pixels))
    short, long = min(height, width), max(height, width)
    for start in range(0, long - short + 1, max((long - short) // 2, 1)) if long > 1.2 * short else ():
        left, top = (start, 0) if width > height else (0, start)
        for face in _search(pixels[top : top + short, left : left + short]):
            x, y = (left + face.x * short) / width, (top + face.y * short) / height
            faces.append(Face(x, y, face.size * short / long, face.score))
    kept: list[Face] = []
    for face in sorted(faces, key=lambda one: -one.score):
        if all(_measure_distance(face, other, (width, height)) > _OVERLAP for other in kept):
            kept.append(face)
    return kept


def _search(pixels: Pixels) -> Iterator[Face]:
    height, width = pixels.shape[:2]
    scale = _SIDE / max(height, width)
    wide, high = max(round(width * scale), 1), max(round(height * scale), 1)
    left, top = (_SIDE - wide) // 2, (_SIDE - high) // 2
    canvas = np.zeros((_SIDE, _SIDE, 3), np.float32)
    small = cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA)
    canvas[top : top + high, left : left + wide] = np.asarray(small, np.float32) / 127.5 - 1
    model = _load_model()
    model.setInput(np.ascontiguousarray(canvas.transpose(2, 0, 1)[None]))
    offsets, logits = model.forward(list(_OUTPUTS))
    scores = 1 / (1 + np.exp(-np.clip(logits.reshape(-1), -80, 80)))
    for i in np.flatnonzero(scores >= _MIN_SCORE):
        row, column = divmod(int(i), _GRID)
        dx, dy, size = (float(value) for value in offsets.reshape(len(scores), -1)[i, :3])
        x = (dx + (column + 0.5) * _SIDE / _GRID - left) / wide
        y = (dy + (row + 0.5) * _SIDE / _GRID - top) / high
        yield Face(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0), size / _SIDE, float(scores[i]))


def _measure_distance(face: Face, other: Face, size: tuple[int, int]) -> float:
    """Return the distance of two faces as a share of the larger one's width."""
    apart = np.hypot((face.x - other.x) * size[0], (face.y - other.y) * size[1])
    return float(apart / max(face.size * max(size), other.size * max(size), 1e-6))


def _choose_middle(faces: Sequence[Face]) -> Point | None:
    if not faces:
        return None
    largest = max(face.size for face in faces)
    shown = [face for face in faces if face.size >= _OTHER_FACES * largest]
    x = (min(face.x for face in shown) + max(face.x for face in shown)) / 2
    y = (min(face.y for face in shown) + max(face.y for face in shown)) / 2
    return Point(x=x, y=y)


@cache
def _load_model() -> Any:
    # the newer engine of OpenCV 5.0 gives only the last one of a TFLite model's outputs, and a model that is read from
    # memory always gets that engine
    with as_file(files(__package__).joinpath("models/face_detection_full_range.tflite")) as path:
        return cv2.dnn.readNetFromTFLite(str(path), engine=cv2.dnn.ENGINE_CLASSIC)


def _sample_frames(path: Path) -> Iterator[Pixels]:
    """Yield ``_VIDEO_FRAMES`` frames from key frames spread over a video; fewer if they cannot be decoded."""
    try:
        with open_container(path) as container:
            track = main_track(container.streams.video)
            if track is None or not container.duration:
                return
            for n in range(_VIDEO_FRAMES):
                container.seek(int(container.duration * (n + 0.5) / _VIDEO_FRAMES) + (container.start_time or 0))
                frame = next(container.decode(track), None)
                if frame is not None:
                    yield np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90))
    except MediaError:
        return
