"""A publication: its states, and the only methods that make the transitions between them.

``due_at`` tells when the next worker has something to do. A worker claims the publication first: the claim's token is a
fencing token, which only grows, so the store refuses what a worker writes whose claim has gone to another one. The
upload begins (``start_upload``) with a write of its own; only before it can a publication be cancelled.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sutradhar.domain.core.errors import Conflict, StaleLease
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.failures import PublicationFailure, Reason
from sutradhar.domain.publishing.promise import Verdict, compute_deadline, judge_delay

PublicationState = Literal["scheduled", "waiting", "uploading", "uploaded", "published", "failed", "canceled"]
"""``waiting``: its time has come, and its job is not finished. ``uploaded``: the destination has the video and shows it
from ``publish_at`` on."""

CLAIM = timedelta(minutes=3)
"""The time that a worker has between two writes. Each write lengthens its claim."""
LONGEST_WORK = timedelta(minutes=10)
"""A worker lives no longer: a function may run for 9 minutes (terraform/functions.tf)."""
MISSED_AFTER = timedelta(days=1)
"""A publication that is not made so long after its time fails."""
LONGEST_PAUSE = timedelta(minutes=30)
"""The longest pause between two attempts."""
_ENDED = ("published", "failed", "canceled")


class NotDue(Conflict):
    """This publication is not due, or another worker has it."""


class Publication(Record):
    """One video that goes to one destination."""

    history = History("publication", keep_fields)

    id: str
    job_id: str
    destination: str
    video_size: int | None = None
    """The bytes of the job's video; None: its job had none when a worker looked last."""
    number: int = 1
    """The number among the publications of this job to this destination."""
    owner: str = ""
    """The id of the API key that owns the job; empty: it has no owner."""
    state: PublicationState = "scheduled"
    details: PublicationDetails
    revision: int = 0
    """The number of changes of the details."""
    changed_at: datetime | None = None
    """The time of the last change of the details or of the time by the owner; None: there was none."""
    publish_at: datetime
    """The time from which the video can be seen; UTC."""
    zone: str = "UTC"
    """The IANA zone in which the caller thinks of ``publish_at``."""
    plan_words: tuple[str, ...] = ()
    """The words that its caller left to the plan of the job; they are taken again when the job is finished."""
    when_ready: bool = False
    """True: its caller named no time, so it is published as soon as its job is finished."""
    priority: int = 0
    """A publication of a higher priority gets the quota of a day first."""
    due_at: datetime | None = None
    """The time of the next work on it; None: there is none."""
    token: int = 0
    """The fencing token of the last claim."""
    claimed_until: datetime | None = None
    """The end of the claim; None: no worker has it."""
    working: int = 0
    """The token of the claim whose worker has begun; a message that comes twice begins once."""
    started_at: datetime | None = None
    """The time at which the upload began; None: nothing was sent to the destination."""
    attempts: int = 0
    checkpoint: Mapping[str, Any] = {}
    """The notes of the destination about its upload."""
    sent: PublicationDetails | None = None
    """The last details that the destination is known to have taken; None: none yet."""
    sent_revision: int = 0
    """The revision of ``sent``. A worker that was killed may have brought a later one there, so equal details prove
    nothing: only an equal revision does."""
    compare_at: datetime | None = None
    """The time from which on a worker that lost its claim can change nothing any more: then the words at the
    destination are compared once; None: no worker lost its claim."""
    requested_publish_at: datetime | None = None
    """A new time for a video that the destination has already; it holds once the destination has taken it."""
    extras_at: datetime | None = None
    """The time at which the rest is sent that the video does without, such as captions; None: nothing is left."""
    external_id: str = ""
    """The destination's own id of the video."""
    url: str = ""
    failure: PublicationFailure | None = None
    notices: tuple[str, ...] = ()
    webhook: Webhook | None = None
    """The receiver of the events ``publication.published`` and ``publication.failed`` if the job is gone."""
    is_replaced: bool = False
    """True if a later publication of the same job to the same destination was created or is being created."""
    is_reported: bool = True
    """False: its last end is not yet noted on the job, in the audit log, the counts and the webhooks."""
    ends: int = 0
    """The number of its ends: a failed one may be tried again."""
    ready_at: datetime | None = None
    """The last time at which it lacked its job or its owner's choice of the time; None: its creation."""
    excuse: Reason | None = None
    """The quota that held its upload up; None: none did."""
    verdict: Verdict | None = None
    """The outcome of the promise that its video can be seen at its time; None: it is not known yet."""
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        return self.state in _ENDED

    @property
    def has_started(self) -> bool:
        return self.started_at is not None

    @property
    def is_there(self) -> bool:
        """True if the destination has the whole video."""
        return self.state in ("uploaded", "published")

    @property
    def owes_update(self) -> bool:
        """True if the destination may have the video with other details, or another time, than its owner asks for."""
        is_behind = self.sent is not None and self.sent_revision != self.revision
        return self.is_there and (is_behind or self.requested_publish_at is not None)

    def must_compare(self, now: datetime) -> bool:
        """Return whether the words at the destination have to be compared with the details now."""
        return self.owes_update or (self.is_there and self.compare_at is not None and self.compare_at <= now)

    def choose_next_work(self, now: datetime) -> datetime | None:
        """Return the time of the next work after the upload; None: there is none."""
        times = [time for time in (self.extras_at, self.compare_at) if time and self.is_there]
        if self.owes_update or not self.is_reported:
            times.append(now)
        if self.state == "uploaded":
            times.append(max(self.publish_at, now))
        return min(times, default=None)

    def is_claimable(self, now: datetime) -> bool:
        """Return whether it is due and no worker has it."""
        is_due = self.due_at is not None and self.due_at <= now
        return is_due and (self.claimed_until is None or self.claimed_until <= now)

    def claim(self, now: datetime) -> "Publication":
        """Give it to a worker. Raise NotDue if it is not due or another worker has it."""
        if not self.is_claimable(now):
            raise NotDue
        until = now + CLAIM
        # the destination itself shows a video that is there; a look tells whether it did
        judged = self if self.has_ended or self.is_there else self._judge_delay(now)
        # the worker before did not give its claim back: it may be dead, or late
        compare_at = now + LONGEST_WORK if self.claimed_until and self.has_started else self.compare_at
        return judged.evolve(token=self.token + 1, claimed_until=until, due_at=until, compare_at=compare_at)

    def start_work(self, token: int, now: datetime) -> "Publication":
        """Let the worker of the claim ``token`` begin. Raise NotDue if the claim is not the last one, or has begun."""
        if token != self.token or self.working >= token or self.claimed_until is None:
            raise NotDue
        until = now + CLAIM
        return self.evolve(working=token, claimed_until=until, due_at=until, attempts=self.attempts + 1)

    def start_upload(self, token: int, now: datetime) -> "Publication":
        """Begin the upload: from here on, it cannot be cancelled.

        Raises:
            StaleLease: the claim has gone to another worker, or the publication was cancelled.
        """
        self.require_claim(token)
        state = "uploading" if self.state in ("scheduled", "waiting") else self.state
        return self.touch(now, state=state, started_at=self.started_at or now)

    def save(self, token: int, now: datetime, checkpoint: Mapping[str, Any], **facts: object) -> "Publication":
        """Store the destination's checkpoint, and lengthen the claim. ``facts``: fields that the destination learned.
        Raise StaleLease."""
        self.require_claim(token)
        until = now + CLAIM
        return self.touch(now, checkpoint=dict(checkpoint), claimed_until=until, due_at=until, **facts)

    def wait_for_job(self, token: int, now: datetime, until: datetime) -> "Publication":
        """Look at the job again at ``until``. Raise StaleLease."""
        self.require_claim(token)
        state = "waiting" if self.state == "scheduled" and until > self.publish_at else self.state
        return self.release(now, due_at=until, state=state, ready_at=now)

    def add_notices(self, notices: Sequence[str]) -> "Publication":
        """Add those of ``notices`` that it does not have."""
        new = tuple(notice for notice in dict.fromkeys(notices) if notice not in self.notices)
        return self.evolve(notices=self.notices + new) if new else self

    def rest(self, token: int, now: datetime) -> "Publication":
        """Give the claim back, since there is nothing to do now. Raise StaleLease."""
        self.require_claim(token)
        rested = self.release(now, failure=None)
        return rested.evolve(due_at=rested.choose_next_work(now))

    def postpone(
        self, token: int, now: datetime, until: datetime, notice: str = "", excuse: Reason | None = None
    ) -> "Publication":
        """Give the claim back until ``until``; a video that is there is looked at when its time comes.

        Args:
            excuse: the quota that it waits for; None: it waits for none.

        Raises:
            StaleLease: the claim has gone to another worker.
        """
        self.require_claim(token)
        if self.state == "uploaded":
            until = min(until, self.publish_at if self.publish_at > now else now + LONGEST_PAUSE)
        excuse = self.excuse or (None if self.is_there else excuse)
        return self.release(now, due_at=until, excuse=excuse).add_notices([notice] if notice else [])

    def record_hidden(self, token: int, now: datetime, until: datetime) -> "Publication":
        """Look again at ``until``, since the destination does not show the video although its time has come. Raise
        StaleLease."""
        self.require_claim(token)
        return self._judge_delay(now).release(now, due_at=until)

    def record_upload(
        self,
        token: int,
        now: datetime,
        *,
        sent: PublicationDetails,
        sent_revision: int,
        is_visible: bool,
        extras_at: datetime | None,
    ) -> "Publication":
        """Record that the destination has the video, and shows it now or at ``publish_at``.

        Args:
            sent: the details that the destination has, of the revision ``sent_revision``.
            extras_at: the time at which the rest is sent that the video does without; None: nothing is left.

        Raises:
            StaleLease: the claim has gone to another worker.
        """
        self.require_claim(token)
        words = {"sent": sent, "sent_revision": sent_revision}
        judged = self._judge_delay(now)
        uploaded = judged.release(now, state="uploaded", failure=None, attempts=0, extras_at=extras_at, **words)
        return _show(uploaded, now) if is_visible else uploaded.evolve(due_at=uploaded.choose_next_work(now))

    def record_confirmation(self, token: int, now: datetime) -> "Publication":
        """Record that the video can be seen. Raise StaleLease."""
        self.require_claim(token)
        released = self.release(now)
        if self.requested_publish_at:
            notice = f"the video was published before its time could change to {self.requested_publish_at.isoformat()}"
            released = released.add_notices([notice]).evolve(requested_publish_at=None)
        return _show(released, now)

    def record_update(
        self,
        token: int,
        now: datetime,
        *,
        sent: PublicationDetails,
        sent_revision: int,
        publish_at: datetime | None,
        extras_at: datetime | None,
        compare_at: datetime | None,
    ) -> "Publication":
        """Record that the destination has the details ``sent`` and, if given, the new time.

        Args:
            compare_at: the time at which the words are compared again; None: there is no need to.

        Raises:
            StaleLease: the claim has gone to another worker.
        """
        self.require_claim(token)
        changes: dict[str, object] = {
            "sent": sent,
            "sent_revision": sent_revision,
            "extras_at": extras_at,
            "compare_at": compare_at,
            "failure": None,
        }
        if publish_at is not None:
            changes |= {"publish_at": publish_at, **renew_promise(now)}
            if self.requested_publish_at == publish_at:
                changes["requested_publish_at"] = None
        updated = self.release(now, **changes)
        return updated.evolve(due_at=updated.choose_next_work(now))

    def _judge_delay(self, now: datetime) -> "Publication":
        """Return it with a verdict if its video should be seen by now. Call this only while it cannot be seen."""
        if self.verdict or now <= compute_deadline(self.publish_at, self.ready_at or self.created_at):
            return self
        return self.evolve(verdict=judge_delay(self.excuse, self.failure, now))

    def record_report(self, now: datetime, ends: int) -> "Publication":
        """Record that the end of the number ``ends`` was noted everywhere."""
        if self.is_reported or self.ends != ends:
            return self
        reported = self.release(now, is_reported=True)
        return reported.evolve(due_at=reported.choose_next_work(now))

    def require_claim(self, token: int) -> None:
        if token != self.token or self.claimed_until is None or self.state in ("failed", "canceled"):
            raise StaleLease

    def touch(self, now: datetime, **changes: object) -> "Publication":
        return self.evolve(updated_at=now, **changes)

    def release(self, now: datetime, **changes: object) -> "Publication":
        return self.touch(now, claimed_until=None, **changes)

    def end(self, now: datetime, **changes: object) -> "Publication":
        """Return it at its end, which is to be reported."""
        return self.release(now, due_at=now, is_reported=False, ends=self.ends + 1, **changes)


def _show(publication: Publication, now: datetime) -> Publication:
    """Return ``publication`` after its video has become visible; its end is not reported yet."""
    verdict = publication.verdict or Verdict(outcome="in_time", at=now)
    return publication.end(now, state="published", published_at=now, failure=None, attempts=0, verdict=verdict)


def renew_promise(now: datetime) -> dict[str, object]:
    """Return the changes of a publication that is to be judged anew, since its owner has ordered something else."""
    return {"ready_at": now, "excuse": None, "verdict": None}
