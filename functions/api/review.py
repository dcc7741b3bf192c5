"""Show the plan of a job before it is paid for, change it, and approve it."""

import flask

from functions.api.auth import caller, require_access
from functions.api.cost_estimate import CostEstimate, describe_estimate
from functions.api.endpoint import endpoint
from functions.api.library import PlanCopy, copy_plan
from functions.api.links import make_url
from functions.api.renders import JobMove, describe_move
from sutradhar import bootstrap
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.jobs.file_links import make_asset_url
from sutradhar.domain.jobs.job_status import StateWord, name_state
from sutradhar.domain.jobs.review import Versions, get_plan_version
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan_patch import CHANGEABLE, PlanChange, PlanPatch
from sutradhar.pipeline.review import PlanView


class NarrationLink(Frozen):
    scene: int
    """The index of the scene, from 0."""
    language: Language
    url: str
    duration_sec: float
    provider: str


class PlanReview(Frozen):
    job_id: str
    state: StateWord
    version: int
    """It grows by one with each change; the header ETag has it too."""
    plan: PlanCopy
    changeable: tuple[str, ...]
    """The fields that PATCH takes."""
    changes: tuple[PlanChange, ...]
    """All changes so far, the oldest first."""
    narrations: tuple[NarrationLink, ...]
    """The narrations that are finished: those in the plan's own language, then those of further audio tracks."""
    estimate: CostEstimate
    spent_usd: float
    reserved_usd: float
    approved_at: UtcTime | None
    waits_until: UtcTime | None
    """The time at which the job is canceled if it is not approved; None: it does not wait now, or for any time."""


@endpoint(answers={200: PlanReview})
def show_plan(job_id: str) -> tuple[PlanReview, int, dict[str, str]]:
    """Return the plan of a job, its narrations to listen to, and what the rest would cost.

    A job whose plan has ``review: true`` waits in ``awaiting_approval`` before anything else is made. The header ETag
    is the version of the plan; send it as If-Match to change or approve just that version.
    """
    return _show(job_id)


@endpoint(answers={200: PlanReview}, errors=(409, 412))
def patch_plan(job_id: str, body: PlanPatch) -> tuple[PlanReview, int, dict[str, str]]:
    """Change a plan that waits for approval. A new narration is made at once, and the job waits again when it is there;
    what does not change is not made again."""
    from sutradhar.pipeline.review import change_plan

    require_access(bootstrap.backend().jobs.get(job_id))
    change_plan(bootstrap.services(), job_id, body, caller(), _read_versions())
    return _show(job_id)


@endpoint(answers={202: JobMove}, errors=(402, 409, 412))
def approve_render(job_id: str) -> JobMove:
    """Approve the plan: the rest of the job is made and paid for. A second approval changes nothing."""
    from sutradhar.pipeline.review import approve

    require_access(bootstrap.backend().jobs.get(job_id))
    return describe_move(approve(bootstrap.services(), job_id, _read_versions(), needs_place=True))


def _show(job_id: str) -> tuple[PlanReview, int, dict[str, str]]:
    from sutradhar.pipeline.review import read_plan

    require_access(bootstrap.backend().jobs.get(job_id))
    answer = _describe(read_plan(bootstrap.services(), job_id))
    return answer, 200, {"ETag": f'"{answer.version}"'}


def _describe(view: PlanView) -> PlanReview:
    job = view.job
    own = {Slot.narration(scene): asset for scene, asset in sorted(view.narrations.items())}
    narrations = tuple(
        NarrationLink(
            scene=slot.scene or 0,
            language=slot.language or job.current_plan.spoken_language,
            url=make_asset_url(f"{make_url(f'/render/{job.id}')}/file", slot),
            duration_sec=round(asset.samples / SAMPLE_RATE, 3),
            provider=asset.provider,
        )
        for slot, asset in (*own.items(), *view.further_narrations.items())
    )
    return PlanReview(
        job_id=job.id,
        state=name_state(job),
        version=get_plan_version(job),
        plan=copy_plan(job.current_plan),
        changeable=CHANGEABLE,
        changes=job.plan_changes,
        narrations=narrations,
        estimate=describe_estimate(view.cost),
        spent_usd=usd(view.account.spent),
        reserved_usd=usd(view.account.reserved),
        approved_at=job.approved_at,
        waits_until=job.waits_until,
    )


def _read_versions() -> Versions:
    """Return the versions that the header If-Match names; None: it is missing, or it is ``*``."""
    etags = flask.request.if_match
    if "If-Match" not in flask.request.headers or etags.star_tag:
        return None
    return frozenset(int(tag) for tag in etags.as_set() if tag.isdecimal())
