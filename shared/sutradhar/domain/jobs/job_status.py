"""What the outside sees of a job. The only place that turns states into the words of the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import AssetKind
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.billing.price import usd
from sutradhar.domain.jobs.job import Job, JobState

_STATE = {
    JobState.PLANNING: "running",
    JobState.PRODUCING: "running",
    JobState.RENDERING: "running",
    JobState.SUCCEEDED: "success",
    JobState.FAILED: "error",
    JobState.CANCELLED: "canceled",
}
_STEP_OF: Mapping[AssetKind, str] = {"image": "images", "narration": "tts", "sound": "sounds", "music": "music"}

# where each state begins and ends on the bar, by the share of the time that it took on two cores
_SPAN = {
    JobState.PLANNING: (0, 2),
    JobState.PRODUCING: (2, 25),
    JobState.RENDERING: (25, 99),
    JobState.SUCCEEDED: (100, 100),
}


def fraction_done(job: Job, ready: int) -> float:
    """0 to 1. ``ready``: how many of the job's assets are there."""
    state = job.state
    if state in (JobState.FAILED, JobState.CANCELLED):
        entered = [s for s in (JobState.RENDERING, JobState.PRODUCING, JobState.PLANNING) if s in job.entered_at]
        state = entered[0]
    low, high = _SPAN[state]
    part = 0.0
    if state is JobState.PRODUCING and job.requests:
        part = ready / len(job.requests)
    elif state is JobState.RENDERING and job.progress:
        part = job.progress.done / job.progress.total
    return (low + (high - low) * part) / 100


def fallback_summary(assets: Mapping[Slot, Asset]) -> list[str]:
    """Describe which provider replaced which others, for which assets and why: one line for each such group. ``assets``
    maps slots to assets."""
    slots: dict[tuple[str, str], dict[str, None]] = {}
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for slot, asset in assets.items():
        for missed in asset.fallbacks:
            slots.setdefault((asset.provider, missed.provider), {})[slot.label] = None
            reasons.setdefault((asset.provider, missed.provider), {})[missed.reason] = None
    return [
        f"{', '.join(names)} by {provider}, for {missed}: {'; '.join(reasons[provider, missed])}"
        for (provider, missed), names in slots.items()
    ]


def name_state(job: Job) -> str:
    """``pending`` until a planner took it up."""
    return "pending" if job.state is JobState.PLANNING else _STATE[job.state]


def describe_status(job: Job, made: Mapping[str, Asset], account: Account, *, base: str) -> dict[str, Any]:
    """Return the body of ``GET /render/{id}/status``.

    Args:
        made: the job's assets that exist, by key.
        account: what the job was charged.
        base: the path of the job, as the caller reaches it; links begin with it.
    """
    by_slot = job.assets or {r.slot: made[r.key] for r in job.requests if r.key in made}
    plan = job.current_plan
    file = f"{base}/file"
    done = job.result is not None
    captions = job.result.captions if job.result else {}
    return {
        "job_id": job.id,
        "state": name_state(job),
        "status": name_state(job),
        "step": _step(job, by_slot),
        "progress_pct": int(fraction_done(job, len(by_slot)) * 100),
        "steps": _steps(job, by_slot),
        "title": plan.title,
        "description": plan.description or job.requested_plan.description,
        "tags": list(plan.tags or job.requested_plan.tags),
        "metadata": dict(job.requested_plan.metadata),
        "assets": [
            {
                "slot": str(r.slot),
                "kind": r.kind,
                "state": "ready" if r.slot in by_slot else "pending",
                **(_made(by_slot[r.slot]) if r.slot in by_slot else {}),
            }
            for r in job.requests
        ],
        "final_video_url": f"{file}?kind=video" if done else None,
        "thumbnail_url": f"{file}?kind=thumbnail" if done else None,
        "youtube_url": None,
        "captions": {
            language: {f: f"{file}?kind=captions&lang={language}&format={f}" for f in ("srt", "vtt")}
            for language in captions
        },
        "dual_subtitles": {
            f"{language}_url": f"{file}?kind=captions&lang={language}&format=srt" if language in captions else None
            for language in ("hi", "en")
        },
        "duration_sec": job.result.duration_sec if job.result else None,
        "fallbacks": [
            {"slot": str(slot), "provider": a.provider, "instead_of": [f.model_dump() for f in a.fallbacks]}
            for slot, a in by_slot.items()
            if a.fallbacks
        ],
        "cost": describe_cost(job, account),
        "logs": [*job.notices, *_rewordings(by_slot)],
        "error": job.error.to_api() if job.error else None,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
    }


