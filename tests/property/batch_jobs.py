"""Two batches, made by functions that are killed before each of their writes while messages come twice in any order."""

from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.batch import Batch, BatchRow
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.batches import control
from sutradhar.pipeline.batches.observe import name_job
from sutradhar.pipeline.batches.rows import read_rows
from sutradhar.pipeline.batches.store import BATCHES
from sutradhar.pipeline.batches.submit import BatchOrder, OrderedRow, submit_batch
from tests.fakes import FakeClock
from tests.property.fifty_jobs import FiftyJobs, describe_plan
from tests.property.processes import Stores

FATES = ("succeeds", "refused", "succeeds", "retried", "succeeds", "fails_once")
"""The fate of each row."""
_MOST_ROUNDS = 30
_LOST_SEC = 700
"""The seconds after which the leases of killed functions have ended, and what they lost is due."""


class BatchJobs(FiftyJobs):
    """The batches ``first``, whose failed rows are retried, and ``second``, which is paused, resumed and cancelled."""

    def __init__(self, stores: Stores, folder: Path, clock: FakeClock) -> None:
        super().__init__(stores, folder, clock)
        self._ids: dict[str, str] = {}
        self._acts: set[str] = set()
        self.counts_before_retry: Counter[str] = Counter()

    def submit_all(self) -> None:
        """Submit both batches, as a caller does who hears nothing: again, with the same key."""
        for name in ("first", "second"):
            rows = [
                OrderedRow(str(number), RenderPlan.parse(describe_plan(number, fate)))
                for number, fate in enumerate(FATES, 1)
            ]
            order = BatchOrder(rows=rows, name=name)
            self._worker.call("submit batch", partial(submit_batch, self.services, order, name), "")
        for batch in self._stores.documents.list(BATCHES).records:
            self._ids[batch.name] = batch.id
            for number, fate in enumerate(FATES, 1):
                self._fates[name_job(batch.id, BatchRow(number=number, row_id=str(number)))] = fate

    def run(self) -> None:
        """Let the functions work until both batches have ended, with what their callers do meanwhile."""
        for _ in range(_MOST_ROUNDS):
            super().run()
            if self._has_ended() and not self._act_at_end():
                return
            self._clock.advance(_LOST_SEC)
        raise AssertionError(f"a batch never ended: {[self.batch(name) for name in self._ids]}")

    def batch(self, name: str) -> Batch:
        return self._stores.documents.get(BATCHES, self._ids[name])

    def rows(self, name: str) -> list[BatchRow]:
        return read_rows(self.services, self.batch(name))

    def jobs(self, name: str) -> list[Job]:
        return [job for job in self._stores.jobs.list_latest(100).jobs if job.batch == self._ids[name]]

    def _has_ended(self) -> bool:
        return all(self.batch(name).ended_at and self.batch(name).due_at is None for name in self._ids)

    def _do_what_callers_want(self) -> None:
        succeeded = self.batch("second").counts.get("succeeded", 0)
        self._act("pause", "second", is_time=succeeded >= 1)
        self._act("resume", "second", is_time="pause" in self._acts)
        self._act("cancel", "second", is_time="resume" in self._acts and succeeded >= 2)

    def _act_at_end(self) -> bool:
        """Retry the failed rows of the first batch once; return whether that was done now."""
        if "retry_failed" in self._acts:
            return False
        self.counts_before_retry = Counter(row.state for row in self.rows("first"))
        self._act("retry_failed", "first", is_time=True)
        return True

    def _act(self, act: str, name: str, *, is_time: bool) -> None:
        if not is_time or act in self._acts or (self.batch(name).is_terminal and act != "retry_failed"):
            return
        self._acts.add(act)
        self._worker.call(act, partial(self._control, act, self._ids[name]), "")

    def _control(self, act: str, batch_id: str) -> None:
        with suppress(Conflict):  # it is a repeat, or the batch has ended meanwhile
            getattr(control, act)(self.services, batch_id)

    def _observe(self, job_id: str) -> None:
        """Note nothing: the jobs are compared with the rows at the end."""
