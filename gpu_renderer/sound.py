"""The film's sound as AAC: its programme, encoded and measured until it is as loud as promised."""

import re
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from gpu_renderer.ffmpeg import Process, program, run
from gpu_renderer.programme import CEILING, Programme
from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.domain.errors import RenderError
from sutradhar.domain.gate import LOUDNESS_LUFS as LOUDNESS
from sutradhar.domain.timeline import Timeline
from sutradhar.ports.stores import BlobStore

LOUDNESS_TOLERANCE = 0.5
TRUE_PEAK = -1.0
"""dBTP, measured after AAC."""

_DISK_ADVICE = "check that the work directory can be written to and has free space, then retry"


@dataclass(frozen=True)
class Measured:
    """``loudness`` in LUFS (-70 for silence), ``true_peak`` in dBTP (-inf for silence)."""

    loudness: float
    true_peak: float

    @property
    def as_promised(self) -> bool:
        # sound too short or too quiet for a loudness has none to correct
        off = abs(self.loudness - LOUDNESS) if self.loudness > -70 else 0.0
        return off <= LOUDNESS_TOLERANCE and self.true_peak <= TRUE_PEAK


def mix(
    timeline: Timeline,
    blobs: BlobStore,
    workdir: Path,
    cancel: threading.Event,
    report: Callable[[Measured], None] = lambda _found: None,
) -> Path:
    """The whole film's sound as ``workdir``/sound.m4a: AAC-LC 192k, 48 kHz, stereo, ``timeline.samples`` long.

    The encoded file is measured; if it is not as promised, target and ceiling are corrected and it is encoded once
    more. ``report`` gets what the file measures in the end. A copy of the stream into a film keeps the exact length
    only with ``-movie_timescale 48000``.

    Raises:
        Cancelled: ``cancel`` was set.
        RenderError: stage ``sound``: a narration (``scene`` says which), an effect or the music cannot be used, or
            ffmpeg failed; stage ``disk``: a file could not be written.
    """
    path = workdir / "sound.m4a"
    try:
        with ExitStack() as opened:
            programme = Programme(timeline, blobs, workdir, cancel, opened)
            target, ceiling = LOUDNESS, CEILING
            for _ in range(2):
                programme.level(target, ceiling)
                _encode(programme, path)
                found = measure(path, cancel)
                if found.as_promised:
                    break
                if found.loudness > -70:
                    # AAC moves it by tenths; what is missing beyond that, the limiter has refused
                    target += min(max(LOUDNESS - found.loudness, -1.0), 1.0)
                ceiling -= max(found.true_peak - TRUE_PEAK + 0.2, 0.0)
    except OSError as exc:
        raise RenderError(
            f"cannot read or write a file of the sound: {exc}", stage="disk", advice=_DISK_ADVICE
        ) from exc
    report(found)
    return path


def encode_argv(path: Path) -> list[str]:
    """Raw 32-bit float stereo on stdin to an .m4a; the same sound gives the same bytes."""
    graph = ffmpeg.input("pipe:0", f="f32le", ar=SAMPLE_RATE, ac=2, protocol_whitelist="pipe").output(
        f"file:{path}",
        acodec="aac",
        audio_bitrate="192k",
        # the edit list counts in the film's time scale; in the usual milliseconds it would round the length
        movie_timescale=SAMPLE_RATE,
        fflags="+bitexact",
        map_metadata=-1,
        f="ipod",
        **{"flags:a": "+bitexact"},
    )
    graph = graph.global_args("-hide_banner", "-v", "error").overwrite_output()
    return list(graph.compile(cmd=program("ffmpeg")))


def measure_argv(path: Path) -> list[str]:
    graph = ffmpeg.input(f"file:{path}", protocol_whitelist="file").audio.filter(
        "ebur128", peak="true", framelog="verbose"
    )
    graph = graph.output("-", f="null").global_args("-hide_banner", "-nostats")
    return list(graph.compile(cmd=program("ffmpeg")))


def measure(path: Path, cancel: threading.Event) -> Measured:
    """What the encoded file measures by ffmpeg's EBU R128 meter.

    Raises:
        RenderError: the file cannot be decoded.
    """
    summary = run(measure_argv(path), stage="sound", cancel=cancel).stderr.rpartition("Summary:")[2]
    loudness = re.search(r"I:\s+(-?[\d.]+|-?inf|nan) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-?inf|nan) dBFS", summary)
    if not loudness or not peak:
        raise RenderError("ffmpeg did not say how loud the sound is", stage="sound")
    return Measured(float(loudness[1]), float(peak[1]))


def _encode(programme: Programme, path: Path) -> None:
    with Process(encode_argv(path), stage="sound", pipe=True) as process:
        try:
            for block in programme.blocks():
                process.stdin.write(block.astype("<f4").tobytes())
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg has ended; finish says why
        try:
            process.finish(programme.cancel)
        except RenderError as exc:
            exc.advice = exc.advice or _DISK_ADVICE
            raise
