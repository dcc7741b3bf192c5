"""Plan without a network: ten stories told in two languages, and true sentences about every other subject."""

from collections.abc import Sequence

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MIN_TOTAL_SEC, Mood
from sutradhar.domain.plan.limits import estimate_video_sec
from sutradhar.domain.plan.notices import describe_unspoken
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.script_parts import group_sentences, split_script
from sutradhar.domain.plan.speech_duration import compute_durations, misses_length
from sutradhar.ports.providers import PlanResult
from sutradhar.providers.offline.storybook.generic import write_generic_beats
from sutradhar.providers.offline.storybook.mood import detect_mood
from sutradhar.providers.offline.storybook.pacing import Pace, abridge_story
from sutradhar.providers.offline.storybook.script import split_script_sentences, write_image_prompt
from sutradhar.providers.offline.storybook.stories import Beat, Story
from sutradhar.providers.offline.storybook.story_search import find_story
from sutradhar.providers.offline.storybook.subject import ends_with_question_mark, extract_subject
from sutradhar.providers.offline.storybook.titles import shorten_text, to_title_case

_TITLE_CHARS = 120
_HEADLINE_CHARS = 60
_NAMES: dict[Language, str] = {"en": "English", "hi": "Hindi"}
_OTHER: dict[Language, Language] = {"en": "hi", "hi": "en"}


class Storybook:
    """A Planner that needs no network.

    It tells a story of the package if the plan names one. Otherwise it uses the script in the prompt, or writes about
    the subject of the topic or prompt.
    """

    provider_id = ProviderId("storybook", "1")

    def usage(self, requested_plan: RenderPlan) -> None:
        """Return None: writing is free."""

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return self.write_plan(requested_plan)

    def plan(self, requested_plan: RenderPlan) -> PlanResult:
        """See ``Planner``."""
        plan = self.write_plan(requested_plan)
        reason = _explain_length(requested_plan, estimate_video_sec(plan))
        return PlanResult(plan, str(self.provider_id), length_reason=reason)

    def write_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        """Return ``requested_plan`` with title, scenes, mood and language. The result depends on nothing else.

        Raises:
            ProviderError: the topic or prompt has no word that can be spoken.
        """
        if requested_plan.scenes:
            return _complete_scenes(requested_plan)
        if sentences := split_script_sentences(requested_plan.prompt or ""):
            return _plan_script(requested_plan, sentences)
        language = requested_plan.spoken_language
        request = _find_request(requested_plan)
        subject = extract_subject(request)
        if not subject:
            raise ProviderError(
                "the topic has no word that can be spoken",
                provider=str(self.provider_id),
                retryable=False,
                advice="write the topic in words",
            )
        if story := find_story(subject):
            return tell_story(story, requested_plan)
        breath, beats = write_generic_beats(subject, request, language, requested_plan.seed)
        notices = (*requested_plan.notices, *_list_topic_notices(requested_plan))
        scenes = _write_scenes(breath, beats, requested_plan)
        return _complete_plan(
            requested_plan.evolve(notices=notices), scenes, _make_title(request), detect_mood(subject, "curious")
        )


def tell_story(story: Story, plan: RenderPlan) -> RenderPlan:
    """Return ``plan`` with the scenes of ``story`` at the requested length, and its title and mood where the user chose
    none."""
    scenes = _write_scenes(story.breath, story.beats, plan)
    return _complete_plan(plan, scenes, story.title[plan.spoken_language], story.mood)


def _complete_scenes(plan: RenderPlan) -> RenderPlan:
    """Return ``plan``, whose scenes the user wrote, with title and mood."""
    narration = next((s.narration for s in plan.scenes if s.narration), "")
    text = " ".join(s.narration or s.image_prompt for s in plan.scenes)
    title = _make_title(plan.topic) or _make_headline(plan.prompt or narration)
    return _complete_plan(plan, plan.scenes, title, detect_mood(text))


