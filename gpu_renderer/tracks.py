"""What is heard, as tracks that can be read at any sample: narrations and the looped bed, and the bed's gain."""

import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from gpu_renderer.loudness import BLOCK, HOP, Audio, Curve, Levels, analyse, integrated
from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.domain.errors import NotFound, RenderError
from sutradhar.ports.stores import BlobStore

SEAM = SAMPLE_RATE // 50
"""Samples of crossfade where the bed starts again."""

_SPEECH_DB = -25.0  # against the narration's loudness; quieter than that is breath and room
_HOLD_MS = 600  # shorter pauses keep the bed down
_ATTACK_MS, _RELEASE_MS = 100, 300
_FADE_IN_MS, _FADE_OUT_MS = 1000, 2000
_UNDER_SPEECH_DB, _DUCK_DB = -18.0, -6.0


class Recording:
    """A WAV file of the blob store: 16-bit PCM at 48 kHz, one or two channels.

    Raises:
        RenderError: it is missing, not such a file, or its length is not ``samples``. ``what`` names it.
    """

    def __init__(self, blobs: BlobStore, blob: str, samples: int, path: Path, what: str, scene: int | None) -> None:
        self._what, self._scene, self.samples = what, scene, samples
        try:
            self._wave = wave.open(str(blobs.fetch(blob, path)), "rb")  # noqa: SIM115 - closed by our own __exit__
        except NotFound as exc:
            raise self._unreadable(f"there is no file {blob}") from exc
        except (wave.Error, EOFError) as exc:
            raise self._unreadable(f"{blob} is not a PCM WAV file: {exc}") from exc
        found = self._wave.getparams()
        if (found.framerate, found.sampwidth) != (SAMPLE_RATE, 2) or found.nchannels not in (1, 2):
            self._wave.close()
            form = f"{found.framerate} Hz, {8 * found.sampwidth} bit, {found.nchannels} channels"
            raise self._unreadable(f"{blob} is {form}; it must be {SAMPLE_RATE} Hz, 16 bit, mono or stereo")
        if found.nframes != samples:
            self._wave.close()
            raise self._unreadable(f"{blob} has {found.nframes} samples, the timeline says {samples}")

    def read(self, start: int, count: int) -> Audio:
        """(count, 2) from sample ``start``; mono is in both channels."""
        self._wave.setpos(start)
        pcm = np.frombuffer(self._wave.readframes(count), "<i2")
        if len(pcm) != count * self._wave.getnchannels():
            raise self._unreadable("the file ends too soon")
        return np.asarray(np.broadcast_to(pcm.reshape(count, -1), (count, 2)) * np.float32(1 / 32768), np.float32)

    def levels(self) -> Levels:
        return analyse(self.read(at, min(BLOCK, self.samples - at)) for at in range(0, self.samples, BLOCK))

    def _unreadable(self, why: str) -> RenderError:
        return RenderError(
            f"cannot read {self._what}: {why}", stage="sound", scene=self._scene, advice="make it again with a retry"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wave.close()


class Loop:
    """A recording without end: its last ``SEAM`` samples cross into its first with equal power.

    Raises:
        RenderError: it is shorter than two seams.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording, self._period = recording, recording.samples - SEAM
        if self._period < SEAM:
            raise RenderError(
                f"the music is {recording.samples} samples long; it needs {2 * SEAM}", stage="sound",
                advice="use a longer piece of music",
            )  # fmt: skip

    def read(self, start: int, count: int) -> Audio:
        parts: list[Audio] = []
        end = start + count
        while start < end:
            turn, at = divmod(start, self._period)
            part = self._recording.read(at, min(end - start, self._period - at))
            if turn and at < SEAM:
                crossing = min(SEAM - at, len(part))
                angle = ((at + np.arange(crossing, dtype=np.float32) + 0.5) * (np.pi / 2 / SEAM))[:, None]
                part[:crossing] *= np.sin(angle)
                part[:crossing] += self._recording.read(self._period + at, crossing) * np.cos(angle)
            parts.append(part)
            start += len(part)
        return np.concatenate(parts)


def spoken(power: Curve) -> list[tuple[int, int]]:
    """Where a narration speaks, first and last-plus-one millisecond of each stretch; ``power`` as in Levels."""
    loudness = integrated(power)
    if not np.isfinite(loudness):
        return []
    level = np.convolve(power, np.full(21, 1 / 21), "same")
    active = np.concatenate([[0], level > 10 ** ((loudness + 0.691 + _SPEECH_DB) / 10), [0]])
    edges = np.flatnonzero(np.diff(active))
    return [(int(on), int(off)) for on, off in edges.reshape(-1, 2)]


def bed_curve(samples: int, speech: Iterable[tuple[int, int]], volume_db: float) -> Curve:
    """Gain of the bed, at the start of every millisecond and one more, against a bed as loud as the voice.

    We know where the voices are, so the bed is down *when* a word starts, comes back after the last one, and stays
    down over pauses too short to be one. ``speech`` is in milliseconds of the film.
    """
    last = -(-samples // HOP)
    down = np.zeros(last + 1)
    attack, release = _ease(_ATTACK_MS), _ease(_RELEASE_MS)[::-1]
    for on, off in _joined(speech):
        shape = np.concatenate([attack, np.ones(off - on), release])
        start = on - len(attack)
        a, b = max(start, 0), min(start + len(shape), last + 1)
        np.maximum(down[a:b], shape[a - start : b - start], out=down[a:b])
    ducked = min(volume_db + _DUCK_DB, _UNDER_SPEECH_DB)
    ms = np.arange(last + 1)
    # a film shorter than both fades gives each its share
    share = min(1.0, last / (_FADE_IN_MS + _FADE_OUT_MS))
    fade_in, fade_out = max(_FADE_IN_MS * share, 1), max(_FADE_OUT_MS * share, 1)
    fade = np.sin(np.pi / 2 * np.clip(ms / fade_in, 0, 1)) * np.sin(np.pi / 2 * np.clip((last - ms) / fade_out, 0, 1))
    return np.asarray(10 ** ((volume_db + (ducked - volume_db) * down) / 20) * fade)


def at_samples(curve: Curve, start: int, count: int) -> npt.NDArray[np.float32]:
    """(count, 1): ``curve`` from sample ``start``, straight between milliseconds."""
    nodes = curve[start // HOP : -(-(start + count) // HOP) + 1].astype(np.float32)
    step = (np.arange(HOP, dtype=np.float32) / HOP)[None, :]
    between = nodes[:-1, None] * (1 - step) + nodes[1:, None] * step
    return np.asarray(between.reshape(-1, 1)[start % HOP :][:count], np.float32)


def _ease(ms: int) -> Curve:
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * (np.arange(ms) + 0.5) / ms))


def _joined(speech: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for on, off in sorted(speech):
        if found and on - found[-1][1] < _HOLD_MS:
            found[-1] = (found[-1][0], max(off, found[-1][1]))
        else:
            found.append((on, off))
    return found
