"""Generate clips, which takes minutes: one message starts the operation, and later messages ask for its result.

No worker waits in between.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from sutradhar.domain.assets.asset import Fallback
from sutradhar.domain.assets.operation import Operation, PendingOperation
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.specs import ClipSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import ProviderError, StillAtWork
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.services import Services
from sutradhar.ports.providers import ClipGenerator, VideoFile
from sutradhar.telemetry import log

MAX_WAIT = timedelta(minutes=30)
"""A clip usually takes one to six minutes. After this time the scene shows its image instead."""
_MAX_AGE = timedelta(days=1)
"""Providers delete results; an operation that is older is started again."""
_MAX_UNREADABLE = 3
"""Number of unreadable answers after which the clip is given up."""


def poll_or_start(
    services: Services, context: BillingContext, request: AssetRequest, spec: ClipSpec, first_frame: bytes
) -> VideoFile:
    """Return the finished clip for ``request``, whose lease the caller holds; ``spec`` is its spec.

    ``first_frame``: a PNG or JPEG file. ``context``: the account that is charged.

    Raises:
        StillAtWork: the operation was started, by this call or an earlier one, and has no result yet.
        ProviderError: there will be no clip.
    """
    clips = services.chains_for(context).clips
    pending = _read(services, request)
    if pending is None and (unrecorded := services.providers.call_gate.pending.find(context)):
        pending = _adopt(services, request, unrecorded)
    if pending is None:
        operation = _start(clips, spec, first_frame)
        _write(services, request, PendingOperation(operation=operation, at=services.clock.now()))
        raise StillAtWork
    try:
        clip = _poll(services, clips, request, pending)
    except ProviderError:
        services.providers.call_gate.pending.write_off(
            pending.operation
        )  # the provider did not say whether it charges for it
        raise
    provenance = clip.provenance and clip.provenance.evolve(
        prompt=spec.image.prompt,
        seed=spec.image.seed,
        style=spec.image.style,
        first_frame=sha256(first_frame).hexdigest(),
    )
    return replace(clip, provenance=provenance, fallbacks=pending.operation.fallbacks)


def forget(services: Services, request: AssetRequest) -> None:
    """Delete the record of the operation. Call this only after storing the asset: otherwise a crash in between starts,
    and pays for, a second clip."""
    _write(services, request, None)


def _start(clips: ClipGenerator, spec: ClipSpec, first_frame: bytes) -> Operation:
    image = spec.image
    return clips.start(image.prompt, image.style, image.width, image.height, spec.seconds, image.seed, first_frame)


def _poll(services: Services, clips: ClipGenerator, request: AssetRequest, pending: PendingOperation) -> VideoFile:
    """Return the result of the operation.

    Raises:
        StillAtWork: there is no result yet. The same if the provider did not answer, or if its answer cannot be read,
            because the clip is paid for.
        ProviderError: there will be no clip.
    """
    is_late = services.clock.now() - pending.at > MAX_WAIT
    try:
        return clips.poll(pending.operation)
    except StillAtWork:
        if not is_late:
            raise
        problem = f"it did not finish within {MAX_WAIT.total_seconds() / 60:.0f} minutes"
    except ProviderError as exc:
        has_no_answer = exc.fault in ("busy", "down", "key")
        is_unreadable = exc.fault == "answer" and pending.unreadable_count + 1 < _MAX_UNREADABLE
        if not (has_no_answer or is_unreadable):
            raise
        if not is_late:
            log("clip_poll_failed", level="warning", slot=str(request.slot), provider=exc.provider, error=str(exc))
            if is_unreadable:
                _write(services, request, pending.evolve(unreadable_count=pending.unreadable_count + 1))
            raise StillAtWork from exc
        problem = str(exc)
    raise ProviderError(problem, provider=pending.operation.provider, retryable=False, advice="retry the job later")


def _read(services: Services, request: AssetRequest) -> PendingOperation | None:
    text = services.records.read([_record_name(request)]).get(_record_name(request))
    pending = PendingOperation.from_record(text) if text else None
    if pending and services.clock.now() - pending.at >= _MAX_AGE:
        services.providers.call_gate.pending.write_off(pending.operation)
        return None
    return pending


def _adopt(services: Services, request: AssetRequest, operation: Operation) -> PendingOperation:
    """Record an operation whose worker was killed after starting it and before recording it."""
    if str(ProviderId(operation.provider, operation.model)) != str(request.provider):
        reason = "it started no clip; the reason was lost when the worker was killed"
        unknown = Fallback(provider=str(request.provider), reason=reason)
        operation = operation.evolve(fallbacks=(unknown,))
    pending = PendingOperation(operation=operation, at=services.clock.now())
    _write(services, request, pending)
    return pending


def _write(services: Services, request: AssetRequest, pending: PendingOperation | None) -> None:
    text = pending.to_record() if pending else ""
    services.records.update([_record_name(request)], lambda _stored: {_record_name(request): text})


def _record_name(request: AssetRequest) -> str:
    return f"operation/{request.key}"
