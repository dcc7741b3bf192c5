"""Batches on one backend: images that are paid for, renders that end at once, and a bus that a test plays."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import LeaseHeld, StaleLease
from sutradhar.domain.jobs.batch import Batch, BatchRow
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import Message, RenderFinished
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.batches.rows import read_rows
from sutradhar.pipeline.batches.store import BATCHES
from sutradhar.pipeline.batches.submit import BatchOrder, OrderedRow, submit_batch
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.runner import ExecutionState
from tests.contract.conftest import StoreFixture
from tests.contract.webhook_post import Line
from tests.fake_providers import ProviderSet, provider_set
from tests.fakes import FakeProviders, FakeRunner, PortSet, Renderers, write_summary

PRICES = PriceTable.model_validate(
    {
        "prices": [
            {"provider": "openai", "model": "m", "unit": "calls", "usd": "0.01", "source": "s", "as_of": "2026-01-01"}
        ]
    }
)
CALL = 10_000
"""The price of an image, in millionths of a US dollar."""


class PaidProviders(FakeProviders):
    """Providers whose images are paid for."""

    def __init__(self) -> None:
        super().__init__()
        self.provider_id = ProviderId("openai", "m")
        self.gate: CallGate | None = None
        self.is_estimated = True
        """False: the estimate knows no price, so that only the provider's call tells that a budget is spent."""

    def usage(self, *_request: object) -> Any:
        return Usage.exact("openai", "m", {"calls": 1 if self.is_estimated else 0})

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return requested_plan

    def bind(self, gate: CallGate) -> "PaidProviders":
        bound = object.__new__(PaidProviders)
        bound.__dict__ = {**self.__dict__, "gate": gate}
        return bound

    def _make(self, what: str) -> None:
        if not what.startswith("image"):
            super()._make(what)
            return
        assert self.gate
        with self.gate.call(Usage.exact("openai", "m", {"calls": 1})):
            super()._make(what)


class FreeProviders(FakeProviders):
    """Providers that are offline and cost nothing."""

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return requested_plan


class PaidProviderSet(ProviderSet):
    """Paid images, and the rest for nothing."""

    def with_gate(self, gate: CallGate) -> ProviderSet:
        images: Any = self.images
        return replace(self, images=images.bind(gate))


class Batches:
    """Batches on one backend."""

    def __init__(self, kit: StoreFixture, active_jobs: int = 3, day_cap: int | None = None) -> None:
        self.kit, self.bus, self.renderers = kit, Line(), Renderers()
        self.paid, self.free = PaidProviders(), FreeProviders()
        gate = PaidCallGate.create(kit.records, kit.leases, kit.clock, PRICES, day_cap, {"openai": 0})
        free = provider_set(self.free, gate)
        providers = PaidProviderSet(**{**vars(free), "images": self.paid})
        backend = PortSet(
            jobs=kit.jobs,
            assets=kit.assets,
            leases=kit.leases,
            records=kit.records,
            documents=kit.documents,
            tallies=kit.tallies,
            blobs=kit.blobs,
            bus=self.bus,
            runner=FakeRunner(self.renderers, "one"),
            clock=kit.clock,
        )
        self.receiver: Any = providers.webhooks
        self.services = Services(backend, providers, PlanDefaults(), batch_active_jobs=active_jobs)
        self.ended: list[str] = []
        """The jobs whose renders have ended, in their order."""
        self.counts_active = False
        self.most_active = 0
        """The most jobs of batches that were in progress at a time."""

    def submit(self, rows: int, budget: int | None = None, **changes: Any) -> str:
        """Store a batch of ``rows`` videos with one paid image each, and return its id."""
        name, owner = str(changes.pop("name", "batch")), str(changes.pop("owner", ""))
        plans = [make_plan(f"{name} {number}", **changes) for number in range(1, rows + 1)]
        return self.submit_plans(plans, budget, name, owner)

    def submit_plans(
        self, plans: Sequence[dict[str, Any]], budget: int | None = None, name: str = "", owner: str = ""
    ) -> str:
        order = BatchOrder(
            rows=[OrderedRow(row_id=str(number), plan=RenderPlan.parse(plan)) for number, plan in enumerate(plans, 1)],
            name=name,
            budget=budget,
            webhook_url="https://hooks.example.com/in",
            base_url="https://videos.example.com",
        )
        caller = ApiKey(id=owner, name=owner, digest="") if owner else None
        return submit_batch(self.services, order, caller=caller)[0].id

    def work(self, most: int = 5000) -> None:
        """Handle messages until there are none, or ``most`` of them; each render ends at once."""
        for _ in range(most):
            if not self.bus.messages:
                return
            self.deliver(self.bus.messages.pop(0))

    def deliver(self, message: Message) -> None:
        try:
            handle(self.services, message)
        except (LeaseHeld, StaleLease):
            self.bus.publish(message)
        self._end_renders()
        if self.counts_active:
            active = [job for job in self.list_jobs() if job.batch and job.state.is_at_work]
            self.most_active = max(self.most_active, len(active))

    def _end_renders(self) -> None:
        for name in self.renderers.running():
            job_id, render_id, request = self.renderers.request[name]
            self.renderers.state[name] = ExecutionState.SUCCEEDED
            self.ended.append(job_id)
            summary = write_summary(self.services.blobs, request)
            self.bus.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))

    def sweep(self, seconds: float) -> None:
        """Let time pass, and sweep."""
        self.kit.clock.advance(seconds)
        sweep(self.services)

    def batch(self, batch_id: str) -> Batch:
        return self.services.documents.get(BATCHES, batch_id)

    def rows(self, batch_id: str) -> list[BatchRow]:
        return read_rows(self.services, self.batch(batch_id))

    def states(self, batch_id: str) -> list[str]:
        return [row.state for row in self.rows(batch_id)]

    def list_jobs(self) -> Sequence[Job]:
        return self.services.jobs.list_latest(100).jobs


def make_plan(title: str, **changes: Any) -> dict[str, Any]:
    """Return a plan whose image no other one has."""
    scene = {"narration": "A sentence.", "image_prompt": f"picture of {title}", "duration_sec": 2}
    return {"title": title, "scenes": [scene], "music": False, "subtitle_languages": ["en"], **changes}