def _plan_script(plan: RenderPlan, sentences: Sequence[str]) -> RenderPlan:
    """Return ``plan`` with the ``sentences`` of its prompt as scenes."""
    prompt, language = plan.prompt or "", plan.spoken_language
    if notice := describe_unspoken("the script", prompt):
        plan = plan.evolve(notices=(*plan.notices, notice))
    narrations = group_sentences(list(sentences), language)
    seconds = compute_durations(narrations, language, plan.length_sec, plan.delivery.speed, plan.gender)
    scenes = [
        Scene(narration=narration, image_prompt=write_image_prompt(narration), duration_sec=sec)
        for narration, sec in zip(narrations, seconds, strict=True)
    ]
    return _complete_plan(plan, scenes, _make_headline(sentences[0]), detect_mood(prompt))


def _complete_plan(plan: RenderPlan, scenes: Sequence[Scene], title: str | None, mood: Mood) -> RenderPlan:
    """Return ``plan`` with ``scenes``, and with ``title`` and ``mood`` where the user chose none."""
    music = plan.music
    if music.enabled and music.mood is None:
        music = music.evolve(mood=mood)
    return RenderPlan.model_validate(
        {
            **dict(plan),
            "title": plan.title or title,
            "scenes": tuple(scenes),
            "music": music,
            "language": plan.spoken_language,
        }
    )


def _write_scenes(breath: Sequence[Beat], beats: Sequence[Beat], plan: RenderPlan) -> tuple[Scene, ...]:
    """Tell the beats at the requested length, with the same sentences in the other language."""
    language = plan.spoken_language
    pace = Pace(language, plan.delivery.speed, plan.gender)
    telling = abridge_story(breath, beats, plan.length_sec, pace)
    narrations = [" ".join(beat.get_sentences(language)[:count]) for beat, count in telling]
    seconds = compute_durations(narrations, language, plan.length_sec, plan.delivery.speed, plan.gender)
    other = _OTHER[language]
    return tuple(
        Scene(
            narration=narration,
            image_prompt=beat.image,
            translations={other: " ".join(beat.get_sentences(other)[:count])},
            duration_sec=sec,
            camera=beat.camera,
            transition=beat.transition,
        )
        for (beat, count), narration, sec in zip(telling, narrations, seconds, strict=True)
    )


def _list_topic_notices(plan: RenderPlan) -> list[str]:
    """Return notices about the limits of a text about any topic, and the way to a better one."""
    other = _OTHER[plan.spoken_language]
    no_facts = (
        "the offline planner knows no facts about the topic, so its text speaks of ways to learn about it; for facts,"
        " write scenes or a prompt of several sentences, or set the key of a provider (docs/providers.md)"
    )
    untranslated = f"the {_NAMES[other]} captions keep the words of the topic as you wrote them"
    return [no_facts, untranslated] if other in plan.subtitle_languages else [no_facts]


def _explain_length(requested_plan: RenderPlan, expected: float) -> str:
    """Return why a video of ``expected`` seconds misses the requested length, and what to do; empty if it does not."""
    length = requested_plan.length_sec
    if not misses_length(expected, requested_plan):
        return ""
    if split_script_sentences(requested_plan.prompt or ""):
        change = "write more" if expected < length else "shorten it"
        return f"your text takes that long to say; {change}, or set the length to {max(expected, MIN_TOTAL_SEC):.0f} s"
    if expected > length:
        return "the topic alone takes most of the time to say; shorten the topic, or ask for a longer video"
    return (
        "the offline planner cannot say more about it without inventing or repeating something; write scenes or a"
        " prompt of several sentences, or set the key of a provider (docs/providers.md)"
    )


def _find_request(plan: RenderPlan) -> str:
    """Return the topic, or the first sentence of the prompt with a subject, without the wishes after it ("Keep it
    short.")."""
    if plan.topic:
        return plan.topic
    return next((s for s in split_script(plan.prompt or "") if extract_subject(s)), "")


def _make_title(request: str | None) -> str | None:
    subject = extract_subject(request or "")
    if not request or not subject:
        return None
    mark = "?" if ends_with_question_mark(request) else ""
    return shorten_text(to_title_case(subject), _TITLE_CHARS - len(mark)) + mark


def _make_headline(text: str) -> str | None:
    """Return a title for running text: the beginning of its first sentence."""
    first = next(iter(split_script(text)), "")
    return shorten_text(extract_subject(first), _HEADLINE_CHARS) or None
