"""Find where the sources of a video are black or still themselves, as the quality gate needs to know.

A user's night photo, black card or dark clip is dark on purpose. So the gate compares a stretch that it would refuse
with the files that the video was made of. This module reads them independently of the compositor, so that a fault of
the compositor does not count as a property of the files.
"""

import base64
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from gpu_renderer.core.ffmpeg_command import finish_command, open_file
from gpu_renderer.core.ffmpeg_process import Cancelled, Process
from gpu_renderer.core.video_source import VideoSource, count_frames, probe_clip
from gpu_renderer.image.camera import crop_at
from gpu_renderer.image.still import load_image
from gpu_renderer.verify import freeze_detect
from gpu_renderer.verify.freeze_detect import EVERY_SEC, HEIGHT, WIDTH, FrameSamples
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.ends import name_scene
from sutradhar.domain.video.file_facts import Span
from sutradhar.domain.video.timeline import Clip, Timeline
from sutradhar.media.formats import DEMUXERS

_LONGEST_SIDE = 960
"""Longest side in pixels of a still image before parts are cut out of it: images of 96x54 show no finer detail."""
_WIDE, _HIGH = 320, 180
"""Width and height in pixels of a clip's frames before the visible part is cut out."""
_LEEWAY = 3
"""Levels of luma by which a black source may be lighter than a black video: encoding moves it by one or two."""
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32) * np.float32(219 / 255)
"""ITU-R BT.709-6, items 3.2 and 3.4: Y' in limited range, from 8-bit R'G'B'."""

Luma = npt.NDArray[np.uint8]
Fetch = Callable[[Clip], Path]


class SourceSamples:
    """The files of ``timeline``, each read at most once and only when needed. ``fetch`` returns the file of a clip.

    Raises (all methods):
        RenderError: a file cannot be read.
        Cancelled: ``cancel`` was set.
    """

    def __init__(self, timeline: Timeline, fetch: Fetch, cancel: threading.Event | None = None) -> None:
        self._timeline, self._fetch = timeline, fetch
        self._cancel = cancel or threading.Event()
        self._sampled: dict[int, FrameSamples] = {}

    def find_black(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return the spans in which sources are black, for the clips on the screen in ``spans`` (seconds of the video).

        A transition between a black clip and another counts as black to its end, since both clips make it dark.
        """
        return self._find(spans, freeze_detect.find_black)

    def find_frozen(self, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return the spans in which sources, moved by their cameras, do not change, for the clips in ``spans``."""
        return self._find(spans, freeze_detect.find_frozen)

    def _find(
        self, spans: Sequence[Span], find: Callable[[Sequence[FrameSamples], float], tuple[Span, ...]]
    ) -> tuple[Span, ...]:
        fps = self._timeline.fps
        matching: list[Span] = []
        for index, clip in enumerate(self._timeline.clips):
            first = clip.start / fps
            if any(span.start < clip.end / fps and first < span.end for span in spans):
                sampled = self._sampled.get(index) or self._sample(index, clip)
                matching += [Span(start=first + s.start, end=first + s.end) for s in find([sampled], fps)]
        return tuple(matching)

    def _sample(self, index: int, clip: Clip) -> FrameSamples:
        path = self._fetch(clip)
        step = max(round(self._timeline.fps * EVERY_SEC), 1)
        numbers = sorted({*range(0, clip.frames, step), clip.frames - 1})
        images = self._sample_footage(clip, path, numbers) if clip.footage else self._sample_image(clip, path, numbers)
        is_black = [freeze_detect.is_black(image, leeway=_LEEWAY) for image in images]
        black = [n for n in range(clip.frames) if is_black[min(n // step, len(is_black) - 1)]]
        self._sampled[index] = samples = FrameSamples(
            frames=clip.frames,
            errors=(),
            black_runs=freeze_detect.join_runs(black),
            sampled=tuple(numbers),
            luma=base64.b64encode(zlib.compress(b"".join(image.tobytes() for image in images), 1)).decode(),
        )
        return samples

    def _sample_image(self, clip: Clip, path: Path, numbers: Sequence[int]) -> list[Luma]:
        """Return the luma that the camera shows of a still image in the frames ``numbers`` of its clip."""
        image = load_image(path, clip.media.sha256, clip.scene)
        image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BOX)
        whole = np.asarray(image, np.float32)
        return [self._crop_to_frame(clip, 16 + whole @ _LUMA, image.size, frame) for frame in numbers]

    def _sample_footage(self, clip: Clip, path: Path, numbers: Sequence[int]) -> list[Luma]:
        """Return the frames ``numbers`` of a clip of footage; after its end it starts again or holds its last frame."""
        assert clip.footage is not None
        source = probe_clip(path, clip.scene)
        length = count_frames(source, fps=self._timeline.fps, start_sec=clip.footage.start_sec)
        length = min(length, clip.footage.part_frames or length)
        loops = clip.footage.when_over == "loop"
        places = [n % length if loops else min(n, length - 1) for n in numbers] if length else []
        needed, decoded = set(places), dict[int, Luma]()
        command = clip_sample_command(self._timeline, clip, source)
        with Process(command, stage="gate", stream=True, scene=clip.scene) as process:
            for n in range(max(needed, default=-1) + 1):
                if len(image := process.stdout.read(_WIDE * _HIGH)) < _WIDE * _HIGH:
                    break
                if self._cancel.is_set():
                    raise Cancelled
                last = np.frombuffer(image, np.uint8).reshape(_HIGH, _WIDE)
                decoded |= {n: last} if n in needed else {}
        if not decoded:
            message = f"the clip of {name_scene(clip.scene)} shows no frame"
            raise RenderError(message, stage="gate", scene=clip.scene, advice="use another file")
        images = []
        for frame, place in zip(numbers, places, strict=True):
            small = decoded.get(place, last).astype(np.float32)  # the last frame may be shown for long
            images.append(self._crop_to_frame(clip, small, source.display_size, frame))
        return images

    def _crop_to_frame(self, clip: Clip, luma: npt.NDArray[np.float32], size: tuple[int, int], frame: int) -> Luma:
        """Return the part of ``luma`` (all of an image of ``size`` pixels) that ``frame`` of the clip shows."""
        if self._cancel.is_set():
            raise Cancelled
        high, wide = luma.shape
        box = (0.0, 0.0, float(wide), float(high))
        if clip.fit == "fill":  # a clip with "fit" is judged as a whole; the blurred copy around it adds no light
            shown = crop_at(clip.camera, frame, clip.frames, size, self._timeline.width / self._timeline.height)
            across, down = wide / size[0], high / size[1]
            box = (
                shown.left * across,
                shown.top * down,
                min(shown.right * across, wide),
                min(shown.bottom * down, high),
            )
        cropped = Image.fromarray(luma).resize((WIDTH, HEIGHT), Image.Resampling.BOX, box=box)
        return np.asarray(np.rint(np.asarray(cropped)), np.uint8)


def clip_sample_command(timeline: Timeline, clip: Clip, video: VideoSource) -> list[str]:
    """Return the ffmpeg command that writes the luma of a clip, to the end of its file, to stdout: small images in
    limited range at the rate of the video."""
    assert clip.footage is not None
    source = open_file(video.path, format_whitelist=",".join(DEMUXERS), threads=1, ss=clip.footage.start_sec)
    frames = source[f"v:{video.track}"].filter("fps", timeline.fps)
    frames = frames.filter("scale", _WIDE, _HIGH, flags="area", out_range="tv").filter("format", "yuv420p")
    return finish_command(frames.filter("extractplanes", "y").output("pipe:", format="rawvideo"), filter_threads=1)
