"""Pin jobs, so that retention keeps them."""

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.keeping import pin
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_use import keep_uploads


def set_pin(services: Services, job_id: str, pinned: bool, caller: ApiKey | None = None) -> Job:
    """Pin a job, or take its pin away, and return it. A repeat changes nothing.

    Raises:
        NotFound: there is no such job, or ``caller`` may not see it.
    """
    job = services.jobs.get(job_id)
    if caller and not caller.may_see(job.owner):
        raise NotFound(f"there is no job {job_id}")
    if pinned:
        keep_uploads(services, job.current_plan)
    return services.move(job_id, lambda current: pin(current, pinned))
