"""Processes of the property test's world: the real local backend, watched."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.presence import Presence
from sutradhar.backends.local.queue import Delivery, SqliteQueue
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.domain.errors import LeaseHeld, ProviderError, StaleLease
from sutradhar.domain.job import ARROWS, Job
from sutradhar.domain.messages import Message
from sutradhar.domain.plan import PlanDefaults
from sutradhar.pipeline.handle import give_up, handle
from sutradhar.pipeline.services import Services
from sutradhar.ports.stores import Change, Lease
from tests.property.steps import Handler, Stepped
from tests.world import ToldRunner

World = Any
"""The machine of test_pipeline.py: its database, clock, makers, renderers and what it counts."""


class WatchedJobs(SqliteJobStore):
    """Checks every arrow as it is written, and counts how often each job ends."""

    endings: Counter[tuple[str, int]]
    retries: dict[str, list[None]]

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        seen: list[Job] = []

        def watched(job: Job) -> tuple[Job, Sequence[Message]]:
            seen.append(job)
            return change(job)

        after, messages = super().update(job_id, watched)
        before = seen[-1]
        if after.state is not before.state:
            assert after.state in ARROWS[before.state], f"{before.state} -> {after.state}"
            if after.state.over:
                self.endings[job_id, len(self.retries[job_id])] += 1
        return after, messages


class Process:
    """One process of the world: its own presence, its own handlers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.presence = Presence(world.home)
        self.queue = SqliteQueue(world.database, self.presence, world.clock, world.home)
        self.handlers: list[Handler] = []
        jobs = WatchedJobs(world.database)
        jobs.endings, jobs.retries = world.endings, world.retries
        leases = SqliteLeaseStore(world.database, self.presence, world.clock)
        blobs = FileBlobStore(world.home / "blobs", self.presence.owner)
        runner = ToldRunner(world.renderers, self.presence.owner)
        ports = {
            "jobs": jobs, "assets": SqliteAssetStore(world.database), "leases": LeaseWatch(leases, world),
            "blobs": blobs, "bus": self.queue, "runner": runner,
        }  # fmt: skip
        stepped = cast(dict[str, Any], {name: Stepped(port, world.by_thread) for name, port in ports.items()})
        makers = world.makers
        self.services = Services(
            **stepped,
            defaults=PlanDefaults(),
            clock=world.clock,
            planner=makers,
            narrator=makers,
            images=makers,
            composer=makers,
        )

    def start(self, delivery: Delivery) -> None:
        """A handler for ``delivery``, before its first effect."""

        def work() -> None:
            self._world.by_thread[threading.get_ident()] = handler
            try:
                self._handle(delivery, handler)
            finally:
                del self._world.by_thread[threading.get_ident()]
                self._world.database.read().close()

        handler = Handler(work)
        self.handlers.append(handler)

    def finish(self) -> None:
        """Every handler to its end."""
        while self.handlers:
            self.handlers[0].step()
            self.reap()

    def reap(self) -> None:
        """Forget the handlers that are through. Raises what one of them raised."""
        for handler in [h for h in self.handlers if h.over]:
            self.handlers.remove(handler)
            self._world.making.pop(handler, None)
            if handler.error:
                raise handler.error

    def _handle(self, delivery: Delivery, handler: Handler) -> None:
        """What the worker does with a delivery."""
        try:
            handle(self.services, delivery.message)
        except LeaseHeld:
            handler.pause()
            self.queue.later(delivery, 1)
        except (ProviderError, StaleLease) as exc:
            handler.pause()
            if delivery.last_try:
                give_up(self.services, delivery.message, exc)
                self.queue.bury(delivery, str(exc))
            else:
                self.queue.failed(delivery)
        else:
            handler.pause()
            self.queue.done(delivery)


class LeaseWatch:
    """Notes until when each handler holds what."""

    def __init__(self, leases: SqliteLeaseStore, world: World) -> None:
        self._leases, self._world = leases, world

    def acquire(self, name: str, ttl: timedelta) -> Lease:
        lease = self._leases.acquire(name, ttl)
        handler = self._world.by_thread.get(threading.get_ident())
        if handler:
            handler.lease_until[name] = lease.expires.timestamp()
        return lease

    def release(self, lease: Lease) -> None:
        self._leases.release(lease)
