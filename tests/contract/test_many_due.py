"""Five ticks at the same time, and 500 publications that are due in one minute: each one is claimed once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest

from sutradhar.domain.jobs.messages import Message, PublishVideo
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import CLAIM, Publication
from sutradhar.pipeline.publishing.claims import CHUNK, claim_publications
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.store import PUBLICATIONS
from sutradhar.pipeline.services import Services
from tests.contract.conftest import StoreFixture
from tests.contract.webhook_post import Killed, Line, Post
from tests.fakes import PortSet

DUE, TICKS = 500, 5
DETAILS = PublicationDetails(title="Tea")


class CountedDocuments:
    """The documents of a backend. It counts the calls."""

    def __init__(self, documents: Any) -> None:
        self._documents, self._lock = documents, threading.Lock()
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            with self._lock:
                self.calls[name] += 1
            return getattr(self._documents, name)(*arguments, **named)

        return call


class DyingBus(Line):
    """The process that sends the seventh message is killed."""

    def publish(self, message: Message) -> None:
        if len(self.messages) == 6:
            raise Killed
        super().publish(message)


def make_publication(number: int, kit: StoreFixture) -> Publication:
    now = kit.clock.now()
    return Publication(
        id=f"pub-{number:03}",
        job_id=f"job-{number}",
        destination="folder",
        details=DETAILS,
        publish_at=now,
        due_at=now,
        created_at=now,
        updated_at=now,
    )


def share(post: Post, **ports: Any) -> Services:
    """Return the services with other ``ports``."""
    return replace(post.services, backend=replace(cast(PortSet, post.services.backend), **ports))


def test_five_ticks_claim_each_of_500_publications_once(kit: StoreFixture) -> None:
    post, dying, counted = Post(kit), DyingBus(), CountedDocuments(kit.documents)
    services, together = share(post, documents=counted), threading.Barrier(TICKS)

    def tick(_number: int) -> int:
        together.wait()
        return publish_due(services)

    with ThreadPoolExecutor(TICKS) as pool:
        list(pool.map(lambda number: kit.documents.create(PUBLICATIONS, make_publication(number, kit)), range(DUE)))
        with pytest.raises(Killed):
            publish_due(share(post, bus=dying))
        claimed = list(pool.map(tick, range(TICKS)))
    # the killed tick has claimed seven and sent six messages; the others have done the rest, and none failed
    assert (sum(claimed), publish_due(services)) == (DUE - 7, 0)
    messages = [one for one in (*dying.messages, *post.bus.messages) if isinstance(one, PublishVideo)]
    ids = {message.publication_id for message in messages}
    assert (len(messages), len(ids), {message.token for message in messages}) == (DUE - 1, DUE - 1, {1})
    # they share the work: a claim that comes too late costs one call
    assert counted.calls["update"] <= 2 * DUE
    assert counted.calls.total() - counted.calls["update"] <= TICKS * (1 + DUE / CHUNK) + 1

    kit.clock.advance(CLAIM.total_seconds())
    due = kit.documents.list_due(PUBLICATIONS, kit.clock.now(), DUE)
    lost = [one for one in due if one.id not in ids]
    assert (len(lost), claim_publications(services, lost, kit.clock.now())) == (1, 1)
    assert post.bus.messages[-1] == PublishVideo(publication_id=lost[0].id, token=2)
