"""Measure the audio of a video for the quality gate: level, silences, and the envelope with the narrations in it."""

import base64
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gpu_renderer.audio.audio_source import TOLERANCE, AudioSource, Excerpt
from gpu_renderer.audio.narration_runs import join_narrations
from gpu_renderer.audio.placed_audio import Readable
from gpu_renderer.core.ffmpeg_command import finish_command, open_file
from gpu_renderer.core.ffmpeg_process import Cancelled, Process, find_errors
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.file_facts import NarrationMatch, Span
from sutradhar.domain.video.song_rules import MAX_SILENCE_SEC
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.stores import BlobStore

SILENT_LUFS = -70.0
"""The loudness that the EBU R 128 meter gives to silence: its absolute gate."""
SILENT_DBTP = -120.0
"""The peak of silence, instead of minus infinity, which JSON does not have."""

SILENCE_DB = -50.0
HOP_SEC = 0.01
"""Seconds of one value of an envelope."""
_HOP = round(HOP_SEC * SAMPLE_RATE)
_FLOOR_DB = 25.0
"""dB below a narration's loudest value; what is quieter is lost in the music (as in ``ducking.detect_speech``)."""
_PART_SEC = 3.0
"""Seconds of the parts of a narration that are compared."""
_SEARCH = 40
"""Hops to either side in which a narration is searched for."""
_LIVELY_DB = 3.0
"""dB. An envelope with at least this standard deviation has a shape that can be found at one place only."""
_BLOCK = SAMPLE_RATE * 2 * 4 * 4
_NUMBER = r"(-?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf)|nan)"

Envelope = npt.NDArray[np.float64]
"""Level in dB of full scale for every 10 ms; -120 for silence."""


class AudioMeasurement(Frozen):
    """The measurement of an audio track that was decoded to its end."""

    integrated_lufs: float
    true_peak_dbtp: float
    silences: tuple[Span, ...]
    envelope: str
    """One byte for every 10 ms in base64: half decibels below full scale."""
    errors: tuple[str, ...]

    def levels(self) -> Envelope:
        """Return the envelope in dB of full scale."""
        return np.frombuffer(base64.b64decode(self.envelope), np.uint8) / -2.0


@dataclass(frozen=True)
class Narration:
    """The envelope of a narration, from its own file, and ``start_sec``, its place in the video in seconds."""

    scene: int
    start_sec: float
    levels: Envelope


def measure_command(path: Path, track_number: int = 0) -> list[str]:
    """Return the ffmpeg command that meters an audio track of ``path``.

    It writes the figures to stderr, and the samples as 32-bit float stereo to stdout.
    """
    track = open_file(path)[f"a:{track_number}"]
    track = track.filter("silencedetect", noise=f"{SILENCE_DB:g}dB", duration=MAX_SILENCE_SEC)
    track = track.filter("ebur128", peak="true", framelog="verbose")
    sink = track.output("pipe:", format="f32le", ac=2, ar=SAMPLE_RATE)
    return finish_command(sink, log_level="level+info")


def measure_audio(
    path: Path, length: float, cancel: threading.Event | None = None, track_number: int = 0
) -> AudioMeasurement:
    """Decode an audio track of ``path``, the first one by default, which is ``length`` seconds long.

    Raises:
        RenderError: no audio could be decoded.
        Cancelled: ``cancel`` was set.
    """
    powers: list[Envelope] = []
    with Process(measure_command(path, track_number), stage="gate", stream=True) as process:
        while block := process.stdout.read(_BLOCK - _BLOCK % (_HOP * 8)):
            if cancel is not None and cancel.is_set():
                raise Cancelled
            powers.append(_measure_power(np.frombuffer(block[: len(block) - len(block) % 8], "<f4").reshape(-1, 2)))
        log = process.finish(cancel).stderr
    coded = np.clip(np.round(-2 * _to_decibels(np.concatenate([np.zeros(0), *powers]))), 0, 255).astype(np.uint8)
    return AudioMeasurement(
        integrated_lufs=_find_level(rf"I:\s+{_NUMBER} LUFS", log, SILENT_LUFS),
        true_peak_dbtp=_find_level(rf"Peak:\s+{_NUMBER} dBFS", log, SILENT_DBTP),
        silences=_find_silences(log, length),
        envelope=base64.b64encode(coded.tobytes()).decode(),
        errors=find_errors(log),
    )


