"""Let the publications that wait for a job go on as soon as it has ended."""

from sutradhar.domain.jobs.messages import WakePublications
from sutradhar.domain.publishing.changes import apply_wake
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.due import claim_due
from sutradhar.pipeline.publishing.schedule import choose_first_look
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
        return apply_wake(one, now, ended_at, choose_first_look(one.publish_at, now))

    publications = list_newest_of(services, job.id)
    for publication in publications:
        if wake(publication) != publication:
            services.documents.update(PUBLICATIONS, publication.id, wake)
    if any(wake(one).is_claimable(now) for one in publications):
        claim_due(services)
