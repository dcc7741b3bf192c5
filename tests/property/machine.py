"""The machine of the pipeline's property: in any order of events every job ends once, and nothing is made twice.

It plays two processes that share the local backend: it chooses which message is delivered, which handler takes its next
effect, which process is killed between two effects or leaves in good order, which message is lost or doubled, when the
clock jumps past every lease, and how the renderer ends. As long as nothing was killed or lost, every job ends without
a sweep; after that, the look that each process takes at stalled jobs is enough.
"""

import tempfile
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.documents import SqliteDocumentStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.backends.local.tallies import SqliteTallyStore
from sutradhar.domain.core.errors import Conflict, ProviderError
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import DispatchRender, RenderFinished, RenderProgressed
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.dispatch import LEASE
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.runner import ExecutionState
from tests.fakes import FakeClock, FakeProviders, Renderers, write_summary
from tests.property.interleaving import Handler, Seats
from tests.property.processes import Process, Stores

PLANS = [RenderPlan(topic="tea"), RenderPlan(topic="rain", render={"fps": 24})]


class PipelineMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.home = Path(self._folder.name)
        self.clock, self.providers, self.renderers, self.seats = FakeClock(), FakeProviders(), Renderers(), Seats()
        self.by_thread: dict[int, Handler] = {}
        self.endings: Counter[tuple[str, int]] = Counter()
        self.retries: dict[str, list[None]] = {}
        self.database = Database(self.home / "state.db")
        self.making: dict[Handler, tuple[str, float]] = {}
        self.interrupted: Counter[str] = Counter()
        self.cancelled: set[str] = set()
        self.providers.on_start, self.providers.on_end, self.providers.on_failure = (
            self._begins,
            self._ends,
            self._fails,
        )
        self.processes = [Process(self), Process(self)]
        self.mine = self.stores(self.processes[0].process_registry)
        self.jobs: list[str] = []
        self.leases_ran_out = 0
        self.harmed = False
        """True if a process or a message was lost, so that a job may need the sweep."""

    def stores(self, process_registry: ProcessRegistry) -> Stores:
        """Return the services of the process with ``process_registry``."""
        db, leases = self.database, SqliteLeaseStore(self.database, process_registry, self.clock)
        others = (SqliteKeyValueStore(db), SqliteDocumentStore(db), SqliteTallyStore(db))
        return Stores(SqliteJobStore(db), SqliteAssetStore(db), leases, *others)

    # the calls that the fake providers make

    def _begins(self, what: str) -> None:
        handler = self.by_thread.get(threading.get_ident())
        if handler is None:
            return
        until = max(handler.lease_until.values())
        now = self.clock.now().timestamp()
        # no function outlives its lease (MAX_LEASE); a laptop that slept may, and the store refuses its late result
        outlived = until <= now
        rivals = [h for h, (asset, end) in self.making.items() if asset == what and end > now and not outlived]
        assert not rivals, f"{what} is made by two at once while the first one's lease lives"
        if outlived or any(asset == what for asset, _ in self.making.values()):
            self.interrupted[what] += 1  # the lease of the first call has ended: this call is allowed
        self.making[handler] = (what, until)

    def _ends(self, what: str) -> None:
        handler = self.by_thread.get(threading.get_ident())
        if handler:
            handler.pause()  # the call takes its time; it counts as done when its handler has stored the result

    def _fails(self, what: str) -> None:
        self.interrupted[what] += 1  # a failed call may be tried again
        self.making.pop(self.by_thread[threading.get_ident()], None)

    # events

    @initialize(plans=st.lists(st.sampled_from(PLANS), min_size=1, max_size=2), ahead=st.integers(0, 14))
    def begin(self, plans: list[RenderPlan], ahead: int) -> None:
        """Handle ``ahead`` messages without faults first, so that schedules begin at every stage of a job's life."""
        for i, plan in enumerate(plans):
            job, created = submit(self.processes[0].services, plan, f"key {i}")
            assert created
            self.jobs.append(job.id)
            self.retries[job.id] = []
        for _ in range(ahead):
            delivery = self.processes[0].queue.take()
            if delivery:
                self.processes[0].start(delivery)
                self.processes[0].finish()

    @rule(which=st.integers(0, 1), effects=st.integers(4, 30), turn=st.integers(0, 1))
    def work(self, which: int, effects: int, turn: int) -> None:
        """Let one process continue with two messages at a time, effect by effect."""
        process = self.processes[which]
        for effect in range(effects):
            if len(process.handlers) < 2 and (delivery := process.take()):
                process.start(delivery)
            if not process.handlers:
                return
            process.handlers[(effect * turn) % len(process.handlers)].step()
            process.reap()

    @rule(which=st.integers(0, 1), effects=st.integers(1, 12))
    def work_on_both(self, which: int, effects: int) -> None:
        """Let the two processes take turns."""
        for effect in range(2 * effects):
            process = self.processes[(which + effect) % 2]
            if not process.handlers and (delivery := process.take()):
                process.start(delivery)
            if process.handlers:
                process.handlers[0].step()
                process.reap()

    @rule(which=st.integers(0, 1), effects=st.integers(1, 8))
    def overtake(self, which: int, effects: int) -> None:
        """Deliver a message a second time during its first handling, and finish the second handling first."""
        first, second = self.processes[which], self.processes[1 - which]
        if first.handlers or not (delivery := first.take()):
            return
        first.start(delivery)
        for _ in range(effects):
            if first.handlers:
                first.handlers[0].step()
                first.reap()
        second.start(replace(delivery, id=-1))
        second.finish()
        first.finish()

    @rule(which=st.integers(0, 1))
    def deliver(self, which: int) -> None:
        process = self.processes[which]
        if len(process.handlers) < 3:
            delivery = process.take()
            if delivery:
                process.start(delivery)

    @rule(which=st.integers(0, 1), index=st.integers(0, 2), effects=st.integers(1, 6))
    def go_on(self, which: int, index: int, effects: int) -> None:
        process = self.processes[which]
        if process.handlers:
            handler = process.handlers[index % len(process.handlers)]
            for _ in range(effects):
                if not handler.over:
                    handler.step()
            process.reap()

    @rule(which=st.integers(0, 1), luck=st.integers(0, 3))
    def kill_process(self, which: int, luck: int) -> None:
        process = self.processes[which]
        if luck and not process.handlers:
            return  # mostly in the middle of something
        for handler in process.handlers:
            what = self.making.pop(handler, None)
            if what:
                self.interrupted[what[0]] += 1
            handler.kill()
        for name in process.runner.own():
            self.renderers.state[name] = ExecutionState.LOST
        self.harmed = True
        process.process_registry.close()
        self.processes[which] = Process(self)

    @rule(which=st.integers(0, 1))
    def ask_to_leave(self, which: int) -> None:
        """Ask a process to end, as Ctrl-C or the end of a command's video does; it finishes its messages."""
        if not self.processes[which].leaving:
            self.processes[which].leave()

    @rule(which=st.integers(0, 1))
    def leave(self, which: int) -> None:
        """End a process that was asked to end and has finished its messages, and start another one."""
        process = self.processes[which]
        if process.leaving:
            process.finish()
            process.process_registry.close()
            self.processes[which] = Process(self)

    @rule(data=st.data(), luck=st.integers(0, 2))
    def lose_message(self, data: st.DataObject, luck: int) -> None:
        if luck:
            return
        with self.database.write() as connection:
            rows = connection.execute("SELECT id FROM messages WHERE owner IS NULL ORDER BY id").fetchall()
            if rows:
                (number,) = data.draw(st.sampled_from(rows))
                connection.execute("DELETE FROM messages WHERE id = ?", (number,))
                self.harmed = True

    @rule(data=st.data())
    def double_message(self, data: st.DataObject) -> None:
        with self.database.write() as connection:
            rows = connection.execute("SELECT id FROM messages ORDER BY id").fetchall()
            if rows and len(rows) < 40:
                (number,) = data.draw(st.sampled_from(rows))
                connection.execute(
                    "INSERT INTO messages (type, body, available)"
                    " SELECT type, body, available FROM messages WHERE id = ?",
                    (number,),
                )

    @rule(seconds=st.sampled_from([1, 31, 400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.leases_ran_out += seconds > LEASE.total_seconds()

    @rule(which=st.integers(0, 1))
    def sweep_up(self, which: int) -> None:
        sweep(self.processes[which].services, timedelta(seconds=300))

    @precondition(lambda self: self.renderers.running())
    @rule(data=st.data(), how=st.sampled_from(["done", "done silently", "bad", "refused", "progress"]))
    def renderer_acts(self, data: st.DataObject, how: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.renderers.running())))
        job_id, render_id, request_blob = self.renderers.request[name]
        bus, blobs = self.processes[0].queue, FileBlobStore(self.home / "blobs")
        if how == "progress":
            done = data.draw(st.integers(0, 10))
            bus.publish(RenderProgressed(job_id=job_id, render_id=render_id, stage="picture", done=done, total=10))
            return
        self.renderers.state[name] = ExecutionState.FAILED if how == "bad" else ExecutionState.SUCCEEDED
        if how == "refused":
            failure = FailureDetail(stage="picture", cause="a bad picture", scene=0)
            bus.publish(RenderFinished(job_id=job_id, render_id=render_id, error=failure))
        elif how != "bad":
            summary = write_summary(blobs, request_blob)
            if how == "done":
                bus.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))
            else:
                self.harmed = True
        else:
            bus.publish(DispatchRender(job_id=job_id))  # the local runner's own message about it

    @rule(retryable=st.booleans())
    def provider_fails(self, retryable: bool) -> None:
        if len(self.providers.errors) < 2:
            self.providers.errors.append(ProviderError("no answer", provider="counting", retryable=retryable))

    @rule(data=st.data())
    def user_cancels(self, data: st.DataObject) -> None:
        if data.draw(st.integers(0, 24)) == 17:  # rarely, so that most schedules reach their end
            job_id = data.draw(st.sampled_from(self.jobs))
            try:
                cancel(self.processes[0].services, job_id)
                self.cancelled.add(job_id)
            except Conflict:
                assert self._job(job_id).state.is_terminal

    @rule(data=st.data())
    def user_retries(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(self.jobs))
        if self._job(job_id).state is JobState.FAILED:
            self.retries[job_id].append(None)
            retry(self.processes[0].services, job_id)

    # what must hold

    @invariant()
    def a_job_ends_once(self) -> None:
        assert all(count == 1 for count in self.endings.values()), self.endings

    @invariant()
    def nothing_is_made_twice(self) -> None:
        """Allow one call, and one more for each call that was cut off, outlived its lease, or failed."""
        for what, calls in self.providers.calls.items():
            assert what == "plan" or calls <= 1 + self.interrupted[what], (what, calls, self.interrupted)

    @invariant()
    def a_video_is_rendered_by_one(self) -> None:
        """Allow a second renderer only if the starter of the first one lost its lease before it recorded the start."""
        running = Counter(self.renderers.request[name][1] for name in self.renderers.running())
        assert all(count <= 1 + self.leases_ran_out for count in running.values()), running

    @invariant()
    def a_job_that_succeeded_has_its_video(self) -> None:
        for job_id in self.jobs:
            job = self._job(job_id)
            if job.state is JobState.SUCCEEDED:
                assert job.result is not None
                assert FileBlobStore(self.home / "blobs").exists(job.result.video)
            assert not job.error or job.error.stage != "quality gate", "the world's films are flawless"
            assert job_id not in self.cancelled or job.state is JobState.CANCELLED

    def teardown(self) -> None:
        """Stop all faults: from now on every job must end."""
        try:
            if self.jobs:
                self._drain()
                for job_id in self.jobs:
                    assert self._job(job_id).state.is_terminal, f"{job_id} never ended: {self._job(job_id)}"
                self.a_job_ends_once()
                self.nothing_is_made_twice()
                self.a_job_that_succeeded_has_its_video()
        finally:
            for process in self.processes:
                for handler in process.handlers:
                    handler.kill()
                process.process_registry.close()
            self.seats.close()
            self.database.close()
            self._folder.cleanup()

    def _drain(self) -> None:
        """Let one process continue after the other has ended in good order. There is no sweep from outside: the process
        itself sends stalled jobs on, and needs that only after a fault."""
        self.providers.errors.clear()
        self.processes[1].leave()
        self.processes[1].finish()
        self.processes[1].process_registry.close()
        if self.processes[0].leaving:
            self.leave(0)
        process = self.processes[0]
        for _ in range(30):
            process.finish()
            while delivery := process.take():
                process.start(delivery)
                process.finish()
            for name in self.renderers.running():
                job_id, render_id, blob = self.renderers.request[name]
                self.renderers.state[name] = ExecutionState.SUCCEEDED
                summary = write_summary(FileBlobStore(self.home / "blobs"), blob)
                process.queue.publish(RenderFinished(job_id=job_id, render_id=render_id, summary_blob=summary))
            self.clock.advance(400)
            if not (self.harmed and sweep(process.services)) and process.queue.depth() == 0:
                return

    def _job(self, job_id: str) -> Job:
        return self.mine.jobs.get(job_id)
