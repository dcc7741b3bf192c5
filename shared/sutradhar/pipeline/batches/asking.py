"""Leave a note for the worker that advances a batch now: messages come faster than it can look."""

from sutradhar.domain.jobs.batch_asked import Asked
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values


def name_note(batch_id: str) -> str:
    return f"batches/asked/{batch_id}"


def ask(services: Services, batch_id: str, job_id: str) -> None:
    """Note that the batch has to be looked at, since its job ``job_id`` has ended; empty: for another reason."""
    name = name_note(batch_id)
    services.records.update([name], lambda values: {name: _parse(values, name).add(job_id).to_record()})


def read_asked(services: Services, batch_id: str) -> Asked:
    """Return what was asked so far."""
    name = name_note(batch_id)
    return _parse(services.records.read([name]), name)


def is_asked_again(services: Services, batch_id: str, answered: Asked) -> bool:
    """Return whether a message has come since ``answered`` was read, and forget the jobs that it names: their ends are
    noted."""
    if not answered.ended_jobs:
        return read_asked(services, batch_id).count != answered.count
    name = name_note(batch_id)

    def forget(values: Values) -> Values:
        return {name: _parse(values, name).remove(answered.ended_jobs).to_record()}

    return _parse(services.records.update([name], forget), name).count != answered.count


def _parse(values: Values, name: str) -> Asked:
    return Asked.from_record(values[name]) if values.get(name) else Asked()
