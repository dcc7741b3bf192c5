"""Define the list of a key's jobs in progress, by which MAX_ACTIVE_JOBS is held."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sutradhar.domain.core.record import History, Record, keep_fields


class ActiveJobs(Record):
    """The places of a key, each with its job and the time at which the job took it."""

    history = History("list of active jobs", keep_fields)

    places: Mapping[str, datetime] = {}

    def add(self, job_id: str, now: datetime) -> "ActiveJobs":
        return self.evolve(places={**self.places, job_id: now})

    def remove(self, job_ids: Collection[str]) -> "ActiveJobs":
        return self.evolve(places={name: at for name, at in self.places.items() if name not in job_ids})
