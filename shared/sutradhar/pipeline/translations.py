"""Translate what a plan lacks in its other languages: narrations, words on the screen, and words around the video.

Each language takes one call, and one more if lines are too long for their scenes. Every answer is stored under the hash
of its request, so neither a repeat of the step nor another job with the same script pays for it again.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace

from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import BudgetExceeded, NotFound, ProviderError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.language.table import name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.translated_plan import (
    add_translations,
    check_texts,
    find_long_narrations,
    find_missing_terms,
    find_untranslated_scenes,
    list_translated_languages,
    make_request,
)
from sutradhar.domain.plan.translation import TranslatedTexts, TranslationRequest
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.ports.translation import TranslationResult, Translator

_WORKERS = 6
"""The languages that are translated at the same time."""
_MIN_EXTRA_SEC = 0.5
"""A scene that gets longer by less is not worth a notice."""

_KEYS = "set OPENAI_API_KEY or GEMINI_API_KEY for a planner that translates"

TranslatorOf = Callable[[Language], Translator]
"""Returns the translator whose calls for a language are charged to the right account."""


@dataclass(frozen=True)
class Translated:
    """A plan with its translations. ``notices``: what differs from the request, and why."""

    plan: RenderPlan
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Answer:
    request: TranslationRequest
    texts: TranslatedTexts
    notices: tuple[str, ...]


def translate_plan(
    services: Services, plan: RenderPlan, translator_of: TranslatorOf, scope: str, *, no_fallbacks: bool = False
) -> Translated:
    """Return ``plan``, which has its scenes, with what it lacks in its other languages.

    Args:
        translator_of: the translator of each language.
        scope: the job that a fallback's answer serves; later jobs ask the first translator again.
        no_fallbacks: a language that cannot be translated is an error, also if only its captions would be missing.

    Raises:
        LeaseHeld: another worker buys the same translation.
        ProviderError: the narration cannot be translated into a language of ``languages``.
    """
    requests = list_requests(plan)
    if not requests:
        return Translated(plan)

    def translate(request: TranslationRequest) -> _Answer | ProviderError:
        try:
            return _translate(services, plan, request, translator_of(request.target), scope)
        except ProviderError as exc:
            return exc

    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most plans need no translation

    with ThreadPoolExecutor(min(_WORKERS, len(requests))) as pool:
        tasks = [pool.submit(copy_context().run, translate, request) for request in requests]
        answers = [task.result() for task in tasks]  # all are stored before an error is raised
    notices: list[str] = []
    for request, first_answer in zip(requests, answers, strict=True):
        # the reservations of calls that ran at the same time have been settled by now
        answer = translate(request) if isinstance(first_answer, BudgetExceeded) else first_answer
        if isinstance(answer, ProviderError):
            if no_fallbacks or not answer.may_fall_back or _needs(plan, request):
                raise answer
            notices.append(_explain_missing(request, answer))
        else:
            plan = add_translations(plan, request.target, request, answer.texts)
            notices += answer.notices
    return Translated(plan, tuple(notices))


def translate_for_job(services: Services, job: Job, plan: RenderPlan) -> Translated:
    """Return ``plan`` with its translations, which are charged to ``job``. Errors: as of ``translate_plan``."""
    if not services.providers.translator.available:
        refuse_untranslated(plan)
        return Translated(plan, find_untranslated_words(plan))

    def translator_of(language: Language) -> Translator:
        context = services.billing_context(job)
        return services.chains_for(replace(context, slot=name_charge(language))).translator

    return translate_plan(services, plan, translator_of, job.id, no_fallbacks=job.requested_plan.strict)


def translate_draft(services: Services, plan: RenderPlan) -> Translated:
    """Return ``plan`` with its translations, for a plan that is no job yet: the calls are charged to no account, and a
    notice tells what nothing translates. Raise as ``translate_plan`` does."""
    translator = services.providers.translator
    if translator.available:
        return translate_plan(services, plan, lambda _language: translator, "draft")
    try:
        refuse_untranslated(plan)
    except ProviderError as exc:
        return Translated(plan, (f"{exc}; {exc.advice}",))
    return Translated(plan, find_untranslated_words(plan))


def find_untranslated_words(plan: RenderPlan) -> tuple[str, ...]:
    """Return a notice about the words around the videos of ``plan`` that have no translation."""
    lacking = [one.target for one in list_requests(plan) if one.target in plan.other_languages]
    if not lacking:
        return ()
    notice = (
        f"title, description, tags and words on the screen stay as they are in {_join(lacking)}, where they have no"
        f" translation: no translator is set up; give localizations, or {_KEYS}"
    )
    return (notice,)


def name_charge(language: Language) -> str:
    """Return the slot of the charges for translations into ``language``."""
    return f"translation-{language}"


def list_requests(plan: RenderPlan) -> list[TranslationRequest]:
    """Return the requests for all that ``plan`` lacks in its other languages."""
    requests = (make_request(plan, language) for language in list_translated_languages(plan))
    return [request for request in requests if request]


def find_usages(translator: Translator, plan: RenderPlan) -> list[tuple[Language, Usage]]:
    """Return the usage of each call for ``plan``, which has its scenes, with its language. Raise ProviderError."""
    usages = ((request.target, translator.usage(request)) for request in list_requests(plan))
    return [(language, usage) for language, usage in usages if usage]


def refuse_untranslated(plan: RenderPlan) -> None:
    """Raise ProviderError if no narration can be spoken in a language of ``plan``, because nothing translates it."""
    missing = [one for one in plan.other_languages if find_untranslated_scenes(plan, one)]
    if missing:
        raise ProviderError(
            f"the narration has no translation into {_join(missing)}, and no translator is set up",
            provider="translator",
            retryable=False,
            advice=f"{_KEYS}, give each scene translations, or leave the language out of languages",
        )


def _needs(plan: RenderPlan, request: TranslationRequest) -> bool:
    """Return whether a narration cannot be spoken without the answer to ``request``."""
    return request.target in plan.other_languages and any(request.narrations)


def _translate(
    services: Services, plan: RenderPlan, request: TranslationRequest, translator: Translator, scope: str
) -> _Answer:
    """Return the answer to ``request``; lines that are too long for their scenes are reworded once."""
    texts = _get_or_buy(services, request, translator, scope)
    notices: list[str] = []
    if request.target in plan.other_languages:
        texts, notices = _fit(services, plan, request, texts, translator, scope)
    notices += [
        f"the {name_language(request.target)} narration of scene {i + 1} lacks the glossary's word for {term!r}"
        for i, term in find_missing_terms(request, texts)
    ]
    return _Answer(request, texts, tuple(notices))


def _fit(
    services: Services,
    plan: RenderPlan,
    request: TranslationRequest,
    texts: TranslatedTexts,
    translator: Translator,
    scope: str,
) -> tuple[TranslatedTexts, list[str]]:
    """Return the texts with long lines reworded, and a notice for each scene that gets longer all the same."""
    narrations = {i: text for i, text in enumerate(texts.narrations) if text}
    if too_long := find_long_narrations(plan, request.target, narrations):
        places = tuple(one.scene for one in too_long)
        shorter = request.evolve(previous=texts.narrations, too_long=places, phrases=())
        try:
            reworded = _get_or_buy(services, shorter, translator, scope).narrations
        except ProviderError as exc:
            if not exc.may_fall_back:
                raise
            reworded = texts.narrations  # the translation itself can be used
        narrations |= {i: min(reworded[i], narrations[i], key=len) for i in places}
    stretched = [
        one for one in find_long_narrations(plan, request.target, narrations) if one.extra_sec >= _MIN_EXTRA_SEC
    ]
    name = name_language(request.target)
    notices = [
        f"scene {one.scene + 1} is about {one.extra_sec:.1f} s longer in {name}: its translation takes that long to say"
        for one in stretched
    ]
    fitted = tuple(narrations.get(i, "") for i in range(len(texts.narrations)))
    return texts.evolve(narrations=fitted), notices


def _get_or_buy(services: Services, request: TranslationRequest, translator: Translator, scope: str) -> TranslatedTexts:
    """Return the stored answer to ``request``, or else a new one, which is stored. Raise ProviderError or LeaseHeld."""
    key = hashlib.sha256(f"{translator.provider_id} {request.model_dump_json()}".encode()).hexdigest()
    names = [f"assets/{key}.texts.json", f"assets/{key}-{scope}.texts.json"]
    if stored := _find(services, names):
        return stored
    with hold_lease(services, f"translation/{key}", MAX_LEASE):
        if stored := _find(services, names):
            return stored
        result = translator.translate(request)
        _refuse_unusable(result)
        services.blobs.put(names[1 if result.fallbacks else 0], result.texts.model_dump_json().encode())
    return result.texts


def _find(services: Services, names: Sequence[str]) -> TranslatedTexts | None:
    for name in names:
        try:
            return TranslatedTexts.model_validate_json(services.blobs.get(name))
        except NotFound:
            continue
    return None


def _refuse_unusable(result: TranslationResult) -> None:
    if fault := check_texts(result.texts):
        raise ProviderError(
            f"its translation cannot be used: {fault}", provider=result.provider, retryable=True, fault="answer"
        )


def _explain_missing(request: TranslationRequest, failure: ProviderError) -> str:
    name = name_language(request.target)
    if any(request.narrations):
        return f"{name} captions are left out: {failure.provider} could not translate the narration: {failure}"
    return f"title and description stay as they are in {name}: {failure.provider} could not translate them: {failure}"


def _join(languages: Sequence[Language]) -> str:
    return ", ".join(name_language(language) for language in languages)