def read_narrations(
    timeline: Timeline, blobs: BlobStore, workdir: Path, cancel: threading.Event | None = None
) -> tuple[Narration, ...]:
    """Return the envelopes of the narrations, read from their own files: the mix may be what is wrong.

    Raises:
        RenderError: a narration is missing or cannot be used; names the scene.
        Cancelled: ``cancel`` was set.
    """
    narrations = []
    stop = cancel or threading.Event()
    files: dict[str, Path] = {}
    for run in join_narrations(timeline.narrations):
        path, blob = workdir / f"heard-{run.media.sha256}", run.media.blob
        excerpt = Excerpt(run.source_start, file=files.get(blob), most_missing=TOLERANCE) if run.is_part else None
        with AudioSource(blobs, blob, run.samples, path, run.name, run.clips[0].scene, stop, excerpt) as source:
            files[blob] = source.file
            levels = measure_envelope(source)
        for clip in run.clips:
            first = (clip.start - run.start) // _HOP
            part = levels[first : first + -(-clip.samples // _HOP)]
            narrations.append(Narration(clip.scene, run.start / SAMPLE_RATE + first * HOP_SEC, part))
    return tuple(narrations)


def measure_envelope(source: Readable) -> Envelope:
    """Return the level of every 10 ms of ``source``, which is read in blocks."""
    step = _HOP * 1000
    powers = [_measure_power(source.read(at, min(step, source.samples - at))) for at in range(0, source.samples, step)]
    return _to_decibels(np.concatenate([np.zeros(0), *powers]))


def match_narrations(measurement: AudioMeasurement, expected: Sequence[Narration]) -> tuple[NarrationMatch, ...]:
    """Return how well, and how late, each part of some seconds of each narration is heard in the measured audio.

    Music ducked under a voice stays below ``_FLOOR_DB``.
    """
    envelope = measurement.levels()
    return tuple(
        NarrationMatch(scene=narration.scene, **match._asdict())
        for narration in expected
        for match in match_envelope(envelope, narration.levels, narration.start_sec, _FLOOR_DB)
    )


class EnvelopeMatch(NamedTuple):
    """A part of an envelope, ``start`` to ``end`` seconds of the video, where it is most alike; see NarrationMatch."""

    start: float
    end: float
    correlation: float
    offset_sec: float


def match_envelope(
    envelope: Envelope, expected: Envelope, start_sec: float, floor_db: float
) -> Iterator[EnvelopeMatch]:
    """Yield how well, and how late, each part of some seconds of ``expected`` lies in ``envelope``.

    Two envelopes, limited to ``floor_db`` below their loudest value, are correlated at every lag. An even part (a tone,
    a pause) has no shape that could be found and is left out.
    """
    offset = 0
    for part in np.array_split(expected, max(round(len(expected) * HOP_SEC / _PART_SEC), 1)):
        start = start_sec / HOP_SEC + offset
        offset += len(part)
        shape = np.maximum(part, expected.max() - floor_db)
        if len(part) >= 2 * _SEARCH and shape.std() >= _LIVELY_DB:
            yield _match(envelope, shape, start, floor_db)


def _match(envelope: Envelope, shape: Envelope, start: float, floor_db: float) -> EnvelopeMatch:
    """Find ``shape`` near hop ``start`` of ``envelope``: the lag with the highest correlation."""
    first = round(start)
    padded = np.pad(envelope, (_SEARCH, _SEARCH + len(shape)), constant_values=-120.0)
    first = min(max(first, 0), len(padded) - len(shape) - 2 * _SEARCH)
    around = padded[first : first + len(shape) + 2 * _SEARCH]
    around = np.maximum(around, around.max() - floor_db)
    windows = np.lib.stride_tricks.sliding_window_view(around, len(shape))
    centred = windows - windows.mean(axis=1, keepdims=True)
    centred_shape = shape - shape.mean()
    size = np.sqrt((centred**2).sum(axis=1) * (centred_shape**2).sum())
    correlation = np.where(size > 0, centred @ centred_shape / np.maximum(size, 1e-9), 0.0)
    best = int(correlation.argmax())
    late = (best - _SEARCH + round(start) - start) * HOP_SEC
    return EnvelopeMatch(
        start=start * HOP_SEC,
        end=(start + len(shape)) * HOP_SEC,
        correlation=round(float(correlation[best]), 3),
        offset_sec=round(late, 3),
    )


def _measure_power(samples: npt.NDArray[np.float32]) -> Envelope:
    """Return the mean square of every ``_HOP`` samples, channels averaged; the last hop may be shorter."""
    squares = np.einsum("sc,sc->s", samples, samples) / max(samples.shape[1], 1)
    edges = np.arange(0, len(squares), _HOP)
    counts = np.diff(np.append(edges, len(squares)))
    return np.asarray(np.add.reduceat(squares, edges) / counts, np.float64) if len(squares) else np.zeros(0)


def _to_decibels(power: Envelope) -> Envelope:
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)), np.float64)


def _find_level(pattern: str, log: str, floor: float) -> float:
    """Return the last figure that matches: the meter also reports when ffmpeg rebuilds the filter graph."""
    figures = re.findall(pattern, log)
    return max(float(figures[-1]), floor) if figures and figures[-1] != "nan" else floor


def _find_silences(log: str, length: float) -> tuple[Span, ...]:
    """Return the silences; one without an end lasts to the end of the file."""
    starts, ends = (
        [max(float(t), 0.0) for t in re.findall(rf"silence_{event}: {_NUMBER}", log)] for event in ("start", "end")
    )
    ends += [length] * (len(starts) - len(ends))
    return tuple(Span(start=a, end=b) for a, b in zip(starts, ends, strict=True))
