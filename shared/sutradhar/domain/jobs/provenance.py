"""Build the manifest of a video: for each asset its provider, its source, its price and its licence."""

from collections.abc import Mapping
from typing import Any

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import INTRO, MUSIC, OUTRO, Slot
from sutradhar.domain.assets.specs import RecordingSpec, SongSpec, UploadSpec
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.billing.price import usd
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.own_media import ClipFile, ImageFile
from sutradhar.domain.plan.plan import RenderPlan


def build_manifest(job: Job, account: Account) -> dict[str, Any]:
    """Return the manifest of a job whose assets are all finished."""
    plan = job.current_plan
    return {
        "job_id": job.id,
        "title": plan.title,
        "description": plan.description or job.requested_plan.description,
        "tags": list(plan.tags or job.requested_plan.tags),
        "metadata": dict(job.requested_plan.metadata),
        "synthetic": is_synthetic(job.assets),
        "credits": list_credits(job.assets),
        "assets": [
            {
                "slot": str(request.slot),
                **_describe_asset(job.assets[request.slot], request.slot, account),
                **_describe_usage(plan, request),
            }
            for request in job.requests
            if request.slot in job.assets
        ],
    }


def is_synthetic(assets: Mapping[Slot, Asset]) -> bool:
    """Return whether a generative model made some of the images. Platforms ask for this if viewers could take them for
    real (support.google.com/youtube/answer/14328491)."""
    return any(_is_generated(asset) for asset in assets.values())


def list_credits(assets: Mapping[Slot, Asset]) -> list[str]:
    """Return a line for each licence that requires the author's name; each line once."""
    licensed = [a.provenance for a in assets.values() if a.provenance and a.provenance.licence and a.provenance.author]
    return list(dict.fromkeys(f"{p.author}, {p.licence}, {p.source}" for p in licensed))


def _is_generated(asset: Asset) -> bool:
    has_no_licence = asset.provenance is not None and not asset.provenance.licence
    return has_no_licence and asset.kind == "image"


def _describe_usage(plan: RenderPlan, request: AssetRequest) -> dict[str, Any]:
    """Return the part of a user's own file that is used, and the way it is used."""
    if isinstance(request.spec, SongSpec | RecordingSpec):
        return {"used": request.spec.model_dump(include={"start_sec", "end_sec", "best_sec"}, exclude_none=True)}
    if not isinstance(request.spec, UploadSpec):
        return {}
    if request.slot == MUSIC:
        return {"used": {"start_sec": plan.music.start_sec}}
    own: ImageFile | ClipFile | None = {INTRO: plan.intro, OUTRO: plan.outro}.get(request.slot)
    if request.slot.scene is not None:
        scene = plan.scenes[request.slot.scene]
        own = scene.clip or scene.image
    return {"used": own.model_dump(exclude={"upload"}, exclude_none=True)} if own else {}


def _describe_asset(asset: Asset, slot: Slot, account: Account) -> dict[str, Any]:
    paid = [charge for charge in account.charges.values() if charge.slot == str(slot)]
    return {
        "kind": asset.kind,
        "provider": asset.provider,
        "instead_of": [fallback.model_dump() for fallback in asset.fallbacks],
        "sha256": asset.sha256,
        "bytes": asset.size,
        "duration_sec": asset.clip_sec or (round(asset.samples / SAMPLE_RATE, 3) if asset.samples else None),
        "price_usd": usd(sum(charge.spent for charge in paid)),
        "refused": asset.refusal_reason or None,
        **({"words": [word.to_manifest() for word in asset.words]} if asset.words else {}),
        **(asset.provenance.model_dump() if asset.provenance else {}),
    }
