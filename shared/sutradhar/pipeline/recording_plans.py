"""Write the scenes of a video whose narration is the user's own recording. No voice is asked for, and none is paid."""

from collections.abc import Iterator, Sequence

from sutradhar.domain.core.errors import FieldError, ProviderError
from sutradhar.domain.plan.choices import MAX_SCENES, MAX_TOTAL_SEC, MIN_TOTAL_SEC
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.script_parts import (
    divide_text,
    draw_narration,
    group_sentences,
    match_narrations,
    split_script,
)
from sutradhar.domain.text.words import locate_words, split_words
from sutradhar.pipeline.audio_checks import measure_own_audio
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_files import open_upload
from sutradhar.pipeline.upload_records import read_uploads
from sutradhar.ports.providers import Planner, PlanResult

_ADVICE = "give its text, a topic for the images, or scenes; with WHISPER_MODEL its words are recognised"
_WORDS_LATER = "the words of the recording are recognised when the video is made; the scenes are written from them"
_ANY_TOPIC = "a story"
"""The topic of an estimate for a recording whose words are not recognised yet."""


def write_recording_plan(services: Services, planner: Planner, plan: RenderPlan, *, listens: bool) -> PlanResult:
    """Return ``plan``, which has a ``narration_audio``, with its scenes. The words stay as given or recognised;
    ``planner`` writes the title, the images and translations.

    ``listens``: recognise words that are not given; False: leave that plan as it is, with a notice.

    Raises:
        ProviderError: the recording is gone or cannot be used, or no planner answers.
    """
    assert plan.narration_audio
    if not knows_words(plan) and services.providers.listener.recognizes_speech:
        if not listens:
            return PlanResult(plan.evolve(notices=(*plan.notices, _WORDS_LATER)), str(planner.provider_id))
        plan = plan.evolve(narration_audio=plan.narration_audio.evolve(text=_recognize(services, plan)))
    if prepared := prepare_scenes(plan):
        return planner.plan(prepared)
    result = planner.plan(_ask_for_images(services, plan))
    return PlanResult(
        _keep_images(plan, result.plan), result.provider, result.fallbacks, result.provenance, result.length_reason
    )


def knows_words(plan: RenderPlan) -> bool:
    """Return whether ``plan`` has the words of its recording."""
    own = plan.narration_audio
    return bool(own and own.text) or any(scene.narration for scene in plan.scenes)


def find_unknown_words(services: Services, plan: RenderPlan) -> Iterator[FieldError]:
    """Yield an error for a recording of which neither the words nor the images are known."""
    if not plan.narration_audio or plan.scenes or plan.topic or plan.prompt or knows_words(plan):
        return
    if not services.providers.listener.recognizes_speech:
        yield FieldError("narration_audio.text", f"is missing; {_ADVICE}")


def draft_recording_plan(services: Services, planner: Planner, plan: RenderPlan) -> RenderPlan:
    """Return a plan of the size that ``write_recording_plan`` writes, free of charge. Raise ProviderError."""
    if prepared := prepare_scenes(plan):
        return planner.draft_plan(prepared)
    about = plan if plan.topic or plan.prompt else plan.evolve(topic=_ANY_TOPIC)
    return _keep_images(plan, planner.draft_plan(_ask_for_images(services, about)))


def prepare_scenes(plan: RenderPlan) -> RenderPlan | None:
    """Return ``plan`` with scenes that have the words of the recording; None if a planner has to write the scenes.

    The words are in the narrations of the scenes from here on, so that a review can correct them.
    """
    assert plan.narration_audio
    text, language = plan.narration_audio.text, plan.spoken_language
    if not text:
        return plan if plan.scenes else None
    if plan.scenes:
        narrations = _spread_text(text, plan)
        scenes = [scene.evolve(narration=one) for scene, one in zip(plan.scenes, narrations, strict=True)]
    else:
        narrations = group_sentences(split_script(text) or [text], language, max_scenes=MAX_SCENES)
        scenes = [Scene(narration=one, image_prompt=draw_narration(one)) for one in narrations]
    own = plan.narration_audio.evolve(text="")
    return plan.evolve(scenes=tuple(scenes), narration_audio=own, language=language)


def _spread_text(text: str, plan: RenderPlan) -> list[str]:
    """Return the part of ``text`` for each scene: by the narrations that the scenes have, or else by length."""
    narrations = [scene.narration for scene in plan.scenes]
    if not any(narrations):
        return divide_text(text, plan.spoken_language, len(narrations))
    places = [(start, end) for _, start, end in locate_words([text])]
    ends = match_narrations(narrations, split_words(text))
    return [_slice(text, places[a:b]) for a, b in zip([0, *ends[:-1]], ends, strict=True)]


def _slice(text: str, places: Sequence[tuple[int, int]]) -> str:
    return text[places[0][0] : places[-1][1]] if places else ""


def _recognize(services: Services, plan: RenderPlan) -> str:
    """Return the words that are spoken. Raise ProviderError if the file is gone, or cannot be used."""
    own = plan.narration_audio
    assert own
    with open_upload(services, own.upload) as (_, path):
        return (
            services.providers.listener.recognize_speech(path, own.start_sec, own.end_sec, plan.spoken_language) or ""
        )


def _ask_for_images(services: Services, plan: RenderPlan) -> RenderPlan:
    """Return a plan without the recording, for whose topic a planner writes scenes that last as long.

    Raises:
        ProviderError: the plan names no topic.
    """
    if not (plan.topic or plan.prompt):
        raise ProviderError(
            "the recording has no text, no topic and no scenes",
            provider="recording",
            retryable=False,
            advice=_ADVICE,
        )
    own = plan.narration_audio
    uploads = read_uploads(services, {own.upload}) if own else {}
    seconds = measure_own_audio(plan, uploads) or plan.length_sec
    length = round(min(max(seconds, MIN_TOTAL_SEC), MAX_TOTAL_SEC))
    return plan.evolve(narration_audio=None, length_sec=length)


def _keep_images(plan: RenderPlan, written_plan: RenderPlan) -> RenderPlan:
    """Return the written plan with the recording of ``plan``, and without the words that the recording does not say."""
    scenes = [scene.evolve(narration="", translations={}, duration_sec=None) for scene in written_plan.scenes]
    return written_plan.evolve(
        scenes=tuple(scenes),
        narration_audio=plan.narration_audio,
        length_sec=plan.length_sec,
        notices=plan.notices,
    )
