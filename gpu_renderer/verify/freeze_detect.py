"""A film's picture as a strip of tiny luma pictures, in which black and frozen time is found, across segments too."""

import base64
import threading
import zlib
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import ffmpeg as graph
import numpy as np
import numpy.typing as npt

from gpu_renderer.core.ffmpeg_command import finish_command, open_file
from gpu_renderer.core.ffmpeg_process import Cancelled, Process, find_errors
from gpu_renderer.verify import packet_hashes
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.quality_gate import MAX_FROZEN_SEC, Span

WIDTH, HEIGHT = 96, 54
"""Width and height in pixels of the small pictures, whatever the aspect of the video."""
EVERY_SEC = 0.25
_BLACK_LUMA = 27
"""16 + 5 % of 219, in the file's own limited range. blackdetect's default of 10 % would take a night scene for black;
full blue has 32."""
_BLACK_SHARE = 0.98
"""Of the pixels of a frame, as blackdetect has it."""
_CHANGED = 6.0
"""Levels of luma, of 255, anywhere in the smoothed picture. A keyframe of the same picture was seen to make 4; a
caption or a cut makes more."""
_COHERENT = 0.15
"""Share of a change that a shift and a zoom explain: 0.02 for a keyframe of a held picture, 0.27 for an eased zoom over
a smooth one after 2.5 s (both measured at 320x180)."""
_SAME = 0.003
"""Root mean square in levels of luma: below that nothing has changed at all."""
_MOSTLY = 0.5
"""Share of the steps in a held stretch that change nothing: all but those at keyframes and soon after. Over a smooth
picture x264 leaves out some small moves of a slow zoom (0.25 measured; 0.75 in a hold over a join)."""
_TEXTURE = 0.05
"""Levels a pixel in 4 of 10 places: in a picture with less, nobody sees whether it moves."""

Picture = npt.NDArray[np.float32]


class Strip(Frozen):
    """What decoding some frames in a row to their end has shown."""

    frames: int
    errors: tuple[str, ...]
    """What the decoder complained of."""
    dark: tuple[tuple[int, int], ...]
    """Runs of black frames: first, and last plus one."""
    at: tuple[int, ...]
    """Frame numbers of the pictures in ``luma``: one every ``EVERY_SEC``, and the last."""
    luma: str
    """Luma in the file's own limited range: (len(at), 54, 96) of 8 bits, deflated, in base64."""

    def shown(self) -> npt.NDArray[np.float32]:
        """Return the pictures with 0 for black and 255 for white, (len(at), 54, 96)."""
        raw = zlib.decompress(base64.b64decode(self.luma))
        limited = np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH)
        return (limited.astype(np.float32) - 16) * np.float32(255 / 219)


def sample_command(video: Path, listed: Path | None = None, codec: str = "h264") -> list[str]:
    """Return the ffmpeg command that decodes every frame to a tiny picture of its luma on stdout and writes the hashes
    of the packets to ``listed``. It skips the loop filter: that costs a fifth less, and tiny pictures look the same.

    It extracts the luma plane unchanged: ``format=gray`` would stretch limited range to full range.
    """
    source = open_file(video, threads=1, skip_loop_filter="all")
    small = source["v:0"].filter("scale", WIDTH, HEIGHT, flags="area").filter("format", "yuv420p")
    sinks = [small.filter("extractplanes", "y").output("pipe:", format="rawvideo", fps_mode="passthrough")]
    if listed is not None:
        sinks.append(source["v:0"].output(f"file:{listed}", **packet_hashes.options(codec)))
    return finish_command(graph.merge_outputs(*sinks), log_level="level+error", filter_threads=1)


