"""Print how long videos become: ``python -m tests.lengths`` by the estimate, ``--real`` with the offline voices.

``python -m tests.lengths check STORY ...`` lists what a writer of a story has to know: the seconds of each beat in both
languages, and the faults of the story.
"""

import sys
from collections.abc import Callable, Iterator

from sutradhar.domain.plan.choices import LANGUAGES, Language, Voice
from sutradhar.domain.plan.limits import expected_sec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import AIR_SEC, LENGTH_TOLERANCE, scene_sec
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from sutradhar.providers.offline.hibari import HibariNarrator
from sutradhar.providers.offline.piper import PiperNarrator
from sutradhar.providers.offline.storybook.planner import Storybook
from sutradhar.providers.offline.storybook.stories import Story, stories

LENGTHS = (5, 10, 15, 30, 60, 120, 300, 600)
ASKED: tuple[tuple[str, str], ...] = (
    ("Prahlad", "प्रह्लाद की कथा"),
    ("The fox and the grapes", "लोमड़ी और अंगूर"),
    ("The water cycle", "जल चक्र"),
    ("The history of tea", "चाय का इतिहास"),
    ("My grandmother's garden", "दादी का बगीचा"),
    ("How do birds find their way home?", "चिड़ियाँ घर का रास्ता कैसे खोजती हैं?"),
)
"""Three stories and three free topics, in English and in Hindi."""
BEAT_SEC = (11.0, 22.0)
"""Shortest and longest seconds of a whole beat of a story."""


def planned(topic: str, language: Language, length_sec: int, voice: Voice = "F") -> RenderPlan:
    wanted = RenderPlan(topic=topic, language=language, length_sec=length_sec, voice=voice)
    return Storybook().write_plan(wanted)


def real_sec(plan: RenderPlan) -> float:
    """Return the length of the video with the offline voices."""
    narrators = {("en", "F"): HibariNarrator, ("en", "M"): PiperNarrator}
    key = plan.spoken_language, plan.gender
    narrator = _NARRATORS.setdefault(key, narrators.get(key, EspeakNarrator)())
    total = 0.0
    for scene in plan.scenes:
        said = narrator.narrate(scene.narration, *key, plan.voice_options).samples / 48_000
        total += max(scene.duration_sec or 0.0, said + 2 * AIR_SEC)
    return total


_NARRATORS: dict[tuple[Language, Voice], HibariNarrator | PiperNarrator | EspeakNarrator] = {}


def table(voices: tuple[Voice, ...], measure: Callable[[RenderPlan], float]) -> Iterator[str]:
    """Yield the rows of a Markdown table: requested lengths, and the resulting lengths and numbers of scenes."""
    yield "| Topic | Language, voice | " + " | ".join(f"{n} s" for n in LENGTHS) + " |"
    yield "|---|---|" + "---|" * len(LENGTHS)
    for topics in ASKED:
        for language, topic in zip(LANGUAGES, topics, strict=True):
            for voice in voices:
                cells = []
                for length in LENGTHS:
                    plan = planned(topic, language, length, voice)
                    got = measure(plan)
                    missed = abs(got - length) > LENGTH_TOLERANCE * length
                    cells.append(f"{got:.1f} ({len(plan.scenes)}){' **missed**' if missed else ''}")
                yield f"| {topic} | {language}, {voice} | " + " | ".join(cells) + " |"


def faults(story: Story) -> Iterator[str]:
    """Yield the faults that keep ``story`` from being told well at every length."""
    for language in LANGUAGES:
        for i, beat in enumerate(story.beats):
            sec = scene_sec(" ".join(beat.sentences(language)), language)
            if beat.long and not BEAT_SEC[0] <= sec <= BEAT_SEC[1]:
                yield f"beat {i + 1} takes {sec:.1f} s in {language}; wanted: {BEAT_SEC[0]:.0f} to {BEAT_SEC[1]:.0f} s"
        for voice in ("F", "M"):
            for length in LENGTHS if voice == "F" else LENGTHS[-3:]:  # the quicker voice needs the most text
                plan = planned(story.title["en"], language, length, voice)
                got = expected_sec(plan)
                if abs(got - length) > LENGTH_TOLERANCE * length:
                    yield f"{length} s in {language}, voice {voice}: {got:.1f} s in {len(plan.scenes)} scenes"


def _check(names: list[str]) -> int:
    bad = 0
    for story in (s for s in stories() if s.id in names or not names):
        print(f"\n{story.id}")
        for part, beats in (("breath", story.breath), ("beats", story.beats)):
            for i, beat in enumerate(beats):
                level = f"long {beat.long}" if beat.long else f"drop {beat.drop}" if beat.drop else "always"
                seconds = "   ".join(
                    f"{language} "
                    + " ".join(
                        f"{scene_sec(' '.join(beat.sentences(language)[: n + 1]), language):4.1f}"
                        for n in range(len(beat.sentences(language)))
                    )
                    for language in LANGUAGES
                )
                print(f"  {part} {i + 1:2} {level:8} {seconds}   {beat.en[0][:50]}")
        for fault in faults(story):
            bad += 1
            print(f"  WRONG: {fault}")
    return 1 if bad else 0


def main(args: list[str]) -> int:
    if args[:1] == ["check"]:
        return _check(args[1:])
    if args not in ([], ["--real"]):
        print(__doc__)
        return 2
    for row in table(("F", "M"), real_sec if args else expected_sec):
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
