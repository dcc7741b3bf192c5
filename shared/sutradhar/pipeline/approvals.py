"""Keep the approvals that agents ask for, and do what a person has approved.

An agent asks; a person answers in the studio or at a terminal. The answer itself orders the video or the publication,
so an approval is used once and for exactly the plan or the words that the person saw. A process that is killed after
the answer leaves a granted approval without an outcome, and the sweep completes it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.errors import Conflict, InvalidRequest, LimitReached, NotFound, SutradharError
from sutradhar.domain.jobs.approval import APPROVAL_LIFE, MAX_WAITING, Approval, ApprovalAction
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.publication import PlannedPublication
from sutradhar.pipeline.audit import AUDIT, list_order_facts, note_act
from sutradhar.pipeline.dry_run import try_plan
from sutradhar.pipeline.publishing.orders import make_order, order_publication
from sutradhar.pipeline.publishing.schedule import check_order
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import submit
from sutradhar.ports.documents import DocumentPage, Facts, Kind
from sutradhar.telemetry import log

_COMPLETE_AGAIN = timedelta(minutes=2)
"""The age of an answer without an outcome from which the sweep completes it: its process may have been killed."""
_KEEP = timedelta(days=35)
"""The life of an approval after its end, as that of an entry of the audit log."""
_WAIT_SEC = 600
"""The seconds after which an agent should ask again that has too many open questions: people need time."""


def _describe(approval: Approval) -> Facts:
    due_at = approval.expires_at if approval.state == "waiting" else None
    if approval.needs_completion and approval.answered_at:
        due_at = approval.answered_at + _COMPLETE_AGAIN
    return Facts(
        id=approval.id,
        owner=approval.owner,
        created_at=approval.created_at,
        state=approval.state,
        due_at=due_at,
        expire_at=approval.expires_at + _KEEP,
    )


APPROVALS = Kind("approval", Approval, _describe)


def ask_to_render(services: Services, plan: RenderPlan, caller: ApiKey | None, base_url: str = "") -> Approval | Job:
    """Return the approval that a person has to give for the video of ``plan``, or the job itself if it neither costs
    nor publishes anything. Equal plans of one owner have one approval, or one job in a day.

    Raises:
        InvalidRequest: a job for the plan would be refused.
        BudgetSpent: the video would cost more than is left for today.
        LimitReached: too many questions wait for an answer, or too many jobs are in progress.
    """
    trial = try_plan(services, plan, caller)
    if trial.problems:
        raise InvalidRequest(trial.problems)
    request = plan.model_dump(mode="json", exclude_unset=True, exclude={"notices", "brand_look"})
    if not trial.estimate.max_cost and not plan.publications:
        key = _name_question("render", _get_owner(caller), "", request)
        job, _ = submit(
            services, plan, key, caller, base_url=base_url, describe=_describe_order(caller, ""), approved_micros=0
        )
        return job
    name = plan.title or plan.topic or plan.prompt or "a video"
    where = "".join(f", and publish it on {one.destination}" for one in plan.publications)
    cost = f"about {usd(trial.estimate.expected_cost):.2f} and at most {usd(trial.estimate.max_cost):.2f} USD"
    summary = f"Make the video {name[:120]!r}, {trial.video_sec:.0f} s, for {cost}{where}."
    approval = _make_approval(services, caller, "render", "", request, summary, base_url)
    return _store(
        services,
        approval.evolve(expected_micros=trial.estimate.expected_cost, max_micros=trial.estimate.max_cost),
    )


def ask_to_publish(
    services: Services, job_id: str, words: PlannedPublication, caller: ApiKey | None, zone: str = "UTC"
) -> Approval:
    """Return the approval that a person has to give for a publication of the job. Equal questions have one approval.

    Args:
        words: the destination, its words and perhaps a time.
        zone: the IANA zone of a time without an offset, if ``words`` name none.

    Raises:
        NotFound: the caller has no such job.
        InvalidRequest: the destination does not take the words, or the time has passed.
        LimitReached: too many questions wait for an answer.
    """
    job = services.jobs.get(job_id)
    if caller and not caller.may_see(job.owner):
        raise NotFound(f"there is no job {job_id}")
    words = words.evolve(timezone=words.timezone or zone)
    order = make_order(
        job,
        words.destination,
        words.words,
        time_text=words.iso_datetime,
        zone=words.timezone or zone,
        priority=words.priority,
    )
    check_order(services, job, order)
    when = order.publish_at.isoformat(timespec="minutes") if order.publish_at else "as soon as it is finished"
    title = order.details.title[:120]
    summary = f"Publish {title!r} on {words.destination}, {order.details.privacy}, {when}."
    request = words.model_dump(mode="json", exclude_unset=True) | {"destination": words.destination}
    return _store(services, _make_approval(services, caller, "publish", job_id, request, summary, ""))


def read(services: Services, approval_id: str, caller: ApiKey | None = None) -> Approval:
    """Return the approval. Raise NotFound: the caller has no such approval."""
    approval = services.documents.get(APPROVALS, approval_id)
    if caller and not caller.may_see(approval.owner):
        raise NotFound(f"there is no approval {approval_id}")
    return approval


def is_asked_by_agent(services: Services, job_id: str) -> bool:
    """Return whether an agent has asked for the job, in the last days: the audit log tells it."""
    return bool(services.documents.get_many(AUDIT, [f"{job_id}-ordered"]))


def list_approvals(
    services: Services, caller: ApiKey | None, state: str | None = None, limit: int = 20, after: str | None = None
) -> DocumentPage[Approval]:
    """Return a page of the approvals that the caller may see, the newest first. Raise InvalidRequest: no cursor."""
    owner = None if caller is None or caller.role == "admin" else caller.id
    return services.documents.list(APPROVALS, owner=owner, state=state, limit=limit, after=after)


def answer(
    services: Services,
    approval_id: str,
    caller: ApiKey | None,
    *,
    is_granted: bool,
    note: str = "",
    answered_by: str = "",
) -> Approval:
    """Grant or refuse what an agent asks for, do it if it is granted, and return the approval. A repeat changes
    nothing.

    Args:
        note: the person's words for the agent.
        answered_by: who answers, if it is not ``caller``: ``terminal``.

    Raises:
        NotFound: the caller has no such approval, or the job to publish is gone.
        Conflict: the caller is an agent, or the approval has expired or another answer.
        InvalidRequest, BudgetSpent, LimitReached: it cannot be done now; the approval waits as before.
    """
    if caller and caller.role == "agent":
        raise Conflict("an agent cannot answer an approval; a person does it in the studio or at a terminal")
    read(services, approval_id, caller)
    now = services.clock.now()

    def change(stored: Approval) -> Approval:
        state = "granted" if is_granted else "refused"
        if stored.state == state:
            return stored
        if stored.state != "waiting":
            raise Conflict(f"the approval {stored.id} is {stored.state} already")
        if stored.expires_at <= now:
            raise Conflict(f"the approval {stored.id} has expired; let the agent ask again")
        by = answered_by or (caller.id if caller else "")
        return stored.evolve(state=state, answered_by=by, answer_note=note, answered_at=now)

    approval = services.documents.update(APPROVALS, approval_id, change)
    if not approval.needs_completion:
        return approval
    try:
        return _complete(services, approval)
    except (SutradharError, OSError):
        # the person gets the error and may answer again when its cause is gone
        with suppress(SutradharError, OSError):
            services.documents.update(APPROVALS, approval_id, _reopen)
        raise


def complete_answers(services: Services) -> None:
    """Do what is granted and was not done, and end the approvals whose time has passed."""
    now = services.clock.now()
    for approval in services.documents.list_due(APPROVALS, now):
        if approval.state == "waiting":
            services.documents.update(APPROVALS, approval.id, _expire)
            continue
        try:
            _complete(services, approval)
        except (SutradharError, OSError) as exc:
            log("approval_incomplete", level="warning", exc=exc, approval_id=approval.id)
            services.documents.update(APPROVALS, approval.id, _reopen)


def _expire(stored: Approval) -> Approval:
    return stored.evolve(state="expired") if stored.state == "waiting" else stored


def _reopen(stored: Approval) -> Approval:
    if not stored.needs_completion:
        return stored
    return stored.evolve(state="waiting", answered_by="", answer_note="", answered_at=None)


def _complete(services: Services, approval: Approval) -> Approval:
    """Order what ``approval`` allows, and note it there. A repeat orders nothing new."""
    owner = _make_owner(approval)
    if approval.action == "render":
        plan = RenderPlan.parse(approval.request)
        describe = _describe_order(owner, approval.id)
        job, _ = submit(
            services,
            plan,
            approval.id,
            owner,
            base_url=approval.base_url,
            describe=describe,
            approved_micros=approval.max_micros,
        )
        outcome = {"job_id": job.id}
    else:
        outcome = {"publication_id": _publish(services, approval)}
    return services.documents.update(APPROVALS, approval.id, lambda stored: stored.evolve(**outcome))


def _publish(services: Services, approval: Approval) -> str:
    words = PlannedPublication.model_validate(approval.request)
    job = services.jobs.get(approval.job_id)
    try:
        publication = order_publication(
            services,
            job,
            words.destination,
            words.words,
            time_text=words.iso_datetime,
            zone=words.timezone or "UTC",
            priority=words.priority,
        )
    except Conflict:
        note = services.jobs.get(approval.job_id).publications.get(words.destination)
        if note is None or note.id in approval.earlier_publications:
            raise
        return note.id  # a process that was killed has ordered it
    return publication.id


def _make_approval(
    services: Services,
    caller: ApiKey | None,
    action: ApprovalAction,
    job_id: str,
    request: Mapping[str, Any],
    summary: str,
    base_url: str,
) -> Approval:
    now = services.clock.now()
    earlier = services.jobs.get(job_id).publications.values() if job_id else ()
    return Approval(
        id=_name_question(action, _get_owner(caller), job_id, request),
        owner=_get_owner(caller),
        owner_cap_micros=caller.daily_budget if caller else None,
        agent=caller.agent_id if caller else "",
        action=action,
        job_id=job_id,
        request=request,
        summary=summary,
        base_url=base_url,
        earlier_publications=tuple(note.id for note in earlier),
        created_at=now,
        expires_at=now + APPROVAL_LIFE,
    )


def _store(services: Services, approval: Approval) -> Approval:
    """Store a new approval and return it, or the one that is stored for the same question. An expired one is followed
    by a new one.

    Raises:
        LimitReached: the owner has ``MAX_WAITING`` approvals that wait.
    """
    first, number = approval.id, 1
    while stored := services.documents.get_many(APPROVALS, [approval.id]).get(approval.id):
        if stored.state != "expired":
            return stored
        number += 1
        approval = approval.evolve(id=f"{first}-{number}")
    if services.documents.count(APPROVALS, owner=approval.owner, state="waiting") >= MAX_WAITING:
        message = f"{MAX_WAITING} approvals wait for a person already; let them be answered before you ask for more"
        raise LimitReached(message, _WAIT_SEC, is_quota=True)
    stored, is_new = services.documents.create(APPROVALS, approval)
    if is_new:
        note_act(
            services.documents,
            AuditEntry(
                id=f"{stored.id}-asked",
                at=stored.created_at,
                action="ask_approval",
                actor=stored.agent or stored.owner,
                job_id=stored.job_id,
                facts={"approval_id": stored.id, "summary": stored.summary[:300]},
            ),
        )
    return stored


def _name_question(action: str, owner: str, job_id: str, request: Mapping[str, Any]) -> str:
    """Return the id of the approval of a question; equal questions have one."""
    text = json.dumps([action, owner, job_id, request], sort_keys=True, ensure_ascii=False)
    return f"ap-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _get_owner(caller: ApiKey | None) -> str:
    return caller.id if caller else ""


def _make_owner(approval: Approval) -> ApiKey | None:
    """Return the key whose job an approved video becomes, with the cap that it had when the agent asked."""
    if not approval.owner:
        return None
    return ApiKey(id=approval.owner, name=approval.owner, digest="", daily_budget=approval.owner_cap_micros)


def _describe_order(caller: ApiKey | None, approval_id: str) -> Callable[[Job], AuditEntry]:
    """Return the function that makes the entry of the audit log for a job which an agent has asked for."""

    def describe(job: Job) -> AuditEntry:
        asked = {"approval_id": approval_id} if approval_id else {"by_agent": "free of charge"}
        return AuditEntry(
            id=f"{job.id}-ordered",
            at=job.created_at,
            action="create_render",
            actor=caller.agent_id or caller.id if caller else "",
            job_id=job.id,
            facts={**list_order_facts(job), **asked},
        )

    return describe
