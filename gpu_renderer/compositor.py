"""Frames of a segment as planar yuv420p bytes: pictures under the moving camera, transitions, layers of text."""

from collections.abc import Callable, Mapping
from pathlib import Path

import cv2

from gpu_renderer.frame import Frame
from gpu_renderer.layers import Layers
from gpu_renderer.recent import Recent
from gpu_renderer.segments import Segment, Shot
from gpu_renderer.still import Still, load, prepare
from sutradhar.domain.timeline import Camera

cv2.setNumThreads(1)  # one core a worker process; OpenCV's own threads cost 25 % more CPU

_STILLS_KEPT = 2
"""A transition needs two; more would let memory grow with the number of scenes."""

Sources = Mapping[str, Path]
"""Local files of the pictures by their sha256."""


class Compositor:
    """Composes segments of one film size; keeps the last two pictures, since neighbouring segments share them."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._under = Frame(width, height)
        self._stills = Recent[tuple[str, Camera], Still](_STILLS_KEPT)
        self._layers = Layers(width, height)

    def open(self, segment: Segment, sources: Sources) -> Callable[[int, Frame], None]:
        """A function that draws frame n (0 ≤ n < ``segment.frames``) of the segment into a Frame.

        Raises:
            RenderError: a picture cannot be used; names the scene.
        """
        stills = [self._still(shot, sources[shot.sha256]) for shot in segment.shots]
        blend = self._layers.open(segment)

        def compose(n: int, frame: Frame) -> None:
            covered = False
            for shot, still in zip(segment.shots, stills, strict=True):
                at = n - shot.at
                if not 0 <= at < shot.frames:
                    continue
                if not covered:
                    still.draw(shot.camera, at, shot.frames, frame.planes)
                    covered = True
                    continue
                # neither end of a fade repeats a frame that shows one picture alone
                share = (at + 1) / (shot.fade_in + 1)
                still.draw(shot.camera, at, shot.frames, self._under.planes)
                cv2.addWeighted(self._under.buffer, share, frame.buffer, 1 - share, 0, dst=frame.buffer)
            blend(n, frame)

        return compose

    def _still(self, shot: Shot, path: Path) -> Still:
        return self._stills.get(
            (shot.sha256, shot.camera),
            lambda: prepare(load(path, shot.sha256, shot.scene), shot.camera, self.size),
        )
