"""Fill stores with jobs whose library is measured."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.stores import FirestoreJobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteJobStore
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.ports.clock import SystemClock

_TOPICS = ("The story of Prahlad", "चाय की कहानी", "How tea is grown", "गंगा का अवतरण", "The price of water")
_START = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 200


def make_jobs(count: int, owner: str) -> Iterator[Job]:
    """Yield ``count`` jobs; nine of ten belong to ``owner``, and one of four has failed."""
    for number in range(count):
        now = _START + timedelta(minutes=number)
        topic = _TOPICS[number % len(_TOPICS)]
        job = Job.new(f"job-{number:05}", RenderPlan(topic=topic, title=f"{topic} {number}"), "hash", now)
        job = job.evolve(owner="key-of-another" if number % 10 == 9 else owner)
        yield job if number % 4 else job.fail(JobFailure(stage="plan", cause="x"), now)[0]


def fill_sqlite(home: Path, count: int) -> str:
    """Store ``count`` jobs in a new home; return the secret of the API key that owns most of them."""
    database = Database(home / "state.db")
    key, secret = api_keys.create(SqliteKeyValueStore(database), SystemClock(), "bench")
    jobs = SqliteJobStore(database)
    for job in make_jobs(count, key.id):
        jobs.create(job)
    database.close()
    return secret


def fill_firestore(store: Firestore, count: int, owner: str) -> None:
    """Store ``count`` jobs, most of them of ``owner``."""
    jobs, rest = FirestoreJobStore(store), make_jobs(count, owner)
    while part := list(islice(rest, _BATCH)):
        batch = store.client.batch()
        for job in part:
            batch.set(store.document("jobs", job.id), jobs._fields(job, "bench"))
        batch.commit()
