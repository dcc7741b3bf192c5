"""Play a video clip as the image of a scene: ffmpeg decodes it while the video is composed, one frame in memory."""

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
from gpu_renderer.image.decode_command import SEEK_FROM_SEC, ScaledCrop, decode_command
from gpu_renderer.image.still import Still
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.ends import name_scene
from sutradhar.domain.video.timeline import Clip

_MARGIN = 4
"""Pixels of the clip that are kept around the view of a moving camera, for the resampler's taps."""


@dataclass(frozen=True)
class CropPlan:
    """The part of a clip that is decoded. Its planes show ``source_region`` of the clip in square pixels; ``moves`` is
    true if the camera moves over them."""

    scaled_crop: ScaledCrop
    source_region: Box
    moves: bool


def open_clip(path: Path, sha256: str, scene: int) -> VideoSource:
    """Probe the clip in ``path``, whose bytes must have the hash ``sha256``.

    Raises:
        RenderError: the file is not a video, or has other bytes; names ``scene``.
    """
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise clip_error(scene, "its bytes are not those that were stored")
    return probe_clip(path, scene)


def plan_crop(source: VideoSource, clip: Clip, frame_size: tuple[int, int]) -> CropPlan:
    """Choose the part of the clip to decode, and its size.

    A clip that fills frames of ``frame_size`` (width, height) is scaled once: to that size if the camera holds, else so
    that the closest view of the camera is not an enlargement. A clip that is fitted whole does not move, since a move
    would cut off its edges.
    """
    assert clip.footage is not None
    width, height = frame_size
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
        return CropPlan(ScaledCrop(_to_coded(source, ends[0]), frame_size), ends[0], moves=False)
    left, top = min(e.left for e in ends) - _MARGIN, min(e.top for e in ends) - _MARGIN
    right, bottom = max(e.right for e in ends) + _MARGIN, max(e.bottom for e in ends) + _MARGIN
    crop = _to_coded(source, Box(left, top, right - left, bottom - top))
    region = Box(crop[0] * source.sample_aspect_ratio, crop[1], crop[2] * source.sample_aspect_ratio, crop[3])
    scale = width / min(e.width for e in ends)
    size = (2 * math.ceil(region.width * scale / 2), 2 * math.ceil(region.height * scale / 2))
    return CropPlan(ScaledCrop(crop, size), region, moves=True)


def _to_coded(source: VideoSource, box: Box) -> tuple[int, int, int, int]:
    """Return ``box``, which is in square pixels, in pixels of the decoder: left, top, width, height.

    All four are even, because halved chroma planes can only be cropped there.
    """

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
    """Draw the frames of one clip in order with at most one decoder; the caller must close it."""

    def __init__(
        self,
        source: VideoSource,
        clip: Clip,
        frame_size: tuple[int, int],
        fps: int,
        seek_from_sec: float = SEEK_FROM_SEC,
    ) -> None:
        assert clip.footage is not None
        self._source, self._clip, self._fps = source, clip, fps
        self._start_sec, self._speed = clip.footage.start_sec, clip.footage.speed
        self._plan = plan_crop(source, clip, frame_size)
        self._frame = Frame(*(self._plan.scaled_crop.size if self._plan.moves else frame_size))
        self._still = Still(self._frame.planes, self._plan.source_region, source.display_size)
        self._decoder: Process | None = None
        self._next = 0
        """Number of the decoder's next frame, counted from ``start_sec`` of the Footage."""
        self._held: int | None = None
        """Number of the frame in the buffer."""
        self._length = count_frames(source, fps=fps, start_sec=self._start_sec, speed=self._speed)
        """Frames from ``start_sec`` to the end of the file."""
        self._seek_from_sec: float | None = seek_from_sec
        self._lock, self._closed = threading.Lock(), False

    def draw(self, n: int, into: Frame) -> None:
        """Write frame ``n`` of the clip into ``into``; its Footage says what follows the end of the file.

        Raises:
            RenderError: no frame can be decoded from ``start_sec`` on; names the scene.
        """
        if self._length == 0:
            raise RenderError(
                f"the clip of {name_scene(self._clip.scene)} has nothing to show at {self._start_sec:g} s, where it is"
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
        """Return the number of the file's frame that frame ``n`` of the clip shows.

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
        command = decode_command(
            self._source,
            self._plan.scaled_crop,
            self._frame.size,
            fps=self._fps,
            start_sec=self._start_sec,
            speed=self._speed,
            skip=index,
            seek_from_sec=self._seek_from_sec,
        )
        with self._lock:
            if self._decoder is not None:
                self._decoder.kill()
            if self._closed:
                raise clip_error(self._clip.scene, "the segment was closed")
            self._decoder = Process(command, stage="picture", scene=self._clip.scene, stream=True)
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
        if self._seek_from_sec is None:
            raise clip_error(self._clip.scene, f"it cannot be decoded at {index / self._fps:.1f} s: {output[-300:]}")
        self._seek_from_sec = None
        self._begin(index)
