"""In any order of events, with messages lost, repeated or killed, a removal ends, counts each thing once, and touches
nothing of another key."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, LeaseHeld
from sutradhar.domain.jobs.messages import (
    AnnounceEvents,
    DeleteJobFiles,
    DeleteUpload,
    DeliverWebhook,
    Message,
    RemoveData,
)
from sutradhar.pipeline.data_removal import REMOVALS, order_removal, request_removal
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import retry
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.upload_deletion import order_deletion
from tests.contract.conftest import StoreFixture, gcp_kit, local_kit
from tests.contract.key_data import IMAGE, MINE, OTHER, SHARED_BLOB, KeyData
from tests.contract.kills import Killer
from tests.contract.webhook_post import Killed

HANDLED = AnnounceEvents | DeliverWebhook | DeleteJobFiles | DeleteUpload | RemoveData
"""The messages that are delivered here; those of the stages of a job are lost."""
FATES = ("once", "killed", "killed", "killed", "twice", "lost", "sweep")
MOST_EVENTS = 60
"""The events of an unruly schedule; after them nothing is lost or killed any more."""


class Schedule:
    """One order of events, which ``random`` chooses."""

    def __init__(self, data: KeyData, random: Random) -> None:
        self.data, self.random = data, random
        self.kills: Counter[str] = Counter()
        self._killer = Killer(data.post)

    def play_event(self, fate: str) -> None:
        """Deliver one message with ``fate``, or sweep."""
        bus, clock = self.data.post.bus, self.data.kit.clock
        bus.messages[:] = [one for one in bus.messages if isinstance(one, HANDLED)]
        if fate == "sweep" or not bus.messages:
            clock.advance(self.random.choice([1, 70, 700]))
            sweep(self.data.services)
            return
        message = bus.messages.pop(self.random.randrange(len(bus.messages)))
        if fate == "lost":
            return
        with self._kill_after(
            self.random.randrange(self.random.choice([4, 12, 45])) if fate == "killed" else None, message
        ):
            for _ in range(2 if fate == "twice" else 1):
                handle(self.data.services, message)

    @contextmanager
    def _kill_after(self, effects: int | None, message: Message) -> Iterator[None]:
        try:
            with self._killer.kill_after(effects):
                yield
        except Killed:
            self.kills[message.type] += 1
            self.data.post.bus.messages.append(message)  # delivered again, perhaps before the lease has ended
            self.data.kit.clock.advance(self.random.choice([1, 700]))
        except (LeaseHeld, Conflict):
            self.data.post.bus.messages.append(message)

    @property
    def is_running(self) -> bool:
        return bool(self.data.kit.documents.list(REMOVALS, state="running").records)


def play(kits: Callable[[], Iterator[StoreFixture]], random: Random) -> Counter[str]:
    """Play one schedule on new stores, check its end, and return how often each kind of message was killed."""
    kit = kits()
    data = KeyData(next(kit))
    try:
        is_retried, is_deleted_before = random.random() < 0.5, random.random() < 0.5
        if is_retried:
            retry(data.services, f"job-{MINE}-failed")
        if is_deleted_before:
            order_deletion(data.services, f"up-old-{MINE}", ApiKey(id=MINE, name="m", digest=""))
        others = data.read_all(OTHER)
        schedule = Schedule(data, random)
        order_removal(data.services, request_removal(data.services, MINE, MINE)[0])
        for _ in range(MOST_EVENTS):
            schedule.play_event(random.choice(FATES))
        for number in range(200):
            if not schedule.is_running:
                break
            if number % 10 == 0:
                data.kit.clock.advance(700)  # the leases of killed functions end
            schedule.play_event("once")
        require_removed(data, ends=3 if is_retried else 2, least_uploads=1 if is_deleted_before else 2)
        require_kept(data, others)
        return schedule.kills
    finally:
        next(kit, None)


def require_removed(data: KeyData, ends: int, least_uploads: int) -> None:
    """Check that nothing is left and that each thing counts once.

    Args:
        ends: the number of ends of the key's jobs, each of which is a delivery.
        least_uploads: an upload that was deleted before, or its file alone, may be gone before the removal comes to it.
    """
    assert data.read_all(MINE) == {}
    answer = data.answer()
    counts = {kind: amount.count for kind, amount in answer.removed}
    uploads, secrets = counts.pop("uploads"), counts.pop("webhook_secrets")
    expected = {"jobs": 2, "job_files": 4, "publications": 1, "idempotency_keys": 1, "batches": 1, "assets": 2}
    assert counts == {**expected, "webhook_deliveries": ends, "approvals": 0, "brands": 0}
    assert least_uploads <= uploads <= 2
    assert secrets >= 1  # a webhook that is sent meanwhile makes a new one
    files, rest = divmod(answer.bytes - answer.removed.batches.bytes - 18, len(IMAGE))
    assert (answer.state, rest) == ("done", 0)
    assert 2 + least_uploads <= files <= 2 + uploads


def require_kept(data: KeyData, others: Any) -> None:
    kept = data.read_all(OTHER)
    moving = ("delivery", "job")  # the webhooks of the other key go on
    assert {name: value for name, value in kept.items() if not name.startswith(moving)} == {
        name: value for name, value in others.items() if not name.startswith(moving)
    }
    assert set(others) <= set(kept)
    assert data.kit.blobs.get(SHARED_BLOB) == IMAGE


def test_a_removal_ends_whatever_is_lost_repeated_or_killed(tmp_path_factory: pytest.TempPathFactory) -> None:
    kills: Counter[str] = Counter()

    @settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 10**9))
    def play_one(seed: int) -> None:
        kills.update(play(lambda: local_kit(tmp_path_factory.mktemp("removal")), Random(seed)))

    play_one()
    assert kills["RemoveData"] > 30  # the schedules are unruly enough


@pytest.mark.parametrize("seed", [1, 2])
def test_a_removal_ends_on_firestore_too(emulators: object, seed: int) -> None:
    play(gcp_kit, Random(seed))
