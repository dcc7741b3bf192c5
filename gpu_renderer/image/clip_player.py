"""A video clip as a scene's picture: decoded by ffmpeg while the film is composed, one frame in memory."""

import hashlib
import math
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpu_renderer.core.ffmpeg_process import Process
from gpu_renderer.core.frame import Frame
from gpu_renderer.core.video_source import VideoSource, clip_error, count_frames, probe_clip
from gpu_renderer.image.camera import Box, crop_for_pose
from gpu_renderer.image.decode_command import ScaledCrop, decode_command
from gpu_renderer.image.still import Still
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import Clip

_MARGIN = 4
"""Pixels of the clip kept around what a moving camera shows, for the resampler's taps."""


@dataclass(frozen=True)
class CropPlan:
    """``part`` of a clip is decoded; its planes show ``shows`` of the picture. ``moves``: the camera has work to do."""

    scaled_crop: ScaledCrop
    source_region: Box
    moves: bool


def open_clip(path: Path, sha256: str, scene: int) -> VideoSource:
    """The clip in ``path``, looked at.

    Raises:
        RenderError: it is no video, or not the one that was asked for; names ``scene``.
    """
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise clip_error(scene, "its bytes are not those that were stored")
    return probe_clip(path, scene)


def plan_crop(source: VideoSource, clip: Clip, film: tuple[int, int]) -> CropPlan:
    """What of the clip is decoded, and to what size.

    A clip that fills a film of size ``film`` (width, height) is scaled once: to the film's size if the camera holds,
    else so that its closest look needs no more pixels than there are. One that is fitted whole does not move: a move
    would cut off what was to be kept.
    """
    assert clip.footage is not None
    width, height = film
    whole = Box(0, 0, *source.display_size)
    if clip.fit == "fit":
        share = min(width / whole.width, height / whole.height)
        # the bars are even in number, so that chroma samples fall on each other
        fitted = (
            max(width - 4 * round((width - whole.width * share) / 4), 4),
            max(height - 4 * round((height - whole.height * share) / 4), 4),
        )
        return CropPlan(ScaledCrop(_to_coded(source, whole), fitted), whole, moves=False)
    ends = [crop_for_pose(pose, source.display_size, width / height) for pose in (clip.camera.start, clip.camera.end)]
    if clip.camera.still:
        return CropPlan(ScaledCrop(_to_coded(source, ends[0]), film), ends[0], moves=False)
    left, top = min(e.left for e in ends) - _MARGIN, min(e.top for e in ends) - _MARGIN
    right, bottom = max(e.right for e in ends) + _MARGIN, max(e.bottom for e in ends) + _MARGIN
    taken = _to_coded(source, Box(left, top, right - left, bottom - top))
    shows = Box(taken[0] * source.sample_aspect_ratio, taken[1], taken[2] * source.sample_aspect_ratio, taken[3])
    scale = width / min(e.width for e in ends)
    size = (2 * math.ceil(shows.width * scale / 2), 2 * math.ceil(shows.height * scale / 2))
    return CropPlan(ScaledCrop(taken, size), shows, moves=True)


def _to_coded(source: VideoSource, box: Box) -> tuple[int, int, int, int]:
    """``box`` of the picture in the decoder's pixels, by twos: halved chroma cannot be cut elsewhere."""

    def span(start: float, end: float, limit: int) -> tuple[int, int]:
        limit -= limit % 2 if limit > 1 else 0
        first = min(max(2 * round(start / 2), 0), max(limit - 2, 0))
        return first, min(max(2 * round(end / 2), first + 2), limit) - first

    left, width = span(
        box.left / source.sample_aspect_ratio, box.right / source.sample_aspect_ratio, source.coded_size[0]
    )
    top, height = span(box.top, box.bottom, source.coded_size[1])
    return left, top, width, height


class ClipPlayer:
    """Draws the frames of one shot of footage, in order; runs at most one decoder. Close it."""

    def __init__(self, source: VideoSource, clip: Clip, film: tuple[int, int], fps: int) -> None:
        assert clip.footage is not None
        self._source, self._clip, self._film, self._fps = source, clip, film, fps
        self._start_sec = clip.footage.start_sec
        self._plan = plan_crop(source, clip, film)
        self._frame = Frame(*(self._plan.scaled_crop.size if self._plan.moves else film))
        self._still = Still(self._frame.planes, self._plan.source_region, source.display_size)
        self._decoder: Process | None = None
        self._next = 0
        """Number of the decoder's next frame, counted from ``start_sec``."""
        self._held: int | None = None
        """The frame in the buffer."""
        self._length = count_frames(source, fps=fps, start_sec=self._start_sec)
        """Number of frames from ``start_sec`` to the end of the clip."""
        self._seeks = True
        self._lock, self._closed = threading.Lock(), False

    def draw(self, n: int, into: Frame) -> None:
        """Write frame ``n`` of the shot; its Footage says what comes after the clip's end.

        Raises:
            RenderError: nothing can be decoded from ``start_sec`` on; names the scene.
        """
        if self._length == 0:
            raise RenderError(
                f"the clip of scene {self._clip.scene + 1} has nothing to show at {self._start_sec:g} s, where it is"
                " to start: it ends before",
                stage="picture",
                scene=self._clip.scene,
                advice="choose an earlier start for the clip, or a longer clip",
            )
        self._read(self._place(n))
        if self._plan.moves:
            self._still.draw(self._clip.camera, n, self._clip.frames, into.planes)
        else:
            np.copyto(into.buffer, self._frame.buffer)

    def _place(self, n: int) -> int:
        """Return the number of the clip's frame that frame ``n`` of the shot shows.

        Where a part is longer than the frames that can be decoded, the last of them is held for the rest.
        """
        footage = self._clip.footage
        assert footage is not None
        part = footage.part_frames or self._length
        n = n % part if footage.when_over == "loop" else min(n, part - 1)
        return min(n, self._length - 1)

    def close(self) -> None:
        """End the decoder; may be called from any thread, and again."""
        with self._lock:
            self._closed = True
            if self._decoder is not None:
                self._decoder.kill()
                self._decoder = None

    def _read(self, index: int) -> None:
        """Decode frame ``index`` into the buffer."""
        if index == self._held:
            return
        if self._decoder is None or index < self._next:
            self._begin(index)
        while self._next <= index:
            assert self._decoder is not None
            if self._decoder.stdout.readinto(self._frame.buffer.data) == len(self._frame.buffer):
                self._held = self._next
                self._next += 1
            else:
                self._held = None
                self._begin_again(index)

    def _begin(self, index: int) -> None:
        argv = decode_command(
            self._source,
            self._plan.scaled_crop,
            self._frame.size,
            fps=self._fps,
            start_sec=self._start_sec,
            skip=index,
            seek=self._seeks,
        )
        with self._lock:
            if self._decoder is not None:
                self._decoder.kill()
            if self._closed:
                raise clip_error(self._clip.scene, "the segment was closed")
            self._decoder = Process(argv, stage="picture", scene=self._clip.scene, stream=True)
        self._next = index

    def _begin_again(self, index: int) -> None:
        """Continue after the decoder has ended too soon. If it decoded no frame after a seek, start a decoder at the
        beginning of the file, which holds the last frame before the damage."""
        assert self._decoder is not None
        try:
            output = self._decoder.finish().stderr
        except RenderError as exc:
            output = str(exc)
        with self._lock:
            self._decoder = None
        if not self._seeks:
            raise clip_error(self._clip.scene, f"it cannot be decoded at {index / self._fps:.1f} s: {output[-300:]}")
        self._seeks = False
        self._begin(index)
