"""How much of a story fits a length."""

from collections.abc import Sequence
from itertools import product

from sutradhar.domain.pacing import scene_sec
from sutradhar.domain.plan import Language
from sutradhar.providers.storybook.stories import Beat

_MIN_SCENES = 3
_BREATH_SEC = 0.6
"""Silence beyond the air that a scene takes without seeming slow."""
_BEAT_COST = 4.0
"""A beat less is as bad as this many seconds of slowness."""


def abridge(beats: Sequence[Beat], language: Language, length_sec: float, speed: float = 1.0) -> list[tuple[Beat, int]]:
    """Which beats to tell, and how many of each one's sentences, to come closest to ``length_sec`` from below.

    More beats are worth a little more silence.
    """
    seconds = {
        id(beat): [
            scene_sec(" ".join(beat.sentences(language)[: n + 1]), language, speed)
            for n in range(len(beat.sentences(language)))
        ]
        for beat in beats
    }
    best: tuple[float, list[tuple[Beat, int]]] | None = None
    for dropped in range(max((b.drop or 0) for b in beats) + 1):
        kept = [b for b in beats if b.drop is None or b.drop > dropped]
        if len(kept) < _MIN_SCENES:
            break
        # Each beat tells so many sentences or one more, so that no part of the story is much thinner than another.
        most = max(len(seconds[id(b)]) for b in kept)
        for fewest, *more in product(range(1, most), *([(0, 1)] * len(kept))):
            counts = [min(len(seconds[id(b)]), fewest + extra) for b, extra in zip(kept, more, strict=True)]
            spare = length_sec - sum(seconds[id(b)][n - 1] for b, n in zip(kept, counts, strict=True))
            # A version that is too long cannot be mended; one that is a little short breathes.
            misfit = -100 * spare if spare < 0 else max(0.0, spare - _BREATH_SEC * len(kept))
            cost = misfit + _BEAT_COST * dropped + 0.01 * spare
            if best is None or cost < best[0]:
                best = cost, list(zip(kept, counts, strict=True))
    if best is None:
        raise ValueError(f"a story needs {_MIN_SCENES} beats, this has {len(beats)}")
    return best[1]
