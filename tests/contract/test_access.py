"""The limit of calls holds for callers at the same time, and the audit log lists its days, on both backends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sutradhar.domain.core.audit import AuditEntry
from sutradhar.pipeline.audit import AUDIT, note_act
from sutradhar.pipeline.rate_limit import RateLimiter
from sutradhar.ports.clock import SystemClock
from tests.contract.conftest import StoreFixture


def test_instances_accept_no_call_too_many(kit: StoreFixture) -> None:
    limiters = [RateLimiter(kit.records, SystemClock(), 5) for _ in range(3)]
    with ThreadPoolExecutor(6) as pool:
        allowances = list(pool.map(lambda number: limiters[number % 3].count_call("2001:db8::/64"), range(18)))
    assert sorted(one.left for one in allowances if not one.is_refused) == [0, 1, 2, 3, 4]


def test_an_entry_is_stored_once_and_found_by_its_day(kit: StoreFixture) -> None:
    noon = datetime(2026, 11, 27, 12, tzinfo=UTC)
    for hours in (0, 0, 13):
        at = noon + timedelta(hours=hours)
        note_act(kit.documents, AuditEntry(id=f"end-{hours}", at=at, action="end_render", facts={"state": "error"}))
    (entry,) = kit.documents.list(AUDIT, state="20261127").records
    assert (entry.id, entry.facts) == ("end-0", {"state": "error"})
