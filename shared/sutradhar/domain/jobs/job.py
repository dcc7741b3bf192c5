"""The job: its states, the arrows between them, and the only methods that move along them.

A state names the work that is owed (``owed``), so whoever reads a job knows what has to be sent next; no list of
messages to send is kept anywhere. Every method answers with the new job and the messages to send, and may be called
again: a repeat changes nothing and answers with what is still owed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import Conflict, IllegalTransition
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.core.record import History, Record, keep_fields, rename
from sutradhar.domain.jobs.messages import DispatchRender, Message, PlanRender, ProduceAsset, StopRender
from sutradhar.domain.plan.choices import Language
from sutradhar.domain.plan.plan import RenderPlan


class JobState(StrEnum):
    PLANNING = "PLANNING"
    PRODUCING = "PRODUCING"
    RENDERING = "RENDERING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.PLANNING: frozenset({JobState.PRODUCING, JobState.FAILED, JobState.CANCELLED}),
    JobState.PRODUCING: frozenset({JobState.RENDERING, JobState.FAILED, JobState.CANCELLED}),
    JobState.RENDERING: frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}),
    # a retry goes back to the state that failed: what was made before it is still there
    JobState.FAILED: frozenset({JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING}),
    JobState.SUCCEEDED: frozenset(),
    JobState.CANCELLED: frozenset(),
}


_ENDED = {JobState.SUCCEEDED: "succeeded", JobState.FAILED: "failed", JobState.CANCELLED: "been cancelled"}


class JobFailure(FailureDetail):
    """Why a job failed, and what of it is done."""

    kept: str = ""
    """What a retry will not make again, in words."""
    refused_by: str = ""
    """Versions of the quality gate and of the renderer if the gate refused the video: the same versions would refuse it
    again. Else empty."""

    @classmethod
    def from_detail(cls, detail: FailureDetail, *, kept: str = "", refused_by: str = "") -> Self:
        return cls(**detail.model_dump(), kept=kept, refused_by=refused_by)

    def to_api(self) -> dict[str, Any]:
        """Return the ``error`` of a job's status; whether to retry is said there in words, as ``advice``."""
        return self.model_dump(exclude={"retryable"})


class Progress(Frozen):
    """Of the running render: ``done`` of ``total`` units."""

    stage: str
    done: int
    total: int


class CaptionFiles(Frozen):
    srt: str
    vtt: str
    cues: int


class Result(Frozen):
    """The finished film; names of blobs."""

    video: str
    thumbnail: str
    summary: str
    provenance: str = ""
    captions: Mapping[Language, CaptionFiles]
    duration_sec: float
    size: int


Outcome = tuple["Job", Sequence[Message]]


def count_changes(before: "Job | None", after: "Job") -> Mapping[JobState, int]:
    """Return by how much a write changes the number of jobs in each state. A job counts once in each state that it ever
    entered, but in FAILED only until it is retried. ``before`` is None for a new job."""
    if before is None:
        return {after.state: 1}
    if after.state is before.state:
        return {}
    if before.state is JobState.FAILED:
        return {JobState.FAILED: -1}
    return {after.state: 1}


