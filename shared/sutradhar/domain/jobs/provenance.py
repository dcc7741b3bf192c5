"""Where everything in a film comes from: who made it, from what, for how much, and under which licence."""

from collections.abc import Mapping
from typing import Any

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.assets.specs import UploadSpec
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.billing.price import usd
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan


def build_manifest(job: Job, account: Account) -> dict[str, Any]:
    """Of a job whose assets are all there. ``synthetic``: whether what is seen was made by a generative model, which
    platforms want to be told when it could be taken for real (support.google.com/youtube/answer/14328491)."""
    plan = job.current_plan
    return {
        "job_id": job.id,
        "title": plan.title,
        "description": plan.description or job.requested_plan.description,
        "tags": list(plan.tags or job.requested_plan.tags),
        "metadata": dict(job.requested_plan.metadata),
        "synthetic": any(_generated(asset) for asset in job.assets.values()),
        "credits": list_credits(job.assets),
        "assets": [
            {
                "slot": str(request.slot),
                **_described(job.assets[request.slot], request.slot, account),
                **_usage(plan, request),
            }
            for request in job.requests
            if request.slot in job.assets
        ],
    }


def list_credits(assets: Mapping[Slot, Asset]) -> list[str]:
    """A line for each licence that wants its author named; each once."""
    found = [a.provenance for a in assets.values() if a.provenance and a.provenance.licence and a.provenance.author]
    return list(dict.fromkeys(f"{p.author}, {p.licence}, {p.source}" for p in found))


def _generated(asset: Asset) -> bool:
    bought = asset.provenance is not None and not asset.provenance.licence
    return bought and asset.kind == "image"


def _usage(plan: RenderPlan, request: AssetRequest) -> dict[str, Any]:
    """Return the part of a user's own file that is used, and the way it is used."""
    if not isinstance(request.spec, UploadSpec):
        return {}
    if request.slot == MUSIC:
        return {"used": {"start_sec": plan.music.start_sec}}
    scene = None if request.slot.scene is None else plan.scenes[request.slot.scene]
    own = scene and (scene.clip or scene.image)
    return {"used": own.model_dump(exclude={"upload"}, exclude_none=True)} if own else {}


def _described(asset: Asset, slot: Slot, account: Account) -> dict[str, Any]:
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
