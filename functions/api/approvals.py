"""Show the approvals that agents ask for, and let people answer them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from functions.api.audit import add_facts
from functions.api.auth import caller
from functions.api.client_plan import OrderedPlan
from functions.api.endpoint import endpoint
from functions.api.links import find_base_url, make_url
from functions.api.renders import JobMove, describe_move
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.jobs.approval import Approval, ApprovalAction, ApprovalState
from sutradhar.domain.plan.publication import PlannedPublication

if TYPE_CHECKING:
    from sutradhar.domain.jobs.job import Job


class ApprovalItem(Frozen):
    """A question of an agent. An answer does at once what the agent asked for, and no more."""

    approval_id: str
    state: ApprovalState
    action: ApprovalAction
    summary: str
    """One sentence: the video or the publication, and its cost."""
    request: Mapping[str, Any]
    """The plan of the video, or the words of the publication."""
    expected_cost_usd: float
    max_cost_usd: float
    agent: str
    """The id of the agent's key; empty: an agent of this machine."""
    job_id: str
    """The job to publish, or the one that was made after the approval; empty: there is none yet."""
    publication_id: str
    """The publication that was ordered after the approval; empty: there is none yet."""
    answer_note: str
    created_at: UtcTime
    answered_at: UtcTime | None
    expires_at: UtcTime
    links: Mapping[str, str]


class ApprovalList(Frozen):
    approvals: tuple[ApprovalItem, ...]
    has_more: bool
    next: str | None
    """Give it as ``after`` to get the next page; null: this page is the last one."""


class ApprovalQuery(Frozen):
    state: ApprovalState | None = None
    limit: int = Field(default=20, ge=1, le=100)
    after: str | None = Field(default=None, max_length=500)
    """The value of `next` of the page before."""


class Question(Frozen):
    """A plan, or a job and the words of its publication."""

    plan: dict[str, Any] | None = None
    """As for POST /render."""
    job_id: str = Field(default="", max_length=100)
    publish: dict[str, Any] | None = None
    """As one item of the plan's `publish`: the destination, its words, and perhaps a time."""


class ApprovalAnswer(Frozen):
    note: str = Field(default="", max_length=500)
    """Words for the agent."""


@endpoint(answers={200: ApprovalList})
def show_approvals(query: ApprovalQuery) -> ApprovalList:
    """List what agents ask for, the newest first; an admin sees all."""
    from sutradhar.pipeline.approvals import list_approvals

    page = list_approvals(bootstrap.services(), caller(), query.state, query.limit, query.after)
    items = tuple(describe_approval(one) for one in page.records)
    return ApprovalList(approvals=items, has_more=page.after is not None, next=page.after)


@endpoint(answers={201: ApprovalItem, 202: JobMove}, errors=(402, 409))
def ask_approval(body: Question) -> tuple[ApprovalItem | JobMove, int, dict[str, str]]:
    """Ask a person to allow a video that costs money, or a publication. The same question has the same answer.

    A video that costs and publishes nothing needs no approval: it is made at once, and the answer is its job (202).
    """
    from sutradhar.pipeline import approvals

    services = bootstrap.services()
    if body.publish and body.job_id and body.plan is None:
        zone = bootstrap.settings().publishing.zone
        words = PlannedPublication.model_validate(body.publish)
        asked: Approval | Job = approvals.ask_to_publish(services, body.job_id, words, caller(), zone)
    elif body.plan is not None and not body.publish and not body.job_id:
        asked = approvals.ask_to_render(services, OrderedPlan.parse(body.plan), caller(), find_base_url())
    else:
        raise InvalidRequest([FieldError("", "give a plan, or a job_id with the words of a publication as publish")])
    if isinstance(asked, Approval):
        item = describe_approval(asked)
        return item, 201, {"Location": item.links["self"]}
    return describe_move(asked), 202, {"Location": make_url(f"/render/{asked.id}/status")}


@endpoint(answers={200: ApprovalItem})
def show_approval(approval_id: str) -> ApprovalItem:
    """Return what an agent asks for, and the answer."""
    from sutradhar.pipeline.approvals import read

    return describe_approval(read(bootstrap.services(), approval_id, caller()))


@endpoint(answers={200: ApprovalItem}, errors=(402, 409))
def grant_approval(approval_id: str, body: ApprovalAnswer) -> ApprovalItem:
    """Grant what an agent asks for: the video is made, or the publication is ordered, at once and exactly as shown."""
    return _answer(approval_id, body, is_granted=True)


@endpoint(answers={200: ApprovalItem}, errors=(402, 409))
def refuse_approval(approval_id: str, body: ApprovalAnswer) -> ApprovalItem:
    """Refuse what an agent asks for. The agent gets the note."""
    return _answer(approval_id, body, is_granted=False)


def describe_approval(approval: Approval) -> ApprovalItem:
    """Return the approval as the API shows it."""
    here = make_url(f"/approvals/{approval.id}")
    return ApprovalItem(
        approval_id=approval.id,
        state=approval.state,
        action=approval.action,
        summary=approval.summary,
        request=approval.request,
        expected_cost_usd=usd(approval.expected_micros),
        max_cost_usd=usd(approval.max_micros),
        agent=approval.agent,
        job_id=approval.job_id,
        publication_id=approval.publication_id,
        answer_note=approval.answer_note,
        created_at=approval.created_at,
        answered_at=approval.answered_at,
        expires_at=approval.expires_at,
        links={"self": here, "grant": f"{here}/grant", "refuse": f"{here}/refuse"},
    )


def _answer(approval_id: str, body: ApprovalAnswer, *, is_granted: bool) -> ApprovalItem:
    from sutradhar.pipeline.approvals import answer

    approval = answer(bootstrap.services(), approval_id, caller(), is_granted=is_granted, note=body.note)
    add_facts(agent=approval.agent, summary=approval.summary[:300], job_id=approval.job_id)
    return describe_approval(approval)
