"""Describe a job as the API shows it. This is the only place that turns states into the words of the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.requests import AssetRequest
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

# start and end of each state on the progress bar, in percent, by its share of the time on two cores
_SPAN = {
    JobState.PLANNING: (0, 2),
    JobState.PRODUCING: (2, 25),
    JobState.RENDERING: (25, 99),
    JobState.SUCCEEDED: (100, 100),
}


def compute_progress(job: Job, ready: int) -> float:
    """Return the finished fraction of the job, 0 to 1. ``ready``: the number of its finished assets."""
    state = job.state
    if state in (JobState.FAILED, JobState.CANCELLED):
        running = (JobState.RENDERING, JobState.PRODUCING, JobState.PLANNING)
        state = next(s for s in running if s in job.entered_at)
    low, high = _SPAN[state]
    part = 0.0
    if state is JobState.PRODUCING and job.requests:
        part = ready / len(job.requests)
    elif state is JobState.RENDERING and job.progress:
        part = job.progress.done / job.progress.total
    return (low + (high - low) * part) / 100


def summarize_fallbacks(assets: Mapping[Slot, Asset]) -> list[str]:
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
    """Return the API's word for the state: ``pending`` until the scenes are written."""
    return "pending" if job.state is JobState.PLANNING else _STATE[job.state]


def describe_status(job: Job, assets: Mapping[str, Asset], account: Account, *, base: str) -> dict[str, Any]:
    """Return the body of ``GET /render/{id}/status``.

    Args:
        assets: the job's finished assets, by key.
        account: what the job was charged.
        base: the path of the job, as the caller reaches it; links begin with it.
    """
    by_slot = job.assets or {r.slot: assets[r.key] for r in job.requests if r.key in assets}
    plan = job.current_plan
    return {
        "job_id": job.id,
        "state": name_state(job),
        "status": name_state(job),
        "step": _name_step(job, by_slot),
        "progress_pct": int(compute_progress(job, len(by_slot)) * 100),
        "steps": _list_steps(job, by_slot),
        "title": plan.title,
        "description": plan.description or job.requested_plan.description,
        "tags": list(plan.tags or job.requested_plan.tags),
        "metadata": dict(job.requested_plan.metadata),
        "assets": [_describe_asset(r, by_slot.get(r.slot)) for r in job.requests],
        **_list_file_urls(job, f"{base}/file"),
        "duration_sec": job.result.duration_sec if job.result else None,
        "fallbacks": [
            {"slot": str(slot), "provider": a.provider, "instead_of": [f.model_dump() for f in a.fallbacks]}
            for slot, a in by_slot.items()
            if a.fallbacks
        ],
        "cost": describe_cost(job, account),
        "logs": [*job.notices, *_list_rewordings(by_slot)],
        "error": job.error.to_api() if job.error else None,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
    }


def _describe_asset(request: AssetRequest, asset: Asset | None) -> dict[str, Any]:
    slot = {"slot": str(request.slot), "kind": request.kind, "state": "ready" if asset else "pending"}
    if asset is None:
        return slot
    confidences = [word.confidence for word in asset.words]
    return {
        **slot,
        "provider": asset.provider,
        "alignment": asset.alignment,
        "alignment_confidence": round(sum(confidences) / len(confidences), 3) if confidences else None,
    }


def _list_file_urls(job: Job, file: str) -> dict[str, Any]:
    """Return the URLs of the files of a finished job; ``file``: the path at which all of them are. None for a file that
    does not exist."""
    is_done = job.result is not None
    captions = job.result.captions if job.result else {}
    return {
        "final_video_url": f"{file}?kind=video" if is_done else None,
        "thumbnail_url": f"{file}?kind=thumbnail" if is_done else None,
        "youtube_url": None,
        "captions": {
            language: {f: f"{file}?kind=captions&lang={language}&format={f}" for f in ("srt", "vtt")}
            for language in captions
        },
        "dual_subtitles": {
            f"{language}_url": f"{file}?kind=captions&lang={language}&format=srt" if language in captions else None
            for language in ("hi", "en")
        },
    }


def describe_cost(job: Job, account: Account) -> dict[str, Any]:
    """Return the cost of the job so far in US dollars: the payments to providers, and the reservations for running
    calls."""
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


def _list_rewordings(by_slot: Mapping[Slot, Asset]) -> list[str]:
    return [
        f"{slot.label}: the prompt was refused ({asset.refusal_reason}) and drawn as: {asset.provenance.prompt}"
        for slot, asset in by_slot.items()
        if asset.refusal_reason and asset.provenance
    ]


def _name_step(job: Job, by_slot: Mapping[Slot, Asset]) -> str:
    match job.failed_in or job.state:
        case JobState.PLANNING:
            return "planning"
        case JobState.PRODUCING:
            if failed := _find_failed_step(job):
                return failed
            missing = [r.kind for r in job.requests if r.slot not in by_slot]
            kinds: tuple[AssetKind, ...] = ("image", "narration", "sound", "music")
            return next((_STEP_OF[k] for k in kinds if k in missing), "stitch")
        case JobState.SUCCEEDED:
            return "completed"
    return "stitch" if JobState.RENDERING in job.entered_at else "planning"


def _list_steps(job: Job, by_slot: Mapping[Slot, Asset]) -> list[dict[str, Any]]:
    """Return each step with its times. The steps of the providers run at the same time, so they share their times."""
    entered_at = job.entered_at

    def describe_step(name: str, start: JobState, end: JobState, finished: bool) -> dict[str, Any]:
        started_at, ended_at = entered_at.get(start), entered_at.get(end)
        word = "done" if finished else "running" if job.state is start else "pending"
        if not finished and job.state in (JobState.FAILED, JobState.CANCELLED) and started_at:
            # one of the concurrent steps failed, and only that step is reported
            word = _STATE[job.state] if _find_failed_step(job) in ("", name) else "pending"
        return {
            "name": name,
            "state": word,
            "started_at": _format_time(started_at),
            "finished_at": _format_time(ended_at) if finished else None,
        }

    asset_steps = []
    for kind, name in _STEP_OF.items():
        slots = [r.slot for r in job.requests if r.kind == kind]
        if slots or (job.state is JobState.PLANNING and kind != "sound"):
            is_ready = bool(slots) and all(slot in by_slot for slot in slots)
            asset_steps.append(describe_step(name, JobState.PRODUCING, JobState.RENDERING, is_ready))
    return [
        describe_step("planning", JobState.PLANNING, JobState.PRODUCING, JobState.PRODUCING in entered_at),
        *asset_steps,
        describe_step("stitch", JobState.RENDERING, JobState.SUCCEEDED, JobState.SUCCEEDED in entered_at),
        describe_step("completed", JobState.SUCCEEDED, JobState.SUCCEEDED, JobState.SUCCEEDED in entered_at),
    ]


def _find_failed_step(job: Job) -> str:
    """Return the name of the concurrent step that failed; empty if none did."""
    stages: Mapping[str, str] = {str(kind): step for kind, step in _STEP_OF.items()}
    return stages.get(job.error.stage, "") if job.error and job.failed_in is JobState.PRODUCING else ""


def _format_time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
