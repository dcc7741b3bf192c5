"""Refuse a plan that cannot be made as requested, before it becomes a job."""

from collections.abc import Iterator

from sutradhar.domain.assets.requests import needs_voice
from sutradhar.domain.core.errors import FieldError, InvalidRequest, ProviderError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.language.scripts import SCRIPTS, Script
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.plan.choices import FootageSource
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.tracks import choose_speaker
from sutradhar.domain.text.letter_scripts import list_other_scripts
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.pipeline.audio_plans import draft_plan
from sutradhar.pipeline.recording_plans import find_unknown_words
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.translations import refuse_untranslated
from sutradhar.ports.providers import ClipGenerator, FootageLibrary


def refuse_impossible(services: Services, job: Job) -> None:
    """Raise InvalidRequest that names every field at fault."""
    errors = [*_find_unsayable(services, job.requested_plan), *find_unspoken(services, job.requested_plan)]
    if not errors:  # a language that no voice speaks needs no second reason
        errors += find_untranslatable(services, job.requested_plan)
    errors += find_undrawable(services, job.requested_plan)
    if job.requested_plan.strict:
        errors += _find_missing_providers(services, job)
    if errors:
        raise InvalidRequest(errors)


def _find_unsayable(services: Services, plan: RenderPlan) -> Iterator[FieldError]:
    """Yield an error for a topic or a prompt without a word that can be spoken."""
    yield from find_unknown_words(services, plan)
    if plan.scenes or plan.song or plan.narration_audio:
        return
    path, text = ("topic", plan.topic) if plan.topic else ("prompt", plan.prompt or "")
    if not any(character.isalnum() for character in f"{plan.topic or ''}{plan.prompt or ''}"):
        yield FieldError(path, f"has no word that can be said; write it in words (got {text[:40]!r})")
    elif path == "prompt" and not _has_paid_planner(services) and not read_narration(text).text:
        yield FieldError(path, "has nothing to say once stage directions and headings are taken out; write a sentence")


def find_untranslatable(services: Services, plan: RenderPlan) -> Iterator[FieldError]:
    """Yield an error for a plan that nothing writes in its language, or whose narration nothing translates into a
    language of ``languages``."""
    if services.providers.translator.available or not _has_rare_language(plan):
        return
    try:
        script = plan if plan.scenes else draft_plan(services, services.providers.planner, plan)
    except ProviderError as exc:
        yield FieldError("language", f"{exc}: {exc.advice}" if exc.advice else str(exc))
        return
    try:
        refuse_untranslated(script)
    except ProviderError as exc:
        yield FieldError("languages", f"{exc}: {exc.advice}")


def _has_rare_language(plan: RenderPlan) -> bool:
    """Return whether ``plan`` needs a language in which the offline planner does not write about everything."""
    if plan.song or plan.narration_audio:
        return False
    return bool(plan.other_languages) or not (plan.scenes or FACTS[plan.spoken_language].has_any_topic)


def find_undrawable(services: Services, plan: RenderPlan) -> Iterator[FieldError]:
    """Yield an error for each script of the words in the video whose font the renderer lacks."""
    needed: dict[Script, str] = {}
    for path, script in _list_drawn_scripts(plan):
        needed.setdefault(script, path)
    missing = set(services.runner.list_missing_scripts()) if needed else set[Script]()
    for script in needed.keys() & missing:
        facts = SCRIPTS[script]
        why = f"the font of {facts.name} is not installed: install {facts.package}, such as by `apt-get install`"
        yield FieldError(needed[script], f"has words that cannot be drawn: {why}")


def _list_drawn_scripts(plan: RenderPlan) -> Iterator[tuple[str, Script]]:
    """Yield the scripts of the words that the video shows, beside those that every renderer draws, with the fields that
    have these words."""
    language = plan.spoken_language
    drawn = [("language", language)]
    if plan.language_output == "videos":
        drawn += [("languages", other) for other in plan.other_languages]
    captions = plan.render.burn_captions
    if captions and captions != "none":
        drawn.append(("render.burn_captions", captions))
    for path, tag in drawn:
        if FACTS[tag].script not in ("Latn", "Cyrl", "Deva"):
            yield path, FACTS[tag].script
    texts = {"title": plan.title or "", "watermark": plan.watermark.text if plan.watermark else ""}
    is_captioned = captions != "none" and plan.language_output == "videos"
    for i, scene in enumerate(plan.scenes):
        titles = {"title": scene.title, "lower_third": scene.lower_third}
        texts |= {f"scenes[{i}].{name}": f"{one.text} {one.subtext or ''}" for name, one in titles.items() if one}
        texts[f"scenes[{i}].narration"] = scene.narration if is_captioned else ""
    yield from ((path, script) for path, text in texts.items() for script in list_other_scripts(text, language))


def _has_paid_planner(services: Services) -> bool:
    return services.providers.call_gate.has_paid_providers and services.providers.call_gate.is_paid(
        services.providers.planner.provider_id
    )


def find_unspoken(services: Services, plan: RenderPlan) -> Iterator[FieldError]:
    """Yield an error for each language of the narration that no narrator speaks."""
    if not needs_voice(plan):
        return
    narrator = services.providers.narrator
    for language in (plan.spoken_language, *plan.other_languages):
        voice = choose_speaker(plan, language).voice
        if narrator.supports_voice(language, voice):
            continue
        try:
            narrator.provider_for(language, voice)
        except ProviderError as exc:
            path = "languages" if language in plan.languages else "language"
            yield FieldError(path, f"{exc}: {exc.advice}" if exc.advice else str(exc))


def _find_missing_providers(services: Services, job: Job) -> Iterator[FieldError]:
    """Yield an error for each asset of a strict plan that no configured provider can make."""
    plan = job.requested_plan
    visual_sources: tuple[tuple[FootageSource, FootageLibrary | ClipGenerator, str, str], ...] = (
        ("stock", services.providers.footage, "stock footage", "PEXELS_API_KEY or PIXABAY_API_KEY"),
        ("generated", services.providers.clips, "generated clips", "GEMINI_PROJECT"),
    )
    for source, library, things, key in visual_sources:
        if (path := _path_of(plan, source)) and not library.available:
            yield FieldError(path, _explain(f"no provider of {things} is set up", f"set {key}"))
    for i, scene in enumerate(plan.scenes):
        if scene.sounds and not services.providers.sounds.available:
            why = _explain("no sound library is set up", "set FREESOUND_API_KEY or ELEVENLABS_API_KEY")
            yield FieldError(f"scenes[{i}].sounds", why)
            break
    if plan.voice_options.named and needs_voice(plan):
        narrator = services.chains_for(services.billing_context(job)).narrator
        try:
            narrator.provider_for(plan.spoken_language, plan.gender, plan.voice_options)
        except ProviderError as exc:
            yield FieldError("voice", f"{exc} ({exc.advice})" if exc.advice else str(exc))


def _path_of(plan: RenderPlan, source: FootageSource) -> str:
    """Return the field that asks for the asset, or nothing."""
    if plan.footage == source:
        return "footage"
    return next((f"scenes[{i}].footage" for i, scene in enumerate(plan.scenes) if scene.footage == source), "")


def _explain(problem: str, advice: str) -> str:
    return f"{problem}, and strict allows no substitute: {advice}, or leave out strict"
