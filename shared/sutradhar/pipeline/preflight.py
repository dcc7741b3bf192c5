"""Refuse a plan that cannot be made as requested, before it becomes a job."""

from collections.abc import Iterator

from sutradhar.domain.core.errors import FieldError, InvalidRequest, ProviderError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import FootageSource, RenderPlan
from sutradhar.domain.text.pasted_text import read_narration
from sutradhar.pipeline.billing.call_gate import on_account_of
from sutradhar.pipeline.services import Services
from sutradhar.ports.providers import ClipGenerator, FootageLibrary


def refuse_impossible(services: Services, job: Job) -> None:
    """Raise InvalidRequest that names every field at fault."""
    wrong = list(_find_unsayable(services, job.wanted))
    if job.wanted.strict:
        wrong += _find_missing_providers(services, job)
    if wrong:
        raise InvalidRequest(wrong)


def _find_unsayable(services: Services, wanted: RenderPlan) -> Iterator[FieldError]:
    """Yield an error for a topic or a prompt without a word that can be spoken."""
    if wanted.scenes:
        return
    path, text = ("topic", wanted.topic) if wanted.topic else ("prompt", wanted.prompt or "")
    if not any(character.isalnum() for character in f"{wanted.topic or ''}{wanted.prompt or ''}"):
        yield FieldError(path, f"has no word that can be said; write it in words (got {text[:40]!r})")
    elif path == "prompt" and not _is_written_by_a_vendor(services) and not read_narration(text).text:
        yield FieldError(path, "has nothing to say once stage directions and headings are taken out; write a sentence")


def _is_written_by_a_vendor(services: Services) -> bool:
    return not services.purchases.sells_nothing and services.purchases.sells(services.planner.name)


def _find_missing_providers(services: Services, job: Job) -> Iterator[FieldError]:
    """Yield an error for each asset of a strict plan that no configured provider can make."""
    wanted = job.wanted
    asks: tuple[tuple[FootageSource, FootageLibrary | ClipGenerator, str, str], ...] = (
        ("stock", services.footage, "stock footage", "PEXELS_API_KEY or PIXABAY_API_KEY"),
        ("generated", services.clips, "generated clips", "GEMINI_PROJECT"),
    )
    for source, library, things, key in asks:
        if (path := _path_of(wanted, source)) and library.empty:
            yield FieldError(path, _explain(f"no provider of {things} is set up", f"set {key}"))
    for i, scene in enumerate(wanted.scenes):
        if scene.sounds and services.sounds.empty:
            why = _explain("no sound library is set up", "set FREESOUND_API_KEY or ELEVENLABS_API_KEY")
            yield FieldError(f"scenes[{i}].sounds", why)
            break
    if wanted.manner.named:
        with on_account_of(services.buyer(job, "")):
            try:
                services.narrator.maker(wanted.spoken_language, wanted.gender, wanted.manner)
            except ProviderError as exc:
                yield FieldError("voice", f"{exc} ({exc.advice})" if exc.advice else str(exc))


def _path_of(wanted: RenderPlan, source: FootageSource) -> str:
    """Return the field that asks for the asset, or nothing."""
    if wanted.footage == source:
        return "footage"
    return next((f"scenes[{i}].footage" for i, scene in enumerate(wanted.scenes) if scene.footage == source), "")


def _explain(problem: str, advice: str) -> str:
    return f"{problem}, and strict allows no substitute: {advice}, or leave out strict"
