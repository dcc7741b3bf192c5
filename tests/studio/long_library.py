"""Fill the library of a server with copies of one finished video, straight in its store."""

from datetime import timedelta

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.stores import SqliteJobStore
from tests.studio.server import StudioServer


def copy_video(studio: StudioServer, job_id: str, count: int) -> None:
    """Store ``count`` copies of the job, each a minute older than the one before it. All show the same files."""
    database = Database(studio.home / "state.db")
    jobs = SqliteJobStore(database)
    job = jobs.get(job_id)
    for number in range(1, count + 1):
        plan = job.current_plan.model_copy(update={"title": f"Copy {number} of the fox"})
        older = job.created_at - timedelta(minutes=number)
        jobs.create(job.evolve(id=f"copy-{number:05}", version=0, plan=plan, created_at=older))
    database.close()
