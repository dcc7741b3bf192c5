"""Cut the lyrics of a video to one segment. Pure.

A segment holds only what its pixels depend on, so that a word that moves leaves the keys of all other segments alone.
"""

from itertools import pairwise

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.video.timeline import LyricCue, LyricTrack, LyricWordCue

SETTLE_SEC = 0.5
"""Seconds after which every movement of a word or a line has come to rest. Times further away count as this far."""
_BRIDGED_SEC = 4.0
"""The longest gap in which a line of karaoke stays until the next one begins."""


class SegmentLine(Frozen):
    """A lyric line in one segment. Frames count from the segment's first one; those that are past are below 0."""

    start: int
    end: int
    words: tuple[LyricWordCue, ...]
    """All words of the line, since each has its place by the whole line. A word that is sung later starts where the
    segment ends, and one whose movements are over started ``SETTLE_SEC`` before it."""
    following: str = ""
    """The line that stands below while this one is sung (karaoke only)."""
    follows: bool = False
    """True if this line stood below the line before."""


class SegmentLyrics(Frozen):
    """The lyric lines of a segment."""

    look: LyricLook
    lines: tuple[SegmentLine, ...]


def cut_lyrics(track: LyricTrack | None, start: int, end: int, fps: int) -> SegmentLyrics | None:
    """Return the lyrics in the frames from ``start`` up to, not including, ``end``; None if no line is shown."""
    if track is None:
        return None
    settle = round(SETTLE_SEC * fps)
    cues = [cue for cue in track.cues if cue.text.strip()]
    bridged = [_ends_in_next(cue, after, fps) for cue, after in pairwise(cues)] + [False]
    lines = []
    for i, cue in enumerate(cues):
        is_sung_on = track.look == "karaoke" and bridged[i]
        cue_end = cues[i + 1].start if is_sung_on else cue.end
        if not (cue.start < end and cue_end > start):
            continue
        lines.append(
            SegmentLine(
                start=max(cue.start - start, -settle),
                end=min(cue_end - start, end - start + settle),
                words=tuple(_cut_word(word, track.look, start, end, settle) for word in cue.words),
                following=cues[i + 1].text if is_sung_on else "",
                follows=track.look == "karaoke" and i > 0 and bridged[i - 1],
            )
        )
    return SegmentLyrics(look=track.look, lines=tuple(lines)) if lines else None


def _ends_in_next(cue: LyricCue, after: LyricCue, fps: int) -> bool:
    return after.start - cue.end <= _BRIDGED_SEC * fps


def _cut_word(word: LyricWordCue, look: LyricLook, start: int, end: int, settle: int) -> LyricWordCue:
    """Return ``word`` as the frames from ``start`` to ``end`` show it. Only two looks show how long a word is sung."""
    lasts = look in ("karaoke", "handwritten")
    begins, ends = word.start - start, (max(word.end, word.start) if lasts else word.start) - start
    if ends <= -settle:
        begins = ends = -settle
    elif begins >= end - start:
        begins = ends = end - start
    return word.evolve(start=begins, end=ends)
