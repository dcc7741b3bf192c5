"""Processes of the property test's machine: the real local backend, with watched stores."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import Delivery, SqliteQueue
from sutradhar.domain.core.errors import LeaseHeld, ProviderError, StaleLease
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_state import TRANSITIONS
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.services import Services
from sutradhar.ports.documents import DocumentStore
from sutradhar.ports.records import KeyValueStore
from sutradhar.ports.stores import AssetStore, Change, JobStore, Lease, LeaseStore
from sutradhar.ports.tallies import TallyStore
from tests.fake_providers import free_call_gate, provider_set
from tests.fakes import FakeRunner, PortSet
from tests.property.interleaving import Handler, Stepped

REVIEW_PERIOD = timedelta(days=7)
Machine = Any
"""The machine of machine.py with its database, clock, fake providers, renderers and counters."""


@dataclass
class Stores:
    """The stores of one process."""

    jobs: JobStore
    assets: AssetStore
    leases: LeaseStore
    records: KeyValueStore
    documents: DocumentStore
    tallies: TallyStore
    between: bool = False
    """True if other processes can write between the reading and the writing of an update."""


class WatchedJobs:
    """Checks every transition as it is written, and counts how often each job ends."""

    def __init__(self, stores: Stores, machine: Machine) -> None:
        self._stores, self._machine = stores, machine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores.jobs, name)

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        jobs_before: list[Job] = []

        def note_and_change(job: Job) -> tuple[Job, Sequence[Message]]:
            jobs_before.append(job)
            outcome = change(job)
            handler = self._machine.by_thread.get(threading.get_ident())
            if handler and self._stores.between:
                handler.pause()
            return outcome

        after, messages = self._stores.jobs.update(job_id, note_and_change)
        before = jobs_before[-1]
        if after.state is not before.state:
            assert after.state in TRANSITIONS[before.state], f"{before.state} -> {after.state}"
            if after.state.is_terminal:
                self._machine.endings[job_id, len(self._machine.retries[job_id])] += 1
        return after, messages


class Process:
    """One process of the machine: its own process registry, its own handlers."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.process_registry = ProcessRegistry(machine.home)
        self.queue = SqliteQueue(machine.database, self.process_registry, machine.clock, machine.home)
        self.handlers: list[Handler] = []
        stores: Stores = machine.stores(self.process_registry)
        blobs = FileBlobStore(machine.home / "blobs", self.process_registry.owner)
        runner = self.runner = FakeRunner(machine.renderers, self.process_registry.owner)
        self.leaving = False
        ports = {
            "jobs": WatchedJobs(stores, machine),
            "assets": stores.assets,
            "leases": LeaseWatch(stores.leases, machine),
            "records": stores.records,
            "documents": stores.documents,
            "tallies": stores.tallies,
            "blobs": blobs,
            "bus": self.queue,
            "runner": runner,
        }
        stepped = cast(dict[str, Any], {name: Stepped(port, machine.by_thread) for name, port in ports.items()})
        providers = machine.providers
        gate = free_call_gate(stepped["records"], stepped["leases"], machine.clock)
        backend = PortSet(**stepped, clock=machine.clock)
        self.services = Services(backend, provider_set(providers, gate), PlanDefaults(), review_period=REVIEW_PERIOD)

    def take(self) -> Delivery | None:
        """Return the next message, unless this process has been asked to end."""
        return None if self.leaving else self.queue.take()

    def leave(self) -> None:
        """Begin an orderly end (functions/dev/local_runtime.py): take no message, give back this process's renders."""
        self.leaving = True
        self.runner.close(self.queue)

    def start(self, delivery: Delivery) -> None:
        """Start a handler for ``delivery``, which stops before its first effect."""
        self.handlers.append(self.start_work(lambda handler: self._handle(delivery, handler)))

    def start_work(self, work: Callable[[Handler], None]) -> Handler:
        """Return a handler that does ``work`` and stops before its first effect."""

        def run() -> None:
            self._machine.by_thread[threading.get_ident()] = handler
            try:
                work(handler)
            finally:
                del self._machine.by_thread[threading.get_ident()]

        handler = Handler(run, self._machine.seats)
        return handler

    def finish(self) -> None:
        """Run every handler to its end."""
        while self.handlers:
            self.handlers[0].step()
            self.reap()

    def reap(self) -> None:
        """Forget the handlers that have ended. Raise the error of a handler that failed."""
        for handler in [h for h in self.handlers if h.over]:
            self.handlers.remove(handler)
            self._machine.making.pop(handler, None)
            if handler.error:
                raise handler.error

    def _handle(self, delivery: Delivery, handler: Handler) -> None:
        """Handle a delivery as the worker does."""
        try:
            handle(self.services, delivery.message)
        except LeaseHeld:
            handler.pause()
            self.queue.defer(delivery, 1)
        except (ProviderError, StaleLease) as exc:
            handler.pause()
            if delivery.is_last_try:
                fail_job(self.services, delivery.message, exc)
                self.queue.move_to_dead_letters(delivery, str(exc))
            else:
                self.queue.retry_later(delivery)
        else:
            handler.pause()
            self.queue.finish(delivery)


class LeaseWatch:
    """Notes which leases each handler holds, and until when."""

    def __init__(self, leases: LeaseStore, machine: Machine) -> None:
        self._leases, self._machine = leases, machine

    def acquire(self, name: str, ttl: timedelta) -> Lease:
        lease = self._leases.acquire(name, ttl)
        handler = self._machine.by_thread.get(threading.get_ident())
        if handler:
            handler.lease_until[name] = lease.expires.timestamp()
        return lease

    def release(self, lease: Lease) -> None:
        self._leases.release(lease)