def _made(asset: Asset) -> dict[str, Any]:
    sure = [word.confidence for word in asset.words]
    return {
        "provider": asset.provider,
        "alignment": asset.alignment,
        "alignment_confidence": round(sum(sure) / len(sure), 3) if sure else None,
    }


def describe_cost(job: Job, account: Account) -> dict[str, Any]:
    """What vendors were paid for it so far, in US dollars; what is set aside for calls that are being made."""
    lines = [
        {
            "slot": charge.slot,
            "provider": charge.provider,
            "model": charge.model,
            "units": dict(charge.units),
            "usd": usd(charge.reserved if charge.is_reserved else charge.spent),
            "state": charge.outcome,
            "request_id": charge.request_id or None,
        }
        for charge in sorted(account.charges.values(), key=lambda charge: charge.slot)
    ]
    return {
        "estimated_usd": usd(job.estimated_micros),
        "estimated_most_usd": usd(job.max_estimated_micros),
        "actual_usd": usd(account.spent),
        "reserved_usd": usd(account.reserved),
        "lines": lines,
    }


def _rewordings(by_slot: Mapping[Slot, Asset]) -> list[str]:
    return [
        f"{slot.label}: the prompt was refused ({asset.refusal_reason}) and drawn as: {asset.provenance.prompt}"
        for slot, asset in by_slot.items()
        if asset.refusal_reason and asset.provenance
    ]


def _step(job: Job, by_slot: Mapping[Slot, Asset]) -> str:
    match job.failed_in or job.state:
        case JobState.PLANNING:
            return "planning"
        case JobState.PRODUCING:
            if failed := _failed_step(job):
                return failed
            missing = [r.kind for r in job.requests if r.slot not in by_slot]
            kinds: tuple[AssetKind, ...] = ("image", "narration", "sound", "music")
            return next((_STEP_OF[k] for k in kinds if k in missing), "stitch")
        case JobState.SUCCEEDED:
            return "completed"
    return "stitch" if JobState.RENDERING in job.entered_at else "planning"


def _steps(job: Job, by_slot: Mapping[Slot, Asset]) -> list[dict[str, Any]]:
    """Each step with its times; the makers' steps run side by side, so they share theirs."""
    begun = job.entered_at

    def step(name: str, start: JobState, end: JobState, finished: bool) -> dict[str, Any]:
        started_at, ended_at = begun.get(start), begun.get(end)
        word = "done" if finished else "running" if job.state is start else "pending"
        if not finished and job.state in (JobState.FAILED, JobState.CANCELLED) and started_at:
            # one of the concurrent steps failed, and only that step is reported
            word = _STATE[job.state] if _failed_step(job) in ("", name) else "pending"
        return {
            "name": name,
            "state": word,
            "started_at": _iso(started_at),
            "finished_at": _iso(ended_at) if finished else None,
        }

    makers = []
    for kind, name in _STEP_OF.items():
        wanted = [r.slot for r in job.requests if r.kind == kind]
        if wanted or (job.state is JobState.PLANNING and kind != "sound"):
            ready = bool(wanted) and all(slot in by_slot for slot in wanted)
            makers.append(step(name, JobState.PRODUCING, JobState.RENDERING, ready))
    return [
        step("planning", JobState.PLANNING, JobState.PRODUCING, JobState.PRODUCING in begun),
        *makers,
        step("stitch", JobState.RENDERING, JobState.SUCCEEDED, JobState.SUCCEEDED in begun),
        step("completed", JobState.SUCCEEDED, JobState.SUCCEEDED, JobState.SUCCEEDED in begun),
    ]


def _failed_step(job: Job) -> str:
    """Return the name of the concurrent step that failed; empty if all succeeded."""
    stages: Mapping[str, str] = {str(kind): step for kind, step in _STEP_OF.items()}
    in_making = job.failed_in is JobState.PRODUCING and job.error is not None
    return stages.get(job.error.stage, "") if in_making and job.error else ""


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
