"""Step 3: one asset a message. Look it up, claim it, make it, store it; the last one moves the job on."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from sutradhar.domain.assets.asset import Asset, AssetRequest, Fallback, still_of
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import ProduceAsset
from sutradhar.domain.plan.plan import Language, Manner, Mood, Voice
from sutradhar.pipeline import clips, uploads
from sutradhar.pipeline.billing.call_gate import on_account_of
from sutradhar.pipeline.services import Services, held
from sutradhar.ports.providers import MusicBed, Picture, Shot, SoundEffect, Speech
from sutradhar.ports.stores import LONGEST_RUN, Lease
from sutradhar.telemetry import log

Made = Speech | Picture | Shot | MusicBed | SoundEffect
Likeness = Callable[[], tuple[Sequence[bytes], Sequence[Fallback]]]
"""Returns images of the characters in a scene, and the fallbacks among them with their reasons."""
_SUFFIX = {"image/png": "png", "image/jpeg": "jpg"}


def produce(services: Services, message: ProduceAsset) -> None:
    job = services.jobs.get(message.job_id)
    request = job.request(message.slot)
    if job.state is not JobState.PRODUCING or request is None:
        if job.state.over:
            services.purchases.give_up_all(job.id)  # a clip that was waited for
        services.send(job.owed())
        return
    _obtain(services, job, request)
    _move_on(services, job)


def made(services: Services, job: Job) -> dict[str, Asset]:
    """The job's finished assets by slot."""
    keys = {key: r.slot for r in job.requests for key in (_own_key(job, r), r.key)}
    found = services.assets.get_many(keys)
    # a downgraded one (own key) stands in only where the real thing is missing
    slots = {keys[k]: a for k, a in found.items() if k.count("@")}
    return slots | {r.slot: found[r.key] for r in job.requests if r.key in found}


def _obtain(services: Services, job: Job, request: AssetRequest) -> Asset:
    """What is made for ``request``, made now if it is not there. Raises LeaseHeld and ProviderError."""
    if found := _find(services, job, request):
        return found
    with held(services, request.key, LONGEST_RUN) as lease:
        # somebody may have finished it between the look and the claim
        if found := _find(services, job, request):
            return found
        made_now = _make(services, job, request, lease)
    # whoever met the claim on this comes again late, so those who need it are told that it is there
    services.send([ProduceAsset(job_id=job.id, slot=r.slot) for r in job.requests if request.key in _shown(r)])
    return made_now


def _shown(request: AssetRequest) -> list[str]:
    """The keys of the pictures of those who are seen in it."""
    return str(request.params.get("likeness", "")).split()


def _find(services: Services, job: Job, request: AssetRequest) -> Asset | None:
    found = services.assets.get_many((request.key, _own_key(job, request)))
    return found.get(request.key) or found.get(_own_key(job, request))


def _own_key(job: Job, request: AssetRequest) -> str:
    """Where a stand-in is kept, so that no later job takes it for the real thing."""
    return f"{request.key}@{job.id}"


def _make(services: Services, job: Job, request: AssetRequest, lease: Lease) -> Asset:
    log("maker_called", slot=request.slot, key=request.key)
    if "upload" in request.params:
        return uploads.store_asset(services, request, lease)
    if still := still_of(request):
        return _animated(services, job, request, lease, _obtain(services, job, still))
    with on_account_of(services.buyer(job, request.slot)):
        thing = ask(services, request, partial(_likeness, services, job, request))
    return _stored(services, job, request, lease, thing)


def _likeness(services: Services, job: Job, request: AssetRequest) -> tuple[list[bytes], list[Fallback]]:
    """Return images of the characters in ``request``. An image of another provider serves this video as well; an image
    that an offline provider drew shows another person, so it is left out."""
    keys = _shown(request)
    found = [_obtain(services, job, one) for one in job.requests if one.key in keys]
    shown = [one for one in found if not one.downgraded or services.purchases.sells(one.provider)]
    reasons = [
        Fallback(provider=f.provider, reason=f"drew {'not the one' if one in shown else 'nobody'} to go by: {f.reason}")
        for one in found
        for f in one.fallbacks
    ]
    return [services.blobs.get(one.blob) for one in shown], reasons


