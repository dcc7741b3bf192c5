"""Build the manifest of a video: for each asset its provider, its source, its price and its licence."""

from collections.abc import Mapping
from typing import Any

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.build_marks import is_generated_image
from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import INTRO, MUSIC, OUTRO, Slot
from sutradhar.domain.assets.specs import RecordingSpec, SongSpec, UploadSpec
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.billing.price import usd
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.own_media import ClipFile, ImageFile
from sutradhar.domain.plan.plan import RenderPlan


def build_manifest(job: Job, account: Account, marks: MarkFacts | None = None) -> dict[str, Any]:
    """Return the manifest of a job whose assets are all finished. ``marks``: the facts that the marks in its files
    state; None: an earlier version began the render, and the files have none."""
    plan = job.current_plan
    source_types = {part.slot: part.source_type for part in marks.parts} if marks else {}
    return {
        "job_id": job.id,
        "title": plan.title,
        "description": plan.description or job.requested_plan.description,
        "tags": list(plan.tags or job.requested_plan.tags),
        "metadata": dict(job.requested_plan.metadata),
        "synthetic": has_synthetic_media(job.assets, marks),
        **({"source_type": marks.source_type} if marks else {}),
        "credits": list_credits(job.assets),
        "assets": [
            {
                "slot": str(request.slot),
                **({"source_type": source_types[request.slot]} if request.slot in source_types else {}),
                **_describe_asset(job.assets[request.slot], request.slot, account),
                **_describe_usage(plan, request),
            }
            for request in job.requests
            if request.slot in job.assets
        ],
    }


def has_synthetic_media(assets: Mapping[Slot, Asset], marks: MarkFacts | None) -> bool:
    """Return whether a generative model made some of the images of a video. Platforms ask for this if viewers could
    take them for real (support.google.com/youtube/answer/14328491), and the answer is that of the marks in its files.

    Args:
        assets: all assets of the job, for a video without marks.
    """
    return marks.has_synthetic_media if marks else any(map(is_generated_image, assets.values()))


def list_credits(assets: Mapping[Slot, Asset]) -> list[str]:
    """Return a line for each licence that requires the author's name; each line once."""
    licensed = [a.provenance for a in assets.values() if a.provenance and a.provenance.licence and a.provenance.author]
    return list(dict.fromkeys(f"{p.author}, {p.licence}, {p.source}" for p in licensed))


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
