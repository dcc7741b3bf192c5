"""Send the messages of stalled jobs again. The state of a job tells its pending messages, so no loss is final."""

from datetime import timedelta

from sutradhar.pipeline.services import Services

STALLED = timedelta(minutes=5)
"""A job that no process has written to for this long has stalled."""


def sweep(services: Services, stalled: timedelta = STALLED) -> int:
    """Send the pending messages of all jobs that no process has written to for ``stalled``. Return the number of
    jobs."""
    jobs = services.jobs.list_unfinished(services.clock.now() - stalled)
    for job in jobs:
        services.send(job.pending_messages())
    return len(jobs)
