"""All data of a key is removed, on both backends, and not a byte of another key's."""

from datetime import timedelta
from typing import Any

import pytest

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import LeaseHeld, NotFound
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import RemoveData
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.data_removal import (
    get_removal,
    order_removal,
    remove_batch,
    request_removal,
    run_removal,
)
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.removal_batches import has_data
from tests.contract.conftest import StoreFixture
from tests.contract.key_data import IMAGE, MINE, OTHER, SHARED_BLOB, KeyData
from tests.contract.webhook_post import URL


@pytest.fixture
def data(kit: StoreFixture) -> KeyData:
    return KeyData(kit)


def work(data: KeyData) -> None:
    """Handle the messages of removals until there are none."""
    while removals := [one for one in data.post.bus.messages if isinstance(one, RemoveData)]:
        data.post.bus.messages.remove(removals[0])
        handle(data.services, removals[0])


def test_everything_of_the_key_goes_and_the_answer_counts_it(data: KeyData) -> None:
    others, mine = data.read_all(OTHER), data.read_all(MINE)
    plans = sum(blob.size for blob in data.kit.blobs.list("batches/")) // 2
    assert len(mine) == len(others) > 10
    removal, _ = request_removal(data.services, MINE, MINE)
    order_removal(data.services, removal)
    work(data)
    assert (data.read_all(MINE), data.read_all(OTHER)) == ({}, others)
    assert (data.kit.blobs.get(SHARED_BLOB), data.kit.blobs.get("assets/narration.wav")) == (IMAGE, b"of a text")
    answer = data.answer()
    removed = {kind: (amount.count, amount.bytes) for kind, amount in answer.removed}
    assert removed == {
        "jobs": (2, 0),
        "job_files": (4, 18),
        "publications": (1, 0),
        "idempotency_keys": (1, 0),
        "batches": (1, plans),
        "uploads": (2, 2 * len(IMAGE)),
        "assets": (2, 2 * len(IMAGE)),
        "webhook_deliveries": (2, 0),
        "webhook_secrets": (1, 0),
        "approvals": (0, 0),
        "brands": (0, 0),
    }
    assert (answer.state, answer.key_id, answer.bytes) == ("done", MINE, plans + 18 + 4 * len(IMAGE))
    (entry,) = [one for one in data.kit.documents.list(AUDIT, limit=100).records if one.action == "end_data_removal"]
    assert (entry.actor, entry.facts["key_id"], entry.facts["jobs"]) == (MINE, MINE, 2)
    assert not has_data(data.services, MINE)
    assert has_data(data.services, OTHER)


def test_running_jobs_are_cancelled_before_anything_is_deleted(data: KeyData) -> None:
    removal, _ = request_removal(data.services, MINE)
    remove_batch(data.services, removal.id)  # the batches, which start no further jobs then
    remove_batch(data.services, removal.id)
    states = [data.kit.jobs.get(f"job-{MINE}-{name}").state for name in ("running", "failed")]
    assert states == [JobState.CANCELLED, JobState.FAILED]
    assert data.kit.jobs.get(f"job-{OTHER}-running").state is JobState.PLANNING
    run_removal(data.services, removal)
    assert data.read_all(MINE) == {}


def test_what_is_made_after_the_request_stays(data: KeyData) -> None:
    removal, _ = request_removal(data.services, MINE)
    data.kit.clock.advance(1)
    job, upload = data.post.create_job("job-later", MINE), data.add_upload(MINE)
    run_removal(data.services, removal)
    assert data.kit.jobs.get(job.id) == job
    assert data.kit.blobs.get(upload.blob) == IMAGE
    assert set(data.read_all(MINE)) == {f"job {job.id}", f"upload {upload.id}", f"blob {upload.blob}"}


def test_a_second_request_joins_the_first_one_and_a_later_one_finds_nothing(data: KeyData) -> None:
    first, created = request_removal(data.services, MINE)
    assert created
    assert request_removal(data.services, MINE) == (first, False)
    run_removal(data.services, first)
    data.kit.clock.advance(1)
    later = run_removal(data.services, request_removal(data.services, MINE)[0])
    assert (later.id != first.id, later.state, later.removed) == (True, "done", {})


def test_a_removal_waits_for_a_worker_that_makes_an_asset(data: KeyData) -> None:
    """Such a worker may not save the asset afterwards."""
    (key,) = [name.split()[1] for name in data.read_all(MINE) if name.startswith("asset ")][:1]
    lease = data.kit.other_leases.acquire(key, timedelta(minutes=10))
    removal, _ = request_removal(data.services, MINE)
    with pytest.raises(LeaseHeld):
        while remove_batch(data.services, removal.id):
            """Go on until the asset comes."""
    data.kit.other_leases.release(lease)
    run_removal(data.services, removal)
    assert data.read_all(MINE) == {}
    assert dict(data.answer().removed)["assets"].count == 2


def test_a_stranger_does_not_see_a_removal(data: KeyData) -> None:
    removal, _ = request_removal(data.services, MINE)
    assert get_removal(data.services, removal.id, ApiKey(id=MINE, name="m", digest="")) == removal
    assert get_removal(data.services, removal.id, ApiKey(id="a", name="a", digest="", role="admin")) == removal
    for who, name in ((OTHER, removal.id), (MINE, "none")):
        with pytest.raises(NotFound):
            get_removal(data.services, name, ApiKey(id=who, name="o", digest=""))


def test_the_events_of_removed_jobs_are_not_sent_afterwards(data: KeyData) -> None:
    run_removal(data.services, request_removal(data.services, MINE)[0])
    sent: list[Any] = data.post.receiver.requests
    data.post.work()
    assert all(f"job-{MINE}" not in body for _, url, body, _ in sent if url == URL)
