"""Make the video that is measured: two images like photographs under slow moves, with captions and a watermark.

The images are drawn, the same on every machine, so that the renderer's image needs no files. Their octaves of noise
fall as those of photographs do, and their edges are sharp, so that libx264 has as much work as with photographs.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import CUT, Camera, Clip, MediaRef, Pose, Timeline, Transition

FPS = 30
_WIDTH, _HEIGHT = 1792, 1024
_OCTAVES = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Cells across the image of each octave of noise."""
_WIDE, _CLOSE = Pose(x=0.5, y=0.5, zoom=1.0), Pose(x=0.52, y=0.47, zoom=1.2)
_LEFT, _RIGHT = Pose(x=0.46, y=0.5, zoom=1.15), Pose(x=0.54, y=0.5, zoom=1.15)
_MOVES = (Camera(start=_WIDE, end=_CLOSE), Camera(start=_LEFT, end=_RIGHT))
_SHOWN_SEC = 12
"""The seconds for which a scene would last: the camera moves as slowly as in such a one."""
_LINES = ("Long ago, when the first cup was poured,", "a traveller sat down by the window.")


@dataclass(frozen=True)
class Material:
    """The drawn images by sha256."""

    images: dict[str, Path]

    def make_timeline(self, size: tuple[int, int], scene_frames: int) -> Timeline:
        """Return a timeline without audio: two scenes of ``scene_frames`` each, with a crossfade between them."""
        fade = max(scene_frames // 10, 1)
        clips = tuple(
            Clip(
                scene=i,
                start=i * scene_frames,
                frames=scene_frames + (fade if i == 0 else 0),
                media=MediaRef(blob=path.name, sha256=sha256),
                camera=_slow_down(_MOVES[i], scene_frames),
                transition=Transition(kind="crossfade", frames=fade) if i else CUT,
            )
            for i, (sha256, path) in enumerate(self.images.items())
        )
        frames = 2 * scene_frames
        return Timeline(
            fps=FPS,
            width=size[0],
            height=size[1],
            frames=frames,
            clips=clips,
            narrations=(),
            music=None,
            captions={},
            burned_captions=(Cue(start=0, end=frames, lines=_LINES),),
            watermark=Watermark(),
        )


def draw_material(folder: Path) -> Material:
    """Draw two images into ``folder``."""
    images: dict[str, Path] = {}
    for index in range(2):
        path = folder / f"image-{index}.png"
        Image.fromarray(_draw_image(np.random.default_rng([15, index]))).save(path, "PNG", compress_level=1)
        images[hashlib.sha256(path.read_bytes()).hexdigest()] = path
    return Material(images)


def _slow_down(move: Camera, frames: int) -> Camera:
    """Return the first part of ``move``, at the speed that it has over ``_SHOWN_SEC``."""
    part = min(frames / (_SHOWN_SEC * FPS), 1.0)
    ends = zip(move.start, move.end, strict=True)
    return move.evolve(end=Pose(**{name: a + (b - a) * part for (name, a), (_, b) in ends}))


def _draw_image(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return RGB (1024, 1792, 3)."""
    noise: NDArray[np.float32] = np.zeros((2, 2, 3), np.float32)
    for cells in _OCTAVES:
        layer = rng.standard_normal((max(cells * _HEIGHT // _WIDTH, 2), cells, 3)).astype(np.float32)
        layer += 2 * layer.mean(axis=2, keepdims=True)  # mostly light and shade, a little colour
        noise = 40 / np.sqrt(cells) * layer + cv2.resize(noise, layer.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    image = 120 + cv2.resize(noise, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)
    drawn = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    for _ in range(12):
        x, y = int(rng.integers(0, _WIDTH)), int(rng.integers(0, _HEIGHT))
        colour = tuple(int(n) for n in rng.integers(0, 256, 3))
        cv2.circle(drawn, (x, y), int(rng.integers(20, 180)), colour, int(rng.integers(1, 4)), cv2.LINE_AA)
    return drawn
