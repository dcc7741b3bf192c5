"""Step 3 of a job: produce one asset for each message. The message that completes the assets moves the job on."""

import hashlib
from dataclasses import replace
from functools import partial

from sutradhar.domain.assets.asset import Asset, Fallback
from sutradhar.domain.assets.requests import AssetRequest, first_frame_request
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import AssetKind, ClipSpec, ColorSpec, RecordingSpec, SongSpec, UploadSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import ProduceAsset
from sutradhar.domain.jobs.review import await_approval
from sutradhar.pipeline import clips, own_audio, songs, upload_assets
from sutradhar.pipeline.generate import ProviderResult, generate
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.providers import ImageFile, MusicTrackFile, SoundEffect, Speech, VideoFile
from sutradhar.ports.stores import MAX_LEASE, Lease
from sutradhar.telemetry import log

_SUFFIX = {"image/png": "png", "image/jpeg": "jpg"}


def produce(services: Services, message: ProduceAsset) -> None:
    """Handle ProduceAsset. A repeat finds the stored asset.

    Raises:
        LeaseHeld: another worker is making the same asset.
        StillAtWork: a provider is generating the clip; a later message asks for it again.
        ProviderError: no provider made the asset.
    """
    job = services.jobs.get(message.job_id)
    request = job.find_request(message.slot)
    if job.state is not JobState.PRODUCING or request is None or request not in job.due_requests:
        if job.state.is_terminal:
            services.providers.call_gate.accounts.write_off_all(job.id)  # of clips that the job was waiting for
        services.send(job.pending_messages())
        return
    _get_or_create(services, job, request)
    _advance_if_complete(services, job)


def find_finished_assets(services: Services, job: Job) -> dict[Slot, Asset]:
    """Return the job's finished assets by slot. A fallback stands only where the requested asset is missing."""
    keys = [key for request in job.requests for key in (request.key, fallback_key(job, request))]
    assets = services.assets.get_many(keys)
    finished = {r.slot: assets.get(r.key) or assets.get(fallback_key(job, r)) for r in job.requests}
    return {slot: asset for slot, asset in finished.items() if asset}


def fallback_key(job: Job, request: AssetRequest) -> str:
    """Return the key of a fallback for ``request``. It names the job, so that no later job takes the fallback for the
    requested asset. The versions of a video in other languages share those of the first one."""
    return f"{request.key}@{job.version_of or job.id}"


def _get_or_create(services: Services, job: Job, request: AssetRequest) -> Asset:
    """Return the asset for ``request``; create it if it does not exist. Raise as ``produce`` does."""
    if asset := _find(services, job, request):
        return asset
    with hold_lease(services, request.key, MAX_LEASE) as lease:
        # another worker may have finished it before this one got the lease
        if asset := _find(services, job, request):
            return asset
        asset = _create(services, job, request, lease)
    # a worker that met the lease retries late, so send a message for each asset that needs this one
    dependants = [r.slot for r in job.requests if request.key in r.spec.reference_keys]
    services.send([ProduceAsset(job_id=job.id, slot=slot) for slot in dependants])
    return asset


def _find(services: Services, job: Job, request: AssetRequest) -> Asset | None:
    keys = request.key, fallback_key(job, request)
    assets = services.assets.get_many(keys)
    return next((assets[key] for key in keys if key in assets), None)


def _create(services: Services, job: Job, request: AssetRequest, lease: Lease) -> Asset:
    log("provider_called", slot=str(request.slot), key=request.key)
    spec = request.spec
    if isinstance(spec, UploadSpec):
        return upload_assets.store_asset(services, request.key, spec, lease)
    if isinstance(spec, SongSpec):
        return songs.store_song(services, request.key, spec, lease)
    if isinstance(spec, RecordingSpec):
        return own_audio.store_recording(services, request.key, spec, lease)
    if isinstance(spec, ColorSpec):
        return own_audio.store_color(services, request.key, spec, lease)
    if isinstance(spec, ClipSpec):
        return _create_clip(services, job, request, spec, lease)
    context = services.billing_context(job, request.slot)
    load_references = partial(_load_references, services, job, request)
    result = generate(services.chains_for(context), spec, load_references, no_fallbacks=context.no_fallbacks)
    return _store(services, job, request, lease, result)


