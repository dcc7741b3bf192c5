"""Read a long audio file in the order of time without a converted copy, whose 23 MB a minute would fill the memory that
is the disk of a machine in the cloud."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np

from gpu_renderer.audio.audio_source import LOUDEST, build_source_error
from gpu_renderer.audio.loudness import BLOCK, Audio, Levels, measure_levels
from gpu_renderer.core.ffmpeg_process import Cancelled
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import NotFound
from sutradhar.media.audio import decode_audio
from sutradhar.media.formats import MediaError
from sutradhar.ports.stores import BlobStore

LONGEST_LOSS = SAMPLE_RATE // 2
"""Samples by which the file may be shorter than its upload check said: damaged files are."""


class AudioStream:
    """An audio file as ``samples`` samples at 48 kHz from sample ``start`` on, as AudioSource gives them.

    Reading on from the last sample decodes on; reading an earlier sample decodes again from ``start`` on.

    Args:
        path: the place for a local copy of the file.
        what: names the file in errors.

    Raises:
        RenderError: stage ``sound``: the file is missing, holds no audio, or ends more than ``LONGEST_LOSS`` too soon;
        ``read`` raises it too.
        Cancelled: ``cancel`` was set.
    """

    def __init__(
        self, blobs: BlobStore, blob: str, start: int, samples: int, path: Path, what: str, cancel: threading.Event
    ) -> None:
        self._what, self._blob, self._start, self.samples, self._cancel = what, blob, start, samples, cancel
        try:
            self._file = blobs.fetch(blob, path)
        except NotFound as exc:
            raise build_source_error(what, None, f"there is no file {blob}") from exc
        self._restart()

    def _restart(self) -> None:
        self._at = 0
        self._left = np.zeros((0, 2), np.float32)
        self._blocks: Iterator[Audio] = decode_audio(self._file, self._start / SAMPLE_RATE, self.samples / SAMPLE_RATE)

    def read(self, start: int, count: int) -> Audio:
        """Return ``count`` samples from sample ``start`` on, (count, 2); silence after the end of the file."""
        if start < self._at:
            self._restart()
        while self._at < start and self._fill():
            skipped = min(len(self._left), start - self._at)
            self._left, self._at = self._left[skipped:], self._at + skipped
        samples = np.zeros((count, 2), np.float32)
        end = 0
        while end < count and self._fill():
            part = self._left[: count - end]
            samples[end : end + len(part)] = part
            end += len(part)
            self._left, self._at = self._left[len(part) :], self._at + len(part)
        return np.clip(np.nan_to_num(samples, copy=False), -LOUDEST, LOUDEST, out=samples)

    def _fill(self) -> bool:
        """Decode until there are samples to read; return False at the end of the file."""
        while not len(self._left):
            if self._cancel.is_set():
                raise Cancelled
            try:
                block = next(self._blocks, None)
            except MediaError as exc:
                raise build_source_error(self._what, None, f"it {exc.reason}") from exc
            if block is None:
                self._check_length()
                return False
            self._left = block
        return True

    def _check_length(self) -> None:
        if self.samples - self._at > LONGEST_LOSS:
            reason = f"{self._blob} has {self._at} samples at 48 kHz, the timeline says {self.samples}"
            raise build_source_error(self._what, None, reason)

    def levels(self) -> Levels:
        """Measure the whole source."""
        return measure_levels(self.read(at, min(BLOCK, self.samples - at)) for at in range(0, self.samples, BLOCK))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._blocks = iter(())
