"""Frames of a segment as planar yuv420p bytes: pictures under the moving camera, crossfades, captions, watermark."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

import cv2
import numpy as np

from gpu_renderer.overlays import Overlay, caption_overlay, watermark_overlay
from gpu_renderer.segments import Segment, Shot
from gpu_renderer.still import Bytes, Still, load, prepare, to_planes
from sutradhar.domain.captions import Cue
from sutradhar.domain.plan import Watermark
from sutradhar.domain.timeline import Camera

cv2.setNumThreads(1)  # one core a worker process; OpenCV's own threads cost 25 % more CPU

_STILLS_KEPT = 2
"""A transition needs two; more would let memory grow with the number of scenes."""
_OVERLAYS_KEPT = 4

Sources = Mapping[str, Path]
"""Local files of the pictures by their sha256."""


class Frame:
    """One frame of yuv420p: ``planes`` Y (h, w), U and V (h/2, w/2) are views of ``buffer``."""

    def __init__(self, width: int, height: int) -> None:
        luma, chroma = width * height, width * height // 4
        self.buffer: Bytes = np.empty(luma + 2 * chroma, np.uint8)
        self.planes = (
            self.buffer[:luma].reshape(height, width),
            self.buffer[luma : luma + chroma].reshape(height // 2, width // 2),
            self.buffer[luma + chroma :].reshape(height // 2, width // 2),
        )


class Patch:
    """An overlay as planes and their weights, blended on its own rectangle only."""

    def __init__(self, overlay: Overlay) -> None:
        high, wide = overlay.rgba.shape[:2]
        self._at = (overlay.x, overlay.y)
        y, u, v = to_planes(np.ascontiguousarray(overlay.rgba[:, :, :3]))
        alpha = overlay.rgba[:, :, 3].astype(np.float32) / 255
        half = (wide // 2, high // 2)
        coarse = cv2.resize(alpha, half, interpolation=cv2.INTER_AREA)

        def averaged(plane: Bytes) -> Bytes:
            # weighted by alpha: the colour of what is transparent must not bleed in
            weighed = cv2.resize(plane * alpha, half, interpolation=cv2.INTER_AREA)
            return np.rint(weighed / np.maximum(coarse, 1e-6)).astype(np.uint8)

        self._planes = (y, averaged(u), averaged(v))
        self._weights = (alpha, coarse, coarse)

    def blend(self, frame: Frame) -> None:
        x, y = self._at
        for i, (plane, source, alpha) in enumerate(zip(frame.planes, self._planes, self._weights, strict=True)):
            left, top = (x // 2, y // 2) if i else (x, y)
            high, wide = source.shape
            under = plane[top : top + high, left : left + wide]
            under[:] = cv2.blendLinear(np.ascontiguousarray(under), source, 1 - alpha, alpha)


Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Recent(Generic[Key, Value]):
    """The last few values made."""

    def __init__(self, limit: int) -> None:
        self._limit, self._made = limit, OrderedDict[Key, Value]()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        if key not in self._made:
            while len(self._made) >= self._limit:  # before making: two at a time is the most there is room for
                self._made.popitem(last=False)
            self._made[key] = make()
        self._made.move_to_end(key)
        return self._made[key]

    def __len__(self) -> int:
        return len(self._made)


class Compositor:
    """Composes segments of one film size; keeps the last two pictures, since neighbouring segments share them."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._under = Frame(width, height)
        self._stills = _Recent[tuple[str, Camera], Still](_STILLS_KEPT)
        self._patches = _Recent[Cue | Watermark, Patch](_OVERLAYS_KEPT)

    def open(self, segment: Segment, sources: Sources) -> Callable[[int, Frame], None]:
        """A function that draws frame n (0 ≤ n < ``segment.frames``) of the segment into a Frame.

        Raises:
            RenderError: a picture cannot be used; names the scene.
        """
        stills = [self._still(shot, sources[shot.sha256]) for shot in segment.shots]
        patches = [(cue.start, cue.end, self._caption(cue)) for cue in segment.cues]
        if segment.watermark is not None:
            patches.append((0, segment.frames, self._watermark(segment.watermark)))

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
            for start, end, patch in patches:
                if start <= n < end:
                    patch.blend(frame)

        return compose

    def _still(self, shot: Shot, path: Path) -> Still:
        return self._stills.get(
            (shot.sha256, shot.camera),
            lambda: prepare(load(path, shot.sha256, shot.scene), shot.camera, self.size),
        )

    def _caption(self, cue: Cue) -> Patch:
        return self._patches.get(cue.evolve(start=0, end=1), lambda: Patch(caption_overlay(cue, *self.size)))

    def _watermark(self, watermark: Watermark) -> Patch:
        return self._patches.get(watermark, lambda: Patch(watermark_overlay(watermark, *self.size)))