def store_result(services: Services, key: str, kind: AssetKind, lease: Lease, result: ProviderResult) -> Asset:
    """Store what a provider made under ``key``, and return the asset. Raise StaleLease: another worker took over."""
    content, suffix = _get_file(result)
    digest = hashlib.sha256(content).hexdigest()
    blob = f"assets/{digest}.{suffix}"
    services.blobs.put(blob, content)
    speech = result if isinstance(result, Speech) else None
    visual = result if isinstance(result, ImageFile | VideoFile) else None
    asset = Asset(
        key=key,
        kind=kind,
        blob=blob,
        sha256=digest,
        size=len(content),
        provider=result.provider,
        fallbacks=result.fallbacks,
        samples=result.samples if isinstance(result, Speech | MusicTrackFile | SoundEffect) else 0,
        words=speech.words if speech else (),
        alignment=speech.alignment if speech else None,
        width=visual.width if visual else 0,
        height=visual.height if visual else 0,
        provenance=result.provenance,
        is_video=isinstance(result, VideoFile),
        refusal_reason=result.refusal_reason if isinstance(result, ImageFile) else "",
    )
    services.assets.save(asset, lease)
    return asset


def _load_references(services: Services, job: Job, request: AssetRequest) -> tuple[list[bytes], list[Fallback]]:
    """Return images of the characters in ``request``, and the fallbacks among them with their reasons.

    An image by another provider serves this video as well. Images from free fallbacks do not resemble the character and
    are skipped.
    """
    keys = request.spec.reference_keys
    references = [_get_or_create(services, job, r) for r in job.requests if r.key in keys]
    is_paid = services.providers.call_gate.is_paid
    usable = [asset for asset in references if not asset.is_fallback or is_paid(ProviderId.parse(asset.provider))]
    fallbacks = [
        Fallback(provider=f.provider, reason=f"did not draw the reference image, {outcome}: {f.reason}")
        for asset in references
        for outcome in ["which another provider drew" if asset in usable else "so there is none"]
        for f in asset.fallbacks
    ]
    return [services.blobs.get(asset.blob) for asset in usable], fallbacks


def _create_clip(services: Services, job: Job, request: AssetRequest, spec: ClipSpec, lease: Lease) -> Asset:
    """Return a clip that begins with the scene's image; if no provider makes it, the image itself, which a camera moves
    over."""
    image = _get_or_create(services, job, first_frame_request(request.slot, spec))
    context = services.billing_context(job, request.slot)
    try:
        clip = clips.poll_or_start(services, context, request, spec, services.blobs.get(image.blob))
    except ProviderError as exc:
        if context.no_fallbacks or not exc.may_fall_back:
            clips.forget(services, request)
            raise
        fallback = Fallback(provider=exc.provider, reason=str(exc))
        replacement = image.evolve(key=fallback_key(job, request), fallbacks=(fallback, *image.fallbacks))
        services.assets.save(replacement, lease)
        clips.forget(services, request)
        return replacement
    frame_fallbacks = (
        Fallback(provider=f.provider, reason=f"for the first frame: {f.reason}") for f in image.fallbacks
    )
    stored = _store(services, job, request, lease, replace(clip, fallbacks=(*clip.fallbacks, *frame_fallbacks)))
    # only after storing: otherwise a crash here would start, and pay for, a second clip
    clips.forget(services, request)
    return stored


def _store(services: Services, job: Job, request: AssetRequest, lease: Lease, result: ProviderResult) -> Asset:
    key = fallback_key(job, request) if result.fallbacks else request.key
    return store_result(services, key, request.kind, lease, result)


def _get_file(result: ProviderResult) -> tuple[bytes, str]:
    """Return the bytes of the file, and the suffix of its name."""
    match result:
        case VideoFile():
            return result.data, "mp4"
        case ImageFile():
            return result.data, _SUFFIX[result.media_type]
        case Speech() | MusicTrackFile() | SoundEffect():
            return result.wav, "wav"


def _advance_if_complete(services: Services, job: Job) -> None:
    assets = find_finished_assets(services, job)
    if any(request.slot not in assets for request in job.due_requests):
        return
    # a worker that was killed while another job made the same asset has left its charges open
    services.providers.call_gate.accounts.write_off_all(job.id)
    if job.needs_approval:
        deadline = services.find_deadline()
        services.move(job.id, lambda current: await_approval(current, job.requests, services.clock.now(), deadline))
    else:
        services.move(job.id, lambda current: current.start_rendering(assets, services.clock.now()))
