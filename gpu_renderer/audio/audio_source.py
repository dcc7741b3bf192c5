"""Read audio files of the blob store from any sample on: plain WAV directly, all others decoded by ``media.audio``."""

import errno
import threading
import wave
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np

from gpu_renderer.audio.loudness import BLOCK, Audio, Levels, measure_levels
from gpu_renderer.core.ffmpeg_process import Cancelled
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import NotFound, RenderError
from sutradhar.media.audio import decode_audio
from sutradhar.media.formats import MediaError
from sutradhar.ports.stores import BlobStore

TOLERANCE = SAMPLE_RATE // 100
"""Samples by which a file may be shorter or longer than the timeline says; it is padded with silence, or cut."""

_ADVICE = "replace it with an audio file that plays from beginning to end, such as a WAV, or make it again with a retry"
_FRAME = 8
"""Bytes of one converted sample of both channels."""
LOUDEST = 16.0
"""24 dB over full scale; a larger sample in a float file is damage."""


class _Layout(NamedTuple):
    """The place of the samples in a file: from byte ``offset`` on, ``channels`` interleaved, ``frames`` of each."""

    offset: int
    channels: int
    dtype: "np.dtype[Any]"
    frames: int

    def from_sample(self, start: int, samples: int) -> "_Layout":
        """Return the layout of at most ``samples`` samples from sample ``start`` on."""
        skipped = min(start, self.frames)
        offset = self.offset + skipped * self.channels * self.dtype.itemsize
        return self._replace(offset=offset, frames=min(self.frames - skipped, samples))


@dataclass(frozen=True)
class Excerpt:
    """The part of a file that is heard; if the file ends sooner, silence follows."""

    start: int
    """First sample of the part at 48 kHz, counted from the first audio of the file or from ``zero_sec``."""
    zero_sec: float | None = None
    """The time stamp that counts as 0: that of a clip's first frame, so that audio and frames stay in step."""
    indexed: bool = False
    """True if a decoder can seek to a place near ``start`` and finds time stamps there."""
    file: Path | None = None
    """The local file if it was fetched already, else None."""
    most_missing: int | None = None
    """Samples by which the file may end too soon; None: any number."""


