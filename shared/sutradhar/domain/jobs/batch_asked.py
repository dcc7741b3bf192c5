"""Define the note by which a worker that advances a batch learns that it has to look again."""

from collections.abc import Collection

from sutradhar.domain.core.record import History, Record, keep_fields


class Asked(Record):
    """The looks at a batch that were asked for."""

    history = History("note for a batch", keep_fields)

    count: int = 0
    """The number of messages that ever asked."""
    ended_jobs: tuple[str, ...] = ()
    """The jobs that have ended since a worker looked, also those of rows that had ended before."""

    def add(self, job_id: str) -> "Asked":
        """Return the note after one message more, about the end of the job ``job_id``; empty: about no job."""
        jobs = self.ended_jobs if not job_id or job_id in self.ended_jobs else (*self.ended_jobs, job_id)
        return self.evolve(count=self.count + 1, ended_jobs=jobs)

    def remove(self, job_ids: Collection[str]) -> "Asked":
        return self.evolve(ended_jobs=tuple(one for one in self.ended_jobs if one not in job_ids))