def _animated(services: Services, job: Job, request: AssetRequest, lease: Lease, still: Asset) -> Asset:
    """A clip that begins with ``still``; where there is none the scene shows that, with a camera."""
    buyer = services.buyer(job, request.slot)
    try:
        with on_account_of(buyer):
            made_shot = clips.shot(services, request, services.blobs.get(still.blob))
    except ProviderError as exc:
        if buyer.strict:
            clips.over(services, request)
            raise
        missed = Fallback(provider=exc.provider, reason=str(exc))
        shown = still.evolve(key=_own_key(job, request), fallbacks=(missed, *still.fallbacks))
        services.assets.save(shown, lease)
        clips.over(services, request)
        return shown
    first = (Fallback(provider=f.provider, reason=f"for the first frame: {f.reason}") for f in still.fallbacks)
    stored = _stored(services, job, request, lease, replace(made_shot, fallbacks=(*made_shot.fallbacks, *first)))
    clips.over(services, request)
    return stored


def _stored(services: Services, job: Job, request: AssetRequest, lease: Lease, made_thing: Made) -> Asset:
    content, suffix = _content(made_thing)
    digest = hashlib.sha256(content).hexdigest()
    blob = f"assets/{digest}.{suffix}"
    services.blobs.put(blob, content)
    speech = made_thing if isinstance(made_thing, Speech) else None
    asset = Asset(
        key=_own_key(job, request) if made_thing.fallbacks else request.key,
        kind=request.kind,
        blob=blob,
        sha256=digest,
        size=len(content),
        provider=made_thing.provider,
        fallbacks=made_thing.fallbacks,
        samples=made_thing.samples if isinstance(made_thing, Speech | MusicBed | SoundEffect) else 0,
        words=speech.words if speech else (),
        alignment=speech.alignment if speech else None,
        width=made_thing.width if isinstance(made_thing, Picture | Shot) else 0,
        height=made_thing.height if isinstance(made_thing, Picture | Shot) else 0,
        provenance=made_thing.provenance,
        footage=isinstance(made_thing, Shot),
        refused=made_thing.refused if isinstance(made_thing, Picture) else "",
    )
    services.assets.save(asset, lease)
    return asset


def ask(services: Services, request: AssetRequest, likeness: Likeness) -> Made:
    """Ask the providers of this kind. ``likeness`` is called if an image is drawn. Raise ProviderError."""
    p = request.params
    match request.kind:
        case "narration":
            manner = Manner.model_validate({name: p[name] for name in Manner.model_fields if name in p})
            language, voice = cast(Language, p["language"]), cast(Voice, p["voice"])
            return services.narrator.narrate(str(p["text"]), language, voice, manner)
        case "image":
            return (
                _seen(services, request, likeness)
                if p.get("footage") == "stock"
                else _draw(services, request, likeness)
            )
        case "sound":
            return _heard(services, str(p["text"]))
        case "music":
            return services.composer.compose(cast(Mood, p["mood"]), int(p["seed"]))


def _draw(services: Services, request: AssetRequest, likeness: Likeness) -> Picture:
    p, (shown, missed) = request.params, likeness()
    size = int(p["width"]), int(p["height"])
    picture = services.images.draw(str(p["prompt"]), str(p["style"]), *size, int(p["seed"]), shown)
    return replace(picture, fallbacks=(*missed, *picture.fallbacks))


def _seen(services: Services, request: AssetRequest, likeness: Likeness) -> Shot | Picture:
    """Return footage, or an image of the same characters if no footage fits."""
    p = request.params
    size = int(p["width"]), int(p["height"])
    try:
        return services.footage.find(str(p.get("search", p["prompt"])), *size, float(p["seconds"]), int(p["seed"]))
    except ProviderError as exc:
        if services.purchases.strict:
            raise
        missed = Fallback(provider=exc.provider, reason=str(exc))
    picture = _draw(services, request, likeness)
    return replace(picture, fallbacks=(missed, *picture.fallbacks))


def _heard(services: Services, text: str) -> SoundEffect:
    """A sound, or nothing where nobody has it: no film fails for the want of a creaking door."""
    try:
        return services.sounds.sound(text)
    except ProviderError as exc:
        if services.purchases.strict:
            raise
        return SoundEffect(b"", 0, "silence/1", fallbacks=(Fallback(provider=exc.provider, reason=str(exc)),))


def _content(thing: Made) -> tuple[bytes, str]:
    if isinstance(thing, Shot):
        return thing.data, "mp4"
    return (thing.data, _SUFFIX[thing.media_type]) if isinstance(thing, Picture) else (thing.wav, "wav")


def _move_on(services: Services, job: Job) -> None:
    assets: Mapping[str, Asset] = made(services, job)
    if len(assets) == len(job.requests):
        services.purchases.give_up_all(job.id)  # of whoever was killed at work, while another job made the same thing
        services.move(job.id, lambda current: current.assets_ready(assets, services.clock.now()))
