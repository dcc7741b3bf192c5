"""Measure a video of the race: jitter, VMAF, loudness, colour tags, number of frames.

Jitter and VMAF are measured against the ideal frames of ``reference.py``, which are drawn by none of the racers, in the
middle of each scene (no crossfade) and in the part of the frame that no caption and no watermark covers.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from gpu_renderer.core.frame import Bytes
from gpu_renderer.image.camera import crop_at
from gpu_renderer.text.captions import find_caption_top
from sutradhar.domain.video.timeline import Timeline
from tests.bench import measure
from tests.bench.reference import draw_reference, find_textured_patches, measure_shift, read_luma

_WINDOW = 12
"""Frames of each scene that are measured."""
_RIGHT = 1600
"""Pixels of the width without the watermark, which is in the top right corner."""
_TAG_NAMES = ("color_range", "color_space", "color_primaries", "color_transfer")


@dataclass(frozen=True)
class Quality:
    vmaf: float
    jitter: float
    """Pixels, root mean square of the steps of the displacement from frame to frame."""
    displacement: float
    """Pixels, median distance from the ideal place: a video that is a frame late has more than a pixel."""


@dataclass(frozen=True)
class Reference:
    """The ideal frames of a video."""

    timeline: Timeline
    store: Path
    folder: Path

    @cached_property
    def numbers(self) -> list[list[int]]:
        """The frames that are measured, scene by scene."""
        chosen = []
        for clip in self.timeline.clips:
            first = clip.start + max((clip.frames - _WINDOW) // 2, 0)
            chosen.append(list(range(first, min(first + _WINDOW, clip.start + clip.frames))))
        return chosen

    @cached_property
    def size(self) -> tuple[int, int]:
        rows = find_caption_top(self.timeline.width, self.timeline.height)
        return min(_RIGHT, self.timeline.width) // 16 * 16, rows // 16 * 16

    @cached_property
    def frames(self) -> list[Bytes]:
        """The luma of the ideal frames, scene by scene: (frames, rows, columns)."""
        width, height = self.timeline.width, self.timeline.height
        drawn = []
        for clip, numbers in zip(self.timeline.clips, self.numbers, strict=True):
            luma = read_luma(self.store / clip.media.blob)
            image_size = (luma.shape[1], luma.shape[0])
            scene = []
            for n in numbers:
                shown = crop_at(clip.camera, n - clip.start, clip.frames, image_size, width / height)
                ideal = draw_reference(luma, shown, (width, height))[: self.size[1], : self.size[0]]
                scene.append(np.clip(np.rint(ideal), 0, 255).astype(np.uint8))
            drawn.append(np.array(scene))
        return drawn

    @cached_property
    def raw(self) -> Path:
        """The ideal frames as a raw yuv420p file, with grey for its chroma."""
        path = self.folder / "ideal.yuv"
        _write_raw(path, self.frames)
        return path

    def measure(self, video: Path) -> Quality:
        decoded = list(self._read(video))
        steps, places = [], []
        for ideal, frames in zip(self.frames, decoded, strict=True):
            corners = find_textured_patches(ideal[0].astype(np.float64))
            shifts = np.array(
                [
                    [measure_shift(frame.astype(np.float64), one.astype(np.float64), corner) for corner in corners]
                    for frame, one in zip(frames, ideal, strict=True)
                ]
            )
            steps.append(np.linalg.norm(np.diff(shifts, axis=0), axis=2).ravel())
            places.append(np.linalg.norm(shifts, axis=2).ravel())
        jitter = float(np.sqrt(np.mean(np.concatenate(steps) ** 2)))
        return Quality(self._score(decoded), jitter, float(np.median(np.concatenate(places))))

    def _read(self, video: Path) -> Iterator[Bytes]:
        """Yield the luma of the video's measured frames, scene by scene."""
        wide, high = self.size
        chosen = "+".join(f"between(n,{numbers[0]},{numbers[-1]})" for numbers in self.numbers)
        graph = f"select='{chosen}',scale=out_range=tv,format=yuv420p,extractplanes=y,crop={wide}:{high}:0:0"
        argv = ["ffmpeg", "-v", "error", "-i", str(video), "-vf", graph, "-vsync", "0", "-f", "rawvideo", "-"]
        data = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.uint8)
        frames = data.reshape(-1, high, wide)
        if len(frames) != sum(map(len, self.numbers)):
            raise RuntimeError(f"{video} has {len(frames)} of the frames to measure")
        at = 0
        for numbers in self.numbers:
            yield frames[at : at + len(numbers)]
            at += len(numbers)

    def _score(self, decoded: list[Bytes]) -> float:
        path, log = self.folder / "decoded.yuv", self.folder / "race-vmaf.json"
        _write_raw(path, decoded)
        raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{self.size[0]}x{self.size[1]}"]
        graph = f"libvmaf=n_threads=2:log_path={log}:log_fmt=json"
        argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *raw, "-i", str(path)]
        measure.run([*argv, *raw, "-i", str(self.raw), "-lavfi", graph, "-f", "null", "-"])
        path.unlink()
        return float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])


def _write_raw(path: Path, scenes: list[Bytes]) -> None:
    with path.open("wb") as file:
        for frame in (frame for scene in scenes for frame in scene):
            file.write(frame.tobytes())
            file.write(np.full(frame.size // 2, 128, np.uint8).tobytes())


def measure_loudness(video: Path) -> float:
    """Return the integrated loudness in LUFS (EBU R 128)."""
    argv = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(video), "-map", "0:a", "-af", "ebur128", "-f", "null", "-"]
    output = subprocess.run(argv, capture_output=True, text=True, check=True).stderr
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", output)[-1])


def probe(video: Path) -> tuple[int, str]:
    """Return the number of frames and the colour tags: range, matrix, primaries, transfer."""
    shown = f"stream=nb_frames,pix_fmt,{','.join(_TAG_NAMES)}"
    argv = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", shown, "-of", "json", str(video)]
    stream = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)["streams"][0]
    tags = [stream.get(name, "none") for name in _TAG_NAMES]
    matrices = set(tags[1:])
    return int(stream["nb_frames"]), f"{tags[0]} {tags[1] if len(matrices) == 1 else '/'.join(tags[1:])}"
