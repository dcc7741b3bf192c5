"""List what a video will lack or show differently from its plan, before anything is made."""

from collections.abc import Iterator

from sutradhar.domain.plan.limits import expected_sec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import misses_length
from sutradhar.domain.video.timeline_builder import list_caption_languages
from sutradhar.pipeline.own_media import find_notices
from sutradhar.pipeline.services import Services
from sutradhar.ports.providers import Written

_LANGUAGES = {"en": "English", "hi": "Hindi"}
_IN_PROVIDERS = ", and name it in PROVIDERS where that is set"


def collect_notices(services: Services, written: Written, wanted: RenderPlan) -> list[str]:
    """Return a notice for each part of ``wanted`` that the video will lack or show differently."""
    plan = written.plan
    return [
        *plan.notices,
        *(f"the plan was written by {written.provider} instead of {f.provider}: {f.reason}" for f in written.fallbacks),
        *find_other_length(written, wanted),
        *_find_deaf_voice(services, plan),
        *_find_missing_sounds(services, plan),
        *_find_missing_captions(written),
        *_find_unused_translations(plan),
        *_find_unseen_characters(plan),
        *_find_unused_photos(services, plan),
        *_find_missing_footage(services, plan),
        *find_notices(services, plan),
    ]


def find_other_length(written: Written, wanted: RenderPlan) -> Iterator[str]:
    expected = expected_sec(written.plan)
    if not misses_length(expected, wanted):
        return
    if not wanted.scenes:
        reason = written.length_reason or "its narration takes that long to say"
        yield f"the video will be about {expected:.0f} s long instead of {wanted.length_sec} s: {reason}"
        return
    default = RenderPlan.model_fields["length_sec"].default
    as_long_as_clips = any(s.clip and not s.narration and s.duration_sec is None for s in wanted.scenes)
    if wanted.length_sec != default and not as_long_as_clips:
        yield f"length_sec {wanted.length_sec} is not used: the scenes make the video about {expected:.0f} s long"


def _find_deaf_voice(services: Services, plan: RenderPlan) -> Iterator[str]:
    speaker = plan.spoken_language, plan.gender, plan.manner
    if plan.delivery.emotion and not services.narrator.acts(*speaker):
        yield f"the voice of {services.narrator.maker(*speaker)} cannot express an emotion; it speaks in its usual tone"


def _find_missing_sounds(services: Services, plan: RenderPlan) -> Iterator[str]:
    asked = sum(len(scene.sounds) for scene in plan.scenes)
    if asked and services.sounds.empty:
        yield (
            f"{asked} sounds are left out: no sound library is set up; set FREESOUND_API_KEY or"
            f" ELEVENLABS_API_KEY{_IN_PROVIDERS}"
        )


def _find_missing_captions(written: Written) -> Iterator[str]:
    have = list_caption_languages(written.plan)
    failed = ", ".join(dict.fromkeys(fallback.provider for fallback in written.fallbacks))
    why, key = f"{failed} could not add one", ""
    if not failed:
        why, key = "no translator is set up", "set OPENAI_API_KEY or GEMINI_API_KEY for a planner that translates, "
    for language in written.plan.subtitle_languages:
        if language not in have:
            name = _LANGUAGES[language]
            yield (
                f"{name} captions are left out: the text has no {name} translation and {why}; {key}give each scene"
                " translations, or drop the language from subtitle_languages"
            )


def _find_unused_translations(plan: RenderPlan) -> Iterator[str]:
    spoken = plan.spoken_language
    for number, scene in enumerate(plan.scenes, 1):
        if scene.translations and not scene.narration:
            yield f"the translations of scene {number} are not used: it has no narration; write one, or a title"
        elif (own := scene.translations.get(spoken)) and own.split() != scene.narration.split():
            yield (
                f"the {_LANGUAGES[spoken]} translation of scene {number} is not used: its captions in that language are"
                " the words of the narration"
            )


def _find_unseen_characters(plan: RenderPlan) -> Iterator[str]:
    seen = {name for scene in plan.scenes for name in scene.characters}
    for character in plan.characters:
        if character.name not in seen:
            yield f"{character.name} is shown in no scene: name them in scenes[].characters"


def _find_unused_photos(services: Services, plan: RenderPlan) -> Iterator[str]:
    names = [character.name for character in plan.characters if character.image]
    if names and not services.images.keeps_likeness:
        photos = f"the photo of {names[0]} is" if len(names) == 1 else f"the photos of {', '.join(names)} are"
        yield (
            f"{photos} not used: {services.images.name} cannot draw from a photo and uses the words of look; set"
            f" OPENAI_API_KEY or GEMINI_API_KEY for images that keep a likeness{_IN_PROVIDERS}"
        )


def _find_missing_footage(services: Services, plan: RenderPlan) -> Iterator[str]:
    asked = [plan.footage_of(scene) for scene in plan.scenes]
    if (count := asked.count("stock")) and services.footage.empty:
        yield (
            f"{_scenes(count)} an image instead of stock footage: no footage library is set up; set PEXELS_API_KEY or"
            f" PIXABAY_API_KEY{_IN_PROVIDERS}"
        )
    if (count := asked.count("generated")) and services.clips.empty:
        yield (
            f"{_scenes(count)} an image instead of a generated clip: no clip generator is set up; set GEMINI_PROJECT"
            f"{_IN_PROVIDERS}"
        )


def _scenes(count: int) -> str:
    return "1 scene shows" if count == 1 else f"{count} scenes show"
