"""Find out how a video file is to be read: its size, shape, times and colours, as the image and the audio need them."""

import math
from dataclasses import dataclass
from pathlib import Path

from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.ends import name_scene
from sutradhar.media.formats import MediaError
from sutradhar.media.video import VideoInfo, inspect_video

SLACK_SEC = 0.001
"""A frame counts as shown that much before its time: Matroska and FLV store times rounded to 1 ms."""
HDR_PEAK_NITS = {"smpte2084": 10_000, "arib-std-b67": 1000}
"""Transfers of HDR and their brightest light in cd/m2 (ITU-R BT.2100-2, tables 4 and 5), which stays below white."""

_INDEXED = {"mov", "matroska"}
"""Containers whose index leads to a key frame at or before a requested time; others are read through."""
_PRIMARIES = {"bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020", "smpte431", "smpte432"}
_MATRICES = {"bt709", "fcc", "bt470bg", "smpte170m", "bt2020nc", "bt2020c"}
_SD_LINES = 576


@dataclass(frozen=True)
class VideoSource:
    """A clip as it is to be shown: upright, in square pixels."""

    path: Path
    coded_size: tuple[int, int]
    """Width and height in pixels of the decoder's frames, turned upright."""
    sample_aspect_ratio: float
    """Width of one of these pixels divided by its height."""
    start_time: float
    """Time stamp of the first frame in seconds."""
    length_sec: float
    """Seconds from the first frame to the end that a player shows; the last frame may be shown for long."""
    joined_from_sec: float | None
    """The file's first time stamp if its time stamps jump, else None; ffmpeg mends jumps if it counts from there."""
    track: int
    """Number of the track among the video tracks, from 0."""
    indexed: bool
    is_turned: bool
    """True if ffmpeg rotates the decoder's frames."""
    interlaced: bool
    rgb: bool
    full_range: bool
    matrix: str
    primaries: str
    transfer: str

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height in square pixels."""
        return max(round(self.coded_size[0] * self.sample_aspect_ratio), 1), self.coded_size[1]

    @property
    def hdr(self) -> bool:
        return self.transfer in HDR_PEAK_NITS


def probe_clip(path: Path, scene: int) -> VideoSource:
    """Decode the first shown frame and the last second of the clip of ``scene``.

    Raises:
        RenderError: no video can be decoded from it; the error names ``scene``.
    """
    try:
        info, _ = inspect_video(path)
    except MediaError as exc:
        raise clip_error(scene, f"it {exc.reason}") from exc
    return _describe(path, info)


def clip_error(scene: int, reason: str) -> RenderError:
    """Return the error about a clip that cannot be decoded."""
    return RenderError(
        f"the clip of {name_scene(scene)} cannot be used: {reason}",
        stage="picture",
        scene=scene,
        advice="replace the clip with a video that plays from beginning to end, such as an MP4 with H.264",
    )


def count_frames(source: VideoSource, *, fps: int, start_sec: float, speed: float = 1.0) -> int:
    """Return how many frames the clip shows from ``start_sec`` on at ``fps``; 0 if it ends before."""
    return max(math.ceil((source.length_sec - start_sec) * fps / speed - SLACK_SEC * fps), 0)


def _describe(path: Path, info: VideoInfo) -> VideoSource:
    rgb = info.pixels.startswith(("rgb", "bgr", "gbr", "pal", "0rgb", "0bgr", "argb", "abgr", "x2rgb", "x2bgr"))
    # players guess the tags that are missing: the matrix by the number of lines, the rest as BT.709
    lines = info.coded_size[0] if info.is_turned else info.coded_size[1]
    by_size = "smpte170m" if lines <= _SD_LINES else "bt709"
    return VideoSource(
        path=path,
        coded_size=info.coded_size,
        sample_aspect_ratio=info.sample_aspect_ratio,
        start_time=info.start_time,
        length_sec=info.duration_sec,
        joined_from_sec=info.joined_from_sec,
        track=info.track,
        indexed=bool(_INDEXED & info.containers),
        is_turned=info.is_turned,
        interlaced=info.interlaced,
        rgb=rgb,
        full_range=rgb or info.full_range,
        matrix="gbr" if rgb else info.matrix if info.matrix in _MATRICES else by_size,
        primaries=info.primaries if info.primaries in _PRIMARIES else "bt709",
        transfer=info.transfer,
    )
