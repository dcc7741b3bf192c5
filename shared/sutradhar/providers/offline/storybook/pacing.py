"""Choose how much of a story fits a length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, Language, Voice
from sutradhar.domain.plan.speech_duration import LENGTH_TOLERANCE, rest_sec, scene_sec
from sutradhar.providers.offline.storybook.stories import Beat

MIN_SCENES = 3
"""The fewest scenes of a version that is longer than the shortest one."""
_MOST_SEC = MAX_TOTAL_SEC + 0.001
_TICK_SEC = 0.05
_BREATH_SEC = 0.6
"""Silence beyond the air that a scene takes without seeming slow."""
_SLACK = 0.03
"""Share of the length that is left to pauses, which can shrink if a voice is slower than its estimate."""

# Costs, as the number of seconds of extra silence that are equally bad: missing the length by all of it; a length that
# is a hundredth too long; leaving out a beat without ``long``; leaving out a beat with ``long``; telling only a part of
# a beat with ``long``. The version of one breath leaves out all beats.
_MISS_COST, _OVER_COST, _BEAT_COST, _LONG_BEAT_COST, _THIN_COST = 1000.0, 4.0, 4.0, 0.3, 0.2
_SHORT_SEC, _SHORT_COST = 4.0, 3.0
"""Average seconds below which scenes look restless, and the cost of each second that is lacking, for each scene."""

Telling = list[tuple[Beat, int]]
"""Beats in the order of telling, each with the number of its sentences that are told."""


@dataclass(frozen=True)
class Pace:
    """The voice that tells the story, and its speed."""

    language: Language
    speed: float = 1.0
    voice: Voice = "F"


def abridge(breath: Sequence[Beat], beats: Sequence[Beat], length_sec: float, pace: Pace) -> Telling:
    """Choose the beats, and the number of sentences of each, that come closest to ``length_sec``.

    ``breath``: the version that takes one breath. Each beat tells the same number of sentences or one more, so that all
    parts of a story are about equally detailed. The beats that tell one more are those whose seconds add up best; the
    time to find them grows with the number of beats, not with the number of combinations. Among versions that fit about
    equally, the one with more beats wins; but of the further beats (with ``long``) rather fewer are told, to their end.
    These come in only when every beat tells two sentences.
    """
    seconds = {id(beat): _seconds(beat, pace) for beat in (*breath, *beats)}
    best: tuple[float, Telling] | None = None
    for version, least in ((breath, 1), (beats, MIN_SCENES)):
        for kept in _selections(version, least):
            told = {id(b) for b in kept}
            left_out = [b for b in beats if id(b) not in told]
            left_out += [b for b in version if version is breath and id(b) not in told]
            cost = sum(_LONG_BEAT_COST if b.long else _BEAT_COST for b in left_out)
            at_least = 2 if any(b.long for b in kept) else 1
            most = max(len(seconds[id(b)]) for b in kept)
            for fewest in range(min(at_least, most), max(most, at_least + 1)):
                for counts in _fit_sentences(kept, [seconds[id(b)] for b in kept], fewest, length_sec):
                    spoken = sum(seconds[id(b)][n - 1] for b, n in zip(kept, counts, strict=True))
                    thin = sum(1 for b, n in zip(kept, counts, strict=True) if b.long and n < len(seconds[id(b)]))
                    found = cost + _THIN_COST * thin + _misfit(spoken, len(kept), length_sec)
                    if best is None or found < best[0]:
                        best = found, list(zip(kept, counts, strict=True))
    if best is None:
        raise ValueError(f"a story needs a version of one breath, or {MIN_SCENES} beats; this has {len(beats)}")
    return best[1]


def _seconds(beat: Beat, pace: Pace) -> list[float]:
    """Return the seconds of the scene with one, two, ... of the beat's sentences."""
    said = beat.sentences(pace.language)
    return [scene_sec(" ".join(said[: n + 1]), pace.language, pace.speed, pace.voice) for n in range(len(said))]


def _misfit(spoken: float, scenes: int, length_sec: float) -> float:
    total = spoken + scenes * rest_sec(spoken, scenes, length_sec)
    off = (total - length_sec) / length_sec
    cost = _MISS_COST * max(abs(off), LENGTH_TOLERANCE) if abs(off) > LENGTH_TOLERANCE or total > _MOST_SEC else 0.0
    cost += _OVER_COST * 100 * max(0.0, off)
    cost += _SHORT_COST * max(0.0, _SHORT_SEC * scenes - total)
    spare = max(0.0, length_sec - spoken)
    return cost + max(0.0, spare - _BREATH_SEC * scenes) + max(0.0, _SLACK * length_sec - spare)


def _stage(beat: Beat) -> tuple[int, int] | None:
    """Return the rank in which ``beat`` is left out, the least first; None: never."""
    if beat.long:
        return 0, -beat.long
    return (1, beat.drop) if beat.drop else None


def _selections(beats: Sequence[Beat], least: int) -> Iterator[list[Beat]]:
    """Yield all of ``beats``, then again and again without the least needed ones, down to ``least`` beats."""
    kept = list(beats)
    for stage in [None, *sorted({s for s in map(_stage, beats) if s})]:
        kept = [b for b in kept if stage is None or _stage(b) != stage]
        if kept and len(kept) >= least:
            yield kept


def _fit_sentences(
    kept: Sequence[Beat], seconds: Sequence[Sequence[float]], fewest: int, length_sec: float
) -> Iterator[list[int]]:
    """Return the numbers of sentences whose sum is nearest below ``length_sec``, and those nearest above it.

    Each beat tells ``fewest`` sentences or one more, if it has them. ``sums[i]`` has bit n set if the first i beats can
    take n ticks. The beats that a story needs most come first, so that where there is a choice the others stay short.
    """
    order = sorted(range(len(kept)), key=lambda i: _stage(kept[i]) or (2, 0), reverse=True)
    low = [min(fewest, len(sec)) for sec in seconds]
    high = [min(fewest + 1, len(sec)) for sec in seconds]
    ticks = [[round(sec / _TICK_SEC) for sec in beat] for beat in seconds]
    more = [ticks[i][high[i] - 1] - ticks[i][low[i] - 1] for i in range(len(kept))]
    sums = [1 << sum(ticks[i][low[i] - 1] for i in range(len(kept)))]
    for i in order:
        sums.append(sums[-1] | sums[-1] << more[i])
    target = round(length_sec / _TICK_SEC)
    for cut in (target, round(target * (1 - _SLACK))):
        below, above = sums[-1] & ((1 << cut + 1) - 1), sums[-1] >> cut + 1
        ends = [below.bit_length() - 1] if below else []
        ends += [(above & -above).bit_length() + cut] if above else []
        for end in ends:
            counts, left = list(low), end
            for step in range(len(order), 0, -1):
                if not sums[step - 1] >> left & 1:
                    i = order[step - 1]
                    counts[i], left = high[i], left - more[i]
            yield counts
