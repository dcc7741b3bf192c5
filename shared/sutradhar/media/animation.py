"""Read animated images (GIF, APNG, WebP, AVIF) as a browser shows them, and write them as video clips."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from sutradhar.media.develop import develop
from sutradhar.media.formats import MediaError
from sutradhar.media.image import build_developer, fit_size, open_with_pillow, read_exif, read_nclx, set_upright

_SHORTEST_MS, _USUAL_MS = 10, 100
"""Milliseconds. Browsers show a frame with this duration or less for a tenth of a second: many files say 0."""
_MOST_PIXELS, _MOST_SAMPLES = 16_000_000, 6_000_000_000
"""The most pixels in one frame, and in all frames together."""
_LEAST_SHOWN = 0.01
"""Share of a frame that must be opaque before the frame can decide the backdrop of the animation."""
_LONGEST_SIDE = 1920
_QUALITY = 8
"""libx264's constant rate factor in RGB; flat colours come back within 2 of 255 (measured)."""


@dataclass(frozen=True)
class AnimationFacts:
    """``size``: width and height as shown. ``notices``: sentences for the user that continue the file's name."""

    size: tuple[int, int]
    duration_sec: float
    frames: int
    notices: tuple[str, ...]


def probe_animation(file: BinaryIO, image_format: str) -> AnimationFacts:
    """Decode every frame of the animation in ``file`` and return its facts.

    Raises:
        MediaError: it is damaged, or too large to be decoded.
    """
    with _open_animation(file, image_format) as animation:
        return animation.describe([duration for _, duration in animation.frames()])


def write_clip(file: BinaryIO, image_format: str, out: Path) -> AnimationFacts:
    """Write the animation in ``file`` to ``out`` as an MP4 with each frame's own duration, and return its facts.

    Colours stay RGB, so that thin coloured lines stay sharp. The same file gives the same bytes.

    Raises:
        MediaError: ``probe_animation``.
    """
    import av

    durations: list[int] = []
    starts: dict[int, int] = {}
    with _open_animation(file, image_format) as animation, av.open(str(out), "w", format="mp4") as container:
        stream: Any = None

        def write(packets: Any) -> None:
            for packet in packets:
                packet.duration = starts[packet.pts]
                container.mux(packet)

        for image, duration in animation.frames():
            shown = animation.develop(image)
            if stream is None:
                options = {"crf": str(_QUALITY), "preset": "veryfast", "bf": "0", "rc-lookahead": "8"}
                stream = container.add_stream("libx264rgb", rate=1000, options=options)
                stream.width, stream.height, stream.pix_fmt = *shown.size, "rgb24"
                stream.codec_context.thread_count = 1
                stream.codec_context.time_base = Fraction(1, 1000)
            frame = av.VideoFrame.from_ndarray(np.asarray(shown), format="rgb24")
            frame.pts, frame.time_base = sum(durations), Fraction(1, 1000)
            starts[frame.pts] = duration
            durations.append(duration)
            write(stream.encode(frame))
        write(stream.encode(None))
        return animation.describe(durations)


class _Animation:
    """An open animation, and the ``Developer`` that turns its frames into RGB."""

    def __init__(self, opened: Image.Image, image_format: str, nclx: bytes) -> None:
        self._opened = opened
        width, height = opened.size
        self._count = int(getattr(opened, "n_frames", 1))
        if width * height > _MOST_PIXELS or width * height * self._count > _MOST_SAMPLES:
            raise MediaError(
                f"is an animation of {self._count} frames of {width}x{height} pixels, more than can be read here",
                "export it as an MP4, or smaller",
            )
        self._exif = read_exif(opened)
        for image, _ in self.frames():
            self._developer = build_developer(image, image.mode, image.info, self._exif, nclx, image_format)
            if image.mode not in {"RGBA", "LA"} or np.mean(np.asarray(image.getchannel("A")) > 127) > _LEAST_SHOWN:
                break  # this frame shows enough

    def frames(self) -> Iterator[tuple[Image.Image, int]]:
        """Yield each frame and its duration in ms."""
        # the first image of a PNG may be meant only for programs that show no animations
        for index in range(1 if getattr(self._opened, "default_image", False) else 0, self._count):
            self._opened.seek(index)
            self._opened.load()
            duration = round(self._opened.info.get("duration") or 0)
            yield self._opened, duration if duration > _SHORTEST_MS else _USUAL_MS

    def develop(self, image: Image.Image) -> Image.Image:
        """Return a frame as RGB, upright, at most as large as a video needs."""
        shown = develop(image, self._developer, fit_size(image.size, _LONGEST_SIDE))
        return set_upright(shown, image.size, self._exif)[0]

    def describe(self, durations: list[int]) -> AnimationFacts:
        """Return the facts of the animation; ``durations`` are those of its frames in ms."""
        size = set_upright(Image.new("L", (1, 1)), self._opened.size, self._exif)[1]
        return AnimationFacts(size, sum(durations) / 1000, len(durations), tuple(self._developer.notices))


@contextmanager
def _open_animation(file: BinaryIO, image_format: str) -> Iterator[_Animation]:
    nclx = read_nclx(file, image_format)
    with open_with_pillow(file, image_format) as opened:
        yield _Animation(opened, image_format, nclx)
