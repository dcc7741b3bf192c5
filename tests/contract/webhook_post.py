"""The services of one backend with a receiver that notes each webhook, and a bus that the test plays."""

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import NarrationSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.jobs import review
from sutradhar.domain.jobs.job import Job, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import AnnounceEvents, DeliverWebhook, Message
from sutradhar.domain.jobs.webhook import Delivery
from sutradhar.domain.plan.options import DEFAULT_VOICE, PlanDefaults
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanChange
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.webhook_delivery import DELIVERIES
from sutradhar.pipeline.webhook_events import make_webhook
from tests.contract.conftest import StoreFixture
from tests.fake_providers import FakeReceiver, free_call_gate, provider_set
from tests.fakes import FakeProviders, PortSet

URL = "https://hooks.example.com/in"
BASE = "https://videos.example.com"


def make_narration(text: str) -> AssetRequest:
    """Return the request for the narration of the first scene."""
    spec = NarrationSpec(text=text, language="en", voice="F", options=DEFAULT_VOICE)
    return AssetRequest(slot=Slot.narration(0), spec=spec, provider=ProviderId("v", "1"))


class Killed(BaseException):
    """The process is killed here."""


@dataclass
class Line:
    """A bus whose messages the test takes, loses or repeats."""

    reports_last_error = True
    messages: list[Message] = field(default_factory=list)

    def publish(self, message: Message) -> None:
        self.messages.append(message)


class Post:
    """The services on one backend, with a receiver that notes each webhook."""

    def __init__(self, kit: StoreFixture) -> None:
        self.kit, self.bus = kit, Line()
        gate = free_call_gate(kit.records, kit.leases, kit.clock)
        providers = provider_set(FakeProviders(), gate)
        self.receiver = cast(FakeReceiver, providers.webhooks)
        runner = SimpleNamespace(cancel=lambda _execution: None)
        backend = PortSet(
            jobs=kit.jobs,
            assets=kit.assets,
            leases=kit.leases,
            records=kit.records,
            documents=kit.documents,
            tallies=kit.tallies,
            blobs=kit.blobs,
            bus=self.bus,
            runner=cast(Any, runner),
            clock=kit.clock,
        )
        self.services = Services(backend, providers, PlanDefaults(), review_period=timedelta(days=7))

    def create_job(self, name: str = "job-1", owner: str = "key-1", *, review: bool = False) -> Job:
        plan = RenderPlan(topic="tea", webhook_url=URL, metadata={"order": "7"}, review=review)
        job = Job.new(name, plan, "hash", self.kit.clock.now())
        webhook = make_webhook(self.services, URL, BASE)
        return self.services.jobs.create(job.evolve(owner=owner, webhook=webhook))[0]

    def fail(self, name: str = "job-1") -> Job:
        self.kit.clock.advance(1)
        error = JobFailure(stage="plan", cause="no planner", advice="retry the job")
        return self.services.move(name, lambda job: job.fail(error, self.kit.clock.now()))

    def await_approval(self, name: str = "job-1") -> Job:
        """Let a job with a review wait, as the worker does when its narrations are made."""
        self.kit.clock.advance(1)
        now, deadline = self.kit.clock.now(), self.services.find_deadline()

        def change(job: Job) -> Outcome:
            if job.plan is None:
                return job.start_producing(job.requested_plan, (), [], now, deadline)
            return review.await_approval(job, job.requests, now, deadline)

        return self.services.move(name, change)

    def change_narration(self, name: str = "job-1") -> Job:
        """Change a narration of a waiting job, which is then made first."""
        self.kit.clock.advance(1)
        change = PlanChange(changed_at=self.kit.clock.now(), changed_by="", fields=())

        def change_plan(job: Job) -> Outcome:
            request = make_narration(f"Sentence {review.get_plan_version(job)}.")
            return review.change_plan(job, job.current_plan, (request,), [], change)

        return self.services.move(name, change_plan)

    def work(self) -> None:
        """Handle the messages about webhooks until there are none."""
        while self.bus.messages:
            message = self.bus.messages.pop(0)
            if isinstance(message, AnnounceEvents | DeliverWebhook):
                handle(self.services, message)

    def advance_and_sweep(self, pause: timedelta) -> None:
        self.kit.clock.advance(pause.total_seconds())
        sweep(self.services)
        self.work()

    def deliveries(self) -> list[Delivery]:
        return list(self.services.documents.list(DELIVERIES, limit=100).records)

    def delivery(self) -> Delivery:
        (delivery,) = self.deliveries()
        return delivery
