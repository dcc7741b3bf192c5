"""Five hundred jobs while one provider is down: with the real chains, gate, breaker, ledger and store."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.assets.operation import Operation
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import LeaseHeld, ProviderError
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import RenderFinished
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import submit
from sutradhar.ports.call_gate import CallGate
from sutradhar.ports.runner import ExecutionState
from sutradhar.providers.chain import ClipChain, ComposerChain, ImageChain, NarratorChain, PlannerChain
from tests.fake_providers import ProviderSet
from tests.fakes import FakeClock, FakeProviders, FakeRunner, Renderers, write_summary

JOBS = 200
PROVIDERS = ("openai", "elevenlabs", "gemini", "veo")
PRICES = PriceTable.model_validate(
    {
        "prices": [
            {"provider": name, "model": "m", "unit": "calls", "usd": "0.01", "source": "s", "as_of": "2026-01-01"}
            for name in PROVIDERS
        ]
    }
)


@dataclass
class Simulated(FakeProviders):
    """All assets by one provider, through the gate; the providers in ``down`` fail."""

    provider: str
    gate: CallGate
    down: set[str]
    asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__()
        self.provider_id = ProviderId(self.provider, "m")
        self._usage = Usage.exact(self.provider, "m", {"calls": 1})

    def _call(self, make: Any) -> Any:
        with self.gate.call(self._usage):
            self._count_call()
            return make()

    def _count_call(self) -> None:
        self.asked[self.provider] += 1
        if self.provider in self.down:
            raise ProviderError("HTTP 503", provider=self.provider, retryable=True, status=503, fault="down")

    def usage(self, *_request: object) -> Any:
        return self._usage

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return requested_plan

    def plan(self, *args: Any) -> Any:
        return self._call(lambda: super(Simulated, self).plan(*args))

    def narrate(self, *args: Any) -> Any:
        return self._call(lambda: super(Simulated, self).narrate(*args))

    def draw(self, *args: Any) -> Any:
        return self._call(lambda: super(Simulated, self).draw(*args))

    def start(self, *args: Any) -> Any:
        with self.gate.call(self._usage) as call:
            self._count_call()
            return call.mark_pending(str(args[0]))

    def poll(self, operation: Operation) -> Any:
        with self.gate.resume(operation):
            return super().poll(operation)

    def compose(self, *args: Any) -> Any:
        return self._call(lambda: super(Simulated, self).compose(*args))


@dataclass(frozen=True)
class SimulatedProviders:
    """The real chains over simulated providers. ``by``: the providers by name, which all share their counters."""

    by: Mapping[str, Simulated]
    call_gate: PaidCallGate
    real: Services

    def __getattr__(self, name: str) -> Any:
        return getattr(self.with_gate(self.call_gate), name)

    def with_gate(self, gate: CallGate) -> ProviderSet:
        """Return the chains, whose calls pass ``gate``."""
        by = {name: replace(provider, gate=gate) for name, provider in self.by.items()}
        # every kind begins with another provider, so that each is the first of something
        orders: dict[str, list[Any]] = {
            first: [by[name] for name in sorted(PROVIDERS, key=lambda name: name != first)] for first in PROVIDERS
        }
        return ProviderSet(
            call_gate=self.call_gate,
            planner=PlannerChain(orders["openai"]),
            narrator=NarratorChain(orders["elevenlabs"]),
            images=ImageChain(orders["gemini"]),
            composer=ComposerChain(orders["elevenlabs"]),
            clips=ClipChain([by["veo"]]),
            listener=self.real.providers.listener,
            webhooks=self.real.providers.webhooks,
            footage=self.real.providers.footage,
            sounds=self.real.providers.sounds,
            media=self.real.providers.media,
            models=self.real.providers.models,
            templates=self.real.providers.templates,
        )


@pytest.mark.parametrize("down", PROVIDERS)
def test_with_any_one_provider_down_all_jobs_succeed_and_name_it(down: str, tmp_path: Path) -> None:
    settings = Settings.from_env({"SUTRADHAR_HOME": str(tmp_path)})
    backend, clock, renderers = bootstrap.local_backend(settings), FakeClock(), Renderers()
    gate = PaidCallGate.create(backend.records, backend.leases, clock, PRICES, None, dict.fromkeys(PROVIDERS, 4))
    by = {provider: Simulated(provider, gate, {down}) for provider in PROVIDERS}
    real = bootstrap.services_on(backend, settings)
    providers = SimulatedProviders(by, gate, real)
    services = replace(
        real, backend=replace(backend, runner=FakeRunner(renderers, "o"), clock=clock), providers=providers
    )
    queue: Any = backend.bus
    jobs = []
    for number in range(JOBS):
        job, _ = submit(services, RenderPlan(topic=f"tea {number}", seed=number, footage="generated"))
        jobs.append(job.id)
        while queue.depth():  # what has to rest for a moment is not left for good
            _one(services, queue, renderers)
        clock.advance(2)
    ended = [services.jobs.get(job_id) for job_id in jobs]
    assert sum(job.state is JobState.SUCCEEDED for job in ended) >= 0.99 * JOBS
    kinds = {"openai": "plan", "elevenlabs": "narration", "gemini": "image", "veo": "clip"}
    for job in ended:
        assert [a.is_video for a in job.assets.values() if a.kind == "image"] == [down != "veo"] * 2
        missed = [f.provider for a in job.assets.values() for f in a.fallbacks]
        noted = [note for note in job.notices if "written by" in note]
        if kinds[down] == "plan":
            assert noted
        else:
            assert down in missed
        assert down not in {a.provider.partition("/")[0] for a in job.assets.values()}
    # it was not called most of the time
    assert 0 < by[down].asked[down] < JOBS / 10
    backend.close()


def _one(services: Any, queue: Any, renderers: Renderers) -> None:
    """Handle one message, if one is due."""
    delivery = queue.take()
    if delivery is None:
        return
    try:
        handle(services, delivery.message)
    except LeaseHeld:
        queue.defer(delivery, 0)
    except ProviderError as exc:
        if delivery.is_last_try:
            fail_job(services, delivery.message, exc)
        queue.finish(delivery) if delivery.is_last_try else queue.retry_later(delivery)
    else:
        queue.finish(delivery)
    for name in renderers.running():
        job_id, render_id, request = renderers.request[name]
        renderers.state[name] = ExecutionState.SUCCEEDED
        summary = write_summary(services.blobs, request)
        queue.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))