class AudioSource:
    """An audio file as ``samples`` samples at 48 kHz: mono in both channels, more than two channels mixed down.

    Args:
        path: the place for a local copy of the file; a converted copy is written next to it.
        what: names the file in errors.
        excerpt: the part that is read; None for the whole file.

    Raises:
        RenderError: stage ``sound``: the file is missing, holds no audio, or is damaged; or, without an excerpt, its
        length differs from ``samples`` by more than ``TOLERANCE``.
        Cancelled: ``cancel`` was set.
    """

    def __init__(
        self,
        blobs: BlobStore,
        blob: str,
        samples: int,
        path: Path,
        what: str,
        scene: int | None,
        cancel: threading.Event,
        excerpt: Excerpt | None = None,
    ) -> None:
        self._what, self._scene, self.samples = what, scene, samples
        try:
            source = (excerpt and excerpt.file) or blobs.fetch(blob, path)
        except NotFound as exc:
            raise self._build_error(f"there is no file {blob}") from exc
        self.file = source
        """The local copy of the file as it was sent."""
        layout = _find_wav_layout(source)
        if layout is not None and excerpt is not None:
            layout = layout.from_sample(excerpt.start, samples)
        if layout is None:
            source = self._convert(source, path.with_name(f"{path.name}.f32"), cancel, excerpt)
            layout = _Layout(0, 2, np.dtype("<f4"), source.stat().st_size // _FRAME)
        self._layout = layout
        length = layout.frames
        most_missing = TOLERANCE if excerpt is None else excerpt.most_missing
        if length - samples > TOLERANCE or (most_missing is not None and samples - length > most_missing):
            longer = "or more " if length > samples and layout.dtype.kind == "f" else ""
            raise self._build_error(f"{blob} has {length} {longer}samples at 48 kHz, the timeline says {samples}")
        self._opened: BinaryIO = source.open("rb")

    def read(self, start: int, count: int) -> Audio:
        """Return ``count`` samples from sample ``start`` on, (count, 2); silence after the end of the file."""
        offset, channels, dtype, length = self._layout
        there = max(min(count, length - start), 0)
        width = channels * dtype.itemsize
        self._opened.seek(offset + start * width)
        coded = np.frombuffer(self._opened.read(there * width), dtype).reshape(-1, channels)
        if len(coded) < there:
            raise self._build_error("the file ends too soon")
        samples = np.zeros((count, 2), np.float32)
        if dtype.kind == "f":
            # a damaged float file can hold anything, and one NaN would silence the whole video
            samples[:there] = np.clip(np.nan_to_num(coded), -LOUDEST, LOUDEST)
        else:
            np.multiply(coded, np.float32(1 / 32768), out=samples[:there])
        return samples

    def levels(self) -> Levels:
        """Measure the whole source."""
        return measure_levels(self.read(at, min(BLOCK, self.samples - at)) for at in range(0, self.samples, BLOCK))

    def _convert(self, source: Path, target: Path, cancel: threading.Event, excerpt: Excerpt | None) -> Path:
        """Write the audio of ``source`` to ``target`` as raw floats, at most a little more than the timeline has.

        Floats keep samples over full scale (MP3, a downmix, a float WAV) until the mix lowers them.
        """
        if excerpt is None:
            blocks = decode_audio(source, seconds=(self.samples + TOLERANCE + 1) / SAMPLE_RATE)
        else:
            blocks = decode_audio(
                source,
                excerpt.start / SAMPLE_RATE,
                self.samples / SAMPLE_RATE,
                zero_sec=excerpt.zero_sec,
                seeks=excerpt.indexed,
            )
        try:
            with target.open("wb") as out:
                for block in blocks:
                    out.write(block.tobytes())
                    if cancel.is_set():
                        raise Cancelled
        except MediaError as exc:
            raise self._build_error(f"it {exc.reason}") from exc
        except OSError as exc:
            advice = "free some disk space and retry" if exc.errno in (errno.ENOSPC, errno.EDQUOT) else _ADVICE
            raise RenderError(f"cannot convert {self._what}: {exc.strerror}", stage="sound", advice=advice) from exc
        return target

    def _build_error(self, reason: str) -> RenderError:
        return build_source_error(self._what, self._scene, reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()


def build_source_error(what: str, scene: int | None, reason: str) -> RenderError:
    """Return the error that says why the audio file called ``what`` cannot be used."""
    return RenderError(f"cannot use {what}: {reason}", stage="sound", scene=scene, advice=_ADVICE)


def count_samples(path: Path, cancel: threading.Event) -> int:
    """Return how many samples at 48 kHz an AudioSource of ``path`` has, by decoding it: many headers only guess.

    Raises:
        RenderError: there is no audio in it.
        Cancelled: ``cancel`` was set.
    """
    layout = _find_wav_layout(path)
    if layout is not None:
        return layout.frames
    count = 0
    try:
        for block in decode_audio(path):
            count += len(block)
            if cancel.is_set():
                raise Cancelled
    except MediaError as exc:
        raise RenderError(f"it {exc.reason}", stage="sound") from exc
    return count


def _find_wav_layout(path: Path) -> _Layout | None:
    """Return the layout of a WAV file of 16 bit, 48 kHz, one or two channels; None for any other file."""
    with suppress(wave.Error, EOFError), path.open("rb") as file, wave.open(file, "rb") as opened:
        channels, width, rate, frames = opened.getparams()[:4]
        offset = file.tell()  # opening reads up to the first sample
        whole = offset + frames * channels * width <= path.stat().st_size
        if rate == SAMPLE_RATE and width == 2 and channels in (1, 2) and whole:
            return _Layout(offset, channels, np.dtype("<i2"), frames)
    return None
