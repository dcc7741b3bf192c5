"""Make a video in its other languages, each as a job of its own.

The first job plans, and makes the images and the music. When its assets are finished, their lengths are known, so it
orders its versions: jobs with the same scenes, as long as they are there, and with narrations, captions and words of
their own. A version asks for the same assets under the same keys, so none is made, or paid for, twice.

The ids of the versions follow from the first job and the language. So each step may be repeated, or be the last one
before a kill: the next worker creates the same job, or finds it.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.core.errors import Conflict, InvalidRequest, NotFound, ProviderError
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import DispatchRender, OrderVersions
from sutradhar.domain.jobs.version_steps import record_versions, waits_for_render
from sutradhar.domain.language.table import name_language
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.version import explain_untranslated, write_version
from sutradhar.domain.video.timeline import CUT, Timeline
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.deleted_jobs import find_deletion
from sutradhar.pipeline.estimate import estimate_assets, list_version_narrations
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.pipeline.submit import cancel, hash_request, retry
from sutradhar.pipeline.upload_use import claim_uploads
from sutradhar.telemetry import log

_LEASE = timedelta(minutes=3)


def order_versions(services: Services, message: OrderVersions) -> None:
    """Handle OrderVersions. A repeat finds the versions.

    Raises:
        LeaseHeld: another worker orders them.
        ProviderError: the providers cannot be asked now.
    """
    with hold_lease(services, f"versions/{message.job_id}", _LEASE):
        job = services.jobs.get(message.job_id)
        if job.versions_due:
            is_cancelled = job.state is JobState.CANCELLED
            if is_cancelled:
                cancel_versions(services, job)
            problems = {} if is_cancelled else _start_versions(services, job)
            job = services.move(job.id, lambda current: record_versions(current, problems, was_cancelled=is_cancelled))
    _wake_renders(services, job)


def list_versions(services: Services, job: Job) -> dict[Language, Job]:
    """Return the versions of ``job`` that exist, by language."""
    return {language: one for language, note in job.versions.items() if (one := _find_job(services, note.job_id))}


def must_wait(services: Services, job: Job) -> bool:
    """Return whether the render of ``job`` begins only after that of its video in another language. The end of that
    render, or else the sweep, sends DispatchRender again."""
    first = _find_job(services, job.version_of) if job.version_of else None
    if first is None:
        return False
    shares_machine = services.runner.machine is None
    others = [first, *(list_versions(services, first).values() if shares_machine else ())]
    return waits_for_render(job, {one.id: one for one in others}, shares_machine=shares_machine)


def _start_versions(services: Services, job: Job) -> dict[Language, str]:
    """Create the jobs of all versions; return the reasons why some have none."""
    problems: dict[Language, str] = {}
    try:
        scene_sec = measure_scenes(build_timeline(job.current_plan, job.assets))
    except InvalidRequest as exc:  # the first video fails for the same reason
        return {language: f"there is no video in {name_language(language)}: {exc}" for language in job.versions}
    for language, note in job.versions.items():
        if find_deletion(services, note.job_id):
            continue  # its owner deleted it before this was recorded
        try:
            _start_version(services, job, note.job_id, language, scene_sec)
        except (InvalidRequest, ProviderError) as exc:
            if isinstance(exc, ProviderError) and exc.retryable:
                raise
            problems[language] = f"there is no video in {name_language(language)}: {exc}"
    return problems


def _start_version(
    services: Services, first: Job, job_id: str, language: Language, scene_sec: tuple[float, ...]
) -> None:
    """Create the job of one version, or find it. Raise InvalidRequest or ProviderError if it cannot be made."""
    if _find_job(services, job_id):
        return
    if problem := explain_untranslated(first.current_plan, language):
        raise ProviderError(problem, provider="", retryable=False)
    plan = write_version(first.current_plan, language, scene_sec)
    narrations = list_version_narrations(services, plan)
    cost = estimate_assets(services, narrations)
    version = Job.new(job_id, plan, hash_request(plan), services.clock.now()).evolve(
        owner=first.owner,
        owner_cap_micros=first.owner_cap_micros,
        batch=first.batch,
        approved_micros=first.approved_micros,
        version_of=first.id,
        requests=_list_requests(first, narrations),
        webhook=first.webhook,
        pinned=first.pinned,
        estimated_micros=cost.expected_cost,
        max_estimated_micros=cost.max_cost,
    )
    claim_uploads(services, plan)
    version, created = services.jobs.create(version)
    if created:
        log("job_created", job_id=job_id, version_of=first.id, language=language, scenes=len(plan.scenes))
    services.send(version.pending_messages())


def _list_requests(first: Job, narrations: Iterable[AssetRequest]) -> tuple[AssetRequest, ...]:
    """Return the requests of ``first`` with the narrations of a version in the places of its own. The others have the
    same keys, whatever the lengths of the version's narrations are."""
    translated = {request.slot: request for request in narrations}
    return tuple(translated.get(request.slot, request) for request in first.requests)


def measure_scenes(timeline: Timeline) -> tuple[float, ...]:
    """Return the length of each scene in seconds as a plan counts it: from the middle of the transition before it to
    the middle of the one after it."""
    lengths = []
    for clip, following in pairwise([*timeline.clips, None]):
        assert clip
        fade_in, fade_out = clip.transition.frames, (following.transition if following else CUT).frames
        if clip.is_scene:
            lengths.append((clip.frames - fade_in // 2 - (fade_out - fade_out // 2)) / timeline.fps)
    return tuple(lengths)


def cancel_versions(services: Services, job: Job) -> None:
    """Cancel the versions of ``job`` that have not finished."""
    for version in list_versions(services, job).values():
        with suppress(Conflict, NotFound):  # it has ended, or is deleted
            cancel(services, version.id)


def retry_versions(services: Services, job: Job) -> list[Job]:
    """Let the failed versions of ``job`` whose files exist go on, and return them."""
    failed = [one for one in list_versions(services, job).values() if one.state is JobState.FAILED]
    return [retry(services, one.id) for one in failed if not one.files_deleted_at]


def _wake_renders(services: Services, first: Job) -> None:
    """Let the versions go on that wait for the end of a render."""
    waiting = [one for one in list_versions(services, first).values() if one.state is JobState.RENDERING]
    services.send([DispatchRender(job_id=one.id) for one in waiting if not one.execution])


def _find_job(services: Services, job_id: str) -> Job | None:
    try:
        return services.jobs.get(job_id)
    except NotFound:
        return None
