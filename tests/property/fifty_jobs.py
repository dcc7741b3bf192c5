"""Fifty jobs with different fates, made by functions that are killed before each of their writes."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import Conflict, NotFound, ProviderError
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import DispatchRender, RenderFinished, RenderProgressed
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.handle import fail_job, handle
from sutradhar.pipeline.idempotency import find_keyed_job
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.runner import ExecutionState
from tests.fake_providers import provider_set
from tests.fakes import FakeClock, FakeProviders, FakeRunner, PortSet, Renderers, write_summary
from tests.property.job_ledger import JobLedger
from tests.property.killed_functions import Executioner, MortalPort, MortalWorker, UnorderedBus
from tests.property.processes import Stores

FATES = Counter(succeeds=29, broken=4, timeout=3, refused=3, fails_once=2, retried=3)
"""The number of jobs of each fate."""
CANCELLED_IN = (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING)
"""One job more is cancelled in each of these states."""
_MAX_ROUNDS = 60


class GatedProviders(FakeProviders):
    """Providers whose calls pass the gate, as those of a provider with a key do."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: PaidCallGate | None = None
        self.counted_errors: Counter[str] = Counter()
        """The failed calls whose function lived until their failure was noted, by status."""
        self._failed_once: set[str] = set()

    def draft_plan(self, requested_plan: RenderPlan) -> RenderPlan:
        return self.plan(requested_plan).plan

    def _make(self, what: str) -> None:
        assert self.gate
        try:
            with self.gate.call(Usage.exact("openai", "1", {})):
                if "refused" in what:
                    raise ProviderError("no", provider="openai", retryable=False, status=400, fault="refused")
                if "fails_once" in what and what not in self._failed_once:
                    raise ProviderError("no answer", provider="openai", retryable=True, status=503, fault="down")
                super()._make(what)
        except ProviderError as exc:
            self._failed_once.add(what)
            self.counted_errors[str(exc.status)] += 1
            raise


class FiftyJobs:
    """The jobs, their callers, their functions and their renderers."""

    def __init__(self, stores: Stores, folder: Path, clock: FakeClock) -> None:
        self._stores, self._clock, self._blobs = stores, clock, FileBlobStore(folder / "blobs")
        self.executioner, self.providers = Executioner(), GatedProviders()
        self._bus, self._renderers = UnorderedBus(seed=13), Renderers()
        self._fates: dict[str, str] = {}
        self._asked: set[str] = set()
        self.services = self._make_services()
        self.ledger = JobLedger(stores.jobs.get, clock.now)
        give_up = partial(fail_job, self.services)
        work = partial(handle, self.services)
        self._worker = MortalWorker(self._bus, clock, self.executioner, work, give_up, self._observe)

    def submit_all(self) -> None:
        """Submit each job, as a caller does who hears nothing: again, with the same key."""
        for number, fate in enumerate(self._list_fates()):
            key = f"order {number}"
            job_id, _ = find_keyed_job(self.services, key)
            self._fates[job_id] = fate
            plan = RenderPlan.parse(describe_plan(number, fate))
            self._worker.call("submit", partial(submit, self.services, plan, key), job_id)

    def run(self) -> None:
        """Let the functions work until all jobs have ended and no message is left, also those that came over HTTP."""
        self._clock.at = max(self._clock.at, datetime.now(UTC))
        for job in self._stores.jobs.list_unfinished(self._clock.now()):
            self._observe(job.id)
        sweep(self.services, stalled=timedelta(0))
        for _ in range(_MAX_ROUNDS):
            self._do_what_callers_want()
            self._end_renders()
            if not self._bus:
                return
            self._worker.deliver_all()
        raise AssertionError("the jobs never ended")

    def _make_services(self) -> Services:
        runner = FakeRunner(self._renderers, "one")
        ports = {**vars(self._stores), "blobs": self._blobs, "bus": self._bus, "runner": runner}
        ports.pop("between")
        mortal = cast(dict[str, Any], {name: MortalPort(port, self.executioner) for name, port in ports.items()})
        no_prices = PriceTable(prices=())
        gate = PaidCallGate.create(mortal["records"], mortal["leases"], self._clock, no_prices, None, {"openai": 0})
        self.providers.gate = gate
        return Services(PortSet(**mortal, clock=self._clock), provider_set(self.providers, gate), PlanDefaults())

    def _list_fates(self) -> Iterator[str]:
        yield from FATES.elements()
        yield from (f"cancelled in {state}" for state in CANCELLED_IN)

    def _observe(self, job_id: str) -> None:
        with suppress(NotFound):  # its submit was killed before the write
            self.ledger.observe(job_id)

    def _do_what_callers_want(self) -> None:
        """Cancel and retry as the fates say; a caller who hears nothing asks again."""
        for job_id, fate in self._fates.items():
            state = self._stores.jobs.get(job_id).state
            if job_id in self._asked:
                continue
            if fate == f"cancelled in {state}":
                self._asked.add(job_id)
                self._worker.call("cancel", partial(self._cancel, job_id), job_id)
            elif fate == "retried" and state is JobState.FAILED:
                self._asked.add(job_id)
                self._worker.call("retry", partial(retry, self.services, job_id), job_id)

    def _cancel(self, job_id: str) -> None:
        with suppress(Conflict):  # it is a repeat
            cancel(self.services, job_id)

    def _end_renders(self) -> None:
        for name in self._renderers.running():
            job_id, render_id, request_blob = self._renderers.request[name]
            fate = self._fates.get(job_id, "succeeds")
            self._renderers.state[name] = ExecutionState.SUCCEEDED
            if fate == "timeout":
                self._renderers.state[name] = ExecutionState.FAILED
                self._bus.publish(DispatchRender(job_id=job_id))
            elif fate == "broken" or (fate == "retried" and render_id.endswith("-1")):
                failure = FailureDetail(stage="picture", cause="a bad picture", scene=0)
                self._bus.publish(RenderFinished(job_id=job_id, render_id=render_id, error=failure))
            else:
                blob = write_summary(self._blobs, request_blob)
                progress = RenderProgressed(job_id=job_id, render_id=render_id, stage="picture", done=5, total=10)
                self._bus.publish(progress)
                self._bus.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=blob))


def describe_plan(number: int, fate: str) -> dict[str, Any]:
    """Return a plan of one scene, as callers send it; jobs that succeed share their assets with others."""
    subject = f"{number % 20}" if fate == "succeeds" else f"{fate} {number}"
    scene = {"narration": f"Sentence {number % 5}.", "image_prompt": f"picture {subject}", "duration_sec": 2}
    return {"title": f"Film {number}", "scenes": [scene], "music": False, "subtitle_languages": ["en"]}
