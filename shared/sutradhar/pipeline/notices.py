"""List how a video will differ from its plan, before any asset is made."""

from collections.abc import Iterator

from sutradhar.domain.assets.requests import needs_voice
from sutradhar.domain.language.table import name_language
from sutradhar.domain.plan.limits import estimate_video_sec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import misses_length
from sutradhar.domain.video.scene_parts import list_caption_languages
from sutradhar.domain.video.song_plan import find_song_notices
from sutradhar.pipeline.languages import find_language_notices
from sutradhar.pipeline.own_media import find_notices
from sutradhar.pipeline.services import Services
from sutradhar.ports.providers import PlanResult

_IN_PROVIDERS = ", and name it in PROVIDERS where that is set"


def collect_notices(
    services: Services, result: PlanResult, requested_plan: RenderPlan, *, is_translated: bool = True
) -> list[str]:
    """Return a notice for each part of ``requested_plan`` that the video will lack or show differently.

    ``is_translated``: a translator fills in what the plan lacks, and its failures have notices of their own.
    """
    plan = result.plan
    return [
        *plan.notices,
        *(f"the plan was written by {result.provider} instead of {f.provider}: {f.reason}" for f in result.fallbacks),
        *find_other_length(result, requested_plan),
        *find_song_notices(plan),
        *find_language_notices(services, plan),
        *_find_unexpressive_voice(services, plan),
        *_find_unknown_words(services, plan),
        *_find_unused_lengths(plan),
        *_find_missing_sound_effects(services, plan),
        *_find_missing_captions(services, result, is_translated=is_translated),
        *_find_unused_translations(plan),
        *_find_unseen_characters(plan),
        *_find_unused_photos(services, plan),
        *_find_missing_footage(services, plan),
        *find_notices(services, plan),
    ]


def find_other_length(result: PlanResult, requested_plan: RenderPlan) -> Iterator[str]:
    """Yield a notice if the video will be longer or shorter than requested, or if its scenes alone set its length."""
    if requested_plan.song or requested_plan.narration_audio:
        return  # it is as long as the song or the recording
    expected = estimate_video_sec(result.plan)
    if not misses_length(expected, requested_plan):
        return
    if not requested_plan.scenes:
        reason = result.length_reason or "its narration takes that long to say"
        yield f"the video will be about {expected:.0f} s long instead of {requested_plan.length_sec} s: {reason}"
        return
    default = RenderPlan.model_fields["length_sec"].default
    as_long_as_clips = any(s.clip and not s.narration and s.duration_sec is None for s in requested_plan.scenes)
    if requested_plan.length_sec != default and not as_long_as_clips:
        length = requested_plan.length_sec
        yield f"length_sec {length} is not used: the scenes make the video about {expected:.0f} s long"


def _find_unexpressive_voice(services: Services, plan: RenderPlan) -> Iterator[str]:
    speaker = plan.spoken_language, plan.gender, plan.voice_options
    if not needs_voice(plan):
        return
    if plan.delivery.emotion and not services.providers.narrator.supports_emotion(*speaker):
        provider = services.providers.narrator.provider_for(*speaker)
        yield f"the voice of {provider} cannot express an emotion; it speaks in its usual tone"


def _find_unknown_words(services: Services, plan: RenderPlan) -> Iterator[str]:
    """Yield a notice about recordings whose words are not known."""
    if services.providers.listener.recognizes_speech:
        return
    advice = "give the text, or set WHISPER_MODEL to a model that recognises it (docs/voice.md)"
    if plan.narration_audio and not plan.narration_audio.text and not any(one.narration for one in plan.scenes):
        yield f"the recording has no captions, because its words are not known: {advice}"
    silent = [str(i) for i, one in enumerate(plan.scenes, 1) if one.narration_audio and not one.narration]
    if silent:
        scenes = f"scene {silent[0]} has" if len(silent) == 1 else f"scenes {', '.join(silent)} have"
        yield f"{scenes} no captions, because the words of the recording are not known: {advice}"


def _find_unused_lengths(plan: RenderPlan) -> Iterator[str]:
    if plan.narration_audio and any(scene.duration_sec for scene in plan.scenes):
        yield "duration_sec of the scenes is not used: the scenes change in the pauses of the recording"


def _find_missing_sound_effects(services: Services, plan: RenderPlan) -> Iterator[str]:
    asked = sum(len(scene.sounds) for scene in plan.scenes)
    if asked and not services.providers.sounds.available:
        yield (
            f"{asked} sounds are left out: no sound library is set up; set FREESOUND_API_KEY or"
            f" ELEVENLABS_API_KEY{_IN_PROVIDERS}"
        )


def _find_missing_captions(services: Services, result: PlanResult, *, is_translated: bool) -> Iterator[str]:
    if result.plan.song:
        return  # a song has captions in its own language
    has_translator = services.providers.translator.available
    if has_translator and is_translated:
        return
    have = list_caption_languages(result.plan)
    why, key = "no translator is set up", "set OPENAI_API_KEY or GEMINI_API_KEY for a planner that translates, "
    if has_translator:
        why, key = "a changed narration is not translated again", ""
    for language in result.plan.subtitle_languages:
        if language not in have:
            name = name_language(language)
            yield (
                f"{name} captions are left out: the text has no {name} translation and {why}; {key}give each scene"
                " translations, or drop the language from subtitle_languages"
            )


def _find_unused_translations(plan: RenderPlan) -> Iterator[str]:
    language = plan.spoken_language
    for number, scene in enumerate(plan.scenes, 1):
        if scene.translations and not scene.narration:
            yield f"the translations of scene {number} are not used: it has no narration; write one, or a title"
        elif (own := scene.translations.get(language)) and own.split() != scene.narration.split():
            yield (
                f"the {name_language(language)} translation of scene {number} is not used: its captions in that"
                " language are the words of the narration"
            )


def _find_unseen_characters(plan: RenderPlan) -> Iterator[str]:
    shown_names = {name for scene in plan.scenes for name in scene.characters}
    for character in plan.characters:
        if character.name not in shown_names:
            yield f"{character.name} is shown in no scene: name them in scenes[].characters"


def _find_unused_photos(services: Services, plan: RenderPlan) -> Iterator[str]:
    names = [character.name for character in plan.characters if character.image]
    if names and not services.providers.images.capabilities.reference_images:
        photos = f"the photo of {names[0]} is" if len(names) == 1 else f"the photos of {', '.join(names)} are"
        yield (
            f"{photos} not used: {services.providers.images.provider_id} cannot draw from a photo and uses the words of"
            f" look; set OPENAI_API_KEY or GEMINI_API_KEY for images that look like the photo{_IN_PROVIDERS}"
        )


def _find_missing_footage(services: Services, plan: RenderPlan) -> Iterator[str]:
    asked = [plan.footage_of(scene) for scene in plan.scenes]
    if (count := asked.count("stock")) and not services.providers.footage.available:
        yield (
            f"{_scenes(count)} an image instead of stock footage: no footage library is set up; set PEXELS_API_KEY or"
            f" PIXABAY_API_KEY{_IN_PROVIDERS}"
        )
    if (count := asked.count("generated")) and not services.providers.clips.available:
        yield (
            f"{_scenes(count)} an image instead of a generated clip: no clip generator is set up; set GEMINI_PROJECT"
            f"{_IN_PROVIDERS}"
        )


def _scenes(count: int) -> str:
    return "1 scene shows" if count == 1 else f"{count} scenes show"
