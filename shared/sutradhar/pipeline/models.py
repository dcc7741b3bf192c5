"""Check the models that a job would pay for before the job buys anything."""

from collections.abc import Sequence

from sutradhar.domain.billing.model_table import ModelState
from sutradhar.domain.core.errors import FieldError, InvalidRequest, ProviderError
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline.estimate import EstimateLine, estimate
from sutradhar.pipeline.services import Services
from sutradhar.telemetry import log


def refuse_gone(services: Services, lines: Sequence[EstimateLine]) -> None:
    """Refuse a strict job whose model is known to be gone; no provider is called for this check.

    Raise InvalidRequest.
    """
    today = services.providers.call_gate.health.today
    for provider, model in _models(lines):
        by_table = services.providers.models.find_known_state(provider, model)
        for state in (by_table, services.providers.call_gate.health.find_state(provider, model)):
            if state and state.is_gone(today):
                advice = services.providers.models.advise(_with_successor(services, state))
                why = f"{state.describe(today)}, and strict allows no other: {advice}, or leave out strict"
                raise InvalidRequest([FieldError("strict", why)])


def check_models(services: Services, job: Job) -> list[str]:
    """Ask the providers for each model that ``job`` would pay for; return notices about models that are gone or ending.

    Raise ProviderError if a model is gone and the job is strict.
    """
    if not services.providers.call_gate.has_paid_providers:
        return []
    try:
        lines = estimate(services, job.requested_plan).lines
    except ProviderError:
        return []  # planning itself will report the error
    today, notices = services.providers.call_gate.health.today, _check_voices(services, job)
    for provider, model in _models(lines):
        state = _look_up(services, provider, model)
        advice = services.providers.models.advise(state)
        if state.is_gone(today):
            if job.requested_plan.strict:
                raise ProviderError(
                    f"{state.describe(today)}, and strict allows no other",
                    provider=provider,
                    retryable=False,
                    fault="gone",
                    advice=f"{advice}, then retry the job; or make it without strict",
                )
            notices.append(f"{state.describe(today)}, so another model replaces it: {advice}")
        elif state.days_left(today) is not None:
            notices.append(f"{state.describe(today)}: {advice}")
    return notices


def _check_voices(services: Services, job: Job) -> list[str]:
    """Return notices about paid voices that were shut down and that a free voice replaces.

    Raise ProviderError if the job is strict.
    """
    plan = job.requested_plan
    silent = plan.scenes and not any(scene.narration for scene in plan.scenes)
    speaker = plan.spoken_language, plan.gender, plan.voice_options
    if silent or services.providers.call_gate.is_paid(services.providers.narrator.provider_for(*speaker)):
        return []
    today, advice = services.providers.call_gate.health.today, "name another provider in NARRATORS (docs/providers.md)"
    notices = []
    for state in services.providers.models.find_ended_voices():
        if plan.strict:
            raise ProviderError(
                f"{state.describe(today)}, and strict allows no other",
                provider=state.provider,
                retryable=False,
                fault="gone",
                advice=f"{advice}, then retry the job; or make it without strict",
            )
        notices.append(f"{state.describe(today)}, so an offline voice speaks instead: {advice}")
    return notices


def _look_up(services: Services, provider: str, model: str) -> ModelState:
    """Return the state of the model; the provider is asked once an hour for all jobs together."""
    if recent := services.providers.call_gate.health.find_state(provider, model):
        return _with_successor(services, recent)
    state = services.providers.models.look_up(provider, model)
    if state.problem:
        log("model_not_looked_up", level="warning", provider=provider, model=model, error=state.problem)
    services.providers.call_gate.health.store_state(state)
    return state


def _with_successor(services: Services, state: ModelState) -> ModelState:
    known = services.providers.models.find_known_state(state.provider, state.model)
    return state.evolve(successor=known.successor, shuts_down=state.shuts_down or known.shuts_down)


def _models(lines: Sequence[EstimateLine]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((line.provider, line.model) for line in lines))
