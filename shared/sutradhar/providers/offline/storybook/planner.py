"""The offline planner: ten stories told in two languages, and something honest to say about everything else."""

from collections.abc import Sequence

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.choices import MIN_TOTAL_SEC, Language, Mood
from sutradhar.domain.plan.limits import expected_sec
from sutradhar.domain.plan.notices import left_out_notice
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.script_parts import group_sentences, split_script
from sutradhar.domain.plan.speech_duration import durations, misses_length
from sutradhar.ports.providers import PlanResult
from sutradhar.providers.offline.storybook.generic import generic_beats
from sutradhar.providers.offline.storybook.mood import mood_of
from sutradhar.providers.offline.storybook.pacing import Pace, abridge
from sutradhar.providers.offline.storybook.script import image_prompt, script_sentences
from sutradhar.providers.offline.storybook.stories import Beat
from sutradhar.providers.offline.storybook.topic import bare, cut, named_story, title_case

_TITLE_CHARS = 120
_HEADLINE_CHARS = 60
_NAMES: dict[Language, str] = {"en": "English", "hi": "Hindi"}
_OTHER: dict[Language, Language] = {"en": "hi", "hi": "en"}


class Storybook:
    """A Planner that needs no network: a story of the package if one is named, else the script or the subject given."""

    provider_id = ProviderId("storybook", "1")

    def usage(self, requested_plan: RenderPlan) -> None:
        """Return None: writing is free."""

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return self.write_plan(requested_plan)

    def plan(self, wanted: RenderPlan) -> PlanResult:
        """See ``Planner``."""
        plan = self.write_plan(wanted)
        return PlanResult(plan, str(self.provider_id), length_reason=_length_reason(wanted, expected_sec(plan)))

    def write_plan(self, wanted: RenderPlan) -> RenderPlan:
        """``wanted`` with title, scenes, mood and language. Depends on nothing but ``wanted``.

        Raises:
            ProviderError: the topic or prompt has no word that can be said.
        """
        language = wanted.spoken_language
        if wanted.scenes:
            said = next((s.narration for s in wanted.scenes if s.narration), "")
            text = " ".join(s.narration or s.image_prompt for s in wanted.scenes)
            return self._filled(
                wanted, wanted.scenes, _title(wanted.topic) or _headline(wanted.prompt or said), mood_of(text)
            )
        if sentences := script_sentences(wanted.prompt or ""):
            if notice := left_out_notice("the script", wanted.prompt or ""):
                wanted = wanted.evolve(notices=(*wanted.notices, notice))
            narrations = group_sentences(sentences, language)
            seconds = durations(narrations, language, wanted.length_sec, wanted.delivery.speed, wanted.gender)
            scenes = [
                Scene(narration=n, image_prompt=image_prompt(n), duration_sec=sec)
                for n, sec in zip(narrations, seconds, strict=True)
            ]
            return self._filled(wanted, scenes, _headline(sentences[0]), mood_of(wanted.prompt or ""))
        asked = _first_sentence(wanted)
        phrase = bare(asked)
        if not phrase:
            raise ProviderError(
                "there is no word here that can be said",
                provider=str(self.provider_id),
                retryable=False,
                advice="write the topic in words",
            )
        if story := named_story(phrase):
            told = _told(story.breath, story.beats, language, wanted)
            return self._filled(wanted, told, story.title[language], story.mood)
        breath, beats = generic_beats(phrase, asked, language, wanted.seed)
        wanted = wanted.evolve(notices=(*wanted.notices, *_free_topic_notices(wanted)))
        return self._filled(wanted, _told(breath, beats, language, wanted), _title(asked), mood_of(phrase, "curious"))

    @staticmethod
    def _filled(wanted: RenderPlan, scenes: Sequence[Scene], title: str | None, mood: Mood) -> RenderPlan:
        music = wanted.music
        if music.enabled and music.mood is None:
            music = music.evolve(mood=mood)
        return RenderPlan.model_validate(
            {
                **dict(wanted),
                "title": wanted.title or title,
                "scenes": tuple(scenes),
                "music": music,
                "language": wanted.spoken_language,
            }
        )


def _told(breath: Sequence[Beat], beats: Sequence[Beat], language: Language, wanted: RenderPlan) -> tuple[Scene, ...]:
    """Tell the beats at the wanted length, with the same sentences in the other language."""
    pace = Pace(language, wanted.delivery.speed, wanted.gender)
    chosen = abridge(breath, beats, wanted.length_sec, pace)
    narrations = [" ".join(beat.sentences(language)[:count]) for beat, count in chosen]
    seconds = durations(narrations, language, wanted.length_sec, wanted.delivery.speed, wanted.gender)
    other = _OTHER[language]
    return tuple(
        Scene(
            narration=narration,
            image_prompt=beat.image,
            translations={other: " ".join(beat.sentences(other)[:count])},
            duration_sec=sec,
            camera=beat.camera,
            transition=beat.transition,
        )
        for (beat, count), narration, sec in zip(chosen, narrations, seconds, strict=True)
    )


def _free_topic_notices(wanted: RenderPlan) -> list[str]:
    """Return notices about the limits of a text about any topic, and the way to a better one."""
    other = _OTHER[wanted.spoken_language]
    facts = (
        "the offline planner knows no facts about the topic, so its text speaks of ways to learn about it; for facts,"
        " write scenes or a prompt of several sentences, or set the key of a provider (docs/providers.md)"
    )
    kept = f"the {_NAMES[other]} captions keep the words of the topic as you wrote them"
    return [facts, kept] if other in wanted.subtitle_languages else [facts]


def _length_reason(wanted: RenderPlan, expected: float) -> str:
    """Return why a video of ``expected`` seconds misses the requested length, and what to do; empty if it does not."""
    if not misses_length(expected, wanted):
        return ""
    if script_sentences(wanted.prompt or ""):
        change = "write more" if expected < wanted.length_sec else "shorten it"
        return f"your text takes that long to say; {change}, or set the length to {max(expected, MIN_TOTAL_SEC):.0f} s"
    if expected > wanted.length_sec:
        return "the topic alone takes most of the time to say; shorten the topic, or ask for a longer video"
    return (
        "the offline planner cannot say more about it without inventing or repeating something; write scenes or a"
        " prompt of several sentences, or set the key of a provider (docs/providers.md)"
    )


def _first_sentence(wanted: RenderPlan) -> str:
    """The topic; of a prompt only what asks, not the wishes that follow ("Make it short.")."""
    if wanted.topic:
        return wanted.topic
    return next((s for s in split_script(wanted.prompt or "") if bare(s)), "")


def _title(asked: str | None) -> str | None:
    phrase = bare(asked or "")
    if not asked or not phrase:
        return None
    mark = "?" if asked.rstrip(" \"'”’").endswith("?") else ""
    return cut(title_case(phrase), _TITLE_CHARS - len(mark)) + mark


def _headline(text: str) -> str | None:
    """A title from running text: how its first sentence begins."""
    first = next(iter(split_script(text)), "")
    return cut(bare(first), _HEADLINE_CHARS) or None