class Job(Record):
    history = History(
        "job",
        keep_fields,
        rename("wanted", "requested_plan"),
        rename("entered", "entered_at"),
        rename("owner_cap", "owner_cap_micros"),
        rename("estimated", "estimated_micros"),
        rename("estimated_most", "max_estimated_micros"),
    )

    id: str
    state: JobState
    version: int = 0
    """Counts writes; set by the store."""
    request_hash: str
    requested_plan: RenderPlan
    """As it was asked for."""
    plan: RenderPlan | None = None
    """With its scenes written."""
    requests: tuple[AssetRequest, ...] = ()
    assets: Mapping[Slot, Asset] = {}
    """By slot; filled when all are there."""
    owner: str = ""
    """The API key that asked for it; empty: nobody's in particular."""
    owner_cap_micros: int | None = None
    """What all jobs of that key may cost in a day, in millionths of a US dollar."""
    attempt: int = 1
    """Of rendering; a retry counts on."""
    execution: str | None = None
    progress: Progress | None = None
    result: Result | None = None
    error: JobFailure | None = None
    failed_in: JobState | None = None
    estimated_micros: int = 0
    """What vendors would be paid, as it was reckoned at the start; in millionths of a US dollar."""
    max_estimated_micros: int = 0
    notices: tuple[str, ...] = ()
    """What the caller should know: captions left out, scenes stretched."""
    entered_at: Mapping[JobState, datetime]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def new(cls, job_id: str, requested_plan: RenderPlan, request_hash: str, now: datetime) -> "Job":
        return cls(
            id=job_id,
            state=JobState.PLANNING,
            request_hash=request_hash,
            requested_plan=requested_plan,
            entered_at={JobState.PLANNING: now},
            created_at=now,
            updated_at=now,
        )

    @property
    def current_plan(self) -> RenderPlan:
        """The plan with its scenes, or the requested plan as long as no planner has written them."""
        return self.plan or self.requested_plan

    @property
    def render_id(self) -> str:
        """Names one attempt at rendering."""
        return f"{self.id}-{self.attempt}"

    def pending_messages(self) -> list[Message]:
        """The messages that bring this job on, whatever happened to those sent before."""
        match self.state:
            case JobState.PLANNING:
                return [PlanRender(job_id=self.id)]
            case JobState.PRODUCING:
                return [ProduceAsset(job_id=self.id, slot=r.slot) for r in self.requests]
            case JobState.RENDERING:
                return [DispatchRender(job_id=self.id)]
            case JobState.CANCELLED | JobState.FAILED if self.execution:
                return [StopRender(job_id=self.id, execution=self.execution)]
        return []

    def find_request(self, slot: Slot) -> AssetRequest | None:
        return next((r for r in self.requests if r.slot == slot), None)

    def start_producing(
        self, plan: RenderPlan, requests: Sequence[AssetRequest], notices: Sequence[str], now: datetime
    ) -> Outcome:
        if self.state is not JobState.PLANNING:
            return self, self.pending_messages()
        job = self._transition(JobState.PRODUCING, now).evolve(
            plan=plan, requests=tuple(requests), notices=tuple(notices)
        )
        return job, job.pending_messages()

    def start_rendering(self, assets: Mapping[Slot, Asset], now: datetime) -> Outcome:
        """``assets``: every slot of the job."""
        if self.state is not JobState.PRODUCING:
            return self, self.pending_messages()
        job = self._transition(JobState.RENDERING, now).evolve(assets=dict(assets))
        return job, job.pending_messages()

    def record_execution(self, render_id: str, execution: str, notices: Sequence[str], now: datetime) -> Outcome:
        """``execution`` renders ``render_id``. It stays recorded until the job is over, so a cancel can reach it."""
        if self.state in (JobState.CANCELLED, JobState.FAILED) and render_id == self.render_id:
            job = self.evolve(execution=execution, updated_at=now)
            return job, job.pending_messages()
        if self.state is not JobState.RENDERING or render_id != self.render_id or execution == self.execution:
            return self, []
        kept = tuple(n for n in notices if n not in self.notices)
        return self.evolve(execution=execution, notices=self.notices + kept, updated_at=now), []

    def record_progress(self, render_id: str, progress: Progress, now: datetime) -> Outcome:
        """Progress only grows, whatever order it arrives in."""
        if self.state is not JobState.RENDERING or render_id != self.render_id:
            return self, []
        if self.progress and self.progress.done * progress.total >= progress.done * self.progress.total:
            return self, []
        return self.evolve(progress=progress, updated_at=now), []

    def succeed(self, render_id: str, result: Result, notices: Sequence[str], now: datetime) -> Outcome:
        """Record the finished video and the notices about it."""
        if self.state is not JobState.RENDERING or render_id != self.render_id:
            return self, self.pending_messages()
        told = self.notices + tuple(notice for notice in notices if notice not in self.notices)
        return self._transition(JobState.SUCCEEDED, now).evolve(result=result, notices=told), []

    def fail(self, error: JobFailure, now: datetime) -> Outcome:
        """Record why it cannot go on. A job that is over stays as it is."""
        if self.state.is_terminal:
            return self, self.pending_messages()
        job = self._transition(JobState.FAILED, now).evolve(error=error, failed_in=self.state)
        return job, job.pending_messages()

    def cancel(self, now: datetime) -> Outcome:
        """Raises Conflict if the job is already over in another way."""
        if self.state is JobState.CANCELLED:
            return self, self.pending_messages()
        if self.state.is_terminal:
            raise Conflict(f"the job has already {_ENDED[self.state]}; there is nothing to cancel")
        job = self._transition(JobState.CANCELLED, now)
        return job, job.pending_messages()

    def retry(self, now: datetime) -> Outcome:
        """Go on from what is already made. Raises Conflict if the job has not failed."""
        if self.state is not JobState.FAILED or self.failed_in is None:
            if not self.state.is_terminal:
                return self, self.pending_messages()
            raise Conflict(f"only a failed job can be retried; this one has {_ENDED[self.state]}")
        attempt = self.attempt + 1 if self.failed_in is JobState.RENDERING else self.attempt
        job = self._transition(self.failed_in, now).evolve(error=None, failed_in=None, attempt=attempt, execution=None)
        return job, job.pending_messages()

    def _transition(self, state: JobState, now: datetime) -> "Job":
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(f"job {self.id}: {self.state} -> {state}")
        return self.evolve(state=state, entered_at={**self.entered_at, state: now}, updated_at=now)
