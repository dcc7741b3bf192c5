"""Contract of the key-value store: names that are changed together are changed in one step, by one process at a
time."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from sutradhar.domain.billing.ledger import Account, day_account, job_account, key_account
from sutradhar.domain.billing.price import PriceTable
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import BudgetExceeded
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.billing.call_gate import PaidCallGate
from sutradhar.pipeline.billing.context import BillingContext
from tests.contract.conftest import StoreFixture

PRICES = PriceTable.model_validate(
    {"prices": [{"provider": "v", "model": "m", "unit": "calls", "usd": "0.10", "source": "s", "as_of": "2026-01-01"}]}
)


def test_a_name_that_was_never_written_has_no_value(kit: StoreFixture) -> None:
    assert kit.records.read(["a", "b/c"]) == {}


def test_several_names_are_changed_together_and_the_others_stay(kit: StoreFixture) -> None:
    kit.records.update(["a", "b/c"], lambda values: {"a": "1", "b/c": "2"})
    values_before: list[Mapping[str, str]] = []

    def change(values: Mapping[str, str]) -> Mapping[str, str]:
        values_before.append(dict(values))
        return {"a": "3"}

    assert kit.records.update(["a", "b/c", "new"], change) == {"a": "3", "b/c": "2"}
    assert values_before == [{"a": "1", "b/c": "2"}]
    assert kit.records.read(["a", "b/c", "new"]) == {"a": "3", "b/c": "2"}


def test_a_change_that_raises_writes_nothing(kit: StoreFixture) -> None:
    def change(_values: Mapping[str, str]) -> Mapping[str, str]:
        raise BudgetExceeded("no", provider="v")

    with pytest.raises(BudgetExceeded):
        kit.records.update(["a"], change)
    assert kit.records.read(["a"]) == {}


def test_twenty_concurrent_writers_lose_no_change(kit: StoreFixture) -> None:
    def add(_i: int) -> None:
        def change(values: Mapping[str, str]) -> Mapping[str, str]:
            return {name: json.dumps(json.loads(values.get(name, "0")) + 1) for name in ("x", "y")}

        kit.records.update(["x", "y"], change)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(add, range(60)))
    assert kit.records.read(["x", "y"]) == {"x": "60", "y": "60"}


def test_fifty_workers_never_commit_more_than_a_cap(kit: StoreFixture) -> None:
    """Five jobs of ten workers, each cap for seven calls, the day's for thirty, and for twelve that of an API key that
    two of the jobs are of: 0.10 USD a call."""
    day = day_account(kit.clock.now().date().isoformat())
    jobs = [f"job-{i}" for i in range(5)]
    caps = dict.fromkeys(jobs, 750000)
    gate = PaidCallGate.create(kit.records, kit.leases, kit.clock, PRICES, 3_000_000, {})
    key = key_account("key-1", kit.clock.now().date().isoformat())
    most: list[int] = []
    of_key: list[int] = []
    refused: list[str] = []
    called: list[str] = []

    def work(i: int) -> None:
        job = jobs[i % 5]
        owner, owner_cap = ("key-1", 1_200_000) if i % 5 < 2 else ("key-2", None)
        context = BillingContext(job, f"slot-{i}", caps[job], owner=owner, owner_cap=owner_cap)
        try:
            with gate.bill_to(context).call(Usage.exact("v", "m", {"calls": 1})) as call:
                called.append(job)
                most.append(read_account(kit.records, day).commitment)
                of_key.append(read_account(kit.records, key).commitment)
                if i % 3:
                    call.settle({"calls": 0.5})
        except BudgetExceeded:
            refused.append(job)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(work, range(50)))
    accounts: dict[str, Account] = {job: read_account(kit.records, job_account(job)) for job in jobs}
    whole = read_account(kit.records, day)
    assert max(most) <= 3_000_000
    assert max(of_key) <= 1_200_000
    assert read_account(kit.records, key).reserved == 0
    assert read_account(kit.records, key).spent == sum(accounts[job].spent for job in jobs[:2]) > 0
    assert "key-2" not in "".join(kit.records.read([str(key_account("key-2", key.day))]))
    assert len(called) + len(refused) == 50
    assert refused
    assert whole.reserved == 0
    assert whole.spent == sum(a.spent for a in accounts.values())
    for job, one in accounts.items():
        assert one.reserved == 0
        assert one.spent <= caps[job]
        assert one.spent == sum(c.spent for c in one.charges.values())
        assert len(one.charges) == called.count(job)


def test_names_are_listed_by_their_beginning(kit: StoreFixture) -> None:
    names = ["upload/a", "upload/b.c", "upload/~d", "upload/ह", "upload/e f/g"]
    others = ["upload", "uploads/a", "uploaded", "Upload/a", "ups/a"]
    kit.records.update([*names, *others], lambda _values: dict.fromkeys([*names, *others], "1"))
    assert sorted(kit.records.list_names("upload/")) == sorted(names)
    assert kit.records.list_names("upload/", limit=2) == kit.records.list_names("upload/")[:2]
    assert kit.records.list_names("none/") == []


def test_a_deleted_value_is_gone_and_a_repeat_changes_nothing(kit: StoreFixture) -> None:
    kit.records.update(["a/b", "a/c"], lambda _values: {"a/b": "1", "a/c": "2"})
    for _ in range(2):
        kit.records.delete(["a/b", "never"])
        assert kit.records.read(["a/b", "a/c"]) == {"a/c": "2"}
    assert kit.records.list_names("a/") == ["a/c"]
    kit.records.delete([])
    assert kit.records.update(["a/b"], lambda values: {"a/b": values.get("a/b", "new")}) == {"a/b": "new"}
