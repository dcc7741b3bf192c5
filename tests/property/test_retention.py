"""In any order of events and kills, retention and deletions take only what no job needs, and come to an end."""

import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from PIL import Image

from sutradhar.domain.core.errors import Conflict, InvalidRequest, LeaseHeld, NotFound, ProviderError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.retention import list_upload_ids
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.job_deletion import delete_job
from sutradhar.pipeline.pins import set_pin
from sutradhar.pipeline.retention import run_retention
from sutradhar.pipeline.retention_plan import plan_retention
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.uploads import check_in_process, create_upload
from sutradhar.ports.runner import ExecutionState
from tests.integration.local_pipeline import LocalPipeline
from tests.interrupted import Killed, interrupt, kill

OUTPUT = timedelta(days=30)
ENDS = ("success", "failure", "cancel", "rendering", "nothing")
MOST_JOBS = 6
ACTS = ("cancel", "retry", "pin", "unpin", "delete")
FAILURE = JobFailure(stage="render", cause="no")
AFTER_LEASES = 700
"""Seconds after which no process that was killed holds a lease."""


def draw_image() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(out, "PNG")
    return out.getvalue()


IMAGE = draw_image()


class RetentionMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.pipeline = LocalPipeline(Path(self._folder.name))
        self.services = self.pipeline.services
        self.clock = self.pipeline.clock
        self.clock.at = datetime.now(UTC)  # the time that new files have
        self.jobs: list[str] = []
        self.uploads: list[str] = []
        self._watch(self.pipeline.blobs, "delete", self._check_blob)
        self._watch_deletions(self.services.jobs)

    # what must never happen

    def _watch(self, port: Any, name: str, check: Callable[[str], None]) -> None:
        real = getattr(port, name)

        def call(subject: str, *args: Any) -> Any:
            check(subject)
            return real(subject, *args)

        setattr(port, name, call)

    def _check_blob(self, name: str) -> None:
        kind, subject = name.split("/")[:2]
        assert kind in ("jobs", "uploads"), f"{name} is shared by jobs"
        if kind == "jobs":
            job = self._find(subject)
            assert job is None or (job.files_deleted_at and job.state.is_terminal), f"{name} of {job}"
        else:
            users = [job for job in self._list_jobs() if subject in list_upload_ids(job) and self._needs_uploads(job)]
            assert not users, f"{name} is used by {users}"

    def _watch_deletions(self, store: Any) -> None:
        """Check each job that ``store`` deletes."""
        real = store.delete

        def delete(job_id: str, *args: Any) -> bool:
            before = self._find(job_id)
            is_deleted = bool(real(job_id, *args))
            if is_deleted and before:
                assert before.state.is_terminal, f"{before} goes on, and was deleted"
            return is_deleted

        store.delete = delete

    def _needs_uploads(self, job: Job) -> bool:
        if job.files_deleted_at:
            return False
        return not job.state.is_terminal or job.pinned or self.clock.now() - job.entered_at[job.state] < OUTPUT

    # events

    @initialize(
        ends=st.lists(st.tuples(st.booleans(), st.sampled_from(ENDS)), min_size=1, max_size=3),
        days=st.sampled_from([0, 8, 31]),
    )
    def begin(self, ends: list[tuple[bool, str]], days: int) -> None:
        """Begin with jobs at every stage of their lives, with and without an upload, and of any age."""
        for with_upload, end in ends:
            if with_upload:
                self.send_file()
            self.order(self.uploads[-1] if with_upload else "", None)
            if end == "success":
                self.work_on()
                self.renderers_end(succeeds=True)
            if end != "nothing":
                self.work_on()
            if end == "failure":
                self.services.move(self.jobs[-1], lambda job: job.fail(FAILURE, self.clock.now()))
            elif end == "cancel":
                cancel(self.services, self.jobs[-1])
        self.clock.advance(days * 86_400)

    @rule()
    def send_file(self) -> None:
        upload = create_upload(self.services, f"{len(self.uploads)}.png", "image/png", len(IMAGE))
        self.services.blobs.put(upload.blob, IMAGE)
        check_in_process(self.services, upload.id)
        self.uploads.append(upload.id)

    @rule(data=st.data(), with_upload=st.booleans(), key=st.sampled_from([None, "a"]))
    def user_orders(self, data: st.DataObject, with_upload: bool, key: str | None) -> None:
        image = data.draw(st.sampled_from(self.uploads)) if with_upload and self.uploads else ""
        if len(self.jobs) < MOST_JOBS:
            self.order(image, key)

    def order(self, image: str, key: str | None) -> None:
        body: dict[str, Any] = {"scenes": [{"image": image, "narration": "Tea."}]} if image else {"topic": "tea"}
        with suppress(InvalidRequest):
            job, _ = submit(self.services, RenderPlan.parse(body), None if image else key)
            self.jobs.append(job.id)

    @rule(messages=st.integers(1, 8), calls=st.integers(0, 60))
    def work(self, messages: int, calls: int) -> None:
        """Handle some messages, the last of which may be killed."""
        for number in range(messages):
            services = interrupt(self.services, calls) if number == messages - 1 else self.services
            if not self._handle_next(services):
                return

    @rule()
    def work_on(self) -> None:
        while self._handle_next(self.services):
            """Handle the next message."""

    @rule(succeeds=st.booleans())
    def renderers_end(self, succeeds: bool) -> None:
        for _ in self.pipeline.renderers.running()[1:]:
            self.pipeline.renderers.state[self.pipeline.renderers.running()[0]] = ExecutionState.LOST
        if self.pipeline.renderers.running():
            if succeeds:
                self.pipeline.finish()
            else:
                self.pipeline.renderers.state[self.pipeline.renderers.running()[0]] = ExecutionState.FAILED

    @rule()
    def provider_fails(self) -> None:
        if not self.pipeline.providers.errors:
            self.pipeline.providers.errors.append(ProviderError("no", provider="counting", retryable=False))

    @rule(data=st.data(), act=st.sampled_from(ACTS), calls=st.one_of(st.none(), st.integers(0, 14)))
    def user_acts(self, data: st.DataObject, act: str, calls: int | None) -> None:
        """Do as a caller would, in a process that may be killed."""
        services = self.services if calls is None else interrupt(self.services, calls)
        self._act(services, act, data.draw(st.sampled_from(self.jobs)))

    @rule(
        data=st.data(),
        days=st.sampled_from([31, 8, 0]),
        what=st.sampled_from(["retry", "pin", "order", "kill", "delete", "unpin", "cancel", "nothing"]),
        calls=st.integers(0, 40),
    )
    def retain(self, data: st.DataObject, days: int, what: str, calls: int) -> None:
        """Run retention after some days; a kill, or another caller, comes after some of its calls."""
        self.clock.advance(days * 86_400)
        job_id = data.draw(st.sampled_from(self.jobs))
        image = data.draw(st.sampled_from(self.uploads)) if self.uploads else ""
        if what == "nothing":
            run_retention(self.services)
            return

        def interfere() -> None:
            if what == "order":
                self.order(image, None)
            else:
                self._act(self.services, what, job_id)

        with suppress(Killed):
            run_retention(interrupt(self.services, calls, kill if what == "kill" else interfere))

    @rule()
    def user_deletes_what_goes_on(self) -> None:
        for job in [one for one in self._list_jobs() if one.state.is_at_work][:1]:
            self._act(self.services, "delete", job.id)
            assert self._find(job.id) == job

    @rule(seconds=st.sampled_from([60, AFTER_LEASES, 8 * 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def sweep_up(self) -> None:
        sweep(self.services)

    @rule()
    def lose_messages(self) -> None:
        self.pipeline.lose_messages()

    @rule(data=st.data())
    def file_comes_late(self, data: st.DataObject) -> None:
        """A renderer of a deleted job still writes a file."""
        gone = [job_id for job_id in self.jobs if self._find(job_id) is None]
        if gone:
            self.services.blobs.put(f"jobs/{data.draw(st.sampled_from(gone))}/renders/1/video.mp4", b"late")

    # what must hold

    @invariant()
    def a_job_without_its_files_has_ended_and_kept_no_file_that_it_needs(self) -> None:
        for job in self._list_jobs():
            assert not job.files_deleted_at or job.state.is_terminal
            if job.result and not job.files_deleted_at:
                assert self.services.blobs.exists(job.result.video)

    def teardown(self) -> None:
        """From now on no process is killed: all that must go goes, and then nothing changes any more."""
        try:
            self.clock.advance(2 * 86_400)
            for _ in range(2):
                self._settle()
                run_retention(self.services)
                self._settle()
            assert plan_retention(self.services) == []
            before = self.pipeline.list_names("")
            assert run_retention(self.services) == []
            self._settle()
            assert [name for name in self.pipeline.list_names("") if name.startswith(("jobs/", "uploads/"))] == [
                name for name in before if name.startswith(("jobs/", "uploads/"))
            ]
            kept = {job.id for job in self._list_jobs() if not job.files_deleted_at}
            assert {name.split("/")[1] for name in self.pipeline.list_names("jobs/")} <= kept
        finally:
            self.pipeline.database.close()
            self.pipeline.process_registry.close()
            self._folder.cleanup()

    def _settle(self) -> None:
        """Handle all messages, also those that leases held up or that were lost."""
        self.pipeline.providers.errors.clear()
        for _ in range(3):
            self.clock.advance(AFTER_LEASES)
            sweep(self.services)
            while self._handle_next(self.services):
                """Handle the next message."""

    def _handle_next(self, services: Services) -> bool:
        delivery = self.pipeline.queue.take()
        if delivery is None:
            return False
        try:
            handle(services, delivery.message)
        except LeaseHeld:
            self.pipeline.queue.defer(delivery, 60)
        except Killed:
            return False  # its message comes again when its lease has expired
        else:
            self.pipeline.queue.finish(delivery)
        return True

    def _act(self, services: Services, act: str, job_id: str) -> None:
        with suppress(Conflict, NotFound, Killed):
            if act == "cancel":
                cancel(services, job_id)
            elif act == "retry":
                retry(services, job_id)
            elif act == "delete":
                delete_job(services, job_id)
            else:
                set_pin(services, job_id, act == "pin")

    def _find(self, job_id: str) -> Job | None:
        try:
            return self.services.jobs.get(job_id)
        except NotFound:
            return None

    def _list_jobs(self) -> list[Job]:
        return [job for job_id in dict.fromkeys(self.jobs) if (job := self._find(job_id))]


def test_only_what_no_job_needs_goes_and_it_comes_to_an_end() -> None:
    run_state_machine_as_test(
        RetentionMachine,
        settings=settings(
            max_examples=100,
            stateful_step_count=12,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
