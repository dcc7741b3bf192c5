"""A video is as long as was asked for, or a notice says before anything is made that it is not, and why."""

from itertools import product

import pytest

from sutradhar.domain.limits import expected_sec
from sutradhar.domain.pacing import LENGTH_TOLERANCE, MAX_HOLD_SEC, scene_sec
from sutradhar.domain.plan import LANGUAGES, Language, RenderPlan, Voice
from sutradhar.pipeline.notices import find_other_length
from sutradhar.providers.storybook.pacing import Pace, abridge
from sutradhar.providers.storybook.planner import Storybook
from sutradhar.providers.storybook.stories import Beat, Story, stories
from tests.lengths import LENGTHS, faults

COMPLETE = [s for s in stories() if s.breath and any(b.long for b in s.beats)]
"""Stories that have all versions; the others say in a notice that they cannot be so short or so long."""


def said(plan: RenderPlan) -> list[str]:
    wanted = plan
    return list(find_other_length(Storybook().plan(wanted), wanted))


def is_kept(plan: RenderPlan) -> bool:
    sec = expected_sec(Storybook().written(plan))
    return abs(sec - plan.length_sec) <= LENGTH_TOLERANCE * plan.length_sec


@pytest.mark.parametrize("story", COMPLETE, ids=lambda s: s.id)
def test_a_complete_story_keeps_every_length(story: Story) -> None:
    assert list(faults(story)) == []


@pytest.mark.parametrize(("story", "language"), list(product(stories(), LANGUAGES)), ids=lambda v: getattr(v, "id", v))
def test_a_length_is_kept_or_a_notice_says_that_it_is_not(story: Story, language: Language) -> None:
    for length in LENGTHS:
        wanted = RenderPlan(topic=story.title["en"], language=language, length_sec=length)
        assert is_kept(wanted) != bool(said(wanted))


def test_a_notice_says_what_was_asked_what_comes_and_what_to_do() -> None:
    [text] = said(RenderPlan(prompt="A river ran by the house. It sang at night.", length_sec=300))
    assert text.startswith("the video will be about 6 s long instead of 300 s: ")
    assert "write more, or set the length to 6 s" in text
    [text] = said(RenderPlan(topic="a" * 200, length_sec=5))
    assert "shorten the topic" in text
    script = " ".join(f"This is sentence number {n} of a long story." for n in range(40))
    [text] = said(RenderPlan(prompt=script, length_sec=15))
    assert "shorten it" in text


def test_the_length_of_given_scenes_is_theirs() -> None:
    scenes = ({"narration": "One.", "image_prompt": "a hill", "duration_sec": 8},)
    assert said(RenderPlan.parse({"scenes": scenes})) == []
    assert said(RenderPlan.parse({"scenes": scenes, "length_sec": 30})) == [
        "length_sec 30 is not used: the scenes make the video about 8 s long"
    ]
    assert said(RenderPlan.parse({"scenes": scenes, "length_sec": 8})) == []


def beat(text: str, count: int = 3, **level: int) -> Beat:
    lines = tuple(f"{text} {'word ' * 8}{n}." for n in range(count))
    return Beat(image="a hill", camera="hold", en=lines, hi=lines, **level)


def story(further: int) -> list[Beat]:
    long = [beat(f"Long {n}", long=n + 1) for n in range(further)]
    return [beat("First"), beat("Second", drop=2), *long, beat("Third", drop=1), beat("Fourth"), beat("Last")]


def total(told: list[tuple[Beat, int]], pace: Pace) -> float:
    return sum(
        scene_sec(" ".join(b.sentences(pace.language)[:n]), pace.language, pace.speed, pace.voice) for b, n in told
    )


@pytest.mark.parametrize("speed", [0.7, 1.0, 1.2])
@pytest.mark.parametrize("voice", ["F", "M"])
@pytest.mark.parametrize("length", [*range(5, 60, 3), *range(60, 601, 60)])
def test_sixty_beats_fit_any_length(length: int, voice: Voice, speed: float) -> None:
    pace = Pace("en", speed, voice)
    beats = story(60)
    breath = [beat("A", 1), beat("B", 1, drop=2), beat("C", 1, drop=1)]
    told = abridge(breath, beats, length, pace)
    sec = total(told, pace)
    assert sec <= (1 + LENGTH_TOLERANCE) * length
    assert sec + MAX_HOLD_SEC * len(told) >= (1 - LENGTH_TOLERANCE) * length
    source = breath if told[0][0] is breath[0] else beats
    order = [id(b) for b in source]
    assert [order.index(id(b)) for b, _ in told] == sorted(order.index(id(b)) for b, _ in told)
    counts = {n for _, n in told}
    assert max(counts) - min(counts) <= 1
    if further := [b.long for b, _ in told if b.long]:
        assert sorted(further) == list(range(1, len(further) + 1))
        assert min(counts) >= 2
        assert {id(b) for b in beats if not b.long} <= {id(b) for b, _ in told}


def test_beats_that_need_each_other_come_together() -> None:
    beats = [beat("First"), *(beat(f"Pair {n}", long=1 + n // 2) for n in range(20)), beat("Middle"), beat("Last")]
    for length in range(30, 300, 10):
        further = [b.long for b, _ in abridge([], beats, length, Pace("en")) if b.long]
        assert all(further.count(n) == 2 for n in further)
