"""What the stages work with: one frozen set of ports, made by bootstrap."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sutradhar.domain.job import Job
from sutradhar.domain.messages import Message
from sutradhar.domain.plan import PlanDefaults
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.clock import Clock
from sutradhar.ports.providers import Composer, ImageGenerator, Narrator, Planner
from sutradhar.ports.runner import RenderRunner
from sutradhar.ports.stores import AssetStore, BlobStore, Change, JobStore, Lease, LeaseStore


@dataclass(frozen=True)
class Services:
    jobs: JobStore
    assets: AssetStore
    leases: LeaseStore
    blobs: BlobStore
    bus: MessageBus
    runner: RenderRunner
    planner: Planner
    narrator: Narrator
    images: ImageGenerator
    composer: Composer
    clock: Clock
    defaults: PlanDefaults
    """What plans say that say nothing."""

    def send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.bus.publish(message)

    def move(self, job_id: str, change: Change) -> Job:
        """Write the job, then send what the write owes. A crash in between is healed by whoever repeats this."""
        job, messages = self.jobs.update(job_id, change)
        self.send(messages)
        return job


@contextmanager
def held(services: Services, name: str, ttl: timedelta) -> Iterator[Lease]:
    """The lease ``name`` while the block runs, given back even when it fails. Raises LeaseHeld."""
    lease = services.leases.acquire(name, ttl)
    try:
        yield lease
    finally:
        services.leases.release(lease)
