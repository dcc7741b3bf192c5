"""Join the narrations that follow each other in one recording, so that nothing marks the place where scenes change."""

from collections.abc import Iterable

import numpy as np

from gpu_renderer.audio.loudness import HOP, Curve, Levels, levelling_gain, measure_loudness
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.timeline import MediaRef, NarrationClip

CUT_FADE = 8 * HOP
"""Samples over which a recording fades where a cut is heard, so that it does not click."""


class NarrationRun(Frozen):
    """A stretch of one file that is heard without a break from sample ``start`` of the video on."""

    media: MediaRef
    start: int
    samples: int
    source_start: int
    clips: tuple[NarrationClip, ...]
    is_part: bool
    """True if the file is a recording of which several parts are used; False: it is the narration of one scene."""

    @property
    def end(self) -> int:
        return self.start + self.samples

    @property
    def name(self) -> str:
        """Name the run in errors."""
        first, last = self.clips[0].scene + 1, self.clips[-1].scene + 1
        return f"the narration of scene {first}" if first == last else f"the narration of scenes {first} to {last}"

    def fade_gain(self) -> Curve:
        """Return the gain at each millisecond and one more: it falls to 0 where the run cuts into its recording."""
        at = np.arange(-(-self.samples // HOP) + 1) * HOP
        gain = np.ones(len(at), np.float32)
        if self.is_part and self.source_start:
            gain *= np.clip(at / CUT_FADE, 0, 1)
        if self.is_part:
            gain *= np.clip((self.samples - at) / CUT_FADE, 0, 1)
        return gain


def join_narrations(narrations: Iterable[NarrationClip]) -> tuple[NarrationRun, ...]:
    """Return the stretches of which the narrations consist, in the order of time for each recording."""
    clips = tuple(narrations)
    recordings = {clip.media.blob for clip in clips if clip.source_start}
    runs = [_make_run(clip) for clip in clips if clip.media.blob not in recordings]
    parts = sorted((clip for clip in clips if clip.media.blob in recordings), key=lambda clip: clip.start)
    for blob in sorted(recordings):
        joined: list[NarrationRun] = []
        for clip in parts:
            if clip.media.blob == blob:
                _join(joined, clip)
        runs += joined
    return tuple(runs)


def _make_run(clip: NarrationClip, *, is_part: bool = False) -> NarrationRun:
    return NarrationRun(
        media=clip.media,
        start=clip.start,
        samples=clip.samples,
        source_start=clip.source_start,
        clips=(clip,),
        is_part=is_part,
    )


def _join(runs: list[NarrationRun], clip: NarrationClip) -> None:
    """Add ``clip`` to the last run if it goes on there, else as a run of its own."""
    last = runs[-1] if runs else None
    if last and clip.start - clip.source_start == last.start - last.source_start and clip.start <= last.end:
        end = max(last.end, clip.end)
        runs[-1] = last.evolve(samples=end - last.start, clips=(*last.clips, clip))
    else:
        runs.append(_make_run(clip, is_part=True))


def measure_recordings(runs: Iterable[tuple[NarrationRun, Levels]]) -> dict[str, float]:
    """Return the loudness in LUFS of each file, all of its runs together, by its blob."""
    powers: dict[str, list[Curve]] = {}
    for run, levels in runs:
        powers.setdefault(run.media.blob, []).append(levels.power)
    return {blob: measure_loudness(np.concatenate(parts)) for blob, parts in powers.items()}


def level_run(
    run: NarrationRun, levels: Levels, loudness: float, target: float, most_gain_db: float, ceiling: float
) -> Curve:
    """Return the gain that brings the whole recording to ``target`` LUFS with the peaks of this run under ``ceiling``.

    All runs of a recording are raised alike, so that its soft passages stay softer than its loud ones.

    Args:
        loudness: that of the whole recording in LUFS.
        most_gain_db: the most by which a recording is raised.
    """
    own = measure_loudness(levels.power)
    if not run.is_part:
        return levelling_gain(levels, min(target, own + most_gain_db), ceiling)
    gain_db = min(target - loudness, most_gain_db) if np.isfinite(loudness) else 0.0
    return np.asarray(levelling_gain(levels, own + gain_db, ceiling) * run.fade_gain(), np.float32)
