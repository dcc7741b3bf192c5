"""Jobs that an earlier commit left unfinished go on to their end, and nothing is paid for again."""

import json
from collections import Counter, deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from sutradhar import bootstrap
from sutradhar.domain.billing.ledger import job_account
from sutradhar.domain.core.errors import LeaseHeld, ProviderError
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import Message, RenderFinished, decode_message
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.backend import Backend
from sutradhar.ports.runner import ExecutionState
from tests.fakes import FakeRunner, Renderers, write_summary
from tests.old_stores import OldStore, OpenStore, open_store
from tests.providers import google_account
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.pipeline_harness import environment
from tests.providers.server import ProviderStub

MAX_TRIES = 5
"""Deliveries of one message. Each finds no leases of others, so none has to come often."""


class Bus:
    """A MessageBus in memory; it keeps messages as they travel."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()

    def publish(self, message: Message) -> None:
        self.waiting.append(message.to_record())


class Bench:
    """Today's pipeline on an old store, with the stubs of the paid providers and a renderer that succeeds at once."""

    def __init__(self, old: OpenStore) -> None:
        self.old, self.bus, self.renderers = old, Bus(), Renderers()
        adapters = {"bus": self.bus, "runner": FakeRunner(self.renderers, "bench")}
        self.services = bootstrap.services_on(cast("Backend", _Replaced(old.backend, adapters)), old.settings)

    def take_up(self) -> None:
        """Do what a process does when it starts: send the messages of jobs in progress, besides those in the queue."""
        if self.old.store.backend == "local":
            queue = cast("Any", self.old.backend.bus)
            while delivery := queue.take():
                self.bus.publish(delivery.message)
                queue.finish(delivery)
        sweep(self.services, stalled=timedelta(0))

    def work(self, job_id: str) -> None:
        """Handle the messages of the job until none is left."""
        tries: Counter[str] = Counter()
        others = []
        while self.bus.waiting:
            text = self.bus.waiting.popleft()
            if json.loads(text)["job_id"] != job_id:
                others.append(text)
                continue
            tries[text] += 1
            assert tries[text] <= MAX_TRIES, f"{text} comes again and again"
            try:
                handle(self.services, decode_message(text))
            except (LeaseHeld, ProviderError):
                self.bus.waiting.append(text)
            self._end_renderers()
        self.bus.waiting.extend(others)

    def _end_renderers(self) -> None:
        for name in self.renderers.running():
            job_id, render_id, request = self.renderers.request[name]
            self.renderers.state[name] = ExecutionState.SUCCEEDED
            summary = write_summary(self.services.blobs, request)
            self.bus.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))


class _Replaced:
    """``backend`` with other adapters in place of some of its own."""

    def __init__(self, backend: Backend, adapters: dict[str, object]) -> None:
        self._backend = backend
        vars(self).update(adapters)

    def __getattr__(self, name: str) -> object:
        return getattr(self._backend, name)


@pytest.fixture
def stub() -> Iterator[ProviderStub]:
    with ProviderStub(STUB_ANSWERS) as server:
        yield server


@pytest.fixture
def bench(old_store: OldStore, stub: ProviderStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    account_env = google_account.environment(stub.url("oauth"), tmp_path / "account")
    # Google's library reads this one from the environment of the process
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", account_env["GOOGLE_APPLICATION_CREDENTIALS"])
    with open_store(old_store, tmp_path, {**environment(stub, tmp_path), **account_env}) as old:
        yield Bench(old)


def test_a_clip_in_the_making_is_polled_and_paid_once(bench: Bench, stub: ProviderStub) -> None:
    job_id = bench.old.store.jobs["producing"]
    before = read_account(bench.services.records, job_account(job_id))
    bench.take_up()
    bench.work(job_id)
    job = bench.old.job("producing")
    assert job.state is JobState.SUCCEEDED, job.error
    (asset,) = job.assets.values()
    assert asset.is_video
    assert [call.path.rpartition(":")[2] for call in stub.calls("gemini")] == ["fetchPredictOperation"]
    after = read_account(bench.services.records, job_account(job_id))
    assert before.reserved > 0
    assert (after.reserved, after.spent) == (0, before.spent + before.reserved)


def test_a_render_whose_process_is_gone_is_started_again(bench: Bench, stub: ProviderStub) -> None:
    bench.take_up()
    bench.work(bench.old.store.jobs["rendering"])
    job = bench.old.job("rendering")
    assert job.state is JobState.SUCCEEDED, job.error
    assert job.attempt == 1
    assert not [call for provider in STUB_ANSWERS for call in stub.list_billed(provider)]


def test_a_plan_that_was_being_written_is_written(bench: Bench) -> None:
    job_id = bench.old.store.jobs["planning"]
    bench.take_up()
    first = next(text for text in bench.bus.waiting if json.loads(text)["job_id"] == job_id)
    handle(bench.services, decode_message(first))
    job = bench.old.job("planning")
    assert job.state is JobState.PRODUCING
    assert job.plan
    assert job.requests
    # the call that the power cut interrupted may have been charged for
    outcomes = Counter(c.outcome for c in read_account(bench.services.records, job_account(job_id)).charges.values())
    assert outcomes == {"lost": 1, "settled": 1}
    assert cancel(bench.services, job_id).state is JobState.CANCELLED


def test_a_repeated_request_finds_its_job(bench: Bench) -> None:
    """The same Idempotency-Key and plan mean the same job, although plans have more fields today."""
    job = bench.old.job("paid")
    caller = next(key for key in api_keys.list_keys(bench.services.records).values() if key.id == job.owner)
    plan = RenderPlan.parse({"topic": "A river", "length_sec": 12, "render": {"mode": "PROXY", "resolution": "720p"}})
    assert submit(bench.services, plan, "river-1", caller) == (job, False)
