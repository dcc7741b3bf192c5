"""Cancel the jobs that have waited too long for the approval of their plan."""

from contextlib import suppress

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs import review
from sutradhar.pipeline.services import Services


def expire_reviews(services: Services) -> int:
    """Cancel each job that waits for approval and whose time is over; return their number.

    The files that such a job has made stay as long as those of every job, so a duplicate of it uses them again.
    """
    jobs = services.jobs.list_waiting(services.clock.now())
    for job in jobs:
        with suppress(NotFound):  # its caller has deleted it meanwhile
            services.move(job.id, lambda current: review.expire(current, services.clock.now()))
    return len(jobs)
