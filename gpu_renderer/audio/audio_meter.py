"""A film's sound as the gate needs it: its level, its silences, and its envelope, to be held against the narrations."""

import base64
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from gpu_renderer.audio.audio_source import AudioSource
from gpu_renderer.core.ffmpeg_command import finish_command, open_file
from gpu_renderer.core.ffmpeg_process import Cancelled, Process, find_errors
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.quality_gate import MAX_SILENCE_SEC, Heard, Span
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.stores import BlobStore

SILENT_LUFS = -70.0
"""What the EBU R 128 meter says of silence: its absolute gate."""
SILENT_DBTP = -120.0
"""Instead of minus infinity, which JSON does not have."""

_SILENCE = "-50dB"
_HOP_SEC = 0.01
_HOP = round(_HOP_SEC * SAMPLE_RATE)
_FLOOR_DB = 25.0
"""Below a narration's loudest: what is quieter is lost in the music under it (as in ``tracks.spoken``)."""
_PART_SEC = 3.0
_SEARCH = 40
"""Hops to either side in which a narration is looked for."""
_LIVELY_DB = 3.0
"""Standard deviation of an envelope from which on it can be told from another, and its place be found."""
_BLOCK = SAMPLE_RATE * 2 * 4 * 4
_NUMBER = r"(-?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf)|nan)"

Envelope = npt.NDArray[np.float64]
"""Level in dB of full scale for every 10 ms; -120 for silence."""


class AudioMeasurement(Frozen):
    """What decoding a sound track to its end has shown."""

    integrated_lufs: float
    true_peak_dbtp: float
    silences: tuple[Span, ...]
    envelope: str
    """One byte for every 10 ms in base64: half decibels below full scale."""
    errors: tuple[str, ...]

    def levels(self) -> Envelope:
        return np.frombuffer(base64.b64decode(self.envelope), np.uint8) / -2.0


@dataclass(frozen=True)
class Narration:
    """What a narration should sound like, taken from its recording. ``start_sec``: where it is in the film."""

    scene: int
    start_sec: float
    levels: Envelope


def measure_command(sound: Path) -> list[str]:
    """ffmpeg: meters the sound, and hands its samples on as 32-bit float stereo on stdout."""
    heard = open_file(sound)["a:0"]
    heard = heard.filter("silencedetect", noise=_SILENCE, duration=MAX_SILENCE_SEC)
    heard = heard.filter("ebur128", peak="true", framelog="verbose")
    sink = heard.output("pipe:", format="f32le", ac=2, ar=SAMPLE_RATE)
    return finish_command(sink, log_level="level+info")


def measure_audio(sound: Path, length: float, cancel: threading.Event | None = None) -> AudioMeasurement:
    """Decode the first sound track of ``sound``, which is ``length`` seconds long.

    Raises:
        Cancelled, RenderError: nothing could be decoded.
    """
    powers: list[Envelope] = []
    with Process(measure_command(sound), stage="gate", stream=True) as process:
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
    """What should be heard where, from the recordings themselves and not from the mix: a mix may be what is wrong.

    Raises:
        RenderError: a recording is gone or cannot be used; names the scene.
        Cancelled: ``cancel`` was set.
    """
    found = []
    stop = cancel or threading.Event()
    for voice in timeline.narrations:
        what, path = f"the narration of scene {voice.scene + 1}", workdir / f"heard-{voice.media.sha256}"
        with AudioSource(blobs, voice.media.blob, voice.samples, path, what, voice.scene, stop) as recording:
            heard = recording.read(0, voice.samples)
        levels = _to_decibels(_measure_power(heard))
        found.append(Narration(voice.scene, voice.start / SAMPLE_RATE, levels))
    return tuple(found)


def match_narrations(track: AudioMeasurement, expected: Sequence[Narration]) -> tuple[Heard, ...]:
    """How well each stretch of some seconds of each narration is heard in ``track``, and how late.

    Two envelopes, cut off ``_FLOOR_DB`` below their loudest, are correlated at every lag; music ducked under a voice
    stays below that. A stretch that is even (a tone, a pause) has no shape to find and is left out.
    """
    film = track.levels()
    found: list[Heard] = []
    for narration in expected:
        parts = max(round(len(narration.levels) * _HOP_SEC / _PART_SEC), 1)
        offset = 0
        for part in np.array_split(narration.levels, parts):
            start = narration.start_sec / _HOP_SEC + offset
            offset += len(part)
            shape = np.maximum(part, narration.levels.max() - _FLOOR_DB)
            if len(part) < 2 * _SEARCH or shape.std() < _LIVELY_DB:
                continue
            found.append(_match(film, shape, start, narration.scene))
    return tuple(found)


def _match(film: Envelope, shape: Envelope, start: float, scene: int) -> Heard:
    first = round(start)
    padded = np.pad(film, (_SEARCH, _SEARCH + len(shape)), constant_values=-120.0)
    first = min(max(first, 0), len(padded) - len(shape) - 2 * _SEARCH)
    around = padded[first : first + len(shape) + 2 * _SEARCH]
    around = np.maximum(around, around.max() - _FLOOR_DB)
    windows = np.lib.stride_tricks.sliding_window_view(around, len(shape))
    centred = windows - windows.mean(axis=1, keepdims=True)
    wanted = shape - shape.mean()
    size = np.sqrt((centred**2).sum(axis=1) * (wanted**2).sum())
    likeness = np.where(size > 0, centred @ wanted / np.maximum(size, 1e-9), 0.0)
    best = int(likeness.argmax())
    late = (best - _SEARCH + round(start) - start) * _HOP_SEC
    return Heard(
        scene=scene,
        start=start * _HOP_SEC,
        end=(start + len(shape)) * _HOP_SEC,
        likeness=round(float(likeness[best]), 3),
        late_sec=round(late, 3),
    )


def _measure_power(samples: npt.NDArray[np.float32]) -> Envelope:
    """Mean square of every ``_HOP`` samples, channels averaged; the last may be shorter."""
    squares = np.einsum("sc,sc->s", samples, samples) / max(samples.shape[1], 1)
    edges = np.arange(0, len(squares), _HOP)
    counts = np.diff(np.append(edges, len(squares)))
    return np.asarray(np.add.reduceat(squares, edges) / counts, np.float64) if len(squares) else np.zeros(0)


def _to_decibels(power: Envelope) -> Envelope:
    return np.asarray(10 * np.log10(np.maximum(power, 1e-12)), np.float64)


def _find_level(pattern: str, log: str, floor: float) -> float:
    """The last such figure: the meter also reports when the graph is set up anew."""
    found = re.findall(pattern, log)
    return max(float(found[-1]), floor) if found and found[-1] != "nan" else floor


def _find_silences(log: str, length: float) -> tuple[Span, ...]:
    """Silences; one that never ends lasts to the end of the file."""
    starts, ends = (
        [max(float(t), 0.0) for t in re.findall(rf"silence_{event}: {_NUMBER}", log)] for event in ("start", "end")
    )
    ends += [length] * (len(starts) - len(ends))
    return tuple(Span(start=a, end=b) for a, b in zip(starts, ends, strict=True))
