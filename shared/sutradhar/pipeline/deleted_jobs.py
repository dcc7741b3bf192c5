"""Keep the marks of deleted jobs."""

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.deletion import JobDeletion
from sutradhar.pipeline.services import Services
from sutradhar.ports.documents import Facts, Kind


def _describe(deletion: JobDeletion) -> Facts:
    return Facts(
        id=deletion.id,
        owner=deletion.owner,
        created_at=deletion.requested_at,
        state=deletion.state,
        due_at=deletion.due_at,
        expire_at=deletion.expire_at,
    )


DELETIONS = Kind("job_deletion", JobDeletion, _describe)


def find_deletion(services: Services, job_id: str) -> JobDeletion | None:
    """Return the mark of a job that was deleted within the last days; None: there is none."""
    try:
        deletion = services.documents.get(DELETIONS, job_id)
    except NotFound:
        return None
    return None if deletion.state == "withdrawn" else deletion


def mark_deleted(services: Services, deletion: JobDeletion) -> JobDeletion:
    """Store the mark and return it as it is stored."""
    stored, created = services.documents.create(DELETIONS, deletion)
    return stored if created else services.documents.update(DELETIONS, deletion.id, lambda one: one.renew(deletion))
