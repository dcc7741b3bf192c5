"""The transitions of a job that has versions in other languages. A repeat changes nothing."""

from collections.abc import Mapping

from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.language.tags import Language


def record_versions(job: Job, problems: Mapping[Language, str], *, was_cancelled: bool) -> Outcome:
    """Record that the versions of ``job`` are started, or cancelled with it.

    Args:
        problems: the reasons why versions have no job, by language.
        was_cancelled: the job was cancelled when this was done. One that is cancelled since then cancels its versions.
    """
    if not job.versions_due or was_cancelled != (job.state is JobState.CANCELLED):
        return job, job.pending_messages()
    versions = {
        language: note.evolve(problem=problems.get(language, note.problem)) for language, note in job.versions.items()
    }
    notices = tuple(text for text in problems.values() if text not in job.notices)
    return job.evolve(versions=versions, versions_due=False, notices=job.notices + notices), []


def waits_for_render(job: Job, others: Mapping[str, Job], *, shares_machine: bool) -> bool:
    """Return whether ``job``, which has all its assets, waits for the renders of its video in other languages.

    It waits for the first one if the two have the same frames, which are then drawn once; on a machine that renders one
    video at a time also for the versions before it.

    Args:
        others: the first job and its versions that exist, by id.
        shares_machine: all renders run on one machine.
    """
    first = others.get(job.version_of)
    if first is None:
        return False
    if first.state is JobState.RENDERING and (shares_machine or job.current_plan.render.burn_captions == "none"):
        return True
    ids = [note.job_id for note in first.versions.values()]
    earlier = ids[: ids.index(job.id)] if job.id in ids else []
    return shares_machine and any(others[one].state.is_at_work for one in earlier if one in others)
