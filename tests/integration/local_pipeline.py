"""The whole pipeline on the local stores, with fake providers and a renderer that ends when it is told to."""

from pathlib import Path

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.documents import SqliteDocumentStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import SqliteQueue
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.backends.local.tallies import SqliteTallyStore
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import submit
from sutradhar.ports.runner import ExecutionState
from tests.fake_providers import free_call_gate, provider_set
from tests.fakes import FakeClock, FakeProviders, FakeRunner, PortSet, Renderers, write_summary

PLAN = RenderPlan(topic="tea")


class LocalPipeline:
    def __init__(self, home: Path) -> None:
        self.clock, self.providers, self.renderers = FakeClock(), FakeProviders(), Renderers()
        self.database, self.process_registry = Database(home / "state.db"), ProcessRegistry(home)
        self.queue = SqliteQueue(self.database, self.process_registry, self.clock, home)
        self.blobs = FileBlobStore(home / "blobs")
        self.runner = FakeRunner(self.renderers, self.process_registry.owner)
        leases, records = (
            SqliteLeaseStore(self.database, self.process_registry, self.clock),
            SqliteKeyValueStore(self.database),
        )
        backend = PortSet(
            jobs=SqliteJobStore(self.database),
            assets=SqliteAssetStore(self.database),
            leases=leases,
            records=records,
            documents=SqliteDocumentStore(self.database),
            tallies=SqliteTallyStore(self.database),
            blobs=self.blobs,
            bus=self.queue,
            runner=self.runner,
            clock=self.clock,
        )
        gate = free_call_gate(records, leases, self.clock)
        self.services = Services(backend, provider_set(self.providers, gate), PlanDefaults())

    def work(self) -> None:
        """Handle messages until the queue is empty."""
        while delivery := self.queue.take():
            handle(self.services, delivery.message)
            self.queue.finish(delivery)

    def job(self, job_id: str) -> Job:
        return self.services.jobs.get(job_id)

    def start_rendering(self) -> Job:
        """Submit the plan and return its job once the renderer was started."""
        job, _ = submit(self.services, PLAN)
        self.work()
        return self.job(job.id)

    def finish(self) -> None:
        """End the running renderer well, and send the message that says so."""
        (name,) = self.renderers.running()
        job_id, render_id, request = self.renderers.request[name]
        self.renderers.state[name] = ExecutionState.SUCCEEDED
        summary = write_summary(self.blobs, request)
        self.queue.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))

    def make_video(self, key: str | None = None) -> Job:
        """Return a job that has succeeded. ``key``: its Idempotency-Key."""
        job, _ = submit(self.services, PLAN, key)
        self.work()
        self.finish()
        self.work()
        return self.job(job.id)

    def lose_messages(self) -> None:
        with self.database.write() as connection:
            connection.execute("DELETE FROM messages")

    def list_names(self, prefix: str) -> list[str]:
        """Return the names of the blobs that begin with ``prefix``."""
        return [blob.name for blob in self.blobs.list(prefix)]
