"""Whatever has stalled is sent again. What a job owes can be read from the job, so nothing is lost for good."""

from datetime import timedelta

from sutradhar.pipeline.services import Services

STALLED = timedelta(minutes=5)


def sweep(services: Services, stalled: timedelta = STALLED) -> int:
    """Send again what jobs owe that nobody has touched for ``stalled``; how many jobs there were."""
    jobs = services.jobs.list_unfinished(services.clock.now() - stalled)
    for job in jobs:
        services.send(job.pending_messages())
    return len(jobs)
