"""Plan without a network: ten stories told in several languages, and true sentences about every other subject."""

from collections.abc import Collection, Sequence

from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.table import FACTS, name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MIN_TOTAL_SEC, Mood
from sutradhar.domain.plan.limits import estimate_video_sec
from sutradhar.domain.plan.notices import describe_unspoken
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.script_parts import group_sentences, split_script
from sutradhar.domain.plan.speech_duration import compute_durations, misses_length
from sutradhar.domain.plan.translation import Localization
from sutradhar.ports.providers import PlanResult
from sutradhar.providers.offline.storybook.generic import write_generic_beats
from sutradhar.providers.offline.storybook.mood import detect_mood
from sutradhar.providers.offline.storybook.pacing import Pace, abridge_story
from sutradhar.providers.offline.storybook.script import split_script_sentences, write_image_prompt
from sutradhar.providers.offline.storybook.stories import Beat, Story, add_languages, load_stories
from sutradhar.providers.offline.storybook.story_search import find_story
from sutradhar.providers.offline.storybook.subject import ends_with_question_mark, extract_subject
from sutradhar.providers.offline.storybook.titles import shorten_text, to_title_case

_TITLE_CHARS = 120
_HEADLINE_CHARS = 60
_GENERIC = tuple(row.tag for row in FACTS.values() if row.has_any_topic)
"""The languages of the sentences about any subject."""


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
            ProviderError: the topic or prompt has no word that can be spoken, or there are no sentences about it in
                the language of the plan.
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
        if language not in _GENERIC:
            raise self._refuse_language(language)
        breath, beats = write_generic_beats(subject, request, language, requested_plan.seed)
        notices = (*requested_plan.notices, *_list_topic_notices(requested_plan))
        scenes = _write_scenes(breath, beats, requested_plan)
        return _complete_plan(
            requested_plan.evolve(notices=notices), scenes, _make_title(request), detect_mood(subject, "curious")
        )

    def _refuse_language(self, language: Language) -> ProviderError:
        name = name_language(language)
        return ProviderError(
            f"the offline planner has no sentences in {name} about this topic",
            provider=str(self.provider_id),
            retryable=False,
            advice=f"write the scenes, or a prompt of several sentences, in {name}; {_describe_stories(language)}; or"
            " set the key of a provider that writes scripts (docs/providers.md)",
        )


def tell_story(story: Story, plan: RenderPlan) -> RenderPlan:
    """Return ``plan`` with the scenes of ``story`` at the requested length, and its title and mood where the user chose
    none.

    Raises:
        ProviderError: the story is not told in the language of the plan.
    """
    language = plan.spoken_language
    if language not in story.languages:
        raise ProviderError(
            f"the story {story.title['en']!r} is not told in {name_language(language)}",
            provider=str(Storybook.provider_id),
            retryable=False,
            advice=f"choose one of {', '.join(map(name_language, story.languages))}",
        )
    whole = add_languages(story, {language, *plan.languages, *plan.subtitle_languages})
    scenes = _write_scenes(whole.breath, whole.beats, plan, story.languages)
    known = [one for one in plan.other_languages if one in story.languages and one not in plan.localizations]
    words = {one: Localization(title=story.title[one], description=story.description[one]) for one in known}
    plan = plan.evolve(localizations={**plan.localizations, **words})
    return _complete_plan(plan, scenes, story.title[language], story.mood)


def _describe_stories(language: Language) -> str:
    """Return the advice to choose a story that is told in ``language``, or another language."""
    titles = [story.title[language] for story in load_stories() if language in story.languages]
    if titles:
        return f"or choose a story that is told in it, such as {titles[0]}"
    names = sorted({name_language(one) for story in load_stories() for one in story.languages})
    return f"or choose a language in which its stories are told ({', '.join(names)})"


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


def _write_scenes(
    breath: Sequence[Beat], beats: Sequence[Beat], plan: RenderPlan, languages: Collection[Language] = _GENERIC
) -> tuple[Scene, ...]:
    """Tell the beats at the requested length, with the same sentences in the other languages that the plan needs.

    ``languages``: those in which the beats are written.
    """
    language = plan.spoken_language
    pace = Pace(language, plan.delivery.speed, plan.gender)
    telling = abridge_story(breath, beats, plan.length_sec, pace)
    narrations = [" ".join(beat.get_sentences(language)[:count]) for beat, count in telling]
    seconds = compute_durations(narrations, language, plan.length_sec, plan.delivery.speed, plan.gender)
    usual = _GENERIC if language in _GENERIC else ()
    needed = dict.fromkeys((*usual, *plan.languages, *plan.subtitle_languages))
    others = [one for one in needed if one != language and one in languages]
    return tuple(
        Scene(
            narration=narration,
            image_prompt=beat.image,
            translations={other: " ".join(beat.get_sentences(other)[:count]) for other in others},
            duration_sec=sec,
            camera=beat.camera,
            transition=beat.transition,
        )
        for (beat, count), narration, sec in zip(telling, narrations, seconds, strict=True)
    )


def _list_topic_notices(plan: RenderPlan) -> list[str]:
    """Return notices about the limits of a text about any topic, and the way to a better one."""
    other: Language = "en" if plan.spoken_language == "hi" else "hi"
    no_facts = (
        "the offline planner knows no facts about the topic, so its text speaks of ways to learn about it; for facts,"
        " write scenes or a prompt of several sentences, or set the key of a provider (docs/providers.md)"
    )
    untranslated = f"the {name_language(other)} captions keep the words of the topic as you wrote them"
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
