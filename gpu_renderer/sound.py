"""The film's sound: voices to the sample, the bed looped and ducked under them, at -14 LUFS, as AAC."""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import ffmpeg
import numpy as np

from gpu_renderer.ffmpeg import Cancelled, Process, program, run
from gpu_renderer.loudness import BLOCK, HOP, Audio, Curve, analyse, integrated, levelling_gain
from gpu_renderer.tracks import Loop, Recording, at_samples, bed_curve, spoken
from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.domain.errors import RenderError
from sutradhar.domain.gate import LOUDNESS_LUFS as LOUDNESS
from sutradhar.domain.timeline import Timeline
from sutradhar.ports.stores import BlobStore

LOUDNESS_TOLERANCE = 0.5
TRUE_PEAK = -1.0
"""dBTP, measured after AAC."""

_CEILING = TRUE_PEAK - 1.0  # AAC was seen to overshoot by up to 0.9 dB
_MAX_VOICE_GAIN_DB = 20.0  # a narration quieter than this is mostly noise
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


def mix(timeline: Timeline, blobs: BlobStore, workdir: Path, cancel: threading.Event) -> Path:
    """The whole film's sound as ``workdir``/sound.m4a: AAC-LC 192k, 48 kHz, stereo, ``timeline.samples`` long.

    The encoded file is measured; if it is not as promised, gain and ceiling are corrected and it is encoded once more.
    A copy of the stream into a film keeps the exact length only with ``-movie_timescale 48000``.

    Raises:
        Cancelled: ``cancel`` was set.
        RenderError: stage ``sound``: a narration (``scene`` says which) or the music cannot be used, or ffmpeg failed;
            stage ``disk``: a file could not be written.
    """
    path = workdir / "sound.m4a"
    try:
        with ExitStack() as opened:
            programme = _Programme(timeline, blobs, workdir, cancel, opened)
            levels = analyse(programme.blocks())
            target, ceiling = LOUDNESS, _CEILING
            for _ in range(2):
                _encode(programme, levelling_gain(levels, target, ceiling), path)
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
    return path


class _Programme:
    """Everything that is heard, levelled: each narration at ``LOUDNESS``, so that a change of narrator is no change of
    level, and the bed against that. A voice is limited before the bed joins it, or the bed would come out too loud by
    what the limiter takes from a peaky voice. It can be read again and again."""

    def __init__(
        self, timeline: Timeline, blobs: BlobStore, workdir: Path, cancel: threading.Event, opened: ExitStack
    ) -> None:
        self._samples, self._cancel = timeline.samples, cancel
        self._voices: list[tuple[int, Curve, Recording]] = []
        self._bed: tuple[Loop, Curve] | None = None
        speech: list[tuple[int, int]] = []
        for voice in timeline.voices:
            self._stop_if_cancelled()
            what, path = f"scenes[{voice.scene}].narration", workdir / f"voice-{voice.scene:02d}.wav"
            recording = opened.enter_context(Recording(blobs, voice.blob, voice.samples, path, what, voice.scene))
            levels = recording.levels()
            target = min(LOUDNESS, integrated(levels.power) + _MAX_VOICE_GAIN_DB)
            self._voices.append((voice.start, levelling_gain(levels, target, _CEILING), recording))
            first = voice.start // HOP
            speech += [(first + on, first + off + 1) for on, off in spoken(levels.power)]
        if timeline.bed:
            bed = timeline.bed
            music = opened.enter_context(
                Recording(blobs, bed.blob, bed.samples, workdir / "bed.wav", "the music", None)
            )
            curve = bed_curve(timeline.samples, speech, bed.volume_db)
            loudness = integrated(music.levels().power)
            gain = 10 ** ((LOUDNESS - loudness) / 20) if np.isfinite(loudness) else 1.0
            self._bed = (Loop(music), curve * gain)

    def blocks(self) -> Iterator[Audio]:
        """Blocks of ``BLOCK`` samples; the last is shorter."""
        for start in range(0, self._samples, BLOCK):
            self._stop_if_cancelled()
            block = np.zeros((min(BLOCK, self._samples - start), 2), np.float32)
            if self._bed:
                loop, curve = self._bed
                block += loop.read(start, len(block)) * at_samples(curve, start, len(block))
            for begins, curve, recording in self._voices:
                a, b = max(begins, start), min(begins + recording.samples, start + len(block))
                if a < b:
                    block[a - start : b - start] += recording.read(a - begins, b - a) * at_samples(
                        curve, a - begins, b - a
                    )
            yield block

    def _stop_if_cancelled(self) -> None:
        if self._cancel.is_set():
            raise Cancelled

    @property
    def cancel(self) -> threading.Event:
        return self._cancel


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


def _encode(programme: _Programme, gain: Curve, path: Path) -> None:
    with Process(encode_argv(path), stage="sound", pipe=True) as process:
        start = 0
        try:
            for block in programme.blocks():
                process.stdin.write((block * at_samples(gain, start, len(block))).astype("<f4").tobytes())
                start += len(block)
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg has ended; finish says why
        try:
            process.finish(programme.cancel)
        except RenderError as exc:
            exc.advice = exc.advice or _DISK_ADVICE
            raise
