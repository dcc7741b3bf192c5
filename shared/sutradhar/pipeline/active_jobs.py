"""Hold the jobs of a key that are in progress at a time to MAX_ACTIVE_JOBS, over all instances.

A job takes a place in its key's list in the write that stores the job. The list is cleaned when it is full: places of
jobs that have ended, that were deleted, or that wait for an approval are free again. So the end of a job writes
nothing, and a submit reads at most as many jobs as a key may have.
"""

from collections.abc import Callable, Collection
from typing import TypeVar

from sutradhar.domain.core.errors import LimitReached, NotFound
from sutradhar.domain.jobs.active_jobs import ActiveJobs
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import RecordChange, Values

T = TypeVar("T")
_WAIT_SEC = 30
"""The seconds after which a refused caller should ask again: jobs take minutes."""


def store_with_place(services: Services, job: Job, store: Callable[[RecordChange | None], T]) -> T:
    """Return what ``store`` returns. It gets the change that gives ``job`` a place among its key's jobs in progress, to
    be made in the same write; None: jobs without a key need no place. A repeat changes nothing.

    Raises:
        LimitReached: the key has ``services.max_active_jobs`` jobs in progress.
    """
    if not job.owner or not services.max_active_jobs:
        return store(None)
    try:
        return store(_add_place(services, job))
    except LimitReached:
        name = _name_list(job.owner)
        places = _read_list(services.records.read([name]), name).places
        free = {other for other in places if not _is_at_work(services, other)}
        if not free:
            raise
        return store(_add_place(services, job, free))


def take_place(services: Services, job: Job) -> None:
    """Give ``job``, which is stored already, a place among its key's jobs in progress. A repeat changes nothing.

    Raises:
        LimitReached: the key has ``services.max_active_jobs`` jobs in progress.
    """

    def write(place: RecordChange | None) -> None:
        if place:
            services.records.update(place.names, place.change)

    store_with_place(services, job, write)


def _add_place(services: Services, job: Job, free: Collection[str] = ()) -> RecordChange:
    """Return the change that gives ``job`` a place. ``free``: the jobs that need theirs no longer."""
    name, limit = _name_list(job.owner), services.max_active_jobs

    def add_job(values: Values) -> Values:
        active = _read_list(values, name).remove(free)
        if job.id not in active.places and len(active.places) >= limit:
            message = (
                f"a key may have {limit} jobs in progress (MAX_ACTIVE_JOBS); wait until one has ended, or cancel one"
            )
            raise LimitReached(message, _WAIT_SEC, is_quota=True)
        return {name: active.add(job.id, services.clock.now()).to_record()}

    return RecordChange([name], add_job)


def _is_at_work(services: Services, job_id: str) -> bool:
    try:
        return services.jobs.get(job_id).state.is_at_work
    except NotFound:
        return False


def _name_list(owner: str) -> str:
    return f"active/{owner}"


def _read_list(values: Values, name: str) -> ActiveJobs:
    return ActiveJobs.from_record(values[name]) if values.get(name) else ActiveJobs()
