"""A stored batch: its rows, its plans, its keys, and kills while it is stored."""

from typing import Any

import pytest

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import IdempotencyMismatch, NotFound
from sutradhar.domain.jobs.batch import Batch
from sutradhar.domain.jobs.messages import AdvanceBatch
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES, name_rows
from sutradhar.pipeline.batches.submit import BatchOrder, OrderedRow, read_plans, submit_batch
from sutradhar.pipeline.services import Services
from tests.integration.local_pipeline import LocalPipeline


class _Killed(Exception):
    """The process ended here."""


@pytest.fixture
def services(pipeline: LocalPipeline) -> Services:
    return pipeline.services


def _make_order(count: int, **fields: Any) -> BatchOrder:
    return BatchOrder([OrderedRow(f"row {n}", RenderPlan(topic=f"Topic {n}")) for n in range(1, count + 1)], **fields)


def _list_batches(services: Services) -> list[Batch]:
    return list(services.documents.list(BATCHES).records)


def test_a_batch_has_its_rows_and_plans(services: Services) -> None:
    caller = ApiKey(id="key-1", name="A", digest="0" * 64, daily_budget=5_000_000)
    batch, created = submit_batch(services, _make_order(250, name="Spring", budget=7), caller=caller)
    assert created
    assert (batch.rows, batch.counts, batch.owner_cap_micros, batch.budget_micros) == (
        250,
        {"queued": 250},
        5_000_000,
        7,
    )
    plans = read_plans(services, batch.id)
    assert [plan.topic for plan in plans] == [f"Topic {n}" for n in range(1, 251)]
    rows = [
        row for first in (1, 101, 201) for row in services.documents.get(BATCH_ROWS, name_rows(batch.id, first)).rows
    ]
    assert [(row.number, row.row_id) for row in rows] == [(n, f"row {n}") for n in range(1, 251)]
    with pytest.raises(NotFound):
        services.documents.get(BATCH_ROWS, name_rows(batch.id, 301))


def test_one_key_makes_one_batch(services: Services) -> None:
    first, created = submit_batch(services, _make_order(3), "k")
    again, created_again = submit_batch(services, _make_order(3), "k")
    assert (created, created_again, again.id) == (True, False, first.id)
    with pytest.raises(IdempotencyMismatch):
        submit_batch(services, _make_order(4), "k")
    assert read_plans(services, first.id) == [RenderPlan(topic=f"Topic {n}") for n in (1, 2, 3)]
    other, _ = submit_batch(services, _make_order(3), "k", ApiKey(id="key-2", name="B", digest="1" * 64))
    assert other.id != first.id
    assert len(_list_batches(services)) == 2


@pytest.mark.parametrize("port", ["blobs.put_new", "documents.create", "bus.publish"])
def test_a_repeat_stores_what_a_kill_left_out(services: Services, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    place, _, method = port.partition(".")
    with monkeypatch.context() as patch:

        def kill(*_: object, **__: object) -> None:
            raise _Killed

        patch.setattr(getattr(services, place), method, kill)
        with pytest.raises(_Killed):
            submit_batch(services, _make_order(120), "k")
    sent: list[object] = []
    monkeypatch.setattr(services.bus, "publish", sent.append)
    batch, _ = submit_batch(services, _make_order(120), "k")
    assert _list_batches(services) == [batch]
    assert len(read_plans(services, batch.id)) == 120
    assert len(services.documents.get(BATCH_ROWS, name_rows(batch.id, 120)).rows) == 20
    assert sent == [AdvanceBatch(batch_id=batch.id)]
