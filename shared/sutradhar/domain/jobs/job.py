"""The job: its states, the transitions between them, and the only methods that make these transitions.

The state of a job tells its pending messages (``pending_messages``), so every process that reads a job knows what has
to be sent next, and no list of messages to send is stored. Each method that makes a transition returns the new job and
the messages to send. It may be called again: a repeat changes nothing and returns the messages that are still pending.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import AssetKind
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import Conflict, IllegalTransition
from sutradhar.domain.core.record import Record
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.job_history import JOB_HISTORY
from sutradhar.domain.jobs.job_state import BROKEN_OFF, ENDED, TRANSITIONS, JobState
from sutradhar.domain.jobs.job_times import begin_attempt, note_kinds, note_times
from sutradhar.domain.jobs.messages import (
    AdvanceBatch,
    AnnounceEvents,
    DispatchRender,
    Message,
    OrderVersions,
    PlanRender,
    ProduceAsset,
    StopRender,
    WakePublications,
)
from sutradhar.domain.jobs.publication_note import PublicationNote
from sutradhar.domain.jobs.result import Progress, Result
from sutradhar.domain.jobs.version_note import VersionNote, list_versions
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanChange

__all__ = ["Job", "JobState", "Outcome", "StateEvent"]


class StateEvent(Frozen):
    """A state in which the job rests, as the webhook reports it: its end, or the wait for an approval."""

    state: JobState
    at: datetime
    version: int = 0
    """The version of the job before it; no two events of a job have the same one."""
    error: JobFailure | None = None
    waits_until: datetime | None = None


Outcome = tuple["Job", Sequence[Message]]
"""The job after a transition, and the messages to send."""


class Job(Record):
    """One requested video from its request to its end."""

    history = JOB_HISTORY

    id: str
    state: JobState
    version: int = 0
    """The number of writes; the store sets it."""
    request_hash: str
    requested_plan: RenderPlan
    """The plan as the caller sent it, with the defaults of this system."""
    plan: RenderPlan | None = None
    """The plan with its scenes; None until a planner has written them."""
    plan_changes: tuple[PlanChange, ...] = ()
    """The changes that callers made to the plan while the job waited for approval, the oldest first."""
    approved_at: datetime | None = None
    """The time at which the plan was approved; None: it was not, or its caller asked for no review."""
    waits_until: datetime | None = None
    """The time until which the job waits for approval; None: it does not wait now, or for any time."""
    requests: tuple[AssetRequest, ...] = ()
    assets: Mapping[Slot, Asset] = {}
    """The assets by slot; empty until all are finished."""
    owner: str = ""
    """The id of the API key that requested the job; empty if it came without one."""
    owner_cap_micros: int | None = None
    """The most that all jobs of the owner may cost in a day, in millionths of a US dollar; None: no cap."""
    batch: str = ""
    """The id of the batch that it is a row of; empty: it was requested by itself."""
    version_of: str = ""
    """The id of the job whose video this one is in another language; empty: it is no such version."""
    versions: Mapping[Language, VersionNote] = {}
    """The jobs of the other languages, from the time on at which all assets are finished."""
    versions_due: bool = False
    """True until these jobs are started, or cancelled together with this one."""
    approved_micros: int | None = None
    """The most that a person has allowed an agent to spend on the job, in millionths of a US dollar; None: no agent
    asked for it."""
    attempt: int = 1
    """The number of the attempt to render; a retry of the render raises it."""
    execution: str | None = None
    """The name of the renderer's last execution; None: none was started."""
    progress: Progress | None = None
    rendered_share: float = 0.0
    """The share of the render, 0 to 1, that earlier attempts reached."""
    result: Result | None = None
    error: JobFailure | None = None
    failed_in: JobState | None = None
    """The state in which the job failed, to which a retry goes back."""
    cancel_reason: str = ""
    """The reason why this system cancelled the job; empty: its caller did."""
    estimated_micros: int = 0
    """The expected payments to providers, estimated when the job was created; in millionths of a US dollar."""
    max_estimated_micros: int = 0
    """The most that providers may be paid, by the same estimate."""
    webhook: Webhook | None = None
    """The receiver of the job's events."""
    unannounced: tuple[StateEvent, ...] = ()
    """The events that are not stored for the webhook yet, the oldest first; without a webhook, the last one only."""
    pinned: bool = False
    """True: retention keeps the job, its files and the uploads that its plan names."""
    files_deleted_at: datetime | None = None
    """The time from which the job's files are no longer kept; None: they are."""
    publications: Mapping[str, PublicationNote] = {}
    """The newest publication to each destination."""
    notices: tuple[str, ...] = ()
    """Sentences about differences from the request: captions left out, scenes made longer."""
    entered_at: Mapping[JobState, datetime]
    """The time of the last transition into each state."""
    left_at: Mapping[JobState, datetime] = {}
    """The time at which the work of each state was last done. Jobs of earlier versions have none."""
    kind_times: Mapping[AssetKind, tuple[datetime, datetime]] = {}
    """Start and end of the kinds of assets that were finished before a retry or a review."""
    active_sec: float = 0.0
    """The seconds of work in states that the job has left: without the time after a failure or of a review."""
    created_at: datetime
    updated_at: datetime

    @classmethod
    def new(cls, job_id: str, requested_plan: RenderPlan, request_hash: str, now: datetime) -> "Job":
        """Return a job in its first state."""
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
        """The name of this attempt to render."""
        return f"{self.id}-{self.attempt}"

    @property
    def owes_event(self) -> bool:
        """True if an event for the webhook is not stored yet."""
        return self.webhook is not None and bool(self.unannounced)

    @property
    def needs_approval(self) -> bool:
        """True until the plan is approved, if its caller asked for a review: only narrations are made before."""
        return self.requested_plan.review and self.approved_at is None

    @property
    def due_requests(self) -> tuple[AssetRequest, ...]:
        """The assets that may be made now."""
        return tuple(r for r in self.requests if r.precedes_approval or not self.needs_approval)

    @property
    def is_settled(self) -> bool:
        """True if there is nothing to do: the job has finished or waits for approval, its events are stored and its
        versions are started."""
        return not self.state.is_at_work and not self.owes_event and not self.versions_due

    def pending_messages(self) -> list[Message]:
        """Return the messages that continue this job, whatever happened to those sent before."""
        announcement = [AnnounceEvents(job_id=self.id)] if self.owes_event else []
        is_awaited = self.state.is_terminal and any(note.may_wait_for_job for note in self.publications.values())
        wake = [WakePublications(job_id=self.id)] if is_awaited else []
        advance = [AdvanceBatch(batch_id=self.batch, job_id=self.id)] if self.batch and self.state.is_terminal else []
        return [*self._list_stage_messages(), *announcement, *wake, *advance, *self._list_version_messages()]

    def _list_version_messages(self) -> list[Message]:
        """Return the message that starts the versions, or lets those go on that wait for the end of this render."""
        if self.versions_due or (self.versions and self.state.is_terminal):
            return [OrderVersions(job_id=self.id)]
        return [OrderVersions(job_id=self.version_of)] if self.version_of and self.state.is_terminal else []

    def _list_stage_messages(self) -> list[Message]:
        match self.state:
            case JobState.PLANNING:
                return [PlanRender(job_id=self.id)]
            case JobState.PRODUCING:
                return [ProduceAsset(job_id=self.id, slot=r.slot) for r in self.due_requests]
            case JobState.RENDERING:
                return [DispatchRender(job_id=self.id)]
            case JobState.CANCELLED | JobState.FAILED if self.execution:
                return [StopRender(job_id=self.id, execution=self.execution)]
        return []

    def find_request(self, slot: Slot) -> AssetRequest | None:
        """Return the request for the asset of ``slot``; None if the job has none."""
        return next((r for r in self.requests if r.slot == slot), None)

    def start_producing(
        self,
        plan: RenderPlan,
        requests: Sequence[AssetRequest],
        notices: Sequence[str],
        now: datetime,
        waits_until: datetime | None = None,
    ) -> Outcome:
        """Store the plan with its scenes and the requests for its assets, and go on to PRODUCING; without any narration
        to make before a review, to AWAITING_APPROVAL until ``waits_until``."""
        if self.state is not JobState.PLANNING:
            return self, self.pending_messages()
        job = self.evolve(plan=plan, requests=tuple(requests), notices=tuple(notices))
        if job.needs_approval and not job.due_requests:
            job = job.transition(JobState.AWAITING_APPROVAL, now, waits_until=waits_until)
        else:
            job = job.transition(JobState.PRODUCING, now)
        return job, job.pending_messages()

    def start_rendering(self, assets: Mapping[Slot, Asset], now: datetime) -> Outcome:
        """Store the assets of all slots, and go on to RENDERING."""
        if self.state is not JobState.PRODUCING or self.needs_approval:
            return self, self.pending_messages()
        versions = list_versions(self.id, self.current_plan)
        job = self.transition(JobState.RENDERING, now)
        job = job.evolve(assets=dict(assets), versions=versions, versions_due=bool(versions))
        return job, job.pending_messages()

    def record_execution(self, render_id: str, execution: str, notices: Sequence[str], now: datetime) -> Outcome:
        """Record that ``execution`` renders ``render_id``. It stays recorded, so that a later cancel can stop it."""
        if self.state in (JobState.CANCELLED, JobState.FAILED) and render_id == self.render_id:
            job = self.evolve(execution=execution, updated_at=now)
            return job, job.pending_messages()
        if self.state is not JobState.RENDERING or render_id != self.render_id or execution == self.execution:
            return self, []
        return self.evolve(execution=execution, notices=self._merge_notices(notices), updated_at=now), []

    def record_progress(self, render_id: str, progress: Progress, now: datetime) -> Outcome:
        """Record the progress of the renderer. It only grows, in whatever order the messages arrive."""
        if self.state is not JobState.RENDERING or render_id != self.render_id:
            return self, []
        if self.progress and self.progress.done * progress.total >= progress.done * self.progress.total:
            return self, []
        return self.evolve(progress=progress, updated_at=now), []

    def succeed(self, render_id: str, result: Result, notices: Sequence[str], now: datetime) -> Outcome:
        """Record the finished video and the notices about it."""
        if self.state is not JobState.RENDERING or render_id != self.render_id:
            return self, self.pending_messages()
        job = self.transition(JobState.SUCCEEDED, now)
        job = job.evolve(result=result, notices=self._merge_notices(notices))
        return job, job.pending_messages()

    def fail(self, error: JobFailure, now: datetime, ready: Collection[Slot] = ()) -> Outcome:
        """Record why the job cannot go on, and the assets that are ``ready``. A job that rests stays as it is."""
        if JobState.FAILED not in TRANSITIONS[self.state]:
            return self, self.pending_messages()
        times = note_kinds(self, ready, now) if self.state is JobState.PRODUCING else self.kind_times
        job = self.transition(JobState.FAILED, now, error=error).evolve(failed_in=self.state, kind_times=times)
        return job, job.pending_messages()

    def cancel(self, now: datetime, reason: str = "") -> Outcome:
        """Cancel the job. ``reason``: the reason why this system does so; empty: the caller does.

        Raises:
            Conflict: it has finished in another way.
        """
        if self.state is JobState.CANCELLED:
            return self, self.pending_messages()
        if self.state.is_terminal:
            raise Conflict(f"the job has already {ENDED[self.state]}; there is nothing to cancel")
        job = self.transition(JobState.CANCELLED, now)
        job = job.evolve(cancel_reason=reason, versions_due=bool(self.versions))
        return job, job.pending_messages()

    def retry(self, now: datetime) -> Outcome:
        """Go back to the state in which the job failed, with its finished assets. A running job stays as it is.

        Raises:
            Conflict: the job has succeeded or was cancelled.
        """
        if self.state is not JobState.FAILED or self.failed_in is None:
            if not self.state.is_terminal:
                return self, self.pending_messages()
            raise Conflict(f"only a failed job can be retried; this one has {ENDED[self.state]}")
        attempt = self.attempt + 1 if self.failed_in is JobState.RENDERING else self.attempt
        job = self.transition(self.failed_in, now).evolve(attempt=attempt, **begin_attempt(self))
        return job, job.pending_messages()

    def set_webhook(self, webhook: Webhook | None, now: datetime) -> Outcome:
        """Choose the receiver of the job's events, or none. If the last event is not stored, it is sent now."""
        job = self if webhook == self.webhook else self.evolve(webhook=webhook, updated_at=now)
        return job, job.pending_messages() if job.owes_event else []

    def record_announcement(self, announced: Sequence[StateEvent], now: datetime) -> Outcome:
        """Record that the events ``announced`` are stored."""
        left = tuple(event for event in self.unannounced if event not in announced)
        return (self if left == self.unannounced else self.evolve(unannounced=left, updated_at=now)), []

    def _merge_notices(self, notices: Sequence[str]) -> tuple[str, ...]:
        return self.notices + tuple(n for n in notices if n not in self.notices)

    def transition(
        self,
        state: JobState,
        now: datetime,
        *,
        error: JobFailure | None = None,
        waits_until: datetime | None = None,
    ) -> "Job":
        """Return the job in ``state``; only this module and review.py call it. Raise IllegalTransition."""
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransition(f"job {self.id}: {self.state} -> {state}")
        # a webhook that is chosen later gets the state of that time, not what was before
        events = self.unannounced if self.webhook else ()
        if not state.is_at_work:
            event = StateEvent(state=state, at=now, version=self.version, error=error, waits_until=waits_until)
            events = (*events, event)
        return self.evolve(
            state=state,
            error=error,
            waits_until=waits_until,
            unannounced=events,
            **note_times(self, state, now, is_broken_off=state in BROKEN_OFF),
        )
