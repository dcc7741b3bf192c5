"""Let the publications that wait for a job go on as soon as it has ended."""

from datetime import datetime

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import WakePublications
from sutradhar.domain.publishing.changes import apply_wake
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.due import claim_due
from sutradhar.pipeline.publishing.schedule import choose_first_look, revive_publications
from sutradhar.pipeline.publishing.store import PUBLICATIONS, list_newest_of
from sutradhar.pipeline.services import Services


def wake_publications(services: Services, message: WakePublications) -> None:
    """Handle WakePublications. It may come twice, late or never: the next look at a publication finds the end of its
    job, too.

    Raises:
        NotFound: the job was deleted.
    """
    job = services.jobs.get(message.job_id)
    if not job.state.is_terminal:
        return  # it was retried meanwhile
    ended_at, now = job.entered_at[job.state], services.clock.now()

    def wake(one: Publication) -> Publication:
        return apply_wake(one, now, ended_at, _choose_look(job, one, now))

    publications = list_newest_of(services, job.id)
    for publication in publications:
        if wake(publication) != publication:
            services.documents.update(PUBLICATIONS, publication.id, wake)
    if any(wake(one).is_claimable(now) for one in publications):
        claim_due(services)


def follow_job(services: Services, before: Publication, after: Publication) -> None:
    """Go on with a publication after a worker has looked at its job.

    If the worker found the job unfinished or failed, look at it again: it may have ended, or been retried, in between,
    and what was done for its publications then had no effect on this one, which was the worker's.
    """
    now = services.clock.now()
    is_open = after.state in ("scheduled", "waiting") and not after.has_started
    if is_open and after.is_claimable(now):
        claim_due(services)  # its job has just been found finished
    elif is_open and after.ready_at != before.ready_at:
        job = services.jobs.get(after.job_id)
        if job.state.is_terminal:
            look_at = _choose_look(job, after, now)
            services.documents.update(PUBLICATIONS, after.id, lambda one: apply_wake(one, now, now, look_at))
            claim_due(services)
    elif after.state == "failed" and after.failure is not None and after.failure.reason == "job_failed":
        revive_publications(services, services.jobs.get(after.job_id))


def _choose_look(job: Job, publication: Publication, now: datetime) -> datetime:
    # a job that is canceled stays so, and a failed one may be retried until the time of the publication
    return now if job.state is JobState.CANCELLED else choose_first_look(publication.publish_at, now)
