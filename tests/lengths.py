"""Print how long videos become: ``python -m tests.lengths`` by the estimate, ``--real`` with the offline voices.

``python -m tests.lengths check STORY ...`` lists, for the writer of a story, the seconds of each beat in both languages
and the faults of the story.
"""

import sys
from collections.abc import Callable, Iterator

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.limits import estimate_video_sec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import LENGTH_TOLERANCE, NARRATION_PADDING_SEC, estimate_scene_sec
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from sutradhar.providers.offline.hibari import HibariNarrator
from sutradhar.providers.offline.piper import PiperNarrator
from sutradhar.providers.offline.storybook.planner import Storybook
from sutradhar.providers.offline.storybook.stories import Story, load_stories

OfflineNarrator = HibariNarrator | PiperNarrator | EspeakNarrator

LANGUAGES: tuple[Language, ...] = ("en", "hi")
"""The languages of topics without a story, whose stories are told at every length."""
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
"""Fewest and most seconds of a whole beat of a story."""


def write_plan(topic: str, language: Language, length_sec: int, voice: Voice = "F") -> RenderPlan:
    return Storybook().write_plan(RenderPlan(topic=topic, language=language, length_sec=length_sec, voice=voice))


def measure_sec(plan: RenderPlan) -> float:
    """Return the length of the video with the offline voices."""
    kinds: dict[tuple[Language, Voice], type[OfflineNarrator]] = {
        ("en", "F"): HibariNarrator,
        ("en", "M"): PiperNarrator,
    }
    key = plan.spoken_language, plan.gender
    narrator = _NARRATORS.setdefault(key, kinds.get(key, EspeakNarrator)())
    total = 0.0
    for scene in plan.scenes:
        spoken_sec = narrator.narrate(scene.narration, *key, plan.voice_options).samples / 48_000
        total += max(scene.duration_sec or 0.0, spoken_sec + 2 * NARRATION_PADDING_SEC)
    return total


_NARRATORS: dict[tuple[Language, Voice], OfflineNarrator] = {}


def build_table(voices: tuple[Voice, ...], measure: Callable[[RenderPlan], float]) -> Iterator[str]:
    """Yield the rows of a Markdown table: requested lengths, and the resulting lengths and numbers of scenes."""
    yield "| Topic | Language, voice | " + " | ".join(f"{n} s" for n in LENGTHS) + " |"
    yield "|---|---|" + "---|" * len(LENGTHS)
    for topics in ASKED:
        for language, topic in zip(LANGUAGES, topics, strict=True):
            for voice in voices:
                cells = []
                for length in LENGTHS:
                    plan = write_plan(topic, language, length, voice)
                    got = measure(plan)
                    is_missed = abs(got - length) > LENGTH_TOLERANCE * length
                    cells.append(f"{got:.1f} ({len(plan.scenes)}){' **missed**' if is_missed else ''}")
                yield f"| {topic} | {language}, {voice} | " + " | ".join(cells) + " |"


def list_faults(story: Story) -> Iterator[str]:
    """Yield the faults that keep ``story`` from being told well at every length."""
    for language in LANGUAGES:
        for i, beat in enumerate(story.beats):
            sec = estimate_scene_sec(" ".join(beat.get_sentences(language)), language)
            if beat.long and not BEAT_SEC[0] <= sec <= BEAT_SEC[1]:
                right_sec = f"{BEAT_SEC[0]:.0f} to {BEAT_SEC[1]:.0f} s"
                yield f"beat {i + 1} takes {sec:.1f} s in {language}; it should take {right_sec}"
        for voice in ("F", "M"):
            for length in LENGTHS if voice == "F" else LENGTHS[-3:]:  # the quicker voice needs the most text
                plan = write_plan(story.title["en"], language, length, voice)
                got = estimate_video_sec(plan)
                if abs(got - length) > LENGTH_TOLERANCE * length:
                    yield f"{length} s in {language}, voice {voice}: {got:.1f} s in {len(plan.scenes)} scenes"


def _check_stories(names: list[str]) -> int:
    fault_count = 0
    for story in (s for s in load_stories() if s.id in names or not names):
        print(f"\n{story.id}")
        for part, beats in (("breath", story.breath), ("beats", story.beats)):
            for i, beat in enumerate(beats):
                level = f"long {beat.long}" if beat.long else f"drop {beat.drop}" if beat.drop else "always"
                seconds = "   ".join(
                    f"{language} "
                    + " ".join(
                        f"{estimate_scene_sec(' '.join(beat.get_sentences(language)[: n + 1]), language):4.1f}"
                        for n in range(len(beat.get_sentences(language)))
                    )
                    for language in LANGUAGES
                )
                print(f"  {part} {i + 1:2} {level:8} {seconds}   {beat.en[0][:50]}")
        for fault in list_faults(story):
            fault_count += 1
            print(f"  WRONG: {fault}")
    return 1 if fault_count else 0


def main(args: list[str]) -> int:
    if args[:1] == ["check"]:
        return _check_stories(args[1:])
    if args not in ([], ["--real"]):
        print(__doc__)
        return 2
    for row in build_table(("F", "M"), measure_sec if args else estimate_video_sec):
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
