"""The machine of the publications' property: in any order of events, at most one video, and none before its minute.

It plays workers that share one store and one channel. It chooses which tick runs, which message is delivered, doubled
or lost, which worker makes its next call, which worker is killed between two calls, what goes wrong with a call of
YouTube, when the clock jumps, and what the owner does meanwhile.
"""

import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.documents import SqliteDocumentStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.backends.local.tallies import SqliteTallyStore
from sutradhar.destinations.youtube import YouTubeDestination, upload
from sutradhar.domain.core.errors import Conflict, InvalidRequest
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.publishing.details import DetailsPatch, PublicationDetails
from sutradhar.domain.publishing.publication import MISSED_AFTER, Publication
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import (
    PublicationOrder,
    cancel_publication,
    change_publication,
    retry_publication,
    schedule_publication,
)
from sutradhar.pipeline.publishing.store import list_publications_of
from sutradhar.pipeline.publishing.work import publish_video
from sutradhar.pipeline.services import Services
from tests.fake_providers import free_call_gate, provider_set
from tests.fakes import FakeClock, FakeProviders, FakeRunner, PortSet, Renderers
from tests.finished_job import store_finished_job
from tests.property.interleaving import Handler, Seats, Stepped
from tests.property.processes import Stores
from tests.property.publishing_doubles import PLAIN, STEPPED, MortalTransport, RecordingBus, Switch, make_client
from tests.youtube_stub import Fault, YouTubeStub

FAULTS: tuple[Fault, ...] = (
    "lost_request",
    "lost_answer",
    "closed",
    "cut",
    "server_error",
    "portal",
    "session_dies",
    "session_ends",
    "forgets",
)
CALLS = ("open", "send", "query", "videos.update", "videos.list", "thumbnails/set.insert")
ORDERS = (0, 30, 300)
"""Minutes from now."""
JUMPS = (30, 60, 240, 1200, 4 * 3600, 20 * 3600)


class PublishingMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.home = Path(self._folder.name)
        self.clock = FakeClock()
        self.database, self.processes = Database(self.home / "state.db"), ProcessRegistry(self.home)
        self.youtube = YouTubeStub(self.clock.now, timedelta(minutes=10))
        self.youtube.choose_fault = self._choose_fault
        self.faults: dict[str, Fault] = {}
        self.loses_outcome = False
        """True: the answer to the last bytes of the next upload is lost, and then its session is gone."""
        self.by_thread: dict[int, Handler] = {}
        self.seats = Seats()
        self.handlers: list[Handler] = []
        self.bus = RecordingBus()
        self.past: list[datetime] = []  # times that had come before the owner retried, which makes them later
        self.is_hindered = False
        """True if a publication may fail although nothing is wrong with it."""
        stores, blobs = self.make_stores(), FileBlobStore(self.home / "blobs", self.processes.owner)
        self.channel = MortalTransport(self.youtube, self.clock)
        PLAIN.target, STEPPED.target = self.youtube, Stepped(self.channel, self.by_thread)
        self.services = self._make_services(stores, blobs, PLAIN)
        self.worker = self._make_services(stores, blobs, STEPPED)
        self.job = store_finished_job(self.services)

    def make_stores(self) -> Stores:
        """Return the stores that all workers share."""
        db = self.database
        leases = SqliteLeaseStore(db, self.processes, self.clock)
        others = (SqliteKeyValueStore(db), SqliteDocumentStore(db), SqliteTallyStore(db))
        return Stores(SqliteJobStore(db), SqliteAssetStore(db), leases, *others)

    def _make_services(self, stores: Stores, blobs: FileBlobStore, transport: Switch) -> Services:
        ports: dict[str, Any] = {
            "jobs": stores.jobs,
            "assets": stores.assets,
            "leases": stores.leases,
            "records": stores.records,
            "documents": stores.documents,
            "tallies": stores.tallies,
            "blobs": blobs,
            "bus": self.bus,
        }
        if transport is STEPPED:
            ports = {name: Stepped(port, self.by_thread) for name, port in ports.items()}
        runner = FakeRunner(Renderers(), self.processes.owner)
        backend = PortSet(**ports, runner=runner, clock=self.clock)
        gate = free_call_gate(stores.records, stores.leases, self.clock)
        destinations = {"youtube": YouTubeDestination(lambda: make_client(transport))}
        providers = replace(provider_set(FakeProviders(), gate), destinations=destinations)
        return Services(backend, providers, PlanDefaults())

    def _choose_fault(self, call: str) -> Fault:
        if self.loses_outcome and call in ("send", "query"):
            (*_, session) = self.youtube.sessions.values()
            if call == "query" or session.size - session.size_so_far > upload.CHUNK:
                return ""  # first all bytes arrive
            self.loses_outcome = False
            self.faults["query"] = "session_dies"
            return "lost_answer"
        return self.faults.pop(call, "")

    # what the owner does

    @initialize(minutes=st.sampled_from(ORDERS), chunk=st.sampled_from((2, 5)))
    def owner_schedules_first(self, minutes: int, chunk: int) -> None:
        """The video of five bytes goes in three pieces, or in one."""
        upload.CHUNK = chunk
        self.owner_schedules(minutes)

    @rule(minutes=st.sampled_from(ORDERS))
    def owner_schedules(self, minutes: int) -> None:
        publish_at = self.clock.now() + timedelta(minutes=minutes)
        with suppress(Conflict):
            schedule_publication(
                self.services, self.job, PublicationOrder("youtube", PublicationDetails(title="Tea"), publish_at)
            )

    @rule(luck=st.integers(0, 4))
    def owner_cancels(self, luck: int) -> None:
        before = self._get_newest()
        if luck:
            return
        try:
            cancel_publication(self.services, before.id, None)
        except Conflict:
            assert before.has_started or before.has_ended

    @rule()
    def owner_retries(self) -> None:
        before = self._get_newest()
        self.past += [before.publish_at] if before.publish_at <= self.clock.now() else []
        with suppress(Conflict):
            retry_publication(self.services, before.id, None)

    @rule(minutes=st.sampled_from(ORDERS))
    def owner_changes_the_time(self, minutes: int) -> None:
        with suppress(Conflict, InvalidRequest):
            at = self.clock.now() + timedelta(minutes=minutes)
            change_publication(self.services, self._get_newest().id, None, publish_at=at)

    @rule(title=st.sampled_from(("Green tea", "Black tea")))
    def owner_changes_the_words(self, title: str) -> None:
        with suppress(Conflict):
            change_publication(self.services, self._get_newest().id, None, details=DetailsPatch(title=title))

    # what the workers do

    @rule()
    def tick(self) -> None:
        self._start(lambda: publish_due(self.worker))

    @rule()
    def tick_to_the_end(self) -> None:
        publish_due(self.services)

    @precondition(lambda self: self.bus.messages)
    @rule(which=st.integers(0, 3), twice=st.booleans())
    def deliver(self, which: int, twice: bool) -> None:
        messages = self.bus.messages
        message = messages[which % len(messages)] if twice else messages.pop(which % len(messages))
        assert isinstance(message, PublishVideo)
        self._start(lambda: publish_video(self.worker, message))

    @rule(steps=st.integers(1, 40), end=st.sampled_from(("go on", "kill", "forget")), call=st.sampled_from(CALLS))
    def work_until(self, steps: int, end: str, call: str) -> None:
        """Let a worker make so many calls on what is due; then it is killed, or another one may overtake it."""
        publish_due(self.services)
        if not self.bus.messages:
            return
        self.deliver(0, False)
        handler = self.handlers[-1]
        for _ in range(steps):
            if not handler.over:
                handler.step()
        if end == "kill" and not handler.over:
            handler.kill()
        elif end == "forget":
            self.faults[call] = "lost_answer"
        self._reap()

    @precondition(lambda self: self.bus.messages)
    @rule(which=st.integers(0, 3))
    def lose_message(self, which: int) -> None:
        self.bus.messages.pop(which % len(self.bus.messages))

    @precondition(lambda self: self.handlers)
    @rule(which=st.integers(0, 3), steps=st.integers(1, 12))
    def step(self, which: int, steps: int) -> None:
        handler = self.handlers[which % len(self.handlers)]
        for _ in range(steps):
            if not handler.over:
                handler.step()
        self._reap()

    @precondition(lambda self: self.handlers)
    @rule(which=st.integers(0, 3))
    def kill(self, which: int) -> None:
        self.handlers[which % len(self.handlers)].kill()
        self._reap()

    @precondition(lambda self: self.handlers)
    @rule()
    def finish(self) -> None:
        self._finish()

    # what happens to them

    @rule(seconds=st.sampled_from(JUMPS))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.youtube.settle()

    @rule(call=st.sampled_from(CALLS), fault=st.sampled_from(FAULTS))
    def call_goes_wrong(self, call: str, fault: Fault) -> None:
        self.faults[call] = fault

    @rule()
    def outcome_of_an_upload_is_lost(self) -> None:
        self.loses_outcome = True

    @rule(luck=st.integers(0, 3), fault=st.sampled_from(("token", "limit")))
    def youtube_refuses(self, luck: int, fault: Fault) -> None:
        if luck == 0:
            self.faults["open"] = fault
            self.is_hindered = True

    @rule(luck=st.integers(0, 5))
    def another_program_takes_the_quota(self, luck: int) -> None:
        if luck == 0:
            self.youtube.day()["uploads"] = 100
            self.is_hindered = True

    # what must hold

    @invariant()
    def there_is_one_video_at_most(self) -> None:
        assert len(self.youtube.videos) <= 1

    @invariant()
    def no_video_is_public_before_its_minute(self) -> None:
        for video in self.youtube.videos.values():
            if video.public_at:
                times = self.past + [one.publish_at for one in self._list() if one.has_started]
                assert min(times) <= video.public_at, (times, video.public_at)

    @invariant()
    def a_canceled_publication_has_sent_nothing(self) -> None:
        publications = self._list()
        assert not any(one.state == "canceled" and one.has_started for one in publications)
        if not any(one.has_started for one in publications):
            assert not self.youtube.sessions

    def teardown(self) -> None:
        try:
            if hasattr(self, "job") and self._list():
                self._come_to_rest()
        finally:
            for handler in self.handlers:
                handler.kill()
            self.seats.close()
            self.processes.close()
            self.database.close()
            self._folder.cleanup()

    def _come_to_rest(self) -> None:
        """Let everything work again until nothing is due, and see that each publication has come to its end."""
        self._finish()
        self.faults.clear()
        self.loses_outcome = False
        for _ in range(600):
            publish_due(self.services)
            while self.bus.messages:
                message = self.bus.messages.pop()
                assert isinstance(message, PublishVideo)
                publish_video(self.services, message)
            waits = [one.due_at for one in self._list() if one.due_at]
            if not waits:
                break
            self.clock.advance(max(1.0, (min(waits) - self.clock.now()).total_seconds()))
            self.youtube.settle()
            self.there_is_one_video_at_most()
            self.no_video_is_public_before_its_minute()
        newest = self._get_newest()
        assert newest.due_at is None, newest
        assert newest.state in ("published", "failed", "canceled"), newest
        if newest.state == "published":
            (video,) = self.youtube.videos.values()
            assert (video.status["privacyStatus"], newest.external_id) == ("public", video.id)
            assert video.snippet["title"] == newest.details.title, newest
        if newest.state == "failed" and not self.is_hindered:
            assert self.clock.now() >= newest.publish_at + MISSED_AFTER, newest

    def _list(self) -> list[Publication]:
        return list_publications_of(self.services, self.job.id, "youtube")

    def _get_newest(self) -> Publication:
        return self._list()[-1]

    def _start(self, work: Callable[[], object]) -> None:
        def run() -> None:
            thread = threading.get_ident()
            self.by_thread[thread], self.channel.born[thread] = handler, self.clock.now()
            try:
                work()
            finally:
                del self.by_thread[thread], self.channel.born[thread]

        handler = Handler(run, self.seats)
        self.handlers.append(handler)

    def _finish(self) -> None:
        while self.handlers:
            self.handlers[0].step()
            self._reap()

    def _reap(self) -> None:
        for handler in [one for one in self.handlers if one.over]:
            self.handlers.remove(handler)
            if handler.error:
                raise handler.error
