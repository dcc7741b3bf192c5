"""The ports that the stages work with; bootstrap makes them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.jobs.retention import DEFAULT_RULES, RetentionRules
from sutradhar.domain.jobs.tallies import estimate_requested_sec
from sutradhar.domain.plan.limits import API_LIMITS, PlanLimits
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.pipeline.audit import note_end
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.ports.backend import Backend
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.clock import Clock
from sutradhar.ports.documents import DocumentStore
from sutradhar.ports.listening import Listener
from sutradhar.ports.media import MediaReader
from sutradhar.ports.models import ModelDirectory
from sutradhar.ports.providers import Chains
from sutradhar.ports.publishing import Destination
from sutradhar.ports.records import KeyValueStore
from sutradhar.ports.runner import RenderRunner
from sutradhar.ports.stores import AssetStore, BlobStore, Change, JobStore, Lease, LeaseStore
from sutradhar.ports.tallies import TallyStore
from sutradhar.ports.templates import TemplateCatalog
from sutradhar.ports.webhooks import WebhookSender
from sutradhar.telemetry import log


class Providers(Chains, Protocol):
    """The chains of a job's assets, and the gate that their paid calls pass. Each may be created when it is
    first read."""

    @property
    def media(self) -> MediaReader: ...

    @property
    def listener(self) -> Listener: ...

    @property
    def call_gate(self) -> PaidCallGate: ...

    @property
    def models(self) -> ModelDirectory: ...

    @property
    def templates(self) -> TemplateCatalog: ...

    @property
    def webhooks(self) -> WebhookSender: ...

    @property
    def destinations(self) -> Mapping[str, Destination]: ...


@dataclass(frozen=True)
class Services:
    """Everything that the stages work with."""

    backend: Backend
    providers: Providers
    defaults: PlanDefaults
    """The values of plans that leave them open."""
    limits: PlanLimits = API_LIMITS
    """The limits of one plan that comes over HTTP."""
    job_cap: int | None = None
    """The most that a job may cost, in millionths of a US dollar; a plan may set a lower cap."""
    retention: RetentionRules = DEFAULT_RULES
    """The days for which jobs, files and uploads are kept."""
    max_active_jobs: int = 0
    """The jobs of one API key that may be in progress at a time; 0: no limit."""
    batch_active_jobs: int = 4
    """The jobs of all batches that may be in progress at a time; at least 1."""
    publish_workers: int = 1
    """The uploads to destinations that go on at the same time."""
    review_period: timedelta | None = None
    """The time that a job may wait for the approval of its plan; None: any time."""

    @property
    def jobs(self) -> JobStore:
        return self.backend.jobs

    @property
    def assets(self) -> AssetStore:
        return self.backend.assets

    @property
    def leases(self) -> LeaseStore:
        return self.backend.leases

    @property
    def records(self) -> KeyValueStore:
        return self.backend.records

    @property
    def documents(self) -> DocumentStore:
        return self.backend.documents

    @property
    def tallies(self) -> TallyStore:
        return self.backend.tallies

    @property
    def blobs(self) -> BlobStore:
        return self.backend.blobs

    @property
    def bus(self) -> MessageBus:
        return self.backend.bus

    @property
    def runner(self) -> RenderRunner:
        return self.backend.runner

    @property
    def clock(self) -> Clock:
        return self.backend.clock

    def find_deadline(self) -> datetime | None:
        """Return the time until which a job waits that begins to wait for approval now; None: it waits for any time."""
        return self.clock.now() + self.review_period if self.review_period else None

    def billing_context(self, job: Job, slot: Slot | None = None) -> BillingContext:
        """Return the account that the paid calls for ``slot`` of ``job`` are charged to; None: no call is made."""
        limits = (self.job_cap, job.requested_plan.budget_micros, job.approved_micros)
        caps = [cap for cap in limits if cap is not None]
        is_one_of_many = bool(job.version_of or job.current_plan.video_languages)
        return BillingContext(
            job.id,
            "" if slot is None else str(slot),
            min(caps, default=None),
            no_fallbacks=job.requested_plan.strict,
            owner=job.owner,
            owner_cap=job.owner_cap_micros,
            batch=job.batch,
            order=(job.version_of or job.id) if is_one_of_many and caps else "",
        )

    def chains_for(self, context: BillingContext) -> Chains:
        """Return the providers' chains, whose paid calls are charged to the account of ``context``."""
        return self.providers.with_gate(self.providers.call_gate.bill_to(context))

    def send(self, messages: Sequence[Message]) -> None:
        """Publish ``messages``. Raise BackendError if one could not be sent; a repeat sends all of them again."""
        for message in messages:
            self.bus.publish(message)

    def move(self, job_id: str, change: Change, cause: BaseException | None = None) -> Job:
        """Write what ``change`` makes of the job, log a change of its state, send the messages, and return the job.

        After a crash between the write and the messages, a repeat sends the messages. ``cause``: the error for which
        ``change`` fails the job.

        Raises:
            NotFound: there is no such job.
            Exception: every error that ``change`` raises; nothing is written then.
        """
        before: list[Job] = []

        def note_and_change(job: Job) -> tuple[Job, Sequence[Message]]:
            before.append(job)
            return change(job)

        job, messages = self.jobs.update(job_id, note_and_change)
        if job.state is not before[-1].state:
            _log_move(before[-1], job, cause)
        if job.state.is_terminal:
            note_end(self.documents, job)
        self.send(messages)
        return job


def _log_move(before: Job, job: Job, cause: BaseException | None) -> None:
    """Log the events that measure the objectives of docs/objectives.md."""
    entered_at = job.entered_at[before.state]
    facts: dict[str, Any] = {"stage_seconds": round((job.updated_at - entered_at).total_seconds(), 3)}
    if job.state.is_terminal:
        facts["total_seconds"] = round(job.active_sec, 3)
        facts["wanted_seconds"] = round(estimate_requested_sec(job))
        facts["render_mode"] = job.requested_plan.render.mode
        facts["target_res"] = job.requested_plan.render.resolution
    if job.result:
        facts["video_seconds"] = round(job.result.duration_sec, 3)
    if job.cancel_reason:
        facts["cancel_reason"] = job.cancel_reason
    if job.error:
        facts |= {"error_stage": job.error.stage, "cause": job.error.cause}
        facts |= {"user_error": job.error.is_user_error, "timeout": job.error.is_timeout}
    if job.error is not None and not job.error.is_user_error:
        log("job_moved", level="error", exc=cause, job_id=job.id, was=before.state, state=job.state, **facts)
    else:
        log("job_moved", job_id=job.id, was=before.state, state=job.state, **facts)


@contextmanager
def hold_lease(services: Services, name: str, ttl: timedelta) -> Iterator[Lease]:
    """Hold the lease ``name`` while the block runs, and release it at its end, also after an error.

    Raises:
        LeaseHeld: another worker holds it.
    """
    lease = services.leases.acquire(name, ttl)
    try:
        yield lease
    finally:
        services.leases.release(lease)
