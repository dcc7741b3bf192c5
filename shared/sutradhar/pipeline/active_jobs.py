"""Hold the jobs of a key that are in progress at a time to MAX_ACTIVE_JOBS, over all instances.

A job takes a place in its key's list before it is stored. The list is cleaned when it is full: places of jobs that have
ended, or that wait for an approval, are free again. So the end of a job writes nothing, and a submit reads at most as
many jobs as a key may have.
"""

from sutradhar.domain.core.errors import LimitReached, NotFound
from sutradhar.domain.jobs.active_jobs import NEW, ActiveJobs
from sutradhar.domain.jobs.job import Job
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values

_WAIT_SEC = 30
"""The seconds after which a refused caller should ask again: jobs take minutes."""


def take_place(services: Services, job: Job) -> None:
    """Give ``job`` a place among its key's jobs in progress. Jobs without a key need none. A repeat changes nothing.

    Raises:
        LimitReached: the key has ``services.max_active_jobs`` jobs in progress.
    """
    if not job.owner or not services.max_active_jobs or _try_place(services, job):
        return
    name = _name_list(job.owner)
    now = services.clock.now()
    places = _read_list(services.records.read([name]), name).places
    free = {other for other, since in places.items() if not _is_at_work(services, other, now - since < NEW)}
    if not free or not _try_place(services, job, frozenset(free)):
        limit = services.max_active_jobs
        message = f"a key may have {limit} jobs in progress (MAX_ACTIVE_JOBS); wait until one has ended, or cancel one"
        raise LimitReached(message, _WAIT_SEC, is_quota=True)


def _try_place(services: Services, job: Job, free: frozenset[str] = frozenset()) -> bool:
    """Return whether the job has a place now. ``free``: the jobs that need theirs no longer."""
    name, now = _name_list(job.owner), services.clock.now()
    has_place = False

    def add_job(values: Values) -> Values:
        nonlocal has_place
        active = _read_list(values, name).remove(free)
        has_place = job.id in active.places or len(active.places) < services.max_active_jobs
        return {name: active.add(job.id, now).to_record()} if has_place else values

    services.records.update([name], add_job)
    return has_place


def _is_at_work(services: Services, job_id: str, is_new: bool) -> bool:
    try:
        return services.jobs.get(job_id).state.is_at_work
    except NotFound:
        return is_new


def _name_list(owner: str) -> str:
    return f"active/{owner}"


def _read_list(values: Values, name: str) -> ActiveJobs:
    return ActiveJobs.from_record(values[name]) if values.get(name) else ActiveJobs()