def take(
    video: Path,
    fps: float,
    cancel: threading.Event | None = None,
    listed: Path | None = None,
    codec: str = "h264",
) -> Strip:
    """Decode the picture of ``video``; damage is in ``errors``. Memory does not grow but with the strip itself.

    Raises:
        Cancelled, RenderError: nothing could be decoded.
    """
    step = max(round(fps * EVERY_SEC), 1)
    at: list[int] = []
    kept: list[bytes] = []
    dark: list[int] = []
    frames, last = 0, b""
    with Process(sample_command(video, listed, codec), stage="gate", stream=True) as process:
        while len(picture := process.stdout.read(WIDTH * HEIGHT)) == WIDTH * HEIGHT:
            if cancel is not None and cancel.is_set():
                raise Cancelled
            last = picture
            if is_black(np.frombuffer(picture, np.uint8)):
                dark.append(frames)
            if frames % step == 0:
                at.append(frames)
                kept.append(picture)
            frames += 1
        said = process.finish(cancel).stderr
    if frames and at[-1] != frames - 1:
        at.append(frames - 1)
        kept.append(last)
    return Strip(
        frames=frames,
        errors=find_errors(said),
        dark=join_runs(dark),
        at=tuple(at),
        luma=base64.b64encode(zlib.compress(b"".join(kept), 6)).decode(),
    )


def is_black(luma: npt.NDArray[np.uint8], *, leeway: int = 0) -> bool:
    """Return whether a picture is black: 98 % of its luma (limited range) is below 5 % of white plus ``leeway``."""
    return int(np.count_nonzero(luma < _BLACK_LUMA + leeway)) >= _BLACK_SHARE * luma.size


def join_runs(frames: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return rising frame numbers as runs; each run is its first number and its last plus one."""
    found: list[tuple[int, int]] = []
    for n in frames:
        if found and found[-1][1] == n:
            found[-1] = (found[-1][0], n + 1)
        else:
            found.append((n, n + 1))
    return tuple(found)


def black(strips: Sequence[Strip], fps: float) -> tuple[Span, ...]:
    """Every stretch of black frames in the film that ``strips`` make up in this order."""
    dark: list[int] = []
    first = 0
    for strip in strips:
        dark += [first + n for a, b in strip.dark for n in range(a, b)]
        first += strip.frames
    return tuple(Span(start=a / fps, end=b / fps) for a, b in join_runs(dark))


def frozen(strips: Sequence[Strip], fps: float) -> tuple[Span, ...]:
    """Every stretch of over ``MAX_FROZEN_SEC`` in which nothing moves; each is told no longer than it is.

    A keyframe codes a held picture anew, so pictures need not be equal: a change counts if it is large anywhere, if it
    is what a shift or a zoom would make, however small, or if there are many.
    """
    at: list[int] = []
    pictures: list[Picture] = []
    first = 0
    for strip in strips:
        at += [first + n for n in strip.at]
        pictures += [cv2.blur(p, (3, 3)) for p in strip.shown()]
        first += strip.frames
    steps = [float(np.sqrt(np.mean((b - a) ** 2))) < _SAME for a, b in pairwise(pictures)]
    needed = Fraction(MAX_FROZEN_SEC) * Fraction(fps).limit_denominator(1001)
    found: list[tuple[int, int]] = []
    far = 0
    for a, start in enumerate(at):
        far = max(far, a)
        while far < len(at) and at[far] + 1 - start <= needed:
            far += 1
        if far == len(at):
            break
        # the cheapest first: where something moves, that is all there is to do
        if sum(steps[a:far]) >= _MOSTLY * (far - a) and all(
            still(pictures[a], pictures[b]) for b in (far, *range(a + 1, far))
        ):
            last = far
            while last + 1 < len(at) and still(pictures[a], pictures[last + 1]):
                last += 1
            end = at[last] + 1
            if found and found[-1][1] >= start:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((start, end))
    return tuple(Span(start=a / fps, end=b / fps) for a, b in found)


def still(before: Picture, after: Picture) -> bool:
    """Whether two smoothed pictures show the same, unmoved. A picture too flat to tell is never still."""
    change = after - before
    if float(np.abs(change).max()) >= _CHANGED:
        return False
    mean = (before + after) / 2
    across, down = np.gradient(mean, axis=1), np.gradient(mean, axis=0)
    if float(np.percentile(np.abs(across) + np.abs(down), 60)) < _TEXTURE:
        return False
    if float(np.sqrt(np.mean(change * change))) < _SAME:
        return True
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    zoom = across * x * (WIDTH / 2) + down * y * (HEIGHT / 2)
    moves = np.stack([across.ravel(), down.ravel(), zoom.ravel()], axis=1)
    wanted = (change - change.mean()).ravel()
    fitted = moves @ np.linalg.lstsq(moves, wanted, rcond=1e-6)[0]
    return float(fitted @ fitted) < _COHERENT * float(wanted @ wanted)
