"""Lay words whose times are not known between those that are: on beats if the song has any, else by the voice."""

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.providers.listening.lyric_voice import FRAMES_A_SEC, SongVoice
from sutradhar.providers.listening.lyric_words import SYLLABLE_SEC, LyricTarget, LyricTargets, list_gaps

BEAT_CONFIDENCE, ESTIMATE_CONFIDENCE = 0.1, 0.08
"""The probability that a start which was laid on a beat, or shared out, is within 0.1 s of the true one."""
NEIGHBOUR_CONFIDENCE = 0.3
"""The same for a word in a line of which other words are known."""
_MIN_LINE_SEC = 0.8


def lay_words(targets: LyricTargets, voice: SongVoice, analysis: SongAnalysis) -> None:
    """Give each word of ``targets`` a start that has none."""
    for gap in list(list_gaps(targets)):
        whole = list(range(targets.words[gap[0]].line, targets.words[gap[-1]].line + 1))
        for part in _split_gap(targets, gap, whole):
            _lay_run(targets, part, voice, analysis)


def _split_gap(targets: LyricTargets, gap: range, lines: list[int]) -> list[range]:
    """Return the rest of a line that has begun, the whole lines, and the start of a line whose later words are known.

    The ends of the gap come first, since they are near words that are known.
    """
    parts: list[range] = []
    first, last = gap.start, gap.stop
    line = targets.lines[lines[0]]
    if line.start < first:
        parts.append(range(first, min(line.stop, last)))
        first = min(line.stop, last)
    line = targets.lines[lines[-1]]
    if first < last and line.stop > last:
        begin = max(line.start, first)
        parts.append(range(begin, last))
        last = begin
    return [*parts, range(first, last)] if first < last else parts


def _lay_run(targets: LyricTargets, run: range, voice: SongVoice, analysis: SongAnalysis) -> None:
    words = [targets.words[at] for at in run]
    before = targets.words[run.start - 1] if run.start else None
    after = targets.words[run.stop] if run.stop < len(targets.words) else None
    ceiling = after.start if after and after.start is not None else voice.seconds
    floor = before.start if before and before.start is not None else 0.0
    if before is not None and before.start is not None:
        natural = before.start + before.syllables * SYLLABLE_SEC
        floor = min(max(natural, before.end or 0.0), (before.start + ceiling) / 2)
    same_before = before is not None and before.line == words[0].line
    same_after = after is not None and after.line == words[-1].line
    if words[0].line == words[-1].line and (same_before or same_after):
        _share_line(words, floor, ceiling, has_before=same_before, has_after=same_after)
    else:
        _share_lines(targets, words, floor, ceiling, voice, analysis)


def _share_line(words: list[LyricTarget], floor: float, ceiling: float, *, has_before: bool, has_after: bool) -> None:
    """Share out the time next to words of the same line by syllables."""
    usual = sum(word.syllables for word in words) * SYLLABLE_SEC
    if has_before and has_after:
        first, last = floor, ceiling
    elif has_before:
        first, last = floor, min(ceiling, floor + usual)
    else:
        first, last = max(floor, ceiling - usual), ceiling
    share = (last - first) / max(sum(word.syllables for word in words), 0.1)
    at = first
    for word in words:
        word.place(at, "estimate", NEIGHBOUR_CONFIDENCE)
        at += word.syllables * share


def _share_lines(
    targets: LyricTargets,
    words: list[LyricTarget],
    floor: float,
    ceiling: float,
    voice: SongVoice,
    analysis: SongAnalysis,
) -> None:
    """Share out a part of the song to lines by the time in which a voice is heard, and begin them on beats."""
    lines: dict[int, list[LyricTarget]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    places, voiced = _measure_time(voice, floor, ceiling)
    total = sum(word.syllables for word in words)
    beats = np.array([beat for beat in analysis.beats if floor - 0.05 <= beat < ceiling])
    bars = np.array([bar for bar in analysis.downbeats if floor - 0.05 <= bar < ceiling])
    grid = bars if len(bars) >= len(lines) else beats if len(beats) >= len(lines) else np.zeros(0)
    done, begins = 0.0, []
    for line in lines.values():
        begins.append(float(np.interp(done / total * voiced[-1], voiced, places)))
        done += sum(word.syllables for word in line)
    snapped = _snap(begins, grid)
    for number, line in enumerate(lines.values()):
        start, window_end = snapped[number], targets.windows[line[0].line][1]
        end = snapped[number + 1] if number + 1 < len(snapped) else ceiling
        usual = sum(word.syllables for word in line) * SYLLABLE_SEC * 1.4
        end = min(end, window_end or end, start + max(usual, _MIN_LINE_SEC))
        _lay_line(line, start, max(end, start), beats)


def _measure_time(voice: SongVoice, floor: float, ceiling: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times between ``floor`` and ``ceiling``, and the seconds of voice until each of them."""
    first, last = round(floor * FRAMES_A_SEC), max(round(ceiling * FRAMES_A_SEC), round(floor * FRAMES_A_SEC) + 1)
    active = voice.active[first:last].astype(np.float64)
    active = np.pad(active, (0, max(last - first - len(active), 0)))
    if active.sum() < 0.05 * len(active):
        active = np.ones(len(active))
    times = floor + np.arange(len(active) + 1) / FRAMES_A_SEC
    # a little for every frame, so that each time has one place
    return times, np.concatenate([[0.0], np.cumsum(active + 0.001)]) / FRAMES_A_SEC


def _snap(times: list[float], grid: NDArray[np.float64]) -> list[float]:
    """Return ``times`` on the nearest places of ``grid``, each place once; unchanged if the grid has too few."""
    if len(grid) < len(times):
        return times
    snapped: list[float] = []
    place = -1
    for number, time in enumerate(times):
        nearest = int(np.abs(grid - time).argmin())
        place = min(max(nearest, place + 1), len(grid) - (len(times) - number))
        snapped.append(float(grid[place]))
    return snapped


def _lay_line(line: list[LyricTarget], start: float, end: float, beats: NDArray[np.float64]) -> None:
    """Share out the time of a line by syllables; a word goes to the nearest half of a beat that is free."""
    total = sum(word.syllables for word in line)
    done, times = 0.0, []
    for word in line:
        times.append(start + (end - start) * done / total)
        done += word.syllables
    inside = beats[(beats >= start - 0.01) & (beats < end)]
    if len(inside) >= 2:
        halves = np.sort(np.concatenate([inside, inside[:-1] + np.diff(inside) / 2]))
        times = _snap(times, halves)
    has_beat = len(beats) > 0
    for word, time in zip(line, times, strict=True):
        if has_beat:
            word.place(time, "beats", BEAT_CONFIDENCE)
        else:
            word.place(time, "estimate", ESTIMATE_CONFIDENCE)
