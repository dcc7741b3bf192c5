"""Decode every frame of a video in this process, and collect each sign of damage that the decoder gives.

ffmpeg as a program tells of damage in its log. A library's log belongs to all threads of a process, so this module goes
by what the decoder returns: it fails at errors in a slice or in references (``explode``), and it marks frames whose
missing parts it made up. The times of frames must rise too.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_renderer.core.ffmpeg_process import Cancelled
from sutradhar.domain.core.errors import RenderError

_MAX_ERRORS = 8
_OPENING = {
    "protocol_whitelist": "file",
    "skip_frame": "all",  # opening would decode the first keyframe, which costs as much as 8 frames of 1080p
}
_DECODING = {
    "skip_frame": "default",
    "skip_loop_filter": "all",  # it costs a fifth of decoding, and small images look the same without it
    "err_detect": "crccheck+bitstream+buffer+explode",
}
_PLANAR = ("yuv420p", "yuv422p", "yuv444p", "nv12")
"""Formats whose first plane is luma of 8 bits in limited range, unless the file says full range."""
_FULL_RANGE = 2
"""AVCOL_RANGE_JPEG of ffmpeg."""

Luma = npt.NDArray[np.uint8]
TakePackets = Callable[[Any], Callable[[Any], None]]
"""Gets the track, and returns the function that gets each of its packets after it was decoded."""


def open_video(path: Path) -> Any:
    """Return the open file as a container of PyAV; nothing but files may be opened, whatever a playlist names.

    Raises:
        RenderError: stage ``gate``: it cannot be opened, or has no video track.
    """
    import av

    try:
        container = av.open(f"file:{path}", options=_OPENING, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as exc:
        raise RenderError(f"it cannot be opened: {exc}", stage="gate") from exc
    return container


class FrameDecoder:
    """Decode the first video track of ``path`` once. ``errors`` has up to 8 signs of damage."""

    def __init__(self, path: Path, cancel: threading.Event | None = None) -> None:
        self._path, self._cancel = path, cancel
        self.errors: list[str] = []

    def read_frames(self, take_packets: TakePackets | None = None) -> Iterator[Luma]:
        """Yield the luma of every frame, (height, width) in limited range.

        Raises:
            Cancelled: ``cancel`` was set.
            RenderError: stage ``gate``: the file cannot be opened, or has no video track.
        """
        import av

        with open_video(self._path) as container:
            if not container.streams.video:
                raise RenderError("it has no video track", stage="gate")
            track = container.streams.video[0]
            track.codec_context.thread_count = 1
            track.codec_context.options = _DECODING
            take = take_packets(track) if take_packets else None
            shown: int | None = None
            for number, packet in enumerate(self._read_packets(container, track)):
                if self._cancel is not None and self._cancel.is_set():
                    raise Cancelled
                try:
                    for frame in track.codec_context.decode(packet if packet.size else None):
                        shown = self._check_frame(frame, number, shown)
                        yield read_luma(frame)
                except av.FFmpegError as exc:
                    self._note(f"packet {number}: {exc}")
                if take and packet.size:
                    take(packet)

    def _read_packets(self, container: Any, track: Any) -> Iterator[Any]:
        import av

        try:
            for packet in container.demux(track):
                if packet.is_corrupt:
                    self._note(f"the packet at {packet.pts} is not whole")
                yield packet
        except av.FFmpegError as exc:
            self._note(f"the file: {exc}")

    def _check_frame(self, frame: Any, number: int, before: int | None) -> int | None:
        """Return the time of the frame in ticks."""
        if frame.is_corrupt:
            self._note(f"packet {number}: corrupt decoded frame")
        if frame.pts is None or (before is not None and frame.pts <= before):
            self._note(f"packet {number}: a frame at tick {frame.pts} after one at {before}")
        time: int | None = frame.pts
        return time

    def _note(self, error: str) -> None:
        if len(self.errors) < _MAX_ERRORS:
            self.errors.append(error)


def read_luma(frame: Any) -> Luma:
    """Return the luma of a frame of PyAV in limited range, (height, width), without a copy where that is possible."""
    if frame.format.name not in _PLANAR or frame.color_range == _FULL_RANGE:
        frame = frame.reformat(format="yuv420p", dst_color_range="MPEG")
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]
