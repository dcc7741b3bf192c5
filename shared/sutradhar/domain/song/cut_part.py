"""Cut the analysis of a song to the part of it that a video plays."""

from collections.abc import Sequence

from sutradhar.domain.song.analysis import ENERGY_STEP_SEC, Section, SongAnalysis, SongFacts

_SHORTEST_SEC = 0.001
"""Seconds. A shorter rest of a section is rounding."""


def cut_analysis(analysis: SongAnalysis, start_sec: float, end_sec: float) -> SongFacts:
    """Return what the analysis knows of the part from ``start_sec`` to ``end_sec``, without the ends of lines.

    Sections are clipped to the part and keep their letters. An end after the song is the end of the song.

    Raises:
        ValueError: the part has no length, or begins after the song.
    """
    start = max(start_sec, 0.0)
    end = min(end_sec, analysis.duration_sec)
    if end <= start:
        raise ValueError(
            f"the part from {start_sec:g} s to {end_sec:g} s has no sound: the song has {analysis.duration_sec:g} s"
        )
    return SongFacts(
        start_sec=start,
        song_sec=analysis.duration_sec,
        tempo_bpm=analysis.tempo_bpm,
        beats=_shift(analysis.beats, start, end),
        downbeats=_shift(analysis.downbeats, start, end),
        sections=tuple(_clip_sections(analysis.sections, start, end)),
        energy=tuple(_cut_energy(analysis.energy, start, end)),
    )


def _shift(times: Sequence[float], start: float, end: float) -> tuple[float, ...]:
    """Return the times from ``start`` to before ``end``, relative to ``start``."""
    return tuple(max(round(at - start, 4), 0.0) for at in times if start - _SHORTEST_SEC / 2 <= at < end)


def _clip_sections(sections: Sequence[Section], start: float, end: float) -> list[Section]:
    clipped = []
    for section in sections:
        begins, ends = max(section.start_sec, start), min(section.end_sec, end)
        if ends - begins >= _SHORTEST_SEC:
            clipped.append(section.evolve(start_sec=round(begins - start, 4), end_sec=round(ends - start, 4)))
    return clipped


def _cut_energy(energy: Sequence[float], start: float, end: float) -> list[float]:
    """Return a value for each step of the part: that of the song's step in which its middle lies."""
    if not energy:
        return []
    count = max(-int(-(end - start) // ENERGY_STEP_SEC), 1)
    middles = (start + (number + 0.5) * ENERGY_STEP_SEC for number in range(count))
    return [energy[min(int(middle / ENERGY_STEP_SEC), len(energy) - 1)] for middle in middles]
