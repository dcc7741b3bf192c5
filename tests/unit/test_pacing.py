"""Test the choice of the beats and sentences that fit a length."""

import pytest

from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.speech_duration import LENGTH_TOLERANCE, MAX_HOLD_SEC, estimate_scene_sec
from sutradhar.providers.offline.storybook.pacing import Pace, Telling, abridge_story
from sutradhar.providers.offline.storybook.stories import Beat


def make_beat(text: str, count: int = 3, words: int = 8, **level: int) -> Beat:
    lines = tuple(f"{text} {'word ' * words}and so on." for _ in range(count))
    return Beat(image="a hill", camera="hold", en=lines, hi=lines, **level)


def make_beats(further: int) -> list[Beat]:
    long = [make_beat(f"Long {n}", long=n + 1) for n in range(further)]
    first, last = [make_beat("First"), make_beat("Second", drop=2)], [make_beat("Fourth"), make_beat("Last")]
    return [*first, *long, make_beat("Third", drop=1), *last]


def sum_seconds(telling: Telling, pace: Pace) -> float:
    texts = (" ".join(beat.get_sentences(pace.language)[:count]) for beat, count in telling)
    return sum(estimate_scene_sec(text, pace.language, pace.speed, pace.voice) for text in texts)


@pytest.mark.parametrize("speed", [0.7, 1.0, 1.2])
@pytest.mark.parametrize("voice", ["F", "M"])
@pytest.mark.parametrize("length", [*range(5, 60, 3), *range(60, 601, 60)])
def test_sixty_beats_fit_any_length(length: int, voice: Voice, speed: float) -> None:
    pace = Pace("en", speed, voice)
    beats = make_beats(60)
    breath = [make_beat("A", 1, 5), make_beat("B", 1, 3, drop=2), make_beat("C", 1, 3, drop=1)]
    telling = abridge_story(breath, beats, length, pace)
    sec = sum_seconds(telling, pace)
    assert sec <= (1 + LENGTH_TOLERANCE) * length
    assert sec + MAX_HOLD_SEC * len(telling) >= (1 - LENGTH_TOLERANCE) * length
    source = breath if telling[0][0] is breath[0] else beats
    order = [id(b) for b in source]
    assert [order.index(id(b)) for b, _ in telling] == sorted(order.index(id(b)) for b, _ in telling)
    counts = {n for _, n in telling}
    assert max(counts) - min(counts) <= 1
    if further := [b.long for b, _ in telling if b.long]:
        assert sorted(further) == list(range(1, len(further) + 1))
        assert min(counts) >= 2
        assert {id(b) for b in beats if not b.long} <= {id(b) for b, _ in telling}


def test_beats_that_need_each_other_come_together() -> None:
    pairs = [make_beat(f"Pair {n}", long=1 + n // 2) for n in range(20)]
    beats = [make_beat("First"), *pairs, make_beat("Middle"), make_beat("Last")]
    for length in range(30, 300, 10):
        further = [b.long for b, _ in abridge_story([], beats, length, Pace("en")) if b.long]
        assert all(further.count(n) == 2 for n in further)
