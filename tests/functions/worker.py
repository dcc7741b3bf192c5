"""Do the worker's part in the tests of the API and of the commands."""

from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.pipeline.handle import handle


def work(job_id: str) -> Job:
    """Handle the job's pending messages, as the worker would, until it waits or renders; return it then."""
    services = bootstrap.services()
    while (job := services.jobs.get(job_id)).state in (JobState.PLANNING, JobState.PRODUCING):
        for message in job.pending_messages():
            handle(services, message)
    return job
