"""A video in several languages pays for shared things once, and all its languages have one cap together."""

from collections import Counter
from pathlib import Path

import pytest

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.domain.billing.ledger import job_account, order_account
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import BudgetExceeded, InvalidRequest
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.accounts import BillingAccounts, read_accounts
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.estimate import estimate
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.versions import list_versions
from tests.fakes import FakeClock
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.pipeline_harness import PipelineHarness
from tests.providers.server import ProviderStub

BODY = {
    "topic": "A river",
    "length_sec": 15,
    "languages": ["en", "hi", "fr"],
    "render": {"mode": "PROXY"},
}
PLAN = RenderPlan.parse(BODY)


def count_calls(stub: ProviderStub) -> Counter[str]:
    return Counter(call.path for provider in STUB_ANSWERS for call in stub.list_billed(provider))


def test_all_languages_together_cost_shared_things_once(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    job = pipeline.run_plan(PLAN)
    versions = list_versions(pipeline.services, job)
    jobs: list[Job] = [job, *versions.values()]
    assert {one.state for one in jobs} == {JobState.SUCCEEDED}
    calls = count_calls(stub)
    keys = {
        request.kind: {r.key for one in jobs for r in one.requests if r.kind == request.kind}
        for request in job.requests
    }
    assert sum(calls[path] for path in calls if "text-to-speech" in path) == len(keys["narration"])
    assert sum(calls[path] for path in calls if "images" in path) == len(keys["image"])
    assert calls["/v1/music"] == 1

    accounts = read_accounts(pipeline.services.records, [job_account(one.id) for one in jobs])
    paid = sum(account.spent for account in accounts.values())
    assert job.estimated_micros == pytest.approx(paid, rel=0.2)
    order = order_account(job.id)
    assert read_accounts(pipeline.services.records, [order])[order].spent == paid


def test_one_budget_holds_for_all_languages(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    lines = estimate(pipeline.services, PLAN).lines
    assert {"scene 1, narration", "scene 1, narration (Hindi)", "scene 1, narration (French)"} <= {
        line.label for line in lines
    }
    first = sum(line.expected for line in lines if line.language is None)
    with pytest.raises(InvalidRequest, match=r"narration \(French\)"):
        submit(pipeline.services, RenderPlan.parse({**BODY, "budget_usd": round(first / 1e6, 4)}))
    assert not count_calls(stub)


def test_a_version_spends_what_the_others_leave(tmp_path: Path) -> None:
    accounts = BillingAccounts(SqliteKeyValueStore(Database(tmp_path / "state.db")), FakeClock(), None)
    first, second = (BillingContext(job, "plan", job_cap=100, order="job-1") for job in ("job-1", "job-2"))
    usage = Usage("openai", "model", {}, {})
    accounts.settle(accounts.reserve(first, usage, 60), 55)
    accounts.refund(accounts.reserve(second, usage, 45))
    held = accounts.reserve(second, usage, 40)
    with pytest.raises(BudgetExceeded, match="of this order's cap of"):
        accounts.reserve(first, usage, 6)
    accounts.settle(held, 10)
    accounts.reserve(first, usage, 35)
    assert [accounts.read(job_account(job)).commitment for job in ("job-1", "job-2")] == [90, 10]
