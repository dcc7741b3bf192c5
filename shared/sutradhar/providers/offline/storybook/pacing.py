"""Choose how much of a story fits a length."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, Voice
from sutradhar.domain.plan.speech_duration import LENGTH_TOLERANCE, compute_rest_sec, estimate_scene_sec
from sutradhar.providers.offline.storybook.stories import Beat

MIN_SCENES = 3
"""The fewest scenes of a version that is longer than the shortest one."""
_MAX_SEC = MAX_TOTAL_SEC + 0.001
_TICK_SEC = 0.05
"""The sums of seconds are found on a grid of this step."""
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


def abridge_story(breath: Sequence[Beat], beats: Sequence[Beat], length_sec: float, pace: Pace) -> Telling:
    """Choose the beats, and the number of sentences of each, that come closest to ``length_sec``.

    ``breath``: the version that takes one breath. Each beat tells the same number of sentences or one more, so that all
    parts of a story are about equally detailed. The beats that tell one more are those whose seconds add up best; the
    time to find them grows with the number of beats, not with the number of combinations. Among versions that fit about
    equally, the one with more beats wins; but of the further beats (with ``long``) rather fewer are told, to their end.
    These come in only when every beat tells two sentences.

    Raises:
        ValueError: there is no version of one breath, and there are too few beats for another version.
    """
    seconds = {id(beat): _list_scene_seconds(beat, pace) for beat in (*breath, *beats)}
    tellings = _list_tellings(breath, beats, seconds, length_sec)
    best = min(tellings, key=lambda candidate: candidate[0], default=None)
    if best is None:
        raise ValueError(f"a story needs a version of one breath, or {MIN_SCENES} beats; this has {len(beats)}")
    return best[1]


def _list_tellings(
    breath: Sequence[Beat], beats: Sequence[Beat], seconds: Mapping[int, Sequence[float]], length_sec: float
) -> Iterator[tuple[float, Telling]]:
    """Yield the tellings that may fit ``length_sec``, each with its cost.

    ``seconds``: by the id() of a beat, the seconds of its scene with one, two, ... sentences.
    """
    for version, min_beats in ((breath, 1), (beats, MIN_SCENES)):
        for selection in _list_selections(version, min_beats):
            beat_seconds = [seconds[id(beat)] for beat in selection]
            left_out = _list_left_out(beats, selection)
            if version is breath:
                left_out += _list_left_out(breath, selection)
            cost = sum(_LONG_BEAT_COST if beat.long else _BEAT_COST for beat in left_out)
            min_sentences = 2 if any(beat.long for beat in selection) else 1
            max_sentences = max(map(len, beat_seconds))
            for fewest in range(min(min_sentences, max_sentences), max(max_sentences, min_sentences + 1)):
                for counts in _fit_sentences(selection, beat_seconds, fewest, length_sec):
                    spoken_sec = sum(sec[n - 1] for sec, n in zip(beat_seconds, counts, strict=True))
                    telling = list(zip(selection, counts, strict=True))
                    thin = sum(1 for beat, n in telling if beat.long and n < len(seconds[id(beat)]))
                    length_cost = _compute_length_cost(spoken_sec, len(selection), length_sec)
                    yield cost + _THIN_COST * thin + length_cost, telling


def _list_left_out(beats: Sequence[Beat], selection: Sequence[Beat]) -> list[Beat]:
    selected = {id(beat) for beat in selection}
    return [beat for beat in beats if id(beat) not in selected]


def _list_scene_seconds(beat: Beat, pace: Pace) -> list[float]:
    """Return the seconds of the scene with one, two, ... of the beat's sentences."""
    sentences = beat.get_sentences(pace.language)
    texts = (" ".join(sentences[: n + 1]) for n in range(len(sentences)))
    return [estimate_scene_sec(text, pace.language, pace.speed, pace.voice) for text in texts]


def _compute_length_cost(spoken_sec: float, scenes: int, length_sec: float) -> float:
    """Return the cost of the difference between the length of a version and the requested ``length_sec``."""
    total = spoken_sec + scenes * compute_rest_sec(spoken_sec, scenes, length_sec)
    off = (total - length_sec) / length_sec
    cost = _MISS_COST * max(abs(off), LENGTH_TOLERANCE) if abs(off) > LENGTH_TOLERANCE or total > _MAX_SEC else 0.0
    cost += _OVER_COST * 100 * max(0.0, off)
    cost += _SHORT_COST * max(0.0, _SHORT_SEC * scenes - total)
    spare = max(0.0, length_sec - spoken_sec)
    return cost + max(0.0, spare - _BREATH_SEC * scenes) + max(0.0, _SLACK * length_sec - spare)


def _get_drop_rank(beat: Beat) -> tuple[int, int] | None:
    """Return the rank in which ``beat`` is left out, the least first; None: never."""
    if beat.long:
        return 0, -beat.long
    return (1, beat.drop) if beat.drop else None


def _list_selections(beats: Sequence[Beat], min_beats: int) -> Iterator[list[Beat]]:
    """Yield all of ``beats``, then again and again without the least needed ones, down to ``min_beats`` beats."""
    selection = list(beats)
    for rank in [None, *sorted({rank for rank in map(_get_drop_rank, beats) if rank})]:
        selection = [beat for beat in selection if rank is None or _get_drop_rank(beat) != rank]
        if selection and len(selection) >= min_beats:
            yield selection


def _fit_sentences(
    selection: Sequence[Beat], seconds: Sequence[Sequence[float]], fewest: int, length_sec: float
) -> Iterator[list[int]]:
    """Yield the numbers of sentences whose sum is nearest below ``length_sec``, and those nearest above it.

    Each beat tells ``fewest`` sentences or one more, if it has them. ``sums[i]`` has bit n set if the first i beats can
    take n ticks. The beats that a story needs most come first, so that where there is a choice the others stay short.
    """
    order = sorted(range(len(selection)), key=lambda i: _get_drop_rank(selection[i]) or (2, 0), reverse=True)
    low = [min(fewest, len(sec)) for sec in seconds]
    high = [min(fewest + 1, len(sec)) for sec in seconds]
    ticks = [[round(sec / _TICK_SEC) for sec in beat] for beat in seconds]
    more = [ticks[i][high[i] - 1] - ticks[i][low[i] - 1] for i in range(len(selection))]
    sums = [1 << sum(ticks[i][low[i] - 1] for i in range(len(selection)))]
    for i in order:
        sums.append(sums[-1] | sums[-1] << more[i])
    target = round(length_sec / _TICK_SEC)
    for cut in (target, round(target * (1 - _SLACK))):
        below, above = sums[-1] & ((1 << cut + 1) - 1), sums[-1] >> cut + 1
        ends = [below.bit_length() - 1] if below else []
        ends += [(above & -above).bit_length() + cut] if above else []
        for end in ends:
            counts, ticks_left = list(low), end
            for step in range(len(order), 0, -1):
                if not sums[step - 1] >> ticks_left & 1:
                    i = order[step - 1]
                    counts[i], ticks_left = high[i], ticks_left - more[i]
            yield counts
